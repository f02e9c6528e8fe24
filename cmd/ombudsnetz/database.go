package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"ombudsnetz/internal/embedded"
	"ombudsnetz/internal/postgres"
)

// database is where the data are: the server that DATABASE_URL names, or the
// program's own Postgres.
type database struct {
	URL         string        `name:"database-url" env:"DATABASE_URL" help:"Postgres to use, as a URL or as key=value pairs. Empty: the program runs its own."`
	Pooled      string        `name:"database-pooled" env:"OMBUDSNETZ_DATABASE_POOLED" enum:"auto,yes,no" default:"auto" help:"Whether a pooler such as PgBouncer stands before the database: auto, yes or no. Behind one no statements are prepared."`
	Connections int           `name:"database-connections" env:"OMBUDSNETZ_DATABASE_CONNECTIONS" default:"16" help:"Connections to keep open at most, 1 to 1000."`
	Statement   time.Duration `name:"database-timeout" env:"OMBUDSNETZ_DATABASE_TIMEOUT" default:"10s" help:"Longest time for one statement, 100ms to 10m."`
	DataDir     string        `name:"data-dir" env:"OMBUDSNETZ_DATA_DIR" type:"path" help:"Folder of the program's own Postgres. Default: /var/lib/ombudsnetz for root, else ~/.local/state/ombudsnetz."`
	PostgresBin string        `name:"postgres-bin" env:"OMBUDSNETZ_POSTGRES_BIN" type:"path" help:"Folder of the programs postgres and initdb. Default: where the system has them."`
	PostgresAs  string        `name:"postgres-user" env:"OMBUDSNETZ_POSTGRES_USER" help:"System user that runs the own Postgres when the program is root. Default: the first of postgres, ombudsnetz, nobody."`
}

// Validate implements kong's hook: it names what is wrong and what was expected.
func (d *database) Validate() error {
	switch {
	case d.Connections < 1 || d.Connections > 1000:
		return fmt.Errorf("--database-connections (OMBUDSNETZ_DATABASE_CONNECTIONS) is %d; expected 1 to 1000", d.Connections)
	case d.Statement < 100*time.Millisecond || d.Statement > 10*time.Minute:
		return fmt.Errorf("--database-timeout (OMBUDSNETZ_DATABASE_TIMEOUT) is %s; expected 100ms to 10m", d.Statement)
	}
	return nil
}

// embedded is the configuration of the own Postgres.
func (d *database) embedded(log *slog.Logger) embedded.Config {
	return embedded.Config{BinDir: d.PostgresBin, DataDir: d.DataDir, User: d.PostgresAs, Log: log}
}

// source is a database that is ready to be connected to.
type source struct {
	dsn string
	// own is the program's own Postgres, nil when the database is another's.
	own *embedded.Server
}

const stopTimeout = 20 * time.Second

// start returns the database, after starting it when it is the program's own.
func (d *database) start(ctx context.Context, log *slog.Logger) (*source, error) {
	if d.URL != "" {
		return &source{dsn: d.URL}, nil
	}
	own, err := embedded.Start(ctx, d.embedded(log))
	if err != nil {
		return nil, err
	}
	return &source{dsn: own.DSN("ombudsnetz"), own: own}, nil
}

// stop ends the program's own Postgres, if it is that.
func (s *source) stop(log *slog.Logger) {
	if s.own == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if err := s.own.Stop(ctx); err != nil {
		log.Error("stopping Postgres failed", "error", err)
	}
}

// open connects to the database.
func (d *database) open(ctx context.Context, s *source, log *slog.Logger) (*postgres.DB, error) {
	pooler := map[string]postgres.Pooler{"auto": postgres.PoolerAuto, "yes": postgres.PoolerYes, "no": postgres.PoolerNo}[d.Pooled]
	db, err := postgres.Open(ctx, postgres.Config{
		DSN: s.dsn, MaxConns: d.Connections, StatementTimeout: d.Statement, Pooler: pooler, Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", s, err)
	}
	return db, nil
}

// String names the database without its password.
func (s *source) String() string {
	if s.own != nil {
		return "the own Postgres"
	}
	if u, err := url.Parse(s.dsn); err == nil && u.Host != "" {
		return u.Redacted()
	}
	return "the database of DATABASE_URL"
}
