package postgres

import (
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq/oid"

	"ombudsnetz/internal/civil"
)

// A row can come as one value, in the binary form of Postgres' record_send:
//
//	int32 number of columns, then for each: int32 type, int32 length (-1 is
//	null), so many bytes
//
// lib/pq makes one or two values of Go for each column of a row, and database/sql
// converts each once more. A record is one value, and its fields are read straight
// into the struct (ADR 11).

// recorded is query with each row as one record. A subquery that is sorted keeps
// its order, as Postgres does not pull it up.
func recorded(query string) string { return "SELECT record_send(rec) FROM (" + query + ") AS rec" }

// record is one row as record_send gives it.
type record struct {
	data []byte
	at   int
}

var errRecord = errors.New("postgres: a record does not have the form that is expected")

// begin starts with a row and checks that it has so many columns.
func (r *record) begin(data []byte, columns int) error {
	*r = record{data: data}
	n, err := r.int32()
	if err == nil && int(n) != columns {
		return errRecord
	}
	return err
}

func (r *record) int32() (int32, error) {
	if len(r.data)-r.at < 4 {
		return 0, errRecord
	}
	n := int32(binary.BigEndian.Uint32(r.data[r.at:]))
	r.at += 4
	return n, nil
}

// next returns the next column.
func (r *record) next() (column, error) {
	kind, err := r.int32()
	if err != nil {
		return column{}, err
	}
	length, err := r.int32()
	if err != nil {
		return column{}, err
	}
	if length < 0 {
		return column{null: true, kind: oid.Oid(kind)}, nil
	}
	begin, end := r.at, r.at+int(length)
	if end > len(r.data) {
		return column{}, errRecord
	}
	r.at = end
	return column{kind: oid.Oid(kind), data: r.data[begin:end]}, nil
}

// column is one value of a record.
type column struct {
	null bool
	kind oid.Oid
	data []byte
}

// mismatch is a column that does not fit its field. It tells no value.
type mismatch struct {
	kind oid.Oid
	into reflect.Type
	null bool
}

func (m *mismatch) Error() string {
	if m.null {
		return fmt.Sprintf("null does not fit %s", m.into)
	}
	return fmt.Sprintf("a value of type %s does not fit %s", oid.TypeName[m.kind], m.into)
}

func (c column) misfit(place any) error {
	return &mismatch{kind: c.kind, into: reflect.TypeOf(place).Elem(), null: c.null}
}

func (c column) isText() bool {
	switch c.kind {
	case oid.T_text, oid.T_varchar, oid.T_bpchar, oid.T_name, oid.T_unknown:
		return true
	default:
		return false
	}
}

func (c column) uuid() (id uuid.UUID, ok bool) {
	return id, c.kind == oid.T_uuid && copy(id[:], c.data) == len(c.data)
}

func (c column) int() (int64, bool) {
	switch {
	case c.kind == oid.T_int4 && len(c.data) == 4:
		return int64(int32(binary.BigEndian.Uint32(c.data))), true
	case c.kind == oid.T_int8 && len(c.data) == 8:
		return int64(binary.BigEndian.Uint64(c.data)), true
	case c.kind == oid.T_int2 && len(c.data) == 2:
		return int64(int16(binary.BigEndian.Uint16(c.data))), true
	}
	return 0, false
}

func (c column) bool() (value, ok bool) {
	if c.kind != oid.T_bool || len(c.data) != 1 {
		return false, false
	}
	return c.data[0] != 0, true
}

func (c column) float() (float64, bool) {
	switch {
	case c.kind == oid.T_float8 && len(c.data) == 8:
		return math.Float64frombits(binary.BigEndian.Uint64(c.data)), true
	case c.kind == oid.T_numeric:
		text, ok := numeric(c.data)
		if !ok {
			return 0, false
		}
		value, err := strconv.ParseFloat(text, 64)
		return value, err == nil
	}
	whole, ok := c.int()
	return float64(whole), ok
}

// numeric is the text of a numeric: four decimal digits in each int16, the first
// of them weighing 10000 to the power of weight.
func numeric(data []byte) (string, bool) {
	const header, negative = 8, 0x4000
	if len(data) < header {
		return "", false
	}
	part := func(i int) int { return int(binary.BigEndian.Uint16(data[2*i:])) }
	digits, weight, sign := part(0), int(int16(part(1))), part(2)
	if len(data) != header+2*digits || sign != 0 && sign != negative {
		return "", false // infinity and NaN are no numbers here
	}
	text := make([]byte, 0, 32) // enough for most, and then on the stack
	if sign == negative {
		text = append(text, '-')
	}
	text = append(text, '0')
	for i := range digits {
		n := part(header/2 + i)
		text = append(text, byte('0'+n/1000), byte('0'+n/100%10), byte('0'+n/10%10), byte('0'+n%10))
	}
	// The digits are a whole number of so many powers of 10000.
	text = append(text, 'e')
	return string(strconv.AppendInt(text, int64(4*(weight-digits+1)), 10)), true
}

// epoch is day and instant zero of Postgres, 1 January 2000, in seconds of Unix.
const epoch = 946_684_800

func (c column) time() (time.Time, bool) {
	if c.kind != oid.T_timestamptz && c.kind != oid.T_timestamp || len(c.data) != 8 {
		day, ok := c.day()
		return day, ok
	}
	micros := int64(binary.BigEndian.Uint64(c.data))
	if micros == math.MaxInt64 || micros == math.MinInt64 {
		return time.Time{}, false // infinity
	}
	return time.Unix(epoch+floor(micros, 1e6), (micros-floor(micros, 1e6)*1e6)*1e3).UTC(), true
}

// floor divides and rounds down.
func floor(n, by int64) int64 {
	whole := n / by
	if n%by < 0 {
		whole--
	}
	return whole
}

func (c column) day() (time.Time, bool) {
	if c.kind != oid.T_date || len(c.data) != 4 {
		return time.Time{}, false
	}
	days := int32(binary.BigEndian.Uint32(c.data))
	if days == math.MaxInt32 || days == math.MinInt32 {
		return time.Time{}, false // infinity
	}
	const day = 24 * 60 * 60
	return time.Unix(epoch+int64(days)*day, 0).UTC(), true
}

func (c column) date() (civil.Date, bool) {
	day, ok := c.day()
	return civil.Of(day), ok
}

// value is what lib/pq would give for the column, for fields that scan
// themselves; a list of texts comes as one.
func (c column) value() (driver.Value, bool) {
	switch c.kind {
	case oid.T_bytea, oid.T_json:
		return append([]byte{}, c.data...), true
	case oid.T_jsonb:
		const version = 1
		if len(c.data) == 0 || c.data[0] != version {
			return nil, false
		}
		return append([]byte{}, c.data[1:]...), true
	case oid.T_uuid:
		id, ok := c.uuid()
		return []byte(id.String()), ok
	case oid.T_bool:
		return asValue(c.bool())
	case oid.T_int2, oid.T_int4, oid.T_int8:
		return asValue(c.int())
	case oid.T_float8:
		return asValue(c.float())
	case oid.T_date, oid.T_timestamp, oid.T_timestamptz:
		return asValue(c.time())
	case oid.T__text:
		return asValue(c.texts())
	default:
		return string(c.data), c.isText()
	}
}

func asValue[V any](value V, ok bool) (driver.Value, bool) { return value, ok }

// recordable tells whether the columns of a type, as lib/pq names it, can be
// read from a record. A float4 can't: its shortest text differs between Postgres
// and Go.
func recordable(typeName string) bool {
	switch typeName {
	case "TEXT", "VARCHAR", "BPCHAR", "NAME", "UUID", "INT2", "INT4", "INT8", "BOOL", "FLOAT8", "NUMERIC",
		"DATE", "TIMESTAMP", "TIMESTAMPTZ", "JSON", "JSONB", "BYTEA", "_TEXT":
		return true
	}
	return false
}

// reader puts the columns of a row into the fields of a struct, one row after
// another. What fields point to is made in blocks.
type reader struct {
	text    texts
	strings slab[string]
	uuids   slab[uuid.UUID]
	ints    slab[int]
	floats  slab[float64]
	bools   slab[bool]
	times   slab[time.Time]
	dates   slab[civil.Date]
}

// slab makes values that are pointed to.
type slab[V any] struct{ free []V }

func (s *slab[V]) of(v V) *V {
	if len(s.free) == cap(s.free) {
		s.free = make([]V, 0, min(max(4, 2*cap(s.free)), largestBlock))
	}
	s.free = append(s.free, v)
	return &s.free[len(s.free)-1]
}

// texts makes strings, many in one piece of memory.
type texts struct {
	chunk strings.Builder
	size  int
}

// largestChunk bounds what one string that is kept keeps with it.
const largestChunk = 4096

func (t *texts) of(data []byte) string {
	if t.chunk.Cap()-t.chunk.Len() < len(data) {
		t.size = min(max(256, 2*t.size), largestChunk)
		t.chunk.Reset()
		t.chunk.Grow(max(len(data), t.size))
	}
	begin := t.chunk.Len()
	t.chunk.Write(data)
	return t.chunk.String()[begin:]
}

// readable tells whether a reader knows how to fill place; place is a pointer to
// the field.
func readable(place any) bool {
	switch place.(type) {
	case *string, *uuid.UUID, *int, *float64, *bool, *time.Time, *civil.Date,
		**string, **uuid.UUID, **int, **float64, **bool, **time.Time, **civil.Date, *optionalText, sql.Scanner:
		return true
	}
	return false
}

// optionalText is a field that points to a string of a named type.
type optionalText struct{ field reflect.Value }

func (o *optionalText) set(text string) {
	value := reflect.New(o.field.Type().Elem())
	value.Elem().SetString(text)
	o.field.Set(value)
}

func (r *reader) read(c column, place any) error {
	if c.null {
		return setNull(c, place)
	}
	ok := false
	switch to := place.(type) {
	case *string:
		*to, ok = r.text.of(c.data), c.isText()
	case **string:
		*to, ok = r.strings.of(r.text.of(c.data)), c.isText()
	case *optionalText:
		to.set(r.text.of(c.data))
		ok = c.isText()
	case *uuid.UUID:
		*to, ok = c.uuid()
	case **uuid.UUID:
		ok = put(to, &r.uuids)(c.uuid())
	case *int:
		ok = into(to)(c.int())
	case **int:
		var n int
		ok = into(&n)(c.int())
		*to = r.ints.of(n)
	case *float64:
		*to, ok = c.float()
	case **float64:
		ok = put(to, &r.floats)(c.float())
	case *bool:
		*to, ok = c.bool()
	case **bool:
		ok = put(to, &r.bools)(c.bool())
	case *time.Time:
		*to, ok = c.time()
	case **time.Time:
		ok = put(to, &r.times)(c.time())
	case *civil.Date:
		*to, ok = c.date()
	case **civil.Date:
		ok = put(to, &r.dates)(c.date())
	case sql.Scanner:
		value, known := c.value()
		if !known {
			return c.misfit(place)
		}
		return to.Scan(value)
	}
	if !ok {
		return c.misfit(place)
	}
	return nil
}

// put makes a field point to a value.
func put[V any](to **V, of *slab[V]) func(value V, ok bool) bool {
	return func(value V, ok bool) bool {
		*to = of.of(value)
		return ok
	}
}

func into(to *int) func(value int64, ok bool) bool {
	return func(value int64, ok bool) bool {
		*to = int(value)
		return ok
	}
}

func setNull(c column, place any) error {
	switch to := place.(type) {
	case **string:
		*to = nil
	case *optionalText:
		to.field.SetZero()
	case **uuid.UUID:
		*to = nil
	case **int:
		*to = nil
	case **float64:
		*to = nil
	case **bool:
		*to = nil
	case **time.Time:
		*to = nil
	case **civil.Date:
		*to = nil
	case sql.Scanner:
		return to.Scan(nil)
	default:
		return c.misfit(place)
	}
	return nil
}
