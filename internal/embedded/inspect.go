package embedded

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Finding is one thing `ombudsnetz doctor` tells about the own Postgres.
type Finding struct {
	Name string
	OK   bool
	// Detail is what was found, or what is missing and how to get it.
	Detail string
}

// Inspect looks at everything a start needs, without changing anything.
func Inspect(cfg Config) []Finding { return inspect(cfg, system()) }

func inspect(cfg Config, where places) []Finding {
	var findings []Finding
	tell := func(name string, err error, detail string) {
		if err != nil {
			detail = err.Error()
		}
		findings = append(findings, Finding{Name: name, OK: err == nil, Detail: detail})
	}
	if !supported {
		tell("platform", errors.New("the own Postgres does not run on this system: set DATABASE_URL"), "")
		return findings
	}
	h, homeErr := cfg.resolve()
	if homeErr != nil {
		tell("data directory", homeErr, "")
		return findings
	}
	bin, binErr := matching(where, cfg.BinDir, h)
	tell("binaries", binErr, fmt.Sprintf("PostgreSQL %s in %s", bin.Version, bin.Dir))
	as, asErr := accountFor(cfg.User, h.cluster())
	tell("user", asErr, "Postgres runs as "+as.name)
	if asErr == nil && binErr == nil {
		if err := as.reach(bin.Dir); err != nil {
			tell("access to the binaries", err, "")
		}
	}
	if asErr == nil {
		detail, err := h.inspect(as)
		tell("data directory", err, detail)
	}
	detail, err := h.inspectSpace()
	tell("disk space", err, detail)
	if _, err := os.Stat(h.cluster()); err == nil {
		detail, err := h.inspectPassword()
		tell("password", err, detail)
		detail, err = h.inspectServer()
		tell("server", err, detail)
	}
	return findings
}

func (h home) inspect(as account) (string, error) {
	if err := h.check(as); err != nil {
		return "", err
	}
	if _, err := os.Stat(h.dir); errors.Is(err, fs.ErrNotExist) {
		return h.dir + " will be created at the first start", nil
	}
	major, err := clusterMajor(h)
	if err != nil {
		return "", err
	}
	if major == 0 {
		return h.dir + " holds no database yet, the first start makes one", nil
	}
	return fmt.Sprintf("%s holds a database of PostgreSQL %d", h.dir, major), nil
}

func (h home) inspectSpace() (string, error) {
	dir := h.dir
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	v, err := volumeOf(dir)
	switch {
	case err != nil:
		return "", err
	case v.low():
		return "", fmt.Errorf("only %d of %d MB are free on the volume of %s, writes are refused: free some space", v.free/mib, v.total/mib, dir)
	}
	return fmt.Sprintf("%d of %d MB are free on the volume of %s", v.free/mib, v.total/mib, dir), nil
}

func (h home) inspectPassword() (string, error) {
	info, err := os.Stat(h.password())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return h.password() + " is missing, the next start sets a new one", nil
	case err != nil:
		return "", err
	case info.Mode().Perm()&0o077 != 0:
		return "", fmt.Errorf("%s can be read by others: run `chmod 600 %s`", h.password(), h.password())
	}
	return h.password() + " is readable by its owner only", nil
}

func (h home) inspectServer() (string, error) {
	running, err := readPostmaster(h.cluster())
	live := err == nil && alive(running.pid) && runsIn(running.pid, h.cluster())
	holder, host := readHolder(h)
	switch held := holder != 0 && (host != hostname() || alive(holder)); {
	case live && held:
		return fmt.Sprintf("runs as process %d, started by process %d", running.pid, holder), nil
	case live:
		return "", fmt.Errorf("a Postgres that no ombudsnetz started (process %d) has %s open: stop it before a start", running.pid, h.cluster())
	case held:
		return "", fmt.Errorf("process %d on %s holds the data directory, but Postgres does not run: it may just be starting", holder, host)
	}
	return "does not run", nil
}

// Running gives the DSN of the server that another process runs on the data
// directory and that is ready, so that a second command can use it beside the
// first. An empty name means the program's own database.
func Running(cfg Config, name string) (string, error) {
	h, err := cfg.resolve()
	if err != nil {
		return "", fmt.Errorf("own Postgres: %w", err)
	}
	server, err := readPostmaster(h.cluster())
	if errors.Is(err, fs.ErrNotExist) || (err == nil && (!alive(server.pid) || !runsIn(server.pid, h.cluster()))) {
		return "", fmt.Errorf("own Postgres: none runs in %s", h.dir)
	}
	if err != nil {
		return "", fmt.Errorf("own Postgres: %w", err)
	}
	if server.status != "ready" {
		return "", fmt.Errorf("own Postgres: the one in %s is %s", h.dir, cmp.Or(server.status, "starting"))
	}
	password, err := h.readPassword()
	if err != nil {
		return "", fmt.Errorf("own Postgres: %w", err)
	}
	return dsn(server.socketDir, password, name), nil
}
