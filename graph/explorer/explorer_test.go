package explorer

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(h http.Handler, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

func TestPage(t *testing.T) {
	t.Parallel()
	h := Handler(Config{Endpoint: "/graphql", ExampleQuery: `{hello(name: "<script>")}`})
	page := get(h, http.MethodGet, "/")
	body := page.Body.String()
	if page.Code != http.StatusOK || page.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("status %d, headers %v", page.Code, page.Header())
	}
	for _, want := range []string{`<html lang="en">`, "<title>Ombudsnetz – GraphiQL</title>", `data-endpoint="/graphql"`, "&lt;script&gt;"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, forbidden := range []string{"http:", "https:", "<script>", " style=", " onload="} {
		if strings.Contains(body, forbidden) {
			t.Errorf("the page holds %s", forbidden)
		}
	}
	policy := page.Header().Get("Content-Security-Policy")
	for _, forbidden := range []string{"unsafe", "http", "*"} {
		if strings.Contains(policy, forbidden) {
			t.Errorf("the policy allows %s: %s", forbidden, policy)
		}
	}
	nonce := regexp.MustCompile(`data-nonce="(\w+)"`).FindStringSubmatch(body)
	if nonce == nil || !strings.Contains(policy, "'nonce-"+nonce[1]+"'") {
		t.Errorf("the nonce of the page is not that of the policy: %v", nonce)
	}
	if again := get(h, http.MethodGet, "/").Header().Get("Content-Security-Policy"); again == policy {
		t.Error("two pages share a nonce")
	}

	links := regexp.MustCompile(`(?:href|src)="([^"]+)"`).FindAllStringSubmatch(body, -1)
	if len(links) != 8 {
		t.Errorf("%d links", len(links))
	}
	for _, link := range links {
		f := get(h, http.MethodGet, "/"+link[1])
		if f.Code != http.StatusOK || f.Body.Len() == 0 || !strings.Contains(f.Header().Get("Cache-Control"), "immutable") || f.Header().Get("X-Content-Type-Options") != "nosniff" || f.Header().Get("Content-Type") == "" {
			t.Errorf("%s: status %d, headers %v", link[1], f.Code, f.Header())
		}
	}
}

func TestNothingElse(t *testing.T) {
	t.Parallel()
	h := Handler(Config{Endpoint: "/graphql"})
	for target, status := range map[string]int{
		"/nothing":                    http.StatusNotFound,
		"/assets/":                    http.StatusNotFound,
		"/assets/old/explorer.js":     http.StatusNotFound,
		"/assets/x/page.html":         http.StatusNotFound,
		"/assets/x/..%2fexplorer.go":  http.StatusNotFound,
		"/assets/x/THIRD-PARTY.txt":   http.StatusNotFound,
		"/assets/x/y/explorer.js":     http.StatusNotFound,
		"/assets/explorer.js":         http.StatusNotFound,
		"/index.html":                 http.StatusNotFound,
		"/assets/old/graphiql.min.js": http.StatusNotFound,
	} {
		if got := get(h, http.MethodGet, target).Code; got != status {
			t.Errorf("%s: status %d", target, got)
		}
	}
	if got := get(h, http.MethodPost, "/").Code; got != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", got)
	}
}
