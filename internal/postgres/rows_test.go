package postgres_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

type inner struct {
	Name  string   `db:"name"`
	Width *float64 `db:"width"`
}

type row struct {
	inner
	UUID   uuid.UUID  `db:"id"`
	Parent *uuid.UUID `db:"parent"`
	At     *time.Time `db:"at"`
	Nested inner      `db:"nested"`
}

const rowsSQL = `
SELECT n::text AS name, CASE WHEN n % 2 = 0 THEN n / 2.0 END AS width, lpad(n::text, 32, '0')::uuid AS id,
    CASE WHEN n % 3 = 0 THEN lpad(n::text, 32, '1')::uuid END AS parent,
    CASE WHEN n = 1 THEN timestamptz '2026-01-15 12:00:00.123456+00' END AS at,
    'nested ' || n AS "nested.name", NULL::float8 AS "nested.width"
FROM generate_series(1, $1::integer) AS n`

func wantedRows(n int) []*row {
	rows := make([]*row, n)
	for i := range rows {
		k := i + 1
		text := strconv.Itoa(k)
		r := &row{inner: inner{Name: text}, Nested: inner{Name: "nested " + text}}
		r.UUID = uuid.MustParse(strings.Repeat("0", 32-len(text)) + text)
		if k%2 == 0 {
			width := float64(k) / 2
			r.Width = &width
		}
		if k%3 == 0 {
			parent := uuid.MustParse(strings.Repeat("1", 32-len(text)) + text)
			r.Parent = &parent
		}
		if k == 1 {
			at := time.Date(2026, time.January, 15, 12, 0, 0, 123456000, time.UTC)
			r.At = &at
		}
		rows[i] = r
	}
	return rows
}

func TestRowsFindTheirFields(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	for _, n := range []int{0, 1, 2, 3, 500, 20} {
		got, err := postgres.Rows[row](t.Context(), db, rowsSQL, n)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wantedRows(n), got, cmp.AllowUnexported(row{})); diff != "" {
			t.Errorf("%d rows (-want +got):\n%s", n, diff)
		}
	}
	err := db.Tx(t.Context(), func(tx *postgres.Tx) error {
		got, err := postgres.Rows[row](t.Context(), tx, rowsSQL, 3)
		if diff := cmp.Diff(wantedRows(3), got, cmp.AllowUnexported(row{})); diff != "" {
			t.Errorf("in a transaction (-want +got):\n%s", diff)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A row that is kept must not change when the next ones are read.
func TestRowsAreApart(t *testing.T) {
	t.Parallel()
	rows, err := postgres.Rows[row](t.Context(), pgtest.NewEmpty(t), rowsSQL, 300)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uuid.UUID]bool{}
	for _, r := range rows {
		seen[r.UUID] = true
		if r.Parent != nil {
			seen[*r.Parent] = true
		}
	}
	if len(seen) != 400 {
		t.Errorf("300 rows have %d different ids, want 400", len(seen))
	}
}

func TestRowsRefuseAColumnWithoutAField(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	_, err := postgres.Rows[row](t.Context(), db, `SELECT 'x' AS name, 1 AS surplus`)
	if err == nil || !strings.Contains(err.Error(), "surplus") {
		t.Errorf("got %v, want an error that names the column", err)
	}
	if _, err := postgres.Rows[row](t.Context(), db, `SELECT 'secret-value' AS id`); err == nil || strings.Contains(err.Error(), "secret-value") {
		t.Errorf("got %v, want an error without the value", err)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	got, err := postgres.Values[string](t.Context(), db, `SELECT n::text FROM generate_series(1, $1::integer) AS n`, 3)
	if diff := cmp.Diff([]string{"1", "2", "3"}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func BenchmarkRows(b *testing.B) {
	db := pgtest.NewEmpty(b)
	b.Run("rows", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			if _, err := postgres.Rows[row](b.Context(), db, rowsSQL, 100); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sqlx", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			var rows []*row
			if err := db.Select(context.Background(), &rows, rowsSQL, 100); err != nil {
				b.Fatal(err)
			}
		}
	})
}
