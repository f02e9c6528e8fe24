package oracle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Side is an executor that answers requests.
type Side struct {
	schema *ast.Schema
	run    *executor.Executor
}

// NewSide returns the side that executes schema. It is not for concurrent use.
func NewSide(schema graphql.ExecutableSchema, present graphql.ErrorPresenterFunc, recovered graphql.RecoverFunc) *Side {
	run := executor.New(schema)
	run.SetQueryCache(&lastDocument{})
	run.SetErrorPresenter(present)
	run.SetRecoverFunc(recovered)
	return &Side{schema: schema.Schema(), run: run}
}

// lastDocument keeps a document while it is asked with other variables.
type lastDocument struct {
	query    string
	document *ast.QueryDocument
}

func (l *lastDocument) Get(_ context.Context, query string) (*ast.QueryDocument, bool) {
	return l.document, l.document != nil && l.query == query
}

func (l *lastDocument) Add(_ context.Context, query string, document *ast.QueryDocument) {
	l.query, l.document = query, document
}

// Answer is what an executor answered.
type Answer struct {
	Data   json.RawMessage
	Errors gqlerror.List
	// Refused is set when the request was not executed.
	Refused bool
	// Edges are how often fields ("Query.node") are selected.
	Edges map[string]int
}

// Ask asks for an operation of query.
func (s *Side) Ask(ctx context.Context, query, operation string, variables map[string]any) (Answer, error) {
	text, err := json.Marshal(variables)
	if err != nil {
		return Answer{}, err
	}
	// The executor may change what it is given, and clients send JSON.
	params := &graphql.RawParams{Query: query, OperationName: operation}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&params.Variables); err != nil {
		return Answer{}, err
	}
	ctx = graphql.StartOperationTrace(ctx)
	op, refused := s.run.CreateOperationContext(ctx, params)
	if len(refused) > 0 {
		return Answer{Errors: refused, Refused: true}, nil
	}
	next, ctx := s.run.DispatchOperation(ctx, op)
	answer := next(ctx)
	if answer == nil {
		return Answer{}, errors.New("no answer")
	}
	if next(ctx) != nil {
		return Answer{}, errors.New("a second answer")
	}
	a := Answer{Data: answer.Data, Errors: answer.Errors, Edges: map[string]int{}}
	s.count(op, a.Edges, s.rootOf(op.Operation), op.Operation.SelectionSet)
	return a, nil
}

func (s *Side) rootOf(op *ast.OperationDefinition) *ast.Definition {
	if op.Operation == ast.Mutation {
		return s.schema.Mutation
	}
	return s.schema.Query
}

// count counts the fields that are selected of an object type and below.
func (s *Side) count(op *graphql.OperationContext, edges map[string]int, of *ast.Definition, set ast.SelectionSet) {
	satisfies := []string{of.Name}
	for _, abstract := range s.schema.GetImplements(of) {
		satisfies = append(satisfies, abstract.Name)
	}
	for _, f := range graphql.CollectFields(op, set, satisfies) {
		edges[of.Name+"."+f.Name]++
		if len(f.Selections) == 0 {
			continue
		}
		for _, below := range s.schema.GetPossibleTypes(s.schema.Types[f.Definition.Type.Name()]) {
			s.count(op, edges, below, f.Selections)
		}
	}
}

// Rule says how errors compare.
type Rule struct {
	// Kind is what errors of the same cause have in common beside their path.
	Kind func(e *gqlerror.Error) string
	// Late tells which errors gqlgen finds only while it writes a value, so that it
	// does not find them in what was dropped.
	Late func(e *gqlerror.Error) bool
}

// Compare tells how got is not what the specification allows when want is right:
// its data must be the same to the byte, and its errors among the wanted, at
// least one for each value that is null because of an error.
func (r Rule) Compare(want, got Answer) error {
	wantData, err := compact(want.Data)
	if err != nil {
		return fmt.Errorf("wanted data: %w", err)
	}
	gotData, err := compact(got.Data)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	differ := func(what string) error {
		return fmt.Errorf("%s\nwant %s\n     %s\ngot  %s\n     %s", what, wantData, want.Errors.Error(), gotData, got.Errors.Error())
	}
	if want.Refused != got.Refused || wantData != gotData {
		return differ("data differ")
	}
	var nulls []string
	if gotData != "" {
		if nulls, err = nullsOf(gotData); err != nil {
			return err
		}
	}
	allowed := map[string]bool{}
	for _, e := range want.Errors {
		allowed[pathOf(e)+" "+r.Kind(e)] = true
	}
	for _, e := range got.Errors {
		key, list := pathOf(e)+" "+r.Kind(e), listOf(e)+" "+r.Kind(e)
		dropped := r.Late != nil && r.Late(e) && at(nulls, pathOf(e)) && !slices.Contains(nulls, pathOf(e))
		if !allowed[key] && !allowed[list] && !dropped {
			return differ(fmt.Sprintf("error %q is not among the wanted", key))
		}
	}
	if want.Refused {
		return nil
	}
	for _, null := range nulls {
		if w, g := below(want.Errors, null), below(got.Errors, null); w != g {
			return differ(fmt.Sprintf("null at %q has an error: %t, wanted %t", null, g, w))
		}
	}
	for _, e := range got.Errors {
		if !at(nulls, pathOf(e)) {
			return differ(fmt.Sprintf("error at %q has no null", pathOf(e)))
		}
	}
	return nil
}

// pathOf is a path with a dot behind each step.
func pathOf(e *gqlerror.Error) string {
	var b strings.Builder
	for _, step := range e.Path {
		fmt.Fprintf(&b, "%v.", step)
	}
	return b.String()
}

// listOf is the path of the list, if e is at an element of one: gqlgen names the
// list where an element is a scalar that is null and must not be.
func listOf(e *gqlerror.Error) string {
	path := e.Path
	for len(path) > 0 {
		if _, element := path[len(path)-1].(ast.PathIndex); !element {
			break
		}
		path = path[:len(path)-1]
	}
	return pathOf(&gqlerror.Error{Path: path})
}

func below(list gqlerror.List, path string) bool {
	for _, e := range list {
		if strings.HasPrefix(pathOf(e), path) {
			return true
		}
	}
	return false
}

func at(nulls []string, path string) bool {
	for _, null := range nulls {
		if strings.HasPrefix(path, null) {
			return true
		}
	}
	return false
}

func compact(data json.RawMessage) (string, error) {
	if len(data) == 0 {
		return "", nil
	}
	var b bytes.Buffer
	err := json.Compact(&b, data)
	return b.String(), err
}

// nullsOf are the paths of all nulls in data.
func nullsOf(data string) ([]string, error) {
	var nulls []string
	decoder := json.NewDecoder(strings.NewReader(data))
	var walk func(path string) error
	walk = func(path string) error {
		token, err := decoder.Token()
		if err != nil {
			return err
		}
		switch token {
		case nil:
			nulls = append(nulls, path)
			return nil
		case json.Delim('{'), json.Delim('['):
		default:
			return nil
		}
		for i := 0; decoder.More(); i++ {
			step := fmt.Sprint(i)
			if token == json.Delim('{') {
				key, err := decoder.Token()
				if err != nil {
					return err
				}
				step = fmt.Sprint(key)
			}
			if err := walk(path + step + "."); err != nil {
				return err
			}
		}
		_, err = decoder.Token()
		return err
	}
	return nulls, walk("")
}
