package serve

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

func hashOf(query string) string {
	sum := sha256.Sum256([]byte(query))
	return hex.EncodeToString(sum[:])
}

func persisted(hash, query string) string {
	extension := fmt.Sprintf(`"extensions":{"persistedQuery":{"version":1,"sha256Hash":%q}}`, hash)
	if query == "" {
		return "{" + extension + "}"
	}
	text, _ := json.Marshal(query)
	return fmt.Sprintf(`{"query":%s,%s}`, text, extension)
}

func TestPersistedQueries(t *testing.T) {
	t.Parallel()
	h := New(open(newTestSchema()))
	ask := func(body string) *reply {
		return send(t, h, request(http.MethodPost, "/graphql", typeJSON, typeResponse, body))
	}
	const query, invalid = "{hello}", "{nothing}"
	if got := ask(persisted(hashOf(query), "")); got.code(t) != "PERSISTED_QUERY_NOT_FOUND" || got.body.Errors[0].Message != "PersistedQueryNotFound" || got.Code != 400 {
		t.Errorf("unknown: status %d: %s", got.Code, got.Body)
	}
	if got := ask(persisted(hashOf(query), query)); string(got.body.Data) != `{"hello":"hello"}` {
		t.Errorf("registered: %s", got.Body)
	}
	if got := ask(persisted(hashOf(query), "")); string(got.body.Data) != `{"hello":"hello"}` {
		t.Errorf("recalled: %s", got.Body)
	}
	extension := url.QueryEscape(`{"persistedQuery":{"version":1,"sha256Hash":"` + hashOf(query) + `"}}`)
	if got := send(t, h, request(http.MethodGet, "/graphql?extensions="+extension, "", "", "")); string(got.body.Data) != `{"hello":"hello"}` {
		t.Errorf("recalled by GET: %s", got.Body)
	}
	if got := ask(persisted(strings.ToUpper(hashOf("{kind}")), "{kind}")); string(got.body.Data) != `{"kind":null}` {
		t.Errorf("registered in upper case: %s", got.Body)
	}
	if got := ask(persisted(hashOf("{kind}"), "")); string(got.body.Data) != `{"kind":null}` {
		t.Errorf("recalled in lower case: %s", got.Body)
	}
	if got := ask(persisted(hashOf("other"), query)); got.code(t) != "PERSISTED_QUERY_MISMATCH" || got.Code != 400 {
		t.Errorf("mismatch: %s", got.Body)
	}
	for _, form := range []string{`7`, `{}`, `{"version":2,"sha256Hash":"` + hashOf(query) + `"}`, `{"version":1,"sha256Hash":"canary"}`, `{"version":1,"sha256Hash":7}`, `["canary"]`} {
		if got := ask(`{"query":"{hello}","extensions":{"persistedQuery":` + form + `}}`); got.code(t) != "BAD_USER_INPUT" || got.Code != 400 {
			t.Errorf("%s: %s", form, got.Body)
		}
	}
	// Only what was found valid and allowed is kept.
	ask(persisted(hashOf(invalid), invalid))
	if got := ask(persisted(hashOf(invalid), "")); got.code(t) != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("an invalid document was kept: %s", got.Body)
	}
	large := "{offices{nodes{offices(first: 100){nodes{id}}}}}"
	ask(persisted(hashOf(large), large))
	if got := ask(persisted(hashOf(large), "")); got.code(t) != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("a refused document was kept: %s", got.Body)
	}
}

func TestCacheIsBoundedByBytes(t *testing.T) {
	t.Parallel()
	c := newByteCache[int](1600)
	for i := range 100 {
		c.add(fmt.Sprint("k", i), i, 90)
	}
	if entries, used := c.usage(); entries != 17 || used != 17*90 {
		t.Errorf("%d entries, %d bytes", entries, used)
	}
	if _, ok := c.get("k0"); ok {
		t.Error("the oldest was kept")
	}
	c.get("k83")
	c.add("new", 1, 100)
	if _, ok := c.get("k83"); !ok {
		t.Error("the one just used was dropped")
	}
	if _, ok := c.get("k84"); ok {
		t.Error("the least recently used was kept")
	}
	c.add("giant", 1, 101)
	if _, ok := c.get("giant"); ok {
		t.Error("more than a sixteenth of the budget was kept")
	}
	c.add("new", 2, 50)
	if v, _ := c.get("new"); v != 2 {
		t.Errorf("replaced by %d", v)
	}
	before, _ := c.usage()
	c.add("new", 3, 60)
	if after, used := c.usage(); after != before || used > 1600 {
		t.Errorf("%d entries after replacing, %d before, %d bytes", after, before, used)
	}
}

func TestDocumentCache(t *testing.T) {
	t.Parallel()
	cfg := open(newTestSchema())
	cfg.CacheBytes = 64 << 10
	h := New(cfg)
	for i := range 200 {
		post(t, h, "", fmt.Sprintf("query Q%d{hello}", i), nil)
	}
	entries, used := h.engine.documents.usage()
	if entries == 0 || used > cfg.CacheBytes {
		t.Errorf("%d documents, %d bytes of %d", entries, used, cfg.CacheBytes)
	}
	first, _ := h.engine.document("query Q199{hello}")
	again, _ := h.engine.document("query Q199{hello}")
	if first != again {
		t.Error("a kept document was parsed again")
	}
	post(t, h, "", "{nothing}", nil)
	if _, ok := h.engine.documents.get("{nothing}"); ok {
		t.Error("an invalid document was kept")
	}
}

// The estimate of a document's size is no less than what documents occupy.
// Not parallel: it reads the heap.
func TestDocumentWeight(t *testing.T) {
	schema := newTestSchema().schema
	for _, query := range []string{
		"{" + strings.Repeat("s:id ", 200) + "}",
		"{" + strings.Repeat("kind ", 200) + "}",
		"{" + strings.Repeat(`office(id:1){id} `, 40) + "}",
		`query Offices($n: Int) { offices(first: $n, filter: {kind: CHURCH, names: ["a"]}) { edges { cursor node { id name region { id } } } pageInfo { hasNextPage } } }`,
	} {
		query = strings.ReplaceAll(query, "s:id", "s:hello")
		const copies = 64
		docs := make([]*ast.QueryDocument, copies)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range docs {
			docs[i] = parsed(t, schema, strings.Clone(query))
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		occupied := int(after.HeapAlloc-before.HeapAlloc) / copies
		runtime.KeepAlive(docs)
		if estimate := bulkOf(docs[0]).bytes(query); occupied > estimate || estimate > 3*occupied {
			t.Errorf("%d bytes, estimated %d: %.60s", occupied, estimate, query)
		}
	}
}

// Many or long findings do not make an answer larger than the question.
func TestValidationErrorsAreFew(t *testing.T) {
	t.Parallel()
	h := New(open(newTestSchema()))
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "n%d ", i)
	}
	got := post(t, h, typeResponse, "{"+b.String()+"}", nil)
	if len(got.body.Errors) != maxFindings {
		t.Errorf("%d errors", len(got.body.Errors))
	}
	if got.body.Errors[0].Locations == nil {
		t.Error("no location")
	}
	got = post(t, h, typeResponse, "{"+strings.Repeat("ä", 3)+"}", nil)
	if got.code(t) != "GRAPHQL_PARSE_FAILED" {
		t.Errorf("%s", got.Body)
	}
	got = post(t, h, typeResponse, "{"+strings.Repeat("x", 5000)+"}", nil)
	if got.Body.Len() > 1000 {
		t.Errorf("an answer of %d bytes", got.Body.Len())
	}
	if list := invalidDocument(gqlerror.List{{Message: strings.Repeat("ä", 200)}}); len(list) != 1 {
		t.Errorf("%v", list)
	}
}

func FuzzDecodeBody(f *testing.F) {
	for _, seed := range []string{
		`{"query":"{hello}"}`, `{"query":"{hello}","variables":{"a":[1,{"b":"\u0000"}]},"operationName":null,"extensions":{}}`,
		`[]`, `{"query":"{hello}","query":""}`, `{"query":"{hello}","variables":{"a":"\ud800","a":[ true,{"b":{}, "c":[]} , -1e3 ]}}`, "\ufeff{}", `{"query":"\\"}`, `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}`,
	} {
		f.Add([]byte(seed))
	}
	limits := Anonymous()
	schema := newTestSchema().schema
	op := &ast.OperationDefinition{}
	f.Fuzz(func(t *testing.T, body []byte) {
		params, bad := decodeBody(body, limits)
		if (params == nil) == (bad == nil) {
			t.Fatalf("params %v, refusal %v", params, bad)
		}
		if bad != nil {
			if bad.status != http.StatusBadRequest {
				t.Fatalf("status %d", bad.status)
			}
			return
		}
		if !json.Valid(body) {
			t.Fatal("accepted what is not JSON")
		}
		if depthOf(params.Variables) > limits.VariableDepth {
			t.Fatal("variables too deep")
		}
		var request struct{ Variables map[string]any }
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		if err := decoder.Decode(&request); err == nil && !flawed(params.Variables) && hasExactly(body, "variables") &&
			!reflect.DeepEqual(params.Variables, request.Variables) {
			t.Fatalf("variables %v, encoding/json reads %v", params.Variables, request.Variables)
		}
		if _, errs := coerceVariables(schema, op, params.Variables, limits); errs == nil && flawed(params.Variables) {
			t.Fatalf("accepted %v", params.Variables)
		}
	})
}

func flawed(value any) bool {
	switch value := value.(type) {
	case flaw:
		return true
	case map[string]any:
		for _, v := range value {
			if flawed(v) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(value, flawed)
	}
	return false
}

// hasExactly reports whether an object has the key once and in no other case,
// which encoding/json would take too.
func hasExactly(body []byte, key string) bool {
	return strings.Count(strings.ToLower(string(body)), key) == 1 && bytes.Contains(body, []byte(`"`+key+`"`))
}

func depthOf(value any) int {
	deepest := 0
	switch value := value.(type) {
	case map[string]any:
		if value == nil {
			return 0
		}
		for _, v := range value {
			deepest = max(deepest, depthOf(v))
		}
		return deepest + 1
	case []any:
		for _, v := range value {
			deepest = max(deepest, depthOf(v))
		}
		return deepest + 1
	}
	return 0
}
