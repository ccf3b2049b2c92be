package main

import (
	"slices"

	"plumbline/internal/cloud/sim"
)

// aboutRegions says how the regions are watched, what they treat disks with,
// and whether they block public access.
func (a *answers) aboutRegions(c *stage) {
	e, acct := c.estate, c.account()
	watch := map[string]sim.WatchExpectation{}
	for _, x := range e.ExpectedWatch() {
		watch[x.UID] = x
	}
	for _, r := range acct.Regions {
		uid := e.RegionUID(acct.ID, r.Name)
		a.there("account_region", uid)
		if !r.Enabled() {
			continue // nothing there is judged
		}
		x := watch[uid]
		a.well("AWS-LOG-004", uid, x.Detector)
		a.well("AWS-LOG-006", uid, x.MetaAlarm)
		a.well("AWS-LOG-007", uid, x.Analyzer)
		a.well("AWS-LOG-008", uid, x.Recorder && x.Case != "watched by halves") // whose recorder cannot deliver
		a.kept(uid, r)
		a.blocked(uid, r)
	}
}

// kept says how disks are treated and what is made of them.
func (a *answers) kept(uid string, r *sim.Region) {
	s := r.Storage()
	public := slices.ContainsFunc(r.Net.Snapshots, func(s *sim.Snapshot) bool { return s.Public })
	a.well("AWS-DATA-003", uid, s.SnapshotBlock == "block-all-sharing" || s.SnapshotBlock == "block-new-sharing" && !public)
	a.well("AWS-DATA-004", uid, s.EncryptionByDefault && len(r.Net.Volumes) == 0)
	switch r.Watch().Case {
	case "watched":
		a.well("AWS-DATA-006", uid, true)
	case "everything switched off", "watched by halves":
		a.well("AWS-DATA-006", uid, false)
	}
}

// blocked says whether public access is. Every region leads to the internet
// but the one without a network.
func (a *answers) blocked(uid string, r *sim.Region) {
	leads := isTrue(r.Name != sim.QuietRegion || len(r.Net.VPCs) > 0)
	if r.Refused("DescribeRouteTables") {
		leads = sim.Uncertain
	}
	blocks := isTrue(r.Net.BlockPublicAccess.InternetGatewayBlockMode != "off")
	if r.Refused("DescribeVpcBlockPublicAccessOptions") {
		blocks = sim.Uncertain
	}
	a.judge("AWS-NET-012", uid, oneTrue(blocks, untrue(leads)), blocks)
}
