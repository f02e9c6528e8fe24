package graph

import (
	"context"

	"github.com/google/uuid"
)

// keysOf returns the key that each object has for a relation.
func keysOf[T any](objects []*T, key func(*T) uuid.UUID) []uuid.UUID {
	keys := make([]uuid.UUID, len(objects))
	for i, object := range objects {
		keys[i] = key(object)
	}
	return keys
}

// optional loads what the keys of objects name, nil for an object without a
// key. It asks for nothing when none has one.
func optional[T, V any](ctx context.Context, objects []*T, key func(*T) *uuid.UUID, load func(context.Context, []uuid.UUID) ([]*V, error)) ([]*V, error) {
	var keys []uuid.UUID
	var places []int
	for i, object := range objects {
		if k := key(object); k != nil {
			keys, places = append(keys, *k), append(places, i)
		}
	}
	values := make([]*V, len(objects))
	if len(keys) == 0 {
		return values, nil
	}
	loaded, err := load(ctx, keys)
	if err != nil {
		return nil, err
	}
	for i, place := range places {
		values[place] = loaded[i]
	}
	return values, nil
}
