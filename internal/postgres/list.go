package postgres

import (
	"encoding/binary"
	"errors"

	"github.com/lib/pq"
)

// List is a column of type text[] without nulls. An empty list is not nil, so
// that JSON has one too.
type List[T ~string] []T

// ListOf is list without nil.
func ListOf[T ~string](list []T) List[T] {
	if list == nil {
		return List[T]{}
	}
	return List[T](list)
}

// Scan implements sql.Scanner.
func (l *List[T]) Scan(src any) error {
	texts, ok := src.([]string)
	if !ok {
		var array pq.StringArray
		if err := array.Scan(src); err != nil {
			return errors.New("postgres: the value is no list of texts")
		}
		texts = array
	}
	list := make(List[T], len(texts))
	for i, text := range texts {
		list[i] = T(text)
	}
	*l = list
	return nil
}

// texts reads a text[] in Postgres' binary form: the number of dimensions, a flag
// and the type of the elements, length and first index of each dimension, then
// each element behind its length.
func (c column) texts() ([]string, bool) {
	const word, header, dimension = 4, 12, 8
	number := func(at int) int { return int(int32(binary.BigEndian.Uint32(c.data[at:]))) }
	if len(c.data) < header {
		return nil, false
	}
	if number(0) == 0 {
		return []string{}, true
	}
	if number(0) != 1 || len(c.data) < header+dimension {
		return nil, false
	}
	at, n := header+dimension, number(header)
	texts := make([]string, 0, min(max(n, 0), len(c.data)))
	for range n {
		if len(c.data) < at+word {
			return nil, false
		}
		length := number(at)
		at += word
		if length < 0 || len(c.data) < at+length {
			return nil, false
		}
		texts = append(texts, string(c.data[at:at+length]))
		at += length
	}
	return texts, true
}
