package main

import (
	_ "embed"
	"fmt"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/vektah/gqlparser/v2/ast"
)

// tables is the gqlgen plugin that writes the field tables.
type tables struct{}

// Name implements plugin.Plugin.
func (tables) Name() string { return "breadth" }

//go:embed tables.gotpl
var tablesTemplate string

// GenerateCode implements plugin.CodeGenerator.
func (tables) GenerateCode(data *codegen.Data) error {
	if err := check(data); err != nil {
		return err
	}
	return templates.Render(templates.Options{
		PackageName:     data.Config.Exec.Package,
		Filename:        filepath.Join(data.Config.Exec.Dir(), "breadth.generated.go"),
		Template:        tablesTemplate,
		Data:            &writer{data: data},
		GeneratedHeader: true,
		Packages:        data.Config.Packages,
	})
}

// writer is what the template works with.
type writer struct {
	data *codegen.Data
}

// Objects are the object types of the schema, the language's own left out.
func (w *writer) Objects() []*codegen.Object {
	return slices.DeleteFunc(slices.Clone(w.data.Objects), func(o *codegen.Object) bool {
		return strings.HasPrefix(o.Name, "__") || o.Stream
	})
}

// Fields are the fields of an object, the language's own left out.
func (w *writer) Fields(o *codegen.Object) []*codegen.Field {
	return slices.DeleteFunc(slices.Clone(o.Fields), func(f *codegen.Field) bool { return strings.HasPrefix(f.Name, "__") })
}

// check refuses what the executor does not serve, so that no difference to
// gqlgen's executor goes unnoticed.
func check(data *codegen.Data) error {
	for _, location := range []string{"QUERY", "MUTATION", "FIELD"} {
		for _, d := range data.AllDirectives.LocationDirectives(location) {
			return fmt.Errorf("@%s runs on %s of requests: set skip_runtime in gqlgen.yml", d.Name, location)
		}
	}
	w := &writer{data: data}
	for _, object := range w.Objects() {
		if err := w.check(object); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) check(o *codegen.Object) error {
	if !o.Root && !isStruct(deref(o.Type)) {
		return fmt.Errorf("%s is bound to %s: bind it to a struct", o.Name, o.Type)
	}
	for _, f := range w.Fields(o) {
		name := o.Name + "." + f.Name
		switch {
		case f.IsResolver && !o.Root && !f.IsBatch():
			return fmt.Errorf("%s has a resolver for single parents: resolver.batch must be enabled in gqlgen.yml", name)
		case !o.Root && len(f.ImplDirectives()) > 0:
			return fmt.Errorf("%s has a directive that runs: only root fields may have one, set skip_runtime in gqlgen.yml", name)
		case f.IsResolver:
		case o.Root:
			return fmt.Errorf("%s is a root field without a resolver", name)
		case f.IsMap():
			return fmt.Errorf("%s is read from a map: bind it to a struct", name)
		case f.MethodHasContext || (f.IsMethod() && !f.NoErr) || f.VOkFunc || f.HasHaser:
			return fmt.Errorf("%s is bound to a method with a context or an error: make it a resolver in gqlgen.yml", name)
		case len(f.Args) > 0:
			return fmt.Errorf("%s has arguments but no resolver: make it one in gqlgen.yml", name)
		}
		if err := servable(f.TypeReference); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// Go is the Go type of an object's values, without a pointer.
func (w *writer) Go(o *codegen.Object) string {
	if o.Root {
		return "breadth.Root"
	}
	return typeName(deref(o.Type))
}

// IsLeaf tells whether a field is one value that is read from the struct.
func (w *writer) IsLeaf(f *codegen.Field) bool {
	return !f.IsResolver && isScalar(f.TypeReference) && !f.TypeReference.IsSlice()
}

// Leaf is the body of the function that writes a leaf of o to b.
func (w *writer) Leaf(f *codegen.Field) string { return w.appendValue(f.TypeReference, access(f)) }

// Value is the type of a field's values.
func (w *writer) Value(f *codegen.Field) string { return typeName(elementType(f.TypeReference)) }

// Get is the body of the function that reads a field of o as Value.
func (w *writer) Get(f *codegen.Field) string {
	return "return " + convert(f.TypeReference.GO, access(f))
}

// Below is the expression for what the values of a field are.
func (w *writer) Below(f *codegen.Field) string { return w.below(f.TypeReference) }

// NonNull tells whether a field must not be null.
func (w *writer) NonNull(f *codegen.Field) bool { return f.TypeReference.GQL.NonNull }

// Result turns the results of a resolver into values.
func (w *writer) Result(f *codegen.Field) string { return convert(f.TypeReference.GO, "value") }

// Converts tells whether Result does more than pass on.
func (w *writer) Converts(f *codegen.Field) bool { return w.Result(f) != "value" }

// access is the expression that reads a field of o.
func access(f *codegen.Field) string {
	if f.IsMethod() {
		return "o." + f.GoFieldName + "()"
	}
	return "o." + f.GoFieldName
}

func isScalar(ref *config.TypeReference) bool {
	return ref.Definition.Kind == ast.Scalar || ref.Definition.Kind == ast.Enum
}

// elementType is the Go type in which values of ref are gathered: objects by
// pointer, everything else as it is bound.
func elementType(ref *config.TypeReference) types.Type { return gathered(ref.GO, ref) }

func gathered(t types.Type, ref *config.TypeReference) types.Type {
	if slice, ok := t.(*types.Slice); ok {
		return types.NewSlice(gathered(slice.Elem(), ref))
	}
	if ref.Definition.Kind == ast.Object {
		return types.NewPointer(deref(t))
	}
	return t
}

// convert is the expression that makes what is gathered of what is bound.
func convert(t types.Type, value string) string {
	switch t := t.(type) {
	case *types.Slice:
		if isStruct(t.Elem()) {
			return "breadth.Pointers(" + value + ")"
		}
	default:
		if isStruct(t) && !isMarshaler(t) {
			return "breadth.Pointer(" + value + ")"
		}
	}
	return value
}

// servable refuses types of values that have no breadth.Below.
func servable(ref *config.TypeReference) error {
	if ref.GQL.Elem != nil {
		slice, ok := ref.GO.(*types.Slice)
		if !ok {
			return fmt.Errorf("a list must be a slice in Go, not %s", ref.GO)
		}
		if inner, nested := slice.Elem().(*types.Slice); nested && isStruct(inner.Elem()) {
			return fmt.Errorf("lists of lists must hold pointers, not %s", inner.Elem())
		}
		return servable(ref.Elem())
	}
	switch ref.Definition.Kind {
	case ast.Object:
		if ref.IsRoot {
			return fmt.Errorf("%s can't be answered by a field", ref.Definition.Name)
		}
		return nil
	case ast.Interface, ast.Union, ast.Scalar, ast.Enum:
		return nil
	default:
		return fmt.Errorf("values of kind %s can't be answered", ref.Definition.Kind)
	}
}

// below is the expression of a breadth.Below for values of ref.
func (w *writer) below(ref *config.TypeReference) string {
	if ref.GQL.Elem != nil {
		return fmt.Sprintf("breadth.List(%t, %t, %s)", !ref.GQL.NonNull, ref.GQL.Elem.NonNull, w.below(ref.Elem()))
	}
	switch ref.Definition.Kind {
	case ast.Object:
		return "breadth.Object(t." + ref.Definition.Name + ")"
	case ast.Interface, ast.Union:
		return "t." + templates.LcFirst(ref.Definition.Name) + "()"
	default:
		return fmt.Sprintf("breadth.Scalar(func(b []byte, v %s) ([]byte, bool) { %s })", typeName(ref.GO), w.appendValue(ref, "v"))
	}
}

// appendValue is a function body that appends value to b.
func (w *writer) appendValue(ref *config.TypeReference, value string) string {
	if pointer, ok := ref.GO.(*types.Pointer); ok {
		if body, ok := appendBasic(ref, pointer.Elem(), "*p"); ok {
			return fmt.Sprintf("p := %s; if p == nil { return b, false }; %s", value, body)
		}
	} else if body, ok := appendBasic(ref, ref.GO, value); ok {
		return body
	}
	// What has no writer of its own goes through gqlgen's marshaler.
	return fmt.Sprintf("return breadth.AppendMarshaler(b, (*executionContext)(nil).%s(breadth.LeafContext(), nil, %s))", ref.MarshalFunc(), value)
}

// appendBasic is a function body for the types that are written without an
// allocation: those with AppendGQL, and those of the marshalers of gqlgen's that
// the writers of package breadth copy. False for all others.
func appendBasic(ref *config.TypeReference, t types.Type, value string) (string, bool) {
	if hasAppend(t) {
		return "return (" + value + ").AppendGQL(b), true", true
	}
	if ref.IsMarshaler || ref.HasEnumValues() || ref.Marshaler == nil || ref.Marshaler.Pkg() == nil ||
		ref.Marshaler.Pkg().Path() != "github.com/99designs/gqlgen/graphql" {
		return "", false
	}
	switch ref.Marshaler.Name() {
	case "MarshalString", "MarshalID":
		return "return breadth.AppendString(b, string(" + value + ")), true", true
	case "MarshalBoolean":
		return "return breadth.AppendBool(b, bool(" + value + ")), true", true
	case "MarshalInt", "MarshalInt8", "MarshalInt16", "MarshalInt32", "MarshalInt64":
		return "return breadth.AppendInt(b, int64(" + value + ")), true", true
	case "MarshalFloat", "MarshalFloatContext":
		return "return breadth.AppendFloat(b, float64(" + value + "))", true
	case "MarshalTime":
		return "return breadth.AppendTime(b, " + value + ")", true
	default:
		return "", false
	}
}

// hasAppend tells whether t has the method AppendGQL([]byte) []byte.
func hasAppend(t types.Type) bool {
	method, _, _ := types.LookupFieldOrMethod(t, true, nil, "AppendGQL")
	f, ok := method.(*types.Func)
	return ok && f.Signature().Params().Len() == 1 && f.Signature().Results().Len() == 1
}

func isMarshaler(t types.Type) bool {
	method, _, _ := types.LookupFieldOrMethod(t, true, nil, "MarshalGQL")
	return method != nil
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

func deref(t types.Type) types.Type {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		return pointer.Elem()
	}
	return t
}

func typeName(t types.Type) string { return templates.CurrentImports.LookupType(t) }

// Interfaces are the interfaces and unions that fields answer with.
func (w *writer) Interfaces() []*codegen.Interface {
	used := map[string]bool{}
	for _, o := range w.Objects() {
		for _, f := range w.Fields(o) {
			used[f.TypeReference.Definition.Name] = true
		}
	}
	var found []*codegen.Interface
	for name, i := range w.data.Interfaces {
		if used[name] {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b *codegen.Interface) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// Type is the Go type of an interface's values.
func (w *writer) Type(i *codegen.Interface) string { return typeName(i.Type) }

// branch is an implementor of an interface.
type branch struct {
	Name string
	// Go is the Go type of its values, without a pointer.
	Go string
	// ByValue and ByPointer tell how an interface may hold them.
	ByValue, ByPointer bool
}

// Branches are the implementors of an interface, each once: gqlgen lists a type
// twice that implements it by value.
func (w *writer) Branches(i *codegen.Interface) []*branch {
	var branches []*branch
	known := map[string]*branch{}
	for _, c := range i.Implementors {
		b := known[c.Name]
		if b == nil {
			b = &branch{Name: c.Name, Go: typeName(deref(c.Type))}
			known[c.Name] = b
			branches = append(branches, b)
		}
		_, pointer := types.Unalias(c.Type).(*types.Pointer)
		b.ByPointer = b.ByPointer || pointer
		b.ByValue = b.ByValue || !pointer
	}
	return branches
}

// HasDirectives tells whether directives run around the resolver of a root field.
func (w *writer) HasDirectives(f *codegen.Field) bool { return len(f.ImplDirectives()) > 0 }

// Mutation tells whether the schema has mutations.
func (w *writer) Mutation() bool { return w.data.MutationRoot != nil }
