package serve

import (
	"fmt"

	"ombudsnetz/internal/fault"
)

// Limits bounds one request. A field that is zero has the value of Anonymous,
// so that a forgotten one is strict; a negative one forbids everything.
type Limits struct {
	Body       int64 // bytes of a POST body
	Depth      int   // fields below each other
	Aliases    int
	RootFields int
	Directives int
	Fields     int // with every fragment written out, lists counted once
	Cost       int // what the operation may build, see Cost
	// PageSize is the most that a slicing argument counts for in Cost. Resolvers
	// refuse more, and they can name the argument; a cost can't.
	PageSize int

	VariableBytes int // the variables as JSON text
	VariableDepth int // objects and lists within each other
	ListLength    int // of any list in variables or in the document
}

// Anonymous is the allowance of a viewer without a token.
func Anonymous() Limits {
	return Limits{
		Body: 256 << 10, Depth: 8, Aliases: 15, RootFields: 10, Directives: 25, Fields: 500, Cost: 1000, PageSize: 100,
		VariableBytes: 32 << 10, VariableDepth: 20, ListLength: 100,
	}
}

// SignedIn is the allowance of a viewer with a token.
func SignedIn() Limits {
	return Limits{
		Body: 1 << 20, Depth: 12, Aliases: 30, RootFields: 20, Directives: 50, Fields: 1000, Cost: 5000, PageSize: 100,
		VariableBytes: 256 << 10, VariableDepth: 20, ListLength: 500,
	}
}

func (l Limits) orDefaults() Limits {
	d := Anonymous()
	if l.Body == 0 {
		l.Body = d.Body
	}
	for _, field := range []struct {
		value  *int
		strict int
	}{
		{&l.Depth, d.Depth}, {&l.Aliases, d.Aliases}, {&l.RootFields, d.RootFields},
		{&l.Directives, d.Directives}, {&l.Fields, d.Fields}, {&l.Cost, d.Cost}, {&l.PageSize, d.PageSize},
		{&l.VariableBytes, d.VariableBytes}, {&l.VariableDepth, d.VariableDepth}, {&l.ListLength, d.ListLength},
	} {
		if *field.value == 0 {
			*field.value = field.strict
		}
	}
	return l
}

// check returns the first limit that cost exceeds.
func (l Limits) check(cost Cost) *refusal {
	for _, bound := range []struct {
		name           string
		value, maximum int
	}{
		{"depth", cost.Depth, l.Depth},
		{"aliases", cost.Aliases, l.Aliases},
		{"rootFields", cost.RootFields, l.RootFields},
		{"directives", cost.Directives, l.Directives},
		{"fields", cost.Fields, l.Fields},
		{"cost", cost.Requested, l.Cost},
	} {
		if bound.value > bound.maximum {
			return exceeded(bound.name, bound.value, bound.maximum)
		}
	}
	return nil
}

// exceeded tells which bound an operation passes, how far, and the bound itself.
func exceeded(name string, value, maximum int) *refusal {
	r := refuse(0, fault.LimitExceeded, fault.Text{
		EN: fmt.Sprintf("The operation is too large: %s is %d, at most %d is allowed.", name, value, maximum),
		DE: fmt.Sprintf("Die Operation ist zu groß: %s beträgt %d, erlaubt sind höchstens %d.", name, value, maximum),
	})
	r.details = map[string]any{"limit": name, "value": value, "maximum": maximum}
	return r
}

// of names the input that exceeds the bound.
func (r *refusal) of(field string) *refusal {
	r.details["field"] = field
	return r
}
