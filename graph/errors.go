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

	"ombudsnetz/internal/fault"
)

// presenter turns an error into what a client may see of it. Faults are shown
// in the client's language, with their code and the input to blame. Everything
// else is a defect: it is logged under the id of the request, and the client
// gets that id and nothing more.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := &gqlerror.Error{Extensions: map[string]any{}}
		var argument string
		if at, ok := errors.AsType[*gqlerror.Error](err); ok {
			shown.Path, shown.Locations = at.Path, at.Locations
			if behind := behindField(ctx, at.Path); behind > 0 {
				argument = inputPath(at.Path[behind:])
				shown.Path = at.Path[:behind:behind]
				shown.Locations = locations(ctx, shown.Path)
			}
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
		switch {
		case e.Field != "":
			shown.Extensions["field"] = e.Field
		case argument != "" && e.Code == fault.BadUserInput:
			shown.Extensions["field"] = argument
		}
		return shown
	}
}

// behindField is where in path that of the field ends, and that of an argument
// begins that could not be read. Zero when path holds no argument: clients are
// promised a path of response keys.
func behindField(ctx context.Context, path ast.Path) int {
	fc := graphql.GetFieldContext(ctx)
	if fc == nil {
		return 0
	}
	field := fc.Path()
	if len(path) <= len(field) || !slices.Equal(path[:len(field)], field) {
		return 0
	}
	return len(field)
}

// locations tells where in the document the field at path stands.
func locations(ctx context.Context, path ast.Path) []gqlerror.Location {
	if !graphql.HasOperationContext(ctx) {
		return nil
	}
	set := graphql.GetOperationContext(ctx).Operation.SelectionSet
	var at *ast.Field
	for _, step := range path {
		if key, ok := step.(ast.PathName); ok {
			if at = selected(set, string(key)); at == nil {
				return nil
			}
			set = at.SelectionSet
		}
	}
	if at == nil || at.Position == nil {
		return nil
	}
	return []gqlerror.Location{{Line: at.Position.Line, Column: at.Position.Column}}
}

// selected is the first field of set with that response key.
func selected(set ast.SelectionSet, key string) *ast.Field {
	for _, selection := range set {
		var found *ast.Field
		switch s := selection.(type) {
		case *ast.Field:
			if s.Alias == key {
				found = s
			}
		case *ast.InlineFragment:
			found = selected(s.SelectionSet, key)
		case *ast.FragmentSpread:
			found = selected(s.Definition.SelectionSet, key)
		}
		if found != nil {
			return found
		}
	}
	return nil
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
