package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"ombudsnetz/internal/postgres"
)

// TestNoInputIsADefect walks every input of every root field and puts into it
// what does not belong there. Whatever the answer is, it is never INTERNAL; and
// where there are errors, nothing has changed.
func TestNoInputIsADefect(t *testing.T) {
	t.Parallel()
	db := demoWorlds(t).New(t)
	address := newTestServer(t, db, io.Discard)
	before := fingerprint(t, db)
	sent := 0
	for _, root := range []*ast.Definition{schema().Query, schema().Mutation} {
		for _, field := range fieldsOf(root) {
			for _, path := range inputsOf(field) {
				for _, bad := range badValues() {
					sent++
					got := send(t, address, badRequest(t, root, field, path, bad))
					what := fmt.Sprintf("%s with %s = %.60v", field.Name, strings.Join(path, "."), bad)
					for _, e := range got.Errors {
						extensions, _ := e["extensions"].(map[string]any)
						if code := extensions["code"]; code == nil || code == "INTERNAL" {
							t.Errorf("%s answers %v", what, e)
						}
					}
					if now := fingerprint(t, db); now != before {
						if got.Errors != nil {
							t.Errorf("%s answers errors and changed something: %v", what, got.Errors)
						}
						before = now
					}
				}
			}
		}
	}
	if sent < 500 {
		t.Errorf("only %d bad inputs were sent: does the walk find the inputs?", sent)
	}
}

func badValues() []any {
	return []any{
		nil, true, -1, 0, 2147483648, 1e300, "", " ", "x", "\u0000", "a\u0000b", "\u202e", "' OR 1=1 --", "$1", "%s",
		"reg_01d0000000f79rjq6590aq4dzn", "2021-02-30", strings.Repeat("ä", 10_000),
		[]any{}, []any{nil}, []any{[]any{[]any{}}}, map[string]any{}, map[string]any{"surplus": 1},
	}
}

// inputsOf are the paths of all inputs of a field, down into input objects.
func inputsOf(field *ast.FieldDefinition) [][]string {
	var paths [][]string
	for _, arg := range field.Arguments {
		paths = append(paths, below([]string{arg.Name}, arg.Type)...)
	}
	return paths
}

func below(path []string, t *ast.Type) [][]string {
	paths := [][]string{path}
	def := schema().Types[t.Name()]
	if def.Kind != ast.InputObject {
		return paths
	}
	if t.Elem != nil {
		path = append(append([]string{}, path...), "0")
	}
	for _, f := range def.Fields {
		paths = append(paths, below(append(append([]string{}, path...), f.Name), f.Type)...)
	}
	return paths
}

// badRequest is a request for field that is right but for the value at path.
func badRequest(t *testing.T, root *ast.Definition, field *ast.FieldDefinition, path []string, bad any) golden {
	t.Helper()
	variables := map[string]any{}
	var declared, passed []string
	for _, arg := range field.Arguments {
		if arg.Name != path[0] && (!arg.Type.NonNull || arg.DefaultValue != nil) {
			continue
		}
		declared = append(declared, "$"+arg.Name+": "+arg.Type.String())
		passed = append(passed, arg.Name+": $"+arg.Name)
		var within []string
		if arg.Name == path[0] {
			within = path[1:]
			if len(within) == 0 {
				variables[arg.Name] = bad
				continue
			}
		}
		variables[arg.Name] = sample(arg.Type, within, bad)
	}
	selection := " { __typename }"
	if schema().Types[field.Type.Name()].IsLeafType() {
		selection = ""
	}
	text, err := json.Marshal(variables)
	if err != nil {
		t.Fatal(err)
	}
	return golden{
		query: fmt.Sprintf("%s(%s) { %s(%s)%s }", strings.ToLower(root.Name), strings.Join(declared, ", "),
			field.Name, strings.Join(passed, ", "), selection),
		variables: text,
		header:    http.Header{"Authorization": {"Bearer " + testToken}},
	}
}

// sample is a right value of a type, but for what stands at path.
func sample(t *ast.Type, path []string, bad any) any {
	if t.Elem != nil {
		if len(path) == 0 {
			return []any{}
		}
		if len(path) == 1 {
			return []any{bad}
		}
		return []any{sample(t.Elem, path[1:], bad)}
	}
	def := schema().Types[t.Name()]
	switch def.Kind {
	case ast.InputObject:
		object := map[string]any{}
		for _, f := range def.Fields {
			switch {
			case len(path) > 0 && f.Name == path[0] && len(path) == 1:
				object[f.Name] = bad
			case len(path) > 0 && f.Name == path[0]:
				object[f.Name] = sample(f.Type, path[1:], bad)
			case f.Type.NonNull && f.DefaultValue == nil:
				object[f.Name] = sample(f.Type, nil, nil)
			}
		}
		return object
	case ast.Enum:
		return def.EnumValues[0].Name
	default:
		return map[string]any{
			"ID": "org_01ekgqar00f6qrweykq4rdten9", "Int": 1, "Date": "2021-07-01", "Cursor": "AAAA", "Boolean": true, "Float": 1.5,
		}[def.Name]
	}
}

// fingerprint changes with every row of the directory.
func fingerprint(t *testing.T, db *postgres.DB) string {
	t.Helper()
	text, err := postgres.Row[string](t.Context(), db, `
SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
    SELECT g::text AS line FROM organisation g UNION ALL SELECT o::text FROM ombuds_office o
    UNION ALL SELECT s::text FROM office_site s UNION ALL SELECT c::text FROM contact_channel c
    UNION ALL SELECT k::text FROM idempotency_key k) AS lines`)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
