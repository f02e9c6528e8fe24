package breadth

import (
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// A plan is made once for an operation and never changed: what belongs to one
// request lies in the slots of its run.

// selection is what was selected of values of one type.
type selection[T any] struct {
	steps []step[T]
}

// step answers one field: a leaf from the struct, or an edge.
type step[T any] struct {
	at      ast.PathElement
	key     []byte // as it is written, with quotes and colon
	nonNull bool
	leaf    Append[*T]
	edge    gatherer[T]
}

// planner counts the slots that a plan needs.
type planner struct {
	op    *graphql.OperationContext
	slots int
	steps int
}

func (p *planner) slot() int {
	p.slots++
	return p.slots - 1
}

func plan[T any](p *planner, t *Type[T], set ast.SelectionSet) *selection[T] {
	fields := merge(graphql.CollectFields(p.op, set, t.Satisfies))
	s := &selection[T]{steps: make([]step[T], 0, len(fields))}
	for i, f := range fields {
		st := typename[T](t.Name)
		if f.Name != "__typename" {
			st = t.Fields[f.Name](p, f)
		}
		st.at = ast.PathName(f.Alias)
		if i > 0 {
			st.key = append(st.key, ',')
		}
		st.key = append(strconv.AppendQuote(st.key, f.Alias), ':')
		s.steps = append(s.steps, st)
		p.steps++
	}
	return s
}

// merge makes one of the fields with the same key. CollectFields leaves those
// apart that are selected under interfaces which do not know each other.
func merge(fields []graphql.CollectedField) []graphql.CollectedField {
	places := make(map[string]int, len(fields))
	merged := make([]graphql.CollectedField, 0, len(fields))
	for _, f := range fields {
		place, known := places[f.Alias]
		if !known {
			places[f.Alias] = len(merged)
			merged = append(merged, f)
			continue
		}
		merged[place].Selections = slices.Concat(merged[place].Selections, f.Selections)
	}
	return merged
}

func typename[T any](name string) step[T] {
	quoted := strconv.Quote(name)
	return step[T]{nonNull: true, leaf: func(b []byte, _ *T) ([]byte, bool) { return append(b, quoted...), true }}
}
