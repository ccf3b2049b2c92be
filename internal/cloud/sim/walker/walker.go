// Package walker walks single packets through a simulated region, hop by hop,
// and tells whether they arrive at an instance and are answered.
//
// It is as plain as can be: one packet, one list at a time, no sets, nothing
// remembered. It shares no code with anything but the types of package sim, so
// that what it says can be held against answers found in another way.
package walker

import (
	"net/netip"
	"strconv"

	"plumbline/internal/cloud/sim"
)

// The protocols with ports or types, by their IANA numbers.
const (
	ICMP  = 1
	TCP   = 6
	UDP   = 17
	ICMP6 = 58
)

// A Packet comes from the internet. Ports are those of TCP and UDP; Type and
// Code those of ICMP.
type Packet struct {
	From, To         netip.Addr
	FromPort, ToPort int
	Protocol         int
	Type, Code       int
}

// A Result is what became of a packet.
type Result struct {
	Arrived  bool
	Answered bool   // the answer found its way back to the sender
	Port     int    // of the instance, where it arrived
	Balancer bool   // a load balancer carried it
	Stopped  string // where the packet or its answer ended, "" if answered
}

// A walk is a packet on its way to one instance.
type walk struct {
	r   *sim.Region
	net *sim.Network
	i   *sim.Instance
	p   Packet
}

// Walk sends a packet towards an instance of a region.
func Walk(r *sim.Region, i *sim.Instance, p Packet) Result {
	w := &walk{r, r.Net, i, p}
	if i.State != "running" {
		return Result{Stopped: "the instance does not run"}
	}
	for k := range i.Interfaces {
		if owns(&i.Interfaces[k], p.To) {
			return w.direct(&i.Interfaces[k])
		}
	}
	for _, n := range r.Net.Interfaces {
		if n.Association != nil && n.Association.PublicIp == p.To.String() || n.Ipv6Address == p.To.String() {
			return w.balanced(n)
		}
	}
	return Result{Stopped: "nobody has the address"}
}

// owns says that a public address is one of the interface's.
func owns(n *sim.Interface, to netip.Addr) bool {
	if n.Public == to.String() {
		return true
	}
	for _, s := range n.Secondary {
		if s.Public == to.String() {
			return true
		}
	}
	for _, a := range n.Sixes() {
		if a == to.String() && global(to) {
			return true
		}
	}
	for _, p := range n.Prefixes {
		if netip.MustParsePrefix(p).Contains(to) {
			return true
		}
	}
	return false
}

// global says that an IPv6 address is one of the public internet.
func global(a netip.Addr) bool { return netip.MustParsePrefix("2000::/3").Contains(a) }

// direct walks to an interface of the instance and back.
func (w *walk) direct(n *sim.Interface) Result {
	groups := names(n.Groups)
	if n.DenyAllIGW {
		return Result{Stopped: "the interface refuses all internet gateways"}
	}
	if stop := w.enter(n.Subnet); stop != "" {
		return Result{Stopped: stop}
	}
	if !w.admitted(groups, w.p.From, nil, w.p.ToPort) {
		return Result{Stopped: "security groups"}
	}
	return w.leave(Result{Arrived: true, Port: w.p.ToPort}, n.Subnet)
}

func names(groups []sim.Group) []string {
	var out []string
	for _, g := range groups {
		out = append(out, g.ID)
	}
	return out
}

// enter brings the packet from the internet into a subnet, "" if it gets in.
func (w *walk) enter(subnet string) string {
	s := w.subnet(subnet)
	if s == nil {
		return "no subnet " + subnet
	}
	if w.attached(s.VpcId) == "" {
		return "no internet gateway"
	}
	if w.blocked(s) {
		return "public access is blocked"
	}
	if !w.passes(subnet, false, w.p.From, w.p.ToPort, w.p.Type, w.p.Code) {
		return "network ACL, inbound"
	}
	return ""
}

// leave brings the answer from a subnet back to the internet.
func (w *walk) leave(r Result, subnet string) Result {
	kind := answerType(w.p)
	if !w.passes(subnet, true, w.p.From, w.p.FromPort, kind, 0) {
		r.Stopped = "network ACL, outbound"
		return r
	}
	route := w.route(subnet, w.p.From)
	if route == nil || route.State != "active" || route.GatewayId == "" || route.GatewayId != w.attached(w.subnet(subnet).VpcId) {
		r.Stopped = "no route back"
		return r
	}
	r.Answered = true
	return r
}

// answerType is the type of an ICMP answer: an echo reply to an echo request.
func answerType(p Packet) int {
	switch {
	case p.Protocol == ICMP && p.Type == 8:
		return 0
	case p.Protocol == ICMP6 && p.Type == 128:
		return 129
	default:
		return p.Type
	}
}

func (w *walk) subnet(id string) *sim.Subnet {
	for _, s := range w.net.Subnets {
		if s.SubnetId == id {
			return s
		}
	}
	return nil
}

// attached is the id of the internet gateway of a VPC, "" if there is none.
func (w *walk) attached(vpc string) string {
	for _, g := range w.net.InternetGateways {
		for _, a := range g.Attachments {
			if a.VpcId == vpc && (a.State == "available" || a.State == "attached") {
				return g.InternetGatewayId
			}
		}
	}
	return ""
}

// blocked asks the region's setting, and the exclusions of subnet and VPC.
func (w *walk) blocked(s *sim.Subnet) bool {
	if w.net.BlockPublicAccess.InternetGatewayBlockMode == "off" {
		return false
	}
	for _, x := range w.net.Exclusions {
		switch x.State {
		case "create-in-progress", "create-failed", "delete-complete", "disable-complete":
			continue
		}
		mine := x.ResourceArn == s.SubnetArn || x.ResourceArn == "arn:aws:ec2:"+w.r.Name+":"+w.r.Account+":vpc/"+s.VpcId
		if mine && x.InternetGatewayExclusionMode == "allow-bidirectional" {
			return false
		}
	}
	return true
}

// route finds the route of a subnet that fits an address best.
func (w *walk) route(subnet string, to netip.Addr) *sim.Route {
	t := w.table(subnet)
	if t == nil {
		return nil
	}
	var best *sim.Route
	longest := -1
	for k := range t.Routes {
		for _, b := range w.destinations(&t.Routes[k]) {
			p := netip.MustParsePrefix(b)
			if p.Contains(to) && p.Bits() > longest {
				best, longest = &t.Routes[k], p.Bits()
			}
		}
	}
	return best
}

// table is the subnet's own route table, or else the main one of its VPC.
func (w *walk) table(subnet string) *sim.RouteTable {
	for _, t := range w.net.RouteTables {
		for _, a := range t.Associations {
			if a.SubnetId == subnet {
				return t
			}
		}
	}
	for _, t := range w.net.RouteTables {
		for _, a := range t.Associations {
			if a.Main && t.VpcId == w.subnet(subnet).VpcId {
				return t
			}
		}
	}
	return nil
}

func (w *walk) destinations(r *sim.Route) []string {
	switch {
	case r.DestinationCidrBlock != "":
		return []string{r.DestinationCidrBlock}
	case r.DestinationIpv6CidrBlock != "":
		return []string{r.DestinationIpv6CidrBlock}
	default:
		return w.list(r.DestinationPrefixListId)
	}
}

// list are the blocks of a prefix list.
func (w *walk) list(id string) []string {
	var out []string
	for _, l := range w.net.PrefixLists {
		if l.PrefixListId == id {
			for _, e := range l.Entries {
				out = append(out, e.Cidr)
			}
		}
	}
	return out
}

// passes asks the network ACL of a subnet: the entry with the lowest number
// that fits decides.
func (w *walk) passes(subnet string, egress bool, other netip.Addr, port, kind, code int) bool {
	var best *sim.ACLEntry
	for _, a := range w.net.ACLs {
		for _, x := range a.Associations {
			if x.SubnetId != subnet {
				continue
			}
			for k := range a.Entries {
				e := &a.Entries[k]
				if e.Egress == egress && w.fits(e, other, port, kind, code) && (best == nil || e.RuleNumber < best.RuleNumber) {
					best = e
				}
			}
		}
	}
	return best != nil && best.RuleAction == "allow"
}

func (w *walk) fits(e *sim.ACLEntry, other netip.Addr, port, kind, code int) bool {
	if !netip.MustParsePrefix(e.CidrBlock + e.Ipv6CidrBlock).Contains(other) {
		return false
	}
	if e.Protocol == "-1" {
		return true
	}
	if e.Protocol != strconv.Itoa(w.p.Protocol) {
		return false
	}
	if e.PortRange != nil && (port < e.PortRange.From || port > e.PortRange.To) {
		return false
	}
	if e.IcmpTypeCode != nil && (e.IcmpTypeCode.Type != -1 && e.IcmpTypeCode.Type != kind || e.IcmpTypeCode.Code != -1 && e.IcmpTypeCode.Code != code) {
		return false
	}
	return true
}

// admitted asks the groups of an interface: one permission that fits is
// enough. The sender is an address, and the groups its interface wears.
func (w *walk) admitted(groups []string, from netip.Addr, wears []string, port int) bool {
	for _, g := range w.net.SecurityGroups {
		for _, id := range groups {
			if g.GroupId != id {
				continue
			}
			for k := range g.IpPermissions {
				if w.permits(&g.IpPermissions[k], from, wears, port) {
					return true
				}
			}
		}
	}
	return false
}

func (w *walk) permits(p *sim.Permission, from netip.Addr, wears []string, port int) bool {
	return w.speaks(p, port) && w.comesFrom(p, from, wears)
}

func (w *walk) speaks(p *sim.Permission, port int) bool {
	number := map[string]int{"tcp": TCP, "udp": UDP, "icmp": ICMP, "icmpv6": ICMP6}
	n, ok := number[p.IpProtocol]
	if !ok {
		var err error
		if n, err = strconv.Atoi(p.IpProtocol); err != nil {
			return false // a protocol of no known name: nothing known passes
		}
	}
	switch {
	case n == -1:
		return true
	case n != w.p.Protocol:
		return false
	case n == TCP || n == UDP:
		return p.FromPort != nil && *p.FromPort <= port && port <= *p.ToPort
	case n == ICMP || n == ICMP6:
		return p.FromPort == nil || (*p.FromPort == -1 || *p.FromPort == w.p.Type) && (*p.ToPort == -1 || *p.ToPort == w.p.Code)
	default:
		return true
	}
}

func (w *walk) comesFrom(p *sim.Permission, from netip.Addr, wears []string) bool {
	var blocks []string
	for _, r := range p.IpRanges {
		blocks = append(blocks, r.CidrIp)
	}
	for _, r := range p.Ipv6Ranges {
		blocks = append(blocks, r.CidrIpv6)
	}
	for _, r := range p.PrefixListIds {
		blocks = append(blocks, w.list(r.PrefixListId)...)
	}
	for _, b := range blocks {
		if netip.MustParsePrefix(b).Contains(from) {
			return true
		}
	}
	for _, r := range p.UserIdGroupPairs {
		for _, g := range wears {
			if r.GroupId == g {
				return true
			}
		}
	}
	return false
}
