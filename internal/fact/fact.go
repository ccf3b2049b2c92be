// Package fact says what we know of a cloud, and how surely.
//
// The zero value of every type here means "nobody asked": forgetting to fill
// in a fact can leave a question open, it can never answer it. A fact
// remembers the document and the place in it that it was read from, so that a
// finding can show the very reply it rests on.
package fact

import "plumbline/internal/snapshot"

// An Origin is the document, or the answer without a document, that facts
// were read from. One Origin is shared by all facts of a document.
type Origin struct {
	Call    string   // "ec2:DescribeInstances"
	Region  string   //
	Kind    string   // kind of the document, "" where a refusal is the origin
	UID     string   // uid of the document
	Hash    [32]byte // of the document
	Answer  snapshot.Key
	HasDoc  bool
	Refusal *snapshot.Answer // set where the origin is a refusal
}

// A Reason says why something is not known.
type Reason struct {
	Cause  snapshot.Cause
	Call   string // the call that should have told us, "" if there is none
	Region string
	Detail string // the cloud's code, the unknown value, the missing field
}

// NobodyAsked is the reason of every zero fact.
var NobodyAsked = &Reason{Cause: snapshot.NotCollected}

// Of is a T that we asked a cloud for: known, or unknown for a stated reason.
type Of[T any] struct {
	value T
	known bool
	why   *Reason
	from  *Origin
	path  string
}

// Known is a fact read from the document from, at the JSON pointer path.
func Known[T any](v T, from *Origin, path string) Of[T] {
	return Of[T]{value: v, known: true, from: from, path: path}
}

// Unknown is a fact that from did not tell us.
func Unknown[T any](why *Reason, from *Origin, path string) Of[T] {
	return Of[T]{why: why, from: from, path: path}
}

// Sure is a fact without a source. It is for examples and tests.
func Sure[T any](v T) Of[T] { return Of[T]{value: v, known: true} }

// Get returns the value; ok is false if it is unknown.
func (f Of[T]) Get() (v T, ok bool) {
	if !f.known {
		return v, false
	}
	return f.value, true
}

// Known reports whether the value is known.
func (f Of[T]) Known() bool { return f.known }

// Why says what stands between us and the value; nil if it is known.
func (f Of[T]) Why() *Reason {
	switch {
	case f.known:
		return nil
	case f.why == nil:
		return NobodyAsked
	default:
		return f.why
	}
}

// From is the document that the fact was read from; nil if there is none.
func (f Of[T]) From() *Origin { return f.from }

// Path is the JSON pointer of the fact in its document.
func (f Of[T]) Path() string { return f.path }

// Map derives a fact from another; an unknown stays unknown.
func Map[A, B any](f Of[A], to func(A) B) Of[B] {
	if !f.known {
		return Of[B]{why: f.why, from: f.from, path: f.path}
	}
	return Of[B]{value: to(f.value), known: true, from: f.from, path: f.path}
}

// A List is what we saw of a kind of thing, and where we could not look.
type List[S any] struct {
	items []S
	gaps  []*Reason
	asked bool
	from  *Origin
	path  string
}

// Listed is a list with the given gaps; without gaps it is whole.
func Listed[S any](items []S, from *Origin, path string, gaps ...*Reason) List[S] {
	return List[S]{items: items, gaps: gaps, asked: true, from: from, path: path}
}

// Items returns the things that we saw.
func (l List[S]) Items() []S { return l.items }

var nobodyAsked = []*Reason{NobodyAsked}

// Gaps returns the reasons why things may be missing; none if the list is whole.
func (l List[S]) Gaps() []*Reason {
	if !l.asked {
		return nobodyAsked
	}
	return l.gaps
}

// Whole reports that nothing can be missing.
func (l List[S]) Whole() bool { return l.asked && len(l.gaps) == 0 }

// From is the document that the list was read from; nil if there is none.
func (l List[S]) From() *Origin { return l.from }

// Path is the JSON pointer of the list in its document.
func (l List[S]) Path() string { return l.path }
