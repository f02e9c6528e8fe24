package directory_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/postgres"
)

func languages(codes ...string) change {
	return func(in *directory.CreateOmbudsOfficeInput) {
		site(func(s *directory.OfficeSiteInput) { s.Languages = codes })(in)
	}
}

func languageCases() []inputCase {
	cases := []inputCase{
		{"languages", languages("de", "ar", "gsg", "zh-Hant", "sr-Latn"), nil},
		{"30 languages", languages("aa", "ab", "af", "ak", "am", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bi", "bm", "bn", "bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cv", "cy", "da", "de", "en"), nil},
		{"31 languages", func(in *directory.CreateOmbudsOfficeInput) {
			languages(strings.Split(strings.Repeat("de,", 30)+"de", ",")...)(in)
		}, []string{"input.sites[0].languages"}},
		{"a language twice", languages("de", "en", "DE"), []string{"input.sites[0].languages[2]"}},
	}
	for _, code := range []string{"", "deutsch", "d", "de_", "und", "xx", "de DE", "١٢", "zz-ZZ", "de-"} {
		cases = append(cases, inputCase{fmt.Sprintf("the language %q", code), languages("de", code), []string{"input.sites[0].languages[1]"}})
	}
	return cases
}

func hours(edit func(h *directory.OpeningHours)) change {
	return site(func(s *directory.OfficeSiteInput) {
		s.OpeningHours = &directory.OpeningHours{TimeZone: "Europe/Berlin"}
		edit(s.OpeningHours)
	})
}

func weekly(periods ...directory.OpeningPeriod) change {
	return hours(func(h *directory.OpeningHours) { h.Weekly = periods })
}

func exceptions(days ...directory.OpeningException) change {
	return hours(func(h *directory.OpeningHours) { h.Exceptions = days })
}

// clockTime reads a time of day that is right.
func clockTime(text string) civil.Time {
	c, err := civil.ParseTime(text)
	if err != nil {
		panic(err)
	}
	return c
}

func period(day directory.Weekday, opens, closes string) directory.OpeningPeriod {
	return directory.OpeningPeriod{Weekday: day, Opens: clockTime(opens), Closes: clockTime(closes)}
}

func between(p directory.OpeningPeriod, from, to *civil.Date) directory.OpeningPeriod {
	p.ValidFrom, p.ValidTo = from, to
	return p
}

func spans(texts ...string) []directory.OpeningSpan {
	var found []directory.OpeningSpan
	for i := 0; i < len(texts); i += 2 {
		found = append(found, directory.OpeningSpan{Opens: clockTime(texts[i]), Closes: clockTime(texts[i+1])})
	}
	return found
}

func date(year int, month time.Month, day int) *civil.Date {
	return &civil.Date{Year: year, Month: month, Day: day}
}

func detailCases() []inputCase {
	const path = "input.sites[0].openingHours."
	monday := func(opens, closes string) directory.OpeningPeriod { return period(directory.Monday, opens, closes) }
	june, july := date(2026, time.June, 1), date(2026, time.July, 1)
	christmas := *date(2026, time.December, 24)
	point := func(latitude, longitude float64) change {
		return site(func(s *directory.OfficeSiteInput) {
			s.Point = &directory.GeoPoint{Latitude: latitude, Longitude: longitude}
		})
	}
	cases := []inputCase{
		{"hours", weekly(monday("00:00", "24:00"), period(directory.Tuesday, "00:00", "24:00")), nil},
		{"two parts of a day that touch", weekly(monday("09:00", "12:00"), monday("12:00", "17:00"), monday("08:00", "09:00")), nil},
		{"other hours from a day on", weekly(between(monday("09:00", "12:00"), nil, june), between(monday("10:00", "12:00"), june, july), between(monday("11:00", "12:00"), july, nil)), nil},
		{"an exception without hours", exceptions(directory.OpeningException{Date: christmas, Reason: new("Heiligabend")}), nil},
		{"an exception with hours", exceptions(directory.OpeningException{Date: christmas, Hours: spans("09:00", "11:00", "11:00", "24:00")}), nil},
		{"closing before opening", weekly(monday("09:00", "08:59")), []string{path + "weekly[0].closes"}},
		{"closing when opening", weekly(monday("09:00", "10:00"), monday("00:00", "00:00"), monday("24:00", "24:00")), []string{path + "weekly[1].closes", path + "weekly[2].closes"}},
		{"hours that overlap", weekly(monday("09:00", "12:00"), monday("11:59", "13:00")), []string{path + "weekly[1].opens"}},
		{"hours twice", weekly(monday("09:00", "12:00"), period(directory.Tuesday, "09:00", "12:00"), monday("09:00", "12:00")), []string{path + "weekly[2].opens"}},
		{"hours that overlap for a month", weekly(between(monday("09:00", "12:00"), nil, july), between(monday("09:00", "12:00"), june, nil)), []string{path + "weekly[1].opens"}},
		{"a period that ends first", weekly(between(monday("09:00", "12:00"), july, june)), []string{path + "weekly[0].validTo"}},
		{"a period of no day", weekly(between(monday("09:00", "12:00"), july, july)), []string{path + "weekly[0].validTo"}},
		{"51 openings", weekly(make([]directory.OpeningPeriod, 51)...), []string{path + "weekly"}},
		{"101 exceptions", exceptions(make([]directory.OpeningException, 101)...), []string{path + "exceptions"}},
		{"an exception twice", exceptions(directory.OpeningException{Date: christmas}, directory.OpeningException{Date: christmas}), []string{path + "exceptions[1].date"}},
		{"an exception that overlaps itself", exceptions(directory.OpeningException{Date: christmas, Hours: spans("09:00", "11:00", "10:00", "12:00", "13:00", "13:00")}),
			[]string{path + "exceptions[0].hours[1].opens", path + "exceptions[0].hours[2].closes"}},
		{"11 spans of a day", exceptions(directory.OpeningException{Date: christmas, Hours: make([]directory.OpeningSpan, 11)}), []string{path + "exceptions[0].hours"}},
		{"an empty reason", exceptions(directory.OpeningException{Date: christmas, Reason: new(" ")}), []string{path + "exceptions[0].reason"}},

		{"a point", point(52.13, 11.62), nil},
		{"a pole", point(-90, 180), nil},
		{"beyond the pole", point(90.001, 0), []string{"input.sites[0].point.latitude"}},
		{"beyond the date line", point(0, -180.5), []string{"input.sites[0].point.longitude"}},
		{"nowhere", point(math.NaN(), math.Inf(1)), []string{"input.sites[0].point.latitude", "input.sites[0].point.longitude"}},
		{"formats", site(func(s *directory.OfficeSiteInput) {
			s.Formats = []directory.CounsellingFormat{directory.InPerson, directory.Outreach}
		}), nil},
		{"a format twice", site(func(s *directory.OfficeSiteInput) {
			s.Formats = []directory.CounsellingFormat{directory.InPerson, directory.InPerson}
		}), []string{"input.sites[0].formats[1]"}},
		{"a channel's language", func(in *directory.CreateOmbudsOfficeInput) {
			c := aChannel(directory.Post, "Musterweg 1")
			c.Languages = []string{"uk", "ukrainisch"}
			in.Channels = append(in.Channels, c)
		}, []string{"input.channels[0].languages[1]"}},
	}
	for _, zone := range []string{"", "Local", "Berlin", "Europe/Atlantis", "../etc/passwd", "Europe/Berlin ", "+02:00"} {
		cases = append(cases, inputCase{fmt.Sprintf("the zone %q", zone), hours(func(h *directory.OpeningHours) { h.TimeZone = zone }), []string{path + "timeZone"}})
	}
	return cases
}

func (s setup) hours(t tb, sites ...*directory.OfficeSite) []*directory.OpeningHours {
	t.Helper()
	ids := []uuid.UUID{}
	for _, site := range sites {
		ids = append(ids, site.UUID)
	}
	found, err := s.OpeningHoursOf(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestHoursAreKeptAndReplaced(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	first, second := aSite("Erster Raum"), aSite("Zweiter Raum")
	first.OpeningHours = &directory.OpeningHours{
		TimeZone: "Europe/London",
		Weekly: []directory.OpeningPeriod{
			period(directory.Sunday, "00:00", "24:00"),
			between(period(directory.Monday, "09:00", "12:30"), date(2026, time.January, 1), date(2027, time.January, 1)),
		},
		Exceptions: []directory.OpeningException{
			{Date: *date(2026, time.December, 25), Reason: new("Weihnachten")},
			{Date: *date(2026, time.December, 24), Hours: spans("14:00", "24:00", "09:00", "12:00")},
		},
	}
	in := s.valid(t, "Ombudsstelle Stendal", s.organisation(t, "Träger"))
	in.Sites = []directory.OfficeSiteInput{first, second}
	office := s.office(t, in)
	sites := s.sites(t, office.UUID)
	want := []*directory.OpeningHours{
		{
			TimeZone: "Europe/London",
			Weekly:   []directory.OpeningPeriod{first.OpeningHours.Weekly[1], first.OpeningHours.Weekly[0]},
			Exceptions: []directory.OpeningException{
				{Date: *date(2026, time.December, 24), Hours: spans("09:00", "12:00", "14:00", "24:00")},
				{Date: *date(2026, time.December, 25), Hours: []directory.OpeningSpan{}, Reason: new("Weihnachten")},
			},
		},
		{TimeZone: "Europe/Berlin", Weekly: []directory.OpeningPeriod{}, Exceptions: []directory.OpeningException{}},
	}
	stored := cmpopts.IgnoreUnexported(directory.OpeningHours{})
	if diff := cmp.Diff(want, s.hours(t, sites...), stored); diff != "" {
		t.Errorf("entered:\n%s", diff)
	}

	// The hours change places.
	first.OpeningHours, second.OpeningHours = nil, first.OpeningHours
	first.ID, second.ID = known(ident.OfficeSite, sites[0].UUID), known(ident.OfficeSite, sites[1].UUID)
	office = s.update(t, directory.UpdateOmbudsOfficeInput{
		ID: office.ID(), ExpectedVersion: 1, Sites: set([]directory.OfficeSiteInput{first, second}),
	})
	want[0], want[1] = want[1], want[0]
	if diff := cmp.Diff(want, s.hours(t, sites...), stored); diff != "" {
		t.Errorf("changed places:\n%s", diff)
	}
	// The site goes, and its hours with it.
	s.update(t, directory.UpdateOmbudsOfficeInput{ID: office.ID(), ExpectedVersion: 2, Sites: set([]directory.OfficeSiteInput{first})})
	for _, table := range []string{"opening_period", "opening_exception", "opening_exception_hours"} {
		if n := s.rows(t, table); n != 0 {
			t.Errorf("%d rows remain in %s", n, table)
		}
	}
	if gone := s.hours(t, sites[1])[0]; len(gone.Weekly) != 0 || s.OpenNow([]*directory.OpeningHours{gone})[0] != fact.Unknown {
		t.Errorf("the hours of a site that has gone are %+v", gone)
	}
}

func TestHoursOfManySitesAreOneStatement(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	in := s.valid(t, "Ombudsstelle Stendal", s.organisation(t, "Träger"))
	for i := range 20 {
		x := aSite(fmt.Sprint("Raum ", i))
		x.OpeningHours = &directory.OpeningHours{TimeZone: "Europe/Berlin", Weekly: []directory.OpeningPeriod{period(directory.Sunday, "10:00", "14:00")}}
		in.Sites = append(in.Sites, x)
	}
	office := s.office(t, in)
	ids := []uuid.UUID{}
	for _, x := range s.sites(t, office.UUID) {
		ids = append(ids, x.UUID)
	}
	ctx, counter := postgres.WithCounter(t.Context())
	found, err := s.OpeningHoursOf(ctx, ids)
	if err != nil || len(found) != 20 || counter.Statements() != 1 {
		t.Fatalf("%d hours, %d statements, %v", len(found), counter.Statements(), err)
	}
	// It is noon in UTC on a Sunday, and 1 p.m. in Berlin.
	if open := s.OpenNow(found)[19]; open != fact.Yes {
		t.Errorf("at noon: %s", open)
	}
	if next := s.OpensNext(found, nil)[0]; next == nil || !next.Equal(time.Date(2026, time.March, 8, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("opens next at %v", next)
	}
}

func TestTheDatabaseHoldsTheRulesOfSites(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	in := s.valid(t, "Ombudsstelle Stendal", s.organisation(t, "Träger"))
	x := aSite("Raum")
	x.OpeningHours = &directory.OpeningHours{
		TimeZone: "Europe/Berlin", Weekly: []directory.OpeningPeriod{period(directory.Monday, "09:00", "12:00")},
		Exceptions: []directory.OpeningException{{Date: *date(2026, time.December, 24), Hours: spans("09:00", "11:00")}},
	}
	in.Sites, in.Channels = []directory.OfficeSiteInput{x}, []directory.ContactChannelInput{aChannel(directory.Post, "x")}
	s.office(t, in)
	for what, c := range map[string]struct{ sql, constraint string }{
		"half a point":             {`UPDATE office_site SET latitude = 1`, "office_site_point_check"},
		"beyond the pole":          {`UPDATE office_site SET latitude = 91, longitude = 0`, "office_site_latitude_check"},
		"an unknown format":        {`UPDATE office_site SET formats = '{FAX}'`, "office_site_formats_check"},
		"31 languages":             {`UPDATE office_site SET languages = array_fill('de'::text, '{31}')`, "office_site_languages_check"},
		"no language":              {`UPDATE contact_channel SET languages = '{NULL}'`, "contact_channel_languages_check"},
		"an unknown fact":          {`UPDATE contact_channel SET anonymous = ''`, "contact_channel_anonymous_check"},
		"closing before opening":   {`UPDATE opening_period SET closes = opens`, "opening_period_closes_check"},
		"a period without a day":   {`UPDATE opening_period SET valid_from = '2026-01-01', valid_to = '2026-01-01'`, "opening_period_valid_check"},
		"hours that overlap":       {`INSERT INTO opening_period SELECT site_id, weekday, '11:00', '24:00', '2026-01-01' FROM opening_period`, "opening_period_excl"},
		"an exception that does":   {`INSERT INTO opening_exception_hours SELECT site_id, day, '10:59', '12:00' FROM opening_exception`, "opening_exception_hours_excl"},
		"hours of no exception":    {`UPDATE opening_exception_hours SET day = '2026-12-25'`, "opening_exception_hours_site_id_day_fkey"},
		"an exception's empty why": {`UPDATE opening_exception SET reason = ''`, "opening_exception_reason_check"},
	} {
		_, err := s.db.Exec(t.Context(), c.sql)
		if got := postgres.Constraint(err); got != c.constraint {
			t.Errorf("%s: %v, want constraint %s", what, err, c.constraint)
		}
	}
	if _, err := s.db.Exec(t.Context(), `UPDATE office_site SET time_zone = 'Europe/Atlantis'`); postgres.SQLState(err) != "22023" {
		t.Errorf("an unknown zone: %v", err)
	}
}
