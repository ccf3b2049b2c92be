package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/inspect"
	"plumbline/internal/listing"
	attack "plumbline/internal/path"
	"plumbline/internal/problem"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

const oneWorkload = "/api/v1/workloads/arn:aws:ec2:eu-west-1:1:instance%2Fi-1"

// open is a workload with a way in, of which a few things are not known.
func open() *inspect.Report {
	why := &fact.Reason{Cause: snapshot.Denied, Call: "ec2:DescribeNetworkAcls"}
	w := &estate.Workload{
		Subject:  estate.Subject{UID: "arn:aws:ec2:eu-west-1:1:instance/i-1", ID: "i-1"},
		State:    fact.Sure("running"),
		Metadata: estate.Metadata{Tokens: fact.Sure("optional"), Class: fact.Sure(estate.ClassUnauthGet)},
		Exposure: estate.Exposure{Internet: fact.Sure(estate.Reachable), Reached: fact.Sure(true), Open: fact.Listed([]estate.Opening{
			{Family: "ipv4", Protocol: "tcp", From: 22, To: 22, AnySource: fact.Sure(true)}, {Family: "ipv6", Protocol: "tcp", From: 22, To: 22}}, nil, "", why),
			Paths: []reach.Path{{Family: "ipv4", Open: true, Maybe: true, Gates: []reach.Gate{{Kind: "security_group", ID: "sg-1", Passes: reach.Open}, {Kind: "route"}}}}},
		Identity: estate.Identity{Name: fact.Sure("arn:web"), Role: fact.Sure("arn:web"), Power: fact.Sure("admin"), AtLeast: fact.Sure("admin"),
			Grants: fact.Listed([]estate.Grant{{Level: "admin", Action: "*", Resource: "*", Policy: "all", Statement: "#1", Inferred: true}}, nil, "")},
		UserData: estate.UserData{Present: fact.Sure(true), Secrets: fact.Listed([]estate.Secret{{Kind: "private_key", Place: "part 1", Line: 3, Hash: "9f"}}, nil, "")},
	}
	return &inspect.Report{Workload: w, Path: attack.Of(w), TakenAt: noon, Verdicts: []finding.Verdict{
		{Rule: "AWS-IMDS-001", Severity: finding.High, Outcome: finding.Fail, Say: "tokens are optional"},
		{Rule: "AWS-IMDS-002", Severity: finding.Medium, Outcome: finding.Unknown, Reasons: []fact.Reason{*why}},
		{Rule: "AWS-IMDS-013", Severity: finding.Low, Outcome: finding.Pass}}}
}

func asked(t *testing.T, do func(context.Context, listing.Workload) (*inspect.Report, error)) *httptest.ResponseRecorder {
	t.Helper()
	return newWorldThat(do).ask(t, viewer(access.Reader), http.MethodGet, oneWorkload, "")
}

func TestAWorkloadIsToldInFull(t *testing.T) {
	t.Parallel()
	r := asked(t, func(_ context.Context, x listing.Workload) (*inspect.Report, error) {
		if x.UID != "arn:aws:ec2:eu-west-1:1:instance/i-1" {
			t.Errorf("asked for %s", x.UID)
		}
		return open(), nil
	})
	var u wholeWorkload
	if err := json.Unmarshal(r.Body.Bytes(), &u); err != nil || r.Code != http.StatusOK || u.Detail == nil {
		t.Fatalf("%d, %v: %s", r.Code, err, r.Body)
	}
	d := u.Detail
	switch {
	case u.UID != "arn:aws:ec2:eu-west-1:1:instance/i-1" || u.Missing != "":
		t.Errorf("the row is %+v", u.Workload)
	case *d.Metadata.Class != "unauth_get" || d.Metadata.Applied != nil || d.Unknown["metadata.applied"].Cause == "":
		t.Errorf("the metadata service is %+v", d.Metadata)
	case *d.Exposure.Internet != "reachable" || !*d.Exposure.Open[0].AnySource || d.Exposure.Open[1].AnySource != nil || d.Unknown["exposure.open"].Call != "ec2:DescribeNetworkAcls":
		t.Errorf("exposed are %+v", d.Exposure)
	case d.Exposure.Ways[0].Gates[1].Passes != "unknown":
		t.Errorf("a gate that nobody looked at %s", d.Exposure.Ways[0].Gates[1].Passes)
	case *d.Identity.Power != "admin" || !d.Identity.Because[0].Inferred || d.Identity.Mechanism != nil:
		t.Errorf("it may %+v", d.Identity)
	case d.Secrets[0] != secret{"private_key", "part 1", 3, "9f"}:
		t.Errorf("secrets are %+v", d.Secrets)
	case d.Path.State != "whole" || len(d.Path.Cuts) == 0 || d.Path.Steps[0].Kind != "internet":
		t.Errorf("the way in is %+v", d.Path)
	case len(d.Outcomes) != 3 || d.Outcomes[1].Outcome != "unknown" || d.Outcomes[1].Reasons[0].Cause != "denied" || d.Outcomes[2].Outcome != "pass":
		t.Errorf("the rules said %+v", d.Outcomes)
	}
}

func TestAWorkloadWithoutDetailSaysWhy(t *testing.T) {
	t.Parallel()
	r := asked(t, func(context.Context, listing.Workload) (*inspect.Report, error) {
		return nil, problem.New(problem.NotFound, "There is none.")
	})
	if r.Code != http.StatusOK || !strings.Contains(r.Body.String(), `"detail":null`) || !strings.Contains(r.Body.String(), "did not see this workload") {
		t.Errorf("%d: %s", r.Code, r.Body)
	}
	if r := asked(t, nil); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), "cannot read the stored replies") {
		t.Errorf("%d: %s", r.Code, r.Body)
	}
	r = asked(t, func(context.Context, listing.Workload) (*inspect.Report, error) { return nil, errors.New("hunter2") })
	if r.Code != http.StatusInternalServerError || strings.Contains(r.Body.String(), "hunter2") {
		t.Errorf("%d: %s", r.Code, r.Body)
	}
}

// A server of IBM Cloud chooses among trusted profiles, and its metadata service
// has a protocol; one of AWS has neither.
func TestAWorkloadOfIBMCloudTellsWhatItMayBecome(t *testing.T) {
	t.Parallel()
	why := &fact.Reason{Cause: snapshot.Denied, Call: "iam-identity:ListClaimRules"}
	rep := open()
	w := rep.Workload
	w.Metadata.Protocol = fact.Sure("http")
	w.Identity.Count, w.Identity.Default = fact.Unknown[int64](why, nil, ""), fact.Sure("crn:ops")
	w.Identity.Profiles = fact.Listed([]estate.Becomes{
		{Principal: "crn:ops", Name: "ops", Mechanism: estate.ByLink, By: "link-1", Power: fact.Sure("write"), AtLeast: fact.Sure("read")},
		{Principal: "crn:web", Mechanism: estate.ByClaimRule, By: "rule-1", Power: fact.Unknown[string](why, nil, "")}}, nil, "", why)
	of := func(provider string) (*detail, string) {
		t.Helper()
		w.Provider = provider
		r := asked(t, func(context.Context, listing.Workload) (*inspect.Report, error) { return rep, nil })
		var u wholeWorkload
		if err := json.Unmarshal(r.Body.Bytes(), &u); err != nil || u.Detail == nil {
			t.Fatalf("%v: %s", err, r.Body)
		}
		return u.Detail, r.Body.String()
	}
	d, _ := of("ibm")
	i := d.Identity
	switch {
	case *d.Metadata.Protocol != "http":
		t.Errorf("the metadata service is %+v", d.Metadata)
	case i.Count != nil || d.Unknown["identity.count"].Call != why.Call || d.Unknown["identity.profiles"].Call != why.Call || d.Unknown["identity.stale"].Cause == "":
		t.Errorf("not known are %v", d.Unknown)
	case len(i.Profiles) != 2 || i.Profiles[0].Mechanism != "link" || i.Profiles[0].By != "link-1" || *i.Profiles[0].Power != "write" || *i.Profiles[0].AtLeast != "read" || i.Profiles[1].Power != nil || i.Profiles[1].Unknown.Call != why.Call || i.Profiles[0].Unknown != nil || *i.Default != "crn:ops":
		t.Errorf("it may become %+v", i)
	}
	if d, body := of("aws"); d.Metadata.Protocol != nil || d.Identity.Profiles != nil || strings.Contains(body, "identity.profiles") {
		t.Errorf("on AWS: %+v, %v", d.Identity, d.Unknown)
	}
}
