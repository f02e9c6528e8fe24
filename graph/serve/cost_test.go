package serve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

func parsed(t *testing.T, schema *ast.Schema, query string) *ast.QueryDocument {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	if errs := validator.ValidateWithRules(schema, doc, newRules()); len(errs) > 0 {
		t.Fatalf("%s: %v", query, errs)
	}
	return doc
}

func TestCost(t *testing.T) {
	t.Parallel()
	schema := newTestSchema().schema
	for _, c := range []struct {
		name      string
		query     string
		variables map[string]any
		want      Cost
	}{
		{name: "scalars are free", query: `{hello kind}`, want: Cost{Depth: 1, Fields: 2, RootFields: 2}},
		{name: "an object", query: `{office(id: 1) {id name}}`, want: Cost{Requested: 1, Depth: 2, Fields: 3, RootFields: 1}},
		{name: "default page", query: `{offices {nodes {id}}}`, want: Cost{Requested: 1 + 20, Depth: 3, Fields: 3, RootFields: 1}},
		{name: "page of five", query: `{offices(first: 5) {nodes {id region {id}}}}`, want: Cost{Requested: 1 + 5*2, Depth: 4, Fields: 5, RootFields: 1}},
		{name: "edges weigh nothing", query: `{offices(first: 5) {edges {cursor node {id}}}}`, want: Cost{Requested: 1 + 5, Depth: 4, Fields: 5, RootFields: 1}},
		{name: "page by variable", query: `query($n: Int) {offices(first: $n) {nodes {id}}}`, variables: map[string]any{"n": int64(7)}, want: Cost{Requested: 8, Depth: 3, Fields: 3, RootFields: 1}},
		{name: "page by absent variable", query: `query($n: Int) {offices(first: $n) {nodes {id}}}`, want: Cost{Requested: 21, Depth: 3, Fields: 3, RootFields: 1}},
		{name: "page by null", query: `{offices(first: null) {nodes {id}}}`, want: Cost{Requested: 21, Depth: 3, Fields: 3, RootFields: 1}},
		{name: "negative page", query: `{offices(first: -5) {nodes {id}}}`, want: Cost{Requested: 1, Depth: 3, Fields: 3, RootFields: 1}},
		{name: "sized by a list", query: `{nodes(ids: [1, 2, 3]) {id}}`, want: Cost{Requested: 3, Depth: 2, Fields: 2, RootFields: 1}},
		{name: "sized by a list variable", query: `query($i: [ID!]!) {nodes(ids: $i) {id}}`, variables: map[string]any{"i": []any{"a", "b"}}, want: Cost{Requested: 2, Depth: 2, Fields: 2, RootFields: 1}},
		{name: "nested pages", query: `{offices(first: 10) {nodes {offices(first: 10) {nodes {id}}}}}`, want: Cost{Requested: 1 + 10*(1+1+10), Depth: 5, Fields: 5, RootFields: 1}},
		{name: "page info is not sized", query: `{offices(first: 50) {pageInfo {hasNextPage}}}`, want: Cost{Requested: 2, Depth: 3, Fields: 3, RootFields: 1}},
		{name: "weighted scalar", query: `{offices(first: 1) {totalCount}}`, want: Cost{Requested: 11, Depth: 2, Fields: 2, RootFields: 1}},
		{name: "weighted mutation", query: `mutation {expensive}`, want: Cost{Requested: 50, Depth: 1, Fields: 1, RootFields: 1}},
		{name: "weighted type and assumed size", query: `{tags {name}}`, want: Cost{Requested: 15, Depth: 2, Fields: 2, RootFields: 1}},
		{name: "unknown sizes", query: `{matrix {name}}`, want: Cost{Requested: 300, Depth: 2, Fields: 2, RootFields: 1}},
		{name: "scalar list", query: `{strings}`, want: Cost{Depth: 1, Fields: 1, RootFields: 1}},
		{name: "aliases", query: `{a: hello b: hello c: office(id: 1) {d: id}}`, want: Cost{Requested: 1, Depth: 2, Fields: 4, RootFields: 3, Aliases: 4}},
		{name: "fragment in two places", query: `{a: office(id: 1) {...F} b: office(id: 2) {...F}} fragment F on Office {id r: region {id}}`, want: Cost{Requested: 4, Depth: 3, Fields: 8, RootFields: 2, Aliases: 4}},
		{name: "fragment in a page", query: `{offices(first: 3) {...C}} fragment C on OfficeConnection {nodes {id}}`, want: Cost{Requested: 4, Depth: 3, Fields: 3, RootFields: 1}},
		{name: "fragment in two pages", query: `{a: offices(first: 3) {...C} b: offices(first: 9) {...C}} fragment C on OfficeConnection {nodes {id}}`, want: Cost{Requested: 14, Depth: 3, Fields: 6, RootFields: 2, Aliases: 2}},
		{name: "one of two types", query: `{node(id: 1) {id ... on Office {region {id}} ... on Region {offices {id}}}}`, want: Cost{Requested: 11, Depth: 3, Fields: 6, RootFields: 1}},
		{name: "one type twice", query: `{node(id: 1) {... on Office {a: region {id}} ... on Office {b: region {id}} ... on Region {id}}}`, want: Cost{Requested: 3, Depth: 3, Fields: 6, RootFields: 1, Aliases: 2}},
		{name: "directives", query: `query($s: Boolean!) {hello @include(if: true) ...F @include(if: $s) ... @skip(if: false) {kind}} fragment F on Query {secret @skip(if: $s)}`, variables: map[string]any{"s": true}, want: Cost{Depth: 1, Fields: 2, RootFields: 2, Directives: 3}},
		{name: "left out", query: `query($s: Boolean!) {offices @skip(if: $s) {nodes {id}} hello}`, variables: map[string]any{"s": true}, want: Cost{Depth: 1, Fields: 1, RootFields: 1}},
		{name: "introspection is free", query: `{__schema {types {n: name fields {name}}} hello __typename}`, want: Cost{Depth: 1, Fields: 1, RootFields: 1, Aliases: 1, Introspects: true}},
		{name: "typename is free", query: `{__typename offices(first: 2) {nodes {__typename}}}`, want: Cost{Requested: 3, Depth: 2, Fields: 2, RootFields: 1}},
		{name: "more than a page", query: `{offices(first: 101) {nodes {id}}}`, want: Cost{Requested: 1 + 100, Depth: 3, Fields: 3, RootFields: 1}},
		{name: "sized by one value for a list", query: `{nodes(ids: "7") {id}}`, want: Cost{Requested: 1, Depth: 2, Fields: 2, RootFields: 1}},
		{name: "sized by one number for a list", query: `{nodes(ids: 7) {id}}`, want: Cost{Requested: 1, Depth: 2, Fields: 2, RootFields: 1}},
		{name: "sized by no value for a list", query: `{nodes(ids: []) {id}}`, want: Cost{Depth: 2, Fields: 2, RootFields: 1}},
		{name: "no overflow", query: `{...A} fragment A on Query {offices(first: 100) {nodes {offices(first: 100) {nodes {offices(first: 100) {nodes {offices(first: 100) {nodes {offices(first: 100) {nodes {id}}}}}}}}}}}`, want: Cost{Requested: ceiling, Depth: 11, Fields: 11, RootFields: 1}},
		{name: "default of another operation", query: `query A($n: Int) {...P} query B($n: Int = 1) {...P} fragment P on Query {offices(first: $n) {nodes {id}}}`, want: Cost{Requested: 1 + 20, Depth: 3, Fields: 3, RootFields: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			doc := parsed(t, schema, c.query)
			got, bad := measure(schema, doc, doc.Operations[0], c.variables, SignedIn())
			if bad != nil {
				t.Fatal(bad)
			}
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// bomb is a document whose fragments, written out, have 2^depth fields.
func bomb(depth int, inFields bool) string {
	var b strings.Builder
	b.WriteString("{office(id: 1) {...F0}}")
	for i := range depth {
		if inFields {
			fmt.Fprintf(&b, " fragment F%[1]d on Office {a: parent {...F%[2]d} b: parent {...F%[2]d}}", i, i+1)
		} else {
			fmt.Fprintf(&b, " fragment F%[1]d on Office {...F%[2]d ...F%[2]d}", i, i+1)
		}
	}
	fmt.Fprintf(&b, " fragment F%d on Office {id}", depth)
	return b.String()
}

// The walk takes as many steps as the document has selections, not as many as
// its fragments have when written out.
func TestFragmentBombIsWalkedOnce(t *testing.T) {
	t.Parallel()
	schema := newTestSchema().schema
	for _, inFields := range []bool{false, true} {
		for _, depth := range []int{10, 40, 80} {
			doc := parsed(t, schema, bomb(depth, inFields))
			m := newMeter(schema, doc, nil, Anonymous())
			total := m.selection(doc.Operations[0].SelectionSet, schema.Query, sizing{})
			most := 3 + 2*depth
			if inFields {
				most = 3 + 4*depth
			}
			if m.visited > most {
				t.Errorf("depth %d: %d selections visited, the document has %d", depth, m.visited, most)
			}
			if want := 1 << min(depth, 30); total.Fields < want {
				t.Errorf("depth %d: %d fields, want at least %d", depth, total.Fields, want)
			}
		}
	}
}

// A fragment that stands in lists of different size is walked once a size, but
// what its fields select only once.
func TestFragmentInManySizes(t *testing.T) {
	t.Parallel()
	schema := newTestSchema().schema
	var b strings.Builder
	b.WriteByte('{')
	for i := range 60 {
		fmt.Fprintf(&b, "a%[1]d: offices(first: %[1]d) {...C} ", i)
	}
	b.WriteString("} fragment C on OfficeConnection {nodes {" + strings.Repeat("id ", 50) + "}}")
	doc := parsed(t, schema, b.String())
	m := newMeter(schema, doc, nil, Anonymous())
	m.selection(doc.Operations[0].SelectionSet, schema.Query, sizing{})
	if most := 60*2 + 60 + 50; m.visited > most {
		t.Errorf("%d selections visited, want at most %d", m.visited, most)
	}
}
