package awsfact

import (
	"fmt"
	"strings"

	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A uidScope is where a document came from.
type uidScope struct {
	partition string
	snapshot.Scope
}

// A naming says how things of one kind are told apart: by the ARN that AWS
// writes into the document, or by one that is built from their id.
type naming struct {
	arn   string // member with the ARN
	kind  string // of an EC2 resource, as its ARN spells it: "vpc"
	id    string // member with its id
	owner string // member with the account that owns it; else it is the account that was asked

	by func(wire.Value, uidScope) (uid, missing string) // where neither does

	name string // member with its name; else it is the tag Name
}

// Identify says what a freshly made document is about. What one account has
// shared with another belongs to its owner, whoever listed it.
func Identify(kind, partition string, scope snapshot.Scope, doc []byte, rd *wire.Reader) (uid, name string, err error) {
	v, err := rd.Read(doc)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", kind, err)
	}
	n, known := namings[kind]
	if !known {
		return "", "", fmt.Errorf("%q is not a kind of document that is read here", kind)
	}
	uid, missing := n.uid(v, uidScope{partition, scope})
	if missing != "" {
		return "", "", noMember(kind, missing)
	}
	return uid, n.called(v, scope), nil
}

// uid names the thing, or the member without which it has none.
func (n *naming) uid(v wire.Value, at uidScope) (uid, missing string) {
	switch {
	case n.by != nil:
		return n.by(v, at)
	case n.arn != "":
		return arnIn(v, n.arn)
	}
	id, ok := filled(v.Get(n.id))
	if !ok {
		return "", n.id
	}
	return ec2ARN(at.partition, at.Region, n.ownerOf(v, at), n.kind, id), ""
}

// ownerOf is the account in the ARN.
func (n *naming) ownerOf(v wire.Value, at uidScope) string {
	switch n.owner {
	case "":
		return at.Account
	case noOne:
		return ""
	}
	if owner, ok := filled(deep(v, n.owner)); ok {
		return owner
	}
	return at.Account
}

// noOne owns what is shared by its id alone: an image, a snapshot.
const noOne = "-"

// called is what its owner calls the thing.
func (n *naming) called(v wire.Value, scope snapshot.Scope) string {
	switch n.name {
	case "":
		return nameTag(v)
	case theRegion:
		return scope.Region
	case noOne:
		return ""
	}
	name, _ := deep(v, n.name).Text()
	return name
}

// theRegion names a thing of which a region has one.
const theRegion = "."

// deep follows a path of members: "PolicySummary/Arn".
func deep(v wire.Value, path string) wire.Value {
	for name := range strings.SplitSeq(path, "/") {
		v = v.Get(name)
	}
	return v
}

func arnIn(v wire.Value, path string) (uid, missing string) {
	uid, _ = deep(v, path).Text()
	if partitionOf(uid) == "" {
		return "", path
	}
	return uid, ""
}

// nameTag is the value of the tag Name, which EC2's console shows as the name.
func nameTag(v wire.Value) string {
	for _, tag := range v.Get("tagSet").Items() {
		if tag.Get("key").Is("Name") {
			name, _ := tag.Get("value").Text()
			return name
		}
	}
	return ""
}

func filled(v wire.Value) (string, bool) {
	s, ok := v.Text()
	return s, ok && s != ""
}

func noMember(kind, member string) error {
	return fmt.Errorf("a document of kind %s without %s", kind, member)
}
