package postgres

import "context"

// Rows returns all rows of a query as T.
func Rows[T any](ctx context.Context, q Queryer, query string, args ...any) ([]T, error) {
	rows := []T{}
	if err := q.Select(ctx, &rows, query, args...); err != nil {
		return nil, err
	}
	return rows, nil
}

// Row returns the one row of a query as T, ErrNoRows when there is none.
func Row[T any](ctx context.Context, q Queryer, query string, args ...any) (T, error) {
	var row T
	err := q.Get(ctx, &row, query, args...)
	return row, err
}
