package pgtest_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestNewIsMigrated(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var pending bool
	if err := db.Get(t.Context(), &pending, "SELECT count(*) < 2 FROM goose_db_version"); err != nil {
		t.Fatal(err)
	}
	if pending {
		t.Error("no migration was applied")
	}
}

func TestNewEmptyHasNoTables(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	var tables int
	if err := db.Get(t.Context(), &tables, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); err != nil {
		t.Fatal(err)
	}
	if tables != 0 {
		t.Errorf("%d tables, want 0", tables)
	}
}

func TestDatabasesAreSeparate(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			db := pgtest.NewEmpty(t)
			if _, err := db.Exec(t.Context(), "CREATE TABLE mine (n int)"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTemplateIsPreparedOnce(t *testing.T) {
	t.Parallel()
	var prepared atomic.Int32
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			cloner := pgtest.Template(t, "once", func(ctx context.Context, db *postgres.DB) error {
				prepared.Add(1)
				_, err := db.Exec(ctx, "CREATE TABLE filled AS SELECT 7 AS n")
				return err
			})
			db := cloner.New(t)
			var n int
			if err := db.Get(t.Context(), &n, "SELECT n FROM filled"); err != nil || n != 7 {
				t.Errorf("n = %d, %v", n, err)
			}
			if _, err := db.Exec(t.Context(), "DELETE FROM filled"); err != nil {
				t.Error(err)
			}
			if prepared.Load() != 1 {
				t.Errorf("prepared %d times", prepared.Load())
			}
		})
	}
}

func TestDatabaseIsDropped(t *testing.T) { //nolint:tparallel // the subtest has to end first
	t.Parallel()
	var dsn string
	t.Run("used", func(t *testing.T) {
		dsn = pgtest.EmptyDSN(t)
		db, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn})
		if err != nil {
			t.Fatal(err)
		}
		// Left open on purpose: a forgotten connection must not keep it.
		_ = db
	})
	_, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn})
	if postgres.SQLState(err) != "3D000" {
		t.Errorf("opening a dropped database: %v, want 3D000", err)
	}
}
