// Package fault is the one error type of the house: a stable code for
// programs, a text in German and English for people, and the input field that
// caused it. Every other error is a defect or an outage; whoever answers a
// client shows it as INTERNAL and nothing else of it.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Code tells a program what went wrong. Codes are part of the API and never
// change their meaning.
type Code string

// The codes a client meets, each described in the schema's ErrorCode enum.
const (
	Unauthenticated      Code = "UNAUTHENTICATED"
	Forbidden            Code = "FORBIDDEN"
	NotFound             Code = "NOT_FOUND"
	BadUserInput         Code = "BAD_USER_INPUT"
	Conflict             Code = "CONFLICT"
	VersionConflict      Code = "VERSION_CONFLICT"
	IdempotencyKeyReused Code = "IDEMPOTENCY_KEY_REUSED"
	LimitExceeded        Code = "LIMIT_EXCEEDED"
	RateLimited          Code = "RATE_LIMITED"
	Timeout              Code = "TIMEOUT"
	Unavailable          Code = "UNAVAILABLE"
	Internal             Code = "INTERNAL"
)

// Text is one message in the languages the house answers in. Both are written
// where the error arises, so none can be missing.
type Text struct {
	EN string
	DE string
}

// Error is one thing that went wrong. It never carries the rejected value:
// values may be confidential, and errors are logged.
type Error struct {
	Code Code
	Text Text
	// Field is the path of the input that caused the error, as a client wrote
	// it: "input.sites[0].postalCode", "first". Empty when no input is to blame.
	Field string
	cause error
}

// New returns an error that no single input field caused.
func New(code Code, text Text) *Error {
	return &Error{Code: code, Text: text}
}

// Invalid returns a BAD_USER_INPUT error for the input at field.
func Invalid(field string, text Text) *Error {
	return &Error{Code: BadUserInput, Text: text, Field: field}
}

// Missing returns a NOT_FOUND error for the input at field, which names something
// that does not exist: an "ombuds office", eine "Ombudsstelle".
func Missing(field, en, de string) *Error {
	return &Error{Code: NotFound, Text: Text{EN: "there is no such " + en, DE: de + " nicht gefunden"}, Field: field}
}

// At returns a copy of e that blames field.
func (e *Error) At(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// Because returns a copy of e that wraps cause, for the log only.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Error is the English text with code and field, for logs and tests.
func (e *Error) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s: %s", e.Code, e.Text.EN)
	}
	return fmt.Sprintf("%s: %s: %s", e.Code, e.Field, e.Text.EN)
}

// Unwrap returns the error given to Because.
func (e *Error) Unwrap() error { return e.cause }

// Problems collects what is wrong with an input, so that a client learns of
// all of it at once. The zero value is ready to use.
type Problems []*Error

// Add records a BAD_USER_INPUT problem at field.
func (p *Problems) Add(field string, text Text) {
	*p = append(*p, Invalid(field, text))
}

// Err returns nil when nothing was recorded, else all problems as one error.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// Error joins the texts of all problems.
func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i, e := range p {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// All returns every fault in err: one, several collected problems, or none
// when err is no fault at all.
func All(err error) []*Error {
	if problems, ok := errors.AsType[Problems](err); ok {
		return problems
	}
	if one, ok := errors.AsType[*Error](err); ok {
		return []*Error{one}
	}
	return nil
}

// Join puts the faults of several errors together, so that a client learns of
// all of them. An error that is no fault is returned alone.
func Join(errs ...error) error {
	var problems Problems
	for _, err := range errs {
		all := All(err)
		if err != nil && len(all) == 0 {
			return err
		}
		problems = append(problems, all...)
	}
	return problems.Err()
}

// CodeOf returns the code of err: Internal for what is no fault, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if all := All(err); len(all) > 0 {
		return all[0].Code
	}
	return Internal
}

// Outcomes tells what a person has to decide, conflicts with what exists, from
// every other error. A mutation answers the former in its payload; the latter
// is returned as it is.
func Outcomes(err error) ([]*Error, error) {
	all := All(err)
	for _, e := range all {
		if e.Code != Conflict && e.Code != VersionConflict {
			return nil, err
		}
	}
	if len(all) == 0 {
		return []*Error{}, err
	}
	return all, nil
}
