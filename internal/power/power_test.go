package power_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/power"
)

func TestLevelsAreOrdered(t *testing.T) {
	t.Parallel()
	want := []power.Level{power.Admin, power.Escalation, power.Write, power.DataRead, power.Read, power.Limited, power.None}
	if !slices.Equal(power.Levels, want) {
		t.Errorf("the order is %v", power.Levels)
	}
	for i, l := range power.Levels {
		if l.Rank() != len(power.Levels)-1-i {
			t.Errorf("%s has rank %d", l, l.Rank())
		}
		if power.Words()[i] != string(l) {
			t.Errorf("the word for %s is %s", l, power.Words()[i])
		}
	}
	for _, l := range []power.Level{"", "unknown", "Admin"} {
		if l.Rank() != -1 {
			t.Errorf("%q is no level and has rank %d", l, l.Rank())
		}
	}
}

// TestTwoLevelsTogether: what two grants come to is the stronger, in whatever
// order they are named.
func TestTwoLevelsTogether(t *testing.T) {
	t.Parallel()
	level := rapid.SampledFrom(power.Levels)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := level.Draw(t, "a"), level.Draw(t, "b"), level.Draw(t, "c")
		if power.Max(a, b) != power.Max(b, a) {
			t.Fatal("the order matters")
		}
		if power.Max(a, power.Max(b, c)) != power.Max(power.Max(a, b), c) {
			t.Fatal("how they are grouped matters")
		}
		if m := power.Max(a, b); m != a && m != b || m.Rank() < a.Rank() || m.Rank() < b.Rank() {
			t.Fatalf("%s and %s come to %s", a, b, m)
		}
		if power.Max(a, power.None) != a || power.Max(a, a) != a {
			t.Fatal("nothing adds nothing, and neither does the same again")
		}
	})
}
