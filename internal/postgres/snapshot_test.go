package postgres_test

import (
	"testing"

	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

func TestSnapshotSeesOneMoment(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	read := func(q postgres.Queryer) int {
		n, err := postgres.Row[int](t.Context(), q, `SELECT count(*) FROM organisation`)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	const insert = `INSERT INTO organisation (id, name, kind, created_at, updated_at) VALUES (gen_random_uuid(), 'Verein', 'OTHER', now(), now())`
	err := db.Snapshot(t.Context(), func(tx *postgres.Tx) error {
		before := read(tx)
		if _, err := db.Exec(t.Context(), insert); err != nil {
			return err
		}
		if during := read(tx); before != 0 || during != before {
			t.Errorf("it saw %d rows and then %d", before, during)
		}
		return nil
	})
	if err != nil || read(db) != 1 {
		t.Errorf("%v; there are %d rows", err, read(db))
	}
	if err := db.Snapshot(t.Context(), func(tx *postgres.Tx) error {
		_, err := tx.Exec(t.Context(), insert)
		return err
	}); err == nil {
		t.Error("it could write")
	}
}
