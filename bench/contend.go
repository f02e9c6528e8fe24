package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"ombudsnetz/internal/heap"
	"ombudsnetz/internal/postgres"
)

const (
	// contendArgument makes this program one contender, see contend.
	contendArgument = "contend"
	// poolSize is what the command serve has unless told otherwise.
	poolSize = 16
)

// process is a contender: this program once more, so that what it uses can be
// told apart from the load generator and from the others.
type process struct {
	name    string
	address string
	cmd     *exec.Cmd
	input   io.Closer
}

// startProcess starts a contender on the database.
func startProcess(ctx context.Context, name, dsn, profiles string) (_ *process, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, contendArgument, name) //nolint:noctx // it ends with its input, and only after the load has
	cmd.Env = append(os.Environ(), "PGAPPNAME="+sessionName(name), profileVariable+"="+profiles)
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: cmd, input: input}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.stop())
		}
	}()
	defer context.AfterFunc(ctx, func() { _ = input.Close() })()
	// Not as an argument or a variable: there everybody could read the password.
	if _, err := fmt.Fprintln(input, dsn); err != nil {
		return nil, err
	}
	p.address, err = readAddress(output)
	return p, err
}

// sessionName is how a contender's sessions are called in pg_stat_activity.
func sessionName(name string) string { return "bench " + name }

func (p *process) stop() error {
	err := p.input.Close()
	killer := time.AfterFunc(stopTimeout, func() { _ = p.cmd.Process.Kill() })
	defer killer.Stop()
	if ended := p.cmd.Wait(); ended != nil {
		err = fmt.Errorf("%s: %w", p.name, ended)
	}
	return err
}

// startAll starts one process for each contender.
func startAll(ctx context.Context, dsn, profiles string) (all []*process, err error) {
	for _, name := range contenders() {
		p, err := startProcess(ctx, name, dsn, profiles)
		if err != nil {
			return nil, errors.Join(err, stopAll(all))
		}
		all = append(all, p)
	}
	return all, nil
}

func stopAll(all []*process) error {
	var errs []error
	for _, p := range all {
		errs = append(errs, p.stop())
	}
	return errors.Join(errs...)
}

// isContender tells whether the program was started by startProcess.
func isContender() bool { return len(os.Args) == 3 && os.Args[1] == contendArgument }

// contend is what such a program does: it reads the database's address and
// answers until its input ends, which it also does when its parent is gone.
func contend(name string) error {
	// A terminal sends them to the parent too, who decides.
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	defer heap.Roomy()()
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	input := bufio.NewReader(os.Stdin)
	dsn, err := input.ReadString('\n')
	if err != nil {
		return err
	}
	// With more requests than connections gqlgen's executor, which asks for each
	// list below a list by itself, can wait longer than the usual 2 s.
	db, err := postgres.Open(ctx, postgres.Config{DSN: strings.TrimSpace(dsn), MaxConns: poolSize, PoolWait: timeout, Log: log})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	// A failed request ends the run with its answer; a thousand lines would hide it.
	handler, err := newHandler(ctx, name, db, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	w, err := listen(ctx, handler)
	if err != nil {
		return err
	}
	stopProfiles, err := startProfiles(name)
	if err != nil {
		return errors.Join(err, w.stop())
	}
	fmt.Println(readyPrefix + w.address)
	_, err = io.Copy(io.Discard, input)
	return errors.Join(err, stopProfiles(), w.stop())
}

// contender is a process with the requests of one query.
type contender struct {
	name     string
	address  string
	requests [][]byte
}

func newContender(name, address string, q query, server, byStatement [][]byte) *contender {
	c := &contender{name: name, address: address}
	path, bodies, authorization := "/graphql", server, ""
	if name == statement {
		path, bodies = "/"+q.name, byStatement
	} else if q.signedIn {
		authorization = "Authorization: Bearer " + token + "\r\n"
	}
	for _, body := range bodies {
		c.requests = append(c.requests, fmt.Appendf(nil,
			"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nAccept: application/graphql-response+json, application/json\r\n%sContent-Length: %d\r\n\r\n%s",
			path, address, authorization, len(body), body))
	}
	return c
}

// ask asks one request.
func (c *contender) ask(ctx context.Context, i int) ([]byte, error) {
	conn, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(2 * timeout))
	var body bytes.Buffer
	status, err := exchange(conn, bufio.NewReader(conn), c.requests[i%len(c.requests)], &body)
	if err != nil {
		return nil, fmt.Errorf("a request to %s failed: %w", c.name, err)
	}
	if err := checkAnswer(status, body.Bytes()); err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	return body.Bytes(), ctx.Err()
}

// used asks the contender's process what it has used so far.
func (c *contender) used(ctx context.Context) (usage, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+usagePath, http.NoBody)
	if err != nil {
		return usage{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return usage{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	return readUsage(resp.Body)
}
