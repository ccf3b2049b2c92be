package ui

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"plumbline/internal/estate"
	"plumbline/internal/listing"
	"plumbline/internal/query"
	"plumbline/internal/scan"
	"plumbline/web/pages"
)

// rulesOfWays are the rules that a workload fails through which an attack path
// leads: reached from the internet, handing out credentials too easily, strong.
// Of clouds that always demand a token it is another rule.
var rulesOfWays = []string{"XC-001", "XC-005"}

// worstWays is how many of them the overview names.
const worstWays = 3

// ways tells of the workloads through which an attack path leads: how many, and
// the worst. That there is none is told only where the rule was asked.
func (o *outlook) ways(ctx context.Context) error {
	w := &pages.Ways{All: pages.Link{Text: "All ways in", Href: findingsOf(viewOpen + " " + pair("rule", rulesOfWays...))}}
	o.page.Ways = w
	open, untold := 0, 0
	for _, g := range o.groups {
		if slices.Contains(rulesOfWays, g.Rule) {
			open, untold = open+g.Open, untold+g.NoData+g.Lost
		}
	}
	if untold > 0 {
		w.Unknown = &pages.Link{Text: "Of " + number(untold) + " more it cannot be told.", Href: findingsOf(viewUnassessed + " " + pair("rule", rulesOfWays...))}
	}
	silent := unasked(lastOf(o.standings))
	if silent > 0 {
		w.Note = "The last scan of " + some(silent, "account", "accounts") + " did not ask: scan again to know."
	}
	if open == 0 {
		w.None = "No attack path is known: no workload is at once reached from the internet, hands out credentials too easily, and holds an identity that can do harm."
		if silent > 0 || w.Unknown != nil {
			w.None = "No attack path is known, and not all that decides it is."
		}
		return nil
	}
	w.Sum = some(open, "workload or group is", "workloads or groups are") + " at once reached from the internet, handing out credentials too easily, and holding an identity that can do harm."
	fs, _, err := o.Reader.Findings(ctx, query.Query{}.Set("is", "open").Set("rule", rulesOfWays...), listing.Worst, listing.Place{Limit: worstWays})
	if err != nil {
		return fmt.Errorf("worst ways in: %w", err)
	}
	for i := range fs {
		r := &fs[i].Record
		w.Rows = append(w.Rows, pages.WayRow{Href: findingPath(r.Number), Name: subjectName(*r), Provider: estate.CloudName(r.Subject.Provider),
			Place: r.Subject.Account + ", " + r.Subject.Region, Say: sentence(r.Say), Risk: strconv.Itoa(r.Risk), Severity: severity(r.Severity)})
	}
	return nil
}

// unasked counts the scans that asked none of the rules of any workload, though
// they saw some.
func unasked(last []scan.Record) (n int) {
	for i := range last {
		asked := slices.ContainsFunc(last[i].Tally, func(t scan.Tally) bool { return slices.Contains(rulesOfWays, t.Rule) })
		if !asked && last[i].Workloads > 0 {
			n++
		}
	}
	return n
}
