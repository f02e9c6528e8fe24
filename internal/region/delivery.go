package region

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
)

// PostalCodeDiff is what a file of postal codes changes.
type PostalCodeDiff struct {
	New, Gone, Moved, Changed, Contradictory Class
	Same                                     int

	put    []delivery
	remove []delivery
}

// Classes are the differences by kind.
func (d *PostalCodeDiff) Classes() []Class {
	return []Class{d.New, d.Gone, d.Moved, d.Changed, d.Contradictory}
}

// Empty tells whether the file changes nothing.
func (d *PostalCodeDiff) Empty() bool { return len(d.put)+len(d.remove) == 0 }

// delivery is a place of a postal code as the database has it.
type delivery struct {
	Code      string    `db:"code"       json:"code"`
	RegionID  uuid.UUID `db:"region_id"  json:"region_id"`
	Place     string    `db:"place"      json:"place"`
	Latitude  *float64  `db:"latitude"   json:"latitude"`
	Longitude *float64  `db:"longitude"  json:"longitude"`
	RegionKey string    `db:"region_key" json:"-"`
}

// deliveryKey is what tells one place of a postal code from others.
type deliveryKey struct {
	code   string
	region uuid.UUID
	place  string
}

func (d *delivery) key() deliveryKey { return deliveryKey{d.Code, d.RegionID, d.Place} }

// tree is what there is to attach places to: districts of all times, and the
// municipalities of the day.
type tree struct {
	districts      map[string]*kept
	dissolved      map[string]*kept
	municipalities map[string][]*kept
}

func newTree(all []*kept, day civil.Date) tree {
	t := tree{districts: map[string]*kept{}, dissolved: map[string]*kept{}, municipalities: map[string][]*kept{}}
	for _, k := range all {
		switch {
		case k.Level == District && k.existsOn(day):
			t.districts[k.Key] = k
		case k.Level == District:
			t.dissolved[k.Key] = k
		case k.Level == Municipality && k.existsOn(day):
			t.municipalities[k.Key[:5]] = append(t.municipalities[k.Key[:5]], k)
		}
	}
	return t
}

// regionOf is the smallest region that a place surely lies in: the municipality of
// its name, or the only one of its district, else the district.
func (t tree) regionOf(district *kept, place string) *kept {
	within := t.municipalities[district.Key]
	if len(within) == 1 {
		return within[0]
	}
	var found *kept
	for _, m := range within {
		if strings.EqualFold(m.Name, place) {
			if found != nil {
				return district
			}
			found = m
		}
	}
	return cmp.Or(found, district)
}

// comparePostalCodes tells what rows change of what the database has.
func comparePostalCodes(rows []PostalCodeRow, present []*delivery, all []*kept, day civil.Date) *PostalCodeDiff {
	diff := &PostalCodeDiff{
		New: Class{Name: "new"}, Gone: Class{Name: "gone"}, Moved: Class{Name: "moved"}, Changed: Class{Name: "changed"},
		Contradictory: Class{Name: "contradictory"},
	}
	wanted, order := attach(rows, newTree(all, day), diff)
	before := map[deliveryKey]*delivery{}
	// elsewhere are rows to remove by code and place, from which others move.
	elsewhere := map[[2]string][]*delivery{}
	for _, p := range present {
		before[p.key()] = p
		if wanted[p.key()] == nil {
			diff.remove = append(diff.remove, *p)
			elsewhere[[2]string{p.Code, p.Place}] = append(elsewhere[[2]string{p.Code, p.Place}], p)
		}
	}
	for _, w := range order {
		old, named := before[w.key()], [2]string{w.Code, w.Place}
		switch from := elsewhere[named]; {
		case old != nil && same(old.Latitude, w.Latitude) && same(old.Longitude, w.Longitude):
			diff.Same++
			continue
		case old != nil:
			diff.Changed.add(w.Code, "%s lies at another point", w.Place)
		case len(from) > 0:
			diff.Moved.add(w.Code, "%s goes from %s to %s", w.Place, from[0].RegionKey, w.RegionKey)
			elsewhere[named] = from[1:]
		default:
			diff.New.add(w.Code, "%s in %s", w.Place, w.RegionKey)
		}
		diff.put = append(diff.put, *w)
	}
	for _, p := range present {
		if slices.Contains(elsewhere[[2]string{p.Code, p.Place}], p) {
			diff.Gone.add(p.Code, "%s in %s", p.Place, p.RegionKey)
		}
	}
	return diff
}

// attach finds the region of each row. Rows that contradict the regions or each
// other are told and left out.
func attach(rows []PostalCodeRow, regions tree, diff *PostalCodeDiff) (map[deliveryKey]*delivery, []*delivery) {
	wanted := make(map[deliveryKey]*delivery, len(rows))
	lines := make(map[deliveryKey]int, len(rows))
	var order []*delivery
	far := farOff(rows)
	for i := range rows {
		row := &rows[i]
		refuse := func(text string, args ...any) {
			diff.Contradictory.add(row.Code, "line %d, %s: "+text, append([]any{row.Line, row.Place}, args...)...)
		}
		district := regions.districts[row.District]
		ended := regions.dissolved[row.District]
		switch {
		case row.District == "":
			refuse("names no district")
			continue
		case district == nil && ended != nil:
			refuse("the district %s %s %s", row.District, ended.Name, ended.period())
			continue
		case district == nil:
			refuse("no district has the key %s", row.District)
			continue
		case far[i] > 0:
			refuse("lies in %s, %.0f km from where this code belongs", district.Name, far[i])
			continue
		}
		region := regions.regionOf(district, row.Place)
		d := &delivery{
			Code: row.Code, RegionID: region.UUID, Place: row.Place, Latitude: row.Latitude, Longitude: row.Longitude, RegionKey: region.Key,
		}
		if first, again := lines[d.key()]; again {
			refuse("stands in line %d already", first)
			continue
		}
		wanted[d.key()], lines[d.key()] = d, row.Line
		order = append(order, d)
	}
	return wanted, order
}

// Codes of companies are often placed at the company's seat instead of where the
// code is. Helgoland is 130 km from the middle of its zone; further off nothing is.
const (
	farFromZone = 140.0
	farFromCode = 60.0
	// fewestOfCode is how many places of a code make a middle that can be trusted.
	fewestOfCode = 3
)

// farOff tells for each row how many kilometres its point is evidently too far from
// the others of its zone (the first two digits) or its code, 0 where it is not.
func farOff(rows []PostalCodeRow) []float64 {
	zones, codes := map[string][]*PostalCodeRow{}, map[string][]*PostalCodeRow{}
	for i := range rows {
		if row := &rows[i]; row.Latitude != nil {
			zones[row.Code[:2]] = append(zones[row.Code[:2]], row)
			codes[row.Code] = append(codes[row.Code], row)
		}
	}
	zoneMiddles, codeMiddles := middles(zones), middles(codes)
	far := make([]float64, len(rows))
	for i := range rows {
		row := &rows[i]
		if row.Latitude == nil {
			continue
		}
		if km := distance(row, zoneMiddles[row.Code[:2]]); km > farFromZone {
			far[i] = km
		} else if km := distance(row, codeMiddles[row.Code]); km > farFromCode && len(codes[row.Code]) >= fewestOfCode {
			far[i] = km
		}
	}
	return far
}

// middles are the medians of points, which a few that are far off don't move.
func middles(groups map[string][]*PostalCodeRow) map[string][2]float64 {
	found := make(map[string][2]float64, len(groups))
	for name, rows := range groups {
		latitudes, longitudes := make([]float64, len(rows)), make([]float64, len(rows))
		for i, row := range rows {
			latitudes[i], longitudes[i] = *row.Latitude, *row.Longitude
		}
		slices.Sort(latitudes)
		slices.Sort(longitudes)
		found[name] = [2]float64{latitudes[len(rows)/2], longitudes[len(rows)/2]}
	}
	return found
}

// distance is right to a percent over the length of Germany.
func distance(row *PostalCodeRow, from [2]float64) float64 {
	const kmPerDegree = 111.2
	north := *row.Latitude - from[0]
	east := (*row.Longitude - from[1]) * math.Cos((*row.Latitude+from[0])/2*math.Pi/180)
	return math.Hypot(north, east) * kmPerDegree
}
