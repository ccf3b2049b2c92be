package compliance

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/listing"
	"plumbline/internal/rule"
	"plumbline/internal/snapshot"
)

// looks are the accounts that count at a time: those whose subjects a control
// counts by what they were told. The others stand in Scope.Absent.
func (d *Desk) looks(ctx context.Context, at time.Time) ([]listing.Look, error) {
	all, err := d.Store.Looks(ctx, at)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(l listing.Look) bool {
		why, _ := l.Absent(at)
		return why != ""
	}), nil
}

// walk judges one account, and hands over each subject that some rule is for,
// those to which none applies too. What it hands over may be kept.
func (d *Desk) walk(ctx context.Context, l listing.Look, rules []string, at time.Time, each func(listing.Judged) error) error {
	facts := d.Facts(l.Account.Provider)
	if facts == nil {
		return fmt.Errorf("nobody reads documents of %s", l.Account.Provider)
	}
	set := d.Rules().Only(func(r *rule.Rule) bool { return slices.Contains(rules, r.ID) })
	src, err := d.Store.Documents(ctx, l.Account.Provider, l.Account.External, at.Add(-time.Microsecond), facts.IsWorkload)
	if err != nil {
		return err
	}
	c, err := src.Context(ctx)
	if err != nil {
		return err
	}
	bench := judge.NewBench(set, facts).KeepAll()
	hand := handing{look: l, each: each, given: map[string]bool{}}
	if slices.ContainsFunc(set.Rules(), func(r *rule.Rule) bool { return r.For == estate.KindWorkload }) {
		err := src.Pages(ctx, func(page []snapshot.Resource) error {
			workloads, beside := judge.Split(page, facts)
			res := bench.Page(c.Beside(beside, src.Ledger()), workloads)
			return hand.all(res.Verdicts)
		})
		if err != nil {
			return err
		}
	}
	hand.once = true
	res := bench.Close(c.With(src.Ledger()))
	return hand.all(placesLast(res.Verdicts))
}

// placesLast puts the places where nobody could look to the end, and what is
// said of one place together.
func placesLast(vs []finding.Verdict) []finding.Verdict {
	vs = slices.Clone(vs)
	slices.SortStableFunc(vs, func(a, b finding.Verdict) int {
		switch {
		case a.Gap && b.Gap:
			return strings.Compare(a.Subject.UID, b.Subject.UID)
		case a.Gap:
			return 1
		case b.Gap:
			return -1
		}
		return 0
	})
	return vs
}

// A handing gathers the verdicts of a subject and hands them over together.
type handing struct {
	look  listing.Look
	each  func(listing.Judged) error
	once  bool            // a subject may come again: only the first counts
	given map[string]bool // uids, where once
}

func (h *handing) all(vs []finding.Verdict) error {
	for len(vs) > 0 {
		n := 1
		for n < len(vs) && vs[n].Subject.UID == vs[0].Subject.UID && vs[n].Gap == vs[0].Gap {
			n++
		}
		if err := h.one(vs[:n]); err != nil {
			return err
		}
		vs = vs[n:]
	}
	return nil
}

func (h *handing) one(vs []finding.Verdict) error {
	s := vs[0].Subject
	if h.once {
		key := s.UID + map[bool]string{true: " place"}[vs[0].Gap]
		if h.given[key] {
			return nil
		}
		h.given[key] = true
	}
	j := listing.Judged{Account: h.look.Account, Scan: h.look.Scan, Subject: s, Place: vs[0].Gap, Outcome: finding.NotApplicable}
	for _, v := range vs {
		if v.Outcome != finding.NotApplicable {
			j.Outcome = min(j.Outcome, v.Outcome)
			j.Verdicts = append(j.Verdicts, v)
		}
	}
	return h.each(j)
}

// findings looks up the numbers of what was found on the subjects.
func (d *Desk) findings(ctx context.Context, rules []string, rows []listing.Judged) error {
	uids := map[int64][]string{}
	for _, r := range rows {
		uids[r.Account.ID] = append(uids[r.Account.ID], r.Subject.UID)
	}
	for account, l := range uids {
		on, err := d.Store.FindingsOn(ctx, account, rules, l)
		if err != nil {
			return err
		}
		for i := range rows {
			if r := &rows[i]; r.Account.ID == account {
				r.Findings = numbersOf(r, on)
			}
		}
	}
	return nil
}

func numbersOf(r *listing.Judged, on map[listing.RuleOn]int64) map[string]int64 {
	out := map[string]int64{}
	for _, v := range r.Verdicts {
		if n := on[listing.RuleOn{Rule: v.Rule, UID: r.Subject.UID}]; n != 0 {
			out[v.Rule] = n
		}
	}
	return out
}
