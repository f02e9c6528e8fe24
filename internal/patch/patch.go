// Package patch tells what an update leaves alone from what it changes.
package patch

import (
	"fmt"

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

// Reset writes what field gives, null included, to a target that may be cleared.
// A value that is there already stays, so that changed and present can be
// compared.
func Reset[T comparable](target **T, field Field[T]) {
	given, is := field.ValueOK()
	if is && (given == nil || *target == nil || *given != **target) {
		*target = given
	}
}

// CheckVersion looks at the version that an update says it is based on.
func CheckVersion(expected int, problems *fault.Problems) {
	if expected < 1 {
		problems.Add("input.expectedVersion", fault.Text{EN: "must be 1 or more", DE: "muss mindestens 1 sein"})
	}
}

// SameVersion refuses a change that is based on another version than the present
// one.
func SameVersion(expected, present int) error {
	if expected == present {
		return nil
	}
	return fault.New(fault.VersionConflict, fault.Text{
		EN: fmt.Sprintf("is not the present version, which is %d", present),
		DE: fmt.Sprintf("ist nicht der jetzige Stand, der %d ist", present),
	}).At("input.expectedVersion")
}
