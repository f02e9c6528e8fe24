package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"ombudsnetz/internal/fault"
)

var (
	// ErrNoRows is returned by Get when there is no row.
	ErrNoRows = sql.ErrNoRows
	// ErrOutcomeUnknown says that the connection was lost between a COMMIT and
	// its answer.
	ErrOutcomeUnknown = errors.New("postgres: connection lost before the answer to COMMIT")
)

// serverError is what may leave of an error of the server. lib/pq's own holds
// row values in its detail and parameters in its message.
type serverError struct {
	state      string
	name       string
	constraint string
	table      string
	column     string
	message    string
}

func (e *serverError) Error() string {
	text := "postgres: " + e.state + " " + e.name
	if e.message != "" {
		text += ": " + e.message
	}
	if e.table != "" {
		text += ", table " + e.table
	}
	if e.column != "" {
		text += ", column " + e.column
	}
	if e.constraint != "" {
		text += ", constraint " + e.constraint
	}
	return text
}

// sayable lists the classes whose messages name objects and limits, never
// values: connection, feature, transaction state, authorisation, catalogue, syntax or
// access rule, resources, program limit, object state, operator.
func sayable(class pqerror.Class) bool {
	return slices.Contains([]pqerror.Class{"08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "54", "55", "57"}, class)
}

func newServerError(err *pq.Error) *serverError {
	e := &serverError{
		state:      string(err.Code),
		constraint: err.Constraint,
		table:      err.Table,
		column:     err.Column,
	}
	if len(e.state) == 5 {
		e.name = err.Code.Name()
		if sayable(err.Code.Class()) {
			e.message = err.Message
		}
	}
	return e
}

// Constraint returns the name of the violated constraint, be it unique,
// foreign key, check or exclusion, else "".
func Constraint(err error) string {
	e, ok := errors.AsType[*serverError](err)
	if !ok || !strings.HasPrefix(e.state, "23") {
		return ""
	}
	return e.constraint
}

// SQLState returns the server's five-character code for err, else "".
func SQLState(err error) string {
	if e, ok := errors.AsType[*serverError](err); ok {
		return e.state
	}
	return ""
}

// translate turns any error of an operation under ctx into one that may leave
// this package.
func (db *DB) translate(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return ErrNoRows
	case db.closed.Load() && pq.As(err) == nil:
		return unavailable().Because(errors.New("postgres: the pool is closed"))
	}
	return translate(ctx, err)
}

func translate(ctx context.Context, err error) error {
	if one, ok := errors.AsType[*fault.Error](err); ok {
		return one
	}
	if interrupted(err) && ctx.Err() != nil {
		err = ctx.Err()
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return timeout().Because(context.DeadlineExceeded)
	}
	if answer := pq.As(err); answer != nil {
		return translateAnswer(answer)
	}
	switch {
	case errors.As(err, new(*connectError)):
		return unavailable().Because(masked(err))
	case isTimeout(err):
		return timeout().Because(masked(err))
	case isNetwork(err):
		return unavailable().Because(masked(err))
	}
	return masked(err)
}

func translateAnswer(answer *pq.Error) error {
	cause := newServerError(answer)
	switch answer.Code {
	case pqerror.QueryCanceled, pqerror.LockNotAvailable:
		return timeout().Because(cause)
	case pqerror.CharacterNotInRepertoire, pqerror.UntranslatableCharacter:
		return fault.New(fault.BadUserInput, fault.Text{
			EN: "A text contains characters that cannot be stored, such as a NUL byte.",
			DE: "Ein Text enthält Zeichen, die nicht gespeichert werden können, etwa ein NUL-Byte.",
		}).Because(cause)
	case pqerror.AdminShutdown, pqerror.CrashShutdown, pqerror.CannotConnectNow:
		return unavailable().Because(cause)
	}
	if len(cause.state) == 5 {
		switch answer.Code.Class() {
		case pqerror.ClassConnectionException, pqerror.ClassInsufficientResources:
			return unavailable().Because(cause)
		}
	}
	return cause
}

// interrupted reports whether err is what remains of an operation whose
// context has ended.
func interrupted(err error) bool {
	return pq.As(err, pqerror.QueryCanceled) != nil ||
		pq.As(err) == nil && (isNetwork(err) || isTimeout(err) || errors.Is(err, sql.ErrTxDone) ||
			errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}

func isTimeout(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

func isNetwork(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.As(err, new(net.Error)) || errors.As(err, new(*lostError)) || errors.As(err, new(*connectError))
}

// maskedError is an error of a library: its text without what it quotes, and
// nothing to unwrap. database/sql quotes the value it could not scan.
type maskedError string

func (e maskedError) Error() string { return string(e) }

func masked(err error) error {
	quoted := regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'[^']*'`)
	return maskedError(quoted.ReplaceAllString(err.Error(), `"…"`))
}

func unavailable() *fault.Error {
	return fault.New(fault.Unavailable, fault.Text{
		EN: "The database cannot be reached at the moment. Please try again.",
		DE: "Die Datenbank ist im Moment nicht erreichbar. Bitte versuchen Sie es noch einmal.",
	})
}

func timeout() *fault.Error {
	return fault.New(fault.Timeout, fault.Text{
		EN: "The request took too long and was stopped.",
		DE: "Die Anfrage dauerte zu lange und wurde abgebrochen.",
	})
}
