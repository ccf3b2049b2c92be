package path_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/path"
	"plumbline/internal/power"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

const (
	group = "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0b"
	role  = "arn:aws:iam::111122223333:role/web"
)

// bare is a workload whose credentials anybody can have and use: open on 22,
// metadata without tokens, an administrator's role.
func bare() *estate.Workload {
	return &estate.Workload{
		Subject: estate.Subject{Kind: estate.KindWorkload, Provider: "aws", Region: "eu-west-1", UID: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a", ID: "i-0a", Name: "web-1"},
		State:   fact.Sure("running"),
		Metadata: estate.Metadata{
			Class: fact.Sure(estate.ClassUnauthGet), Tokens: fact.Sure("optional"), Endpoint: fact.Sure("enabled"),
		},
		ManagedBy: fact.Sure(""),
		Usage:     estate.Usage{NoToken: fact.Sure(int64(0)), Days: fact.Sure(int64(14)), Up: fact.Sure(int64(90)), Safe: fact.Sure(estate.SafeNow)},
		Exposure: estate.Exposure{
			Internet: fact.Sure(estate.Reachable), Reached: fact.Sure(true),
			Open: fact.Listed([]estate.Opening{{Family: "ipv4", Protocol: "tcp", From: 22, To: 22, Layer: "l4", Return: "full",
				Address: "203.0.113.10", AnySource: fact.Sure(true), Sources: "0.0.0.0/0"}}, nil, ""),
			Rules: fact.Listed([]estate.GateRule{
				{Gate: group, ID: "sgr-01", Direction: "in", Action: "allow", Protocol: "tcp", From: 22, To: 22, AnyAddress: true, Peer: "0.0.0.0/0"},
				{Gate: group, ID: "sgr-02", Direction: "in", Action: "allow", Protocol: "tcp", From: 443, To: 443, Peer: "10.0.0.0/8"},
				{Gate: group, ID: "sgr-03", Direction: "out", Action: "allow", Protocol: "all", To: 65535, AnyAddress: true, Peer: "0.0.0.0/0"},
			}, nil, ""),
			Paths: []reach.Path{{Family: "ipv4", Address: "203.0.113.10", Interface: "eni-0a", Open: true, Maybe: true, Gates: []reach.Gate{
				{Kind: "route", ID: "rtb-0a", Says: "0.0.0.0/0 to igw-0a", Passes: reach.Open},
				{Kind: "security_group", ID: "sg-0b", Says: "sgr-01 allows tcp 22 from 0.0.0.0/0", Passes: reach.Partly},
			}}},
		},
		Identity: estate.Identity{
			Name: fact.Sure("arn:aws:iam::111122223333:instance-profile/web"), Mechanism: fact.Sure("instance_profile"), Role: fact.Sure(role),
			Power: fact.Sure("admin"), AtLeast: fact.Sure("admin"),
			Grants: fact.Listed([]estate.Grant{{Level: "admin", Action: "*", Resource: "*", Policy: "AdministratorAccess", Why: "everything"}}, nil, ""),
		},
	}
}

func with(change func(*estate.Workload)) *estate.Workload {
	w := bare()
	change(w)
	return w
}

func dark[T any](cause snapshot.Cause) fact.Of[T] {
	return fact.Unknown[T](&fact.Reason{Cause: cause, Call: "ec2:DescribeInstances"}, nil, "")
}

func kinds(steps []path.Step) (words []string) {
	for _, s := range steps {
		word := s.Kind
		switch {
		case !s.Passes:
			word += "!"
		case !s.Certain:
			word += "?"
		}
		words = append(words, word)
	}
	return words
}

func TestOf(t *testing.T) {
	t.Parallel()
	gates := []string{"internet", "gate", "gate", "workload", "metadata", "identity", "power"}
	but := func(at int, word string) []string { out := slices.Clone(gates); out[at] = word; return out }
	for about, c := range map[string]struct {
		w      *estate.Workload
		state  path.State
		broken string
		steps  []string // "!" is missing, "?" not certain
	}{
		"open, without tokens, administrator": {bare(), path.Whole, "", gates},
		"tokens are required": {with(func(w *estate.Workload) { w.Metadata.Class = fact.Sure(estate.ClassSessionToken) }),
			path.Cut, "metadata", but(4, "metadata!")},
		"the endpoint is off":    {with(func(w *estate.Workload) { w.Metadata.Class = fact.Sure(estate.ClassOff) }), path.Cut, "metadata", but(4, "metadata!")},
		"only certain processes": {with(func(w *estate.Workload) { w.Metadata.Class = fact.Sure(estate.ClassProcessBound) }), path.Cut, "metadata", but(4, "metadata!")},
		"the class is not known": {with(func(w *estate.Workload) { w.Metadata.Class = dark[string](snapshot.Absent) }), path.Possible, "", but(4, "metadata?")},
		"the role reads data": {with(func(w *estate.Workload) {
			w.Identity.Power, w.Identity.AtLeast = fact.Sure("data_read"), fact.Sure("data_read")
		}), path.Whole, "", gates},
		"the role lists and more": {with(func(w *estate.Workload) { w.Identity.Power, w.Identity.AtLeast = fact.Sure("read"), fact.Sure("read") }), path.Cut, "power", but(6, "power!")},
		"the role's power is not known, and it writes for certain": {with(func(w *estate.Workload) {
			w.Identity.Power, w.Identity.AtLeast = dark[string](snapshot.Denied), fact.Sure("write")
		}), path.Whole, "", gates},
		"the role's power is not known": {with(func(w *estate.Workload) {
			w.Identity.Power, w.Identity.AtLeast = dark[string](snapshot.Denied), fact.Sure("limited")
		}), path.Possible, "", but(6, "power?")},
		"nothing is bound": {with(func(w *estate.Workload) {
			w.Identity = estate.Identity{Name: fact.Sure(""), Mechanism: fact.Sure("none"), Role: fact.Sure(""), Power: fact.Sure("none")}
		}), path.Cut, "identity", []string{"internet", "gate", "gate", "workload", "metadata", "identity!"}},
		"a profile without a role": {with(func(w *estate.Workload) { w.Identity.Role = fact.Sure("") }),
			path.Cut, "identity", []string{"internet", "gate", "gate", "workload", "metadata", "identity!"}},
		"what is bound is not known": {with(func(w *estate.Workload) {
			w.Identity = estate.Identity{Name: dark[string](snapshot.Absent), Role: dark[string](snapshot.Absent), Power: dark[string](snapshot.Absent), AtLeast: dark[string](snapshot.Absent)}
		}), path.Possible, "", []string{"internet", "gate", "gate", "workload", "metadata", "identity?", "power?"}},
		"a security group keeps everybody out": {with(func(w *estate.Workload) {
			e := &w.Exposure
			e.Reached, e.Internet, e.Open = fact.Sure(false), fact.Sure(estate.Internal), fact.Listed[estate.Opening](nil, nil, "")
			e.Paths[0].Open, e.Paths[0].Maybe, e.Paths[0].Gates[1].Passes = false, false, reach.Closed
		}), path.Cut, "gate", but(2, "gate!")},
		"only an office reaches it": {with(func(w *estate.Workload) {
			w.Exposure.Reached, w.Exposure.Internet = fact.Sure(false), fact.Sure(estate.Restricted)
		}), path.Cut, "internet", []string{"internet!", "workload", "metadata", "identity", "power"}},
		"it has no public address": {with(func(w *estate.Workload) {
			w.Exposure = estate.Exposure{Reached: fact.Sure(false), Internet: fact.Sure(estate.Internal), Public: fact.Sure(false)}
		}), path.Cut, "internet", []string{"internet!", "workload", "metadata", "identity", "power"}},
		"a network ACL was refused": {with(func(w *estate.Workload) {
			e := &w.Exposure
			e.Reached, e.Internet = dark[bool](snapshot.Denied), dark[string](snapshot.Denied)
			e.Paths[0].Open, e.Paths[0].Gates[0].Passes = false, reach.Unknown
		}), path.Possible, "", []string{"internet?", "gate?", "gate", "workload", "metadata", "identity", "power"}},
		"nothing at all is known of the way in": {with(func(w *estate.Workload) { w.Exposure = estate.Exposure{} }),
			path.Possible, "", []string{"internet?", "workload", "metadata", "identity", "power"}},
		"tokens are required, and nothing else is known": {&estate.Workload{Metadata: estate.Metadata{Class: fact.Sure(estate.ClassSessionToken)}},
			path.Cut, "metadata", []string{"internet?", "workload", "metadata!", "identity?", "power?"}},
		"nothing is known": {&estate.Workload{}, path.Possible, "", []string{"internet?", "workload", "metadata?", "identity?", "power?"}},
		"it is gone":       {with(func(w *estate.Workload) { w.State = fact.Sure("terminated") }), path.None, "", nil},
		"a fixed header, and it takes the account over": {with(func(w *estate.Workload) { w.Metadata.Class = fact.Sure(estate.ClassStaticHeader) }), path.Whole, "", gates},
		"a fixed header, and it writes": {with(func(w *estate.Workload) {
			w.Metadata.Class, w.Identity.Power, w.Identity.AtLeast = fact.Sure(estate.ClassStaticHeader), fact.Sure("write"), fact.Sure("write")
		}), path.Cut, "power", but(6, "power!")},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			p := path.Of(c.w)
			if p.State != c.state || p.Broken != c.broken {
				t.Errorf("%q broken at %q, want %q at %q", p.State, p.Broken, c.state, c.broken)
			}
			if diff := cmp.Diff(c.steps, kinds(p.Steps)); diff != "" {
				t.Errorf("steps (-want +got)\n%s", diff)
			}
			if hasCuts := p.State == path.Whole || p.State == path.Possible; hasCuts != (len(p.Cuts) > 0) {
				t.Errorf("a path that is %q has %d cuts", p.State, len(p.Cuts))
			}
		})
	}
}

func TestTheStepsInWords(t *testing.T) {
	t.Parallel()
	var got []string
	for _, s := range path.Of(bare()).Steps {
		got = append(got, s.Title+": "+s.Detail)
	}
	if diff := cmp.Diff([]string{
		"Internet: any address reaches tcp 22 from 0.0.0.0/0",
		"Route table rtb-0a: 0.0.0.0/0 to igw-0a",
		"Security group sg-0b: sgr-01 allows tcp 22 from 0.0.0.0/0",
		"i-0a (web-1): a program on it can be made to send a request, or is taken over",
		"Metadata service: answers a plain request",
		"Role web: its credentials are handed to whoever asks",
		"Power: may do everything in the account; AdministratorAccess allows * on *: everything",
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCutsTheCheapestFirst(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		w    *estate.Workload
		want []string
	}{
		"nobody asks without a token": {bare(), []string{
			"Require session tokens", "Remove rule sgr-01 of sg-0b (tcp 22 from 0.0.0.0/0)", "Narrow what web may do", "Switch the metadata service off", "Take web away from it"}},
		"somebody asks without a token": {with(func(w *estate.Workload) { w.Usage.NoToken = fact.Sure(int64(7)) }), []string{
			"Remove rule sgr-01 of sg-0b (tcp 22 from 0.0.0.0/0)", "Require session tokens", "Narrow what web may do", "Switch the metadata service off", "Take web away from it"}},
		"it serves the public": {with(func(w *estate.Workload) {
			w.Exposure.Open.Items()[0].From, w.Exposure.Open.Items()[0].To = 443, 443
			w.Exposure.Rules.Items()[0].From, w.Exposure.Rules.Items()[0].To = 443, 443
		}), []string{
			"Require session tokens", "Narrow what web may do", "Remove rule sgr-01 of sg-0b (tcp 443 from 0.0.0.0/0)", "Switch the metadata service off", "Take web away from it"}},
		"a load balancer serves it": {with(func(w *estate.Workload) { w.Exposure.Open.Items()[0].Via = "arn:x:loadbalancer/app/front" }), []string{
			"Require session tokens", "Narrow what web may do", "Take it off the load balancer", "Switch the metadata service off", "Take web away from it"}},
		"something that no rule of a group explains lets it in": {with(func(w *estate.Workload) { w.Exposure.Open.Items()[0].Family = "ipv6" }), []string{
			"Require session tokens", "Narrow what web may do", "Close it to the internet", "Switch the metadata service off", "Take web away from it"}},
		"a fixed header leaves the exposure and the identity": {with(func(w *estate.Workload) { w.Metadata.Class = fact.Sure(estate.ClassStaticHeader) }), []string{
			"Remove rule sgr-01 of sg-0b (tcp 22 from 0.0.0.0/0)", "Narrow what web may do", "Take web away from it"}},
	} {
		var got []string
		for _, f := range path.Of(c.w).Cuts {
			got = append(got, f.Title)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s\n%s", about, diff)
		}
	}
}

func cutOf(t *testing.T, w *estate.Workload, title string) path.Fix {
	t.Helper()
	for _, f := range path.Of(w).Cuts {
		if strings.HasPrefix(f.Title, title) {
			return f
		}
	}
	t.Fatalf("no cut begins with %q", title)
	return path.Fix{}
}

func TestCommandsToPaste(t *testing.T) {
	t.Parallel()
	tokens := "Require session tokens"
	for about, c := range map[string]struct {
		w             *estate.Workload
		title, want   string
		why           string // that the sentence must hold
		rules         []string
		anyRuleWanted bool
	}{
		"tokens": {bare(), tokens, "aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id i-0a --http-tokens required", "without a restart", []string{"AWS-IMDS-001"}, true},
		"tokens, and the count is not known": {with(func(w *estate.Workload) { w.Usage.NoToken = dark[int64](snapshot.Denied) }), tokens,
			"aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id i-0a --http-tokens required", "look first", nil, false},
		"tokens that were asked for already": {with(func(w *estate.Workload) { w.Metadata.Tokens = fact.Sure("required") }), tokens, "", "wait until it is applied", nil, false},
		"operated by another service":        {with(func(w *estate.Workload) { w.ManagedBy = fact.Sure("eks.amazonaws.com") }), tokens, "", "operated by eks.amazonaws.com", nil, false},
		"a cloud without commands":           {with(func(w *estate.Workload) { w.Provider = "elsewhere" }), tokens, "", "without a restart", nil, false},
		"an id that a shell would open":      {with(func(w *estate.Workload) { w.ID = "$(reboot)" }), tokens, "", "without a restart", nil, false},
		"the rule": {bare(), "Remove rule", "aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-0b --security-group-rule-ids sgr-01",
			"administration", []string{"AWS-NET-001", "AWS-NET-006"}, true},
		"a rule without an id": {with(func(w *estate.Workload) { w.Exposure.Rules.Items()[0].ID = "" }), "Remove the rule of sg-0b", "", "", nil, false},
		"the endpoint":         {bare(), "Switch the", "aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id i-0a --http-endpoint disabled", "loses it", nil, true},
		"the role": {bare(), "Take web", "aws ec2 disassociate-iam-instance-profile --region eu-west-1 --association-id $(aws ec2 describe-iam-instance-profile-associations --region eu-west-1 " +
			"--filters Name=instance-id,Values=i-0a --query IamInstanceProfileAssociations[0].AssociationId --output text)", "until they expire", []string{"AWS-IAM-001"}, true},
		"narrowing names the statement": {bare(), "Narrow", "", "AdministratorAccess allows * on *", []string{"AWS-IAM-001"}, true},
	} {
		f := cutOf(t, c.w, c.title)
		if f.Command != c.want || !strings.Contains(f.Why, c.why) {
			t.Errorf("%s: %q\nwhy: %s", about, f.Command, f.Why)
		}
		if c.anyRuleWanted && !slices.Equal(f.Rules, c.rules) {
			t.Errorf("%s: rules %v", about, f.Rules)
		}
	}
}

// Whatever else is true of a workload, each change that is named breaks its path.
func TestEachCutBreaksThePath(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawn(t)
		for i, f := range path.Of(w).Cuts {
			changed := *w
			switch f.Kind {
			case path.CutTokens:
				changed.Metadata.Class = fact.Sure(estate.ClassSessionToken)
			case path.CutHTTPS:
				changed.Metadata.Protocol = fact.Sure("https")
			case path.CutEndpoint:
				changed.Metadata.Class = fact.Sure(estate.ClassOff)
			case path.CutExposure:
				changed.Exposure.Reached, changed.Exposure.Internet = fact.Sure(false), fact.Sure(estate.Internal)
			case path.CutIdentity:
				changed.Identity.Power, changed.Identity.AtLeast = fact.Sure("limited"), fact.Sure("limited")
				if strings.HasPrefix(f.Title, "Take") {
					changed.Identity = estate.Identity{Name: fact.Sure(""), Mechanism: fact.Sure("none"), Role: fact.Sure(""), Power: fact.Sure("none")}
				}
			default:
				t.Fatalf("cut %d is of the unknown kind %q", i, f.Kind)
			}
			if got := path.Of(&changed); got.State != path.Cut {
				t.Fatalf("after %q the path is %q", f.Title, got.State)
			}
		}
	})
}

// A path that is whole or cut stays so whatever is learned of what was unknown.
func TestLearningTurnsNoAnswerRound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawn(t)
		after := path.Of(w)
		hidden := *w
		switch rapid.SampledFrom([]string{"class", "protocol", "exposure", "power", "name"}).Draw(t, "hide") {
		case "class":
			hidden.Metadata.Class = dark[string](snapshot.Absent)
		case "protocol":
			hidden.Metadata.Protocol = dark[string](snapshot.UnknownValue)
		case "exposure":
			hidden.Exposure.Reached, hidden.Exposure.Internet = dark[bool](snapshot.Denied), dark[string](snapshot.Denied)
		case "power":
			hidden.Identity.Power, hidden.Identity.AtLeast = dark[string](snapshot.Denied), dark[string](snapshot.Denied)
		case "name":
			hidden.Identity.Name, hidden.Identity.Role = dark[string](snapshot.Absent), dark[string](snapshot.Absent)
		}
		before := path.Of(&hidden)
		if before.State != path.Possible && before.State != after.State {
			t.Fatalf("unseen it is %q, seen %q", before.State, after.State)
		}
	})
}

// The words of a path say the same as its steps.
func TestStateAndStepsAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := path.Of(drawn(t))
		missing := slices.IndexFunc(p.Steps, func(s path.Step) bool { return !s.Passes })
		doubt := slices.ContainsFunc(p.Steps, func(s path.Step) bool { return !s.Certain })
		want := path.Whole
		switch {
		case missing >= 0:
			want = path.Cut
		case doubt:
			want = path.Possible
		}
		if p.State != want || missing >= 0 && p.Broken != p.Steps[missing].Kind {
			t.Fatalf("%q broken at %q, with %v", p.State, p.Broken, kinds(p.Steps))
		}
		for _, s := range p.Steps {
			if s.Title == "" || s.Detail == "" && s.Kind != path.KindGate {
				t.Fatalf("a %s step without words: %+v", s.Kind, s)
			}
		}
	})
}

func maybe[T any](t *rapid.T, name string, from ...T) fact.Of[T] {
	if rapid.IntRange(0, 3).Draw(t, name+" is hidden") == 0 {
		return dark[T](snapshot.Denied)
	}
	return fact.Sure(rapid.SampledFrom(from).Draw(t, name))
}

// drawn is a workload of which anything may be so, or not known.
func drawn(t *rapid.T) *estate.Workload {
	w := bare()
	w.Provider = rapid.SampledFrom([]string{"aws", "ibm", "elsewhere"}).Draw(t, "provider")
	w.ManagedBy = maybe(t, "manager", "", "eks.amazonaws.com")
	w.Usage.NoToken = maybe[int64](t, "no token", 0, 5)
	w.Metadata.Class = maybe(t, "class", estate.ClassOff, estate.ClassUnauthGet, estate.ClassUnauthGet, estate.ClassStaticHeader, estate.ClassSessionToken, estate.ClassProcessBound)
	w.Metadata.Tokens = maybe(t, "tokens", "required", "optional")
	if w.Provider == "ibm" {
		w.Metadata.Class = maybe(t, "class", estate.ClassOff, estate.ClassSessionToken, estate.ClassSessionToken)
		w.Metadata.Tokens, w.Metadata.Protocol = fact.Sure("required"), maybe(t, "protocol", "http", "http", "https")
	}
	if level := maybe(t, "power", power.Words()...); level.Known() {
		w.Identity.Power, w.Identity.AtLeast = level, level
	} else {
		w.Identity.Power, w.Identity.AtLeast = level, maybe(t, "at least", power.Words()...)
	}
	w.Identity.Role = maybe(t, "role", role, role, "")
	w.Exposure.Reached = maybe(t, "reached", true, true, false)
	passing := rapid.SampledFrom([]reach.Passing{reach.Open, reach.Partly, reach.Closed, reach.Unknown})
	gates := w.Exposure.Paths[0].Gates
	open, may := true, true
	for i := range gates {
		gates[i].Passes = passing.Draw(t, "gate")
		open = open && (gates[i].Passes == reach.Open || gates[i].Passes == reach.Partly)
		may = may && gates[i].Passes != reach.Closed
	}
	w.Exposure.Paths[0].Open, w.Exposure.Paths[0].Maybe = open, may
	if reached, known := w.Exposure.Reached.Get(); !known {
		w.Exposure.Internet = dark[string](snapshot.Denied)
	} else if !reached {
		w.Exposure.Internet = maybe(t, "internet", estate.Restricted, estate.Internal, estate.Isolated)
	}
	return w
}
