package awsfact_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

func TestWorkloadOfTheReply(t *testing.T) {
	t.Parallel()
	res := &resources(t, awsfact.CallInstances, here, reply(t, "DescribeInstances.xml"))[0]
	w, err := awsfact.New().Workload(empty, res)
	if err != nil {
		t.Fatal(err)
	}
	got := w.(*estate.Workload)
	want := estate.Subject{
		Kind: estate.KindWorkload, Provider: "aws", Account: account, Region: here,
		UID: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0", ID: "i-0123456789abcdef0", Name: "web-1",
		Parent: "aws:111122223333:eu-west-1",
	}
	if diff := cmp.Diff(want, got.Subject); diff != "" {
		t.Error(diff)
	}
	facts := []any{
		got.Type, told(got.State), told(got.ManagedBy), told(got.Metadata.Endpoint), told(got.Metadata.Tokens), told(got.Metadata.HopLimit),
		told(got.Metadata.Applied), told(got.Metadata.IPv6), told(got.Metadata.Tags), told(got.Identity.Name), told(got.Identity.Mechanism),
		told(got.Identity.Power), told(got.Exposure.Internet), got.Tags.Items(), got.Tags.Whole(),
	}
	if diff := cmp.Diff([]any{
		"instance", "running", "? absent /operator/managed", "enabled", "optional", int64(2),
		true, false, false, "arn:aws:iam::111122223333:instance-profile/web", "instance_profile",
		"? not_collected", "? not_collected", []estate.Tag{{Key: "Name", Value: "web-1", Path: "/tagSet/0"}}, true,
	}, facts); diff != "" {
		t.Error(diff)
	}
}

// TestEveryFactShowsItsPlace: the pointer of a fact leads to the value in the
// document, and its origin is that document.
func TestEveryFactShowsItsPlace(t *testing.T) {
	t.Parallel()
	res := instance(t, `<instanceState><name>running</name></instanceState><operator><managed>true</managed><principal>eks.amazonaws.com</principal></operator>
		<metadataOptions><state>pending</state><httpTokens>required</httpTokens><httpPutResponseHopLimit>64</httpPutResponseHopLimit><httpEndpoint>disabled</httpEndpoint>
		<httpProtocolIpv6>enabled</httpProtocolIpv6><instanceMetadataTags>enabled</instanceMetadataTags></metadataOptions>
		<iamInstanceProfile><arn>arn:aws:iam::1:instance-profile/a</arn></iamInstanceProfile><tagSet><item><key>k</key><value>v</value></item></tagSet>`)
	w, err := new(awsfact.Reader).Workload(empty, res)
	if err != nil {
		t.Fatal(err)
	}
	want := &fact.Origin{Call: "ec2:DescribeInstances", Region: here, Kind: "aws.instance", UID: res.UID, Hash: res.Hash, HasDoc: true,
		Answer: snapshot.Key{Call: "ec2:DescribeInstances", Scope: scope(here)}}
	check := func(path string, from *fact.Origin, json string) {
		t.Helper()
		if raw, ok := wire.Pointer(res.Doc, path); !ok || string(raw) != json {
			t.Errorf("%q leads to %s, not to %s", path, raw, json)
		}
		if diff := cmp.Diff(want, from); diff != "" {
			t.Error(diff)
		}
	}
	check(w.State.Path(), w.State.From(), `"running"`)
	check(w.ManagedBy.Path(), w.ManagedBy.From(), `"eks.amazonaws.com"`)
	check(w.Metadata.Endpoint.Path(), w.Metadata.Endpoint.From(), `"disabled"`)
	check(w.Metadata.Tokens.Path(), w.Metadata.Tokens.From(), `"required"`)
	check(w.Metadata.HopLimit.Path(), w.Metadata.HopLimit.From(), `"64"`)
	check(w.Metadata.Applied.Path(), w.Metadata.Applied.From(), `"pending"`)
	check(w.Metadata.IPv6.Path(), w.Metadata.IPv6.From(), `"enabled"`)
	check(w.Metadata.Tags.Path(), w.Metadata.Tags.From(), `"enabled"`)
	check(w.Identity.Name.Path(), w.Identity.Name.From(), `"arn:aws:iam::1:instance-profile/a"`)
	check(w.Tags.Path(), w.Tags.From(), `[{"key":"k","value":"v"}]`)
	check(w.Tags.Items()[0].Path, w.Tags.From(), `{"key":"k","value":"v"}`)
}

func TestMetadataOptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about, options string
		of             func(*estate.Workload) any
		want           any
	}{
		{"tokens required", `<httpTokens>required</httpTokens>`, tokens, "required"},
		{"tokens optional", `<httpTokens>optional</httpTokens>`, tokens, "optional"},
		{"tokens are a word that AWS may add", `<httpTokens>maybe</httpTokens>`, tokens, "? unknown_value maybe"},
		{"tokens in capitals are another word", `<httpTokens>Required</httpTokens>`, tokens, "? unknown_value Required"},
		{"tokens with a space", `<httpTokens>required </httpTokens>`, tokens, "? unknown_value required"},
		{"tokens empty", `<httpTokens/>`, tokens, "? unknown_value null"},
		{"tokens twice", `<httpTokens>required</httpTokens><httpTokens>optional</httpTokens>`, tokens, `? unknown_value ["required","optional"]`},
		{"tokens left out", `<state>applied</state>`, tokens, "? absent /metadataOptions/httpTokens"},
		{"a long strange word is cut", `<httpTokens>` + strings.Repeat("x", 200) + `</httpTokens>`, tokens, "? unknown_value " + strings.Repeat("x", 81) + "…"},
		{"endpoint disabled", inForce + `<httpEndpoint>disabled</httpEndpoint>`, endpoint, "disabled"},
		{"endpoint off is not a word", `<httpEndpoint>off</httpEndpoint>`, endpoint, "? unknown_value off"},
		{"hop limit 1", inForce + hop("1"), hops, int64(1)},
		{"hop limit 64", inForce + hop("64"), hops, int64(64)},
		{"a hop limit that is pending may not be in force", `<state>pending</state>` + hop("1"), hops, "? pending /metadataOptions/state"},
		{"an endpoint that is pending may still answer", `<state>pending</state><httpEndpoint>disabled</httpEndpoint>`, endpoint, "? pending /metadataOptions/state"},
		{"what is not told to be in force may not be", hop("1"), hops, "? absent /metadataOptions/state"},
		{"tokens are told as asked for", `<state>pending</state><httpTokens>required</httpTokens>`, tokens, "required"},
		{"hop limit 0", hop("0"), hops, "? unknown_value 0"},
		{"hop limit 65", hop("65"), hops, "? unknown_value 65"},
		{"hop limit -1", hop("-1"), hops, "? unknown_value -1"},
		{"hop limit 02", hop("02"), hops, "? unknown_value 02"},
		{"hop limit +2", hop("+2"), hops, "? unknown_value +2"},
		{"hop limit 2.0", hop("2.0"), hops, "? unknown_value 2.0"},
		{"hop limit empty", hop(""), hops, "? unknown_value null"},
		{"hop limit far too large", hop("99999999999999999999"), hops, "? unknown_value 99999999999999999999"},
		{"applied", `<state>applied</state>`, applied, true},
		{"pending", `<state>pending</state>`, applied, false},
		{"another state", `<state>failed</state>`, applied, "? unknown_value failed"},
		{"IPv6 left out is not off", `<httpTokens>required</httpTokens>`, ipv6, "? absent /metadataOptions/httpProtocolIpv6"},
		{"IPv6 on", inForce + `<httpProtocolIpv6>enabled</httpProtocolIpv6>`, ipv6, true},
		{"tags left out are not off", `<httpTokens>required</httpTokens>`, tagsOn, "? absent /metadataOptions/instanceMetadataTags"},
		{"tags off", inForce + `<instanceMetadataTags>disabled</instanceMetadataTags>`, tagsOn, false},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.of(workload(t, "<metadataOptions>"+c.options+"</metadataOptions>"))); diff != "" {
				t.Error(diff)
			}
		})
	}
	for about, members := range map[string]string{"no options at all": "", "empty options": "<metadataOptions/>", "options that are text": "<metadataOptions>applied</metadataOptions>", "options that are a list": "<metadataOptions><item>required</item></metadataOptions>"} {
		w := workload(t, members)
		for _, of := range []func(*estate.Workload) any{tokens, endpoint, hops, applied, ipv6, tagsOn} {
			if s, _ := of(w).(string); !strings.HasPrefix(s, "? absent /metadataOptions/") {
				t.Errorf("%s: %v", about, of(w))
			}
		}
	}
}

const inForce = "<state>applied</state>"

func hop(s string) string {
	return "<httpPutResponseHopLimit>" + s + "</httpPutResponseHopLimit>"
}
func tokens(w *estate.Workload) any   { return told(w.Metadata.Tokens) }
func endpoint(w *estate.Workload) any { return told(w.Metadata.Endpoint) }
func hops(w *estate.Workload) any     { return told(w.Metadata.HopLimit) }
func applied(w *estate.Workload) any  { return told(w.Metadata.Applied) }
func ipv6(w *estate.Workload) any     { return told(w.Metadata.IPv6) }
func tagsOn(w *estate.Workload) any   { return told(w.Metadata.Tags) }

func TestWhoManagesAndWhatIsBound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		members string
		want    []any // state, managed by, identity name, mechanism
	}{
		{"", []any{"? absent /instanceState/name", "? absent /operator/managed", "", "none"}},
		{"<instanceState><name>stopped</name></instanceState><operator><managed>false</managed></operator>", []any{"stopped", "", "", "none"}},
		{"<instanceState><name>dreaming</name></instanceState><operator><managed>true</managed></operator>", []any{"? unknown_value dreaming", "a service that the reply does not name", "", "none"}},
		{"<operator><managed>true</managed><principal/></operator><iamInstanceProfile/>", []any{"? absent /instanceState/name", "a service that the reply does not name", "? absent /iamInstanceProfile/arn", "? absent /iamInstanceProfile/arn"}},
		{"<operator><managed>yes</managed></operator><iamInstanceProfile><arn>web</arn></iamInstanceProfile>", []any{"? absent /instanceState/name", "? unknown_value yes", "? unknown_value web", "? unknown_value web"}},
		{"<operator/><iamInstanceProfile>web</iamInstanceProfile>", []any{"? absent /instanceState/name", "? absent /operator/managed", "? absent /iamInstanceProfile/arn", "? absent /iamInstanceProfile/arn"}},
	} {
		w := workload(t, c.members)
		if diff := cmp.Diff(c.want, []any{told(w.State), told(w.ManagedBy), told(w.Identity.Name), told(w.Identity.Mechanism)}); diff != "" {
			t.Errorf("%s\n%s", c.members, diff)
		}
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		members string
		tags    []estate.Tag
		gaps    int
	}{
		"left out":          {"", nil, 0},
		"empty":             {"<tagSet/>", nil, 0},
		"text":              {"<tagSet>x</tagSet>", nil, 1},
		"an object":         {"<tagSet><key>a</key></tagSet>", nil, 1},
		"an empty value":    {"<tagSet><item><key>a</key><value/></item></tagSet>", []estate.Tag{{Key: "a", Path: "/tagSet/0"}}, 0},
		"no value":          {"<tagSet><item><key>a</key></item></tagSet>", []estate.Tag{{Key: "a", Path: "/tagSet/0"}}, 0},
		"no key":            {"<tagSet><item><value>a</value></item></tagSet>", []estate.Tag{}, 1},
		"a strange one":     {"<tagSet><item><key>a</key><value><b/></value></item><item><key>b</key><value>1</value></item></tagSet>", []estate.Tag{{Key: "b", Value: "1", Path: "/tagSet/1"}}, 1},
		"sorted by the key": {"<tagSet><item><key>b</key></item><item><key>a</key></item></tagSet>", []estate.Tag{{Key: "a", Path: "/tagSet/0"}, {Key: "b", Path: "/tagSet/1"}}, 0},
	} {
		w := workload(t, c.members)
		if diff := cmp.Diff(c.tags, w.Tags.Items()); diff != "" || len(w.Tags.Gaps()) != c.gaps {
			t.Errorf("%s: %d gaps\n%s", about, len(w.Tags.Gaps()), diff)
		}
	}
}

func TestASecretInATag(t *testing.T) {
	t.Parallel()
	secret := "AKIA" + "IOSFODNN7EXAMPLE"
	w := workload(t, "<tagSet><item><key>note</key><value>"+secret+"</value></item></tagSet>")
	tag := w.Tags.Items()[0]
	if !tag.Sensitive || !wire.IsRedacted(tag.Value) {
		t.Errorf("%+v", tag)
	}
}

// TestWorkloadsAreTheirOwn: a workload outlives its document and the next one.
func TestWorkloadsAreTheirOwn(t *testing.T) {
	t.Parallel()
	var r awsfact.Reader
	res := instance(t, "<tagSet><item><key>first</key><value>one</value></item></tagSet><iamInstanceProfile><arn>arn:first</arn></iamInstanceProfile>")
	w, err := r.Workload(empty, res)
	if err != nil {
		t.Fatal(err)
	}
	for i := range res.Doc {
		res.Doc[i] = 'x'
	}
	if _, err := r.Workload(empty, instance(t, "")); err != nil {
		t.Fatal(err)
	}
	if w.ID != "i-1" || w.Tags.Items()[0].Value != "one" || told(w.Identity.Name) != "arn:first" {
		t.Errorf("%+v", w)
	}
}

func TestDocumentsThatAreNotInstances(t *testing.T) {
	t.Parallel()
	for about, edit := range map[string]func(*snapshot.Resource){
		"another kind":  func(r *snapshot.Resource) { r.Kind = awsfact.KindRegion },
		"no id":         func(r *snapshot.Resource) { r.Doc = []byte(`{"a":"b"}`) },
		"not canonical": func(r *snapshot.Resource) { r.Doc = []byte(`{"instanceId": "i-1"}`) },
		"cut":           func(r *snapshot.Resource) { r.Doc = r.Doc[:len(r.Doc)-1] },
		"nothing":       func(r *snapshot.Resource) { r.Doc = nil },
	} {
		res := instance(t, "")
		edit(res)
		if w, err := awsfact.New().Workload(empty, res); err == nil || w != nil {
			t.Errorf("%s: %+v", about, w)
		}
	}
}

// TestOrderOfTheReplyDoesNotMatter: facts of a shuffled document are equal.
func TestOrderOfTheReplyDoesNotMatter(t *testing.T) {
	t.Parallel()
	parts := []string{
		"<metadataOptions><state>applied</state><httpTokens>optional</httpTokens></metadataOptions>", "<tagSet>", "<instanceState><name>running</name></instanceState>",
	}
	tags := []string{"<item><key>a</key><value>1</value></item>", "<item><key>b</key><value>2</value></item>", "<item><key>Owner</key><value>3</value></item>"}
	var want *estate.Workload
	r := rand.New(rand.NewPCG(1, 1))
	for range 30 {
		r.Shuffle(len(tags), func(i, j int) { tags[i], tags[j] = tags[j], tags[i] })
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		got := workload(t, strings.Replace(strings.Join(parts, ""), "<tagSet>", "<tagSet>"+strings.Join(tags, "")+"</tagSet>", 1))
		if want == nil {
			want = got
		}
		if got.Tags.From().Hash != want.Tags.From().Hash {
			t.Fatal("another document")
		}
		if diff := cmp.Diff(want.Tags.Items(), got.Tags.Items()); diff != "" || tokens(got) != tokens(want) {
			t.Fatal(diff)
		}
	}
}

// FuzzFacts damages values of a document. Nothing may panic, and no fact may
// be known that is not a word of the API at its place in the document.
func FuzzFacts(f *testing.F) {
	whole := instance(f, `<instanceState><name>running</name></instanceState><operator><managed>false</managed></operator>
		<metadataOptions><state>applied</state><httpTokens>optional</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint></metadataOptions>
		<iamInstanceProfile><arn>arn:aws:iam::1:instance-profile/a</arn></iamInstanceProfile><tagSet><item><key>k</key><value>v</value></item></tagSet>`)
	f.Add(whole.Doc)
	for _, w := range []string{`null`, `"maybe"`, `[]`, `{}`, `1`, `true`, `""`} {
		f.Add([]byte(strings.ReplaceAll(string(whole.Doc), `"optional"`, w)))
		f.Add([]byte(strings.ReplaceAll(string(whole.Doc), `[{"key":"k","value":"v"}]`, w)))
		f.Add([]byte(strings.ReplaceAll(string(whole.Doc), `{"arn":"arn:aws:iam::1:instance-profile/a"}`, w)))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		res := *whole
		res.Doc = doc
		w, err := new(awsfact.Reader).Workload(empty, &res)
		if err != nil {
			return
		}
		for _, f := range []struct {
			fact  fact.Of[string]
			words string
		}{
			{w.State, "pending running stopping stopped shutting-down terminated"},
			{w.Metadata.Tokens, "required optional"},
			{w.Metadata.Endpoint, "enabled disabled"},
		} {
			if v, known := f.fact.Get(); known {
				raw, ok := wire.Pointer(doc, f.fact.Path())
				if !ok || string(raw) != `"`+v+`"` || !strings.Contains(" "+f.words+" ", " "+v+" ") {
					t.Fatalf("%s is known as %q where the document says %s", f.fact.Path(), v, raw)
				}
			}
		}
		for _, f := range []fact.Of[bool]{w.Metadata.Applied, w.Metadata.IPv6, w.Metadata.Tags} {
			if _, known := f.Get(); known {
				raw, _ := wire.Pointer(doc, f.Path())
				if !strings.Contains(` "applied" "pending" "enabled" "disabled" `, " "+string(raw)+" ") {
					t.Fatalf("%s is known where the document says %s", f.Path(), raw)
				}
			}
		}
		for _, tag := range w.Tags.Items() {
			if _, ok := wire.Pointer(doc, tag.Path); !ok {
				t.Fatalf("no tag at %s", tag.Path)
			}
		}
	})
}

// BenchmarkWorkload reads an instance in the detail of a real reply.
func BenchmarkWorkload(b *testing.B) {
	res := &resources(b, awsfact.CallInstances, here, reply(b, "DescribeInstances.xml"))[0]
	var r awsfact.Reader
	b.ReportAllocs()
	b.SetBytes(int64(len(res.Doc)))
	for b.Loop() {
		if _, err := r.Workload(empty, res); err != nil {
			b.Fatal(err)
		}
	}
}
