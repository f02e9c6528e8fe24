package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/jmoiron/sqlx/reflectx"
)

// Rows returns all rows of a query as structs, each column in the field that
// has its db tag. The query is a SELECT, or a WITH that ends in one. Its text is a
// constant: what was learned of its columns is kept. sqlx's own Select spends more
// than reading takes on finding fields and making structs (ADR 10, ADR 11).
func Rows[T any](ctx context.Context, q Queryer, query string, args ...any) ([]*T, error) {
	kind := reflect.TypeFor[T]()
	known := q.layouts().known(kind, query)
	if known != nil && known.recorded != "" && len(args) > 0 {
		return readRecords[T](ctx, q, known, args)
	}
	rows := []*T{}
	// The first time is to learn, what is prepared is for the next ones.
	err := q.each(ctx, query, args, known != nil, func(from *sqlx.Rows) error {
		known, err := q.layouts().of(kind, query, from)
		if err != nil {
			return err
		}
		rows = rows[:0] // what a first try has read, if this is another
		var into blocks[T]
		places := known.scanned(reflect.ValueOf(&into.row).Elem())
		for from.Next() {
			if err := from.Scan(places...); err != nil {
				return err
			}
			rows = append(rows, into.keep())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func readRecords[T any](ctx context.Context, q Queryer, known *layout, args []any) ([]*T, error) {
	hint := int(known.rows.Load())
	rows := make([]*T, 0, hint)
	err := q.each(ctx, known.recorded, args, true, func(from *sqlx.Rows) error {
		rows = rows[:0]
		into := blocks[T]{free: make([]T, 0, min(hint, largestBlock))}
		var r reader
		places := known.recordPlaces(reflect.ValueOf(&into.row).Elem())
		var raw sql.RawBytes
		dest := []any{&raw}
		for from.Next() {
			if err := from.Scan(dest...); err != nil {
				return err
			}
			if err := r.row(raw, places, known.columns); err != nil {
				return err
			}
			rows = append(rows, into.keep())
		}
		known.rows.Store(int64(len(rows)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// row reads one row into places.
func (r *reader) row(raw []byte, places []any, columns []string) error {
	var rec record
	if err := rec.begin(raw, len(places)); err != nil {
		return err
	}
	for i, place := range places {
		c, err := rec.next()
		if err != nil {
			return err
		}
		if err := r.read(c, place); err != nil {
			return fmt.Errorf("postgres: column %s: %w", columns[i], err)
		}
	}
	return nil
}

// blocks keeps rows that are read into row one after another, many in one piece
// of memory.
type blocks[T any] struct {
	row  T
	free []T
}

// largestBlock bounds what one row that is kept keeps with it.
const largestBlock = 128

func (b *blocks[T]) keep() *T {
	if len(b.free) == cap(b.free) {
		b.free = make([]T, 0, min(max(1, 4*cap(b.free)), largestBlock))
	}
	b.free = append(b.free, b.row)
	return &b.free[len(b.free)-1]
}

// Values returns the one column of all rows of a query.
func Values[T any](ctx context.Context, q Queryer, query string, args ...any) ([]T, error) {
	values := []T{}
	if err := q.Select(ctx, &values, query, args...); err != nil {
		return nil, err
	}
	return values, nil
}

// Row returns the one row of a query as T, ErrNoRows when there is none.
func Row[T any](ctx context.Context, q Queryer, query string, args ...any) (T, error) {
	var row T
	err := q.Get(ctx, &row, query, args...)
	return row, err
}

// layouts keeps for each query and type what was learned of it. Query texts are
// constants, so their number is bounded.
type layouts struct{ byKey sync.Map }

type layoutKey struct {
	row   reflect.Type
	query string
}

// layout tells where the columns of a query go.
type layout struct {
	columns []string
	paths   [][]int
	// recorded is the query that gives each row as one record, empty when a
	// column or field is of a type that is not read from one.
	recorded string
	// rows is how many the query had when it was last read.
	rows atomic.Int64
}

func (l *layouts) known(row reflect.Type, query string) *layout {
	known, found := l.byKey.Load(layoutKey{row: row, query: query})
	if !found {
		return nil
	}
	return known.(*layout) //nolint:forcetypeassert // nothing else is stored
}

func (l *layouts) of(row reflect.Type, query string, from *sqlx.Rows) (*layout, error) {
	if known := l.known(row, query); known != nil {
		return known, nil
	}
	types, err := from.ColumnTypes()
	if err != nil {
		return nil, err
	}
	made := &layout{columns: make([]string, len(types)), recorded: recorded(query)}
	for i, t := range types {
		made.columns[i] = t.Name()
		if !recordable(t.DatabaseTypeName()) {
			made.recorded = ""
		}
	}
	mapper := from.Mapper
	if mapper == nil {
		mapper = reflectx.NewMapper("db")
	}
	made.paths = mapper.TraversalsByName(row, made.columns)
	for i, path := range made.paths {
		if len(path) == 0 {
			return nil, fmt.Errorf("postgres: %s has no field for the column %s", row, made.columns[i])
		}
	}
	for _, place := range made.recordPlaces(reflect.New(row).Elem()) {
		if !readable(place) {
			made.recorded = ""
		}
	}
	l.byKey.Store(layoutKey{row: row, query: query}, made)
	return made, nil
}

// places are pointers to the fields of row, by column.
func (l *layout) places(row reflect.Value) []any {
	places := make([]any, len(l.paths))
	for i, path := range l.paths {
		field := row.FieldByIndex(path)
		place := field.Addr()
		places[i] = place.Interface()
		// A string of a named type is read like any other.
		if _, scans := places[i].(sql.Scanner); !scans && field.Kind() == reflect.String {
			places[i] = place.Convert(reflect.TypeFor[*string]()).Interface()
		}
	}
	return places
}

// recordPlaces are places for a reader.
func (l *layout) recordPlaces(row reflect.Value) []any {
	places := l.places(row)
	for i, path := range l.paths {
		field := row.FieldByIndex(path)
		if field.Kind() == reflect.Pointer && field.Type().Elem().Kind() == reflect.String && !readable(places[i]) {
			places[i] = &optionalText{field}
		}
	}
	return places
}

// scanned are places for database/sql.
func (l *layout) scanned(row reflect.Value) []any {
	places := l.places(row)
	for i, place := range places {
		switch place := place.(type) {
		case *uuid.UUID:
			places[i] = &requiredUUID{to: place}
		case **uuid.UUID:
			places[i] = &optionalUUID{to: place}
		}
	}
	return places
}

// requiredUUID and optionalUUID read a uuid without making a string of it first.
type requiredUUID struct{ to *uuid.UUID }

// Scan implements sql.Scanner.
func (u *requiredUUID) Scan(src any) (err error) {
	if text, ok := src.([]byte); ok && len(text) != len(u.to) {
		*u.to, err = uuid.ParseBytes(text)
		return err
	}
	return u.to.Scan(src)
}

type optionalUUID struct{ to **uuid.UUID }

// Scan implements sql.Scanner.
func (u *optionalUUID) Scan(src any) error {
	if src == nil {
		*u.to = nil
		return nil
	}
	*u.to = new(uuid.UUID)
	required := requiredUUID{to: *u.to}
	return required.Scan(src)
}
