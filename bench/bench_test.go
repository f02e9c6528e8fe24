package main

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ombudsnetz/internal/pgtest"
)

func TestMain(m *testing.M) {
	if isContender() {
		main()
		return
	}
	pgtest.Main(m)
}

func TestAnswersAgree(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if err := fill(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	addresses := make(map[string]string)
	for _, name := range contenders() {
		handler, err := newHandler(t.Context(), name, db, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		w, err := listen(t.Context(), handler)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = w.stop() })
		addresses[name] = w.address
	}
	c := &cli{
		Queries: names(), Connections: []int{1, 3},
		Rounds: 1, Round: 20 * time.Millisecond, Growth: true,
	}
	var out strings.Builder
	if err := c.measureAll(t.Context(), &out, &world{db: db}, addresses); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Q1: one office", "Q2: 20 offices", "Q3: 50 districts", "Q4: 100 regions", " 1000  ", "statements per request: 4, gqlgen",
		"peak MB at 3", "the bars, at 16 connections", "CPU for one of 1000 rows",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
	if t.Failed() || testing.Verbose() {
		t.Log(out.String())
	}
}

// A contender is a process that answers, tells what it uses, and goes with its
// input.
func TestContenderProcess(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	p, err := startProcess(t.Context(), ours, dsn, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	one := &contender{name: ours, address: p.address}
	used, err := one.used(t.Context())
	if err != nil || used.PID != p.cmd.Process.Pid || used.Allocations == 0 || used.CPU == 0 {
		t.Errorf("it has used %+v, %v", used, err)
	}
	if err := p.stop(); err != nil {
		t.Error(err)
	}
	if _, err := startProcess(t.Context(), "nobody", dsn, ""); err == nil {
		t.Error("a contender of another name was started")
	}
}

func TestBars(t *testing.T) {
	t.Parallel()
	rounds := func(perSecond ...int) []round {
		var all []round
		for _, n := range perSecond {
			all = append(all, round{latencies: make([]time.Duration, n), took: time.Second})
		}
		return all
	}
	spent := func(cpu, postgres time.Duration) cost {
		return cost{requests: 10, cpu: 10 * cpu, postgres: 10 * postgres}
	}
	r := result{
		query: query{name: "Q2", bar: 0.75},
		loads: []loaded{
			{
				connections: barConnections,
				rounds:      map[int][]round{0: rounds(70, 80, 90), 1: rounds(10, 20, 10), 2: rounds(100, 100, 100)},
				costs:       map[int]cost{0: spent(3, 4), 2: spent(1, 4)},
			},
			{connections: memoryConnections},
		},
		peaks: map[int]float64{0: 60},
	}
	row := func(rows int, cpu time.Duration) grown {
		return grown{rows: rows, loaded: loaded{costs: map[int]cost{0: spent(cpu, 0)}}}
	}
	want := []bar{
		{"Q2: throughput, of the statement's", "at least 0.75", "0.80 (0.70-0.90)", true},
		{"Q2: throughput, of gqlgen's executor's", "at least 6", "7.00 (4.00-9.00)", true},
		{"Q2: CPU with Postgres, of the statement's", "at most 1.40", "1.40", true},
		{"peak of resident memory at 64 connections", "under 60 MB", "60 MB", false},
		{"CPU for one of 1000 rows, of that for one of 100", "at most 1.10", "1.20", false},
	}
	got := bars([]result{r}, []grown{row(10, time.Second), row(100, time.Second), row(1000, 12*time.Second)})
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(bar{})); diff != "" {
		t.Error(diff)
	}
	if got := bars([]result{{loads: []loaded{{connections: 1}}}}, nil); len(got) != 0 {
		t.Errorf("without figures: %v", got)
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
		t.Cleanup(func() { _ = w.stop() })
		_, err = newContender("server", w.address, query{}, [][]byte{[]byte("{}")}, nil).load(t.Context(), 4, time.Minute)
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
