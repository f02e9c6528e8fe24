package breadth

import (
	"context"
	"errors"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Writing goes through the data, depth first, and reads what was gathered. A
// value that must not be null and is takes its parent with it; the nearest
// value that may be null becomes null.

// outcome tells what became of a value.
type outcome uint8

const (
	written outcome = iota
	null            // it is null, and nothing is wrong with that so far
	failed          // it can't be written, and that is noted
)

// failure is an error and the path of the value that it belongs to.
type failure struct {
	path ast.Path
	err  error
	// at is where the field stands in the document, nil when it need not be told.
	at *ast.Position
}

var (
	errNull        = errors.New("must not be null")
	errUnknownType = errors.New("is of a type that the schema does not know")
)

func (x *run) fail(err error, at *ast.Position) outcome {
	x.failures = append(x.failures, failure{path: slices.Clone(x.path), err: err, at: at})
	return failed
}

func (x *run) enter(at ast.PathElement) { x.path = append(x.path, at) }

func (x *run) leave() { x.path = x.path[:len(x.path)-1] }

// write writes the fields of o, whose place among its kind is i.
func (s *selection[T]) write(x *run, b []byte, o *T, i int) ([]byte, outcome) {
	b = append(b, '{')
	for k := range s.steps {
		var result outcome
		if b, result = s.steps[k].write(x, b, o, i); result == failed {
			return b, failed
		}
	}
	return append(b, '}'), written
}

// write writes one field. Failed means that its object can't be written.
func (st *step[T]) write(x *run, b []byte, o *T, i int) ([]byte, outcome) {
	b = append(b, st.key...)
	mark := len(b)
	var result outcome
	if st.edge != nil {
		x.enter(st.at)
		b, result = st.edge.write(x, b, i)
		if result == null && st.nonNull {
			result = x.fail(errNull, nil)
		}
		x.leave()
	} else {
		b, result = st.writeLeaf(x, b, o)
	}
	if result == written {
		return b, written
	}
	if st.nonNull {
		return b, failed
	}
	return append(b[:mark], "null"...), written
}

func (st *step[T]) writeLeaf(x *run, b []byte, o *T) ([]byte, outcome) {
	if x.guarded {
		return st.guardLeaf(x, b, o)
	}
	b, ok := st.leaf(b, o)
	if ok {
		return b, written
	}
	if !st.nonNull {
		return b, null
	}
	x.enter(st.at)
	defer x.leave()
	return b, x.fail(errNull, nil)
}

func (st *step[T]) guardLeaf(x *run, b []byte, o *T) ([]byte, outcome) {
	x.enter(st.at)
	defer x.leave()
	b, result := guard(x, b, o, st.leaf)
	if result == null && st.nonNull {
		result = x.fail(errNull, nil)
	}
	return b, result
}

// guard writes a value of an operation in which one has panicked.
func guard[V any](x *run, b []byte, v V, write Append[V]) (out []byte, result outcome) {
	defer func() {
		if v := recover(); v != nil {
			out, result = b, x.fail(x.unwritten(v), nil)
		}
	}()
	out, ok := write(b, v)
	if !ok {
		return out, null
	}
	return out, written
}

// unwritten is the error of a writer that has panicked with v.
func (x *run) unwritten(v any) error {
	if u, ok := v.(unwritable); ok {
		return relative(x.ctx, u.err)
	}
	return x.op.RecoverFunc(x.ctx, v)
}

func (e *edge[T, E]) write(x *run, b []byte, i int) ([]byte, outcome) {
	if f, wrong := x.slots[e.slot].(*faults); wrong {
		if f.all != nil {
			return b, x.fail(f.all, e.field.Position)
		}
		if f.of[i] != nil {
			return b, x.fail(f.of[i], e.field.Position)
		}
	}
	return e.below.write(x, b, i)
}

func (s *scalars[V]) write(x *run, b []byte, i int) ([]byte, outcome) {
	v := x.slots[s.slot].([]V)[i] //nolint:forcetypeassert // its own slot
	if x.guarded {
		return guard(x, b, v, s.append)
	}
	b, ok := s.append(b, v)
	if !ok {
		return b, null
	}
	return b, written
}

func (o *objects[T]) write(x *run, b []byte, i int) ([]byte, outcome) {
	p := x.slots[o.slot].(*present[T]) //nolint:forcetypeassert // its own slot
	if p.at != nil {
		if i = int(p.at[i]); i < 0 {
			return b, null
		}
	}
	return o.selection.write(x, b, p.values[i], i)
}

func (l *lists[E]) write(x *run, b []byte, i int) ([]byte, outcome) {
	s := x.slots[l.slot].(*spans) //nolint:forcetypeassert // its own slot
	if s.null != nil && s.null[i] {
		return b, null
	}
	b = append(b, '[')
	begin, end := int(s.begin[i]), int(s.begin[i+1])
	for at := begin; at < end; at++ {
		if at > begin {
			b = append(b, ',')
		}
		mark := len(b)
		x.path = append(x.path, ast.PathIndex(at-begin))
		var result outcome
		b, result = l.below.write(x, b, at)
		if result == null && l.nonNull {
			result = x.fail(errNull, nil)
		}
		x.leave()
		if result == written {
			continue
		}
		if l.nonNull {
			return b, failed
		}
		b = append(b[:mark], "null"...)
	}
	return append(b, ']'), written
}

func (a *abstracts[I]) write(x *run, b []byte, i int) ([]byte, outcome) {
	s := x.slots[a.slot].(*sorted) //nolint:forcetypeassert // its own slot
	switch s.branch[i] {
	case nullBranch:
		return b, null
	case unknownBranch:
		return b, x.fail(errUnknownType, nil)
	}
	return a.branches[s.branch[i]].write(x, b, int(s.place[i]))
}

func (c *concrete[I, T]) write(x *run, b []byte, place int) ([]byte, outcome) {
	return c.selection.write(x, b, c.taken(x)[place], place)
}

// nested is an error whose path goes on behind that of the field it came from:
// an argument that could not be read.
type nested struct {
	err    *gqlerror.Error
	behind ast.Path
}

func (n *nested) Error() string { return n.err.Error() }

// several are errors of one value.
type several []error

func (s several) Error() string { return errors.Join(s...).Error() }

// relative takes the path of the field, which knows no list index, out of err.
func relative(ctx context.Context, err error) error {
	if list, ok := err.(gqlerror.List); ok { //nolint:errorlint // not when it is wrapped
		all := make(several, 0, len(list))
		for _, err := range list {
			all = append(all, relative(ctx, err))
		}
		return all
	}
	located, ok := errors.AsType[*gqlerror.Error](err)
	if !ok {
		return err
	}
	var field ast.Path
	if fc := graphql.GetFieldContext(ctx); fc != nil {
		field = fc.Path()
	}
	if len(located.Path) >= len(field) && slices.Equal(located.Path[:len(field)], field) {
		return &nested{err: located, behind: located.Path[len(field):]}
	}
	return &nested{err: located}
}

// report hands the failures on, each with the path of its value.
func (x *run) report() {
	for _, f := range x.failures {
		f.report(contextOf(x.ctx, f.path))
	}
}

func (f failure) report(ctx context.Context) {
	switch err := f.err.(type) { //nolint:errorlint // relative made it
	case several:
		for _, err := range err {
			failure{path: f.path, err: err, at: f.at}.report(ctx)
		}
	case *nested:
		shown := *err.err
		shown.Path = append(slices.Clone(f.path), err.behind...)
		graphql.AddError(ctx, &shown)
	default:
		shown := &gqlerror.Error{Err: err, Message: err.Error(), Path: f.path}
		if f.at != nil {
			shown.Locations = []gqlerror.Location{{Line: f.at.Line, Column: f.at.Column}}
		}
		graphql.AddError(ctx, shown)
	}
}

// contextOf is a context in which the field at path is resolved.
func contextOf(ctx context.Context, path ast.Path) context.Context {
	for _, element := range path {
		fc := &graphql.FieldContext{}
		switch element := element.(type) {
		case ast.PathName:
			fc.Field = graphql.CollectedField{Field: &ast.Field{Alias: string(element)}}
		case ast.PathIndex:
			index := int(element)
			fc.Index = &index
		}
		ctx = graphql.WithFieldContext(ctx, fc) //nolint:fatcontext // one within the other is what a path is
	}
	return ctx
}
