package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// startTimeout bounds one start with its end.
const startTimeout = 2 * time.Minute

// measureStarts tells how long the built program takes from its execution to
// its first correct answer: with an empty data folder, and again with the same.
func measureStarts(ctx context.Context, out io.Writer, times int, postgresBin string) (err error) {
	dir, err := tempDir()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program := filepath.Join(dir, "ombudsnetz")
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", program, "ombudsnetz/cmd/ombudsnetz").CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w: %s", err, text)
	}
	var first, second []time.Duration
	for i := range times {
		data := filepath.Join(dir, fmt.Sprint("data", i))
		for _, seen := range []*[]time.Duration{&first, &second} {
			took, err := measureStart(ctx, program, data, postgresBin)
			if err != nil {
				return fmt.Errorf("start the program: %w", err)
			}
			*seen = append(*seen, took)
		}
		if err := os.RemoveAll(data); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "\nfrom execution to the first correct answer, own Postgres and demo world, median of %d (least to most):\n  first start, empty data folder  %s\n  second start, same data folder  %s\n",
		times, spread(first), spread(second))
	return err
}

func spread(all []time.Duration) string {
	slices.Sort(all)
	round := func(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
	return fmt.Sprintf("%s  (%s to %s)", round(all[len(all)/2]), round(all[0]), round(all[len(all)-1]))
}

func measureStart(ctx context.Context, program, data, postgresBin string) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	args := []string{"serve", "--demo", "--listen=127.0.0.1:0", "--data-dir=" + data, "--log-level=warn"}
	if postgresBin != "" {
		args = append(args, "--postgres-bin="+postgresBin)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "OMBUDSNETZ_") || strings.HasPrefix(v, "DATABASE_URL=")
	})
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopTimeout
	reader, writer := io.Pipe()
	var complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = writer, &complaints

	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	exited := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		_ = writer.Close()
		exited <- err
	}()
	address, err := readAddress(reader)
	if err == nil {
		err = askFirst(ctx, address)
		took = time.Since(begun)
	}
	// What is still printed must not block the program.
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	if stopping := cmd.Cancel(); stopping != nil && !errors.Is(stopping, os.ErrProcessDone) {
		err = errors.Join(err, stopping)
	}
	if ended := <-exited; ended != nil {
		err = errors.Join(err, ended, errors.New(complaints.String()))
	}
	return took, err
}

// readyPrefix is what stands before the address when a program says that it is
// ready.
const readyPrefix = "ready: "

// readAddress finds the address in what the program says when it is ready.
func readAddress(r io.Reader) (string, error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), readyPrefix); found {
			return strings.TrimSpace(address), nil
		}
	}
	return "", errors.Join(errors.New("it never said that it is ready"), lines.Err())
}

// askFirst sends the example of the greeting and checks the answer.
func askFirst(ctx context.Context, address string) error {
	const body = `{"query":"{ region(key: \"15\") { name ombudsOffices { nodes { name channels { kind value } } } } }"}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"graphql", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Data struct {
			Region struct {
				Name          string
				OmbudsOffices struct{ Nodes []struct{ Name string } }
			}
		}
		Errors []any
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return err
	}
	if len(answer.Errors) > 0 || answer.Data.Region.Name != "Sachsen-Anhalt" || len(answer.Data.Region.OmbudsOffices.Nodes) == 0 {
		return fmt.Errorf("its first answer is wrong: %+v", answer)
	}
	return nil
}
