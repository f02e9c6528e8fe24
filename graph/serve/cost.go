package serve

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"

	"ombudsnetz/internal/fault"
)

// Cost is what an operation asks for, known before it runs. Requested is an
// upper bound of the objects it builds: each object counts 1, scalars and enums
// nothing, a list its elements. The schema changes that per field or type by
// @cost(weight:), and tells how long lists are by @listSize, both from the
// GraphQL cost specification. Introspection is free.
//
// Fragments count wherever they are spread, also twice in one place.
type Cost struct {
	Requested   int
	Depth       int
	Fields      int
	Aliases     int
	Directives  int
	RootFields  int
	Introspects bool // __schema or __type is among them
}

const (
	// unknownListSize is assumed of a list the schema says nothing about.
	unknownListSize = 10
	// ceiling keeps sums exact in JSON and free of overflow.
	ceiling = math.MaxInt32
)

// measure walks the operation once. Each field's selection is visited once, each
// fragment once for each size of list it stands in, however often it is spread.
// The refusal is of what no number tells: @defer, or a literal.
func measure(schema *ast.Schema, doc *ast.QueryDocument, op *ast.OperationDefinition, variables map[string]any, limits Limits) (Cost, *refusal) {
	m := newMeter(schema, doc, variables, limits)
	root := m.selection(op.SelectionSet, rootType(schema, op), sizing{})
	root.Directives = add(root.Directives, len(op.Directives))
	for _, variable := range op.VariableDefinitions {
		root.Directives = add(root.Directives, len(variable.Directives))
		m.literal(variable.DefaultValue)
	}
	return root.Cost, m.refused
}

func rootType(schema *ast.Schema, op *ast.OperationDefinition) *ast.Definition {
	switch op.Operation {
	case ast.Mutation:
		return schema.Mutation
	case ast.Subscription:
		return schema.Subscription
	default:
		return schema.Query
	}
}

// sizing is what a field with @listSize(sizedFields:) says about the lists
// directly below it.
type sizing struct {
	size   int
	source *ast.Directive
}

func (s sizing) of(field string) (int, bool) {
	if s.source == nil {
		return 0, false
	}
	sized := s.source.Arguments.ForName("sizedFields")
	if sized == nil || sized.Value == nil {
		return 0, false
	}
	for _, child := range sized.Value.Children {
		if child.Value.Raw == field {
			return s.size, true
		}
	}
	return 0, false
}

type fragmentKey struct {
	fragment *ast.FragmentDefinition
	sizing   sizing
}

type meter struct {
	schema    *ast.Schema
	doc       *ast.QueryDocument
	variables map[string]any
	limits    Limits
	fragments map[fragmentKey]tally
	below     map[*ast.Field]tally
	visited   int
	refused   *refusal
	text      []rune // of the document, once asked for
}

// tally is the Cost of a selection set. RootFields counts the fields of its own
// level, whatever that level is.
type tally struct{ Cost }

func newMeter(schema *ast.Schema, doc *ast.QueryDocument, variables map[string]any, limits Limits) *meter {
	m := &meter{schema: schema, doc: doc, variables: variables, limits: limits}
	if len(doc.Fragments) > 0 {
		m.fragments = make(map[fragmentKey]tally, len(doc.Fragments))
		m.below = make(map[*ast.Field]tally)
	}
	return m
}

func (t *tally) join(o tally) {
	t.Requested = add(t.Requested, o.Requested)
	t.joinShape(o)
}

// joinShape adds all but what o requests.
func (t *tally) joinShape(o tally) {
	t.Depth = max(t.Depth, o.Depth)
	t.Fields = add(t.Fields, o.Fields)
	t.Aliases = add(t.Aliases, o.Aliases)
	t.Directives = add(t.Directives, o.Directives)
	t.RootFields = add(t.RootFields, o.RootFields)
	t.Introspects = t.Introspects || o.Introspects
}

// selection measures one selection set on a value of type parent. Where parent
// is abstract, a value is of one object type only, so of the fragments on
// object types the costliest counts.
func (m *meter) selection(set ast.SelectionSet, parent *ast.Definition, s sizing) tally {
	var sum tally
	var alternatives map[string]int
	fragment := func(condition string, part tally) {
		on := m.schema.Types[condition]
		if on == nil || on.Kind != ast.Object || parent == nil || !parent.IsAbstractType() {
			sum.join(part)
			return
		}
		if alternatives == nil {
			alternatives = make(map[string]int)
		}
		alternatives[condition] = add(alternatives[condition], part.Requested)
		sum.joinShape(part)
	}
	for _, selection := range set {
		m.visited++
		switch selection := selection.(type) {
		case *ast.Field:
			if m.included(selection.Directives) {
				sum.join(m.field(selection, s))
			}
		case *ast.InlineFragment:
			if m.included(selection.Directives) {
				part := m.selection(selection.SelectionSet, m.conditioned(selection.TypeCondition, parent), s)
				part.Directives = add(part.Directives, len(selection.Directives))
				fragment(selection.TypeCondition, part)
			}
		case *ast.FragmentSpread:
			if m.included(selection.Directives) {
				part := m.spread(selection, s)
				part.Directives = add(part.Directives, len(selection.Directives))
				fragment(selection.Definition.TypeCondition, part)
			}
		}
	}
	costliest := 0
	for _, cost := range alternatives {
		costliest = max(costliest, cost)
	}
	sum.Requested = add(sum.Requested, costliest)
	return sum
}

func (m *meter) conditioned(condition string, parent *ast.Definition) *ast.Definition {
	if condition == "" {
		return parent
	}
	return m.schema.Types[condition]
}

func (m *meter) spread(spread *ast.FragmentSpread, s sizing) tally {
	fragment := spread.Definition
	key := fragmentKey{fragment: fragment, sizing: s}
	if part, ok := m.fragments[key]; ok {
		return part
	}
	part := m.selection(fragment.SelectionSet, m.schema.Types[fragment.TypeCondition], s)
	part.Directives = add(part.Directives, len(fragment.Directives))
	m.fragments[key] = part
	return part
}

func (m *meter) field(f *ast.Field, s sizing) tally {
	var t tally
	t.Directives = len(f.Directives)
	if f.Alias != f.Name {
		t.Aliases = 1
	}
	below := m.children(f)
	t.Aliases = add(t.Aliases, below.Aliases)
	t.Directives = add(t.Directives, below.Directives)
	if strings.HasPrefix(f.Name, "__") {
		t.Introspects = f.Name != "__typename"
		return t
	}
	t.Introspects = below.Introspects
	t.RootFields = 1
	t.Fields = add(1, below.Fields)
	t.Depth = add(1, below.Depth)
	one := add(m.weight(f), below.Requested)
	t.Requested = multiply(m.length(f, s), one)
	return t
}

// children measures what is selected below f. That depends on f alone, so it is
// done once wherever f is reached from.
func (m *meter) children(f *ast.Field) tally {
	if below, ok := m.below[f]; ok {
		return below
	}
	for _, argument := range f.Arguments {
		m.literal(argument.Value)
	}
	var below tally
	if len(f.SelectionSet) > 0 {
		var s sizing
		if listSize := f.Definition.Directives.ForName("listSize"); listSize != nil {
			s = sizing{size: m.listSize(f, listSize), source: listSize}
		}
		below = m.selection(f.SelectionSet, m.schema.Types[f.Definition.Type.Name()], s)
	}
	if m.below != nil {
		m.below[f] = below
	}
	return below
}

// literal refuses in the document what coercion refuses in variables: lists that
// are too long, what no text may hold, and null that a variable brings to an
// input that has a default but can't be null.
func (m *meter) literal(value *ast.Value) {
	if value == nil || m.refused != nil {
		return
	}
	input := func() string { return inputOf(m.doc, value) }
	switch value.Kind {
	case ast.ListValue:
		if len(value.Children) > m.limits.ListLength {
			m.refused = exceeded("listLength", len(value.Children), m.limits.ListLength).of(input())
		}
	case ast.StringValue, ast.BlockValue:
		switch {
		case strings.IndexByte(value.Raw, 0) >= 0:
			m.refused = refuseLiteral(value, input(), holdsNUL())
		case value.Kind == ast.StringValue && strings.ContainsRune(value.Raw, utf8.RuneError) && !surrogatesPaired(m.written(value)):
			m.refused = refuseLiteral(value, input(), halfCharacter().text)
		}
	case ast.Variable:
		given, set := m.variables[value.Raw]
		if set && given == nil && value.ExpectedType != nil && value.ExpectedType.NonNull {
			m.refused = refuseLiteral(value, input(), isNull())
		}
	default:
	}
	for _, child := range value.Children {
		m.literal(child.Value)
	}
}

// written is how a literal stands in its document, whose positions count runes.
func (m *meter) written(value *ast.Value) []byte {
	if m.text == nil {
		m.text = []rune(value.Position.Src.Input)
	}
	return []byte(string(m.text[value.Position.Start:value.Position.End]))
}

// weight is what one value of the field costs beside what is selected in it.
func (m *meter) weight(f *ast.Field) int {
	if weight, ok := weightOf(f.Definition.Directives); ok {
		return weight
	}
	def := m.schema.Types[f.Definition.Type.Name()]
	if def == nil {
		return 0
	}
	if weight, ok := weightOf(def.Directives); ok {
		return weight
	}
	if def.IsCompositeType() {
		return 1
	}
	return 0
}

// weightOf reads @cost(weight:), which the cost specification writes as a
// string and our schema as an integer.
func weightOf(directives ast.DirectiveList) (int, bool) {
	cost := directives.ForName("cost")
	if cost == nil {
		return 0, false
	}
	argument := cost.Arguments.ForName("weight")
	if argument == nil {
		return 0, false
	}
	weight, err := strconv.ParseFloat(argument.Value.Raw, 64)
	if err != nil {
		return 0, false
	}
	return clamp(math.Ceil(weight)), true
}

// length is how many values the field has at most, as far as one can know.
func (m *meter) length(f *ast.Field, s sizing) int {
	typ := f.Definition.Type
	if typ.Elem == nil {
		return 1
	}
	length, known := s.of(f.Name)
	if !known {
		length = unknownListSize
		if listSize := f.Definition.Directives.ForName("listSize"); listSize != nil {
			length = m.listSize(f, listSize)
		}
	}
	for inner := typ.Elem; inner.Elem != nil; inner = inner.Elem {
		length = multiply(length, unknownListSize)
	}
	return length
}

// listSize evaluates @listSize for the arguments of f: the largest slicing
// argument that is set, by the client or by the schema's default, else
// assumedSize. An argument that is itself a list slices by its length.
func (m *meter) listSize(f *ast.Field, directive *ast.Directive) int {
	size, set := 0, false
	if slicing := directive.Arguments.ForName("slicingArguments"); slicing != nil && slicing.Value != nil {
		for _, name := range slicing.Value.Children {
			if n, ok := m.slice(f, name.Value.Raw); ok {
				size, set = max(size, n), true
			}
		}
	}
	if set {
		return size
	}
	if assumed := directive.Arguments.ForName("assumedSize"); assumed != nil && assumed.Value != nil {
		if n, err := strconv.Atoi(assumed.Value.Raw); err == nil {
			return clamp(float64(n))
		}
	}
	return unknownListSize
}

// slice is how many items an argument of f asks for.
func (m *meter) slice(f *ast.Field, name string) (int, bool) {
	definition := f.Definition.Arguments.ForName(name)
	if definition == nil {
		return 0, false
	}
	value := m.argument(f, definition)
	if value == nil {
		return 0, false
	}
	if definition.Type.Elem == nil {
		n, ok := value.(int64)
		return min(clamp(float64(n)), m.limits.PageSize), ok
	}
	if list, ok := value.([]any); ok {
		return len(list), true
	}
	return 1, true // one value makes a list of one
}

// argument is the value of an argument, nil when it has none. Variables are
// looked up here: a fragment in several operations knows those of the last only.
func (m *meter) argument(f *ast.Field, definition *ast.ArgumentDefinition) any {
	literal := definition.DefaultValue
	if given := f.Arguments.ForName(definition.Name); given != nil {
		if given.Value.Kind == ast.Variable {
			if value, set := m.variables[given.Value.Raw]; set && value != nil {
				return value
			}
		} else if given.Value.Kind != ast.NullValue {
			literal = given.Value
		}
	}
	if literal == nil {
		return nil
	}
	value, err := literal.Value(m.variables)
	if err != nil {
		return nil
	}
	return value
}

// included evaluates @skip and @include as the executor will, and refuses @defer.
func (m *meter) included(directives ast.DirectiveList) bool {
	for _, directive := range directives {
		switch directive.Name {
		case "defer", "stream":
			if m.refused == nil {
				m.refused = refuseDefer()
			}
		case "skip", "include":
			argument := directive.Arguments.ForName("if")
			if argument == nil {
				continue
			}
			value, err := argument.Value.Value(m.variables)
			condition, ok := value.(bool)
			if !ok && m.refused == nil && argument.Value.Kind == ast.Variable {
				// A nullable variable with a default may stand here, but not null.
				m.refused = &refusal{cause: fault.Invalid("$"+argument.Value.Raw, isNull())}
			}
			if err == nil && ok && condition == (directive.Name == "skip") {
				return false
			}
		}
	}
	return true
}

func clamp(n float64) int {
	switch {
	case !(n > 0): // NaN too
		return 0
	case n > ceiling:
		return ceiling
	}
	return int(n)
}

func add(a, b int) int { return min(a+b, ceiling) }

// multiply needs 64 bits: two ceilings make 2^62.
func multiply(a, b int) int { return int(min(int64(a)*int64(b), ceiling)) }
