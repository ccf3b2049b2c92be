package ibmfact_test

import (
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/cloud/ibm/ibmfact"
)

// A rule that lets any address in is needed where a public address leads to the
// server, or where load balancers hand on to all that it lets in.
func TestWhetherARuleForAnybodyIsNeeded(t *testing.T) {
	t.Parallel()
	behind := func(make func(*world)) func(*world) {
		return func(w *world) {
			w.balancer("network", "tcp")
			make(w)
		}
	}
	none := func(*world) {}
	for _, c := range []struct {
		name   string
		rule   doc
		make   func(*world)
		needed any
	}{
		{"nothing leads there", in("tcp", 22, 22), none, false},
		{"a floating IP leads there", in("tcp", 22, 22), func(w *world) { w.floating("203.0.113.1", vniID, theVNI) }, true},
		{"a floating IP leads there, and its ACL bars everything", in("tcp", 22, 22), func(w *world) {
			w.floating("203.0.113.1", vniID, theVNI)
			w.acl()
		}, true},
		{"whether a floating IP leads there was refused", in("tcp", 22, 22), func(w *world) { w.refuse(ibmfact.CallFloatingIPs) }, "? denied not_authorized"},
		{"a load balancer hands that port on", in("tcp", 8080, 8080), behind(none), true},
		{"a load balancer hands that port on, and its own group bars everybody", in("tcp", 8080, 8080), behind(func(w *world) { w.group(lbSG, []string{lbID}) }), true},
		{"a load balancer hands on another port", in("tcp", 9200, 9200), behind(none), false},
		{"the port that clients connect to is no port of the server", in("tcp", 443, 443), behind(none), false},
		{"a load balancer hands on one port of a range", in("tcp", 8080, 8081), behind(none), false},
		{"a load balancer hands on the range", in("tcp", 8080, 8090), behind(func(w *world) {
			w.change("/listener/l1", func(d doc) { d["port_min"], d["port_max"] = 8000, 8100 })
		}), true},
		{"a load balancer hands on every port", in("tcp"), behind(func(w *world) {
			w.change("/listener/l1", func(d doc) { d["port_min"], d["port_max"] = 1, 65535 })
		}), true},
		{"a load balancer hands on every port of another protocol", in("udp"), behind(func(w *world) {
			w.change("/listener/l1", func(d doc) { d["port_min"], d["port_max"] = 1, 65535 })
		}), false},
		{"all protocols, of which a load balancer hands one on", in("icmp_tcp_udp"), behind(none), false},
		{"pings, which no load balancer hands on", in("icmp"), behind(none), false},
		{"a private load balancer hands that port on", in("tcp", 8080, 8080), behind(func(w *world) {
			w.change("load-balancer:"+lbID, func(d doc) { d["access_mode"] = "private" })
		}), false},
		{"its listeners were refused", in("tcp", 8080, 8080), behind(func(w *world) { w.refuse(ibmfact.CallListeners) }), "? denied not_authorized"},
		{"its listeners were refused, and it hands on no pings", in("icmp"), behind(func(w *world) { w.refuse(ibmfact.CallListeners) }), false},
		{"a policy of its listener may hand that port on", in("tcp", 8080, 8080), behind(func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "new", "mirror", ref("p1"), "path")
		}), "? unknown_value /action mirror"},
		{"a policy of its listener hands that port on", in("tcp", 8080, 8080), behind(func(w *world) {
			w.elsewhere()
			w.listenerPolicy("l1", "api", "forward_to_pool", ref("p1"), "path")
		}), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.group(sgID, []string{vniID}, c.rule)
			c.make(w)
			got := w.server(webID)
			rules := got.Exposure.Rules.Items()
			if len(rules) != 1 || told(rules[0].Needed) != c.needed {
				t.Errorf("%+v, want needed %v\n%s", rules, c.needed, paths(got))
			}
		})
	}
}

// Of two interfaces, what a load balancer hands on to one needs no rule of a group
// that the other wears alone.
func TestARuleIsNeededWhereItsGroupIsWorn(t *testing.T) {
	t.Parallel()
	const other, vni2 = "r006-other", "0717-v2"
	for _, c := range []struct {
		name   string
		first  []string // the groups of the interface that the load balancer hands on to
		make   func(*world)
		needed any // the rule of the other interface's group
	}{
		{"by the other interface alone", []string{sgID}, func(*world) {}, false},
		{"by both", []string{sgID, other}, func(*world) {}, true},
		{"by the other alone, which a load balancer reaches as well", []string{sgID}, func(w *world) { w.member(doc{"address": "10.0.1.5"}) }, true},
		{"by the other, and what the first wears is not told", nil, func(w *world) {
			w.change("virtual-network-interface:"+vniID, func(d doc) { d["security_groups"] = nil })
			w.group(sgID, nil, in("tcp", 8080, 8080))
			w.refuse(ibmfact.CallVNIs)
		}, "? denied not_authorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.balancer("network", "tcp")
			var worn []doc
			for _, g := range c.first {
				worn = append(worn, ref(g))
			}
			w.change("virtual-network-interface:"+vniID, func(d doc) { d["security_groups"] = worn })
			w.group(sgID, []string{vniID}, in("tcp", 8080, 8080))
			w.group(other, []string{vni2}, in("tcp", 8080, 8080))
			w.vni(vni2, "10.0.1.5", other)
			w.change("instance:"+webID, func(d doc) {
				d["primary_network_attachment"] = ref("att-" + webID)
				d["network_attachments"] = append(d["network_attachments"].([]any), doc{"id": "att-2", "primary_ip": doc{"address": "10.0.1.5"}, "subnet": ref(subID),
					"virtual_network_interface": doc{"id": vni2, "crn": crn("is", "virtual-network-interface", vni2)}})
			})
			c.make(w)
			got := w.server(webID)
			for _, r := range got.Exposure.Rules.Items() {
				if r.Gate == crn("is", "security-group", other) {
					if told(r.Needed) != c.needed {
						t.Errorf("needed %v, want %v\n%s", told(r.Needed), c.needed, paths(got))
					}
					return
				}
			}
			t.Errorf("the rule is not told: %+v", got.Exposure.Rules.Items())
		})
	}
}

// crowded is a server behind a load balancer whose group lets anybody in to what
// is handed on, and to more.
func crowded(t testing.TB) *world {
	w := site(t)
	w.balancer("network", "tcp")
	w.group(sgID, []string{vniID}, in("tcp", 8080, 8080), in("tcp", 9200, 9200))
	return w
}

// What a load balancer hands on for certain is needed, whatever gates it passes:
// a rule for the port of an opening is.
func TestARuleForAnOpenPortIsNeeded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := site(t)
		w.balancer(rapid.SampledFrom([]string{"application", "network"}).Draw(r, "family"), rapid.SampledFrom([]string{"tcp", "udp"}).Draw(r, "protocol"))
		from := rapid.SampledFrom([]int{443, 8080, 8000}).Draw(r, "from")
		w.change("/listener/l1", func(d doc) {
			d["port_min"], d["port_max"] = from, from+rapid.SampledFrom([]int{0, 100}).Draw(r, "and more")
		})
		protocol, port := rapid.SampledFrom([]string{"tcp", "udp"}).Draw(r, "rule"), rapid.SampledFrom([]int{443, 8080, 8001}).Draw(r, "port")
		w.group(sgID, []string{vniID}, in(protocol, port, port))
		w.group(lbSG, []string{lbID}, in("icmp_tcp_udp"), sgRule("outbound", "icmp_tcp_udp", everywhere))
		got := w.server(webID)
		needed, known := got.Exposure.Rules.Items()[0].Needed.Get()
		if open := got.Exposure.Open.Items(); !known || needed != (len(open) > 0) {
			r.Fatalf("needed %v, open %s", told(got.Exposure.Rules.Items()[0].Needed), opened(got))
		}
		w.refuse(rapid.SampledFrom([]string{ibmfact.CallFloatingIPs, ibmfact.CallLoadBalancers, ibmfact.CallListeners, ibmfact.CallPools, ibmfact.CallPoolMembers, ibmfact.CallVPCs, ibmfact.CallSubnets}).Draw(r, "refused"))
		if now, known := w.server(webID).Exposure.Rules.Items()[0].Needed.Get(); known && now != needed {
			r.Fatalf("needed %v, and was %v when more was seen", now, needed)
		}
	})
}
