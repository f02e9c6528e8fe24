package main

import (
	"context"
	"errors"
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

const timeout = 10 * time.Second

// servers are the two that are compared. They share the pool.
type servers struct {
	graphql    *web
	statements map[string]*web
}

// web is one listening server.
type web struct {
	handler http.Handler
	address string
	server  *http.Server
}

func startServers(ctx context.Context, db *postgres.DB, log *slog.Logger) (_ *servers, err error) {
	s := &servers{statements: map[string]*web{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop())
		}
	}()
	graphql, err := newGraphQL(ctx, db, log)
	if err != nil {
		return nil, err
	}
	if s.graphql, err = listen(ctx, graphql); err != nil {
		return nil, err
	}
	for _, q := range queries() {
		if s.statements[q.name], err = listen(ctx, byStatement(q, db)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// newGraphQL makes the server as the command serve does in development.
func newGraphQL(ctx context.Context, db *postgres.DB, log *slog.Logger) (http.Handler, error) {
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
		Resolver: graph.NewResolver(graph.Parts{DB: db, Codec: codec, Now: time.Now, NewID: newID, Zone: zone}),
		Auth:     auth.NewAuthenticator(""),
		Log:      log,
		Open:     true,
		Timeout:  timeout,
		Version:  "bench",
		Ready:    db.Ping,
	})
}

// byStatement answers with what Postgres has built: the least that an answer
// over HTTP can cost with this driver.
func byStatement(q query, db *postgres.DB) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
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

func listen(ctx context.Context, handler http.Handler) (*web, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	const header = 5 * time.Second
	w := &web{
		handler: handler,
		address: listener.Addr().String(),
		server:  &http.Server{Handler: handler, ReadHeaderTimeout: header},
	}
	go func() { _ = w.server.Serve(listener) }()
	return w, nil
}

func (s *servers) stop() error {
	var errs []error
	if s.graphql != nil {
		errs = append(errs, s.graphql.server.Close())
	}
	for _, w := range s.statements {
		if w != nil {
			errs = append(errs, w.server.Close())
		}
	}
	return errors.Join(errs...)
}
