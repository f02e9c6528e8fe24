package history_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
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

// kept is a row with a history.
type kept struct {
	Of      ident.ID  `db:"-"`
	Version int       `db:"version" history:"-"`
	At      time.Time `db:"at" history:"-"`
	Name    string    `db:"name"`
}

func (k *kept) IsNode() {}

func (k *kept) ID() ident.ID { return k.Of }

func (k *kept) Revision() (int, time.Time) { return k.Version, k.At }

// part is a list that belongs to a record.
type part []row

func (p part) AddTo(record *history.Record) {
	for _, r := range p {
		record.AddItem("items."+r.FullName, r)
	}
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

// as is a context in which subject asks.
func as(t *testing.T, subject string) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Viewer{Subject: subject})
}

func write(ctx context.Context, db *postgres.DB, was, is *kept, before, after history.Part) error {
	return db.Tx(ctx, func(tx *postgres.Tx) error { return history.Write(ctx, tx, was, is, before, after) })
}

func TestWrite(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	codec := page.NewCodec([]byte("a key for tests, longer than a hash"))
	id := ident.ID{Kind: ident.Organisation, UUID: uuid.New()}
	at := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	one, two := &kept{Of: id, Version: 1, At: at, Name: "eins"}, &kept{Of: id, Version: 2, At: at.Add(time.Hour), Name: "zwei"}
	if err := write(as(t, "anna"), db, nil, one, nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := write(as(t, "bert"), db, one, two, part{{FullName: "x"}}, part{{FullName: "x", Note: new("neu")}}); err != nil {
		t.Fatal(err)
	}
	if err := write(t.Context(), db, two, &kept{Of: id, Version: 3, At: at}, nil, nil); fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("by nobody: %v", err)
	}
	if _, err := history.Of(t.Context(), db, codec, id.Kind, []uuid.UUID{id.UUID}, page.Args{}); fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("to nobody: %v", err)
	}
	pages, err := history.Of(as(t, "clara"), db, codec, id.Kind, []uuid.UUID{id.UUID}, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, c := range pages[0].Nodes {
		for _, f := range c.Fields() {
			got = append(got, fmt.Sprintf("%d %s by %s: %s: %s -> %s", c.Version, c.At.UTC().Format("15:04"), c.Actor, f.Field, f.Before, f.After))
		}
	}
	if diff := cmp.Diff([]string{
		`2 13:00 by bert: name: "eins" -> "zwei"`, `2 13:00 by bert: items.x.note: null -> "neu"`, `1 12:00 by anna: name: null -> "eins"`,
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestChangesArePagedNewestFirst(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	at := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	busy, quiet, unknown := uuid.New(), uuid.New(), uuid.New()
	for version := 1; version <= 5; version++ {
		of := ident.ID{Kind: ident.OmbudsOffice, UUID: busy}
		if err := write(as(t, "anna"), db, nil, &kept{Of: of, Version: version, At: at, Name: fmt.Sprint("Stand ", version)}, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	// The same UUID under another kind is another record.
	for _, id := range []ident.ID{{Kind: ident.OmbudsOffice, UUID: quiet}, {Kind: ident.Organisation, UUID: busy}} {
		if err := write(as(t, "bert"), db, nil, &kept{Of: id, Version: 1, At: at}, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	codec := page.NewCodec([]byte("a key for tests, longer than a hash"))
	records := []uuid.UUID{busy, unknown, quiet, busy}
	ctx, counter := postgres.WithCounter(as(t, "bert"))
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
	next, err := history.Of(ctx, db, codec, ident.OmbudsOffice, records[:1], page.Args{First: new(2), After: pages[0].PageInfo().EndCursor()})
	if err != nil || cmp.Diff([]int{3, 2}, versions(next[0])) != "" {
		t.Errorf("the next page: %v, %v", next, err)
	}
}

func TestHistoryIsNeverRewritten(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	of := ident.ID{Kind: ident.OmbudsOffice, UUID: uuid.New()}
	if err := write(as(t, "anna"), db, nil, &kept{Of: of, Version: 1, At: time.Now()}, nil, nil); err != nil {
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
		kind       ident.Kind
		version    int
		actor      string
		fields     string
		constraint string
	}{
		"a version twice":     {of.Kind, 1, "anna", "[]", "record_change_pkey"},
		"version 0":           {of.Kind, 0, "anna", "[]", "record_change_version_check"},
		"nobody":              {of.Kind, 2, "", "[]", "record_change_actor_check"},
		"no kind of a record": {"office", 2, "anna", "[]", "record_change_record_kind_check"},
		"no list of fields":   {of.Kind, 2, "anna", "{}", "record_change_fields_check"},
	} {
		_, err := db.Exec(t.Context(), `INSERT INTO record_change (record_kind, record_id, version, at, actor, fields) VALUES ($1, $2, $3, now(), $4, $5)`,
			string(c.kind), of.UUID, c.version, c.actor, c.fields)
		if postgres.Constraint(err) != c.constraint {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n, err := postgres.Row[int](t.Context(), db, `SELECT count(*) FROM record_change`); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
}
