package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"
	"github.com/lib/pq/oid"
)

// connector opens lib/pq connections that are bounded in time, count their
// statements and never let database/sql repeat a statement that may have run.
type connector struct {
	pq      *pq.Connector
	ceiling time.Duration
}

func newConnector(cfg pq.Config, ceiling time.Duration) (*connector, error) {
	inner, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, err
	}
	inner.Dialer(newDialer())
	return &connector{pq: inner, ceiling: ceiling}, nil
}

func (c *connector) Driver() driver.Driver { return c.pq.Driver() }

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	var s socket
	inner, err := c.pq.Connect(context.WithValue(ctx, socketKey{}, &s))
	if err != nil {
		return nil, &connectError{err}
	}
	complete, ok := inner.(pqConn)
	if !ok || s.wire == nil {
		_ = inner.Close()
		return nil, fmt.Errorf("postgres: lib/pq's %T lacks a method this package relies on", inner)
	}
	return &conn{pqConn: complete, wire: s.wire, ceiling: c.ceiling}, nil
}

// connectError is a failure before the first statement.
type connectError struct{ cause error }

func (e *connectError) Error() string { return "postgres: cannot connect: " + e.cause.Error() }
func (e *connectError) Unwrap() error { return e.cause }

// lostError is a failure after a statement was sent and before its outcome was
// known. It is no driver.ErrBadConn on purpose: database/sql would send the
// statement again.
type lostError struct{ cause error }

func (e *lostError) Error() string {
	return "postgres: connection lost before the answer: " + e.cause.Error()
}

func (e *lostError) Unwrap() error {
	if errors.Is(e.cause, driver.ErrBadConn) {
		return nil
	}
	return e.cause
}

// pqConn is all that lib/pq's connection can do; embedding it keeps database/sql
// from taking a slower path because a method got lost.
type pqConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	driver.Tx
}

type pqStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type conn struct {
	pqConn
	wire    *wire
	ceiling time.Duration
	// broken is only touched under database/sql's lock of this connection.
	broken bool
}

// run sends one counted operation.
func (c *conn) run(ctx context.Context, op func() error) error {
	c.wire.bound(ctx, c.ceiling)
	before := c.wire.sent.Load()
	err := op()
	if c.wire.sent.Load() != before {
		count(ctx)
	}
	return c.judge(err, before)
}

// judge decides what an error means for the connection and for a retry. Only
// an answer of the server leaves a connection in a known state: lib/pq would
// keep one marked busy for ever after an error of its own.
func (c *conn) judge(err error, before int64) error {
	if err == nil {
		return nil
	}
	if pq.As(err) != nil && !c.wire.failed.Load() {
		return err
	}
	c.broken = true
	if c.wire.sent.Load() == before {
		return err
	}
	if errors.Is(err, driver.ErrBadConn) || c.wire.failed.Load() && pq.As(err) == nil {
		return &lostError{err}
	}
	return err
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = c.run(ctx, func() error {
		rows, err = c.pqConn.QueryContext(ctx, query, args)
		return err
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (result driver.Result, err error) {
	err = c.run(ctx, func() error {
		result, err = c.pqConn.ExecContext(ctx, query, args)
		return err
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.wire.bound(ctx, c.ceiling)
	before := c.wire.sent.Load()
	prepared, err := c.pqConn.PrepareContext(ctx, query)
	if err != nil {
		if err = c.judge(err, before); errors.As(err, new(*lostError)) {
			return nil, driver.ErrBadConn // preparing twice does no harm
		}
		return nil, err
	}
	inner, ok := prepared.(pqStmt)
	if !ok {
		_ = prepared.Close()
		return nil, fmt.Errorf("postgres: lib/pq's %T lacks a method this package relies on", prepared)
	}
	return &stmt{pqStmt: inner, conn: c}, nil
}

// CheckNamedValue implements driver.NamedValueChecker.
func (c *conn) CheckNamedValue(value *driver.NamedValue) error {
	if ids, ok := value.Value.([]uuid.UUID); ok {
		value.Value = uuidArray(ids)
		return nil
	}
	return c.pqConn.CheckNamedValue(value)
}

// uuidArray is a uuid[] in Postgres' binary form. lib/pq would write each id as
// text, with several allocations.
func uuidArray(ids []uuid.UUID) []byte {
	const dimensions, nulls, first = 1, 0, 1
	b := make([]byte, 0, 5*4+len(ids)*(4+len(uuid.UUID{})))
	for _, n := range []uint32{dimensions, nulls, uint32(oid.T_uuid), uint32(len(ids)), first} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	for _, id := range ids {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(id))), id[:]...)
	}
	return b
}

// BeginTx begins and applies the settings in one round trip. It does not use
// lib/pq's own BeginTx, which ignores the context while it waits and later
// cancels a COMMIT in flight when the context ends: its outcome would be open.
func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	settings, _ := ctx.Value(settingsKey{}).(map[string]string)
	text, err := beginText(opts, settings)
	if err != nil {
		return nil, err
	}
	if _, err := c.ExecContext(ctx, text, nil); err != nil {
		c.broken = true // BEGIN may have succeeded and a setting failed
		if errors.As(err, new(*lostError)) {
			return nil, driver.ErrBadConn // nothing was begun that could last
		}
		return nil, err
	}
	return &transaction{conn: c, ctx: ctx}, nil
}

func beginText(opts driver.TxOptions, settings map[string]string) (string, error) {
	var b strings.Builder
	b.WriteString("BEGIN")
	switch level := sql.IsolationLevel(opts.Isolation); level {
	case sql.LevelDefault:
	case sql.LevelReadCommitted, sql.LevelRepeatableRead, sql.LevelSerializable:
		b.WriteString(" ISOLATION LEVEL " + strings.ToUpper(level.String()))
	default:
		return "", fmt.Errorf("postgres: isolation level %s is not used here", level)
	}
	if opts.ReadOnly {
		b.WriteString(" READ ONLY")
	}
	names := make([]string, 0, len(settings))
	for name := range settings {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_.") != "" || name == "" {
			return "", fmt.Errorf("postgres: %q is no name of a setting", name)
		}
		if strings.ContainsRune(settings[name], 0) {
			return "", fmt.Errorf("postgres: the setting %s holds a NUL byte", name)
		}
		b.WriteString("; SET LOCAL " + name + " = " + pq.QuoteLiteral(settings[name]))
	}
	return b.String(), nil
}

func (c *conn) Ping(ctx context.Context) error {
	c.wire.bound(ctx, c.ceiling)
	if err := c.pqConn.Ping(ctx); err != nil {
		c.broken = true
		return driver.ErrBadConn
	}
	return nil
}

func (c *conn) ResetSession(ctx context.Context) error {
	if c.broken || !c.wire.alive() {
		return driver.ErrBadConn
	}
	return c.pqConn.ResetSession(ctx)
}

func (c *conn) IsValid() bool {
	return !c.broken && !c.wire.failed.Load() && c.pqConn.IsValid()
}

func (c *conn) Close() error {
	c.wire.bound(context.Background(), grace)
	return c.pqConn.Close()
}

// transaction is an open BEGIN. The driver's Commit and Rollback know no
// context, so it keeps the one it was begun with.
type transaction struct {
	conn *conn
	ctx  context.Context //nolint:containedctx // see above
}

func (t *transaction) Commit() error {
	return t.conn.run(t.ctx, t.conn.Commit)
}

func (t *transaction) Rollback() error {
	return t.conn.run(t.ctx, t.conn.Rollback)
}

type stmt struct {
	pqStmt
	conn *conn
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = s.conn.run(ctx, func() error {
		rows, err = s.pqStmt.QueryContext(ctx, args)
		return err
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (result driver.Result, err error) {
	err = s.conn.run(ctx, func() error {
		result, err = s.pqStmt.ExecContext(ctx, args)
		return err
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// Close sends nothing. database/sql closes statements while it holds the lock
// of the whole pool, and one by one before it closes their connection. The
// rare connection that outlives a statement is closed at its next use instead.
func (s *stmt) Close() error {
	s.conn.broken = true
	return nil
}
