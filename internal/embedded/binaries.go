package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MinMajor is the oldest Postgres the program runs on.
const MinMajor = 15

// Binaries is one installed Postgres.
type Binaries struct {
	// Dir holds postgres and initdb.
	Dir string
	// Version is the full version, "15.18".
	Version string
	// Major is the version that decides about the data's format.
	Major int
}

// places is where a search looks. Tests give another root and PATH.
type places struct {
	root string
	path string
}

func system() places { return places{root: "/", path: os.Getenv("PATH")} }

// find looks for an installed Postgres: in the explicit directory (or its bin)
// and nowhere else if one is given, otherwise in the places where
// distributions, Homebrew and PATH keep it. It returns the newest, or the one
// of the wanted major version when that is not zero.
func (p places) find(explicit string, want int) (Binaries, error) {
	if explicit != "" {
		return findExplicit(explicit, want)
	}
	var unfit []string
	for _, source := range []func() []string{p.distribution, p.pgConfig, p.onPath, p.others} {
		var fit []Binaries
		for _, dir := range source() {
			b, err := identify(dir)
			switch {
			case err != nil:
				continue
			case b.Major < MinMajor || (want != 0 && b.Major != want):
				unfit = append(unfit, b.Version)
			default:
				fit = append(fit, b)
			}
		}
		if len(fit) > 0 {
			return slices.MaxFunc(fit, func(a, b Binaries) int { return a.Major - b.Major }), nil
		}
	}
	slices.Sort(unfit)
	unfit = slices.Compact(unfit)
	wanted := fmt.Sprintf("PostgreSQL %d or newer", MinMajor)
	if want != 0 {
		wanted = fmt.Sprintf("PostgreSQL %d", want)
	}
	found := ""
	if len(unfit) > 0 {
		found = " (only " + strings.Join(unfit, ", ") + ")"
	}
	return Binaries{}, fmt.Errorf("%s is not installed%s: %s, name its directory, or set DATABASE_URL",
		wanted, found, p.installHint(want))
}

func findExplicit(dir string, want int) (Binaries, error) {
	b, err := identify(dir)
	if errors.Is(err, os.ErrNotExist) {
		if inner, innerErr := identify(filepath.Join(dir, "bin")); innerErr == nil {
			b, err = inner, nil
		}
	}
	switch {
	case err != nil:
		return Binaries{}, fmt.Errorf("no usable Postgres in %s: %w", dir, err)
	case b.Major < MinMajor:
		return Binaries{}, fmt.Errorf("%s holds PostgreSQL %s, but %d or newer is needed", dir, b.Version, MinMajor)
	case want != 0 && b.Major != want:
		return Binaries{}, fmt.Errorf("%s holds PostgreSQL %s, but %d is wanted", dir, b.Version, want)
	}
	return b, nil
}

// identify checks that dir holds both programs and asks postgres its version.
func identify(dir string) (Binaries, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Binaries{}, err
	}
	for _, name := range []string{"postgres", "initdb"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			return Binaries{}, fmt.Errorf("%s is missing: %w", name, err)
		}
		if info.IsDir() || info.Mode().Perm()&0o111 == 0 {
			return Binaries{}, fmt.Errorf("%s is not a program", filepath.Join(dir, name))
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return Binaries{}, fmt.Errorf("postgres --version: %w", err)
	}
	version, major, err := parseVersion(string(out))
	if err != nil {
		return Binaries{}, err
	}
	return Binaries{Dir: dir, Version: version, Major: major}, nil
}

// parseVersion reads "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
func parseVersion(line string) (version string, major int, err error) {
	m := regexp.MustCompile(`PostgreSQL\) ((\d+)[^\s]*)`).FindStringSubmatch(line)
	if m == nil {
		return "", 0, fmt.Errorf("postgres --version answered %q", strings.TrimSpace(line))
	}
	major, err = strconv.Atoi(m[2])
	return m[1], major, err
}

func (p places) glob(patterns ...string) []string {
	var dirs []string
	for _, pattern := range patterns {
		// The patterns are constants; Glob fails on malformed ones only.
		found, _ := filepath.Glob(filepath.Join(p.root, pattern))
		dirs = append(dirs, found...)
	}
	return dirs
}

func (p places) distribution() []string {
	return p.glob("usr/lib/postgresql/*/bin")
}

func (p places) others() []string {
	return p.glob(
		"usr/pgsql-*/bin",            // PGDG on RHEL and Fedora
		"usr/libexec/postgresql*",    // Alpine
		"usr/lib/postgresql*/bin",    // openSUSE
		"usr/lib64/postgresql-*/bin", // Gentoo
		"opt/homebrew/opt/postgresql*/bin",
		"usr/local/opt/postgresql*/bin",
		"home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
		"usr/local/pgsql/bin",
		"Applications/Postgres.app/Contents/Versions/*/bin",
	)
}

func (p places) pgConfig() []string {
	for _, dir := range filepath.SplitList(p.path) {
		name := filepath.Join(dir, "pg_config")
		if info, err := os.Stat(name); !filepath.IsAbs(dir) || err != nil || info.IsDir() {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		out, err := exec.CommandContext(ctx, name, "--bindir").Output()
		cancel()
		if err == nil {
			return []string{strings.TrimSpace(string(out))}
		}
	}
	return nil
}

func (p places) onPath() []string {
	var dirs []string
	for _, dir := range filepath.SplitList(p.path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		name, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err != nil {
			continue
		}
		dirs = append(dirs, dir, filepath.Dir(name))
	}
	return dirs
}

// installHint says in a few words how this system gets Postgres.
func (p places) installHint(major int) string {
	if runtime.GOOS == "darwin" {
		return "run `brew install postgresql@" + strconv.Itoa(max(major, 17)) + "`"
	}
	debian, suse := "postgresql", "postgresql-server"
	if major != 0 {
		debian = fmt.Sprintf("postgresql-%d", major)
		suse = fmt.Sprintf("postgresql%d-server", major)
	}
	for _, id := range p.osRelease() {
		switch id {
		case "debian", "ubuntu":
			return "run `apt-get install " + debian + "`"
		case "fedora", "rhel", "centos":
			return "run `dnf install postgresql-server`"
		case "alpine":
			return "run `apk add postgresql`"
		case "arch":
			return "run `pacman -S postgresql`"
		case "suse", "opensuse":
			return "run `zypper install " + suse + "`"
		}
	}
	return "install your system's PostgreSQL server package"
}

// osRelease gives ID and ID_LIKE, the most specific first.
func (p places) osRelease() []string {
	file, err := os.Open(filepath.Join(p.root, "etc/os-release"))
	if err != nil {
		return nil
	}
	defer file.Close()
	var own, like []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), "=")
		value = strings.Trim(value, `"'`)
		switch key {
		case "ID":
			own = strings.Fields(value)
		case "ID_LIKE":
			like = strings.Fields(value)
		}
	}
	return append(own, like...)
}
