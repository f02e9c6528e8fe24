package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

// TestNoInputIsADefect walks every input of every root field and puts into it
// what does not belong there. Whatever the answer is, it is never INTERNAL; and
// where there are errors, nothing has changed. What stands beside the bad value is
// right, so that it is the value that is answered.
func TestNoInputIsADefect(t *testing.T) {
	t.Parallel()
	db := demoWorlds(t).New(t)
	w := walk{t: t, db: db, address: newTestServer(t, db, io.Discard), ids: sampleIDs(t, db)}
	sent := 0
	for _, root := range []*ast.Definition{schema().Query, schema().Mutation} {
		for _, field := range fieldsOf(root) {
			w.right(root, field)
			before := fingerprint(t, db)
			for _, path := range inputsOf(field) {
				for _, bad := range badValues() {
					sent++
					got := send(t, w.address, w.request(root, field, path, bad))
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
	if sent < 8000 {
		t.Errorf("only %d bad inputs were sent: does the walk find the inputs?", sent)
	}
}

// walk sends requests that are right but for one value.
type walk struct {
	t       *testing.T
	db      *postgres.DB
	address string
	ids     map[string]string
	named   int
}

// right holds the samples to what they are for: without a bad value, each request
// is granted.
func (w *walk) right(root *ast.Definition, field *ast.FieldDefinition) {
	w.t.Helper()
	got := send(w.t, w.address, w.request(root, field, []string{""}, nil))
	if got.Errors != nil || !strings.Contains(string(got.Data), `"userErrors":[]`) && root == schema().Mutation {
		w.t.Errorf("%s with samples answers %s %v", field.Name, got.Data, got.Errors)
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

// request is a request for field that is right but for the value at path.
func (w *walk) request(root *ast.Definition, field *ast.FieldDefinition, path []string, bad any) golden {
	w.t.Helper()
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
		variables[arg.Name] = w.sample(field.Name, arg.Name, arg.Type, within, bad)
	}
	text, err := json.Marshal(variables)
	if err != nil {
		w.t.Fatal(err)
	}
	selection := " { __typename }"
	if def := schema().Types[field.Type.Name()]; def.IsLeafType() {
		selection = ""
	} else if def.Fields.ForName("userErrors") != nil {
		selection = " { userErrors { code field } }"
	}
	head, call := strings.ToLower(root.Name), field.Name
	if len(declared) > 0 {
		head += "(" + strings.Join(declared, ", ") + ")"
		call += "(" + strings.Join(passed, ", ") + ")"
	}
	return golden{
		query:     head + " { " + call + selection + " }",
		variables: text,
		header:    http.Header{"Authorization": {"Bearer " + testToken}},
	}
}

// sample is a right value for an input of an owner, a root field or an input
// object, but for what stands at path.
func (w *walk) sample(owner, name string, t *ast.Type, path []string, bad any) any {
	if t.Elem != nil {
		if len(path) == 0 {
			return []any{}
		}
		return []any{w.sample(owner, name, t.Elem, path[1:], bad)}
	}
	def := schema().Types[t.Name()]
	switch def.Kind {
	case ast.InputObject:
		object := map[string]any{}
		oneOf := def.Directives.ForName("oneOf") != nil
		for i, f := range def.Fields {
			switch {
			case len(path) > 0 && f.Name == path[0] && len(path) == 1:
				object[f.Name] = bad
			case len(path) > 0 && f.Name == path[0]:
				object[f.Name] = w.sample(def.Name, f.Name, f.Type, path[1:], bad)
			case f.Type.NonNull && f.DefaultValue == nil, oneOf && len(path) == 0 && i == 0, def.Name+"."+f.Name == "OfficeTextInput.body":
				object[f.Name] = w.sample(def.Name, f.Name, f.Type, nil, nil)
			}
		}
		return object
	case ast.Enum:
		return def.EnumValues[0].Name
	default:
		return w.scalar(owner, name, def.Name)
	}
}

// scalar is a right value of a scalar, by the name of its input.
func (w *walk) scalar(owner, name, scalar string) any {
	record := strings.TrimSuffix(strings.NewReplacer("Update", "", "End", "").Replace(owner), "Input")
	switch {
	case scalar == "ID" && name == "id" && w.ids[record] != "":
		return w.ids[record]
	case scalar == "ID":
		return w.ids[name]
	case name == "expectedVersion":
		return w.version(record)
	case owner == "ScopeEntryInput" && name == "code":
		return "SGB8_9A"
	case name == "name" && owner != "PlaceInput":
		w.named++
		return fmt.Sprintf("Beispiel %d", w.named)
	}
	if value, special := map[string]any{
		"key": "15", "code": "39576", "postalCode": "39576", "text": "Stendal", "place": "Stendal", "value": "12345", "language": "de",
		"latitude": 52.6, "longitude": 11.8, "closes": "17:00",
	}[name]; special {
		return value
	}
	return map[string]any{
		"String": "Beispiel", "Int": 1, "Date": "2021-07-01", "Instant": "2026-01-15T12:00:00Z", "LocalTime": "09:00", "Boolean": true, "Float": 1.5,
	}[scalar]
}

// version is the present version of the record of a type that is changed.
func (w *walk) version(record string) int {
	w.t.Helper()
	id, err := ident.Parse(w.ids[record])
	if err != nil {
		w.t.Fatalf("%s: %v", record, err)
	}
	version, err := postgres.Row[int](w.t.Context(), w.db, `SELECT max(version) FROM record_change WHERE record_kind = $1 AND record_id = $2`, string(id.Kind), id.UUID)
	if err != nil {
		w.t.Fatal(err)
	}
	return version
}

// sampleIDs are ids of records that exist, by the input or the type that takes
// them.
func sampleIDs(t *testing.T, db *postgres.DB) map[string]string {
	t.Helper()
	one := func(kind ident.Kind, sql string) string {
		key, err := postgres.Row[uuid.UUID](t.Context(), db, sql)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return ident.ID{Kind: kind, UUID: key}.String()
	}
	regions := region.NewService(db, testCodec(), testNow, testZone(t))
	group, err := region.NewGroups(db, regions, testNow, countedIDs()).Create(
		auth.With(t.Context(), auth.Viewer{Subject: "anna"}), region.CreateGroupInput{Name: "Gruppe"})
	if err != nil {
		t.Fatal(err)
	}
	land := one(ident.Region, `SELECT id FROM region WHERE key = '15'`)
	organisation := one(ident.Organisation, `SELECT id FROM organisation ORDER BY id LIMIT 1`)
	office := one(ident.OmbudsOffice, `SELECT id FROM ombuds_office o WHERE NOT EXISTS (SELECT FROM catchment c WHERE c.body_id = o.id) ORDER BY id LIMIT 1`)
	youth := one(ident.YouthWelfareOffice, `SELECT id FROM youth_welfare_office ORDER BY id LIMIT 1`)
	return map[string]string{
		"Organisation": organisation, "OmbudsOffice": office, "YouthWelfareOffice": youth, "RegionGroup": group.RegionGroup.ID().String(),
		"ProceduralGuidePost": one(ident.ProceduralGuidePost, `SELECT id FROM procedural_guide_post ORDER BY id LIMIT 1`),
		"Catchment":           one(ident.Catchment, `SELECT id FROM catchment ORDER BY id LIMIT 1`),
		"ombudsOffice":        office, "regionGroup": group.RegionGroup.ID().String(), "id": organisation,
		"regionId": land, "regionIds": land, "carrierId": organisation, "organisationId": organisation,
		"umbrellaId": one(ident.Organisation, `SELECT id FROM organisation ORDER BY id DESC LIMIT 1`), "youthWelfareOfficeId": youth, "bodyId": office,
	}
}

// fingerprint changes with every row that a mutation can write: each has the
// number of its transaction.
func fingerprint(t *testing.T, db *postgres.DB) string {
	t.Helper()
	var sql []string
	for _, table := range []string{
		"organisation", "organisation_former_name", "organisation_membership", "ombuds_office", "ombuds_office_profile", "office_site",
		"opening_period", "opening_exception", "opening_exception_hours", "contact_channel", "office_funder", "independence_link",
		"office_scope", "office_text", "youth_welfare_office", "procedural_guide_post", "catchment", "region_group", "region_group_member",
		"record_change", "idempotency_key",
	} {
		sql = append(sql, `(SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM `+table+`)`)
	}
	text, err := postgres.Row[string](t.Context(), db, `SELECT concat_ws(' ', `+strings.Join(sql, ", ")+`)`)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
