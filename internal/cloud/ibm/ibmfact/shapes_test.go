package ibmfact_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

const (
	profileCRN  = "crn:v1:bluemix:public:iam-identity::a/123456::profile:Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5"
	instanceCRN = "crn:v1:bluemix:public:is:us-south-1:a/123456::instance:0717_1e09281b-f177-46fb-baf1-bc152b2e391a"
)

// documents of a reply, read as the collector reads it. about are pairs of name
// and value.
func documents(t *testing.T, shape *wire.Shape, body []byte, about ...string) (docs []wire.Doc) {
	t.Helper()
	var p wire.Page
	for i := 0; i < len(about); i += 2 {
		p.About(about[i], about[i+1])
	}
	_, err := p.Parse(body, shape, wire.NewRedactor([32]byte{1}), func(d wire.Doc) error {
		docs = append(docs, wire.Doc{JSON: bytes.Clone(d.JSON), Redacted: slices.Clone(d.Redacted), List: d.List})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

func TestEveryReplyBecomesDocumentsWithAnIdentity(t *testing.T) {
	t.Parallel()
	south := snapshot.Scope{Provider: ibmfact.Provider, Account: "123456", Region: "us-south"}
	global := snapshot.Scope{Provider: ibmfact.Provider, Account: "123456", Region: snapshot.Global}
	of := []string{ibmfact.AboutProfileID, "Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5", ibmfact.AboutProfile, profileCRN}
	replies := map[string]struct {
		call  string
		scope snapshot.Scope
		about []string
		want  [][2]string // uid and name
	}{
		"get_instance_initialization": {ibmfact.CallInitialization, south, []string{ibmfact.AboutWorkload, instanceCRN},
			[][2]string{{instanceCRN + "/initialization", ""}}},
		"iam_list_claim_rules": {ibmfact.CallClaimRules, global, of, [][2]string{{profileCRN + "/rule/ClaimRule-1", "all-vsi-in-vpc"}}},
		"iam_list_links":       {ibmfact.CallLinks, global, of, [][2]string{{profileCRN + "/link/link-1", "web-1"}}},
		"iam_list_v2_policies": {ibmfact.CallPolicies, global, nil, [][2]string{{"ibm:123456:global/policy/p1", ""}}},
		"list_floating_ips":    {ibmfact.CallFloatingIPs, south, nil, [][2]string{{"ibm:123456:us-south/floating-ip/r006-fip", "fip1"}}},
		"list_flow_log_collectors": {ibmfact.CallFlowLogs, south, nil,
			[][2]string{{"crn:v1:bluemix:public:is:us-south:a/123456::flow-log-collector:r006-flc", "flc1"}}},
		"list_instances_page1": {ibmfact.CallInstances, south, nil, [][2]string{{instanceCRN, "web-1"}}},
		"list_instances_page2": {ibmfact.CallInstances, south, nil, [][2]string{{"ibm:123456:us-south/instance/0717_b", "db-1"}}},
		"list_network_acls":    {ibmfact.CallNetworkACLs, south, nil, [][2]string{{"ibm:123456:us-south/network-acl/r006-acl", "acl"}}},
		"list_security_groups": {ibmfact.CallSecurityGroups, south, nil,
			[][2]string{{"crn:v1:bluemix:public:is:us-south:a/123456::security-group:r006-sg", "web"}}},
	}
	stored, err := filepath.Glob("testdata/replies/*.json")
	if err != nil || len(stored) != len(replies) {
		t.Errorf("%d replies are stored and %d are read: %v", len(stored), len(replies), err)
	}
	for file, c := range replies {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(filepath.Join("testdata", "replies", file+".json"))
			if err != nil {
				t.Fatal(err)
			}
			shape := ibmfact.ShapeOf(c.call)
			var rd wire.Reader
			var got [][2]string
			for _, d := range documents(t, shape, body, c.about...) {
				uid, name, err := ibmfact.Identify(shape.Kind, c.scope, d.JSON, &rd)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, [2]string{uid, name})
				r := snapshot.Resource{Kind: shape.Kind, Scope: c.scope, UID: uid, Name: name, Call: c.call, Doc: d.JSON}
				if err := ibmfact.Belongs(&r, &rd); err != nil {
					t.Error(err)
				}
				r.UID += "x"
				if ibmfact.Belongs(&r, &rd) == nil {
					t.Error("a document belongs to a thing that it is not about")
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What was listed in another order is the same; what means something by its
// order is not.
func TestListsWithoutOrderAreSorted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call      string
		one, two  string
		different bool
	}{
		"rules and targets of a security group": {call: ibmfact.CallSecurityGroups,
			one: `{"security_groups":[{"id":"g","rules":[{"id":"a"},{"id":"b"}],"targets":[{"id":"x"},{"id":"y"}]}]}`,
			two: `{"security_groups":[{"id":"g","rules":[{"id":"b"},{"id":"a"}],"targets":[{"id":"y"},{"id":"x"}]}]}`},
		"rules of a network ACL are tried in their order": {call: ibmfact.CallNetworkACLs, different: true,
			one: `{"network_acls":[{"id":"g","rules":[{"id":"a"},{"id":"b"}]}]}`,
			two: `{"network_acls":[{"id":"g","rules":[{"id":"b"},{"id":"a"}]}]}`},
		"interfaces of an instance": {call: ibmfact.CallInstances,
			one: `{"instances":[{"id":"i","network_attachments":[{"id":"1"},{"id":"2"}],"volume_attachments":[{"id":"v"},{"id":"w"}]}]}`,
			two: `{"instances":[{"id":"i","network_attachments":[{"id":"2"},{"id":"1"}],"volume_attachments":[{"id":"w"},{"id":"v"}]}]}`},
		"roles of a policy": {call: ibmfact.CallPolicies,
			one: `{"policies":[{"id":"p","control":{"grant":{"roles":[{"role_id":"a"},{"role_id":"b"}]}},"resource":{"attributes":[{"key":"k"},{"key":"l"}]}}]}`,
			two: `{"policies":[{"id":"p","control":{"grant":{"roles":[{"role_id":"b"},{"role_id":"a"}]}},"resource":{"attributes":[{"key":"l"},{"key":"k"}]}}]}`},
		"what changes while nothing changes": {call: ibmfact.CallSubnets,
			one: `{"subnets":[{"id":"s","available_ipv4_address_count":250}],"total_count":1,"first":{"href":"a"}}`,
			two: `{"subnets":[{"id":"s","available_ipv4_address_count":249}],"total_count":9,"first":{"href":"b"}}`},
		"which machine answered, and when a key was used": {call: ibmfact.CallAPIKeys,
			one: `{"apikeys":[{"id":"k","context":{"transaction_id":"1"},"activity":{"authn_count":1,"last_authn":"2026-01-01T00:00+0000"}}],"context":{"host":"a"}}`,
			two: `{"apikeys":[{"id":"k","context":{"transaction_id":"2"},"activity":{"authn_count":2,"last_authn":"2026-02-02T00:00+0000"}}],"context":{"host":"b"}}`},
		"when a key was used is what is asked for": {call: ibmfact.CallAPIKey, different: true,
			one: `{"id":"k","activity":{"authn_count":1,"last_authn":"2026-01-01T00:00+0000"}}`,
			two: `{"id":"k","activity":{"authn_count":2,"last_authn":"2026-01-01T00:00+0000"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one := documents(t, ibmfact.ShapeOf(c.call), []byte(c.one))
			two := documents(t, ibmfact.ShapeOf(c.call), []byte(c.two))
			if same := bytes.Equal(one[0].JSON, two[0].JSON); same == c.different {
				t.Errorf("%s\n%s", one[0].JSON, two[0].JSON)
			}
		})
	}
}

func TestSecretsNeverReachADocument(t *testing.T) {
	t.Parallel()
	const token = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
	for name, c := range map[string]struct{ call, body, kept string }{
		"a name": {ibmfact.CallProfiles, `{"profiles":[{"id":"p","name":"` + token + `","iam_id":"iam-Profile-1"}]}`, "iam-Profile-1"},
		"a description": {ibmfact.CallServiceIDs,
			`{"serviceids":[{"id":"s","description":"use ` + token + `","apikey":{"apikey":"` + token + `"},"iam_id":"iam-ServiceId-1"}]}`, "iam-ServiceId-1"},
		"an API key":                       {ibmfact.CallAPIKeys, `{"apikeys":[{"id":"k","apikey":"Xy-12_secret` + token + `","locked":false}]}`, `"locked":false`},
		"the password of a Windows server": {ibmfact.CallInitialization, `{"keys":[],"password":{"encrypted_password":"` + token + `","encryption_key":{"fingerprint":"SHA256:yxa"}}}`, "SHA256:yxa"},
		"the password of a bare metal server": {ibmfact.CallBareMetalInitialization,
			`{"keys":[],"user_accounts":[{"username":"root","encrypted_password":"` + token + `"}]}`, `"username":"root"`},
		"the key of an event stream": {ibmfact.CallTrackerTargets,
			`{"targets":[{"id":"t","eventstreams_endpoint":{"api_key":"` + token + `","topic":"audit"}}]}`, "audit"},
		"a header of a health check": {ibmfact.CallPools,
			`{"pools":[{"id":"p","health_monitor":{"request":{"headers":[{"field":"x-api-key","value":"` + token + `"}]},"type":"http"}}]}`, `"type":"http"`},
		"what a template starts with": {ibmfact.CallTemplates,
			`{"templates":[{"id":"t","user_data":"#!/bin/sh\nexport TOKEN=` + token + `\n","metadata_service":{"enabled":true}}]}`, `"kind":"github_token","line":2`},
		"a value of a claim rule": {ibmfact.CallClaimRules,
			`{"rules":[{"id":"r","conditions":[{"claim":"name","operator":"EQUALS","value":"\"` + token + `\""}]}]}`, "EQUALS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			docs := documents(t, ibmfact.ShapeOf(c.call), []byte(c.body))
			if len(docs) != 1 || len(docs[0].Redacted) == 0 || bytes.Contains(docs[0].JSON, []byte(token)) {
				t.Fatalf("%d documents, the first %s, replaced %q", len(docs), docs[0].JSON, docs[0].Redacted)
			}
			if !bytes.Contains(docs[0].JSON, []byte(c.kept)) {
				t.Errorf("%s is not in %s", c.kept, docs[0].JSON)
			}
		})
	}
}

// Where its owner let IAM keep it, a key is told with when it was used.
func TestAnAPIKeyLeavesNoTrace(t *testing.T) {
	t.Parallel()
	docs := documents(t, ibmfact.ShapeOf(ibmfact.CallAPIKey),
		[]byte(`{"id":"ApiKey-1","apikey":"Xy-12_secret","name":"Xy-12_secret","description":"Xy-12_secret","activity":{"authn_count":0}}`))
	if want := `{"activity":{"authn_count":0},"id":"ApiKey-1"}`; string(docs[0].JSON) != want {
		t.Errorf("%s, want %s", docs[0].JSON, want)
	}
}

func TestUserDataThatMayNotBeReadIsNotRead(t *testing.T) {
	t.Parallel()
	docs := documents(t, ibmfact.ClosedShapeOf(ibmfact.CallTemplates),
		[]byte(`{"templates":[{"id":"t","name":"web","user_data":"#cloud-config\npassword: hunter2hunter2\n"}]}`))
	if s := string(docs[0].JSON); strings.Contains(s, "hunter2") || strings.Contains(s, "finds") || !strings.Contains(s, `"user_data":"[redacted:hidden:`) {
		t.Error(s)
	}
	if ibmfact.ClosedShapeOf(ibmfact.CallVPCs) != ibmfact.ShapeOf(ibmfact.CallVPCs) {
		t.Error("what has no user data has two shapes")
	}
}

// What this version does not know stays as it was sent.
func TestUnknownValuesSurvive(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile(filepath.Join("testdata", "replies", "list_security_groups.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc := documents(t, ibmfact.ShapeOf(ibmfact.CallSecurityGroups), body)[0].JSON
	for _, protocol := range []string{"tcp", "icmp_tcp_udp", "all", "any", "number_254"} {
		if !bytes.Contains(doc, []byte(`"protocol":"`+protocol+`"`)) {
			t.Errorf("%s is not in %s", protocol, doc)
		}
	}
	doc = documents(t, ibmfact.ShapeOf(ibmfact.CallInstances), []byte(`{"instances":[{"id":"i","metadata_service":{"enabled":"perhaps","mode":"new"}}]}`))[0].JSON
	if want := `{"id":"i","metadata_service":{"enabled":"perhaps","mode":"new"}}`; string(doc) != want {
		t.Errorf("%s, want %s", doc, want)
	}
}

func TestEveryCallHasAShapeWhoseKindHasAName(t *testing.T) {
	t.Parallel()
	scope := snapshot.Scope{Provider: ibmfact.Provider, Account: "a", Region: "r"}
	for call, s := range ibmfact.Shapes {
		if !s.JSON || s.Kind == "" {
			t.Errorf("%s has no kind, or is not JSON", call)
		}
		_, _, err := ibmfact.Identify(s.Kind, scope, []byte(`{}`), new(wire.Reader))
		if err == nil {
			t.Errorf("%s: an empty document has an identity", call)
		} else if strings.Contains(err.Error(), "is not a kind") {
			t.Errorf("%s: %v", call, err)
		}
	}
	for _, call := range ibmfact.RegionQuestions {
		if ibmfact.ShapeOf(call) == nil {
			t.Errorf("%s is asked of a region and has no shape", call)
		}
	}
}
