package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	superuser  = "ombudsnetz"
	database   = "ombudsnetz"
	socketFile = ".s.PGSQL.5432"
)

// clusterMajor reads the major version that made the cluster, zero when there
// is none yet.
func clusterMajor(h home) (int, error) {
	raw, err := os.ReadFile(filepath.Join(h.cluster(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(h.cluster()); err == nil {
			return 0, fmt.Errorf("%s exists but holds no database (no PG_VERSION): restore it from a backup or remove it", h.cluster())
		}
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("version of the data: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		return 0, fmt.Errorf("version of the data: %s/PG_VERSION says %q", h.cluster(), strings.TrimSpace(string(raw)))
	}
	return major, nil
}

// matching finds binaries that can run the cluster: its own major version if
// there is one, the newest otherwise.
func matching(p places, explicit string, h home) (Binaries, error) {
	major, err := clusterMajor(h)
	if err != nil {
		return Binaries{}, err
	}
	bin, err := p.find(explicit, major)
	if err == nil || major == 0 {
		return bin, err
	}
	if _, anyErr := p.find(explicit, 0); anyErr != nil {
		return Binaries{}, anyErr
	}
	return Binaries{}, fmt.Errorf("the data in %s was written by PostgreSQL %d: %w. "+
		"To move to another version: dump with PostgreSQL %d (pg_dumpall), move %s aside, start, and restore the dump with psql",
		h.cluster(), major, err, major, h.cluster())
}

// create makes a complete cluster, database included, in a sibling directory
// and then renames it: what carries the name "cluster" is whole.
func create(ctx context.Context, h home, bin Binaries, as account, password string, throwaway bool) error {
	parent, err := os.MkdirTemp(h.dir, unfinished)
	if err != nil {
		return fmt.Errorf("new cluster: %w", err)
	}
	defer os.RemoveAll(parent)
	secret := filepath.Join(parent, "password")
	fresh := filepath.Join(parent, "cluster")
	err = os.WriteFile(secret, []byte(password+"\n"), 0o600)
	if err == nil {
		err = as.own(secret)
	}
	if err == nil {
		err = as.own(parent)
	}
	if err != nil {
		return fmt.Errorf("new cluster: %w", err)
	}
	args := []string{
		"--pgdata=" + fresh, "--username=" + superuser, "--pwfile=" + secret,
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
	}
	if throwaway {
		args = append(args, "--no-sync")
	}
	if err := runTool(ctx, command(bin, as, signalKill, "initdb", args...), ""); err != nil {
		return err
	}
	if err := single(ctx, fresh, bin, as, throwaway, "CREATE DATABASE "+database); err != nil {
		return err
	}
	err = os.Rename(fresh, h.cluster())
	if err == nil && !throwaway {
		err = syncDir(h.dir)
	}
	if err != nil {
		return fmt.Errorf("new cluster: %w", err)
	}
	return nil
}

// single runs one statement on a cluster that no server has open.
func single(ctx context.Context, cluster string, bin Binaries, as account, throwaway bool, statement string) error {
	args := []string{
		"--single", "-D", cluster, "-c", "exit_on_error=on", "-c", "log_min_error_statement=panic",
		"-c", "log_checkpoints=off",
		// The default takes a quarter of a second to sweep, for one statement.
		"-c", "shared_buffers=16MB",
	}
	if throwaway {
		args = append(args, "-F")
	}
	return runTool(ctx, command(bin, as, signalFast, "postgres", append(args, "postgres")...), statement+"\n")
}

// setPassword gives the superuser a new password when the file was lost. The
// file comes last: if this is interrupted, the next start does it again.
func setPassword(ctx context.Context, h home, bin Binaries, as account) (string, error) {
	password := newPassword()
	err := single(ctx, h.cluster(), bin, as, false, "ALTER ROLE "+superuser+" PASSWORD '"+password+"'")
	if err != nil {
		return "", fmt.Errorf("new password: %w", err)
	}
	return password, h.writePassword(password)
}

// postmaster is what postmaster.pid says.
type postmaster struct {
	pid       int
	socketDir string
	status    string // starting, stopping, ready, standby
}

func readPostmaster(cluster string) (postmaster, error) {
	file, err := os.Open(filepath.Join(cluster, "postmaster.pid"))
	if err != nil {
		return postmaster{}, err
	}
	defer file.Close()
	var lines []string
	for scan := bufio.NewScanner(file); scan.Scan() && len(lines) < 8; {
		lines = append(lines, strings.TrimSpace(scan.Text()))
	}
	lines = append(lines, make([]string, 8)...)
	pid, err := strconv.Atoi(lines[0])
	if err != nil {
		return postmaster{}, fmt.Errorf("postmaster.pid: %w", err)
	}
	// A single-user server writes its number negated.
	return postmaster{pid: max(pid, -pid), socketDir: lines[4], status: lines[7]}, nil
}

// clearPostmaster makes sure that no other server has the cluster open. One
// that is stopping is waited for. A stale file is removed, because Postgres
// would stumble over it when its process number now belongs to somebody else
// or to a process nobody collected; what may be left of the old server's
// processes Postgres finds by their shared memory.
func clearPostmaster(ctx context.Context, cluster string) error {
	deadline := time.Now().Add(orphanGrace)
	patience := time.Now().Add(2 * time.Second)
	for {
		running, err := readPostmaster(cluster)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return nil //nolint:nilerr // Postgres decides about a file that cannot be read
		}
		if !alive(running.pid) || !runsIn(running.pid, cluster) {
			if err := os.Remove(filepath.Join(cluster, "postmaster.pid")); err != nil {
				return fmt.Errorf("stale postmaster.pid: %w", err)
			}
			return nil
		}
		now := time.Now()
		if now.After(deadline) || (running.status != "stopping" && now.After(patience)) {
			return fmt.Errorf("a Postgres that this program did not start (process %d) has %s open: stop that first, or set DATABASE_URL to it", running.pid, cluster)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}
