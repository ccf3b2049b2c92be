package ui

import (
	"context"
	"fmt"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/rule"
	"plumbline/web/pages"
)

// previewOf is what a change would do to what is stored. of is the rule as the
// draft has it, nil where there is none.
func (u *ui) previewOf(ctx context.Context, v listing.Preview, of *rule.Rule) *pages.RulePreview {
	p := &pages.RulePreview{Rows: []pages.PreviewRow{
		previewRow(finding.Fail, v.Before.Fail, v.After.Fail), previewRow(finding.Unknown, v.Before.Unknown, v.After.Unknown),
		previewRow(finding.Pass, v.Before.Pass, v.After.Pass), previewRow(finding.NotApplicable, v.Before.NotApplicable, v.After.NotApplicable),
	}}
	moved := len(v.Moves) + v.More
	p.Title = "Of " + some(moved, "subject", "subjects") + " something else would be said."
	p.Text = fmt.Sprintf("%s in %s judged in %s.", some(v.Subjects, "subject", "subjects"), some(v.Accounts, "account", "accounts"), took(max(v.Took, 100*time.Millisecond)))
	switch {
	case v.Accounts == 0:
		p.Rows, p.Tone = nil, "warn"
		p.Title, p.Text = "Nothing could be judged.", "No account within your reach has a finished scan: what the change would do is not known."
	case moved == 0:
		p.Tone, p.Title = "good", "Nothing else would be said of anything."
	case v.After.Fail > v.Before.Fail || v.After.Unknown > v.Before.Unknown:
		p.Tone = "warn"
	}
	if !access.From(ctx).Reach().All {
		p.Text += " Accounts beyond your reach are not counted."
	}
	for _, m := range v.Moves {
		p.Moves = append(p.Moves, previewMove(m, kindOf(of)))
	}
	if v.More > 0 {
		p.More = "Listed are the worst " + number(len(v.Moves)) + "; " + some(v.More, "more is", "more are") + " left out."
	}
	return p
}

// previewRow counts an outcome. That fewer fail is no praise: nothing was
// mended.
func previewRow(o finding.Outcome, before, after int) pages.PreviewRow {
	r := pages.PreviewRow{Outcome: outcomeOf(o), Before: number(before), After: number(after), Delta: "–"}
	switch d := after - before; {
	case d > 0:
		r.Delta = "+" + number(d)
		if o == finding.Fail || o == finding.Unknown {
			r.Tone = "down"
		}
	case d < 0:
		r.Delta = "−" + number(-d)
	}
	return r
}

func previewMove(m listing.Move, kind estate.Kind) pages.RuleMove {
	name := printable(cmpOr(m.Name, cmpOr(m.ID, m.UID)))
	x := pages.RuleMove{Name: name, ID: m.ID, Provider: estate.CloudName(m.Provider), Account: m.Account, Region: m.Region,
		Before: outcomeOf(m.Before), After: outcomeOf(m.After), Say: sentence(m.Say)}
	if x.ID == name {
		x.ID = ""
	}
	if kind == estate.KindWorkload {
		x.Href = workloadPath(m.UID)
	}
	return x
}

// kindOf is the kind of subject that a rule is asked of; "" for none.
func kindOf(r *rule.Rule) estate.Kind {
	if r == nil {
		return ""
	}
	return r.For
}
