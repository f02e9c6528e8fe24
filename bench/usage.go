package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ombudsnetz/internal/postgres"
)

// usage is what a contender's process has used since it began.
type usage struct {
	PID         int
	CPU         time.Duration
	Allocations uint64
	Bytes       uint64
}

// usagePath is where a contender tells its usage.
const usagePath = "/bench/usage"

func withUsage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != usagePath {
			next.ServeHTTP(w, r)
			return
		}
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		_ = json.NewEncoder(w).Encode(usage{PID: os.Getpid(), CPU: processCPU(), Allocations: memory.Mallocs, Bytes: memory.TotalAlloc})
	})
}

func readUsage(r io.Reader) (u usage, err error) {
	err = json.NewDecoder(r).Decode(&u)
	return u, err
}

// processCPU is what this process has used so far.
func processCPU() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// cost is what requests have cost a contender's process and its Postgres
// sessions.
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

func (c cost) each(d time.Duration) time.Duration { return d / time.Duration(max(c.requests, 1)) }

// both is what one request costs the process and Postgres together; 0 when
// Postgres does not tell.
func (c cost) both() time.Duration {
	if c.postgres == 0 {
		return 0
	}
	return c.each(c.cpu + c.postgres)
}

// round loads the contender and tells what that has cost.
func (c *contender) round(ctx context.Context, w *world, connections int, length time.Duration) (round, cost, error) {
	// The generator shall not collect its garbage while it measures.
	runtime.GC()
	before, err := c.used(ctx)
	if err != nil {
		return round{}, cost{}, err
	}
	sessionsBefore, err := w.sessions(ctx, c.name)
	if err != nil {
		return round{}, cost{}, err
	}
	seen, err := c.load(ctx, connections, length)
	if err != nil {
		return round{}, cost{}, err
	}
	after, err := c.used(ctx)
	if err != nil {
		return round{}, cost{}, err
	}
	sessionsAfter, err := w.sessions(ctx, c.name)
	spent := cost{
		requests:    len(seen.latencies),
		allocations: after.Allocations - before.Allocations,
		bytes:       after.Bytes - before.Bytes,
		cpu:         after.CPU - before.CPU,
	}
	for pid, used := range sessionsAfter {
		spent.postgres += used - sessionsBefore[pid]
	}
	return seen, spent, err
}

// sessions is what each of a contender's Postgres sessions has used so far;
// empty where Postgres runs elsewhere or the system does not tell. Linux does.
func (w *world) sessions(ctx context.Context, name string) (map[int]time.Duration, error) {
	if !w.own {
		return nil, nil //nolint:nilnil // nobody can tell
	}
	pids, err := postgres.Values[int](ctx, w.db, `SELECT pid FROM pg_stat_activity WHERE application_name = $1`, sessionName(name))
	used := make(map[int]time.Duration, len(pids))
	for _, pid := range pids {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
		if err != nil {
			continue
		}
		first, _, _ := strings.Cut(string(text), " ")
		if n, err := strconv.ParseInt(first, 10, 64); err == nil {
			used[pid] = time.Duration(n)
		}
	}
	return used, err
}

// forgetPeak makes a process's peak memory begin anew. Linux alone can; without
// it the peak is that of the process's whole life.
func forgetPeak(pid int) {
	_ = os.WriteFile("/proc/"+strconv.Itoa(pid)+"/clear_refs", []byte("5"), 0)
}

// peakMB is the most memory of a process that was resident at once, 0 when the
// system does not tell.
func peakMB(pid int) float64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kB, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0
	}
	return kB * 1024 / 1e6
}
