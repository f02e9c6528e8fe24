package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ombudsnetz/graph/serve"
	"ombudsnetz/internal/fault"
)

// presenter turns an error into what a client may see of it. Faults are shown
// in the client's language, with their code and the input to blame. Everything
// else is a defect: it is logged under the id of the request, and the client
// gets that id and nothing more.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := &gqlerror.Error{Extensions: map[string]any{}}
		if at, ok := errors.AsType[*gqlerror.Error](err); ok {
			shown.Path, shown.Locations = at.Path, at.Locations
		}
		all := fault.All(err)
		if len(all) == 0 {
			id := requestID(ctx)
			log.ErrorContext(ctx, "request failed", "request", id, "path", shown.Path.String(), "error", err)
			shown.Message = message(ctx, fault.Text{EN: "internal error", DE: "interner Fehler"})
			shown.Extensions["code"] = fault.Internal
			shown.Extensions["requestId"] = id
			return shown
		}
		// An input may have several problems: each becomes an error of its own.
		last := len(all) - 1
		for _, e := range all[:last] {
			graphql.AddError(ctx, &gqlerror.Error{Err: e, Message: e.Error(), Path: shown.Path, Locations: shown.Locations})
		}
		e := all[last]
		if e.Code == fault.Unavailable || e.Code == fault.Timeout {
			log.WarnContext(ctx, "request given up", "request", requestID(ctx), "code", e.Code, "cause", errors.Unwrap(e))
		}
		shown.Message = message(ctx, e.Text)
		shown.Extensions["code"] = e.Code
		if field := blamed(ctx, e, shown.Path); field != "" {
			shown.Extensions["field"] = field
		}
		return shown
	}
}

// blamed is the input that caused e: the one it names or, for a scalar that
// could not be read, what its path adds to the path of the field.
func blamed(ctx context.Context, e *fault.Error, path ast.Path) string {
	if e.Field != "" || e.Code != fault.BadUserInput {
		return e.Field
	}
	var field ast.Path
	if fc := graphql.GetFieldContext(ctx); fc != nil {
		field = fc.Path()
	}
	if len(path) <= len(field) || !slices.Equal(path[:len(field)], field) {
		return ""
	}
	return inputPath(path[len(field):])
}

// inputPath writes a path as clients write it: input.sites[0].id.
func inputPath(path ast.Path) string {
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case ast.PathIndex:
			b.WriteString("[" + strconv.Itoa(int(step)) + "]")
		case ast.PathName:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(string(step))
		}
	}
	return b.String()
}

// recoverer turns a panic into an error that is logged with its stack.
func recoverer(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, v any) error {
		log.ErrorContext(ctx, "panic", "request", requestID(ctx), "stack", string(debug.Stack()))
		return fmt.Errorf("panic of type %T", v)
	}
}

// Codes lists every code that extensions.code can have.
func Codes() []fault.Code { return append(fault.Codes(), serve.Codes()...) }

// messages are the texts of user errors in the language of the request.
func messages(ctx context.Context, errs []*fault.Error) []string {
	texts := make([]string, len(errs))
	for i, e := range errs {
		texts[i] = message(ctx, e.Text)
	}
	return texts
}

// fields are the inputs that user errors blame, nil where none is to blame.
func fields(errs []*fault.Error) []*string {
	blamed := make([]*string, len(errs))
	for i, e := range errs {
		if e.Field != "" {
			blamed[i] = &e.Field
		}
	}
	return blamed
}
