package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// round is what one round of load has seen.
type round struct {
	latencies []time.Duration
	took      time.Duration
}

func (r round) perSecond() float64 { return float64(len(r.latencies)) / r.took.Seconds() }

// load sends requests over that many kept connections until the time is over,
// and lets those under way come to their end. It writes ready requests to the
// socket itself: generator and servers share the machine, and what the
// generator costs makes the two look more alike than they are.
func (c *contender) load(ctx context.Context, connections int, length time.Duration) (round, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var conns []net.Conn
	for range connections {
		conn, err := c.dial(ctx)
		if err != nil {
			return round{}, err
		}
		defer func() { _ = conn.Close() }()
		conns = append(conns, conn)
	}
	interrupt := context.AfterFunc(ctx, func() {
		for _, conn := range conns {
			_ = conn.SetDeadline(time.Unix(1, 0))
		}
	})
	defer interrupt()

	latencies := make([][]time.Duration, connections)
	begun := time.Now()
	var wg sync.WaitGroup
	for i, conn := range conns {
		wg.Go(func() {
			var err error
			latencies[i], err = c.talk(ctx, conn, i, begun.Add(length))
			if err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	r := round{took: time.Since(begun)}
	for _, some := range latencies {
		r.latencies = append(r.latencies, some...)
	}
	return r, context.Cause(ctx)
}

func (c *contender) dial(ctx context.Context) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "tcp", c.address)
}

// talk asks one request after the other on one connection.
func (c *contender) talk(ctx context.Context, conn net.Conn, first int, end time.Time) ([]time.Duration, error) {
	var latencies []time.Duration
	reader := bufio.NewReaderSize(conn, 64<<10)
	var body bytes.Buffer
	for i := first; ctx.Err() == nil; i++ {
		begun := time.Now()
		if !begun.Before(end) {
			return latencies, nil
		}
		status, err := exchange(conn, reader, c.requests[i%len(c.requests)], &body)
		if err != nil {
			return nil, fmt.Errorf("a request to %s failed: %w", c.name, err)
		}
		latencies = append(latencies, time.Since(begun))
		if err := checkAnswer(status, body.Bytes()); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil, nil
}

func exchange(conn net.Conn, reader *bufio.Reader, request []byte, body *bytes.Buffer) (status int, err error) {
	if _, err := conn.Write(request); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(reader, nil)
	if err != nil {
		return 0, err
	}
	body.Reset()
	_, err = io.Copy(body, resp.Body)
	return resp.StatusCode, errors.Join(err, resp.Body.Close())
}
