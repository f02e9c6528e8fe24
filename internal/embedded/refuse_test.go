package embedded

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sleeper is a process of the account that is no Postgres.
func sleeper(as account) *exec.Cmd {
	cmd := exec.Command("/bin/sleep", "600")
	cmd.Dir = "/"
	cmd.SysProcAttr = childAttr(as, signalKill)
	return cmd
}

func TestOtherVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	s := mustStart(t, Config{DataDir: dir, Throwaway: true})
	mustStop(t, s)
	version := filepath.Join(s.home.cluster(), "PG_VERSION")
	if err := os.WriteFile(version, []byte("3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, Config{DataDir: dir, Throwaway: true}, "written by PostgreSQL 3", "only "+s.bin.Version, "pg_dumpall", "restore")
	refused(t, Config{DataDir: dir, BinDir: s.bin.Dir, Throwaway: true}, "written by PostgreSQL 3", "holds PostgreSQL "+s.bin.Version)
	if err := os.WriteFile(version, []byte("what\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, Config{DataDir: dir, Throwaway: true}, `PG_VERSION says "what"`)
	if err := os.Remove(version); err != nil {
		t.Fatal(err)
	}
	refused(t, Config{DataDir: dir, Throwaway: true}, "holds no database")
}

func TestInterruptedInitdbLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan error)
	go func() {
		s, err := Start(ctx, Config{DataDir: dir, Throwaway: true})
		if err == nil {
			err = errors.Join(errors.New("the start succeeded"), s.Stop(context.Background()))
		}
		started <- err
	}()
	eventually(t, "initdb at work", func() bool {
		found, _ := filepath.Glob(filepath.Join(dir, unfinished+"*", "cluster", "base"))
		return len(found) > 0
	})
	cancel()
	if err := <-started; !errors.Is(err, context.Canceled) {
		t.Fatalf("the interrupted start gave %v", err)
	}
	if exists(filepath.Join(dir, "cluster")) {
		t.Error("an interrupted initdb left a cluster")
	}
	mustStart(t, Config{DataDir: dir, Throwaway: true})
}

func TestKilledDuringInitdb(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "EMBEDDED_TEST_PARENT="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	leftovers := func() []string {
		found, _ := filepath.Glob(filepath.Join(dir, unfinished+"*"))
		return found
	}
	eventually(t, "initdb at work", func() bool {
		found, _ := filepath.Glob(filepath.Join(dir, unfinished+"*", "cluster", "base"))
		return len(found) > 0
	})
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if exists(filepath.Join(dir, "cluster")) {
		t.Error("an interrupted initdb left a cluster")
	}
	if len(leftovers()) == 0 {
		t.Error("nothing is left, so this test shows nothing")
	}
	s := mustStart(t, Config{DataDir: dir, Throwaway: true})
	if left := leftovers(); len(left) > 0 {
		t.Errorf("not cleaned: %v", left)
	}
	if got := query(t, s, "SELECT current_database()"); got != "ombudsnetz" {
		t.Error(got)
	}
}

func TestUnreachableParentIsNamed(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(filepath.Dir(freshDir(t)), "closed")
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, "below", "data")
	// Root's Postgres runs as another user, who cannot enter; an ordinary user
	// enters, but cannot write.
	words := []string{closed}
	if os.Geteuid() == 0 {
		words = append(words, "may not enter "+closed+" (", "chmod o+x "+closed)
	} else {
		words = append(words, "permission denied")
	}
	refused(t, Config{DataDir: dir}, words...)
	if exists(filepath.Join(closed, "below")) {
		t.Error("something was created before the refusal")
	}
}

func TestForeignDirectories(t *testing.T) {
	t.Parallel()
	t.Run("another Postgres's data", func(t *testing.T) {
		t.Parallel()
		dir := freshDir(t)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, Config{DataDir: dir}, "itself the data directory of another Postgres")
	})
	t.Run("a file", func(t *testing.T) {
		t.Parallel()
		dir := freshDir(t)
		if err := os.WriteFile(dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, Config{DataDir: dir}, "not a directory")
	})
	t.Run("one with other things is left alone", func(t *testing.T) {
		t.Parallel()
		dir := freshDir(t)
		shared(t, dir, "letter", "lock", "password", unfinished+"novel")
		refused(t, Config{DataDir: dir, Throwaway: true}, "holds no database but other things (letter)", filepath.Join(dir, "ombudsnetz"))
		expect(t, Inspect(Config{DataDir: dir}), "data directory", false, "other things (letter)")
		if mode := modeOf(t, dir); mode != os.ModeDir|os.ModeSticky|0o777 {
			t.Errorf("mode %v", mode)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 4 {
			t.Errorf("%v, %v", entries, err)
		}
		mustStart(t, Config{DataDir: filepath.Join(dir, "ombudsnetz"), Throwaway: true})
	})
	t.Run("one that others came to use keeps its mode", func(t *testing.T) {
		t.Parallel()
		dir := freshDir(t)
		mustStop(t, mustStart(t, Config{DataDir: dir, Throwaway: true}))
		shared(t, dir, "letter", "new-dump.sql")
		for range 2 {
			mustStop(t, mustStart(t, Config{DataDir: dir, Throwaway: true}))
			if mode := modeOf(t, dir); mode != os.ModeDir|os.ModeSticky|0o777 {
				t.Errorf("mode %v", mode)
			}
		}
		if !exists(filepath.Join(dir, "letter")) || !exists(filepath.Join(dir, "new-dump.sql")) {
			t.Error("somebody else's file is gone")
		}
	})
	t.Run("the root of a volume is as good as empty", func(t *testing.T) {
		t.Parallel()
		dir := freshDir(t)
		shared(t, dir)
		if err := os.Mkdir(filepath.Join(dir, "lost+found"), 0o700); err != nil {
			t.Fatal(err)
		}
		mustStart(t, Config{DataDir: dir, Throwaway: true})
		if mode := modeOf(t, dir); mode.Perm()&0o007 != 0 {
			t.Errorf("mode %v", mode)
		}
	})
}

// shared makes a directory that everybody may use, like /tmp, with files in it.
func shared(t *testing.T, dir string, files ...string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, os.ModeSticky|0o777); err != nil {
		t.Fatal(err)
	}
}

func modeOf(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

// Whatever a server leaves in its directory is known as its own, or the next
// start would take the directory for somebody else's.
func TestOwnThingsAreKnown(t *testing.T) {
	t.Parallel()
	s := mustStart(t, Config{DataDir: freshDir(t)})
	eventually(t, "ballast", func() bool { return exists(s.home.ballast()) })
	for _, when := range []string{"running", "stopped"} {
		if foreign, err := s.home.foreign(); err != nil || foreign != "" {
			t.Errorf("%s: %q counts as foreign (%v)", when, foreign, err)
		}
		mustStop(t, s)
	}
}

func TestLostPasswordIsReplaced(t *testing.T) {
	t.Parallel()
	s := mustStart(t, Config{DataDir: freshDir(t), Throwaway: true})
	query(t, s, "CREATE TABLE kept (n int)")
	mustStop(t, s)
	old := s.password
	if err := os.Remove(s.home.password()); err != nil {
		t.Fatal(err)
	}
	s = mustStart(t, Config{DataDir: s.home.dir, Throwaway: true})
	query(t, s, "SELECT FROM kept")
	if s.password == old {
		t.Error("the password is the old one")
	}
	if log, err := os.ReadFile(s.home.log()); err != nil || strings.Contains(string(log), s.password) {
		t.Errorf("the log holds the password (%v)", err)
	}
}

func TestAccount(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		as, err := accountFor("nobody", "/nonexistent")
		if err != nil || as.drop || int(as.uid) != os.Geteuid() {
			t.Errorf("an ordinary user runs Postgres as %+v (%v)", as, err)
		}
		return
	}
	as, err := accountFor("nobody", "/nonexistent")
	if err != nil || as.name != "nobody" || !as.drop {
		t.Errorf("%+v (%v)", as, err)
	}
	if _, err := accountFor("root", "/nonexistent"); err == nil {
		t.Error("root may run Postgres")
	}
	if _, err := accountFor("no-such-user", "/nonexistent"); err == nil {
		t.Error("a user that does not exist may run Postgres")
	}
	s := mustStart(t, Config{DataDir: freshDir(t), Throwaway: true, User: "nobody"})
	mustStop(t, s)
	refused(t, Config{DataDir: s.home.dir, Throwaway: true, User: "postgres"}, "belongs to nobody", "chown")
	s = mustStart(t, Config{DataDir: s.home.dir, Throwaway: true})
	if s.as.name != "nobody" {
		t.Errorf("the owner's cluster is run by %s", s.as.name)
	}
	info, err := os.Stat(filepath.Join(s.home.dir, "password"))
	if err != nil {
		t.Fatal(err)
	}
	if uid, _ := ownerOf(info); uid != 0 {
		t.Errorf("the password belongs to user id %d", uid)
	}
}
