// Package patch tells what an update leaves alone from what it clears.
package patch

import (
	"github.com/99designs/gqlgen/graphql"

	"ombudsnetz/internal/fault"
)

// Field is one field of an update's input: absent (leave as it is), null
// (clear) or a value (set).
type Field[T any] = graphql.Omittable[*T]

// Set writes a value that may not be cleared: absent leaves target alone, null
// is a problem at path.
func Set[T any](target *T, field Field[T], path string, problems *fault.Problems) {
	switch value, given := field.ValueOK(); {
	case !given:
	case value == nil:
		problems.Add(path, fault.Text{
			EN: "must not be null; leave it out to keep the present value",
			DE: "darf nicht null sein; weglassen lässt den Wert, wie er ist",
		})
	default:
		*target = *value
	}
}

// SetOrClear writes a value that may be cleared: null clears target.
func SetOrClear[T any](target **T, field Field[T]) {
	if value, given := field.ValueOK(); given {
		*target = value
	}
}
