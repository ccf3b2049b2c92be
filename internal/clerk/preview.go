package clerk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/snapshot"
)

// previewTime is how long a preview may take where Rulebook does not say: whoever
// asked waits for it, and a connection to the database with them.
const previewTime = time.Minute

// Preview judges what is stored of all accounts within reach by the rule as it
// holds and as it would, and tells the difference. One that takes too long is a
// Conflict: half of it would pass for the whole.
func (b *Rulebook) Preview(ctx context.Context, d listing.RuleDraft, tell func(listing.Progress)) (listing.Preview, error) {
	began := time.Now()
	if err := whole(ctx, access.ReadEstate); err != nil {
		return listing.Preview{}, err
	}
	e := b.Book.Edition()
	checked, t, err := b.check(e, d)
	if err != nil {
		return listing.Preview{}, err
	}
	if len(checked.Flaws) > 0 {
		return listing.Preview{}, problem.New(problem.Invalid, "%s", told(&checked))
	}
	if t.Set == nil {
		return listing.Preview{}, problem.New(problem.Invalid, "A framework judges nothing by itself, so there is nothing to preview.")
	}
	one := func(r *rule.Rule) bool { return r.ID == t.Draft.Rule }
	p := &preview{before: e.Set.Only(one), after: t.Set.Only(one), tell: tell, limit: cmp.Or(b.PreviewTime, previewTime)}
	p.until = began.Add(p.limit)
	if err := p.accounts(ctx, b); err != nil {
		return listing.Preview{}, err
	}
	p.cut()
	p.out.Took = time.Since(began)
	return p.out, nil
}

// A preview holds two sets, of one rule at most, against each other.
type preview struct {
	before, after *rule.Set
	tell          func(listing.Progress)
	limit         time.Duration
	until         time.Time
	done          listing.Progress
	out           listing.Preview
}

// goOn says whether there is time left, and somebody who waits. It is asked
// between pages, and breaks off no question to the database: the transaction is
// the request's, and has to answer it.
func (p *preview) goOn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if time.Now().Before(p.until) {
		return nil
	}
	return problem.New(problem.Conflict, "The preview had looked at %d of %d workloads after %s and was given up; nothing was changed. "+
		"Propose the change without a preview: whoever decides sees the rule and its examples, and once it is approved all accounts are judged again in the background, with nobody waiting.",
		p.done.Done, p.done.All, p.limit)
}

func (p *preview) accounts(ctx context.Context, b *Rulebook) error {
	all, err := b.Store.Looked(ctx)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(l postgres.Looked) bool { return !p.about(l.Provider) })
	for _, l := range all {
		p.done.All += l.Workloads
	}
	for _, l := range all {
		if err := p.goOn(ctx); err != nil {
			return err
		}
		if err := p.account(ctx, b, l); err != nil {
			return err
		}
		p.out.Accounts++
	}
	return nil
}

// about says whether one of the two is about a cloud.
func (p *preview) about(provider string) bool {
	return slices.ContainsFunc(p.rules(), func(r *rule.Rule) bool { return r.Provider == "" || r.Provider == provider })
}

func (p *preview) rules() []*rule.Rule { return slices.Concat(p.before.Rules(), p.after.Rules()) }

func (p *preview) account(ctx context.Context, b *Rulebook, l postgres.Looked) error {
	facts := b.Facts(l.Provider)
	if facts == nil {
		return nil
	}
	src, err := b.Store.LookedAt(ctx, l, facts.IsWorkload)
	if err != nil {
		return err
	}
	c, err := src.Lean(ctx, facts.Beside)
	if err != nil {
		return err
	}
	enough := judge.Enough(facts, p.before, p.after)
	was, is := judge.NewBench(p.before, enough), judge.NewBench(p.after, judge.Enough(b.Facts(l.Provider), p.before, p.after))
	if slices.ContainsFunc(p.rules(), func(r *rule.Rule) bool { return r.For == estate.KindWorkload }) {
		late := src.Ledger()
		err := src.Beside(ctx, func(workloads []snapshot.Resource, near postgres.Near) error {
			beside, err := near(ctx, workloads, enough.Beside)
			if err != nil {
				return err
			}
			in := c.Beside(beside, late)
			before, after := was.Page(in, workloads), is.Page(in, workloads)
			p.compare(&before, &after)
			p.progress(len(workloads))
			return p.goOn(ctx)
		})
		if err != nil {
			return err
		}
	}
	full := c.With(src.Ledger())
	before, after := was.Close(full), is.Close(full)
	p.compare(&before, &after)
	return nil
}

func (p *preview) progress(n int) {
	p.done.Done = min(p.done.Done+n, p.done.All)
	if p.tell != nil {
		p.tell(p.done)
	}
}

// compare holds two results on the same subjects against each other.
func (p *preview) compare(before, after *judge.Result) {
	says := map[string]*finding.Verdict{}
	for i := range after.Verdicts {
		says[after.Verdicts[i].Subject.UID] = &after.Verdicts[i]
	}
	for i := range before.Subjects {
		s := &before.Subjects[i]
		p.one(s, only(before, i), only(after, i), says[s.UID])
	}
	gaps := map[string]*finding.Verdict{} // before, by place
	for i := range before.Verdicts {
		if v := &before.Verdicts[i]; v.Gap {
			gaps[v.Subject.UID] = v
		}
	}
	for i := range after.Verdicts {
		v := &after.Verdicts[i]
		if !v.Gap {
			continue
		}
		was := finding.Outcome(0)
		if gaps[v.Subject.UID] != nil {
			was = finding.Unknown
		}
		delete(gaps, v.Subject.UID)
		p.one(&v.Subject, was, finding.Unknown, v)
	}
	for _, v := range gaps {
		p.one(&v.Subject, finding.Unknown, 0, nil)
	}
}

// only is what the one rule of a result says; 0 if there is none.
func only(r *judge.Result, subject int) finding.Outcome {
	if len(r.Rules) == 0 {
		return 0
	}
	return r.Outcome(subject, 0)
}

func (p *preview) one(s *estate.Subject, was, is finding.Outcome, v *finding.Verdict) {
	if was == 0 && is == 0 {
		return
	}
	p.out.Subjects++
	add(&p.out.Before, was)
	add(&p.out.After, is)
	if was == is || said(was) == said(is) && !said(was) {
		return
	}
	m := listing.Move{Provider: s.Provider, Account: s.Account, Region: s.Region, UID: s.UID, ID: s.ID, Name: s.Name, Before: was, After: is}
	if v != nil {
		m.Say = v.Say
	}
	p.out.Moves = append(p.out.Moves, m)
	if len(p.out.Moves) >= 10*mostMoves {
		p.cut()
	}
}

// said says that an outcome tells something: that a rule does not apply is told
// to nobody.
func said(o finding.Outcome) bool { return o != 0 && o != finding.NotApplicable }

// mostMoves are told one by one.
const mostMoves = 100

// cut keeps the worst moves and counts the others.
func (p *preview) cut() {
	rank := func(m *listing.Move) int {
		switch {
		case m.After == finding.Fail:
			return 0
		case m.After == finding.Unknown:
			return 1
		case m.Before == finding.Fail:
			return 2
		}
		return 3
	}
	slices.SortFunc(p.out.Moves, func(a, b listing.Move) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(a.Account, b.Account), cmp.Compare(a.UID, b.UID))
	})
	if n := len(p.out.Moves); n > mostMoves {
		p.out.More += n - mostMoves
		p.out.Moves = p.out.Moves[:mostMoves]
	}
}
