package ibmsim_test

import (
	"testing"

	"plumbline/internal/cloud/sim/ibmestate"
)

// named finds the item of a list by its name.
func named(t *testing.T, all []map[string]any, name string) map[string]any {
	t.Helper()
	for _, x := range all {
		if x["name"] == name {
			return x
		}
	}
	t.Fatal("there is no ", name)
	return nil
}

// do makes a change that must succeed.
func (c *client) do(want int, method, path, body string, header ...string) map[string]any {
	c.t.Helper()
	status, _, v := c.send(method, path, body, header...)
	if status != want {
		c.t.Fatal(method, path, status, v)
	}
	return v
}

func TestMetadataIsPatchedFieldByField(t *testing.T) {
	t.Parallel()
	for _, e := range []*ibmestate.Estate{ibmestate.Demo(), ibmestate.Generate(ibmestate.Intent{Seed: 9, Regions: 1, Instances: 5})} {
		c := serve(t, e)
		s := e.Accounts[0].Regions[0].Server(0)
		before := s.Metadata
		path := "/us-south/v1/instances/" + s.ID + "?" + vpc
		c.do(200, "PATCH", path, `{"metadata_service":{"protocol":"https"}}`)
		m := c.all("/us-south/v1/instances?"+vpc, "instances")[0]["metadata_service"].(map[string]any)
		if m["protocol"] != "https" || m["enabled"] != before.Enabled || m["response_hop_limit"] != float64(before.HopLimit) {
			t.Error(m)
		}
		c.do(200, "PATCH", path, `{"metadata_service":{"enabled":false,"response_hop_limit":1}}`)
		c.do(400, "PATCH", path, `{"metadata_service":{"protocol":"ftp"}}`)
		c.do(400, "PATCH", path, `{"metadata_service":{"response_hop_limit":65}}`)
		c.do(415, "PATCH", path, `{}`, "Content-Type", "application/json")
		if m = c.get(path)["metadata_service"].(map[string]any); m["enabled"] != false || m["protocol"] != "https" {
			t.Error(m)
		}
	}
}

func TestFixesCloseWhatTheyShould(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	c := serve(t, e)
	a, south := e.Accounts[0], "/us-south/v1"
	q := "?" + vpc

	metal := e.Named("metal-1")
	c.do(200, "PATCH", south+"/bare_metal_servers/"+metal.ID+q, `{"metadata_service":{"protocol":"https"}}`)
	if m := named(t, c.all(south+"/bare_metal_servers"+q, "bare_metal_servers"), "metal-1")["metadata_service"].(map[string]any); m["protocol"] != "https" {
		t.Error(m)
	}
	image := named(t, c.all(south+"/images"+q+"&visibility=private", "images"), "batch-image")
	c.do(200, "PATCH", south+"/images/"+image["id"].(string)+q, `{"allowed_use":{"instance":"metadata_service.protocol == 'https'"}}`)
	if u := named(t, c.all(south+"/images"+q, "images"), "batch-image")["allowed_use"].(map[string]any); u["instance"] != "metadata_service.protocol == 'https'" {
		t.Error(u)
	}
	vni := e.Named("router-1").Interfaces[0]
	c.do(200, "PATCH", south+"/virtual_network_interfaces/"+vni.ID+q, `{"allow_ip_spoofing":false}`)
	if v := named(t, c.all(south+"/virtual_network_interfaces"+q, "virtual_network_interfaces"), vni.Name); v["allow_ip_spoofing"] != false {
		t.Error(v)
	}
	group := e.Named("web-1").Interfaces[0].Groups[0]
	rules := len(group.Rules)
	c.do(204, "DELETE", south+"/security_groups/"+group.ID+"/rules/"+group.Rules[1].ID+q, "")
	c.do(201, "POST", south+"/security_groups/"+group.ID+"/rules"+q, `{"direction":"inbound","ip_version":"ipv4","protocol":"tcp","port_min":22,"port_max":22,"remote":{"cidr_block":"62.112.16.0/24"}}`)
	left := named(t, c.all(south+"/security_groups"+q, "security_groups"), "web")["rules"].([]any)
	if last := left[len(left)-1].(map[string]any); len(left) != rules || last["remote"].(map[string]any)["cidr_block"] != "62.112.16.0/24" || last["port_min"] != float64(22) {
		t.Error(left)
	}
	acl := e.Named("web-1").Interfaces[0].Subnet.ACL
	c.do(201, "POST", south+"/network_acls/"+acl.ID+"/rules"+q, `{"action":"deny","direction":"inbound","ip_version":"ipv4","protocol":"tcp","source":"0.0.0.0/0","destination":"0.0.0.0/0","destination_port_min":22,"destination_port_max":22,"before":{"id":"`+acl.Rules[0].ID+`"}}`)
	if first := named(t, c.all(south+"/network_acls"+q, "network_acls"), acl.Name)["rules"].([]any)[0].(map[string]any); first["action"] != "deny" || first["before"] == nil {
		t.Error(first)
	}
	c.do(204, "DELETE", south+"/network_acls/"+acl.ID+"/rules/"+acl.Rules[0].ID+q, "")
	before := len(c.all(south+"/floating_ips"+q, "floating_ips"))
	c.do(204, "DELETE", south+"/floating_ips/"+e.Accounts[0].Regions[0].Floating(0).ID+q, "")
	if n := len(c.all(south+"/floating_ips"+q, "floating_ips")); n != before-1 {
		t.Error(n)
	}
	c.do(201, "POST", south+"/flow_log_collectors"+q, `{"name":"legacy-flows","active":true,"storage_bucket":{"name":"b"},"target":{"id":"`+a.Regions[0].VPCs[0].ID+`"}}`)
	if f := named(t, c.all(south+"/flow_log_collectors"+q, "flow_log_collectors"), "legacy-flows"); f["active"] != true {
		t.Error(f)
	}
	off := a.Regions[0].FlowLogs[1]
	c.do(200, "PATCH", south+"/flow_log_collectors/"+off.ID+q, `{"active":true}`)
	c.do(409, "DELETE", south+"/instance/templates/"+a.Regions[0].Templates[0].ID+q, "")
	c.do(204, "DELETE", south+"/instance/templates/"+a.Regions[0].Templates[1].ID+q, "")
}

func TestFixesOfTheAccount(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	c := serve(t, e)
	a := e.Accounts[0]
	admin := a.Profiles[0]
	c.do(204, "DELETE", "/v1/profiles/"+admin.ID+"/rules/"+admin.Rules[0].ID, "")
	if r := c.get("/v1/profiles/" + admin.ID + "/rules")["rules"].([]any); len(r) != 0 {
		t.Error(r)
	}
	jump := e.Named("jump-1")
	for _, b := range jump.Becomes() {
		links := len(c.get("/v1/profiles/" + b.Profile.ID + "/links")["links"].([]any))
		c.do(204, "DELETE", "/v1/profiles/"+b.Profile.ID+"/links/"+b.Links[0].ID, "")
		c.do(404, "DELETE", "/v1/profiles/"+b.Profile.ID+"/links/none", "")
		if n := len(c.get("/v1/profiles/" + b.Profile.ID + "/links")["links"].([]any)); n != links-1 {
			t.Error(n)
		}
	}
	settings := "/v1/accounts/" + a.ID + "/settings/identity"
	tag := c.get(settings)["entity_tag"].(string)
	c.do(200, "PUT", settings, `{"session_expiration_in_seconds":"28800","mfa":"TOTP4ALL"}`, "If-Match", tag)
	c.do(409, "PUT", settings, `{"mfa":"NONE"}`, "If-Match", tag)
	if now := c.get(settings); now["session_expiration_in_seconds"] != "28800" || now["mfa"] != "TOTP4ALL" || now["session_invalidation_in_seconds"] != "3600" {
		t.Error(now)
	}
	keys := "/v1/apikeys?scope=account&account_id=" + a.ID
	n := len(c.get(keys)["apikeys"].([]any))
	c.do(204, "DELETE", "/v1/apikeys/"+a.APIKeys[1].ID, "")
	if left := len(c.get(keys)["apikeys"].([]any)); left != n-1 {
		t.Error(left)
	}
	policies := "/v2/policies?account_id=" + a.ID
	c.do(204, "DELETE", "/v2/policies/"+a.Policies[0].ID, "")
	for _, p := range c.get(policies)["policies"].([]any) {
		if p.(map[string]any)["id"] == a.Policies[0].ID {
			t.Error("the policy is still there")
		}
	}
}

func TestALinkOfTheFleetIsCut(t *testing.T) {
	t.Parallel()
	e := ibmestate.Generate(ibmestate.Intent{Seed: 2, Regions: 1, Instances: 900})
	c := serve(t, e)
	for _, p := range e.Accounts[0].Profiles {
		links := p.AllLinks()
		if len(links) != p.LinkLen() || len(links) == 0 {
			continue
		}
		c.do(204, "DELETE", "/v1/profiles/"+p.ID+"/links/"+links[3].ID, "")
		if left := p.AllLinks(); len(left) != len(links)-1 || left[3].ID == links[3].ID {
			t.Error(len(left))
		}
		return
	}
	t.Fatal("no profile has links")
}

func TestScansAndFixesMayMeet(t *testing.T) {
	t.Parallel()
	e := ibmestate.Generate(ibmestate.Intent{Seed: 8, Regions: 1, Instances: 60})
	c := serve(t, e)
	r := e.Accounts[0].Regions[0]
	var ids []string
	for n := range r.Len() {
		ids = append(ids, r.Server(n).ID)
	}
	done := make(chan bool)
	go func() {
		defer close(done)
		for _, id := range ids {
			status, _, _ := tried(c, "PATCH", "/us-south/v1/instances/"+id+"?"+vpc, `{"metadata_service":{"enabled":false}}`)
			if status != 200 {
				t.Error(status)
			}
		}
	}()
	for range 5 {
		if n := len(c.all("/us-south/v1/instances?limit=7&"+vpc, "instances")); n != len(ids) {
			t.Error(n)
		}
	}
	<-done
	for _, x := range c.all("/us-south/v1/instances?"+vpc, "instances") {
		if x["metadata_service"].(map[string]any)["enabled"] != false {
			t.Error(x["name"])
		}
	}
}
