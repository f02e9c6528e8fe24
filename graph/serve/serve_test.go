package serve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"ombudsnetz/internal/fault"
)

func TestStatusAndMediaType(t *testing.T) {
	t.Parallel()
	post := func(query string) string { return `{"query":` + strconv.Quote(query) + `}` }
	for _, c := range []struct {
		name         string
		method       string
		target       string
		content      string
		accept       string
		body         string
		wantStatus   int
		wantType     string
		wantCode     string
		wantData     string // "" means no data entry
		wantNoExec   bool
		wantAllow    string
		wantEncoding string
	}{
		{name: "legacy type", accept: typeJSON, body: post("{hello}"), wantStatus: 200, wantType: typeJSON, wantData: `{"hello":"hello"}`},
		{name: "new type", accept: typeResponse, body: post("{hello}"), wantStatus: 200, wantType: typeResponse, wantData: `{"hello":"hello"}`},
		{name: "no accept", body: post("{hello}"), wantStatus: 200, wantType: typeJSON, wantData: `{"hello":"hello"}`},
		{name: "any", accept: "*/*", body: post("{hello}"), wantStatus: 200, wantType: typeJSON, wantData: `{"hello":"hello"}`},
		{name: "any application", accept: "text/html, application/*;q=0.3", body: post("{hello}"), wantStatus: 200, wantType: typeJSON, wantData: `{"hello":"hello"}`},
		{name: "q decides for the new", accept: typeResponse + ", application/json;q=0.9", body: post("{hello}"), wantStatus: 200, wantType: typeResponse, wantData: `{"hello":"hello"}`},
		{name: "q decides for the old", accept: typeResponse + ";q=0.1, application/json;q=0.9", body: post("{hello}"), wantStatus: 200, wantType: typeJSON, wantData: `{"hello":"hello"}`},
		{name: "excluded", accept: "*/*, application/json;q=0", body: post("{hello}"), wantStatus: 200, wantType: typeResponse, wantData: `{"hello":"hello"}`},
		{name: "charset asked", accept: typeResponse + "; charset=utf-8, application/json; charset=utf-8", body: post("{hello}"), wantStatus: 200, wantType: typeResponse, wantData: `{"hello":"hello"}`},
		{name: "neither", accept: "text/html", body: post("{hello}"), wantStatus: 406, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "nonsense weight", accept: "application/json;q=7", body: post("{hello}"), wantStatus: 406, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},

		{name: "parse error, old type", accept: typeJSON, body: post("{"), wantStatus: 200, wantType: typeJSON, wantCode: "GRAPHQL_PARSE_FAILED", wantNoExec: true},
		{name: "parse error, new type", accept: typeResponse, body: post("{"), wantStatus: 400, wantType: typeResponse, wantCode: "GRAPHQL_PARSE_FAILED", wantNoExec: true},
		{name: "invalid, old type", accept: typeJSON, body: post("{nothing}"), wantStatus: 200, wantType: typeJSON, wantCode: "GRAPHQL_VALIDATION_FAILED", wantNoExec: true},
		{name: "invalid, new type", accept: typeResponse, body: post("{nothing}"), wantStatus: 400, wantType: typeResponse, wantCode: "GRAPHQL_VALIDATION_FAILED", wantNoExec: true},
		{name: "no operation", accept: typeResponse, body: post("fragment F on Query{hello}"), wantStatus: 400, wantType: typeResponse, wantCode: "GRAPHQL_VALIDATION_FAILED", wantNoExec: true},
		{name: "unknown operation", accept: typeResponse, body: `{"query":"query A{hello}","operationName":"canary"}`, wantStatus: 400, wantType: typeResponse, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "ambiguous operation", accept: typeResponse, body: post("query A{hello} query B{hello}"), wantStatus: 400, wantType: typeResponse, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "bad variable, old type", accept: typeJSON, body: `{"query":"query($i:ID!){office(id:$i){id}}","variables":{"i":null}}`, wantStatus: 200, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "bad variable, new type", accept: typeResponse, body: `{"query":"query($i:ID!){office(id:$i){id}}"}`, wantStatus: 400, wantType: typeResponse, wantCode: "BAD_USER_INPUT", wantNoExec: true},

		{name: "partial data", accept: typeResponse, body: post("{hello secret}"), wantStatus: 200, wantType: typeResponse, wantCode: "FORBIDDEN", wantData: `{"hello":"hello","secret":null}`},
		{name: "execution failed", accept: typeResponse, body: post("{hello needed}"), wantStatus: 200, wantType: typeResponse, wantCode: "INTERNAL", wantData: "null"},
		{name: "panic", accept: typeResponse, body: post("{boom}"), wantStatus: 500, wantType: typeResponse, wantCode: "INTERNAL"},

		{name: "get", method: "GET", target: "/graphql?query={hello}", accept: typeResponse, wantStatus: 200, wantType: typeResponse, wantData: `{"hello":"hello"}`},
		{name: "get with variables", method: "GET", target: "/graphql?query=query($n:String){hello(name:$n)}&variables=" + url.QueryEscape(`{"n":"Öffentlich"}`), wantStatus: 200, wantType: typeJSON, wantData: `{"hello":"hello Öffentlich"}`},
		{name: "get with empty variables", method: "GET", target: "/graphql?query={hello}&variables=&operationName=", wantStatus: 200, wantType: typeJSON, wantData: `{"hello":"hello"}`},
		{name: "get without query", method: "GET", target: "/graphql", wantStatus: 400, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "get twice the query", method: "GET", target: "/graphql?query={hello}&query={hello}", wantStatus: 400, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "get with bad escape", method: "GET", target: "/graphql?query=%zz", wantStatus: 400, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "get with bad UTF-8", method: "GET", target: "/graphql?query=%ff", wantStatus: 400, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "get with bad variables", method: "GET", target: "/graphql?query={hello}&variables=canary", wantStatus: 400, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "get a mutation", method: "GET", target: "/graphql?query=mutation{count(input:{by:1})}", accept: typeResponse, wantStatus: 405, wantType: typeResponse, wantCode: "BAD_USER_INPUT", wantNoExec: true, wantAllow: "POST"},
		{name: "post a mutation", accept: typeResponse, body: post("mutation{count(input:{by:1})}"), wantStatus: 200, wantType: typeResponse, wantData: `{"count":1}`},
		{name: "put", method: "PUT", body: post("{hello}"), wantStatus: 405, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true, wantAllow: "GET, POST"},
		{name: "subscription", accept: typeResponse, body: post("subscription{ticks}"), wantStatus: 400, wantType: typeResponse, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "defer", accept: typeResponse, body: post("{...@defer{hello}}"), wantStatus: 400, wantType: typeResponse, wantCode: "GRAPHQL_VALIDATION_FAILED", wantNoExec: true},

		{name: "no content type", content: "-", body: post("{hello}"), wantStatus: 415, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "form", content: "application/x-www-form-urlencoded", body: "query={hello}", wantStatus: 415, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "plain text", content: "text/plain", body: post("{hello}"), wantStatus: 415, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "plain text that names JSON", content: "text/plain; application/json", body: post("{hello}"), wantStatus: 415, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "multipart", content: "multipart/form-data; boundary=x", body: "--x--", wantStatus: 415, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "other charset", content: "application/json; charset=utf-16", body: post("{hello}"), wantStatus: 415, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
		{name: "utf-8 charset", content: "application/json; charset=UTF-8", body: post("{hello}"), wantStatus: 200, wantType: typeJSON, wantData: `{"hello":"hello"}`},
		{name: "content coding", wantEncoding: "gzip", body: post("{hello}"), wantStatus: 415, wantType: typeJSON, wantCode: "BAD_USER_INPUT", wantNoExec: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			schema := newTestSchema()
			h := New(open(schema))
			method, target, content := c.method, c.target, c.content
			if method == "" {
				method = http.MethodPost
			}
			if target == "" {
				target = "/graphql"
			}
			switch {
			case content == "-" || method == http.MethodGet:
				content = ""
			case content == "":
				content = typeJSON
			}
			r := request(method, target, content, c.accept, c.body)
			if c.wantEncoding != "" {
				r.Header.Set("Content-Encoding", c.wantEncoding)
			}
			got := send(t, h, r)
			if got.Code != c.wantStatus {
				t.Errorf("status %d, want %d: %s", got.Code, c.wantStatus, got.Body)
			}
			if want := c.wantType + "; charset=utf-8"; got.Header().Get("Content-Type") != want {
				t.Errorf("type %q, want %q", got.Header().Get("Content-Type"), want)
			}
			if string(got.body.Data) != c.wantData {
				t.Errorf("data %q, want %q", got.body.Data, c.wantData)
			}
			if c.wantData == "" && strings.Contains(got.Body.String(), `"data"`) {
				t.Errorf("a request error with a data entry: %s", got.Body)
			}
			if c.wantCode == "" && len(got.body.Errors) > 0 {
				t.Errorf("errors: %s", got.Body)
			}
			if c.wantCode != "" && got.code(t) != c.wantCode {
				t.Errorf("code %q, want %q", got.code(t), c.wantCode)
			}
			if c.wantNoExec && schema.executed.Load() != 0 {
				t.Error("the operation was executed")
			}
			if got.Header().Get("Allow") != c.wantAllow {
				t.Errorf("Allow %q, want %q", got.Header().Get("Allow"), c.wantAllow)
			}
			if got.Header().Get("Content-Length") != strconv.Itoa(got.Body.Len()) {
				t.Errorf("Content-Length %q of %d bytes", got.Header().Get("Content-Length"), got.Body.Len())
			}
			if got.Header().Get("Vary") != vary || got.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("headers %v", got.Header())
			}
			if !strings.Contains(got.Header().Get("Cache-Control"), "no-store") {
				t.Errorf("Cache-Control %q", got.Header().Get("Cache-Control"))
			}
		})
	}
}

// Whatever is wrong with a body, the answer is 400, coded, and repeats none of it.
func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"empty":                             "",
		"spaces":                            "  \n",
		"garbage":                           "canary",
		"unfinished":                        `{"query":"canary`,
		"trailing":                          `{"query":"{hello}"} canary`,
		"two objects":                       `{"query":"{hello}"}{"query":"canary"}`,
		"string":                            `"canary"`,
		"null":                              `null`,
		"batch":                             `[{"query":"{hello}","x":"canary"}]`,
		"bad UTF-8":                         "{\"query\":\"{hello}\xff canary\"}",
		"byte order mark":                   "\ufeff{\"query\":\"{hello}\"}",
		"no query":                          `{"canary":"{hello}"}`,
		"empty query":                       `{"query":""}`,
		"null query":                        `{"query":null}`,
		"other case":                        `{"Query":"{hello}"}`,
		"query a number":                    `{"query":7}`,
		"query a list":                      `{"query":["canary"]}`,
		"query an object":                   `{"query":{"canary":1}}`,
		"query false":                       `{"query":false}`,
		"query twice":                       `{"query":"{hello}","query":"{canary}"}`,
		"query twice, null first":           `{"query":null,"query":"{hello}"}`,
		"variables a string":                `{"query":"{hello}","variables":"canary"}`,
		"variables a list":                  `{"query":"{hello}","variables":["canary"]}`,
		"variables a number":                `{"query":"{hello}","variables":0}`,
		"variables twice":                   `{"query":"{hello}","variables":{},"variables":{"canary":1}}`,
		"operationName a number":            `{"query":"{hello}","operationName":0}`,
		"extensions a list":                 `{"query":"{hello}","extensions":["canary"]}`,
		"extensions a boolean":              `{"query":"{hello}","extensions":false}`,
		"control character":                 "{\"query\":\"{hello}\x01\"}",
		"half a character in query":         `{"query":"{hello(name:\"canary\ud83d\")}"}`,
		"half a character in operationName": `{"query":"{hello}","operationName":"canary\ude00"}`,
		"deep JSON":                         `{"query":"{hello}","variables":` + strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000) + "}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, accept := range []string{typeJSON, typeResponse} {
				schema := newTestSchema()
				got := send(t, New(open(schema)), request(http.MethodPost, "/graphql", typeJSON, accept, body))
				if got.Code != http.StatusBadRequest {
					t.Errorf("status %d: %s", got.Code, got.Body)
				}
				if code := got.code(t); code != string(fault.BadUserInput) && code != string(fault.LimitExceeded) {
					t.Errorf("code %q", code)
				}
				if schema.executed.Load() != 0 {
					t.Error("the operation was executed")
				}
			}
		})
	}
}

// A wrong parameter is named, so that a developer finds it.
func TestParametersAreNamed(t *testing.T) {
	t.Parallel()
	h := New(open(newTestSchema()))
	for _, name := range []string{"query", "variables", "operationName", "extensions"} {
		for _, body := range []string{
			fmt.Sprintf(`{"query":"{hello}",%[1]q:7,%[1]q:8}`, name),
			strings.Replace(fmt.Sprintf(`{"query":"{hello}",%q:7}`, name), `"query":"{hello}","query"`, `"query"`, 1),
		} {
			got := send(t, h, request(http.MethodPost, "/graphql", typeJSON, "", body))
			if e := got.body.Errors[0]; !strings.Contains(e.Message, `"`+name+`"`) || e.Extensions["field"] != name {
				t.Errorf("%s: %s", body, got.Body)
			}
		}
	}
}

// What a document holds as a value never comes back, wherever it is wrong.
func TestValuesAreNotRepeated(t *testing.T) {
	t.Parallel()
	h := New(open(newTestSchema()))
	for _, query := range []string{
		`{hello(name: "canary" "canary")}`,
		`{"canary"}`,
		`{hello(name: "canary`,
		`{hello(name: "\canary")}`,
		`{office(id: {x: "canary"}) {id}}`,
		`{kind(kind: "canary")}`,
		`{kind(kind: canary)}`,
		`{offices(first: "canary") {nodes {id}}}`,
		`{offices(filter: {kind: canary}) {nodes {id}}}`,
		`{offices(filter: {sites: [{note: "canary"}]}) {nodes {id}}}`,
		`{a: hello(name: "canary") a: hello(name: "canary2")}`,
		"{hello(name: \"a\\u0000canary\")}",
		"query($n: String = \"a\\u0000canary\"){hello(name: $n)}",
		"{hello(name: \"a\x00canary\")}",
	} {
		if got := post(t, h, typeResponse, query, nil); got.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d: %s", query, got.Code, got.Body)
		}
	}
	for _, c := range []struct {
		variables map[string]any
		field     string
	}{
		{map[string]any{"f": map[string]any{"kind": "canary"}}, "filter.kind"},
		{map[string]any{"f": map[string]any{"canary": 1}}, "filter"},
		{map[string]any{"f": "canary"}, "filter"},
		{map[string]any{"f": map[string]any{"sites": []any{map[string]any{"note": "canary"}}}}, "filter.sites[0].postalCode"},
		{map[string]any{"f": map[string]any{"not": map[string]any{"names": []any{"x", nil}}}}, "filter.not.names[1]"},
	} {
		got := post(t, h, typeResponse, `query($f: Filter) {offices(filter: $f) {nodes {id}}}`, c.variables)
		if got.Code != http.StatusBadRequest || got.body.Errors[0].Extensions["field"] != c.field {
			t.Errorf("%v: status %d: %s", c.variables, got.Code, got.Body)
		}
	}
}

// Nothing tells the schema to one who may not read it.
func TestNoSuggestions(t *testing.T) {
	t.Parallel()
	h := New(Config{Schema: newTestSchema()})
	for _, query := range []string{`{helo}`, `{hello(nam: "x")}`, `{kind(kind: PUBLI)}`, `{office(id: 1)}`, `{... on Offic {id}}`, `{offices(filter: {nam: 1}) {nodes {id}}}`} {
		got := post(t, h, typeResponse, query, nil)
		if got.Code != 400 || strings.Contains(got.Body.String(), "Did you mean") {
			t.Errorf("%s: %s", query, got.Body)
		}
	}
	for _, query := range []string{`{__schema{types{name}}}`, `{hello __type(name:"Office"){name}}`, `{...F} fragment F on Query{__type(name:"Office"){name}}`} {
		if got := post(t, h, typeResponse, query, nil); got.code(t) != "GRAPHQL_VALIDATION_FAILED" || got.Code != 400 {
			t.Errorf("%s: %s", query, got.Body)
		}
	}
	if got := post(t, h, typeResponse, `{__typename}`, nil); string(got.body.Data) != `{"__typename":"Query"}` {
		t.Errorf("__typename: %s", got.Body)
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	cfg := open(newTestSchema())
	cfg.Limits = func(context.Context) Limits { return Limits{Body: 100} }
	h := New(cfg)
	long := `{"query":"{hello}","x":"` + strings.Repeat("a", 200) + `"}`
	for name, r := range map[string]*http.Request{
		"declared": request(http.MethodPost, "/graphql", typeJSON, "", long),
		"streamed": httptest.NewRequest(http.MethodPost, "/graphql", struct{ *bytes.Reader }{bytes.NewReader([]byte(long))}),
	} {
		r.Header.Set("Content-Type", typeJSON)
		if name == "streamed" {
			r.ContentLength = -1
		}
		got := send(t, h, r)
		if got.Code != http.StatusRequestEntityTooLarge || got.code(t) != "LIMIT_EXCEEDED" || got.body.Errors[0].Extensions["maximum"] != 100.0 {
			t.Errorf("%s: status %d: %s", name, got.Code, got.Body)
		}
	}
	got := send(t, h, request(http.MethodGet, "/graphql?query=%7Bhello%7D&x="+strings.Repeat("a", maxAddress), "", "", ""))
	if got.Code != http.StatusRequestURITooLong || got.code(t) != "LIMIT_EXCEEDED" || got.body.Errors[0].Extensions["limit"] != "address" {
		t.Errorf("address: status %d: %s", got.Code, got.Body)
	}
	if got := post(t, h, "", "{hello}", nil); got.Code != 200 {
		t.Errorf("a short one: %d", got.Code)
	}
}

// A page of another site can make a browser send a GET by an element: refused.
func TestCrossSiteEmbedding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		site, mode string
		status     int
	}{
		{"cross-site", "no-cors", 403},
		{"cross-site", "cors", 200},
		{"same-origin", "no-cors", 200},
		{"", "", 200},
	} {
		schema := newTestSchema()
		r := request(http.MethodGet, "/graphql?query={hello}", "", typeResponse, "")
		r.Header.Set("Sec-Fetch-Site", c.site)
		r.Header.Set("Sec-Fetch-Mode", c.mode)
		got := send(t, New(open(schema)), r)
		if got.Code != c.status {
			t.Errorf("%v: status %d", c, got.Code)
		}
		if c.status == 403 && (got.code(t) != "FORBIDDEN" || schema.executed.Load() != 0) {
			t.Errorf("%v: %s", c, got.Body)
		}
	}
}

func TestCaching(t *testing.T) {
	t.Parallel()
	cfg := open(newTestSchema())
	anonymous := true
	cfg.Public = func(_ context.Context, op *ast.OperationDefinition) bool { return anonymous && op.Name == "Public" }
	statements := 0
	cfg.StatementCount = func(context.Context) int { statements++; return statements }
	h := New(cfg)
	get := func(query, tag string) *reply {
		r := request(http.MethodGet, "/graphql?query="+url.QueryEscape(query), "", typeResponse, "")
		if tag != "" {
			r.Header.Set("If-None-Match", tag)
		}
		return send(t, h, r)
	}
	first := get("query Public{hello}", "")
	tag := first.Header().Get("ETag")
	if !strings.HasPrefix(tag, `W/"`) || first.Header().Get("Cache-Control") != cachePublic {
		t.Fatalf("headers %v", first.Header())
	}
	for _, condition := range []string{tag, strings.TrimPrefix(tag, "W/"), `"other", ` + tag, "*"} {
		again := get("query Public{hello}", condition)
		if again.Code != 304 || again.Header().Get("ETag") != tag || again.Header().Get("Cache-Control") != cachePublic || again.Header().Get("Vary") != vary {
			t.Errorf("%s: status %d, headers %v", condition, again.Code, again.Header())
		}
	}
	if other := get(`query Public{hello(name:"x")}`, tag); other.Code != 200 || other.Header().Get("ETag") == tag {
		t.Errorf("another answer: status %d, tag %s", other.Code, other.Header().Get("ETag"))
	}
	for _, query := range []string{"query Private{hello}", "query Public{hello secret}", "query Public{nothing}"} {
		got := get(query, "")
		if got.Header().Get("Cache-Control") != cachePrivate {
			t.Errorf("%s: Cache-Control %q", query, got.Header().Get("Cache-Control"))
		}
		if tagged := got.Header().Get("ETag") != ""; tagged == (len(got.body.Errors) > 0) {
			t.Errorf("%s: ETag %q beside %d errors", query, got.Header().Get("ETag"), len(got.body.Errors))
		}
	}
	anonymous = false
	if got := get("query Public{hello}", ""); got.Header().Get("Cache-Control") != cachePrivate {
		t.Errorf("signed in: Cache-Control %q", got.Header().Get("Cache-Control"))
	}
	if got := post(t, h, typeResponse, "query Public{hello}", nil); got.Header().Get("Cache-Control") != "no-store" || got.Header().Get("ETag") != "" {
		t.Errorf("POST: %v", got.Header())
	}
}

// Layers around the handler say what they vary by: it says so in one line.
func TestVaryIsOneLine(t *testing.T) {
	t.Parallel()
	h := New(open(newTestSchema()))
	around := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Origin")
		w.Header().Add("Vary", "Accept-Encoding")
		h.ServeHTTP(w, r)
	})
	if got := post(t, around, typeResponse, "{hello}", nil).Header().Values("Vary"); len(got) != 1 || got[0] != vary {
		t.Errorf("Vary: %q", got)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	got := post(t, New(withTimeout(open(newTestSchema()), time.Millisecond)), typeResponse, "{hello slow}", nil)
	if got.Code != 200 || got.code(t) != "TIMEOUT" || string(got.body.Data) == "" {
		t.Errorf("status %d: %s", got.Code, got.Body)
	}
}

// What something outside stopped is answered like everything else.
func TestRefuse(t *testing.T) {
	t.Parallel()
	h := New(open(newTestSchema()))
	for _, c := range []struct {
		err              error
		response, legacy int
		code             string
	}{
		{fault.New(fault.Unauthenticated, fault.Text{EN: "Token expired."}), 401, 200, "UNAUTHENTICATED"},
		{fault.New(fault.Forbidden, fault.Text{EN: "No."}), 403, 200, "FORBIDDEN"},
		{fault.New(fault.RateLimited, fault.Text{EN: "Slow down."}), 429, 429, "RATE_LIMITED"},
		{fault.New(fault.Unavailable, fault.Text{EN: "Later."}), 503, 503, "UNAVAILABLE"},
		{errors.New("canary"), 500, 500, "INTERNAL"},
	} {
		refuse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.Refuse(w, r, c.err) })
		for accept, status := range map[string]int{typeResponse: c.response, typeJSON: c.legacy} {
			got := send(t, refuse, request(http.MethodPost, "/graphql", typeJSON, accept, ""))
			if got.Code != status || got.code(t) != c.code || got.body.Data != nil {
				t.Errorf("%s: status %d: %s", c.code, got.Code, got.Body)
			}
		}
	}
}

// Other transports get the same checks from the executor alone.
func TestExecutorChecks(t *testing.T) {
	t.Parallel()
	exec := New(Config{Schema: newTestSchema()}).Executor()
	ctx := graphql.StartOperationTrace(t.Context())
	_, errs := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: "{" + strings.Repeat("a:hello ", 16) + "}"})
	if len(errs) != 1 {
		t.Fatalf("errors %v", errs)
	}
	if resp := exec.DispatchError(ctx, errs); resp.Errors[0].Extensions["code"] != "LIMIT_EXCEEDED" || resp.Errors[0].Extensions["limit"] != "aliases" {
		t.Errorf("presented %+v", resp.Errors[0])
	}
}
