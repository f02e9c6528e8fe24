package region_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

// all returns every region at all times, by key.
func (s setup) all(t *testing.T) []*region.Region {
	t.Helper()
	rows, err := postgres.Rows[region.Region](t.Context(), s.db, `
SELECT id, key, ars, level, name, official_name, designation, association, parent_id, valid_from, valid_to, successor_id, iso_code, nuts_code,
       population, population_on, area_km2 FROM region ORDER BY key, id`)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The figures are those that the Statistisches Bundesamt gives for Germany on 31
// December 2018.
func TestSeedIsGermanyOn31December2018(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	lands := map[uuid.UUID]*region.Region{}
	people, below := map[uuid.UUID]int{}, map[uuid.UUID]int{}
	var districts, cities, dissolved []*region.Region
	for _, r := range s.all(t) {
		if r.Level == region.Land {
			lands[r.UUID] = r
			continue
		}
		people[*r.ParentID] += *r.Population
		below[*r.ParentID]++
		districts = append(districts, r)
		if strings.HasSuffix(r.Designation, "tadt") || r.Designation == "Stadtkreis" {
			cities = append(cities, r)
		}
		if r.ValidTo != nil {
			dissolved = append(dissolved, r)
		}
	}
	if len(lands) != 16 || len(districts) != 401 || len(cities) != 107 {
		t.Errorf("%d Länder, %d districts, %d of them cities, want 16, 401, 107", len(lands), len(districts), len(cities))
	}
	total := 0
	for id, land := range lands {
		if *land.Population != people[id] {
			t.Errorf("%s has %d people, its districts %d", land.Name, *land.Population, people[id])
		}
		total += *land.Population
	}
	if total != 83019213 {
		t.Errorf("%d people, want 83019213", total)
	}
	for _, d := range districts {
		if land := lands[*d.ParentID]; land == nil || land.Key != d.Key[:2] {
			t.Errorf("%s lies in %v", d.Key, land)
		}
	}
	counts := map[string]int{
		"01": 15, "02": 1, "03": 45, "04": 2, "05": 53, "06": 26, "07": 36, "08": 44, "09": 96, "10": 6, "11": 1,
		"12": 18, "13": 8, "14": 13, "15": 14, "16": 23,
	}
	for id, land := range lands {
		if below[id] != counts[land.Key] {
			t.Errorf("%s has %d districts, want %d", land.Name, below[id], counts[land.Key])
		}
	}
	if len(dissolved) != 1 || dissolved[0].Name != "Eisenach" || dissolved[0].ValidTo.String() != "2021-07-01" ||
		dissolved[0].SuccessorID == nil || *dissolved[0].SuccessorID != s.id(t, "16063") {
		t.Errorf("dissolved: %s", keysOf(dissolved))
	}
}

func TestEverySeededRegionIsWhole(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	codes := map[string]bool{}
	for _, r := range s.all(t) {
		if r.Population == nil || r.PopulationOn == nil || r.PopulationOn.String() != "2018-12-31" {
			t.Errorf("%s: %v people on %v", r.Key, r.Population, r.PopulationOn)
		}
		code, whole := r.NutsCode, r.Level == region.District && r.ParentID != nil && r.AreaKm2 != nil
		if r.Level == region.Land {
			code, whole = r.IsoCode, r.ParentID == nil
		}
		if !whole || code == nil || codes[*code] {
			t.Errorf("%s is not whole, or another has its code: %+v", r.Key, r)
			continue
		}
		codes[*code] = true
	}
}

// Demo data, bookmarks and other installations rely on these ids.
func TestSeedIdsNeverChange(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for key, want := range map[string]string{
		"15":    "reg_01d0000000f79rjq6590aq4dzn",
		"15090": "reg_01d0000000fry81741j7vhgxbp",
	} {
		if got, err := s.ByKey(t.Context(), key, nil); err != nil || got.ID().String() != want {
			t.Errorf("%s has the id %v, %v, want %s", key, got.ID(), err, want)
		}
	}
	for _, r := range s.all(t) {
		if r.UUID.Version() != 7 || r.UUID.Variant() != uuid.RFC4122 {
			t.Errorf("%s: %s is no UUIDv7", r.Key, r.UUID)
		}
	}
}

func TestNamesAreWithoutAdditions(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for _, r := range s.all(t) {
		if strings.Contains(r.Name, ", ") || strings.TrimSpace(r.Name) != r.Name || r.Name == "" || r.Designation == "" ||
			!strings.Contains(r.OfficialName, r.Name) {
			t.Errorf("%s: %q, officially %q, %q", r.Key, r.Name, r.OfficialName, r.Designation)
		}
	}
}
