// Package patch tells what an update leaves alone from what it changes.
package patch

import (
	"github.com/99designs/gqlgen/graphql"

	"ombudsnetz/internal/fault"
)

// Field is one field of an update's input: absent (leave as it is), null or a
// value (set).
type Field[T any] = graphql.Omittable[*T]

// Check looks at the value of a field that may not be cleared, if one is given:
// null is a problem at path, a value is shown to check, which may change it.
func Check[T any](field Field[T], path string, problems *fault.Problems, check func(*T)) {
	switch value, given := field.ValueOK(); {
	case !given:
	case value == nil:
		problems.Add(path, fault.Text{
			EN: "must not be null; leave it out to keep the present value",
			DE: "darf nicht null sein; weglassen lässt den Wert, wie er ist",
		})
	default:
		check(value)
	}
}

// Set writes the value given, if any, to target.
func Set[T any](target *T, field Field[T]) {
	if value := field.Value(); value != nil {
		*target = *value
	}
}
