package finding

import (
	"cmp"
	"maps"
	"slices"
)

// A Look is everything one scan of an account concluded: each verdict, passes
// included, and whether a place that holds no verdict was looked at in full.
type Look struct {
	Verdicts []Verdict
	// Whole says whether everything that rule could be asked of in the given
	// region was listed to the end. Region "" asks for all regions.
	Whole func(rule, region string) bool
}

// Changes says how two looks differ, each list sorted by rule and subject.
type Changes struct {
	New, Reopened, Still, Fixed, Gone, Lost []Verdict
}

// Compare tells what changed from one look to the next by the same Step that
// the store uses. A verdict that is gone or lost is shown as it was.
func Compare(before, after Look) Changes {
	was, is := index(before.Verdicts), index(after.Verdicts)
	var c Changes
	for _, k := range union(was, is) {
		old, had := was[k]
		now, has := is[k]
		state := None
		if had {
			state = stateOf(old.Outcome)
		}
		saw, shown := Sight(now.Outcome), now
		if !has {
			shown, saw = old, OutOfSight
			if after.Whole != nil && after.Whole(old.Rule, old.Subject.Region) {
				saw = NotListed
			}
		}
		_, change := Step(state, saw)
		if change == LostIt || change == GoneAway {
			shown = old
		}
		c.add(change, shown)
	}
	return c
}

func stateOf(o Outcome) State {
	switch o {
	case Fail:
		return Open
	case Unknown:
		return NoData
	case Pass:
		return Resolved
	default:
		return None
	}
}

func (c *Changes) add(ch Change, v Verdict) {
	switch ch {
	case New:
		c.New = append(c.New, v)
	case CameBack:
		c.Reopened = append(c.Reopened, v)
	case Still:
		c.Still = append(c.Still, v)
	case Fixed:
		c.Fixed = append(c.Fixed, v)
	case GoneAway:
		c.Gone = append(c.Gone, v)
	case LostIt:
		c.Lost = append(c.Lost, v)
	}
}

type pair struct{ rule, uid string }

func index(vs []Verdict) map[pair]Verdict {
	m := make(map[pair]Verdict, len(vs))
	for _, v := range vs {
		m[pair{v.Rule, v.Subject.UID}] = v
	}
	return m
}

func union(a, b map[pair]Verdict) []pair {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.SortedFunc(maps.Keys(all), func(x, y pair) int {
		return cmp.Or(cmp.Compare(x.rule, y.rule), cmp.Compare(x.uid, y.uid))
	})
}
