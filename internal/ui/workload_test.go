package ui_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	inspecting "plumbline/internal/inspect"
	"plumbline/internal/listing"
	attack "plumbline/internal/path"
	"plumbline/internal/problem"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

var why = &fact.Reason{Cause: snapshot.Denied, Call: "ec2:DescribeNetworkAcls", Region: "eu-west-1", Detail: "UnauthorizedOperation"}

func dark[T any]() fact.Of[T] { return fact.Unknown[T](why, nil, "") }

// exposed is a workload that anybody reaches, that answers without a token, and
// whose role may do everything.
func exposed(x listing.Workload) *estate.Workload {
	group := "arn:aws:autoscaling:eu-west-1:" + account + ":autoScalingGroup:5c1:autoScalingGroupName/web"
	return &estate.Workload{
		Subject: estate.Subject{Kind: estate.KindWorkload, Provider: "aws", Account: x.Account, Region: x.Region, UID: x.UID, ID: x.ID, Name: x.Name},
		Type:    "instance", State: fact.Sure("running"), ManagedBy: fact.Sure(""), Group: fact.Sure(group), Image: fact.Sure("ami-0c1d"), ContainerHost: fact.Sure(true),
		Metadata: estate.Metadata{Endpoint: fact.Sure("enabled"), Tokens: fact.Sure("optional"), HopLimit: fact.Sure(int64(2)), Applied: fact.Sure(true),
			IPv6: fact.Sure(false), Tags: fact.Sure(false), Class: fact.Sure(estate.ClassUnauthGet), Containers: fact.Sure(true)},
		Usage: estate.Usage{NoToken: fact.Sure(int64(1204)), Rejected: fact.Sure(int64(0))},
		Exposure: estate.Exposure{Internet: fact.Sure(estate.Reachable), Reached: fact.Sure(true), Latent: fact.Sure(false), Public: fact.Sure(true),
			Open: fact.Listed([]estate.Opening{
				{Family: "ipv4", Protocol: "tcp", From: 22, To: 22, FrontFrom: 22, FrontTo: 22, Layer: "l4", Address: "203.0.113.7", Return: "full", AnySource: fact.Sure(true), Sources: "0.0.0.0/0"},
				{Family: "ipv4", Protocol: "tcp", From: 8080, To: 8080, FrontFrom: 443, FrontTo: 443, Layer: "l7", Via: "arn:aws:elasticloadbalancing:eu-west-1:" + account + ":loadbalancer/app/front/50dc", Address: "front.example", Return: "full", AnySource: fact.Sure(false), Sources: "198.51.100.0/24"},
				{Family: "ipv6", Protocol: "udp", From: 0, To: 65535, FrontFrom: 0, FrontTo: 65535, Layer: "l4", Address: "2001:db8::7", Return: "one_way", AnySource: dark[bool](), Sources: "::/0"},
			}, nil, "", why),
			Rules: fact.Listed([]estate.GateRule{{Gate: "arn:aws:ec2:eu-west-1:" + account + ":security-group/sg-0b", ID: "sgr-01", Direction: "in", Action: "allow", Protocol: "tcp", From: 22, To: 22, AnyAddress: true, Peer: "0.0.0.0/0"}}, nil, ""),
			Paths: []reach.Path{
				{Family: "ipv4", Address: "203.0.113.7", Interface: "eni-0a", Open: true, Maybe: true, Gates: []reach.Gate{
					{Kind: "route", ID: "rtb-0a", Says: "0.0.0.0/0 to igw-0a", Passes: reach.Open}, {Kind: "security_group", ID: "sg-0b", Says: "sgr-01 allows tcp 22 from 0.0.0.0/0", Passes: reach.Partly}}},
				{Family: "ipv6", Address: "2001:db8::7", Interface: "eni-0a", Maybe: true, Gates: []reach.Gate{
					{Kind: "network_acl_in", ID: "acl-0c", Says: "its entries are not known: the permission is missing", Passes: reach.Unknown}}},
				{Family: "ipv4", Address: "198.51.100.9", Interface: "eni-0b", Gates: []reach.Gate{
					{Kind: "network_acl_in", ID: "acl-0d", Says: "rule 90 denies everything", Passes: reach.Closed}, {Kind: "security_group", ID: "sg-0e", Says: "allows tcp 443 from 0.0.0.0/0", Passes: reach.Closed}}},
			}},
		Identity: estate.Identity{Name: fact.Sure("arn:aws:iam::" + account + ":instance-profile/web"), Mechanism: fact.Sure("instance_profile"), Role: fact.Sure("arn:aws:iam::" + account + ":role/web"),
			Power: fact.Sure("admin"), AtLeast: fact.Sure("admin"), Grants: fact.Listed([]estate.Grant{
				{Level: "admin", Action: "*", Resource: "*", Policy: "AdministratorAccess", Statement: "#1", Why: "everything"},
				{Level: "escalation", Action: "iam:PassRole", Resource: "*", Policy: "deploy", Statement: "Pass", Why: "passes a role to a new instance", Inferred: true},
			}, nil, "")},
		UserData: estate.UserData{Present: fact.Sure(true), Secrets: fact.Listed([]estate.Secret{{Kind: "aws_access_key", Place: "part 2, /etc/app.env", Line: 4, Hash: strings.Repeat("9f", 32)}}, nil, "")},
		Patches:  estate.Patches{Managed: fact.Sure(false), State: dark[string]()},
	}
}

// report is what a close look tells of a workload.
func report(w *estate.Workload) *inspecting.Report {
	return &inspecting.Report{
		Workload: w, Path: attack.Of(w), TakenAt: scanTime(4),
		Group: &estate.Template{Subject: estate.Subject{Name: "web"}, Type: "auto_scaling_group", Next: estate.Forecast{
			Launches: fact.Sure(true), Tokens: fact.Sure("required"), TokensBy: fact.Sure("account"), Endpoint: fact.Sure("enabled"), EndpointBy: fact.Sure("service"),
			HopLimit: fact.Sure(int64(1)), HopLimitBy: fact.Sure("template"), PublicIP: fact.Sure("subnet"), Power: dark[string]()}},
		Verdicts: []finding.Verdict{
			{Rule: "AWS-IMDS-001", Severity: finding.High, Outcome: finding.Fail, Say: "metadata.tokens is optional"},
			{Rule: "AWS-IMDS-002", Severity: finding.Medium, Outcome: finding.Pass},
			{Rule: "AWS-IMDS-013", Severity: finding.Low, Outcome: finding.Unknown, Reasons: []fact.Reason{*why}},
		},
	}
}

// looking serves the office with a close look at each workload.
func looking(d *desk, do func(listing.Workload) (*inspecting.Report, error)) http.Handler {
	d.looked = do
	return d.serve(viewer(access.Reader))
}

// lookedAt is what a close look at the workloads of the office tells: the first
// stands open, the second is guarded, of the third nothing is known.
func lookedAt(x listing.Workload) (*inspecting.Report, error) {
	w := exposed(x)
	switch x.Name {
	case "web-prod-1":
	case "web-prod-2":
		w.Metadata.Tokens, w.Metadata.Class = fact.Sure("required"), fact.Sure(estate.ClassSessionToken)
	case "web-prod-3":
		w = &estate.Workload{Subject: w.Subject}
	default:
		return nil, problem.New(problem.NotFound, "There is none.")
	}
	return report(w), nil
}

func closely(t *testing.T, change func(*estate.Workload)) page {
	t.Helper()
	d := office()
	return get(t, looking(d, func(x listing.Workload) (*inspecting.Report, error) {
		w := exposed(x)
		change(w)
		return report(w), nil
	}), "/inventory/"+d.workloads[0].UID)
}

func TestAWorkloadAnswersFourQuestions(t *testing.T) {
	t.Parallel()
	p := closely(t, func(*estate.Workload) {})
	p.has(t,
		"How is the metadata service set? A plain request is answered", "Tokens optional", "In force yes", "Hop limit 2 network hops", "IPv6 address does not answer",
		"1,204 requests answered in the last 14 days", "no request in the last 24 hours",
		"What the next instance of its group gets", "Tokens required by the account's default", "Hop limit 1 by its template", "Public address as the subnet has it",
		"What reaches it? Any address on the internet", "tcp 22 IPv4 0.0.0.0/0 203.0.113.7", "To any address",
		"front at front.example, where clients use tcp 443", "To chosen addresses", "udp, all ports IPv6", "none: replies do not leave", "May be: the permission is missing",
		"There may be more than is listed.", "The permission is missing (UnauthorizedOperation): ec2:DescribeNetworkAcls in eu-west-1.",
		"Security group sg-0b Lets some through", "IPv4 to 198.51.100.9 Closed at Network ACL, inwards acl-0d", "Rule 90 denies everything.", "Network ACL, inwards acl-0c Not known",
		"What may it do? Everything in the account", "AdministratorAccess statement #1", "Condition taken to be met", "Passes a role to a new instance.",
		"What is hidden in it? 1 secret in its user data", "AWS access key part 2, /etc/app.env, line 4", "9f9f9f9f9f9f", "a container platform runs on it",
		"1 fail, 1 not assessed, 1 pass", "EC2 instance answers metadata requests without a session token", "Metadata replies travel at most two network hops", "Passes")
	if strings.Contains(p.text(), strings.Repeat("9f", 32)) {
		t.Error("the whole hash of a secret is on the page")
	}
}

func TestAWorkloadTellsTheWayIn(t *testing.T) {
	t.Parallel()
	p := closely(t, func(*estate.Workload) {})
	p.has(t, "Attack path Whole", "It does not mean that an attack took place.", "Any address reaches tcp 22 from 0.0.0.0/0.", "Security group sg-0b", "Metadata service Answers a plain request.", "Role web",
		"May do everything in the account", "Cheapest cut:", "Other single changes that break it: 4")
	if n := len(p.all("ol", "hops")); n != 4 {
		t.Errorf("%d chains, one path and three ways were looked at", n)
	}
	if h := p.all("section", "card"); len(h) == 0 || attr(h[0], "id") != "path" {
		t.Error("the way in does not stand first")
	}
	for about, c := range map[string]struct {
		change func(*estate.Workload)
		want   []string
	}{
		"a token is needed": {func(w *estate.Workload) { w.Metadata.Class = fact.Sure(estate.ClassSessionToken) },
			[]string{"Attack path Cut at Metadata service", "Stops here", "A session token is needed"}},
		"not all is known": {func(w *estate.Workload) { w.Metadata.Class = dark[string]() },
			[]string{"Attack path Possible", "Not certain", "What it takes to read its credentials cannot be told."}},
	} {
		p := closely(t, c.change)
		p.has(t, c.want...)
		if c.change != nil && strings.Contains(p.text(), "Attack path Whole") {
			t.Errorf("%s: the path reads as whole", about)
		}
	}
	twice := closely(t, func(w *estate.Workload) { // the first step that is missing is named, and nothing behind it
		w.Metadata.Class, w.Identity.Power, w.Identity.AtLeast = fact.Sure(estate.ClassSessionToken), fact.Sure("none"), fact.Sure("none")
	})
	twice.has(t, "Attack path Cut at Metadata service")
	if n := strings.Count(twice.text(), "Stops here"); n != 1 {
		t.Errorf("a path with two steps missing stops at %d", n)
	}
	if p := closely(t, func(w *estate.Workload) { w.State = fact.Sure("terminated") }); len(p.all("ol", "hops")) != 3 {
		t.Error("what is gone has an attack path")
	}
}

// What nobody knows reads neither as good nor as bad.
func TestNothingKnownIsNoAnswer(t *testing.T) {
	t.Parallel()
	p := closely(t, func(w *estate.Workload) {
		*w = estate.Workload{Subject: w.Subject}
	})
	for _, s := range p.all("span", "state") {
		if c := attr(s, "class"); strings.Contains(c, " ok") || strings.Contains(c, " err") {
			t.Errorf("%q is coloured", words(s))
		}
	}
	p.has(t, "How is the metadata service set? Not known", "What reaches it? Not known", "What may it do? Not known", "What is hidden in it? Not known", "Attack path Possible", "Tokens Not known Not collected.")
}

func TestTheAnswersInWords(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*estate.Workload){
		"How is the metadata service set? Off":                      func(w *estate.Workload) { w.Metadata.Class = fact.Sure(estate.ClassOff) },
		"How is the metadata service set? A fixed header is enough": func(w *estate.Workload) { w.Metadata.Class = fact.Sure(estate.ClassStaticHeader) },
		"How is the metadata service set? Only certain processes":   func(w *estate.Workload) { w.Metadata.Class = fact.Sure(estate.ClassProcessBound) },
		"in a word that this version does not know: lantern":        func(w *estate.Workload) { w.Metadata.Class = fact.Sure("lantern") },
		"In force no: a change was asked for and is pending":        func(w *estate.Workload) { w.Metadata.Applied = fact.Sure(false) },
		"What reaches it? Any address, through a load balancer":     func(w *estate.Workload) { w.Exposure.Internet = fact.Sure(estate.ViaLB) },
		"What reaches it? Chosen addresses only":                    func(w *estate.Workload) { w.Exposure.Internet = fact.Sure(estate.Restricted) },
		"What reaches it? Nothing from the internet":                func(w *estate.Workload) { w.Exposure.Internet = fact.Sure(estate.Internal) },
		"What reaches it? Nothing: it does not run any address would reach it if it ran": func(w *estate.Workload) {
			w.Exposure.Internet, w.Exposure.Latent = fact.Sure(estate.Isolated), fact.Sure(true)
		},
		"whether only through a load balancer is not known":                               func(w *estate.Workload) { w.Exposure.Internet = dark[string]() },
		"What may it do? Everything in the account at most; for certain it may do little": func(w *estate.Workload) { w.Identity.AtLeast = fact.Sure("limited") },
		"What may it do? Change data, security or network at least; what else is not known": func(w *estate.Workload) {
			w.Identity.Power, w.Identity.AtLeast = dark[string](), fact.Sure("write")
		},
		"What may it do? Not known": func(w *estate.Workload) { w.Identity.Power, w.Identity.AtLeast = dark[string](), fact.Sure("limited") },
		"Identity nothing is bound": func(w *estate.Workload) { w.Identity.Name = fact.Sure("") },
		"What is hidden in it? No user data": func(w *estate.Workload) {
			w.UserData = estate.UserData{Present: fact.Sure(false), Secrets: fact.Listed[estate.Secret](nil, nil, "")}
		},
		"What is hidden in it? No secret was": func(w *estate.Workload) { w.UserData.Secrets = fact.Listed[estate.Secret](nil, nil, "") },
		"What is hidden in it? Not looked through": func(w *estate.Workload) {
			off := &fact.Reason{Cause: snapshot.OutOfScope}
			w.UserData = estate.UserData{Present: fact.Unknown[bool](off, nil, ""), Secrets: fact.Listed[estate.Secret](nil, nil, "", off)}
		},
	} {
		closely(t, change).has(t, want)
	}
}

// Where a close look does not come off, the rest of the page stands.
func TestAWorkloadThatCannotBeLookedAtCloselyIsShown(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"The last finished scan of the account did not see this workload.": problem.New(problem.NotFound, "There is none."),
		"What is stored is not what was hashed.":                           problem.New(problem.Tampered, "What is stored is not what was hashed."),
		"could not be read again; the log of the program says why":         errors.New("hunter2"),
	} {
		d := office()
		p := get(t, looking(d, func(listing.Workload) (*inspecting.Report, error) { return nil, err }), "/inventory/"+d.workloads[0].UID)
		p.has(t, "Not looked at closely.", want, "Tokens optional", "From the internet not known", "EC2 instance answers metadata requests without a session token")
		if p.Code != http.StatusOK || strings.Contains(p.Body.String(), "hunter2") {
			t.Errorf("%d for %v", p.Code, err)
		}
	}
}

// A finding of a group stands on the pages of the workloads that it is about.
func TestAGroupsFindingStandsOnItsMembers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		outcome finding.Outcome
		there   bool
	}{{finding.Fail, true}, {finding.Unknown, true}, {finding.Pass, false}} {
		d := office()
		x := &d.workloads[3]
		x.Group = "arn:aws:autoscaling:eu-west-1:" + account + ":autoScalingGroup:5c1:autoScalingGroupName/web"
		f := d.found[0]
		f.Number, f.Subject.UID, f.Subject.ID = 9, x.Group, "web"
		d.found = append(d.found, f)
		p := get(t, looking(d, func(x listing.Workload) (*inspecting.Report, error) {
			r := report(exposed(x))
			r.Verdicts = []finding.Verdict{{Rule: f.Rule, Severity: finding.High, Outcome: c.outcome}}
			return r, nil
		}), "/inventory/"+x.UID)
		if got := slices.Contains(p.hrefs(), "/findings/FND-9"); got != c.there {
			t.Errorf("a member whose own verdict is %s: the finding is there: %v", c.outcome, got)
		}
	}
}
