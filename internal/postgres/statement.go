package postgres

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

const (
	// maxStatements bounds the prepared texts. Query texts are constants, so
	// reaching it means that somewhere a text is put together from input.
	maxStatements = 1000
	// maxLost is how many times a server may have forgotten a statement before
	// it is taken for a pooler.
	maxLost = 3
)

// statements keeps one prepared statement per query text; database/sql
// prepares it again on each connection that runs it.
type statements struct {
	db  *sqlx.DB
	log *slog.Logger
	// off is set behind a pooler.
	off  atomic.Bool
	lost atomic.Int32

	mu     sync.Mutex
	byText map[string]*prepared
	full   bool
}

// prepared is closed when it was dropped and nobody uses it any more.
type prepared struct {
	stmt    *sqlx.Stmt
	users   int
	dropped bool
}

func newStatements(db *sqlx.DB, log *slog.Logger) *statements {
	return &statements{db: db, log: log, byText: make(map[string]*prepared)}
}

// known returns the statement of query if there is one, in use until release.
func (s *statements) known(query string) *prepared {
	if s.off.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.byText[query]
	if p != nil {
		p.users++
	}
	return p
}

// acquire returns the statement of query, prepared now if need be, in use
// until release. It is nil when the query is to run unprepared. Preparing takes a
// connection of the pool, so the caller must not hold one.
func (s *statements) acquire(ctx context.Context, query string) (*prepared, error) {
	if p := s.known(query); p != nil || s.off.Load() || s.isFull(ctx) {
		return p, nil
	}
	stmt, err := s.db.PreparexContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	if p := s.byText[query]; p != nil {
		p.users++
		s.mu.Unlock()
		_ = stmt.Close() //nolint:sqlclosecheck // the other one is kept
		return p, nil
	}
	defer s.mu.Unlock()
	p := &prepared{stmt: stmt, users: 1}
	s.byText[query] = p
	return p, nil
}

func (s *statements) isFull(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.byText) < maxStatements {
		return false
	}
	if !s.full {
		s.full = true
		s.log.WarnContext(ctx, "too many different statement texts: further ones run unprepared", "limit", maxStatements)
	}
	return true
}

func (s *statements) release(p *prepared) {
	s.mu.Lock()
	p.users--
	unused := p.dropped && p.users == 0
	s.mu.Unlock()
	if unused {
		_ = p.stmt.Close()
	}
}

// drop forgets the statement of query after cause; p is nil when it could not
// even be prepared.
func (s *statements) drop(ctx context.Context, query string, p *prepared, cause error) {
	if p != nil {
		s.mu.Lock()
		if s.byText[query] == p {
			delete(s.byText, query)
		}
		unused := !p.dropped && p.users == 0
		p.dropped = true
		s.mu.Unlock()
		if unused {
			_ = p.stmt.Close()
		}
	}
	if pq.As(cause, pqerror.FeatureNotSupported) == nil && s.lost.Add(1) == maxLost {
		s.off.Store(true)
		s.log.WarnContext(ctx, "the database forgets prepared statements: taken for a pooler, no more are prepared")
	}
}

// stale reports whether err comes from the statement having been prepared: it
// is unknown to this server, known already, or its result type has changed.
// The statement has had no effect then.
func stale(err error) bool {
	return pq.As(err, pqerror.InvalidSQLStatementName, pqerror.DuplicatePstatement, pqerror.FeatureNotSupported) != nil
}

// target is what a query runs on: a prepared statement, or text on a pool or
// transaction.
type target struct {
	stmt  *sqlx.Stmt
	on    sqlx.ExtContext
	query string
}

func (t target) get(ctx context.Context, dest any, args []any) error {
	if t.stmt != nil {
		return t.stmt.GetContext(ctx, dest, args...)
	}
	return sqlx.GetContext(ctx, t.on, dest, t.query, args...)
}

func (t target) selectAll(ctx context.Context, dest any, args []any) error {
	if t.stmt != nil {
		return t.stmt.SelectContext(ctx, dest, args...)
	}
	return sqlx.SelectContext(ctx, t.on, dest, t.query, args...)
}

func (t target) each(ctx context.Context, args []any, scan func(*sqlx.Rows) error) error {
	var rows *sqlx.Rows
	var err error
	if t.stmt != nil {
		rows, err = t.stmt.QueryxContext(ctx, args...)
	} else {
		rows, err = t.on.QueryxContext(ctx, t.query, args...)
	}
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if err := scan(rows); err != nil {
		return err
	}
	return rows.Err()
}

func (t target) exec(ctx context.Context, args []any) (int64, error) {
	var result sql.Result
	var err error
	if t.stmt != nil {
		result, err = t.stmt.ExecContext(ctx, args...)
	} else {
		result, err = t.on.ExecContext(ctx, t.query, args...)
	}
	if err != nil {
		return 0, err
	}
	affected, err := result.RowsAffected()
	if err != nil {
		// Only an empty statement knows no number.
		return 0, nil //nolint:nilerr // no rows were affected
	}
	return affected, nil
}
