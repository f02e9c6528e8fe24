package breadth

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Selects tells a resolver whether below the field that it resolves the field
// at path is asked for, so that it can be read along: "nodes", "region". What a
// condition leaves out counts as asked for.
func Selects(ctx context.Context, path ...string) bool {
	fc := graphql.GetFieldContext(ctx)
	return fc != nil && selects(fc.Field.Selections, path)
}

func selects(set ast.SelectionSet, path []string) bool {
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			if selection.Name == path[0] && (len(path) == 1 || selects(selection.SelectionSet, path[1:])) {
				return true
			}
		case *ast.InlineFragment:
			if selects(selection.SelectionSet, path) {
				return true
			}
		case *ast.FragmentSpread:
			if selects(selection.Definition.SelectionSet, path) {
				return true
			}
		}
	}
	return false
}

// Asked are the names of the fields that are asked for below the field that a
// resolver resolves, or below one of paths. What a condition leaves out counts as
// asked for.
func Asked(ctx context.Context, paths ...[]string) []string {
	names := []string{}
	fc := graphql.GetFieldContext(ctx)
	if fc == nil {
		return names
	}
	if len(paths) == 0 {
		return appendAsked(names, fc.Field.Selections, nil)
	}
	for _, path := range paths {
		names = appendAsked(names, fc.Field.Selections, path)
	}
	return names
}

func appendAsked(names []string, set ast.SelectionSet, path []string) []string {
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			if len(path) == 0 {
				names = append(names, selection.Name)
			} else if selection.Name == path[0] {
				names = appendAsked(names, selection.SelectionSet, path[1:])
			}
		case *ast.InlineFragment:
			names = appendAsked(names, selection.SelectionSet, path)
		case *ast.FragmentSpread:
			names = appendAsked(names, selection.Definition.SelectionSet, path)
		}
	}
	return names
}
