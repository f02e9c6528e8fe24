package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"ombudsnetz/internal/fault"
)

const testSDL = `
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!]) on FIELD_DEFINITION
directive @cost(weight: Int!) on FIELD_DEFINITION | OBJECT | ENUM | SCALAR

type Query {
  hello(name: String): String
  secret: String
  needed: String!
  boom: String
  slow: String
  kind(kind: Kind): Kind
  office(id: ID!): Office
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]! @listSize(slicingArguments: ["ids"])
  offices(first: Int = 20, after: String, filter: Filter): OfficeConnection!
    @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"])
  tags: [Tag!]! @listSize(assumedSize: 5)
  strings: [String!]!
  opaque(value: Opaque): String
  every(text: String, number: Int, decimal: Float, truth: Boolean, id: ID, kind: Kind! = PUBLIC, grid: [[Int]], one: One): String
  matrix: [[Tag!]!]!
}
type Mutation {
  count(input: CountInput!): Int!
  expensive: Int @cost(weight: 50)
}
type Subscription { ticks: Int! }
scalar Opaque
enum Kind { PUBLIC CHURCH }
input Filter { kind: Kind, names: [String!], not: Filter, sites: [Site!] }
input Site { postalCode: String!, note: String, kind: Kind! = CHURCH }
input CountInput { by: Int! }
input One @oneOf { a: String, b: Int }
interface Node { id: ID! }
type Office implements Node {
  id: ID!
  name: String!
  region: Region!
  parent: Office
  offices(first: Int = 20): OfficeConnection!
    @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"])
}
type Region implements Node { id: ID! offices: [Office!]! }
type Tag @cost(weight: 3) { name: String! }
type OfficeEdge @cost(weight: 0) { cursor: String! node: Office! }
type OfficeConnection { edges: [OfficeEdge!]! nodes: [Office!]! totalCount: Int! @cost(weight: 10) pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! }
`

// testSchema executes just enough of testSDL for the transport to be seen at work.
type testSchema struct {
	schema   *ast.Schema
	executed atomic.Int64
}

func newTestSchema() *testSchema {
	return &testSchema{schema: gqlparser.MustLoadSchema(&ast.Source{Input: testSDL})}
}

func (s *testSchema) Schema() *ast.Schema { return s.schema }

func (s *testSchema) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// Exec defers the work to the returned handler, as gqlgen's generated code
// does: errors added before it returns would count as if nothing ran.
func (s *testSchema) Exec(context.Context) graphql.ResponseHandler {
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		return s.respond(ctx)
	}
}

func (s *testSchema) respond(ctx context.Context) *graphql.Response {
	s.executed.Add(1)
	op := graphql.GetOperationContext(ctx)
	root := rootType(s.schema, op.Operation)
	var out bytes.Buffer
	out.WriteByte('{')
	for i, field := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{root.Name}) {
		if i > 0 {
			out.WriteByte(',')
		}
		value, err := s.resolve(ctx, root, field)
		if err != nil {
			graphql.AddError(ctx, &pathError{field: field.Alias, err: err})
			if field.Definition.Type.NonNull {
				return &graphql.Response{Data: []byte("null")}
			}
		}
		name, _ := json.Marshal(field.Alias)
		text, _ := json.Marshal(value)
		out.Write(name)
		out.WriteByte(':')
		out.Write(text)
	}
	out.WriteByte('}')
	return &graphql.Response{Data: out.Bytes()}
}

type pathError struct {
	field string
	err   error
}

func (e *pathError) Error() string { return e.err.Error() }
func (e *pathError) Unwrap() error { return e.err }

func (s *testSchema) resolve(ctx context.Context, root *ast.Definition, field graphql.CollectedField) (any, error) {
	arguments := field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)
	switch field.Name {
	case "__typename":
		return root.Name, nil
	case "hello":
		if name, ok := arguments["name"].(string); ok {
			return "hello " + name, nil
		}
		return "hello", nil
	case "secret":
		return nil, fault.New(fault.Forbidden, fault.Text{EN: "Not for you.", DE: "Nicht für dich."})
	case "needed":
		return nil, errors.New("pq: relation \"canary\" does not exist")
	case "boom":
		panic("canary in a panic")
	case "slow":
		<-ctx.Done()
		return nil, ctx.Err()
	case "count":
		return 1, nil
	case "opaque", "every":
		text, err := json.Marshal(arguments)
		return string(text), err
	case "offices":
		return map[string]any{"nodes": []any{}}, nil
	}
	return nil, nil
}

// open is a Config that allows what the tests of the transport need.
func open(s *testSchema) Config {
	return Config{Schema: s, Introspection: func(context.Context) bool { return true }}
}

type reply struct {
	*httptest.ResponseRecorder
	body struct {
		Errors []struct {
			Message    string
			Locations  []struct{ Line, Column int }
			Path       []any
			Extensions map[string]any
		}
		Data       json.RawMessage
		Extensions map[string]json.RawMessage
	}
}

func (r *reply) code(t *testing.T) string {
	t.Helper()
	if len(r.body.Errors) == 0 {
		t.Fatalf("no error in %s", r.Body)
	}
	code, _ := r.body.Errors[0].Extensions["code"].(string)
	return code
}

func (r *reply) cost(t *testing.T) map[string]int {
	t.Helper()
	var cost map[string]int
	if err := json.Unmarshal(r.body.Extensions["cost"], &cost); err != nil {
		t.Fatalf("no cost in %s: %v", r.Body, err)
	}
	return cost
}

func send(t *testing.T, h http.Handler, r *http.Request) *reply {
	t.Helper()
	out := &reply{ResponseRecorder: httptest.NewRecorder()}
	h.ServeHTTP(out.ResponseRecorder, r)
	if out.Code == http.StatusNotModified {
		if out.Body.Len() > 0 {
			t.Errorf("304 with a body: %s", out.Body)
		}
		return out
	}
	if err := json.Unmarshal(out.Body.Bytes(), &out.body); err != nil {
		t.Fatalf("status %d, not JSON: %q: %v", out.Code, out.Body, err)
	}
	for _, e := range out.body.Errors {
		if code, _ := e.Extensions["code"].(string); code == "" {
			t.Errorf("an error without code: %s", out.Body)
		}
	}
	if strings.Contains(out.Body.String(), "canary") {
		t.Errorf("the answer repeats the canary: %s", out.Body)
	}
	return out
}

const (
	typeJSON     = "application/json"
	typeResponse = "application/graphql-response+json"
)

func request(method, target, contentType, accept, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	return r
}

// post sends an operation the way a good client does.
func post(t *testing.T, h http.Handler, accept, query string, variables any) *reply {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return send(t, h, request(http.MethodPost, "/graphql", typeJSON, accept, string(body)))
}

func withTimeout(cfg Config, d time.Duration) Config {
	cfg.Timeout = d
	return cfg
}
