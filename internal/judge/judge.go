// Package judge puts facts and rules together: a context and a page of
// documents in, outcomes and verdicts out.
//
// It is pure: the same documents and the same rules give the same verdicts,
// whether they come from a cloud, from the store or from a recording. It asks
// nobody, stores nothing and has no clock.
package judge

import (
	"slices"

	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
	"plumbline/internal/snapshot"
)

// Facts reads one provider's documents. Each provider's fact package fills it;
// package facts wires them.
type Facts interface {
	// IsWorkload says whether documents of this kind are workloads, which are
	// streamed, or belong to the context.
	IsWorkload(kind string) bool
	// Beside says whether documents of this kind are about one workload each, and
	// come with the page that it stands on.
	Beside(kind string) bool
	// Workload reads one workload. The object may be used until the next call.
	Workload(c *snapshot.Context, r *snapshot.Resource) (estate.Object, error)
	// Objects reads everything in the context that a rule can judge.
	Objects(c *snapshot.Context) []estate.Object
	// Unseen names the places where a listing did not come whole.
	Unseen(c *snapshot.Context) []Unseen
	// Whole says that everything of a kind in a region was listed to the end;
	// region "" or snapshot.Global asks for all regions.
	Whole(c *snapshot.Context, kind estate.Kind, region string) bool
}

// Sparing facts can read less of a workload, where few fields are asked about.
type Sparing interface {
	Facts
	// Only gives facts that tell, of each workload, its subject and at least
	// those of the named fields (see rule.Rule.Reads) that they read. What they
	// leave out is unknown, and never anything else; Beside is true of those kinds
	// alone that they read.
	Only(fields []string) Facts
}

// A Finder is facts that know of documents that are asked for by what another call lists.
type Finder interface {
	Facts
	// Found says that what documents of a kind in a region are asked for by was
	// listed to the end. Where it was not, one that did not come may be there.
	Found(c *snapshot.Context, kind, region string) bool
}

// Unseen is a place where things of a kind may stand that nobody listed.
type Unseen struct {
	Kind    estate.Kind    // of the things that may be missing
	Like    estate.Object  // one of them, of which only the type is known; nil: of any type. Rules that would not apply to it say nothing
	Silent  bool           // left out on purpose, or switched off: no verdict, and no rise of the posture rests on it
	Subject estate.Subject // the place: an account region or an account
	Why     *fact.Reason
	Origin  *fact.Origin
}

// A Result is what all rules say of some subjects.
type Result struct {
	Rules    []*rule.Rule      // the columns
	Subjects []estate.Subject  // the rows
	Objects  []estate.Object   // what was judged, row by row; until the next page
	Outcomes []finding.Outcome // row by row; zero where a rule is not for the subject
	Verdicts []finding.Verdict // every fail and unknown, gaps included
	Dark     []Dark            // where a rule was not asked, silently
	Rows     []estate.Row      // of the subjects that are workloads, for lists
}

// Dark is a place where nobody looked for what a rule is asked of, and of
// which nothing is claimed.
type Dark struct {
	Rule   *rule.Rule
	Region string
}

// Outcome of a rule on a subject, by their places.
func (r *Result) Outcome(subject, rule int) finding.Outcome {
	return r.Outcomes[subject*len(r.Rules)+rule]
}

// Without is the result less some rows, with their verdicts; where a subject
// has several rows, the verdicts of the first are kept if that row is.
func (r *Result) Without(rows []int) Result {
	if len(rows) == 0 {
		return *r
	}
	out := Result{Rules: r.Rules, Dark: r.Dark, Rows: r.Rows}
	kept := map[string]bool{}
	for i := range r.Subjects {
		if slices.Contains(rows, i) {
			continue
		}
		kept[r.Subjects[i].UID] = true
		out.Subjects, out.Objects = append(out.Subjects, r.Subjects[i]), append(out.Objects, r.Objects[i])
		out.Outcomes = append(out.Outcomes, r.Outcomes[i*len(r.Rules):(i+1)*len(r.Rules)]...)
	}
	said := map[[2]string]bool{}
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		k := [2]string{v.Rule, v.Subject.UID}
		if v.Gap || kept[v.Subject.UID] && !said[k] && out.says(v) {
			said[k] = true
			out.Verdicts = append(out.Verdicts, *v)
		}
	}
	return out
}

// says reports that the first row of a verdict's subject has its outcome.
func (r *Result) says(v *finding.Verdict) bool {
	row := slices.IndexFunc(r.Subjects, func(s estate.Subject) bool { return s.UID == v.Subject.UID })
	col := slices.IndexFunc(r.Rules, func(ru *rule.Rule) bool { return ru.ID == v.Rule })
	return row >= 0 && col >= 0 && r.Outcome(row, col) == v.Outcome
}

// A Bench judges pages. It reuses its memory, so it serves one goroutine at a
// time; benches of the same rules may work side by side.
type Bench struct {
	rules []*rule.Rule
	facts Facts
	judge *rule.Judge
	all   bool
}

// NewBench makes a bench for one provider's facts.
func NewBench(set *rule.Set, facts Facts) *Bench {
	return &Bench{rules: set.Rules(), facts: facts, judge: rule.NewJudge(set)}
}

// KeepAll makes the bench give a verdict for every outcome, passes included.
func (b *Bench) KeepAll() *Bench { b.all = true; return b }

// Page judges the workloads of one page. What else stands on the page is about
// workloads of the page alone, and is read beside the context.
func (b *Bench) Page(c *snapshot.Context, page []snapshot.Resource) Result {
	res := Result{Rules: b.rules,
		Subjects: make([]estate.Subject, 0, len(page)),
		Outcomes: make([]finding.Outcome, 0, len(page)*len(b.rules))}
	page, beside := Split(page, b.facts)
	c = c.Beside(beside, nil)
	for i := range page {
		o, err := b.facts.Workload(c, &page[i])
		if err != nil {
			o = unreadable(&page[i], err)
		}
		b.object(&res, o)
	}
	return res
}

// Split parts a page into workloads and what stands beside them. A page of
// workloads alone is not copied.
func Split(page []snapshot.Resource, facts Facts) (workloads, beside []snapshot.Resource) {
	if !slices.ContainsFunc(page, func(r snapshot.Resource) bool { return !facts.IsWorkload(r.Kind) }) {
		return page, nil
	}
	for _, r := range page {
		if facts.IsWorkload(r.Kind) {
			workloads = append(workloads, r)
		} else {
			beside = append(beside, r)
		}
	}
	return workloads, beside
}

// Close judges what is not a workload, and says of every place where nobody
// could look that it was not assessed. The context must hold the whole ledger.
func (b *Bench) Close(c *snapshot.Context) Result {
	res := Result{Rules: b.rules}
	for _, o := range b.facts.Objects(c) {
		b.object(&res, o)
	}
	named := map[[2]string]bool{} // gaps: a rule names a place once, whatever may be missing there
	for _, u := range b.facts.Unseen(c) {
		for _, r := range b.rules {
			at := [2]string{r.ID, u.Subject.UID}
			switch {
			case r.For != u.Kind || !about(r, c.Provider) || r.Coverage:
			case u.Like != nil && b.judge.Judge(r, u.Like) == finding.NotApplicable:
			case u.Silent:
				res.Dark = append(res.Dark, Dark{r, u.Subject.Region})
			case named[at]:
			default:
				named[at] = true
				res.Verdicts = append(res.Verdicts, r.Gap(u.Subject, u.Why, u.Origin))
			}
		}
	}
	return res
}

// Read gives the object that rules judge in one resource, for showing why.
func (b *Bench) Read(c *snapshot.Context, r *snapshot.Resource) (estate.Object, error) {
	return b.facts.Workload(c, r)
}

func (b *Bench) object(res *Result, o estate.Object) {
	head := o.Head()
	res.Subjects, res.Objects = append(res.Subjects, *head), append(res.Objects, o)
	if w, ok := o.(*estate.Workload); ok {
		res.Rows = append(res.Rows, w.Row())
	}
	b.judge.Sit(o)
	for _, r := range b.rules {
		if r.For != head.Kind || !about(r, head.Provider) {
			res.Outcomes = append(res.Outcomes, 0)
			continue
		}
		out := b.judge.Judge(r, o)
		res.Outcomes = append(res.Outcomes, out)
		if b.all || out == finding.Fail || out == finding.Unknown {
			res.Verdicts = append(res.Verdicts, b.judge.Verdict())
		}
	}
}

// about says whether a rule is about a cloud; some are about every one.
func about(r *rule.Rule, provider string) bool { return r.Provider == "" || r.Provider == provider }

// unreadable stands for a workload whose document cannot be read: it exists,
// and nothing is known of it.
func unreadable(r *snapshot.Resource, err error) estate.Object {
	why := &fact.Reason{Cause: snapshot.Unreadable, Call: r.Call, Region: r.Region, Detail: shorten(err.Error())}
	from := &fact.Origin{Call: r.Call, Region: r.Region, Kind: r.Kind, UID: r.UID, Hash: r.Hash,
		Answer: snapshot.Key{Call: r.Call, Scope: r.Scope}, HasDoc: true}
	w := &estate.Workload{Subject: estate.Subject{Kind: estate.KindWorkload, Provider: r.Provider,
		Account: r.Account, Region: r.Region, UID: r.UID, ID: r.UID, Name: r.Name}, Type: "instance"}
	w.Doubt(why, from)
	return w
}

// shorten keeps a reason a line or two: an error may quote a whole document.
func shorten(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
