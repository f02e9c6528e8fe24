package postgres_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ombudsnetz/internal/embedded"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

// A server restart between two calls goes unnoticed, whatever the next call is.
func TestServerRestart(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "pg-") // t.TempDir is too deep for a socket, and closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	server, err := embedded.Start(t.Context(), embedded.Config{BinDir: os.Getenv(pgtest.BinDirEnv), DataDir: data, Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	dsn := server.DSN("postgres")
	db := open(t, postgres.Config{DSN: dsn, MaxConns: 4})
	exec(t, db, "CREATE TABLE kept (n int)")

	started := func() string {
		var at string
		watch, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn, MaxConns: 1})
		if err != nil {
			return ""
		}
		defer func() { _ = watch.Close() }()
		_ = watch.Get(t.Context(), &at, "SELECT pg_postmaster_start_time()::text")
		return at
	}
	restart := func() {
		t.Helper()
		before := started()
		text, err := os.ReadFile(filepath.Join(data, "cluster", "postmaster.pid"))
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(string(text), "\n")
		pid, err := strconv.Atoi(line)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the server is back", func() bool {
			now := started()
			return now != "" && now != before
		})
	}
	fill := func() {
		t.Helper()
		done := make(chan error)
		for range 4 {
			go func() {
				_, err := db.Exec(t.Context(), "SELECT pg_sleep($1)", 0.1)
				done <- err
			}()
		}
		for range 4 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	calls := map[string]func() error{
		"exec":     func() error { _, err := db.Exec(t.Context(), "INSERT INTO kept VALUES (1)"); return err },
		"prepared": func() error { _, err := db.Exec(t.Context(), "INSERT INTO kept SELECT $1::int", 1); return err },
		"transaction": func() error {
			return db.Tx(t.Context(), func(tx *postgres.Tx) error {
				_, err := tx.Exec(t.Context(), "INSERT INTO kept SELECT $1::int", 1)
				return err
			})
		},
	}
	for name, call := range calls {
		fill() // every pooled connection is open and will die
		restart()
		if err := call(); err != nil {
			t.Errorf("%s after a restart: %v", name, err)
		}
	}
	if n := get[int](t, db, "SELECT count(*) FROM kept"); n != len(calls) {
		t.Errorf("%d rows, want %d", n, len(calls))
	}

	// A restart during a call is told, and the call not repeated.
	failed := make(chan error)
	go func() {
		_, err := db.Exec(t.Context(), "SELECT pg_sleep($1)", 60)
		failed <- err
	}()
	eventually(t, "the statement runs", func() bool {
		return get[int](t, db, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep($1)%' AND state = 'active' AND pid <> pg_backend_pid()") == 1
	})
	restart()
	select {
	case err := <-failed:
		wantCode(t, err, fault.Unavailable)
	case <-time.After(20 * time.Second):
		t.Error("the interrupted call did not return")
	}
}
