package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/graph"
	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/heap"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

type serveCommand struct {
	settings
	Listen   string        `env:"OMBUDSNETZ_LISTEN" default:"127.0.0.1:8080" help:"Address and port to listen at; port 0 takes a free one."`
	Mode     string        `env:"OMBUDSNETZ_MODE" default:"development" help:"production: no development token, no demo world, no explorer."`
	Explorer string        `env:"OMBUDSNETZ_EXPLORER" default:"auto" help:"Whether everybody may use the explorer at / and read the schema: on, off, or auto (on in development)."`
	Demo     bool          `env:"OMBUDSNETZ_DEMO" help:"Add the demo world first; what is there stays as it is."`
	Migrate  bool          `env:"OMBUDSNETZ_MIGRATE" default:"true" negatable:"" help:"Bring the database's tables up to date first."`
	Token    string        `name:"development-token" env:"OMBUDSNETZ_DEVELOPMENT_TOKEN" help:"Token that allows writing in development, 16 characters or more. Empty: a new one at every start."`
	Origins  []string      `env:"OMBUDSNETZ_ORIGINS" sep:"," help:"Web origins whose pages may ask, such as https://app.example.org."`
	Timeout  time.Duration `env:"OMBUDSNETZ_TIMEOUT" default:"10s" help:"Longest time for one request, 100ms to 10m."`
	Drain    time.Duration `env:"OMBUDSNETZ_DRAIN" default:"0s" help:"How long to go on answering after /readyz said that the server stops, 0s to 5m. Give a load balancer the time to notice."`
	Executor string        `env:"OMBUDSNETZ_EXECUTOR" default:"breadth" help:"Who executes operations: breadth, or gqlgen's own executor to compare with."`
	Parallel int           `env:"OMBUDSNETZ_PARALLEL" default:"1" help:"Resolvers of one request that may run at once, 1 to 64; more than 1 pays when the database is more than about 1 ms away."`
	MaxPage  int           `name:"max-page" env:"OMBUDSNETZ_MAX_PAGE" default:"100" help:"Longest page of a list that a client may ask for, 20 to 1000."`
}

const (
	minTokenLength = 16
	maxParallel    = 64
	maxMaxPage     = 1000
)

// Validate implements kong's hook: it names what is wrong and what was expected.
func (c *serveCommand) Validate() error {
	if err := cmp.Or(
		c.settings.Validate(),
		oneOf("mode", "OMBUDSNETZ_MODE", c.Mode, "development", "production"),
		oneOf("explorer", "OMBUDSNETZ_EXPLORER", c.Explorer, "auto", "on", "off"),
		oneOf("executor", "OMBUDSNETZ_EXECUTOR", c.Executor, "breadth", "gqlgen"),
	); err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(c.Listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("--listen (OMBUDSNETZ_LISTEN) is %q; expected an address and a port from 0 to 65535, such as 127.0.0.1:8080", c.Listen)
	}
	if c.Parallel < 1 || c.Parallel > maxParallel {
		return fmt.Errorf("--parallel (OMBUDSNETZ_PARALLEL) is %d; expected 1 to %d", c.Parallel, maxParallel)
	}
	// A client that does not say gets page.DefaultSize, by the schema.
	if c.MaxPage < page.DefaultSize || c.MaxPage > maxMaxPage {
		return fmt.Errorf("--max-page (OMBUDSNETZ_MAX_PAGE) is %d; expected %d to %d", c.MaxPage, page.DefaultSize, maxMaxPage)
	}
	if c.Timeout < 100*time.Millisecond || c.Timeout > 10*time.Minute {
		return fmt.Errorf("--timeout (OMBUDSNETZ_TIMEOUT) is %s; expected 100ms to 10m", c.Timeout)
	}
	if c.Drain < 0 || c.Drain > 5*time.Minute {
		return fmt.Errorf("--drain (OMBUDSNETZ_DRAIN) is %s; expected 0s to 5m", c.Drain)
	}
	if c.Token != "" && len(c.Token) < minTokenLength {
		return fmt.Errorf("--development-token (OMBUDSNETZ_DEVELOPMENT_TOKEN) has %d characters; expected %d or more", len(c.Token), minTokenLength)
	}
	for _, origin := range c.Origins {
		u, err := url.Parse(origin)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.Scheme+"://"+u.Host != origin {
			return fmt.Errorf("--origins (OMBUDSNETZ_ORIGINS) holds %q; expected a web origin such as https://app.example.org", origin)
		}
	}
	if c.Mode == "production" && (c.Demo || c.Token != "") {
		return errors.New("--mode (OMBUDSNETZ_MODE) is production; the demo world and a development token are for development alone")
	}
	return nil
}

// Run implements the command serve.
func (c *serveCommand) Run(ctx context.Context, again hurry) error {
	defer heap.Roomy()()
	log := c.logger()
	// First of all, so that an address in use costs nobody a database. Who
	// connects early waits until requests are answered.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen (OMBUDSNETZ_LISTEN) is %s: %w", c.Listen, err)
	}
	defer func() { _ = listener.Close() }()
	src, err := c.start(ctx, log)
	if err != nil {
		return err
	}
	defer src.stop(again, log)
	if c.Migrate {
		if err := src.migrate(ctx, log); err != nil {
			return err
		}
	}
	db, err := c.open(ctx, src, log)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	codec, err := page.LoadCodec(ctx, db)
	if err != nil {
		return fmt.Errorf("the tables are not up to date, run ombudsnetz migrate: %w", err)
	}
	codec = codec.Allowing(c.MaxPage)
	if c.Demo {
		if err := loadDemo(ctx, db, codec); err != nil {
			return err
		}
	}
	zone, err := berlin()
	if err != nil {
		return err
	}
	token := c.token()
	server, err := graph.NewServer(graph.Config{
		Resolver: graph.NewResolver(graph.Parts{DB: db, Codec: codec, Now: time.Now, NewID: newID, Zone: zone}),
		Auth:     auth.NewAuthenticator(token),
		Log:      log,
		Open:     c.Explorer == "on" || (c.Explorer == "auto" && c.Mode == "development"),
		Origins:  c.Origins,
		Timeout:  c.Timeout,
		// Twice the connections keep all of them busy; more would only hold memory
		// while they wait.
		Running:  2 * c.Connections,
		Version:  version(),
		Ready:    src.ready(db),
		Executor: c.Executor,
		Parallel: c.Parallel,
		MaxPage:  c.MaxPage,
	})
	if err != nil {
		return err
	}
	go sweep(ctx, db, log)
	if c.Mode == "development" && !loopback(listener.Addr()) {
		log.Warn("development mode listens beyond this machine: set OMBUDSNETZ_MODE=production where strangers reach it", "address", listener.Addr().String())
	}
	greet(listener.Addr(), token)
	return c.serve(ctx, again, src, server, listener, log)
}

// token is the development token, empty in production.
func (c *serveCommand) token() string {
	if c.Mode == "production" {
		return ""
	}
	if c.Token != "" {
		return c.Token
	}
	return "dev_" + rand.Text()
}

// serve answers until ctx ends or the own Postgres is lost, then lets requests
// that were accepted come to their end, unless asked to hurry.
func (c *serveCommand) serve(ctx context.Context, again hurry, src *source, server *graph.Server, listener net.Listener, log *slog.Logger) error {
	const (
		header = 5 * time.Second
		body   = 30 * time.Second
		idle   = 2 * time.Minute
		// answer is what a slow client gets to read its answer.
		answer = 30 * time.Second
		// finish is what requests get to come to their end.
		finish = 5 * time.Second
		// rest is what a connection gets to rest: it counts as busy for a moment
		// after its answer.
		rest = 200 * time.Millisecond
	)
	var draining atomic.Bool
	web := &http.Server{
		Handler:           lastAnswers(server, &draining),
		ReadHeaderTimeout: header,
		ReadTimeout:       body,
		WriteTimeout:      body + c.Timeout + answer,
		IdleTimeout:       idle,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()

	var lost <-chan struct{}
	if src.own != nil {
		lost = src.own.Failed()
	}
	var cause error
	select {
	case err := <-served:
		return err
	case <-lost:
		cause = fmt.Errorf("the own Postgres is gone: %w", src.own.Err())
	case <-ctx.Done():
		log.Info("stopping")
		server.Drain()
		draining.Store(true)
		select {
		case <-time.After(c.Drain):
		case <-again:
		}
	}
	stopping, cancel := again.within(c.Timeout+finish, rest)
	defer cancel()
	err := web.Shutdown(stopping)
	if errors.Is(err, context.Canceled) {
		err = errors.New("a second signal ended the server before all requests were answered")
	}
	if err != nil {
		err = errors.Join(err, web.Close())
	}
	return errors.Join(cause, err)
}

// lastAnswers tells clients, once the server drains, that their connection
// closes with the answer, so that none is left to be cut when the server
// stops. http.Server.SetKeepAlivesEnabled would close the idle ones at once,
// under requests that are on their way.
func lastAnswers(next http.Handler, draining *atomic.Bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if draining.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// ready tells whether the database can be read and written.
func (s *source) ready(db *postgres.DB) func(context.Context) error {
	return func(ctx context.Context) error {
		if s.own != nil && s.own.LowSpace() {
			return fault.New(fault.Unavailable, fault.Text{EN: "the disk is nearly full", DE: "die Festplatte ist fast voll"})
		}
		return db.Ping(ctx)
	}
}

// sweep forgets old idempotency keys once an hour.
func sweep(ctx context.Context, db *postgres.DB, log *slog.Logger) {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		if err := idempotency.Sweep(ctx, db, time.Now()); err != nil && ctx.Err() == nil {
			log.Warn("old idempotency keys could not be forgotten", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// newID makes the ids of new objects.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// loopback tells whether only this machine reaches the address.
func loopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// reachable is the address as a person on this machine writes it.
func reachable(address net.Addr) string {
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return address.String()
}

// greet tells a person where the server is and what to try.
func greet(address net.Addr, token string) {
	fmt.Printf(`
Ombudsnetz is ready: http://%[1]s/

Try it:
  curl -s http://%[1]s/graphql -H 'Content-Type: application/json' \
    -d '{"query": "{ region(key: \"15\") { name ombudsOffices { nodes { name status channels { kind value } } } } }"}'
`, reachable(address))
	if token != "" {
		fmt.Printf(`
Reading needs no token. Writing needs this one, for development alone:
  Authorization: Bearer %s
`, token)
	}
	fmt.Println()
}
