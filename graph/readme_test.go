package graph

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadmeIsTrue sends every request that the README shows and compares the
// answers with the ones it shows. -update writes them.
func TestReadmeIsTrue(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	const requests = 5
	pattern := regexp.MustCompile("(?s)```graphql\n(.*?)```\n\n```json\n(.*?)```")
	examples := pattern.FindAllStringSubmatch(string(text), -1)
	if len(examples) != requests {
		t.Fatalf("the README shows %d requests with answers, want %d", len(examples), requests)
	}
	address := newTestServer(t, demoWorlds(t).New(t), io.Discard)
	current := string(text)
	for _, example := range examples {
		g := golden{query: example[1]}
		if strings.HasPrefix(g.query, "mutation") {
			g.header = http.Header{"Authorization": {"Bearer " + testToken}}
		}
		got := send(t, address, g)
		if got.Errors != nil {
			t.Errorf("%s answers %v", g.query, got.Errors)
		}
		shown := pretty(t, answer{Data: got.Data})
		current = strings.Replace(current, example[0], "```graphql\n"+example[1]+"```\n\n```json\n"+shown+"```", 1)
	}
	if *update {
		if err := os.WriteFile("../README.md", []byte(current), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(text), current); diff != "" {
		t.Errorf("README.md shows other answers (-README +server):\n%s", diff)
	}
}
