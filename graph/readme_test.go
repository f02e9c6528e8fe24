package graph

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocumentsAreTrue sends every request that README and docs/graphql.md show
// with its answer, and compares. -update writes the answers.
func TestDocumentsAreTrue(t *testing.T) {
	t.Parallel()
	for file, requests := range map[string]int{"../README.md": 7, "../docs/graphql.md": 9} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			shown := regexp.MustCompile("(?s)```graphql\n(.*?)```\n\n```json\n(.*?)```").FindAllStringSubmatch(string(text), -1)
			if len(shown) != requests {
				t.Fatalf("%d requests with answers are shown, want %d", len(shown), requests)
			}
			address := newTestServer(t, demoWorlds(t).New(t), io.Discard)
			current := string(text)
			for _, example := range shown {
				current = strings.Replace(current, example[0], "```graphql\n"+example[1]+"```\n\n```json\n"+answerOf(t, address, example[1])+"```", 1)
			}
			if *update {
				if err := os.WriteFile(file, []byte(current), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(text), current); diff != "" {
				t.Errorf("%s shows other answers (-shown +server):\n%s", file, diff)
			}
		})
	}
}

// answerOf sends a query, signed in when it changes something or says so.
func answerOf(t *testing.T, address, query string) string {
	t.Helper()
	g := golden{query: query}
	if strings.HasPrefix(query, "mutation") || strings.HasPrefix(query, "# Signed in") {
		g.header = http.Header{"Authorization": {"Bearer " + testToken}}
	}
	got := send(t, address, g)
	if got.Errors != nil {
		t.Errorf("%s answers %v", query, got.Errors)
	}
	return pretty(t, answer{Data: got.Data})
}

// The explorer's first request works, for the places too that it proposes.
func TestTheExplorersExampleIsAnswered(t *testing.T) {
	t.Parallel()
	address := newTestServer(t, demoWorlds(t).New(t), io.Discard)
	for place, want := range map[string]string{
		``: "FOUND", `{"place": {"name": "Hannover"}}`: "FOUND", `{"place": {"postalCode": "14715"}}`: "PLACE_UNCLEAR",
	} {
		g := golden{query: exampleQuery}
		if place != "" {
			g.variables = json.RawMessage(place)
		}
		got := send(t, address, g)
		var data struct {
			Responsibility map[string]struct{ Status string }
		}
		if err := json.Unmarshal(got.Data, &data); err != nil || got.Errors != nil || len(data.Responsibility) != 4 {
			t.Fatalf("%q answers %v, %v", place, got.Errors, err)
		}
		for kind, answer := range data.Responsibility {
			if answer.Status != want {
				t.Errorf("%q: %s is %s, want %s", place, kind, answer.Status, want)
			}
		}
	}
}
