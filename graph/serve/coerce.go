package serve

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ombudsnetz/internal/fault"
)

// coerceVariables reads the variables of an operation as the specification
// asks, and no laxer: a number is no text, a text no number, and an Int has 32
// bits. Values of the schema's own scalars are left to the code of their types.
// What is wrong is told of every input at once; no message repeats a value.
func coerceVariables(schema *ast.Schema, op *ast.OperationDefinition, given map[string]any, limits Limits) (map[string]any, gqlerror.List) {
	c := coercer{schema: schema, op: op, listLength: limits.ListLength}
	variables := make(map[string]any, len(op.VariableDefinitions))
	for _, definition := range op.VariableDefinitions {
		at := &place{name: definition.Variable}
		value, present := given[definition.Variable]
		switch {
		case present:
			variables[definition.Variable] = c.value(definition.Type, value, at)
		case definition.DefaultValue != nil:
			variables[definition.Variable] = valid(definition.DefaultValue)
		case definition.Type.NonNull:
			c.blame(at, isMissing())
		}
	}
	// Others are ignored, but may not hold what no value may hold.
	for name, value := range given {
		if op.VariableDefinitions.ForName(name) == nil {
			c.opaque(value, &place{name: name})
		}
	}
	return variables, c.found
}

type coercer struct {
	schema     *ast.Schema
	op         *ast.OperationDefinition
	listLength int
	found      gqlerror.List
}

// place is where a value stands below a variable.
type place struct {
	within *place
	name   string // of the variable or field; empty for an item of a list
	index  int
}

func (c *coercer) path(at *place) string {
	switch {
	case at.within == nil && c.op.VariableDefinitions.ForName(at.name) == nil:
		return "variables" // the name is the client's own text
	case at.within == nil:
		return inputFrom(c.op, at.name)
	case at.name == "":
		return c.path(at.within) + "[" + strconv.Itoa(at.index) + "]"
	default:
		return c.path(at.within) + "." + at.name
	}
}

func (c *coercer) blame(at *place, text fault.Text) {
	if len(c.found) < maxFindings {
		c.found = append(c.found, (&refusal{cause: fault.Invalid(c.path(at), text)}).list()...)
	}
}

func (c *coercer) value(typ *ast.Type, given any, at *place) any {
	if flaw, flawed := given.(flaw); flawed {
		c.blame(at, flaw.text)
		return nil
	}
	if given == nil {
		if typ.NonNull {
			c.blame(at, isNull())
		}
		return nil
	}
	if typ.Elem != nil {
		return c.list(typ.Elem, given, at)
	}
	switch definition := c.schema.Types[typ.NamedType]; definition.Kind {
	case ast.Enum:
		return c.enum(definition, given, at)
	case ast.InputObject:
		return c.object(definition, given, at)
	default:
		return c.scalar(definition.Name, given, at)
	}
}

func (c *coercer) list(item *ast.Type, given any, at *place) []any {
	list, ok := given.([]any)
	if !ok {
		return []any{c.value(item, given, at)}
	}
	if c.tooLong(list, at) {
		return nil
	}
	values := make([]any, len(list))
	for i := range list {
		values[i] = c.value(item, list[i], &place{within: at, index: i})
	}
	return values
}

func (c *coercer) tooLong(list []any, at *place) bool {
	if len(list) <= c.listLength {
		return false
	}
	if len(c.found) < maxFindings {
		c.found = append(c.found, exceeded("listLength", len(list), c.listLength).of(c.path(at)).list()...)
	}
	return true
}

func (c *coercer) enum(definition *ast.Definition, given any, at *place) any {
	if name, ok := given.(string); ok && definition.EnumValues.ForName(name) != nil {
		return name
	}
	c.blame(at, mustBe("a value of "+definition.Name, "ein Wert von "+definition.Name))
	return nil
}

func (c *coercer) object(definition *ast.Definition, given any, at *place) map[string]any {
	fields, ok := given.(map[string]any)
	if !ok {
		c.blame(at, mustBe("an object of type "+definition.Name, "ein Objekt vom Typ "+definition.Name))
		return nil
	}
	object := make(map[string]any, len(definition.Fields))
	for _, field := range definition.Fields {
		value, present := fields[field.Name]
		switch {
		case present:
			object[field.Name] = c.value(field.Type, value, &place{within: at, name: field.Name})
		case field.DefaultValue != nil:
			object[field.Name] = valid(field.DefaultValue)
		case field.Type.NonNull:
			c.blame(&place{within: at, name: field.Name}, isMissing())
		}
	}
	for name := range fields {
		if definition.Fields.ForName(name) == nil {
			// The name is the client's own text.
			c.blame(at, fault.Text{
				EN: "has a field that " + definition.Name + " does not know",
				DE: "hat ein Feld, das " + definition.Name + " nicht kennt",
			})
			break
		}
	}
	if isOneOf(definition) && !hasOne(fields) {
		c.blame(at, fault.Text{
			EN: "must have exactly one field, and that not null",
			DE: "muss genau ein Feld haben, und dieses nicht null",
		})
	}
	return object
}

func hasOne(fields map[string]any) bool {
	for _, value := range fields {
		return len(fields) == 1 && value != nil
	}
	return false
}

func (c *coercer) scalar(name string, given any, at *place) any {
	switch name {
	case "String":
		if text, ok := given.(string); ok {
			return c.text(text, at)
		}
		c.blame(at, mustBe("a text", "ein Text"))
	case "ID":
		if text, ok := given.(string); ok {
			return c.text(text, at)
		}
		if n, ok := integer(given); ok {
			return strconv.FormatInt(n, 10)
		}
		c.blame(at, mustBe("a text or an integer", "ein Text oder eine ganze Zahl"))
	case "Int":
		if n, ok := integer(given); ok && n >= math.MinInt32 && n <= math.MaxInt32 {
			return n
		}
		c.blame(at, mustBe("an integer of 32 bits", "eine ganze Zahl mit 32 Bit"))
	case "Float":
		if n, ok := decimal(given); ok {
			return n
		}
		c.blame(at, mustBe("a number", "eine Zahl"))
	case "Boolean":
		if truth, ok := given.(bool); ok {
			return truth
		}
		c.blame(at, mustBe("true or false", "true oder false"))
	default:
		c.opaque(given, at)
		return given
	}
	return nil
}

func (c *coercer) text(text string, at *place) string {
	if strings.IndexByte(text, 0) >= 0 {
		c.blame(at, holdsNUL())
	}
	return text
}

// opaque refuses in a value that the schema does not describe what no value may
// hold: a flaw, U+0000, a list that is too long. It reports whether it did.
func (c *coercer) opaque(given any, at *place) bool {
	switch given := given.(type) {
	case flaw:
		c.blame(at, given.text)
		return true
	case string:
		if strings.IndexByte(given, 0) >= 0 {
			c.blame(at, holdsNUL())
			return true
		}
	case []any:
		if c.tooLong(given, at) {
			return true
		}
		for _, item := range given {
			if c.opaque(item, at) {
				return true
			}
		}
	case map[string]any:
		for name, value := range given {
			if c.opaque(name, at) || c.opaque(value, at) {
				return true
			}
		}
	}
	return false
}

// integer reads a whole number in any spelling, 1.0 and 1e2 included.
func integer(given any) (int64, bool) {
	if text, ok := given.(json.Number); ok {
		if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
			return n, true
		}
	}
	n, ok := decimal(given)
	return int64(n), ok && n == math.Trunc(n) && math.Abs(n) < 1<<63
}

// decimal reads a number as JSON gives it, or Go code that fills variables.
func decimal(given any) (float64, bool) {
	switch n := given.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(string(n), 64)
		return f, err == nil
	case float64:
		return n, !math.IsInf(n, 0) && !math.IsNaN(n)
	case int64:
		return float64(n), true
	case int:
		return float64(n), true
	}
	return 0, false
}

// valid is the value of a default, which validation has found to be of its type.
func valid(literal *ast.Value) any {
	value, _ := literal.Value(nil)
	return value
}

func mustBe(en, de string) fault.Text {
	return fault.Text{EN: "must be " + en, DE: "muss " + de + " sein"}
}

func isMissing() fault.Text { return fault.Text{EN: "is missing", DE: "fehlt"} }

func isNull() fault.Text {
	return fault.Text{EN: "must not be null", DE: "darf nicht null sein"}
}

func holdsNUL() fault.Text {
	return fault.Text{
		EN: "holds the character U+0000, which no text may hold",
		DE: "enthält das Zeichen U+0000, das kein Text enthalten darf",
	}
}
