package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakePostgres installs programs that answer with a version.
func fakePostgres(t *testing.T, root, dir, version string) string {
	t.Helper()
	dir = filepath.Join(root, dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n", version)
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]struct {
		version string
		major   int
	}{
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n": {"15.18", 15},
		"postgres (PostgreSQL) 17.10\n":                          {"17.10", 17},
		"postgres (PostgreSQL) 18beta1\n":                        {"18beta1", 18},
	} {
		version, major, err := parseVersion(line)
		if err != nil || version != want.version || major != want.major {
			t.Errorf("%q: %s, %d, %v", line, version, major, err)
		}
	}
	if _, _, err := parseVersion("command not found"); err == nil {
		t.Error("nonsense has a version")
	}
}

func TestFindBinaries(t *testing.T) {
	t.Parallel()
	b, err := system().find("", 0)
	if err != nil {
		t.Fatal(err)
	}
	if b.Major < MinMajor || !strings.HasPrefix(b.Version, fmt.Sprint(b.Major)) || !filepath.IsAbs(b.Dir) {
		t.Errorf("%+v", b)
	}
	same, err := system().find(b.Dir, 0)
	if err != nil || same != b {
		t.Errorf("%+v (%v)", same, err)
	}
}

func TestFindInPlaces(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	old := fakePostgres(t, root, "usr/lib/postgresql/9/bin", "9.6.24")
	nine, err := (places{root: root}).find("", 0)
	if err == nil {
		t.Errorf("an old version was taken: %+v", nine)
	} else {
		holds(t, err.Error(), "PostgreSQL 15 or newer is not installed (only 9.6.24)")
	}
	brew := fakePostgres(t, root, "opt/homebrew/opt/postgresql@18/bin", "18.1")
	onPath := fakePostgres(t, root, "bin", "17.2")
	config := filepath.Join(root, "tools")
	bin19 := fakePostgres(t, root, "elsewhere", "19.0")
	if err := os.Mkdir(config, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "pg_config"), []byte("#!/bin/sh\necho "+bin19+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	linked := filepath.Join(root, "linked")
	if err := os.Mkdir(linked, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(bin19, "postgres"), filepath.Join(linked, "postgres")); err != nil {
		t.Fatal(err)
	}
	path := func(dirs ...string) string { return strings.Join(dirs, string(os.PathListSeparator)) }
	check := func(name string, p places, explicit string, want int, dir string) {
		t.Helper()
		p.root = root
		b, err := p.find(explicit, want)
		if err != nil || b.Dir != dir {
			t.Errorf("%s: %+v (%v), want %s", name, b, err, dir)
		}
	}
	check("homebrew last", places{}, "", 0, brew)
	check("PATH before", places{path: path("relative", onPath)}, "", 0, onPath)
	check("a link on PATH", places{path: linked}, "", 0, bin19)
	check("pg_config before PATH", places{path: path(config, onPath)}, "", 0, bin19)
	check("wanted major passes over", places{path: path(config, onPath)}, "", 18, brew)
	fakePostgres(t, root, "usr/lib/postgresql/15/bin", "15.18")
	newest := fakePostgres(t, root, "usr/lib/postgresql/16/bin", "16.2")
	check("distribution first, newest major", places{path: path(config, onPath)}, "", 0, newest)
	check("explicit prefix", places{}, filepath.Dir(newest), 0, newest)
	if _, err := (places{root: root}).find(old, 0); err == nil {
		t.Error("an explicit old version was taken")
	}
	if _, err := (places{root: root}).find("", 14); err == nil {
		t.Error("a wanted version that is not there was found")
	}
}

func TestNotFoundSaysWhatToInstall(t *testing.T) {
	t.Parallel()
	for release, hint := range map[string]string{
		"ID=debian\n": "apt-get install postgresql`",
		"ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n": "apt-get install postgresql`",
		"ID=\"rocky\"\nID_LIKE=\"rhel centos\"\n":   "dnf install postgresql-server",
		"ID=alpine\n":                          "apk add postgresql",
		"ID=arch\n":                            "pacman -S postgresql",
		"ID=opensuse-leap\nID_LIKE=\"suse\"\n": "zypper install postgresql-server",
		"ID=strange\n":                         "install your system's PostgreSQL server package",
	} {
		root := t.TempDir()
		if err := os.Mkdir(filepath.Join(root, "etc"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "etc/os-release"), []byte(release), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := (places{root: root}).find("", 0)
		if err == nil {
			t.Fatal("found in an empty root")
		}
		holds(t, err.Error(), hint, "DATABASE_URL")
	}
	_, err := system().find(t.TempDir(), 0)
	if err == nil {
		t.Fatal("found in an empty directory")
	}
	holds(t, err.Error(), "no usable Postgres in", "postgres is missing")
}
