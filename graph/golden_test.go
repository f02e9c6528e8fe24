package graph

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/demo"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const testToken = "token-of-the-tests"

func testNow() time.Time { return time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC) }

func testZone(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func testCodec() page.Codec { return page.NewCodec([]byte("the key of the tests, 32 bytes …")) }

// countedIDs returns the ids ...0001, ...0002 and so on.
func countedIDs() func() uuid.UUID {
	var n atomic.Uint64
	return func() uuid.UUID {
		id := uuid.MustParse("019bc000-0000-7000-8000-000000000000")
		binary.BigEndian.PutUint32(id[12:], uint32(n.Add(1)))
		return id
	}
}

// demoWorlds are databases with the demo world.
func demoWorlds(t testing.TB) pgtest.Cloner {
	t.Helper()
	zone := testZone(t)
	return pgtest.Template(t, "demo", func(ctx context.Context, db *postgres.DB) error {
		return demo.Load(ctx, db, region.NewService(db, testCodec(), testNow, zone), testCodec(), testNow)
	})
}

// newTestServer starts a server on db and returns its address.
func newTestServer(t testing.TB, db *postgres.DB, log io.Writer) string {
	t.Helper()
	resolver := NewResolver(Parts{DB: db, Codec: testCodec(), Now: testNow, NewID: countedIDs(), Zone: testZone(t)})
	handler, err := NewServer(Config{
		Resolver: resolver,
		Auth:     auth.NewAuthenticator(testToken),
		Log:      slog.New(slog.NewJSONHandler(log, nil)),
		Open:     true,
		Timeout:  30 * time.Second,
		Version:  "test",
		Ready:    db.Ping,
		Origins:  []string{"https://app.example.org"},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// golden is one request of testdata. Comments in front of the document say how
// to send it:
//
//	# budget: 3                    statements it may cost
//	# as: development              who asks; anonymous when left out
//	# language: de                 Accept-Language
//	# variables: {"first": 2}
//	# sentence: „…"                what of a source text it answers
type golden struct {
	query     string
	budget    int
	header    http.Header
	variables json.RawMessage
}

func readGolden(t *testing.T, file string) golden {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g := golden{query: string(text), budget: -1, header: http.Header{}}
	for line := range strings.Lines(g.query) {
		comment, found := strings.CutPrefix(line, "# ")
		if !found {
			break
		}
		name, value, _ := strings.Cut(strings.TrimSpace(comment), ": ")
		switch name {
		case "budget":
			if g.budget, err = strconv.Atoi(value); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
		case "as":
			g.header.Set("Authorization", "Bearer "+map[string]string{"development": testToken}[value])
		case "language":
			g.header.Set("Accept-Language", value)
		case "variables":
			g.variables = json.RawMessage(value)
		case "sentence":
		default:
			t.Fatalf("%s: unknown comment %q", file, name)
		}
	}
	if g.budget < 0 {
		t.Fatalf("%s: the first line must say # budget: N", file)
	}
	return g
}

var update = flag.Bool("update", false, "write the answers of the golden requests anew")

// TestGolden sends each request of testdata through a real server and compares
// the answer with the file beside it, and the statements it cost with its
// budget. `go test ./graph -run TestGolden -update` writes the answers.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*/*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden requests: %v", err)
	}
	worlds := demoWorlds(t)
	shared := newTestServer(t, worlds.New(t), io.Discard)
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".graphql")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := readGolden(t, file)
			address, times := shared, 2 // a text that is known is read another way than a new one
			if strings.Contains(g.query, "mutation") {
				address, times = newTestServer(t, worlds.New(t), io.Discard), 1
			}
			for range times {
				answer := send(t, address, g)
				if statements := answer.statements(); statements != g.budget {
					t.Errorf("cost %d statements, the budget says %d", statements, g.budget)
				}
				delete(answer.Extensions["cost"], "statements")
				compareGolden(t, strings.TrimSuffix(file, ".graphql")+".json", answer)
			}
		})
	}
}

// answer is an answer whose data keep the order of their fields.
type answer struct {
	Data       json.RawMessage           `json:"data,omitempty"`
	Errors     []map[string]any          `json:"errors,omitempty"`
	Extensions map[string]map[string]any `json:"extensions,omitempty"`
}

func (a answer) statements() int {
	n, _ := a.Extensions["cost"]["statements"].(float64)
	return int(n)
}

func send(t *testing.T, address string, g golden) answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": g.query, "variables": g.variables})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(req.Header, g.header)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var got answer
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		t.Fatalf("status %d: %v", resp.StatusCode, err)
	}
	// Fields beside each other fail in any order.
	slices.SortStableFunc(got.Errors, func(a, b map[string]any) int {
		return strings.Compare(fmt.Sprint(a["path"]), fmt.Sprint(b["path"]))
	})
	return got
}

func compareGolden(t *testing.T, file string, got answer) {
	t.Helper()
	text := pretty(t, got)
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		t.Errorf("answer differs (-want +got):\n%s", diff)
	}
}

// pretty writes value as JSON for people: what fits stands in one line.
func pretty(t *testing.T, value any) string {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return layOut(t, bytes.TrimSpace(text.Bytes()), "") + "\n"
}

func layOut(t *testing.T, text json.RawMessage, indent string) string {
	t.Helper()
	const width = 110
	if len(indent)+len(text) <= width || (text[0] != '{' && text[0] != '[') {
		return string(text)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for decoder.More() {
		line := indent + "  "
		if text[0] == '{' {
			key, err := decoder.Token()
			if err != nil {
				t.Fatal(err)
			}
			line += strconv.Quote(fmt.Sprint(key)) + ": "
		}
		var below json.RawMessage
		if err := decoder.Decode(&below); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line+layOut(t, below, indent+"  "))
	}
	return string(text[:1]) + "\n" + strings.Join(lines, ",\n") + "\n" + indent + string(text[len(text)-1:])
}
