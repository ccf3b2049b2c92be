package main

import (
	"slices"
	"strings"

	"plumbline/internal/cloud/sim"
)

// networks are answered for by the names that the generator gave them. The
// first ordinary VPC of a region is recorded, and so are the two that an estate
// is furnished with, one of them by halves.
func (a *answers) networks(c *stage) {
	acct := c.account()
	for _, r := range acct.Regions {
		if !r.Enabled() {
			continue
		}
		arn := func(kind, id string) string { return "arn:aws:ec2:" + r.Name + ":" + acct.ID + ":" + kind + "/" + id }
		subnets := map[string]bool{}
		for _, s := range r.Net.Subnets {
			subnets[s.VpcId] = true
			uid := arn("subnet", s.SubnetId)
			a.there("network", uid)
			a.well("AWS-NET-007", uid, !strings.HasPrefix(nameOf(s.Tags), "main-") || !strings.Contains(nameOf(s.Tags), "-public-"))
		}
		for _, v := range r.Net.VPCs {
			uid, name := arn("vpc", v.VpcId), nameOf(v.Tags)
			a.there("network", uid)
			recorded := name == "main-1" || name == sim.ClosedVPC
			a.judge("AWS-LOG-003", uid, isTrue(name != sim.RefusedOnlyVPC), isTrue(recorded))
			a.judge("AWS-LOG-009", uid, isTrue(recorded || name == sim.RefusedOnlyVPC), isTrue(recorded))
			a.judge("AWS-NET-013", uid, isTrue(subnets[v.VpcId]), isTrue(name == sim.ClosedVPC))
		}
		for _, v := range r.Net.VPNConnections {
			a.there("network", arn("vpn-connection", v.VpnConnectionId))
			a.well("AWS-NET-014", arn("vpn-connection", v.VpnConnectionId), false) // one of each has a tunnel down
		}
		for _, v := range r.Net.ClientVPNs {
			a.there("network", arn("client-vpn-endpoint", v.ClientVpnEndpointId))
			a.well("AWS-NET-014", arn("client-vpn-endpoint", v.ClientVpnEndpointId), true) // all are logged
		}
	}
}

func nameOf(tags []sim.Tag) string {
	for _, t := range tags {
		if t.Key == "Name" {
			return t.Value
		}
	}
	return ""
}

// gates are answered for by the VPC that they belong to: each VPC is born with
// a group that admits itself and a list that admits all, but for the closed
// one. A list that a scene writes is the scene's to tell.
func (a *answers) gates(c *stage) {
	acct := c.account()
	for _, r := range acct.Regions {
		if !r.Enabled() {
			continue
		}
		arn := func(kind, id string) string { return "arn:aws:ec2:" + r.Name + ":" + acct.ID + ":" + kind + "/" + id }
		closed, scenes := map[string]bool{}, map[string]*sim.Scene{}
		for _, v := range r.Net.VPCs {
			closed[v.VpcId] = nameOf(v.Tags) == sim.ClosedVPC
		}
		for n := range r.Len() {
			i := r.Instance(n)
			scenes[i.VPC] = i.Scene
		}
		for _, g := range r.Net.SecurityGroups {
			if r.Refused("DescribeSecurityGroups") {
				break
			}
			uid := arn("security-group", g.GroupId)
			a.there("gate", uid)
			if g.GroupName == "default" {
				a.well("AWS-NET-009", uid, closed[g.VpcId])
			}
		}
		for _, l := range r.Net.ACLs {
			if r.Refused("DescribeNetworkAcls") {
				break
			}
			uid, used := arn("network-acl", l.NetworkAclId), isTrue(len(l.Associations) > 0)
			a.there("gate", uid)
			if l.IsDefault {
				a.judge("AWS-NET-016", uid, used, isTrue(closed[l.VpcId]))
			} else {
				a.judge("AWS-NET-008", uid, used, isTrue(scenes[l.VpcId].KeepsOut()))
			}
		}
	}
}

// roles are answered for by the cases that they were made for.
func (a *answers) roles(c *stage) {
	acct := c.account()
	for _, u := range acct.IAM.Users {
		a.there("principal", "arn:aws:iam::"+acct.ID+":user"+u.Path+u.Name)
	}
	held := func(role string) bool {
		return slices.ContainsFunc(acct.IAM.Profiles, func(p sim.Profile) bool { return p.Role == role })
	}
	for _, r := range acct.IAM.Roles {
		uid := "arn:aws:iam::" + acct.ID + ":role" + r.Path + r.Name
		a.there("principal", uid)
		x, made := acct.CaseOf(r.Name)
		if !made || !held(r.Name) {
			own := isTrue(!strings.HasPrefix(r.Path, "/aws-service-role/"))
			a.judge("AWS-IAM-006", uid, own, isTrue(r.Name != sim.LongSessions))
			continue
		}
		is := func(levels ...string) string {
			if x.Level == sim.UnknownPower {
				return sim.Uncertain
			}
			return isTrue(slices.Contains(levels, x.Level))
		}
		known := func(what bool) string {
			if x.Level == sim.UnknownPower {
				return sim.Uncertain // what cannot be read may hold the denial
			}
			return isTrue(what)
		}
		a.judge("AWS-IAM-001", uid, sim.Yes, untrue(is("admin")))
		a.judge("AWS-IAM-002", uid, sim.Yes, untrue(is("escalation")))
		a.judge("AWS-IAM-003", uid, sim.Yes, untrue(x.WholeServices()))
		a.judge("AWS-IAM-008", uid, sim.Yes, isTrue(!x.Broad))
		a.judge("AWS-IAM-012", uid, is("admin", "escalation", "write"), known(x.Perimeter))
		a.judge("AWS-IMDS-012", uid, sim.Yes, oneTrue(known(x.DeniesV1), isTrue(acct.OrgCase == "v1 denied")))
	}
}
