package breadth

import (
	"container/list"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// planned is the plan of an operation.
type planned struct {
	root   *selection[Root]
	slots  int
	weight int
	// size is how long the last answer was, to make the next buffer fit.
	size atomic.Int64
}

// plans keeps the plans of the operations that were used last. Parsed documents
// are kept too, so an operation asked for again is the same pointer.
type plans struct {
	mu     sync.Mutex
	known  map[*ast.OperationDefinition]*list.Element
	recent *list.List
	weight int
}

// maxWeight bounds the steps and slots of all kept plans together: about 30 MB.
const maxWeight = 100_000

type entry struct {
	op *ast.OperationDefinition
	// conditions are the variables that decide what is included: each set of
	// their values has a plan of its own.
	conditions []string
	variants   map[string]*planned
	weight     int
}

func newPlans() *plans {
	return &plans{known: map[*ast.OperationDefinition]*list.Element{}, recent: list.New()}
}

// of returns the plan of an operation, made now if there is none.
func (p *plans) of(op *graphql.OperationContext, plan func(*graphql.OperationContext) *planned) *planned {
	p.mu.Lock()
	element, found := p.known[op.Operation]
	var e *entry
	if found {
		p.recent.MoveToFront(element)
		e = element.Value.(*entry) //nolint:forcetypeassert // nothing else is put in
		if variant, found := e.variants[e.key(op.Variables)]; found {
			p.mu.Unlock()
			return variant
		}
	}
	p.mu.Unlock()

	made := plan(op)

	p.mu.Lock()
	defer p.mu.Unlock()
	if element, found = p.known[op.Operation]; !found {
		e = &entry{op: op.Operation, conditions: conditionsOf(op.Operation), variants: map[string]*planned{}}
		element = p.recent.PushFront(e)
		p.known[op.Operation] = element
	} else {
		e = element.Value.(*entry) //nolint:forcetypeassert // nothing else is put in
	}
	key := e.key(op.Variables)
	if earlier, found := e.variants[key]; found {
		return earlier
	}
	if e.weight > maxWeight/4 {
		// Many conditions of one operation must not push out all others.
		p.weight -= e.weight
		e.weight, e.variants = 0, map[string]*planned{}
	}
	e.variants[key] = made
	e.weight += made.weight
	p.weight += made.weight
	for p.weight > maxWeight && p.recent.Len() > 1 {
		oldest := p.recent.Remove(p.recent.Back()).(*entry) //nolint:forcetypeassert // nothing else is put in
		delete(p.known, oldest.op)
		p.weight -= oldest.weight
	}
	return made
}

func (e *entry) key(variables map[string]any) string {
	if len(e.conditions) == 0 {
		return ""
	}
	var b strings.Builder
	for _, name := range e.conditions {
		fmt.Fprintf(&b, "%v,", variables[name])
	}
	return b.String()
}

// conditionsOf returns the variables that @skip and @include of an operation use.
func conditionsOf(op *ast.OperationDefinition) []string {
	names := map[string]bool{}
	seen := map[*ast.FragmentDefinition]bool{}
	var walk func(set ast.SelectionSet)
	note := func(directives ast.DirectiveList) {
		for _, d := range directives {
			if d.Name != "skip" && d.Name != "include" {
				continue
			}
			if condition := d.Arguments.ForName("if"); condition != nil && condition.Value.Kind == ast.Variable {
				names[condition.Value.Raw] = true
			}
		}
	}
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch selection := selection.(type) {
			case *ast.Field:
				note(selection.Directives)
				walk(selection.SelectionSet)
			case *ast.InlineFragment:
				note(selection.Directives)
				walk(selection.SelectionSet)
			case *ast.FragmentSpread:
				note(selection.Directives)
				if !seen[selection.Definition] {
					seen[selection.Definition] = true
					walk(selection.Definition.SelectionSet)
				}
			}
		}
	}
	walk(op.SelectionSet)
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	return sorted
}
