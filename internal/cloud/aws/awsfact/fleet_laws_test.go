package awsfact_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
)

// drawFleet draws every layer with every word that it knows, and one that it
// does not.
func drawFleet(t *rapid.T) *fleet {
	pick := func(about string, from ...string) string { return rapid.SampledFrom(from).Draw(t, about) }
	tokens := func() string { return pick("tokens", "", "", v1, v2, v2, "<httpTokens>strict</httpTokens>") }
	endpoint := func() string {
		return pick("endpoint", "", "", "<httpEndpoint>enabled</httpEndpoint>", "<httpEndpoint>disabled</httpEndpoint>")
	}
	hops := func() string { return pick("hops", "", hopSet("1"), hopSet("2"), hopSet("64")) }
	image := func() string {
		return pick("image", "<imageId>ami-1</imageId>", "<imageId>ami-2</imageId>", "<imageId>ami-3</imageId>", "<imageId>resolve:ssm:x</imageId>", "")
	}
	data := func() string {
		nic := pick("address", "", "<networkInterfaceSet><item><associatePublicIpAddress>true</associatePublicIpAddress></item></networkInterfaceSet>")
		return image() + nic + withOptions(tokens()+endpoint()+hops())
	}
	f := &fleet{
		defaults:  tokens() + endpoint() + hops() + pick("enforcement", "", "", enforced, notEnforced),
		images:    ami("ami-1", "") + ami("ami-2", marked),
		used:      ami("ami-3", pick("mark", "", marked, "<imdsSupport>v3.0</imdsSupport>")),
		templates: lt("lt-1", "web", pick("default", "1", "2"), "2") + lt("lt-2", "api", "1", "1"),
		versions:  ltv("lt-1", "1", data()) + ltv("lt-1", "2", data()) + ltv("lt-2", "1", data()),
		configs: lc("old", "<ImageId>"+pick("config's image", "ami-1", "ami-2")+"</ImageId><MetadataOptions>"+
			pick("config's tokens", "", "<HttpTokens>required</HttpTokens>", "<HttpTokens>optional</HttpTokens>")+"</MetadataOptions>"),
	}
	spec := func() string {
		return templateUse(pick("template", "lt-1", "lt-1", "lt-2", "lt-9"), pick("version", "", "1", "2", "7", "$Latest", "$Default"))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "groups") {
		from := "<LaunchTemplate>" + spec() + "</LaunchTemplate>"
		switch pick("kind of group", "template", "configuration", "mixed") {
		case "configuration":
			from = "<LaunchConfigurationName>" + pick("config", "old", "gone") + "</LaunchConfigurationName>"
		case "mixed":
			over := ""
			for range rapid.IntRange(0, 3).Draw(t, "overrides") {
				over += "<member>" + pick("override", "", "<ImageId>ami-1</ImageId>", "<ImageId>ami-2</ImageId>",
					"<LaunchTemplateSpecification>"+spec()+"</LaunchTemplateSpecification>") + "</member>"
			}
			from = "<MixedInstancesPolicy><LaunchTemplate><LaunchTemplateSpecification>" + spec() + "</LaunchTemplateSpecification><Overrides>" + over +
				"</Overrides></LaunchTemplate></MixedInstancesPolicy>"
		}
		f.groups += asg(fmt.Sprint("g", i), from)
	}
	return f
}

// known are all facts of templates and images that are known, by name.
func knownFacts(c *snapshot.Context) map[string]string {
	m := map[string]string{}
	put := func(name string, v any) {
		if s := fmt.Sprint(v); !strings.HasPrefix(s, "? ") {
			m[name] = s
		}
	}
	forecast := func(of string, n *estate.Forecast) {
		put(of+" launches", told(n.Launches))
		put(of+" tokens", told(n.Tokens))
		put(of+" tokens by", told(n.TokensBy))
		put(of+" endpoint", told(n.Endpoint))
		put(of+" endpoint by", told(n.EndpointBy))
		put(of+" hops", told(n.HopLimit))
		put(of+" hops by", told(n.HopLimitBy))
		put(of+" public", told(n.PublicIP))
		put(of+" containers", told(n.ContainerHost))
	}
	for _, x := range templatesOf(c) {
		put(x.UID+" in use", told(x.InUse))
		put(x.UID+" default", told(x.Default))
		put(x.UID+" members", told(x.Members))
		forecast(x.UID, &x.Next)
		for _, v := range x.Versions.Items() {
			put(x.UID+v.Number+" in use", told(v.InUse))
			put(x.UID+v.Number+" tokens", told(v.Tokens))
		}
	}
	for _, i := range imagesOf(c) {
		put(i.UID+" in use", told(i.InUse))
		put(i.UID+" asks for", told(i.Tokens))
		forecast(i.UID, &i.Next)
	}
	return m
}

// reverses names facts that are known before and after, and differ.
func turnedFacts(before, after map[string]string) (bad []string) {
	for name, was := range before {
		if is, ok := after[name]; ok && is != was {
			bad = append(bad, fmt.Sprintf("%s turns from %s to %s", name, was, is))
		}
	}
	return bad
}

// TestHidingAnAnswerNeverTurnsAForecast: whichever question is refused, what is
// still known is what it was.
func TestHidingAnAnswerNeverTurnsAForecast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		qs := drawFleet(rt).questions(t)
		before := knownFacts(fleetContext(qs))
		for i := range qs {
			for _, bad := range turnedFacts(before, knownFacts(fleetContext(qs, i))) {
				rt.Errorf("without %s %s: %s", qs[i].call, qs[i].subject, bad)
			}
		}
	})
}

// TestCuttingAListNeverTurnsAForecast: the same where a reply broke off, and
// what had arrived by then is there.
func TestCuttingAListNeverTurnsAForecast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		qs := drawFleet(rt).questions(t)
		before := knownFacts(fleetContext(qs))
		i := rapid.IntRange(0, len(qs)-1).Draw(rt, "which")
		kept := qs[i].rs[:rapid.IntRange(0, len(qs[i].rs)).Draw(rt, "how much")]
		for _, bad := range turnedFacts(before, knownFacts(cutContext(qs, i, kept))) {
			rt.Errorf("%s %s cut: %s", qs[i].call, qs[i].subject, bad)
		}
	})
}

// TestADocumentThatCannotBeReadTellsNothing: what it is about is there, and
// nothing is known of it.
func TestADocumentThatCannotBeReadTellsNothing(t *testing.T) {
	t.Parallel()
	qs := shop().questions(t)
	for i := range qs {
		for j := range qs[i].rs {
			if qs[i].region == here {
				qs[i].rs[j].Doc = []byte("{]")
				qs[i].rs[j].Seal()
			}
		}
	}
	c := fleetContext(qs)
	for name, x := range templatesOf(c) {
		if x.Next.Tokens.Known() || x.Next.Endpoint.Known() || x.Next.HopLimit.Known() || x.Next.Launches.Known() || x.InUse.Known() {
			t.Errorf("%s: something is known of it: %v %v %v", name, told(x.Next.Tokens), told(x.Next.Launches), told(x.InUse))
		}
	}
	for id, i := range imagesOf(c) {
		if i.Tokens.Known() || i.Owned.Known() || i.Next.Tokens.Known() {
			t.Errorf("%s: something is known of it: %v", id, told(i.Tokens))
		}
	}
	if n, m := len(templatesOf(c)), len(imagesOf(c)); n != 3 || m != 3 {
		t.Errorf("there are %d templates and %d images, want 3 (groups are a gap) and 3", n, m)
	}
}

// TestWhatIsForecastIsWhatSomeLaunchGets: a template whose next instance is
// said to answer without a token has a way of launching that does, and one that
// is said to require tokens has none; checked against the plain reading of the
// precedence on one way at a time.
func TestWhatIsForecastIsWhatSomeLaunchGets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := drawFleet(rt)
		all := f.read(t)
		web := all["launch_template web"]
		open := func(n *estate.Forecast) bool {
			tokens, _ := n.Tokens.Get()
			endpoint, _ := n.Endpoint.Get()
			launches, _ := n.Launches.Get()
			return launches && endpoint == "enabled" && tokens == "optional"
		}
		closed := func(n *estate.Forecast) bool {
			tokens, _ := n.Tokens.Get()
			endpoint, _ := n.Endpoint.Get()
			launches, told := n.Launches.Get()
			return told && !launches || endpoint == "disabled" || tokens == "required"
		}
		alone := *f
		alone.groups = ""
		n := alone.read(t)["launch_template web"].Next
		if open(&n) && !open(&web.Next) {
			rt.Error("the default version is open, and the template is not said to be")
		}
		if closed(&web.Next) && !closed(&n) {
			rt.Error("the template is said to be closed, and its default version is not")
		}
	})
}

// TestHidingAnAnswerNeverTurnsAnInstance: the same for what stands beside an
// instance, and for listings of the account that tell of it.
func TestHidingAnAnswerNeverTurnsAnInstance(t *testing.T) {
	t.Parallel()
	const cluster = "arn:aws:ecs:eu-west-1:111122223333:cluster/c"
	rapid.Check(t, func(rt *rapid.T) {
		some := func(q fleetQuestion, docs ...snapshot.Resource) fleetQuestion {
			for _, d := range docs {
				if rapid.Bool().Draw(rt, d.UID) {
					q.rs = append(q.rs, d)
				}
			}
			return q
		}
		doc := func(call, kind, uid, json string) snapshot.Resource {
			return jsonDocument(t, call, kind, here, uid, json)
		}
		ping := rapid.SampledFrom([]string{"Online", "ConnectionLost", "Dozing"}).Draw(rt, "agent")
		managed := some(fleetQuestion{call: awsfact.CallManaged, region: here}, doc(awsfact.CallManaged, awsfact.KindManaged, instanceARN+"/ssm", `{"PingStatus":"`+ping+`"}`))
		patches := fleetQuestion{call: awsfact.CallPatches, region: here}
		if len(managed.rs) > 0 { // the others are not asked about
			patches = some(patches, doc(awsfact.CallPatches, awsfact.KindPatchState, instanceARN+"/patches", `{"MissingCount":1}`))
		}
		qs := []fleetQuestion{
			some(fleetQuestion{call: awsfact.CallMetrics, region: here}, doc(awsfact.CallMetrics, awsfact.KindMetric, instanceARN+"/MetadataNoToken", `{"StatusCode":"Complete","Values":[1]}`)),
			some(fleetQuestion{call: awsfact.CallUserData, region: here, subject: "i-1"}, doc(awsfact.CallUserData, awsfact.KindUserData, instanceARN+"/user-data", `{"userData":null}`)),
			managed, patches,
			some(fleetQuestion{call: awsfact.CallProtected, region: here}, doc(awsfact.CallProtected, awsfact.KindProtected, instanceARN, `{"ResourceArn":"`+instanceARN+`"}`)),
			some(fleetQuestion{call: awsfact.CallVolumes, region: here}, doc(awsfact.CallVolumes, awsfact.KindVolume, "v", `{"volumeId":"vol-1"}`)),
			some(fleetQuestion{call: awsfact.CallClusters, region: here}, doc(awsfact.CallClusters, awsfact.KindCluster, cluster, `{"value":"x"}`)),
			{call: awsfact.CallContainers, region: here, subject: cluster},
			some(fleetQuestion{call: awsfact.CallContainer, region: here, subject: cluster}, doc(awsfact.CallContainer, awsfact.KindContainer, cluster+"/1", `{"ec2InstanceId":"i-1"}`)),
		}
		res := instance(t, `<blockDeviceMapping><item><ebs><volumeId>vol-1</volumeId></ebs></item></blockDeviceMapping>`)
		read := func(c *snapshot.Context) map[string]string {
			w, err := new(awsfact.Reader).Workload(c, res)
			if err != nil {
				rt.Fatal(err)
			}
			m := map[string]string{}
			v := w.Volumes.Items()[0]
			for name, f := range map[string]any{
				"no token": told(w.Usage.NoToken), "user data": told(w.UserData.Present), "managed": told(w.Patches.Managed), "patches": told(w.Patches.State),
				"backed up": told(v.BackedUp), "encrypted": told(v.Encrypted), "containers": told(w.ContainerHost),
			} {
				if s := fmt.Sprint(f); !strings.HasPrefix(s, "? ") {
					m[name] = s
				}
			}
			return m
		}
		before := read(fleetContext(qs))
		for i := range qs {
			for _, bad := range turnedFacts(before, read(fleetContext(qs, i))) {
				rt.Errorf("without %s: %s", qs[i].call, bad)
			}
		}
	})
}
