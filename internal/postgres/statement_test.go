package postgres_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

func TestStatementsArePrepared(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{DSN: pgtest.EmptyDSN(t), MaxConns: 1})
	if !db.Prepares() {
		t.Fatal("a Unix socket was taken for a pooler")
	}
	for range 3 {
		get[int](t, db, "SELECT $1::int + 1", 1)
		if err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
			get[int](t, tx, "SELECT $1::int + 1", 1)
			get[int](t, tx, "SELECT $1::int + 2", 1) // first seen in a transaction
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if n := get[int](t, db, "SELECT count(*) FROM pg_prepared_statements"); n != 2 {
		t.Errorf("%d prepared statements, want 2", n)
	}
}

func TestPoolerIsDetected(t *testing.T) {
	t.Parallel()
	line := newNetwork(t, pgtest.EmptyDSN(t))
	for _, pooler := range []postgres.Pooler{postgres.PoolerAuto, postgres.PoolerYes} {
		db := open(t, postgres.Config{DSN: line.dsn, MaxConns: 1, Pooler: pooler})
		if db.Prepares() {
			t.Errorf("%s: prepares although the server sees another port", pooler)
		}
		for i := range 3 {
			get[int](t, db, "SELECT $1::int + 1", i)
			exec(t, db, "SELECT $1::int + 2", i)
			if err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
				return tx.Select(t.Context(), new([]int), "SELECT $1::int + 3", i)
			}); err != nil {
				t.Fatal(err)
			}
		}
		if n := get[int](t, db, "SELECT count(*) FROM pg_prepared_statements"); n != 0 {
			t.Errorf("%s: %d prepared statements were left on the server", pooler, n)
		}
	}
	if db := open(t, postgres.Config{DSN: line.dsn, Pooler: postgres.PoolerNo}); !db.Prepares() {
		t.Error("PoolerNo was not obeyed")
	}
}

// A pooler that was not recognised gives every transaction another server
// connection: statements are unknown or known twice.
func TestForgottenStatements(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{DSN: pgtest.EmptyDSN(t), MaxConns: 1})
	exec(t, db, "CREATE TABLE kept (n int)")
	const insert = "INSERT INTO kept SELECT $1::int"
	exec(t, db, insert, 0)
	for i := 1; i <= 4; i++ {
		exec(t, db, insert, i)
		exec(t, db, "DEALLOCATE ALL")
		if i%2 == 0 {
			exec(t, db, insert, i)
			continue
		}
		runs := 0
		if err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
			runs++
			_, err := tx.Exec(t.Context(), insert, i)
			return err
		}); err != nil || runs > 2 {
			t.Errorf("%d runs: %v", runs, err)
		}
	}
	if n := get[int](t, db, "SELECT count(*) FROM kept"); n != 9 {
		t.Errorf("%d rows, want 9", n)
	}
	if db.Prepares() {
		t.Error("still prepares on a server that forgets")
	}
}

func TestResultTypeChanges(t *testing.T) {
	t.Parallel()
	dsn := pgtest.EmptyDSN(t)
	db := open(t, postgres.Config{DSN: dsn})
	exec(t, db, "CREATE TABLE kept (n int)")
	exec(t, db, "INSERT INTO kept VALUES (7)")
	const query = "SELECT n FROM kept WHERE n::text = $1"
	want := func(q postgres.Queryer, want string) {
		t.Helper()
		var got string
		if err := q.Get(t.Context(), &got, query, "7"); err != nil || got != want {
			t.Errorf("got %q, %v", got, err)
		}
	}
	var all sync.WaitGroup // fill several connections
	for range 8 {
		all.Go(func() { want(db, "7") })
	}
	all.Wait()
	exec(t, db, "ALTER TABLE kept ALTER n TYPE text USING n::text")
	for range 8 {
		all.Go(func() { want(db, "7") })
	}
	all.Wait()
	exec(t, db, "ALTER TABLE kept ALTER n TYPE bigint USING n::bigint")
	for range 2 {
		if err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
			var got int64
			return tx.Get(t.Context(), &got, query, "7")
		}); err != nil {
			t.Errorf("in a transaction: %v", err)
		}
	}
	if !db.Prepares() {
		t.Error("a migration was taken for a pooler")
	}

	single := open(t, postgres.Config{DSN: dsn, MaxConns: 1})
	get[int64](t, single, query, "7")
	exec(t, db, "ALTER TABLE kept ALTER n TYPE text USING n::text")
	for range 2 {
		want(single, "7")
	}
	if n := get[int](t, single, "SELECT count(*) FROM pg_prepared_statements"); n != 1 {
		t.Errorf("%d prepared statements, want the new one alone", n)
	}
}

func TestStatementsAreBounded(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{DSN: pgtest.EmptyDSN(t), MaxConns: 1})
	for i := range 1010 {
		get[int](t, db, fmt.Sprintf("SELECT $1::int + %d", i), 1)
	}
	if n := get[int](t, db, "SELECT count(*) FROM pg_prepared_statements"); n != 1000 {
		t.Errorf("%d prepared statements, want 1000", n)
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	type kind string
	a, b := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	for _, pooler := range []postgres.Pooler{postgres.PoolerYes, postgres.PoolerNo} {
		db := open(t, postgres.Config{DSN: pgtest.EmptyDSN(t), Pooler: pooler})
		for range 2 { // the first run prepares
			if got := get[uuid.UUID](t, db, "SELECT max(u::text)::uuid FROM unnest($1::uuid[]) u", []uuid.UUID{a, b}); got != b {
				t.Errorf("[]uuid.UUID: %s", got)
			}
			if got := get[uuid.UUID](t, db, "SELECT $1::uuid", a); got != a {
				t.Errorf("uuid.UUID: %s", got)
			}
			if got := get[int](t, db, "SELECT cardinality($1::uuid[])", []string{a.String(), b.String()}); got != 2 {
				t.Errorf("[]string as uuid[]: %d", got)
			}
			if got := get[string](t, db, "SELECT ($1::text[])[2]", []kind{"x", `a "quoted", {text}`}); got != `a "quoted", {text}` {
				t.Errorf("slice of a named type: %q", got)
			}
			if got := get[int](t, db, "SELECT ($1::int[])[3]", []int{1, 2, 3}); got != 3 {
				t.Errorf("[]int: %d", got)
			}
			if got := get[bool](t, db, "SELECT ($1::bool[])[1]", []bool{true}); !got {
				t.Error("[]bool")
			}
			if got := get[int](t, db, "SELECT cardinality($1::text[])", []string{}); got != 0 {
				t.Errorf("an empty slice: %d", got)
			}
			if got := get[bool](t, db, "SELECT $1::text[] IS NULL", []string(nil)); !got {
				t.Error("a nil slice is NULL")
			}
			if got := get[string](t, db, "SELECT encode($1::bytea, 'hex')", []byte{0, 255}); got != "00ff" {
				t.Errorf("[]byte: %s", got)
			}
			if got := get[*string](t, db, "SELECT $1::text", (*string)(nil)); got != nil {
				t.Errorf("nil pointer: %v", *got)
			}
		}
	}
}

// More arguments than the protocol knows once left lib/pq's connection busy
// for ever.
func TestTooManyArguments(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{DSN: pgtest.EmptyDSN(t), MaxConns: 1, Pooler: postgres.PoolerYes})
	for range 3 {
		if _, err := db.Exec(t.Context(), "SELECT $1", make([]any, 70000)...); err == nil {
			t.Fatal("no error")
		}
		get[int](t, db, "SELECT $1::int", 1)
	}
}
