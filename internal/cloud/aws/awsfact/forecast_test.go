package awsfact_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
)

const (
	v2, v1      = "<httpTokens>required</httpTokens>", "<httpTokens>optional</httpTokens>"
	enforced    = "<httpTokensEnforced>enabled</httpTokensEnforced>"
	notEnforced = "<httpTokensEnforced>disabled</httpTokensEnforced>"
)

func hopSet(n string) string { return "<httpPutResponseHopLimit>" + n + "</httpPutResponseHopLimit>" }

// one is a template with one version that boots from ami-1.
func oneTemplate(template, accountDefaults, image string) *fleet {
	return &fleet{
		defaults:  accountDefaults,
		images:    ami("ami-1", image),
		templates: lt("lt-1", "web", "1", "1"),
		versions:  ltv("lt-1", "1", "<imageId>ami-1</imageId>"+template),
	}
}

func nextFrom(t *testing.T, f *fleet, refuse ...string) estate.Forecast {
	t.Helper()
	return f.read(t, refuse...)["launch_template web"].Next
}

// TestWhoDecidesTokens is the table of the EC2 user guide, "Configure instance
// metadata options for new instances", with the layers it leaves out.
func TestWhoDecidesTokens(t *testing.T) {
	t.Parallel()
	layers := map[string]string{"V2 only": v2, "V1 or V2": v1, "not set": "", "no preference": "<httpTokens>no-preference</httpTokens>"}
	for _, c := range []struct{ launch, account, image, want, by string }{
		{"V2 only", "V2 only", "v2.0", "required", "template"},
		{"V2 only", "V2 only", "null", "required", "template"},
		{"V2 only", "V1 or V2", "v2.0", "required", "template"},
		{"V2 only", "V1 or V2", "null", "required", "template"},
		{"V2 only", "no preference", "v2.0", "required", "template"},
		{"V2 only", "no preference", "null", "required", "template"},
		{"V1 or V2", "V2 only", "v2.0", "optional", "template"},
		{"V1 or V2", "V2 only", "null", "optional", "template"},
		{"V1 or V2", "V1 or V2", "v2.0", "optional", "template"},
		{"V1 or V2", "V1 or V2", "null", "optional", "template"},
		{"V1 or V2", "no preference", "v2.0", "optional", "template"},
		{"V1 or V2", "no preference", "null", "optional", "template"},
		{"not set", "V2 only", "v2.0", "required", "account"},
		{"not set", "V2 only", "null", "required", "account"},
		{"not set", "V1 or V2", "v2.0", "optional", "account"},
		{"not set", "V1 or V2", "null", "optional", "account"},
		{"not set", "no preference", "v2.0", "required", "image"},
		{"not set", "no preference", "null", "optional", "service"},
		{"not set", "not set", "v2.0", "required", "image"},
		{"not set", "not set", "null", "optional", "service"},
	} {
		t.Run(c.launch+", "+c.account+", "+c.image, func(t *testing.T) {
			t.Parallel()
			image := ""
			if c.image == "v2.0" {
				image = marked
			}
			n := nextFrom(t, oneTemplate(withOptions(layers[c.launch]), layers[c.account], image))
			if got := []any{told(n.Tokens), told(n.TokensBy)}; got[0] != c.want || got[1] != c.by {
				t.Errorf("got %v, want %v by %v", got, c.want, c.by)
			}
		})
	}
}

func TestEachOptionIsDecidedByItself(t *testing.T) {
	t.Parallel()
	const on, off = "<httpEndpoint>enabled</httpEndpoint>", "<httpEndpoint>disabled</httpEndpoint>"
	for _, c := range []struct {
		about, launch, account, image string
		of                            func(*estate.Forecast) []any
		want                          []any
	}{
		{"hop limit of the template", withOptions(hopSet("3")), hopSet("1"), marked, hopLimit, []any{int64(3), "template"}},
		{"the account's overrules the image's, and the image still decides tokens", "", hopSet("1"), marked,
			func(n *estate.Forecast) []any { return append(hopLimit(n), told(n.Tokens), told(n.TokensBy)) }, []any{int64(1), "account", "required", "image"}},
		{"no preference is written as -1", "", hopSet("-1"), marked, hopLimit, []any{int64(2), "image"}},
		{"an image that asks for tokens brings two hops", "", "", marked, hopLimit, []any{int64(2), "image"}},
		{"even where tokens are decided by the template", withOptions(v1), "", marked, hopLimit, []any{int64(2), "image"}},
		{"nobody says anything", "", "", "", hopLimit, []any{int64(1), "service"}},
		{"the template switches the endpoint off", withOptions(off), on, "", endpointNext, []any{"disabled", "template"}},
		{"the account does", "", off, marked, endpointNext, []any{"disabled", "account"}},
		{"the template switches on what the account has off", withOptions(on), off, "", endpointNext, []any{"enabled", "template"}},
		{"nobody says anything of the endpoint", "", "", marked, endpointNext, []any{"enabled", "service"}},
		{"a word of the template's that AWS may add", withOptions("<httpTokens>strict</httpTokens>" + hopSet("3")), v2, marked,
			func(n *estate.Forecast) []any { return append(hopLimit(n), told(n.Tokens), told(n.TokensBy)) },
			[]any{int64(3), "template", "? unknown_value strict", "? unknown_value strict"}},
		{"a word of the account's, where it could decide", "", "<httpTokens>strict</httpTokens>", marked, tokensNext, []any{"? unknown_value strict", "? unknown_value strict"}},
		{"a word of the account's, where the template has decided", withOptions(v1), "<httpTokens>strict</httpTokens>", marked, tokensNext, []any{"optional", "template"}},
		{"a mark of the image's, where it could decide", "", "", "<imdsSupport>v3.0</imdsSupport>", tokensNext, []any{"? unknown_value v3.0", "? unknown_value v3.0"}},
		{"a mark of the image's, where the account has decided", "", v2, "<imdsSupport>v3.0</imdsSupport>", tokensNext, []any{"required", "account"}},
		{"metadata options that are no options", "<metadataOptions>x</metadataOptions>", v2, marked, tokensNext, []any{"? unknown_value x", "? unknown_value x"}},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			n := nextFrom(t, oneTemplate(c.launch, c.account, c.image))
			if diff := cmp.Diff(c.want, c.of(&n)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func tokensNext(n *estate.Forecast) []any   { return []any{told(n.Tokens), told(n.TokensBy)} }
func hopLimit(n *estate.Forecast) []any     { return []any{told(n.HopLimit), told(n.HopLimitBy)} }
func endpointNext(n *estate.Forecast) []any { return []any{told(n.Endpoint), told(n.EndpointBy)} }

func TestEnforcementRefusesLaunchesThatDoNotRequireTokens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about, launch, account, image string
		want                          any
	}{
		{"required under enforcement", withOptions(v2), enforced, "", true},
		{"optional under enforcement", withOptions(v1), enforced, "", false},
		{"nobody requires them under enforcement", "", enforced, "", false},
		{"the image requires them under enforcement", "", enforced, marked, true},
		{"the template overrules a default that requires them, under enforcement", withOptions(v1), v2 + enforced, marked, false},
		{"optional and not enforced", withOptions(v1), notEnforced, "", true},
		{"optional and nothing said of enforcement", withOptions(v1), "", "", true},
		{"a word of enforcement that AWS may add, and optional", withOptions(v1), "<httpTokensEnforced>soon</httpTokensEnforced>", "", "? unknown_value soon"},
		{"a word of enforcement that AWS may add, and required", withOptions(v2), "<httpTokensEnforced>soon</httpTokensEnforced>", "", true},
		{"enforced, and tokens cannot be told", withOptions("<httpTokens>strict</httpTokens>"), enforced, "", "? unknown_value strict"},
		{"not enforced, and tokens cannot be told", withOptions("<httpTokens>strict</httpTokens>"), notEnforced, "", true},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			if got := told(nextFrom(t, oneTemplate(c.launch, c.account, c.image)).Launches); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestALayerThatWasRefusedLeavesOpenWhatItCouldDecide(t *testing.T) {
	t.Parallel()
	const denied = "? denied AccessDenied"
	for _, c := range []struct {
		about, launch, refuse         string
		tokens, endpoint, hops, lanes any
	}{
		{"the account's defaults, and the template says nothing", "", awsfact.CallDefaults, denied, denied, denied, denied},
		{"the account's defaults, and the template says all but enforcement", withOptions(v2 + hopSet("1") + "<httpEndpoint>enabled</httpEndpoint>"), awsfact.CallDefaults, "required", "enabled", int64(1), true},
		{"the account's defaults, and the template leaves tokens optional", withOptions(v1), awsfact.CallDefaults, "optional", denied, denied, denied},
		{"images, and the template says nothing", "", awsfact.CallImages, denied, "enabled", denied, true},
		{"images, and the template says tokens and hops", withOptions(v2 + hopSet("1")), awsfact.CallImages, "required", "enabled", int64(1), true},
		{"the versions, and nothing is enforced", withOptions(v2), awsfact.CallTemplateVersions, denied, denied, denied, true},
		{"the groups, which may use another version", withOptions(v2), awsfact.CallScalingGroups, denied, "enabled", denied, true},
		{"the groups, and the default is as bad as can be", withOptions(v1 + "<httpEndpoint>enabled</httpEndpoint>"), awsfact.CallScalingGroups, "optional", "enabled", denied, true},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			n := nextFrom(t, oneTemplate(c.launch, "", ""), c.refuse)
			if diff := cmp.Diff([]any{c.tokens, c.endpoint, c.hops, c.lanes}, []any{told(n.Tokens), told(n.Endpoint), told(n.HopLimit), told(n.Launches)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheImageOfALaunch(t *testing.T) {
	t.Parallel()
	f := func(image string) *fleet {
		return &fleet{images: ami("ami-1", ""), used: ami("ami-2", marked),
			templates: lt("lt-1", "web", "1", "1"), versions: ltv("lt-1", "1", image)}
	}
	for _, c := range []struct {
		about, image string
		want         any
	}{
		{"the account's own", "<imageId>ami-1</imageId>", "optional"},
		{"another's that is used", "<imageId>ami-2</imageId>", "required"},
		{"one that a parameter names", "<imageId>resolve:ssm:/aws/service/x</imageId>", "? unknown_value resolve:ssm:/aws/service/x"},
		{"one that nobody lists any more", "<imageId>ami-9</imageId>", "? absent ami-9"},
		{"none: the launch names it", "", "? absent /launchTemplateData/imageId"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			if got := told(nextFrom(t, f(c.image)).Tokens); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestTheNextInstanceOfAGroup(t *testing.T) {
	t.Parallel()
	const spec = "LaunchTemplateSpecification"
	mixed := func(base, overrides string) string {
		return "<MixedInstancesPolicy><LaunchTemplate><" + spec + ">" + base + "</" + spec + "><Overrides>" + overrides + "</Overrides></LaunchTemplate></MixedInstancesPolicy>"
	}
	override := func(members string) string {
		return "<member><InstanceType>m7g.large</InstanceType>" + members + "</member>"
	}
	own := func(id, version string) string {
		return "<" + spec + ">" + templateUse(id, version) + "</" + spec + ">"
	}
	simple := func(id, version string) string {
		return "<LaunchTemplate>" + templateUse(id, version) + "</LaunchTemplate>"
	}
	fleetWith := func(g string) *fleet {
		return &fleet{
			images:    ami("ami-1", "") + ami("ami-2", marked),
			templates: lt("lt-1", "web", "1", "3") + lt("lt-2", "api", "1", "1"),
			versions: ltv("lt-1", "1", "<imageId>ami-1</imageId>"+withOptions(v2)) + ltv("lt-1", "2", "<imageId>ami-1</imageId>"+withOptions(v1)) +
				ltv("lt-1", "3", "<imageId>ami-2</imageId>") + ltv("lt-2", "1", "<imageId>ami-1</imageId>"+withOptions(v1)),
			configs: lc("old", "<ImageId>ami-1</ImageId><MetadataOptions><HttpTokens>required</HttpTokens></MetadataOptions>"),
			groups:  asg("g", g),
		}
	}
	for _, c := range []struct {
		about, group   string
		want, template any
	}{
		{"the default version", simple("lt-1", "$Default"), "required", "required"},
		{"no version is the default one", simple("lt-1", ""), "required", "required"},
		{"the latest version, whose image asks for tokens", simple("lt-1", "$Latest"), "required", "required"},
		{"a version by number", simple("lt-1", "2"), "optional", "optional"},
		{"by the template's name", "<LaunchTemplate><LaunchTemplateName>web</LaunchTemplateName><Version>2</Version></LaunchTemplate>", "optional", "optional"},
		{"a version that was deleted", simple("lt-1", "7"), "? absent lt-1 version 7", "? absent lt-1 version 7"},
		{"a template of another account", simple("lt-9", "1"), "? absent lt-9", "required"},
		{"a version that is no number", simple("lt-1", "newest"), "? absent /LaunchTemplate/Version", "? absent /LaunchTemplate/Version"},
		{"a launch configuration", "<LaunchConfigurationName>old</LaunchConfigurationName>", "required", "required"},
		{"a launch configuration that is not there", "<LaunchConfigurationName>gone</LaunchConfigurationName>", "? absent gone", "required"},
		{"nothing to launch from", "", "? absent /LaunchTemplate", "? absent /LaunchTemplate"},
		{"a mixed policy without overrides", mixed(templateUse("lt-1", "1"), ""), "required", "required"},
		{"overrides of the type alone", mixed(templateUse("lt-1", "1"), override("")+override("")), "required", "required"},
		{"one override names another template", mixed(templateUse("lt-1", "1"), override("")+override(own("lt-2", ""))), "optional", "required"},
		{"each override has a template, and the base is not used", mixed(templateUse("lt-1", "2"), override(own("lt-1", "1"))), "required", "required"},
		{"an override names an image that does not ask for tokens", mixed(templateUse("lt-1", "3"), override("")+override("<ImageId>ami-1</ImageId>")), "optional", "optional"},
		{"one override cannot be told, and another is optional", mixed(templateUse("lt-1", "2"), override("")+override(own("lt-9", "1"))), "optional", "optional"},
		{"one override cannot be told, and the others require tokens", mixed(templateUse("lt-1", "1"), override("")+override(own("lt-9", "1"))), "? absent lt-9", "required"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			all := fleetWith(c.group).read(t)
			got := []any{told(all["auto_scaling_group g"].Next.Tokens), told(all["launch_template web"].Next.Tokens)}
			if diff := cmp.Diff([]any{c.want, c.template}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTheWorstOfSeveralWays: options are put together only from ways in which
// they matter.
func TestTheWorstOfSeveralWays(t *testing.T) {
	t.Parallel()
	const off, on = "<httpEndpoint>disabled</httpEndpoint>", "<httpEndpoint>enabled</httpEndpoint>"
	for _, c := range []struct {
		about, first, second, account string
		want                          []any // launches, tokens, endpoint, hop limit
	}{
		{"optional, but its endpoint is off", v1 + off, v2 + on + hopSet("2"), "", []any{true, "required", "enabled", int64(2)}},
		{"optional and on beats the rest", v1 + on + hopSet("1"), v2 + off + hopSet("9"), "", []any{true, "optional", "enabled", int64(1)}},
		{"the larger hop limit of two that answer", v2 + on + hopSet("3"), v2 + on + hopSet("2"), "", []any{true, "required", "enabled", int64(3)}},
		{"one is refused by enforcement", v1 + on, v2 + on + hopSet("1"), enforced, []any{true, "required", "enabled", int64(1)}},
		{"both are refused", v1 + on, v1 + on, enforced, []any{false, "optional", "enabled", int64(1)}},
		{"both are off and differ", v1 + off, v2 + off, "", []any{true, "? unknown_value differs from one way of launching to another", "disabled", int64(1)}},
		{"one may be off, and is optional", v1 + "<httpEndpoint>half</httpEndpoint>", v2 + on, "", []any{true, "? unknown_value half", "enabled", int64(1)}},
		{"one may be off, and is required", v2 + "<httpEndpoint>half</httpEndpoint>", v2 + on, "", []any{true, "required", "enabled", int64(1)}},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			f := &fleet{
				defaults: c.account, images: ami("ami-1", ""), templates: lt("lt-1", "web", "1", "2"),
				versions: ltv("lt-1", "1", "<imageId>ami-1</imageId>"+withOptions(c.first)) + ltv("lt-1", "2", "<imageId>ami-1</imageId>"+withOptions(c.second)),
				groups:   asg("g", "<LaunchTemplate>"+templateUse("lt-1", "$Latest")+"</LaunchTemplate>"),
			}
			n := nextFrom(t, f)
			if diff := cmp.Diff(c.want, []any{told(n.Launches), told(n.Tokens), told(n.Endpoint), told(n.HopLimit)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAForecastShowsWhereItWasDecided: the document of the layer that decides.
func TestAForecastShowsWhereItWasDecided(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ launch, account, image, kind, path string }{
		{withOptions(v1), v2, marked, awsfact.KindTemplateVersion, "/launchTemplateData/metadataOptions/httpTokens"},
		{"", v2, marked, awsfact.KindDefaults, "/httpTokens"},
		{"", "", marked, awsfact.KindImage, "/imdsSupport"},
		{"", "", "", awsfact.KindTemplateVersion, "/launchTemplateData/metadataOptions/httpTokens"}, // where it is left open
	} {
		tokens := nextFrom(t, oneTemplate(c.launch, c.account, c.image)).Tokens
		if tokens.From() == nil || tokens.From().Kind != c.kind || tokens.Path() != c.path {
			t.Errorf("%v shows %v %s, want %s %s", told(tokens), tokens.From(), tokens.Path(), c.kind, c.path)
		}
	}
}
