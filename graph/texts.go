package graph

import (
	"context"

	"ombudsnetz/internal/fault"
)

// texts are the texts that objects have for people, in the language of the
// request.
func texts[T any](ctx context.Context, objects []*T, text func(*T) fault.Text) []string {
	shown := make([]string, len(objects))
	for i, object := range objects {
		shown[i] = message(ctx, text(object))
	}
	return shown
}
