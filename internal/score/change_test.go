package score_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/finding"
	"plumbline/internal/score"
)

// asked is a shift of a rule that was asked before and is asked now.
func asked(severity finding.Severity, before, after score.Tell) score.Shift {
	return score.Shift{Account: 1, Rule: "R", Severity: severity, Before: before, After: after, HadAccount: true, HasAccount: true, HadRule: true, HasRule: true}
}

func TestWhatMovedAPosture(t *testing.T) {
	t.Parallel()
	with := func(s score.Shift, change func(*score.Shift)) score.Shift { change(&s); return s }
	for _, c := range []struct {
		name   string
		shifts []score.Shift
		want   []score.Step
	}{
		{"nothing", []score.Shift{asked(finding.High, score.Tell{Pass: 5, Fail: 5}, score.Tell{Pass: 5, Fail: 5})}, nil},
		{"one of two failures is fixed",
			[]score.Shift{with(asked(finding.High, score.Tell{Pass: 8, Fail: 2}, score.Tell{Pass: 9, Fail: 1}), func(s *score.Shift) { s.Fixed = 1 })},
			[]score.Step{{Cause: score.FixedIt, Points: 1000, Count: 1}}},
		{"a failing instance is removed",
			[]score.Shift{with(asked(finding.High, score.Tell{Pass: 8, Fail: 2}, score.Tell{Pass: 8, Fail: 1}), func(s *score.Shift) { s.Gone = 1 })},
			[]score.Step{{Cause: score.Removed, Points: 889, Count: 1}}},
		{"one is fixed and another breaks",
			[]score.Shift{with(asked(finding.High, score.Tell{Pass: 8, Fail: 2}, score.Tell{Pass: 8, Fail: 2}), func(s *score.Shift) { s.Fixed, s.New = 1, 1 })},
			[]score.Step{{Cause: score.FixedIt, Points: 1000, Count: 1}, {Cause: score.NewlyFailing, Points: -1000, Count: 1}}},
		{"a new instance fails",
			[]score.Shift{with(asked(finding.High, score.Tell{Pass: 9}, score.Tell{Pass: 9, Fail: 1}), func(s *score.Shift) { s.New = 1 })},
			[]score.Step{{Cause: score.NewlyFailing, Points: -1000, Count: 1}}},
		{"a failure is lost sight of: coverage, and no rise",
			[]score.Shift{with(asked(finding.High, score.Tell{Pass: 8, Fail: 2}, score.Tell{Pass: 8, Fail: 1, Unknown: 1}), func(s *score.Shift) { s.Lost = 1 })},
			[]score.Step{{Cause: score.CoverageMoved, Points: 889, Count: 1}}},
		{"what could not be told fails",
			[]score.Shift{with(asked(finding.High, score.Tell{Pass: 8, Unknown: 2}, score.Tell{Pass: 8, Fail: 2}), func(s *score.Shift) { s.Found = 2 })},
			[]score.Step{{Cause: score.CoverageMoved, Points: -2000, Count: 2}}},
		{"instances that pass joined",
			[]score.Shift{asked(finding.High, score.Tell{Pass: 1, Fail: 1}, score.Tell{Pass: 3, Fail: 1})},
			[]score.Step{{Cause: score.PassingMoved, Points: 2500, Count: 2}}},
		{"an account joins, another leaves", []score.Shift{
			with(asked(finding.High, score.Tell{}, score.Tell{Pass: 1}), func(s *score.Shift) { s.HadAccount, s.HadRule = false, false }),
			with(asked(finding.High, score.Tell{Fail: 1}, score.Tell{}), func(s *score.Shift) { s.Account, s.HasAccount, s.HasRule = 2, false, false }),
			with(asked(finding.High, score.Tell{Pass: 1, Fail: 1}, score.Tell{Pass: 1, Fail: 1}), func(s *score.Shift) { s.Account = 3 }),
		}, []score.Step{{Cause: score.AccountsLeft, Points: 1667, Count: 1}, {Cause: score.AccountsJoined, Points: 1667, Count: 1}}},
		{"a rule is switched off, and another one changed", []score.Shift{
			with(asked(finding.High, score.Tell{Fail: 4}, score.Tell{}), func(s *score.Shift) { s.HasRule = false }),
			with(asked(finding.High, score.Tell{Pass: 4}, score.Tell{Pass: 2, Fail: 2}), func(s *score.Shift) { s.Changed, s.New = true, 2 }),
		}, []score.Step{{Cause: score.RulesChanged, Points: 0, Count: 6}}},
		{"findings that stand for a group's members: the counts decide",
			[]score.Shift{with(asked(finding.High, score.Tell{Pass: 10, Fail: 90}, score.Tell{Pass: 100}), func(s *score.Shift) { s.Fixed = 1 })},
			[]score.Step{{Cause: score.FixedIt, Points: 9000, Count: 90}}},
		{"findings that stand for a group's members: half of them are gone",
			[]score.Shift{with(asked(finding.High, score.Tell{Pass: 10, Fail: 40}, score.Tell{Pass: 10, Fail: 20}), func(s *score.Shift) { s.Gone = 1 })},
			[]score.Step{{Cause: score.Removed, Points: 1333, Count: 20}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, score.MovementOf(c.shifts).Steps); d != "" {
				t.Errorf("steps (-want +got)\n%s", d)
			}
		})
	}
}

func TestLosingSightIsNoRise(t *testing.T) {
	t.Parallel()
	m := score.MovementOf([]score.Shift{asked(finding.High, score.Tell{Pass: 50, Fail: 2}, score.Tell{Pass: 50, Unknown: 2})})
	if m.Comparable || m.After.Score <= m.Before.Score {
		t.Errorf("%v then %v, comparable %v", m.Before, m.After, m.Comparable)
	}
}

// Sight that is lost in one region and won in another is lost all the same.
func TestLosingSightOfAPlaceIsNoRise(t *testing.T) {
	t.Parallel()
	s := asked(finding.High, score.Tell{Pass: 20, Fail: 10, Unknown: 10}, score.Tell{Pass: 20, Unknown: 1})
	s.Then = []score.Place{{Name: "eu", Told: 10, Unknown: 10}, {Name: "us", Told: 20}}
	s.Now = []score.Place{{Name: "eu", Unknown: 1, Blind: true}, {Name: "us", Told: 20}}
	if m := score.MovementOf([]score.Shift{s}); m.Comparable || m.After.Score <= m.Before.Score {
		t.Errorf("%v then %v, comparable %v", m.Before, m.After, m.Comparable)
	}
	lost := asked(finding.High, score.Tell{Pass: 20, Fail: 10, Unknown: 30}, score.Tell{Pass: 40, Fail: 9, Unknown: 1})
	lost.Lost = 1
	if m := score.MovementOf([]score.Shift{lost}); m.Comparable {
		t.Error("a failure was lost sight of, and the rise is called one")
	}
}

func TestWithoutAScoreThereAreNoSteps(t *testing.T) {
	t.Parallel()
	s := asked(finding.High, score.Tell{Unknown: 3}, score.Tell{Pass: 3})
	if m := score.MovementOf([]score.Shift{s}); m.Comparable || m.Steps != nil {
		t.Errorf("%+v", m)
	}
}

// Whatever happened, and whatever findings say of it: the steps add up, both
// ends are the postures of the counts, and the order of the shifts is nothing.
func TestEveryMovementAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.IntRange(0, 70)
		tell := rapid.Custom(func(t *rapid.T) score.Tell {
			return score.Tell{Pass: few.Draw(t, "pass"), Fail: few.Draw(t, "fail"), Unknown: few.Draw(t, "unknown")}
		})
		shifts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) score.Shift {
			s := score.Shift{Account: rapid.Int64Range(1, 3).Draw(t, "account"), Rule: rapid.StringMatching(`[A-D]`).Draw(t, "rule"),
				Severity: rapid.SampledFrom(severities).Draw(t, "severity"), Changed: rapid.Bool().Draw(t, "changed"),
				Fixed: few.Draw(t, "fixed"), Gone: few.Draw(t, "gone"), New: few.Draw(t, "new"), Lost: few.Draw(t, "lost"), Found: few.Draw(t, "found")}
			s.HadAccount, s.HasAccount = rapid.Bool().Draw(t, "had"), rapid.Bool().Draw(t, "has")
			s.HadRule, s.HasRule = s.HadAccount && rapid.Bool().Draw(t, "asked"), s.HasAccount && rapid.Bool().Draw(t, "asks")
			if s.HadRule {
				s.Before = tell.Draw(t, "before")
			}
			if s.HasRule {
				s.After = tell.Draw(t, "after")
			}
			return s
		}), 0, 6).Draw(t, "shifts")
		m := score.MovementOf(shifts)
		var before, after []score.Count
		for _, s := range shifts {
			before = append(before, score.Count{Rule: s.Rule, Severity: s.Severity, Pass: s.Before.Pass, Fail: s.Before.Fail, Unknown: s.Before.Unknown})
			after = append(after, score.Count{Rule: s.Rule, Severity: s.Severity, Pass: s.After.Pass, Fail: s.After.Fail, Unknown: s.After.Unknown})
		}
		if b, a := score.PostureOf(before), score.PostureOf(after); b.Score != m.Before.Score || a.Score != m.After.Score || b.Coverage != m.Before.Coverage || a.Coverage != m.After.Coverage {
			t.Fatalf("from %v to %v, but the counts say from %v to %v", m.Before, m.After, b, a)
		}
		if m.Before.Assessed && m.After.Assessed {
			sum := 0
			for _, s := range m.Steps {
				sum += s.Points
			}
			if sum != m.After.Score-m.Before.Score {
				t.Fatalf("steps %+v come to %d, the score moved by %d", m.Steps, sum, m.After.Score-m.Before.Score)
			}
		}
		slices.Reverse(shifts)
		if d := cmp.Diff(m.Steps, score.MovementOf(shifts).Steps); d != "" {
			t.Fatalf("in another order (-first +then)\n%s", d)
		}
	})
}

func TestSharesAddUpToThePosture(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.IntRange(0, 200)
		counts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) score.Count {
			return score.Count{Severity: rapid.SampledFrom(severities).Draw(t, "severity"), Pass: few.Draw(t, "pass"), Fail: few.Draw(t, "fail"), Unknown: few.Draw(t, "unknown")}
		}), 0, 9).Draw(t, "counts")
		p := score.PostureOf(counts)
		var passed, told, all int64
		for _, s := range score.SharesOf(counts) {
			passed, told, all = passed+s.Passed, told+s.Told, all+s.All
		}
		if passed != p.Passed || told != p.Told || all != p.All {
			t.Fatalf("shares come to %d %d %d, the posture to %d %d %d", passed, told, all, p.Passed, p.Told, p.All)
		}
	})
}

// A large group weighs what 50 of it weigh, to the millionth, whatever of it
// passes.
func TestALargeGroupWeighsExactlyFifty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.IntRange(0, 100_000)
		c := score.Count{Severity: finding.High, Pass: some.Draw(t, "pass"), Fail: some.Draw(t, "fail"), Unknown: 51 + some.Draw(t, "unknown")}
		if p := score.PostureOf([]score.Count{c}); p.All != 250_000_000 || p.Passed > p.Told || p.Told > p.All {
			t.Fatalf("%+v weighs %d of %d of %d", c, p.Passed, p.Told, p.All)
		}
	})
}
