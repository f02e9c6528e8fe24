package postgres_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

const (
	silence      = `{"type":"timeout","stream":"downstream","attributes":{"timeout":0}}`
	silenceBoth  = `{"name":"up","type":"timeout","stream":"upstream","attributes":{"timeout":0}}`
	resetAnswers = `{"type":"reset_peer","stream":"downstream","attributes":{"timeout":0}}`
	cutAnswers   = `{"type":"limit_data","stream":"downstream","attributes":{"bytes":1}}`
)

// bounded runs op with a deadline of one second and demands that it ends soon
// after with the context's error.
func bounded(t *testing.T, op func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	start := time.Now()
	err := op(ctx)
	if took := time.Since(start); took > 4*time.Second {
		t.Errorf("took %s with a deadline of 1 s", took)
	}
	wantCode(t, err, fault.Timeout)
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, postgres.ErrOutcomeUnknown) {
		t.Errorf("error %v is not the context's", err)
	}
}

func TestSilentNetwork(t *testing.T) {
	t.Parallel()
	operations := map[string]func(ctx context.Context, db *postgres.DB, cut func()) error{
		"prepared": func(ctx context.Context, db *postgres.DB, cut func()) error {
			cut()
			return db.Get(ctx, new(int), "SELECT $1::int + 1", 1)
		},
		"first use of a text": func(ctx context.Context, db *postgres.DB, cut func()) error {
			cut()
			return db.Select(ctx, new([]int), "SELECT $1::int + 2", 1)
		},
		"without arguments": func(ctx context.Context, db *postgres.DB, cut func()) error {
			cut()
			_, err := db.Exec(ctx, "SELECT 1")
			return err
		},
		"begin": func(ctx context.Context, db *postgres.DB, cut func()) error {
			cut()
			return db.Tx(ctx, func(*postgres.Tx) error { return nil })
		},
		"in a transaction": func(ctx context.Context, db *postgres.DB, cut func()) error {
			return db.Tx(ctx, func(tx *postgres.Tx) error {
				cut()
				return tx.Get(ctx, new(int), "SELECT $1::int + 1", 1)
			})
		},
		"commit": func(ctx context.Context, db *postgres.DB, cut func()) error {
			return db.Tx(ctx, func(tx *postgres.Tx) error {
				_, err := tx.Exec(ctx, "SELECT 1")
				cut()
				return err
			})
		},
		"while rows arrive": func(ctx context.Context, db *postgres.DB, cut func()) error {
			time.AfterFunc(200*time.Millisecond, cut)
			return db.Select(ctx, new([]string), "SELECT repeat('x', 1000) || pg_sleep(0.01) FROM generate_series(1, $1::int)", 1000)
		},
	}
	for name, op := range operations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line := newNetwork(t, pgtest.EmptyDSN(t))
			db := open(t, postgres.Config{DSN: line.dsn, Pooler: postgres.PoolerNo, MaxConns: 2})
			get[int](t, db, "SELECT $1::int + 1", 1)

			var mu sync.Mutex
			var heal []func()
			bounded(t, func(ctx context.Context) error {
				return op(ctx, db, func() {
					mu.Lock()
					defer mu.Unlock()
					heal = append(heal, line.disturb(silence), line.disturb(silenceBoth))
				})
			})
			mu.Lock()
			for _, h := range heal {
				h()
			}
			mu.Unlock()
			for range 8 {
				if got := get[int](t, db, "SELECT $1::int + 1", 1); got != 2 {
					t.Errorf("after the network healed: %d", got)
				}
			}
			if s := db.Stats(); s.InUse != 0 || s.OpenConnections > 2 {
				t.Errorf("connections leaked: %+v", s)
			}
		})
	}
}

// A busy caller that gives up must leave nothing running on the server.
func TestCancellation(t *testing.T) {
	t.Parallel()
	dsn := pgtest.EmptyDSN(t)
	db := open(t, postgres.Config{DSN: dsn, MaxConns: 2})
	watch := open(t, postgres.Config{DSN: dsn})
	for _, args := range [][]any{nil, {300}} {
		query := "SELECT pg_sleep(300)"
		if len(args) > 0 {
			query = "SELECT pg_sleep($1)"
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		_, err := db.Exec(ctx, query, args...)
		if err != context.Canceled {
			t.Errorf("error %v, want context.Canceled", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
		_, err = db.Exec(ctx, query, args...)
		cancel()
		wantCode(t, err, fault.Timeout)
	}
	eventually(t, "nothing sleeps on the server", func() bool {
		return get[int](t, watch, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()") == 0
	})
	get[int](t, db, "SELECT $1::int", 1)
}

func TestResetAndCut(t *testing.T) {
	t.Parallel()
	for name, toxic := range map[string]string{"reset": resetAnswers, "cut": cutAnswers, "cut once": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := pgtest.EmptyDSN(t)
			direct := open(t, postgres.Config{DSN: dsn})
			exec(t, direct, "CREATE TABLE kept (n int)")
			line := newNetwork(t, dsn)
			db := open(t, postgres.Config{DSN: line.dsn, Pooler: postgres.PoolerNo, MaxConns: 2})
			const insert = "INSERT INTO kept SELECT $1::int"
			exec(t, db, insert, 1)

			heal := func() {}
			if toxic == "" {
				line.cutOnce.Store(true)
			} else {
				heal = line.disturb(toxic)
			}
			_, err := db.Exec(t.Context(), insert, 2)
			wantCode(t, err, fault.Unavailable)
			heal()
			exec(t, db, insert, 3)

			// The server has done it, the answer was lost: once, not again.
			eventually(t, "the insert arrived", func() bool {
				return get[int](t, direct, "SELECT count(*) FROM kept WHERE n = 2") > 0
			})
			if n := get[int](t, direct, "SELECT count(*) FROM kept"); n != 3 {
				t.Errorf("%d rows, want 3: a statement was sent twice", n)
			}
		})
	}
}

func TestSlowAndSliced(t *testing.T) {
	t.Parallel()
	for name, toxic := range map[string]string{
		"latency": `{"type":"latency","attributes":{"latency":20,"jitter":10}}`,
		"slicer":  `{"type":"slicer","attributes":{"average_size":7,"size_variation":3,"delay":10}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line := newNetwork(t, pgtest.EmptyDSN(t))
			db := open(t, postgres.Config{DSN: line.dsn, Pooler: postgres.PoolerNo})
			line.disturb(toxic)
			var all []string
			if err := db.Select(t.Context(), &all, "SELECT repeat('ä', n) FROM generate_series(1, $1::int) n", 60); err != nil {
				t.Fatal(err)
			}
			if len(all) != 60 || all[59] != strings.Repeat("ä", 60) {
				t.Errorf("the answer was damaged: %d rows", len(all))
			}
		})
	}
}

func TestLostAnswerToCommit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		toxic string
		code  fault.Code
	}{
		"silence": {silence, fault.Timeout},
		"reset":   {resetAnswers, fault.Unavailable},
		"cut":     {cutAnswers, fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := pgtest.EmptyDSN(t)
			direct := open(t, postgres.Config{DSN: dsn})
			exec(t, direct, "CREATE TABLE kept (n int)")
			line := newNetwork(t, dsn)
			db := open(t, postgres.Config{DSN: line.dsn, Pooler: postgres.PoolerNo})
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			runs := 0
			err := db.Tx(ctx, func(tx *postgres.Tx) error {
				runs++
				_, err := tx.Exec(ctx, "INSERT INTO kept VALUES ($1)", 1)
				line.disturb(test.toxic)
				return err
			})
			wantCode(t, err, test.code)
			if !errors.Is(err, postgres.ErrOutcomeUnknown) || runs != 1 {
				t.Errorf("%d runs, error %v, want ErrOutcomeUnknown once", runs, err)
			}
			eventually(t, "the commit arrived", func() bool {
				return get[int](t, direct, "SELECT count(*) FROM kept") == 1
			})
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	dsn := "host=127.0.0.1 user=nobody password=canary-password dbname=x sslmode=disable port=" + port

	// Nobody answers on an open port: connect_timeout ends it.
	start := time.Now()
	_, err = postgres.Open(t.Context(), postgres.Config{DSN: dsn})
	wantCode(t, err, fault.Unavailable)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("gave up after %s", took)
	}
	_ = listener.Close()
	_, err = postgres.Open(t.Context(), postgres.Config{DSN: dsn})
	wantCode(t, err, fault.Unavailable)
}

func TestPoolExhaustion(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{DSN: pgtest.EmptyDSN(t), MaxConns: 1, PoolWait: 50 * time.Millisecond})
	err := db.Tx(t.Context(), func(*postgres.Tx) error {
		err := db.Ping(t.Context())
		wantCode(t, err, fault.Unavailable)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Ping(ctx); err != context.Canceled {
			t.Errorf("error %v, want context.Canceled", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// Cancelling must never hit the statement that uses the connection next.
func TestCancellationDoesNotStray(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{DSN: pgtest.EmptyDSN(t), MaxConns: 2})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 40 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%8)*500*time.Microsecond)
				_, err := db.Exec(ctx, "SELECT pg_sleep($1)", 0.002)
				cancel()
				if err != nil && fault.CodeOf(err) != fault.Timeout && fault.CodeOf(err) != fault.Unavailable {
					t.Errorf("with a deadline: %v", err)
				}
				if _, err := db.Exec(t.Context(), "SELECT pg_sleep($1)", 0.001); err != nil {
					t.Errorf("without a deadline: %v", err)
				}
			}
		})
	}
	all.Wait()
}
