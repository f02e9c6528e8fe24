package breadth

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Gathering goes through the plan, not through the data: each edge is gathered
// once, for all parents of its level.

// gatherer is an edge without the type of its values.
type gatherer[T any] interface {
	gather(ctx context.Context, x *run, parents []*T)
	// write writes the value of the parent at position i among the gathered.
	write(x *run, b []byte, i int) ([]byte, outcome)
}

// below handles the values of one edge.
type below[E any] interface {
	gather(ctx context.Context, x *run, values []E)
	// write writes the value at position i among the gathered.
	write(x *run, b []byte, i int) ([]byte, outcome)
}

// run is what belongs to one request.
type run struct {
	ctx  context.Context //nolint:containedctx // of the request, to report errors under
	op   *graphql.OperationContext
	host any
	// slots hold what edges gathered; each edge knows its own.
	slots []any
	// free are the goroutines that may be started beside this one; nil for none.
	free chan struct{}

	// Of writing: where it is, and what went wrong.
	path     ast.Path
	failures []failure
	guarded  bool
}

func (s *selection[T]) gather(ctx context.Context, x *run, parents []*T) {
	if len(parents) == 0 {
		return
	}
	var others sync.WaitGroup
	defer others.Wait()
	last := len(s.steps) - 1
	for last >= 0 && s.steps[last].edge == nil {
		last--
	}
	for i := range s.steps[:last+1] {
		e := s.steps[i].edge
		if e == nil {
			continue
		}
		if i == last {
			e.gather(ctx, x, parents) // nothing is left to do beside it
			return
		}
		select {
		case x.free <- struct{}{}:
			others.Go(func() {
				defer func() { <-x.free }()
				e.gather(ctx, x, parents)
			})
		default:
			e.gather(ctx, x, parents)
		}
	}
}

type edge[T, E any] struct {
	slot  int
	from  Source[T, E]
	field graphql.CollectedField
	below below[E]
}

// faults are what went wrong with an edge: for all parents, or for single ones.
type faults struct {
	all error
	of  []error
}

func (e *edge[T, E]) gather(ctx context.Context, x *run, parents []*T) {
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: e.field, IsResolver: true})
	values, err := e.call(ctx, x, parents)
	if err != nil {
		f := faultsOf(ctx, err, len(parents), len(values))
		x.slots[e.slot] = f
		if f.all != nil {
			return
		}
	}
	e.below.gather(ctx, x, values)
}

// call asks the source; a panic is an error of the field.
func (e *edge[T, E]) call(ctx context.Context, x *run, parents []*T) (values []E, err error) {
	defer func() {
		if v := recover(); v != nil {
			values, err = nil, x.op.RecoverFunc(ctx, v)
		}
	}()
	return e.from(ctx, x, e.field, parents)
}

// faultsOf tells what an error means for each parent.
func faultsOf(ctx context.Context, err error, parents, values int) *faults {
	batch, ok := batchOf(err)
	if !ok || len(batch) != parents || values != parents {
		return &faults{all: relative(ctx, err)}
	}
	f := &faults{of: make([]error, parents)}
	for i, err := range batch {
		if err != nil {
			f.of[i] = relative(ctx, err)
		}
	}
	return f
}

// batchOf takes err apart if it is the errors of single parents. Wrapped in
// another it means all of them, as it does to gqlgen.
func batchOf(err error) ([]error, bool) {
	batch, ok := err.(graphql.BatchErrors) //nolint:errorlint // not when it is wrapped
	if !ok {
		return nil, false
	}
	return batch.Errors(), true
}

// whole is an error of all parents, whatever is in it.
type whole struct{ err error }

func (w whole) Error() string { return w.err.Error() }

func (w whole) Unwrap() error { return w.err }

// misaligned is a resolver's defect: it has to answer for every parent.
type misaligned struct {
	object, field string
	got           string // values or errors
	n, parents    int
}

func (m *misaligned) Error() string {
	return fmt.Sprintf("%s.%s gave %d %s for %d parents", m.object, m.field, m.n, m.got, m.parents)
}

// scalars handles values that are written as they are.
type scalars[V any] struct {
	slot   int
	append Append[V]
}

func (s *scalars[V]) gather(_ context.Context, x *run, values []V) { x.slots[s.slot] = values }

// objects handles values of one object type.
type objects[T any] struct {
	slot      int
	selection *selection[T]
}

// present are the values that are not null, and where to find them.
type present[T any] struct {
	values []*T
	// at gives the place among values, -1 for null; nil when none is null.
	at []int32
}

func (o *objects[T]) gather(ctx context.Context, x *run, values []*T) {
	p := &present[T]{values: values}
	for i, v := range values {
		if v != nil && p.at == nil {
			continue
		}
		if p.at == nil {
			p.values = append(make([]*T, 0, len(values)), values[:i]...)
			p.at = make([]int32, len(values))
			for j := range i {
				p.at[j] = int32(j)
			}
		}
		p.at[i] = -1
		if v != nil {
			p.at[i] = int32(len(p.values))
			p.values = append(p.values, v)
		}
	}
	x.slots[o.slot] = p
	o.selection.gather(ctx, x, p.values)
}

// lists handles lists of values.
type lists[E any] struct {
	slot     int
	nullable bool
	nonNull  bool // of the elements
	below    below[E]
}

// spans tell where lists begin in the row of all their elements.
type spans struct {
	begin []int32 // one more than there are lists
	null  []bool  // nil when no list is null
}

func (l *lists[E]) gather(ctx context.Context, x *run, values [][]E) {
	total := 0
	for _, list := range values {
		total += len(list)
	}
	s := &spans{begin: make([]int32, len(values)+1)}
	elements := make([]E, 0, total)
	for i, list := range values {
		if list == nil && l.nullable {
			if s.null == nil {
				s.null = make([]bool, len(values))
			}
			s.null[i] = true
		}
		elements = append(elements, list...)
		s.begin[i+1] = int32(len(elements))
	}
	x.slots[l.slot] = s
	l.below.gather(ctx, x, elements)
}

// abstracts handles values of an interface or a union.
type abstracts[I any] struct {
	slot     int
	branches []branch[I]
}

type branch[I any] interface {
	// take keeps v if it is of the branch's type, and tells its place.
	take(x *run, v I) (place int32, taken bool)
	gather(ctx context.Context, x *run)
	write(x *run, b []byte, place int) ([]byte, outcome)
}

// sorted tells for each value its branch and its place there.
type sorted struct {
	branch []int16
	place  []int32
}

// No branch has a value that is null, and one of a type that the schema does
// not know.
const (
	nullBranch    = -1
	unknownBranch = -2
)

func (a *abstracts[I]) gather(ctx context.Context, x *run, values []I) {
	s := &sorted{branch: make([]int16, len(values)), place: make([]int32, len(values))}
	for i, v := range values {
		s.branch[i], s.place[i] = a.sort(x, v)
	}
	x.slots[a.slot] = s
	for _, b := range a.branches {
		b.gather(ctx, x)
	}
}

func (a *abstracts[I]) sort(x *run, v I) (number int16, place int32) {
	for k, b := range a.branches {
		if place, taken := b.take(x, v); taken {
			return int16(k), place
		}
	}
	// Rare enough for reflection: an interface may hold a pointer that is nil.
	if r := reflect.ValueOf(v); r.IsValid() && (r.Kind() != reflect.Pointer || !r.IsNil()) {
		return unknownBranch, 0
	}
	return nullBranch, 0
}

type concrete[I, T any] struct {
	slot      int
	is        func(I) *T
	selection *selection[T]
}

func (c *concrete[I, T]) taken(x *run) []*T {
	values, _ := x.slots[c.slot].([]*T)
	return values
}

func (c *concrete[I, T]) take(x *run, v I) (int32, bool) {
	value := c.is(v)
	if value == nil {
		return 0, false
	}
	values := append(c.taken(x), value)
	x.slots[c.slot] = values
	return int32(len(values) - 1), true
}

func (c *concrete[I, T]) gather(ctx context.Context, x *run) {
	c.selection.gather(ctx, x, c.taken(x))
}
