package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"ombudsnetz/internal/ident"
)

// dataPrefix begins every good answer; errors would stand before the data.
const dataPrefix = `{"data":`

// checkAnswer is cheap enough for every request of a round.
func checkAnswer(status int, body []byte) error {
	if status == 200 && bytes.HasPrefix(body, []byte(dataPrefix+"{")) && bytes.HasSuffix(body, []byte("}")) {
		return nil
	}
	return fmt.Errorf("a request failed with status %d: %.300s", status, body)
}

// agree fails unless both answers hold the same values. Ids, instants and
// numbers may be written in either form, and the order of fields is free.
func agree(server, statement []byte) error {
	a, err := dataOf(server)
	if err != nil {
		return err
	}
	b, err := dataOf(statement)
	if err != nil {
		return err
	}
	if at := difference(a, b, "data"); at != "" {
		return fmt.Errorf("the answers differ: %s", at)
	}
	return nil
}

func dataOf(answer []byte) (any, error) {
	var read struct{ Data any }
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()
	err := decoder.Decode(&read)
	return read.Data, err
}

// difference names the first place where a and b differ, empty when they do not.
func difference(a, b any, path string) string {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return fmt.Sprintf("%s has other fields", path)
		}
		for name, value := range a {
			other, ok := b[name]
			if !ok {
				return fmt.Sprintf("%s.%s is missing", path, name)
			}
			if at := difference(value, other, path+"."+name); at != "" {
				return at
			}
		}
		return ""
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return fmt.Sprintf("%s has another length", path)
		}
		for i := range a {
			if at := difference(a[i], b[i], fmt.Sprintf("%s[%d]", path, i)); at != "" {
				return at
			}
		}
		return ""
	}
	if !reflect.DeepEqual(plain(a), plain(b)) {
		return fmt.Sprintf("%s is %v and %v", path, plain(a), plain(b))
	}
	return ""
}

// plain writes a global id as its UUID, an instant in UTC, and a number without
// zeros at its end.
func plain(value any) any {
	if number, ok := value.(json.Number); ok {
		f, err := number.Float64()
		if err != nil {
			return value
		}
		return f
	}
	text, ok := value.(string)
	if !ok {
		return value
	}
	if id, err := ident.Parse(text); err == nil {
		return id.UUID.String()
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at.UTC().Format(time.RFC3339Nano)
	}
	return text
}

// countValues counts the scalars in an answer, null included.
func countValues(data any) int {
	sum := 0
	switch data := data.(type) {
	case map[string]any:
		for _, value := range data {
			sum += countValues(value)
		}
	case []any:
		for _, value := range data {
			sum += countValues(value)
		}
	default:
		sum = 1
	}
	return sum
}

// statementsOf is what the server says an answer has cost.
func statementsOf(answer []byte) (int, error) {
	var told struct {
		Extensions struct {
			Cost struct{ Statements *int }
		}
	}
	if err := json.Unmarshal(answer, &told); err != nil {
		return 0, err
	}
	if told.Extensions.Cost.Statements == nil {
		return 0, fmt.Errorf("the answer does not tell its statements")
	}
	return *told.Extensions.Cost.Statements, nil
}
