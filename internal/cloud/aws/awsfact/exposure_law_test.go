package awsfact_test

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// What networks are drawn from: blocks and ports that touch each other's borders.
var (
	drawnBlocks    = []string{"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "203.0.113.0/24", "203.0.113.128/25", "198.51.100.7/32", "10.0.0.0/8", "::/0", "2000::/3", "2001:db8::/32", "fd00::/8"}
	drawnPorts     = []string{"0-65535", "22-22", "22-23", "443-443", "1-22", "1024-65535"}
	drawnProtocols = []string{"6", "17", "-1", "47"}

	triedPorts     = []uint16{0, 1, 21, 22, 23, 24, 443, 1023, 1024, 65535}
	triedClients   = []uint16{1, 22, 443, 1023, 1024, 40000, 65535}
	triedProtocols = []uint16{6, 17, 47, 50}
	triedSources   = []string{"0.0.0.1", "10.1.2.3", "1.2.3.4", "198.51.100.6", "198.51.100.7", "203.0.113.1", "203.0.113.129", "223.255.255.255", "2001:db8::1", "2600::1", "2600:1f18::5", "fd00::9", "3fff:ffff::1"}
)

func drawFrom(t *rapid.T, from []string) string { return rapid.SampledFrom(from).Draw(t, "of") }

func drawPerms(t *rapid.T) (ps []string) {
	for range rapid.IntRange(0, 3).Draw(t, "rules") {
		proto, ports := drawFrom(t, drawnProtocols), drawFrom(t, drawnPorts)
		if proto == "-1" || proto == "47" {
			ports = "*"
		}
		p := proto + " " + ports
		for range rapid.IntRange(1, 2).Draw(t, "peers") {
			p += " " + drawFrom(t, append([]string{"sg-1", "pl-1"}, drawnBlocks...))
		}
		ps = append(ps, p)
	}
	return ps
}

func drawEntries(t *rapid.T) (es []doc) {
	for i := range rapid.IntRange(1, 6).Draw(t, "entries") {
		proto, ports := drawFrom(t, drawnProtocols), drawFrom(t, drawnPorts)
		if proto == "-1" || proto == "47" {
			ports = "-"
		}
		es = append(es, entry(10*rapid.IntRange(1, 9).Draw(t, "number")+i, rapid.Bool().Draw(t, "out"), drawFrom(t, []string{"allow", "allow", "deny"})+" "+proto+" "+ports+" "+drawFrom(t, drawnBlocks)))
	}
	if rapid.Bool().Draw(t, "and the rest") {
		es = append(es, in(200, "allow -1 - 0.0.0.0/0"), out(200, "allow -1 - 0.0.0.0/0"), in(201, "allow -1 - ::/0"), out(201, "allow -1 - ::/0"))
	}
	return es
}

func drawScene(t *rapid.T) *scene {
	s := newScene(sg("sg-1", drawPerms(t)...), sg("sg-2", drawPerms(t)...))
	s.nics[0] = nic("eni-0", "subnet-a", "sg-1 sg-2", drawFrom(t, []string{"203.0.113.10", "203.0.113.10", ""}), drawFrom(t, []string{"2600:1f18::10", ""}))
	listOf("pl-1", drawFrom(t, drawnBlocks))(s)
	if rapid.Bool().Draw(t, "a list of its own") {
		s.acl = acl("acl-1", "subnet-a subnet-b", drawEntries(t)...)
	}
	if rapid.Bool().Draw(t, "routes of its own") {
		var rs []doc
		for i := range rapid.IntRange(0, 3).Draw(t, "routes") {
			dest := drawnBlocks[(rapid.IntRange(0, len(drawnBlocks)-1).Draw(t, "dest")+i)%len(drawnBlocks)]
			if !slices.ContainsFunc(rs, func(r doc) bool { return r["destinationCidrBlock"] == dest || r["destinationIpv6CidrBlock"] == dest }) {
				rs = append(rs, route(dest, drawFrom(t, []string{"igw-1", "igw-1", "nat-1", "vgw-1"}), "state", drawFrom(t, []string{"active", "active", "blackhole"})))
			}
		}
		s.add(awsfact.KindRouteTable, subnetTable(rs...))
	}
	s.block["internetGatewayBlockMode"] = drawFrom(t, []string{"off", "off", "block-ingress", "block-bidirectional"})
	if rapid.Bool().Draw(t, "excluded") {
		s.add(awsfact.KindBlockExclusion, excluded(drawFrom(t, []string{"vpc/vpc-1", "subnet/subnet-a", "subnet/subnet-b"}), drawFrom(t, []string{"allow-bidirectional", "allow-egress"}), drawFrom(t, []string{"create-complete", "update-complete", "delete-complete"})))
	}
	s.beside[0]["denyAllIgwTraffic"] = drawFrom(t, []string{"false", "false", "true"})
	if rapid.Bool().Draw(t, "behind a load balancer") {
		public := s.nics[0]
		balanced(drawFrom(t, []string{"application", "network"}), "TCP", "443", "22")(s)
		s.more[awsfact.KindGroup] = append(s.more[awsfact.KindGroup], sg("sg-lb", drawPerms(t)...))
		s.nics[0] = public
	}
	return s
}

// A walker tries one packet on the documents. It shares nothing with what it
// tests.
type walker struct{ s *scene }

func matches(cidr any, a netip.Addr) bool {
	text, ok := cidr.(string)
	return ok && netip.MustParsePrefix(text).Contains(a)
}

func between(r doc, from, to string, n uint16) bool {
	if r == nil || r[from] == nil {
		return true
	}
	lo, _ := strconv.Atoi(r[from].(string))
	hi, _ := strconv.Atoi(r[to].(string))
	return lo <= int(n) && int(n) <= hi
}

func protocolIs(word any, n uint16) bool {
	return word == "-1" || word == strconv.Itoa(int(n))
}

func (w walker) arrives(p reach.Packet) bool {
	return w.isInternet(p.Source) && w.admitted() && w.routed(p.Source) && w.listed(p.Protocol, p.Port, p.Source, false) && w.grouped(p) &&
		(p.Protocol != 6 || w.listed(p.Protocol, p.Client, p.Source, true))
}

func (w walker) isInternet(a netip.Addr) bool {
	for _, b := range []string{"0.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"} {
		if matches(b, a) {
			return false
		}
	}
	return a.Is4() || matches("2000::/3", a)
}

func (w walker) admitted() bool {
	if w.s.block["internetGatewayBlockMode"] == "off" {
		return true
	}
	for _, e := range w.s.more[awsfact.KindBlockExclusion] {
		arn := e["resourceArn"].(string)
		if (strings.HasSuffix(arn, "/vpc-1") || strings.HasSuffix(arn, "/subnet-a")) && e["internetGatewayExclusionMode"] == "allow-bidirectional" && e["state"] != "delete-complete" {
			return true
		}
	}
	return false
}

func (w walker) routed(a netip.Addr) bool {
	table := w.s.main
	for _, t := range w.s.more[awsfact.KindRouteTable] {
		table = t
	}
	longest, leads := -1, false
	for _, x := range table["routeSet"].(list) {
		r := x.(doc)
		dest, ok := r["destinationCidrBlock"].(string)
		if !ok {
			dest = r["destinationIpv6CidrBlock"].(string)
		}
		if p := netip.MustParsePrefix(dest); p.Contains(a) && p.Bits() > longest {
			longest, leads = p.Bits(), r["gatewayId"] == "igw-1" && r["state"] == "active"
		}
	}
	return leads
}

func (w walker) listed(protocol, port uint16, a netip.Addr, egress bool) bool {
	var es []doc
	for _, x := range w.s.acl["entrySet"].(list) {
		es = append(es, x.(doc))
	}
	number := func(e doc) int { n, _ := strconv.Atoi(e["ruleNumber"].(string)); return n }
	slices.SortFunc(es, func(x, y doc) int { return cmp.Compare(number(x), number(y)) })
	for _, e := range es {
		ports, _ := e["portRange"].(doc)
		if e["egress"] == strconv.FormatBool(egress) && protocolIs(e["protocol"], protocol) && between(ports, "from", "to", port) &&
			(matches(e["cidrBlock"], a) || matches(e["ipv6CidrBlock"], a)) {
			return e["ruleAction"] == "allow"
		}
	}
	return false
}

func (w walker) grouped(p reach.Packet) bool {
	for _, g := range w.s.more[awsfact.KindGroup] {
		if g["groupId"] == "sg-lb" {
			continue
		}
		for _, x := range g["ipPermissions"].(list) {
			r := x.(doc)
			if protocolIs(r["ipProtocol"], p.Protocol) && between(r, "fromPort", "toPort", p.Port) && w.peered(r, p.Source) {
				return true
			}
		}
	}
	return false
}

func (w walker) peered(r doc, a netip.Addr) bool {
	for _, l := range []string{"ipRanges", "ipv6Ranges", "prefixListIds"} {
		for _, x := range r[l].(list) {
			d := x.(doc)
			if matches(d["cidrIp"], a) || matches(d["cidrIpv6"], a) {
				return true
			}
			if d["prefixListId"] != nil && matches(w.s.more[awsfact.KindPrefixEntry][0]["cidr"], a) {
				return true
			}
		}
	}
	return false
}

func inwards(c *snapshot.Context, family string) reach.Both {
	return awsfact.Inwards(c, here, "subnet-a", "vpc-1", "sg-1 sg-2", family)
}

// TestEveryPacketArrivesOrNot tries packets one by one on generated networks, of
// which everything is known.
func TestEveryPacketArrivesOrNot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScene(rt)
		w := walker{s}
		c := s.context(t)
		both := map[bool]reach.Both{true: inwards(c, reach.IPv4), false: inwards(c, reach.IPv6)}
		for _, text := range triedSources {
			a := netip.MustParseAddr(text)
			got := both[a.Is4()]
			for _, protocol := range triedProtocols {
				for _, port := range triedPorts {
					for _, client := range triedClients {
						p := reach.Packet{Protocol: protocol, Port: port, Client: client, Source: a}
						if protocol == 47 || protocol == 50 {
							p.Port, p.Client = 0, 1
						}
						if want := w.arrives(p); got.Must.Has(p) != want || got.May.Has(p) != want {
							rt.Fatalf("%+v: want %v, got must %v and may %v", p, want, got.Must.Has(p), got.May.Has(p))
						}
					}
				}
			}
		}
	})
}

// TestNotKnowingAnAnswerNeverReverses hides the answers to each call in turn. What
// is still certain is true, and what is true may still be.
func TestNotKnowingAnAnswerNeverReverses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScene(rt)
		s.state = drawFrom(rt, []string{"running", "running", "stopped"})
		c := s.context(t)
		full := s.exposed(t, c)
		all := map[string]reach.Both{reach.IPv4: inwards(c, reach.IPv4), reach.IPv6: inwards(c, reach.IPv6)}
		subjects := s.subjects()
		for range 4 {
			call := drawFrom(rt, slices.Sorted(maps.Keys(subjects)))
			s.refused = []string{call + " " + drawFrom(rt, subjects[call])}
			c := s.context(t)
			less := s.exposed(t, c)
			never(rt, call, "internet", full.Internet, less.Internet)
			never(rt, call, "reached", full.Reached, less.Reached)
			never(rt, call, "latent", full.Latent, less.Latent)
			never(rt, call, "public", full.Public, less.Public)
			certainly(rt, call, full, less)
			for family, known := range all {
				got := inwards(c, family)
				if !known.Must.Covers(got.Must) || !got.May.Covers(known.May) {
					rt.Fatalf("without %s: what is certain must be true, and what is true possible", s.refused)
				}
			}
		}
	})
}

// never: what is known with less is what is known with more.
func never[T comparable](t *rapid.T, call, what string, full, less fact.Of[T]) {
	got, known := less.Get()
	if want, ok := full.Get(); known && (!ok || got != want) {
		t.Fatalf("without %s, %s is %v; with it %s", call, what, got, word(full))
	}
}

// certainly: each port that is certainly open to anybody with less is so with
// more, and each that is so with more may be so with less.
func certainly(t *rapid.T, call string, full, less *estate.Exposure) {
	for _, o := range less.Open.Items() {
		if is, known := o.AnySource.Get(); known && is && worded(o) && !opens(full, o, true) {
			t.Fatalf("without %s it is certain that %s %d-%d is open", call, o.Protocol, o.From, o.To)
		}
	}
	for _, o := range full.Open.Items() {
		if is, known := o.AnySource.Get(); known && is && worded(o) && !opens(less, o, false) {
			t.Fatalf("without %s it is certain that %s %d-%d is not open:\n%s\n%s", call, o.Protocol, o.From, o.To, inWords(full), inWords(less))
		}
	}
}

// worded says that an opening is of a protocol with a word: the numbers of others
// are told together.
func worded(o estate.Opening) bool {
	return slices.Contains([]string{"tcp", "udp", "icmp"}, o.Protocol)
}

// opens says that an exposure has some of an opening's ports open to anybody.
func opens(e *estate.Exposure, o estate.Opening, certain bool) bool {
	return slices.ContainsFunc(e.Open.Items(), func(p estate.Opening) bool {
		is, known := p.AnySource.Get()
		return p.Family == o.Family && p.Protocol == o.Protocol && p.From <= o.To && o.From <= p.To && (known && is || !known && !certain)
	})
}
