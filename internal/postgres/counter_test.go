package postgres_test

import (
	"sync"
	"testing"

	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

func TestCounter(t *testing.T) {
	t.Parallel()
	for _, pooler := range []postgres.Pooler{postgres.PoolerYes, postgres.PoolerNo} {
		db := open(t, postgres.Config{DSN: pgtest.EmptyDSN(t), Pooler: pooler})
		outer, all := postgres.WithCounter(t.Context())
		ctx, counter := postgres.WithCounter(outer)
		want := func(n int) {
			t.Helper()
			if got := counter.Statements(); got != n {
				t.Errorf("pooler %s: %d statements, want %d", pooler, got, n)
			}
		}
		want(0)
		_ = db.Get(ctx, new(int), "SELECT 1")
		want(1)
		_ = db.Get(ctx, new(int), "SELECT $1::int", 1) // preparing does not count
		want(2)
		_, _ = db.Exec(ctx, "SELECT $1::int", 1)
		want(3)
		_ = db.Tx(ctx, func(tx *postgres.Tx) error {
			want(4)
			_, err := tx.Exec(ctx, "SELECT $1::int + 5", 1)
			want(5)
			return err
		})
		want(6)
		_, _ = db.Exec(ctx, "SELECT 1 / $1::int", 0) // failing counts as well
		want(7)
		get[int](t, db, "SELECT 1") // another context
		want(7)

		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				for range 10 {
					_ = db.Get(ctx, new(int), "SELECT $1::int", 1)
				}
			})
		}
		wg.Wait()
		want(107)
		if all.Statements() != 107 {
			t.Errorf("outer counter: %d", all.Statements())
		}
	}
}
