package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

func kept(t *testing.T) *postgres.DB {
	t.Helper()
	db := pgtest.NewEmpty(t)
	exec(t, db, "CREATE TABLE kept (id int PRIMARY KEY, n int NOT NULL DEFAULT 0)")
	return db
}

func TestTxCommitsAndRollsBack(t *testing.T) {
	t.Parallel()
	db := kept(t)
	const insert = "INSERT INTO kept (id) VALUES ($1)"
	if err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
		_, err := tx.Exec(t.Context(), insert, 1)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
		if _, err := tx.Exec(t.Context(), insert, 2); err != nil {
			return err
		}
		return refused
	})
	if err != refused {
		t.Errorf("error %v, want the function's own", err)
	}
	func() {
		defer func() {
			if p := recover(); p != "boom" {
				t.Errorf("recovered %v, want the panic again", p)
			}
		}()
		_ = db.Tx(t.Context(), func(tx *postgres.Tx) error {
			if _, err := tx.Exec(t.Context(), insert, 3); err != nil {
				return err
			}
			panic("boom")
		})
	}()
	if n := get[int](t, db, "SELECT count(*) FROM kept"); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
	if s := db.Stats(); s.InUse != 0 {
		t.Errorf("connections leaked: %+v", s)
	}
}

func TestTxOverlookedFailure(t *testing.T) {
	t.Parallel()
	db := kept(t)
	exec(t, db, "INSERT INTO kept (id) VALUES (1)")
	err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
		_, _ = tx.Exec(t.Context(), "INSERT INTO kept (id) VALUES ($1)", 1)
		return nil
	})
	if postgres.Constraint(err) != "kept_pkey" {
		t.Errorf("error %v, want the overlooked one", err)
	}
}

func TestTxDeadlockIsRetried(t *testing.T) {
	t.Parallel()
	db := kept(t)
	exec(t, db, "INSERT INTO kept (id) VALUES (1), (2)")
	exec(t, db, "ALTER SYSTEM SET deadlock_timeout = '50ms'")
	exec(t, db, "SELECT pg_reload_conf()")

	var meet sync.WaitGroup
	meet.Add(2)
	var mu sync.Mutex
	runs := 0
	var all sync.WaitGroup
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		all.Go(func() {
			first := true
			err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
				mu.Lock()
				runs++
				mu.Unlock()
				for i, id := range order {
					if _, err := tx.Exec(t.Context(), "UPDATE kept SET n = n + 1 WHERE id = $1", id); err != nil {
						// What the function makes of the error does not matter.
						return fault.New(fault.Conflict, fault.Text{EN: "swallowed"})
					}
					if i == 0 && first {
						first = false
						meet.Done()
						meet.Wait()
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := get[int](t, db, "SELECT sum(n) FROM kept"); n != 4 || runs < 3 {
		t.Errorf("sum %d after %d runs, want 4 after at least 3", n, runs)
	}
}

func TestTxSerializationFailureIsRetried(t *testing.T) {
	t.Parallel()
	db := kept(t)
	exec(t, db, "INSERT INTO kept (id) VALUES (1)")
	const workers = 4
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for done := false; !done; {
				err := db.TxWith(t.Context(), postgres.TxOptions{Isolation: sql.LevelSerializable}, func(tx *postgres.Tx) error {
					n := 0
					if err := tx.Get(t.Context(), &n, "SELECT n FROM kept WHERE id = $1", 1); err != nil {
						return err
					}
					_, err := tx.Exec(t.Context(), "UPDATE kept SET n = $2 WHERE id = $1", 1, n+1)
					return err
				})
				done = err == nil
				if err != nil && fault.CodeOf(err) != fault.Unavailable {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if n := get[int](t, db, "SELECT n FROM kept"); n != workers {
		t.Errorf("n = %d, want %d: an update was lost", n, workers)
	}
}

func TestTxRetryIsBounded(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	runs := 0
	err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
		runs++
		_, err := tx.Exec(t.Context(), "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")
		return err
	})
	wantCode(t, err, fault.Unavailable)
	if runs != 5 || postgres.SQLState(err) != "40001" {
		t.Errorf("%d runs, cause %q", runs, postgres.SQLState(err))
	}
}

func TestTxCancellation(t *testing.T) {
	t.Parallel()
	db := kept(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Tx(ctx, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO kept (id) VALUES ($1)", 1); err != nil {
			return err
		}
		cancel()
		return nil
	})
	if err != context.Canceled {
		t.Errorf("error %v, want context.Canceled", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err = db.Tx(ctx, func(tx *postgres.Tx) error {
		<-ctx.Done()
		time.Sleep(50 * time.Millisecond)
		// Even a statement under another context learns why.
		_, err := tx.Exec(t.Context(), "INSERT INTO kept (id) VALUES ($1)", 1)
		return err
	})
	wantCode(t, err, fault.Timeout)
	if n := get[int](t, db, "SELECT count(*) FROM kept"); n != 0 {
		t.Errorf("%d rows were kept", n)
	}
}

func TestTxBelongsToOneGoroutine(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
		busy := make(chan error)
		go func() { _, err := tx.Exec(t.Context(), "SELECT pg_sleep(0.5)"); busy <- err }()
		time.Sleep(100 * time.Millisecond)
		if err := tx.Get(t.Context(), new(int), "SELECT 1"); err == nil {
			t.Error("a second goroutine was let in")
		}
		return <-busy
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTxSettings(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{DSN: pgtest.EmptyDSN(t), MaxConns: 1})
	const viewer = `o'Brien \ "x"; DROP TABLE y; --` + "\n$1"
	ctx, counter := postgres.WithCounter(t.Context())
	err := db.TxWith(ctx, postgres.TxOptions{
		ReadOnly: true,
		Settings: map[string]string{"app.viewer": viewer, "app.empty": ""},
	}, func(tx *postgres.Tx) error {
		if got := get[string](t, tx, "SELECT current_setting('app.viewer')"); got != viewer {
			t.Errorf("app.viewer = %q", got)
		}
		_, err := tx.Exec(ctx, "CREATE TABLE no (n int)")
		return err
	})
	if postgres.SQLState(err) != "25006" {
		t.Errorf("writing in a read-only transaction: %v", err)
	}
	if n := counter.Statements(); n != 3 { // BEGIN with its settings, CREATE, ROLLBACK
		t.Errorf("%d statements, want 3", n)
	}
	if got := get[string](t, db, "SELECT coalesce(current_setting('app.viewer', true), '')"); got != "" {
		t.Errorf("the setting outlived its transaction: %q", got)
	}
	for name, value := range map[string]string{"app.x; SELECT 1": "", "": "", "app.nul": "a\x00b"} {
		err := db.TxWith(t.Context(), postgres.TxOptions{Settings: map[string]string{name: value}}, func(*postgres.Tx) error { return nil })
		if err == nil || strings.Contains(err.Error(), "a\x00b") {
			t.Errorf("setting %q: %v", name, err)
		}
	}
	// A setting that the server refuses leaves no open transaction behind.
	err = db.TxWith(t.Context(), postgres.TxOptions{Settings: map[string]string{"work_mem": "nonsense"}}, func(*postgres.Tx) error { return nil })
	if postgres.SQLState(err) != "22023" {
		t.Errorf("refused setting: %v", err)
	}
	if err := db.Tx(t.Context(), func(*postgres.Tx) error { return nil }); err != nil {
		t.Error(err)
	}
}
