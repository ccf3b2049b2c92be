package ibmfact_test

import (
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
)

const (
	lbID, lbSG = "r006-lb", "r006-sglb"
	backSub    = "0717-back"
)

func lbUID() string { return crn("is", "load-balancer", lbID) }

// balancer puts a public load balancer into a subnet of its own, 10.0.2.0/24,
// whose listener at 443 hands packets to port 8080 of the server.
func (w *world) balancer(family, protocol string) {
	w.add(ibmfact.KindSubnet, ibmfact.CallSubnets, here, "", doc{"id": backSub, "crn": crn("is", "subnet", backSub), "vpc": vpcRef(), "zone": doc{"name": zone},
		"ipv4_cidr_block": "10.0.2.0/24", "network_acl": ref("r006-acl2"), "routing_table": ref(rtID)})
	w.replace(ibmfact.KindNetworkACL, ibmfact.CallNetworkACLs, crn("is", "network-acl", "r006-acl2"), doc{"id": "r006-acl2", "crn": crn("is", "network-acl", "r006-acl2"),
		"rules": []doc{named(allowAll("in"), "x"), named(allowAll("out"), "y")}, "subnets": []doc{ref(backSub)}})
	w.group(lbSG, []string{lbID}, in("tcp", 443, 443), sgRule("outbound", "tcp", everywhere, 8080, 8080))
	w.add(ibmfact.KindLoadBalancer, ibmfact.CallLoadBalancers, here, "", doc{"id": lbID, "crn": lbUID(), "hostname": "web.example", "access_mode": "public", "is_public": true,
		"operating_status": "online", "profile": doc{"family": family}, "security_groups": []doc{ref(lbSG)}, "subnets": []doc{ref(backSub)},
		"private_ips": []doc{{"address": "10.0.2.7"}}})
	w.add(ibmfact.KindListener, ibmfact.CallListeners, here, "", doc{"id": "l1", "^": doc{"load_balancer": lbUID()}, "protocol": protocol, "port": 443, "port_min": 443, "port_max": 443,
		"default_pool": ref("p1"), "provisioning_status": "active"})
	w.add(ibmfact.KindPool, ibmfact.CallPools, here, "", doc{"id": "p1", "name": "web", "^": doc{"load_balancer": lbUID()}, "protocol": protocol,
		"failsafe_policy": doc{"action": "fail"}})
	w.member(doc{"id": webID, "resource_type": "instance"})
}

func named(r doc, id string) doc {
	r["id"] = id
	return r
}

func (w *world) member(target doc) {
	w.replace(ibmfact.KindPoolMember, ibmfact.CallPoolMembers, lbUID()+"/pool/p1/member/m1", doc{"id": "m1", "^": doc{"load_balancer": lbUID(), "load_balancer_pool": lbUID() + "/pool/p1"},
		"port": 8080, "provisioning_status": "active", "target": target})
}

func TestWhatReachesAServerThroughALoadBalancer(t *testing.T) {
	t.Parallel()
	toGroup := func(w *world) { w.group(sgID, []string{vniID}, from(in("tcp", 8080, 8080), lbSG)) }
	for _, c := range []struct {
		name             string
		family, protocol string
		make             func(*world)
		internet         any
		open             string
	}{
		{"the server lets in the load balancer's group", "application", "https", toGroup, "via_lb", "tcp 8080-8080 front 443 l7 full"},
		{"it lets in the load balancer's address", "application", "tcp", func(w *world) {
			w.group(sgID, []string{vniID}, sgRule("inbound", "tcp", "10.0.2.0/24", 8080, 8080))
		}, "via_lb", "tcp 8080-8080 front 443 l4 full"},
		{"it lets in another port", "application", "https", func(w *world) {
			w.group(sgID, []string{vniID}, from(in("tcp", 80, 80), lbSG))
		}, "internal", ""},
		{"the load balancer's group lets in chosen clients", "application", "https", func(w *world) {
			toGroup(w)
			w.group(lbSG, []string{lbID}, sgRule("inbound", "tcp", "198.51.100.0/24", 443, 443), sgRule("outbound", "tcp", everywhere, 8080, 8080))
		}, "restricted", "tcp 8080-8080 front 443 l7 chosen full"},
		{"the load balancer's group lets nothing out to the member", "application", "https", func(w *world) {
			toGroup(w)
			w.group(lbSG, []string{lbID}, in("tcp", 443, 443))
		}, "internal", ""},
		{"a load balancer without groups takes everything", "application", "https", func(w *world) {
			toGroup(w)
			w.group(sgID, []string{vniID}, sgRule("inbound", "tcp", "10.0.2.7/32", 8080, 8080))
			w.change("load-balancer:"+lbID, func(d doc) { d["security_groups"] = []any{} })
		}, "via_lb", "tcp 8080-8080 front 443 l7 full"},
		{"a private load balancer", "application", "https", func(w *world) {
			toGroup(w)
			w.change("load-balancer:"+lbID, func(d doc) { d["access_mode"], d["is_public"] = "private", false })
		}, "internal", ""},
		{"an access mode that nobody knows", "application", "https", func(w *world) {
			toGroup(w)
			w.change("load-balancer:"+lbID, func(d doc) { d["access_mode"] = "orbital" })
		}, "? unknown_value orbital", "? tcp 8080-8080 front 443 l7 full"},
		{"the member's subnet lets nothing in", "application", "https", func(w *world) {
			toGroup(w)
			w.acl(allowAll("out"))
		}, "internal", ""},
		{"the load balancer's subnet lets nothing in", "application", "https", func(w *world) {
			toGroup(w)
			w.change("network-acl:r006-acl2", func(d doc) { d["rules"] = []any{} })
		}, "internal", ""},
		{"a network load balancer keeps the client's address", "network", "tcp", func(w *world) {
			w.group(sgID, []string{vniID}, in("tcp", 8080, 8080))
		}, "via_lb", "tcp 8080-8080 front 443 l4 full"},
		{"and a member may name its group", "network", "tcp", toGroup, "via_lb", "tcp 8080-8080 front 443 l4 full"},
		{"a member that lets in the load balancer's subnet alone", "network", "tcp", func(w *world) {
			w.group(sgID, []string{vniID}, sgRule("inbound", "tcp", "10.0.2.0/24", 8080, 8080))
		}, "internal", ""},
		{"a member by address", "application", "https", func(w *world) {
			toGroup(w)
			w.member(doc{"address": "10.0.1.4"})
		}, "via_lb", "tcp 8080-8080 front 443 l7 full"},
		{"a member at another address", "application", "https", func(w *world) {
			toGroup(w)
			w.member(doc{"address": "10.0.1.99"})
		}, "internal", ""},
		{"a member by name may be any server of the VPC", "application", "https", func(w *world) {
			toGroup(w)
			w.member(doc{"fqdn": "web.internal"})
		}, "? not_collected what web.internal leads to", "? tcp 8080-8080 front 443 l7 full"},
		{"a listener that redirects hands nothing on", "application", "https", func(w *world) {
			toGroup(w)
			w.change("/listener/l1", func(d doc) { d["https_redirect"] = doc{"http_status_code": 301} })
		}, "internal", ""},
		{"the pool that the listener names is in no list", "application", "https", func(w *world) {
			toGroup(w)
			w.change("/listener/l1", func(d doc) { d["default_pool"] = ref("p9") })
		}, "? absent p9", "? tcp 8080-8080 front 443 l7 full"},
		{"the listener asks clients for a certificate", "application", "https", func(w *world) {
			toGroup(w)
			w.change("/listener/l1", func(d doc) { d["client_authentication"] = doc{"certificate_authority": doc{"crn": "crn:v1:ca"}} })
		}, "? not_collected whose certificates the listener takes", "? tcp 8080-8080 front 443 l7 full"},
		{"the listeners were refused", "application", "https", func(w *world) {
			toGroup(w)
			w.refuse(ibmfact.CallListeners)
		}, "? denied not_authorized", "? tcp 8080-8080 front 0 l4 full"},
		{"the members were refused", "application", "https", func(w *world) {
			toGroup(w)
			w.refuse(ibmfact.CallPoolMembers)
		}, "? denied not_authorized", "? tcp 8080-8080 front 443 l7 full"},
		{"the load balancers were refused", "application", "https", func(w *world) {
			toGroup(w)
			w.refuse(ibmfact.CallLoadBalancers)
		}, "? denied not_authorized", "? tcp 8080-8080 full"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.balancer(c.family, c.protocol)
			c.make(w)
			got := w.server(webID)
			if internet := told(got.Exposure.Internet); internet != c.internet || opened(got) != c.open {
				t.Errorf("%v, open %s; want %v, open %s\n%s", internet, opened(got), c.internet, c.open, paths(got))
			}
		})
	}
}
