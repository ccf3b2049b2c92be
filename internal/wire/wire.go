// Package wire turns the bodies of cloud replies into documents: canonical
// JSON with secrets replaced, the one form in which a reply is hashed, stored
// and read.
//
// It works on bytes alone. It never asks a cloud, never knows an SDK's types,
// never guesses at a body that is cut short or foreign, and never lets a
// recognised secret reach the bytes that it hands out.
package wire

import "errors"

// A Split says which elements of a page are records and which elements of a
// record are documents. In JSON replies One, List and More are members of the
// reply itself.
type Split struct {
	One   string   // the element that is itself the only document ("accountLevel")
	List  string   // the list whose items are records ("reservationSet")
	Inner string   // the list in a record whose items are documents ("instancesSet")
	More  []string // further lists of the same page (IAM's account details)

	// Whole says that the reply is the only document: what stands in the root
	// element or, where there is one, in its …Result, or the JSON object, less
	// the members that speak of the call: request ids and the next page's token.
	// Nothing else may be set beside it.
	Whole bool
	// Optional says that this call leaves out a list that is empty, or writes
	// null. Without it a reply that lacks a list is refused.
	Optional bool
}

// A Shape is how one call's reply becomes documents. Paths name members from
// the document down, list items left out: "networkInterfaceSet/groupSet". In
// JSON replies "*" names any member of an object whose names people choose:
// "tags/*".
type Shape struct {
	Kind    string            // of the documents, "aws.instance"
	Kinds   map[string]string // list -> kind of its documents, where it is another
	JSON    bool              // the reply is JSON, not XML
	Split   Split             //
	Sets    map[string]string // path of a list without order -> member it is sorted by; "" sorts by the canonical bytes
	Secrets []string          // paths of leaves whose text people write: replaced where it looks like a secret
	Hide    []string          // paths of leaves that are always replaced
	Named   map[string]Pair   // path of objects with a name and a value -> which members these are; the value is replaced where the name says that it is a secret
	Digest  map[string]Digest // path of leaves that never reach a document -> what is told of them instead
	Drop    []string          // paths of members that never reach a document: they change while nothing changes
}

// KindOf is the kind of the documents of a list, see Doc.List.
func (s *Shape) KindOf(list string) string {
	if kind, ok := s.Kinds[list]; ok {
		return kind
	}
	return s.Kind
}

// A Pair is the two members of a label: under Value stands what Name names. A
// JSON object whose own member names are the labels has the zero Pair.
type Pair struct{ Name, Value string }

// A Digest turns a text into what may be told of it: one canonical JSON value.
// mark gives the Redactor's keyed hash of a secret that was found; its kind is
// of small letters and underscores. The text must not be kept.
type Digest = func(text []byte, mark func(kind string, secret []byte) string) []byte

// A Doc is one document of a page.
type Doc struct {
	JSON     []byte   // valid until the Page's next Parse
	Redacted []string // JSON pointers of replaced secrets, and of digests
	List     string   // the list, or the one element, it stood in; "" for a whole reply
}

// ErrCut is wrapped by the error for a body that ends before it is complete.
// Every other error of Parse but one of the callback means that the body is
// not the reply that was asked for.
var ErrCut = errors.New("the reply ends early")

// MaxDepth is how deep elements and values may nest.
const MaxDepth = 64
