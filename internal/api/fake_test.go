package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/compliance/compliancetest"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/inspect"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/query"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const reply1 = `{"HttpTokens":"optional"}`

// reader is an estate of a few things. What is asked of it is kept in asked.
type reader struct {
	listing.Reader // what a test does not expect panics
	findings       []listing.Finding
	broken         int // the page of findings that cannot be read, counted from 1
	pages          int
	tampered       bool
	asked          query.Query
	place          listing.Place
	sort           listing.Sort
}

func newReader() *reader {
	r := &reader{}
	for i, state := range []finding.State{finding.Open, finding.NoData, finding.Lost, finding.Resolved, finding.Gone} {
		r.findings = append(r.findings, findingOf(int64(i+1), state))
	}
	return r
}

func findingOf(n int64, state finding.State) listing.Finding {
	hash := sha256.Sum256([]byte(reply1))
	origin := &fact.Origin{Call: "ec2:DescribeInstances", Region: "eu-west-1", Kind: "aws.instance", UID: "arn:i-1", Hash: hash, HasDoc: true}
	return listing.Finding{Due: noon, Record: finding.Record{
		Number: n, State: state, FirstSeen: noon, ChangedAt: noon, SeenAt: noon, FirstScan: 1, LastScan: 2,
		Verdict: finding.Verdict{
			Rule: "AWS-IMDS-001", Version: "abc", Severity: finding.High, Outcome: finding.Fail, Say: "tokens are optional", Risk: 70,
			Subject: estate.Subject{Kind: estate.KindWorkload, Provider: "aws", Account: "111122223333", Region: "eu-west-1", UID: "arn:i-1", ID: "i-1", Name: "web"},
			Evidence: []finding.Evidence{{Field: "metadata.tokens", Value: `"optional"`, Path: "/HttpTokens", Origin: origin},
				{Field: "metadata.hop_limit", Why: &fact.Reason{Cause: snapshot.Denied, Call: "ec2:DescribeInstances"}}},
		}}}
}

func (r *reader) Findings(_ context.Context, q query.Query, s listing.Sort, p listing.Place) ([]listing.Finding, listing.Cursors, error) {
	r.asked, r.place, r.sort = q, p, s
	if r.pages++; r.pages == r.broken {
		return nil, listing.Cursors{}, errors.New("the database is away")
	}
	limit := p.Limit
	if limit > 2 {
		limit = 2 // short pages, so that there are several
	}
	from, _ := strconv.Atoi(p.After)
	to := min(from+limit, len(r.findings))
	var c listing.Cursors
	if to < len(r.findings) {
		c.Next = strconv.Itoa(to)
	}
	if from > 0 {
		c.Previous = strconv.Itoa(from)
	}
	return r.findings[from:to], c, nil
}

func (r *reader) CountFindings(_ context.Context, q query.Query) (listing.Count, error) {
	r.asked = q
	return listing.Count{N: len(r.findings)}, nil
}

func (r *reader) Groups(_ context.Context, q query.Query) ([]listing.Group, error) {
	r.asked = q
	return []listing.Group{{Rule: "AWS-IMDS-001", Severity: finding.High, Count: 3, Open: 1, NoData: 1, Lost: 1, Subjects: 9, Risk: 70, New: 1}}, nil
}

func (r *reader) Facets(_ context.Context, _ query.Query, keys []string) ([]listing.Facet, error) {
	return []listing.Facet{{Key: keys[0], Values: []listing.FacetValue{{Value: "high", Count: 3}}, More: 1}}, nil
}

func (r *reader) WorkloadFacets(ctx context.Context, q query.Query, keys []string) ([]listing.Facet, error) {
	return r.Facets(ctx, q, keys)
}

func (r *reader) Finding(_ context.Context, n int64) (listing.Finding, []listing.Event, error) {
	for _, f := range r.findings {
		if f.Number == n {
			return f, []listing.Event{{At: noon, Scan: 1, Change: finding.New, To: finding.Open}, {At: noon, Change: "note", From: finding.Open, To: finding.Open, Who: "ada@example.org"}}, nil
		}
	}
	return listing.Finding{}, nil, problem.New(problem.NotFound, "There is no finding FND-%d.", n)
}

func (r *reader) Verdicts(_ context.Context, n int64) ([]listing.Verdict, error) {
	f, _, err := r.Finding(context.Background(), n)
	return []listing.Verdict{{Verdict: f.Verdict, Engine: "1.0", Scan: 1, From: noon}}, err
}

func (r *reader) Document(context.Context, listing.Ref) (snapshot.Resource, time.Time, error) {
	res := snapshot.Resource{Call: "ec2:DescribeInstances", Doc: []byte(reply1), Redacted: []string{"/UserData"}}
	res.Seal()
	if r.tampered {
		res.Doc = []byte(`{"HttpTokens":"required"}`)
	}
	return res, noon, nil
}

func (r *reader) Accounts(context.Context, listing.Place) ([]listing.Account, listing.Cursors, error) {
	return []listing.Account{{ID: 3, Provider: "aws", External: "111122223333", State: "connected", JoinedAt: noon, Every: time.Hour}}, listing.Cursors{}, nil
}

func (r *reader) Unconnected(context.Context) ([]listing.Unconnected, error) {
	return []listing.Unconnected{{Provider: "ibm", External: "07070707070707070707070707070707", Name: "subsidiary", State: "ACTIVE", By: 3, ByName: "holding"}}, nil
}

func (r *reader) Account(_ context.Context, id int64) (listing.Account, error) {
	if id != 3 && id != 4 {
		return listing.Account{}, problem.New(problem.NotFound, "There is no account %d.", id)
	}
	return listing.Account{ID: id, Provider: "aws", Name: "payments", Every: time.Hour}, nil
}

func (r *reader) Scans(_ context.Context, _ int64, p listing.Place) ([]scan.Record, listing.Cursors, error) {
	r.place = p
	return []scan.Record{aScan()}, listing.Cursors{Next: "7"}, nil
}

func (r *reader) Scan(_ context.Context, n int64) (scan.Record, error) {
	if n != 7 {
		return scan.Record{}, problem.New(problem.NotFound, "There is no scan %d.", n)
	}
	return aScan(), nil
}

func aScan() scan.Record {
	return scan.Record{
		Number: 7, Provider: "aws", Account: "111122223333", State: scan.Finished, StartedAt: noon, EndedAt: noon, Changes: map[finding.Change]int{finding.New: 2},
		Tally: []scan.Tally{{Rule: "AWS-IMDS-001", Severity: finding.High, Region: "a", Pass: 1, Fail: 1}, {Rule: "AWS-IMDS-001", Severity: finding.High, Region: "b", Pass: 1, Unknown: 1}},
		Answers: []snapshot.Answer{{Key: snapshot.Key{Call: "ec2:DescribeInstances"}, Status: snapshot.Complete},
			{Key: snapshot.Key{Call: "ec2:DescribeRegions"}, Status: snapshot.Refused, Cause: snapshot.Denied}, {Key: snapshot.Key{Call: "ec2:GetIt"}}},
	}
}

func (r *reader) ScanShards(context.Context, int64) ([]listing.ScanShard, error) {
	return []listing.ScanShard{{Part: "account", State: "waiting"}}, nil
}

func (r *reader) Workloads(_ context.Context, q query.Query, _ listing.Place) ([]listing.Workload, listing.Cursors, error) {
	r.asked = q
	return []listing.Workload{{Provider: "aws", UID: "arn:aws:ec2:eu-west-1:1:instance/i-1", Tokens: "optional"}}, listing.Cursors{}, nil
}

func (r *reader) CountWorkloads(context.Context, query.Query) (listing.Count, error) {
	return listing.Count{N: 10_000, More: true}, nil
}

func (r *reader) Workload(_ context.Context, uid string) (listing.Workload, error) {
	if uid != "arn:aws:ec2:eu-west-1:1:instance/i-1" {
		return listing.Workload{}, problem.New(problem.NotFound, "There is no workload %s.", uid)
	}
	return listing.Workload{Provider: "aws", UID: uid, State: "running", HopLimit: 2}, nil
}

// clerk notes what it is asked to do.
type clerk struct{ did []string }

func (c *clerk) note(format string, a ...any) { c.did = append(c.did, fmt.Sprintf(format, a...)) }

func (c *clerk) StartScan(_ context.Context, account int64) (int64, error) {
	c.note("start %d", account)
	return 7, nil
}

func (c *clerk) CancelScan(_ context.Context, scan int64) error {
	c.note("cancel %d", scan)
	if scan == 8 {
		return problem.New(problem.Conflict, "Scan 8 has ended already.")
	}
	return nil
}

func (c *clerk) Try(_ context.Context, provider string, l listing.Login) (listing.Tried, error) {
	c.note("try %s %s", provider, l.RoleARN+l.Profile)
	return listing.Tried{Provider: provider, Account: "1"}, nil
}

func (c *clerk) Connect(_ context.Context, n listing.Connection) (int64, int64, error) {
	c.note("connect %s %s %s%s", n.Provider, n.Name, n.Every, n.External)
	return 3, 7, nil
}

func (c *clerk) Test(_ context.Context, account int64) ([]listing.Check, error) {
	c.note("test %d", account)
	return []listing.Check{{Call: "ec2:DescribeInstances", Status: "refused"}}, nil
}

func (c *clerk) Change(_ context.Context, account int64, name string, every time.Duration) error {
	c.note("change %d %s %s", account, name, every)
	return nil
}

func (c *clerk) ReadUserData(_ context.Context, account int64, read bool) error {
	c.note("user data %d %v", account, read)
	return nil
}

func (c *clerk) Disconnect(_ context.Context, account int64) error {
	c.note("disconnect %d", account)
	return nil
}

const ruleFile = `id: AWS-IMDS-001
name: metadata-requires-token
title: Instances hand out credentials only to callers with a token
fault: Instances hand out credentials without a token
severity: high
for: workload
pass: workload.metadata.tokens == "required"
say: tokens are {{ workload.metadata.tokens }}
why: Because.
`

type ruleSet []*rule.Rule

func (r ruleSet) Rules() []*rule.Rule { return r }

func (r ruleSet) Rule(id string) (*rule.Rule, bool) {
	for _, one := range r {
		if one.ID == id {
			return one, true
		}
	}
	return nil, false
}

// A world is an API with everything around it.
type world struct {
	told   *compliancetest.Store
	reader *reader
	clerk  *clerk
	book   *rulebook
	http.Handler
}

func newWorld() *world { return newWorldThat(nil) }

// newWorldThat is a world whose workloads are looked at by look.
func newWorldThat(look func(context.Context, listing.Workload) (*inspect.Report, error)) *world {
	w := &world{reader: newReader(), clerk: &clerk{}, told: &compliancetest.Store{Taken: noon.Add(-time.Hour)}}
	stated := &witness{clerk: w.clerk}
	rules := ruleSet{{ID: "AWS-IMDS-001", Name: "metadata-requires-token", Fault: "Credentials without a token", Severity: finding.High, For: estate.KindWorkload, Provider: "aws", File: "a.yaml",
		Examples: []rule.Example{{Name: "open", Want: finding.Unknown}}}}
	w.book = &rulebook{rules: rules}
	w.Handler = New(Config{
		Reader: w.reader, Clerk: w.clerk, Scores: scored{}, Owners: newBooks(w.clerk), Attestations: stated, Attester: stated, Events: importer{w.clerk}, Version: "1.2.3", Now: func() time.Time { return noon }, Inspect: look,
		Compliance: compliancetest.New(w.told, noon),
		Rules:      rules, Rulebook: w.book,
		Files: fstest.MapFS{"a.yaml": {Data: []byte(ruleFile)}},
		Fix: func(context.Context, finding.Record) (rule.Fix, error) {
			return rule.Fix{CLI: "aws ec2 modify-instance-metadata-options"}, nil
		},
	})
	return w
}

func viewer(role access.Role, scopes ...access.Scope) *access.Viewer {
	v := &access.Viewer{Person: 1, Email: "ada@example.org", Name: "Ada", Grants: []access.Grant{{Role: role, All: true}}, Scopes: scopes}
	if scopes != nil {
		v.Token = "ci"
	}
	return v
}

// ask sends a request as somebody; nil is nobody.
func (w *world) ask(t *testing.T, v *access.Viewer, method, target, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return w.send(v, r)
}

func (w *world) send(v *access.Viewer, r *http.Request) *httptest.ResponseRecorder {
	if v != nil {
		r = r.WithContext(access.With(r.Context(), v))
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}
