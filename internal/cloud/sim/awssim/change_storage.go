package awssim

import (
	"net/url"

	"plumbline/internal/cloud/sim"
)

// storageChanges take back what those of storageOps do.
var storageChanges = map[string]queryOp{
	ec2 + "DisableEbsEncryptionByDefault":    (*Server).plainByDefault,
	ec2 + "DisableSnapshotBlockPublicAccess": (*Server).unblockSnapshots,
}

func (s *Server) plainByDefault(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun"); no != nil {
		return nil, no
	}
	c.region.SetStorage(func(x *sim.Storage) { x.EncryptionByDefault = false })
	return c.fields(q, "ebsEncryptionByDefault", "false")
}

func (s *Server) unblockSnapshots(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun"); no != nil {
		return nil, no
	}
	c.region.SetStorage(func(x *sim.Storage) { x.SnapshotBlock = "unblocked" })
	return c.fields(q, "state", "unblocked")
}
