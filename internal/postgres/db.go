package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"ombudsnetz/internal/fault"
)

// DB is a pool of connections, safe for concurrent use. Every call is bounded
// by its context, or by the statement timeout plus 5 s when that ends sooner.
//
// Errors are a *fault.Error for outages, timeouts and text the database cannot
// hold, context.Canceled when the caller gave up, [ErrNoRows], or an error
// that [Constraint] and [SQLState] understand. None holds a row value or a
// parameter.
//
// No statement is sent twice unless the server said that the first had no
// effect.
type DB struct {
	sql        *sqlx.DB
	log        *slog.Logger
	statements *statements
	known      layouts
	// slots holds one token per busy connection, so that waiting for one is
	// bounded and told apart from waiting for an answer.
	slots    chan struct{}
	poolWait time.Duration
	closed   atomic.Bool
}

// Queryer reads: a *DB, or a *Tx to read inside a transaction.
type Queryer interface {
	// Get scans the one row of query into dest, or returns ErrNoRows.
	Get(ctx context.Context, dest any, query string, args ...any) error
	// Select appends all rows of query to the slice dest points to.
	Select(ctx context.Context, dest any, query string, args ...any) error
	// each runs a query, prepared where that is possible and wanted, and hands
	// its rows to scan.
	each(ctx context.Context, query string, args []any, prepared bool, scan func(*sqlx.Rows) error) error
	layouts() *layouts
}

var (
	_ Queryer = (*DB)(nil)
	_ Queryer = (*Tx)(nil)
)

// Open connects, makes sure that the server answers and decides whether
// statements may be prepared.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	cfg = cfg.withDefaults()
	driverCfg, err := driverConfig(cfg.DSN, cfg.limits())
	if err != nil {
		return nil, err
	}
	if cfg.Pooler == PoolerYes {
		driverCfg = withoutTimeouts(driverCfg)
	}
	db, err := openPool(cfg, driverCfg)
	if err != nil {
		return nil, err
	}
	err = db.settle(ctx, cfg.Pooler)
	if cfg.Pooler == PoolerAuto && SQLState(err) == string(pqerror.ProtocolViolation) {
		// PgBouncer refuses startup parameters that it does not know.
		_ = db.Close()
		cfg.Pooler = PoolerYes
		if db, err = openPool(cfg, withoutTimeouts(driverCfg)); err != nil {
			return nil, err
		}
		cfg.Log.WarnContext(ctx, "the database refuses timeouts at connection start: taken for a pooler; set them with ALTER ROLE")
		err = db.settle(ctx, cfg.Pooler)
	}
	if err != nil {
		_ = db.Close()
		// Whoever opens is an operator, who needs the cause in plain sight.
		if cause := errors.Unwrap(err); cause != nil {
			err = fmt.Errorf("%w (%w)", err, cause)
		}
		return nil, err
	}
	return db, nil
}

func openPool(cfg Config, driverCfg pq.Config) (*DB, error) {
	c, err := newConnector(driverCfg, cfg.StatementTimeout+networkSlack)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(c)
	pool.SetMaxOpenConns(cfg.MaxConns)
	pool.SetMaxIdleConns(cfg.MaxConns)
	pool.SetConnMaxLifetime(connMaxLifetime)
	pool.SetConnMaxIdleTime(connMaxIdle)
	db := &DB{
		sql:      sqlx.NewDb(pool, "postgres"),
		log:      cfg.Log,
		slots:    make(chan struct{}, cfg.MaxConns),
		poolWait: cfg.PoolWait,
	}
	db.statements = newStatements(db.sql, cfg.Log)
	return db, nil
}

// Get implements Queryer.
func (db *DB) Get(ctx context.Context, dest any, query string, args ...any) error {
	return db.run(ctx, query, args, true, func(on target) error { return on.get(ctx, dest, args) })
}

// Select implements Queryer.
func (db *DB) Select(ctx context.Context, dest any, query string, args ...any) error {
	return db.run(ctx, query, args, true, func(on target) error { return on.selectAll(ctx, dest, args) })
}

func (db *DB) each(ctx context.Context, query string, args []any, prepared bool, scan func(*sqlx.Rows) error) error {
	return db.run(ctx, query, args, prepared, func(on target) error { return on.each(ctx, args, scan) })
}

func (db *DB) layouts() *layouts { return &db.known }

// Exec runs a statement and returns how many rows it affected. Without
// arguments query may hold several statements.
func (db *DB) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	var affected int64
	err := db.run(ctx, query, args, true, func(on target) (err error) {
		affected, err = on.exec(ctx, args)
		return err
	})
	return affected, err
}

func (db *DB) run(ctx context.Context, query string, args []any, prepared bool, op func(target) error) error {
	release, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	return db.translate(ctx, db.attempt(ctx, query, prepared && len(args) > 0, op))
}

func (db *DB) attempt(ctx context.Context, query string, prepared bool, op func(target) error) error {
	direct := target{on: db.sql, query: query}
	if !prepared {
		return op(direct)
	}
	p, err := db.statements.acquire(ctx, query)
	if p == nil && err == nil {
		return op(direct)
	}
	if err == nil {
		err = op(target{stmt: p.stmt})
		db.statements.release(p)
	}
	if stale(err) {
		db.statements.drop(ctx, query, p, err)
		return op(direct)
	}
	return err
}

// acquire waits for a free connection. The returned function gives it back.
func (db *DB) acquire(ctx context.Context) (release func(), err error) {
	release = func() { <-db.slots }
	select {
	case db.slots <- struct{}{}:
		return release, nil
	default:
	}
	timer := time.NewTimer(db.poolWait)
	defer timer.Stop()
	select {
	case db.slots <- struct{}{}:
		return release, nil
	case <-timer.C:
		return nil, busy().Because(fmt.Errorf("postgres: no connection became free within %s", db.poolWait))
	case <-ctx.Done():
		if ctx.Err() == context.Canceled {
			return nil, context.Canceled
		}
		return nil, busy().Because(ctx.Err())
	}
}

// Ping asks the server for a sign of life.
func (db *DB) Ping(ctx context.Context) error {
	_, err := db.Exec(ctx, "SELECT 1")
	return err
}

// Stats returns the pool's figures.
func (db *DB) Stats() sql.DBStats { return db.sql.Stats() }

// Prepares reports whether statements with arguments are prepared: not behind
// a pooler. [PoolerAuto] sees one when the server that answers is not the
// process that was announced at connection start, when it sees another TCP
// port than ours, when it refuses timeouts at connection start, and later when
// it forgets statements.
func (db *DB) Prepares() bool { return !db.statements.off.Load() }

// Close closes all connections. Calls still running fail.
func (db *DB) Close() error {
	db.closed.Store(true)
	return db.sql.Close()
}

func busy() *fault.Error {
	return fault.New(fault.Unavailable, fault.Text{
		EN: "The service is overloaded at the moment. Please try again.",
		DE: "Der Dienst ist im Moment überlastet. Bitte versuchen Sie es noch einmal.",
	})
}
