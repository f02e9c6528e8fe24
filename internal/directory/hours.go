package directory

import (
	"slices"
	"strings"
	"time"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fact"
)

// OpeningHours are when a site receives people, by its own clock: the GraphQL
// type and input of the same name.
type OpeningHours struct {
	TimeZone   string             `json:"timeZone"`
	Weekly     []OpeningPeriod    `json:"weekly"`
	Exceptions []OpeningException `json:"exceptions"`

	zone *time.Location
}

// OpeningPeriod is one opening of every week, on the days [ValidFrom, ValidTo).
type OpeningPeriod struct {
	Weekday   Weekday     `json:"weekday"`
	Opens     civil.Time  `json:"opens"`
	Closes    civil.Time  `json:"closes"`
	ValidFrom *civil.Date `json:"valid_from"`
	ValidTo   *civil.Date `json:"valid_to"`
}

// OpeningException is a day with other hours than its week tells, closed all day
// when there are none.
type OpeningException struct {
	Date   civil.Date    `json:"date"`
	Hours  []OpeningSpan `json:"hours"`
	Reason *string       `json:"reason"`
}

// OpeningSpan is a part of a day, from Opens until just before Closes.
type OpeningSpan struct {
	Opens  civil.Time `json:"opens"`
	Closes civil.Time `json:"closes"`
}

// Weekday is the GraphQL enum of the same name.
type Weekday string

// The days of the week.
const (
	Monday    Weekday = "MONDAY"
	Tuesday   Weekday = "TUESDAY"
	Wednesday Weekday = "WEDNESDAY"
	Thursday  Weekday = "THURSDAY"
	Friday    Weekday = "FRIDAY"
	Saturday  Weekday = "SATURDAY"
	Sunday    Weekday = "SUNDAY"
)

// span is a stretch of time.
type span struct{ from, to time.Time }

// openAt tells whether the site is open at an instant: Unknown on a day for
// which nothing is recorded.
func (h *OpeningHours) openAt(at time.Time) fact.Fact {
	local := at.In(h.zone)
	hours, known := h.on(civil.Of(local))
	clock := civil.Clock(local)
	switch {
	case !known:
		return fact.Unknown
	case slices.ContainsFunc(hours, func(s OpeningSpan) bool { return s.Opens <= clock && clock < s.Closes }):
		return fact.Yes
	default:
		return fact.No
	}
}

// horizon is how many days opensNext looks ahead: hours that begin later than in
// a year are no help to anybody.
const horizon = 366

// opensNext returns the first instant after another at which the site opens that
// was closed before; nil when none is known.
func (h *OpeningHours) opensNext(after time.Time) *time.Time {
	day := civil.Of(after.In(h.zone))
	var until time.Time
	for range horizon {
		hours, _ := h.on(day)
		for _, s := range h.instants(day, hours) {
			if s.from.After(after) && !s.from.Equal(until) {
				return &s.from
			}
			until = s.to
		}
		day = day.AddDays(1)
	}
	return nil
}

// on returns the hours of one day. Not known is a day without an exception that
// no weekly hours cover; a day of the week without hours in a week that has some
// is known to be closed.
func (h *OpeningHours) on(day civil.Date) (hours []OpeningSpan, known bool) {
	for _, e := range h.Exceptions {
		if e.Date == day {
			return e.Hours, true
		}
	}
	weekday := Weekday(strings.ToUpper(day.Weekday().String()))
	for _, p := range h.Weekly {
		if p.ValidFrom != nil && day.Before(*p.ValidFrom) || p.ValidTo != nil && !day.Before(*p.ValidTo) {
			continue
		}
		known = true
		if p.Weekday == weekday {
			hours = append(hours, OpeningSpan{Opens: p.Opens, Closes: p.Closes})
		}
	}
	return hours, known
}

// instants returns when the clocks of the site show hours on a day, in order,
// what touches in one. Where clocks are put forward an hour is missing, where
// they are put back one comes twice: each stretch of time with one offset from
// UTC is looked at by itself.
func (h *OpeningHours) instants(day civil.Date, hours []OpeningSpan) []span {
	var spans []span
	midnight := time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, time.UTC)
	const longestOffset = 24 * time.Hour
	for at, last := midnight.Add(-longestOffset), midnight.Add(2*longestOffset); at.Before(last); {
		local := at.In(h.zone)
		_, seconds := local.Zone()
		begins, ends := local.ZoneBounds()
		shown := midnight.Add(-time.Duration(seconds) * time.Second)
		for _, s := range hours {
			from, to := shown.Add(time.Duration(s.Opens)*time.Minute), shown.Add(time.Duration(s.Closes)*time.Minute)
			if !begins.IsZero() && from.Before(begins) {
				from = begins.UTC()
			}
			if !ends.IsZero() && to.After(ends) {
				to = ends.UTC()
			}
			if from.Before(to) {
				spans = append(spans, span{from, to})
			}
		}
		if ends.IsZero() {
			break
		}
		at = ends
	}
	return merged(spans)
}

func merged(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	whole := spans[:0]
	for _, s := range spans {
		if n := len(whole); n > 0 && !s.from.After(whole[n-1].to) {
			if s.to.After(whole[n-1].to) {
				whole[n-1].to = s.to
			}
			continue
		}
		whole = append(whole, s)
	}
	return whole
}
