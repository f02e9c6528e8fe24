package serve

import "github.com/vektah/gqlparser/v2/ast"

// Bounds of a document that hold whoever sends it, because they bound the work
// of validation itself: it compares all fields of one response key in pairs,
// across fragments too.
const (
	maxOperations  = 5
	maxRepetitions = 300
)

// bulk is what of a document can be told without a schema.
type bulk struct {
	nodes    int // what the parser allocates: selections, arguments, values, directives
	repeated int // how often the most frequent response key is written
	keys     map[string]int
}

// What a cached document occupies beside its text, measured by TestDocumentWeight.
const nodeBytes = 300

func (b bulk) bytes(query string) int { return len(query) + b.nodes*nodeBytes + entryOverhead }

func bulkOf(doc *ast.QueryDocument) bulk {
	b := bulk{keys: make(map[string]int)}
	for _, operation := range doc.Operations {
		b.nodes++
		for _, variable := range operation.VariableDefinitions {
			b.nodes++
			b.value(variable.DefaultValue)
			b.directives(variable.Directives)
		}
		b.directives(operation.Directives)
		b.selection(operation.SelectionSet)
	}
	for _, fragment := range doc.Fragments {
		b.nodes++
		b.directives(fragment.Directives)
		b.selection(fragment.SelectionSet)
	}
	return b
}

func (b *bulk) selection(set ast.SelectionSet) {
	for _, selection := range set {
		b.nodes++
		switch selection := selection.(type) {
		case *ast.Field:
			b.keys[selection.Alias]++
			b.repeated = max(b.repeated, b.keys[selection.Alias])
			b.arguments(selection.Arguments)
			b.directives(selection.Directives)
			b.selection(selection.SelectionSet)
		case *ast.InlineFragment:
			b.directives(selection.Directives)
			b.selection(selection.SelectionSet)
		case *ast.FragmentSpread:
			b.directives(selection.Directives)
		}
	}
}

func (b *bulk) directives(list ast.DirectiveList) {
	for _, directive := range list {
		b.nodes++
		b.arguments(directive.Arguments)
	}
}

func (b *bulk) arguments(list ast.ArgumentList) {
	for _, argument := range list {
		b.value(argument.Value)
	}
}

func (b *bulk) value(value *ast.Value) {
	if value == nil {
		return
	}
	b.nodes++
	for _, child := range value.Children {
		b.value(child.Value)
	}
}
