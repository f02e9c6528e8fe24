package breadth

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// What gqlgen's executor can't tell, since it does it otherwise or not at all,
// is tested with tables written by hand.

const handSchema = `
interface A { thing: Thing label: String }
interface B { thing: Thing label: String }
interface Any { label: String }
type Query { thing: Thing things: [Thing] other: Thing any: Any anys: [Any!] }
type Mutation { make: Thing }
type Subscription { tick: Thing }
type Thing implements A & B & Any {
  label: String
  name: String!
  number: Float
  numbers: [Float!]
  thing: Thing
  left: Thing
  right: Thing
  scored: Float!
}
type Other implements Any { label: String }
`

type thing struct {
	name    string
	number  float64
	below   *thing
	numbers []float64
}

// hand holds what the fields do; nil for nothing.
type hand struct {
	things      []*thing
	anys        []any
	left, right func(ctx context.Context, parents []*thing) ([]*thing, error)
	label       func(o *thing) string
}

// delegate stands for gqlgen's executor.
type delegate struct{ schema *ast.Schema }

func (d delegate) Schema() *ast.Schema { return d.schema }

func (delegate) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

func (delegate) Exec(context.Context) graphql.ResponseHandler {
	return graphql.OneShot(&graphql.Response{Data: []byte(`"delegated"`)})
}

func (h hand) schema(parallel int) *Schema {
	t := &Type[thing]{Name: "Thing", Satisfies: []string{"Thing", "A", "B", "Any"}}
	resolve := func(call func(ctx context.Context, parents []*thing) ([]*thing, error)) Field[thing] {
		return Edge(false, Resolve("Thing", nil, func(ctx context.Context, _ any, _ *graphql.FieldContext, parents []*thing) ([]*thing, error) {
			return call(ctx, parents)
		}), Object(t))
	}
	t.Fields = map[string]Field[thing]{
		"label":  Leaf(false, func(b []byte, o *thing) ([]byte, bool) { return AppendString(b, h.label(o)), true }),
		"name":   Leaf(true, func(b []byte, o *thing) ([]byte, bool) { return AppendString(b, o.name), true }),
		"number": Leaf(false, func(b []byte, o *thing) ([]byte, bool) { return AppendFloat(b, o.number) }),
		"numbers": Edge(false, Get(func(o *thing) []float64 { return o.numbers }),
			List(true, true, Scalar(AppendFloat))),
		"scored": Edge(true, Resolve("Thing", nil, func(_ context.Context, _ any, _ *graphql.FieldContext, parents []*thing) ([]float64, error) {
			scores := make([]float64, len(parents))
			for i, parent := range parents {
				scores[i] = parent.number
			}
			return scores, nil
		}), Scalar(AppendFloat)),
		"thing": Edge(false, Get(func(o *thing) *thing { return o.below }), Object(t)),
		"left":  resolve(h.left),
		"right": resolve(h.right),
	}
	one := Edge(false, ResolveRoot("Query", nil, func(context.Context, any, *graphql.FieldContext) (*thing, error) {
		return h.things[0], nil
	}), Object(t))
	abstract := Abstract(Case(t, func(v any) *thing { o, _ := v.(*thing); return o }))
	return New(Config{
		Generated: delegate{gqlparser.MustLoadSchema(&ast.Source{Input: handSchema})},
		Query: &Type[Root]{Name: "Query", Satisfies: []string{"Query"}, Fields: map[string]Field[Root]{
			"thing": one,
			"other": one,
			"things": Edge(false, ResolveRoot("Query", nil, func(context.Context, any, *graphql.FieldContext) ([]*thing, error) {
				return h.things, nil
			}), List(true, false, Object(t))),
			"any": Edge(false, ResolveRoot("Query", nil, func(context.Context, any, *graphql.FieldContext) (any, error) {
				return h.anys[0], nil
			}), abstract),
			"anys": Edge(false, ResolveRoot("Query", nil, func(context.Context, any, *graphql.FieldContext) ([]any, error) {
				return h.anys, nil
			}), List(true, true, abstract)),
		}},
		Mutation: &Type[Root]{Name: "Mutation", Satisfies: []string{"Mutation"}, Fields: map[string]Field[Root]{"make": one}},
		Host:     func(*graphql.OperationContext) any { return nil },
		Parallel: parallel,
	})
}

// answer is the answer of a schema: data, a space, and the errors by path.
func answer(ctx context.Context, t *testing.T, schema graphql.ExecutableSchema, query string, variables map[string]any) string {
	t.Helper()
	run := executor.New(schema)
	panics := 0
	run.SetRecoverFunc(func(_ context.Context, v any) error {
		panics++
		return fmt.Errorf("panic %d: %v", panics, v)
	})
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := run.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if errs != nil {
		t.Fatal(errs)
	}
	op.DisableIntrospection = false
	next, ctx := run.DispatchOperation(ctx, op)
	response := next(ctx)
	if again := next(ctx); again != nil {
		t.Errorf("answered a second time: %s", again.Data)
	}
	var b strings.Builder
	b.Write(response.Data)
	for _, e := range response.Errors {
		fmt.Fprintf(&b, " %s:%s", e.Path, e.Message)
	}
	return b.String()
}

func check(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhatHasNoPlanIsDelegated(t *testing.T) {
	t.Parallel()
	schema := hand{things: []*thing{{name: "a"}}}.schema(1)
	for _, query := range []string{
		`{ __schema { queryType { name } } }`,
		`{ thing { name } ... { ... on Query { __type(name: "Thing") { name } } } }`,
		`{ ...F } fragment F on Query { ...G } fragment G on Query { __schema { queryType { name } } }`,
		`subscription { tick { name } }`,
	} {
		check(t, answer(t.Context(), t, schema, query, nil), `"delegated"`)
	}
	check(t, answer(t.Context(), t, schema, `{ __typename thing { __typename } }`, nil), `{"__typename":"Query","thing":{"__typename":"Thing"}}`)
}

func TestFieldsOfOneKeyAreOne(t *testing.T) {
	t.Parallel()
	schema := hand{things: []*thing{{below: &thing{name: "b"}}}}.schema(1)
	check(t, answer(t.Context(), t, schema, `{ thing { ... on A { thing { __typename } } ... on B { thing { name __typename } thing { n: name } } } }`, nil),
		`{"thing":{"thing":{"__typename":"Thing","name":"b","n":"b"}}}`)
}

func TestNullAsConditionIsContained(t *testing.T) {
	t.Parallel()
	schema := hand{things: []*thing{{name: "a"}}}.schema(1)
	const query = `query ($v: Boolean = true) { thing { name @include(if: $v) } }`
	check(t, answer(t.Context(), t, schema, query, map[string]any{"v": nil}), `null :panic 1: include: argument 'if' is not a boolean`)
	check(t, answer(t.Context(), t, schema, query, nil), `{"thing":{"name":"a"}}`)
}

func TestPanickingLeafLosesItselfOnly(t *testing.T) {
	t.Parallel()
	h := hand{things: []*thing{{name: "a"}, {name: "b"}, nil, {name: "c"}}, label: func(o *thing) string {
		if o.name == "b" {
			panic("no label")
		}
		return o.name
	}}
	check(t, answer(t.Context(), t, h.schema(1), `{ thing { name } things { name label scored } }`, nil),
		`{"thing":{"name":"a"},"things":[{"name":"a","label":"a","scored":0},{"name":"b","label":null,"scored":0},null,{"name":"c","label":"c","scored":0}]} things[1].label:panic 1: no label`)
}

func TestNoNumberIsAnError(t *testing.T) {
	t.Parallel()
	const text = "cannot marshal infinite no NaN float values"
	schema := hand{things: []*thing{{number: math.NaN(), numbers: []float64{1, math.Inf(1)}}, {number: 2, numbers: []float64{}}}}.schema(1)
	check(t, answer(t.Context(), t, schema, `{ things { number numbers } }`, nil),
		`{"things":[{"number":null,"numbers":null},{"number":2,"numbers":[]}]} things[0].number:`+text+` things[0].numbers[1]:`+text)
	check(t, answer(t.Context(), t, schema, `{ things { scored } }`, nil),
		`{"things":[null,{"scored":2}]} things[0].scored:`+text)
}

func TestPanickingReaderLosesItselfOnly(t *testing.T) {
	t.Parallel()
	// A nil pointer in a list of parents can't happen; one below another can.
	get := Get(func(o *thing) string { return o.below.name })
	x := &run{op: &graphql.OperationContext{RecoverFunc: func(context.Context, any) error { return errors.New("lost") }}}
	ok := &thing{below: &thing{name: "a"}}
	values, err := get(t.Context(), x, graphql.CollectedField{}, []*thing{{}, ok, {}, {}, ok, {}})
	errs, batch := batchOf(err)
	if want := []string{"", "a", "", "", "a", ""}; !batch || !slices.Equal(values, want) {
		t.Errorf("got %q, %v", values, err)
	}
	for i, value := range values {
		if lost := errs[i] != nil; lost != (value == "") {
			t.Errorf("value %d is %q, its error %v", i, value, errs[i])
		}
	}
}

func TestValuesOfUnknownTypes(t *testing.T) {
	t.Parallel()
	var none *thing
	schema := hand{anys: []any{42}, label: func(*thing) string { return "l" }}.schema(1)
	check(t, answer(t.Context(), t, schema, `{ any { label } }`, nil), `{"any":null} any:is of a type that the schema does not know`)
	schema = hand{anys: []any{&thing{}, none}, label: func(*thing) string { return "l" }}.schema(1)
	check(t, answer(t.Context(), t, schema, `{ any { label } anys { label } }`, nil), `{"any":{"label":"l"},"anys":null} anys[1]:must not be null`)
}

func TestNobodyIsAskedForNoParents(t *testing.T) {
	t.Parallel()
	h := hand{left: func(_ context.Context, parents []*thing) ([]*thing, error) {
		t.Errorf("asked for %d parents", len(parents))
		return nil, nil
	}}
	check(t, answer(t.Context(), t, h.schema(1), `{ things { left { name } } }`, nil), `{"things":null}`)
	h.things = []*thing{nil, nil}
	check(t, answer(t.Context(), t, h.schema(1), `{ things { left { name } } }`, nil), `{"things":[null,null]}`)
}

func TestCancelledRequestAsksNobody(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	h := hand{
		things: []*thing{{name: "a"}, {name: "b"}},
		left: func(_ context.Context, parents []*thing) ([]*thing, error) {
			cancel(errors.New("enough"))
			return parents, nil
		},
		right: func(context.Context, []*thing) ([]*thing, error) {
			t.Error("asked although cancelled")
			return nil, nil
		},
	}
	check(t, answer(ctx, t, h.schema(1), `{ things { left { name right { name } } } }`, nil),
		`{"things":[{"left":{"name":"a","right":null}},{"left":{"name":"b","right":null}}]} things[0].left.right:enough things[1].left.right:enough`)
}

func TestSiblingsRunAtOnceWithinTheBound(t *testing.T) {
	t.Parallel()
	const parallel = 3
	// Three have to meet before any answers: with fewer at once this never ends.
	var running, most atomic.Int32
	var mu sync.Mutex
	meeting, met := 0, make(chan struct{})
	meet := func(ctx context.Context, parents []*thing) ([]*thing, error) {
		now := running.Add(1)
		defer running.Add(-1)
		for {
			seen := most.Load()
			if now <= seen || most.CompareAndSwap(seen, now) {
				break
			}
		}
		mu.Lock()
		if meeting++; meeting == parallel {
			close(met)
		}
		mu.Unlock()
		select {
		case <-met:
			return parents, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	h := hand{things: []*thing{{name: "a"}}, left: meet, right: meet}
	check(t, answer(t.Context(), t, h.schema(parallel), `{ thing { a: left { b: left { name } c: right { name } } d: right { name } e: left { name } f: right { name } } }`, nil),
		`{"thing":{"a":{"b":{"name":"a"},"c":{"name":"a"}},"d":{"name":"a"},"e":{"name":"a"},"f":{"name":"a"}}}`)
	if got := most.Load(); got != parallel {
		t.Errorf("%d ran at once, the bound is %d", got, parallel)
	}
}

func TestPanicInAGoroutineIsContained(t *testing.T) {
	t.Parallel()
	h := hand{
		things: []*thing{{name: "a"}},
		left:   func(context.Context, []*thing) ([]*thing, error) { panic("left") },
		right:  func(_ context.Context, parents []*thing) ([]*thing, error) { return parents, nil },
	}
	check(t, answer(t.Context(), t, h.schema(4), `{ thing { left { name } right { name } } }`, nil),
		`{"thing":{"left":null,"right":{"name":"a"}}} thing.left:panic 1: left`)
}

func TestDeferredIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	schema := hand{things: []*thing{{name: "a"}}}.schema(1)
	check(t, answer(t.Context(), t, schema, `{ thing { __typename ... @defer { name } } }`, nil), `{"thing":{"__typename":"Thing","name":"a"}}`)
}

func TestSchemaIsForConcurrentUse(t *testing.T) {
	t.Parallel()
	schema := hand{things: []*thing{{name: "a"}, {name: "b"}}, left: func(_ context.Context, parents []*thing) ([]*thing, error) { return parents, nil }}.schema(2)
	run := executor.New(schema)
	op, errs := run.CreateOperationContext(graphql.StartOperationTrace(t.Context()), &graphql.RawParams{Query: `query ($v: Boolean!) { things { name left @skip(if: $v) { name } } }`, Variables: map[string]any{"v": true}})
	if errs != nil {
		t.Fatal(errs)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 50 {
				op := with(op, map[string]any{"v": i%2 == 0})
				want := `{"things":[{"name":"a","left":{"name":"a"}},{"name":"b","left":{"name":"b"}}]}`
				if i%2 == 0 {
					want = `{"things":[{"name":"a"},{"name":"b"}]}`
				}
				next, ctx := run.DispatchOperation(context.Background(), op)
				if got := string(next(ctx).Data); got != want {
					t.Errorf("got %s", got)
				}
			}
		})
	}
	all.Wait()
}
