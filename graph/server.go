package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/klauspost/compress/gzhttp"
	"github.com/rs/cors"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"ombudsnetz/graph/explorer"
	"ombudsnetz/graph/gen"
	"ombudsnetz/graph/serve"
	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/postgres"
)

// Config is all that a server needs.
type Config struct {
	Resolver *Resolver
	Auth     *auth.Authenticator
	Log      *slog.Logger
	// Open shows the explorer, the schema and the number of statements to
	// everybody. For development.
	Open bool
	// Origins are the web origins whose pages may ask, "https://app.example.org".
	Origins []string
	// Timeout bounds one operation.
	Timeout time.Duration
	// Running is how many operations may run at once; 0 for any number.
	Running int
	// Executor says who executes operations: "gqlgen" for gqlgen's own executor, to
	// compare with; anything else for the breadth-first one.
	Executor string
	// Parallel is how many resolvers of one request may run at once.
	Parallel int
	// MaxPage is the largest page that the resolver's codec allows; 0 for the usual.
	MaxPage int
	// Version is told at /version.
	Version string
	// Ready returns why requests can't be answered at the moment; nil when they
	// can.
	Ready func(ctx context.Context) error
}

// Server answers everything under one address: GraphQL at /graphql, the
// explorer at /, exports below /directory/, the states /livez and /readyz, and
// /version.
type Server struct {
	cfg      Config
	handler  http.Handler
	draining atomic.Bool
}

const readyTimeout = 2 * time.Second

// NewServer puts the server together.
func NewServer(cfg Config) (*Server, error) {
	s := &Server{cfg: cfg}
	bound := gen.Config{Resolvers: cfg.Resolver, Directives: directives()}
	schema := gen.NewBreadthFirst(bound, cfg.Parallel)
	if cfg.Executor == "gqlgen" {
		schema = gen.NewExecutableSchema(bound)
	}
	config := serve.Config{
		Schema:        schema,
		Present:       presenter(cfg.Log),
		Recover:       recoverer(cfg.Log),
		Limits:        s.limits,
		Introspection: func(context.Context) bool { return cfg.Open },
		Public:        public,
		Timeout:       cfg.Timeout,
		Running:       cfg.Running,
	}
	if cfg.Open {
		config.StatementCount = statements
	}
	graphql := serve.New(config)

	mux := http.NewServeMux()
	mux.Handle("/graphql", s.authenticate(graphql, withCounter(graphql)))
	mux.HandleFunc(downloads, s.download)
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("GET /version", s.version)
	if cfg.Open {
		mux.HandleFunc("GET /schema.graphql", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, SDL()) })
		mux.Handle("/", explorer.Handler(explorer.Config{Endpoint: "/graphql", ExampleQuery: exampleQuery}))
	}

	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.RandomJitter(32, 0, false),
		gzhttp.ExceptContentTypes([]string{"text/event-stream", "multipart/mixed"}))
	if err != nil {
		return nil, err
	}
	s.handler = withRequestID(withSafeHeaders(s.allowOrigins(compress(withLanguage(mux)))))
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Drain makes /readyz say that the server is about to stop, so that a load
// balancer sends no new requests. Requests are still answered.
func (s *Server) Drain() { s.draining.Store(true) }

// exampleQuery is what the explorer shows first.
const exampleQuery = `# Who is responsible for a place, for what, and why. Try {name: "Hannover"}, or 14715, which
# lies in two Länder.
query WhoIsResponsible($place: PlaceInput! = {postalCode: "39576"}) {
  responsibility(place: $place) {
    ombudsOffices { ...answer }
    youthWelfareOffice { ...answer }
    proceduralGuide { ...answer }
    facilitySupervision { ...answer }
  }
}

fragment answer on ResponsibilityAnswer {
  status
  explanation
  bodies {
    ombudsOffice { name channels { kind value } }
    youthWelfareOffice { name phone }
    proceduralGuidePost { name }
    catchment { validFrom validTo legalBasis region { name } }
  }
  choices { region { id name } district { name } land { name } }
  fallback { kind text }
}
`

// SDL is the whole schema as text.
func SDL() string {
	var b strings.Builder
	b.WriteString("# Printed from graph/schema/*.graphql by `make generate`. Do not edit.\n\n")
	schema := gen.NewExecutableSchema(gen.Config{}).Schema()
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchema(schema)
	return b.String()
}

func (s *Server) limits(ctx context.Context) serve.Limits {
	allowed := serve.Anonymous()
	if auth.From(ctx).SignedIn() {
		allowed = serve.SignedIn()
	}
	if s.cfg.MaxPage > 0 {
		allowed.PageSize = s.cfg.MaxPage
	}
	return allowed
}

// public tells whether the answer to op is the same for everybody.
func public(ctx context.Context, op *ast.OperationDefinition) bool {
	return op.Operation == ast.Query && !auth.From(ctx).SignedIn() && forAnyone(op.SelectionSet)
}

func forAnyone(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if strings.HasPrefix(s.Name, "__") {
				continue
			}
			access := s.Definition.Directives.ForName("access")
			if access == nil || access.Arguments.ForName("to").Value.Raw != string(auth.Anyone) {
				return false
			}
		case *ast.InlineFragment:
			if !forAnyone(s.SelectionSet) {
				return false
			}
		case *ast.FragmentSpread:
			if !forAnyone(s.Definition.SelectionSet) {
				return false
			}
		}
	}
	return true
}

// authenticate finds out who asks.
func (s *Server) authenticate(graphql *serve.Handler, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		viewer, err := s.cfg.Auth.Authenticate(r)
		if err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer realm="ombudsnetz"`)
			graphql.Refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(auth.With(r.Context(), viewer)))
	})
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	err := s.cfg.Ready(ctx)
	if s.draining.Load() {
		err = errors.New("stopping")
	}
	if err != nil {
		s.cfg.Log.WarnContext(ctx, "not ready", "error", err)
		say(w, http.StatusServiceUnavailable, "not ready")
		return
	}
	say(w, http.StatusOK, "ready")
}

func (s *Server) version(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"version": %q}`+"\n", s.cfg.Version)
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, strings.TrimSuffix(text, "\n")+"\n")
}

// allowOrigins lets pages of the listed origins ask, and no others.
func (s *Server) allowOrigins(next http.Handler) http.Handler {
	if len(s.cfg.Origins) == 0 {
		return next // rs/cors takes an empty list for "everybody"
	}
	return cors.New(cors.Options{
		AllowedOrigins: s.cfg.Origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{
			"Accept", "Accept-Language", "Authorization", "Content-Type", "If-None-Match", "X-Request-Id",
			"Apollo-Require-Preflight", "Apollographql-Client-Name", "Apollographql-Client-Version", "X-Apollo-Operation-Name",
		},
		ExposedHeaders: []string{"ETag", "Retry-After", "X-Request-Id"},
		MaxAge:         600,
	}).Handler(next)
}

func withSafeHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

type requestIDKey struct{}

// withRequestID gives each request an id under which its failures are logged.
func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := uuid.NewString()
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

type counterKey struct{}

// withCounter counts the statements that a request needs.
func withCounter(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, counter := postgres.WithCounter(r.Context())
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, counterKey{}, counter)))
	})
}

func statements(ctx context.Context) int {
	counter, ok := ctx.Value(counterKey{}).(*postgres.Counter)
	if !ok {
		return 0
	}
	return counter.Statements()
}
