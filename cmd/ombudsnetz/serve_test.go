package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ombudsnetz/internal/embedded"
	"ombudsnetz/internal/pgtest"
)

// asProgram makes the test binary run the command line instead of the tests, so
// that tests can start the real program.
const asProgram = "OMBUDSNETZ_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	pgtest.Main(m)
}

// program is a running ombudsnetz.
type program struct {
	cmd    *exec.Cmd
	url    string
	output *strings.Builder
	log    *strings.Builder // to be read when the program has ended
	read   sync.WaitGroup
}

// start runs the program with args until it says where it listens.
func start(t *testing.T, environment []string, args ...string) *program {
	t.Helper()
	p := &program{cmd: command(t.Context(), environment, args...), output: &strings.Builder{}, log: &strings.Builder{}}
	p.cmd.Stderr = io.MultiWriter(os.Stderr, p.log)
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	found := make(chan string, 1)
	p.read.Go(func() {
		pattern := regexp.MustCompile(`http://(127\.0\.0\.1|localhost|\[::1\]):\d+`)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			p.output.WriteString(lines.Text() + "\n")
			if url := pattern.FindString(lines.Text()); url != "" {
				select {
				case found <- url:
				default:
				}
			}
		}
		close(found)
	})
	p.url = <-found
	if p.url == "" {
		t.Fatalf("the program ended before it listened: %s", p.output)
	}
	return p
}

func command(ctx context.Context, environment []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "OMBUDSNETZ_LISTEN=127.0.0.1:0", "DATABASE_URL=")
	cmd.Env = append(cmd.Env, environment...)
	return cmd
}

// stop asks the program to end and waits for it.
func (p *program) stop(t *testing.T) {
	t.Helper()
	p.signal(t)
	if err := p.wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
}

func (p *program) signal(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

func (p *program) wait() error {
	p.read.Wait()
	return p.cmd.Wait()
}

// draining waits until the program says that it is about to stop.
func (p *program) draining(t *testing.T) {
	t.Helper()
	for {
		ready, err := p.ready(http.DefaultClient)
		if err != nil {
			t.Fatalf("/readyz: %v", err)
		}
		if !ready {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (p *program) ready(client *http.Client) (bool, error) {
	resp, err := client.Get(p.url + "/readyz")
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK, err
}

func ask(ctx context.Context, url string) (string, error) {
	return askWith(ctx, http.DefaultClient, url)
}

func askWith(ctx context.Context, client *http.Client, url string) (string, error) {
	body := `{"query": "{ region(key: \"15\") { name ombudsOffices { totalCount } } }"}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	return string(answer), err
}

const wanted = `"data":{"region":{"name":"Sachsen-Anhalt","ombudsOffices":{"totalCount":3}}}`

// dataDir is a folder that the unprivileged user of Postgres can reach.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ombudsnetz-serve-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

func TestServeBringsItsOwnDatabaseAndKeepsIt(t *testing.T) {
	t.Parallel()
	environment := []string{"OMBUDSNETZ_DATA_DIR=" + dataDir(t)}
	for _, args := range [][]string{{"serve", "--demo"}, {"serve", "--demo"}, {"serve"}} {
		p := start(t, environment, args...)
		if answer, err := ask(t.Context(), p.url); err != nil || !strings.Contains(answer, wanted) {
			t.Errorf("%v answers %s, %v", args, answer, err)
		}
		p.stop(t)
		for _, line := range []string{"curl -s http", "Authorization: Bearer dev_"} {
			if !strings.Contains(p.output.String(), line) {
				t.Errorf("%v does not print %q:\n%s", args, line, p.output)
			}
		}
	}
}

func TestServeLosesNoAcceptedRequest(t *testing.T) {
	t.Parallel()
	p := start(t, []string{"OMBUDSNETZ_DATA_DIR=" + dataDir(t), "OMBUDSNETZ_DRAIN=2s"}, "serve", "--demo")
	var clients sync.WaitGroup
	var sent, connections atomic.Int64
	for i := range 16 {
		clients.Go(func() {
			// A client keeps one connection and asks on it now and then, so that
			// it is idle or busy whenever the server does something.
			dialer := net.Dialer{}
			transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				connections.Add(1)
				return dialer.DialContext(ctx, network, address)
			}}
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport}
			for leave := (time.Time{}); leave.IsZero() || time.Now().Before(leave); {
				// It leaves half a second after the server has said that it is about
				// to stop.
				ready, err := p.ready(client)
				if !ready && leave.IsZero() {
					leave = time.Now().Add(500 * time.Millisecond)
				}
				if err != nil {
					t.Errorf("/readyz: %v", err)
					return
				}
				if answer, err := askWith(t.Context(), client, p.url); err != nil || !strings.Contains(answer, wanted) {
					t.Errorf("a request was lost: %s, %v", answer, err)
					return
				}
				sent.Add(1)
				time.Sleep(time.Duration(i%4) * time.Millisecond)
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	if n := connections.Load(); n != 16 {
		t.Errorf("16 clients that keep their connections needed %d", n)
	}
	p.stop(t)
	clients.Wait()
	t.Logf("%d requests were answered", sent.Load())
}

func TestConnectionsEndWithTheDrain(t *testing.T) {
	t.Parallel()
	p := start(t, []string{"DATABASE_URL=" + pgtest.EmptyDSN(t), "OMBUDSNETZ_DRAIN=1s"}, "serve")
	idle, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	answers := bufio.NewReader(idle)
	livez := func() (status int, closes bool) {
		t.Helper()
		if _, err := io.WriteString(idle, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatalf("a connection that was kept is cut: %v", err)
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode, resp.Close
	}
	if _, closes := livez(); closes {
		t.Error("a connection is not kept while nobody stops the server")
	}
	p.signal(t)
	p.draining(t)
	time.Sleep(200 * time.Millisecond)
	if status, closes := livez(); !closes || status != http.StatusOK {
		t.Errorf("while draining /livez answers %d, and closes the connection: %t", status, closes)
	}
	if err := p.wait(); err != nil {
		t.Error(err)
	}
}

func TestSecondSignalEndsTheDrain(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := start(t, []string{"OMBUDSNETZ_DATA_DIR=" + dir, "OMBUDSNETZ_DRAIN=5m"}, "serve")
	p.signal(t)
	p.draining(t)
	begun := time.Now()
	p.signal(t)
	if err := p.wait(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("the second signal took %s", took)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "postgres.log"))
	if err != nil || !strings.Contains(string(raw), "database system is shut down") {
		t.Errorf("Postgres did not end cleanly: %s, %v", raw, err)
	}
}

func TestSecondSignalCutsRequestsOff(t *testing.T) {
	t.Parallel()
	p := start(t, []string{"DATABASE_URL=" + pgtest.EmptyDSN(t), "OMBUDSNETZ_TIMEOUT=5m"}, "serve")
	slow, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if _, err := io.WriteString(slow, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // the request has begun
	begun := time.Now()
	p.signal(t)
	time.Sleep(200 * time.Millisecond)
	p.signal(t)
	if err := p.wait(); err == nil || !strings.Contains(p.log.String(), "second signal") {
		t.Errorf("ended with %v, saying %q", err, p.log)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("two signals took %s", took)
	}
}

func TestAddressInUseCostsNoDatabase(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := dataDir(t)
	output, err := command(t.Context(), []string{"OMBUDSNETZ_DATA_DIR=" + dir, "OMBUDSNETZ_LISTEN=" + taken.Addr().String()}, "serve").CombinedOutput()
	for _, want := range []string{"OMBUDSNETZ_LISTEN", taken.Addr().String(), "address already in use"} {
		if err == nil || !strings.Contains(string(output), want) {
			t.Errorf("error %v does not hold %q: %s", err, want, output)
		}
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the data directory was touched: %v", err)
	}
}

// What is printed can be clicked on, and whoever opens a development server to
// the network is told.
func TestServeBeyondThisMachine(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]struct {
		mode, url string
		warns     bool
	}{
		":0":          {"development", "http://localhost:", true},
		"0.0.0.0:0":   {"production", "http://localhost:", false},
		"127.0.0.1:0": {"development", "http://127.0.0.1:", false},
	} {
		p := start(t, []string{"DATABASE_URL=" + pgtest.EmptyDSN(t), "OMBUDSNETZ_LISTEN=" + address, "OMBUDSNETZ_MODE=" + want.mode}, "serve")
		if ready, err := p.ready(http.DefaultClient); !ready || err != nil {
			t.Errorf("%s: ready %t, %v", address, ready, err)
		}
		p.stop(t)
		if n := strings.Count(p.output.String(), want.url); n != 2 {
			t.Errorf("%s: %q stands %d times in the greeting, not twice:\n%s", address, want.url, n, p.output)
		}
		if warns := strings.Contains(p.log.String(), "listens beyond this machine"); warns != want.warns {
			t.Errorf("%s in %s: warned %t:\n%s", address, want.mode, warns, p.log)
		}
	}
}

func TestEmptyVariablesMeanTheDefault(t *testing.T) {
	t.Parallel()
	help, err := command(t.Context(), nil, "serve", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	var empty []string
	for _, name := range regexp.MustCompile(`OMBUDSNETZ_[A-Z_]+`).FindAllString(string(help), -1) {
		empty = append(empty, name+"=")
	}
	if len(empty) < 19 {
		t.Fatalf("the help names %d variables only: %v", len(empty), empty)
	}
	p := start(t, append(empty, "DATABASE_URL="+pgtest.EmptyDSN(t), "OMBUDSNETZ_LISTEN=127.0.0.1:0"), "serve")
	if ready, err := p.ready(http.DefaultClient); !ready || err != nil {
		t.Errorf("ready %t, %v", ready, err)
	}
	p.stop(t)

	usual, err := embedded.DefaultDataDir()
	if err != nil {
		t.Fatal(err)
	}
	// The folder it is called in must not become the database's.
	here := t.TempDir()
	doctor := command(t.Context(), append(empty, "PWD="+here), "doctor", "--data-dir=", "--postgres-bin=")
	doctor.Dir = here
	output, _ := doctor.CombinedOutput() // may find something missing on this machine
	if !strings.Contains(string(output), usual) || strings.Contains(string(output), here) {
		t.Errorf("doctor does not look into %s:\n%s", usual, output)
	}
}

func TestCommandsBesideARunningServer(t *testing.T) {
	t.Parallel()
	environment := []string{"OMBUDSNETZ_DATA_DIR=" + dataDir(t)}
	p := start(t, environment, "serve")
	for _, step := range []struct {
		args []string
		want string
	}{
		{[]string{"migrate", "status"}, "0001_base.sql            20"},
		{[]string{"migrate"}, "0001_base.sql            20"},
		{[]string{"demo"}, "the demo world is there"},
		{[]string{"doctor"}, "ok       migrations"},
	} {
		output, err := command(t.Context(), environment, step.args...).CombinedOutput()
		if err != nil || !strings.Contains(string(output), step.want) {
			t.Errorf("%v: error %v, output does not hold %q:\n%s", step.args, err, step.want, output)
		}
	}
	if output, err := command(t.Context(), environment, "serve").CombinedOutput(); err == nil || !strings.Contains(string(output), "in use by process") {
		t.Errorf("a second server: %v, %s", err, output)
	}
	if answer, err := ask(t.Context(), p.url); err != nil || !strings.Contains(answer, wanted) {
		t.Errorf("answer is %s, %v", answer, err)
	}
	p.stop(t)
}

func TestExecutors(t *testing.T) {
	t.Parallel()
	for _, executor := range []string{"breadth", "gqlgen"} {
		for _, parallel := range []string{"1", "4"} {
			environment := []string{"DATABASE_URL=" + pgtest.EmptyDSN(t), "OMBUDSNETZ_EXECUTOR=" + executor, "OMBUDSNETZ_PARALLEL=" + parallel}
			p := start(t, environment, "serve", "--demo")
			if answer, err := ask(t.Context(), p.url); err != nil || !strings.Contains(answer, wanted) {
				t.Errorf("%s, %s: %s, %v", executor, parallel, answer, err)
			}
			p.stop(t)
		}
	}
}

func TestServeWithADatabaseURLStartsNoOther(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	environment := []string{"OMBUDSNETZ_DATA_DIR=" + dir, "OMBUDSNETZ_POSTGRES_BIN=/nonexistent", "DATABASE_URL=" + pgtest.EmptyDSN(t)}
	p := start(t, environment, "serve", "--demo")
	if answer, err := ask(t.Context(), p.url); err != nil || !strings.Contains(answer, wanted) {
		t.Errorf("answer is %s, %v", answer, err)
	}
	p.stop(t)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the data directory was touched: %v", err)
	}
}

func TestProductionIsClosed(t *testing.T) {
	t.Parallel()
	p := start(t, []string{"DATABASE_URL=" + pgtest.EmptyDSN(t), "OMBUDSNETZ_MODE=production"}, "serve")
	for _, path := range []string{"/", "/schema.graphql"} {
		resp, err := http.Get(p.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d in production", path, resp.StatusCode)
		}
	}
	p.stop(t)
	if strings.Contains(p.output.String(), "Bearer") {
		t.Errorf("a token is printed in production:\n%s", p.output)
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		environment, args []string
		want              string
	}{
		"address":           {args: []string{"serve", "--listen=8080"}, want: `--listen (OMBUDSNETZ_LISTEN) is "8080"; expected an address and a port`},
		"address by env":    {environment: []string{"OMBUDSNETZ_LISTEN=x"}, args: []string{"serve"}, want: "OMBUDSNETZ_LISTEN"},
		"duration":          {args: []string{"serve", "--timeout=fast"}, want: "--timeout"},
		"duration too long": {args: []string{"serve", "--timeout=1h"}, want: "expected 100ms to 10m"},
		"drain":             {environment: []string{"OMBUDSNETZ_DRAIN=-1s"}, args: []string{"serve"}, want: "OMBUDSNETZ_DRAIN"},
		"mode":              {environment: []string{"OMBUDSNETZ_MODE=prod"}, args: []string{"serve"}, want: `--mode (OMBUDSNETZ_MODE) is "prod"; expected development or production`},
		"explorer":          {environment: []string{"OMBUDSNETZ_EXPLORER=maybe"}, args: []string{"serve"}, want: "OMBUDSNETZ_EXPLORER"},
		"executor":          {environment: []string{"OMBUDSNETZ_EXECUTOR=none"}, args: []string{"serve"}, want: `(OMBUDSNETZ_EXECUTOR) is "none"; expected breadth or gqlgen`},
		"parallel":          {environment: []string{"OMBUDSNETZ_PARALLEL=65"}, args: []string{"serve"}, want: "(OMBUDSNETZ_PARALLEL) is 65; expected 1 to 64"},
		"log format":        {environment: []string{"OMBUDSNETZ_LOG_FORMAT=xml"}, args: []string{"doctor"}, want: `(OMBUDSNETZ_LOG_FORMAT) is "xml"; expected text or json`},
		"pooler":            {environment: []string{"OMBUDSNETZ_DATABASE_POOLED=x"}, args: []string{"demo"}, want: `(OMBUDSNETZ_DATABASE_POOLED) is "x"; expected auto, yes or no`},
		"port":              {environment: []string{"OMBUDSNETZ_LISTEN=:abc"}, args: []string{"serve"}, want: `(OMBUDSNETZ_LISTEN) is ":abc"; expected`},
		"port too high":     {args: []string{"serve", "--listen=127.0.0.1:99999"}, want: "a port from 0 to 65535"},
		"origin":            {args: []string{"serve", "--origins=app.example.org"}, want: `holds "app.example.org"; expected a web origin`},
		"token too short":   {args: []string{"serve", "--development-token=secret"}, want: "expected 16 or more"},
		"page too short":    {environment: []string{"OMBUDSNETZ_MAX_PAGE=19"}, args: []string{"serve"}, want: "(OMBUDSNETZ_MAX_PAGE) is 19; expected 20 to 1000"},
		"demo in earnest":   {args: []string{"serve", "--demo", "--mode=production"}, want: "for development alone"},
		"connections":       {args: []string{"migrate", "--database-connections=0"}, want: "expected 1 to 1000"},
		"log level":         {args: []string{"serve", "--log-level=loud"}, want: `--log-level (OMBUDSNETZ_LOG_LEVEL) is "loud"; expected debug, info, warn or error`},
		"help of a command": {args: []string{"migrate", "sideways"}, want: "Run `ombudsnetz migrate --help`"},
		"help at all":       {args: []string{"server"}, want: "Run `ombudsnetz --help`"},
		"unknown command":   {args: []string{"server"}, want: "serve"},
		"no binaries":       {environment: []string{"OMBUDSNETZ_POSTGRES_BIN=/nonexistent"}, args: []string{"serve"}, want: "/nonexistent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := command(t.Context(), c.environment, c.args...).CombinedOutput()
			if err == nil {
				t.Fatalf("the program ran: %s", output)
			}
			if !strings.Contains(string(output), c.want) {
				t.Errorf("the message does not hold %q:\n%s", c.want, output)
			}
			for _, secret := range []string{"secret-word", "goroutine"} {
				if strings.Contains(string(output), secret) {
					t.Errorf("the message holds %q:\n%s", secret, output)
				}
			}
		})
	}
}

func TestUnreachableDatabaseIsNamed(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"postgres://nobody:secret-word@127.0.0.1:1/x?sslmode=disable",
		"postgres://127.0.0.1:1/x?sslmode=disable&password=secret-word",
		"host=127.0.0.1 port=1 user=nobody password=secret-word sslmode=disable",
	} {
		for _, args := range [][]string{{"serve"}, {"serve", "--no-migrate"}, {"migrate"}, {"migrate", "status"}, {"demo"}, {"doctor"}} {
			output, err := command(t.Context(), []string{"DATABASE_URL=" + dsn}, args...).CombinedOutput()
			if err == nil {
				t.Fatalf("%v ran: %s", args, output)
			}
			for _, want := range []string{"127.0.0.1:1", "connection refused"} {
				if !strings.Contains(string(output), want) {
					t.Errorf("%v does not say %q: %s", args, want, output)
				}
			}
			if strings.Contains(string(output), "secret-word") {
				t.Errorf("%v tells the password: %s", args, output)
			}
		}
	}
}

func TestCommandsOnADatabase(t *testing.T) {
	t.Parallel()
	environment := []string{"DATABASE_URL=" + pgtest.EmptyDSN(t)}
	for _, step := range []struct {
		args []string
		want string
		fail bool
	}{
		{args: []string{"doctor"}, want: "migrations are pending", fail: true},
		{args: []string{"migrate", "status"}, want: "0001_base.sql            pending"},
		{args: []string{"serve", "--no-migrate"}, want: "run ombudsnetz migrate", fail: true},
		{args: []string{"migrate"}, want: "0001_base.sql            20"},
		{args: []string{"migrate"}, want: "0001_base.sql            20"},
		{args: []string{"demo"}, want: "the demo world is there"},
		{args: []string{"demo"}, want: "the demo world is there"},
		{args: []string{"doctor"}, want: "ok       migrations"},
		{args: []string{"version"}, want: "\n"},
		{args: []string{"schema"}, want: "type OmbudsOffice implements Node"},
		{args: []string{"--help"}, want: "Answer requests until told to stop."},
		{args: []string{"serve", "--help"}, want: "OMBUDSNETZ_LISTEN"},
	} {
		output, err := command(t.Context(), environment, step.args...).CombinedOutput()
		if (err != nil) != step.fail || !strings.Contains(string(output), step.want) {
			t.Errorf("%v: error %v, output does not hold %q:\n%s", step.args, err, step.want, output)
		}
	}
}
