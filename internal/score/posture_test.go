package score_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/finding"
	"plumbline/internal/score"
)

func TestPostureIsPrintedWithCoverageAndRange(t *testing.T) {
	t.Parallel()
	high := func(pass, fail, unknown int) score.Count {
		return score.Count{Rule: "H", Severity: finding.High, Pass: pass, Fail: fail, Unknown: unknown}
	}
	low := func(pass, fail, unknown int) score.Count {
		return score.Count{Rule: "L", Severity: finding.Low, Pass: pass, Fail: fail, Unknown: unknown}
	}
	for _, c := range []struct {
		case_  string
		counts []score.Count
		want   string
	}{
		{"nothing was looked at", nil, "no score, 0 % assessed"},
		{"nothing could be told", []score.Count{high(0, 0, 9)}, "no score, 0 % assessed"},
		{"information has no weight", []score.Count{{Rule: "I", Severity: finding.Info, Pass: 3, Fail: 4}}, "no score, 0 % assessed"},
		{"all is well", []score.Count{high(3, 0, 0)}, "100, 100 % assessed (100–100)"},
		{"nothing is well", []score.Count{high(0, 3, 0)}, "0, 100 % assessed (0–0)"},
		{"one of four fails", []score.Count{high(3, 1, 0)}, "75, 100 % assessed (75–75)"},
		{"a high weighs five lows", []score.Count{high(0, 1, 0), low(5, 0, 0)}, "50, 100 % assessed (50–50)"},
		{"the unknown widens the range", []score.Count{high(6, 2, 2)}, "75, 80 % assessed (60–80)"},
		{"a large group counts as fifty", []score.Count{high(0, 5_000, 0), high(50, 0, 0)}, "50, 100 % assessed (50–50)"},
		{"a large group is scaled in proportion", []score.Count{high(750, 250, 0)}, "75, 100 % assessed (75–75)"},
		{"one failure among a million is not all well", []score.Count{high(999_999, 1, 0)}, "99, 100 % assessed (99–99)"},
		{"one unknown among a million is not all seen", []score.Count{high(999_999, 0, 1)}, "100, 99 % assessed (99–100)"},
	} {
		t.Run(c.case_, func(t *testing.T) {
			t.Parallel()
			if got := score.PostureOf(c.counts).String(); got != c.want {
				t.Errorf("want %s, got %s", c.want, got)
			}
		})
	}
}

func TestLosingSightIsNoImprovement(t *testing.T) {
	t.Parallel()
	of := func(pass, fail, unknown int) score.Posture {
		return score.PostureOf([]score.Count{{Rule: "H", Severity: finding.High, Pass: pass, Fail: fail, Unknown: unknown}})
	}
	for _, c := range []struct {
		case_         string
		before, after score.Posture
		want          bool
	}{
		{"nothing changed", of(8, 2, 0), of(8, 2, 0), true},
		{"something was mended", of(8, 2, 0), of(9, 1, 0), true},
		{"something broke", of(8, 2, 0), of(7, 3, 0), true},
		{"more is seen and the score rises", of(6, 2, 2), of(8, 2, 0), true},
		{"a failure is no longer seen", of(8, 2, 0), of(8, 1, 1), false},
		{"a little is lost and the score falls", of(990, 10, 0), of(980, 10, 10), true},
		{"a little is lost and the score rises", of(980, 20, 0), of(980, 19, 1), false},
		{"one of a million is lost and the score rises", of(999_990, 10, 0), of(999_990, 9, 1), false},
		{"more than two points are lost and the score falls", of(1000, 0, 0), of(900, 60, 40), false},
		{"nothing can be told any more", of(8, 2, 0), of(0, 0, 10), false},
		{"nothing could be told before", of(0, 0, 10), of(8, 2, 0), false},
	} {
		t.Run(c.case_, func(t *testing.T) {
			t.Parallel()
			if got := score.Comparable(c.before, c.after); got != c.want {
				t.Errorf("want comparable %v, got %v: %v to %v", c.want, got, c.before, c.after)
			}
		})
	}
}

func counts(t *rapid.T) []score.Count {
	n := rapid.IntRange(0, 200)
	one := rapid.Custom(func(t *rapid.T) score.Count {
		return score.Count{Severity: rapid.SampledFrom(severities).Draw(t, "severity"), Pass: n.Draw(t, "pass"),
			Fail: n.Draw(t, "fail"), Unknown: n.Draw(t, "unknown")}
	})
	return rapid.SliceOfN(one, 0, 8).Draw(t, "counts")
}

func TestPostureLiesInItsRangeInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cs := counts(t)
		p := score.PostureOf(cs)
		if p.Assessed && (p.Low > p.Score || p.Score > p.High) {
			t.Fatalf("%+v lies outside its range", p)
		}
		if p.Coverage < 0 || p.Coverage > 10_000 || p.Low < 0 || p.High > 10_000 {
			t.Fatalf("%+v is no share", p)
		}
		if (p.Coverage == 10_000) != (p.Assessed && p.Told == p.All) {
			t.Fatalf("%+v claims to have seen all", p)
		}
		if got := score.PostureOf(rapid.Permutation(cs).Draw(t, "order")); !reflect.DeepEqual(got, p) {
			t.Fatalf("in another order %+v, not %+v", got, p)
		}
	})
}

func TestMendingNeverLowersThePosture(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cs := counts(t)
		if len(cs) == 0 {
			return
		}
		before := score.PostureOf(cs)
		i := rapid.IntRange(0, len(cs)-1).Draw(t, "which")
		if cs[i].Fail == 0 {
			return
		}
		cs[i].Fail--
		cs[i].Pass++
		if after := score.PostureOf(cs); after.Score < before.Score || after.Low < before.Low || after.High < before.High {
			t.Fatalf("from %+v to %+v", before, after)
		}
	})
}

func TestNoLossOfSightLooksLikeARise(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cs := counts(t)
		before := score.PostureOf(cs)
		for i := range cs {
			for range rapid.IntRange(0, 3).Draw(t, "lost") {
				switch {
				case cs[i].Fail > 0:
					cs[i].Fail--
				case cs[i].Pass > 0:
					cs[i].Pass--
				default:
					continue
				}
				cs[i].Unknown++
			}
		}
		after := score.PostureOf(cs)
		if after.Score > before.Score && score.Comparable(before, after) {
			t.Fatalf("from %+v to %+v is called a rise", before, after)
		}
	})
}

func TestAPlaceThatWentOutOfSightIsNoRise(t *testing.T) {
	t.Parallel()
	// A region with three unknowns is cut: coverage rises, for one gap stands
	// for whatever was there.
	before := score.PostureOf([]score.Count{{Rule: "AWS-IMDS-001", Severity: finding.High, Pass: 8, Fail: 2, Unknown: 3,
		Places: []score.Place{{Name: "eu-west-1", Told: 1}, {Name: "us-east-1", Told: 9}}}})
	after := score.PostureOf([]score.Count{{Rule: "AWS-IMDS-001", Severity: finding.High, Pass: 8, Fail: 1, Unknown: 1,
		Places: []score.Place{{Name: "eu-west-1", Blind: true}, {Name: "us-east-1", Told: 9}}}})
	if after.Coverage <= before.Coverage || after.Score <= before.Score {
		t.Fatalf("the example does not show a rise: %s, %s", before, after)
	}
	if score.Comparable(before, after) {
		t.Errorf("from %s to %s is called a rise, though a place went out of sight", before, after)
	}
	darker := after
	darker.Places = []score.Place{{Name: "AWS-IMDS-001 eu-west-1", Blind: true}, {Name: "AWS-IMDS-001 us-east-1", Told: 3, Blind: true}}
	darker.Passed = darker.Told
	if score.Comparable(after, darker) {
		t.Error("a place that was half blind and told less is called a rise")
	}
	if regained := score.PostureOf([]score.Count{{Rule: "AWS-IMDS-001", Severity: finding.High, Pass: 20, Fail: 2}}); !score.Comparable(after, regained) {
		t.Errorf("from %s to %s is not comparable, though a place came into sight", after, regained)
	}
}

func TestAFailureThatCannotBeToldAnyMoreIsNoRise(t *testing.T) {
	t.Parallel()
	place := func(told, unknown int) []score.Place {
		return []score.Place{{Name: "us-east-1", Told: told, Unknown: unknown}}
	}
	// Elsewhere three unknowns were cured, so that coverage rises as well.
	before := score.PostureOf([]score.Count{
		{Rule: "AWS-IMDS-004", Severity: finding.Medium, Fail: 1, Places: place(1, 0)},
		{Rule: "AWS-IMDS-001", Severity: finding.High, Pass: 5, Unknown: 3, Places: place(5, 3)}})
	after := score.PostureOf([]score.Count{
		{Rule: "AWS-IMDS-004", Severity: finding.Medium, Unknown: 1, Places: place(0, 1)},
		{Rule: "AWS-IMDS-001", Severity: finding.High, Pass: 8, Places: place(8, 0)}})
	if after.Score <= before.Score || after.Coverage <= before.Coverage {
		t.Fatalf("the example does not show a rise: %s, %s", before, after)
	}
	if score.Comparable(before, after) {
		t.Errorf("from %s to %s is called a rise, though a failure was lost sight of", before, after)
	}
}
