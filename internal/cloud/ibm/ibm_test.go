package ibm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/snapshot"
)

const (
	vpcCRN      = "crn:v1:bluemix:public:is:us-south:a/123456::vpc:r006-vpc1"
	lbCRN       = "crn:v1:bluemix:public:is:us-south:a/123456::load-balancer:r006-lb"
	instanceCRN = "crn:v1:bluemix:public:is:us-south-1:a/123456::instance:0717_1e09281b-f177-46fb-baf1-bc152b2e391a"
	instanceID  = "0717_1e09281b-f177-46fb-baf1-bc152b2e391a"
	profileID   = "Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5"
	profileCRN  = "crn:v1:bluemix:public:iam-identity::a/123456::profile:" + profileID
	faceCRN     = "crn:v1:bluemix:public:is:us-south-1:a/123456::virtual-network-interface:0717-vni1"
	groupCRN    = "crn:v1:bluemix:public:iam-groups::a/123456::access-group:AccessGroupId-1"
)

// furnished is an account in which every call has something to tell.
func furnished(t *testing.T) *fake {
	t.Helper()
	f := newFake(t)
	one := func(path, list, record string) { f.says(path, fmt.Sprintf(`{%q:[%s]}`, list, record)) }
	f.says("/us-south/v1/instances", fixture(t, "list_instances_page1"),
		strings.Replace(fixture(t, "list_instances_page2"), `"status"`, `"network_attachments":[],"network_interfaces":[{"id":"0717-nic"}],"status"`, 1))
	one("/us-south/v1/instances/0717_b/network_interfaces", "network_interfaces", `{"id":"0717-nic","name":"eth0","allow_ip_spoofing":false}`)
	f.says("/us-south/v1/instances/"+instanceID+"/initialization", fixture(t, "get_instance_initialization"))
	f.says("/us-south/v1/instances/0717_b/initialization", `{"keys":[]}`)
	one("/us-south/v1/bare_metal_servers", "bare_metal_servers", `{"id":"0717-metal","name":"metal","network_attachments":[{"virtual_network_interface":{"id":"0717-vni2"}}]},
		{"id":"0717-iron","name":"iron","network_interfaces":[{"id":"0717-pci"}]}`)
	f.says("/us-south/v1/bare_metal_servers/0717-iron/initialization", `{"image":{"id":"i"},"keys":[],"user_accounts":[]}`)
	one("/us-south/v1/bare_metal_servers/0717-iron/network_interfaces", "network_interfaces", `{"id":"0717-pci","name":"eth0","allow_ip_spoofing":true,"interface_type":"pci"}`)
	f.says("/us-south/v1/bare_metal_servers/0717-metal/initialization", `{"image":{"id":"i"},"keys":[],"user_accounts":[]}`)
	one("/us-south/v1/virtual_network_interfaces", "virtual_network_interfaces",
		`{"id":"0717-vni1","crn":"`+faceCRN+`","name":"vni1","target":{"resource_type":"instance_network_attachment"}},
		{"id":"0717-vni2","name":"vni2","target":{"resource_type":"bare_metal_server_network_attachment"}},
		{"id":"0717-vni3","name":"free"},{"id":"0717-vni4","name":"share","target":{"resource_type":"share_mount_target"}}`)
	f.says("/us-south/v1/security_groups", fixture(t, "list_security_groups"))
	f.says("/us-south/v1/network_acls", fixture(t, "list_network_acls"))
	f.says("/us-south/v1/floating_ips", fixture(t, "list_floating_ips"))
	f.says("/us-south/v1/flow_log_collectors", fixture(t, "list_flow_log_collectors"))
	one("/us-south/v1/vpcs", "vpcs", `{"id":"r006-vpc1","crn":"`+vpcCRN+`","name":"vpc1"}`)
	one("/us-south/v1/vpcs/r006-vpc1/routing_tables", "routing_tables", `{"id":"rt","name":"main","is_default":true}`)
	one("/us-south/v1/vpcs/r006-vpc1/routing_tables/rt/routes", "routes", `{"id":"r","name":"out","action":"deliver","destination":"0.0.0.0/0"}`)
	one("/us-south/v1/load_balancers", "load_balancers", `{"id":"r006-lb","crn":"`+lbCRN+`","name":"lb"}`)
	one("/us-south/v1/load_balancers/r006-lb/listeners", "listeners", `{"id":"l","port":443,"policies":[{"id":"lp"}]},{"id":"plain","port":80}`)
	one("/us-south/v1/load_balancers/r006-lb/listeners/l/policies", "policies", `{"id":"lp","name":"api","action":"reject","rules":[{"id":"lr"}]},{"id":"none","name":"none","action":"reject","rules":[]}`)
	one("/us-south/v1/load_balancers/r006-lb/listeners/l/policies/lp/rules", "rules", `{"id":"lr","type":"header","field":"x-pass","value":"Tr0ub4dor-8"}`)
	one("/us-south/v1/load_balancers/r006-lb/pools", "pools", `{"id":"p","name":"pool"}`)
	one("/us-south/v1/load_balancers/r006-lb/pools/p/members", "members", `{"id":"m","port":80,"target":{"address":"10.240.0.4"}}`)
	for _, list := range []string{"subnets", "public_gateways", "public_address_ranges", "vpn_gateways", "vpn_servers", "endpoint_gateways",
		"backup_policies", "keys", "images", "instance_groups"} {
		one("/us-south/v1/"+list, list, `{"id":"one","name":"one"}`)
	}
	one("/us-south/v1/instance/templates", "templates", `{"id":"t","name":"web","user_data":"#!/bin/sh\nexport DB_PASSWORD=Tr0ub4dor-9\n"}`)
	one("/v1/profiles", "profiles", `{"id":"`+profileID+`","crn":"`+profileCRN+`","name":"web"}`)
	f.says("/v1/profiles/"+profileID+"/links", fixture(t, "iam_list_links"))
	f.says("/v1/profiles/"+profileID+"/rules", fixture(t, "iam_list_claim_rules"))
	f.says("/v1/profiles/"+profileID+"/identities", `{"entity_tag":"1","identities":[{"iam_id":"IBMid-1","identifier":"IBMid-1","type":"user"}]}`)
	grouped(f)
	f.says("/v2/policies", fixture(t, "iam_list_v2_policies"))
	f.says("/v2/roles", `{"custom_roles":[{"id":"r","display_name":"Queue reader","actions":["b","a"]}],"service_roles":[],"system_roles":[{"display_name":"Viewer"}]}`)
	one("/v2/groups", "groups", `{"id":"AccessGroupId-1","crn":"`+groupCRN+`","name":"ops"}`)
	one("/v2/groups/AccessGroupId-1/members", "members", `{"iam_id":"iam-Profile-1","type":"profile"}`)
	one("/v2/resource_groups", "resources", `{"id":"rg1","name":"Default"}`)
	one("/api/v2/targets", "targets", `{"id":"t","name":"cos"}`)
	one("/api/v2/routes", "routes", `{"id":"r","name":"all","rules":[{"target_ids":["t"],"locations":["*","global"]}]}`)
	one("/v1/enterprises", "resources", `{"id":"e","name":"Acme"}`)
	one("/v1/account-groups", "resources", `{"id":"g","name":"dev"}`)
	one("/v1/accounts", "resources", `{"id":"a","name":"child"}`)
	return f
}

func TestEveryCallIsMadeAndToldInTheLedger(t *testing.T) {
	t.Parallel()
	n := scan(t, connected(t, options(furnished(t))))
	var calls []string
	for k, a := range n.answers {
		if a.Status != snapshot.Complete || a.Attempts != a.Pages || a.Attempts == 0 || a.Items == 0 {
			t.Errorf("%s of %s in %s: %+v", k.Call, k.Subject, k.Region, a)
		}
		calls = append(calls, k.Call)
	}
	var known []string
	for _, c := range ibmrole.Calls {
		known = append(known, c.Call)
	}
	slices.Sort(calls)
	slices.Sort(known)
	if diff := cmp.Diff(known, slices.Compact(calls)); diff != "" {
		t.Error(diff)
	}
	here := "ibm:" + account + ":us-south/"
	everywhere := "ibm:" + account + ":global/"
	want := []string{
		"ibm:" + account + ":us-south", instanceCRN, instanceCRN + "/initialization", here + "instance/0717_b", here + "instance/0717_b/initialization",
		here + "instance/0717_b/network-interface/0717-nic", here + "bare-metal-server/0717-iron", here + "bare-metal-server/0717-iron/initialization", here + "bare-metal-server/0717-iron/network-interface/0717-pci",
		here + "bare-metal-server/0717-metal", here + "bare-metal-server/0717-metal/initialization", faceCRN, here + "virtual-network-interface/0717-vni2",
		vpcCRN, vpcCRN + "/routing-table/rt", vpcCRN + "/routing-table/rt/route/r", lbCRN, lbCRN + "/listener/l", lbCRN + "/listener/plain", lbCRN + "/listener/l/policy/lp", lbCRN + "/listener/l/policy/none", lbCRN + "/listener/l/policy/lp/rule/lr", lbCRN + "/pool/p", lbCRN + "/pool/p/member/m",
		"crn:v1:bluemix:public:is:us-south:a/123456::security-group:r006-sg", "crn:v1:bluemix:public:is:us-south:a/123456::flow-log-collector:r006-flc",
		here + "network-acl/r006-acl", here + "floating-ip/r006-fip", here + "subnet/one", here + "public-gateway/one", here + "public-address-range/one",
		here + "vpn-gateway/one", here + "vpn-server/one", here + "endpoint-gateway/one", here + "backup-policy/one", here + "key/one", here + "image/one",
		here + "instance-group/one", here + "instance-template/t",
		everywhere + "token", profileCRN, profileCRN + "/link/link-1", profileCRN + "/rule/ClaimRule-1", profileCRN + "/identity/IBMid-1",
		everywhere + "serviceid-group/tenants", everywhere + "serviceid/ServiceId-1", everywhere + "apikey/ApiKey-1", everywhere + "apikey/ApiKey-1/activity",
		everywhere + "serviceid/ServiceId-2", everywhere + "apikey/ApiKey-2", everywhere + "apikey/ApiKey-2/activity", everywhere + "identity-settings", everywhere + "policy/p1", everywhere + "role/r",
		groupCRN, groupCRN + "/member/iam-Profile-1", everywhere + "resource-group/rg1", everywhere + "target/t", everywhere + "route/r",
		everywhere + "activity-tracker-settings", everywhere + "enterprise/e", everywhere + "account-group/g", everywhere + "account/a",
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, n.uids()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatTheReplyDoesNotSayIsNoted(t *testing.T) {
	t.Parallel()
	n := scan(t, connected(t, options(furnished(t))))
	for uid, want := range map[string]string{
		"ibm:" + account + ":us-south":          `"^":{"api_version":"2026-04-07"}`,
		profileCRN + "/link/link-1":             `"^":{"profile_crn":"` + profileCRN + `","profile_id":"` + profileID + `"}`,
		profileCRN + "/rule/ClaimRule-1":        `"^":{"profile_crn":"` + profileCRN + `","profile_id":"` + profileID + `"}`,
		groupCRN + "/member/iam-Profile-1":      `"^":{"access_group_crn":"` + groupCRN + `","access_group_id":"AccessGroupId-1"}`,
		vpcCRN + "/routing-table/rt/route/r":    `"^":{"routing_table":"` + vpcCRN + `/routing-table/rt","vpc":"` + vpcCRN + `"}`,
		lbCRN + "/pool/p/member/m":              `"^":{"load_balancer":"` + lbCRN + `","load_balancer_pool":"` + lbCRN + `/pool/p"}`,
		lbCRN + "/listener/l/policy/lp":         `"^":{"listener":"` + lbCRN + `/listener/l","load_balancer":"` + lbCRN + `"}`,
		lbCRN + "/listener/l/policy/lp/rule/lr": `"^":{"listener":"` + lbCRN + `/listener/l","load_balancer":"` + lbCRN + `","policy":"` + lbCRN + `/listener/l/policy/lp"}`,
		instanceCRN + "/initialization":         `"^":{"workload":"` + instanceCRN + `"}`,
		"ibm:" + account + ":global/token":      `{"account":"` + account + `","iam_id":"iam-ServiceId-1","sub":"ServiceId-1","sub_type":"ServiceId"}`,
	} {
		if !strings.Contains(n.docs[uid], want) {
			t.Errorf("%s: %s is not in %s", uid, want, n.docs[uid])
		}
	}
}

// What the SDK gets to see of a reply must not show in the documents.
func TestTheListMayBeCutOutForTheSDK(t *testing.T) {
	t.Parallel()
	f := furnished(t)
	cut := scan(t, connected(t, options(f)))
	o := options(furnished(t))
	o.whole = true
	whole := scan(t, connected(t, o))
	host := strings.NewReplacer(f.URL, "E", o.Endpoint, "E")
	for uid, doc := range cut.docs {
		if host.Replace(doc) != host.Replace(whole.docs[uid]) {
			t.Errorf("%s\ncut   %s\nwhole %s", uid, doc, whole.docs[uid])
		}
	}
	if len(cut.docs) != len(whole.docs) {
		t.Errorf("%d documents cut, %d whole", len(cut.docs), len(whole.docs))
	}
}

func TestAWorkloadComesWithWhatStandsBesideIt(t *testing.T) {
	t.Parallel()
	n := scan(t, connected(t, options(furnished(t))))
	page := n.pages[slices.IndexFunc(n.pages, func(p []string) bool { return slices.Contains(p, instanceCRN) })]
	if diff := cmp.Diff([]string{instanceCRN, faceCRN, instanceCRN + "/initialization"}, page); diff != "" {
		t.Error(diff)
	}
	if a := n.answer(ibmfact.CallVNIs, south, ""); a.Items != 2 {
		t.Errorf("%d interfaces were handed out", a.Items)
	}
}

func TestCredentialsAreNowhereToBeSeen(t *testing.T) {
	t.Parallel()
	f := furnished(t)
	c := connected(t, options(f))
	n := scan(t, c)
	all := fmt.Sprintf("%v %+v %#v %s %+v", c, c, c, n.docs, n.answers)
	for _, secret := range []string{apiKey, f.token, strings.Split(f.token, ".")[2], "Tr0ub4dor", "the-very-key-itself"} {
		if strings.Contains(all, secret) {
			t.Errorf("%s is told", secret)
		}
	}
	if got := fmt.Sprint(c); got != "IBM Cloud account "+account {
		t.Error(got)
	}
	if who, as := c.Who(); who != account || as != "iam-ServiceId-1" {
		t.Error(who, as)
	}
}

// A person who may read VPCs and nothing of IAM sees the VPCs.
func TestWithoutRightsInIAMTheNetworkIsAsked(t *testing.T) {
	t.Parallel()
	f := furnished(t)
	for path := range f.replies {
		if strings.HasPrefix(path, "/v1/") || strings.HasPrefix(path, "/v2/") || strings.HasPrefix(path, "/api/") {
			f.refuses(path, http.StatusForbidden, "insufficient_permissions")
		}
	}
	n := scan(t, connected(t, options(f)))
	refused := 0
	for k, a := range n.answers {
		isVPC := strings.HasPrefix(k.Call, "is:") || k.Call == ibmfact.CallToken
		switch {
		case isVPC && a.Status != snapshot.Complete, !isVPC && (a.Status != snapshot.Refused || a.Cause != snapshot.Denied || a.HTTP != 403 || a.Attempts != 1):
			t.Errorf("%s: %+v", k.Call, a)
		case !isVPC:
			refused++
		}
	}
	if refused != 13 {
		t.Errorf("%d questions were refused", refused)
	}
}

// A fault of who takes the documents is no fault of IBM Cloud: nothing is asked
// again, and the scan ends with it.
func TestAFaultOfTheSinkIsNotRetried(t *testing.T) {
	t.Parallel()
	f := furnished(t)
	c := connected(t, options(f))
	full := errors.New("the disk is full")
	for part, path := range map[cloud.Part]string{cloud.PartNetwork: "/us-south/v1/security_groups", cloud.PartWorkloads: "/us-south/v1/instances"} {
		n := newNotes()
		n.each = func([]snapshot.Resource) error { return full }
		if err := c.Ask(context.Background(), n, part, south); !errors.Is(err, full) {
			t.Errorf("%s: %v", part, err)
		}
		if got := f.times(path); got > 1 {
			t.Errorf("%s was asked %d times", path, got)
		}
	}
}

func TestAStoppedScanIsNotedAsStopped(t *testing.T) {
	t.Parallel()
	f := furnished(t)
	c := connected(t, options(f))
	stop := errors.New("somebody pressed stop")
	ctx, cancel := context.WithCancelCause(context.Background())
	f.on("/us-south/v1/instances", func(w http.ResponseWriter, r *http.Request, _ int) {
		cancel(stop)
		<-r.Context().Done()
	})
	n := newNotes()
	if err := c.Ask(ctx, n, cloud.PartWorkloads, south); !errors.Is(err, stop) {
		t.Error(err)
	}
	a := n.answer(ibmfact.CallInstances, south, "")
	if a.Status != snapshot.Refused || a.Cause != snapshot.Interrupted || a.Code != snapshot.CodeInterrupted {
		t.Errorf("%+v", a)
	}
}

func TestAPartNeedsARegion(t *testing.T) {
	t.Parallel()
	c := connected(t, options(newFake(t)))
	for _, q := range []struct {
		part   cloud.Part
		region string
	}{
		{cloud.PartNetwork, ""}, {cloud.PartNetwork, snapshot.Global}, {cloud.PartWorkloads, "us-south/../v2"}, {cloud.PartWorkloads, "evil.example"},
		{cloud.PartAccount, south}, {"cake", south},
	} {
		if err := c.Ask(context.Background(), newNotes(), q.part, q.region); err == nil {
			t.Errorf("%s of %q is asked", q.part, q.region)
		}
	}
	if err := c.Workloads(context.Background(), newNotes()); err == nil {
		t.Error("workloads are asked for before the regions are known")
	}
}
