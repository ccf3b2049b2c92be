package ibmfact_test

import (
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

func TestTheMetadataService(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                                        string
		service                                     any
		endpoint, protocol, hops, class, containers any
	}{
		{"on, as it comes", doc{"enabled": true, "protocol": "http", "response_hop_limit": 1}, "enabled", "http", int64(1), "session_token", false},
		{"https, two hops", doc{"enabled": true, "protocol": "https", "response_hop_limit": 2}, "enabled", "https", int64(2), "session_token", true},
		{"off", doc{"enabled": false, "protocol": "http", "response_hop_limit": 64}, "disabled", "http", int64(64), "off", false},
		{"absent", nil, "? absent /metadata_service/enabled", "? absent /metadata_service/protocol", "? absent /metadata_service/response_hop_limit",
			"? absent /metadata_service/enabled", "? absent /metadata_service/enabled"},
		{"one hop, whether it is on or not", doc{"protocol": "http", "response_hop_limit": 1}, "? absent /metadata_service/enabled", "http", int64(1),
			"? absent /metadata_service/enabled", false},
		{"words that nobody knows", doc{"enabled": "yes", "protocol": "gopher", "response_hop_limit": 65}, "? unknown_value yes", "? unknown_value gopher",
			"? unknown_value 65", "? unknown_value yes", "? unknown_value yes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.change("instance:"+webID, func(d doc) { d["metadata_service"] = c.service })
			m := w.server(webID).Metadata
			for what, got := range map[string][2]any{"endpoint": {told(m.Endpoint), c.endpoint}, "protocol": {told(m.Protocol), c.protocol}, "hops": {told(m.HopLimit), c.hops},
				"class": {told(m.Class), c.class}, "containers": {told(m.Containers), c.containers}, "tokens": {told(m.Tokens), "required"}} {
				if got[0] != got[1] {
					t.Errorf("%s: %v, want %v", what, got[0], got[1])
				}
			}
		})
	}
}

func TestWhereAServerStands(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]any{
		"running": "running", "stopped": "stopped", "starting": "pending", "restarting": "pending", "deleting": "shutting-down",
		"failed": "? unknown_value failed", "dreaming": "? unknown_value dreaming",
	} {
		w := site(t)
		w.change("instance:"+webID, func(d doc) { d["status"] = status })
		if got := told(w.server(webID).State); got != want {
			t.Errorf("%s: %v, want %v", status, got, want)
		}
	}
}

// metal makes a bare metal server with a network interface of the older kind.
func (w *world) metal(id, address string) {
	w.add(ibmfact.KindInterface, ibmfact.CallBareMetalInterfaces, here, "", doc{"id": "nic-metal", "^": doc{"workload": crn("is", "bare-metal-server", id)},
		"allow_ip_spoofing": false, "enable_infrastructure_nat": true, "security_groups": []doc{ref(sgID)}})
	w.add(ibmfact.KindBareMetal, ibmfact.CallBareMetal, here, "", doc{"id": id, "crn": crn("is", "bare-metal-server", id), "name": "metal", "status": "running",
		"metadata_service": doc{"enabled": true, "protocol": "https"}, "vpc": vpcRef(), "zone": doc{"name": zone},
		"network_interfaces": []doc{{"id": "nic-metal", "primary_ip": doc{"address": address}, "subnet": ref(subID)}}})
}

func TestABareMetalServer(t *testing.T) {
	t.Parallel()
	w := site(t)
	const id = "0717-metal"
	w.metal(id, "10.0.1.8")
	w.floating("203.0.113.9", "nic-metal", "network_interface")
	w.group(sgID, []string{vniID, "nic-metal"}, in("tcp", 22, 22))
	w.profile("P1")
	w.claim("P1", "r", "BMS")
	got := w.server(id)
	if got.Type != "bare_metal_server" || told(got.Metadata.Endpoint) != "enabled" || told(got.Metadata.Protocol) != "https" ||
		told(got.Metadata.Class) != "session_token" || got.Metadata.HopLimit.Known() {
		t.Errorf("%+v", got.Metadata)
	}
	if told(got.Exposure.Internet) != "reachable" || opened(got) != "tcp 22-22 full" || told(got.Identity.Count) != int64(1) || got.Identity.Profiles.Items()[0].Name != "p1" {
		t.Errorf("%v, open %s, becomes %s\n%s", told(got.Exposure.Internet), opened(got), becomes(got), paths(got))
	}
}

func TestSpoofing(t *testing.T) {
	t.Parallel()
	w := site(t)
	if got := told(w.server(webID).Exposure.Spoofing); got != false {
		t.Errorf("%v", got)
	}
	w.change("virtual-network-interface:"+vniID, func(d doc) { d["allow_ip_spoofing"] = true })
	if got := told(w.server(webID).Exposure.Spoofing); got != true {
		t.Errorf("%v", got)
	}
	w.refuse(ibmfact.CallVNIs)
	if got := told(w.server(webID).Exposure.Spoofing); got != "? denied not_authorized" {
		t.Errorf("%v", got)
	}
}

func TestADocumentThatIsNoServerIsAnError(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]snapshot.Resource{
		"another kind": {Kind: ibmfact.KindVPC, Doc: []byte(`{"id":"x"}`)},
		"no JSON":      {Kind: ibmfact.KindInstance, Doc: []byte(`{`)},
		"no id":        {Kind: ibmfact.KindInstance, Doc: []byte(`{}`)},
	} {
		if _, err := ibmfact.New().Workload(newWorld(t).context(), &r); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
