// Package breadth executes GraphQL operations level by level: every field of a
// selection is resolved once for all parents together, however they are
// reached, and the answer is then written depth first into one buffer.
//
// gqlgen parses, validates, binds and coerces; the tables of this package are
// generated from its data (internal/breadth/gen). An operation is planned once
// and the plan kept. See ARCHITECTURE.md, "How a field is executed".
package breadth

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Type is the table of an object type, whose values are *T in Go.
type Type[T any] struct {
	Name string
	// Satisfies are the names that a type condition may give to match: its own
	// and those of its interfaces and unions.
	Satisfies []string
	Fields    map[string]Field[T]
}

// Field makes the step of a plan that answers one selected field of T.
type Field[T any] func(p *planner, f graphql.CollectedField) step[T]

// Root is the parent of root fields.
type Root struct{}

// Append writes the GraphQL value of v; false when it is null.
type Append[V any] func(b []byte, v V) ([]byte, bool)

// Leaf is a scalar or an enum that is read from the struct.
func Leaf[T any](nonNull bool, write Append[*T]) Field[T] {
	return func(*planner, graphql.CollectedField) step[T] {
		return step[T]{nonNull: nonNull, leaf: write}
	}
}

// Edge is a field that has to be gathered before it can be written: from says
// where its values come from, below what they are.
func Edge[T, E any](nonNull bool, from Source[T, E], below Below[E]) Field[T] {
	return func(p *planner, f graphql.CollectedField) step[T] {
		return step[T]{nonNull: nonNull, edge: &edge[T, E]{
			slot: p.slot(), from: from, field: f, below: below(p, f.Selections),
		}}
	}
}

// Source gives the values of a field for all parents, aligned with them.
type Source[T, E any] func(ctx context.Context, x *run, f graphql.CollectedField, parents []*T) ([]E, error)

// Get is a Source that reads the struct. Where get panics, the value of that
// parent is lost and no other.
func Get[T, E any](get func(*T) E) Source[T, E] {
	return func(ctx context.Context, x *run, _ graphql.CollectedField, parents []*T) ([]E, error) {
		values := make([]E, len(parents))
		i, v := read(get, parents, values, 0)
		if v == nil {
			return values, nil
		}
		errs := make(graphql.BatchErrorList, len(parents))
		for ; v != nil; i, v = read(get, parents, values, i+1) {
			errs[i] = x.op.RecoverFunc(ctx, v)
		}
		return values, errs
	}
}

// read reads on from a place among the parents, up to one that panics.
func read[T, E any](get func(*T) E, parents []*T, values []E, from int) (at int, panicked any) {
	defer func() { panicked = recover() }()
	for at = from; at < len(parents); at++ {
		values[at] = get(parents[at])
	}
	return at, nil
}

// Arguments coerces the arguments of a field, as gqlgen's generated functions do.
type Arguments func(ctx context.Context, host any, raw map[string]any) (map[string]any, error)

// Resolve is a Source that calls a resolver. Host is what the generated code
// needs for the call; object is the name of the parents' type.
func Resolve[T, E any](object string, arguments Arguments, call func(ctx context.Context, host any, fc *graphql.FieldContext, parents []*T) ([]E, error)) Source[T, E] {
	return func(ctx context.Context, x *run, f graphql.CollectedField, parents []*T) ([]E, error) {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		fc := graphql.GetFieldContext(ctx)
		fc.Object = object
		if arguments != nil {
			args, err := arguments(ctx, x.host, f.ArgumentMap(x.op.Variables))
			if err != nil {
				return nil, err
			}
			fc.Args = args
		}
		values, err := call(ctx, x.host, fc, parents)
		errs, batch := batchOf(err)
		if (err == nil || batch) && len(values) != len(parents) {
			return nil, &misaligned{object: object, field: f.Name, parents: len(parents), got: "values", n: len(values)}
		}
		if batch && len(errs) != len(parents) {
			return nil, &misaligned{object: object, field: f.Name, parents: len(parents), got: "errors", n: len(errs)}
		}
		return values, err
	}
}

// ResolveRoot is a Source for a root field.
func ResolveRoot[E any](object string, arguments Arguments, call func(ctx context.Context, host any, fc *graphql.FieldContext) (E, error)) Source[Root, E] {
	return Resolve(object, arguments, func(ctx context.Context, host any, fc *graphql.FieldContext, _ []*Root) ([]E, error) {
		value, err := call(ctx, host, fc)
		if err != nil {
			return nil, whole{err}
		}
		return []E{value}, nil
	})
}

// Resolved is what the directives of a root field let through.
func Resolved[V any](resolved any) (V, error) {
	value, ok := resolved.(V)
	if !ok && resolved != nil {
		return value, fmt.Errorf("unexpected type %T from middleware/directive chain, should be %T", resolved, value)
	}
	return value, nil
}

// Below makes the part of a plan that handles values of E.
type Below[E any] func(p *planner, set ast.SelectionSet) below[E]

// Scalar is a value that is written as it is.
func Scalar[V any](write Append[V]) Below[V] {
	return func(p *planner, _ ast.SelectionSet) below[V] {
		return &scalars[V]{slot: p.slot(), append: write}
	}
}

// Object is a value of an object type.
func Object[T any](t *Type[T]) Below[*T] {
	return func(p *planner, set ast.SelectionSet) below[*T] {
		return &objects[T]{slot: p.slot(), selection: plan(p, t, set)}
	}
}

// List is a list of values. Nil is an empty list, or null where the list may
// be null.
func List[E any](nullable, elementsNonNull bool, of Below[E]) Below[[]E] {
	return func(p *planner, set ast.SelectionSet) below[[]E] {
		return &lists[E]{slot: p.slot(), nullable: nullable, nonNull: elementsNonNull, below: of(p, set)}
	}
}

// Abstract is a value of an interface or a union, whose Go type is I.
func Abstract[I any](branches ...Branch[I]) Below[I] {
	return func(p *planner, set ast.SelectionSet) below[I] {
		a := &abstracts[I]{slot: p.slot()}
		for _, branch := range branches {
			a.branches = append(a.branches, branch(p, set))
		}
		return a
	}
}

// Branch makes the part of a plan for one concrete type of an abstract one.
type Branch[I any] func(p *planner, set ast.SelectionSet) branch[I]

// Case is the branch for t; is returns nil for values of other types.
func Case[I, T any](t *Type[T], is func(I) *T) Branch[I] {
	return func(p *planner, set ast.SelectionSet) branch[I] {
		return &concrete[I, T]{slot: p.slot(), is: is, selection: plan(p, t, set)}
	}
}
