package serve

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// inputOf returns where in the document a value stands, as clients write it:
// "filter.status[0]". Empty when it stands nowhere.
func inputOf(doc *ast.QueryDocument, wanted *ast.Value) string {
	for _, op := range doc.Operations {
		for _, variable := range op.VariableDefinitions {
			if path, found := inputBelow("$"+variable.Variable, variable.DefaultValue, wanted); found {
				return path
			}
		}
		if path, found := inputInArguments(op.Directives, nil, wanted); found {
			return path
		}
		if path, found := inputInSelection(op.SelectionSet, wanted); found {
			return path
		}
	}
	for _, fragment := range doc.Fragments {
		if path, found := inputInSelection(fragment.SelectionSet, wanted); found {
			return path
		}
	}
	return ""
}

func inputInSelection(set ast.SelectionSet, wanted *ast.Value) (string, bool) {
	for _, selection := range set {
		var directives ast.DirectiveList
		var arguments ast.ArgumentList
		var children ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			directives, arguments, children = s.Directives, s.Arguments, s.SelectionSet
		case *ast.InlineFragment:
			directives, children = s.Directives, s.SelectionSet
		case *ast.FragmentSpread:
			directives = s.Directives
		}
		if path, found := inputInArguments(directives, arguments, wanted); found {
			return path, true
		}
		if path, found := inputInSelection(children, wanted); found {
			return path, true
		}
	}
	return "", false
}

func inputInArguments(directives ast.DirectiveList, arguments ast.ArgumentList, wanted *ast.Value) (string, bool) {
	for _, argument := range arguments {
		if path, found := inputBelow(argument.Name, argument.Value, wanted); found {
			return path, true
		}
	}
	for _, directive := range directives {
		for _, argument := range directive.Arguments {
			if path, found := inputBelow(argument.Name, argument.Value, wanted); found {
				return path, true
			}
		}
	}
	return "", false
}

func inputBelow(path string, value, wanted *ast.Value) (string, bool) {
	if value == nil || value == wanted {
		return path, value != nil
	}
	for i, child := range value.Children {
		below := path + "." + child.Name
		if value.Kind == ast.ListValue {
			below = path + "[" + strconv.Itoa(i) + "]"
		}
		if found, ok := inputBelow(below, child.Value, wanted); ok {
			return found, true
		}
	}
	return "", false
}
