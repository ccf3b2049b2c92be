package rule_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
	"plumbline/internal/snapshot"
)

var (
	reply   = &fact.Origin{Call: "ec2:DescribeInstances", Region: "eu-west-1", Kind: "aws.instance", HasDoc: true}
	missing = &fact.Reason{Cause: snapshot.Absent, Call: "ec2:DescribeInstances", Region: "eu-west-1", Detail: "metadataOptions.httpTokens"}
)

func read() *estate.Workload {
	w := open()
	w.Exposure, w.Identity = estate.Exposure{}, estate.Identity{} // nobody asked
	w.State = fact.Known("running", reply, "/instanceState/name")
	w.Metadata.Endpoint = fact.Known("enabled", reply, "/metadataOptions/httpEndpoint")
	w.Metadata.Tokens = fact.Known("optional", reply, "/metadataOptions/httpTokens")
	return w
}

func TestAVerdictShowsWhatItRestsOn(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	r, _ := set.Rule("AWS-IMDS-001")
	j := rule.NewJudge(set)
	j.Judge(r, read())
	v := j.Verdict()
	want := []finding.Evidence{
		{Field: "state", Value: `"running"`, Path: "/instanceState/name", Origin: reply},
		{Field: "metadata.endpoint", Value: `"enabled"`, Path: "/metadataOptions/httpEndpoint", Origin: reply},
		{Field: "metadata.tokens", Value: `"optional"`, Path: "/metadataOptions/httpTokens", Origin: reply},
	}
	if d := cmp.Diff(want, v.Evidence); d != "" {
		t.Errorf("evidence (-want +got)\n%s", d)
	}
	if v.Outcome != finding.Fail || v.Rule != r.ID || v.Version != r.Version || v.Severity != finding.High ||
		v.Subject.ID != "i-0abc" || v.Potential || v.Risk != 80 || len(v.Reasons) != 0 {
		t.Errorf("got %+v", v)
	}
	if v.Say != "metadata answers without a token: http-tokens is optional, put-response hop limit 2" {
		t.Errorf("say %q", v.Say)
	}
}

func TestAnUnknownVerdictSaysWhy(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	r, _ := set.Rule("AWS-IMDS-001")
	w := read()
	w.Metadata.Tokens = fact.Unknown[string](missing, reply, "/metadataOptions/httpTokens")
	j := rule.NewJudge(set)
	if got := j.Judge(r, w); got != finding.Unknown {
		t.Fatalf("got %s", got)
	}
	v := j.Verdict()
	if d := cmp.Diff([]fact.Reason{*missing}, v.Reasons); d != "" {
		t.Errorf("reasons (-want +got)\n%s", d)
	}
	if !v.Potential || v.Risk != 80 {
		t.Errorf("potential %v, risk %d", v.Potential, v.Risk)
	}
	e := v.Evidence[2]
	if e.Field != "metadata.tokens" || e.Value != "" || e.Why != missing || e.Origin != reply {
		t.Errorf("evidence %+v", e)
	}
}

func TestBothReasonsOfTwoUnknownsAreTold(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	r, _ := set.Rule("AWS-IMDS-001")
	denied := &fact.Reason{Cause: snapshot.Denied, Call: "ec2:DescribeInstances"}
	w := read()
	w.Metadata.Endpoint = fact.Unknown[string](denied, nil, "")
	w.Metadata.Tokens = fact.Unknown[string](missing, reply, "")
	j := rule.NewJudge(set)
	j.Judge(r, w)
	if d := cmp.Diff([]fact.Reason{*denied, *missing}, j.Verdict().Reasons); d != "" {
		t.Errorf("reasons (-want +got)\n%s", d)
	}
}

func TestTheRiskFollowsExposureAndPower(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	r, _ := set.Rule("AWS-IMDS-001")
	for _, c := range []struct {
		case_                      string
		exposure, power, mechanism fact.Of[string]
		want                       int
	}{
		{case_: "nothing known is the worst", want: 80},
		{"public and may read data", fact.Sure("reachable"), fact.Sure("data_read"), fact.Sure("instance_profile"), 76},
		{"isolated and may describe", fact.Sure("isolated"), fact.Sure("read"), fact.Sure("instance_profile"), 31},
		{"nothing bound, so nothing to steal", fact.Sure("internal"), fact.Of[string]{}, fact.Sure("none"), 27},
	} {
		t.Run(c.case_, func(t *testing.T) {
			t.Parallel()
			w := read()
			w.Exposure.Internet, w.Identity.Power, w.Identity.Mechanism = c.exposure, c.power, c.mechanism
			j := rule.NewJudge(set)
			j.Judge(r, w)
			if got := j.Verdict().Risk; got != c.want {
				t.Errorf("want %d, got %d", c.want, got)
			}
		})
	}
}

func TestAListShowsTheElementsThatDecide(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	r, _ := set.Rule("AWS-IMDS-014")
	w := read()
	w.Metadata.Tags = fact.Sure(true)
	w.Tags = fact.Listed([]estate.Tag{{Key: "Name", Value: "web"}, {Key: "db-password", Value: "hunter2", Sensitive: true, Path: "/tagSet/1"}}, reply, "/tagSet")
	j := rule.NewJudge(set)
	j.Judge(r, w)
	v := j.Verdict()
	e := v.Evidence[len(v.Evidence)-1]
	want := finding.Evidence{Field: "tags", Path: "/tagSet", Origin: reply,
		Value: `{"seen":2,"decisive":[{"key":"db-password","path":"/tagSet/1","sensitive":true}]}`}
	if d := cmp.Diff(want, e); d != "" {
		t.Errorf("evidence (-want +got)\n%s", d)
	}
	if strings.Contains(v.Say, "hunter2") {
		t.Errorf("the secret is repeated: %s", v.Say)
	}
}

func TestAPlaceWhereWeCouldNotLookIsAVerdictToo(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	r, _ := set.Rule("AWS-IMDS-001")
	why := &fact.Reason{Cause: snapshot.Denied, Call: "ec2:DescribeInstances", Region: "eu-west-1", Detail: "UnauthorizedOperation"}
	at := estate.Subject{Kind: estate.KindAccountRegion, Provider: "aws", Account: "111122223333", Region: "eu-west-1", UID: "aws:111122223333:eu-west-1"}
	v := r.Gap(at, why, reply)
	if v.Outcome != finding.Unknown || !v.Gap || !v.Potential || v.Risk != 80 || v.Subject != at || len(v.Reasons) != 1 || v.Reasons[0] != *why {
		t.Errorf("got %+v", v)
	}
	if len(v.Evidence) != 1 || v.Evidence[0].Why != why || v.Evidence[0].Origin != reply || !strings.Contains(v.Say, "ec2:DescribeInstances") {
		t.Errorf("got %+v", v)
	}
	if v := r.Gap(at, nil, nil); len(v.Reasons) != 1 || v.Reasons[0].Cause != snapshot.NotCollected {
		t.Errorf("without a reason: got %+v", v.Reasons)
	}
}

func TestAFixIsFilledInForItsSubject(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	imds, _ := set.Rule("AWS-IMDS-001")
	hops, _ := set.Rule("AWS-IMDS-002")
	defaults, _ := set.Rule("AWS-IMDS-004")
	region := func(tokens, by string) *estate.AccountRegion {
		r := &estate.AccountRegion{Subject: estate.Subject{Kind: estate.KindAccountRegion, Provider: "aws", Region: "eu-west-1"}}
		r.Defaults.Tokens, r.Defaults.ManagedBy = fact.Sure(tokens), fact.Sure(by)
		return r
	}
	change := func(f func(*estate.Workload)) *estate.Workload { w := read(); f(w); return w }
	for _, c := range []struct {
		case_ string
		rule  *rule.Rule
		of    estate.Object
		text  func(rule.Fix) string
		want  string
	}{
		{"the command sets tokens alone", imds, read(), func(f rule.Fix) string { return f.CLI },
			"aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id i-0abc --http-tokens required"},
		{"undo restores what was", imds, read(), func(f rule.Fix) string { return f.Undo },
			"aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id i-0abc --http-tokens optional"},
		{"undo of a default restores no preference", defaults, region("no-preference", "account"), func(f rule.Fix) string { return f.Undo },
			"aws ec2 modify-instance-metadata-defaults --region eu-west-1 --http-tokens no-preference"},
		{"a default's command sets tokens alone", defaults, region("optional", "account"), func(f rule.Fix) string { return f.CLI },
			"aws ec2 modify-instance-metadata-defaults --region eu-west-1 --http-tokens required"},
		{"a command that needs what is not known is a sentence", hops, change(func(w *estate.Workload) { w.Metadata.HopLimit = fact.Of[int64]{} }), func(f rule.Fix) string { return f.Undo },
			"No command can be given, for it needs what is not known: metadata.hop_limit (" + fact.NobodyAsked.String() + ")."},
		{"an instance that a service operates gets no command", imds, change(func(w *estate.Workload) { w.ManagedBy = fact.Sure("eks.amazonaws.com") }), func(f rule.Fix) string { return f.CLI },
			"No command is given here: eks.amazonaws.com sets this, and would undo or refuse the change. Change it there."},
		{"a declarative policy is to be changed itself", defaults, region("optional", "declarative-policy"), func(f rule.Fix) string { return f.CLI },
			"No command is given here: a declarative policy of the organisation sets this, and would undo or refuse the change. Change it there."},
	} {
		t.Run(c.case_, func(t *testing.T) {
			t.Parallel()
			if got := c.text(c.rule.Render(c.of)); got != c.want {
				t.Errorf("want %q\n got %q", c.want, got)
			}
		})
	}
	if s := imds.Render(change(func(w *estate.Workload) { w.ManagedBy = fact.Sure("eks.amazonaws.com") })).Source; !strings.Contains(s, "operated by eks.amazonaws.com") {
		t.Errorf("source %q", s)
	}
	if s := defaults.Render(region("optional", "declarative-policy")).Source; !strings.Contains(s, "in that policy") {
		t.Errorf("source %q", s)
	}
}

func TestAFixSetsOnlyWhatCorrectionsAllow(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for id, want := range map[string]string{
		"AWS-IMDS-001": "--http-tokens required",
		"AWS-IMDS-002": "--http-put-response-hop-limit 1",
		"AWS-IMDS-004": "--http-tokens required",
		"AWS-IMDS-005": "--http-tokens-enforced enabled",
		"AWS-IMDS-013": "--http-protocol-ipv6 disabled",
		"AWS-IMDS-014": "--instance-metadata-tags disabled",
	} {
		r, _ := set.Rule(id)
		_, options, _ := strings.Cut(r.Fix.CLI, " --region {{ w.region }} --instance-id {{ w.id }} ")
		if options == "" {
			_, options, _ = strings.Cut(r.Fix.CLI, " --region {{ r.region }} ")
		}
		if options != want {
			t.Errorf("%s: want %q alone, got %q", id, want, r.Fix.CLI)
		}
	}
}

func TestAJudgeMayBeUsedAgainAndAgain(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	j := rule.NewJudge(set)
	for range 3 {
		for _, r := range set.Rules() {
			for _, e := range r.Examples {
				o, err := r.Subject(e)
				if err != nil {
					t.Fatal(err)
				}
				fresh := rule.NewJudge(set)
				fresh.Judge(r, o)
				j.Judge(r, o)
				if d := cmp.Diff(fresh.Verdict(), j.Verdict()); d != "" {
					t.Errorf("%s, %s (-fresh +used)\n%s", r.ID, e.Name, d)
				}
			}
		}
	}
}

func TestEachQuestionThatDecidesIsALineWithItsOwnRefusal(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	r, _ := set.Rule("XC-002")
	no := func(call, region string) *fact.Origin {
		a := snapshot.Answer{Key: snapshot.Key{Call: call, Scope: snapshot.Scope{Provider: "aws", Account: "111122223333", Region: region}}, Status: snapshot.Refused, Cause: snapshot.Denied, Code: "UnauthorizedOperation"}
		return &fact.Origin{Call: call, Region: region, Answer: a.Key, Refusal: &a}
	}
	instances, defaults := no("ec2:DescribeInstances", "eu-west-1"), no("ec2:GetInstanceMetadataDefaults", "us-east-1")
	ask := func(call, region, status, cause, code string, from *fact.Origin) estate.Question {
		return estate.Question{Call: call, Region: region, Status: status, Cause: cause, Code: code, From: from}
	}
	a := &estate.Account{Subject: estate.Subject{Kind: estate.KindAccount, Provider: "aws"}}
	a.Questions = fact.Listed([]estate.Question{
		ask("ec2:DescribeRegions", "global", "complete", "", "", reply),
		ask("ec2:DescribeInstances", "eu-west-1", "refused", "denied", "UnauthorizedOperation", instances),
		ask("ec2:GetInstanceMetadataDefaults", "us-east-1", "refused", "denied", "UnauthorizedOperation", defaults),
		ask("ec2:DescribeInstances", "us-east-1", "", "not_collected", "", nil),
	}, nil, "")
	j := rule.NewJudge(set)
	if got := j.Judge(r, a); got != finding.Fail {
		t.Fatalf("got %s", got)
	}
	want := []finding.Evidence{
		{Field: "questions", Value: `{"seen":4}`},
		{Field: "questions", Value: `{"call":"ec2:DescribeInstances","cause":"denied","code":"UnauthorizedOperation","region":"eu-west-1","status":"refused"}`, Origin: instances},
		{Field: "questions", Value: `{"call":"ec2:GetInstanceMetadataDefaults","cause":"denied","code":"UnauthorizedOperation","region":"us-east-1","status":"refused"}`, Origin: defaults},
		{Field: "questions", Value: `{"call":"ec2:DescribeInstances","cause":"not_collected","code":"","region":"us-east-1","status":""}`},
	}
	if d := cmp.Diff(want, j.Verdict().Evidence); d != "" {
		t.Errorf("evidence (-want +got)\n%s", d)
	}
}

// Whoever pastes a command runs what the rule says and nothing else: no value
// of the cloud's is expanded by a shell, taken for an option, or opened as a
// file or an address by the AWS command line.
func TestACommandHoldsNothingThatCouldBeTakenForSomethingElse(t *testing.T) {
	t.Parallel()
	r, _ := loaded(t).Rule("AWS-IMDS-001")
	const none = "No command can be given, for a value that it needs could be taken for something else by a shell or by the command. Use the console."
	for id, plain := range map[string]bool{
		"i-0abc":                         true,
		"ocid1.instance.oc1..aa/b:c=d@e": true,
		"":                               false,
		"--profile":                      false,
		"-x":                             false,
		".hidden":                        false,
		"i-0; rm -rf $HOME 'x'":          false,
		"i-0 --endpoint-url=x":           false,
		"$(id)":                          false,
		"a`id`":                          false,
		"a*":                             false,
		"~root":                          false,
		"file:///etc/passwd":             false,
		"fileb://x":                      false,
		"http://169.254.169.254/":        false,
		"i-0\x1b[2J":                     false,
		"i-0\n":                          false,
		"i-\u0430":                       false,
	} {
		w := read()
		w.ID = id
		f := r.Render(w)
		if got := f.CLI != none && f.Undo != none; got != plain || !plain && (f.CLI != none || f.Undo != none) {
			t.Errorf("%q: command %q, undo %q", id, f.CLI, f.Undo)
		}
		w = read()
		w.Metadata.Tokens = fact.Sure(id)
		if f := r.Render(w); strings.HasPrefix(f.Undo, "aws ") != plain {
			t.Errorf("tokens %q: undo %q", id, f.Undo)
		}
	}
}
