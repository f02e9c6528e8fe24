package graph

import (
	"go/constant"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/tools/go/packages"

	"ombudsnetz/graph/gen"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
)

// These tests walk the schema and hold it to the conventions of the API, so
// that the next area follows them without having to know them.

func schema() *ast.Schema { return gen.NewExecutableSchema(gen.Config{}).Schema() }

// ownTypes are the types of this API, without those of the language.
func ownTypes() []*ast.Definition {
	var own []*ast.Definition
	for _, name := range slices.Sorted(mapKeys(schema().Types)) {
		if def := schema().Types[name]; !def.BuiltIn && !strings.HasPrefix(name, "__") {
			own = append(own, def)
		}
	}
	return own
}

func mapKeys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// fieldsOf are the fields of a type, without __typename and its like.
func fieldsOf(def *ast.Definition) []*ast.FieldDefinition {
	return slices.DeleteFunc(slices.Clone(def.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
}

func TestEveryElementIsDescribed(t *testing.T) {
	t.Parallel()
	check := func(name, description string) {
		if strings.TrimSpace(description) == "" {
			t.Errorf("%s has no description", name)
		}
	}
	for _, directive := range schema().Directives {
		if directive.Position.Src.BuiltIn {
			continue
		}
		check("@"+directive.Name, directive.Description)
	}
	for _, def := range ownTypes() {
		check(def.Name, def.Description)
		for _, field := range fieldsOf(def) {
			check(def.Name+"."+field.Name, field.Description)
			for _, arg := range field.Arguments {
				check(def.Name+"."+field.Name+"("+arg.Name+":)", arg.Description)
			}
		}
		for _, value := range def.EnumValues {
			check(def.Name+"."+value.Name, value.Description)
		}
	}
}

func TestEveryRootFieldSaysWhoMayAsk(t *testing.T) {
	t.Parallel()
	for _, root := range []*ast.Definition{schema().Query, schema().Mutation} {
		for _, field := range fieldsOf(root) {
			access := field.Directives.ForName("access")
			if access == nil {
				t.Errorf("%s.%s has no @access", root.Name, field.Name)
			} else if to := access.Arguments.ForName("to").Value.Raw; root == schema().Mutation && to == "ANYONE" {
				t.Errorf("%s.%s lets everybody write", root.Name, field.Name)
			}
		}
	}
}

// A list is a connection, whose fields its own field bounds, or says how long
// it gets.
func TestEveryListHasABound(t *testing.T) {
	t.Parallel()
	for _, def := range ownTypes() {
		if def.Kind == ast.InputObject || strings.HasSuffix(def.Name, "Connection") {
			continue
		}
		for _, field := range fieldsOf(def) {
			name := def.Name + "." + field.Name
			connection := strings.HasSuffix(field.Type.Name(), "Connection")
			if field.Type.Elem == nil && !connection {
				continue
			}
			size := field.Directives.ForName("listSize")
			if size == nil {
				t.Errorf("%s is a list without @listSize", name)
				continue
			}
			if connection {
				checkConnectionField(t, name, field)
			}
		}
	}
}

func checkConnectionField(t *testing.T, name string, field *ast.FieldDefinition) {
	t.Helper()
	if !field.Type.NonNull {
		t.Errorf("%s is a connection that may be null", name)
	}
	first, after := field.Arguments.ForName("first"), field.Arguments.ForName("after")
	switch {
	case first == nil || first.Type.String() != "Int" || first.DefaultValue == nil || first.DefaultValue.Raw != "20":
		t.Errorf("%s needs the argument first: Int = %d", name, page.DefaultSize)
	case after == nil || after.Type.String() != "Cursor":
		t.Errorf("%s needs the argument after: Cursor", name)
	}
}

func TestEveryConnectionIsComplete(t *testing.T) {
	t.Parallel()
	found := 0
	for _, def := range ownTypes() {
		item, is := strings.CutSuffix(def.Name, "Connection")
		if !is {
			continue
		}
		found++
		for name, want := range map[string]string{
			"edges": "[" + item + "Edge!]!", "nodes": "[" + item + "!]!", "pageInfo": "PageInfo!", "totalCount": "Int!",
		} {
			if field := def.Fields.ForName(name); field == nil || field.Type.String() != want {
				t.Errorf("%s needs %s: %s", def.Name, name, want)
			}
		}
		edge := schema().Types[item+"Edge"]
		if edge == nil || edge.Fields.ForName("node") == nil || edge.Fields.ForName("cursor") == nil {
			t.Errorf("%sEdge needs node and cursor", item)
		}
	}
	if found == 0 {
		t.Error("the schema has no connection")
	}
}

func TestEveryMutationFollowsTheForm(t *testing.T) {
	t.Parallel()
	for _, field := range fieldsOf(schema().Mutation) {
		upper := strings.ToUpper(field.Name[:1]) + field.Name[1:]
		input := field.Arguments.ForName("input")
		if len(field.Arguments) != 1 || input == nil || input.Type.String() != upper+"Input!" {
			t.Errorf("%s needs the one argument input: %sInput!", field.Name, upper)
			continue
		}
		if field.Type.String() != upper+"Payload!" {
			t.Errorf("%s needs the type %sPayload!", field.Name, upper)
			continue
		}
		if errs := schema().Types[upper+"Payload"].Fields.ForName("userErrors"); errs == nil || errs.Type.String() != "[UserError!]!" {
			t.Errorf("%sPayload needs userErrors: [UserError!]!", upper)
		}
		fields := schema().Types[upper+"Input"].Fields
		switch {
		case strings.HasPrefix(field.Name, "create"):
			if key := fields.ForName("idempotencyKey"); key == nil || key.Type.String() != "String" {
				t.Errorf("%sInput needs idempotencyKey: String", upper)
			}
		case strings.HasPrefix(field.Name, "update"):
			if version := fields.ForName("expectedVersion"); version == nil || version.Type.String() != "Int!" {
				t.Errorf("%sInput needs expectedVersion: Int!", upper)
			}
		}
	}
}

// TestEveryNodeIsReachable holds the kinds of ids, the types that implement
// Node and the table of node loaders together.
func TestEveryNodeIsReachable(t *testing.T) {
	t.Parallel()
	loaders := (&Resolver{}).nodeLoaders()
	for _, kind := range ident.Kinds() {
		if loaders[kind] == nil {
			t.Errorf("ids with the prefix %s can't be loaded by node", kind)
		}
	}
	implementors := schema().GetPossibleTypes(schema().Types["Node"])
	if got, want := len(implementors), len(ident.Kinds()); got != want {
		t.Errorf("%d types implement Node, there are %d kinds of ids", got, want)
	}
	address := newTestServer(t, demoWorlds(t).New(t), io.Discard)
	for _, def := range ownTypes() {
		hasID := def.Kind == ast.Object && def.Fields.ForName("id") != nil
		if hasID != slices.Contains(implementors, def) {
			t.Errorf("%s has an id but is no Node, or the other way round", def.Name)
		}
	}
	// Every kind answers with its own type: unknown ids are null, not errors.
	for _, kind := range ident.Kinds() {
		id := ident.ID{Kind: kind, UUID: uuid.New()}
		got := send(t, address, golden{query: `{ node(id: "` + id.String() + `") { id } }`})
		if got.Errors != nil || string(got.Data) != `{"node":null}` {
			t.Errorf("unknown id of kind %s answers %s, %v", kind, got.Data, got.Errors)
		}
	}
}

func TestPrintedSchemaIsCurrent(t *testing.T) {
	t.Parallel()
	printed, err := os.ReadFile("../schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(printed), SDL()); diff != "" {
		t.Errorf("schema.graphql is stale, run make generate (-printed +schema):\n%s", diff)
	}
}

func TestGqlgenMakesNoModels(t *testing.T) {
	t.Parallel()
	models, err := filepath.Glob("gen/models*")
	if err != nil || len(models) > 0 {
		t.Errorf("gqlgen made models %v: bind the types in gqlgen.yml (%v)", models, err)
	}
}

// TestEnumsAgree compares the labels of each enum in the schema, in Go and in
// the database's checks.
func TestEnumsAgree(t *testing.T) {
	t.Parallel()
	inGo := goEnums(t)
	inDatabase := databaseEnums(t)
	for _, def := range ownTypes() {
		if def.Kind != ast.Enum {
			continue
		}
		var labels []string
		for _, value := range def.EnumValues {
			labels = append(labels, value.Name)
		}
		slices.Sort(labels)
		goName := goNameOf(def.Name)
		if diff := cmp.Diff(labels, inGo[goName]); diff != "" {
			t.Errorf("%s differs from the Go constants of %s (-schema +Go):\n%s", def.Name, goName, diff)
		}
		for _, column := range columnsOf(def.Name) {
			if diff := cmp.Diff(labels, inDatabase[column+"_check"]); diff != "" {
				t.Errorf("%s differs from the check of %s (-schema +database):\n%s", def.Name, column, diff)
			}
			delete(inDatabase, column+"_check")
		}
	}
	for check := range inDatabase {
		t.Errorf("the check %s lists labels, but no enum of the schema is compared with it: add it to columnsOf", check)
	}
}

// goNameOf is the Go type behind an enum: of the same name, unless that would
// repeat its package.
func goNameOf(enum string) string {
	switch enum {
	case "RegionLevel":
		return "region.Level"
	case "RegionScope":
		return "region.Scope"
	case "RegionOrder":
		return "region.SortOrder"
	case "ErrorCode":
		return "fault.Code"
	case "Audience":
		return "auth.Audience"
	case "Fact":
		return "fact.Fact"
	case "ResponsibilityStatus":
		return "responsibility.Status"
	case "ResponsibilityFallbackKind":
		return "responsibility.FallbackKind"
	case "CatchmentKind", "CatchmentScope", "PlaceRole", "SituationKind":
		return "responsibility." + enum
	default:
		return "directory." + enum
	}
}

// columnsOf are the columns that keep an enum, with their table.
func columnsOf(enum string) []string {
	return map[string][]string{
		"RegionLevel":          {"region_level"},
		"OrganisationKind":     {"organisation_kind", "organisation_former_name_kind"},
		"OmbudsOfficeStatus":   {"ombuds_office_status"},
		"ContactChannelKind":   {"contact_channel_kind"},
		"CounsellingFormat":    {"office_site_formats"},
		"AgeGroup":             {"ombuds_office_profile_age_groups"},
		"CatalogueKind":        {"catalogue_item_kind"},
		"DataProtectionRegime": {"ombuds_office_profile_data_protection_regime"},
		"IndependenceLinkKind": {"independence_link_kind"},
		"OfficeTextKind":       {"office_text_kind"},
		"ScopeRule":            {"office_scope_rule"},
		"TextVariant":          {"office_text_variant"},
		"Weekday":              {"opening_period_weekday"},

		"YouthWelfareOfficeKind": {"youth_welfare_office_kind"},
		"BenefitCarrierType":     {"procedural_guide_post_benefit_carrier_type"},
		"CatchmentKind":          {"catchment_kind"},
		"CatchmentScope":         {"catchment_scope"},

		"Fact": {
			"office_site_step_free", "office_site_by_appointment_only",
			"contact_channel_usable_without_speaking", "contact_channel_free_of_charge",
			"office_site_accessible_toilet", "office_site_accessible_parking", "office_site_induction_loop",
			"office_site_sign_language", "office_site_easy_read", "ombuds_office_profile_legal_supervisor",
			"contact_channel_usable_without_hearing", "contact_channel_sign_language", "contact_channel_anonymous",
		},
	}[enum]
}

// goEnums returns the values of all string constants by their type.
func goEnums(t *testing.T) map[string][]string {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedSyntax | packages.NeedTypesInfo,
	}, "ombudsnetz/internal/auth", "ombudsnetz/internal/directory", "ombudsnetz/internal/fact", "ombudsnetz/internal/fault", "ombudsnetz/internal/region", "ombudsnetz/internal/responsibility")
	if err != nil {
		t.Fatal(err)
	}
	enums := map[string][]string{}
	for _, pkg := range loaded {
		for _, name := range pkg.Types.Scope().Names() {
			c, ok := pkg.Types.Scope().Lookup(name).(*types.Const)
			if !ok || c.Val().Kind() != constant.String {
				continue
			}
			if named, ok := c.Type().(*types.Named); ok {
				of := pkg.Name + "." + named.Obj().Name()
				enums[of] = append(enums[of], constant.StringVal(c.Val()))
			}
		}
	}
	for _, labels := range enums {
		slices.Sort(labels)
	}
	return enums
}

// databaseEnums returns the labels of all checks of the form column IN (…), or
// column <@ ARRAY[…] for a list.
func databaseEnums(t *testing.T) map[string][]string {
	t.Helper()
	checks, err := postgres.Rows[struct {
		Name   string `db:"name"`
		Labels string `db:"labels"`
	}](t.Context(), pgtest.New(t), `
SELECT conname AS name, string_agg(label[1], ',' ORDER BY label[1] COLLATE "C") AS labels
FROM pg_constraint, regexp_matches(pg_get_constraintdef(oid), '''([A-Z_]+)''::text', 'g') AS label
WHERE contype = 'c' AND pg_get_constraintdef(oid) ~ '(= ANY \(|<@ )ARRAY\['
GROUP BY conname`)
	if err != nil {
		t.Fatal(err)
	}
	enums := map[string][]string{}
	for _, check := range checks {
		enums[check.Name] = strings.Split(check.Labels, ",")
	}
	return enums
}
