// Package explorer serves GraphiQL from the binary: no request leaves the
// server that delivered the page, and the page's policy forbids that any does.
package explorer

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// The files of the npm packages graphiql 4.1.2, react 18.3.1 and react-dom
// 18.3.1, unchanged, and what starts them.
//
//go:embed assets/*.js assets/*.css assets/*.html assets/*.svg
var assets embed.FS

// Config tells the page where to ask and what to show first.
type Config struct {
	// Endpoint is the path of the GraphQL endpoint on the same origin.
	Endpoint string
	// ExampleQuery fills the editor of somebody who is new.
	ExampleQuery string
}

// Handler serves the page at "/" and its files below "/assets/". Mounted
// elsewhere it needs http.StripPrefix; the page's own links are relative.
func Handler(cfg Config) http.Handler {
	files := load()
	page := template.Must(template.ParseFS(assets, "assets/page.html"))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { servePage(w, cfg, page, files) })
	mux.HandleFunc("GET /assets/{hash}/{name}", func(w http.ResponseWriter, r *http.Request) {
		f, ok := files[r.PathValue("name")]
		if !ok || f.hash != r.PathValue("hash") {
			http.NotFound(w, r)
			return
		}
		f.serve(w)
	})
	return mux
}

// file is one asset, under an address that changes whenever its content does.
type file struct {
	name    string
	hash    string
	content []byte
}

// Link is the address of the file relative to the page.
func (f file) Link() string { return path.Join("assets", f.hash, f.name) }

// Integrity is what the browser compares the file with before using it.
func (f file) Integrity() string {
	sum := sha256.Sum256(f.content)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func load() map[string]file {
	entries, err := assets.ReadDir("assets")
	if err != nil {
		panic(err) // embedded: it was there when this was compiled
	}
	files := make(map[string]file, len(entries))
	for _, entry := range entries {
		content, err := assets.ReadFile(path.Join("assets", entry.Name()))
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(content)
		files[entry.Name()] = file{
			name:    entry.Name(),
			hash:    base64.RawURLEncoding.EncodeToString(sum[:12]),
			content: content,
		}
	}
	delete(files, "page.html")
	return files
}

func (f file) serve(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	switch path.Ext(f.name) {
	case ".js":
		header.Set("Content-Type", "text/javascript; charset=utf-8")
	case ".css":
		header.Set("Content-Type", "text/css; charset=utf-8")
	case ".svg":
		header.Set("Content-Type", "image/svg+xml")
	}
	header.Set("Content-Length", strconv.Itoa(len(f.content)))
	_, _ = w.Write(f.content)
}

func servePage(w http.ResponseWriter, cfg Config, page *template.Template, files map[string]file) {
	nonce := rand.Text()
	var body bytes.Buffer
	err := page.Execute(&body, struct {
		Config
		Nonce string
		Files map[string]file
	}{cfg, nonce, files})
	if err != nil {
		http.Error(w, "the explorer could not be shown", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", policy(nonce))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	_, _ = w.Write(body.Bytes())
}

// policy allows the page its own files and its own origin. GraphiQL's dialogs
// add a style element while they are open; the nonce admits that one alone.
func policy(nonce string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self' 'nonce-" + nonce + "'",
		"font-src 'self' data:",
		"img-src 'self' data:",
		"connect-src 'self'",
		"frame-ancestors 'none'",
		"base-uri 'none'",
		"form-action 'none'",
	}, "; ")
}
