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

// Of scans by other rules nobody says that the estate improved, whoever changed
// the rules: people here, a directory, or an upgrade.
func TestScansByOtherRulesAreNotCompared(t *testing.T) {
	t.Parallel()
	tally := []Tally{{Rule: "AWS-IMDS-001", Severity: finding.High, Region: "eu-west-1", Pass: 5, Fail: 1}}
	before := &Record{Tally: tally, Rulebook: 3, Engine: "1.2.0+rules.0a1b2c3d"}
	for about, c := range map[string]struct {
		rulebook int64
		engine   string
		want     bool
	}{
		"the same rules":               {3, "1.2.0+rules.0a1b2c3d", true},
		"a change was approved here":   {4, "1.2.0+rules.0a1b2c3d", false},
		"another file in a directory":  {3, "1.2.0+rules.ffffffff", false},
		"the directory is gone":        {3, "1.2.0", false},
		"another version of Plumbline": {3, "1.3.0+rules.0a1b2c3d", false},
	} {
		if got := Comparable(before, &Record{Tally: tally, Rulebook: c.rulebook, Engine: c.engine}); got != c.want {
			t.Errorf("%s: comparable is %v, want %v", about, got, c.want)
		}
	}
}
