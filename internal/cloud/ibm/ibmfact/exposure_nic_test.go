package ibmfact_test

import (
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
)

const (
	oldID, oldNIC     = "0717-old", "0717-nic"
	metalID, metalNIC = "0717-metal", "nic-metal"
)

// older is a virtual and a bare metal server without virtual network interfaces,
// each with a floating IP. Their interfaces' own documents alone name the group
// that lets SSH in.
func older(t testing.TB) *world {
	w := site(t)
	w.put(oldID, oldNIC, "10.0.1.7")
	w.change("instance:"+oldID, func(d doc) {
		d["network_attachments"] = []doc{}
		d["network_interfaces"] = []doc{{"id": oldNIC, "primary_ip": doc{"address": "10.0.1.7"}, "subnet": ref(subID)}}
	})
	w.add(ibmfact.KindInterface, ibmfact.CallInterfaces, here, "", doc{"id": oldNIC, "^": doc{"workload": server(oldID)}, "allow_ip_spoofing": false,
		"security_groups": []doc{ref("r006-ssh")}})
	w.metal(metalID, "10.0.1.8")
	w.change("/network-interface/"+metalNIC, func(d doc) { d["security_groups"] = []doc{ref("r006-ssh")} })
	w.floating("203.0.113.7", oldNIC, "network_interface")
	w.floating("203.0.113.8", metalNIC, "network_interface")
	w.group("r006-ssh", nil, in("tcp", 22, 22))
	return w
}

func TestInterfacesOfTheOlderKind(t *testing.T) {
	t.Parallel()
	change := func(key string, value any) func(*world) {
		return func(w *world) {
			for _, nic := range []string{oldNIC, metalNIC} {
				w.change("/network-interface/"+nic, func(d doc) { d[key] = value })
			}
		}
	}
	worn := func(w *world) { w.group("r006-ssh", []string{oldNIC, metalNIC}, in("tcp", 22, 22)) }
	for _, c := range []struct {
		name     string
		make     func(*world)
		internet any
		spoofing any
	}{
		{"they send from their own addresses", func(*world) {}, "reachable", false},
		{"they may send from others", change("allow_ip_spoofing", true), "reachable", true},
		{"whether they may is a word that nobody knows", change("allow_ip_spoofing", "asked"), "reachable", "? unknown_value asked"},
		{"whether they may is not told", change("allow_ip_spoofing", nil), "reachable", "? absent /allow_ip_spoofing"},
		{"their group lets nothing in", change("security_groups", []doc{ref(sgID)}), "internal", false},
		{"their groups are not told, and no group names them", change("security_groups", nil), "? absent /targets", false},
		{"they were refused, and no group names them", func(w *world) { w.refuse(ibmfact.CallInterfaces, ibmfact.CallBareMetalInterfaces) },
			"? denied not_authorized", "? denied not_authorized"},
		{"they were refused, and their group names them", func(w *world) {
			worn(w)
			w.refuse(ibmfact.CallInterfaces, ibmfact.CallBareMetalInterfaces)
		}, "reachable", "? denied not_authorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := older(t)
			c.make(w)
			for _, id := range []string{oldID, metalID} {
				got := w.server(id)
				if told(got.Exposure.Internet) != c.internet || told(got.Exposure.Spoofing) != c.spoofing {
					t.Errorf("%s: %v, spoofing %v; want %v, %v\n%s", id, told(got.Exposure.Internet), told(got.Exposure.Spoofing), c.internet, c.spoofing, paths(got))
				}
			}
		})
	}
}

// Only of bare metal the document says whether the network translates addresses.
func TestABareMetalInterfaceThatDoesWithoutTranslation(t *testing.T) {
	t.Parallel()
	w := older(t)
	w.change("/network-interface/"+metalNIC, func(d doc) { d["enable_infrastructure_nat"] = false })
	w.group("r006-ssh", nil, local(in("tcp", 22, 22), "203.0.113.8"))
	if got := w.server(metalID); told(got.Exposure.Internet) != "reachable" {
		t.Errorf("%v\n%s", told(got.Exposure.Internet), paths(got))
	}
	w.refuse(ibmfact.CallBareMetalInterfaces)
	w.group("r006-ssh", []string{metalNIC}, local(in("tcp", 22, 22), "203.0.113.8"))
	if got := w.server(metalID); told(got.Exposure.Internet) != "? unknown_value which of its addresses the packet is for" {
		t.Errorf("%v\n%s", told(got.Exposure.Internet), paths(got))
	}
}
