package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

// readPost reads the operation from a body. Every type a form can send is
// refused before the body is looked at, so another site's page cannot make a
// browser send an operation without asking first.
func readPost(w http.ResponseWriter, r *http.Request, limits Limits) (*graphql.RawParams, *refusal) {
	if !isJSON(r.Header) {
		return nil, refuseContentType()
	}
	if r.ContentLength > limits.Body {
		return nil, refuseSize(http.StatusRequestEntityTooLarge, "body", limits.Body)
	}
	var body bytes.Buffer
	if r.ContentLength > 0 {
		body.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limits.Body)); err != nil {
		if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
			return nil, refuseSize(http.StatusRequestEntityTooLarge, "body", limits.Body)
		}
		return nil, refuseBody()
	}
	params, bad := decodeBody(body.Bytes(), limits)
	if bad != nil {
		return nil, bad
	}
	params.Headers = r.Header
	return params, nil
}

func isJSON(header http.Header) bool {
	types := header.Values("Content-Type")
	if len(types) != 1 {
		return false
	}
	name, params, err := mime.ParseMediaType(types[0])
	if err != nil || name != "application/json" {
		return false
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return false
	}
	coding := header.Get("Content-Encoding")
	return coding == "" || strings.EqualFold(coding, "identity")
}

// decodeBody reads the parameters of a request from JSON text. Parameters it
// does not know are ignored, as the specification asks; those it knows must
// come once, in exactly this spelling, and be of the right kind.
func decodeBody(body []byte, limits Limits) (*graphql.RawParams, *refusal) {
	if !utf8.Valid(body) {
		return nil, refuseBody()
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	first, err := decoder.Token()
	switch {
	case err != nil:
		return nil, refuseBody()
	case first == json.Delim('['):
		return nil, refuseBatch()
	case first != json.Delim('{'):
		return nil, refuseBody()
	}
	var raw rawParameters
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, refuseBody()
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, refuseBody()
		}
		name, _ := key.(string)
		target := raw.named(name)
		if target == nil {
			continue
		}
		if *target != nil {
			return nil, refuseDuplicate(name)
		}
		*target = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, refuseBody()
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, refuseBody()
	}
	return raw.params(limits)
}

// maxAddress bounds the query part of an address in bytes. It is less than what
// net/http reads as headers, which it would refuse without a code.
const maxAddress = 32 << 10

// readGet reads the operation from the address.
func readGet(r *http.Request, limits Limits) (*graphql.RawParams, *refusal) {
	if crossSiteEmbed(r.Header) {
		return nil, refuseCrossSite()
	}
	if len(r.URL.RawQuery) > maxAddress {
		return nil, refuseSize(http.StatusRequestURITooLong, "address", maxAddress)
	}
	params, bad := decodeQuery(r.URL.RawQuery, limits)
	if bad != nil {
		return nil, bad
	}
	params.Headers = r.Header
	return params, nil
}

// crossSiteEmbed reports a GET that a page of another site makes by an element
// (script, img, object): it cannot read the answer, but it can time and count.
func crossSiteEmbed(header http.Header) bool {
	return header.Get("Sec-Fetch-Site") == "cross-site" && header.Get("Sec-Fetch-Mode") == "no-cors"
}

func decodeQuery(query string, limits Limits) (*graphql.RawParams, *refusal) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, refuseURL()
	}
	var raw rawParameters
	for name, given := range values {
		target := raw.named(name)
		if target == nil {
			continue
		}
		if len(given) != 1 {
			return nil, refuseDuplicate(name)
		}
		if !utf8.ValidString(given[0]) {
			return nil, refuseURL()
		}
		switch name {
		case "variables", "extensions":
			if given[0] == "" {
				continue
			}
			if !json.Valid([]byte(given[0])) {
				return nil, refuseKind(name, "a JSON object", "ein JSON-Objekt")
			}
			*target = json.RawMessage(strings.TrimSpace(given[0]))
		default:
			*target = appendJSON(nil, given[0])
		}
	}
	return raw.params(limits)
}

// rawParameters are the four parameters of the specification as JSON texts.
type rawParameters struct {
	query, operationName, variables, extensions json.RawMessage
}

func (p *rawParameters) named(name string) *json.RawMessage {
	switch name {
	case "query":
		return &p.query
	case "operationName":
		return &p.operationName
	case "variables":
		return &p.variables
	case "extensions":
		return &p.extensions
	}
	return nil
}

func (p *rawParameters) params(limits Limits) (*graphql.RawParams, *refusal) {
	params := &graphql.RawParams{}
	var bad *refusal
	if params.Query, bad = text("query", p.query); bad != nil {
		return nil, bad
	}
	if params.OperationName, bad = text("operationName", p.operationName); bad != nil {
		return nil, bad
	}
	if len(p.variables) > limits.VariableBytes {
		return nil, tooLarge("variableBytes", len(p.variables), limits.VariableBytes).of("variables")
	}
	if params.Variables, bad = object("variables", p.variables, limits); bad != nil {
		return nil, bad
	}
	if params.Extensions, bad = object("extensions", p.extensions, limits); bad != nil {
		return nil, bad
	}
	if params.Query == "" && params.Extensions["persistedQuery"] == nil {
		return nil, refuseMissingQuery()
	}
	return params, nil
}

func tooLarge(name string, value, maximum int) *refusal {
	r := exceeded(name, value, maximum)
	r.status = http.StatusBadRequest
	return r
}

func absent(raw json.RawMessage) bool { return raw == nil || string(raw) == "null" }

func text(name string, raw json.RawMessage) (string, *refusal) {
	if absent(raw) {
		return "", nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", refuseKind(name, "a string", "ein Text")
	}
	if !surrogatesPaired(raw) {
		return "", refuseHalfCharacter(name)
	}
	return s, nil
}

// object decodes a map, whose values may be flaws.
func object(name string, raw json.RawMessage, limits Limits) (map[string]any, *refusal) {
	if absent(raw) {
		return nil, nil
	}
	if raw[0] != '{' {
		return nil, refuseKind(name, "an object", "ein Objekt")
	}
	reader := jsonReader{text: raw}
	m, _ := reader.value(0).(map[string]any)
	if reader.deepest > limits.VariableDepth {
		return nil, tooLarge("variableDepth", reader.deepest, limits.VariableDepth).of(name)
	}
	return m, nil
}
