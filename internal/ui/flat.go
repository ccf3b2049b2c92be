package ui

import (
	"fmt"

	"plumbline/internal/listing"
	"plumbline/web/pages"
)

// flat lists findings without groups, 50 at a time, in an order that the reader
// chooses.
func (l *list) flat() error {
	fs, at, err := l.Reader.Findings(l.r.Context(), l.want.q, l.want.sort, listing.Place{After: l.want.after, Before: l.want.before, Limit: rowsPerPage})
	if err != nil {
		return fmt.Errorf("list findings: %w", err)
	}
	n, err := l.count(l.want.q)
	if err != nil {
		return err
	}
	l.page.Lead = sentence(countedThings(n, "finding", "findings")) + " " + l.evidence()
	if len(fs) == 0 && l.want.after == "" && l.want.before == "" {
		return l.empty()
	}
	if len(fs) == 0 {
		return errAdrift
	}
	t := &pages.List{Caption: "Findings", Columns: l.columns()}
	l.page.List = t
	for _, f := range fs {
		row := l.row(f)
		s := severity(f.Severity)
		row.Severity, row.Code = &s, f.Rule
		row.Title, _ = l.faultOf(f.Rule)
		if l.Owners != nil {
			row.Owner = cmpOr(f.Owner.Name, noOwner)
		}
		t.Flat = append(t.Flat, row)
	}
	step := func(after, before string) string {
		return l.want.with(func(w *want) { w.after, w.before, w.sheet = after, before, "" })
	}
	if at.Previous != "" {
		t.Earlier = step("", at.Previous)
	}
	if at.Next != "" {
		t.Later = step(at.Next, "")
	}
	t.Footer = fmt.Sprintf("%d of %s shown.", len(fs), countedThings(n, "finding", "findings"))
	return l.hides(t)
}

// columns are the heads; those that sort are links, and the link of the one
// that sorts leads back to the usual order.
func (l *list) columns() []pages.Column {
	sort := func(c pages.Column, by listing.Sort, order string) pages.Column {
		link := l.want.fresh()
		link.sort = by
		if l.want.sort == by {
			c.Sort, link.sort = order, listing.Worst
		}
		c.Href = link.address()
		return c
	}
	out := []pages.Column{
		sort(pages.Column{Text: "Severity"}, listing.Worst, "descending"),
		{Text: "Finding"},
		{Text: "Where"},
	}
	if l.Owners != nil {
		out = append(out, pages.Column{Text: "Owner"})
	}
	return append(out,
		pages.Column{Text: "Risk", Right: true},
		sort(pages.Column{Text: "Due"}, listing.Due, "ascending"),
		sort(pages.Column{Text: "First seen", Right: true}, listing.Newest, "descending"),
	)
}
