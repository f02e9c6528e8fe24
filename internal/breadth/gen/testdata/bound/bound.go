// Package bound is what schemas of the tests are bound to.
package bound

import "context"

// Thing is a struct.
type Thing struct{ Name string }

// WithContext needs a context.
func (*Thing) WithContext(context.Context) string { return "" }

// WithError may fail.
func (*Thing) WithError() (string, error) { return "", nil }

// Maybe tells whether there is a value.
func (*Thing) Maybe() (string, bool) { return "", false }

// WithArguments takes what the field's arguments are.
func (*Thing) WithArguments(n int) string { return "" }

// Pointer is a list that may be nil twice.
func (*Thing) Pointer() *[]string { return nil }

// Grid holds values.
func (*Thing) Grid() [][]Thing { return nil }

// Map is no struct.
type Map map[string]any

// Interface is no struct.
type Interface interface{ Name() string }
