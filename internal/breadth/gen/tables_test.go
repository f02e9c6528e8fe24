package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/vektah/gqlparser/v2/ast"
)

const boundTo = "ombudsnetz/internal/breadth/gen/testdata/bound."

// TestRefusals: what the executor does not serve fails the generation with a
// message that names it.
func TestRefusals(t *testing.T) { //nolint:tparallel // gqlgen reads one configuration at a time
	t.Parallel()
	resolver := config.TypeMapField{Resolver: true}
	no := false
	cases := map[string]struct {
		schema  string
		model   string // of Thing; bound.Thing when empty
		field   config.TypeMapField
		names   string // of the field that is configured
		runs    bool   // directives run
		refusal string
	}{
		"a resolver for single parents": {
			schema: `type Thing { name: String! }`, names: "name", field: config.TypeMapField{Resolver: true, Batch: &no},
			refusal: "Thing.name has a resolver for single parents",
		},
		"a directive below the root": {
			schema: `directive @d on FIELD_DEFINITION type Thing { name: String! @d }`, runs: true,
			refusal: "Thing.name has a directive that runs",
		},
		"a directive on the type of a field below the root": {
			schema: `directive @d on OBJECT type Thing @d { name: String! it: Thing! }`, runs: true, names: "it", field: resolver,
			refusal: "Thing.it has a directive that runs",
		},
		"a directive on the fields of requests": {
			schema: `directive @d on FIELD type Thing { name: String! }`, runs: true,
			refusal: "@d runs on FIELD",
		},
		"a directive on queries": {
			schema: `directive @d on QUERY type Thing { name: String! }`, runs: true,
			refusal: "@d runs on QUERY",
		},
		"a method with a context": {
			schema: `type Thing { withContext: String! }`, refusal: "Thing.withContext is bound to a method with a context or an error",
		},
		"a method with an error": {
			schema: `type Thing { withError: String! }`, refusal: "Thing.withError is bound to a method with a context or an error",
		},
		"a method that tells whether there is a value": {
			schema: `type Thing { maybe: String }`, refusal: "Thing.maybe is bound to a method with a context or an error",
		},
		"arguments without a resolver": {
			schema: `type Thing { withArguments(n: Int!): String! }`, refusal: "Thing.withArguments has arguments but no resolver",
		},
		"an object that is a map": {
			schema: `type Thing { name: String! }`, model: boundTo + "Map", refusal: "Thing is bound to ",
		},
		"an object that is an interface": {
			schema: `type Thing { name: String! }`, model: boundTo + "Interface", refusal: "Thing is bound to ",
		},
		"a list behind a pointer": {
			schema: `type Thing { pointer: [String!] }`, refusal: "Thing.pointer: a list must be a slice in Go",
		},
		"lists of lists of values": {
			schema: `type Thing { grid: [[Thing!]!]! }`, refusal: "Thing.grid: lists of lists must hold pointers",
		},
		"the root as an answer": {
			schema: `type Thing { query: Query! }`, names: "query", field: resolver, refusal: "Thing.query: Query can't be answered by a field",
		},
		"nothing": {
			schema: `type Thing { name: String! it: Thing! }`, names: "it", field: resolver,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir, err := filepath.Abs("testdata")
			if err != nil {
				t.Fatal(err)
			}
			cfg := config.DefaultConfig()
			cfg.Sources = []*ast.Source{{Name: "test.graphql", Input: c.schema + ` type Query { thing: Thing }`}}
			cfg.Exec = config.ExecConfig{Filename: filepath.Join(dir, "gen", "generated.go"), Package: "gen"}
			cfg.Resolver.Batch.Enabled = true
			cfg.SkipModTidy = true
			model := c.model
			if model == "" {
				model = boundTo + "Thing"
			}
			thing := config.TypeMapEntry{Model: config.StringList{model}}
			if c.names != "" {
				thing.Fields = map[string]config.TypeMapField{c.names: c.field}
			}
			cfg.Models["Thing"] = thing
			cfg.Models.Add("Query", "github.com/99designs/gqlgen/graphql.Query")
			if !c.runs {
				cfg.Directives["d"] = config.DirectiveConfig{SkipRuntime: true}
			}
			if err := config.CompleteConfig(cfg); err != nil {
				t.Fatal(err)
			}
			if err := cfg.LoadSchema(); err != nil {
				t.Fatal(err)
			}
			if err := cfg.Init(); err != nil {
				t.Fatal(err)
			}
			data, err := codegen.BuildData(cfg)
			if err != nil {
				t.Fatal(err)
			}
			err = check(data)
			switch {
			case c.refusal == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.refusal != "" && (err == nil || !strings.Contains(err.Error(), c.refusal)):
				t.Errorf("got %v, want %q", err, c.refusal)
			}
		})
	}
}
