package directory

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fact"
)

func zone(t rapid.TB, name string) *time.Location {
	t.Helper()
	z, err := loadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func clockTime(t rapid.TB, text string) civil.Time {
	t.Helper()
	c, err := civil.ParseTime(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func instant(t rapid.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func day(year int, month time.Month, d int) *civil.Date {
	return &civil.Date{Year: year, Month: month, Day: d}
}

// office hours: Tuesday and Thursday, in two parts, another week from June on;
// closed on a holiday, open on one Saturday night.
func someHours(t rapid.TB) *OpeningHours {
	t.Helper()
	at := func(text string) civil.Time { return clockTime(t, text) }
	return &OpeningHours{
		TimeZone: "Europe/Berlin", zone: zone(t, "Europe/Berlin"),
		Weekly: []OpeningPeriod{
			{Weekday: Tuesday, Opens: at("09:00"), Closes: at("12:00"), ValidFrom: day(2026, time.January, 1), ValidTo: day(2026, time.June, 1)},
			{Weekday: Tuesday, Opens: at("14:00"), Closes: at("17:30"), ValidFrom: day(2026, time.January, 1), ValidTo: day(2026, time.June, 1)},
			{Weekday: Thursday, Opens: at("14:00"), Closes: at("17:00"), ValidFrom: day(2026, time.January, 1)},
			{Weekday: Saturday, Opens: at("20:00"), Closes: at("24:00"), ValidFrom: day(2026, time.January, 1)},
			{Weekday: Sunday, Opens: at("00:00"), Closes: at("04:00"), ValidFrom: day(2026, time.January, 1)},
		},
		Exceptions: []OpeningException{
			{Date: *day(2026, time.May, 14)},
			{Date: *day(2025, time.December, 24), Hours: []OpeningSpan{{Opens: at("10:00"), Closes: at("11:00")}}},
		},
	}
}

func TestOpenAt(t *testing.T) {
	t.Parallel()
	h := someHours(t)
	for at, want := range map[string]fact.Fact{
		// Winter: Berlin is an hour ahead of UTC.
		"2026-01-13T07:59:59Z": fact.No,
		"2026-01-13T08:00:00Z": fact.Yes,
		"2026-01-13T10:59:59Z": fact.Yes,
		"2026-01-13T11:00:00Z": fact.No,
		"2026-01-13T16:29:59Z": fact.Yes,
		"2026-01-13T16:30:00Z": fact.No,
		// Summer: two hours.
		"2026-04-14T07:00:00Z": fact.Yes,
		"2026-04-14T06:59:59Z": fact.No,
		"2026-04-14T10:00:00Z": fact.No,
		// A day of the week without hours.
		"2026-01-14T09:00:00Z": fact.No,
		// The other week.
		"2026-06-02T08:00:00Z": fact.No,
		"2026-06-04T13:00:00Z": fact.Yes,
		// A holiday on a Thursday.
		"2026-05-14T13:00:00Z": fact.No,
		"2026-05-07T13:00:00Z": fact.Yes,
		// Before anything was recorded, but for one day.
		"2025-12-23T09:00:00Z": fact.Unknown,
		"2025-12-24T09:30:00Z": fact.Yes,
		"2025-12-24T10:30:00Z": fact.No,
		"2025-12-31T22:59:59Z": fact.Unknown,
		"2025-12-31T23:00:00Z": fact.No,
		// Over midnight.
		"2026-01-10T22:59:59Z": fact.Yes,
		"2026-01-10T23:00:00Z": fact.Yes,
		"2026-01-11T03:00:00Z": fact.No,
		// The night that lacks the hour from 2 to 3: four hours by the clock are three.
		"2026-03-28T22:59:59Z": fact.Yes,
		"2026-03-29T01:59:59Z": fact.Yes,
		"2026-03-29T02:00:00Z": fact.No,
		// The night that has it twice: five.
		"2026-10-24T22:30:00Z": fact.Yes,
		"2026-10-25T02:59:59Z": fact.Yes,
		"2026-10-25T03:00:00Z": fact.No,
	} {
		if got := h.openAt(instant(t, at)); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
	if got := (&OpeningHours{zone: zone(t, "Europe/Berlin")}).openAt(instant(t, "2026-01-13T08:00:00Z")); got != fact.Unknown {
		t.Errorf("without any hours: %s", got)
	}
}

func TestOpensNext(t *testing.T) {
	t.Parallel()
	h := someHours(t)
	for after, want := range map[string]string{
		"2026-01-13T07:00:00Z": "2026-01-13T08:00:00Z",
		// At the very instant, and while it is open, it is the next opening.
		"2026-01-13T08:00:00Z": "2026-01-13T13:00:00Z",
		"2026-01-13T09:00:00Z": "2026-01-13T13:00:00Z",
		"2026-01-13T20:00:00Z": "2026-01-15T13:00:00Z",
		// Midnight within an opening is none.
		"2026-01-10T20:00:00Z": "2026-01-13T08:00:00Z",
		"2026-01-10T23:00:00Z": "2026-01-13T08:00:00Z",
		// Over the holiday.
		"2026-05-12T16:00:00Z": "2026-05-16T18:00:00Z",
		// From days that are not known to the first that is.
		"2025-12-01T00:00:00Z": "2025-12-24T09:00:00Z",
		"2025-12-24T09:00:00Z": "2026-01-01T13:00:00Z",
	} {
		if got := h.opensNext(instant(t, after)); got == nil || !got.Equal(instant(t, want)) {
			t.Errorf("%s: %v, want %s", after, got, want)
		}
	}
	h.Weekly = nil
	if got := h.opensNext(instant(t, "2026-01-01T00:00:00Z")); got != nil {
		t.Errorf("without hours to come: %v", got)
	}
}

// An opening within the hour that is skipped begins when clocks show 3, one
// within the hour that comes twice happens twice.
func TestOpensNextWhenClocksChange(t *testing.T) {
	t.Parallel()
	h := &OpeningHours{zone: zone(t, "Europe/Berlin"), Weekly: []OpeningPeriod{
		{Weekday: Sunday, Opens: clockTime(t, "02:15"), Closes: clockTime(t, "02:45")},
		{Weekday: Sunday, Opens: clockTime(t, "02:50"), Closes: clockTime(t, "03:30")},
	}}
	for after, want := range map[string]string{
		"2026-03-28T12:00:00Z": "2026-03-29T01:00:00Z",
		"2026-10-24T12:00:00Z": "2026-10-25T00:15:00Z",
		"2026-10-25T00:20:00Z": "2026-10-25T00:50:00Z",
		// 02:50 to 03:00 the first time, then the clock shows 02:00 again.
		"2026-10-25T00:55:00Z": "2026-10-25T01:15:00Z",
		"2026-10-25T01:15:00Z": "2026-10-25T01:50:00Z",
	} {
		if got := h.opensNext(instant(t, after)); got == nil || !got.Equal(instant(t, want)) {
			t.Errorf("%s: %v, want %s", after, got, want)
		}
	}
}

// drawHours draws hours that check accepts.
func drawHours(t *rapid.T, zones ...string) *OpeningHours {
	h := &OpeningHours{TimeZone: rapid.SampledFrom(zones).Draw(t, "zone")}
	h.zone = zone(t, h.TimeZone)
	minutes := rapid.Custom(func(t *rapid.T) civil.Time {
		return civil.Time(15 * rapid.IntRange(0, int(civil.DayEnd)/15).Draw(t, "quarter"))
	})
	spans := func(what string, most int) []OpeningSpan {
		var kept []OpeningSpan
		for range rapid.IntRange(0, most).Draw(t, what) {
			s := OpeningSpan{Opens: minutes.Draw(t, "opens"), Closes: minutes.Draw(t, "closes")}
			fits := s.Opens < s.Closes
			for _, other := range kept {
				fits = fits && !s.overlaps(other)
			}
			if fits {
				kept = append(kept, s)
			}
		}
		return kept
	}
	for _, weekday := range []Weekday{Monday, Saturday, Sunday} {
		for _, s := range spans(string(weekday), 4) {
			h.Weekly = append(h.Weekly, OpeningPeriod{Weekday: weekday, Opens: s.Opens, Closes: s.Closes})
		}
	}
	if len(h.Weekly) > 0 && rapid.Bool().Draw(t, "ends") {
		h.Weekly[0].ValidTo = day(2026, time.October, 25)
	}
	if rapid.Bool().Draw(t, "exception") {
		h.Exceptions = []OpeningException{{Date: *day(2026, time.October, 25), Hours: spans("exception", 3)}}
	}
	return h
}

// opensNext is where a walk minute by minute first meets an open one behind one
// that is not.
func TestOpensNextAgreesWithOpenAt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := drawHours(t, "Europe/Berlin", "Europe/London", "America/St_Johns", "Australia/Lord_Howe", "UTC")
		from := rapid.SampledFrom([]string{"2026-03-27T22:00:00Z", "2026-10-23T22:00:00Z", "2026-04-03T12:00:00Z", "2026-07-01T00:00:00Z"}).Draw(t, "from")
		after := instant(t, from).Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "minutes")) * time.Minute)
		got := h.opensNext(after)
		const days = 4
		open := h.openAt(after) == fact.Yes
		for m := 1; m < days*24*60; m++ {
			at := after.Add(time.Duration(m) * time.Minute)
			now := h.openAt(at) == fact.Yes
			if now && !open {
				if got == nil || !got.Equal(at) {
					t.Fatalf("after %s: %v, want %s", after, got, at)
				}
				return
			}
			open = now
		}
		if got != nil && got.Before(after.Add(days*24*time.Hour)) {
			t.Fatalf("after %s: %s, but it does not open", after, got)
		}
	})
}

// Go's table of a zone ends in 2037; from then on it computes the turns of the year,
// and at some of them ends a stretch of time where it begins.
func TestOpensNextInFarYears(t *testing.T) {
	t.Parallel()
	always := &OpeningHours{TimeZone: "Europe/Berlin", zone: zone(t, "Europe/Berlin")}
	for _, weekday := range []Weekday{Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday} {
		always.Weekly = append(always.Weekly, OpeningPeriod{Weekday: weekday, Opens: clockTime(t, "09:00"), Closes: clockTime(t, "10:00")})
	}
	never := &OpeningHours{TimeZone: "Europe/Berlin", zone: always.zone}
	for year := 2036; year < 2080; year++ {
		for _, turn := range []string{"12-29", "12-30", "12-31"} {
			after := instant(t, strconv.Itoa(year)+"-"+turn+"T20:00:00Z")
			want := time.Date(after.Year(), after.Month(), after.Day()+1, 8, 0, 0, 0, time.UTC)
			if got := always.opensNext(after); got == nil || !got.Equal(want) {
				t.Errorf("after %s: %v, want %s", after, got, want)
			}
			if got := never.opensNext(after); got != nil {
				t.Errorf("without hours, after %s: %s", after, got)
			}
		}
	}
	for _, after := range []string{"9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"} {
		if got := never.opensNext(instant(t, after)); got != nil {
			t.Errorf("without hours, after %s: %s", after, got)
		}
	}
}
