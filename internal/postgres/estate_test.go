package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// The tests' world: one account, two regions, two rules. A thing's document
// says what each rule will say of it, so that a scan can be told in a line.

var (
	rules = []postgres.RuleRef{{ID: "T-001", Version: "v1", Severity: finding.High}, {ID: "T-002", Version: "v1", Severity: finding.Low}}
	day   = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
)

const (
	provider = "aws"
	account  = "111122223333"
	kind     = "aws.instance"
	call     = "ec2:DescribeInstances"
)

const alone = "alone"

// A thing is an instance, by its place and number, with the outcome of each
// rule.
type thing struct {
	region string
	n      int
	says   [2]finding.Outcome
	detail string // changes the document and what is said
	group  string // the group that launched it, "" if none, alone if it stands in the inventory without one
}

func (t thing) uid() string { return fmt.Sprintf("arn:%s:%03d", t.region, t.n) }

func (t thing) resource() snapshot.Resource {
	r := snapshot.Resource{Kind: kind, Scope: snapshot.Scope{Provider: provider, Account: account, Region: t.region},
		UID: t.uid(), Name: fmt.Sprintf("web-%d", t.n), Call: call,
		Doc: fmt.Appendf(nil, `{"detail":%q,"says":["%v","%v"]}`, t.detail, t.says[0], t.says[1]), Redacted: []string{"/secret"}}
	r.Seal()
	return r
}

func (t thing) subject() estate.Subject {
	return estate.Subject{Kind: estate.KindWorkload, Provider: provider, Account: account, Region: t.region,
		UID: t.uid(), ID: fmt.Sprintf("i-%d", t.n), Name: fmt.Sprintf("web-%d", t.n), Parent: "aws:" + account + ":" + t.region,
		Group: strings.TrimPrefix(t.group, alone)}
}

func (t thing) verdict(rule int) finding.Verdict {
	r := t.resource()
	v := finding.Verdict{Rule: rules[rule].ID, Version: rules[rule].Version, Severity: rules[rule].Severity, Subject: t.subject(),
		Outcome: t.says[rule], Say: "says " + t.says[rule].String() + t.detail, Risk: 40 + t.n%50, Potential: t.says[rule] == finding.Unknown,
		Factors: []finding.Factor{{Name: "severity", Value: "high", Basis: 4000}}}
	from := &fact.Origin{Call: call, Region: t.region, Kind: kind, UID: t.uid(), Hash: r.Hash, HasDoc: true}
	e := finding.Evidence{Field: "metadata.tokens", Value: `"optional"`, Path: "/MetadataOptions/HttpTokens", Origin: from}
	if t.says[rule] == finding.Unknown {
		why := fact.Reason{Cause: snapshot.UnknownValue, Call: call, Region: t.region, Detail: "maybe"}
		v.Reasons, e.Value, e.Why = []fact.Reason{why}, "", &why
	}
	v.Evidence = []finding.Evidence{e}
	return v
}

// A look is one scan: what is there, and how each region's listing ended.
type look struct {
	things  []thing
	refused map[string]bool // nothing is seen
	partial map[string]bool // every second thing is seen
	out     map[string]bool // left out of the scan: nothing is asked, and an answer says so
	off     map[string]bool // switched off: nothing is asked
	without string          // a rule that is not in the catalogue
	twice   bool            // the first thing is listed again at the end, and says something else
}

func (l look) seen() (ts []thing) {
	for _, t := range l.things {
		if !l.refused[t.region] && !l.out[t.region] && !l.off[t.region] && !(l.partial[t.region] && t.n%2 == 1) {
			ts = append(ts, t)
		}
	}
	return ts
}

var regions = []string{"eu-west-1", "us-east-1"}

func (l look) whole(region string) bool {
	return !l.refused[region] && !l.partial[region] && !l.out[region] && !l.off[region]
}

// rules are those that judge in this look.
func (l look) rules() (rs []postgres.RuleRef) {
	for _, r := range rules {
		if r.ID != l.without {
			rs = append(rs, r)
		}
	}
	return rs
}

func (l look) answers(at time.Time) (as []snapshot.Answer) {
	for _, r := range regions {
		a := snapshot.Answer{Key: snapshot.Key{Call: call, Scope: snapshot.Scope{Provider: provider, Account: account, Region: r}}, Lists: kind,
			Status: snapshot.Complete, HTTP: 200, Pages: 1, Items: len(l.things), Attempts: 1, RequestID: "r-1", AskedAt: at, EndedAt: at.Add(time.Second)}
		switch {
		case l.off[r]:
			continue
		case l.out[r]:
			a.Status, a.Cause, a.HTTP, a.Pages, a.Items, a.Attempts, a.RequestID = snapshot.Unasked, snapshot.OutOfScope, 0, 0, 0, 0, ""
		case l.refused[r]:
			a.Status, a.Cause, a.Code, a.Message, a.HTTP = snapshot.Refused, snapshot.Denied, "UnauthorizedOperation", "You are not authorized\x00.", 403
		case l.partial[r]:
			a.Status, a.Cause, a.Code = snapshot.Partial, snapshot.CutOff, "plumbline:cut_off"
		}
		as = append(as, a)
	}
	return as
}

// gaps are the verdicts on the places that were not seen whole.
func (l look) gaps() (vs []finding.Verdict) {
	for _, r := range regions {
		if l.whole(r) || l.out[r] || l.off[r] {
			continue
		}
		key := snapshot.Key{Call: call, Scope: snapshot.Scope{Provider: provider, Account: account, Region: r}}
		why := fact.Reason{Cause: snapshot.Denied, Call: call, Region: r, Detail: "UnauthorizedOperation"}
		for i, rule := range l.rules() {
			vs = append(vs, finding.Verdict{Rule: rule.ID, Version: rule.Version, Severity: rule.Severity, Outcome: finding.Unknown, Gap: true,
				Subject: estate.Subject{Kind: estate.KindAccountRegion, Provider: provider, Account: account, Region: r, UID: "aws:" + account + ":" + r},
				Say:     "not looked at", Reasons: []fact.Reason{why}, Risk: 10 + i, Potential: true,
				Evidence: []finding.Evidence{{Field: "workload", Why: &why, Origin: &fact.Origin{Call: call, Region: r, Answer: key,
					Refusal: &snapshot.Answer{Key: key, Status: snapshot.Refused, Cause: snapshot.Denied, Code: "UnauthorizedOperation"}}}}})
		}
	}
	return vs
}

func judged(ts []thing) (rs []snapshot.Resource, j postgres.Judged) { return look{}.judged(ts) }

func (l look) judged(ts []thing) (rs []snapshot.Resource, j postgres.Judged) {
	j.Rules = l.rules()
	for _, t := range ts {
		rs = append(rs, t.resource())
		j.Subjects = append(j.Subjects, t.subject())
		if s := t.subject(); t.group != "" {
			j.Rows = append(j.Rows, estate.Row{Region: s.Region, UID: s.UID, ID: s.ID, Name: s.Name, Type: "instance", Group: s.Group})
		}
		for i, o := range t.says {
			if rules[i].ID == l.without {
				continue
			}
			j.Outcomes = append(j.Outcomes, o)
			if o == finding.Fail || o == finding.Unknown {
				j.Verdicts = append(j.Verdicts, t.verdict(i))
			}
		}
	}
	return rs, j
}

// all are the verdicts of a look, passes included, as finding.Compare wants
// them.
func (l look) all() (vs []finding.Verdict) {
	for _, t := range l.seen() {
		for i, o := range t.says {
			if o != 0 && rules[i].ID != l.without {
				vs = append(vs, t.verdict(i))
			}
		}
	}
	return append(vs, l.gaps()...)
}

func begin(t testing.TB, s *postgres.Store, at time.Time) *postgres.Writer {
	t.Helper()
	w, err := s.Begin(context.Background(), scan.Record{Provider: provider, Account: account, StartedAt: at, Engine: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// store runs a look through the store, a few things a page.
func (l look) store(t testing.TB, s *postgres.Store, at time.Time, pageSize int) scan.Record {
	t.Helper()
	w := begin(t, s, at)
	l.pages(t, w, pageSize)
	return l.close(t, w)
}

// listed are the things in the order in which they come.
func (l look) listed() []thing {
	ts := l.seen()
	if l.twice && len(ts) > 0 {
		again := ts[0]
		again.says, again.detail = [2]finding.Outcome{finding.Pass, finding.Fail}, "later"
		ts = append(ts, again)
	}
	return ts
}

func (l look) pages(t testing.TB, w *postgres.Writer, size int) {
	t.Helper()
	for page := range slices.Chunk(l.listed(), size) {
		rs, j := l.judged(page)
		if err := w.Page(context.Background(), rs, j); err != nil {
			t.Fatal(err)
		}
	}
}

func (l look) close(t testing.TB, w *postgres.Writer) scan.Record {
	t.Helper()
	if err := w.Answers(context.Background(), l.answers(w.StartedAt())); err != nil {
		t.Fatal(err)
	}
	r, err := w.Close(context.Background(), postgres.Judged{Rules: l.rules(), Verdicts: l.gaps()}, postgres.Sight{
		Asked:  func(rule string) bool { return rule != l.without },
		Listed: func(_, region string) bool { return l.whole(region) },
		Whole:  func(_, region string) bool { return l.whole(region) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
