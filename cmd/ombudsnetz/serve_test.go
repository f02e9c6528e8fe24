package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

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
	read   sync.WaitGroup
}

// start runs the program with args until it says where it listens.
func start(t *testing.T, environment []string, args ...string) *program {
	t.Helper()
	p := &program{cmd: command(t.Context(), environment, args...), output: &strings.Builder{}}
	p.cmd.Stderr = os.Stderr
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
		pattern := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
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
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.read.Wait()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
}

func ask(ctx context.Context, url string) (string, error) {
	body := `{"query": "{ region(key: \"15\") { name ombudsOffices { totalCount } } }"}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
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
	p := start(t, []string{"OMBUDSNETZ_DATA_DIR=" + dataDir(t), "OMBUDSNETZ_DRAIN=1s"}, "serve", "--demo")
	ctx, cancel := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			// Clients leave when the server says that it is about to stop.
			for ctx.Err() == nil {
				if answer, err := ask(t.Context(), p.url); err != nil || !strings.Contains(answer, wanted) {
					t.Errorf("a request was lost: %s, %v", answer, err)
					return
				}
			}
		})
	}
	go func() {
		defer cancel()
		for {
			resp, err := http.Get(p.url + "/readyz")
			if err != nil {
				t.Errorf("/readyz: %v", err)
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusServiceUnavailable {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	p.stop(t)
	clients.Wait()
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
		"mode":              {environment: []string{"OMBUDSNETZ_MODE=prod"}, args: []string{"serve"}, want: `must be one of "development","production"`},
		"origin":            {args: []string{"serve", "--origins=app.example.org"}, want: `holds "app.example.org"; expected a web origin`},
		"token too short":   {args: []string{"serve", "--development-token=secret"}, want: "expected 16 or more"},
		"demo in earnest":   {args: []string{"serve", "--demo", "--mode=production"}, want: "for development alone"},
		"connections":       {args: []string{"migrate", "--database-connections=0"}, want: "expected 1 to 1000"},
		"log level":         {args: []string{"serve", "--log-level=loud"}, want: "--log-level"},
		"unknown command":   {args: []string{"server"}, want: "serve"},
		"no database": {
			environment: []string{"DATABASE_URL=postgres://nobody:secret-word@127.0.0.1:1/x?sslmode=disable"},
			args:        []string{"serve", "--no-migrate"}, want: "127.0.0.1:1",
		},
		"no binaries": {environment: []string{"OMBUDSNETZ_POSTGRES_BIN=/nonexistent"}, args: []string{"serve"}, want: "/nonexistent"},
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

func TestCommandsOnADatabase(t *testing.T) {
	t.Parallel()
	environment := []string{"DATABASE_URL=" + pgtest.EmptyDSN(t)}
	for _, step := range []struct {
		args []string
		want string
		fail bool
	}{
		{args: []string{"doctor"}, want: "migrations are pending", fail: true},
		{args: []string{"migrate", "status"}, want: "0001_base.sql         pending"},
		{args: []string{"serve", "--no-migrate"}, want: "run ombudsnetz migrate", fail: true},
		{args: []string{"migrate"}, want: "0001_base.sql         20"},
		{args: []string{"migrate"}, want: "0001_base.sql         20"},
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
