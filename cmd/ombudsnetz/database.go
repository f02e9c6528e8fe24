package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/alecthomas/kong"

	"ombudsnetz/internal/embedded"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/migrations"
)

// database is where the data are: the server that DATABASE_URL names, or the
// program's own Postgres.
type database struct {
	URL         string        `name:"database-url" env:"DATABASE_URL" help:"Postgres to use, as a URL or as key=value pairs. Empty: the program runs its own."`
	Pooled      string        `name:"database-pooled" env:"OMBUDSNETZ_DATABASE_POOLED" default:"auto" help:"Whether a pooler such as PgBouncer stands before the database: auto, yes or no. Behind one no statements are prepared."`
	Connections int           `name:"database-connections" env:"OMBUDSNETZ_DATABASE_CONNECTIONS" default:"16" help:"Connections to keep open at most, 1 to 1000."`
	Statement   time.Duration `name:"database-timeout" env:"OMBUDSNETZ_DATABASE_TIMEOUT" default:"10s" help:"Longest time for one statement, 100ms to 10m."`
	DataDir     string        `name:"data-dir" env:"OMBUDSNETZ_DATA_DIR" help:"Folder of the program's own Postgres. Default: /var/lib/ombudsnetz for root, else ~/.local/state/ombudsnetz."`
	PostgresBin string        `name:"postgres-bin" env:"OMBUDSNETZ_POSTGRES_BIN" help:"Folder of the programs postgres and initdb. Default: where the system has them."`
	PostgresAs  string        `name:"postgres-user" env:"OMBUDSNETZ_POSTGRES_USER" help:"System user that runs the own Postgres when the program is root. Default: the first of postgres, ombudsnetz, nobody."`
}

func (d *database) check() error {
	switch {
	case d.Connections < 1 || d.Connections > 1000:
		return fmt.Errorf("--database-connections (OMBUDSNETZ_DATABASE_CONNECTIONS) is %d; expected 1 to 1000", d.Connections)
	case d.Statement < 100*time.Millisecond || d.Statement > 10*time.Minute:
		return fmt.Errorf("--database-timeout (OMBUDSNETZ_DATABASE_TIMEOUT) is %s; expected 100ms to 10m", d.Statement)
	}
	return oneOf("database-pooled", "OMBUDSNETZ_DATABASE_POOLED", d.Pooled, "auto", "yes", "no")
}

// embedded is the configuration of the own Postgres.
func (d *database) embedded(log *slog.Logger) embedded.Config {
	return embedded.Config{BinDir: folder(d.PostgresBin), DataDir: folder(d.DataDir), User: d.PostgresAs, Log: log}
}

// folder resolves ~, which no shell has done in a variable. Empty stays empty.
func folder(path string) string {
	if path == "" {
		return ""
	}
	return kong.ExpandPath(path)
}

// source is a database that is ready to be connected to.
type source struct {
	dsn  string
	name string
	// own is the program's own Postgres, nil when the database is another's.
	own *embedded.Server
}

const (
	stopTimeout = 20 * time.Second
	// hurriedStop is what the own Postgres gets for a clean end when somebody
	// does not want to wait. It needs a tenth of a second.
	hurriedStop = 3 * time.Second
	// besideTimeout is how long a command waits for the server of another
	// process that is just starting.
	besideTimeout = 5 * time.Second

	ownName = "the own Postgres"
)

// start returns the database, after starting it when it is the program's own.
func (d *database) start(ctx context.Context, log *slog.Logger) (*source, error) {
	if d.URL != "" {
		return &source{dsn: d.URL, name: nameOf(d.URL)}, nil
	}
	own, err := embedded.Start(ctx, d.embedded(log))
	if err != nil {
		return nil, err
	}
	return &source{dsn: own.DSN(""), name: ownName, own: own}, nil
}

// startOrJoin is start for a command that may also work beside a server that
// another process runs.
func (d *database) startOrJoin(ctx context.Context, log *slog.Logger) (*source, error) {
	src, err := d.start(ctx, log)
	if _, inUse := errors.AsType[*embedded.InUseError](err); !inUse {
		return src, err
	}
	ctx, cancel := context.WithTimeout(ctx, besideTimeout)
	defer cancel()
	for {
		if dsn, absent := embedded.Running(d.embedded(log), ""); absent == nil {
			return &source{dsn: dsn, name: ownName}, nil
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop ends the program's own Postgres, if it is that.
func (s *source) stop(again hurry, log *slog.Logger) {
	if s.own == nil {
		return
	}
	ctx, cancel := again.within(stopTimeout, hurriedStop)
	defer cancel()
	if err := s.own.Stop(ctx); err != nil {
		log.Error("stopping Postgres failed", "error", err)
	}
}

// open connects to the database.
func (d *database) open(ctx context.Context, s *source, log *slog.Logger) (*postgres.DB, error) {
	db, err := postgres.Open(ctx, postgres.Config{
		DSN: s.dsn, MaxConns: d.Connections, StatementTimeout: d.Statement, Pooler: postgres.Pooler(d.Pooled), Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", s.name, err)
	}
	return db, nil
}

// migrate brings the tables up to date.
func (s *source) migrate(ctx context.Context, log *slog.Logger) error {
	if err := postgres.Migrate(ctx, s.dsn, migrations.FS, log); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return nil
}

// migrations lists the migrations and when they were applied.
func (s *source) migrations(ctx context.Context) ([]postgres.Migration, error) {
	all, err := postgres.MigrationStatus(ctx, s.dsn, migrations.FS)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	return all, nil
}

// nameOf names the database by its address alone: a password may also stand
// among a URL's parameters.
func nameOf(dsn string) string {
	if u, err := url.Parse(dsn); err == nil && u.Host != "" {
		return "the database at " + u.Host
	}
	return "the database of DATABASE_URL"
}
