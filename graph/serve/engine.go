package serve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"ombudsnetz/internal/fault"
)

// engine prepares operations for every transport and has gqlgen's executor
// dispatch them to the schema. It prepares them itself, because gqlgen validates
// before any limit of ours can speak, offers schema names as suggestions, quotes
// values, and reads a number where a text is asked for.
type engine struct {
	cfg       Config
	run       *executor.Executor
	present   graphql.ErrorPresenterFunc
	rules     *rules.Rules
	documents *byteCache[*ast.QueryDocument]
	persisted *byteCache[string]
}

var _ graphql.GraphExecutor = (*engine)(nil)

func newEngine(cfg Config) *engine {
	e := &engine{
		cfg:       cfg,
		run:       executor.New(cfg.Schema),
		present:   presenter(cfg.Present),
		rules:     newRules(),
		documents: newByteCache[*ast.QueryDocument](cfg.CacheBytes),
		persisted: newByteCache[string](cfg.CacheBytes),
	}
	e.run.SetErrorPresenter(e.present)
	e.run.SetRecoverFunc(cfg.Recover)
	return e
}

// DispatchOperation runs a prepared operation.
func (e *engine) DispatchOperation(ctx context.Context, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	return e.run.DispatchOperation(ctx, op)
}

// DispatchError presents the errors of CreateOperationContext.
func (e *engine) DispatchError(ctx context.Context, list gqlerror.List) *graphql.Response {
	return e.run.DispatchError(ctx, list)
}

// CreateOperationContext finds, checks and measures the operation. The errors
// are not presented yet: DispatchError does that.
func (e *engine) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	op := &graphql.OperationContext{
		OperationName:          params.OperationName,
		Extensions:             params.Extensions,
		Headers:                params.Headers,
		DisableIntrospection:   !e.cfg.Introspection(ctx),
		RecoverFunc:            e.cfg.Recover,
		ResolverMiddleware:     callResolver,
		RootResolverMiddleware: callRootResolver,
		Stats:                  graphql.Stats{OperationStart: graphql.GetStartTime(ctx), Read: params.ReadTime},
	}
	hash, bad := e.recall(params)
	if bad != nil {
		return op, bad.list()
	}
	if params.Query == "" {
		return op, refuseMissingQuery().list()
	}
	op.RawQuery = params.Query
	doc, errs := e.document(params.Query)
	if errs != nil {
		return op, errs
	}
	op.Doc = doc
	if op.Operation = doc.Operations.ForName(params.OperationName); op.Operation == nil {
		return op, refuseOperationName().list()
	}
	limits := e.cfg.Limits(ctx).orDefaults()
	if op.Variables, errs = coerceVariables(e.cfg.Schema.Schema(), op.Operation, params.Variables, limits); errs != nil {
		return op, errs
	}
	if bad := e.admit(op, limits); bad != nil {
		return op, bad.list()
	}
	if hash != "" {
		e.persisted.add(hash, params.Query, len(hash)+len(params.Query)+entryOverhead)
	}
	return op, nil
}

// admit measures the operation and refuses what is too large or not allowed.
func (e *engine) admit(op *graphql.OperationContext, limits Limits) *refusal {
	cost, bad := measure(e.cfg.Schema.Schema(), op.Doc, op.Operation, op.Variables, limits)
	op.Stats.SetExtension(costExtension, &cost)
	if bad != nil {
		return bad
	}
	if cost.Introspects && op.DisableIntrospection {
		return refuseIntrospection()
	}
	return limits.check(cost)
}

// costExtension is the name under which an operation's Cost travels in its Stats.
const costExtension = "Cost"

// CostOf returns what the operation was measured to cost, if it got that far.
func CostOf(op *graphql.OperationContext) (Cost, bool) {
	if cost, ok := op.Stats.GetExtension(costExtension).(*Cost); ok {
		return *cost, true
	}
	return Cost{}, false
}

// entryOverhead is what a cache entry occupies beside its key and value.
const entryOverhead = 200

// document returns the parsed and validated document of a query text.
func (e *engine) document(query string) (*ast.QueryDocument, gqlerror.List) {
	if doc, ok := e.documents.get(query); ok {
		return doc, nil
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, e.cfg.Tokens)
	if err != nil {
		if tokens := countTokens(query, e.cfg.Tokens); tokens > e.cfg.Tokens {
			return nil, exceeded("tokens", tokens, e.cfg.Tokens).list()
		}
		return nil, refuseSyntax(err).list()
	}
	if len(doc.Operations) == 0 {
		return nil, refuse(0, ValidationFailed, fault.Text{
			EN: "The document has no operation.",
			DE: "Das Dokument enthält keine Operation.",
		}).list()
	}
	if n := len(doc.Operations); n > maxOperations {
		return nil, exceeded("operations", n, maxOperations).list()
	}
	bulk := bulkOf(doc)
	if bulk.repeated > maxRepetitions {
		return nil, exceeded("repetitions", bulk.repeated, maxRepetitions).list()
	}
	if found := validator.ValidateWithRules(e.cfg.Schema.Schema(), doc, e.rules); len(found) > 0 {
		return nil, invalidDocument(found)
	}
	e.documents.add(query, doc, bulk.bytes(query))
	return doc, nil
}

// countTokens counts up to one more than limit.
func countTokens(query string, limit int) int {
	lex := lexer.New(&ast.Source{Input: query})
	for n := 0; ; n++ {
		token, err := lex.ReadToken()
		if err != nil || token.Kind == lexer.EOF || n > limit {
			return n
		}
	}
}

// recall completes params by the text of a persisted query. It returns the hash
// under which a valid new text is to be kept.
func (e *engine) recall(params *graphql.RawParams) (string, *refusal) {
	extension, ok := params.Extensions["persistedQuery"]
	if !ok || extension == nil {
		return "", nil
	}
	object, _ := extension.(map[string]any)
	hash, _ := object["sha256Hash"].(string)
	hash = strings.ToLower(hash) // hexadecimal in either case
	if !isOne(object["version"]) || len(hash) != 2*sha256.Size {
		return "", refusePersistedForm()
	}
	if params.Query == "" {
		if params.Query, ok = e.persisted.get(hash); !ok {
			return "", refusePersistedUnknown()
		}
		return "", nil
	}
	if sum := sha256.Sum256([]byte(params.Query)); hex.EncodeToString(sum[:]) != hash {
		return "", refusePersistedMismatch()
	}
	return hash, nil
}

func isOne(version any) bool {
	switch version := version.(type) {
	case json.Number:
		return version == "1"
	case float64:
		return version == 1
	}
	return false
}

func callResolver(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) }

func callRootResolver(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	return next(ctx)
}
