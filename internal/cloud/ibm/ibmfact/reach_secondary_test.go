package ibmfact_test

import (
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
)

// second gives the server's interface a second address, 10.0.1.9.
func (w *world) second() {
	w.change("virtual-network-interface:"+vniID, func(d doc) { d["ips"] = []doc{{"address": "10.0.1.4"}, {"address": "10.0.1.9"}} })
}

func local(r doc, address string) doc {
	r["local"] = doc{"address": address}
	return r
}

func TestALoadBalancerThatLeadsToASecondAddress(t *testing.T) {
	t.Parallel()
	const open = "tcp 8080-8080 front 443 l7 full"
	for _, c := range []struct {
		name     string
		make     func(*world)
		internet any
		open     string
	}{
		{"it is the interface's", (*world).second, "via_lb", open},
		{"a rule for that address lets it in", func(w *world) {
			w.second()
			w.group(sgID, []string{vniID}, local(from(in("tcp", 8080, 8080), lbSG), "10.0.1.9"))
		}, "via_lb", open},
		{"a rule for the first address does not", func(w *world) {
			w.second()
			w.group(sgID, []string{vniID}, local(from(in("tcp", 8080, 8080), lbSG), "10.0.1.4"))
		}, "internal", ""},
		{"the load balancer's group lets it speak to that address alone", func(w *world) {
			w.second()
			w.group(lbSG, []string{lbID}, in("tcp", 443, 443), sgRule("outbound", "tcp", "10.0.1.9/32", 8080, 8080))
		}, "via_lb", open},
		{"it is not the interface's", func(*world) {}, "internal", ""},
		{"what the interface has was refused", func(w *world) { w.refuse(ibmfact.CallVNIs) }, "? denied not_authorized", "? " + open},
		{"and the address is none of its subnet", func(w *world) {
			w.refuse(ibmfact.CallVNIs)
			w.member(doc{"address": "10.0.3.9"})
		}, "internal", ""},
		{"one of the addresses cannot be read", func(w *world) {
			w.change("virtual-network-interface:"+vniID, func(d doc) { d["ips"] = []doc{{"address": "10.0.1.4"}, {"address": "soon"}} })
		}, "? unknown_value soon", "? " + open},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.balancer("application", "https")
			w.member(doc{"address": "10.0.1.9"})
			w.group(sgID, []string{vniID}, from(in("tcp", 8080, 8080), lbSG))
			c.make(w)
			got := w.server(webID)
			if internet := told(got.Exposure.Internet); internet != c.internet || opened(got) != c.open {
				t.Errorf("%v, open %s; want %v, open %s\n%s", internet, opened(got), c.internet, c.open, paths(got))
			}
		})
	}
}

// A route may name any address of an interface as its next hop.
func TestAPublicAddressRangeLeadsToASecondAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ips      any
		internet any
	}{
		"which the interface has":         {[]doc{{"address": "10.0.1.9"}, {"address": "10.0.1.77"}}, "reachable"},
		"which it has not":                {[]doc{{"address": "10.0.1.9"}}, "internal"},
		"and what it has cannot be known": {7, "? unknown_value 7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ranged(t)
			w.change("/route/in1", func(d doc) { d["next_hop"] = doc{"address": "10.0.1.77"} })
			w.change("virtual-network-interface:"+fwVNI, func(d doc) { d["ips"] = c.ips })
			if got := w.server(fwID); told(got.Exposure.Internet) != c.internet {
				t.Errorf("%v, want %v\n%s", told(got.Exposure.Internet), c.internet, paths(got))
			}
		})
	}
}

func TestALoadBalancerWhoseAddressesAreNotTold(t *testing.T) {
	t.Parallel()
	for _, family := range []string{"application", "network"} {
		t.Run(family, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.balancer(family, "tcp")
			w.group(sgID, []string{vniID}, in("tcp", 8080, 8080))
			w.change("load-balancer:"+lbID, func(d doc) { d["private_ips"] = []any{} })
			got := w.server(webID)
			if told(got.Exposure.Internet) != "? absent /private_ips" || opened(got) != "? tcp 8080-8080 front 443 l4 full" {
				t.Errorf("%v, open %s\n%s", told(got.Exposure.Internet), opened(got), paths(got))
			}
		})
	}
}

// A load balancer of another VPC speaks to an address here if something connects
// the two, unless it finds the address at home.
func TestALoadBalancerOfAnotherVPC(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		block    string
		internet any
	}{
		"that has no such address": {"10.9.0.0/24", "? not_collected whether r006-far is connected with " + vpcID},
		"that has one itself":      {"10.0.1.0/24", "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.balancer("application", "https")
			w.member(doc{"address": "10.0.1.4"})
			w.group(sgID, []string{vniID}, in("tcp", 8080, 8080))
			w.change("subnet:"+backSub, func(d doc) { d["vpc"], d["ipv4_cidr_block"] = ref("r006-far"), c.block })
			if got := w.server(webID); told(got.Exposure.Internet) != c.internet {
				t.Errorf("%v, want %v\n%s", told(got.Exposure.Internet), c.internet, paths(got))
			}
		})
	}
}

// The listener's own pool has no member, and another one has the server.
func TestWhatTakesThePlaceOfAPoolWithoutHealthyMembers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy   any
		internet any
	}{
		"nothing":                    {doc{"action": "fail"}, "internal"},
		"nothing, without a word":    {doc{"action": "drop"}, "internal"},
		"the other pool":             {doc{"action": "forward", "target": ref("p1")}, "? not_collected whether a member of the pool p0 is healthy"},
		"a pool that nobody told of": {doc{"action": "forward", "target": ref("p9")}, "? not_collected whether a member of the pool p0 is healthy"},
		"a pool without a name":      {doc{"action": "forward"}, "? absent /failsafe_policy/target"},
		"wherever it was bound for":  {doc{"action": "bypass"}, "? not_collected /failsafe_policy/action bypass"},
		"what nobody knows":          {doc{"action": "pray"}, "? unknown_value pray"},
		"what nobody told":           {nil, "? absent /failsafe_policy/action"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.balancer("application", "https")
			w.group(sgID, []string{vniID}, from(in("tcp", 8080, 8080), lbSG))
			w.add(ibmfact.KindPool, ibmfact.CallPools, here, "", doc{"id": "p0", "^": doc{"load_balancer": lbUID()}, "failsafe_policy": c.policy})
			w.change("/listener/l1", func(d doc) { d["default_pool"] = ref("p0") })
			if got := w.server(webID); told(got.Exposure.Internet) != c.internet {
				t.Errorf("%v, want %v\n%s", told(got.Exposure.Internet), c.internet, paths(got))
			}
		})
	}
}
