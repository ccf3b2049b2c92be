package ui

import (
	"fmt"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// besides fills the finding beside the list.
func (l *list) besides() error {
	n, err := findingNumber(l.want.sheet)
	if err != nil {
		return err
	}
	d, err := l.detail(l.r, n, why)
	if err != nil {
		return err
	}
	page := findingPath(n)
	s := &pages.Sheet{
		Number: findingID(n), Severity: severity(d.rec.Severity), Title: d.title(), Text: d.rule.Why, Say: sentence(d.rec.Say),
		Page: page, Evidence: page + string(evidence), Close: l.want.with(func(w *want) { w.sheet = "" }) + "#" + rowID(n),
		Tags: []parts.Tag{stateTag(&d.rec)}, Facts: d.short(),
	}
	if t := dueTag(d.found(), l.Now()); t != nil && t.Tone != "" {
		s.Tags = append(s.Tags, *t)
	}
	if d.rec.State == finding.Open {
		s.Fix = page + string(fix)
	}
	d.seen(s)
	s.Way = d.wayLine()
	if i := slices.Index(l.shown, n); i >= 0 {
		if i > 0 {
			s.Previous = l.want.beside(l.shown[i-1])
		}
		if i+1 < len(l.shown) {
			s.Next = l.want.beside(l.shown[i+1])
		}
	}
	l.page.Sheet = s
	l.page.Frame.Title = s.Number + " in findings"
	return nil
}

// seen fills what was seen of a finding, and why not all of it can be told.
func (d *detail) seen(s *pages.Sheet) {
	for _, e := range d.rec.Evidence {
		if f := d.read(e); !f.List && !f.Unknown {
			s.Rows, s.Expects = append(s.Rows, f), s.Expects || f.Expected != ""
		}
	}
	if d.blind() {
		for _, c := range reasons(d.rec) {
			s.Unknown = append(s.Unknown, sentence(c))
		}
	}
}

// short are the facts that fit beside a list.
func (d *detail) short() []parts.Fact {
	out := []parts.Fact{{Name: "Resource", Parts: coded(subjectName(d.rec)), Sub: subjectID(d.rec)},
		{Name: "Account", Parts: text(fmt.Sprintf("%s %s, %s", estate.CloudName(d.rec.Subject.Provider), d.rec.Subject.Account, d.rec.Subject.Region))},
		{Name: "First seen", Parts: text(date(d.rec.FirstSeen) + ", " + ago(d.rec.FirstSeen, d.Now()))},
	}
	if d.Owners != nil {
		out = append(out, d.ownerFact())
	}
	if !d.due.IsZero() {
		out = append(out, parts.Fact{Name: "Due", Parts: text(date(d.due.Add(-1)))})
	}
	risk := parts.Fact{Name: "Risk", Parts: []parts.Span{{Text: fmt.Sprint(d.rec.Risk), Strong: true}, {Text: " of 100"}}}
	if d.rec.Potential {
		risk.Name = "Risk, at most"
	}
	return append(out, risk, parts.Fact{Name: "Rule", Parts: coded(d.rec.Rule)})
}
