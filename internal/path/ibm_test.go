package path_test

import (
	"slices"
	"strings"
	"testing"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/path"
	"plumbline/internal/snapshot"
)

const (
	ibmGroup   = "crn:v1:bluemix:public:is:us-south:a/1a2b3c4d5e6f47a8b9c0d1e2f3a4b5c6::security-group:r006-0b"
	ibmProfile = "crn:v1:bluemix:public:iam-identity::a/1a2b3c4d5e6f47a8b9c0d1e2f3a4b5c6::profile:Profile-1"
)

// onIBM is a server of IBM Cloud whose profile anybody can have and use: open on
// 22, metadata by plain HTTP, an administrator's profile that a link binds.
func onIBM(change func(*estate.Workload)) *estate.Workload {
	w := bare()
	w.Subject = estate.Subject{Kind: estate.KindWorkload, Provider: "ibm", Region: "us-south", ID: "0717_e4a2", Name: "web-1",
		UID: "crn:v1:bluemix:public:is:us-south-1:a/1a2b3c4d5e6f47a8b9c0d1e2f3a4b5c6::instance:0717_e4a2"}
	w.Type = "instance"
	w.Metadata = estate.Metadata{Endpoint: fact.Sure("enabled"), Tokens: fact.Sure("required"), Applied: fact.Sure(true), Protocol: fact.Sure("http"),
		Class: fact.Sure(estate.ClassSessionToken)}
	rules := w.Exposure.Rules.Items()
	for i := range rules {
		rules[i].Gate, rules[i].ID = ibmGroup, strings.Replace(rules[i].ID, "sgr-", "r006-", 1)
	}
	w.Identity = estate.Identity{Name: fact.Sure(ibmProfile), Mechanism: fact.Sure(estate.ByLink), Role: fact.Sure(ibmProfile), Power: fact.Sure("admin"), AtLeast: fact.Sure("admin"),
		Profiles: fact.Listed([]estate.Becomes{
			{Principal: ibmProfile, Name: "all", Mechanism: estate.ByLink, By: "link-1", Power: fact.Sure("admin"), AtLeast: fact.Sure("admin")},
			{Principal: ibmProfile, Name: "all", Mechanism: estate.ByDefault, By: "link-1", Power: fact.Sure("admin"), AtLeast: fact.Sure("admin")},
		}, nil, "")}
	change(w)
	return w
}

// The service of IBM Cloud always wants a token: the way leads through it where
// it answers by plain HTTP, and is worth an administrator's profile alone.
func TestOfOnIBMCloud(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		change func(*estate.Workload)
		state  path.State
		broken string
	}{
		"by plain HTTP":               {func(*estate.Workload) {}, path.Whole, ""},
		"by HTTPS":                    {func(w *estate.Workload) { w.Metadata.Protocol = fact.Sure("https") }, path.Cut, "metadata"},
		"off":                         {func(w *estate.Workload) { w.Metadata.Class = fact.Sure(estate.ClassOff) }, path.Cut, "metadata"},
		"whether it is on: not known": {func(w *estate.Workload) { w.Metadata.Class = dark[string](snapshot.Absent) }, path.Possible, ""},
		"by HTTPS, and whether it is on: not known": {func(w *estate.Workload) {
			w.Metadata.Class, w.Metadata.Protocol = dark[string](snapshot.Absent), fact.Sure("https")
		}, path.Cut, "metadata"},
		"by what: not known": {func(w *estate.Workload) { w.Metadata.Protocol = dark[string](snapshot.UnknownValue) }, path.Possible, ""},
		"it changes things, and rules nothing": {func(w *estate.Workload) {
			w.Identity.Power, w.Identity.AtLeast = fact.Sure("write"), fact.Sure("write")
		}, path.Cut, "power"},
		"it can give itself more": {func(w *estate.Workload) {
			w.Identity.Power, w.Identity.AtLeast = fact.Sure("escalation"), fact.Sure("escalation")
		}, path.Whole, ""},
		"what it may become: not known": {func(w *estate.Workload) {
			w.Identity.Power, w.Identity.AtLeast = dark[string](snapshot.Denied), fact.Sure("none")
		}, path.Possible, ""},
	} {
		if p := path.Of(onIBM(c.change)); p.State != c.state || p.Broken != c.broken {
			t.Errorf("%s: %q, broken at %q", about, p.State, p.Broken)
		}
	}
	byRule := path.Of(onIBM(func(w *estate.Workload) {
		name, _ := w.Identity.Name.Get()
		w.Identity.Profiles = fact.Listed([]estate.Becomes{{Principal: name, Name: "ops-admin", Mechanism: estate.ByClaimRule, By: "every server of legacy"}}, nil, "")
	}))
	if !slices.ContainsFunc(byRule.Steps, func(s path.Step) bool {
		return s.Kind == path.KindIdentity && s.Title == "Trusted profile ops-admin" && strings.Contains(s.Detail, "the server fits the claim rule every server of legacy")
	}) {
		t.Errorf("the claim rule is not named: %+v", byRule.Steps)
	}
	reader := path.Of(onIBM(func(w *estate.Workload) {
		w.Identity.Power, w.Identity.AtLeast = fact.Sure("data_read"), fact.Sure("data_read")
	}))
	if s := reader.Steps[len(reader.Steps)-1]; s.Passes || s.Detail != "may read what is stored, which takes no account over: where no plain request is answered, only that counts" {
		t.Errorf("power reads %q", s.Detail)
	}
	steps := path.Of(onIBM(func(*estate.Workload) {})).Steps
	for kind, want := range map[string]string{"metadata": "by plain HTTP whoever first fetches a session token by a PUT", "identity": "handed to whoever asks"} {
		i := slices.IndexFunc(steps, func(s path.Step) bool { return s.Kind == kind })
		if !strings.Contains(steps[i].Detail, want) {
			t.Errorf("%s reads %q", kind, steps[i].Detail)
		}
		if kind == "identity" && steps[i].Title != "Trusted profile all" {
			t.Errorf("the identity is called %q", steps[i].Title)
		}
	}
}

func TestCommandsToPasteOnIBMCloud(t *testing.T) {
	t.Parallel()
	const https = "Have the metadata service answer by HTTPS alone"
	patch := func(servers string) string {
		return `curl -fsS -X PATCH "https://us-south.iaas.cloud.ibm.com/v1/` + servers + `/0717_e4a2?version=2026-04-07&generation=2" -H "Authorization: ${IAM_TOKEN:?Bearer and a token, from ibmcloud iam oauth-tokens}" ` +
			`-H 'Content-Type: application/merge-patch+json' -d '{"metadata_service":{"protocol":"https"}}'`
	}
	none := func(*estate.Workload) {}
	metal := func(w *estate.Workload) { w.Type = "bare_metal_server" }
	for about, c := range map[string]struct {
		change      func(*estate.Workload)
		title, want string
		why         string
		rules       []string
	}{
		"HTTPS":                        {none, https, patch("instances"), "look first", []string{"IBM-IMDS-002"}},
		"HTTPS of a bare metal server": {metal, https, patch("bare_metal_servers"), "look first", []string{"IBM-IMDS-005"}},
		"the service":                  {none, "Switch the", "ibmcloud target -r us-south && ibmcloud is instance-update 0717_e4a2 --metadata-service false", "loses it", nil},
		"the service of bare metal":    {metal, "Switch the", "ibmcloud target -r us-south && ibmcloud is bare-metal-server-update 0717_e4a2 --metadata-service false", "loses it", nil},
		"the rule":                     {none, "Remove rule", "ibmcloud target -r us-south\nibmcloud is security-group-rule-delete r006-0b r006-01 --force", "Use a VPN", []string{"IBM-NET-001"}},
		"a rule without an id":         {func(w *estate.Workload) { w.Exposure.Rules.Items()[0].ID = "" }, "Remove the rule", "", "", []string{"IBM-NET-001"}},
		"a rule for the three protocols": {func(w *estate.Workload) {
			r := &w.Exposure.Rules.Items()[0]
			r.Protocol, r.From, r.To = "icmp_tcp_udp", 0, 65535
		}, "Remove rule", "ibmcloud target -r us-south\nibmcloud is security-group-rule-delete r006-0b r006-01 --force", "", []string{"IBM-NET-001"}},
		"a link, told as the default too": {none, "Take Profile-1", "ibmcloud iam trusted-profile-link-delete Profile-1 link-1 --force", "until they expire", []string{"IBM-IAM-001"}},
		"a link and a claim rule of another": {func(w *estate.Workload) {
			w.Identity.Profiles = fact.Listed(append(slices.Clone(w.Identity.Profiles.Items()),
				estate.Becomes{Principal: strings.Replace(ibmProfile, "-1", "-2", 1), Mechanism: estate.ByClaimRule, By: "ClaimRule-1", Power: fact.Sure("escalation")},
				estate.Becomes{Principal: strings.Replace(ibmProfile, "-1", "-3", 1), Mechanism: estate.ByLink, By: "link-3", Power: fact.Sure("read")}), nil, "")
		}, "Take Profile-1", "ibmcloud iam trusted-profile-link-delete Profile-1 link-1 --force\nibmcloud iam trusted-profile-rule-delete Profile-2 ClaimRule-1 --force", "", []string{"IBM-IAM-001"}},
		"not every profile is known": {func(w *estate.Workload) {
			w.Identity.Profiles = fact.Listed(w.Identity.Profiles.Items(), nil, "", &fact.Reason{Cause: snapshot.Denied})
		}, "Take Profile-1", "", "", []string{"IBM-IAM-001"}},
		"a link with a name of two words": {func(w *estate.Workload) {
			for i := range w.Identity.Profiles.Items() {
				w.Identity.Profiles.Items()[i].By = "my link"
			}
		}, "Take Profile-1", "", "", []string{"IBM-IAM-001"}},
	} {
		f := cutOf(t, onIBM(c.change), c.title)
		if f.Command != c.want || !strings.Contains(f.Why, c.why) || !slices.Equal(f.Rules, c.rules) {
			t.Errorf("%s: %q\nwhy: %s\nrules: %v", about, f.Command, f.Why, f.Rules)
		}
	}
	for _, f := range path.Of(onIBM(none)).Cuts {
		if f.Kind == path.CutTokens {
			t.Error("tokens are asked for where they are required in any case")
		}
	}
}
