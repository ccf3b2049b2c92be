package awsfact

import (
	"maps"
	"slices"
	"strings"

	"plumbline/internal/wire"
)

// Shapes says, by question, how a reply becomes documents. A question is a
// call, or a call and a subject of which the call has a class of its own:
// "iam:GetAccountAuthorizationDetails Role". Read it with ShapeOf.
//
// A list that is not named as a set keeps the order of the reply: where AWS
// promises one, or where it means something. Members that change while nothing
// changed (when something was last used, how many addresses are free) are
// dropped: they would be written anew in every scan, and no rule reads them.
var Shapes = func() map[string]*wire.Shape {
	all := map[string]*wire.Shape{}
	for _, some := range []map[string]*wire.Shape{
		instanceShapes, networkShapes, balancerShapes, templateShapes, besideShapes,
		identityShapes, organisationShapes, watchShapes, storageShapes,
	} {
		maps.Copy(all, some)
	}
	return all
}()

// ShapeOf is how the reply to a question becomes documents, nil if the question
// is not known. User data is told by its digest.
func ShapeOf(call, subject string) *wire.Shape {
	if s := Shapes[call+" "+subject]; s != nil {
		return s
	}
	return Shapes[call]
}

// ClosedShapeOf is the same where user data may not be read: what a template or
// a launch configuration starts its instances with is replaced unread.
func ClosedShapeOf(call, subject string) *wire.Shape {
	s := ShapeOf(call, subject)
	if closed := closedShapes[s]; closed != nil {
		return closed
	}
	return s
}

var closedShapes = func() map[*wire.Shape]*wire.Shape {
	closed := map[*wire.Shape]*wire.Shape{}
	for _, s := range Shapes {
		if len(s.Digest) == 0 {
			continue
		}
		c := *s
		c.Digest = nil
		c.Hide = slices.Concat(s.Hide, slices.Sorted(maps.Keys(s.Digest)))
		closed[s] = &c
	}
	return closed
}()

// label is how EC2 writes a tag, and labelIAM how the younger services do.
var (
	label    = wire.Pair{Name: "key", Value: "value"}
	labelIAM = wire.Pair{Name: "Key", Value: "Value"}
)

// listIn splits a page into the items of a list.
func listIn(name string) wire.Split { return wire.Split{List: name} }

// listIfAny is a list that may be left out where it is empty: what the model of
// the service does not mark as required. Replies with one have to bear further
// marks of AWS, see the collector.
func listIfAny(name string) wire.Split { return wire.Split{List: name, Optional: true} }

// wholeReply is a reply that is one document.
var wholeReply = wire.Split{Whole: true}

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

// tagged adds the tags that EC2 writes: those of the document, and those at
// further paths.
func tagged(s *wire.Shape, paths ...string) *wire.Shape {
	return labelled(s, "key", "value", label, append(paths, "tagSet")...)
}

// taggedIAM adds the tags that the query services write.
func taggedIAM(s *wire.Shape, paths ...string) *wire.Shape {
	return labelled(s, "Key", "Value", labelIAM, append(paths, "Tags")...)
}

func labelled(s *wire.Shape, key, value string, pair wire.Pair, paths ...string) *wire.Shape {
	if s.Sets == nil {
		s.Sets = map[string]string{}
	}
	if s.Named == nil {
		s.Named = map[string]wire.Pair{}
	}
	for _, p := range paths {
		s.Sets[p], s.Named[p] = key, pair
		s.Secrets = append(s.Secrets, p+"/"+key, p+"/"+value)
	}
	return s
}
