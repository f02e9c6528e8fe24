package postgres

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"ombudsnetz/internal/fault"
)

const (
	txAttempts = 5
	// txPause is the mean wait before the second attempt; it doubles.
	txPause = 10 * time.Millisecond
)

// TxOptions are the rarely needed parts of a transaction.
type TxOptions struct {
	// Isolation is the server's default (READ COMMITTED) when zero.
	Isolation sql.IsolationLevel
	ReadOnly  bool
	// Settings are applied with SET LOCAL in the same round trip as BEGIN and
	// end with the transaction. Names are lower case.
	Settings map[string]string
}

type settingsKey struct{}

// Tx is an open transaction. It belongs to one goroutine; a second one that
// uses it at the same time gets an error.
type Tx struct {
	tx         *sqlx.Tx
	db         *DB
	ctx        context.Context //nolint:containedctx // lives as long as the transaction
	mu         sync.Mutex
	failure    error
	retry      bool
	unprepared []string
}

// Tx runs fn in a transaction and commits when it returns nil. When it returns
// an error or panics, everything is rolled back. When the server ends the
// transaction because of a serialization failure or a deadlock, fn runs again,
// up to five times in all: it must not have effects outside of tx.
//
// fn must not use db, which may have no further connection to give.
//
// When the connection is lost during COMMIT, nobody knows whether it took
// effect: the error is UNAVAILABLE or TIMEOUT and matches [ErrOutcomeUnknown].
// Whoever repeats the call must do so under an idempotency key.
func (db *DB) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	return db.TxWith(ctx, TxOptions{}, fn)
}

// TxWith is Tx with options.
func (db *DB) TxWith(ctx context.Context, opts TxOptions, fn func(tx *Tx) error) error {
	release, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	for attempt := range txAttempts {
		var again bool
		if again, err = db.tryTx(ctx, opts, fn); !again {
			return err
		}
		if attempt == txAttempts-1 {
			break
		}
		pause := txPause << attempt
		timer := time.NewTimer(pause/2 + rand.N(pause)) //nolint:gosec // spreads load, no secret
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return db.translate(ctx, ctx.Err())
		}
	}
	return busy().Because(err)
}

// tryTx runs fn once. Its first result is whether the server ended the
// transaction in a way that calls for another attempt.
func (db *DB) tryTx(ctx context.Context, opts TxOptions, fn func(tx *Tx) error) (again bool, err error) {
	begin := ctx
	if len(opts.Settings) > 0 {
		begin = context.WithValue(ctx, settingsKey{}, opts.Settings)
	}
	inner, err := db.sql.BeginTxx(begin, &sql.TxOptions{Isolation: opts.Isolation, ReadOnly: opts.ReadOnly})
	if err != nil {
		return false, db.translate(ctx, err)
	}
	tx := &Tx{tx: inner, db: db, ctx: ctx}
	open := true
	// Not by recover: the panic keeps its stack, and Goexit rolls back too.
	defer func() {
		if open {
			_ = inner.Rollback()
		}
	}()

	if err := fn(tx); err != nil {
		return tx.retry, err
	}
	open = false
	if err := inner.Commit(); err != nil {
		return tx.commitFailed(err)
	}
	tx.prepareLater()
	return false, nil
}

func (tx *Tx) commitFailed(err error) (again bool, _ error) {
	switch {
	case errors.Is(err, pq.ErrInFailedTransaction):
		// fn has overlooked that a statement failed.
		return tx.retry, tx.failure
	case pq.As(err, pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected) != nil:
		return true, tx.db.translate(tx.ctx, err)
	case errors.As(err, new(*lostError)):
		return false, outcomeUnknown(err)
	default:
		return false, tx.db.translate(tx.ctx, err)
	}
}

// Get implements Queryer.
func (tx *Tx) Get(ctx context.Context, dest any, query string, args ...any) error {
	return tx.run(ctx, query, args, true, func(on target) error { return on.get(ctx, dest, args) })
}

// Select implements Queryer.
func (tx *Tx) Select(ctx context.Context, dest any, query string, args ...any) error {
	return tx.run(ctx, query, args, true, func(on target) error { return on.selectAll(ctx, dest, args) })
}

func (tx *Tx) each(ctx context.Context, query string, args []any, prepared bool, scan func(*sqlx.Rows) error) error {
	return tx.run(ctx, query, args, prepared, func(on target) error { return on.each(ctx, args, scan) })
}

func (tx *Tx) layouts() *layouts { return tx.db.layouts() }

// Exec runs a statement and returns how many rows it affected. Without
// arguments query may hold several statements.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	var affected int64
	err := tx.run(ctx, query, args, true, func(on target) (err error) {
		affected, err = on.exec(ctx, args)
		return err
	})
	return affected, err
}

func (tx *Tx) run(ctx context.Context, query string, args []any, prepared bool, op func(target) error) error {
	if !tx.mu.TryLock() {
		return errors.New("postgres: a transaction is used by two goroutines at once")
	}
	defer tx.mu.Unlock()

	err := tx.attempt(ctx, query, prepared && len(args) > 0, op)
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if pq.As(err, pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected) != nil {
		tx.retry = true
	}
	ended := ctx
	if tx.ctx.Err() != nil {
		ended = tx.ctx
	}
	err = tx.db.translate(ended, err)
	if tx.failure == nil {
		tx.failure = err
	}
	return err
}

func (tx *Tx) attempt(ctx context.Context, query string, prepared bool, op func(target) error) error {
	direct := target{on: tx.tx, query: query}
	if !prepared {
		return op(direct)
	}
	p := tx.db.statements.known(query)
	if p == nil {
		tx.unprepared = append(tx.unprepared, query)
		return op(direct)
	}
	err := op(target{stmt: tx.tx.StmtxContext(ctx, p.stmt)})
	tx.db.statements.release(p)
	if stale(err) {
		// The server has aborted the transaction already.
		tx.db.statements.drop(ctx, query, p, err)
		tx.retry = true
	}
	return err
}

// prepareLater prepares what this transaction had to run unprepared. Doing it
// before would have taken a second connection; now its own is free.
func (tx *Tx) prepareLater() {
	for _, query := range tx.unprepared {
		p, err := tx.db.statements.acquire(tx.ctx, query)
		if err != nil {
			return // the next caller learns of it, if it lasts
		}
		if p != nil {
			tx.db.statements.release(p)
		}
	}
}

func outcomeUnknown(err error) error {
	code := fault.Unavailable
	if isTimeout(err) {
		code = fault.Timeout
	}
	return fault.New(code, fault.Text{
		EN: "The connection to the database was lost while saving. It is not known whether the change was saved. Please check, or repeat the request with the same idempotency key.",
		DE: "Die Verbindung zur Datenbank ging beim Speichern verloren. Ob die Änderung gespeichert wurde, ist nicht bekannt. Bitte prüfen Sie es oder wiederholen Sie die Anfrage mit demselben Idempotenzschlüssel.",
	}).Because(ErrOutcomeUnknown)
}
