package embedded

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary play the program that owns a server, so that a
// test can kill it.
func TestMain(m *testing.M) {
	if dir := os.Getenv("EMBEDDED_TEST_PARENT"); dir != "" {
		os.Exit(parent(dir))
	}
	os.Exit(m.Run())
}

func parent(dir string) int {
	s, err := Start(context.Background(), Config{DataDir: dir, Throwaway: true})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("ready", s.current.Load().pid)
	wait := make(chan os.Signal, 1)
	signal.Notify(wait, syscall.SIGTERM)
	<-wait
	return 0
}

// startParent runs the program in another process and gives it and the number
// of its postmaster once that is ready.
func startParent(t *testing.T, dir string) (*exec.Cmd, int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "EMBEDDED_TEST_PARENT="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the parent said nothing")
	}
	word, rest, _ := strings.Cut(lines.Text(), " ")
	if word != "ready" {
		t.Fatalf("the parent said %q", lines.Text())
	}
	pid, err := strconv.Atoi(rest)
	if err != nil {
		t.Fatal(err)
	}
	return cmd, pid
}

// freshDir is a data directory that does not exist yet. t.TempDir is of no use
// here: it is closed to the account that root's Postgres runs as.
func freshDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "embedded-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

func mustStart(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustStop(t, s) })
	return s
}

func mustStop(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// refused starts in the expectation of an error that holds all the words.
func refused(t *testing.T, cfg Config, words ...string) error {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	if err == nil {
		mustStop(t, s)
		t.Fatal("the start succeeded")
	}
	holds(t, err.Error(), words...)
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is longer than a line: %q", err)
	}
	return err
}

func holds(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%q does not hold %q", text, word)
		}
	}
}

// query runs SQL by psql, as a client with nothing but the DSN would.
func query(t *testing.T, s *Server, sql string) string {
	t.Helper()
	out, err := tryQuery(s, s.DSN(""), sql)
	if err != nil {
		t.Fatalf("%s: %v: %s", sql, err, out)
	}
	return out
}

func tryQuery(s *Server, dsn, sql string) (string, error) {
	cmd := exec.Command(filepath.Join(s.bin.Dir, "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-c", sql)
	cmd.Dir = "/"
	cmd.Env = []string{"PGCONNECT_TIMEOUT=5"}
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// eventually fails the test when the condition does not come true.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came true: %s", what)
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// journal is a log that a test can read while it is written.
func journal(t *testing.T) (*slog.Logger, func() string) {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return slog.New(slog.NewTextHandler(file, nil)), func() string {
		raw, err := os.ReadFile(file.Name())
		if err != nil {
			t.Error(err)
		}
		return string(raw)
	}
}
