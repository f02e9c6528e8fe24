package postgres

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/jmoiron/sqlx/reflectx"
)

// Rows returns all rows of a query as structs, each column in the field that
// has its db tag. It finds the fields once for a query and makes the structs in
// blocks: sqlx's own Select spends more on both than on reading (ADR 10).
func Rows[T any](ctx context.Context, q Queryer, query string, args ...any) ([]*T, error) {
	rows := []*T{}
	err := q.each(ctx, query, args, func(from *sqlx.Rows, s *scans) error {
		plan, err := s.planOf(reflect.TypeFor[T](), query, from)
		if err != nil {
			return err
		}
		rows = rows[:0] // what a first try has read, if this is another
		var block []T
		into := plan.into()
		for from.Next() {
			if len(block) == cap(block) {
				block = make([]T, 0, min(max(1, 4*cap(block)), largestBlock))
			}
			block = block[:len(block)+1]
			row := &block[len(block)-1]
			if err := from.Scan(into.fields(reflect.ValueOf(row).Elem())...); err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// largestBlock bounds what one row that is kept keeps with it.
const largestBlock = 128

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

// scans keeps for each query and type which column goes into which field. Query
// texts are constants, so their number is bounded.
type scans struct{ plans sync.Map }

type scanKey struct {
	row   reflect.Type
	query string
}

// scanPlan is the path of the field for each column.
type scanPlan [][]int

func (s *scans) planOf(row reflect.Type, query string, from *sqlx.Rows) (scanPlan, error) {
	key := scanKey{row: row, query: query}
	if known, found := s.plans.Load(key); found {
		return known.(scanPlan), nil //nolint:forcetypeassert // nothing else is stored
	}
	columns, err := from.Columns()
	if err != nil {
		return nil, err
	}
	mapper := from.Mapper
	if mapper == nil {
		mapper = reflectx.NewMapper("db")
	}
	plan := scanPlan(mapper.TraversalsByName(row, columns))
	for i, path := range plan {
		if len(path) == 0 {
			return nil, fmt.Errorf("postgres: %s has no field for the column %s", row, columns[i])
		}
	}
	s.plans.Store(key, plan)
	return plan, nil
}

// scanner gives the places that a row is read into. It is used again for each
// row of one query.
type scanner struct {
	plan    scanPlan
	places  []any
	uuids   []requiredUUID
	options []optionalUUID
}

func (p scanPlan) into() *scanner {
	return &scanner{
		plan: p, places: make([]any, len(p)),
		uuids: make([]requiredUUID, len(p)), options: make([]optionalUUID, len(p)),
	}
}

func (s *scanner) fields(row reflect.Value) []any {
	for i, path := range s.plan {
		switch place := row.FieldByIndex(path).Addr().Interface().(type) {
		case *uuid.UUID:
			s.uuids[i].to = place
			s.places[i] = &s.uuids[i]
		case **uuid.UUID:
			s.options[i].to = place
			s.places[i] = &s.options[i]
		default:
			s.places[i] = place
		}
	}
	return s.places
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
