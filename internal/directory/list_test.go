package directory_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

func orders() []directory.OmbudsOfficeOrder {
	return []directory.OmbudsOfficeOrder{directory.OfficesByName, directory.OfficesByNewest}
}

// sortedByPostgres returns offices in the order that Postgres gives them: how
// German names sort is not for the tests to know.
func (s setup) sortedByPostgres(t tb, offices []*directory.OmbudsOffice, order directory.OmbudsOfficeOrder) []uuid.UUID {
	t.Helper()
	ids, names, times := make([]uuid.UUID, len(offices)), make([]string, len(offices)), make([]string, len(offices))
	for i, o := range offices {
		ids[i], names[i], times[i] = o.UUID, o.Name, o.CreatedAt.Format(time.RFC3339Nano)
	}
	by := `name COLLATE "de-x-icu", id`
	if order == directory.OfficesByNewest {
		by = `created_at DESC, id DESC`
	}
	sorted, err := postgres.Values[uuid.UUID](t.Context(), s.db, `
SELECT id FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS x(id, name, created_at) ORDER BY `+by, ids, names, times)
	if err != nil {
		t.Fatal(err)
	}
	return sorted
}

func idsOf(offices []*directory.OmbudsOffice) []uuid.UUID {
	ids := make([]uuid.UUID, len(offices))
	for i, o := range offices {
		ids[i] = o.UUID
	}
	return ids
}

func (s setup) remove(ctx context.Context, ids ...uuid.UUID) error {
	_, err := s.db.Exec(ctx, `DELETE FROM ombuds_office WHERE id = ANY($1::uuid[])`, ids)
	return err
}

// walk reads all pages of size and calls between after each that is not the last.
func (s setup) walk(t tb, order directory.OmbudsOfficeOrder, size int, between func(last uuid.UUID)) []*directory.OmbudsOffice {
	t.Helper()
	seen := []*directory.OmbudsOffice{}
	var after *page.Cursor
	for {
		list, err := s.Offices(t.Context(), nil, order, page.Args{First: &size, After: after}, directory.Along{})
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, list.Nodes...)
		info := list.PageInfo()
		if !info.HasNextPage {
			return seen
		}
		if len(list.Nodes) != size {
			t.Fatalf("a page of %d has %d rows and another behind it", size, len(list.Nodes))
		}
		after = info.EndCursor()
		between(list.Nodes[size-1].UUID)
	}
}

// wantSeen holds a walk to its promise: what was there all the time was seen
// once, nothing was seen twice, and the order held.
func (s setup) wantSeen(t tb, order directory.OmbudsOfficeOrder, stayed []uuid.UUID, seen []*directory.OmbudsOffice) {
	t.Helper()
	times := map[uuid.UUID]int{}
	for _, o := range seen {
		if times[o.UUID]++; times[o.UUID] > 1 {
			t.Errorf("by %s: %s was seen %d times", order, o.Name, times[o.UUID])
		}
	}
	for _, id := range stayed {
		if times[id] != 1 {
			t.Errorf("by %s: %s was there all the time and was seen %d times", order, id, times[id])
		}
	}
	if diff := cmp.Diff(s.sortedByPostgres(t, seen, order), idsOf(seen)); diff != "" {
		t.Errorf("by %s: the order does not hold:\n%s", order, diff)
	}
}

// names are many that are near each other, with umlauts, signs and cases that
// sort otherwise than bytes do.
func aName(pick func(n int) int) string {
	parts := []string{"a", "A", "ä", "Ä", "b", "ß", "ss", "-", " x", "z", "Z", "é", "1", "10", "2", "🧡", "_", "ö", "o"}
	var name strings.Builder
	for range 1 + pick(3) {
		name.WriteString(parts[pick(len(parts))])
	}
	return name.String()
}

// Between two pages, offices come and go; the one that the cursor names, too.
func TestWalkIsStableWhateverComesAndGoesBetweenPages(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	in := s.valid(t, "", carrier)
	start := s.clock.now()
	rapid.Check(t, func(t *rapid.T) {
		if _, err := s.db.Exec(t.Context(), `DELETE FROM ombuds_office`); err != nil {
			t.Fatal(err)
		}
		pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }
		n := 0
		create := func() uuid.UUID {
			n++
			s.clock.set(start.Add(time.Duration(pick(4)) * time.Microsecond))
			in := in
			in.Name = fmt.Sprint(aName(pick), " ", n) // a name is taken only once
			return s.office(t, in).UUID
		}
		var stayed, doomed []uuid.UUID
		for range 1 + pick(12) {
			if id := create(); pick(2) == 0 {
				stayed = append(stayed, id)
			} else {
				doomed = append(doomed, id)
			}
		}
		order := orders()[pick(2)]
		seen := s.walk(t, order, 1+pick(3), func(last uuid.UUID) {
			switch at := slices.Index(doomed, last); {
			case at >= 0 && pick(2) == 0:
				if err := s.remove(t.Context(), last); err != nil {
					t.Fatal(err)
				}
			case len(doomed) > 0 && pick(2) == 0:
				if err := s.remove(t.Context(), doomed[pick(len(doomed))]); err != nil {
					t.Fatal(err)
				}
			}
			if n < 20 && pick(2) == 0 {
				create()
			}
		})
		s.wantSeen(t, order, stayed, seen)
	})
}

func TestWalkIsStableUnderConcurrentInsertsAndDeletes(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	in := s.valid(t, "", carrier)
	start := s.clock.now()
	// Ids and times that are near each other fall on both sides of a cursor.
	writer := directory.NewService(s.db, s.regions, s.codec,
		func() time.Time { return start.Add(time.Duration(rand.IntN(20)) * time.Microsecond) }, uuid.New)
	create := func(ctx context.Context) (uuid.UUID, error) {
		in := in
		in.Name = fmt.Sprint(aName(rand.IntN), " ", uuid.NewString())
		payload, err := writer.CreateOmbudsOffice(as(ctx, "ben"), in)
		if got := toldByOffice(payload, err); got != "" {
			return uuid.Nil, fmt.Errorf("told %q", got)
		}
		return payload.OmbudsOffice.UUID, nil
	}
	var stayed, doomed []uuid.UUID
	for i := range 90 {
		id, err := create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 {
			doomed = append(doomed, id)
		} else {
			stayed = append(stayed, id)
		}
	}

	ctx, stop := context.WithCancel(t.Context())
	var writers, readers sync.WaitGroup
	var written atomic.Int32
	for i := range 3 {
		writers.Go(func() {
			mine := doomed[i*10 : i*10+10 : i*10+10]
			for ctx.Err() == nil {
				id, err := create(ctx)
				if err == nil {
					written.Add(1)
					mine = append(mine, id)
					at := rand.IntN(len(mine))
					err = s.remove(ctx, mine[at])
					mine = slices.Delete(mine, at, at+1)
				}
				if err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 4 {
		readers.Go(func() {
			for round := 0; (round < 5 || written.Load() < 50) && !t.Failed(); round++ {
				order := orders()[(i+round)%2]
				s.wantSeen(quiet{t}, order, stayed, s.walk(quiet{t}, order, 1+i*2+round%5, func(uuid.UUID) {}))
			}
		})
	}
	readers.Wait()
	stop()
	writers.Wait()
}

// quiet lets goroutines report with Fatal, which the testing package allows
// its own alone.
type quiet struct{ *testing.T }

func (q quiet) Fatal(args ...any) {
	q.Error(args...)
	runtime.Goexit()
}

func (q quiet) Fatalf(format string, args ...any) { q.Fatal(fmt.Sprintf(format, args...)) }

func TestCursorOfOneOrderIsRefusedInTheOther(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	s.office(t, s.valid(t, "Ombudsstelle Stendal", carrier))
	byName, err := s.Offices(t.Context(), nil, directory.OfficesByName, page.Args{}, directory.Along{})
	if err != nil {
		t.Fatal(err)
	}
	organisations, err := s.Organisations(t.Context(), nil, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		cursor *page.Cursor
		order  directory.OmbudsOfficeOrder
		told   string
	}{
		"a cursor by name, by name":            {byName.PageInfo().EndCursor(), directory.OfficesByName, ""},
		"a cursor by name, by newest":          {byName.PageInfo().EndCursor(), directory.OfficesByNewest, bad("after")},
		"a cursor of the organisations' names": {organisations.PageInfo().EndCursor(), directory.OfficesByName, bad("after")},
	} {
		args := page.Args{After: c.cursor}
		if _, err := s.Offices(t.Context(), nil, c.order, args, directory.Along{}); told(nil, err) != c.told {
			t.Errorf("%s: %v, want %q", what, err, c.told)
		}
		if _, err := s.OfficesAround(t.Context(), []*region.Region{s.region(t, "15")}, region.Self, nil, c.order, args); told(nil, err) != c.told {
			t.Errorf("%s, around a region: %v, want %q", what, err, c.told)
		}
	}
}

func TestListsRefuse(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	eleven := slices.Repeat([]directory.OmbudsOfficeStatus{directory.Open}, 11)
	for what, c := range map[string]struct {
		filter directory.OmbudsOfficeFilter
		args   page.Args
		told   string
	}{
		"eleven statuses":               {directory.OmbudsOfficeFilter{Status: eleven}, page.Args{}, bad("filter.status")},
		"ten statuses fit":              {directory.OmbudsOfficeFilter{Status: eleven[:10]}, page.Args{}, ""},
		"no statuses fit":               {directory.OmbudsOfficeFilter{Status: eleven[:0]}, page.Args{}, ""},
		"a text of one character":       {directory.OmbudsOfficeFilter{Search: new("ü")}, page.Args{}, bad("filter.search")},
		"a text of 101 characters":      {directory.OmbudsOfficeFilter{Search: new(long(101))}, page.Args{}, bad("filter.search")},
		"a text of 100 characters fits": {directory.OmbudsOfficeFilter{Search: new(long(100))}, page.Args{}, ""},
		"both":                          {directory.OmbudsOfficeFilter{Status: eleven, Search: new("")}, page.Args{}, bad("filter.status", "filter.search")},
		"bounds":                        {directory.OmbudsOfficeFilter{}, page.Args{First: new(0), After: new(page.Cursor("x"))}, bad("first", "after")},
	} {
		if _, err := s.Offices(t.Context(), &c.filter, directory.OfficesByName, c.args, directory.Along{}); told(nil, err) != c.told {
			t.Errorf("%s: %v, want %q", what, err, c.told)
		}
		if _, err := s.OfficesAround(t.Context(), nil, region.Self, &c.filter, directory.OfficesByName, c.args); told(nil, err) != c.told {
			t.Errorf("%s, around regions: %v, want %q", what, err, c.told)
		}
		if c.filter.Status != nil {
			continue
		}
		if _, err := s.Organisations(t.Context(), &directory.OrganisationFilter{Search: c.filter.Search}, c.args); told(nil, err) != c.told {
			t.Errorf("%s, of organisations: %v, want %q", what, err, c.told)
		}
	}
}

func TestOrganisationsAreFoundByKindAndText(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for name, kind := range map[string]directory.OrganisationKind{
		"100% Hilfe": directory.FreeCarrier, "100 Hilfe": directory.PublicCarrier, "Über_brücke": directory.FreeCarrier,
		"Überxbrücke": directory.UmbrellaBody, `Rück\weg`: directory.Ministry, "Zebra": directory.FreeCarrier,
	} {
		payload, err := s.CreateOrganisation(as(t.Context(), "anna"), directory.CreateOrganisationInput{Name: name, Kind: kind})
		if got := toldByOrganisation(payload, err); got != "" {
			t.Fatal(got)
		}
	}
	kind := func(k directory.OrganisationKind) *directory.OrganisationKind { return &k }
	for what, c := range map[string]struct {
		filter *directory.OrganisationFilter
		want   string
	}{
		"all, as Germans sort":   {nil, `100 Hilfe|100% Hilfe|Rück\weg|Über_brücke|Überxbrücke|Zebra`},
		"of one kind":            {&directory.OrganisationFilter{Kind: kind(directory.FreeCarrier)}, "100% Hilfe|Über_brücke|Zebra"},
		"of a kind that none is": {&directory.OrganisationFilter{Kind: kind(directory.ResearchInstitute)}, ""},
		"a percent sign":         {&directory.OrganisationFilter{Search: new("0%")}, "100% Hilfe"},
		"two percent signs":      {&directory.OrganisationFilter{Search: new("%%")}, ""},
		"an underscore":          {&directory.OrganisationFilter{Search: new("R_B")}, "Über_brücke"},
		"a backslash":            {&directory.OrganisationFilter{Search: new(`k\w`)}, `Rück\weg`},
		"umlauts in capitals":    {&directory.OrganisationFilter{Search: new("BRÜCKE")}, "Über_brücke|Überxbrücke"},
		"spaces around":          {&directory.OrganisationFilter{Search: new("  hilfe ")}, "100 Hilfe|100% Hilfe"},
		"kind and text":          {&directory.OrganisationFilter{Kind: kind(directory.FreeCarrier), Search: new("hilfe")}, "100% Hilfe"},
	} {
		names := []string{}
		var after *page.Cursor
		for more := true; more; {
			list, err := s.Organisations(t.Context(), c.filter, page.Args{First: new(2), After: after})
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			for _, o := range list.Nodes {
				names = append(names, o.Name)
			}
			more, after = list.PageInfo().HasNextPage, list.PageInfo().EndCursor()
			counts, err := s.CountOrganisations(t.Context(), []*directory.OrganisationConnection{list, list})
			if want := len(strings.FieldsFunc(c.want, func(r rune) bool { return r == '|' })); err != nil || counts[0] != want || counts[1] != want {
				t.Errorf("%s: counted %v, %v, want %d", what, counts, err, want)
			}
		}
		if got := strings.Join(names, "|"); got != c.want {
			t.Errorf("%s: found %s, want %s", what, got, c.want)
		}
	}
}

// around is the model of the three scopes: an official key begins with those of
// all regions above.
func around(scope region.Scope, asked, of *region.Region) bool {
	switch scope {
	case region.SelfAndAbove:
		return strings.HasPrefix(asked.Key, of.Key)
	case region.SelfAndBelow:
		return strings.HasPrefix(of.Key, asked.Key)
	}
	return asked.Key == of.Key
}

// tree adds regions of all levels to some of those that are there.
func (s setup) tree(t *testing.T) []*region.Region {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), `
INSERT INTO region (id, key, level, name, official_name, designation, parent_id, parent_key)
SELECT gen_random_uuid(), x.key, x.level, 'Gebiet', 'Testgebiet', 'Region', p.id, p.key
FROM (VALUES ('053', 'GOVERNMENT_REGION', '05'), ('091', 'GOVERNMENT_REGION', '09'), ('09999', 'DISTRICT', '09'),
             ('09162000', 'MUNICIPALITY', '09162'), ('15090535', 'MUNICIPALITY', '15090'), ('15090415', 'MUNICIPALITY', '15090')) AS x(key, level, parent)
JOIN region p ON p.key = x.parent`); err != nil {
		t.Fatal(err)
	}
	var regions []*region.Region
	for _, key := range []string{
		"05", "053", "05315", "09", "091", "09162", "09162000", "09999", "15", "15090", "15090535", "15090415", "15003", "16", "16063", "11", "11000",
	} {
		regions = append(regions, s.region(t, key))
	}
	return regions
}

func TestOfficesAroundAreTheModelsOffices(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	regions := s.tree(t)
	carriers := []*directory.Organisation{s.organisation(t, "Träger"), s.organisation(t, "Anderer Träger")}
	stages := []directory.OmbudsOfficeStatus{directory.Planned, directory.Pilot, directory.Open, directory.Closed}
	start := s.clock.now()
	rapid.Check(t, func(t *rapid.T) {
		if _, err := s.db.Exec(t.Context(), `DELETE FROM ombuds_office`); err != nil {
			t.Fatal(err)
		}
		pick := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(t, what) }
		var offices []*directory.OmbudsOffice
		where := map[uuid.UUID]*region.Region{}
		for i := range pick("offices", 12) {
			s.clock.set(start.Add(time.Duration(pick("time", 4)) * time.Microsecond))
			in := directory.CreateOmbudsOfficeInput{
				Name: fmt.Sprint(aName(func(n int) int { return pick("name", n) }), " ", i/2), Status: stages[pick("status", 4)],
				RegionID: regions[pick("region", len(regions))].ID(), CarrierID: carriers[i%2].ID(),
			}
			o := s.office(t, in)
			offices = append(offices, o)
			where[o.UUID] = regions[slices.IndexFunc(regions, func(r *region.Region) bool { return r.UUID == o.RegionID })]
		}
		var filter *directory.OmbudsOfficeFilter
		fits := func(*directory.OmbudsOffice) bool { return true }
		if pick("filtered", 2) == 0 {
			filter = &directory.OmbudsOfficeFilter{Status: rapid.SliceOfN(rapid.SampledFrom(stages), 0, 3).Draw(t, "statuses")}
			if pick("searched", 2) == 0 {
				filter.Search = new(rapid.SampledFrom([]string{" 1", "a ", "ä 0", "_", "%%", "Z 1"}).Draw(t, "search"))
				if len([]rune(strings.TrimSpace(*filter.Search))) < page.MinSearch {
					filter.Search = nil
				}
			}
			fits = func(o *directory.OmbudsOffice) bool {
				return (len(filter.Status) == 0 || slices.Contains(filter.Status, o.Status)) &&
					(filter.Search == nil || strings.Contains(strings.ToLower(o.Name), strings.ToLower(strings.TrimSpace(*filter.Search))))
			}
		}
		order := orders()[pick("order", 2)]
		sorted := s.sortedByPostgres(t, offices, order)
		scope := rapid.SampledFrom([]region.Scope{region.Self, region.SelfAndBelow, region.SelfAndAbove}).Draw(t, "scope")
		model := func(asked *region.Region) []uuid.UUID {
			want := []uuid.UUID{}
			for _, id := range sorted {
				o := offices[slices.IndexFunc(offices, func(o *directory.OmbudsOffice) bool { return o.UUID == id })]
				if fits(o) && (asked == nil || around(scope, asked, where[id])) {
					want = append(want, id)
				}
			}
			return want
		}

		asked := rapid.SliceOfN(rapid.SampledFrom(regions), 0, 8).Draw(t, "asked")
		size := 1 + pick("size", 5)
		ctx, counter := postgres.WithCounter(t.Context())
		lists, err := s.OfficesAround(ctx, asked, scope, filter, order, page.Args{First: &size})
		if err != nil {
			t.Fatal(err)
		}
		everywhere, err := s.Offices(ctx, filter, order, page.Args{First: &size}, directory.Along{})
		if err != nil {
			t.Fatal(err)
		}
		if n := counter.Statements(); n != 2 {
			t.Fatalf("%d statements for two lists", n)
		}
		ctx, counter = postgres.WithCounter(t.Context())
		counts, err := s.CountOffices(ctx, append(slices.Clone(lists), everywhere))
		if err != nil {
			t.Fatal(err)
		}
		if n := counter.Statements(); n != 1+min(1, len(asked)) {
			t.Fatalf("%d statements for two numbers", n)
		}
		asked, lists = append(asked, nil), append(lists, everywhere)
		if len(lists) != len(asked) || len(counts) != len(asked) {
			t.Fatalf("%d lists and %d counts for %d regions", len(lists), len(counts), len(asked))
		}
		for i, r := range asked {
			want := model(r)
			info := lists[i].PageInfo()
			if counts[i] != len(want) || info.HasNextPage != (len(want) > size) || info.HasPreviousPage {
				t.Fatalf("list %d: %d offices, next page %t, want %d", i, counts[i], info.HasNextPage, len(want))
			}
			if diff := cmp.Diff(want[:min(size, len(want))], idsOf(lists[i].Nodes)); diff != "" {
				t.Fatalf("list %d, %s:\n%s", i, scope, diff)
			}
			if r == nil || !info.HasNextPage {
				continue
			}
			next, err := s.OfficesAround(t.Context(), []*region.Region{r}, scope, filter, order, page.Args{First: new(page.MaxSize), After: info.EndCursor()})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want[size:], idsOf(next[0].Nodes)); diff != "" {
				t.Fatalf("list %d, %s, second page:\n%s", i, scope, diff)
			}
		}
	})
}

func TestCountStatements(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	s.office(t, s.valid(t, "Ombudsstelle Stendal", carrier))
	regions := []*region.Region{s.region(t, "15"), s.region(t, "15090"), s.region(t, "16"), s.region(t, "15")}
	lists := func(scope region.Scope, filter *directory.OmbudsOfficeFilter, order directory.OmbudsOfficeOrder) []*directory.OmbudsOfficeConnection {
		lists, err := s.OfficesAround(t.Context(), regions, scope, filter, order, page.Args{})
		if err != nil {
			t.Fatal(err)
		}
		return lists
	}
	type list = []*directory.OmbudsOfficeConnection
	below := lists(region.SelfAndBelow, nil, directory.OfficesByName)
	newest := lists(region.SelfAndBelow, nil, directory.OfficesByNewest)
	above := lists(region.SelfAndAbove, nil, directory.OfficesByName)
	pilots := lists(region.SelfAndBelow, &directory.OmbudsOfficeFilter{Status: []directory.OmbudsOfficeStatus{directory.Pilot}}, directory.OfficesByName)
	open := lists(region.SelfAndBelow, &directory.OmbudsOfficeFilter{Status: []directory.OmbudsOfficeStatus{directory.Open}}, directory.OfficesByName)
	searched := lists(region.SelfAndBelow, &directory.OmbudsOfficeFilter{Search: new("Halle")}, directory.OfficesByName)
	for what, c := range map[string]struct {
		lists      list
		statements int
		want       []int
	}{
		"no list":                  {nil, 0, []int{}},
		"four regions":             {below, 1, []int{1, 1, 0, 1}},
		"in two orders":            {slices.Concat(below, newest), 1, []int{1, 1, 0, 1, 1, 1, 0, 1}},
		"in two scopes":            {slices.Concat(above, below), 2, []int{0, 1, 0, 0, 1, 1, 0, 1}},
		"of two stages":            {slices.Concat(pilots, open), 2, []int{1, 1, 0, 1, 0, 0, 0, 0}},
		"filtered and not, turned": {list{searched[0], below[0], searched[1], below[1]}, 2, []int{0, 1, 0, 1}},
	} {
		ctx, counter := postgres.WithCounter(t.Context())
		got, err := s.CountOffices(ctx, c.lists)
		if err != nil || cmp.Diff(c.want, got) != "" {
			t.Errorf("%s: counted %v, %v, want %v", what, got, err, c.want)
		}
		if n := counter.Statements(); n != c.statements {
			t.Errorf("%s: %d statements, want %d", what, n, c.statements)
		}
	}
}

func TestNobodyAsksForOfficesAroundNothing(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	lists, err := s.OfficesAround(t.Context(), nil, region.Self, nil, directory.OfficesByName, page.Args{})
	if err != nil || len(lists) != 0 {
		t.Errorf("no regions: %v, %v", lists, err)
	}
	stranger := &region.Region{UUID: newID(), Key: "99"}
	lists, err = s.OfficesAround(t.Context(), []*region.Region{stranger}, region.SelfAndBelow, nil, directory.OfficesByName, page.Args{})
	if err != nil || len(lists) != 1 || len(lists[0].Nodes) != 0 || lists[0].Query.Around.ID() != (ident.ID{Kind: ident.Region, UUID: stranger.UUID}) {
		t.Errorf("an unknown region: %v, %v", lists, err)
	}
}
