package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"pgregory.net/rapid"

	"ombudsnetz/graph/gen"
	"ombudsnetz/internal/breadth/oracle"
	"ombudsnetz/internal/fault"
)

// demoValues are ids, keys and cursors of the demo world.
type demoValues struct{ ids, keys, cursors []string }

// demoValuesOf asks for what there is.
func demoValuesOf(t *testing.T, side *oracle.Side) demoValues {
	t.Helper()
	const query = `{
		ombudsOffices { edges { cursor node { id sites { id } channels { id } carrier { id } region { id key ancestors { id key } } } } }
		organisations { edges { cursor node { id } } }
		regions { edges { cursor node { id key } } }
	}`
	answer, err := side.Ask(t.Context(), query, "", nil)
	if err != nil || answer.Errors != nil {
		t.Fatal(err, answer.Errors)
	}
	var v demoValues
	decoder := json.NewDecoder(strings.NewReader(string(answer.Data)))
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	var walk func(name string, value any)
	walk = func(name string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for name, below := range value {
				walk(name, below)
			}
		case []any:
			for _, below := range value {
				walk(name, below)
			}
		case string:
			switch name {
			case "id":
				v.ids = append(v.ids, value)
			case "key":
				v.keys = append(v.keys, value)
			case "cursor":
				v.cursors = append(v.cursors, value)
			}
		}
	}
	walk("", tree)
	for _, texts := range []*[]string{&v.ids, &v.keys, &v.cursors} {
		slices.Sort(*texts) // so that the seed of a failure finds it again
		*texts = slices.Compact(*texts)
	}
	return v
}

// drawing draws requests about what there is, now and then about what is not.
func (v demoValues) drawing(schema *ast.Schema) oracle.Drawing {
	texts := func(texts ...string) func(t *rapid.T) any {
		return func(t *rapid.T) any { return oracle.OneOf(t, "scalar", texts...) }
	}
	id := texts(append([]string{"ofc_00000000000000000000000000", "ofc_1", "x"}, v.ids...)...)
	key := texts(append([]string{"99", "x"}, v.keys...)...)
	isFirst := func(place string) bool { return strings.HasSuffix(place, ".first") }
	return oracle.Drawing{
		Schema: schema,
		Kinds:  []ast.Operation{ast.Query, ast.Query, ast.Query, ast.Query, ast.Query, ast.Mutation},
		Depth:  7,
		Fields: 40,
		// Without it a page has 20 rows, and one below it 400.
		Always: isFirst,
		Value: func(t *rapid.T, place string, of *ast.Type) (any, bool) {
			switch {
			case isFirst(place):
				return oracle.OneOf(t, "first", 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 0, 101), true
			case strings.HasSuffix(place, ".after") && oracle.OneOf(t, "from the start", true, true, true, true, false):
				return nil, true // most cursors are of another list
			case of.NamedType == "ID":
				return id(t), true
			case place == "Query.region.key" || strings.HasSuffix(place, ".keyPrefix"):
				return key(t), true
			}
			return nil, false
		},
		Scalars: map[string]func(t *rapid.T) any{
			"Cursor":    texts(append([]string{"x"}, v.cursors...)...),
			"Date":      texts("2026-01-15", "1990-10-03", "2006-12-31", "2007-07-01", "2024-02-29", "2030-01-01", "2026-01-16", "2026-13-01"),
			"Instant":   texts("2026-01-15T12:00:00Z", "2026-03-29T01:30:00Z", "then"),
			"LocalTime": texts("09:00", "24:00", "9"),
			"String":    texts("", "ma", "Halle", "Ö", "st", "er", "in", "an", "a\u0000b"),
		},
	}
}

// TestAnswersAreGqlgens asks the executor of the house and gqlgen's the same of
// the demo world, 100 requests in each part; -rapid.checks takes another number.
// Nobody is signed in, so no mutation has an effect.
func TestAnswersAreGqlgens(t *testing.T) { //nolint:tparallel // the parts do, and all is over before the last look
	t.Parallel()
	db := demoWorlds(t).New(t)
	resolver := NewResolver(Parts{DB: db, Codec: testCodec(), Now: testNow, NewID: countedIDs(), Zone: testZone(t)})
	config := gen.Config{Resolvers: resolver, Directives: directives()}
	log := slog.New(slog.DiscardHandler)
	newSides := func() []*oracle.Side {
		return []*oracle.Side{
			oracle.NewSide(gen.NewExecutableSchema(config), presenter(log), recoverer(log)),
			oracle.NewSide(gen.NewBreadthFirst(config, 1), presenter(log), recoverer(log)),
			oracle.NewSide(gen.NewBreadthFirst(config, 4), presenter(log), recoverer(log)),
		}
	}
	before := demoValuesOf(t, newSides()[0])
	requests := before.drawing(gen.NewExecutableSchema(config).Schema()).Requests()
	t.Run("parts", func(t *testing.T) {
		for part := range 4 {
			t.Run(strconv.Itoa(part), func(t *testing.T) {
				t.Parallel()
				sides := newSides()
				rapid.Check(t, func(t *rapid.T) {
					request := requests.Draw(t, "request")
					if err := agree(t.Context(), sides, request); err != nil {
						t.Fatalf("%v\n%v", err, request)
					}
				})
			})
		}
	})
	if diff := cmp.Diff(before, demoValuesOf(t, newSides()[0]), cmp.AllowUnexported(demoValues{})); diff != "" {
		t.Errorf("somebody who is not signed in changed something (-before +after):\n%s", diff)
	}
}

// agree asks the first of sides, and compares with it what the others answer.
func agree(ctx context.Context, sides []*oracle.Side, request oracle.Request) error {
	rule := oracle.Rule{Kind: func(e *gqlerror.Error) string {
		return fmt.Sprint(e.Extensions["code"], " ", e.Message, " ", e.Extensions["field"])
	}}
	for _, variables := range request.Variables {
		want, err := sides[0].Ask(ctx, request.Query, request.Operation, variables)
		if err != nil {
			return err
		}
		for _, e := range want.Errors {
			if e.Extensions["code"] == fault.Internal {
				return fmt.Errorf("internal error: %w", e)
			}
		}
		for _, side := range sides[1:] {
			got, err := side.Ask(ctx, request.Query, request.Operation, variables)
			if err != nil {
				return err
			}
			if err := rule.Compare(want, got); err != nil {
				return err
			}
		}
	}
	return nil
}
