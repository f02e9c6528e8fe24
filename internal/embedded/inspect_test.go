package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// finding gives the one of that name.
func finding(t *testing.T, all []Finding, name string) Finding {
	t.Helper()
	for _, f := range all {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no finding %q in %+v", name, all)
	return Finding{}
}

func expect(t *testing.T, all []Finding, name string, ok bool, words ...string) {
	t.Helper()
	f := finding(t, all, name)
	if f.OK != ok {
		t.Errorf("%+v", f)
	}
	holds(t, f.Detail, words...)
}

func TestInspectBeforeTheFirstStart(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	found := Inspect(Config{DataDir: dir})
	expect(t, found, "binaries", true, "PostgreSQL ")
	expect(t, found, "user", true)
	expect(t, found, "data directory", true, "will be created")
	expect(t, found, "disk space", true, "MB are free")
	if exists(dir) {
		t.Error("Inspect created the data directory")
	}
}

func TestInspectWithoutPostgres(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	expect(t, inspect(Config{DataDir: dir}, places{root: t.TempDir()}), "binaries", false, "is not installed", "DATABASE_URL")
	empty := t.TempDir()
	expect(t, Inspect(Config{DataDir: dir, BinDir: empty}), "binaries", false, empty, "postgres is missing")
	if exists(dir) {
		t.Error("Inspect created the data directory")
	}
}

func TestInspectUnreachableDirectory(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(filepath.Dir(freshDir(t)), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		if err := os.Chmod(closed, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := finding(t, Inspect(Config{DataDir: filepath.Join(closed, "below", "data")}), "data directory")
	if f.OK || !strings.Contains(f.Detail, closed) {
		t.Errorf("%+v", f)
	}
}

func TestInspectARunningServer(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	cfg := Config{DataDir: dir, Throwaway: true}
	s := mustStart(t, cfg)
	found := Inspect(cfg)
	for _, f := range found {
		if !f.OK {
			t.Errorf("%+v", f)
		}
	}
	expect(t, found, "server", true, "runs as process")
	expect(t, found, "password", true, "owner only")
	mustStop(t, s)
	expect(t, Inspect(cfg), "server", true, "does not run")
	if err := os.Chmod(s.home.password(), 0o644); err != nil {
		t.Fatal(err)
	}
	expect(t, Inspect(cfg), "password", false, "chmod 600")
	if err := os.Remove(s.home.password()); err != nil {
		t.Fatal(err)
	}
	expect(t, Inspect(cfg), "password", true, "next start")
	if err := os.WriteFile(filepath.Join(s.home.cluster(), "PG_VERSION"), []byte("3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	expect(t, Inspect(cfg), "binaries", false, "written by PostgreSQL 3")
}
