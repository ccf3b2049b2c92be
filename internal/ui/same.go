package ui

import (
	"fmt"

	"plumbline/internal/listing"
	"plumbline/internal/query"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// same says how the rule fares elsewhere, and which of the others are worst.
func (d *detail) same() (*pages.Same, error) {
	ctx := d.r.Context()
	gs, err := d.Reader.Groups(ctx, query.Query{}.Set("rule", d.rec.Rule).Set("is", "open", "lost", "nodata"))
	if err != nil {
		return nil, fmt.Errorf("group findings of %s: %w", d.rec.Rule, err)
	}
	if len(gs) == 0 || gs[0].Subjects == 0 {
		return nil, nil
	}
	g := gs[0]
	rest := max(g.Subjects-g.Open-g.Lost-g.NoData, 0)
	s := &pages.Same{
		Strong: number(g.Open) + " of " + number(g.Subjects),
		Text:   fmt.Sprintf("fail, %s lost sight of, %s not assessed, %s pass", number(g.Lost), number(g.NoData), number(rest)),
		All:    pages.Link{Text: "All that fail", Href: onlyRule(viewOpen, d.rec.Rule)},
	}
	s.Bar = parts.Bar{Words: s.Strong + " " + s.Text, Segments: []parts.Segment{
		{Class: "f-crit", Count: g.Open}, {Class: "f-none", Count: g.Lost + g.NoData}, {Class: "f-pass", Count: rest}}}
	others, err := d.Reader.Same(ctx, d.rec.Number, 5)
	if err != nil {
		return nil, fmt.Errorf("findings of the same rule: %w", err)
	}
	for _, f := range others {
		s.Rows = append(s.Rows, pages.Row{Href: findingPath(f.Number), Name: subjectName(f.Record), Place: f.Subject.Account,
			Region: f.Subject.Region, Risk: fmt.Sprint(f.Risk), Due: dueTag(f, d.Now())})
	}
	return s, nil
}

// neighbourPages is how far into its group a finding is looked for.
const neighbourPages = 3

// neighbours finds the findings before and after this one in its group, in
// the order of the list. Of one that is far down a large group it shows none.
func (d *detail) neighbours() error {
	ctx := d.r.Context()
	q, err := query.Parse(viewOf(d.rec.State), listing.FindingFields, d.Now())
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	q = q.Set("rule", d.rec.Rule)
	var seen []int64
	at, here := listing.Place{Limit: 200}, -1
	for range neighbourPages {
		fs, next, err := d.Reader.Findings(ctx, q, listing.Worst, at)
		if err != nil {
			return fmt.Errorf("list the group: %w", err)
		}
		for _, f := range fs {
			if f.Number == d.rec.Number {
				here = len(seen)
			}
			seen = append(seen, f.Number)
		}
		if next.Next == "" || here >= 0 && here+1 < len(seen) {
			break
		}
		at.After = next.Next
	}
	if here < 0 || len(seen) < 2 {
		return nil
	}
	n, err := d.Reader.CountFindings(ctx, q)
	if err != nil {
		return fmt.Errorf("count the group: %w", err)
	}
	d.page.Place = number(here+1) + " of " + counted(n)
	if here > 0 {
		d.page.Previous = findingPath(seen[here-1]) + string(d.tab)
	}
	if here+1 < len(seen) {
		d.page.Next = findingPath(seen[here+1]) + string(d.tab)
	}
	return nil
}
