package postgres_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

type colour string

// allKinds has a field of each kind that a record is read into.
type allKinds struct {
	Text      string                        `db:"text"`
	MayText   *string                       `db:"may_text"`
	Named     colour                        `db:"named"`
	MayNamed  *colour                       `db:"may_named"`
	ID        uuid.UUID                     `db:"id"`
	MayID     *uuid.UUID                    `db:"may_id"`
	Small     int                           `db:"small"`
	Int       int                           `db:"int"`
	Big       int                           `db:"big"`
	MayInt    *int                          `db:"may_int"`
	Numeric   float64                       `db:"numeric"`
	MayNumber *float64                      `db:"may_number"`
	Double    float64                       `db:"double"`
	Bool      bool                          `db:"bool"`
	MayBool   *bool                         `db:"may_bool"`
	Instant   time.Time                     `db:"instant"`
	MayTime   *time.Time                    `db:"may_time"`
	Day       civil.Date                    `db:"day"`
	MayDay    *civil.Date                   `db:"may_day"`
	JSON      postgres.JSON[map[string]int] `db:"json"`
	MayJSON   postgres.JSON[[]string]       `db:"may_json"`
	List      postgres.List[colour]         `db:"list"`
}

const everythingSQL = `
SELECT $1::text AS text, $2::varchar AS may_text, $3::text AS named, CASE WHEN $3 <> '' THEN $3::text END AS may_named, $4::uuid AS id, $5::uuid AS may_id,
    $6::text::int2 AS small, $7::text::int4 AS int, $8::text::int8 AS big, $9::text::int4 AS may_int,
    $10::text::numeric AS numeric, $11::text::numeric(12, 4) AS may_number, $12::text::float8 AS double,
    $13::bool AS bool, $14::bool AS may_bool, $15::timestamptz AS instant, $16::timestamptz AS may_time,
    $17::date AS day, $18::date AS may_day, $19::jsonb AS json, $20::json AS may_json, $21::text[] AS list`

// drawn are the arguments of everythingSQL.
func drawn(t *rapid.T) []any {
	null := func(label string, v any) any {
		if rapid.Bool().Draw(t, label+" is null") {
			return nil
		}
		return v
	}
	text := rapid.StringMatching(`[a-zäöü€😀 "\\,{}]{0,20}`)
	number := func(label string) string {
		return rapid.StringMatching(`-?[0-9]{1,7}(\.[0-9]{1,4})?`).Draw(t, label)
	}
	wide := rapid.StringMatching(`-?[0-9]{1,40}(\.[0-9]{1,30})?`)
	id := rapid.Custom(func(t *rapid.T) uuid.UUID {
		return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
	})
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		from, to := time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
		seconds := rapid.Int64Range(from.Unix(), to.Unix()).Draw(t, "seconds")
		return time.Unix(seconds, rapid.Int64Range(0, 999_999).Draw(t, "micros")*1000).UTC()
	})
	integer := func(label string, bits int) string {
		half := int64(1) << (bits - 1)
		return strconv.FormatInt(rapid.Int64Range(-half, half-1).Draw(t, label), 10)
	}
	double := strconv.FormatFloat(rapid.Float64().Draw(t, "double"), 'g', -1, 64)
	return []any{
		text.Draw(t, "text"), null("varchar", text.Draw(t, "varchar")), rapid.SampledFrom([]string{"red", ""}).Draw(t, "named"),
		id.Draw(t, "id"), null("id", id.Draw(t, "id")),
		integer("small", 16), integer("int", 32), integer("big", 63), null("int", integer("int", 32)),
		wide.Draw(t, "numeric"), null("number", number("number")), double,
		rapid.Bool().Draw(t, "bool"), null("bool", rapid.Bool().Draw(t, "bool")),
		instant.Draw(t, "instant"), null("time", instant.Draw(t, "time")),
		civil.Of(instant.Draw(t, "day")), null("day", civil.Of(instant.Draw(t, "day"))),
		`{"a": ` + integer("json", 16) + `}`, null("json", `["x", "ä"]`),
		rapid.SliceOfN(text, 0, 4).Draw(t, "list"),
	}
}

// The first run of a query reads its columns, every further one its records.
func TestRecordsAreWhatColumnsAre(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	rapid.Check(t, func(r *rapid.T) {
		args := drawn(r)
		fresh := everythingSQL + " -- " + uuid.NewString() + "\n"
		columns, err := postgres.Rows[allKinds](t.Context(), db, fresh, args...)
		if err != nil {
			r.Fatal(err)
		}
		for range 2 {
			records, err := postgres.Rows[allKinds](t.Context(), db, everythingSQL, args...)
			if err != nil {
				r.Fatal(err)
			}
			if diff := cmp.Diff(columns, records); diff != "" {
				r.Fatalf("columns and records differ (-columns +records):\n%s", diff)
			}
		}
	})
}

// A migration may change a column's type while the server runs.
func TestRecordsFollowATypeThatChanges(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	exec := func(sql string) {
		t.Helper()
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	type counted struct {
		N int `db:"n"`
	}
	exec(`CREATE TABLE t (n int2); INSERT INTO t VALUES (7)`)
	for _, change := range []string{`SELECT`, `SELECT`, `ALTER TABLE t ALTER n TYPE int8`, `ALTER TABLE t ALTER n TYPE int4`} {
		exec(change)
		rows, err := postgres.Rows[counted](t.Context(), db, `SELECT n FROM t WHERE n = $1`, 7)
		if err != nil || len(rows) != 1 || rows[0].N != 7 {
			t.Fatalf("after %s: %v, %v", change, rows, err)
		}
	}
}

func TestRecordsThatDoNotFit(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	type field struct {
		Value int       `db:"value"`
		At    time.Time `db:"at"`
	}
	read := func(value, at any) error {
		_, err := postgres.Rows[field](t.Context(), db, `SELECT $1::text::int4 AS value, $2::text::timestamptz AS at`, value, at)
		return err
	}
	if err := read("1", "2026-01-01"); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		value, at any
		column    string
	}{
		"null":     {nil, "2026-01-01", "value"},
		"infinity": {"1", "infinity", "at"},
	} {
		if err := read(test.value, test.at); err == nil || !strings.Contains(err.Error(), test.column) {
			t.Errorf("%s: got %v, want an error that names %s", name, err, test.column)
		}
	}
}

// What no record is read of is read by columns, however often.
func TestOtherTypesAreReadByColumns(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	type field struct {
		Between string  `db:"between"`
		Maybe   *colour `db:"maybe"`
	}
	for range 3 {
		rows, err := postgres.Rows[field](t.Context(), db, `SELECT interval '1 day' AS between, $1::text AS maybe`, "red")
		if err != nil || len(rows) != 1 || rows[0].Between != "1 day" || *rows[0].Maybe != "red" {
			t.Fatalf("%v, %v", rows, err)
		}
	}
}

// Rows come in the order of their query.
func TestRecordsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	type number struct {
		N int `db:"n"`
	}
	for range 3 {
		rows, err := postgres.Rows[number](t.Context(), db, `
WITH many AS (SELECT n FROM generate_series(1, $1::int4) AS n)
SELECT n FROM many ORDER BY n % 97, n DESC LIMIT 3000`, 5000)
		if err != nil || len(rows) != 3000 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for i := range rows[1:] {
			a, b := rows[i].N, rows[i+1].N
			if a%97 > b%97 || a%97 == b%97 && a < b {
				t.Fatalf("%d comes before %d", a, b)
			}
		}
	}
}

func TestListsOfIDs(t *testing.T) {
	t.Parallel()
	db := pgtest.NewEmpty(t)
	for _, n := range []int{0, 1, 1000} {
		ids := make([]uuid.UUID, n)
		for i := range ids {
			ids[i] = uuid.New()
		}
		got, err := postgres.Values[uuid.UUID](t.Context(), db, `SELECT id FROM unnest($1::uuid[]) WITH ORDINALITY AS t(id, n) ORDER BY n`, ids)
		if diff := cmp.Diff(ids, got); err != nil || diff != "" {
			t.Errorf("%d ids: %v (-sent +got):\n%s", n, err, diff)
		}
	}
}
