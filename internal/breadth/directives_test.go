package breadth_test

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ombudsnetz/internal/breadth/internal/shapes"
	"ombudsnetz/internal/breadth/internal/shapes/gen"
)

// directives let everybody do what is for anyone.
func directives() gen.DirectiveRoot {
	return gen.DirectiveRoot{
		Access: func(ctx context.Context, _ any, next graphql.Resolver, to shapes.Audience) (any, error) {
			if to != shapes.Anyone {
				return nil, &gqlerror.Error{Message: "sign in", Extensions: map[string]any{"code": "UNAUTHENTICATED"}}
			}
			return next(ctx)
		},
		Twice: func(ctx context.Context, _ any, next graphql.Resolver, times int) (any, error) {
			var value any
			var err error
			for range times {
				if value, err = next(ctx); err != nil {
					return nil, err
				}
			}
			if visitOf(ctx).Faulty("directive") {
				return "what no search finds", nil
			}
			return value, err
		},
	}
}

func config() gen.Config { return gen.Config{Resolvers: resolvers{}, Directives: directives()} }
