package serve

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// newRules is the specification's rule set without suggestions, which would
// tell the schema to those who may not read it, and without quoted values. The
// rules about inputs are our own, so that each finding names the input.
func newRules() *rules.Rules {
	set := rules.NewDefaultRules()
	for _, name := range []string{
		rules.KnownArgumentNamesRule.Name, rules.UniqueArgumentNamesRule.Name, rules.ProvidedRequiredArgumentsRule.Name,
		rules.NoUndefinedVariablesRule.Name, rules.NoUnusedVariablesRule.Name, rules.UniqueVariableNamesRule.Name,
	} {
		set.RemoveRule(name)
	}
	set.AddRule("Arguments", checkArguments)
	set.AddRule("Variables", checkVariables)
	set.ReplaceRule(rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions.RuleFunc)
	set.ReplaceRule(rules.KnownTypeNamesRule.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
	set.ReplaceRule(rules.ScalarLeafsRule.Name, rules.ScalarLeafsRuleWithoutSuggestions.RuleFunc)
	set.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, checkValues)
	for _, rule := range []core.Rule{rules.UniqueInputFieldNamesRule, rules.VariablesInAllowedPositionRule} {
		set.ReplaceRule(rule.Name, blamingTheValue(rule.RuleFunc))
	}
	return set
}

// findings collects what one rule finds. To name an input takes a walk through
// the document, so a rule stops looking when it found more than will be told.
type findings struct {
	add  core.AddErrFunc
	told int
}

func (f *findings) enough() bool { return f.told >= 5*maxFindings }

func (f *findings) about(at *ast.Position, input, message string, args ...any) {
	f.told++
	f.add(core.Message(message, args...), core.At(at), blaming(input))
}

func blaming(input string) core.ErrorOption {
	return func(err *gqlerror.Error) { err.Extensions = map[string]any{"field": input} }
}

// blamingTheValue names the value that a rule about values is looking at.
func blamingTheValue(rule core.RuleFunc) core.RuleFunc {
	return func(observers *core.Events, addError core.AddErrFunc) {
		found := findings{add: addError}
		var current *ast.Value
		var document *ast.QueryDocument
		observers.OnValue(func(walker *core.Walker, value *ast.Value) { current, document = value, walker.Document })
		rule(observers, func(options ...core.ErrorOption) {
			if !found.enough() {
				found.told++
				found.add(append(options, blaming(inputOf(document, current)))...)
			}
		})
	}
}

// checkArguments finds arguments that are unknown, missing or given twice.
func checkArguments(observers *core.Events, addError core.AddErrFunc) {
	found := findings{add: addError}
	check := func(given ast.ArgumentList, known ast.ArgumentDefinitionList, owner string, at *ast.Position) {
		seen := make(map[string]bool, len(given))
		for _, argument := range given {
			switch {
			case seen[argument.Name]:
				found.about(argument.Position, argument.Name, "There can be only one argument named %q.", argument.Name)
			case known.ForName(argument.Name) == nil:
				found.about(argument.Position, argument.Name, "Unknown argument %q on %s.", argument.Name, owner)
			}
			seen[argument.Name] = true
		}
		for _, argument := range known {
			if argument.Type.NonNull && argument.DefaultValue == nil && !seen[argument.Name] {
				found.about(at, argument.Name, "The argument %q of type %q is missing on %s.", argument.Name, argument.Type, owner)
			}
		}
	}
	observers.OnField(func(_ *core.Walker, field *ast.Field) {
		if field.Definition != nil {
			check(field.Arguments, field.Definition.Arguments, "field "+strconv.Quote(field.Name), field.Position)
		}
	})
	observers.OnDirective(func(_ *core.Walker, directive *ast.Directive) {
		if directive.Definition != nil {
			check(directive.Arguments, directive.Definition.Arguments, "directive "+strconv.Quote("@"+directive.Name), directive.Position)
		}
	})
}

// checkVariables finds variables that are used but not defined, defined but not
// used, or defined twice.
func checkVariables(observers *core.Events, addError core.AddErrFunc) {
	found := findings{add: addError}
	observers.OnValue(func(walker *core.Walker, value *ast.Value) {
		if walker.CurrentOperation != nil && value.Kind == ast.Variable && value.VariableDefinition == nil {
			found.about(value.Position, value.String(), "Variable %q is not defined.", value.String())
		}
	})
	observers.OnOperation(func(_ *core.Walker, op *ast.OperationDefinition) {
		seen := make(map[string]bool, len(op.VariableDefinitions))
		for _, variable := range op.VariableDefinitions {
			name := "$" + variable.Variable
			switch {
			case seen[name]:
				found.about(variable.Position, name, "There can be only one variable named %q.", name)
			case !variable.Used:
				found.about(variable.Position, name, "Variable %q is never used.", name)
			}
			seen[name] = true
		}
	})
}

// checkValues finds literals that are not of the type expected. It is the
// counterpart of coerceVariables. Literals of the schema's own scalars are left
// to the code of their types, if Go has a form for them at all.
func checkValues(observers *core.Events, addError core.AddErrFunc) {
	found := findings{add: addError}
	observers.OnValue(func(walker *core.Walker, value *ast.Value) {
		if value.Definition == nil || value.ExpectedType == nil || value.Kind == ast.Variable || found.enough() {
			return
		}
		switch {
		case value.Kind == ast.NullValue && !value.ExpectedType.NonNull:
		case value.Kind == ast.ListValue && value.ExpectedType.Elem != nil:
		case value.Kind == ast.ObjectValue && value.Definition.Kind == ast.InputObject:
			checkFields(walker.Document, value, &found)
		case !literalFits(value):
			input := inputOf(walker.Document, value)
			found.about(value.Position, input, "The value of %q does not fit the expected type %q.", input, value.ExpectedType)
		}
	})
}

func checkFields(document *ast.QueryDocument, object *ast.Value, found *findings) {
	input := ""
	here := func() string {
		if input == "" {
			input = inputOf(document, object)
		}
		return input
	}
	definition := object.Definition
	for _, field := range definition.Fields {
		if field.Type.NonNull && field.DefaultValue == nil && object.Children.ForName(field.Name) == nil {
			missing := here() + "." + field.Name
			found.about(object.Position, missing, "The input %q of type %q is missing.", missing, field.Type)
		}
	}
	for _, field := range object.Children {
		if definition.Fields.ForName(field.Name) == nil {
			unknown := here() + "." + field.Name
			found.about(field.Position, unknown, "Unknown input %q: %s has no such field.", unknown, definition.Name)
		}
	}
	if isOneOf(definition) && (len(object.Children) != 1 || object.Children[0].Value.Kind == ast.NullValue) {
		found.about(object.Position, here(), "The input %q must have exactly one field, and that not null.", here())
	}
}

func isOneOf(definition *ast.Definition) bool { return definition.Directives.ForName("oneOf") != nil }

func literalFits(value *ast.Value) bool {
	text := value.Kind == ast.StringValue || value.Kind == ast.BlockValue
	if value.Definition.Kind == ast.Enum {
		return value.Kind == ast.EnumValue && value.Definition.EnumValues.ForName(value.Raw) != nil
	}
	if _, err := value.Value(nil); err != nil || value.Definition.Kind != ast.Scalar {
		return false
	}
	switch value.Definition.Name {
	case "String":
		return text
	case "ID":
		return text || value.Kind == ast.IntValue
	case "Int":
		_, err := strconv.ParseInt(value.Raw, 10, 32)
		return value.Kind == ast.IntValue && err == nil
	case "Float":
		return value.Kind == ast.IntValue || value.Kind == ast.FloatValue
	case "Boolean":
		return value.Kind == ast.BooleanValue
	default:
		return value.Kind != ast.NullValue
	}
}
