package scan

import (
	"testing"

	"plumbline/internal/finding"
)

// One failure is lost sight of while another subject of the same place comes
// into sight and passes: the tallies are as before but for the rise.
func TestALostFailureMakesARiseIncomparable(t *testing.T) {
	t.Parallel()
	tally := func(pass, fail int) []Tally {
		return []Tally{{Rule: "AWS-IMDS-001", Severity: finding.High, Region: "eu-west-1", Pass: pass, Fail: fail, Unknown: 1}}
	}
	before := &Record{Tally: tally(5, 1)}
	lost := &Record{Tally: tally(6, 0), Changes: map[finding.Change]int{finding.LostIt: 1}}
	fixed := &Record{Tally: tally(6, 0), Changes: map[finding.Change]int{finding.Fixed: 1}}
	if Comparable(before, lost) {
		t.Error("losing sight of a failure is called a rise")
	}
	if !Comparable(before, fixed) {
		t.Error("mending a failure is not called a rise")
	}
}
