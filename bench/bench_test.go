package main

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"ombudsnetz/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestAnswersAgree(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if err := fill(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	s, err := startServers(t.Context(), db, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.stop() })
	offices, err := officeIDs(t.Context(), db)
	if err != nil || len(offices) != 120 {
		t.Fatalf("%d offices, %v", len(offices), err)
	}
	for _, q := range queries() {
		pair, err := newPair(s, q, offices)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := compareAnswers(t.Context(), pair); err != nil {
			t.Errorf("%s: %v", q.name, err)
		}
		for _, one := range pair {
			seen, err := one.load(t.Context(), 2, 20*time.Millisecond)
			if err != nil || len(seen.latencies) == 0 {
				t.Errorf("%s, %s: %d answers, %v", q.name, one.name, len(seen.latencies), err)
			}
		}
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	const office = `{"data":{"id":"ofc_01h455vb4pex5vsknk084sn02q","sites":[{"street":null}]}}`
	for other, want := range map[string]string{
		`{"data":{"sites":[{"street":null}],"id":"01890a5d-ac96-774b-bcce-b302099a8057"},"extensions":{}}`: "",
		strings.Replace(office, "null", `"A"`, 1):                                                          "data.sites[0].street is <nil> and A",
		strings.Replace(office, "02q", "02r", 1):                                                           "data.id is",
		strings.Replace(office, `{"street"`, `1, {"street"`, 1):                                            "data.sites has another length",
		`{"data":{"id":1}}`: "data has other fields",
	} {
		err := agree([]byte(office), []byte(other))
		if (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", other, err, want)
		}
	}
}

// A failed answer ends the run with a message.
func TestFailureEndsTheLoad(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`{"errors":[{"message":"no"}],"data":null}`, `{"data":null}`, ``} {
		w, err := listen(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = w.server.Close() })
		_, err = newContender("server", w, "/", [][]byte{[]byte("{}")}).load(t.Context(), 4, time.Minute)
		if err == nil || !strings.Contains(err.Error(), "status 200") {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

func TestWithDatabase(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]string{
		"postgres://u:p@db.example.org/app?sslmode=require": "postgres://u:p@db.example.org/new?sslmode=require",
		"host=/run/pg dbname=app":                           "host=/run/pg dbname=app dbname=new",
	} {
		if got := withDatabase(dsn, "new"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
