// Package path tells the way from the internet to what a workload's credentials
// may do: past which gates, through which weakness of its metadata service, as
// which identity; and which single change would cut it.
//
// It works from the facts of one workload, for any provider. It asks nobody and
// judges no rule.
package path

import "plumbline/internal/fact"

// A State says how a path stands.
type State string

// The states of a path.
const (
	None     State = ""         // there is no way, and nothing is open about that
	Whole    State = "whole"    // every step is certain
	Possible State = "possible" // nothing known cuts it, and not everything is known
	Cut      State = "cut"      // a step of it is missing: Path.Broken says which
)

// A Path is the way in to one workload's credentials.
type Path struct {
	State  State
	Broken string // of a cut path: the Kind of the first step that is missing
	Steps  []Step // from the internet inwards; of a cut path those that are there, and the missing one
	Cuts   []Fix  // single changes of which each breaks it, the cheapest first; none unless whole or possible
}

// A Step is a place on the way.
type Step struct {
	Kind    string // internet, gate, workload, metadata, identity, power
	Title   string // "Security group sg-0b"
	Detail  string // "allows tcp 443 from 0.0.0.0/0"
	ID      string // the provider's id or uid, "" if there is none
	Passes  bool   // it lets an attacker on; false for the step that is missing
	Certain bool
	From    *fact.Origin // the document that says so; nil where there is none
	Path    string       // JSON pointer in it
}

// A Fix is one change that breaks a path.
type Fix struct {
	Kind    string   // tokens, https, endpoint, exposure, identity
	Title   string   // "Require session tokens"
	Why     string   // what it costs and what it needs, in a sentence or two
	Command string   // to paste; "" where none is known
	Rules   []string // ids of rules that ask for it, "AWS-IMDS-001"
}
