// Package civil holds dates without a time of day or a zone: the first day of
// a validity, a day of birth, the day of a meeting.
package civil

import (
	"database/sql/driver"
	"fmt"
	"io"
	"time"

	"ombudsnetz/internal/fault"
)

// Date is a day of the calendar. The zero value is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// Of returns the day that t falls on in its own zone.
func Of(t time.Time) Date {
	year, month, day := t.Date()
	return Date{Year: year, Month: month, Day: day}
}

// Parse reads a date as RFC 3339 writes it, "2021-07-01". Anything else, a day
// that does not exist included, is a BAD_USER_INPUT fault without a field.
func Parse(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() == 0 {
		return Date{}, fault.New(fault.BadUserInput, fault.Text{
			EN: "is not a date; expected the form 2021-07-01",
			DE: "ist kein Datum; erwartet wird die Form 2021-07-01",
		})
	}
	return Of(t), nil
}

// String is the date as RFC 3339 writes it.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Before tells whether d is earlier than other.
func (d Date) Before(other Date) bool {
	return d.time().Before(other.time())
}

func (d Date) time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// MarshalGQL writes d as a GraphQL Date.
func (d Date) MarshalGQL(w io.Writer) { _, _ = w.Write(d.AppendGQL(nil)) }

// AppendGQL appends d as a GraphQL Date.
func (d Date) AppendGQL(b []byte) []byte {
	return append(d.time().AppendFormat(append(b, '"'), time.DateOnly), '"')
}

// UnmarshalGQL reads a GraphQL Date.
func (d *Date) UnmarshalGQL(v any) error {
	text, _ := v.(string)
	parsed, err := Parse(text)
	*d = parsed
	return err
}

// Scan reads a date column.
func (d *Date) Scan(src any) error {
	t, ok := src.(time.Time)
	if !ok {
		return fmt.Errorf("scan a date from %T", src)
	}
	*d = Of(t)
	return nil
}

// Value passes d as a parameter of type date.
func (d Date) Value() (driver.Value, error) { return d.String(), nil }

// MarshalText writes d as RFC 3339 writes it.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what Parse reads.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = Parse(string(text))
	return err
}

// AddDays returns the day that is n days after d.
func (d Date) AddDays(n int) Date { return Of(d.time().AddDate(0, 0, n)) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.time().Weekday() }
