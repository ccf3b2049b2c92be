package scan

import (
	"cmp"
	"maps"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/rule"
	"plumbline/internal/score"
)

// A Count adds up outcomes by rule and region.
type Count struct{ m map[countKey]*Tally }

type countKey struct{ rule, region string }

// Add counts every outcome of a result, and every gap as one unknown.
func (c *Count) Add(res *judge.Result) {
	for si := range res.Subjects {
		region := res.Subjects[si].Region
		for ri, r := range res.Rules {
			switch res.Outcome(si, ri) {
			case finding.Pass:
				c.at(r, region).Pass++
			case finding.Fail:
				c.at(r, region).Fail++
			case finding.Unknown:
				c.at(r, region).Unknown++
			case finding.NotApplicable:
				c.at(r, region).NA++
			}
		}
	}
	byID := map[string]*rule.Rule{}
	for _, r := range res.Rules {
		byID[r.ID] = r
	}
	for i := range res.Verdicts {
		if v := &res.Verdicts[i]; v.Gap {
			t := c.at(byID[v.Rule], v.Subject.Region)
			t.Unknown, t.Gaps = t.Unknown+1, t.Gaps+1
		}
	}
	for _, d := range res.Dark {
		c.at(d.Rule, d.Region).Gaps++
	}
}

func (c *Count) at(r *rule.Rule, region string) *Tally {
	if c.m == nil {
		c.m = map[countKey]*Tally{}
	}
	k := countKey{r.ID, region}
	t := c.m[k]
	if t == nil {
		t = &Tally{Rule: r.ID, Severity: r.Severity, Region: region}
		c.m[k] = t
	}
	return t
}

// Tallies by rule and region, sorted.
func (c *Count) Tallies() []Tally {
	out := make([]Tally, 0, len(c.m))
	for _, t := range c.m {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Region, b.Region))
	})
	return out
}

// Comparable says whether the postures of two scans of an account may be called
// a rise or a fall. They may not be called a rise if the later scan lost sight
// of a failure: it left the sum, and nobody saw it mended. Neither may they if
// other rules judged.
func Comparable(before, after *Record) bool {
	if !SameRules(before, after) {
		return false
	}
	was, is := Posture(before.Tally), Posture(after.Tally)
	rose := is.Score > was.Score
	return score.Comparable(was, is) && !(rose && after.Changes[finding.LostIt]+after.Changes[finding.Retired] > 0)
}

// SameRules says that two scans of an account judged by the same rules: by the
// same revision of the rulebook, and by the same program with the same
// directory of rules. Of two versions of the program nobody knows that they read
// and judge alike.
func SameRules(before, after *Record) bool {
	return before.Rulebook == after.Rulebook && before.Engine == after.Engine
}

// Posture of one account's tallies.
func Posture(ts []Tally) score.Posture { return score.PostureOf(Counts("", ts)) }

// Counts adds up the tallies of one account: all regions of a rule together,
// as decision 16 wants it, and each region as a place. The name of the account
// sets its places apart from those of others.
func Counts(account string, ts []Tally) []score.Count {
	return counts(ts, func(c *score.Count, t Tally) {
		c.Places = append(c.Places, score.Place{Name: account + " " + t.Region, Told: t.Pass + t.Fail, Unknown: t.Unknown, Blind: t.Gaps > 0})
	})
}

// Sums are Counts without the places: enough for a score, not for comparing it
// with another.
func Sums(ts []Tally) []score.Count { return counts(ts, func(*score.Count, Tally) {}) }

func counts(ts []Tally, place func(*score.Count, Tally)) []score.Count {
	by := map[string]*score.Count{}
	for _, t := range ts {
		c := by[t.Rule]
		if c == nil {
			c = &score.Count{Rule: t.Rule, Severity: t.Severity}
			by[t.Rule] = c
		}
		c.Pass, c.Fail, c.Unknown = c.Pass+t.Pass, c.Fail+t.Fail, c.Unknown+t.Unknown
		place(c, t)
	}
	var cs []score.Count
	for _, id := range slices.Sorted(maps.Keys(by)) {
		cs = append(cs, *by[id])
	}
	return cs
}

// WorkloadsIn counts the workloads of a result.
func WorkloadsIn(res *judge.Result) int {
	n := 0
	for i := range res.Subjects {
		if res.Subjects[i].Kind == estate.KindWorkload {
			n++
		}
	}
	return n
}
