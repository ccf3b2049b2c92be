package ibmfact_test

import (
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
)

// things puts one of everything else into the world.
func (w *world) things() {
	w.add(ibmfact.KindAccountSettings, ibmfact.CallAccountSettings, snapshotGlobal, "", doc{"account_id": account, "mfa": "TOTP4ALL",
		"session_expiration_in_seconds": "28800", "session_invalidation_in_seconds": "NOT_SET", "system_access_token_expiration_in_seconds": "3600",
		"restrict_create_platform_apikey": "RESTRICTED", "restrict_create_service_id": "NOT_SET"})
	w.add(ibmfact.KindAPIKey, ibmfact.CallAPIKeys, snapshotGlobal, "", doc{"id": "ApiKey-1", "crn": "crn:v1:bluemix:public:iam-identity::a/" + account + "::apikey:ApiKey-1",
		"name": "ci", "iam_id": "iam-ServiceId-1", "created_at": "2026-08-01T00:00+0000", "disabled": false})
	w.activity("ApiKey-1", doc{"last_authn": "2026-11-12T00:00+0000", "authn_count": 3})
	w.add(ibmfact.KindTrackerTarget, ibmfact.CallTrackerTargets, snapshotGlobal, "", doc{"id": "t1", "crn": "crn:v1:bluemix:public:atracker:us-south:a/" + account + "::target:t1",
		"name": "cos", "target_type": "cloud_object_storage", "write_status": doc{"status": "success"}})
	w.add(ibmfact.KindTrackerRoute, ibmfact.CallTrackerRoutes, snapshotGlobal, "", doc{"id": "ro1", "crn": "crn:v1:bluemix:public:atracker:us-south:a/" + account + "::route:ro1",
		"name": "all", "rules": []doc{{"target_ids": []string{"t1"}, "locations": []string{"us-south", "global"}}}})
	w.add(ibmfact.KindTrackerSettings, ibmfact.CallTrackerSettings, snapshotGlobal, "", doc{"api_version": 2, "default_targets": []string{}})
	w.add(ibmfact.KindFlowLog, ibmfact.CallFlowLogs, here, "", doc{"id": "fl", "crn": crn("is", "flow-log-collector", "fl"), "name": "all", "active": true,
		"lifecycle_state": "stable", "target": doc{"id": vpcID, "crn": crn("is", "vpc", vpcID)}, "vpc": vpcRef()})
	w.add(ibmfact.KindEndpointGateway, ibmfact.CallEndpointGateways, here, "", doc{"id": "vpe", "crn": crn("is", "endpoint-gateway", "vpe"), "name": "cos",
		"lifecycle_state": "stable", "vpc": vpcRef(), "target": doc{"crn": "crn:v1:bluemix:public:cloud-object-storage:global:::endpoint:s3.direct", "resource_type": "provider_cloud_service"}})
	w.add(ibmfact.KindVPNServer, ibmfact.CallVPNServers, here, "", doc{"id": "vpn", "crn": crn("is", "vpn-server", "vpn"), "name": "vpn", "vpc": vpcRef(),
		"lifecycle_state": "stable"})
	w.add(ibmfact.KindBackupPolicy, ibmfact.CallBackupPolicies, here, "", doc{"id": "bp", "crn": crn("is", "backup-policy", "bp"), "name": "daily",
		"lifecycle_state": "stable", "plans": []doc{ref("plan")}})
	w.add(ibmfact.KindImage, ibmfact.CallImages, here, "", doc{"id": "img", "crn": crn("is", "image", "img"), "name": "own", "visibility": "private", "status": "available",
		"allowed_use": doc{"instance": "true"}})
	w.add(ibmfact.KindTemplate, ibmfact.CallTemplates, here, "", doc{"id": "tpl", "crn": crn("is", "instance-template", "tpl"), "name": "web", "image": ref("img"),
		"metadata_service": doc{"enabled": true, "protocol": "http"}, "default_trusted_profile": doc{"target": doc{"id": "P1", "crn": profileUID("P1")}},
		"vpc": vpcRef(), "zone": doc{"name": zone}, "user_data": doc{"bytes": 40, "readable": true, "finds": []doc{{"kind": "private_key", "place": "x", "line": 3, "hash": "h"}}}})
	w.add(ibmfact.KindInstanceGroup, ibmfact.CallInstanceGroups, here, "", doc{"id": "ig", "crn": crn("is", "instance-group", "ig"), "name": "web", "instance_template": ref("tpl"), "membership_count": 2})
}

func TestTheAccountsSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.things()
	a := object[*estate.Account](w, ":global")
	for what, c := range map[string][2]any{
		"sessions":     {told(a.Sessions.Seconds), int64(28800)},
		"idle":         {told(a.Sessions.Idle), int64(0)},
		"system":       {told(a.Sessions.System), int64(3600)},
		"keys":         {told(a.CreateKeys), true},
		"factor":       {told(a.MFA), estate.MFAAllTOTP},
		"events":       {told(a.EventsKept), true},
		"scans before": {told(a.Scans.Before), false},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %v, want %v", what, c[0], c[1])
		}
	}
	w.refuse(ibmfact.CallAccountSettings)
	if a := object[*estate.Account](w, ":global"); told(a.MFA) != "? denied not_authorized" || told(a.CreateKeys) != "? denied not_authorized" {
		t.Errorf("%v, %v", told(a.MFA), told(a.CreateKeys))
	}
}

func TestWhetherAuditEventsAreKept(t *testing.T) {
	t.Parallel()
	route := func(locations ...string) func(*world) {
		return func(w *world) {
			w.change(":route:ro1", func(d doc) { d["rules"] = []doc{{"target_ids": []string{"t1"}, "locations": locations}} })
		}
	}
	for _, c := range []struct {
		name string
		make func(*world)
		want any
	}{
		{"a route for global alone", route("global"), false},
		{"a route for global and another region", route("global", "eu-de"), false},
		{"a route for global and the region", route("global", "us-south"), true},
		{"a route for global, and a default target", func(w *world) {
			route("global")(w)
			w.change("activity-tracker-settings", func(d doc) { d["default_targets"] = []string{"t1"} })
		}, true},
		{"a route for global, and one for the region", func(w *world) {
			route("global")(w)
			w.add(ibmfact.KindTrackerRoute, ibmfact.CallTrackerRoutes, snapshotGlobal, "", doc{"id": "ro2", "crn": "crn:v1:bluemix:public:atracker:us-south:a/" + account + "::route:ro2",
				"name": "region", "rules": []doc{{"target_ids": []string{"t1"}, "locations": []string{"us-south"}}}})
		}, true},
		{"a route for global and the region, and the regions were refused", func(w *world) {
			route("global", "us-south")(w)
			w.refuse(ibmfact.CallRegions)
		}, "? denied not_authorized"},
		{"a route for all locations", route("*"), true},
		{"a route for a region", route("us-south"), false},
		{"a default target, and no route that fits", func(w *world) {
			route("us-south")(w)
			w.change("activity-tracker-settings", func(d doc) { d["default_targets"] = []string{"t1"} })
		}, true},
		{"a default target, and the routes were refused", func(w *world) {
			w.change("activity-tracker-settings", func(d doc) { d["default_targets"] = []string{"t1"} })
			w.refuse(ibmfact.CallTrackerRoutes)
		}, "? denied not_authorized"},
		{"a target that cannot be written to", func(w *world) {
			w.change(":target:t1", func(d doc) { d["write_status"] = doc{"status": "failed"} })
		}, false},
		{"a state that nobody knows", func(w *world) {
			w.change(":target:t1", func(d doc) { d["write_status"] = doc{"status": "odd"} })
		}, "? unknown_value odd"},
		{"a target that is not there", func(w *world) {
			w.change(":route:ro1", func(d doc) { d["rules"] = []doc{{"target_ids": []string{"t9"}, "locations": []string{"*"}}} })
		}, false},
		{"the first rule that fits counts", func(w *world) {
			w.change(":route:ro1", func(d doc) {
				d["rules"] = []doc{{"target_ids": []string{"t9"}, "locations": []string{"us-south"}}, {"target_ids": []string{"t1"}, "locations": []string{"*"}}}
			})
		}, false},
		{"the targets were refused", func(w *world) { w.refuse(ibmfact.CallTrackerTargets) }, "? denied not_authorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.things()
			c.make(w)
			if a := object[*estate.Account](w, ":global"); told(a.EventsKept) != c.want {
				t.Errorf("%v, want %v", told(a.EventsKept), c.want)
			}
		})
	}
}

func TestAVPC(t *testing.T) {
	t.Parallel()
	collects := func(target string) func(*world) {
		return func(w *world) { w.change("flow-log-collector:fl", func(d doc) { d["target"] = ref(target) }) }
	}
	off := func(target string) func(*world) {
		return func(w *world) {
			w.add(ibmfact.KindFlowLog, ibmfact.CallFlowLogs, here, "", doc{"id": "fl2", "crn": crn("is", "flow-log-collector", "fl2"), "active": false,
				"lifecycle_state": "stable", "target": ref(target), "vpc": vpcRef()})
		}
	}
	for _, c := range []struct {
		name      string
		make      func(*world)
		flow, vpn any
	}{
		{"a collector of the VPC", func(*world) {}, "all", true},
		{"a collector of its only subnet", collects(subID), "all", true},
		{"a collector of one server", collects(webID), "none", true},
		{"a collector that is off", func(w *world) { w.change("flow-log-collector:fl", func(d doc) { d["active"] = false }) }, "none", true},
		{"a collector in a state that nobody knows", func(w *world) {
			w.change("flow-log-collector:fl", func(d doc) { d["lifecycle_state"] = "odd" })
		}, "? unknown_value odd", true},
		{"collectors were refused", func(w *world) { w.refuse(ibmfact.CallFlowLogs) }, "? denied not_authorized", true},
		{"its subnet's own collector is off", off(subID), "none", true},
		{"a server's own collector is off", off(webID), "? not_collected what stands behind " + webID + ", whose collector is off", true},
		{"a server's own collector is off, and the server is gone", func(w *world) {
			off(webID)(w)
			w.change("flow-log-collector:fl2", func(d doc) { d["target"] = doc{"id": webID, "deleted": doc{"more_info": "x"}} })
		}, "all", true},
		{"a collector of another VPC's server is off", func(w *world) {
			off("0717-other")(w)
			w.change("flow-log-collector:fl2", func(d doc) { d["vpc"] = ref("r006-far") })
		}, "all", true},
		{"the VPN server failed", func(w *world) {
			w.change("vpn-server:vpn", func(d doc) { d["lifecycle_state"] = "failed" })
		}, "all", false},
		{"the VPN server is being made", func(w *world) {
			w.change("vpn-server:vpn", func(d doc) { d["lifecycle_state"] = "pending" })
		}, "all", "? unknown_value pending"},
		{"the VPN servers were refused", func(w *world) { w.refuse(ibmfact.CallVPNServers) }, "all", "? denied not_authorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.things()
			c.make(w)
			n := object[*estate.Network](w, ":"+vpcID)
			if told(n.FlowLogs) != c.flow || told(n.VPN) != c.vpn || told(n.Used) != true {
				t.Errorf("flow logs %v, VPN %v, used %v", told(n.FlowLogs), told(n.VPN), told(n.Used))
			}
			if e := n.Endpoints.Items(); len(e) != 1 || e[0].Service != "cloud-object-storage" || told(e[0].State) != "available" {
				t.Errorf("endpoints %+v", e)
			}
		})
	}
}

func TestAdministrationFromTheInternet(t *testing.T) {
	t.Parallel()
	older := func(w *world) {
		w.floating("203.0.113.7", "0717-nic", "network_interface")
		w.change("floating-ip:fip-0717-nic", func(d doc) { delete(d["target"].(doc), "subnet") })
	}
	for _, c := range []struct {
		name string
		make func(*world)
		want any
	}{
		{"no address", func(*world) {}, false},
		{"SSH", func(w *world) {
			w.floating("203.0.113.7", vniID, theVNI)
			w.group(sgID, []string{vniID}, in("tcp", 22, 22))
		}, true},
		{"a web server", func(w *world) {
			w.floating("203.0.113.7", vniID, theVNI)
			w.group(sgID, []string{vniID}, in("tcp", 443, 443))
		}, false},
		{"a public gateway", func(w *world) { w.floating("203.0.113.7", "pgw", "public_gateway") }, false},
		{"an interface of the older kind, whose subnet is not told", func(w *world) {
			older(w)
			w.group(sgID, []string{"0717-nic"}, in("tcp", 22, 22))
		}, true},
		{"an interface of the older kind in another VPC", func(w *world) {
			older(w)
			w.group("r006-sgfar", []string{"0717-nic"}, in("tcp", 22, 22))
			w.change("security-group:r006-sgfar", func(d doc) { d["vpc"] = ref("r006-far") })
		}, false},
		{"a load balancer for a web server", func(w *world) { w.balancer("network", "tcp") }, false},
		{"a load balancer that takes SSH", func(w *world) {
			w.balancer("network", "tcp")
			w.change("/listener/l1", func(d doc) { d["port"], d["port_min"], d["port_max"] = 22, 22, 22 })
		}, "? not_collected what the load balancer " + lbID + " leads to"},
		{"a load balancer that hands on to SSH", func(w *world) {
			w.balancer("network", "tcp")
			w.change("/member/m1", func(d doc) { d["port"] = 22 })
		}, "? not_collected what the load balancer " + lbID + " leads to"},
		{"a private load balancer that hands on to SSH", func(w *world) {
			w.balancer("network", "tcp")
			w.change("/member/m1", func(d doc) { d["port"] = 22 })
			w.change("load-balancer:"+lbID, func(d doc) { d["access_mode"] = "private" })
		}, false},
		{"the load balancers were refused", func(w *world) { w.refuse(ibmfact.CallLoadBalancers) }, "? denied not_authorized"},
		{"the listeners were refused", func(w *world) { w.balancer("network", "tcp"); w.refuse(ibmfact.CallListeners) }, "? denied not_authorized"},
		{"groups were refused", func(w *world) { w.floating("203.0.113.7", vniID, theVNI); w.refuse(ibmfact.CallSecurityGroups) }, "? denied not_authorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			c.make(w)
			if n := object[*estate.Network](w, ":"+vpcID); told(n.Admin) != c.want {
				t.Errorf("%v, want %v", told(n.Admin), c.want)
			}
		})
	}
}

func TestAdministrationByAPublicAddressRange(t *testing.T) {
	t.Parallel()
	w := ranged(t)
	if n := object[*estate.Network](w, ":"+vpcID); told(n.Admin) != "? not_collected what the public address range par leads to" {
		t.Errorf("%v", told(n.Admin))
	}
	w.change("routing-table:r006-in", func(d doc) { d["route_internet_ingress"] = false })
	if n := object[*estate.Network](w, ":"+vpcID); told(n.Admin) != false {
		t.Errorf("where no route delivers it: %v", told(n.Admin))
	}
}

func TestGates(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.group("r006-default", []string{}, in("tcp", 22, 22))
	deny := aclRule("inbound", "deny", "tcp", nil, []int{22, 22})
	w.acl(deny, aclRule("inbound", "allow", "tcp", nil, []int{20, 25}), allowAll("out"))
	g := object[*estate.Gate](w, ":r006-default")
	if told(g.Default) != true || told(g.Targets) != int64(0) || len(g.Rules.Items()) != 1 || g.Rules.Items()[0].Protocol != "tcp" || !g.Rules.Items()[0].AnyAddress {
		t.Errorf("%v, %v, %+v", told(g.Default), told(g.Targets), g.Rules.Items())
	}
	if g := object[*estate.Gate](w, ":"+sgID); told(g.Default) != false || told(g.Targets) != int64(2) {
		t.Errorf("%v, %v", told(g.Default), told(g.Targets))
	}
	x := object[*estate.Gate](w, ":"+aclID)
	var said []estate.GateRule
	for _, r := range x.Rules.Items() {
		if r.Direction == "in" && r.Action == "allow" {
			said = append(said, r)
		}
	}
	if told(x.Default) != true || told(x.Used) != true || len(said) != 2 || said[0].From != 20 || said[0].To != 21 || said[1].From != 23 || said[1].To != 25 {
		t.Errorf("what the denied port leaves: %+v", said)
	}
}

func TestTemplatesAndImages(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.things()
	w.profile("P1")
	w.policy("a", "iam-P1", "Editor", "serviceName", "iam-identity")
	x := object[*estate.Template](w, ":tpl")
	v := x.Versions.Items()
	if told(x.InUse) != true || told(x.AutoLink) != true || told(x.Next.Endpoint) != "enabled" || told(x.Next.Protocol) != "http" ||
		told(x.Next.HopLimit) != int64(1) || told(x.Next.HopLimitBy) != "service" || told(x.Next.Power) != "escalation" || len(v) != 1 || told(v[0].Secrets) != int64(1) {
		t.Errorf("%+v", x)
	}
	for said, want := range map[string]any{
		"true": false, "enable_secure_boot == true": false,
		"metadata_service.protocol == 'https'":                                      true,
		`metadata_service.enabled == false || metadata_service.protocol == "https"`: true,
		"enable_secure_boot && !metadata_service.enabled":                           true,
		"metadata_service.enabled == true":                                          "? unknown_value metadata_service.enabled == true",
		"(enable_secure_boot && metadata_service.protocol == 'https')":              true,
		"!(enable_secure_boot && metadata_service.protocol == 'https')":             "? unknown_value !(enable_secure_boot && metadata_service.protocol == 'https')",
		"false == (gpu && metadata_service.protocol == 'https')":                    "? unknown_value false == (gpu && metadata_service.protocol == 'https')",
		"(gpu && metadata_service.protocol == 'https') == false":                    "? unknown_value (gpu && metadata_service.protocol == 'https') == false",
		"enable_secure_boot || metadata_service.protocol == 'https'":                "? unknown_value enable_secure_boot || metadata_service.protocol == 'https'",
	} {
		w.change(":image:img", func(d doc) { d["allowed_use"] = doc{"instance": said} })
		if i := object[*estate.Image](w, ":img"); told(i.Constraint) != want || told(i.Owned) != true || told(i.InUse) != true {
			t.Errorf("%s: %v, want %v", said, told(i.Constraint), want)
		}
	}
}

func TestRegionsAndWhatWasNotSeen(t *testing.T) {
	t.Parallel()
	w := full(t)
	if r := object[*estate.AccountRegion](w, ":"+here); told(r.BackupPolicy) != true {
		t.Errorf("%v", told(r.BackupPolicy))
	}
	f := ibmfact.New()
	kinds := []estate.Kind{estate.KindWorkload, estate.KindTemplate, estate.KindImage, estate.KindNetwork, estate.KindGate, estate.KindPrincipal,
		estate.KindCredential, estate.KindAccount, estate.KindAccountRegion}
	c := w.context()
	if got := f.Unseen(c); len(got) != 0 {
		t.Errorf("of a scan that saw everything: %+v", got)
	}
	for _, k := range kinds {
		if !f.Whole(c, k, "") || !f.Whole(c, k, here) {
			t.Errorf("%s is not whole", k)
		}
	}
	for call, kind := range map[string]estate.Kind{
		ibmfact.CallInstances: estate.KindWorkload, ibmfact.CallBareMetal: estate.KindWorkload, ibmfact.CallTemplates: estate.KindTemplate,
		ibmfact.CallImages: estate.KindImage, ibmfact.CallVPCs: estate.KindNetwork, ibmfact.CallSecurityGroups: estate.KindGate,
		ibmfact.CallNetworkACLs: estate.KindGate, ibmfact.CallProfiles: estate.KindPrincipal, ibmfact.CallAPIKeys: estate.KindCredential,
		ibmfact.CallServiceGroups: estate.KindCredential,
	} {
		c := full(t).refuse(call).context()
		gaps := f.Unseen(c)
		if len(gaps) != 1 || gaps[0].Kind != kind || gaps[0].Like == nil || gaps[0].Why.Cause != snapshot.Denied || f.Whole(c, kind, "") {
			t.Errorf("%s refused: %+v, whole %v", call, gaps, f.Whole(c, kind, ""))
		}
	}
	if gaps := f.Unseen(full(t).refuse(ibmfact.CallRegions).context()); len(gaps) == 0 {
		t.Error("where the regions were refused there may be more of everything")
	}
}
