package ibmfact

import (
	"fmt"
	"slices"

	"plumbline/internal/house"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// Belongs finds fault with a resource that was read from a file: its document
// must be one of its call, and must be about what its uid and name say. What
// stands in a file may have been written by anybody.
func Belongs(r *snapshot.Resource, rd *wire.Reader) error {
	if ours, err := house.Belongs(r); ours {
		return err
	}
	if s := Shapes[r.Call]; s == nil || r.Kind == "" || s.Kind != r.Kind {
		return fmt.Errorf("%s does not list %s", r.Call, r.Kind)
	}
	uid, name, err := Identify(r.Kind, r.Scope, r.Doc, rd)
	switch {
	case err != nil:
		return err
	case uid != r.UID:
		return fmt.Errorf("the document of %s is about %s", r.UID, uid)
	case name != r.Name:
		return fmt.Errorf("%s is called %q, and its document says %q", r.UID, r.Name, name)
	case slices.Contains(BesideCalls, r.Call) && r.Region == snapshot.Global:
		return fmt.Errorf("%s stands beside a workload, and in no region", r.UID)
	}
	return nil
}
