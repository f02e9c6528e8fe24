package region_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

func TestByARS(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.mustInsert(t, stored{Key: "15003000", Ars: "150030000000", Level: "MUNICIPALITY", Name: "Magdeburg", Parent: s.id(t, "15003")})
	osterburg := s.mustInsert(t, stored{Key: "15090415", Ars: "150900415415", Level: "MUNICIPALITY", Name: "Osterburg (Altmark)", Parent: s.id(t, "15090")})
	s.mustInsert(t, stored{Key: "15090999", Ars: "150900415999", Level: "MUNICIPALITY", Name: "Aufgelöst", Parent: s.id(t, "15090"), To: "2010-01-01", Successor: osterburg})
	for name, c := range map[string]struct{ key, asOf, want string }{
		"a municipality":                               {"150900415415", "", "15090415"},
		"its AGS":                                      {"15090415", "", "15090415"},
		"the association of an earlier day":            {"150905052415", "", "15090415"},
		"a dissolved municipality while it was":        {"150900415999", "2009-12-31", "15090999"},
		"a dissolved municipality since":               {"150900415999", "2010-01-01", "15090415"},
		"a city that is its own district":              {"150030000000", "", "15003000"},
		"a district with zeros":                        {"150900000000", "", "15090"},
		"a dissolved district with zeros":              {"160560000000", "", "16063"},
		"a Land with zeros":                            {"150000000000", "", "15"},
		"Berlin, where the district has zeros as well": {"110000000000", "", "11000"},
		"a municipality that nobody has":               {"150900415416", "", "-"},
		"a district that nobody has":                   {"159990000000", "", "-"},
	} {
		statements(t, name, 1, func(ctx context.Context) {
			got, err := s.ByKey(ctx, c.key, day(t, c.asOf))
			if err != nil || keysOf([]*region.Region{got}) != c.want {
				t.Errorf("%s: found %s, %v, want %s", name, keysOf([]*region.Region{got}), err, c.want)
			}
		})
	}
}

func TestDatabaseRefusesAnARSThatDoesNotFit(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	stendal := s.id(t, "15090")
	s.mustInsert(t, stored{Key: "15090001", Ars: "150900001001", Level: "MUNICIPALITY", Parent: stendal, To: "2010-01-01"})
	for name, c := range map[string]struct {
		row        stored
		constraint string
	}{
		"another district":             {stored{Key: "15090002", Ars: "150910001002", Level: "MUNICIPALITY", Parent: stendal}, "region_ars_check"},
		"another municipality":         {stored{Key: "15090002", Ars: "150900001003", Level: "MUNICIPALITY", Parent: stendal}, "region_ars_check"},
		"eleven digits":                {stored{Key: "15090002", Ars: "15090001002", Level: "MUNICIPALITY", Parent: stendal}, "region_ars_check"},
		"a letter":                     {stored{Key: "15090002", Ars: "15090000x002", Level: "MUNICIPALITY", Parent: stendal}, "region_ars_check"},
		"a district":                   {stored{Key: "15990", Ars: "159900000990", Level: "DISTRICT", Parent: s.id(t, "15")}, "region_ars_check"},
		"a second holder of a day":     {stored{Key: "15090001", Ars: "150900001001", Level: "MUNICIPALITY", Parent: stendal, From: "2009-12-31"}, "region_key_period_excl"},
		"the same key on the next day": {stored{Key: "15090001", Ars: "150900001001", Level: "MUNICIPALITY", Parent: stendal, From: "2010-01-01"}, ""},
	} {
		_, err := s.insert(t.Context(), c.row)
		if got := postgres.Constraint(err); got != c.constraint || c.constraint == "" && err != nil {
			t.Errorf("%s: %v, want constraint %s", name, err, c.constraint)
		}
	}
	_, err := s.db.Exec(t.Context(), `UPDATE region SET association = 'Amt' WHERE key = '15090'`)
	if got := postgres.Constraint(err); got != "region_association_of_municipality" {
		t.Errorf("an association of a district: %v", err)
	}
}

func TestPredecessors(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	heir := s.id(t, "15090")
	for _, key := range []string{"15302", "15301"} {
		s.mustInsert(t, stored{Key: key, Level: "DISTRICT", Parent: s.id(t, "15"), To: "1994-07-01", Successor: heir})
	}
	statements(t, "predecessors of four", 1, func(ctx context.Context) {
		got, err := s.Predecessors(ctx, []uuid.UUID{heir, s.id(t, "15"), uuid.New(), s.id(t, "16063")})
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, regions := range got {
			if regions == nil {
				t.Error("a list is null")
			}
			keys = append(keys, keysOf(regions))
		}
		if strings.Join(keys, "|") != "15301 15302|||16056" {
			t.Errorf("predecessors are %q", keys)
		}
	})
}

func TestDescendantsAreTheModelsDescendants(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.wander(t)
	m := s.model(t)
	rapid.Check(t, func(t *rapid.T) {
		above := rapid.SliceOfN(rapid.SampledFrom(m.byKey), 0, 8).Draw(t, "above")
		size, asOf := rapid.IntRange(1, 60).Draw(t, "size"), drawDay(t)
		var level *region.Level
		if rapid.Bool().Draw(t, "by level") {
			level = new(rapid.SampledFrom([]region.Level{region.GovernmentRegion, region.District, region.Municipality}).Draw(t, "level"))
		}
		on := s.Today()
		if asOf != nil {
			on = *asOf
		}
		ctx, counter := postgres.WithCounter(t.Context())
		lists, err := s.Descendants(ctx, above, level, asOf, page.Args{First: &size})
		if err != nil {
			t.Fatal(err)
		}
		counts, err := s.Count(ctx, lists)
		if err != nil {
			t.Fatal(err)
		}
		if n := counter.Statements(); n > 2 {
			t.Fatalf("%d statements for descendants and their number", n)
		}
		for i, start := range above {
			want := slices.DeleteFunc(m.list(region.Filter{Level: level, KeyPrefix: &start.Key}, on, region.ByKey), func(r *region.Region) bool {
				return r.Key == start.Key
			})
			if counts[i] != len(want) || lists[i].PageInfo().HasNextPage != (len(want) > size) {
				t.Fatalf("below %s are %d, want %d", start.Key, counts[i], len(want))
			}
			if got := keysOf(lists[i].Nodes); got != keysOf(want[:min(size, len(want))]) {
				t.Fatalf("below %s are %s, want %s", start.Key, got, keysOf(want))
			}
		}
	})
}

func TestDescendantsGoOnBehindACursor(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	above, err := s.ByIDs(t.Context(), []uuid.UUID{s.id(t, "10")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	var after *page.Cursor
	for {
		lists, err := s.Descendants(t.Context(), above, nil, nil, page.Args{First: new(4), After: after})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, keysOf(lists[0].Nodes))
		if !lists[0].PageInfo().HasNextPage {
			break
		}
		after = lists[0].PageInfo().EndCursor()
	}
	if strings.Join(got, "|") != "10041 10042 10043 10044|10045 10046" {
		t.Errorf("pages are %q", got)
	}
	_, err = s.Descendants(t.Context(), above, nil, nil, page.Args{First: new(0)})
	wantRefused(t, "no row", err, "first")
}

// deliver enters where post of some codes goes to.
func (s setup) deliver(t *testing.T, rows ...[3]string) {
	t.Helper()
	for _, row := range rows {
		s.exec(t, `INSERT INTO postal_code_place (code, region_id, place, latitude, longitude) SELECT $1, id, $3, 52.6, 12.3 FROM region WHERE key = $2`,
			row[0], row[1], row[2])
	}
}

func TestPostalCodeGivesPlacesWithTheirDistrictAndLand(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.mustInsert(t, stored{Key: "15090485", Level: "MUNICIPALITY", Name: "Schollene", Parent: s.id(t, "15090")})
	s.deliver(t, [3]string{"14715", "15090485", "Schollene"}, [3]string{"14715", "12063", "Nennhausen"}, [3]string{"14715", "12063", "Havelaue"},
		[3]string{"99817", "16056", "Eisenach"}, [3]string{"01067", "14612", "Dresden"})
	for code, want := range map[string]string{
		"14715": "Havelaue in 12063, 12063, 12|Nennhausen in 12063, 12063, 12|Schollene in 15090485, 15090, 15",
		"01067": "Dresden in 14612, 14612, 14",
		"99817": "", // Eisenach's district is dissolved
		"00000": "",
	} {
		statements(t, code, 1, func(ctx context.Context) {
			got, err := s.ByPostalCode(ctx, code)
			if err != nil {
				t.Fatal(err)
			}
			if (got == nil) != (want == "") {
				t.Fatalf("%s gives %v", code, got)
			}
			if got == nil {
				return
			}
			places, err := s.PlacesOf(ctx, []*region.PostalCode{got})
			if err != nil {
				t.Fatal(err)
			}
			if describe(places[0]) != want {
				t.Errorf("%s lies in %s, want %s", code, describe(places[0]), want)
			}
		})
	}
	for _, code := range []string{"", "1471", "147150", "1471a", "１4715"} {
		_, err := s.ByPostalCode(t.Context(), code)
		wantRefused(t, code, err, "code")
	}
}

func describe(places []*region.PostalCodePlace) string {
	texts := make([]string, len(places))
	for i, p := range places {
		texts[i] = p.Name + " in " + p.Region.Key + ", " + keysOf([]*region.Region{p.District}) + ", " + p.Land.Key
	}
	return strings.Join(texts, "|")
}

func TestPostalCodesOfRegions(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.mustInsert(t, stored{Key: "15090485", Level: "MUNICIPALITY", Name: "Schollene", Parent: s.id(t, "15090")})
	s.deliver(t, [3]string{"14715", "15090485", "Schollene"}, [3]string{"39576", "15090", "Stendal"}, [3]string{"39576", "15090", "Borstel"},
		[3]string{"39104", "15003", "Magdeburg"}, [3]string{"14715", "12063", "Nennhausen"})
	regions, err := s.ByIDs(t.Context(), []uuid.UUID{s.id(t, "15"), s.id(t, "15090485"), s.id(t, "01"), s.id(t, "15")})
	if err != nil {
		t.Fatal(err)
	}
	statements(t, "postal codes, their number and their places", 3, func(ctx context.Context) {
		lists, err := s.PostalCodesIn(ctx, regions, page.Args{First: new(2)})
		if err != nil {
			t.Fatal(err)
		}
		counts, err := s.CountPostalCodes(ctx, lists)
		if err != nil || !slices.Equal(counts, []int{3, 1, 0, 3}) {
			t.Errorf("counted %v, %v", counts, err)
		}
		var codes []string
		for _, list := range lists {
			for _, c := range list.Nodes {
				codes = append(codes, c.Code)
			}
			codes = append(codes, "|")
		}
		if got := strings.Join(codes, " "); got != "14715 39104 | 14715 | | 14715 39104 |" {
			t.Errorf("the codes are %s", got)
		}
		places, err := s.PlacesOf(ctx, lists[0].Nodes)
		if err != nil || len(places) != 2 || len(places[0]) != 2 || describe(places[1]) != "Magdeburg in 15003, 15003, 15" {
			t.Errorf("the places are %v, %v", places, err)
		}
	})
	lists, err := s.PostalCodesIn(t.Context(), regions[:1], page.Args{First: new(2)})
	if err != nil {
		t.Fatal(err)
	}
	lists, err = s.PostalCodesIn(t.Context(), regions[:1], page.Args{First: new(2), After: lists[0].PageInfo().EndCursor()})
	if err != nil || len(lists[0].Nodes) != 1 || lists[0].Nodes[0].Code != "39576" {
		t.Errorf("the next page is %v, %v", lists, err)
	}
}
