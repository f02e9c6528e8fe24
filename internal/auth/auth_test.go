package auth_test

import (
	"net/http"
	"testing"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/fault"
)

const token = "a-token-for-tests"

func request(t *testing.T, authorization ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range authorization {
		r.Header.Add("Authorization", value)
	}
	return r
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	const anonymous, signedIn, refused = "anonymous", "signed in", "refused"
	for name, c := range map[string]struct {
		token  string
		header []string
		want   string
	}{
		"no header":                         {token, nil, anonymous},
		"empty header":                      {token, []string{""}, anonymous},
		"right token":                       {token, []string{"Bearer " + token}, signedIn},
		"lower-case scheme":                 {token, []string{"bearer " + token}, signedIn},
		"upper-case scheme":                 {token, []string{"BEARER " + token}, signedIn},
		"token in another case":             {token, []string{"Bearer A-TOKEN-FOR-TESTS"}, refused},
		"wrong token":                       {token, []string{"Bearer wrong"}, refused},
		"beginning of the token":            {token, []string{"Bearer " + token[:len(token)-1]}, refused},
		"more than the token":               {token, []string{"Bearer " + token + "x"}, refused},
		"two spaces":                        {token, []string{"Bearer  " + token}, refused},
		"wrong scheme":                      {token, []string{"Basic " + token}, refused},
		"token without a scheme":            {token, []string{token}, refused},
		"scheme without a token":            {token, []string{"Bearer"}, refused},
		"scheme with an empty token":        {token, []string{"Bearer "}, refused},
		"a wrong header before a right":     {token, []string{"Bearer wrong", "Bearer " + token}, refused},
		"nobody configured":                 {"", []string{"Bearer " + token}, refused},
		"nobody configured, empty token":    {"", []string{"Bearer "}, refused},
		"nobody configured, scheme alone":   {"", []string{"Bearer"}, refused},
		"nobody configured, without header": {"", nil, anonymous},
	} {
		viewer, err := auth.NewAuthenticator(c.token).Authenticate(request(t, c.header...))
		got := anonymous
		switch {
		case fault.CodeOf(err) == fault.Unauthenticated:
			got = refused
		case err != nil:
			got = err.Error()
		case viewer.SignedIn():
			got = signedIn
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if err != nil && viewer != (auth.Viewer{}) {
			t.Errorf("%s: a refused viewer is %v", name, viewer)
		}
	}
}

func TestRequire(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	if viewer := auth.From(ctx); viewer.SignedIn() {
		t.Errorf("without a viewer it is %v who asks", viewer)
	}
	if _, err := auth.Require(ctx); fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("without a viewer: %v, want UNAUTHENTICATED", err)
	}
	if _, err := auth.Require(auth.With(ctx, auth.Viewer{})); fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("anonymous viewer: %v, want UNAUTHENTICATED", err)
	}
	outer := auth.With(ctx, auth.Viewer{Subject: "anna"})
	inner := auth.With(outer, auth.Viewer{Subject: "ben"})
	if viewer, err := auth.Require(outer); err != nil || viewer.Subject != "anna" {
		t.Errorf("signed in: %v, %v", viewer, err)
	}
	if viewer, err := auth.Require(inner); err != nil || viewer.Subject != "ben" {
		t.Errorf("the inner viewer: %v, %v", viewer, err)
	}
	if _, err := auth.Require(auth.With(inner, auth.Viewer{})); fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("signed out again: %v, want UNAUTHENTICATED", err)
	}
}
