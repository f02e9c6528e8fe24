package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"time"

	"github.com/lib/pq"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrationCeiling bounds one statement of a migration.
const migrationCeiling = time.Hour

// Migration is one step of the schema's history.
type Migration struct {
	Version int64
	Name    string
	// AppliedAt is zero while the migration is pending.
	AppliedAt time.Time
}

// Migrate applies the pending migrations in files, in order, each in its own
// transaction. Several processes may call it at once: one works, the others
// wait and find nothing left. An interrupted run is finished by the next. The
// DSN must lead to the server directly, not through a transaction pooler.
func Migrate(ctx context.Context, dsn string, files fs.FS, log *slog.Logger) error {
	provider, err := newProvider(dsn, files, log)
	if err != nil || provider == nil {
		return err
	}
	defer func() { _ = provider.Close() }()
	if _, err := provider.Up(ctx); err != nil {
		return migrationError(ctx, err)
	}
	return nil
}

// MigrationStatus lists the migrations in files, oldest first.
func MigrationStatus(ctx context.Context, dsn string, files fs.FS) ([]Migration, error) {
	provider, err := newProvider(dsn, files, nil)
	if err != nil || provider == nil {
		return nil, err
	}
	defer func() { _ = provider.Close() }()
	states, err := provider.Status(ctx)
	if err != nil {
		return nil, migrationError(ctx, err)
	}
	all := make([]Migration, len(states))
	for i, state := range states {
		all[i] = Migration{Version: state.Source.Version, Name: path.Base(state.Source.Path), AppliedAt: state.AppliedAt}
	}
	return all, nil
}

// newProvider returns nil when there is no migration at all.
func newProvider(dsn string, files fs.FS, log *slog.Logger) (*goose.Provider, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	// A migration may be slow or idle while it waits for its turn, but it
	// must not queue for a lock in front of everybody else.
	cfg, err := driverConfig(dsn, limits{lock: lockTimeout})
	if err != nil {
		return nil, err
	}
	c, err := newConnector(cfg, migrationCeiling)
	if err != nil {
		return nil, err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 3600))
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(c)
	provider, err := goose.NewProvider(goose.DialectPostgres, pool, files,
		goose.WithSessionLocker(locker),
		goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(log),
	)
	if err != nil {
		_ = pool.Close()
		if errors.Is(err, goose.ErrNoMigrations) {
			return nil, nil //nolint:nilnil // nothing to do is no error
		}
		return nil, fmt.Errorf("postgres: the migrations cannot be read: %w", err)
	}
	return provider, nil
}

func migrationError(ctx context.Context, err error) error {
	var where string
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		where = " " + path.Base(partial.Failed.Source.Path)
	}
	failure := translate(ctx, err)
	if answer := pq.As(err); answer != nil {
		failure = translateAnswer(answer)
	}
	// Whoever migrates is an operator, who needs the cause in plain sight.
	if cause := errors.Unwrap(failure); cause != nil {
		failure = fmt.Errorf("%w (%w)", failure, cause)
	}
	return fmt.Errorf("postgres: migration%s failed: %w", where, failure)
}
