package ui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"plumbline/internal/finding"
	"plumbline/internal/problem"
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

// current is the last finished scan of each account with all that belongs to
// it, newest first: what the lists rest on.
func (u *ui) current(ctx context.Context) ([]scan.Record, error) {
	scans, err := u.Store.LatestScans(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the last scans: %w", err)
	}
	slices.SortStableFunc(scans, func(a, b scan.Record) int { return cmp.Compare(b.Number, a.Number) })
	return u.whole(ctx, scans)
}

// before is the finished scan of the same account before s, with its tallies;
// nil if there is none.
func (u *ui) before(ctx context.Context, s scan.Record) (*scan.Record, error) {
	old, err := u.Store.FormerScan(ctx, s.Number)
	if problem.Is(err, problem.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("scan before %d: %w", s.Number, err)
	}
	read, err := u.whole(ctx, []scan.Record{old})
	if err != nil {
		return nil, err
	}
	return &read[0], nil
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
		cs = append(cs, scan.Counts(s.Provider+" "+s.Account, s.Tally)...)
	}
	return score.PostureOf(cs)
}

func posture(now []scan.Record, old *scan.Record) *pages.Posture {
	p := postureOf(now)
	if !p.Assessed {
		return nil
	}
	at := func(h int) string { return fmt.Sprintf("%.2f%%", float64(h)/100) }
	out := &pages.Posture{
		Score: fmt.Sprint(score.Whole(p.Score)), Sentence: p.String(),
		Assessed: fmt.Sprintf("%d\u00a0%% assessed", score.Whole(p.Coverage)),
		Range:    fmt.Sprintf("between %d and %d", score.Whole(p.Low), score.Whole(p.High)),
		At:       at(p.Score), From: at(p.Low), Width: at(p.High - p.Low),
	}
	if score.Whole(p.Low) == score.Whole(p.High) {
		out.Range = "nothing left open"
	}
	if len(now) == 1 {
		out.Change, out.Tone = movement(old, &now[0])
	}
	return out
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
		return "/findings?changed=" + what
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
	add(newly, words, "bad", "new")
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

// regions counts the regions in which something was asked.
func regions(as []scan.Record) int {
	seen := map[string]bool{}
	for _, s := range as {
		for _, a := range s.Answers {
			if a.Region != "" && !strings.EqualFold(a.Region, "global") {
				seen[a.Provider+"/"+a.Account+"/"+a.Region] = true
			}
		}
	}
	return len(seen)
}
