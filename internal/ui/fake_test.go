package ui_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
	"plumbline/internal/ui"
)

// A fake keeps findings and scans in memory, so that templates can be tested
// with whatever a store may hold. The real store has tests of its own.
type fake struct {
	records []finding.Record
	list    []scan.Record // newest first
	docs    map[[32]byte]snapshot.Resource
	change  map[int64]finding.Change // what the last move of a finding was; New if it is not here
	broken  error
	bad     error // what reading a document comes to
}

var noSuch = problem.New(problem.NotFound, "There is no such thing.")

func (f *fake) pass(flt ui.Filter) []finding.Record {
	var out []finding.Record
	for _, r := range f.records {
		if (len(flt.States) == 0 || slices.Contains(flt.States, r.State)) &&
			(len(flt.Severities) == 0 || slices.Contains(flt.Severities, r.Severity)) &&
			(flt.Rule == "" || flt.Rule == r.Rule) && !r.ChangedAt.Before(flt.Since) &&
			(len(flt.Changes) == 0 || slices.Contains(flt.Changes, cmp.Or(f.change[r.Number], finding.New))) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b finding.Record) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Risk, a.Risk), cmp.Compare(a.Number, b.Number))
	})
	return out
}

func (f *fake) Groups(_ context.Context, flt ui.Filter) ([]ui.Group, error) {
	by := map[string]*ui.Group{}
	var out []ui.Group
	for _, r := range f.pass(flt) {
		g := by[r.Rule]
		if g == nil {
			g = &ui.Group{Rule: r.Rule, Severity: r.Severity}
			by[r.Rule] = g
		}
		g.Count, g.Risk = g.Count+1, max(g.Risk, r.Risk)
	}
	for _, g := range by {
		out = append(out, *g)
	}
	return out, f.broken
}

func (f *fake) Findings(_ context.Context, flt ui.Filter) ([]finding.Record, string, error) {
	all := f.pass(flt)
	from, _ := strconv.Atoi(flt.After)
	from = min(from, len(all))
	end := len(all)
	if flt.Limit > 0 {
		end = min(from+flt.Limit, end)
	}
	next := ""
	if end < len(all) {
		next = strconv.Itoa(end)
	}
	return all[from:end], next, f.broken
}

func (f *fake) Finding(_ context.Context, n int64) (finding.Record, error) {
	for _, r := range f.records {
		if r.Number == n {
			return r, f.broken
		}
	}
	return finding.Record{}, noSuch
}

func (f *fake) Document(_ context.Context, r ui.Ref) (snapshot.Resource, time.Time, error) {
	if f.bad != nil {
		return snapshot.Resource{}, time.Time{}, f.bad
	}
	d, ok := f.docs[r.Hash]
	if !ok {
		return d, time.Time{}, noSuch
	}
	return d, scanTime(4).Add(3 * time.Second), nil
}

func (f *fake) Scans(context.Context) ([]scan.Record, error) {
	out := slices.Clone(f.list)
	for i := range out {
		out[i].Answers, out[i].Tally = nil, nil // the real store leaves them out too
	}
	return out, f.broken
}

func (f *fake) LatestScans(context.Context) ([]scan.Record, error) {
	type place struct{ provider, account string }
	seen := map[place]bool{}
	var out []scan.Record
	for _, s := range f.list {
		p := place{s.Provider, s.Account}
		if s.State == scan.Finished && !seen[p] {
			seen[p] = true
			s.Answers, s.Tally = nil, nil
			out = append(out, s)
		}
	}
	return out, f.broken
}

func (f *fake) FormerScan(_ context.Context, n int64) (scan.Record, error) {
	s, err := f.Scan(context.Background(), n)
	for _, o := range f.list {
		if err == nil && o.State == scan.Finished && o.Provider == s.Provider && o.Account == s.Account && o.Number < n {
			o.Answers, o.Tally = nil, nil
			return o, f.broken
		}
	}
	return scan.Record{}, noSuch
}

func (f *fake) Scan(_ context.Context, n int64) (scan.Record, error) {
	for _, s := range f.list {
		if s.Number == n {
			return s, f.broken
		}
	}
	return scan.Record{}, noSuch
}

// rules is a catalogue of hand-made rules.
type rules map[string]*rule.Rule

func (r rules) Rule(id string) (*rule.Rule, bool) { x, ok := r[id]; return x, ok }

func catalogue() rules {
	m := rules{}
	for _, r := range []rule.Rule{
		{ID: "AWS-IMDS-001", Severity: finding.High, Provider: "aws",
			Title: "EC2 instance answers metadata requests only with a session token", Fault: "EC2 instance answers metadata requests without a session token",
			Why:        "Whoever can make a program on the instance send a plain GET, through a forged server-side request or an open proxy, reads the credentials of the instance's role. With tokens required the request must first obtain a token by a PUT with a header of its own, which such programs cannot be made to send.",
			Note:       "A disabled endpoint passes here even where tokens are optional, because nothing answers; it is one API call from version 1. Prowler, CloudSploit, Checkov and Trivy pass it too; Steampipe, Cartography and the text of AWS Config's rule fail it.",
			References: []string{"https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-existing-instances.html", "javascript:alert(1)"},
			Fix:        rule.Fix{Sets: map[string]any{"metadata.tokens": "required", "metadata.applied": true}}},
		{ID: "AWS-IMDS-002", Severity: finding.Medium, Provider: "aws", Title: "Metadata replies travel at most two network hops", Fault: "Metadata replies travel more than two network hops",
			Why: "A token reply that travels further than the instance can be read by whatever forwards for it."},
		{ID: "AWS-IMDS-004", Severity: finding.Medium, Provider: "aws", Title: "New instances of the region require a token by default", Fault: "New instances of the region do not require a token by default",
			Why: "An instance that is launched without a word about metadata takes the region's default."},
		{ID: "AWS-IMDS-005", Severity: finding.Low, Provider: "aws", Title: "The account enforces tokens for metadata", Fault: "The account does not enforce tokens for metadata", Why: "Without enforcement a launch may switch tokens off again."},
		{ID: "AWS-IMDS-013", Severity: finding.Low, Provider: "aws", Title: "The IPv6 metadata address is off", Fault: "The IPv6 metadata address answers", Why: "A second address is a second way in."},
		{ID: "XC-002", Severity: finding.Medium, Title: "Every question was answered", Fault: "A question that rules rest on was not answered", Why: "What was not seen cannot be judged."},
	} {
		m[r.ID] = &r
	}
	return m
}

func fixFor(_ context.Context, r finding.Record) (rule.Fix, error) {
	if r.Rule != "AWS-IMDS-001" {
		return rule.Fix{}, nil
	}
	at := "--region " + r.Subject.Region + " --instance-id " + r.Subject.ID
	return rule.Fix{
		CLI:       "# takes effect at once, without a restart\naws ec2 modify-instance-metadata-options " + at + " \\\n  --http-tokens required",
		Terraform: "metadata_options {\n  http_tokens = \"required\"\n}",
		Console:   "EC2 > Instances > " + r.Subject.ID + " > Actions > Instance settings > Modify instance metadata options > IMDSv2: Required > Save",
		Undo:      "aws ec2 modify-instance-metadata-options " + at + " --http-tokens optional",
		Source:    "If a launch template, a stack or Terraform made this instance, require tokens there first: a fix on the instance alone is lost with the next one.",
		Sets:      map[string]any{"metadata.tokens": "required", "metadata.applied": true},
	}, nil
}

const account = "111122223333"

func scanTime(n int64) time.Time { return time.Date(2026, 11, 17+int(n), 4, 2, 19, 0, time.UTC) }

func answer(call, region string, items int) snapshot.Answer {
	return snapshot.Answer{Key: snapshot.Key{Call: call, Scope: snapshot.Scope{Provider: "aws", Account: account, Region: region}},
		Status: snapshot.Complete, HTTP: 200, Pages: 1 + items/50, Items: items, Attempts: 1, RequestID: "59dbff89-35bd-4eac-99ed-be587EXAMPLE", AskedAt: scanTime(4).Add(2 * time.Second)}
}

func refused(call, region string) snapshot.Answer {
	a := answer(call, region, 0)
	a.Status, a.Cause, a.Code, a.HTTP, a.Pages = snapshot.Refused, snapshot.Denied, "UnauthorizedOperation", 403, 0
	a.Message = "You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/reader/plumbline is not authorized to perform: " + call
	return a
}

var places = []string{"ap-south-1", "eu-central-1", "eu-west-1", "us-east-1"}

func scanOf(n int64, st scan.State) scan.Record {
	s := scan.Record{Number: n, Provider: "aws", Account: account, State: st, StartedAt: scanTime(n), EndedAt: scanTime(n).Add(41 * time.Second),
		Engine: "0.1.0", Workloads: 412, Written: 12, Changes: map[finding.Change]int{finding.New: 3, finding.Fixed: 6, finding.GoneAway: 1, finding.LostIt: 2, finding.Still: 30}}
	s.Answers = append(s.Answers, answer("ec2:DescribeRegions", snapshot.Global, 17), answer("sts:GetCallerIdentity", snapshot.Global, 1))
	for i, r := range places {
		s.Answers = append(s.Answers, answer("ec2:DescribeInstances", r, 103*(i+1)), answer("ec2:GetInstanceMetadataDefaults", r, 1))
		for id, x := range catalogue() {
			s.Tally = append(s.Tally, scan.Tally{Rule: id, Severity: x.Severity, Region: r, Pass: 60 + 7*i - int(n), Fail: 4 + i, Unknown: i, NA: 3})
		}
	}
	if n == 4 {
		s.Answers[2] = refused("ec2:DescribeInstances", places[0])
		cut := answer("ec2:GetInstanceMetadataDefaults", places[3], 0)
		cut.Status, cut.Cause, cut.Code, cut.Attempts, cut.Message = snapshot.Partial, snapshot.Throttled, "RequestLimitExceeded", 8, "Request limit exceeded."
		s.Answers[len(s.Answers)-1] = cut
	}
	return s
}

// instance makes a document as the cloud would send it.
func instance(id, region, tokens string) snapshot.Resource {
	r := snapshot.Resource{Kind: "aws.instance", Scope: snapshot.Scope{Provider: "aws", Account: account, Region: region},
		UID: "arn:aws:ec2:" + region + ":" + account + ":instance/" + id, Call: "ec2:DescribeInstances", Redacted: []string{"/tagSet/1/value"},
		Doc: []byte(`{"^":{"ownerId":"111122223333","reservationId":"r-0aa"},"architecture":"x86_64","iamInstanceProfile":{"arn":"arn:aws:iam::111122223333:instance-profile/web-frontend"},"imageId":"ami-0c1d5e7a9b3f24680","instanceId":"` + id +
			`","launchTime":"2026-03-02T07:41:18.000Z","metadataOptions":{"httpEndpoint":"enabled","httpProtocolIpv6":"disabled","httpPutResponseHopLimit":"2","httpTokens":"` + tokens +
			`","instanceMetadataTags":"disabled","state":"applied"},"platformDetails":"Linux/UNIX <script>alert(1)</script>","tagSet":[{"key":"Name","value":"web"},{"key":"token","value":"hmac:5f1c"}]}`)}
	r.Seal()
	return r
}

func (f *fake) add(n int64, id, region, name string, st finding.State, risk int, change int64) *finding.Record {
	doc := instance(fmt.Sprintf("i-0%015x", n*7919), region, "optional")
	if id == "AWS-IMDS-004" || id == "AWS-IMDS-005" || id == "XC-002" {
		doc.UID = "aws:" + account + ":" + region
	}
	f.docs[doc.Hash] = doc
	o := &fact.Origin{Call: doc.Call, Region: region, Kind: doc.Kind, UID: doc.UID, Hash: doc.Hash, HasDoc: true, Answer: answer(doc.Call, region, 0).Key}
	r := finding.Record{Number: n, State: st, FirstSeen: scanTime(1), ChangedAt: scanTime(change), SeenAt: scanTime(4), FirstScan: 1, LastScan: 4}
	if change == 4 {
		r.FirstSeen, r.FirstScan = scanTime(4), 4
	}
	r.Verdict = finding.Verdict{Rule: id, Version: "3f2a91c07be4", Severity: severityOf(id), Outcome: finding.Fail, Risk: risk,
		Subject: estate.Subject{Kind: estate.KindWorkload, Provider: "aws", Account: account, Region: region, UID: doc.UID, ID: doc.UID[strings.LastIndexAny(doc.UID, "/:")+1:], Name: name},
		Say:     "metadata answers without a token: http-tokens is optional, put-response hop limit 2",
		Evidence: []finding.Evidence{
			{Field: "metadata.tokens", Value: `"optional"`, Path: "/metadataOptions/httpTokens", Origin: o},
			{Field: "metadata.applied", Value: `true`, Path: "/metadataOptions/state", Origin: o},
			{Field: "metadata.endpoint", Value: `"enabled"`, Path: "/metadataOptions/httpEndpoint", Origin: o},
		},
		Factors: []finding.Factor{{Name: "severity", Value: "high", Basis: 8000}, {Name: "exposure", Value: "unknown, scored as reachable", Basis: 10000}, {Name: "power", Value: "read", Basis: 7000}},
	}
	f.records = append(f.records, r)
	return &f.records[len(f.records)-1]
}

func severityOf(id string) finding.Severity {
	if r, ok := catalogue()[id]; ok {
		return r.Severity
	}
	return finding.Low
}

// full is a store with everything in it that a page can show.
func full() *fake {
	f := &fake{docs: map[[32]byte]snapshot.Resource{}, change: map[int64]finding.Change{
		4: finding.Still, 38: finding.Fixed, 39: finding.GoneAway, 40: finding.LostIt, 41: finding.Untold, 42: finding.Untold, 43: finding.Untold, 44: finding.Untold}}
	f.list = []scan.Record{scanOf(4, scan.Finished), scanOf(3, scan.Finished), scanOf(2, scan.Interrupted), scanOf(1, scan.Finished)}
	f.list[2].Reason = "the program was stopped"
	names := []string{"web-prod", "batch-etl", "jump", "payments-api", "search-indexer", "report-renderer"}
	n := int64(1)
	for i := range 31 {
		f.add(n, "AWS-IMDS-001", places[i%4], fmt.Sprintf("%s-%02d", names[i%6], i+1), finding.Open, 80-i, 1+int64(i%4))
		n++
	}
	for i, id := range []string{"AWS-IMDS-002", "AWS-IMDS-002", "AWS-IMDS-004", "AWS-IMDS-005", "AWS-IMDS-013", "AWS-IMDS-013"} {
		f.add(n, id, places[i%4], "", finding.Open, 37-i, 3)
		n++
	}
	f.add(n, "AWS-IMDS-001", "eu-west-1", "was-open", finding.Resolved, 72, 4) // 38
	f.add(n+1, "AWS-IMDS-001", "eu-west-1", "was-there", finding.Gone, 72, 4)
	lost := f.add(n+2, "AWS-IMDS-001", "ap-south-1", "out-of-sight", finding.Lost, 72, 4) // 40
	lost.Cause = []string{"the permission is missing (UnauthorizedOperation): ec2:DescribeInstances in ap-south-1"}
	for i, id := range []string{"AWS-IMDS-001", "AWS-IMDS-002", "AWS-IMDS-013", "AWS-IMDS-004"} { // 41…
		r := f.add(n+3+int64(i), id, "ap-south-1", "", finding.NoData, 80, 4)
		r.Outcome, r.Potential, r.Gap, r.Say = finding.Unknown, true, true, ""
		why := fact.Reason{Cause: snapshot.Denied, Call: "ec2:DescribeInstances", Region: "ap-south-1", Detail: "UnauthorizedOperation"}
		a := refused("ec2:DescribeInstances", "ap-south-1")
		if i == 3 {
			r.Subject.Region, why = "us-east-1", fact.Reason{Cause: snapshot.Throttled, Call: "ec2:GetInstanceMetadataDefaults", Region: "us-east-1", Detail: "RequestLimitExceeded"}
			a = f.list[0].Answers[len(f.list[0].Answers)-1]
		}
		r.Reasons = []fact.Reason{why}
		r.Evidence = []finding.Evidence{{Field: "metadata.tokens", Why: &why, Origin: &fact.Origin{Call: a.Call, Region: a.Region, Answer: a.Key, Refusal: &a}}}
	}
	return f
}

// none is the store of a program that has just been started.
func none() *fake { return &fake{} }

// allClear is a store in which nothing fails, and all or not all was seen.
func allClear(unknown int) *fake {
	s := scanOf(1, scan.Finished)
	for i := range s.Tally {
		s.Tally[i].Fail, s.Tally[i].Unknown = 0, 0
	}
	s.Tally[0].Unknown = unknown
	return &fake{list: []scan.Record{s}}
}

func brokenStore() *fake {
	f := full()
	f.broken = errors.New("password=hunter2 refused by 10.0.0.1")
	return f
}
