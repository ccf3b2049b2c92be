package awsfact

import (
	"fmt"
	"strings"

	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// Belongs finds fault with a resource that was read from a file: its document
// must be one of its call, and must be about what its uid and name say. What
// stands in a file may have been written by anybody.
func Belongs(r *snapshot.Resource, rd *wire.Reader) error {
	if s := Shapes[r.Call]; s == nil || s.Kind != r.Kind {
		return fmt.Errorf("%s does not list %s", r.Call, r.Kind)
	}
	partition := "aws"
	if rest, ok := strings.CutPrefix(r.UID, "arn:"); ok && r.Kind == KindInstance {
		partition, _, _ = strings.Cut(rest, ":")
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
