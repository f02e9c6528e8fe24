// Package page reads long lists page by page. A page begins behind the row
// that its cursor names, not at a number: rows that come or go while somebody
// is paging are neither repeated nor skipped.
package page

import (
	"strconv"
	"strings"

	"ombudsnetz/internal/fault"
)

// DefaultSize and MaxSize bound the argument first. The schema repeats both; a
// server can be configured to allow another MaxSize, see [Codec.Allowing].
const (
	DefaultSize = 20
	MaxSize     = 100
)

// Args are the arguments that every list has.
type Args struct {
	First *int
	After *Cursor
	// Alone is set when nobody asks whether another page follows.
	Alone bool
	// Fields are those that are asked of the items; nil is all.
	Fields []string
}

// Order is one way to sort a list of T.
type Order[T any] struct {
	// Name is unique among all orders of all lists: it is sealed into cursors.
	Name string
	// Columns are compared one after another, all in the same direction. The
	// last one is unique, so that every row has exactly one place.
	Columns    []Column
	Descending bool
	// Values returns a row's values of Columns as text that Postgres can read.
	Values func(row T) []string
}

// Column is one sort column: an SQL expression and its type.
type Column struct{ Expression, Type string }

// By is the text behind ORDER BY.
func (o Order[T]) By() string {
	columns := make([]string, len(o.Columns))
	for i, c := range o.Columns {
		columns[i] = c.Expression
		if o.Descending {
			columns[i] += " DESC"
		}
	}
	return strings.Join(columns, ", ")
}

// behind is a condition that holds for the rows behind a cursor, with one
// placeholder ? for each column.
func (o Order[T]) behind() string {
	var left, right strings.Builder
	for i, c := range o.Columns {
		if i > 0 {
			left.WriteString(", ")
			right.WriteString(", ")
		}
		left.WriteString(c.Expression)
		right.WriteString("?::" + c.Type)
	}
	comparison := " > "
	if o.Descending {
		comparison = " < "
	}
	return "(" + left.String() + ")" + comparison + "(" + right.String() + ")"
}

// Page is one page of a list, asked for and checked. Lists that are asked for
// together share what it points to.
type Page[T any] struct{ *spec[T] }

type spec[T any] struct {
	codec Codec
	order Order[T]
	size  int
	alone bool
	after []string
}

// Read checks args for a list in the given order. Its faults blame first and
// after.
func Read[T any](codec Codec, order Order[T], args Args) (Page[T], error) {
	p := Page[T]{&spec[T]{codec: codec, order: order, size: DefaultSize, alone: args.Alone}}
	var problems fault.Problems
	if args.First != nil {
		p.size = *args.First
		if p.size < 1 || p.size > codec.largest {
			problems.Add("first", fault.Text{
				EN: "must be between 1 and " + strconv.Itoa(codec.largest),
				DE: "muss zwischen 1 und " + strconv.Itoa(codec.largest) + " liegen",
			})
		}
	}
	if args.After != nil {
		after, err := codec.decode(order.Name, *args.After, len(order.Columns))
		problems = append(problems, fault.All(err)...)
		p.after = after
	}
	return p, problems.Err()
}

// Behind returns the condition that cuts off everything up to the cursor, and
// its arguments; "true" on the first page. Placeholders are written ?.
func (p Page[T]) Behind() (string, []any) {
	if p.after == nil {
		return "true", nil
	}
	args := make([]any, len(p.after))
	for i, value := range p.after {
		args[i] = value
	}
	return p.order.behind(), args
}

// By is the text behind ORDER BY.
func (p Page[T]) By() string { return p.order.By() }

// Limit is how many rows to fetch: one more than the page shows, which tells
// whether another page follows, when somebody wants to know.
func (p Page[T]) Limit() int {
	if p.alone {
		return p.size
	}
	return p.size + 1
}
