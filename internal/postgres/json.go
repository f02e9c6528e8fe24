package postgres

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
)

// JSON holds a json or jsonb column or parameter. A database NULL scans as the
// zero value. Never pass []byte or json.RawMessage instead: the driver sends
// those in binary form, which jsonb refuses.
type JSON[T any] struct{ V T }

// Value implements driver.Valuer.
func (j JSON[T]) Value() (driver.Value, error) {
	text, err := json.Marshal(j.V)
	if err != nil {
		return nil, fmt.Errorf("postgres: %T cannot be written as JSON", j.V)
	}
	return string(text), nil
}

// Scan implements sql.Scanner.
func (j *JSON[T]) Scan(src any) error {
	var text []byte
	switch src := src.(type) {
	case nil:
		*j = JSON[T]{}
		return nil
	case []byte:
		text = src
	case string:
		text = []byte(src)
	default:
		return fmt.Errorf("postgres: a %T is no JSON", src)
	}
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		// The decoder's text may repeat the content.
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return fmt.Errorf("postgres: the JSON in the database does not fit %T at %q", v, wrong.Field)
		}
		return fmt.Errorf("postgres: the JSON in the database does not fit %T", v)
	}
	j.V = v
	return nil
}
