package history_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/history"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type row struct {
	ID       uuid.UUID   `db:"id" history:"-"`
	FullName string      `db:"full_name"`
	RegionID uuid.UUID   `db:"region_id" history:"reg"`
	Note     *string     `db:"note"`
	Since    *civil.Date `db:"since"`
	Beside   string      `db:"-"`
	Untagged string
}

func record(rows ...row) history.Record {
	var r history.Record
	for i, x := range rows {
		if i == 0 {
			r.Add(&x)
			continue
		}
		r.AddItem("items."+x.FullName, x)
	}
	return r
}

func TestDiff(t *testing.T) {
	t.Parallel()
	region := uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8057")
	first := row{ID: uuid.New(), FullName: `a "b" ü`, RegionID: region, Beside: "x", Untagged: "y"}
	named, noted := first, first
	named.FullName, named.ID, named.Beside, named.Untagged = "neu", uuid.New(), "z", "z"
	noted.Note, noted.Since = new("Notiz"), &civil.Date{Year: 2024, Month: time.May, Day: 1}
	one, two := row{FullName: "eins"}, row{FullName: "zwei"}
	changedOne := one
	changedOne.Note = new("x")
	whole := `{"fullName":"zwei","regionId":"reg_00000000000000000000000000","note":null,"since":null}`
	for what, c := range map[string]struct {
		before, after history.Record
		want          []string
	}{
		"nothing":          {record(first), record(first), []string{}},
		"only what counts": {record(first), record(named), []string{`fullName: "a \"b\" ü" -> "neu"`}},
		"a new record": {history.Record{}, record(noted), []string{
			`fullName: null -> "a \"b\" ü"`, `regionId: null -> "reg_01h455vb4pex5vsknk084sn02q"`, `note: null -> "Notiz"`, `since: null -> "2024-05-01"`,
		}},
		"cleared":            {record(noted), record(first), []string{`note: "Notiz" -> null`, `since: "2024-05-01" -> null`}},
		"an item more":       {record(first, one), record(first, one, two), []string{"items.zwei: null -> " + whole}},
		"an item fewer":      {record(first, two, one), record(first, one), []string{"items.zwei: " + whole + " -> null"}},
		"an item changed":    {record(first, one, two), record(first, two, changedOne), []string{`items.eins.note: null -> "x"`}},
		"items in any order": {record(first, one, two), record(first, two, one), []string{}},
	} {
		changes, err := history.Diff(c.before, c.after)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, x := range changes {
			got = append(got, fmt.Sprintf("%s: %s -> %s", x.Field, x.Before, x.After))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
}

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	var r history.Record
	r.Add(struct {
		F func() `db:"f"`
	}{})
	if _, err := history.Diff(history.Record{}, r); err == nil || !strings.Contains(err.Error(), "field f") {
		t.Errorf("error is %v", err)
	}
}

func write(t *testing.T, db *postgres.DB, e history.Entry) error {
	t.Helper()
	return db.Tx(t.Context(), func(tx *postgres.Tx) error { return history.Write(t.Context(), tx, e) })
}

func TestChangesArePagedNewestFirst(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	at := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	busy, quiet, unknown := uuid.New(), uuid.New(), uuid.New()
	for version := 1; version <= 5; version++ {
		e := history.Entry{Kind: ident.OmbudsOffice, Record: busy, Version: version, At: at, Actor: "anna"}
		e.After = record(row{FullName: fmt.Sprint("Stand ", version)})
		if err := write(t, db, e); err != nil {
			t.Fatal(err)
		}
	}
	// The same UUID under another kind is another record.
	for _, e := range []history.Entry{
		{Kind: ident.OmbudsOffice, Record: quiet, Version: 1, At: at, Actor: "bert"},
		{Kind: ident.Organisation, Record: busy, Version: 1, At: at, Actor: "bert"},
	} {
		if err := write(t, db, e); err != nil {
			t.Fatal(err)
		}
	}
	codec := page.NewCodec([]byte("a key for tests, longer than a hash"))
	records := []uuid.UUID{busy, unknown, quiet, busy}
	ctx, counter := postgres.WithCounter(t.Context())
	pages, err := history.Of(ctx, db, codec, ident.OmbudsOffice, records, page.Args{First: new(2)})
	if err != nil {
		t.Fatal(err)
	}
	counts, err := history.Count(ctx, db, pages)
	if err != nil || counter.Statements() != 2 {
		t.Fatalf("%d statements, %v", counter.Statements(), err)
	}
	if diff := cmp.Diff([]int{5, 0, 1, 5}, counts); diff != "" {
		t.Error(diff)
	}
	versions := func(c *history.Connection) []int {
		found := []int{}
		for _, change := range c.Nodes {
			found = append(found, change.Version)
		}
		return found
	}
	got := [][]int{}
	for _, p := range pages {
		got = append(got, versions(p))
	}
	if diff := cmp.Diff([][]int{{5, 4}, {}, {1}, {5, 4}}, got); diff != "" {
		t.Error(diff)
	}
	newest := pages[0].Nodes[0]
	if newest.Actor != "anna" || !newest.At.Equal(at) || string(newest.Fields()[0].After) != `"Stand 5"` {
		t.Errorf("the newest is %+v", newest)
	}
	next, err := history.Of(t.Context(), db, codec, ident.OmbudsOffice, records[:1], page.Args{First: new(2), After: pages[0].PageInfo().EndCursor()})
	if err != nil || cmp.Diff([]int{3, 2}, versions(next[0])) != "" {
		t.Errorf("the next page: %v, %v", next, err)
	}
}

func TestHistoryIsNeverRewritten(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	e := history.Entry{Kind: ident.OmbudsOffice, Record: uuid.New(), Version: 1, At: time.Now(), Actor: "anna"}
	if err := write(t, db, e); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`UPDATE record_change SET actor = 'bert'`, `DELETE FROM record_change`, `TRUNCATE record_change`,
	} {
		if _, err := db.Exec(t.Context(), sql); postgres.SQLState(err) != "55000" {
			t.Errorf("%s: %v", sql, err)
		}
	}
	for what, c := range map[string]struct {
		change     func(*history.Entry)
		constraint string
	}{
		"a version twice":     {func(*history.Entry) {}, "record_change_pkey"},
		"version 0":           {func(e *history.Entry) { e.Version = 0 }, "record_change_version_check"},
		"nobody":              {func(e *history.Entry) { e.Version, e.Actor = 2, "" }, "record_change_actor_check"},
		"no kind of a record": {func(e *history.Entry) { e.Kind = "office" }, "record_change_record_kind_check"},
	} {
		wrong := e
		c.change(&wrong)
		if err := write(t, db, wrong); postgres.Constraint(err) != c.constraint {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n, err := postgres.Row[int](t.Context(), db, `SELECT count(*) FROM record_change`); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
}
