package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"ombudsnetz/graph/gen"
	"ombudsnetz/internal/auth"
)

func directives() gen.DirectiveRoot {
	return gen.DirectiveRoot{Access: access}
}

// access is the coarse rule of a root field; the service has the fine one.
func access(ctx context.Context, _ any, next graphql.Resolver, to auth.Audience) (any, error) {
	if to != auth.Anyone {
		if _, err := auth.Require(ctx); err != nil {
			return nil, err
		}
	}
	return next(ctx)
}
