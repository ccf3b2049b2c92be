package ibmfact_test

import (
	"fmt"
	"strings"
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/estate"
)

// opened spells the openings of a server: "tcp 22-22 any full", "? tcp ..." where
// it may not be open.
func opened(w *estate.Workload) string {
	var all []string
	for _, o := range w.Exposure.Open.Items() {
		s := fmt.Sprintf("%s %d-%d", o.Protocol, o.From, o.To)
		if o.FrontFrom != o.From || o.Via != "" {
			s += fmt.Sprintf(" front %d %s", o.FrontFrom, o.Layer)
		}
		switch any, known := o.AnySource.Get(); {
		case !known:
			s = "? " + s
		case !any:
			s += " chosen"
		}
		all = append(all, s+" "+o.Return)
	}
	return strings.Join(all, ", ")
}

// The corner cases of reachability on IBM Cloud, by the names of the design.
func TestWhatReachesAServer(t *testing.T) {
	t.Parallel()
	fip := func(w *world) { w.floating("203.0.113.7", vniID, theVNI) }
	ssh := func(w *world) { w.group(sgID, []string{vniID}, in("tcp", 22, 22)) }
	world22 := func(w *world) { fip(w); ssh(w) }
	for _, c := range []struct {
		name     string
		make     func(*world)
		internet any
		open     string
	}{
		{"B1 floating IP, group with 22 from everywhere, default ACL", world22, "reachable", "tcp 22-22 full"},
		{"B2 a public gateway is a way out only", func(w *world) {
			ssh(w)
			w.floating("203.0.113.7", "r006-pgw", "public_gateway")
		}, "internal", ""},
		{"B3 ACL lets 22 in and nothing out", func(w *world) {
			world22(w)
			w.acl(aclRule("inbound", "allow", "tcp", nil, []int{22, 22}))
		}, "internal", ""},
		{"B4 ACL lets replies from 22 out to ephemeral ports", func(w *world) {
			world22(w)
			w.acl(allowAll("in"), aclRule("outbound", "allow", "tcp", []int{22, 22}, []int{1024, 65535}))
		}, "reachable", "tcp 22-22 full"},
		{"B5 ACL lets out from ephemeral ports only, as if the server were the client", func(w *world) {
			world22(w)
			w.acl(allowAll("in"), aclRule("outbound", "allow", "tcp", []int{1024, 65535}, nil))
		}, "internal", ""},
		{"B6 the first rule that fits decides: deny before allow", func(w *world) {
			world22(w)
			w.acl(aclRule("inbound", "deny", "any", nil, nil), allowAll("in"), allowAll("out"))
		}, "internal", ""},
		{"B7 the rule's local side is another subnet", func(w *world) {
			fip(w)
			r := in("tcp", 22, 22)
			r["local"] = doc{"cidr_block": "10.0.9.0/24"}
			w.group(sgID, []string{vniID}, r)
		}, "internal", ""},
		{"B8 icmp_tcp_udp is all ports of tcp and udp, and ICMP", func(w *world) {
			fip(w)
			w.group(sgID, []string{vniID}, in("icmp_tcp_udp"))
		}, "reachable", "tcp 0-65535 full, udp 0-65535 full, icmp 0-0 full"},
		{"B9 all, as older versions write it, is the same", func(w *world) {
			fip(w)
			w.group(sgID, []string{vniID}, in("all"))
		}, "reachable", "tcp 0-65535 full, udp 0-65535 full, icmp 0-0 full"},
		{"B10 any is every protocol", func(w *world) {
			fip(w)
			w.group(sgID, []string{vniID}, in("any"))
			w.acl(aclRule("inbound", "allow", "any", nil, nil), aclRule("outbound", "allow", "any", nil, nil))
		}, "reachable", "tcp 0-65535 full, udp 0-65535 full, icmp 0-0 full, 0, 2-5, 7-16, 18-255 0-0 full"},
		{"B11 number_47 opens no port", func(w *world) {
			fip(w)
			w.group(sgID, []string{vniID}, in("number_47"))
			w.acl(aclRule("inbound", "allow", "any", nil, nil), aclRule("outbound", "allow", "any", nil, nil))
		}, "reachable", "47 0-0 full"},
		{"B12 deny any is deny everything", func(w *world) {
			fip(w)
			w.group(sgID, []string{vniID}, in("any"))
			w.acl(aclRule("inbound", "deny", "any", nil, nil), aclRule("outbound", "allow", "any", nil, nil))
		}, "internal", ""},
		{"B13 a group as the other side is never the internet", func(w *world) {
			fip(w)
			w.group(sgID, []string{vniID}, from(in("tcp", 22, 22), sgID))
		}, "internal", ""},
		{"B14 a floating IP of a public gateway leads to no server", func(w *world) {
			ssh(w)
			w.floating("203.0.113.7", "r006-pgw", "public_gateway")
		}, "internal", ""},
		{"B15 a floating IP of the second interface, with that one's group", func(w *world) {
			w.floating("203.0.113.8", "0717-second", theVNI)
			w.group("r006-open", []string{"0717-second"}, in("tcp", 22, 22))
			w.vni("0717-second", "10.0.1.5", "r006-open")
			w.change("instance:"+webID, func(d doc) {
				d["network_attachments"] = append(d["network_attachments"].([]any), doc{"id": "att-2", "primary_ip": doc{"address": "10.0.1.5"}, "subnet": ref(subID),
					"virtual_network_interface": doc{"id": "0717-second", "crn": crn("is", "virtual-network-interface", "0717-second")}})
			})
		}, "reachable", "tcp 22-22 full"},
		{"B16 a stopped server is isolated", func(w *world) {
			world22(w)
			w.change("instance:"+webID, func(d doc) { d["status"] = "stopped" })
		}, "isolated", ""},
		{"B18 a protocol that nobody knows may be any: nothing is certain", func(w *world) {
			fip(w)
			w.group(sgID, []string{vniID}, in("quantum"))
		}, "? unknown_value quantum", "? tcp 0-65535 full, ? udp 0-65535 full, ? icmp 0-0 full"},
		{"a group's rule of another IP version may let anything in", func(w *world) {
			fip(w)
			r := in("tcp", 22, 22)
			r["ip_version"], r["remote"] = "ipv6", doc{"cidr_block": "::/0"}
			w.group(sgID, []string{vniID}, r)
		}, "? unknown_value ipv6", "? tcp 22-22 full"},
		{"an ACL's rule of another IP version may deny anything", func(w *world) {
			world22(w)
			deny := aclRule("inbound", "deny", "any", nil, nil)
			deny["ip_version"], deny["source"], deny["destination"] = "ipv6", "::/0", "::/0"
			w.acl(deny, allowAll("in"), allowAll("out"))
		}, "? unknown_value ipv6", "? tcp 22-22 full"},
		{"B19 ACL lets in what comes from client port 443: an attacker chooses it", func(w *world) {
			world22(w)
			w.acl(aclRule("inbound", "allow", "tcp", []int{443, 443}, []int{22, 22}), allowAll("out"))
		}, "reachable", "tcp 22-22 partial"},
		{"one blocked address does not guard a server", func(w *world) {
			world22(w)
			deny := aclRule("inbound", "deny", "any", nil, nil)
			deny["source"] = "198.51.100.7/32"
			w.acl(deny, allowAll("in"), allowAll("out"))
		}, "reachable", "tcp 22-22 full"},
		{"from one address", func(w *world) {
			fip(w)
			w.group(sgID, []string{vniID}, one("198.51.100.7"))
		}, "restricted", "tcp 22-22 chosen full"},
		{"from a chosen block", func(w *world) {
			fip(w)
			w.group(sgID, []string{vniID}, sgRule("inbound", "tcp", "198.51.100.0/24", 22, 22))
		}, "restricted", "tcp 22-22 chosen full"},
		{"an unknown ACL action may allow or deny", func(w *world) {
			world22(w)
			w.acl(aclRule("inbound", "log", "any", nil, nil), allowAll("in"), allowAll("out"))
		}, "? unknown_value log", "? tcp 22-22 full"},
		{"ACL rules that stand in another order than they say", func(w *world) {
			world22(w)
			w.change("network-acl:"+aclID, func(d doc) { d["rules"].([]any)[0].(doc)["before"] = ref("elsewhere") })
		}, "? unknown_value /rules: acl-b stands where elsewhere was said to", "? tcp 22-22 full"},
		{"a route that drops replies to everywhere", func(w *world) {
			world22(w)
			w.route(rtID, "r1", everywhere, "drop", "0.0.0.0")
		}, "internal", ""},
		{"a route that leaves out what is bound for the internet", func(w *world) {
			world22(w)
			w.route(rtID, "r1", everywhere, "delegate_vpc", "0.0.0.0")
		}, "internal", ""},
		{"a narrower route delegates what a wider one drops", func(w *world) {
			world22(w)
			w.route(rtID, "r1", everywhere, "drop", "0.0.0.0")
			w.route(rtID, "r2", "198.51.100.0/24", "delegate", "0.0.0.0")
		}, "restricted", "tcp 22-22 chosen full"},
		{"a route drops for another zone", func(w *world) {
			world22(w)
			w.route(rtID, "r1", everywhere, "drop", "0.0.0.0")
			w.change("/route/r1", func(d doc) { d["zone"] = doc{"name": "us-south-2"} })
		}, "reachable", "tcp 22-22 full"},
		{"replies go through an appliance", func(w *world) {
			world22(w)
			w.route(rtID, "r1", everywhere, "deliver", "10.0.1.9")
		}, "? not_collected what 10.0.1.9 does with replies", "? tcp 22-22 full"},
		{"datagrams need no replies", func(w *world) {
			fip(w)
			w.group(sgID, []string{vniID}, in("udp", 53, 53))
			w.route(rtID, "r1", everywhere, "drop", "0.0.0.0")
		}, "reachable", "udp 53-53 one_way"},
		{"a floating IP that is being bound", func(w *world) {
			world22(w)
			w.change("floating-ip:fip-"+vniID, func(d doc) { d["status"] = "pending" })
		}, "? unknown_value pending", "? tcp 22-22 full"},
		{"a floating IP that the older interface of an attachment names", func(w *world) {
			ssh(w)
			w.floating("203.0.113.7", "att-"+webID, "network_interface")
		}, "reachable", "tcp 22-22 full"},
		{"a server that restarts may take packets", func(w *world) {
			world22(w)
			w.change("instance:"+webID, func(d doc) { d["status"] = "restarting" })
		}, "? pending /status restarting", "? tcp 22-22 full"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			c.make(w)
			got := w.server(webID)
			if internet := told(got.Exposure.Internet); internet != c.internet || opened(got) != c.open {
				t.Errorf("%v, open %s; want %v, open %s\n%s", internet, opened(got), c.internet, c.open, paths(got))
			}
		})
	}
}

// The protocols that have a name and no ports, by the numbers that IANA gives
// them. A rule that says the number means the same.
func TestAProtocolByItsNameOpensNoPort(t *testing.T) {
	t.Parallel()
	for name, number := range map[string]int{"ah": 51, "esp": 50, "gre": 47, "ip_in_ip": 4, "l2tp": 115, "rsvp": 46, "sctp": 132, "vrrp": 112} {
		for said, acl := range map[string]string{"any": "any", "its name": name, "its number": fmt.Sprint("number_", number)} {
			for action, want := range map[string]string{"allow": fmt.Sprint(number, " 0-0 full"), "deny": ""} {
				w := site(t)
				w.floating("203.0.113.7", vniID, theVNI)
				w.group(sgID, []string{vniID}, in(name))
				w.acl(aclRule("inbound", action, acl, nil, nil), aclRule("inbound", "allow", "any", nil, nil), aclRule("outbound", "allow", "any", nil, nil))
				if got := opened(w.server(webID)); got != want {
					t.Errorf("%s, an ACL that says %s to %s: open %q, want %q", name, action, said, got, want)
				}
			}
		}
	}
}

// one is a rule for SSH from a single address, which is written without a length.
func one(address string) doc {
	r := in("tcp", 22, 22)
	r["remote"] = doc{"address": address}
	return r
}

// paths tells every gate of every way.
func paths(w *estate.Workload) string {
	var b strings.Builder
	for _, p := range w.Exposure.Paths {
		fmt.Fprintf(&b, "way %s via %q open %v maybe %v\n", p.Address, p.Via, p.Open, p.Maybe)
		for _, g := range p.Gates {
			fmt.Fprintf(&b, "  %s %s: %s: %s\n", g.Kind, g.ID, g.Passes, g.Says)
		}
	}
	return b.String()
}

func TestAStoppedServerTellsWhatWouldReachIt(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.floating("203.0.113.7", vniID, theVNI)
	w.group(sgID, []string{vniID}, in("tcp", 22, 22))
	w.change("instance:"+webID, func(d doc) { d["status"] = "stopped" })
	e := w.server(webID).Exposure
	if told(e.Latent) != true || told(e.Reached) != false || told(e.Public) != true {
		t.Errorf("latent %v, reached %v, public %v", told(e.Latent), told(e.Reached), told(e.Public))
	}
}

// ranged is a firewall to which a route brings the packets for a public address
// range, and a server behind it.
func ranged(t testing.TB) *world {
	w := site(t)
	w.put(fwID, fwVNI, "10.0.1.9")
	w.group(sgID, []string{vniID, fwVNI}, in("tcp", 443, 443))
	w.change("virtual-network-interface:"+fwVNI, func(d doc) { d["allow_ip_spoofing"] = true })
	w.add(ibmfact.KindRoutingTable, ibmfact.CallRoutingTables, here, "", doc{"id": "r006-in", "crn": crn("is", "routing-table", "r006-in"),
		"^": doc{"vpc": crn("is", "vpc", vpcID)}, "route_internet_ingress": true, "subnets": []doc{}})
	w.route("r006-in", "in1", "203.0.113.0/29", "deliver", "10.0.1.9")
	w.add(ibmfact.KindPublicRange, ibmfact.CallPublicRanges, here, "", doc{"id": "par", "crn": crn("is", "public-address-range", "par"), "cidr": "203.0.113.0/29",
		"lifecycle_state": "stable", "target": doc{"vpc": vpcRef(), "zone": doc{"name": zone}}})
	return w
}

// B17: packets for a public address range come to the next hop of a route for
// what comes from the internet, and to no other server.
func TestAPublicAddressRangeLeadsToTheNextHop(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		change   func(*world)
		server   string
		internet any
	}{
		{"the firewall is reached", func(*world) {}, fwID, "reachable"},
		{"the server behind it is not", func(*world) {}, webID, "internal"},
		{"a firewall that takes only what is its own", func(w *world) {
			w.change("virtual-network-interface:"+fwVNI, func(d doc) { d["allow_ip_spoofing"] = false })
		}, fwID, "? unknown_value allow_ip_spoofing false: it takes packets for its own addresses"},
		{"the group's rule is for the private address", func(w *world) {
			r := in("tcp", 443, 443)
			r["local"] = doc{"address": "10.0.1.9"}
			w.group(sgID, []string{vniID, fwVNI}, r)
		}, fwID, "internal"},
		{"the range is bound to nothing", func(w *world) {
			w.change("public-address-range:par", func(d doc) { delete(d, "target") })
		}, fwID, "internal"},
		{"the table does not route what comes from the internet", func(w *world) {
			w.change("routing-table:r006-in", func(d doc) { d["route_internet_ingress"] = false })
		}, fwID, "internal"},
		{"the route drops", func(w *world) {
			w.change("/route/in1", func(d doc) { d["action"] = "drop" })
		}, fwID, "internal"},
		{"the ranges were refused", func(w *world) { w.refuse(ibmfact.CallPublicRanges) }, fwID, "? denied not_authorized"},
		{"the ranges were refused, of a server that no route leads to", func(w *world) { w.refuse(ibmfact.CallPublicRanges) }, webID, "internal"},
		{"the routes were refused", func(w *world) { w.refuse(ibmfact.CallRoutes) }, fwID, "? denied not_authorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := ranged(t)
			c.change(w)
			if got := w.server(c.server); told(got.Exposure.Internet) != c.internet {
				t.Errorf("%v, want %v\n%s", told(got.Exposure.Internet), c.internet, paths(got))
			}
		})
	}
}

// Where the network translates nothing, the packet bears the floating IP itself.
func TestAnAddressThatIsNotTranslated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		local    string
		internet any
	}{
		"a rule for the floating IP":     {"203.0.113.7", "reachable"},
		"a rule for the private address": {"10.0.1.4", "internal"},
		"a rule for whatever is its own": {"", "reachable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.floating("203.0.113.7", vniID, theVNI)
			r := in("tcp", 22, 22)
			if c.local != "" {
				r["local"] = doc{"address": c.local}
			}
			w.group(sgID, []string{vniID}, r)
			w.change("virtual-network-interface:"+vniID, func(d doc) { d["enable_infrastructure_nat"] = false })
			if got := w.server(webID); told(got.Exposure.Internet) != c.internet {
				t.Errorf("%v, want %v\n%s", told(got.Exposure.Internet), c.internet, paths(got))
			}
		})
	}
}

func openedOf(o estate.Object) string { return opened(o.(*estate.Workload)) }
