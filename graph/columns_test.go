package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"ombudsnetz/graph/gen"
)

// A list reads only the columns of the fields that are asked for. So each field
// asked for alone must say what it says beside all others.
func TestEachFieldIsReadAlone(t *testing.T) {
	t.Parallel()
	address := newTestServer(t, demoWorlds(t).New(t), io.Discard)
	schema := gen.NewExecutableSchema(gen.Config{}).Schema()
	for _, list := range []struct{ query, path, kind string }{
		{`{ regions(first: 20) { nodes { %s } } }`, "regions nodes", "Region"},
		{`{ regions(first: 20) { edges { node { %s } } } }`, "regions edges node", "Region"},
		{`{ region(key: "15") { children(first: 20) { nodes { %s } } } }`, "region children nodes", "Region"},
		{`{ region(key: "15090") { ancestors { %s } } }`, "region ancestors", "Region"},
		{`{ ombudsOffices(first: 20) { nodes { sites { %s } } } }`, "ombudsOffices nodes sites", "OfficeSite"},
		{`{ ombudsOffices(first: 20) { nodes { channels { ...c } } } } fragment c on ContactChannel { %s }`, "ombudsOffices nodes channels", "ContactChannel"},
		{`{ ombudsOffices(first: 20) { nodes { %s } } }`, "ombudsOffices nodes", "OmbudsOffice"},
	} {
		t.Run(list.path, func(t *testing.T) {
			t.Parallel()
			var fields []string
			for _, field := range schema.Types[list.kind].Fields {
				if asked, ok := asking(schema, field); ok {
					fields = append(fields, asked)
				}
			}
			if len(fields) < 6 {
				t.Fatalf("only %d fields", len(fields))
			}
			whole := objects(t, address, fmt.Sprintf(list.query, strings.Join(fields, " ")), list.path)
			for _, field := range fields {
				name, _, _ := strings.Cut(field, " ")
				alone := objects(t, address, fmt.Sprintf(list.query, field), list.path)
				want := make([]map[string]any, len(whole))
				for i, object := range whole {
					want[i] = map[string]any{name: object[name]}
				}
				if diff := cmp.Diff(want, alone); diff != "" || len(alone) == 0 {
					t.Errorf("%s alone differs (-beside others +alone):\n%s", field, diff)
				}
			}
		})
	}
}

// asking asks for a field with what can be asked below it; false when it needs
// arguments or a token.
func asking(schema *ast.Schema, field *ast.FieldDefinition) (string, bool) {
	for _, argument := range field.Arguments {
		if argument.Type.NonNull && argument.DefaultValue == nil {
			return "", false
		}
	}
	if strings.HasPrefix(field.Name, "__") || field.Name == "history" {
		return "", false
	}
	of := schema.Types[field.Type.Name()]
	if of.IsLeafType() {
		return field.Name, true
	}
	below := []string{"__typename"}
	for _, leaf := range of.Fields {
		if schema.Types[leaf.Type.Name()].IsLeafType() && len(leaf.Arguments) == 0 && !strings.HasPrefix(leaf.Name, "__") {
			below = append(below, leaf.Name)
		}
	}
	return field.Name + " { " + strings.Join(below, " ") + " }", true
}

// objects are what lies at path in an answer, one behind the other.
func objects(t *testing.T, address, query, path string) []map[string]any {
	t.Helper()
	answer := send(t, address, golden{query: query})
	if len(answer.Errors) > 0 {
		t.Fatalf("%s: %v", query, answer.Errors)
	}
	var data any
	if err := json.Unmarshal(answer.Data, &data); err != nil {
		t.Fatal(err)
	}
	var found []map[string]any
	var walk func(value any, path []string)
	walk = func(value any, path []string) {
		switch value := value.(type) {
		case []any:
			for _, item := range value {
				walk(item, path)
			}
		case map[string]any:
			if len(path) > 0 {
				walk(value[path[0]], path[1:])
				return
			}
			found = append(found, value)
		}
	}
	walk(data, strings.Fields(path))
	return found
}
