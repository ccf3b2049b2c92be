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
// record are documents.
type Split struct {
	One   string   // the element that is itself the only document ("accountLevel")
	List  string   // the list whose items are records ("reservationSet")
	Inner string   // the list in a record whose items are documents ("instancesSet")
	More  []string // further lists of the same page (IAM's account details)
}

// A Shape is how one call's reply becomes documents. Paths name members from
// the document down, list items left out: "networkInterfaceSet/groupSet".
type Shape struct {
	Kind    string            // of the documents, "aws.instance"
	Split   Split             //
	Sets    map[string]string // path of a list without order -> member it is sorted by; "" sorts by the canonical bytes
	Secrets []string          // paths of leaves whose text people write: replaced where it looks like a secret
	Hide    []string          // paths of leaves that are always replaced
	Named   map[string]Pair   // path of objects with a name and a value -> which members these are; the value is replaced where the name says that it is a secret
}

// A Pair is the two members of a label: under Value stands what Name names.
type Pair struct{ Name, Value string }

// A Doc is one document of a page.
type Doc struct {
	JSON     []byte   // valid until the Page's next Parse
	Redacted []string // JSON pointers of replaced secrets
	List     string   // the list, or the one element, it stood in
}

// ErrCut is wrapped by the error for a body that ends before it is complete.
// Every other error of Parse but one of the callback means that the body is
// not the reply that was asked for.
var ErrCut = errors.New("the reply ends early")

// MaxDepth is how deep elements and values may nest.
const MaxDepth = 64
