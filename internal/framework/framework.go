// Package framework reads frameworks of controls, and says from what rules told
// whether a control holds.
//
// A framework is a YAML file. Each of its controls names the rules that speak
// about it and who says so, or an attestation, or why nothing can be told. The
// package opens no file by itself, judges no subject, has no clock, and holds no
// control's copyrighted text.
package framework

import (
	"time"
)

// A Framework is a list of controls that somebody publishes.
type Framework struct {
	ID        string // "cis-aws-3.0"
	Name      string // "CIS Amazon Web Services Foundations Benchmark"
	Publisher string
	Edition   string // "3.0.0"
	About     string // what it is, in our words
	Providers []string
	Source    string // address of the publisher's own page; "" if there is none
	Licence   string // how its texts may be used, in a sentence; ours are our own words
	All       int    // how many controls the publisher lists, ours or not; 0 if that is not known
	Groups    []Group
	File      string
	Version   string // first 12 hex digits of the file's sha256
}

// A Group is a part of a framework, in its order.
type Group struct {
	ID, Title string
	Controls  []Control
}

// A Control is one demand.
type Control struct {
	ID    string // as the publisher numbers it: "5.6", "EC2.8"
	Title string // in our words
	Text  string // what it asks for, in our words; may be empty
	Rules []Mapping
	// Attest is what somebody has to state where no machine can check; "" is
	// nothing. It stands beside rules or alone.
	Attest string
	// Cannot says why neither a rule nor a statement can tell; "" is not so.
	Cannot string
	// Comes says what it waits for: "with IBM Cloud", "with the host probe".
	Comes string
}

// A Mapping is a rule that speaks about a control, and who says that it does.
type Mapping struct {
	Rule   string
	Status Status
	Source string // which test of the publisher, or whose mapping and which commit
	Note   string // what the rule leaves out or asks beyond
}

// A Status says who holds that a rule speaks about a control.
type Status string

// The statuses. Coverage counts those of publishers; the others only where an
// officer switched them on.
const (
	Publisher  Status = "publisher"
	ThirdParty Status = "third_party"
	Judgement  Status = "judgement"
)

// A State is how a control stands, worst first.
type State string

// The states of a control in a week, in the order in which they win.
const (
	Overdue     State = "overdue"      // a failure is past its due date
	NoData      State = "no_data"      // not known for more than two days
	Failing     State = "failing"      // within its due date
	Accepted    State = "accepted"     // by an exception; none yet
	Attested    State = "attested"     // stated, not measured
	Passing     State = "passing"      //
	NotAssessed State = "not_assessed" // nothing assesses it
)

// A Week is how a control stood from one Monday to the next.
type Week struct {
	From  time.Time // Monday 00:00, UTC
	State State
	Pass  int // subjects at its end
	Fail  int
	Over  int // of Fail: past their due date
	NoTel int // that could not be told
}
