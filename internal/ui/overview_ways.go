package ui

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"plumbline/internal/listing"
	"plumbline/internal/query"
	"plumbline/internal/scan"
	"plumbline/web/pages"
)

// ruleOfWays is the rule that a workload fails through which an attack path
// leads: reached from the internet, read by a plain request, strong.
const ruleOfWays = "XC-001"

// worstWays is how many of them the overview names.
const worstWays = 3

// ways tells of the workloads through which an attack path leads: how many, and
// the worst. That there is none is told only where the rule was asked.
func (o *outlook) ways(ctx context.Context) error {
	w := &pages.Ways{All: pages.Link{Text: "All ways in", Href: onlyRule(viewOpen, ruleOfWays)}}
	o.page.Ways = w
	var g listing.Group
	if i := slices.IndexFunc(o.groups, func(g listing.Group) bool { return g.Rule == ruleOfWays }); i >= 0 {
		g = o.groups[i]
	}
	if n := g.NoData + g.Lost; n > 0 {
		w.Unknown = &pages.Link{Text: "Of " + number(n) + " more it cannot be told.", Href: findingsOf(viewUnassessed + " " + pair("rule", ruleOfWays))}
	}
	silent := unasked(lastOf(o.standings))
	if silent > 0 {
		w.Note = "The last scan of " + some(silent, "account", "accounts") + " did not ask: scan again to know."
	}
	if g.Open == 0 {
		w.None = "No attack path is known: no workload is at once reached from the internet, answers without a token, and holds an identity that can do harm."
		if silent > 0 || w.Unknown != nil {
			w.None = "No attack path is known, and not all that decides it is."
		}
		return nil
	}
	w.Sum = some(g.Open, "workload or group is", "workloads or groups are") + " at once reached from the internet, answering without a token, and holding an identity that can do harm."
	fs, _, err := o.Reader.Findings(ctx, query.Query{}.Set("is", "open").Set("rule", ruleOfWays), listing.Worst, listing.Place{Limit: worstWays})
	if err != nil {
		return fmt.Errorf("worst ways in: %w", err)
	}
	for i := range fs {
		r := &fs[i].Record
		w.Rows = append(w.Rows, pages.WayRow{Href: findingPath(r.Number), Name: subjectName(*r), Provider: cloudName(r.Subject.Provider),
			Place: r.Subject.Account + ", " + r.Subject.Region, Say: sentence(r.Say), Risk: strconv.Itoa(r.Risk), Severity: severity(r.Severity)})
	}
	return nil
}

// unasked counts the scans that did not ask the rule of any workload, though
// they saw some.
func unasked(last []scan.Record) (n int) {
	for i := range last {
		asked := slices.ContainsFunc(last[i].Tally, func(t scan.Tally) bool { return t.Rule == ruleOfWays })
		if !asked && last[i].Workloads > 0 {
			n++
		}
	}
	return n
}
