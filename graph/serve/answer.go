package serve

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ombudsnetz/internal/fault"
)

// exchange is one request and its answer.
type exchange struct {
	h     *Handler
	w     http.ResponseWriter
	r     *http.Request
	media media
}

// Buffers beyond this size are left to the garbage collector.
const keptBuffer = 1 << 20

// Nothing an answer depends on may be missing here, or a cache mixes viewers up.
const vary = "Accept, Accept-Encoding, Accept-Language, Authorization, Origin"

const (
	cachePublic  = "public, max-age=60, stale-while-revalidate=600"
	cachePrivate = "private, no-store"
)

// refuse answers a request that was not executed.
func (x *exchange) refuse(r *refusal) { x.requestErrors(r.list(), nil) }

// requestErrors answers with errors and no data entry: nothing was executed.
// op is nil when the request did not get that far.
func (x *exchange) requestErrors(errs gqlerror.List, op *graphql.OperationContext) {
	ctx := x.r.Context()
	shown := x.h.engine.DispatchError(ctx, errs).Errors
	buf := x.h.buffers.Get().(*[]byte)       //nolint:forcetypeassert // New and release put nothing else in
	b := append((*buf)[:0], `{"errors":`...) //nolint:gocritic // release hands the grown buffer back
	b = appendJSON(b, shown)
	b = x.appendExtensions(ctx, b, op, nil)
	b = append(b, '}')
	x.w.Header().Set("Cache-Control", x.noStore())
	x.write(x.status(errs[0]), b)
	x.release(buf, b)
}

// status is the HTTP status of a request error. Of application/json the
// specification says 200 for whatever is well-formed, since clients that accept
// only that read any other status as a failure of the transport.
func (x *exchange) status(err *gqlerror.Error) int {
	if r, ok := errors.AsType[*refusal](err.Err); ok && r.status != 0 {
		return r.status
	}
	switch fault.CodeOf(err) {
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
		return http.StatusInternalServerError
	case fault.Unauthenticated:
		return x.told(http.StatusUnauthorized)
	case fault.Forbidden:
		return x.told(http.StatusForbidden)
	default:
		return x.told(http.StatusBadRequest)
	}
}

// told is a status that only the newer media type has for well-formed requests.
func (x *exchange) told(status int) int {
	if x.media == mediaResponse {
		return status
	}
	return http.StatusOK
}

// answer writes the result of an execution. Its data entry is never left out:
// null says that the operation ran and produced nothing.
func (x *exchange) answer(ctx context.Context, op *graphql.OperationContext, resp *graphql.Response) {
	buf := x.h.buffers.Get().(*[]byte) //nolint:forcetypeassert // New and release put nothing else in
	b := append((*buf)[:0], '{')       //nolint:gocritic // release hands the grown buffer back
	if len(resp.Errors) > 0 {
		b = append(b, `"errors":`...)
		b = appendJSON(b, resp.Errors)
		b = append(b, ',')
	}
	b = append(b, `"data":`...)
	data := resp.Data
	if len(data) == 0 {
		data = append(data, "null"...)
	}
	defer func() {
		x.release(buf, b)
		x.h.recycle(data)
	}()
	if x.r.Method == http.MethodGet && x.validators(ctx, op, resp, data) {
		x.write(http.StatusNotModified)
		return
	}
	if x.r.Method != http.MethodGet {
		x.w.Header().Set("Cache-Control", x.noStore())
	}
	// Behind the data, which may be long, so that it need not be copied.
	data = x.appendExtensions(ctx, data, op, resp.Extensions)
	data = append(data, '}')
	x.write(http.StatusOK, b, data)
}

// validators sets the caching headers of a GET and reports whether the client
// already has this answer. The tag is weak: extensions and compression may
// differ between answers of one tag. Answers with errors have none: what failed
// may succeed the next time.
func (x *exchange) validators(ctx context.Context, op *graphql.OperationContext, resp *graphql.Response, data []byte) bool {
	header := x.w.Header()
	header.Set("Cache-Control", cachePrivate)
	if len(resp.Errors) > 0 {
		return false
	}
	if x.h.cfg.Public(ctx, op.Operation) {
		header.Set("Cache-Control", cachePublic)
	}
	sum := sha256.Sum256(data)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
	header.Set("ETag", "W/"+tag)
	for candidate := range strings.SplitSeq(strings.Join(x.r.Header.Values("If-None-Match"), ","), ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}

func (x *exchange) noStore() string {
	if x.r.Method == http.MethodGet {
		return cachePrivate
	}
	return "no-store"
}

// appendExtensions writes what the answer cost and what the executor added.
func (x *exchange) appendExtensions(ctx context.Context, b []byte, op *graphql.OperationContext, more map[string]any) []byte {
	var cost Cost
	measured := false
	if op != nil {
		cost, measured = CostOf(op)
	}
	if !measured && len(more) == 0 {
		return b
	}
	b = append(b, `,"extensions":{`...)
	separate := false
	if measured {
		limits := x.h.cfg.Limits(ctx).orDefaults()
		b = append(b, `"cost":{`...)
		b = appendNumber(b, "requested", cost.Requested)
		b = appendNumber(append(b, ','), "limit", limits.Cost)
		b = appendNumber(append(b, ','), "depth", cost.Depth)
		b = appendNumber(append(b, ','), "depthLimit", limits.Depth)
		b = appendNumber(append(b, ','), "fields", cost.Fields)
		b = appendNumber(append(b, ','), "aliases", cost.Aliases)
		if x.h.cfg.StatementCount != nil {
			b = appendNumber(append(b, ','), "statements", x.h.cfg.StatementCount(ctx))
		}
		b = append(b, '}')
		separate = true
	}
	names := make([]string, 0, len(more))
	for name := range more {
		if name != "cost" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if separate {
			b = append(b, ',')
		}
		b = append(appendJSON(b, name), ':')
		b = appendJSON(b, more[name])
		separate = true
	}
	return append(b, '}')
}

func appendNumber(b []byte, name string, value int) []byte {
	b = append(append(append(b, '"'), name...), `":`...)
	return strconv.AppendInt(b, int64(value), 10)
}

// appendJSON panics on what has no JSON form: an extension that a programmer
// put there.
func appendJSON(b []byte, value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return append(b, text...)
}

// write sends the answer at once, so that it has a length and no half of it can
// arrive with a good status.
func (x *exchange) write(status int, parts ...[]byte) {
	header := x.w.Header()
	header.Set("Vary", vary) // whatever stands there is among them
	header.Set("X-Content-Type-Options", "nosniff")
	if status != http.StatusNotModified {
		length := 0
		for _, part := range parts {
			length += len(part)
		}
		header.Set("Content-Type", x.media.contentType())
		header.Set("Content-Length", strconv.Itoa(length))
	}
	x.w.WriteHeader(status)
	for _, part := range parts {
		// The client is gone when this fails; there is nobody left to tell.
		_, _ = x.w.Write(part) //nolint:gosec // JSON that says so, and is not to be sniffed
	}
}

func (x *exchange) release(buf *[]byte, b []byte) {
	if cap(b) <= keptBuffer {
		*buf = b
		x.h.buffers.Put(buf)
	}
}
