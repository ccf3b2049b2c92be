// Package problem holds the errors that speak to the person who asked.
//
// It is not for faults of the program or the machine: those are plain errors,
// logged in full and shown as "Something went wrong".
package problem

import (
	"errors"
	"fmt"
)

// A Kind says what sort of problem it is, and so which status a page answers
// with.
type Kind string

// The kinds.
const (
	NotFound  Kind = "not found"
	Invalid   Kind = "invalid"
	Forbidden Kind = "forbidden"
	Conflict  Kind = "conflict"
	Tampered  Kind = "tampered" // what is stored is not what was stored
	Away      Kind = "away"     // the database cannot do its work now; the sentence is for whoever runs it
)

// An Error is a problem and the sentence that tells it.
type Error struct {
	Kind    Kind
	Message string
	cause   error
}

// Error is the sentence.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the error behind the problem, nil if there is none.
func (e *Error) Unwrap() error { return e.cause }

// New makes a problem; the format is a whole sentence. A %w in it is kept as
// the cause.
func New(kind Kind, format string, a ...any) error {
	err := fmt.Errorf(format, a...)
	return &Error{Kind: kind, Message: err.Error(), cause: errors.Unwrap(err)}
}

// Is says whether err is, or wraps, a problem of the kind.
func Is(err error, kind Kind) bool {
	k, ok := KindOf(err)
	return ok && k == kind
}

// KindOf returns the kind of the problem that err is or wraps; ok is false if
// err is no problem of the person who asked.
func KindOf(err error) (kind Kind, ok bool) {
	var e *Error
	if !errors.As(err, &e) {
		return "", false
	}
	return e.Kind, true
}
