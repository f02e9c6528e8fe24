package civil

import (
	"fmt"
	"io"
	"time"

	"ombudsnetz/internal/fault"
)

// Time is a time of day without a zone, in minutes from midnight. Midnight at
// the end of a day, 24:00, differs from that at its beginning.
type Time int

// DayEnd is 24:00.
const DayEnd Time = 24 * 60

// Clock returns the time of day of t in its own zone.
func Clock(t time.Time) Time { return Time(60*t.Hour() + t.Minute()) }

// ParseTime reads a time of day, "09:30". Anything else is a BAD_USER_INPUT
// fault without a field.
func ParseTime(text string) (Time, error) {
	if text == DayEnd.String() {
		return DayEnd, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, fault.New(fault.BadUserInput, fault.Text{
			EN: "is not a time of day; expected the form 09:30, from 00:00 to 24:00",
			DE: "ist keine Uhrzeit; erwartet wird die Form 09:30, von 00:00 bis 24:00",
		})
	}
	return Clock(t), nil
}

// String is the time of day as "09:30".
func (t Time) String() string { return fmt.Sprintf("%02d:%02d", t/60, t%60) }

// MarshalText writes t as "09:30".
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what ParseTime reads.
func (t *Time) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTime(string(text))
	return err
}

// MarshalGQL writes t as a GraphQL LocalTime.
func (t Time) MarshalGQL(w io.Writer) { _, _ = w.Write(t.AppendGQL(nil)) }

// AppendGQL appends t as a GraphQL LocalTime.
func (t Time) AppendGQL(b []byte) []byte { return append(append(append(b, '"'), t.String()...), '"') }

// UnmarshalGQL reads a GraphQL LocalTime.
func (t *Time) UnmarshalGQL(v any) (err error) {
	text, _ := v.(string)
	*t, err = ParseTime(text)
	return err
}
