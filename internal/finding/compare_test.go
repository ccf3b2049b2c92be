package finding

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/estate"
)

func verdict(rule, uid string, o Outcome) Verdict {
	return Verdict{Rule: rule, Outcome: o, Subject: estate.Subject{UID: uid, Region: "eu-west-1"}}
}

func look(whole bool, vs ...Verdict) Look {
	return Look{Verdicts: vs, Whole: func(string, string) bool { return whole }}
}

func uids(vs []Verdict) []string {
	var out []string
	for _, v := range vs {
		out = append(out, v.Subject.UID)
	}
	return out
}

func TestCompare(t *testing.T) {
	t.Parallel()
	before := look(true, verdict("R", "still", Fail), verdict("R", "fixed", Fail), verdict("R", "unseen", Fail), verdict("R", "untold", Fail), verdict("R", "fine", Pass))
	seen := []Verdict{verdict("R", "still", Fail), verdict("R", "fixed", Pass), verdict("R", "untold", Unknown), verdict("R", "fine", Pass), verdict("R", "new", Fail)}
	t.Run("a complete listing makes what it lacks gone", func(t *testing.T) {
		t.Parallel()
		c := Compare(before, look(true, seen...))
		want := map[string][]string{"new": {"new"}, "still": {"still"}, "fixed": {"fixed"}, "gone": {"unseen"}, "lost": {"untold"}}
		got := map[string][]string{"new": uids(c.New), "still": uids(c.Still), "fixed": uids(c.Fixed), "gone": uids(c.Gone), "lost": uids(c.Lost)}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("changes (-want +got):\n%s", d)
		}
	})
	t.Run("a refused listing makes what it lacks lost, never fixed", func(t *testing.T) {
		t.Parallel()
		c := Compare(before, look(false, seen...))
		if d := cmp.Diff([]string{"unseen", "untold"}, uids(c.Lost)); d != "" {
			t.Errorf("lost (-want +got):\n%s", d)
		}
		if len(c.Gone) > 0 {
			t.Errorf("gone: %v", uids(c.Gone))
		}
	})
}

// Whatever is seen or not seen: a failure never leaves the sum without being
// named as fixed, gone or lost, and nothing is fixed that was not seen to pass.
func TestCompareLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := genLook(t, "before"), genLook(t, "after")
		c := Compare(before, after)
		passes := map[string]bool{}
		for _, v := range after.Verdicts {
			passes[v.Subject.UID] = v.Outcome == Pass
		}
		for _, v := range c.Fixed {
			if !passes[v.Subject.UID] {
				t.Fatalf("%s is called fixed and does not pass", v.Subject.UID)
			}
		}
		named := map[string]int{}
		for _, l := range [][]Verdict{c.Still, c.Fixed, c.Gone, c.Lost} {
			for _, v := range l {
				named[v.Subject.UID]++
			}
		}
		for _, v := range before.Verdicts {
			if v.Outcome == Fail && named[v.Subject.UID] != 1 {
				t.Fatalf("%s failed before and is named %d times", v.Subject.UID, named[v.Subject.UID])
			}
		}
	})
}

func genLook(t *rapid.T, label string) Look {
	whole := rapid.Bool().Draw(t, label+" whole")
	var vs []Verdict
	for _, uid := range []string{"a", "b", "c", "d", "e"} {
		if o := Outcome(rapid.IntRange(0, 4).Draw(t, label+" "+uid)); o != 0 {
			vs = append(vs, verdict("R", uid, o))
		}
	}
	return look(whole, vs...)
}
