package ibm

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

// mixed lists three virtual servers, of which the second and the third have
// network interfaces of the older kind.
func mixed(f *fake) {
	f.says("/us-south/v1/instances", `{"instances":[
		{"id":"i0","name":"new","network_attachments":[{"virtual_network_interface":{"id":"v"}}],"network_interfaces":[{"id":"a"}]},
		{"id":"i1","name":"old","network_attachments":[],"network_interfaces":[{"id":"n1"}]},
		{"id":"i2","name":"old","network_interfaces":[{"id":"n2"}]}]}`)
	for i := range 3 {
		f.says(made(f, i), `{"keys":[]}`)
	}
	f.says(nics(1), `{"network_interfaces":[{"id":"n1","name":"eth0","allow_ip_spoofing":true}]}`)
	f.says(nics(2), `{"network_interfaces":[{"id":"n2","name":"eth0","allow_ip_spoofing":false},{"id":"n3","name":"eth1","allow_ip_spoofing":false}]}`)
}

func nics(i int) string { return fmt.Sprintf("/us-south/v1/instances/i%d/network_interfaces", i) }

func older(t *testing.T, f *fake) (*notes, snapshot.Answer) {
	t.Helper()
	n, _ := servers(t, f)
	return n, n.answer(ibmfact.CallInterfaces, south, "")
}

func TestNetworkInterfacesOfTheOlderKindAreAskedServerByServer(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	mixed(f)
	n, a := older(t, f)
	if a.Status != snapshot.Complete || a.Items != 3 || a.Attempts != 2 || f.times(nics(0)) != 0 {
		t.Errorf("%+v, and the server with attachments was asked %d times", a, f.times(nics(0)))
	}
	for _, uid := range []string{ibmfact.InterfaceUID(uidOf(1), "n1"), ibmfact.InterfaceUID(uidOf(2), "n2"), ibmfact.InterfaceUID(uidOf(2), "n3")} {
		if n.docs[uid] == "" {
			t.Errorf("%s was not seen: %q", uid, n.uids())
		}
	}
}

func TestInterfacesThatAreRefusedTakeNothingElseAlong(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	mixed(f)
	f.refuses(nics(1), http.StatusForbidden, "not_authorized")
	n, a := older(t, f)
	if a.Status != snapshot.Refused || a.Cause != snapshot.Denied || a.Code != "not_authorized" || f.times(nics(2)) != 0 {
		t.Errorf("%+v", a)
	}
	for _, call := range []string{ibmfact.CallInstances, ibmfact.CallInitialization} {
		if a := n.answer(call, south, ""); a.Status != snapshot.Complete || a.Items != 3 {
			t.Errorf("%s: %+v", call, a)
		}
	}
}

func TestInterfacesOfAServerThatIsGoneAreNoGap(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	mixed(f)
	f.refuses(nics(1), http.StatusNotFound, "not_found")
	if _, a := older(t, f); a.Status != snapshot.Complete || a.Items != 2 {
		t.Errorf("%+v", a)
	}
}

// A bare metal server may have more interfaces than a page holds.
func TestInterfacesOfABareMetalServerAreFollowedToTheirEnd(t *testing.T) {
	t.Parallel()
	const path = "/us-south/v1/bare_metal_servers/m/network_interfaces"
	for name, c := range map[string]struct {
		second string
		status snapshot.Status
		seen   bool
	}{
		"two pages":             {`{"network_interfaces":[{"id":"n2","interface_type":"pci"}]}`, snapshot.Complete, true},
		"the second never ends": {`{"network_interfaces":[{"id":"n2","interface_type":"pci"}],"next":{"href":"https://x/?start=t"}}`, snapshot.Partial, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.says("/us-south/v1/bare_metal_servers", `{"bare_metal_servers":[{"id":"m","name":"metal","network_interfaces":[{"id":"n1"},{"id":"n2"}]}]}`)
			f.says("/us-south/v1/bare_metal_servers/m/initialization", `{"keys":[]}`)
			f.says(path, `{"network_interfaces":[{"id":"n1","interface_type":"pci"}],"next":{"href":"https://x/?start=t"}}`, c.second)
			n := newNotes()
			if err := connected(t, options(f)).Ask(context.Background(), n, cloud.PartWorkloads, south); err != nil {
				t.Fatal(err)
			}
			a := n.answer(ibmfact.CallBareMetalInterfaces, south, "")
			seen := n.docs[ibmfact.InterfaceUID("ibm:"+account+":us-south/bare-metal-server/m", "n2")] != ""
			if a.Status != c.status || seen != c.seen {
				t.Errorf("%+v, the second was seen: %v", a, seen)
			}
		})
	}
}
