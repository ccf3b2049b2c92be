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
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/query"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/internal/snapshot"
)

// A fake keeps findings and scans in memory, so that templates can be tested
// with whatever a store may hold. The real store has tests of its own.
type fake struct {
	listing.Reader // what is not faked here must not be asked

	records  []finding.Record
	list     []scan.Record // newest first
	docs     map[[32]byte]snapshot.Resource
	change   map[int64]finding.Change // what the last move of a finding was; New if it is not here
	due      map[int64]time.Time
	accounts []listing.Account
	gains    []listing.Gain
	points   []listing.Point
	members  map[int64][]listing.Member
	owners   map[int64]listing.Ownership
	broken   error
	bad      error // what reading a document comes to
}

var noSuch = problem.New(problem.NotFound, "There is no such thing.")

func (f *fake) Findings(_ context.Context, q query.Query, by listing.Sort, at listing.Place) ([]listing.Finding, listing.Cursors, error) {
	var all []listing.Finding
	for _, r := range f.pass(q) {
		all = append(all, listing.Finding{Record: r, Due: f.due[r.Number], Owner: f.owners[r.Number]})
	}
	slices.SortStableFunc(all, func(a, b listing.Finding) int {
		switch by {
		case listing.Newest:
			return cmp.Compare(b.Number, a.Number)
		case listing.Due:
			return a.Due.Compare(b.Due)
		}
		return 0
	})
	page, c := cut(all, at)
	return page, c, f.broken
}

// cut takes a page out of a list. A cursor is the place after which it begins.
func cut[T any](all []T, at listing.Place) ([]T, listing.Cursors) {
	limit := cmp.Or(at.Limit, 50)
	from, _ := strconv.Atoi(at.After)
	if before, err := strconv.Atoi(at.Before); err == nil {
		from = max(before-limit, 0)
	}
	from = min(from, len(all))
	end := min(from+limit, len(all))
	var c listing.Cursors
	if end < len(all) {
		c.Next = strconv.Itoa(end)
	}
	if from > 0 {
		c.Previous = strconv.Itoa(from)
	}
	return all[from:end], c
}

func (f *fake) Groups(_ context.Context, q query.Query) ([]listing.Group, error) {
	by := map[string]*listing.Group{}
	for _, r := range f.pass(q) {
		g := by[r.Rule]
		if g == nil {
			g = &listing.Group{Rule: r.Rule, Severity: r.Severity, Subjects: f.subjects(r.Rule)}
			by[r.Rule] = g
		}
		g.Count, g.Risk = g.Count+1, max(g.Risk, r.Risk)
		switch r.State {
		case finding.Open:
			g.Open++
			if f.is(r, "new") || f.is(r, "reopened") {
				g.New++
			}
			if f.is(r, "overdue") {
				g.Overdue++
			}
		case finding.NoData:
			g.NoData++
		case finding.Lost:
			g.Lost++
		}
	}
	var out []listing.Group
	for _, g := range by {
		out = append(out, *g)
	}
	return out, f.broken
}

func (f *fake) subjects(rule string) int {
	n := 0
	for _, s := range f.lasts() {
		for _, t := range s.Tally {
			if t.Rule == rule {
				n += t.Pass + t.Fail + t.Unknown
			}
		}
	}
	return n
}

func (f *fake) CountFindings(_ context.Context, q query.Query) (listing.Count, error) {
	return listing.Count{N: len(f.pass(q))}, f.broken
}

func (f *fake) Facets(_ context.Context, q query.Query, keys []string) ([]listing.Facet, error) {
	var out []listing.Facet
	for _, k := range keys {
		by := map[string]int{}
		for _, r := range f.pass(q) {
			by[f.value(r, k)]++
		}
		facet := listing.Facet{Key: k}
		for v, n := range by {
			facet.Values = append(facet.Values, listing.FacetValue{Value: v, Count: n})
		}
		slices.SortFunc(facet.Values, func(a, b listing.FacetValue) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
		out = append(out, facet)
	}
	return out, f.broken
}

func (f *fake) Finding(_ context.Context, n int64) (listing.Finding, []listing.Event, error) {
	for _, r := range f.records {
		if r.Number == n {
			events := []listing.Event{{At: r.FirstSeen, Scan: r.FirstScan, Change: finding.New, To: finding.Open}}
			if c := f.change[n]; c != "" {
				events = append(events, listing.Event{At: r.ChangedAt, Scan: 4, Change: c, From: finding.Open, To: r.State, Note: "as the last scan saw"})
			}
			found := listing.Finding{Record: r, Due: f.due[n], Owner: f.owners[n]}
			for _, m := range f.members[n] {
				found.Members.All++
				found.Members.Fail += btoi(m.Outcome == finding.Fail)
				found.Members.NoData += btoi(m.Outcome == finding.Unknown)
			}
			return found, events, f.broken
		}
	}
	return listing.Finding{}, nil, noSuch
}

func (f *fake) Members(_ context.Context, n int64, at listing.Place) ([]listing.Member, listing.Cursors, error) {
	page, c := cut(f.members[n], at)
	return page, c, f.broken
}

func (f *fake) Workload(_ context.Context, uid string) (listing.Workload, error) {
	for _, r := range f.records {
		if s := r.Subject; s.UID == uid {
			return listing.Workload{Provider: s.Provider, Account: s.Account, Region: s.Region, UID: s.UID, ID: s.ID, Name: s.Name}, nil
		}
	}
	return listing.Workload{}, noSuch
}

func (f *fake) Same(_ context.Context, n int64, limit int) ([]listing.Finding, error) {
	var out []listing.Finding
	r, _, err := f.Finding(context.Background(), n)
	for _, o := range f.pass(query.Query{}.Set("rule", r.Rule).Set("is", "open")) {
		if o.Number != n && len(out) < limit {
			out = append(out, listing.Finding{Record: o, Due: f.due[o.Number]})
		}
	}
	return out, err
}

func (f *fake) Verdicts(_ context.Context, n int64) ([]listing.Verdict, error) {
	r, _, err := f.Finding(context.Background(), n)
	was := r.Verdict
	was.Outcome, was.Say = finding.Pass, ""
	return []listing.Verdict{{Verdict: was, Engine: "0.1.0", Scan: 1, From: scanTime(1), To: r.ChangedAt},
		{Verdict: r.Verdict, Engine: "0.1.0", Scan: r.LastScan, From: r.ChangedAt}}, err
}

func (f *fake) Document(_ context.Context, r listing.Ref) (snapshot.Resource, time.Time, error) {
	if f.bad != nil {
		return snapshot.Resource{}, time.Time{}, f.bad
	}
	d, ok := f.docs[r.Hash]
	if !ok {
		return d, time.Time{}, noSuch
	}
	return d, scanTime(4).Add(3 * time.Second), nil
}

func bare(s scan.Record) scan.Record {
	s.Answers, s.Tally = nil, nil // the real store leaves them out too
	return s
}

func (f *fake) Scans(_ context.Context, _ int64, at listing.Place) ([]scan.Record, listing.Cursors, error) {
	var all []scan.Record
	for _, s := range f.list {
		all = append(all, bare(s))
	}
	page, c := cut(all, at)
	return page, c, f.broken
}

func (f *fake) Scan(_ context.Context, n int64) (scan.Record, error) {
	for _, s := range f.list {
		if s.Number == n {
			return s, f.broken
		}
	}
	return scan.Record{}, noSuch
}

func (f *fake) FormerScan(_ context.Context, n int64) (scan.Record, error) {
	s, err := f.Scan(context.Background(), n)
	for _, o := range f.list {
		if err == nil && o.State == scan.Finished && o.Provider == s.Provider && o.Account == s.Account && o.Number < n {
			return o, f.broken
		}
	}
	return scan.Record{}, noSuch
}

// lasts are the last finished scans of accounts.
func (f *fake) lasts() []scan.Record {
	var out []scan.Record
	for _, s := range f.list {
		if s.State == scan.Finished && !slices.ContainsFunc(out, func(o scan.Record) bool { return o.Account == s.Account && o.Provider == s.Provider }) {
			out = append(out, s)
		}
	}
	return out
}

func (f *fake) Standings(context.Context) ([]listing.Standing, error) {
	var out []listing.Standing
	accounts := slices.Clone(f.accounts)
	for _, s := range f.list {
		if !slices.ContainsFunc(accounts, func(a listing.Account) bool { return a.External == s.Account && a.Provider == s.Provider }) {
			accounts = append(accounts, listing.Account{ID: int64(len(accounts) + 1), Provider: s.Provider, External: s.Account, State: "connected"})
		}
	}
	for _, a := range accounts {
		out = append(out, f.standing(a))
	}
	return out, f.broken
}

func (f *fake) standing(a listing.Account) listing.Standing {
	st := listing.Standing{Account: a}
	for _, r := range f.records {
		if r.Subject.Account == a.External {
			st.Account.Open += btoi(r.State == finding.Open)
			st.Account.NoData += btoi(r.State == finding.NoData)
		}
	}
	for i := range f.list {
		s := f.list[i]
		if s.Account != a.External || s.Provider != a.Provider {
			continue
		}
		for _, x := range s.Answers {
			st.Refused += btoi(s.State == scan.Finished && st.Last == nil && !x.Whole())
		}
		s.Answers = nil
		switch {
		case s.State == scan.Running:
			st.Running = &s
		case s.State == scan.Finished && st.Last == nil:
			st.Last = &s
		case s.State == scan.Finished && st.Former == nil:
			st.Former = &s
		case st.Last == nil && st.Failed == nil:
			st.Failed = &s
		}
	}
	return st
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (f *fake) FixFirst(_ context.Context, n int) ([]listing.Gain, error) {
	return f.gains[:min(n, len(f.gains))], f.broken
}

func (f *fake) Trend(context.Context, int) ([]listing.Point, error) { return f.points, f.broken }

func (f *fake) Ages(context.Context) ([]listing.Age, error) {
	by := map[finding.Severity]*listing.Age{}
	for _, r := range f.pass(query.Query{}.Set("is", "open")) {
		a := by[r.Severity]
		if a == nil {
			a = &listing.Age{Severity: r.Severity, Oldest: r.FirstSeen}
			by[r.Severity] = a
		}
		a.Open++
		switch left := f.due[r.Number].Sub(clock()); {
		case f.due[r.Number].IsZero():
		case left <= 0:
			a.Overdue++
		case left < 7*24*time.Hour:
			a.Soon++
		}
	}
	var out []listing.Age
	for _, a := range by {
		out = append(out, *a)
	}
	return out, f.broken
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
	if f.docs == nil {
		f.docs = map[[32]byte]snapshot.Resource{}
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
	f.dueDates()
	f.gains = []listing.Gain{{Rule: "AWS-IMDS-001", Open: 31, Places: 1, Risk: 80, Points: 412}, {Rule: "AWS-IMDS-004", Open: 1, Places: 1, Risk: 35, Points: 96},
		{Rule: "AWS-IMDS-002", Open: 2, Places: 1, Risk: 37, Points: 31}, {Rule: "AWS-IMDS-013", Open: 2, Places: 1, Risk: 33, Points: 12}, {Rule: "AWS-IMDS-005", Open: 1, Places: 1, Risk: 34, Points: 4}}
	f.points = points()
	return f
}

// dueDates gives each finding the time that its severity has.
func (f *fake) dueDates() {
	f.due = map[int64]time.Time{}
	days := map[finding.Severity]int{finding.Critical: 7, finding.High: 30, finding.Medium: 90, finding.Low: 180}
	for _, r := range f.records {
		f.due[r.Number] = r.FirstSeen.UTC().Truncate(24*time.Hour).AddDate(0, 0, days[r.Severity]+1)
	}
	f.due[1], f.due[2], f.due[5] = scanTime(0), scanTime(4).AddDate(0, 0, 2), scanTime(4).Add(10*time.Hour)
}

// points are a posture that rises, and once rises because less was seen.
func points() []listing.Point {
	var out []listing.Point
	for i, p := range []score.Posture{
		{Score: 7120, Coverage: 9900, Low: 7050, High: 7150}, {Score: 7600, Coverage: 9900, Low: 7500, High: 7650}, {Score: 7450, Coverage: 9850, Low: 7350, High: 7500},
		{Score: 8300, Coverage: 9100, Low: 7500, High: 8500}, {Score: 8100, Coverage: 9800, Low: 7950, High: 8200}, {Score: 9200, Coverage: 9800, Low: 9000, High: 9300},
	} {
		p.Assessed = true
		out = append(out, listing.Point{Day: scanTime(4).AddDate(0, 0, -70+13*i), Posture: p})
	}
	return out
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
	f := &fake{list: []scan.Record{s}}
	f.add(1, "AWS-IMDS-001", "eu-west-1", "mended", finding.Resolved, 72, 1)
	return f
}

func brokenStore() *fake {
	f := full()
	f.broken = errors.New("password=hunter2 refused by 10.0.0.1")
	return f
}
