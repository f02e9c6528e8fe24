package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/graph"
	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

const (
	timeout = 10 * time.Second
	// token is the development token of a run's servers.
	token = "the-token-of-one-bench-run"
)

// Those that answer. The first is measured against the others.
const (
	ours      = "ombudsnetz"
	gqlgen    = "gqlgen"
	statement = "statement"
)

func contenders() []string { return []string{ours, gqlgen, statement} }

// newHandler makes what answers under a contender's name.
func newHandler(ctx context.Context, name string, db *postgres.DB, log *slog.Logger) (http.Handler, error) {
	switch name {
	case ours:
		return newGraphQL(ctx, "", db, log)
	case gqlgen:
		return newGraphQL(ctx, "gqlgen", db, log)
	case statement:
		return byStatement(db), nil
	}
	return nil, fmt.Errorf("nobody is called %q", name)
}

// newGraphQL makes the server as the command serve does in development.
func newGraphQL(ctx context.Context, executor string, db *postgres.DB, log *slog.Logger) (http.Handler, error) {
	codec, err := page.LoadCodec(ctx, db)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return nil, err
	}
	newID := func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	return graph.NewServer(graph.Config{
		Resolver: graph.NewResolver(graph.Parts{DB: db, Codec: codec.Allowing(largestPage), Now: time.Now, NewID: newID, Zone: zone}),
		Auth:     auth.NewAuthenticator(token),
		Log:      log,
		Open:     true,
		Timeout:  timeout,
		Running:  2 * poolSize,
		Version:  "bench",
		Ready:    db.Ping,
		Executor: executor,
		Parallel: 1,
		MaxPage:  largestPage,
	})
}

// byStatement answers each query, at a path of its name, with what Postgres has
// built: the least that an answer over HTTP can cost with this driver.
func byStatement(db *postgres.DB) http.Handler {
	byPath := make(map[string]query)
	for _, q := range queries() {
		byPath["/"+q.name] = q
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		q, known := byPath[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		argument, err := q.argument(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var data []byte
		if err := db.Get(ctx, &data, q.sql, argument); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		answer := make([]byte, 0, len(dataPrefix)+len(data)+1)
		answer = append(append(append(answer, dataPrefix...), data...), '}')
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = w.Write(answer)
	})
}

// web is one listening server.
type web struct {
	address string
	server  *http.Server
}

// listen serves the handler, and at figuresPath what the process has used.
func listen(ctx context.Context, handler http.Handler) (*web, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	const header = 5 * time.Second
	w := &web{
		address: listener.Addr().String(),
		server:  &http.Server{Handler: withUsage(handler), ReadHeaderTimeout: header},
	}
	go func() { _ = w.server.Serve(listener) }()
	return w, nil
}

func (w *web) stop() error {
	err := w.server.Close()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
