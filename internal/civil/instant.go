package civil

import (
	"io"
	"time"

	"ombudsnetz/internal/fault"
)

// Instant is a point in time as a client gives it, the GraphQL scalar Instant.
type Instant struct{ time.Time }

// MarshalGQL writes i as a GraphQL Instant.
func (i Instant) MarshalGQL(w io.Writer) { _, _ = w.Write(i.AppendGQL(nil)) }

// AppendGQL appends i as a GraphQL Instant.
func (i Instant) AppendGQL(b []byte) []byte {
	return append(i.UTC().AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// UnmarshalGQL reads a GraphQL Instant. Anything else is a BAD_USER_INPUT fault
// without a field.
func (i *Instant) UnmarshalGQL(v any) error {
	text, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, text)
	if year := t.UTC().Year(); err != nil || year < 1 || year > 9999 {
		return fault.New(fault.BadUserInput, fault.Text{
			EN: "is not an instant; expected the form 2021-02-05T08:00:00Z",
			DE: "ist kein Zeitpunkt; erwartet wird die Form 2021-02-05T08:00:00Z",
		})
	}
	i.Time = t
	return nil
}
