package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ombudsnetz/internal/embedded"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/migrations"
)

// stopTimeout bounds each step of cleaning up.
const stopTimeout = 30 * time.Second

// fillTimeout bounds a statement that fills the database.
const fillTimeout = 5 * time.Minute

// world is the database of one run, which goes with it.
type world struct {
	db  *postgres.DB
	dsn string
	// own tells that the run started the Postgres.
	own  bool
	undo []func(context.Context) error
}

func (c *cli) openWorld(ctx context.Context, log *slog.Logger) (_ *world, err error) {
	w := &world{own: c.URL == ""}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	var dsn string
	if w.own {
		dsn, err = w.startOwn(ctx, c.PostgresBin, log)
	} else {
		dsn, err = w.createDatabase(ctx, c.URL)
	}
	if err != nil {
		return nil, err
	}
	w.dsn = dsn
	if err := postgres.Migrate(ctx, dsn, migrations.FS, log); err != nil {
		return nil, err
	}
	w.db, err = postgres.Open(ctx, postgres.Config{DSN: dsn, MaxConns: 2, StatementTimeout: fillTimeout, Log: log})
	if err != nil {
		return nil, err
	}
	w.later(func(context.Context) error { return w.db.Close() })
	return w, nil
}

func (w *world) later(step func(context.Context) error) { w.undo = append(w.undo, step) }

// close undoes everything, the last first, also when the run was interrupted.
func (w *world) close() error {
	var errs []error
	for _, step := range slices.Backward(w.undo) {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		errs = append(errs, step(ctx))
		cancel()
	}
	w.undo = nil
	return errors.Join(errs...)
}

// startOwn starts a Postgres in a folder of its own. Reads, which are all that is
// measured, cost there what they cost in a durable one.
func (w *world) startOwn(ctx context.Context, bin string, log *slog.Logger) (string, error) {
	dir, err := tempDir()
	if err != nil {
		return "", err
	}
	w.later(func(context.Context) error { return os.RemoveAll(dir) })
	own, err := embedded.Start(ctx, embedded.Config{BinDir: bin, DataDir: filepath.Join(dir, "data"), Throwaway: true, Log: log})
	if err != nil {
		return "", err
	}
	w.later(own.Stop)
	return own.DSN(""), nil
}

// tempDir makes a folder that Postgres may walk through when it runs as another
// user.
func tempDir() (string, error) {
	const name = "ombudsnetz-bench-"
	removeAbandoned(filepath.Join(os.TempDir(), name+"*"))
	dir, err := os.MkdirTemp("", name)
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// removeAbandoned removes what killed runs have left.
func removeAbandoned(pattern string) {
	found, _ := filepath.Glob(pattern) // the pattern is well formed
	for _, dir := range found {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
}

// createDatabase makes a database of the run's own on another's server.
func (w *world) createDatabase(ctx context.Context, dsn string) (string, error) {
	admin, err := postgres.Open(ctx, postgres.Config{DSN: dsn, MaxConns: 1})
	if err != nil {
		return "", err
	}
	w.later(func(context.Context) error { return admin.Close() })
	name := "ombudsnetz_bench_" + strings.ToLower(rand.Text()[:8])
	if _, err := admin.Exec(ctx, `CREATE DATABASE `+name); err != nil {
		return "", fmt.Errorf("make a database for the run: %w", err)
	}
	w.later(func(ctx context.Context) error {
		_, err := admin.Exec(ctx, `DROP DATABASE `+name+` WITH (FORCE)`)
		return err
	})
	own := withDatabase(dsn, name)
	return own, checkDatabase(ctx, own, name)
}

// withDatabase names another database in a DSN; of two values the later counts.
func withDatabase(dsn, name string) string {
	if u, err := url.Parse(dsn); err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") {
		u.Path = "/" + name
		return u.String()
	}
	return dsn + " dbname=" + name
}

// checkDatabase makes sure that nothing is ever written to another's database.
func checkDatabase(ctx context.Context, dsn, want string) error {
	db, err := postgres.Open(ctx, postgres.Config{DSN: dsn, MaxConns: 1})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	got, err := postgres.Row[string](ctx, db, `SELECT current_database()`)
	if err == nil && got != want {
		err = errors.New("the address in DATABASE_URL leads to one database whatever name is asked for; give one that ends in the name")
	}
	return err
}

// figures tells what was measured on.
type figures struct {
	Version  string `db:"version"`
	Regions  int    `db:"regions"`
	Offices  int    `db:"offices"`
	Sites    int    `db:"sites"`
	Channels int    `db:"channels"`
}

func (w *world) figures(ctx context.Context) (figures, error) {
	return postgres.Row[figures](ctx, w.db, `
SELECT current_setting('server_version') AS version, (SELECT count(*) FROM region) AS regions,
       (SELECT count(*) FROM ombuds_office) AS offices, (SELECT count(*) FROM office_site) AS sites,
       (SELECT count(*) FROM contact_channel) AS channels`)
}
