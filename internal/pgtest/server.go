package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ombudsnetz/internal/embedded"
	"ombudsnetz/internal/postgres"
)

const directory = "ombudsnetz-pgtest-"

// process is the state of this test process. It is the one package variable:
// testing offers no other way from TestMain to a test.
var process = server{templates: make(map[string]*template)} //nolint:gochecknoglobals // see above

type server struct {
	mu        sync.Mutex
	entered   bool
	started   bool
	err       error
	dir       string
	postgres  *embedded.Server
	admin     *postgres.DB
	databases int
	templates map[string]*template
}

// template is made once; its error is everybody's.
type template struct {
	once sync.Once
	err  error
}

func (s *server) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entered = true
}

func (s *server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entered = false
	if err := s.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
	}
}

func (s *server) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var errs []error
	if s.admin != nil {
		errs = append(errs, s.admin.Close())
	}
	if s.postgres != nil {
		errs = append(errs, s.postgres.Stop(ctx))
	}
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}

// running starts the server for the first test that needs it.
func (s *server) running(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.entered {
		t.Fatal("pgtest: the package's TestMain must call pgtest.Main")
	}
	if !s.started {
		s.started = true
		s.err = s.start()
	}
	if s.err != nil {
		t.Fatalf("pgtest: cannot start Postgres: %v", s.err)
	}
}

func (s *server) start() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	removeAbandoned(os.TempDir())
	if s.dir, err = os.MkdirTemp("", directory); err != nil {
		return err
	}
	// Root runs Postgres as another user, who must get through.
	if err := os.Chmod(s.dir, 0o711); err != nil { //nolint:gosec // holds nothing but the server's own 0700 directory
		return err
	}
	s.postgres, err = embedded.Start(ctx, embedded.Config{
		BinDir:    os.Getenv(BinDirEnv),
		DataDir:   filepath.Join(s.dir, "pg"),
		Throwaway: true,
	})
	if err != nil {
		return err
	}
	s.admin, err = postgres.Open(ctx, config(s.postgres.DSN("postgres")))
	return err
}

// removeAbandoned removes what killed test processes have left.
func removeAbandoned(temp string) {
	found, _ := filepath.Glob(filepath.Join(temp, directory+"*")) // the pattern is well formed
	for _, dir := range found {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
}

// template makes a template database on top of base unless it exists.
func (s *server) template(t testing.TB, name, base string, fill func(ctx context.Context, dsn string) error) {
	t.Helper()
	s.running(t)
	s.mu.Lock()
	one := s.templates[name]
	if one == nil {
		one = new(template)
		s.templates[name] = one
	}
	s.mu.Unlock()
	one.once.Do(func() {
		one.err = errors.New("its preparation did not return")
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if one.err = s.create(ctx, name, base); one.err != nil {
			return
		}
		if one.err = fill(ctx, s.postgres.DSN(name)); one.err != nil {
			return
		}
		// Nobody can be connected to a template while it is copied.
		_, one.err = s.admin.Exec(ctx, "ALTER DATABASE "+quote(name)+" WITH ALLOW_CONNECTIONS false IS_TEMPLATE true")
	})
	if one.err != nil {
		t.Fatalf("pgtest: template %s: %v", name, one.err)
	}
}

// clone copies a template and drops the copy when the test ends.
func (s *server) clone(t testing.TB, template string) (dsn string) {
	t.Helper()
	s.running(t)
	s.mu.Lock()
	s.databases++
	name := fmt.Sprintf("test_%d", s.databases)
	s.mu.Unlock()

	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.create(ctx, name, template); err != nil {
		t.Fatalf("pgtest: cannot create the test's database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if _, err := s.admin.Exec(ctx, "DROP DATABASE "+quote(name)+" WITH (FORCE)"); err != nil {
			t.Errorf("pgtest: cannot drop the test's database: %v", err)
		}
	})
	return s.postgres.DSN(name)
}

func (s *server) create(ctx context.Context, name, template string) error {
	_, err := s.admin.Exec(ctx, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(template)+" STRATEGY wal_log")
	return err
}

func quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
