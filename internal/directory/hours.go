package directory

import (
	"slices"
	"sort"
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
	midnight := time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, time.UTC)
	const longestOffset = 24 * time.Hour
	var spans []span
	for _, stretch := range stretches(span{midnight.Add(-longestOffset), midnight.Add(2 * longestOffset)}, h.zone) {
		shown := midnight.Add(-offset(stretch.from, h.zone))
		for _, s := range hours {
			from, to := shown.Add(time.Duration(s.Opens)*time.Minute), shown.Add(time.Duration(s.Closes)*time.Minute)
			if from.Before(stretch.from) {
				from = stretch.from
			}
			if to.After(stretch.to) {
				to = stretch.to
			}
			if from.Before(to) {
				spans = append(spans, span{from, to})
			}
		}
	}
	return merged(spans)
}

func offset(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// stretches parts a few days where the offset of a zone changes, which it does
// once at most. Not by ZoneBounds: beyond 2037 it gives some stretches no length.
func stretches(days span, zone *time.Location) []span {
	first := offset(days.from, zone)
	if offset(days.to, zone) == first {
		return []span{days}
	}
	seconds := int(days.to.Sub(days.from) / time.Second)
	change := days.from.Add(time.Duration(sort.Search(seconds, func(n int) bool {
		return offset(days.from.Add(time.Duration(n)*time.Second), zone) != first
	})) * time.Second)
	return []span{{days.from, change}, {change, days.to}}
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
