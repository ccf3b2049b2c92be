package ibmfact_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

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

// It stands in its subnet, whichever of the addresses there it has: 10.0.2.0/24.
func TestALoadBalancerWhoseAddressesAreNotTold(t *testing.T) {
	t.Parallel()
	const open = "tcp 8080-8080 front 443 l4 full"
	lets := func(remote string) func(*world) {
		return func(w *world) { w.group(sgID, []string{vniID}, sgRule("inbound", "tcp", remote, 8080, 8080)) }
	}
	for _, c := range []struct {
		name, family string
		make         func(*world)
		internet     any
		open         string
	}{
		{"the server lets anybody in", "application", lets(everywhere), "via_lb", open},
		{"the server lets anybody in", "network", lets(everywhere), "via_lb", open},
		{"the server lets the load balancer's group in", "application", func(w *world) {
			w.group(sgID, []string{vniID}, from(in("tcp", 8080, 8080), lbSG))
		}, "via_lb", open},
		{"the server lets the subnet in", "application", lets("10.0.2.0/24"), "via_lb", open},
		{"the server lets half of the subnet in", "application", lets("10.0.2.0/25"), "? absent /private_ips: which addresses of its subnets it has", "? " + open},
		{"the server lets another subnet in", "application", lets("10.0.3.0/24"), "internal", ""},
		{"the server lets the subnet in, and packets are a client's", "network", lets("10.0.2.0/24"), "internal", ""},
		{"the subnet's network ACL lets in half of it", "application", func(w *world) {
			lets(everywhere)(w)
			w.change("network-acl:r006-acl2", func(d doc) { d["rules"].([]any)[0].(map[string]any)["destination"] = "10.0.2.0/25" })
		}, "? unknown_value which of its addresses the packet is for", "? " + open},
		{"the subnet is not told either", "application", func(w *world) {
			lets(everywhere)(w)
			w.refuse(ibmfact.CallSubnets)
		}, "? denied not_authorized", "? " + open},
	} {
		t.Run(c.name+", "+c.family, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.balancer(c.family, "tcp")
			c.make(w)
			w.change("load-balancer:"+lbID, func(d doc) { d["private_ips"] = []any{} })
			got := w.server(webID)
			if told(got.Exposure.Internet) != c.internet || opened(got) != c.open {
				t.Errorf("%v, open %s; want %v, open %s\n%s", told(got.Exposure.Internet), opened(got), c.internet, c.open, paths(got))
			}
		})
	}
}

// That its addresses are told overturns nothing that was certain before.
func TestThatALoadBalancersAddressesAreToldOverturnsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := site(t)
		w.balancer(rapid.SampledFrom([]string{"application", "network"}).Draw(r, "family"), "tcp")
		block := rapid.SampledFrom([]string{everywhere, "10.0.2.0/24", "10.0.2.0/25", "10.0.2.7/32", "10.0.2.128/25", "10.0.3.0/24"})
		w.group(sgID, []string{vniID}, sgRule("inbound", "tcp", block.Draw(r, "lets in"), 8080, 8080), sgRule("inbound", "tcp", block.Draw(r, "and"), 8080, 8080))
		w.change("network-acl:r006-acl2", func(d doc) { d["rules"].([]any)[0].(map[string]any)["destination"] = block.Draw(r, "its ACL is about") })
		told := w.server(webID)
		w.change("load-balancer:"+lbID, func(d doc) { d["private_ips"] = []any{} })
		for _, bad := range overturned(told, w.server(webID)) {
			r.Fatal(bad)
		}
	})
}

// That it stands in each of the subnets that were chosen for it is said nowhere:
// what only some of them let in is not certain.
func TestALoadBalancerInSeveralSubnets(t *testing.T) {
	t.Parallel()
	const open, perhaps = "tcp 8080-8080 front 443 l4 full", "? absent /private_ips: which of its subnets it stands in"
	shut := func(subnets ...string) func(*world) {
		return func(w *world) {
			for _, s := range subnets {
				w.change("network-acl:r006-acl-"+s, func(d doc) { d["rules"] = []any{} })
			}
		}
	}
	at := func(addresses ...doc) func(*world) {
		return func(w *world) {
			shut("a", "b")(w)
			w.change("load-balancer:"+lbID, func(d doc) { d["private_ips"] = addresses })
		}
	}
	for _, c := range []struct {
		name     string
		make     func(*world)
		internet any
		open     string
	}{
		{"all let everything in", shut(), "via_lb", open},
		{"one lets nothing in", shut("a"), perhaps, "? " + open},
		{"one alone lets anything in", shut("a", "b"), perhaps, "? " + open},
		{"none lets anything in", shut("a", "b", "c"), "internal", ""},
		{"one was not listed", func(w *world) {
			w.change("load-balancer:"+lbID, func(d doc) { d["subnets"] = []doc{ref("0717-a"), ref("0717-gone")} })
		}, perhaps, "? " + open},
		{"one alone lets anything in, and it stands there", at(doc{"address": "10.0.12.7"}), "via_lb", open},
		{"one alone lets anything in, and it stands elsewhere", at(doc{"address": "10.0.10.7"}, doc{"address": "10.0.11.7"}), "internal", ""},
		{"one alone lets anything in, and it stands elsewhere as well", at(doc{"address": "10.0.10.7"}, doc{"address": "10.0.12.7"}), "via_lb", open},
		{"its address is in none of them", at(doc{"address": "10.0.99.7"}), "? unknown_value /private_ips 10.0.99.7/32", "? " + open},
	} {
		for _, family := range []string{"application", "network"} {
			t.Run(c.name+", "+family, func(t *testing.T) {
				t.Parallel()
				w := site(t)
				w.balancer(family, "tcp")
				w.group(sgID, []string{vniID}, sgRule("inbound", "tcp", everywhere, 8080, 8080))
				var in []doc
				for i, s := range []string{"a", "b", "c"} {
					id, acl := "0717-"+s, "r006-acl-"+s
					w.add(ibmfact.KindSubnet, ibmfact.CallSubnets, here, "", doc{"id": id, "crn": crn("is", "subnet", id), "vpc": vpcRef(), "zone": doc{"name": zone},
						"ipv4_cidr_block": fmt.Sprintf("10.0.1%d.0/24", i), "network_acl": ref(acl), "routing_table": ref(rtID)})
					w.add(ibmfact.KindNetworkACL, ibmfact.CallNetworkACLs, here, "", doc{"id": acl, "crn": crn("is", "network-acl", acl),
						"rules": []doc{named(allowAll("in"), "x"), named(allowAll("out"), "y")}, "subnets": []doc{ref(id)}})
					in = append(in, ref(id))
				}
				w.change("load-balancer:"+lbID, func(d doc) { d["subnets"], d["private_ips"] = in, []any{} })
				c.make(w)
				if got := w.server(webID); told(got.Exposure.Internet) != c.internet || opened(got) != c.open {
					t.Errorf("%v, open %s; want %v, open %s\n%s", told(got.Exposure.Internet), opened(got), c.internet, c.open, paths(got))
				}
			})
		}
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
