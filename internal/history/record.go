package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/google/uuid"

	"ombudsnetz/internal/ident"
)

// Record is the state of a record before or after a change: its fields, and the
// items of its lists. The zero value is a record that did not exist.
type Record struct {
	fields []field
	items  []item
	err    error
}

type field struct {
	name  string
	value Value
}

// item is an entry of a list that is known by its key, wherever it stands.
type item struct {
	key    string
	fields []field
}

// Add adds the fields of a row, a struct with db tags: region_id becomes
// regionId. The tag history:"-" leaves a field out, history:"reg" says that it
// holds UUIDs of regions.
func (r *Record) Add(row any) { r.fields = append(r.fields, r.read(row)...) }

// AddItem adds an entry of a list. key tells it from the others, before and
// after the change alike: "sites.sit_01h455vb4pex5vsknk084sn02q". Its fields are
// those of all rows.
func (r *Record) AddItem(key string, rows ...any) {
	var fields []field
	for _, row := range rows {
		fields = append(fields, r.read(row)...)
	}
	r.items = append(r.items, item{key: key, fields: fields})
}

func (r *Record) read(row any) []field {
	value := reflect.Indirect(reflect.ValueOf(row))
	var fields []field
	for f, v := range value.Fields() {
		name, kind := f.Tag.Get("db"), f.Tag.Get("history")
		if name == "" || name == "-" || kind == "-" {
			continue
		}
		text, err := valueOf(v, ident.Kind(kind))
		if err != nil && r.err == nil {
			r.err = fmt.Errorf("history of the field %s: %w", name, err)
		}
		fields = append(fields, field{name: camel(name), value: text})
	}
	return fields
}

func camel(name string) string {
	words := strings.Split(name, "_")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

func valueOf(v reflect.Value, kind ident.Kind) (Value, error) {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return Value("null"), nil
	}
	content := reflect.Indirect(v).Interface()
	if key, is := content.(uuid.UUID); is && kind != "" {
		content = ident.ID{Kind: kind, UUID: key}.String()
	}
	return json.Marshal(content)
}

// Diff returns what changed from before to after.
func Diff(before, after Record) ([]FieldChange, error) {
	if err := errors.Join(before.err, after.err); err != nil {
		return nil, err
	}
	changes := differences("", before.fields, after.fields)
	remaining := make(map[string][]field, len(before.items))
	for _, i := range before.items {
		remaining[i.key] = i.fields
	}
	for _, i := range after.items {
		was, present := remaining[i.key]
		delete(remaining, i.key)
		if present {
			changes = append(changes, differences(i.key+".", was, i.fields)...)
			continue
		}
		changes = append(changes, FieldChange{Field: i.key, Before: Value("null"), After: object(i.fields)})
	}
	for _, i := range before.items {
		if _, gone := remaining[i.key]; gone {
			changes = append(changes, FieldChange{Field: i.key, Before: object(i.fields), After: Value("null")})
		}
	}
	return changes, nil
}

func differences(prefix string, before, after []field) []FieldChange {
	was := make(map[string]Value, len(before))
	for _, f := range before {
		was[f.name] = f.value
	}
	changes := []FieldChange{}
	for _, f := range after {
		old, known := was[f.name]
		if !known {
			old = Value("null")
		}
		if !bytes.Equal(old, f.value) {
			changes = append(changes, FieldChange{Field: prefix + f.name, Before: old, After: f.value})
		}
	}
	return changes
}

// object is an item as a JSON object.
func object(fields []field) Value {
	text := []byte{'{'}
	for i, f := range fields {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, '"')
		text = append(text, f.name...)
		text = append(text, '"', ':')
		text = append(text, f.value...)
	}
	return append(text, '}')
}

// Value is a value as JSON, the GraphQL scalar JSON.
type Value []byte

// MarshalJSON writes v as it is.
func (v Value) MarshalJSON() ([]byte, error) { return v, nil }

// UnmarshalJSON keeps text as it is.
func (v *Value) UnmarshalJSON(text []byte) error {
	*v = append((*v)[:0], text...)
	return nil
}

// MarshalGQL writes v as it is.
func (v Value) MarshalGQL(w io.Writer) { _, _ = w.Write(v) }

// AppendGQL appends v as it is.
func (v Value) AppendGQL(b []byte) []byte { return append(b, v...) }

// UnmarshalGQL keeps an input as JSON.
func (v *Value) UnmarshalGQL(input any) error {
	text, err := json.Marshal(input)
	*v = text
	return err
}
