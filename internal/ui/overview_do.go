package ui

import (
	"context"
	"fmt"
	"slices"
	"time"

	"plumbline/internal/listing"
	"plumbline/internal/score"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// fixFirst ranks rules by the points that mending all their failures gains.
func (o *outlook) fixFirst(ctx context.Context) error {
	gains, err := o.Reader.FixFirst(ctx, fixMost)
	if err != nil {
		return fmt.Errorf("fix first: %w", err)
	}
	open := 0
	for _, g := range o.groups {
		open += g.Open
	}
	f := &pages.FixFirst{All: pages.Link{Text: "All " + some(open, "open finding", "open findings"), Href: "/findings"}}
	o.page.Fix = f
	points := 0
	for _, g := range gains {
		points += g.Points
		f.Items = append(f.Items, o.fixItem(g))
	}
	if len(gains) == 0 {
		f.Note = "Nothing fails that weighs in the posture."
		return nil
	}
	f.Note = "By points gained"
	if p := postureOf(lastOf(o.standings)); p.Assessed {
		f.Note += fmt.Sprintf(". Together: %d to %s", score.Whole(p.Score), tenth(min(p.Score+points, 100_00)))
	}
	return nil
}

func (o *outlook) fixItem(g listing.Gain) pages.FixItem {
	title, provider := o.faultOf(g.Rule)
	item := pages.FixItem{Title: title, Href: onlyRule(viewOpen, g.Rule), Gain: "+" + tenth(g.Points), Unit: "points", Provider: provider,
		Text: some(g.Open, "finding", "findings") + " in " + some(g.Places, "account", "accounts")}
	if g.Points < 10 {
		item.Gain = "under 0.1"
	}
	i := slices.IndexFunc(o.groups, func(x listing.Group) bool { return x.Rule == g.Rule })
	if i < 0 {
		if r, ok := o.Rules.Rule(g.Rule); ok {
			item.Severity = severity(r.Severity)
		}
		return item
	}
	item.Severity = severity(o.groups[i].Severity)
	if n := o.groups[i].Overdue; n > 0 {
		item.Tags = append(item.Tags, parts.Tag{Tone: "crit", Icon: "clock", Text: number(n) + " overdue"})
	}
	return item
}

// tenth writes hundredths of a point with one decimal.
func tenth(hundredths int) string { return fmt.Sprintf("%.1f", float64(hundredths)/100) }

// ages shows by severity what is overdue, what soon will be, and the oldest.
func (o *outlook) ages(ctx context.Context) error {
	all, err := o.Reader.Ages(ctx)
	if err != nil {
		return fmt.Errorf("ages: %w", err)
	}
	a, late := &pages.Ages{}, 0
	slices.SortFunc(all, func(a, b listing.Age) int { return int(b.Severity) - int(a.Severity) })
	for _, g := range all {
		if g.Open == 0 {
			continue
		}
		late += g.Overdue
		a.Rows = append(a.Rows, o.age(g))
	}
	if len(a.Rows) == 0 {
		return nil
	}
	if late > 0 {
		a.Late = &pages.Link{Text: number(late) + " overdue", Href: findingsOf(viewLate)}
	}
	o.page.Ages = a
	return nil
}

func (o *outlook) age(g listing.Age) pages.AgeRow {
	s := " " + pair("severity", g.Severity.String())
	later := max(g.Open-g.Overdue-g.Soon, 0)
	row := pages.AgeRow{Severity: severity(g.Severity), Open: pages.Link{Text: number(g.Open) + " open", Href: findingsOf(viewOpen + s)},
		Bar: parts.Bar{Words: fmt.Sprintf("%s overdue, %s due within 7 days, %s later", number(g.Overdue), number(g.Soon), number(later)),
			Segments: []parts.Segment{{Class: "f-crit", Count: g.Overdue}, {Class: "f-med", Count: g.Soon}, {Class: "f-low", Count: later}}}}
	if g.Overdue > 0 {
		row.Late = &pages.Link{Text: number(g.Overdue) + " overdue", Href: findingsOf(viewLate + s)}
	}
	if g.Soon > 0 {
		row.Soon = &pages.Link{Text: number(g.Soon) + " due within 7 days", Href: findingsOf("is:open,lost -" + viewLate + s + " due:<7d")}
	}
	if !g.Oldest.IsZero() {
		row.Oldest = oldest(g.Oldest, o.Now())
	}
	return row
}

// matters are what wants looking at beside the findings: what could not be
// assessed, and scans that are old, failed or run.
func (o *outlook) matters() {
	add := func(icon, tone, text, href, sub string) {
		o.page.Look = append(o.page.Look, pages.Matter{Icon: icon, Tone: tone, Link: pages.Link{Text: text, Href: href}, Sub: sub})
	}
	open, refused, in := 0, 0, 0
	for _, g := range o.groups {
		open += g.NoData + g.Lost
	}
	for _, s := range o.standings {
		if s.Refused > 0 {
			refused, in = refused+s.Refused, in+1
		}
	}
	if open > 0 || refused > 0 {
		sub := "they count neither as passed nor as failed"
		if refused > 0 {
			sub = fmt.Sprintf("%s refused or answered in part, in %s", some(refused, "question was", "questions were"), some(in, "account", "accounts"))
		}
		add("eye", "wait", some(open, "judgement could not be made", "judgements could not be made"), unassessedPath, sub)
	}
	for _, s := range o.standings {
		name := printable(accountName(s.Account))
		switch {
		case s.Running != nil:
			add("spin", "wait", fmt.Sprintf("Scan %d of %s is running", s.Running.Number, name), scanPath(s.Running.Number), "started "+ago(s.Running.StartedAt, o.Now()))
		case s.Failed != nil:
			add("alert", "no", fmt.Sprintf("Scan %d of %s did not finish", s.Failed.Number, name), scanPath(s.Failed.Number), sentence(s.Failed.Reason))
		case s.Last == nil && s.Account.State == "connected":
			add("clock", "no", name+" was never scanned", accountPath(s.Account.ID), "nothing is known of it")
		case s.Last != nil && o.Now().Sub(s.Last.Asked()) > stale && s.Account.State == "connected":
			add("clock", "no", name+" was last scanned "+ago(s.Last.Asked(), o.Now()), accountPath(s.Account.ID), "what is shown of it may no longer be so")
		}
	}
	const most = 6
	if n := len(o.page.Look); n > most {
		o.page.Look = o.page.Look[:most]
		add("clock", "wait", some(n-most, "more account", "more accounts"), "/accounts", "whose scan runs, failed or is old")
	}
}

// oldest says how old the oldest is, in days: the counts know no hours.
func oldest(seen, now time.Time) string {
	const day = 24 * time.Hour
	n := int(now.UTC().Truncate(day).Sub(seen.UTC().Truncate(day)) / day)
	if n <= 0 {
		return "oldest from today"
	}
	return "oldest " + some(n, "day", "days") + " ago"
}
