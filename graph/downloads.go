package graph

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"ombudsnetz/internal/export"
	"ombudsnetz/internal/fault"
)

// downloads is where exports of the directory are: 15.json, DE-ST.json and
// 15.hsds.json. They are public; docs/exports.md describes them.
const downloads = "/directory/"

// freshDownload lets caches answer for a while; with the tag they then ask
// whether anything has changed.
const freshDownload = "public, max-age=300, stale-while-revalidate=86400"

func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		s.refuseDownload(w, r, http.StatusMethodNotAllowed, fault.New(fault.BadUserInput, fault.Text{
			EN: "Only GET and HEAD are answered here.",
			DE: "Hier werden nur GET und HEAD beantwortet.",
		}))
		return
	}
	ctx := r.Context()
	if s.cfg.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.cfg.Timeout)
		defer cancel()
	}
	document, err := s.export(ctx, strings.TrimPrefix(r.URL.Path, downloads))
	if r.Context().Err() != nil {
		return // the client is gone
	}
	if err != nil {
		s.refuseDownload(w, r, statusOf(err), err)
		return
	}
	header := w.Header()
	header.Set("Cache-Control", freshDownload)
	// Weak: the same content has other bytes when it is compressed, or written on
	// another day.
	tag := `"` + document.Version + `"`
	header.Set("ETag", "W/"+tag)
	if matches(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", "application/json")
	_, _ = w.Write(document.Body)
}

// export writes the document with this name.
func (s *Server) export(ctx context.Context, name string) (*export.Document, error) {
	exports := s.cfg.Resolver.exports
	if land, found := strings.CutSuffix(name, ".hsds.json"); found {
		return exports.HSDS(ctx, land)
	}
	if land, found := strings.CutSuffix(name, ".json"); found {
		return exports.Directory(ctx, land)
	}
	return nil, fault.New(fault.NotFound, fault.Text{
		EN: "There are only documents with names like 15.json and 15.hsds.json here.",
		DE: "Hier gibt es nur Dokumente mit Namen wie 15.json und 15.hsds.json.",
	})
}

func matches(r *http.Request, tag string) bool {
	for candidate := range strings.SplitSeq(strings.Join(r.Header.Values("If-None-Match"), ","), ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}

func statusOf(err error) int {
	switch fault.CodeOf(err) {
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Timeout:
		return http.StatusGatewayTimeout
	case fault.BadUserInput:
		return http.StatusBadRequest
	default:
		return http.StatusInternalServerError
	}
}

// refuseDownload answers with an error in the form of those of GraphQL.
func (s *Server) refuseDownload(w http.ResponseWriter, r *http.Request, status int, err error) {
	shown := presenter(s.cfg.Log)(r.Context(), err)
	body, err := json.Marshal(struct {
		Errors gqlerror.List `json:"errors"`
	}{gqlerror.List{shown}})
	if err != nil {
		panic(err) // presenter puts nothing in that has no JSON form
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept-Language")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
