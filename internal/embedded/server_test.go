package embedded

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestFirstAndWarmStart(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	s := mustStart(t, Config{DataDir: dir})
	query(t, s, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")
	eventually(t, "ballast", func() bool {
		info, err := os.Stat(s.home.ballast())
		return err == nil && info.Size() == ballastSize
	})
	mustStop(t, s)
	mustStop(t, s) // a second call changes nothing
	if exists(filepath.Join(dir, "cluster", "postmaster.pid")) {
		t.Error("Postgres did not stop cleanly")
	}
	s = mustStart(t, Config{DataDir: dir})
	if got := query(t, s, "SELECT n FROM kept"); got != "42" {
		t.Errorf("n = %q", got)
	}
	if log, err := os.ReadFile(s.home.log()); err != nil || strings.Contains(string(log), "not properly shut down") {
		t.Errorf("the warm start had to recover (%v): %s", err, log)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := mustStart(t, Config{DataDir: freshDir(t)})
	for setting, want := range map[string]string{
		"server_encoding":          "UTF8",
		"lc_collate":               "C.UTF-8",
		"lc_ctype":                 "C.UTF-8",
		"data_checksums":           "on",
		"listen_addresses":         "",
		"unix_socket_permissions":  "0700",
		"password_encryption":      "scram-sha-256",
		"fsync":                    "on",
		"full_page_writes":         "on",
		"max_wal_size":             "256MB",
		"log_min_error_statement":  "panic",
		"log_parameter_max_length": "0",
		"log_error_verbosity":      "terse",
		"TimeZone":                 "UTC",
	} {
		if got := query(t, s, "SHOW "+setting); got != want {
			t.Errorf("%s = %q, want %q", setting, got, want)
		}
	}
	for sql, want := range map[string]string{
		"SELECT current_database(), current_user":                             "ombudsnetz|ombudsnetz",
		"SELECT count(*) FROM pg_roles WHERE rolsuper":                        "1",
		"SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules": "scram-sha-256",
	} {
		if got := query(t, s, sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
}

func TestOnlyTheSocketAndOnlyWithThePassword(t *testing.T) {
	t.Parallel()
	s := mustStart(t, Config{DataDir: freshDir(t), Throwaway: true})
	if out, err := tryQuery(s, dsn(s.socketDir, "wrong", ""), "SELECT 1"); err == nil {
		t.Errorf("a wrong password was let in: %s", out)
	}
	for path, want := range map[string]fs.FileMode{
		s.home.password(): 0o600, s.home.log(): 0o600, s.home.lock(): 0o600,
		s.home.socket(): 0o700, s.home.cluster(): 0o700,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s: mode %o, want %o", path, info.Mode().Perm(), want)
		}
	}
	info, err := os.Stat(s.home.dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o067 != 0 {
		t.Errorf("data directory: mode %o lets others in", info.Mode().Perm())
	}
	if ports := listening(t, s.current.Load().pid); len(ports) > 0 {
		t.Errorf("Postgres listens on TCP: %v", ports)
	}
	if exists(s.home.ballast()) {
		t.Error("a throwaway server keeps a ballast")
	}
	for _, name := range []string{"", "postgres", "a b'c\\"} {
		want := name
		if name == "" {
			want = "ombudsnetz"
		}
		if name != "" && name != "postgres" {
			query(t, s, `CREATE DATABASE "`+name+`"`)
		}
		got, err := tryQuery(s, s.DSN(name), "SELECT current_database()")
		if err != nil || got != want {
			t.Errorf("database %q: connected to %q (%v)", name, got, err)
		}
	}
}

// listening gives the listening TCP sockets that the process has open.
func listening(t *testing.T, pid int) []string {
	t.Helper()
	inodes := map[string]bool{}
	dir := filepath.Join("/proc", strconv.Itoa(pid), "fd")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		t.Fatalf("open files of Postgres: %v", err)
	}
	for _, entry := range entries {
		if link, err := os.Readlink(filepath.Join(dir, entry.Name())); err == nil && strings.HasPrefix(link, "socket:[") {
			inodes[strings.Trim(link, "socket:[]")] = true
		}
	}
	if len(inodes) == 0 {
		t.Fatal("Postgres has no socket at all, so this test sees nothing")
	}
	var ports []string
	for _, table := range []string{"tcp", "tcp6"} {
		raw, err := os.ReadFile("/proc/net/" + table)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(raw)) {
			if f := strings.Fields(line); len(f) > 9 && f[3] == "0A" && inodes[f[9]] {
				ports = append(ports, f[1])
			}
		}
	}
	return ports
}

func TestSecondServerIsRefused(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	parent, _ := startParent(t, dir)
	err := refused(t, Config{DataDir: dir, Throwaway: true}, "in use by process "+strconv.Itoa(parent.Process.Pid), dir)
	var inUse *InUseError
	if !errors.As(err, &inUse) || inUse.PID != parent.Process.Pid {
		t.Errorf("not an InUseError naming the holder: %#v", err)
	}
	running, err := Running(Config{DataDir: dir}, "")
	if err != nil {
		t.Fatal(err)
	}
	bin, err := system().find("", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tryQuery(&Server{bin: bin}, running, "SELECT 7"); err != nil || got != "7" {
		t.Errorf("the running server answers %q (%v)", got, err)
	}
}

func TestSecondServerInTheSameProcessIsRefused(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	s := mustStart(t, Config{DataDir: dir, Throwaway: true})
	refused(t, Config{DataDir: dir, Throwaway: true}, "(this one)")
	mustStop(t, s)
	mustStart(t, Config{DataDir: dir, Throwaway: true})
	if _, err := Running(Config{DataDir: freshDir(t)}, ""); err == nil {
		t.Error("a server runs where none was started")
	}
}

func TestForeignPostmasterIsRefused(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	s := mustStart(t, Config{DataDir: dir, Throwaway: true})
	mustStop(t, s)
	foreign, err := startChild(command(s.bin, s.as, signalKill, "postgres",
		"-D", s.home.cluster(), "-c", "listen_addresses=", "-c", "unix_socket_directories="+s.home.socket()))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "foreign server", func() bool {
		running, err := readPostmaster(s.home.cluster())
		return err == nil && running.status == "ready"
	})
	refused(t, Config{DataDir: dir, Throwaway: true}, "process "+strconv.Itoa(foreign.pid), "stop that first")
	foreign.end()
	mustStart(t, Config{DataDir: dir, Throwaway: true})
}

func TestStaleProcessNumberOfSomebodyElse(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	s := mustStart(t, Config{DataDir: dir, Throwaway: true})
	mustStop(t, s)
	// After a crash and a restart of the machine, the number in the file may be
	// any process's, here the one Postgres itself would take for a postmaster.
	other, err := startChild(sleeper(s.as))
	if err != nil {
		t.Fatal(err)
	}
	defer other.end()
	pidfile := filepath.Join(s.home.cluster(), "postmaster.pid")
	if err := os.WriteFile(pidfile, []byte(strconv.Itoa(other.pid)+"\n/x\n1\n5432\n\n\n0 0\nready\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustStart(t, Config{DataDir: dir, Throwaway: true})
}

func TestPostgresDiesWithAKilledProgram(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	parent, postmaster := startParent(t, dir)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	eventually(t, "end of the postmaster", func() bool { return !exists(filepath.Join(dir, "cluster", "postmaster.pid")) })
	t.Logf("postmaster %d gone after %s", postmaster, time.Since(killed))
	log, err := os.ReadFile(filepath.Join(dir, "postgres.log"))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, string(log), "fast shutdown request", "database system is shut down")
	s := mustStart(t, Config{DataDir: dir, Throwaway: true})
	if log, err = os.ReadFile(s.home.log()); err != nil || strings.Contains(string(log), "not properly shut down") {
		t.Errorf("the end was not clean (%v): %s", err, log)
	}
}

// A restart right after a kill meets a Postgres that is still going down.
func TestStartRightAfterAKill(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	for range 5 {
		parent, _ := startParent(t, dir)
		if err := parent.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = parent.Wait()
	}
	mustStart(t, Config{DataDir: dir, Throwaway: true})
}

func TestKilledPostmasterIsRestarted(t *testing.T) {
	t.Parallel()
	log, written := journal(t)
	s := mustStart(t, Config{DataDir: freshDir(t), Log: log})
	query(t, s, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")
	for range 3 {
		before := s.current.Load().pid
		killed := time.Now()
		s.current.Load().signal(signalKill)
		eventually(t, "restart", func() bool {
			got, err := tryQuery(s, s.DSN(""), "SELECT n FROM kept")
			return err == nil && got == "42"
		})
		t.Logf("back after %s", time.Since(killed))
		if s.current.Load().pid == before {
			t.Error("the same postmaster answers")
		}
	}
	holds(t, written(), "ended unexpectedly", "signal: killed")
	if err := s.Err(); err != nil {
		t.Error(err)
	}
}

func TestHopelessServerIsGivenUp(t *testing.T) {
	t.Parallel()
	s := mustStart(t, Config{DataDir: freshDir(t), Throwaway: true})
	conf := filepath.Join(s.home.cluster(), "postgresql.conf")
	if err := os.WriteFile(conf, []byte("no such setting\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.current.Load().signal(signalKill)
	select {
	case <-s.Failed():
		holds(t, s.Err().Error(), "given up after "+strconv.Itoa(maxFailures)+" failures", "FATAL", "postgres.log")
	case <-time.After(time.Minute):
		t.Fatal("never given up")
	}
	mustStop(t, s)
}

func TestStopDuringBackOff(t *testing.T) {
	t.Parallel()
	s := mustStart(t, Config{DataDir: freshDir(t), Throwaway: true})
	s.current.Load().signal(signalKill)
	mustStop(t, s)
	mustStart(t, Config{DataDir: s.home.dir, Throwaway: true})
}

func TestStopInAHurry(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Config{DataDir: freshDir(t), Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Stop(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if alive(s.current.Load().pid) {
		t.Error("Postgres still runs")
	}
	mustStart(t, Config{DataDir: s.home.dir, Throwaway: true})
}

func TestLongPathMovesTheSocket(t *testing.T) {
	t.Parallel()
	base := freshDir(t)
	dir := filepath.Join(base, strings.Repeat("long name, ", 12))
	s := mustStart(t, Config{DataDir: dir, Throwaway: true})
	first := s.socketDir
	if strings.HasPrefix(first, base) {
		t.Fatalf("socket in %s", first)
	}
	if got := query(t, s, "SELECT 1"); got != "1" {
		t.Error(got)
	}
	mustStop(t, s)
	if exists(first) {
		t.Errorf("%s was left behind", first)
	}
	// A killed program leaves the directory, the next start removes it.
	parent, _ := startParent(t, dir)
	link, err := os.ReadFile(filepath.Join(dir, "socket-moved-to"))
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	mustStart(t, Config{DataDir: dir, Throwaway: true})
	if left := strings.TrimSpace(string(link)); exists(left) {
		t.Errorf("%s was left behind", left)
	}
}

func TestOddPath(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(freshDir(t), `a, "b" 'c' [d]*\e`)
	s := mustStart(t, Config{DataDir: dir, Throwaway: true})
	if got := query(t, s, "SELECT 1"); got != "1" {
		t.Error(got)
	}
}

func TestLogHoldsNoStatement(t *testing.T) {
	t.Parallel()
	s := mustStart(t, Config{DataDir: freshDir(t), Throwaway: true})
	query(t, s, "CREATE TABLE child (name text PRIMARY KEY)")
	for _, sql := range []string{
		"INSERT INTO child VALUES ('canary'), ('canary')",
		"SELECT canary",
		"SELECT 'canary'::text || nothing",
	} {
		if _, err := tryQuery(s, s.DSN(""), sql); err == nil {
			t.Errorf("%s: no error", sql)
		}
	}
	log, err := os.ReadFile(s.home.log())
	if err != nil {
		t.Fatal(err)
	}
	holds(t, string(log), "duplicate key value")
	if strings.Contains(string(log), "('canary')") || strings.Contains(string(log), "(name)=") {
		t.Errorf("the log holds a statement or a value: %s", log)
	}
}
