package breadth

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The writers of scalars give exactly what gqlgen's marshalers give.

const hexDigits = "0123456789ABCDEF"

// AppendString writes s as a JSON string.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '\\' && c != '"' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		case '\n':
			b = append(b, '\\', 'n')
		case '\\', '"':
			b = append(b, '\\', c)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
	}
	return append(append(b, s[start:]...), '"')
}

// AppendInt writes a whole number.
func AppendInt(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) }

// AppendBool writes true or false.
func AppendBool(b []byte, v bool) []byte { return strconv.AppendBool(b, v) }

// unwritable is what a writer panics with when a value can't be written: the
// error of a field, found where panics are contained. It is so rare that writers
// need no other way to tell.
type unwritable struct{ err error }

var errNoNumber = errors.New("cannot marshal infinite no NaN float values")

// AppendFloat writes a number. What JSON has no number for is an error.
func AppendFloat(b []byte, f float64) ([]byte, bool) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		panic(unwritable{errNoNumber})
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64), true
}

// AppendTime writes an instant as RFC 3339 does; false for the zero time.
func AppendTime(b []byte, t time.Time) ([]byte, bool) {
	if t.IsZero() {
		return b, false
	}
	b = append(b, '"')
	b = t.AppendFormat(b, time.RFC3339Nano)
	return append(b, '"'), true
}

// leafContext collects no errors: the first one ends the writing of its value.
var leafContext = graphql.WithFieldContext( //nolint:gochecknoglobals // nothing changes it
	graphql.WithResponseContext(context.Background(), func(_ context.Context, err error) *gqlerror.Error { panic(unwritable{err}) }, nil),
	&graphql.FieldContext{},
)

// LeafContext is the context for gqlgen's functions that marshal leaves.
func LeafContext() context.Context { return leafContext }

// AppendMarshaler writes what has no writer of its own.
func AppendMarshaler(b []byte, m graphql.Marshaler) ([]byte, bool) {
	if m == nil || m == graphql.Null {
		return b, false
	}
	var buffer bytes.Buffer
	m.MarshalGQL(&buffer)
	return append(b, buffer.Bytes()...), buffer.String() != "null"
}

// Pointer returns a pointer to v: objects are gathered by pointer.
func Pointer[T any](v T) *T { return new(v) }

// Pointers returns pointers to the elements of values; nil stays nil.
func Pointers[T any](values []T) []*T {
	if values == nil {
		return nil
	}
	pointers := make([]*T, len(values))
	for i := range values {
		pointers[i] = &values[i]
	}
	return pointers
}
