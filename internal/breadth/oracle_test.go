package breadth_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"pgregory.net/rapid"

	"ombudsnetz/internal/breadth/internal/shapes"
	"ombudsnetz/internal/breadth/internal/shapes/gen"
	"ombudsnetz/internal/breadth/oracle"
)

// The specification leaves no choice in what the data of an answer are. So
// gqlgen's executor, which knows nothing of levels, is the oracle: both get
// requests drawn at random, in worlds in which things go wrong at random.

// comparison holds the executors that have to agree.
type comparison struct {
	generated *oracle.Side
	// breadthFirst run one resolver at a time and several.
	breadthFirst []*oracle.Side
}

func newComparison() *comparison {
	c := &comparison{generated: sideOf(gen.NewExecutableSchema(config()))}
	for _, parallel := range []int{1, 4} {
		c.breadthFirst = append(c.breadthFirst, sideOf(gen.NewBreadthFirst(config(), parallel)))
	}
	return c
}

func sideOf(schema graphql.ExecutableSchema) *oracle.Side {
	return oracle.NewSide(schema, graphql.DefaultErrorPresenter, recovered)
}

func recovered(_ context.Context, v any) error { return fmt.Errorf("panic: %v", v) }

func rule() oracle.Rule { return oracle.Rule{Kind: kindOf, Late: isLate} }

func isLate(e *gqlerror.Error) bool {
	return strings.Contains(e.Message, "infinite") || e.Message == "negative weight"
}

// kindOf is what two errors of the same cause have in common.
func kindOf(e *gqlerror.Error) string {
	text := e.Message
	switch {
	case strings.Contains(text, "panic") || strings.Contains(text, "returned unexpected result type"):
		text = "panic"
	case strings.Contains(text, "for ") && strings.HasSuffix(strings.TrimSuffix(text, " (index 0)"), " parents"):
		text = "misaligned"
	case text == "the requested element is null which the schema does not allow" || text == "must not be null":
		text = "null"
	}
	return fmt.Sprint(e.Extensions["code"], " ", text)
}

func shapesDrawing() oracle.Drawing {
	texts := func(texts ...string) func(t *rapid.T) any {
		return func(t *rapid.T) any { return oracle.OneOf(t, "scalar", texts...) }
	}
	return oracle.Drawing{
		Schema: gen.NewExecutableSchema(gen.Config{}).Schema(),
		Kinds:  []ast.Operation{ast.Query, ast.Query, ast.Query, ast.Query, ast.Mutation},
		Depth:  6,
		Fields: 60,
		Scalars: map[string]func(t *rapid.T) any{
			"Money":   texts("1.50", "0.00", "wrong"),
			"Token":   texts("t", `"`, "bad"),
			"Day":     texts("2024-02-29", "2024-02-30"),
			"Instant": texts("2024-02-29T12:00:00Z", "then"),
			"Span":    texts("PT15M", "P1D", "long"),
			"Key":     texts("7", "x"),
			"Weight":  func(t *rapid.T) any { return rapid.IntRange(-1, 9).Draw(t, "weight") },
		},
	}
}

// agree asks all executors the same in the same world.
func (c *comparison) agree(world *shapes.World, request oracle.Request) error {
	for _, variables := range request.Variables {
		ctx, wanted := visiting(context.Background(), world)
		want, err := c.generated.Ask(ctx, request.Query, request.Operation, variables)
		if err != nil {
			return fmt.Errorf("generated: %w", err)
		}
		if want.Refused && !request.Loose && !strings.HasPrefix(want.Errors.Error(), "input: variable.") {
			return fmt.Errorf("not valid: %w", want.Errors)
		}
		for _, side := range c.breadthFirst {
			ctx, visit := visiting(context.Background(), world)
			got, err := side.Ask(ctx, request.Query, request.Operation, variables)
			if err != nil {
				return err
			}
			if err := rule().Compare(want, got); err != nil {
				return err
			}
			if !slices.Equal(visit.done, wanted.done) {
				return fmt.Errorf("did %v, wanted %v", visit.done, wanted.done)
			}
			for field, calls := range visit.calls {
				edges := got.Edges[field]
				if field == "Query.search" {
					edges *= 2 // by its directive
				}
				if calls > edges {
					return fmt.Errorf("%s was called %d times for %d edges", field, calls, edges)
				}
			}
		}
	}
	return nil
}

func (c *comparison) check(requests *rapid.Generator[oracle.Request]) func(t *rapid.T) {
	return func(t *rapid.T) {
		world := &shapes.World{
			Seed:   oracle.Seed(t),
			Faults: oracle.OneOf(t, "faults", 0, 0, 5, 20, 80),
		}
		request := requests.Draw(t, "request")
		if err := c.agree(world, request); err != nil {
			t.Fatalf("%v\n%v\nin world %+v", err, request, *world)
		}
	}
}

// TestAnswersAreGqlgens draws 100 requests in each of its parts; -rapid.checks
// takes another number.
func TestAnswersAreGqlgens(t *testing.T) {
	t.Parallel()
	requests := shapesDrawing().Requests()
	for part := range 20 {
		t.Run(strconv.Itoa(part), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, newComparison().check(requests))
		})
	}
}

func FuzzOperations(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(newComparison().check(shapesDrawing().Requests())))
}
