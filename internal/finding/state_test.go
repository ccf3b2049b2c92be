package finding

import "testing"

var (
	states = []State{None, Open, NoData, Lost, Resolved, Gone}
	sights = []Sight{SawFail, SawUnknown, SawPass, SawNotApplicable, NotListed, OutOfSight, NotAsked}
)

func TestStep(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		was    State
		saw    Sight
		state  State
		change Change
	}{
		{"a first failure is new", None, SawFail, Open, New},
		{"a failure seen again is still there", Open, SawFail, Open, Still},
		{"a failure that passes is fixed", Open, SawPass, Resolved, Fixed},
		{"a failure that comes back after a pass is reopened", Resolved, SawFail, Open, CameBack},
		{"a failure we can no longer tell is lost sight of", Open, SawUnknown, Lost, LostIt},
		{"a failure whose listing was refused is lost sight of", Open, OutOfSight, Lost, LostIt},
		{"a failure whose subject a complete listing lacks is gone", Open, NotListed, Gone, GoneAway},
		{"a failure of an instance that was terminated is gone", Open, SawNotApplicable, Gone, GoneAway},
		{"a lost failure that is seen again is still there, not new", Lost, SawFail, Open, Still},
		{"a lost failure that passes is fixed", Lost, SawPass, Resolved, Fixed},
		{"a lost failure stays lost", Lost, SawUnknown, Lost, NoChange},
		{"what could never be told is no data", None, SawUnknown, NoData, Untold},
		{"no data that passes is told", NoData, SawPass, Resolved, Told},
		{"no data that fails is new", NoData, SawFail, Open, New},
		{"no data out of sight stays no data", NoData, OutOfSight, NoData, NoChange},
		{"a resolved finding that can no longer be told is no data", Resolved, SawUnknown, NoData, Untold},
		{"a resolved finding out of sight stays resolved", Resolved, OutOfSight, Resolved, NoChange},
		{"a gone thing that fails again is new", Gone, SawFail, Open, New},
		{"a pass makes no finding", None, SawPass, None, NoChange},
		{"a failure whose rule has left the catalogue is retired, neither fixed nor lost", Open, NotAsked, Gone, Retired},
		{"a lost failure whose rule has left the catalogue is retired", Lost, NotAsked, Gone, Retired},
		{"no data whose rule has left the catalogue is over", NoData, NotAsked, Gone, NoChange},
		{"a resolved finding whose rule has left the catalogue stays resolved", Resolved, NotAsked, Resolved, NoChange},
		{"a retired failure whose rule comes back is new", Gone, SawFail, Open, New},
		{"a question that does not arise makes no finding", None, SawNotApplicable, None, NoChange},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			state, change := Step(tt.was, tt.saw)
			if state != tt.state || change != tt.change {
				t.Errorf("Step(%q, %d) = %q, %q; want %q, %q", tt.was, tt.saw, state, change, tt.state, tt.change)
			}
		})
	}
}

// The laws hold for every state and every sight.
func TestStepLaws(t *testing.T) {
	t.Parallel()
	for _, was := range states {
		for _, saw := range sights {
			state, change := Step(was, saw)
			if (change == Fixed || change == Told) && saw != SawPass {
				t.Errorf("Step(%q, %d) says %q without a pass", was, saw, change)
			}
			if state == Resolved && was != Resolved && saw != SawPass {
				t.Errorf("Step(%q, %d) resolves without a pass", was, saw)
			}
			if (saw == SawUnknown || saw == OutOfSight) && (state == Gone && was != Gone || state == Open) {
				t.Errorf("Step(%q, %d) = %q: what cannot be seen may neither vanish nor fail", was, saw, state)
			}
			if saw == SawFail && state != Open {
				t.Errorf("Step(%q, fail) = %q, want open", was, state)
			}
			if again, ch := Step(state, saw); again != state || ch != NoChange && ch != Still {
				t.Errorf("the same sight again turns %q into %q (%q)", state, again, ch)
			}
		}
	}
}

func TestKeysDoNotCollideByConcatenation(t *testing.T) {
	t.Parallel()
	if KeyOf("AB", "C") == KeyOf("A", "BC") {
		t.Error("keys of (AB, C) and (A, BC) are the same")
	}
}

// Findings are kept by their key: if it changed, every one of them would be
// new and its history lost.
func TestAKeyNeverChanges(t *testing.T) {
	t.Parallel()
	const want = "3f23dafc92e0a68f1cde2133007fda3a1c827c2f03b2c9f3fe8518a9eba9ce4a"
	if got := KeyOf("AWS-IMDS-001", "aws:ec2:123456789012:i-0").String(); got != want {
		t.Errorf("the key is %s and was %s", got, want)
	}
}
