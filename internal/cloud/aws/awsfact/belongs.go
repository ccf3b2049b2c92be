package awsfact

import (
	"fmt"
	"slices"
	"strings"

	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// Belongs finds fault with a resource that was read from a file: its document
// must be one of its call, and must be about what its uid and name say. What
// stands in a file may have been written by anybody.
func Belongs(r *snapshot.Resource, rd *wire.Reader) error {
	if !listed(r.Call, r.Kind) {
		return fmt.Errorf("%s does not list %s", r.Call, r.Kind)
	}
	partition := "aws"
	if p := partitionOf(r.UID); p != "" {
		partition = p
	}
	uid, name, err := Identify(r.Kind, partition, r.Scope, r.Doc, rd)
	switch {
	case err != nil:
		return err
	case partition != "aws" && !strings.HasPrefix(partition, "aws-"):
		return fmt.Errorf("%s is in no partition of AWS", r.UID)
	case uid != r.UID:
		return fmt.Errorf("the document of %s is about %s", r.UID, uid)
	case name != r.Name:
		return fmt.Errorf("%s is called %q, and its document says %q", r.UID, r.Name, name)
	}
	return nil
}

// listed says that a call lists things of a kind.
func listed(call, kind string) bool { return kind != "" && slices.Contains(kindsOf[call], kind) }

// kindsOf are the kinds that each call lists.
var kindsOf = func() map[string][]string {
	kinds := map[string][]string{}
	for question, s := range Shapes {
		call, _, _ := strings.Cut(question, " ")
		kinds[call] = append(kinds[call], s.Kind)
	}
	return kinds
}()
