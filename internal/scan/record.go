package scan

import (
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/snapshot"
)

// A State is where a scan stands.
type State string

// The states of a scan.
const (
	Running     State = "running"
	Finished    State = "finished"    // every question ended, with an answer or a refusal
	Interrupted State = "interrupted" // the program stopped in the middle
	Cancelled   State = "cancelled"   // a person stopped it
	Failed      State = "failed"      // void: the login, the database
)

// A Record is a scan as it is kept.
type Record struct {
	Number    int64
	Provider  string
	Account   string
	State     State
	Reason    string // why it failed or was interrupted, in a sentence
	StartedAt time.Time
	EndedAt   time.Time // zero while running
	Engine    string    // version of the program and, after a plus sign, of a directory's rules
	Asker     string    // who started it: a person or the schedule; "" for the command line
	Workloads int
	Written   int // resource rows written; 0 for an unchanged estate
	Changes   map[finding.Change]int
	Tally     []Tally
	Answers   []snapshot.Answer

	// Rulebook is the revision of the rules by which it judged; 0 is the rules as
	// they come.
	Rulebook int64
	// Look is the scan whose documents this one judged again, without asking the
	// cloud; 0 where it asked.
	Look int64
	// LookEnded is when the scan Look ended; zero where Look is 0.
	LookEnded time.Time
}

// Asked is when the cloud was asked last: the end of this scan, or of the one
// whose documents it judged again.
func (r *Record) Asked() time.Time {
	if r.Look != 0 {
		return r.LookEnded
	}
	return r.EndedAt
}

// A Tally counts the outcomes of one rule in one region.
type Tally struct {
	Rule     string
	Severity finding.Severity
	Region   string
	Pass     int
	Fail     int
	Unknown  int // gaps included
	Gaps     int // places where nobody looked in full; those that are not assessed are in Unknown too
	NA       int
}
