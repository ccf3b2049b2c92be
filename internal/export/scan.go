// Package export writes what a scan found in the forms that programs and
// people take away: JSON, and a table for a terminal.
//
// It judges nothing and asks nobody; what it prints was decided before.
package export

import (
	"cmp"
	"context"
	"slices"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/path"
	"plumbline/internal/power"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/internal/snapshot"
)

// A Report holds one whole scan. It is a scan.Out.
type Report struct {
	Engine    string
	Provider  string
	Account   string
	TakenAt   time.Time
	Answers   []snapshot.Answer
	Workloads []*estate.Workload
	Verdicts  []finding.Verdict // every fail and unknown, the most urgent first
	Paths     []WayIn           // from the internet to what credentials may do, certain ones first
	Fixes     map[finding.Key]rule.Fix
	Posture   score.Posture
	Tallies   []scan.Tally

	count scan.Count
	seen  map[string]bool // uids of workloads: a listing may name one twice
	facts judge.Facts
	set   *rule.Set
}

// A WayIn is an attack path of one workload.
type WayIn struct {
	Workload *estate.Workload
	Path     path.Path
}

// NewReport makes an empty report. facts reads the workloads again, for the
// values beside the verdicts; set gives the fixes.
func NewReport(engine string, set *rule.Set, facts judge.Facts) *Report {
	return &Report{Engine: engine, facts: facts, set: set, Fixes: map[finding.Key]rule.Fix{}, seen: map[string]bool{}}
}

// Start notes whose scan it is.
func (r *Report) Start(_ context.Context, c *snapshot.Context) error {
	r.Provider, r.Account, r.TakenAt = c.Provider, c.Account, c.TakenAt
	return nil
}

// Page keeps the workloads and verdicts of a page.
func (r *Report) Page(_ context.Context, _ []snapshot.Resource, res judge.Result) error {
	res = r.firstSight(res)
	seen := make(map[string]estate.Object, len(res.Objects))
	for _, o := range res.Objects {
		if w, ok := o.(*estate.Workload); ok {
			own := *w
			r.Workloads = append(r.Workloads, &own)
			seen[own.UID] = &own
			if p := path.Of(&own); p.State == path.Whole || p.State == path.Possible {
				r.Paths = append(r.Paths, WayIn{Workload: &own, Path: p})
			}
		}
	}
	r.fix(res.Verdicts, seen)
	r.take(&res)
	return nil
}

// firstSight leaves out what was named before: a listing that goes on while
// instances come and go may name one twice, and one is one.
func (r *Report) firstSight(res judge.Result) judge.Result {
	var repeats []int
	for i := range res.Subjects {
		if uid := res.Subjects[i].UID; r.seen[uid] {
			repeats = append(repeats, i)
		} else {
			r.seen[uid] = true
		}
	}
	return res.Without(repeats)
}

// End keeps the ledger and the verdicts on everything else, and sorts.
func (r *Report) End(_ context.Context, c *snapshot.Context, res judge.Result) error {
	r.Answers = c.Answers()
	seen := map[string]estate.Object{}
	for _, o := range r.facts.Objects(c) {
		seen[o.Head().UID] = o
	}
	r.fix(res.Verdicts, seen)
	r.take(&res)
	r.Tallies = r.count.Tallies()
	r.Posture = scan.Posture(r.Tallies)
	slices.SortFunc(r.Verdicts, byUrgency)
	slices.SortFunc(r.Paths, func(a, b WayIn) int {
		return cmp.Or(cmp.Compare(b.Path.State, a.Path.State), cmp.Compare(b.power(), a.power()),
			cmp.Compare(a.Workload.Region, b.Workload.Region), cmp.Compare(a.Workload.UID, b.Workload.UID))
	})
	slices.SortFunc(r.Workloads, func(a, b *estate.Workload) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.UID, b.UID))
	})
	return nil
}

// power ranks what lies at the end of the way.
func (w *WayIn) power() int {
	at, known := w.Workload.Identity.Power.Get()
	if !known {
		at, _ = w.Workload.Identity.AtLeast.Get()
	}
	return power.Level(at).Rank()
}

// fix renders the fix of every failing verdict on the objects, by uid.
func (r *Report) fix(vs []finding.Verdict, by map[string]estate.Object) {
	for i := range vs {
		v := &vs[i]
		o, ok := by[v.Subject.UID]
		if !ok || v.Outcome != finding.Fail {
			continue
		}
		if ru, ok := r.set.Rule(v.Rule); ok {
			r.Fixes[v.Key()] = ru.Render(o)
		}
	}
}

func (r *Report) take(res *judge.Result) {
	r.Verdicts = append(r.Verdicts, res.Verdicts...)
	r.count.Add(res)
}

// byUrgency: failing before unknown, then severity, risk, rule, subject.
func byUrgency(a, b finding.Verdict) int {
	return cmp.Or(cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Risk, a.Risk),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Subject.Region, b.Subject.Region), cmp.Compare(a.Subject.UID, b.Subject.UID))
}

// Failing says whether a finding at or above a severity fails.
func (r *Report) Failing(at finding.Severity) bool {
	return slices.ContainsFunc(r.Verdicts, func(v finding.Verdict) bool {
		return v.Outcome == finding.Fail && v.Severity >= at && v.Severity > finding.Info
	})
}

// NotAssessed says whether anything stayed open: a question that was not
// answered whole, or a judgement that could not be made.
func (r *Report) NotAssessed() bool {
	open := slices.ContainsFunc(r.Verdicts, func(v finding.Verdict) bool { return v.Outcome == finding.Unknown })
	return open || len(r.Unanswered()) > 0
}

// LeftOut names the enabled regions that whoever started the scan left out.
func (r *Report) LeftOut() []string { return snapshot.LeftOut(r.Answers) }

// Unanswered lists the questions that did not end complete, regions that are
// switched off or were left out on purpose excepted.
func (r *Report) Unanswered() []snapshot.Answer {
	var out []snapshot.Answer
	for _, a := range r.Answers {
		if !a.Whole() && a.Cause != snapshot.NotOptedIn && a.Cause != snapshot.OutOfScope {
			out = append(out, a)
		}
	}
	return out
}
