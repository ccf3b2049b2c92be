package ui

import (
	"cmp"
	"fmt"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/listing"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// accounts shows where each account stands, those with most open findings
// first, and each cloud where there is more than one.
func (o *outlook) accounts() {
	st := slices.Clone(o.standings)
	slices.SortStableFunc(st, func(a, b listing.Standing) int {
		return cmp.Or(cmp.Compare(b.Account.Open, a.Account.Open), cmp.Compare(a.Account.External, b.Account.External))
	})
	for _, s := range st[:min(len(st), accountsMost)] {
		o.page.Accounts = append(o.page.Accounts, o.account(s))
	}
	o.page.All = &pages.Link{Text: "All accounts", Href: "/accounts"}
	if len(st) > accountsMost {
		o.page.Left = fmt.Sprintf("The %d with most open findings, of %s.", accountsMost, number(len(st)))
	}
	o.clouds()
}

func (o *outlook) account(s listing.Standing) pages.Standing {
	a := s.Account
	row := pages.Standing{Provider: estate.CloudName(a.Provider), Name: printable(accountName(a)), Score: "–", Last: "never"}
	if a.Name != "" && a.Name != a.External {
		row.ID = a.External
	}
	if a.ID > 0 {
		row.Href = accountPath(a.ID)
	}
	of := " " + pair("account", a.External)
	row.Open, row.NoData = linked(a.Open, viewOpen+of), linked(a.NoData, viewUnassessed+of)
	if s.Last != nil {
		row.Score, row.Range = scoreAndRange(postureOf([]scan.Record{*s.Last}))
		row.Change, row.Tone = moveWords(s.Former, s.Last)
		row.Last, row.LastHref = ago(s.Last.Asked(), o.Now()), scanPath(s.Last.Number)
	}
	row.State = o.stateOf(s)
	return row
}

// linked is a count that leads to what it counts.
func linked(n int, q string) pages.Link {
	if n == 0 {
		return pages.Link{Text: "0"}
	}
	return pages.Link{Text: number(n), Href: findingsOf(q)}
}

func scoreAndRange(p score.Posture) (whole, words string) {
	if !p.Assessed {
		return "–", "nothing was assessed"
	}
	return fmt.Sprint(score.Whole(p.Score)), fmt.Sprintf("%s assessed (%d–%d)", percent(p.Coverage), score.Whole(p.Low), score.Whole(p.High))
}

// moveWords says in a word or two how one account moved.
func moveWords(old, now *scan.Record) (words, tone string) {
	if old == nil {
		return "first scan", ""
	}
	if !scan.Comparable(old, now) {
		return "not comparable", "flat"
	}
	d := score.Whole(postureOf([]scan.Record{*now}).Score) - score.Whole(postureOf([]scan.Record{*old}).Score)
	switch {
	case d > 0:
		return fmt.Sprintf("▲ %d", d), "up"
	case d < 0:
		return fmt.Sprintf("▼ %d", -d), "down"
	}
	return "unchanged", ""
}

func (o *outlook) stateOf(s listing.Standing) *parts.Tag {
	switch {
	case s.Running != nil:
		return &parts.Tag{Tone: "accent", Icon: "spin", Text: "Running"}
	case s.Failed != nil:
		return &parts.Tag{Tone: "high", Icon: "alert", Text: "Last one failed"}
	case s.Last != nil && o.Now().Sub(s.Last.Asked()) > stale:
		return &parts.Tag{Tone: "med", Icon: "clock", Text: "Old"}
	}
	return nil
}

func (o *outlook) clouds() {
	by := map[string][]listing.Standing{}
	for _, s := range o.standings {
		by[s.Account.Provider] = append(by[s.Account.Provider], s)
	}
	if len(by) < 2 {
		return
	}
	for _, provider := range sorted(by) {
		st := by[provider]
		now := lastOf(st)
		row := pages.Standing{Provider: estate.CloudName(provider), Name: some(len(st), "account", "accounts"), Last: "never"}
		row.Score, row.Range = scoreAndRange(postureOf(now))
		open, nodata := 0, 0
		for _, s := range st {
			open, nodata = open+s.Account.Open, nodata+s.Account.NoData
		}
		of := " " + pair("provider", provider)
		row.Open, row.NoData = linked(open, viewOpen+of), linked(nodata, viewUnassessed+of)
		m := (&outlook{ui: o.ui, standings: st}).movement()
		row.Change, row.Tone = m.change, m.tone
		if len(m.notes) > 0 && m.tone != "flat" {
			row.Change += " where comparable"
		}
		if len(now) > 0 {
			row.Last = ago(now[0].Asked(), o.Now())
		}
		o.page.Clouds = append(o.page.Clouds, row)
	}
}
