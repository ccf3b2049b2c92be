package awsfact_test

import (
	"strings"
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// Whatever a call lists, a document of it can be told from others.
func TestEveryKindThatIsListedCanBeIdentified(t *testing.T) {
	t.Parallel()
	for question, s := range awsfact.Shapes {
		if s.Kind == "" {
			if question != awsfact.CallMakeReport {
				t.Errorf("%s lists nothing", question)
			}
			continue
		}
		_, _, err := awsfact.Identify(s.Kind, "aws", scope("eu-west-1"), []byte(`{}`), new(wire.Reader))
		if err != nil && strings.Contains(err.Error(), "not a kind") {
			t.Errorf("%s: %v", question, err)
		}
	}
}

func TestEachRegionalCallHasAShape(t *testing.T) {
	t.Parallel()
	for _, q := range awsfact.RegionalCalls {
		if s := awsfact.ShapeOf(q.Call, q.Subject); s == nil || s.Kind == "" {
			t.Errorf("%+v", q)
		}
	}
}

// What starts an instance never reaches a document in the clear, whether its
// secrets are looked for or not.
func TestUserDataAreDigestedOrReplaced(t *testing.T) {
	t.Parallel()
	page := `<R><launchTemplateVersionSet><item><launchTemplateId>lt-1</launchTemplateId><launchTemplateData><userData>IyEvYmluL3NoCmVjaG8gaGVsbG8K</userData></launchTemplateData></item></launchTemplateVersionSet></R>`
	for _, c := range []struct {
		about string
		shape *wire.Shape
		want  string
	}{
		{"read", awsfact.ShapeOf(awsfact.CallTemplateVersions, "lt-1"), `"userData":{`},
		{"not read", awsfact.ClosedShapeOf(awsfact.CallTemplateVersions, ""), `"userData":"[redacted:hidden:`},
	} {
		var p wire.Page
		var doc string
		if _, err := p.Parse([]byte(page), c.shape, wire.NewRedactor([32]byte{1}), func(d wire.Doc) error { doc = string(d.JSON); return nil }); err != nil {
			t.Fatal(c.about, err)
		}
		if !strings.Contains(doc, c.want) || strings.Contains(doc, "IyEv") || strings.Contains(doc, "hello") {
			t.Errorf("%s: %s", c.about, doc)
		}
	}
}

// A VPN's reply has the keys of both ends, in the clear.
func TestTheKeysOfAVPNAreReplaced(t *testing.T) {
	t.Parallel()
	key := "hush" + "-hush"
	page := `<R><vpnConnectionSet><item><vpnConnectionId>vpn-1</vpnConnectionId><customerGatewayConfiguration>&lt;pre_shared_key&gt;` + key +
		`&lt;/pre_shared_key&gt;</customerGatewayConfiguration><options><tunnelOptionSet><item><preSharedKey>` + key + `</preSharedKey></item></tunnelOptionSet></options></item></vpnConnectionSet></R>`
	var p wire.Page
	_, err := p.Parse([]byte(page), awsfact.ShapeOf(awsfact.CallVPNs, ""), wire.NewRedactor([32]byte{1}), func(d wire.Doc) error {
		if strings.Contains(string(d.JSON), key) || len(d.Redacted) != 2 {
			t.Errorf("%s %v", d.JSON, d.Redacted)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPartition(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`{"Account":"111122223333","Arn":"arn:aws-cn:iam::111122223333:user/x"}`: "aws-cn",
		`{"Account":"111122223333","Arn":"nonsense"}`:                            "aws",
	} {
		r := snapshot.Resource{Kind: awsfact.KindIdentity, Doc: []byte(doc)}
		if got := awsfact.Partition(snapshot.NewContext("aws", "111122223333", at, []snapshot.Resource{r}, nil)); got != want {
			t.Errorf("%s: %q", doc, got)
		}
	}
}

// A header or a query that a rule of a listener asks for is often a secret.
func TestWhatARuleAsksForInAHeaderIsReplaced(t *testing.T) {
	t.Parallel()
	key := "hush" + "-hush"
	page := `<R><DescribeRulesResult><Rules><member><RuleArn>arn:aws:elasticloadbalancing:x:1:listener-rule/app/a/b/c/d</RuleArn><Conditions>` +
		`<member><Field>http-header</Field><HttpHeaderConfig><HttpHeaderName>X-Origin</HttpHeaderName><Values><member>` + key + `</member></Values></HttpHeaderConfig></member>` +
		`<member><Field>query-string</Field><QueryStringConfig><Values><member><Key>k</Key><Value>` + key + `</Value></member></Values></QueryStringConfig></member>` +
		`<member><Field>http-header</Field><RegexValues><member>` + key + `</member></RegexValues></member>` +
		`</Conditions></member></Rules></DescribeRulesResult></R>`
	var p wire.Page
	read := 0
	_, err := p.Parse([]byte(page), awsfact.ShapeOf(awsfact.CallListenerRules, ""), wire.NewRedactor([32]byte{1}), func(d wire.Doc) error {
		if read++; strings.Contains(string(d.JSON), key) || !strings.Contains(string(d.JSON), "X-Origin") {
			t.Errorf("%s %v", d.JSON, d.Redacted)
		}
		return nil
	})
	if err != nil || read != 1 {
		t.Fatal(read, err)
	}
}
