package graph

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/breadth"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/page"
)

// pageOf is the page of a list that is asked for.
func pageOf(ctx context.Context, first *int, after *page.Cursor) page.Args {
	return page.Args{
		First: first, After: after, Alone: !breadth.Selects(ctx, "pageInfo"),
		Fields: breadth.Asked(ctx, []string{"nodes"}, []string{"edges", "node"}),
	}
}

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

// officeAlong says what to read along with an office, by what is asked of it.
func officeAlong(ctx context.Context) directory.Along {
	return directory.Along{Region: breadth.Selects(ctx, "region"), Carrier: breadth.Selects(ctx, "carrier")}
}

// officesAlong says what to read along with a list of offices.
func officesAlong(ctx context.Context) directory.Along {
	asked := func(field string) bool {
		return breadth.Selects(ctx, "nodes", field) || breadth.Selects(ctx, "edges", "node", field)
	}
	return directory.Along{Region: asked("region"), Carrier: asked("carrier")}
}
