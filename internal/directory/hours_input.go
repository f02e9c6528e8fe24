package directory

import (
	"fmt"
	"slices"
	"time"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/text"
)

const (
	maxPeriods    = 50
	maxExceptions = 100
	maxSpans      = 10
	maxReason     = 200
	// defaultZone is that of all sites so far.
	defaultZone = "Europe/Berlin"
)

// check records what is impossible about hours. path ends with a dot.
func (h *OpeningHours) check(path string, problems *fault.Problems) {
	if h == nil {
		return
	}
	if _, err := loadZone(h.TimeZone); err != nil {
		problems.Add(path+"timeZone", fault.Text{
			EN: "is not a time zone; expected a name like Europe/Berlin",
			DE: "ist keine Zeitzone; erwartet wird ein Name wie Europe/Berlin",
		})
	}
	if len(h.Weekly) > maxPeriods {
		problems.Add(path+"weekly", tooMany(maxPeriods))
	} else {
		checkWeekly(h.Weekly, path, problems)
	}
	if len(h.Exceptions) > maxExceptions {
		problems.Add(path+"exceptions", tooMany(maxExceptions))
		return
	}
	dates := map[civil.Date]bool{}
	for i := range h.Exceptions {
		e, path := &h.Exceptions[i], fmt.Sprintf("%sexceptions[%d].", path, i)
		if dates[e.Date] {
			problems.Add(path+"date", fault.Text{EN: "stands in the list twice", DE: "steht zweimal in der Liste"})
		}
		dates[e.Date] = true
		text.OptionalLine(e.Reason, maxReason, path+"reason", problems)
		if len(e.Hours) > maxSpans {
			problems.Add(path+"hours", tooMany(maxSpans))
			continue
		}
		for j, s := range e.Hours {
			path := fmt.Sprintf("%shours[%d].", path, j)
			s.check(path, problems)
			if slices.ContainsFunc(e.Hours[:j], s.overlaps) {
				problems.Add(path+"opens", overlapping())
			}
		}
	}
}

func checkWeekly(periods []OpeningPeriod, path string, problems *fault.Problems) {
	for i, p := range periods {
		path := fmt.Sprintf("%sweekly[%d].", path, i)
		p.span().check(path, problems)
		checkPeriod(p.ValidFrom, p.ValidTo, path, problems)
		for _, earlier := range periods[:i] {
			if p.Weekday == earlier.Weekday && p.span().overlaps(earlier.span()) &&
				startsBeforeEnd(p.ValidFrom, earlier.ValidTo) && startsBeforeEnd(earlier.ValidFrom, p.ValidTo) {
				problems.Add(path+"opens", overlapping())
				break
			}
		}
	}
}

func (p OpeningPeriod) span() OpeningSpan { return OpeningSpan{Opens: p.Opens, Closes: p.Closes} }

func (s OpeningSpan) check(path string, problems *fault.Problems) {
	if s.Closes <= s.Opens {
		problems.Add(path+"closes", fault.Text{EN: "must be later than opens", DE: "muss nach opens liegen"})
	}
}

func (s OpeningSpan) overlaps(other OpeningSpan) bool {
	return s.Opens < other.Closes && other.Opens < s.Closes
}

func overlapping() fault.Text {
	return fault.Text{
		EN: "lies within hours that stand further up in the list",
		DE: "liegt in Zeiten, die weiter oben in der Liste stehen",
	}
}

// checkPeriod records when a half-open period ends before it begins.
func checkPeriod(from, to *civil.Date, path string, problems *fault.Problems) {
	if from != nil && to != nil && !from.Before(*to) {
		problems.Add(path+"validTo", fault.Text{EN: "must be later than validFrom", DE: "muss nach validFrom liegen"})
	}
}

// startsBeforeEnd compares two bounds of periods, of which nil is open.
func startsBeforeEnd(from, to *civil.Date) bool { return from == nil || to == nil || from.Before(*to) }

// loadZone is time.LoadLocation without the names that mean another zone on
// each machine.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("no zone has the name %q", name)
	}
	return time.LoadLocation(name)
}
