package ibmfact_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/estate"
)

// What is worked out for one server is taken for others that stand alike: each
// gets what it would get if it were read alone.
func TestServersThatStandAlikeAreReadAsIfAlone(t *testing.T) {
	t.Parallel()
	locals := []doc{{"cidr_block": everywhere}, {"cidr_block": "10.0.1.0/28"}, {"address": "10.0.1.4"}, {"address": "10.0.1.9"}, {"cidr_block": "10.0.9.0/24"}}
	rapid.Check(t, func(r *rapid.T) {
		w := site(t)
		w.balancer(rapid.SampledFrom([]string{"application", "network"}).Draw(r, "family"), "tcp")
		w.put(fwID, fwVNI, "10.0.1.9")
		w.put("0717-far", "0717-vnifar", "10.0.1.200")
		w.add(ibmfact.KindPoolMember, ibmfact.CallPoolMembers, here, "", doc{"id": "m2", "^": doc{"load_balancer": lbUID(), "load_balancer_pool": lbUID() + "/pool/p1"},
			"port": 8080, "provisioning_status": "active", "target": doc{"id": fwID, "resource_type": "instance"}})
		rules := rapid.SliceOfN(rapid.Custom(anyRule), 0, 3).Draw(r, "rules")
		for i := range rules {
			rules[i]["local"] = rapid.SampledFrom(locals).Draw(r, "local")
		}
		w.group(sgID, []string{vniID, fwVNI, "0717-vnifar"}, append(rules, from(in("tcp", 8080, 8080), lbSG))...)
		lines := rapid.SliceOfN(rapid.Custom(anyLine), 0, 3).Draw(r, "lines")
		for _, l := range lines {
			side := map[any]string{"inbound": "destination", "outbound": "source"}[l["direction"]]
			l[side] = rapid.SampledFrom([]string{everywhere, "10.0.1.4", "10.0.1.0/28"}).Draw(r, "own")
		}
		w.acl(append(lines, allowAll("in"), allowAll("out"))...)
		w.group(lbSG, []string{lbID}, in("tcp", 443, 443), sgRule("outbound", "tcp", rapid.SampledFrom([]string{everywhere, "10.0.1.4/32"}).Draw(r, "members"), 8080, 8080))
		for i, vni := range []string{vniID, fwVNI, "0717-vnifar"} {
			w.floating(fmt.Sprintf("203.0.113.%d", i+1), vni, theVNI)
		}
		together := everything(w, w.context())
		for _, id := range []string{webID, fwID, "0717-far"} {
			if one := w.server(id); opened(one) != openedOf(together[server(id)]) || told(one.Exposure.Internet) != told(together[server(id)].(*estate.Workload).Exposure.Internet) {
				r.Fatalf("%s: open %s, and %s", id, opened(one), openedOf(together[server(id)]))
			}
		}
	})
}
