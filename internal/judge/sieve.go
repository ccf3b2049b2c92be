package judge

import (
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
	"plumbline/internal/snapshot"
)

// A Sieve sorts out workloads of which a few rules have nothing to tell: they
// pass or are not what the rules are about. For that it reads no more than what
// the rules ask about, and what cannot be read so is unknown. Knowing more never
// turns a pass into anything else, so that what the sieve says of a workload is
// what a Bench would say, which is asked about the rest.
//
// It reuses its memory, so it serves one goroutine at a time.
type Sieve struct{ bench *Bench }

// NewSieve makes a sieve for the rules of a set that are about workloads; nil
// where judging all of them in full is no dearer.
func NewSieve(set *rule.Set, facts Facts) *Sieve {
	sparing, ok := facts.(Sparing)
	if !ok {
		return nil
	}
	fields := []string{}
	for _, r := range set.Rules() {
		if r.For != estate.KindWorkload {
			continue
		}
		if r.Coverage { // of which learning more may take a pass back
			return nil
		}
		fields = append(fields, r.Reads()...)
	}
	return &Sieve{NewBench(set, sparing.Only(fields))}
}

// Enough are facts that read of a workload what the verdicts of some sets' rules
// rest on, and of everything else what all facts do.
func Enough(facts Facts, sets ...*rule.Set) Facts {
	sparing, ok := facts.(Sparing)
	if !ok {
		return facts
	}
	fields := []string{}
	for _, set := range sets {
		for _, r := range set.Rules() {
			if r.For == estate.KindWorkload {
				fields = append(fields, r.Tells()...)
			}
		}
	}
	return sparing.Only(fields)
}

// Beside says whether the sieve reads documents of this kind beside a page.
func (s *Sieve) Beside(kind string) bool { return s.bench.facts.Beside(kind) }

// Page judges a page of workloads. sound is what the rules say of those of which
// they tell nothing; it has no rows for lists. rest are the others. c holds the
// page's neighbours of the kinds that Beside names.
func (s *Sieve) Page(c *snapshot.Context, page []snapshot.Resource) (sound Result, rest []snapshot.Resource) {
	b := s.bench
	sound = Result{Rules: b.rules, Subjects: make([]estate.Subject, 0, len(page)), Outcomes: make([]finding.Outcome, 0, len(page)*len(b.rules))}
	for i := range page {
		o, err := b.facts.Workload(c, &page[i])
		if err != nil || !b.nothing(&sound, o) {
			rest = append(rest, page[i])
		}
	}
	return sound, rest
}

// nothing adds a subject to a result if no rule has anything to tell of it.
func (b *Bench) nothing(res *Result, o estate.Object) bool {
	head, before := o.Head(), len(res.Outcomes)
	b.judge.Sit(o)
	for _, r := range b.rules {
		var out finding.Outcome
		if r.For == head.Kind && about(r, head.Provider) {
			out = b.judge.Judge(r, o)
		}
		if out == finding.Fail || out == finding.Unknown {
			res.Outcomes = res.Outcomes[:before]
			return false
		}
		res.Outcomes = append(res.Outcomes, out)
	}
	res.Subjects = append(res.Subjects, *head)
	return true
}

// And is what two results of the same rules say together. Objects are left out:
// each bench has those of its last page only.
func (r *Result) And(more Result) Result {
	both := *r
	both.Objects = nil
	both.Subjects, both.Outcomes = append(both.Subjects, more.Subjects...), append(both.Outcomes, more.Outcomes...)
	both.Verdicts, both.Dark = append(both.Verdicts, more.Verdicts...), append(both.Dark, more.Dark...)
	both.Rows = append(both.Rows, more.Rows...)
	return both
}
