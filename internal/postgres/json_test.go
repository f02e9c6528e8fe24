package postgres_test

import (
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	type text struct {
		Language string            `json:"language"`
		Variants map[string]string `json:"variants"`
	}
	type row struct {
		ID      int
		Texts   postgres.JSON[[]text]
		Plain   postgres.JSON[map[string]int]
		Nothing sql.Null[postgres.JSON[text]]
	}
	want := row{ID: 1,
		Texts: postgres.JSON[[]text]{V: []text{{"de", map[string]string{"easy": `Ä "x" \ '`}}}},
		Plain: postgres.JSON[map[string]int]{V: map[string]int{"a": 1}},
	}
	for _, pooler := range []postgres.Pooler{postgres.PoolerYes, postgres.PoolerNo} {
		db := open(t, postgres.Config{DSN: pgtest.EmptyDSN(t), Pooler: pooler})
		exec(t, db, "CREATE TABLE kept (id int, texts jsonb, plain json, nothing jsonb)")
		for range 2 {
			exec(t, db, "INSERT INTO kept VALUES ($1, $2, $3, $4)", want.ID, want.Texts, want.Plain, want.Nothing)
			got := get[row](t, db, "SELECT id, texts, plain, nothing FROM kept WHERE id = $1 LIMIT 1", 1)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		if got := get[postgres.JSON[text]](t, db, "SELECT NULL::jsonb"); !cmp.Equal(got, postgres.JSON[text]{}) {
			t.Errorf("NULL scans as %+v", got)
		}
		if n := get[int](t, db, "SELECT count(*) FROM kept WHERE texts @> $1", postgres.JSON[any]{V: []any{map[string]any{"language": "de"}}}); n != 2 {
			t.Errorf("%d rows found by containment, want 2", n)
		}
	}
}
