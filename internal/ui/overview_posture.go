package ui

import (
	"context"
	"fmt"

	"plumbline/internal/finding"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/web/pages"
)

// posture shows the score with its coverage and range, and how it moved.
func (o *outlook) posture(ctx context.Context) error {
	p := postureOf(lastOf(o.standings))
	if !p.Assessed {
		o.page.Notice = &pages.Notice{Tone: "warn", Icon: "eye", Title: "There is no posture.", Text: "Nothing was told to pass or to fail in the last scans, so there is nothing to weigh."}
		return nil
	}
	out := &pages.Posture{
		Score: fmt.Sprint(score.Whole(p.Score)), Assessed: percent(p.Coverage) + " assessed",
		At: at(p.Score), From: at(p.Low), Width: at(p.High - p.Low),
	}
	low, high := score.Whole(p.Low), score.Whole(p.High)
	out.Range, out.Spoken = fmt.Sprintf("(%d–%d)", low, high), fmt.Sprintf("; with the rest it could be between %d and %d", low, high)
	o.page.Posture = out
	m := o.movement()
	out.Change, out.Tone, out.Since, out.Notes = m.change, m.tone, m.since, m.notes
	points, err := o.Reader.Trend(ctx, trendDays)
	if err != nil {
		return fmt.Errorf("trend: %w", err)
	}
	out.Trend = trendOf(points, o.Now())
	return nil
}

func at(hundredths int) string { return fmt.Sprintf("%.2f%%", float64(hundredths)/100) }

func percent(hundredths int) string { return fmt.Sprintf("%d\u00a0%%", score.Whole(hundredths)) }

// A moved is how the posture moved between the last two scans of each account.
type moved struct {
	change, tone, since string
	notes               []string
}

// movement adds up the accounts whose last two scans may be compared, and says
// which may not: losing sight is never shown as an improvement.
func (o *outlook) movement() moved {
	var was, is []scan.Record
	var m moved
	joined, blind := 0, 0
	for _, s := range o.standings {
		switch {
		case s.Last == nil:
		case s.Former == nil:
			joined++
		case !scan.Comparable(s.Former, s.Last):
			blind++
			if blind <= 2 {
				m.notes = append(m.notes, printable(accountName(s.Account))+" is not comparable: "+whyNot(s.Former, s.Last)+".")
			}
		default:
			was, is = append(was, *s.Former), append(is, *s.Last)
		}
	}
	if blind > 2 {
		m.notes = append(m.notes[:2], some(blind-2, "more account is", "more accounts are")+" not comparable either.")
	}
	if joined > 0 && len(is)+blind > 0 {
		m.notes = append(m.notes, some(joined, "account", "accounts")+" joined, and counts for the first time.")
	}
	m.sum(was, is, len(is)+blind+joined)
	if len(is) == 0 && blind > 0 {
		m.change, m.tone = "Not comparable", "flat"
		m.since = "with the scan before."
	}
	return m
}

func (m *moved) sum(was, is []scan.Record, all int) {
	if len(is) == 0 {
		return
	}
	d := score.Whole(postureOf(is).Score) - score.Whole(postureOf(was).Score)
	m.since = "since the scan before"
	if len(is) < all {
		m.since += fmt.Sprintf(", in the %s that can be compared", some(len(is), "account", "accounts"))
	}
	m.since += "."
	switch {
	case d > 0:
		m.change, m.tone = "▲ "+some(d, "point", "points"), "up"
	case d < 0:
		m.change, m.tone = "▼ "+some(-d, "point", "points"), "down"
	default:
		m.change = "Unchanged"
	}
}

// whyNot says why a scan may not be compared with the one before it.
func whyNot(old, now *scan.Record) string {
	if !scan.SameRules(old, now) {
		return "its rules were changed"
	}
	if lost := now.Changes[finding.LostIt]; lost > 0 {
		return failures(lost) + " lost sight of"
	}
	return "less was assessed"
}

// moves adds up what the last scans did; what was found by the first scans of
// accounts that joined stands apart.
func (o *outlook) moves() (sum map[finding.Change]int, joined, first int) {
	sum = map[finding.Change]int{}
	for _, s := range o.standings {
		switch {
		case s.Last == nil:
		case s.Former == nil:
			joined++
			first += s.Last.Changes[finding.New] + s.Last.Changes[finding.CameBack]
		default:
			for c, n := range s.Last.Changes {
				sum[c] += n
			}
		}
	}
	return sum, joined, first
}

// reckoning says how what fails now follows from what failed before. It adds
// up: a finding that was lost sight of is still among them, for nobody saw it
// mended.
func (o *outlook) reckoning() *pages.Reckoning {
	sum, joined, first := o.moves()
	now := 0
	for _, g := range o.groups {
		now += g.Open + g.Lost
	}
	if len(sum) == 0 {
		return nil
	}
	r := &pages.Reckoning{Title: "What changed with the last scans", Note: "Lost sight of counts as failing until it is seen again"}
	before := now - first - sum[finding.New] - sum[finding.CameBack] + sum[finding.Fixed] + sum[finding.GoneAway] + sum[finding.Retired]
	r.Items = []pages.Change{{Count: number(before), Text: "failed before"}}
	add := func(n int, sign, text, tone, q string) {
		if n > 0 {
			r.Items = append(r.Items, pages.Change{Count: sign + number(n), Text: text, Tone: tone, Href: findingsOf(q)})
		}
	}
	add(sum[finding.New], "+", "newly failing", "bad", "changed:new")
	add(sum[finding.CameBack], "+", "came back", "bad", "changed:reopened")
	add(sum[finding.Fixed], "−", "fixed", "good", "changed:fixed")
	add(sum[finding.GoneAway], "−", "gone with the resource", "", "changed:gone")
	add(sum[finding.Retired], "−", "gone with their rule", "", "changed:retired")
	if first > 0 {
		r.Items = append(r.Items, pages.Change{Count: "+" + number(first), Text: "in " + some(joined, "account that joined", "accounts that joined")})
	}
	r.Items = append(r.Items, pages.Change{Count: "= " + number(now), Text: "fail now", Href: findingsOf("is:open,lost")})
	if n := sum[finding.LostIt]; n > 0 {
		r.Items = append(r.Items, pages.Change{Count: number(n), Text: "of them lost sight of by the last scans", Tone: "warn", Href: findingsOf("changed:lost")})
	}
	return r
}
