// Package auth says who is asking.
package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"ombudsnetz/internal/fault"
)

// Audience is a group of viewers, the GraphQL enum Audience.
type Audience string

// The groups a root field can be open to.
const (
	Anyone   Audience = "ANYONE"
	SignedIn Audience = "SIGNED_IN"
)

// Viewer is who asks. The zero value is an anonymous viewer.
type Viewer struct {
	// Subject identifies a signed-in viewer; empty for an anonymous one.
	Subject string
}

// SignedIn tells whether the viewer is known.
func (v Viewer) SignedIn() bool { return v.Subject != "" }

type contextKey struct{}

// With returns a context in which viewer asks.
func With(ctx context.Context, viewer Viewer) context.Context {
	return context.WithValue(ctx, contextKey{}, viewer)
}

// From returns who asks; an anonymous viewer when nobody was set.
func From(ctx context.Context) Viewer {
	viewer, _ := ctx.Value(contextKey{}).(Viewer)
	return viewer
}

// Require returns the signed-in viewer, or UNAUTHENTICATED.
func Require(ctx context.Context) (Viewer, error) {
	viewer := From(ctx)
	if !viewer.SignedIn() {
		return viewer, fault.New(fault.Unauthenticated, fault.Text{
			EN: "sign in first: send the header Authorization: Bearer with your token",
			DE: "bitte zuerst anmelden: das eigene Token im Kopf Authorization: Bearer senden",
		})
	}
	return viewer, nil
}

// Authenticator finds out who sent a request.
type Authenticator struct {
	developmentToken [sha256.Size]byte
	development      bool
}

// NewAuthenticator returns an authenticator that knows the one development
// token; with an empty token nobody can sign in.
func NewAuthenticator(developmentToken string) *Authenticator {
	return &Authenticator{
		developmentToken: sha256.Sum256([]byte(developmentToken)),
		development:      developmentToken != "",
	}
}

// developmentSubject signs what the holder of the development token does.
const developmentSubject = "development"

// Authenticate returns the viewer of r. A request without an Authorization
// header is anonymous; one with a wrong token is UNAUTHENTICATED, not anonymous,
// so that a client learns that its sign-in is over.
func (a *Authenticator) Authenticate(r *http.Request) (Viewer, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return Viewer{}, nil
	}
	scheme, token, _ := strings.Cut(header, " ")
	given := sha256.Sum256([]byte(token))
	if a.development && strings.EqualFold(scheme, "Bearer") &&
		subtle.ConstantTimeCompare(given[:], a.developmentToken[:]) == 1 {
		return Viewer{Subject: developmentSubject}, nil
	}
	return Viewer{}, fault.New(fault.Unauthenticated, fault.Text{
		EN: "the token in the header Authorization is not valid",
		DE: "das Token im Kopf Authorization ist nicht gültig",
	})
}
