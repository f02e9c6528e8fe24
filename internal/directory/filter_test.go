package directory_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

func instant(t time.Time) *civil.Instant { return &civil.Instant{Time: t} }

func (s setup) found(t tb, filter directory.OmbudsOfficeFilter) []string {
	t.Helper()
	list, err := s.Offices(t.Context(), &filter, directory.OfficesByName, page.Args{First: new(page.MaxSize)}, directory.Along{})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, o := range list.Nodes {
		names = append(names, o.Name)
	}
	return names
}

func TestFilters(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier, funder := s.organisation(t, "Träger"), s.organisation(t, "Geldgeber")
	enter := func(name string, edit change) {
		in := s.valid(t, name, carrier)
		edit(&in)
		s.office(t, in)
	}
	withChannel := func(edit func(c *directory.ContactChannelInput)) change {
		return func(in *directory.CreateOmbudsOfficeInput) {
			c := aChannel(directory.Post, "x")
			edit(&c)
			in.Channels = append(in.Channels, c)
		}
	}
	enter("a bare", func(*directory.CreateOmbudsOfficeInput) {})
	enter("b channel", withChannel(func(c *directory.ContactChannelInput) {
		c.UsableWithoutSpeaking, c.UsableWithoutHearing, c.Anonymous, c.FreeOfCharge, c.SignLanguage = fact.Yes, fact.Yes, fact.Yes, fact.Yes, fact.Yes
		c.Languages = []string{"uk"}
	}))
	enter("c refuses", func(in *directory.CreateOmbudsOfficeInput) {
		withChannel(func(c *directory.ContactChannelInput) {
			c.UsableWithoutSpeaking, c.UsableWithoutHearing, c.Anonymous, c.SignLanguage = fact.No, fact.No, fact.No, fact.No
		})(in)
		site(func(x *directory.OfficeSiteInput) { x.StepFree, x.EasyRead, x.SignLanguage = fact.No, fact.No, fact.No })(in)
		in.Scope = []directory.ScopeEntryInput{
			{Code: "SGB8_27", Rule: directory.Excluded, Reason: new("x")}, {Code: "CONTACT", Rule: directory.Excluded, Reason: new("x")},
		}
	})
	enter("d site", func(in *directory.CreateOmbudsOfficeInput) {
		site(func(x *directory.OfficeSiteInput) {
			x.StepFree, x.EasyRead, x.SignLanguage, x.Languages = fact.Yes, fact.Yes, fact.Yes, []string{"uk", "de"}
			x.Formats = []directory.CounsellingFormat{directory.Outreach}
			x.OpeningHours = &directory.OpeningHours{TimeZone: "Europe/Berlin", Weekly: []directory.OpeningPeriod{period(directory.Sunday, "13:00", "14:00")}}
		})(in)
		in.Scope = []directory.ScopeEntryInput{{Code: "SGB8_27", Rule: directory.Included}}
	})
	enter("e profile", func(in *directory.CreateOmbudsOfficeInput) {
		in.Profile = &directory.OmbudsOfficeProfileInput{Languages: []string{"uk"}, AgeGroups: []directory.AgeGroup{directory.Child}}
		in.FunderIDs, in.CarrierID = []ident.ID{funder.ID()}, funder.ID()
	})
	yes, no, noon := new(true), new(false), time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	type filter = directory.OmbudsOfficeFilter
	for what, c := range map[string]struct {
		filter filter
		want   []string
	}{
		"nothing":              {filter{OpenNow: no, SignLanguage: no}, []string{"a bare", "b channel", "c refuses", "d site", "e profile"}},
		"without speaking":     {filter{UsableWithoutSpeaking: yes}, []string{"b channel"}},
		"without hearing":      {filter{UsableWithoutHearing: yes}, []string{"b channel"}},
		"anonymous":            {filter{Anonymous: yes}, []string{"b channel"}},
		"free":                 {filter{FreeOfCharge: yes}, []string{"b channel"}},
		"sign language":        {filter{SignLanguage: yes}, []string{"b channel", "d site"}},
		"step-free":            {filter{StepFree: yes, EasyRead: yes}, []string{"d site"}},
		"language":             {filter{Language: new("UK")}, []string{"b channel", "d site", "e profile"}},
		"another language":     {filter{Language: new("ar")}, []string{}},
		"format":               {filter{Format: new(directory.Outreach)}, []string{"d site"}},
		"age":                  {filter{AgeGroup: new(directory.Child)}, []string{"e profile"}},
		"legal basis":          {filter{LegalBasis: new("SGB8_27")}, []string{"a bare", "b channel", "d site", "e profile"}},
		"another legal basis":  {filter{LegalBasis: new("SGB8_41")}, []string{"a bare", "b channel", "c refuses", "e profile"}},
		"topic":                {filter{Topic: new("CONTACT")}, []string{"a bare", "b channel", "d site", "e profile"}},
		"a topic that is none": {filter{Topic: new("SGB8_27")}, []string{}},
		"carrier":              {filter{CarrierID: new(funder.ID())}, []string{"e profile"}},
		"funder":               {filter{FunderID: new(funder.ID())}, []string{"e profile"}},
		"funded by none":       {filter{FunderID: new(carrier.ID())}, []string{}},
		"open now":             {filter{OpenNow: yes}, []string{"d site"}},
		"open later":           {filter{OpenAt: instant(noon.Add(time.Hour))}, []string{}},
		"all together":         {filter{OpenAt: instant(noon), Language: new("de"), SignLanguage: yes, LegalBasis: new("SGB8_27"), Format: new(directory.Outreach)}, []string{"d site"}},
	} {
		if diff := cmp.Diff(c.want, s.found(t, c.filter)); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
	lists, err := s.OfficesAround(t.Context(), []*region.Region{s.region(t, "15090"), s.region(t, "15003")}, region.Self,
		&filter{OpenNow: yes}, directory.OfficesByName, page.Args{})
	if err != nil || len(lists[0].Nodes) != 1 || len(lists[1].Nodes) != 0 {
		t.Errorf("around: %+v, %v", lists, err)
	}
	if counts, err := s.CountOffices(t.Context(), lists); err != nil || cmp.Diff([]int{1, 0}, counts) != "" {
		t.Errorf("counts are %v, %v", counts, err)
	}
	wrong := filter{
		OpenNow: yes, OpenAt: instant(noon), Language: new("xx"), LegalBasis: new(""), Topic: new(long(51)), CarrierID: new(id(ident.Region)), FunderID: new(id(ident.OmbudsOffice)),
	}
	want := bad("filter.openAt", "filter.language", "filter.carrierId", "filter.funderId", "filter.legalBasis", "filter.topic")
	if _, err := s.Offices(t.Context(), &wrong, directory.OfficesByName, page.Args{}, directory.Along{}); told(nil, err) != want {
		t.Errorf("told %s", told(nil, err))
	}
}

// Postgres finds open what Go says is open, in every zone and season.
func TestOpenInPostgresIsOpenInGo(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	days := []directory.Weekday{directory.Friday, directory.Saturday, directory.Sunday}
	rapid.Check(t, func(t *rapid.T) {
		hour := rapid.IntRange(0, 24)
		h := &directory.OpeningHours{TimeZone: rapid.SampledFrom([]string{"Europe/Berlin", "America/St_Johns", "Pacific/Apia"}).Draw(t, "zone")}
		span := func() (directory.OpeningSpan, bool) {
			o, c := hour.Draw(t, "opens"), hour.Draw(t, "closes")
			return directory.OpeningSpan{Opens: civil.Time(60 * o), Closes: civil.Time(60 * c)}, o < c
		}
		for _, day := range days {
			if x, fits := span(); fits {
				p := directory.OpeningPeriod{Weekday: day, Opens: x.Opens, Closes: x.Closes}
				if rapid.Bool().Draw(t, "from") {
					p.ValidFrom = date(2026, time.March, 28)
				}
				if rapid.Bool().Draw(t, "to") {
					p.ValidTo = date(2026, time.October, 25)
				}
				h.Weekly = append(h.Weekly, p)
			}
		}
		if rapid.Bool().Draw(t, "exception") {
			e := directory.OpeningException{Date: *date(2026, time.March, 29)}
			if x, fits := span(); fits {
				e.Hours = []directory.OpeningSpan{x}
			}
			h.Exceptions = []directory.OpeningException{e}
		}
		in := s.valid(t, newID().String(), carrier)
		x := aSite("Raum")
		x.OpeningHours = h
		in.Sites = []directory.OfficeSiteInput{x}
		office := s.office(t, in)
		hours := s.hours(t, s.sites(t, office.UUID)...)
		for range 5 {
			start := rapid.SampledFrom([]string{"2026-03-27T00:00:00Z", "2026-10-23T00:00:00Z"}).Draw(t, "start")
			at, _ := time.Parse(time.RFC3339, start)
			at = at.Add(time.Duration(rapid.IntRange(0, 4*24*60).Draw(t, "minutes")) * time.Minute)
			want := s.OpenAt(hours, at)[0] == fact.Yes
			if got := slices.Contains(s.found(t, directory.OmbudsOfficeFilter{OpenAt: instant(at), Search: &in.Name}), in.Name); got != want {
				t.Fatalf("at %s Postgres says %t, Go %t", at, got, want)
			}
		}
	})
}

// distance is the angle between two unit vectors, which is another way to it.
func distance(a, b directory.GeoPoint) float64 {
	vector := func(p directory.GeoPoint) [3]float64 {
		lat, lon := p.Latitude*math.Pi/180, p.Longitude*math.Pi/180
		return [3]float64{math.Cos(lat) * math.Cos(lon), math.Cos(lat) * math.Sin(lon), math.Sin(lat)}
	}
	u, v := vector(a), vector(b)
	cross := math.Hypot(math.Hypot(u[1]*v[2]-u[2]*v[1], u[2]*v[0]-u[0]*v[2]), u[0]*v[1]-u[1]*v[0])
	return 6371.0088 * math.Atan2(cross, u[0]*v[0]+u[1]*v[1]+u[2]*v[2])
}

func TestNearestSitesAreTheNearest(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	carrier := s.organisation(t, "Träger")
	points := map[uuid.UUID]directory.GeoPoint{}
	rng := func(i, n int) float64 { return float64((i*7919)%n) / float64(n) }
	for office := range 6 {
		in := s.valid(t, fmt.Sprint("Ombudsstelle ", office), carrier)
		in.Status = []directory.OmbudsOfficeStatus{directory.Open, directory.Pilot, directory.Closed, directory.Planned, directory.Open, directory.Pilot}[office]
		for i := range 20 {
			x := aSite(fmt.Sprint("Raum ", i))
			n := 20*office + i
			x.Point = &directory.GeoPoint{Latitude: 47 + 8*rng(n, 127), Longitude: 6 + 9*rng(n, 113)}
			if i == 0 {
				x.Point = nil
			}
			if office == 5 { // at the ends of the world
				x.Point = &directory.GeoPoint{Latitude: -89.9 + 179.8*rng(i, 23), Longitude: -180 + 360*rng(i, 17)}
			}
			in.Sites = append(in.Sites, x)
		}
		created := s.office(t, in)
		for _, x := range s.sites(t, created.UUID) {
			if p := x.Point(); p != nil && office != 2 && office != 3 {
				points[x.UUID] = *p
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		place := directory.GeoPoint{Latitude: rapid.Float64Range(46, 56).Draw(t, "latitude"), Longitude: rapid.Float64Range(5, 16).Draw(t, "longitude")}
		if rapid.Bool().Draw(t, "anywhere") {
			place = directory.GeoPoint{Latitude: rapid.Float64Range(-90, 90).Draw(t, "latitude"), Longitude: rapid.Float64Range(-180, 180).Draw(t, "longitude")}
		}
		first, within := rapid.IntRange(1, 50).Draw(t, "first"), rapid.IntRange(1, 1000).Draw(t, "within")
		want := []uuid.UUID{}
		for id, p := range points {
			if distance(place, p) <= float64(within) {
				want = append(want, id)
			}
		}
		slices.SortFunc(want, func(a, b uuid.UUID) int {
			if x, y := distance(place, points[a]), distance(place, points[b]); math.Abs(x-y) > 1e-6 {
				return int(math.Copysign(1, x-y))
			}
			return slices.Compare(a[:], b[:])
		})
		want = want[:min(first, len(want))]
		ctx, counter := postgres.WithCounter(t.Context())
		found, err := s.NearestSites(ctx, place, first, within)
		if err != nil || counter.Statements() != 1 {
			t.Fatalf("%d statements, %v", counter.Statements(), err)
		}
		got := []uuid.UUID{}
		for _, x := range found {
			got = append(got, x.Site().UUID)
			if math.Abs(x.DistanceKm-distance(place, points[x.UUID])) > 0.0006 {
				t.Fatalf("%s is said to be %f km away, want %f", x.Name, x.DistanceKm, distance(place, points[x.UUID]))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
	_, err := s.NearestSites(t.Context(), directory.GeoPoint{Latitude: 91, Longitude: math.NaN()}, 0, 1001)
	if got := told(nil, err); got != bad("latitude", "longitude", "first", "withinKm") {
		t.Errorf("told %s", got)
	}
}
