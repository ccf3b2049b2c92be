package finding

import (
	"testing"

	"pgregory.net/rapid"
)

// walk steps a finding through what scans saw of it.
func walk(was State, saw ...Sight) (moves []Move, is State) {
	for _, s := range saw {
		is, change := Step(was, s)
		if is != was {
			moves = append(moves, Move{was, is, change})
		}
		was = is
	}
	return moves, was
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		was  State
		saw  []Sight
		want Change
	}{
		{"nothing happened", Open, []Sight{SawFail, SawFail}, NoChange},
		{"a void scan saw it pass, and so did the finished one", Open, []Sight{SawPass, SawPass}, Fixed},
		{"a void scan saw it fail first", None, []Sight{SawFail, SawFail}, New},
		{"mended and broken again between two finished scans", Open, []Sight{SawPass, SawFail}, Still},
		{"out of sight and back between two finished scans", Open, []Sight{SawUnknown, SawFail}, Still},
		{"it came back in a void scan", Resolved, []Sight{SawFail, SawFail}, CameBack},
		{"it came back, and was mended", Resolved, []Sight{SawFail, SawPass}, NoChange},
		{"it came back in a void scan and is out of sight", Resolved, []Sight{SawFail, OutOfSight}, CameBack},
		{"a void scan alone saw it fail, and now it is out of sight", None, []Sight{SawFail, OutOfSight}, New},
		{"a void scan alone saw it fail, and the finished one saw it pass", None, []Sight{SawFail, SawPass}, NoChange},
		{"a void scan alone saw it fail, and now it is no more", None, []Sight{SawFail, NotListed}, NoChange},
		{"a void scan could not tell it, the finished one cannot either", Open, []Sight{SawUnknown, SawUnknown}, LostIt},
		{"a void scan could not tell it, and now it is no more", Open, []Sight{SawUnknown, NotListed}, GoneAway},
		{"fixed in a void scan and unknown now: it was fixed", Open, []Sight{SawPass, SawUnknown}, Fixed},
		{"fixed in a void scan, and its rule is gone now: it was fixed", Open, []Sight{SawPass, NotAsked}, Fixed},
		{"out of sight in a void scan, and its rule is gone now", Open, []Sight{SawUnknown, NotAsked}, Retired},
		{"told by a void scan", NoData, []Sight{SawPass, SawPass}, Told},
		{"told by a void scan, and untold again", NoData, []Sight{SawPass, SawUnknown}, NoChange},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			moves, _ := walk(tt.was, tt.saw...)
			if got := Fold(moves); got != tt.want {
				t.Errorf("%v fold to %q, want %q", moves, got, tt.want)
			}
		})
	}
}

func TestOneMoveFoldsToItsOwnChange(t *testing.T) {
	t.Parallel()
	for _, was := range states {
		for _, saw := range sights {
			moves, _ := walk(was, saw)
			if len(moves) == 1 && Fold(moves) != moves[0].Change {
				t.Errorf("%v folds to %q", moves[0], Fold(moves))
			}
		}
	}
}

// balance is by how many a change makes the failing findings more.
var balance = map[Change]int{New: 1, CameBack: 1, Fixed: -1, GoneAway: -1, Retired: -1}

func TestFoldedChangesAddUp(t *testing.T) {
	t.Parallel()
	count := map[bool]int{true: 1}
	rapid.Check(t, func(t *rapid.T) {
		was := rapid.SampledFrom(states).Draw(t, "was")
		moves, is := walk(was, rapid.SliceOfN(rapid.SampledFrom(sights), 1, 6).Draw(t, "saw")...)
		change := Fold(moves)
		if got, want := balance[change], count[is.failing()]-count[was.failing()]; got != want {
			t.Errorf("%v fold to %q, which counts %d; %d is due", moves, change, got, want)
		}
		if (change == LostIt) != (was == Open && is == Lost) {
			t.Errorf("%v fold to %q", moves, change)
		}
	})
}
