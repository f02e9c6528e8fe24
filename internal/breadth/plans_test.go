package breadth

import (
	"fmt"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// operationOf parses query; fragments are tied to their spreads as validation does.
func operationOf(t *testing.T, query string, variables map[string]any) *graphql.OperationContext {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatal(err)
	}
	var tie func(set ast.SelectionSet)
	tie = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch selection := selection.(type) {
			case *ast.Field:
				tie(selection.SelectionSet)
			case *ast.InlineFragment:
				tie(selection.SelectionSet)
			case *ast.FragmentSpread:
				selection.Definition = doc.Fragments.ForName(selection.Name)
			}
		}
	}
	tie(doc.Operations[0].SelectionSet)
	for _, fragment := range doc.Fragments {
		tie(fragment.SelectionSet)
	}
	return &graphql.OperationContext{Doc: doc, Operation: doc.Operations[0], Variables: variables}
}

// with is the same operation with other variables.
func with(op *graphql.OperationContext, variables map[string]any) *graphql.OperationContext {
	return &graphql.OperationContext{Doc: op.Doc, Operation: op.Operation, Variables: variables}
}

// weighing makes plans of a weight and counts them.
func weighing(weight int, made *int) func(*graphql.OperationContext) *planned {
	return func(*graphql.OperationContext) *planned {
		*made++
		return &planned{weight: weight}
	}
}

func TestPlansAreMadeOnce(t *testing.T) {
	t.Parallel()
	made := 0
	plans, plan := newPlans(), weighing(1, &made)
	op := operationOf(t, `query ($n: Int) { a(n: $n) }`, map[string]any{"n": 1})
	first := plans.of(op, plan)
	if again := plans.of(with(op, map[string]any{"n": 2}), plan); again != first || made != 1 {
		t.Errorf("made %d plans for values that change no plan", made)
	}
	if other := plans.of(operationOf(t, `{ a }`, nil), plan); other == first {
		t.Error("two operations share a plan")
	}
}

func TestPlansDependOnConditions(t *testing.T) {
	t.Parallel()
	queries := map[string]string{
		"field":           `query ($v: Boolean!) { a { b @skip(if: $v) } }`,
		"inline fragment": `query ($v: Boolean!) { a { ... @include(if: $v) { b } } }`,
		"spread":          `query ($v: Boolean!) { a { ...F @include(if: $v) } } fragment F on A { b }`,
		"in a fragment":   `query ($v: Boolean!) { a { ...F ...F } } fragment F on A { ...G } fragment G on A { b @skip(if: $v) }`,
	}
	for name, query := range queries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made := 0
			plans, plan := newPlans(), weighing(1, &made)
			op := operationOf(t, query, map[string]any{"v": true})
			yes, no := plans.of(op, plan), plans.of(with(op, map[string]any{"v": false}), plan)
			if yes == no {
				t.Error("true and false share a plan")
			}
			if plans.of(op, plan) != yes || plans.of(with(op, map[string]any{"v": false}), plan) != no || made != 2 {
				t.Errorf("made %d plans for two values", made)
			}
		})
	}
}

func TestPlansAreBounded(t *testing.T) {
	t.Parallel()
	made := 0
	plans, plan := newPlans(), weighing(maxWeight/10, &made)
	var ops []*graphql.OperationContext
	for range 25 {
		op := operationOf(t, `{ a }`, nil)
		ops = append(ops, op)
		plans.of(op, plan)
		plans.of(ops[0], plan) // stays in use
		if plans.weight > maxWeight || plans.recent.Len() != len(plans.known) {
			t.Fatalf("weight %d, %d entries, %d known", plans.weight, plans.recent.Len(), len(plans.known))
		}
	}
	if made != 25 {
		t.Errorf("made %d plans: one in use was dropped", made)
	}
	if plans.of(ops[1], plan); made != 26 {
		t.Error("a plan long unused was kept beyond the bound")
	}
}

func TestVariantsOfOneOperationAreBounded(t *testing.T) {
	t.Parallel()
	made := 0
	plans := newPlans()
	other := operationOf(t, `{ a }`, nil)
	kept := plans.of(other, weighing(1, &made))
	op := operationOf(t, `query ($a: Boolean!, $b: Boolean!, $c: Boolean!) { a @skip(if: $a) b @skip(if: $b) c @skip(if: $c) }`, nil)
	for i := range 8 {
		plans.of(with(op, map[string]any{"a": i&1 > 0, "b": i&2 > 0, "c": i&4 > 0}), weighing(maxWeight/5, &made))
		if plans.weight > maxWeight {
			t.Fatalf("weight %d", plans.weight)
		}
	}
	if plans.of(other, weighing(1, &made)) != kept {
		t.Error("the variants of one operation pushed another out")
	}
}

func TestHeavyPlanIsKept(t *testing.T) {
	t.Parallel()
	made := 0
	plans, plan := newPlans(), weighing(2*maxWeight, &made)
	op := operationOf(t, `{ a }`, nil)
	first := plans.of(op, plan)
	if plans.of(op, plan) != first || made != 1 {
		t.Error("the only plan was dropped")
	}
}

func TestPlansAreForConcurrentUse(t *testing.T) {
	t.Parallel()
	plans := newPlans()
	var ops []*graphql.OperationContext
	for range 8 {
		ops = append(ops, operationOf(t, `query ($v: Boolean!) { a @skip(if: $v) }`, nil))
	}
	var mu sync.Mutex
	found := map[string]map[*planned]bool{}
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 200 {
				n, v := (worker+i)%len(ops), i%2 == 0
				p := plans.of(with(ops[n], map[string]any{"v": v}), func(*graphql.OperationContext) *planned { return &planned{weight: 1} })
				mu.Lock()
				key := fmt.Sprint(n, v)
				if found[key] == nil {
					found[key] = map[*planned]bool{}
				}
				found[key][p] = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	for key, plans := range found {
		if len(plans) != 1 {
			t.Errorf("%s has %d plans", key, len(plans))
		}
	}
}
