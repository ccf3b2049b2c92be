package pages

import "plumbline/web/parts"

// Owners is the ordered list of rules that say who owns what, as it holds or as
// somebody is changing it.
type Owners struct {
	Frame   parts.Frame
	Lead    string
	Notice  *Notice
	Path    string // where every form goes
	Version string // from which the change began
	Draft   string // the list as it stands on the page, for the next form
	Changed bool   // it is not the one that holds
	Rules   []OwnerRule
	Empty   *Empty
	Form    OwnerForm
	Preview *OwnerPreview
	Stale   *OwnerStale
}

// An OwnerRule is a line of the list.
type OwnerRule struct {
	Number   string
	When     string // the condition in words
	Owner    string
	Kind     string // and its address
	Fault    string
	Up, Down bool // it can be moved
	Open     bool // it is being edited
}

// An OwnerForm adds a rule or edits one.
type OwnerForm struct {
	Title, Button string
	Number        string // of the rule that is edited; "0" adds one
	Fault         string
	Fields        []OwnerField
	Owner         OwnerFields
	Cancel        bool // there is something to go back to
}

// An OwnerField is a part of the condition.
type OwnerField struct {
	ID, Label, Hint, Sample string
	Field
}

// OwnerFields are who it is given to.
type OwnerFields struct {
	Name, Kind, Email Field
	Known             []string
}

// An OwnerPreview is what the list would do.
type OwnerPreview struct {
	Counts []Change
	Rules  []OwnerShare
	Moves  []OwnerMove
	More   string // that moves are left out; "" if none are
	Text   string // where nothing would change
	Keep   bool   // it can be kept
}

// An OwnerShare is what one rule would own.
type OwnerShare struct{ Number, When, Owner, Open, Others, Passed, Note string }

// An OwnerMove is one finding that would have another owner.
type OwnerMove struct{ Href, Number, Rule, Name, Place, From, To, By string }

// An OwnerStale is the list that somebody else kept in the meantime.
type OwnerStale struct {
	Title, Text string
	Rules       []OwnerRule
	Version     string
}

// An OwnerCard is who owns a finding, on its page, and how to change that.
type OwnerCard struct {
	Text   string // why it is so
	Note   string // which rules could not be asked
	Assign string // address of the form; "" where the reader may not
	Return string // address that leaves it to the rules; "" where no person assigned it
	Fields OwnerFields
	Fault  string
}
