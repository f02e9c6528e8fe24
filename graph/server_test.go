package graph

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"ombudsnetz/internal/pgtest"
)

// log collects what a server logs.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// request sends a request and returns the answer with its body.
func request(t *testing.T, method, address, body string, header map[string]string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

func get(address, query string) string { return address + "/graphql?query=" + url.QueryEscape(query) }

func TestPublicAnswersCanBeCached(t *testing.T) {
	t.Parallel()
	address := newTestServer(t, demoWorlds(t).New(t), io.Discard)
	query := get(address, `{ region(key: "15") { name } }`)

	first, _ := request(t, http.MethodGet, query, "", nil)
	tag := first.Header.Get("ETag")
	if tag == "" || !strings.HasPrefix(first.Header.Get("Cache-Control"), "public, max-age=") {
		t.Fatalf("public answer has ETag %q and Cache-Control %q", tag, first.Header.Get("Cache-Control"))
	}
	again, body := request(t, http.MethodGet, query, "", map[string]string{"If-None-Match": tag})
	if again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("repeat answers %d with %d bytes", again.StatusCode, len(body))
	}
	for name, header := range map[string]map[string]string{
		"signed in":   {"Authorization": "Bearer " + testToken},
		"wrong token": {"Authorization": "Bearer wrong"},
	} {
		if resp, _ := request(t, http.MethodGet, query, "", header); !strings.Contains(resp.Header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: Cache-Control is %q", name, resp.Header.Get("Cache-Control"))
		}
	}
	failing, _ := request(t, http.MethodGet, get(address, `{ region(key: "x") { name } }`), "", nil)
	if !strings.Contains(failing.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("an answer with errors has Cache-Control %q", failing.Header.Get("Cache-Control"))
	}
}

func TestOnlyListedOriginsMayAsk(t *testing.T) {
	t.Parallel()
	address := newTestServer(t, demoWorlds(t).New(t), io.Discard) + "/graphql"
	preflight := func(origin string) string {
		resp, _ := request(t, http.MethodOptions, address, "", map[string]string{
			"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type",
		})
		return resp.Header.Get("Access-Control-Allow-Origin")
	}
	if got := preflight("https://app.example.org"); got != "https://app.example.org" {
		t.Errorf("listed origin is answered %q", got)
	}
	for _, origin := range []string{"https://evil.example.org", "https://app.example.org.evil.example", "http://app.example.org", "null"} {
		if got := preflight(origin); got != "" {
			t.Errorf("%s is answered %q", origin, got)
		}
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	address := newTestServer(t, demoWorlds(t).New(t), io.Discard) + "/graphql"
	body := `{"query": "{ __typename }"}`
	for _, mediaType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
		resp, answer := request(t, http.MethodPost, address, body, map[string]string{"Content-Type": mediaType})
		if resp.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%q answers %d: %s", mediaType, resp.StatusCode, answer)
		}
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	address := newTestServer(t, db, io.Discard)
	for path, want := range map[string]string{"/livez": "alive\n", "/readyz": "ready\n", "/version": `{"version": "test"}` + "\n"} {
		if resp, body := request(t, http.MethodGet, address+path, "", nil); resp.StatusCode != http.StatusOK || body != want {
			t.Errorf("%s answers %d %q", path, resp.StatusCode, body)
		}
	}
	if resp, body := request(t, http.MethodGet, address+"/schema.graphql", "", nil); resp.StatusCode != http.StatusOK || body != SDL() {
		t.Errorf("/schema.graphql answers %d with %d bytes", resp.StatusCode, len(body))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if resp, body := request(t, http.MethodGet, address+"/readyz", "", nil); resp.StatusCode != http.StatusServiceUnavailable || body != "not ready\n" {
		t.Errorf("/readyz without a database answers %d %q", resp.StatusCode, body)
	}
	if resp, _ := request(t, http.MethodGet, address+"/livez", "", nil); resp.StatusCode != http.StatusOK {
		t.Errorf("/livez without a database answers %d", resp.StatusCode)
	}
}

// Whatever a client sends, nothing of it may turn up in logs, and nothing of
// the database in answers.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	const canary = "Kanarienvogel"
	db := demoWorlds(t).New(t)
	logged := &log{}
	address := newTestServer(t, db, logged) + "/graphql"
	ask := func(query string, variables map[string]any) string {
		body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
		if err != nil {
			t.Fatal(err)
		}
		_, answer := request(t, http.MethodPost, address, string(body), map[string]string{
			"Content-Type": "application/json", "Authorization": "Bearer " + testToken,
		})
		return answer
	}
	create := `mutation($name: String!) { createOrganisation(input: {name: $name, kind: OTHER}) { organisation { name } userErrors { code } } }`
	ask(create, map[string]any{"name": canary})
	if answer := ask(create, map[string]any{"name": canary}); !strings.Contains(answer, "CONFLICT") || strings.Contains(answer, canary) {
		t.Errorf("a taken name answers %s", answer)
	}
	// A broken database makes a defect of every request.
	if _, err := db.Exec(t.Context(), `ALTER TABLE organisation RENAME TO moved; ALTER TABLE ombuds_office RENAME COLUMN name TO moved`); err != nil {
		t.Fatal(err)
	}
	answer := ask(create, map[string]any{"name": canary})
	for _, secret := range []string{canary, "organisation\"", "relation", "SELECT", "INSERT", "42P01", "pq:"} {
		if strings.Contains(answer, secret) {
			t.Errorf("the answer to a defect holds %q: %s", secret, answer)
		}
	}
	if !strings.Contains(answer, `"code":"INTERNAL"`) || !strings.Contains(answer, `"requestId"`) {
		t.Errorf("a defect answers %s", answer)
	}
	ask(`query($search: String) { ombudsOffices(filter: {search: $search}) { nodes { name } } }`, map[string]any{"search": canary})
	request(t, http.MethodPost, address, `{"query": "`+canary, map[string]string{"Content-Type": "application/json"})
	request(t, http.MethodGet, get(strings.TrimSuffix(address, "/graphql"), canary), "", nil)
	if !strings.Contains(logged.String(), "request failed") {
		t.Error("the defect was not logged")
	}
	if strings.Contains(logged.String(), canary) {
		t.Errorf("the log holds what a client sent:\n%s", logged)
	}
}
