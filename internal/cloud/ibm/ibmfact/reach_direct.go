package ibmfact

import (
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// A stand is where packets arrive and what guards the place.
type stand struct {
	subnet, vpc, zone string
	groups            []string // security groups, by id
	ungrouped         *hole    // why there may be others
	own               reach.Addrs
	peers             []string // groups of a load balancer that the packets come from
	near              bool     // they come from the same subnet, whose ACL they do not cross
}

// subnetGates takes packets through the gates of a subnet: the ACL inwards, what
// is behind it, the ACL outwards for the replies.
func (a *terrain) subnetGates(p *passage, at *stand, inner func()) {
	if at.near {
		inner()
		return
	}
	x, h := a.aclAt(at.subnet)
	if h != nil {
		p.filter("network_acl_in", "", h.sieve(), h.origin, "")
		inner()
		p.replies("network_acl_out", "", h.sieve(), h.origin, "")
		return
	}
	p.filter("network_acl_in", x.id, a.aclLets(x, false, at.own), x.s.from, "/rules")
	inner()
	p.replies("network_acl_out", x.id, a.aclLets(x, true, at.own), x.s.from, "/rules")
}

// guarded takes packets to an interface: through its subnet's ACL and what its
// groups let in.
func (a *terrain) guarded(p *passage, at *stand) {
	a.subnetGates(p, at, func() {
		v, doc := a.groupsLet(at.groups, at.ungrouped, false, at.own, at.peers)
		p.filter("security_group", spelled(at.groups), v, doc, "/rules")
	})
}

// routed takes the replies past the subnet's routing table.
func (a *terrain) routed(p *passage, at *stand) {
	t, h := a.tableAt(at.subnet)
	if h == nil {
		h = a.hole(CallRoutes, t.uid)
	}
	if h != nil {
		p.replies("route", "", h.sieve(), h.origin, "")
		return
	}
	p.replies("route", t.id, t.replies(at.zone), t.s.from, "/routes")
}

// detour is what may stand in front of a floating IP: a table that routes what
// comes from the internet, with a route for the address that does not leave it to
// the system. Whether such a route is asked before the address is translated is
// not documented, so that nothing is certain then.
func (a *terrain) detour(p *passage, at *stand, address reach.Addrs) {
	in := a.ingress(at.vpc)
	for _, t := range in.tables {
		for _, s := range t.decide(at.zone, address.Union(at.own)) {
			if s.route == nil || s.route.action == "delegate" || s.may.Empty() {
				continue
			}
			why := s.route.s.why(snapshot.NotCollected, "what becomes of it at the route "+s.route.id)
			p.pass("route", t.id, "a route for what comes from the internet may take it elsewhere", (&hole{why, s.route.s.from}).sieve(), s.route.s.from, "/destination")
			return
		}
	}
	if h := in.hole; h != nil {
		p.pass("route", "", "whether a route takes elsewhere what comes from the internet is not known: "+reasonText(h.why), h.sieve(), h.origin, "")
	}
}
