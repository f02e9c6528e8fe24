package serve

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ombudsnetz/internal/fault"
)

// refusal is why a request was not executed: a fault for the client, and what
// of the answer the presenter cannot know.
type refusal struct {
	cause     error
	locations []gqlerror.Location
	details   map[string]any
	// status is the HTTP status of a request that is not well-formed GraphQL
	// over HTTP. Zero leaves it to the media type.
	status int
}

func (r *refusal) Error() string { return r.cause.Error() }

func (r *refusal) Unwrap() error { return r.cause }

func refuse(status int, code fault.Code, text fault.Text) *refusal {
	return &refusal{status: status, cause: fault.New(code, text)}
}

func refuseParameter(name string, text fault.Text) *refusal {
	return &refusal{status: http.StatusBadRequest, cause: fault.Invalid(name, text)}
}

// list is the form in which gqlgen's interfaces hand errors on.
func (r *refusal) list() gqlerror.List {
	return gqlerror.List{{Message: "refused", Err: r, Locations: r.locations}}
}

func refuseMethod() *refusal {
	return refuse(http.StatusMethodNotAllowed, fault.BadUserInput, fault.Text{
		EN: "Only GET and POST are answered here.",
		DE: "Hier werden nur GET und POST beantwortet.",
	})
}

func refuseMutationByGet() *refusal {
	return refuse(http.StatusMethodNotAllowed, fault.BadUserInput, fault.Text{
		EN: "A mutation must be sent by POST.",
		DE: "Eine Mutation muss mit POST gesendet werden.",
	})
}

func refuseAccept() *refusal {
	return refuse(http.StatusNotAcceptable, fault.BadUserInput, fault.Text{
		EN: "Answers are application/graphql-response+json or application/json.",
		DE: "Antworten sind application/graphql-response+json oder application/json.",
	})
}

func refuseContentType() *refusal {
	return refuse(http.StatusUnsupportedMediaType, fault.BadUserInput, fault.Text{
		EN: "The body must be application/json in UTF-8, without content coding.",
		DE: "Der Inhalt muss application/json in UTF-8 ohne Inhaltskodierung sein.",
	})
}

func refuseCrossSite() *refusal {
	return refuse(http.StatusForbidden, fault.Forbidden, fault.Text{
		EN: "A page of another site may not embed an answer.",
		DE: "Eine Seite einer anderen Herkunft darf keine Antwort einbetten.",
	})
}

func refuseSize(status int, limit string, maximum int64) *refusal {
	r := refuse(status, fault.LimitExceeded, fault.Text{
		EN: fmt.Sprintf("The request is longer than %d bytes.", maximum),
		DE: fmt.Sprintf("Die Anfrage ist länger als %d Bytes.", maximum),
	})
	r.details = map[string]any{"limit": limit, "maximum": maximum}
	return r
}

func refuseBody() *refusal {
	return refuse(http.StatusBadRequest, fault.BadUserInput, fault.Text{
		EN: "The body is not one JSON object in UTF-8.",
		DE: "Der Inhalt ist nicht genau ein JSON-Objekt in UTF-8.",
	})
}

func refuseBatch() *refusal {
	return refuse(http.StatusBadRequest, fault.BadUserInput, fault.Text{
		EN: "Batches are not accepted: send one operation per request.",
		DE: "Sammelanfragen werden nicht angenommen: eine Operation je Anfrage.",
	})
}

func refuseURL() *refusal {
	return refuse(http.StatusBadRequest, fault.BadUserInput, fault.Text{
		EN: "The query part of the address is not well-formed.",
		DE: "Der Abfrageteil der Adresse ist nicht wohlgeformt.",
	})
}

func refuseDuplicate(name string) *refusal {
	return refuseParameter(name, fault.Text{
		EN: fmt.Sprintf("The parameter %q is given more than once.", name),
		DE: fmt.Sprintf("Der Parameter %q ist mehrfach angegeben.", name),
	})
}

func refuseKind(name, wantEN, wantDE string) *refusal {
	return refuseParameter(name, fault.Text{
		EN: fmt.Sprintf("The parameter %q must be %s.", name, wantEN),
		DE: fmt.Sprintf("Der Parameter %q muss %s sein.", name, wantDE),
	})
}

func refuseMissingQuery() *refusal {
	return refuseParameter("query", fault.Text{
		EN: `The parameter "query" is missing.`,
		DE: `Der Parameter "query" fehlt.`,
	})
}

func refuseHalfCharacter(name string) *refusal {
	return refuseParameter(name, fault.Text{
		EN: fmt.Sprintf("The parameter %q holds half of a surrogate pair, which is no character.", name),
		DE: fmt.Sprintf("Der Parameter %q enthält ein halbes Ersatzzeichenpaar (surrogate), das kein Zeichen ist.", name),
	})
}

// refuseLiteral refuses an input for what is written in the document.
func refuseLiteral(value *ast.Value, input string, text fault.Text) *refusal {
	r := &refusal{cause: fault.Invalid(input, text)}
	if at := value.Position; at != nil {
		r.locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
	}
	return r
}

func refuseSubscription() *refusal {
	return refuse(0, fault.BadUserInput, fault.Text{
		EN: "Subscriptions are not answered by plain HTTP: use graphql-transport-ws.",
		DE: "Subscriptions werden nicht über einfaches HTTP beantwortet: graphql-transport-ws verwenden.",
	})
}

func refuseDefer() *refusal {
	return refuse(0, ValidationFailed, fault.Text{
		EN: "@defer is not supported.",
		DE: "@defer wird nicht unterstützt.",
	})
}

func refuseIntrospection() *refusal {
	return refuse(0, ValidationFailed, fault.Text{
		EN: "The schema is not open to introspection.",
		DE: "Das Schema ist nicht zur Introspektion freigegeben.",
	})
}

func refuseOperationName() *refusal {
	return &refusal{cause: fault.Invalid("operationName", fault.Text{
		EN: "The document has no such operation, or several and none is named.",
		DE: "Das Dokument hat keine solche Operation, oder mehrere und keine ist genannt.",
	})}
}

func refusePersistedForm() *refusal {
	return refuseParameter("extensions.persistedQuery", fault.Text{
		EN: "persistedQuery must hold version 1 and a SHA-256 hash in hexadecimal.",
		DE: "persistedQuery muss Version 1 und einen SHA-256-Hash in Hexadezimalschreibweise enthalten.",
	})
}

// refusePersistedUnknown carries the one text that Apollo's clients look for,
// so it is the same in every language.
func refusePersistedUnknown() *refusal {
	return refuse(0, PersistedQueryNotFound, fault.Text{EN: "PersistedQueryNotFound", DE: "PersistedQueryNotFound"})
}

func refusePersistedMismatch() *refusal {
	return refuse(0, PersistedQueryMismatch, fault.Text{
		EN: "The hash is not that of the query.",
		DE: "Der Hash gehört nicht zu dieser Abfrage.",
	})
}

// refuseSyntax tells where a document breaks off, but of the parser's message
// only what precedes the text it quotes from the document.
func refuseSyntax(err error) *refusal {
	r := refuse(0, ParseFailed, fault.Text{EN: "Syntax error.", DE: "Syntaxfehler."})
	g, ok := errors.AsType[*gqlerror.Error](err)
	if !ok {
		return r
	}
	r.locations = g.Locations
	message := g.Message
	if cut := strings.IndexAny(message, "\"\\"); cut >= 0 {
		message = message[:cut]
	}
	message = strings.TrimRight(message, " :(.")
	r.cause = fault.New(ParseFailed, fault.Text{
		EN: fmt.Sprintf("Syntax error: %s.", message),
		DE: fmt.Sprintf("Syntaxfehler: %s.", message),
	})
	return r
}

// Findings beyond these bounds only repeat names from the request.
const (
	maxFindings = 10
	maxMessage  = 300
)

// invalidDocument turns the validator's findings into faults. The messages name
// types, fields and variables; values are kept out by the rules in newRules. What
// is wrong in a fragment is found once for each use, and told once.
func invalidDocument(found gqlerror.List) gqlerror.List {
	list := make(gqlerror.List, 0, maxFindings)
	told := make(map[string]bool, maxFindings)
	for _, g := range found {
		key := fmt.Sprint(g.Message, g.Locations)
		if told[key] {
			continue
		}
		told[key] = true
		message := g.Message
		if len(message) > maxMessage {
			message = strings.ToValidUTF8(message[:maxMessage], "") + "…"
		}
		r := refuse(0, ValidationFailed, fault.Text{
			EN: message,
			DE: "Die Abfrage passt nicht zum Schema: " + message,
		})
		r.locations, r.details = g.Locations, g.Extensions
		if list = append(list, r.list()...); len(list) == maxFindings {
			break
		}
	}
	return list
}

// outOfTime is the cause of a context that Config.Timeout ended.
type outOfTime struct{}

func (outOfTime) Error() string { return "operation out of time" }

// interrupted is the error of an operation whose context ended before its answer.
func interrupted(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return errors.New("operation without an answer")
}

func timeout(cause error) error {
	return fault.New(fault.Timeout, fault.Text{
		EN: "The operation took too long and was stopped.",
		DE: "Die Operation dauerte zu lange und wurde abgebrochen.",
	}).Because(cause)
}

// presenter completes what present returns: a code always, locations and
// details of a refusal, and TIMEOUT for what failed because time was up.
func presenter(present graphql.ErrorPresenterFunc) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		code := fault.CodeOf(err)
		_, late := errors.AsType[outOfTime](context.Cause(ctx))
		if late && (code == fault.Internal || code == fault.Unavailable) {
			code = fault.Timeout
			err = onPathOf(err, timeout(err))
		}
		shown := present(ctx, err)
		if shown == nil {
			shown = presentFaultsOnly(ctx, err)
		}
		if shown.Extensions == nil {
			shown.Extensions = make(map[string]any, 1)
		}
		if _, coded := shown.Extensions["code"]; !coded {
			shown.Extensions["code"] = string(code)
		}
		if r, ok := errors.AsType[*refusal](err); ok {
			shown.Locations, shown.Path = r.locations, nil
			maps.Copy(shown.Extensions, r.details)
		} else if g, ok := errors.AsType[*gqlerror.Error](err); ok && shown.Path == nil {
			shown.Path, shown.Locations = g.Path, g.Locations
		}
		return shown
	}
}

// onPathOf gives err the path and locations of the error it replaces.
func onPathOf(replaced, err error) error {
	g, ok := errors.AsType[*gqlerror.Error](replaced)
	if !ok {
		return err
	}
	return &gqlerror.Error{Err: err, Message: err.Error(), Path: g.Path, Locations: g.Locations}
}

// presentFaultsOnly is the presenter of a Config without one.
func presentFaultsOnly(_ context.Context, err error) *gqlerror.Error {
	shown := &gqlerror.Error{Message: "Internal error.", Extensions: map[string]any{"code": string(fault.Internal)}}
	if g, ok := errors.AsType[*gqlerror.Error](err); ok {
		shown.Path, shown.Locations = g.Path, g.Locations
	}
	if all := fault.All(err); len(all) > 0 {
		shown.Message = all[0].Text.EN
		shown.Extensions["code"] = string(all[0].Code)
		if all[0].Field != "" {
			shown.Extensions["field"] = all[0].Field
		}
	}
	return shown
}

func hidePanic(context.Context, any) error { return errors.New("panic") }
