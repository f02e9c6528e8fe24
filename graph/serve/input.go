package serve

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// inputs visits the values of a document and tells where each stands, as
// clients write it: "filter.status[0]", or "$first" for the default of a variable.
type inputs struct {
	visit func(path string, value *ast.Value)
	seen  map[*ast.FragmentDefinition]bool
}

func newInputs(visit func(path string, value *ast.Value)) *inputs {
	return &inputs{visit: visit, seen: make(map[*ast.FragmentDefinition]bool)}
}

// inputOf returns where in the document a value stands. Empty when it stands nowhere.
func inputOf(doc *ast.QueryDocument, wanted *ast.Value) string {
	found := ""
	in := newInputs(func(path string, value *ast.Value) {
		if value == wanted && found == "" {
			found = path
		}
	})
	for _, op := range doc.Operations {
		in.operation(op)
	}
	for _, fragment := range doc.Fragments {
		in.fragment(fragment)
	}
	return found
}

// inputFrom names the input that a variable of a valid operation fills: by the
// one place where it is used, else by the variable itself.
func inputFrom(op *ast.OperationDefinition, variable string) string {
	var place string
	several := false
	newInputs(func(path string, value *ast.Value) {
		if value.Kind == ast.Variable && value.Raw == variable {
			several = several || place != "" && place != path
			place = path
		}
	}).operation(op)
	if place == "" || several {
		return "$" + variable
	}
	return place
}

func (in *inputs) operation(op *ast.OperationDefinition) {
	for _, variable := range op.VariableDefinitions {
		in.value("$"+variable.Variable, variable.DefaultValue)
	}
	in.directives(op.Directives)
	in.selection(op.SelectionSet)
}

func (in *inputs) fragment(fragment *ast.FragmentDefinition) {
	if fragment == nil || in.seen[fragment] {
		return
	}
	in.seen[fragment] = true
	in.selection(fragment.SelectionSet)
}

func (in *inputs) selection(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			in.arguments(s.Arguments)
			in.directives(s.Directives)
			in.selection(s.SelectionSet)
		case *ast.InlineFragment:
			in.directives(s.Directives)
			in.selection(s.SelectionSet)
		case *ast.FragmentSpread:
			in.directives(s.Directives)
			in.fragment(s.Definition)
		}
	}
}

func (in *inputs) directives(list ast.DirectiveList) {
	for _, directive := range list {
		in.arguments(directive.Arguments)
	}
}

func (in *inputs) arguments(list ast.ArgumentList) {
	for _, argument := range list {
		in.value(argument.Name, argument.Value)
	}
}

func (in *inputs) value(path string, value *ast.Value) {
	if value == nil {
		return
	}
	in.visit(path, value)
	for i, child := range value.Children {
		below := path + "." + child.Name
		if value.Kind == ast.ListValue {
			below = path + "[" + strconv.Itoa(i) + "]"
		}
		in.value(below, child.Value)
	}
}
