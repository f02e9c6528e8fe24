package graph

import (
	"context"
	"net/http"

	"golang.org/x/text/language"

	"ombudsnetz/internal/fault"
)

type languageKey struct{}

// withLanguage notes in which language the client wants to read messages.
func withLanguage(next http.Handler) http.Handler {
	matcher := language.NewMatcher([]language.Tag{language.English, language.German})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if header := r.Header.Get("Accept-Language"); header != "" {
			if tag, _ := language.MatchStrings(matcher, header); isGerman(tag) {
				r = r.WithContext(context.WithValue(r.Context(), languageKey{}, language.German))
			}
		}
		next.ServeHTTP(w, r)
	})
}

func isGerman(tag language.Tag) bool {
	base, _ := tag.Base()
	german, _ := language.German.Base()
	return base == german
}

// message is text in the language of the request: German, or English.
func message(ctx context.Context, text fault.Text) string {
	if ctx.Value(languageKey{}) == language.German {
		return text.DE
	}
	return text.EN
}
