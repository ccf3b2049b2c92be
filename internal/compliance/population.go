package compliance

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
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/snapshot"
)

// errFull ends a walk early: enough was seen.
var errFull = errors.New("enough was seen")

// Population lists a page of the subjects that some rule applies to, account by
// account, and places where nobody could look at the end of each.
func (d *Desk) Population(ctx context.Context, rules []string, at time.Time, place listing.Place) ([]listing.Judged, listing.Cursors, error) {
	from, err := placeOf(place)
	if err != nil {
		return nil, listing.Cursors{}, err
	}
	looks, err := d.looks(ctx, at)
	if err != nil {
		return nil, listing.Cursors{}, err
	}
	page := page{limit: cmp.Or(place.Limit, 50)}
	for _, l := range looks {
		if l.Account.ID < from.account {
			continue
		}
		page.skip, page.seen = 0, 0
		if l.Account.ID == from.account {
			page.skip = from.seen
		}
		err := d.walk(ctx, l, rules, at, page.take)
		if errors.Is(err, errFull) {
			break
		}
		if err != nil {
			return nil, listing.Cursors{}, err
		}
	}
	return page.rows, listing.Cursors{Next: page.next}, d.findings(ctx, rules, page.rows)
}

// A page takes the subjects from a place on, until it is full.
type page struct {
	limit, skip int
	seen        int // of the present account
	rows        []listing.Judged
	next        string // where the next page begins; "" if there is none
}

func (p *page) take(j listing.Judged) error {
	switch {
	case j.Outcome == finding.NotApplicable:
		return nil
	case p.seen < p.skip:
		p.seen++
		return nil
	case len(p.rows) == p.limit:
		p.next = placed{j.Account.ID, p.seen}.String()
		return errFull
	}
	p.seen++
	p.rows = append(p.rows, j)
	return nil
}

// A placed is where a page begins: in which account, and after how many of its
// subjects.
type placed struct {
	account int64
	seen    int
}

func (p placed) String() string { return fmt.Sprintf("%d.%d", p.account, p.seen) }

func placeOf(at listing.Place) (p placed, err error) {
	if at.Before != "" {
		return p, problem.New(problem.Invalid, "A population is read forwards: begin at its first page.")
	}
	if at.After == "" {
		return p, nil
	}
	account, seen, found := strings.Cut(at.After, ".")
	p.account, err = strconv.ParseInt(account, 10, 64)
	if err == nil {
		p.seen, err = strconv.Atoi(seen)
	}
	if err != nil || !found || p.account < 0 || p.seen < 0 {
		return p, problem.New(problem.Invalid, "The place %q in the population cannot be read. Begin at its first page.", at.After)
	}
	return p, nil
}

// looks are the accounts with a finished scan before a time.
func (d *Desk) looks(ctx context.Context, at time.Time) ([]listing.Look, error) {
	all, err := d.Store.Looks(ctx, at)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(l listing.Look) bool { return l.Scan == 0 }), nil
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
