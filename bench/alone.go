package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ombudsnetz/internal/postgres"
)

// cost is what requests cost the process and Postgres when they come one after
// the other, without network and load generator.
type cost struct {
	requests    int
	allocations uint64
	bytes       uint64
	cpu         time.Duration
	postgres    time.Duration
}

func (c *cost) add(o cost) {
	c.requests += o.requests
	c.allocations += o.allocations
	c.bytes += o.bytes
	c.cpu += o.cpu
	c.postgres += o.postgres
}

// ask calls the handler itself. A request that has begun comes to its end.
func (c *contender) ask(ctx context.Context, i int) ([]byte, error) {
	r, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost, "http://"+c.address+c.path, bytes.NewReader(c.bodies[i%len(c.bodies)]))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	c.handler.ServeHTTP(recorder, r)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := checkAnswer(recorder.Code, recorder.Body.Bytes()); err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	return recorder.Body.Bytes(), nil
}

// alone asks for that long and tells the cost.
func (c *contender) alone(ctx context.Context, length time.Duration, backends backends) (cost, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, pg := processCPU(), backends.cpu()
	sum := cost{}
	for end := time.Now().Add(length); time.Now().Before(end); sum.requests++ {
		if _, err := c.ask(ctx, sum.requests); err != nil {
			return cost{}, err
		}
	}
	sum.cpu, sum.postgres = processCPU()-cpu, backends.cpu()-pg
	runtime.ReadMemStats(&after)
	sum.allocations, sum.bytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	return sum, nil
}

// backends are the process ids of the pool's Postgres sessions; empty when they
// run elsewhere or the system does not tell what they use.
type backends []int

func findBackends(ctx context.Context, w *world) (backends, error) {
	if !w.own {
		return nil, nil
	}
	pids, err := postgres.Values[int](ctx, w.db, `SELECT pid FROM pg_stat_activity WHERE datname = current_database()`)
	if err != nil {
		return nil, err
	}
	if backends(pids).cpu() == 0 {
		return nil, nil
	}
	return pids, nil
}

// cpu is what the sessions have used so far. Linux alone tells.
func (b backends) cpu() time.Duration {
	var sum time.Duration
	for _, pid := range b {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
		if err != nil {
			continue
		}
		used, _, _ := strings.Cut(string(text), " ")
		if n, err := strconv.ParseInt(used, 10, 64); err == nil {
			sum += time.Duration(n)
		}
	}
	return sum
}

// processCPU is what this process has used so far.
func processCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
