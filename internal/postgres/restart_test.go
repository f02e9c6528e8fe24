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
	// On TCP a write to a closed connection succeeds, on a Unix socket it fails.
	line := newNetwork(t, dsn)
	db := open(t, postgres.Config{DSN: dsn, MaxConns: 4})
	remote := open(t, postgres.Config{DSN: line.dsn, MaxConns: 4, Pooler: postgres.PoolerNo})
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
	fill := func(db *postgres.DB) {
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
	calls := map[string]func(db *postgres.DB) error{
		"exec": func(db *postgres.DB) error {
			_, err := db.Exec(t.Context(), "INSERT INTO kept VALUES (1)")
			return err
		},
		"prepared": func(db *postgres.DB) error {
			_, err := db.Exec(t.Context(), "INSERT INTO kept SELECT $1::int", 1)
			return err
		},
		"transaction": func(db *postgres.DB) error {
			return db.Tx(t.Context(), func(tx *postgres.Tx) error {
				_, err := tx.Exec(t.Context(), "INSERT INTO kept SELECT $1::int", 1)
				return err
			})
		},
	}
	for name, call := range calls {
		fill(db) // every pooled connection is open and will die
		fill(remote)
		restart()
		for where, db := range map[string]*postgres.DB{"socket": db, "TCP": remote} {
			if err := call(db); err != nil {
				t.Errorf("%s by %s after a restart: %v", name, where, err)
			}
		}
	}
	if n := get[int](t, db, "SELECT count(*) FROM kept"); n != 2*len(calls) {
		t.Errorf("%d rows, want %d", n, 2*len(calls))
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
