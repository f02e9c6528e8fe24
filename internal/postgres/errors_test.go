package postgres_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

const canary = "canary-4711"

// everything that can be printed of an error and of what it wraps.
func everything(err error) string {
	var b strings.Builder
	for ; err != nil; err = errors.Unwrap(err) {
		fmt.Fprintf(&b, "%v %+v %#v\n", err, err, err)
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Error("x", "err", err)
		b.Write(log.Bytes())
	}
	return b.String()
}

func TestConstraintNamesWithoutValues(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	exec(t, db, `
		CREATE TABLE parent (id text PRIMARY KEY);
		CREATE TABLE child (
			name   text CONSTRAINT child_name_key UNIQUE CONSTRAINT child_name_check CHECK (length(name) < 20),
			parent text CONSTRAINT child_parent_fkey REFERENCES parent DEFERRABLE,
			during daterange,
			must   text NOT NULL DEFAULT 'x',
			CONSTRAINT child_during_excl EXCLUDE USING gist (during WITH &&)
		)`)
	exec(t, db, "INSERT INTO child (name, during) VALUES ($1, '[2026-01-01,2027-01-01)')", canary)
	const insert = "INSERT INTO child (name, parent, during) VALUES ($1, $2, $3)"
	for _, c := range []struct {
		query      string
		args       []any
		state      string
		constraint string
	}{
		{insert, []any{canary, nil, nil}, "23505", "child_name_key"},
		{insert, []any{canary + strings.Repeat("x", 20), nil, nil}, "23514", "child_name_check"},
		{insert, []any{nil, canary, nil}, "23503", "child_parent_fkey"},
		{insert, []any{nil, nil, "[2026-05-01,2026-06-01)"}, "23P01", "child_during_excl"},
		{"INSERT INTO child (name, must) VALUES ($1, NULL)", []any{"z" + canary}, "23502", ""},
		{"SELECT $1::text::uuid", []any{canary}, "22P02", ""},
		{"SELECT $1::text::jsonb", []any{canary}, "22P02", ""},
		{"SELECT $1::text::date", []any{canary}, "22007", ""},
		{"DO $$ BEGIN RAISE EXCEPTION 'about " + canary + "'; END $$", nil, "P0001", ""},
	} {
		for range 2 { // unprepared or preparing, then prepared
			_, err := db.Exec(t.Context(), c.query, c.args...)
			if postgres.SQLState(err) != c.state || postgres.Constraint(err) != c.constraint {
				t.Errorf("%s: %v", c.query, err)
			}
			if said := everything(err); strings.Contains(said, canary) {
				t.Errorf("%s: a value leaves:\n%s", c.query, said)
			}
			if c.constraint != "" && !strings.Contains(err.Error(), c.constraint) {
				t.Errorf("%v does not name its constraint", err)
			}
		}
	}
	// A deferred constraint speaks at COMMIT.
	err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
		if _, err := tx.Exec(t.Context(), "SET CONSTRAINTS ALL DEFERRED"); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), insert, nil, canary, nil)
		return err
	})
	if postgres.Constraint(err) != "child_parent_fkey" || strings.Contains(everything(err), canary) {
		t.Errorf("deferred: %v", err)
	}
	if postgres.Constraint(nil) != "" || postgres.Constraint(errors.New("x")) != "" || postgres.SQLState(nil) != "" {
		t.Error("a constraint out of nothing")
	}
	if got := postgres.Constraint(fault.New(fault.Conflict, fault.Text{}).Because(err)); got != "child_parent_fkey" {
		t.Errorf("wrapped: %q", got)
	}
}

// What database/sql, sqlx and scanners say about a value stays inside too.
func TestScanErrorsWithoutValues(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	var row struct{ A int }
	for name, err := range map[string]error{
		"scan":    db.Get(t.Context(), new(int), "SELECT $1::text", canary),
		"time":    db.Get(t.Context(), new(time.Time), "SELECT $1::text", canary),
		"json":    db.Get(t.Context(), new(postgres.JSON[int]), "SELECT to_jsonb($1::text)", canary),
		"value":   db.Get(t.Context(), new(int), "SELECT $1", struct{ Secret string }{canary}),
		"columns": db.Get(t.Context(), &row, "SELECT 1 AS a, $1::text AS b", canary),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if said := everything(err); strings.Contains(said, canary) {
			t.Errorf("%s: a value leaves:\n%s", name, said)
		}
	}
}

func TestNoRows(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	if err := db.Get(t.Context(), new(int), "SELECT 1 WHERE $1", false); err != postgres.ErrNoRows {
		t.Errorf("error %v, want ErrNoRows", err)
	}
	err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
		if err := tx.Get(t.Context(), new(int), "SELECT 1 WHERE $1", false); !errors.Is(err, postgres.ErrNoRows) {
			t.Errorf("error %v, want ErrNoRows", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTextThatCannotBeStored(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	for query, text := range map[string]string{
		"SELECT $1::text":  "a\x00b",
		"SELECT $1::bytea": "", // unharmed
		"SELECT $1::jsonb": `"a\u0000b"`,
		"SELECT $1 || ''":  "\xff",
	} {
		_, err := db.Exec(t.Context(), query, text)
		if text == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		wantCode(t, err, fault.BadUserInput)
		if f := fault.All(err)[0]; f.Field != "" || f.Text.DE == "" || f.Text.EN == "" {
			t.Errorf("%+v", f)
		}
	}
}

func TestServerTimeouts(t *testing.T) {
	t.Parallel()
	dsn := pgtest.EmptyDSN(t)
	db := open(t, postgres.Config{DSN: dsn, StatementTimeout: 100 * time.Millisecond})
	_, err := db.Exec(t.Context(), "SELECT pg_sleep($1)", 60)
	wantCode(t, err, fault.Timeout)
	if postgres.SQLState(err) != "57014" {
		t.Errorf("cause %q", postgres.SQLState(err))
	}

	db = open(t, postgres.Config{DSN: dsn + " lock_timeout=50"})
	exec(t, db, "CREATE TABLE kept (n int)")
	err = db.Tx(t.Context(), func(tx *postgres.Tx) error {
		if _, err := tx.Exec(t.Context(), "LOCK TABLE kept"); err != nil {
			return err
		}
		_, err := db.Exec(t.Context(), "INSERT INTO kept VALUES (1)")
		return err
	})
	wantCode(t, err, fault.Timeout)

	db = open(t, postgres.Config{DSN: dsn + " idle_in_transaction_session_timeout=50"})
	err = db.Tx(t.Context(), func(tx *postgres.Tx) error {
		time.Sleep(500 * time.Millisecond)
		_, err := tx.Exec(t.Context(), "SELECT 1")
		return err
	})
	wantCode(t, err, fault.Unavailable)
}

func TestTerminatedBackend(t *testing.T) {
	t.Parallel()
	dsn := pgtest.EmptyDSN(t)
	db, other := open(t, postgres.Config{DSN: dsn}), open(t, postgres.Config{DSN: dsn})
	result := make(chan error)
	go func() {
		_, err := db.Exec(t.Context(), "SELECT pg_sleep($1) /* victim */", 60)
		result <- err
	}()
	eventually(t, "the victim is found", func() bool {
		return get[int](t, other, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%victim%' AND state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()") == 1
	})
	wantCode(t, <-result, fault.Unavailable)
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	exec(t, db, "CREATE ROLE narrow LOGIN PASSWORD 'x' CONNECTION LIMIT 0")
	t.Cleanup(func() { _, _ = db.Exec(t.Context(), "DROP ROLE narrow") })
	_, err := postgres.Open(t.Context(), postgres.Config{DSN: pgtest.EmptyDSN(t) + " user=narrow password=x"})
	wantCode(t, err, fault.Unavailable)
	if postgres.SQLState(err) != "53300" {
		t.Errorf("cause %q", postgres.SQLState(err))
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, db.Ping(t.Context()), fault.Unavailable)
	wantCode(t, db.Tx(t.Context(), func(*postgres.Tx) error { return nil }), fault.Unavailable)
}

func TestDSNStaysInside(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"postgres://user:" + canary + "@host:bad/db",
		"password=" + canary + " sslmode=nonsense",
		"host=/tmp,db.example password=" + canary,
		canary,
	} {
		_, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn})
		if err == nil || strings.Contains(everything(err), canary) {
			t.Errorf("error %v", err)
		}
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	dsn := pgtest.EmptyDSN(t)
	settings := func(cfg postgres.Config) []string {
		var got []string
		if err := open(t, cfg).Select(t.Context(), &got, `
			SELECT current_setting(name) FROM unnest($1::text[]) name`,
			[]string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "TimeZone", "application_name"}); err != nil {
			t.Fatal(err)
		}
		return got
	}
	if diff := cmp.Diff([]string{"10s", "3s", "15s", "UTC", "ombudsnetz"}, settings(postgres.Config{DSN: dsn})); diff != "" {
		t.Error(diff)
	}
	dsn += " TimeZone=Europe/Berlin LOCK_timeout=1000 application_name=other"
	if diff := cmp.Diff([]string{"1min", "1s", "15s", "UTC", "other"}, settings(postgres.Config{DSN: dsn, StatementTimeout: time.Minute})); diff != "" {
		t.Error(diff)
	}
}
