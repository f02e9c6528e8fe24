package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// InUseError says that another process runs a server on the data directory.
type InUseError struct {
	DataDir string
	// PID is the process that holds the lock; zero when that is not known.
	PID  int
	Host string
}

func (e *InUseError) Error() string {
	holder := "another process"
	if e.PID != 0 {
		holder = "process " + strconv.Itoa(e.PID)
	}
	if e.PID == os.Getpid() {
		holder += " (this one)"
	} else if name := commandOf(e.PID); name != "" && e.Host == hostname() {
		holder += " (" + name + ")"
	}
	if e.Host != "" && e.Host != hostname() {
		holder += " on " + e.Host
	}
	return fmt.Sprintf("the database in %s is in use by %s: stop that first, or choose another data directory", e.DataDir, holder)
}

// orphanGrace is how long a start waits for the Postgres of a program that
// was killed to finish its own shutdown.
const orphanGrace = 20 * time.Second

// lockHome takes the lock. Postgres inherits the open file, so the lock lasts
// until the last of its processes is gone, even when the program was killed.
func lockHome(ctx context.Context, h home) (*os.File, error) {
	file, err := os.OpenFile(h.lock(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	deadline := time.Now().Add(orphanGrace)
	for {
		locked, err := tryLock(file)
		if err == nil && locked {
			err = writeHolder(file)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("lock: %w", err), file.Close())
		}
		if locked {
			return file, nil
		}
		pid, host := readHolder(h)
		gone := pid == 0 || (host == hostname() && !alive(pid))
		if !gone || time.Now().After(deadline) {
			return nil, errors.Join(&InUseError{DataDir: h.dir, PID: pid, Host: host}, file.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// unlock gives the lock up and no longer names a holder. Processes that
// inherited it keep it until they end.
func unlock(file *os.File) error {
	return errors.Join(file.Truncate(0), file.Close())
}

func writeHolder(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt(fmt.Appendf(nil, "%d %s\n", os.Getpid(), hostname()), 0)
	return err
}

// readHolder gives zero when nobody is named.
func readHolder(h home) (pid int, host string) {
	raw, err := os.ReadFile(h.lock())
	if err != nil {
		return 0, ""
	}
	number, host, _ := strings.Cut(strings.TrimSpace(string(raw)), " ")
	pid, err = strconv.Atoi(number)
	if err != nil {
		return 0, ""
	}
	return pid, host
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
