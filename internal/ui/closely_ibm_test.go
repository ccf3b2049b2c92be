package ui_test

import (
	"strings"
	"testing"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

const crn = "crn:v1:bluemix:public:iam-identity::a/3f1c7a52b9e84d06a1d2c3e4f5061728::profile:"

// choosing is a server of IBM Cloud that may become two profiles, one of them by
// a link and by a claim rule, and that was made with a third.
func choosing(w *estate.Workload) {
	w.Provider = "ibm"
	w.Metadata = estate.Metadata{Endpoint: fact.Sure("enabled"), Tokens: fact.Sure("required"), Protocol: fact.Sure("http"), HopLimit: fact.Sure(int64(1)),
		Applied: fact.Sure(true), Class: fact.Sure(estate.ClassSessionToken)}
	w.UserData, w.ContainerHost, w.Patches = estate.UserData{}, dark[bool](), estate.Patches{}
	i := &w.Identity
	i.Power, i.AtLeast, i.Count, i.Default, i.Stale = fact.Sure("write"), fact.Sure("write"), fact.Sure(int64(2)), fact.Sure(crn+"Profile-3"), fact.Sure(true)
	i.Profiles = fact.Listed([]estate.Becomes{
		{Principal: crn + "Profile-1", Name: "reports", Mechanism: estate.ByLink, By: "report-link", Power: fact.Sure("data_read"), AtLeast: fact.Sure("data_read")},
		{Principal: crn + "Profile-2", Name: "release", Mechanism: estate.ByLink, By: "release-link", Power: fact.Sure("write"), AtLeast: fact.Sure("write")},
		{Principal: crn + "Profile-1", Name: "reports", Mechanism: estate.ByClaimRule, By: "every server", Power: fact.Sure("data_read"), AtLeast: fact.Sure("data_read")},
	}, nil, "")
	i.Grants = fact.Listed([]estate.Grant{{Level: "write", Action: "Writer", Resource: "cloud-object-storage", Policy: "policy-1", Statement: "releasers (AccessGroupId-1)", Holder: "release"}}, nil, "")
}

func TestAServerOfIBMCloudTellsEveryProfileThatItMayBecome(t *testing.T) {
	t.Parallel()
	p := closely(t, choosing)
	p.has(t, "It may become 2 trusted profiles", "Created with Profile-3 It may not become it any more", "At most it may change things",
		"reports Profile-1 link report-link claim rule every server", "release Profile-2 link release-link", "Trusted profile It may By Policy release Change things Writer on cloud-object-storage policy-1 through the access group releasers (AccessGroupId-1)",
		"Not told by IBM Cloud", "Not looked at: load balancers of Internet Services")
	if text := p.text(); strings.Index(text, "release Profile-2") > strings.Index(text, "reports Profile-1") {
		t.Error("the stronger profile does not stand first")
	}
	p.hasNot(t, "instance profile", "Global Accelerator", "in the last 14 days")
}

func TestAServerOfIBMCloudTellsTheProtocolOfItsMetadataService(t *testing.T) {
	t.Parallel()
	const unencrypted, restarted = "travel unencrypted", "whether the server was stopped and started"
	for name, x := range map[string]struct {
		change   func(*estate.Metadata)
		has, not []string
	}{
		"http":       {func(*estate.Metadata) {}, []string{"Protocol HTTP", unencrypted, restarted}, nil},
		"https":      {func(m *estate.Metadata) { m.Protocol = fact.Sure("https") }, []string{"Protocol HTTPS", restarted}, []string{unencrypted}},
		"not known":  {func(m *estate.Metadata) { m.Protocol = dark[string]() }, []string{"Protocol Not known"}, []string{unencrypted}},
		"it is off":  {func(m *estate.Metadata) { m.Endpoint, m.Class = fact.Sure("disabled"), fact.Sure(estate.ClassOff) }, []string{"Protocol HTTP", "Endpoint disabled"}, []string{unencrypted, restarted}},
		"is it off?": {func(m *estate.Metadata) { m.Endpoint = dark[string]() }, []string{"Protocol HTTP", unencrypted}, nil},
	} {
		p := closely(t, func(w *estate.Workload) { choosing(w); x.change(&w.Metadata) })
		t.Run(name, func(t *testing.T) { p.has(t, x.has...); p.hasNot(t, x.not...) })
	}
	closely(t, func(*estate.Workload) {}).hasNot(t, "Protocol")
}

// What could not be read is told beside the list, and is no short list.
func TestThatAServerMayBecomeMoreIsSaid(t *testing.T) {
	t.Parallel()
	p := closely(t, func(w *estate.Workload) {
		choosing(w)
		i := &w.Identity
		i.Count, i.Stale, i.Power = dark[int64](), dark[bool](), dark[string]()
		i.Profiles = fact.Listed([]estate.Becomes{
			{Principal: crn + "Profile-1", Name: "reports", Mechanism: estate.ByLink, By: "report-link", Power: fact.Sure("limited"), AtLeast: fact.Sure("limited")},
			{Principal: crn + "Profile-2", Mechanism: estate.ByLink, By: "release-link", Power: dark[string](), AtLeast: dark[string]()},
		}, nil, "", why)
	})
	p.has(t, "It may become Not known", "Whether it may still become it is not known.", "There may be more than is listed.", "Profile-2 Profile-2 link release-link Not known")
	if text := p.text(); strings.Index(text, "release-link") > strings.Index(text, "report-link") {
		t.Error("a profile of which nothing is known stands behind one that may do little")
	}
}
