package postgres

import (
	"context"
	"sync/atomic"
)

// Counter counts the statements sent under a context: queries, executions,
// BEGIN, COMMIT and ROLLBACK. The round trip that prepares a statement once
// per connection is not one. It may be read while statements run.
type Counter struct {
	n      atomic.Int64
	parent *Counter
}

type counterKey struct{}

// WithCounter returns a context that counts. A counter further out counts on.
func WithCounter(ctx context.Context) (context.Context, *Counter) {
	parent, _ := ctx.Value(counterKey{}).(*Counter)
	c := &Counter{parent: parent}
	return context.WithValue(ctx, counterKey{}, c), c
}

// Statements returns how many statements were sent so far.
func (c *Counter) Statements() int { return int(c.n.Load()) }

func count(ctx context.Context) {
	c, _ := ctx.Value(counterKey{}).(*Counter)
	for ; c != nil; c = c.parent {
		c.n.Add(1)
	}
}
