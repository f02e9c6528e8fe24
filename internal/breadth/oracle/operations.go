// Package oracle draws operations at random and compares how two executors
// answer them. It is for tests.
package oracle

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"
)

// Request is a document and what is asked with it.
type Request struct {
	Query     string
	Operation string
	// Variables are sets of variables: the document is asked once with each.
	Variables []map[string]any
	// Loose is set when fields may contradict each other, which validation finds.
	Loose bool
}

// String is the request as a person would write it.
func (r Request) String() string {
	var b strings.Builder
	b.WriteString(r.Query)
	for _, variables := range r.Variables {
		text, err := json.Marshal(variables)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "\n# %s %s", r.Operation, text)
	}
	return b.String()
}

// Drawing says how requests are drawn.
type Drawing struct {
	Schema *ast.Schema
	// Kinds are the kinds of operations, each as often as it is listed.
	Kinds []ast.Operation
	// Value draws the value of an argument or of a field of an input object, which
	// place names ("Query.node.id", "Filter.name"); false for any value of the type.
	Value func(t *rapid.T, place string, of *ast.Type) (any, bool)
	// Always tells whether an argument is given although it need not be; nil for none.
	Always func(place string) bool
	// Scalars draw values of the scalars that are not the language's own.
	Scalars map[string]func(t *rapid.T) any
	// Depth and Fields bound an operation.
	Depth, Fields int
}

// Requests draws requests.
func (d Drawing) Requests() *rapid.Generator[Request] {
	return rapid.Custom(func(t *rapid.T) Request {
		b := &document{Drawing: d, t: t, loose: chance(t, 5, "loose")}
		r := Request{Loose: b.loose}
		texts := []string{}
		n := 1
		if chance(t, 15, "several") {
			n = 2 + pick(t, 2, "operations")
		}
		asked := pick(t, n, "asked")
		for i := range n {
			name := ""
			if n > 1 || chance(t, 50, "named") {
				name = "Op" + strconv.Itoa(i)
			}
			text, variables := b.operation(name)
			texts = append(texts, text)
			if i == asked {
				r.Operation, r.Variables = name, variables
			}
		}
		r.Query = strings.Join(append(texts, b.fragments...), "\n")
		return r
	})
}

// pick draws one of n numbers, all equally likely; rapid's own numbers are mostly
// small. Shrinking ends at 0.
func pick(t *rapid.T, n int, label string) int {
	x := rapid.Uint64().Draw(t, label)
	x ^= x >> 31
	x *= 0x9e3779b97f4a7c15
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 32
	return int(x % uint64(n))
}

// chance shrinks to false.
func chance(t *rapid.T, percent int, label string) bool { return pick(t, 100, label) >= 100-percent }

// Seed draws a number below 65536, all equally likely.
func Seed(t *rapid.T) uint64 { return uint64(pick(t, 1<<16, "seed")) }

// OneOf draws one of values, all equally likely.
func OneOf[V any](t *rapid.T, label string, values ...V) V {
	return values[pick(t, len(values), label)]
}

// document is one that is being written.
type document struct {
	Drawing
	t         *rapid.T
	loose     bool
	fragments []string
	named     int

	// Of the operation.
	fields    int
	keys      map[string]string
	variables []variable
	spreads   []spread
}

type variable struct {
	name   string
	of     *ast.Type
	preset any // nil when there is none
	place  string
}

// spread is a fragment that can be spread, as deep as it was written: what it
// holds stays within the depth there.
type spread struct {
	name, on string
	depth    int
}

// nothing is null.
type nothing struct{}

// reference is the use of a variable as a value.
type reference string

// enumValue is a value of an enum.
type enumValue string

func (d *document) operation(name string) (text string, variables []map[string]any) {
	d.fields, d.keys, d.variables, d.spreads = d.Fields, map[string]string{}, nil, nil
	kind := OneOf(d.t, "kind", d.Kinds...)
	root := d.Schema.Query
	if kind == ast.Mutation {
		root = d.Schema.Mutation
	}
	body := d.selection(root, 1)
	var head strings.Builder
	if name != "" || kind != ast.Query || len(d.variables) > 0 {
		head.WriteString(string(kind) + " " + name)
	}
	for i, v := range d.variables {
		head.WriteString([]string{"(", ", "}[min(i, 1)] + "$" + v.name + ": " + v.of.String())
		if v.preset != nil {
			head.WriteString(" = " + literal(v.preset))
		}
	}
	if len(d.variables) > 0 {
		head.WriteString(")")
	}
	for range 1 + pick(d.t, 2, "sets of variables") {
		set := map[string]any{}
		for _, v := range d.variables {
			if (v.preset != nil || !v.of.NonNull) && !chance(d.t, 70, "given") {
				continue
			}
			set[v.name] = plain(d.value(v.of, v.place, 0, false))
		}
		variables = append(variables, set)
	}
	return head.String() + " " + body, variables
}

// selection writes a selection set of a type.
func (d *document) selection(of *ast.Definition, depth int) string {
	var parts []string
	for range 1 + pick(d.t, 6, "selections") {
		parts = append(parts, d.selected(of, depth))
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

func (d *document) selected(of *ast.Definition, depth int) string {
	kind := pick(d.t, 100, "selection")
	switch {
	case kind >= 95 || (kind < 70 && of.Kind == ast.Union):
		return d.alias("__typename", "__typename String!") + "__typename" + d.conditions()
	case kind >= 85 && depth < d.Depth:
		return d.spreading(of, depth)
	case kind >= 70 && depth < d.Depth:
		if chance(d.t, 80, "condition") {
			on := OneOf(d.t, "on", d.overlapping(of)...)
			return "... on " + on + d.conditions() + " " + d.selection(d.Schema.Types[on], depth+1)
		}
		return "..." + d.conditions() + " " + d.selection(of, depth+1)
	}
	return d.field(of, depth)
}

// spreading spreads a fragment, an earlier one or a new one.
func (d *document) spreading(of *ast.Definition, depth int) string {
	overlapping := d.overlapping(of)
	var known []string
	for _, s := range d.spreads {
		if depth <= s.depth && slices.Contains(overlapping, s.on) {
			known = append(known, s.name)
		}
	}
	if len(known) > 0 && chance(d.t, 50, "again") {
		return "..." + OneOf(d.t, "fragment", known...) + d.conditions()
	}
	on := OneOf(d.t, "on", overlapping...)
	d.named++
	name := "F" + strconv.Itoa(d.named)
	text := "fragment " + name + " on " + on + " " + d.selection(d.Schema.Types[on], depth+1)
	d.fragments = append(d.fragments, text)
	d.spreads = append(d.spreads, spread{name: name, on: on, depth: depth})
	return "..." + name + d.conditions()
}

// overlapping are the types that values of a type may have too.
func (d *document) overlapping(of *ast.Definition) []string {
	possible := map[string]bool{}
	for _, p := range d.Schema.GetPossibleTypes(of) {
		possible[p.Name] = true
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(d.Schema.Types)) {
		other := d.Schema.Types[name]
		if !other.IsCompositeType() || strings.HasPrefix(name, "__") {
			continue
		}
		if slices.ContainsFunc(d.Schema.GetPossibleTypes(other), func(p *ast.Definition) bool { return possible[p.Name] }) {
			names = append(names, name)
		}
	}
	return names
}

func (d *document) field(of *ast.Definition, depth int) string {
	d.fields--
	var fields []*ast.FieldDefinition
	for _, f := range of.Fields {
		leaf := d.Schema.Types[f.Type.Name()].IsLeafType()
		if strings.HasPrefix(f.Name, "__") || (!leaf && (depth >= d.Depth || d.fields < 0)) {
			continue
		}
		fields = append(fields, f)
		if !leaf {
			fields = append(fields, slices.Repeat([]*ast.FieldDefinition{f}, 3)...) // worth more
		}
	}
	if len(fields) == 0 {
		return d.alias("__typename", "__typename String!") + "__typename"
	}
	f := OneOf(d.t, "field", fields...)
	text := f.Name + d.arguments(of.Name+"."+f.Name, f.Arguments)
	alias := d.alias(f.Name, text+" "+f.Type.String())
	text += d.conditions()
	if below := d.Schema.Types[f.Type.Name()]; !below.IsLeafType() {
		text += " " + d.selection(below, depth+1)
	}
	return alias + text
}

// alias returns what is to be written before a field. Fields of one key must
// ask for the same.
func (d *document) alias(name, asks string) string {
	key := name
	if chance(d.t, 25, "aliased") {
		key = OneOf(d.t, "alias", []string{"a", "b", "c", "name", "id"}...)
	}
	if !d.loose || !chance(d.t, 20, "contradiction") {
		for n := 1; d.keys[key] != "" && d.keys[key] != asks; n++ {
			key = name + strconv.Itoa(n)
		}
	}
	d.keys[key] = asks
	if key == name {
		return ""
	}
	return key + ": "
}

// conditional is the place of what decides what is included. gqlgen panics when
// a variable brings null there, which it may where it has a default.
const conditional = "if"

// conditions writes @skip and @include.
func (d *document) conditions() string {
	if !chance(d.t, 12, "conditional") {
		return ""
	}
	var text strings.Builder
	for _, name := range OneOf(d.t, "conditions", [][]string{{"skip"}, {"include"}, {"include", "skip"}}...) {
		var value any = chance(d.t, 50, "value") != (name == "skip")
		if chance(d.t, 60, "by variable") {
			value = d.variable(ast.NonNullNamedType("Boolean", nil), conditional)
		}
		text.WriteString(" @" + name + "(if: " + literal(value) + ")")
	}
	return text.String()
}

func (d *document) arguments(place string, definitions ast.ArgumentDefinitionList) string {
	var texts []string
	for _, a := range definitions {
		optional := !a.Type.NonNull || a.DefaultValue != nil
		always := d.Always != nil && d.Always(place+"."+a.Name)
		if optional && !always && !chance(d.t, 50, "given") {
			continue
		}
		texts = append(texts, a.Name+": "+literal(d.argument(a.Type, place+"."+a.Name, a.DefaultValue != nil)))
	}
	if len(texts) == 0 {
		return ""
	}
	return "(" + strings.Join(texts, ", ") + ")"
}

func (d *document) argument(of *ast.Type, place string, preset bool) any {
	if !chance(d.t, 35, "variable") {
		return d.value(of, place, 0, true)
	}
	if of.NonNull && preset && chance(d.t, 50, "nullable") {
		// A place with a default takes a variable that may be null, and falls back
		// when that is left out.
		nullable := *of
		nullable.NonNull = false
		return d.variable(&nullable, place)
	}
	return d.variable(of, place)
}

// variable declares a variable for a place of a type, or finds one.
func (d *document) variable(of *ast.Type, place string) reference {
	var known []string
	for _, v := range d.variables {
		if v.of.String() == of.String() && v.place == place {
			known = append(known, v.name)
		}
	}
	if len(known) > 0 && chance(d.t, 50, "again") {
		return reference(OneOf(d.t, "variable", known...))
	}
	v := variable{name: "v" + strconv.Itoa(len(d.variables)), of: of, place: place}
	if chance(d.t, 40, "default") {
		v.preset = d.value(of, place, 0, false)
	}
	if chance(d.t, 20, "stricter") {
		stricter := *of
		stricter.NonNull = true
		if v.of = &stricter; v.preset != nil {
			v.preset = d.value(v.of, place, 0, false)
		}
	} else if of.NonNull && v.preset != nil && chance(d.t, 50, "looser") {
		looser := *of
		looser.NonNull = false
		v.of = &looser
	}
	d.variables = append(d.variables, v)
	return reference(v.name)
}

// value draws a value. A variable may stand in it if that is allowed.
func (d *document) value(of *ast.Type, place string, depth int, variables bool) any {
	if variables && depth > 0 && chance(d.t, 10, "variable") {
		return d.variable(of, place)
	}
	if !of.NonNull && place != conditional && chance(d.t, 15, "null") {
		return nothing{}
	}
	if d.Value != nil {
		if value, ok := d.Value(d.t, place, of); ok {
			return value
		}
	}
	if of.Elem != nil {
		if chance(d.t, 10, "single") {
			// Null in place of a single value is null in place of the list.
			single := *of.Elem
			single.NonNull = true
			return d.value(&single, place, depth+1, false)
		}
		list := []any{}
		for range pick(d.t, 4, "length") {
			list = append(list, d.value(of.Elem, place, depth+1, variables))
		}
		return list
	}
	definition := d.Schema.Types[of.NamedType]
	switch definition.Kind { //nolint:exhaustive // these and scalars are inputs
	case ast.Enum:
		values := definition.EnumValues
		return enumValue(values[pick(d.t, len(values), "enum")].Name)
	case ast.InputObject:
		object := map[string]any{}
		for _, f := range definition.Fields {
			optional := !f.Type.NonNull || f.DefaultValue != nil
			if optional && (depth > 3 || !chance(d.t, 40, "given")) {
				continue
			}
			object[f.Name] = d.value(f.Type, definition.Name+"."+f.Name, depth+1, variables)
		}
		return object
	}
	return d.scalar(of.NamedType)
}

func (d *document) scalar(name string) any {
	if draw, ok := d.Scalars[name]; ok {
		return draw(d.t)
	}
	switch name {
	case "Int":
		return pick(d.t, 6, "int")
	case "Float":
		return OneOf(d.t, "float", []float64{0, -1.5, 1e30}...)
	case "Boolean":
		return rapid.Bool().Draw(d.t, "boolean")
	case "String", "ID":
		return OneOf(d.t, "string", []string{"", "a", "ä \" \\ \n", "15"}...)
	default:
		panic("no values for scalar " + name)
	}
}

// literal writes a value as it stands in a document.
func literal(value any) string {
	switch value := value.(type) {
	case reference:
		return "$" + string(value)
	case enumValue:
		return string(value)
	case nothing:
		return "null"
	case []any:
		texts := make([]string, len(value))
		for i, v := range value {
			texts[i] = literal(v)
		}
		return "[" + strings.Join(texts, ", ") + "]"
	case map[string]any:
		var texts []string
		for _, name := range slices.Sorted(maps.Keys(value)) {
			texts = append(texts, name+": "+literal(value[name]))
		}
		return "{" + strings.Join(texts, ", ") + "}"
	default:
		text, err := json.Marshal(value)
		if err != nil {
			panic(err)
		}
		return string(text)
	}
}

// plain turns a value into what JSON knows, as clients send it.
func plain(value any) any {
	switch value := value.(type) {
	case enumValue:
		return string(value)
	case nothing:
		return nil
	case int:
		return json.Number(strconv.Itoa(value))
	case float64:
		return json.Number(strconv.FormatFloat(value, 'g', -1, 64))
	case []any:
		list := make([]any, len(value))
		for i, v := range value {
			list[i] = plain(v)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, v := range value {
			object[name] = plain(v)
		}
		return object
	default:
		return value
	}
}
