package ui_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	inspecting "plumbline/internal/inspect"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/query"
	"plumbline/internal/scan"
	"plumbline/internal/ui"
)

// A desk holds accounts, scans and workloads in memory, so that pages can be
// shown whatever a store may hold, and notes what its clerk was asked for. The
// real store and the real clerk have tests of their own.
type desk struct {
	listing.Reader // what no page of these tests asks

	mu        sync.Mutex
	accounts  []listing.Account
	others    []listing.Unconnected
	scans     []scan.Record // newest first
	shards    map[int64][]listing.ScanShard
	events    map[int64][]listing.ScanEvent
	workloads []listing.Workload
	found     []listing.Finding
	refused   int  // questions of the last scans that were refused
	hidden    bool // the viewer's reach has ended
	looked    func(listing.Workload) (*inspecting.Report, error)

	done   []string // what the clerk did
	tried  listing.Tried
	unread bool  // whether the last login leaves user data unread
	refuse error // what the clerk answers to everything
}

var nothing = problem.New(problem.NotFound, "There is no such thing.")

func (d *desk) with(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

func cursor(at listing.Place, n int) (from, to int, c listing.Cursors) {
	from, _ = strconv.Atoi(at.After)
	if b, err := strconv.Atoi(at.Before); err == nil {
		from = max(b-at.Limit, 0)
	}
	from = min(from, n)
	to = min(from+at.Limit, n)
	if to < n {
		c.Next = strconv.Itoa(to)
	}
	if from > 0 {
		c.Previous = strconv.Itoa(from)
	}
	return from, to, c
}

func (d *desk) Accounts(_ context.Context, at listing.Place) ([]listing.Account, listing.Cursors, error) {
	from, to, c := cursor(at, len(d.accounts))
	return d.accounts[from:to], c, nil
}

func (d *desk) Account(_ context.Context, id int64) (listing.Account, error) {
	for _, a := range d.accounts {
		if a.ID == id {
			return a, nil
		}
	}
	return listing.Account{}, nothing
}

func (d *desk) Standings(context.Context) ([]listing.Standing, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []listing.Standing
	for _, a := range d.accounts {
		st := listing.Standing{Account: a}
		for i := range d.scans {
			s := d.scans[i]
			if s.Account != a.External {
				continue
			}
			switch {
			case s.State == scan.Running:
				st.Running = &s
			case s.State == scan.Finished && st.Last == nil:
				st.Last = &s
			case s.State != scan.Finished && st.Last == nil && st.Failed == nil:
				st.Failed = &s
			}
		}
		if st.Last != nil {
			st.Refused = d.refused
		}
		out = append(out, st)
	}
	return out, nil
}

func (d *desk) Scans(_ context.Context, id int64, at listing.Place) ([]scan.Record, listing.Cursors, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []scan.Record
	for _, s := range d.scans {
		if id == 0 || slices.ContainsFunc(d.accounts, func(a listing.Account) bool { return a.ID == id && a.External == s.Account }) {
			s.Answers, s.Tally = nil, nil
			all = append(all, s)
		}
	}
	from, to, c := cursor(at, len(all))
	return all[from:to], c, nil
}

func (d *desk) Scan(_ context.Context, n int64) (scan.Record, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.scans {
		if s.Number == n && !d.hidden {
			return s, nil
		}
	}
	return scan.Record{}, nothing
}

func (d *desk) FormerScan(ctx context.Context, n int64) (scan.Record, error) {
	s, err := d.Scan(ctx, n)
	if err != nil {
		return s, err
	}
	for _, o := range d.scans {
		if o.Number < n && o.Account == s.Account && o.State == scan.Finished {
			return o, nil
		}
	}
	return scan.Record{}, nothing
}

func (d *desk) ScanShards(_ context.Context, n int64) ([]listing.ScanShard, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.shards[n]), nil
}

func (d *desk) ScanEvents(_ context.Context, n, after int64, limit int) ([]listing.ScanEvent, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []listing.ScanEvent
	for _, e := range d.events[n] {
		if e.ID > after && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

func (d *desk) CountFindings(context.Context, query.Query) (listing.Count, error) {
	return listing.Count{N: 124}, nil
}

func (d *desk) pass(q query.Query) []listing.Workload {
	var out []listing.Workload
	for _, w := range d.workloads {
		all := true
		for _, t := range q.Terms {
			is := map[string]string{"tokens": w.Tokens, "region": w.Region, "account": w.Account, "state": w.State, "endpoint": w.Endpoint, "internet": w.Internet, "power": w.Power}[t.Key]
			if is == "" {
				is = "unknown"
			}
			all = all && slices.ContainsFunc(t.Values, func(v query.Value) bool { return v.Text == is })
		}
		for _, word := range q.Words {
			all = all && strings.Contains(w.Name+w.UID, word)
		}
		if all {
			out = append(out, w)
		}
	}
	return out
}

func (d *desk) Workloads(_ context.Context, q query.Query, at listing.Place) ([]listing.Workload, listing.Cursors, error) {
	all := d.pass(q)
	from, to, c := cursor(at, len(all))
	return all[from:to], c, nil
}

func (d *desk) CountWorkloads(_ context.Context, q query.Query) (listing.Count, error) {
	return listing.Count{N: len(d.pass(q))}, nil
}

func (d *desk) Workload(_ context.Context, uid string) (listing.Workload, error) {
	for _, w := range d.workloads {
		if w.UID == uid {
			return w, nil
		}
	}
	return listing.Workload{}, nothing
}

func (d *desk) WorkloadFacets(_ context.Context, q query.Query, keys []string) ([]listing.Facet, error) {
	var out []listing.Facet
	for _, k := range keys {
		if !slices.Contains([]string{"provider", "account", "region", "type", "state", "endpoint", "tokens", "hop-limit", "internet", "power"}, k) {
			return nil, errors.New("workloads have no facet " + k) // as the real store says
		}
		f := listing.Facet{Key: k}
		n := map[string]int{}
		for _, w := range d.pass(q) {
			v := map[string]string{"tokens": w.Tokens, "region": w.Region, "account": w.Account, "provider": w.Provider, "state": w.State, "endpoint": w.Endpoint, "internet": w.Internet, "power": w.Power}[k]
			if v == "" {
				v = "unknown"
			}
			n[v]++
		}
		for _, v := range []string{"aws", "ap-south-1", "eu-central-1", "eu-west-1", "us-east-1", account, "running", "stopped", "enabled", "disabled", "required", "optional", "reachable", "via_lb", "restricted", "internal", "isolated", "admin", "data_read", "limited", "none", "unknown"} {
			if n[v] > 0 {
				f.Values = append(f.Values, listing.FacetValue{Value: v, Count: n[v]})
			}
		}
		out = append(out, f)
	}
	return out, nil
}

func (d *desk) Findings(_ context.Context, q query.Query, _ listing.Sort, _ listing.Place) ([]listing.Finding, listing.Cursors, error) {
	var out []listing.Finding
	for _, f := range d.found {
		if slices.Contains(q.Values("resource"), f.Subject.UID) {
			out = append(out, f)
		}
	}
	return out, listing.Cursors{}, nil
}

// A clerk notes what it was asked for.
type clerk struct{ *desk }

func (c clerk) did(words ...string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse == nil {
		c.done = append(c.done, strings.Join(words, " "))
	}
	return c.refuse
}

func (c clerk) StartScan(_ context.Context, id int64) (int64, error) {
	return 7, c.did("scan", strconv.FormatInt(id, 10))
}

func (c clerk) CancelScan(_ context.Context, n int64) error {
	return c.did("cancel", strconv.FormatInt(n, 10))
}

func (c clerk) Try(_ context.Context, provider string, l listing.Login) (listing.Tried, error) {
	c.unread = l.NoUserData
	return c.tried, c.did(append([]string{"try", provider}, loginWords(l)...)...)
}

func (c clerk) Connect(_ context.Context, n listing.Connection) (int64, int64, error) {
	c.unread = n.Login.NoUserData
	did := append(append([]string{"connect", n.Provider, n.Name}, loginWords(n.Login)...), n.Every.String())
	if n.External != "" {
		did = append(did, "of "+n.External)
	}
	return 1, 7, c.did(did...)
}

// loginWords is a login as it is noted: a profile alone where there is one.
func loginWords(l listing.Login) []string {
	if l.Profile != "" {
		return []string{l.Profile}
	}
	return []string{l.RoleARN, l.ExternalID}
}

func (c clerk) Test(_ context.Context, id int64) ([]listing.Check, error) {
	return nil, c.did("test", strconv.FormatInt(id, 10))
}

func (c clerk) Change(_ context.Context, id int64, name string, every time.Duration) error {
	return c.did("change", strconv.FormatInt(id, 10), name, every.String())
}

func (c clerk) ReadUserData(_ context.Context, id int64, read bool) error {
	return c.did("user data", strconv.FormatInt(id, 10), strconv.FormatBool(read))
}

func (c clerk) Disconnect(_ context.Context, id int64) error {
	return c.did("disconnect", strconv.FormatInt(id, 10))
}

func viewer(role access.Role) *access.Viewer {
	return &access.Viewer{Person: 3, Name: "Maren Oduya", Email: "maren@halden.example", Grants: []access.Grant{{Role: role, All: true}}}
}

func administrator() *access.Viewer { return viewer(access.Administrator) }

const demoPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Instances",
      "Effect": "Allow",
      "Action": "ec2:DescribeInstances",
      "Resource": "*"
    },
    {
      "Sid": "Regions",
      "Effect": "Allow",
      "Action": "ec2:DescribeRegions",
      "Resource": "*"
    }
  ]
}
`

func (d *desk) config(v *access.Viewer) ui.Config {
	c := ui.Config{
		Rules: catalogue(), Now: clock, Version: "0.2.0", Auth: as{v}, Reader: d, Clerk: clerk{d},
		Policy:    func(string) (string, error) { return demoPolicy, nil },
		Principal: func(string) string { return "arn:aws:iam::444455556666:role/plumbline" },
		Unread:    func(string) ([]string, error) { return []string{"AWS-IMDS-004", "AWS-IMDS-005"}, nil },
		Pace:      ui.Pace{Look: 5 * time.Millisecond, Beat: 20 * time.Millisecond},
	}
	if d.looked != nil {
		c.Inspect = func(_ context.Context, x listing.Workload) (*inspecting.Report, error) { return d.looked(x) }
	}
	return c
}

func (d *desk) serve(v *access.Viewer) http.Handler { return ui.New(d.config(v)) }

func gap(call, region string) listing.Check {
	return listing.Check{Call: call, Region: region, Status: "refused", Cause: "denied", Code: "UnauthorizedOperation",
		Message: "You are not authorized to perform this operation.", Rules: []string{"AWS-IMDS-004", "AWS-IMDS-005"},
		Fix: "Allow " + call + " in the policy of the role."}
}

func tests(refused int) []listing.Check {
	cs := []listing.Check{{Call: "sts:GetCallerIdentity", Region: "global", Status: "complete"}, {Call: "ec2:DescribeRegions", Region: "global", Status: "complete"}}
	for i, r := range places {
		cs = append(cs, listing.Check{Call: "ec2:DescribeInstances", Region: r, Status: "complete"})
		if i < refused {
			cs = append(cs, gap("ec2:GetInstanceMetadataDefaults", r))
		} else {
			cs = append(cs, listing.Check{Call: "ec2:GetInstanceMetadataDefaults", Region: r, Status: "complete"})
		}
	}
	return cs
}

// office is a desk with everything on it that a page can show: scan 5 runs, 4
// finished, 3 was cancelled, 2 interrupted, 1 failed.
func office() *desk {
	d := &desk{shards: map[int64][]listing.ScanShard{}, events: map[int64][]listing.ScanEvent{}, tried: listing.Tried{Provider: "aws", Account: account, Principal: "arn:aws:sts::" + account + ":assumed-role/plumbline-reader/plumbline", Checks: tests(2)}}
	d.accounts = []listing.Account{
		{ID: 1, Provider: "aws", External: account, Name: "payments-prod", State: "connected", Every: 24 * time.Hour, NextAt: clock().Add(22 * time.Hour), JoinedAt: scanTime(1), TestedAt: scanTime(3), Test: tests(2),
			Login: listing.Login{RoleARN: "arn:aws:iam::" + account + ":role/plumbline-reader", ExternalID: "plb-7f2c41d9e0"}, Groups: []string{"Payments", "Production"}, Workloads: 412, Open: 37, NoData: 4, LastScanAt: scanTime(4).Add(41 * time.Second)},
		{ID: 2, Provider: "aws", External: "222233334444", State: "found"},
		{ID: 3, Provider: "aws", External: "333344445555", Name: "sandbox", State: "disconnected", Workloads: 12, Open: 3, LastScanAt: scanTime(1), TestedAt: scanTime(1), Test: tests(0)},
	}
	running := scan.Record{Number: 5, Provider: "aws", Account: account, State: scan.Running, StartedAt: clock().Add(-272 * time.Second), Engine: "0.2.0", Asker: "Maren Oduya", Workloads: 103}
	d.scans = []scan.Record{running, scanOf(4, scan.Finished), scanOf(3, scan.Cancelled), scanOf(2, scan.Interrupted), scanOf(1, scan.Failed)}
	for i, why := range map[int]string{2: "Maren Oduya cancelled it", 3: "the program was stopped", 4: "the login was not accepted"} {
		d.scans[i].Reason = why
	}
	d.shards[5] = []listing.ScanShard{{Part: "account", State: "finished", Attempt: 1, Pages: 1, Items: 17, StartedAt: running.StartedAt, EndedAt: running.StartedAt.Add(time.Second)}}
	for i, r := range places {
		n := listing.ScanShard{Part: "network", Region: r, State: "finished", Attempt: 1, Pages: 1, Items: 1, BeatAt: clock().Add(-12 * time.Second)}
		w := listing.ScanShard{Part: "workloads", Region: r, State: []string{"finished", "running", "failed", "waiting"}[i], Attempt: 1 + i%2, Pages: 2 - i/2, Items: 103 - i*10}
		if w.State == "failed" {
			w.Reason = "the worker was lost three times"
		}
		if w.State == "waiting" {
			w.Pages, w.Items = 0, 0
		}
		d.shards[5] = append(d.shards[5], n, w)
	}
	for i, e := range []listing.ScanEvent{
		{Kind: "shard", Part: "account", State: "waiting"}, {Kind: "shard", Part: "account", State: "running"}, {Kind: "shard", Part: "account", State: "finished", Pages: 1, Items: 17},
		{Kind: "shard", Part: "network", Region: "eu-west-1", State: "running"}, {Kind: "shard", Part: "network", Region: "eu-west-1", State: "finished", Pages: 1, Items: 1},
		{Kind: "shard", Part: "workloads", Region: "ap-south-1", State: "running", Pages: 1, Items: 50, Failing: 3}, {Kind: "shard", Part: "workloads", Region: "eu-west-1", State: "failed", Say: "the worker was lost three times"},
	} {
		e.ID, e.At = int64(101+i), running.StartedAt.Add(time.Duration(i)*20*time.Second)
		d.events[5] = append(d.events[5], e)
	}
	d.stock()
	return d
}

// stock fills the inventory.
func (d *desk) stock() {
	for i := range 60 {
		w := listing.Workload{Provider: "aws", Account: account, AccountName: "payments-prod", Region: places[i%4], ID: "i-0" + strconv.Itoa(100000+i), Name: "web-prod-" + strconv.Itoa(i+1),
			Type: "instance", State: "running", Endpoint: "enabled", Tokens: []string{"optional", "required", ""}[i%3], HopLimit: []int{2, 1, 0}[i%3]}
		w.UID = "arn:aws:ec2:" + w.Region + ":" + account + ":instance/" + w.ID
		if i > 2 { // of the first nobody knows
			w.Internet, w.Power = []string{"reachable", "via_lb", "internal", "restricted", "isolated", ""}[i%6], []string{"admin", "data_read", "limited", "read", "none", "write", ""}[i%7]
		}
		switch w.Tokens {
		case "optional":
			w.Open, w.Severity, w.Risk = 2, finding.High, 80
		case "":
			w.Endpoint, w.State, w.NoData = "", "", 3
		}
		d.workloads = append(d.workloads, w)
	}
	w := d.workloads[0]
	for i, id := range []string{"AWS-IMDS-001", "AWS-IMDS-002"} {
		f := listing.Finding{Record: finding.Record{Number: int64(i + 1), State: finding.Open, FirstSeen: scanTime(1), ChangedAt: scanTime(1), SeenAt: scanTime(4), FirstScan: 1, LastScan: 4}}
		f.Verdict = finding.Verdict{Rule: id, Severity: severityOf(id), Outcome: finding.Fail, Risk: 80 - i, Say: "metadata answers without a token",
			Subject: estate.Subject{Kind: estate.KindWorkload, Provider: "aws", Account: account, Region: w.Region, UID: w.UID, ID: w.ID, Name: w.Name}}
		d.found = append(d.found, f)
	}
}

func (d *desk) Unconnected(context.Context) ([]listing.Unconnected, error) { return d.others, nil }
