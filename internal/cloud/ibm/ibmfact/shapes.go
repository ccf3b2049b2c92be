package ibmfact

import (
	"maps"
	"slices"
	"strings"

	"plumbline/internal/wire"
)

// Shapes says, by call, how a reply becomes documents.
//
// A list that is not named as a set keeps the order of the reply: where IBM
// Cloud promises one (the rules of a network ACL are tried in it), or where it
// means something. Members that change while nothing changed (how many
// addresses are free, when something was last used, which machine answered) are
// dropped: they would be written anew in every scan, and no rule reads them.
var Shapes = func() map[string]*wire.Shape {
	all := map[string]*wire.Shape{}
	for _, some := range []map[string]*wire.Shape{
		computeShapes, networkShapes, balancerShapes, identityShapes, accountShapes,
	} {
		maps.Copy(all, some)
	}
	return all
}()

// ShapeOf is how the reply to a call becomes documents, nil if the call is not
// known. User data is told by its digest.
func ShapeOf(call string) *wire.Shape { return Shapes[call] }

// ClosedShapeOf is the same where user data may not be read: what a template
// starts its instances with is replaced unread.
func ClosedShapeOf(call string) *wire.Shape {
	if call == CallTemplates {
		return closedTemplates
	}
	return Shapes[call]
}

var closedTemplates = func() *wire.Shape {
	c := *computeShapes[CallTemplates]
	c.Hide = append(slices.Clone(c.Hide), slices.Sorted(maps.Keys(c.Digest))...)
	c.Digest = nil
	return &c
}()

// in is the shape of a reply with a list of records, which must be there: an
// object without it says nothing, whoever sent it. Each is called something
// by somebody, and names have held secrets.
func in(list, kind string, s wire.Shape) *wire.Shape {
	s.Kind, s.JSON = kind, true
	s.Split.List = list
	s.Secrets = append(s.Secrets, "name")
	return &s
}

// whole is the shape of a reply that is one document.
func whole(kind string, s wire.Shape) *wire.Shape {
	s.Kind, s.JSON, s.Split = kind, true, wire.Split{Whole: true}
	return &s
}

// setsAt names lists without order: "path" of names, or "path:member" of things
// that are told apart by a member.
func setsAt(paths ...string) map[string]string {
	m := map[string]string{}
	for _, p := range paths {
		path, key, _ := strings.Cut(p, ":")
		m[path] = key
	}
	return m
}
