// Package serve answers GraphQL over HTTP. It follows the GraphQL-over-HTTP
// specification for both media types, decides what a request may cost before
// anything of it runs, and never repeats what a client sent.
//
// It knows gqlgen's runtime and the house's errors; it knows no area.
package serve

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ombudsnetz/internal/fault"
)

// Codes of the protocol, beside those of package fault.
const (
	ParseFailed            fault.Code = "GRAPHQL_PARSE_FAILED"
	ValidationFailed       fault.Code = "GRAPHQL_VALIDATION_FAILED"
	PersistedQueryNotFound fault.Code = "PERSISTED_QUERY_NOT_FOUND"
	PersistedQueryMismatch fault.Code = "PERSISTED_QUERY_MISMATCH"
)

// Config is all a Handler needs. Only Schema is required; whatever is left out
// forbids rather than allows.
type Config struct {
	Schema graphql.ExecutableSchema

	// Present turns an error into what a client sees. Locations, the details
	// of a refusal and a missing code are added to its answer. By default a
	// fault is shown in English and everything else as INTERNAL.
	Present graphql.ErrorPresenterFunc
	// Recover turns a panic into an error; it is the place to log it.
	Recover graphql.RecoverFunc

	// Limits bounds one request of the viewer in ctx; Anonymous by default.
	Limits func(ctx context.Context) Limits
	// Introspection tells whether the viewer may read the schema; by default nobody may.
	Introspection func(ctx context.Context) bool
	// Public tells whether the answer to op may be kept by shared caches: every
	// root field is public and the viewer anonymous. By default none may.
	Public func(ctx context.Context, op *ast.OperationDefinition) bool
	// StatementCount is shown as extensions.cost.statements when it is set.
	StatementCount func(ctx context.Context) int

	// Running is how many operations may run at once; others wait, within Timeout,
	// before they hold anything. Zero means no bound.
	Running int
	// Timeout bounds an operation; what it cannot answer in time is TIMEOUT.
	// Zero means no bound.
	Timeout time.Duration
	// Tokens bounds a document's length in tokens; 2,000 by default.
	Tokens int
	// CacheBytes bounds each of the two caches, of documents and of persisted
	// query texts; 16 MiB by default.
	CacheBytes int
}

// Handler serves one GraphQL endpoint. It is safe for concurrent use.
type Handler struct {
	cfg     Config
	engine  *engine
	buffers sync.Pool
	// running holds a token for each operation that runs; nil without a bound.
	running chan struct{}
	// recycle gives the data of an answer back to the schema, if it takes it.
	recycle func(data []byte)
}

// New returns the handler of cfg.Schema.
func New(cfg Config) *Handler {
	if cfg.Present == nil {
		cfg.Present = presentFaultsOnly
	}
	if cfg.Recover == nil {
		cfg.Recover = hidePanic
	}
	if cfg.Limits == nil {
		cfg.Limits = func(context.Context) Limits { return Anonymous() }
	}
	if cfg.Introspection == nil {
		cfg.Introspection = func(context.Context) bool { return false }
	}
	if cfg.Public == nil {
		cfg.Public = func(context.Context, *ast.OperationDefinition) bool { return false }
	}
	if cfg.Tokens == 0 {
		cfg.Tokens = 2000
	}
	if cfg.CacheBytes == 0 {
		cfg.CacheBytes = 16 << 20
	}
	h := &Handler{
		cfg:     cfg,
		engine:  newEngine(cfg),
		buffers: sync.Pool{New: func() any { return new([]byte) }},
		recycle: func([]byte) {},
	}
	if cfg.Running > 0 {
		h.running = make(chan struct{}, cfg.Running)
	}
	if schema, ok := cfg.Schema.(interface{ Recycle(data []byte) }); ok {
		h.recycle = schema.Recycle
	}
	return h
}

// Executor returns what other transports (WebSocket, SSE) run operations with:
// the same documents, limits, codes and persisted queries as this handler.
// Limits of the HTTP body and of variables as text are the transport's own.
func (h *Handler) Executor() graphql.GraphExecutor { return h.engine }

// Refuse answers a request that something outside stopped, such as a bad token
// or a rate limit, in the shape and media type of every other answer. Headers
// like Retry-After or WWW-Authenticate are set before the call.
func (h *Handler) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	media, _ := negotiate(r.Header.Values("Accept"))
	x := exchange{h: h, w: w, r: r, media: media}
	x.requestErrors(gqlerror.List{{Message: "refused", Err: err}}, nil)
}

// ServeHTTP answers GET and POST. The context of r already carries the viewer,
// the language and whatever else the resolvers expect.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchange{h: h, w: w, r: r}
	defer func() {
		if v := recover(); v != nil {
			if v == http.ErrAbortHandler { //nolint:errorlint // a panic value, compared as net/http does
				panic(v)
			}
			cause := h.cfg.Recover(r.Context(), v)
			if cause == nil {
				cause = hidePanic(r.Context(), v)
			}
			x.refuse(&refusal{status: http.StatusInternalServerError, cause: cause})
		}
	}()

	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		x.refuse(refuseMethod())
		return
	}
	var ok bool
	if x.media, ok = negotiate(r.Header.Values("Accept")); !ok {
		x.refuse(refuseAccept())
		return
	}
	limits := h.cfg.Limits(r.Context()).orDefaults()
	var params *graphql.RawParams
	var bad *refusal
	if r.Method == http.MethodGet {
		params, bad = readGet(r, limits)
	} else {
		params, bad = readPost(w, r, limits)
	}
	if bad != nil {
		x.refuse(bad)
		return
	}
	x.run(params)
}

// run executes the operation and writes its answer.
func (x *exchange) run(params *graphql.RawParams) {
	h := x.h
	ctx := graphql.StartOperationTrace(x.r.Context())
	if h.cfg.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, h.cfg.Timeout, outOfTime{})
		defer cancel()
	}
	op, errs := h.engine.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		x.requestErrors(errs, op)
		return
	}
	switch {
	case op.Operation.Operation == ast.Subscription:
		x.refuse(refuseSubscription())
		return
	case op.Operation.Operation == ast.Mutation && x.r.Method == http.MethodGet:
		x.w.Header().Set("Allow", "POST")
		x.refuse(refuseMutationByGet())
		return
	}
	x.answer(ctx, op, h.execute(ctx, op))
}

// execute waits for its turn and runs an operation.
func (h *Handler) execute(ctx context.Context, op *graphql.OperationContext) *graphql.Response {
	if h.running != nil {
		select {
		case h.running <- struct{}{}:
			defer func() { <-h.running }()
		case <-ctx.Done():
			return &graphql.Response{Errors: gqlerror.List{h.engine.present(ctx, interrupted(ctx))}}
		}
	}
	handler, ctx := h.engine.DispatchOperation(ctx, op)
	resp := handler(ctx)
	if resp == nil {
		resp = &graphql.Response{Errors: gqlerror.List{h.engine.present(ctx, interrupted(ctx))}}
	}
	return resp
}
