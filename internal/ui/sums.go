package ui

import (
	"cmp"
	"fmt"
	"slices"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/web/pages"
)

// A sum is what all verdicts of one rule come to.
type sum struct {
	rule                    string
	severity                finding.Severity
	pass, fail, unknown, na int
}

// asked is how many subjects the rule was asked of, where it applied.
func (s sum) asked() int { return s.pass + s.fail + s.unknown }

// sums adds tallies by rule.
func sums(ts []scan.Tally) map[string]sum {
	by := map[string]sum{}
	for _, t := range ts {
		s := by[t.Rule]
		s.rule, s.severity = t.Rule, t.Severity
		s.pass, s.fail, s.unknown, s.na = s.pass+t.Pass, s.fail+t.Fail, s.unknown+t.Unknown, s.na+t.NA
		by[t.Rule] = s
	}
	return by
}

func sumOf(ts []scan.Tally) sum {
	var all sum
	for _, t := range ts {
		all.pass, all.fail, all.unknown, all.na = all.pass+t.Pass, all.fail+t.Fail, all.unknown+t.Unknown, all.na+t.NA
	}
	return all
}

// lastOf are the last finished scans of accounts, newest first.
func lastOf(st []listing.Standing) []scan.Record {
	var out []scan.Record
	for _, s := range st {
		if s.Last != nil {
			out = append(out, *s.Last)
		}
	}
	slices.SortStableFunc(out, func(a, b scan.Record) int { return cmp.Compare(b.Number, a.Number) })
	return out
}

func tallies(scans []scan.Record) []scan.Tally {
	var ts []scan.Tally
	for _, s := range scans {
		ts = append(ts, s.Tally...)
	}
	return ts
}

// postureOf is the posture of several scans of different accounts together:
// each account's rules count for themselves.
func postureOf(scans []scan.Record) score.Posture {
	var cs []score.Count
	for _, s := range scans {
		cs = append(cs, scan.Sums(s.Tally)...)
	}
	return score.PostureOf(cs)
}

// movement says how the posture moved since the scan before, or that the two
// cannot be compared: losing sight is never shown as an improvement. old is nil
// where there is no scan before.
func movement(old, now *scan.Record) (words, tone string) {
	if old == nil {
		return "", ""
	}
	was, is := scan.Posture(old.Tally), scan.Posture(now.Tally)
	if !was.Assessed || !is.Assessed {
		return "", ""
	}
	d := score.Whole(is.Score) - score.Whole(was.Score)
	switch lost := now.Changes[finding.LostIt]; {
	case !scan.SameRules(old, now):
		return fmt.Sprintf("not comparable with scan %d: the rules were changed", old.Number), "flat"
	case !scan.Comparable(old, now) && lost > 0:
		return fmt.Sprintf("not comparable with scan %d: %s lost sight of", old.Number, failures(lost)), "flat"
	case !scan.Comparable(old, now):
		return fmt.Sprintf("not comparable with scan %d: less was assessed", old.Number), "flat"
	case d > 0:
		return fmt.Sprintf("up %d since scan %d", d, old.Number), "up"
	case d < 0:
		return fmt.Sprintf("down %d since scan %d", -d, old.Number), "down"
	default:
		return fmt.Sprintf("unchanged since scan %d", old.Number), ""
	}
}

func failures(n int) string {
	if n == 1 {
		return "1 failure was"
	}
	return number(n) + " failures were"
}

// changes is the strip of counts of one scan. The counts are links only where
// the list still shows what that scan did. old is the scan that it is held
// against, nil if there is none.
func changes(s scan.Record, old *scan.Record, latest bool) *pages.Changes {
	link := func(what string) string {
		if !latest {
			return ""
		}
		return findingsOf("changed:" + what + " " + pair("account", s.Account))
	}
	c := &pages.Changes{Title: fmt.Sprintf("Seen by scan %d, the first of this account", s.Number)}
	if old != nil {
		c.Title = fmt.Sprintf("Since scan %d", old.Number)
	}
	add := func(n int, text, tone, what string) {
		if n == 0 {
			tone = ""
		}
		c.Items = append(c.Items, pages.Change{Count: number(n), Text: text, Tone: tone, Href: link(what)})
	}
	newly := s.Changes[finding.New] + s.Changes[finding.CameBack]
	words := "newly failing"
	if back := s.Changes[finding.CameBack]; back > 0 {
		words = fmt.Sprintf("newly failing, %s came back", number(back))
	}
	add(newly, words, "bad", "new,reopened")
	add(s.Changes[finding.Fixed], "fixed", "good", "fixed")
	add(s.Changes[finding.GoneAway], "gone with the resource", "", "gone")
	add(s.Changes[finding.LostIt], "lost sight of", "warn", "lost")
	if n := s.Changes[finding.Retired]; n > 0 { // so rare that the strip has no place for it otherwise
		c.Items = append(c.Items, pages.Change{Count: number(n), Text: "gone with their rule"})
	}
	return c
}

// places says where scans looked: "account 111122223333" or "3 accounts".
func places(scans []scan.Record) string {
	if len(scans) == 1 {
		return "account " + scans[0].Account
	}
	return some(len(scans), "account", "accounts")
}

func workloads(scans []scan.Record) int {
	n := 0
	for _, s := range scans {
		n += s.Workloads
	}
	return n
}
