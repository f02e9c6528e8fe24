package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// child is a running process of Postgres.
type child struct {
	pid    int
	handle *os.Process
	exited chan struct{}
	err    error // why it ended; read after exited is closed
}

// startChild starts the command and waits for it in the background. The
// kernel's death signal belongs to the thread that forked, so that thread is
// kept until the child has ended.
func startChild(cmd *exec.Cmd) (*child, error) {
	c := &child{exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil {
			c.pid, c.handle = cmd.Process.Pid, cmd.Process
		}
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		close(c.exited)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// signal does nothing when the child has ended.
func (c *child) signal(signal syscall.Signal) { _ = c.handle.Signal(signal) }

// how tells how the child ended; only to be called when it has.
func (c *child) how() string {
	if c.err == nil {
		return "exit status 0"
	}
	return c.err.Error()
}

// end stops the child, politely first.
func (c *child) end() {
	for _, signal := range []syscall.Signal{signalFast, signalImmediate, signalKill} {
		c.signal(signal)
		select {
		case <-c.exited:
			return
		case <-time.After(5 * time.Second):
		}
	}
}

// command prepares a program of Postgres: as the account, with an environment
// of its own, so that no PG* variable of the caller's changes what it does,
// and with / as working directory, which every account can enter.
func command(bin Binaries, as account, onParentDeath syscall.Signal, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(bin.Dir, name), args...) //nolint:noctx // lives longer than any call
	cmd.Dir = "/"
	cmd.Env = []string{
		"PATH=" + bin.Dir + ":/usr/local/bin:/usr/bin:/bin",
		"LC_ALL=C.UTF-8",
		"TZ=UTC",
	}
	for _, key := range []string{"TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if value := os.Getenv(key); value != "" {
			cmd.Env = append(cmd.Env, key+"="+value)
		}
	}
	cmd.SysProcAttr = childAttr(as, onParentDeath)
	return cmd
}

// runTool runs a program of Postgres to its end and tells in one line why it
// failed. A cancelled context kills it and all it started.
func runTool(ctx context.Context, cmd *exec.Cmd, input string) error {
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.Stdin = strings.NewReader(input)
	name := filepath.Base(cmd.Path)
	c, err := startChild(cmd)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	select {
	case <-c.exited:
	case <-ctx.Done():
		_ = killGroup(c.pid)
		<-c.exited
		return fmt.Errorf("%s: %w", name, ctx.Err())
	}
	if c.err != nil {
		return fmt.Errorf("%s failed (%w): %s", name, c.err, complaint(output.String()))
	}
	return nil
}

// complaint picks the line of a program's output that says what is wrong.
func complaint(output string) string {
	last := ""
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		for _, mark := range []string{"PANIC:", "FATAL:", "error:", "ERROR:"} {
			if at := strings.Index(line, mark); at >= 0 {
				return strings.TrimSpace(line[at:])
			}
		}
		if line != "" {
			last = line
		}
	}
	return last
}

// errEnded says that Postgres ended by itself.
var errEnded = errors.New("the Postgres process ended")
