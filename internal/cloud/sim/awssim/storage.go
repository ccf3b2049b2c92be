package awssim

import (
	"net/url"
	"slices"

	"plumbline/internal/cloud/sim"
)

// storageOps are the calls of EC2 that change how a region treats disks.
var storageOps = map[string]queryOp{
	ec2 + "EnableEbsEncryptionByDefault":    (*Server).encryptByDefault,
	ec2 + "EnableSnapshotBlockPublicAccess": (*Server).blockSnapshots,
}

func (s *Server) encryptByDefault(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun"); no != nil {
		return nil, no
	}
	c.region.SetStorage(func(x *sim.Storage) { x.EncryptionByDefault = true })
	p := c.reply("EnableEbsEncryptionByDefaultResponse", 256)
	p.text("ebsEncryptionByDefault", "true")
	return p.finish(), nil
}

func (s *Server) blockSnapshots(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "State"); no != nil {
		return nil, no
	}
	state := q.Get("State")
	if !slices.Contains([]string{"block-all-sharing", "block-new-sharing"}, state) {
		return nil, badRequest("InvalidParameterValue", "Value ("+state+") for parameter State is invalid.")
	}
	c.region.SetStorage(func(x *sim.Storage) { x.SnapshotBlock = state })
	p := c.reply("EnableSnapshotBlockPublicAccessResponse", 256)
	p.text("state", state)
	return p.finish(), nil
}
