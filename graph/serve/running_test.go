package serve

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// crowd counts how many operations run at once, and lets them go one by one.
type crowd struct {
	*testSchema
	inside, most atomic.Int64
	leave        chan struct{}
}

func (c *crowd) Exec(ctx context.Context) graphql.ResponseHandler {
	handler := c.testSchema.Exec(ctx)
	return func(ctx context.Context) *graphql.Response {
		inside := c.inside.Add(1)
		defer c.inside.Add(-1)
		c.seen(inside)
		<-c.leave
		return handler(ctx)
	}
}

func (c *crowd) seen(inside int64) {
	for {
		most := c.most.Load()
		if inside <= most || c.most.CompareAndSwap(most, inside) {
			return
		}
	}
}

func TestOperationsWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	const running, requests = 3, 12
	schema := &crowd{testSchema: newTestSchema(), leave: make(chan struct{})}
	h := New(Config{Schema: schema, Running: running})
	var all sync.WaitGroup
	for range requests {
		all.Go(func() {
			if got := post(t, h, typeResponse, "{hello}", nil); got.Code != 200 || len(got.body.Errors) > 0 {
				t.Errorf("status %d: %s", got.Code, got.Body)
			}
		})
	}
	for range requests {
		schema.leave <- struct{}{}
	}
	all.Wait()
	if most := schema.most.Load(); most > running || most == 0 {
		t.Errorf("%d operations ran at once, at most %d may", most, running)
	}
}

func TestWaitingIsBoundedByTheTimeout(t *testing.T) {
	t.Parallel()
	schema := &crowd{testSchema: newTestSchema(), leave: make(chan struct{})}
	h := New(Config{Schema: schema, Running: 1, Timeout: 50 * time.Millisecond})
	first := make(chan struct{})
	go func() {
		defer close(first)
		post(t, h, typeResponse, "{hello}", nil)
	}()
	for schema.inside.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	got := post(t, h, typeResponse, "{hello}", nil)
	if got.code(t) != "TIMEOUT" {
		t.Errorf("got %s, want TIMEOUT", got.Body)
	}
	schema.leave <- struct{}{}
	<-first
	if n := schema.executed.Load(); n != 1 {
		t.Errorf("%d operations ran, want the first alone", n)
	}
}
