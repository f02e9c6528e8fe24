package postgres_test

import (
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

func history(files map[string]string) fstest.MapFS {
	fs := make(fstest.MapFS)
	for name, text := range files {
		fs[name] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return fs
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	dsn := pgtest.EmptyDSN(t)
	db := open(t, postgres.Config{DSN: dsn})
	files := map[string]string{
		"0001_first.sql":  "CREATE TABLE kept (n int);",
		"0002_second.sql": "INSERT INTO kept VALUES (1);",
	}
	for range 2 { // the second time changes nothing
		if err := postgres.Migrate(t.Context(), dsn, history(files), nil); err != nil {
			t.Fatal(err)
		}
		if n := get[int](t, db, "SELECT count(*) FROM kept"); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	}

	files["0003_third.sql"] = "INSERT INTO kept VALUES (3);\nINSERT INTO missing VALUES (1);"
	err := postgres.Migrate(t.Context(), dsn, history(files), nil)
	if postgres.SQLState(err) != "42P01" || !strings.Contains(err.Error(), "0003_third.sql") {
		t.Errorf("error %v, want 42P01 and the file", err)
	}
	status, err := postgres.MigrationStatus(t.Context(), dsn, history(files))
	if err != nil || len(status) != 3 {
		t.Fatalf("%+v, %v", status, err)
	}
	for i, m := range status {
		if m.Version != int64(i+1) || m.AppliedAt.IsZero() != (i == 2) || files[m.Name] == "" {
			t.Errorf("%+v", m)
		}
	}
	if n := get[int](t, db, "SELECT count(*) FROM kept"); n != 1 {
		t.Errorf("a failed migration left something: %d rows", n)
	}

	if err := postgres.Migrate(t.Context(), dsn, history(nil), nil); err != nil {
		t.Errorf("without files: %v", err)
	}
}

func TestConcurrentMigrators(t *testing.T) {
	t.Parallel()
	dsn := pgtest.EmptyDSN(t)
	files := history(map[string]string{
		"0001_first.sql":  "CREATE TABLE kept (n int); SELECT pg_sleep(0.3);",
		"0002_second.sql": "INSERT INTO kept VALUES (1);",
	})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := postgres.Migrate(t.Context(), dsn, files, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	db := open(t, postgres.Config{DSN: dsn})
	if n := get[int](t, db, "SELECT count(*) FROM kept"); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
	if n := get[int](t, db, "SELECT count(*) FROM goose_db_version"); n != 3 {
		t.Errorf("%d rows in the version table, want 3", n)
	}
}
