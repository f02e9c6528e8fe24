package region_test

import (
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
	"ombudsnetz/migrations"
)

// model is the table in memory.
type model struct {
	byKey, byName []*region.Region
}

func (s setup) model(t *testing.T) model {
	t.Helper()
	m := model{byKey: s.all(t)}
	// How German names sort is for Postgres to know; that a list sorts so is
	// what is tested.
	names, err := postgres.Values[uuid.UUID](t.Context(), s.db, `SELECT id FROM region ORDER BY name, id`)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range names {
		m.byName = append(m.byName, m.byKey[slices.IndexFunc(m.byKey, func(r *region.Region) bool { return r.UUID == id })])
	}
	return m
}

func existsOn(r *region.Region, on civil.Date) bool {
	return (r.ValidFrom == nil || !on.Before(*r.ValidFrom)) && (r.ValidTo == nil || on.Before(*r.ValidTo))
}

// contains compares without case, as a German reads it.
func contains(text, search string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(strings.TrimSpace(search)))
}

func (m model) list(filter region.Filter, on civil.Date, order region.SortOrder) []*region.Region {
	rows := m.byKey
	if order == region.ByName {
		rows = m.byName
	}
	found := []*region.Region{}
	for _, r := range rows {
		if existsOn(r, on) && (filter.Level == nil || r.Level == *filter.Level) &&
			(filter.KeyPrefix == nil || strings.HasPrefix(r.Key, *filter.KeyPrefix)) &&
			(filter.Search == nil || contains(r.Name, *filter.Search) || contains(r.OfficialName, *filter.Search)) {
			found = append(found, r)
		}
	}
	return found
}

// wander inserts regions of every level and in many periods, beside those that
// every installation has.
func (s setup) wander(t *testing.T) {
	t.Helper()
	land, eisenach := s.id(t, "15"), s.id(t, "16056")
	government := s.mustInsert(t, stored{Key: "151", Level: "GOVERNMENT_REGION", Name: "Regierungsbezirk Dessau", Parent: land, To: "2004-01-01"})
	s.mustInsert(t, stored{Key: "15151", Level: "DISTRICT", Name: "Anhalt-Zerbst", Parent: government, To: "2007-07-01", Successor: s.id(t, "15082")})
	s.mustInsert(t, stored{Key: "15999", Level: "DISTRICT", Name: "Zukünftiger Kreis", Parent: land, From: "2031-01-01"})
	s.mustInsert(t, stored{Key: "15998", Level: "DISTRICT", Name: `100% \Kreis_`, Parent: land, From: "2020-02-29", To: "2020-03-01"})
	stendal := s.id(t, "15090")
	s.mustInsert(t, stored{Key: "15090535", Level: "MUNICIPALITY", Name: "Stendal", Parent: stendal})
	s.mustInsert(t, stored{Key: "15090415", Level: "MUNICIPALITY", Name: "Osterburg (Altmark)", Parent: stendal, From: "1990-10-03"})
	s.mustInsert(t, stored{Key: "16056000", Level: "MUNICIPALITY", Name: "Eisenach", Parent: eisenach, To: "2021-07-01"})
	s.mustInsert(t, stored{Key: "16063105", Level: "MUNICIPALITY", Name: "Eisenach", Parent: s.id(t, "16063"), From: "2021-07-01"})
}

func drawDay(t *rapid.T) *civil.Date {
	text := rapid.SampledFrom([]string{
		"", "0001-01-01", "1990-10-02", "1990-10-03", "2003-12-31", "2004-01-01", "2007-06-30", "2007-07-01", "2020-02-28",
		"2020-02-29", "2020-03-01", "2021-06-30", "2021-07-01", "2030-12-31", "2031-01-01", "9999-12-31",
	}).Draw(t, "as of")
	if text == "" {
		return nil
	}
	day, err := civil.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return &day
}

func drawFilter(t *rapid.T, m model) *region.Filter {
	if rapid.Bool().Draw(t, "no filter") {
		return nil
	}
	filter := &region.Filter{}
	example := rapid.SampledFrom(m.byKey).Draw(t, "example")
	if rapid.Bool().Draw(t, "by level") {
		filter.Level = new(rapid.SampledFrom([]region.Level{region.Land, region.GovernmentRegion, region.District, region.Municipality}).Draw(t, "level"))
	}
	if rapid.Bool().Draw(t, "by key") {
		filter.KeyPrefix = new(example.Key[:rapid.IntRange(1, len(example.Key)).Draw(t, "digits")])
	}
	if rapid.Bool().Draw(t, "by text") {
		text := []rune(rapid.SampledFrom([]string{example.Name, example.OfficialName}).Draw(t, "text"))
		from := rapid.IntRange(0, len(text)-2).Draw(t, "from")
		search := string(text[from:rapid.IntRange(from+2, len(text)).Draw(t, "to")])
		if len([]rune(strings.TrimSpace(search))) >= page.MinSearch {
			filter.Search = new(recase(search, rapid.SampledFrom([]string{"as it is", "upper", "lower"}).Draw(t, "case")))
		}
	}
	return filter
}

// recase leaves ß alone: its capital is two letters.
func recase(text, how string) string {
	switch how {
	case "upper":
		return strings.Map(unicode.ToUpper, text)
	case "lower":
		return strings.ToLower(text)
	}
	return text
}

func TestListIsTheModelsList(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.wander(t)
	m := s.model(t)
	rapid.Check(t, func(t *rapid.T) {
		filter, asOf := drawFilter(t, m), drawDay(t)
		order := rapid.SampledFrom([]region.SortOrder{region.ByKey, region.ByName}).Draw(t, "order")
		on, given := s.Today(), region.Filter{}
		if asOf != nil {
			on = *asOf
		}
		if filter != nil {
			given = *filter
		}
		want := m.list(given, on, order)
		// At most five pages, and one row more or less than fits.
		size := min(page.MaxSize, max(1, len(want)/rapid.IntRange(1, 5).Draw(t, "pages")+rapid.IntRange(-1, 1).Draw(t, "more")))
		got := []*region.Region{}
		var after *page.Cursor
		for more := true; more; {
			ctx, counter := postgres.WithCounter(t.Context())
			list, err := s.List(ctx, filter, asOf, order, page.Args{First: &size, After: after})
			if err != nil {
				t.Fatal(err)
			}
			if n := counter.Statements(); n != 1 {
				t.Fatalf("%d statements for a page", n)
			}
			counts, err := s.Count(t.Context(), []*region.Connection{list})
			if err != nil || counts[0] != len(want) {
				t.Fatalf("counted %v, %v, want %d", counts, err, len(want))
			}
			info := list.PageInfo()
			if info.HasPreviousPage != (after != nil) {
				t.Fatalf("a page before: %t", info.HasPreviousPage)
			}
			got = append(got, list.Nodes...)
			more, after = info.HasNextPage, info.EndCursor()
			if more && len(list.Nodes) != size {
				t.Fatalf("a page of %d has %d rows", size, len(list.Nodes))
			}
		}
		if !reflect.DeepEqual(want, got) {
			t.Fatal(cmp.Diff(want, got))
		}
	})
}

func TestListRefuses(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	none, many := 0, math.MaxInt
	for name, c := range map[string]struct {
		filter region.Filter
		args   page.Args
		fields []string
	}{
		"an empty beginning of a key":         {region.Filter{KeyPrefix: new("")}, page.Args{}, []string{"filter.keyPrefix"}},
		"eleven digits":                       {region.Filter{KeyPrefix: new("12345678901")}, page.Args{}, []string{"filter.keyPrefix"}},
		"letters":                             {region.Filter{KeyPrefix: new("1a")}, page.Args{}, []string{"filter.keyPrefix"}},
		"a wildcard":                          {region.Filter{KeyPrefix: new("1%")}, page.Args{}, []string{"filter.keyPrefix"}},
		"a colon":                             {region.Filter{KeyPrefix: new("1:")}, page.Args{}, []string{"filter.keyPrefix"}},
		"a text of one character":             {region.Filter{Search: new("ü")}, page.Args{}, []string{"filter.search"}},
		"a text of 101 characters":            {region.Filter{Search: new(strings.Repeat("ü", 101))}, page.Args{}, []string{"filter.search"}},
		"two things in the filter":            {region.Filter{KeyPrefix: new("x"), Search: new(" ")}, page.Args{}, []string{"filter.keyPrefix", "filter.search"}},
		"no row":                              {region.Filter{}, page.Args{First: &none}, []string{"first"}},
		"all rows":                            {region.Filter{}, page.Args{First: &many}, []string{"first"}},
		"nonsense for a cursor":               {region.Filter{}, page.Args{After: new(page.Cursor("nonsense"))}, []string{"after"}},
		"nonsense for a cursor, and no row":   {region.Filter{}, page.Args{First: &none, After: new(page.Cursor("x"))}, []string{"first", "after"}},
		"eight digits and 100 characters fit": {region.Filter{KeyPrefix: new("12345678"), Search: new(strings.Repeat("ü", 100))}, page.Args{}, nil},
	} {
		_, err := s.List(t.Context(), &c.filter, nil, region.ByKey, c.args)
		if c.fields == nil && err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantRefused(t, name, err, c.fields...)
	}
}

func TestCursorOfOneOrderIsRefusedInTheOther(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	list, err := s.List(t.Context(), nil, nil, region.ByKey, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	after := list.PageInfo().EndCursor()
	_, err = s.List(t.Context(), nil, nil, region.ByName, page.Args{After: after})
	wantRefused(t, "by name", err, "after")
	if _, err := s.List(t.Context(), nil, nil, region.ByKey, page.Args{After: after}); err != nil {
		t.Errorf("by key: %v", err)
	}
}

func TestSearchIsLiteralAndKnowsUmlauts(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.wander(t)
	for search, want := range map[string]string{
		"%%":                   "",
		"__":                   "",
		"%_":                   "",
		`\\`:                   "",
		`100% \Kreis_`:         "15998",
		`0% \`:                 "15998",
		"s_":                   "15998",
		"stendal":              "15090 15090535",
		"STENDAL":              "15090 15090535",
		" Stendal ":            "15090 15090535",
		"stend%":               "",
		"LÜBECK":               "01003",
		"LÜBECK, HANSESTADT":   "01003",
		"münchen, landeshaupt": "09162",
		"Lubeck":               "",
		"'; DROP TABLE region": "",
	} {
		list, err := s.List(t.Context(), &region.Filter{Search: &search}, day(t, "2020-02-29"), region.ByKey, page.Args{})
		if err != nil {
			t.Errorf("%q: %v", search, err)
			continue
		}
		if got := keysOf(list.Nodes); got != want {
			t.Errorf("%q finds %s, want %s", search, got, want)
		}
	}
}

// A database that somebody else has made may compare bytes only.
func TestSearchKnowsUmlautsInADatabaseWithoutLocale(t *testing.T) {
	t.Parallel()
	dsn := pgtest.EmptyDSN(t)
	empty, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = empty.Close() }()
	plain := setup{db: empty}
	name := "plain_" + uuid.NewString()
	plain.exec(t, `CREATE DATABASE "`+name+`" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`)
	defer plain.exec(t, `DROP DATABASE "`+name+`" WITH (FORCE)`)
	dsn += " dbname=" + name // the last one counts
	if err := postgres.Migrate(t.Context(), dsn, migrations.FS, nil); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	s := region.NewService(db, page.NewCodec(nil), newClock().now, time.UTC)
	for search, want := range map[string]string{"LÜBECK": "01003", "LÜBECK, HANSESTADT": "01003", "münchen, landeshaupt": "09162"} {
		list, err := s.List(t.Context(), &region.Filter{Search: &search}, nil, region.ByKey, page.Args{})
		if err != nil || keysOf(list.Nodes) != want {
			t.Errorf("%q finds %v, %v, want %s", search, list, err, want)
		}
	}
	for typed, want := range map[string]string{"LÜBEKC": "Lübeck 01003", "MUENCHEN": "München 09162"} {
		found, err := s.Search(t.Context(), typed, nil, 1)
		if err != nil || choices(found) != want {
			t.Errorf("%q gives %s, %v, want %s", typed, choices(found), err, want)
		}
	}
}

func TestSearchForWhatTheDatabaseCannotHoldIsRefused(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	_, err := s.List(t.Context(), &region.Filter{Search: new("a\x00b")}, nil, region.ByKey, page.Args{})
	if fault.CodeOf(err) != fault.BadUserInput {
		t.Errorf("error is %v, want BAD_USER_INPUT", err)
	}
}

func TestByIDsLinesUpWithWhatWasAsked(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	land, eisenach, unknown := s.id(t, "15"), s.id(t, "16056"), uuid.New()
	statements(t, "five ids", 1, func(ctx context.Context) {
		got, err := s.ByIDs(ctx, []uuid.UUID{eisenach, unknown, land, eisenach, uuid.Nil})
		if err != nil || keysOf(got) != "16056 - 15 16056 -" {
			t.Errorf("got %s, %v", keysOf(got), err)
		}
	})
	got, err := s.ByIDs(t.Context(), nil)
	if err != nil || len(got) != 0 {
		t.Errorf("no ids: %v, %v", got, err)
	}
	if got, err := s.ByIDs(t.Context(), []uuid.UUID{land}); err != nil || got[0].ID().UUID != land || got[0].ID().String()[:4] != "reg_" {
		t.Errorf("the id of %v, %v", got, err)
	}
}

func TestByIDsFindsEveryRegion(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	want := s.all(t)
	ids := make([]uuid.UUID, len(want))
	for i, r := range want {
		ids[i] = r.UUID
	}
	statements(t, "all ids", 1, func(ctx context.Context) {
		got, err := s.ByIDs(ctx, ids)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAncestors(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.wander(t)
	zerbst := s.mustInsert(t, stored{Key: "15151999", Level: "MUNICIPALITY", Parent: s.id(t, "15151"), To: "2007-07-01"})
	asked := []uuid.UUID{s.id(t, "15"), zerbst, s.id(t, "15090"), uuid.New(), zerbst, s.id(t, "16056000"), s.id(t, "15")}
	want := []string{"", "15151 151 15", "15", "", "15151 151 15", "16056 16", ""}
	statements(t, "ancestors of seven", 1, func(ctx context.Context) {
		got, err := s.Ancestors(ctx, asked, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d answers for %d questions", len(got), len(want))
		}
		for i := range want {
			if got[i] == nil || keysOf(got[i]) != want[i] {
				t.Errorf("above number %d are %q, want %q", i, keysOf(got[i]), want[i])
			}
		}
	})
	if got, err := s.Ancestors(t.Context(), nil, nil); err != nil || len(got) != 0 {
		t.Errorf("nobody's ancestors: %v, %v", got, err)
	}
}

func TestChildrenAreTheModelsChildren(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.wander(t)
	m := s.model(t)
	ids := []uuid.UUID{uuid.New(), uuid.Nil}
	for _, r := range m.byKey {
		if r.Level != region.District || r.Key == "15090" || r.Key == "16056" || r.Key == "16063" || r.Key == "01001" {
			ids = append(ids, r.UUID)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		parents := rapid.SliceOfN(rapid.SampledFrom(ids), 0, 12).Draw(t, "parents")
		size, asOf := rapid.IntRange(1, 60).Draw(t, "size"), drawDay(t)
		on := s.Today()
		if asOf != nil {
			on = *asOf
		}
		below := func(parent uuid.UUID) []*region.Region {
			return slices.DeleteFunc(m.list(region.Filter{}, on, region.ByKey), func(r *region.Region) bool {
				return r.ParentID == nil || *r.ParentID != parent
			})
		}
		ctx, counter := postgres.WithCounter(t.Context())
		lists, err := s.Children(ctx, parents, asOf, page.Args{First: &size})
		if err != nil {
			t.Fatal(err)
		}
		counts, err := s.Count(ctx, lists)
		if err != nil {
			t.Fatal(err)
		}
		if n := counter.Statements(); n > 2 {
			t.Fatalf("%d statements for children and their number", n)
		}
		if len(lists) != len(parents) || len(counts) != len(parents) {
			t.Fatalf("%d lists, %d counts for %d parents", len(lists), len(counts), len(parents))
		}
		for i, parent := range parents {
			want := below(parent)
			info := lists[i].PageInfo()
			if counts[i] != len(want) || info.HasNextPage != (len(want) > size) || info.HasPreviousPage {
				t.Fatalf("parent %d: %d children, next page %t, want %d", i, counts[i], info.HasNextPage, len(want))
			}
			if shown := want[:min(size, len(want))]; !reflect.DeepEqual(shown, lists[i].Nodes) {
				t.Fatalf("parent %d:\n%s", i, cmp.Diff(shown, lists[i].Nodes))
			}
			if !info.HasNextPage {
				continue
			}
			next, err := s.Children(t.Context(), []uuid.UUID{parent}, asOf, page.Args{First: new(page.MaxSize), After: info.EndCursor()})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(want[size:], next[0].Nodes) {
				t.Fatalf("the second page of parent %d:\n%s", i, cmp.Diff(want[size:], next[0].Nodes))
			}
		}
	})
}

func TestChildrenRefuseWhatAListRefuses(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	land := []uuid.UUID{s.id(t, "15")}
	_, err := s.Children(t.Context(), land, nil, page.Args{First: new(101), After: new(page.Cursor("x"))})
	wantRefused(t, "bounds", err, "first", "after")
	byName, err := s.List(t.Context(), nil, nil, region.ByName, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Children(t.Context(), land, nil, page.Args{After: byName.PageInfo().EndCursor()})
	wantRefused(t, "a cursor by name", err, "after")
}

// Lists of children of one day are counted together, whatever their number.
func TestCountStatements(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	var lands []uuid.UUID
	for _, r := range s.all(t) {
		if r.Level == region.Land {
			lands = append(lands, r.UUID)
		}
	}
	children := func(asOf string) []*region.Connection {
		lists, err := s.Children(t.Context(), lands, day(t, asOf), page.Args{})
		if err != nil {
			t.Fatal(err)
		}
		return lists
	}
	list, err := s.List(t.Context(), nil, day(t, "2020-01-01"), region.ByKey, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	before, after := children("2021-06-30"), children("2021-07-01")
	for name, c := range map[string]struct {
		lists      []*region.Connection
		statements int
		total      int
	}{
		"no list":                         {nil, 0, 0},
		"a list of everything":            {[]*region.Connection{list}, 1, 417},
		"children of all, of one day":     {before, 1, 401},
		"children of all, of two days":    {append(slices.Clone(before), after...), 2, 801},
		"children twice":                  {append(slices.Clone(after), after...), 1, 800},
		"children and a list of all":      {append(slices.Clone(after), list), 2, 817},
		"children and a list of all, too": {append([]*region.Connection{list}, before...), 2, 818},
	} {
		statements(t, name, c.statements, func(ctx context.Context) {
			counts, err := s.Count(ctx, c.lists)
			if err != nil || len(counts) != len(c.lists) {
				t.Fatalf("%s: %v, %v", name, counts, err)
			}
			total := 0
			for _, n := range counts {
				total += n
			}
			if total != c.total {
				t.Errorf("%s: %d regions in all, want %d", name, total, c.total)
			}
		})
	}
}
