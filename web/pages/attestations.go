package pages

import "plumbline/web/parts"

// Attestations is the list of attestations.
type Attestations struct {
	Frame          parts.Frame
	Propose        string // address of the form; "" where the reader may not
	Notices        []Notice
	Filters        []Dropdown
	Clear          string // address of the list without a filter; "" where there is none
	Rows           []AttestationRow
	Empty          *Empty
	Earlier, Later string
}

// A Dropdown is a list to choose one from.
type Dropdown struct {
	ID, Label string
	Options   []Pick
}

// An AttestationRow is one attestation in the list.
type AttestationRow struct {
	Href, Statement string
	About, In       string // the control or topic, and the framework's name
	Accounts        string
	Owner           string
	Evidence        string
	State           parts.Tag
	Sub             string // when it ends, or what it waits for
}

// AttestationForm proposes an attestation.
type AttestationForm struct {
	Frame     parts.Frame
	Title     string
	Fault     string // of the form as a whole
	Faults    []Link // each fault of a field, leading to it
	About     AboutField
	Statement Field
	Whole     bool
	Accounts  []Pick
	NoAccount string // what is wrong with the choice of accounts
	Owner     Field
	Link      Field
	File      string // what is wrong with the file
	Evidence  string // what is wrong with both
	From      Field
	Until     Field
	Renews    *Link // the former one
	Former    string
}

// An AboutField chooses what an attestation is about.
type AboutField struct {
	Groups []AboutGroup
	Fault  string
	Fixed  *Pick  // it is settled: a renewal is about the same
	Asks   string // what the control asks somebody to state
}

// An AboutGroup is a framework with its controls, or the topics.
type AboutGroup struct {
	Name    string
	Options []Pick
}

// Attestation is one attestation's page.
type Attestation struct {
	Frame     parts.Frame
	Title     string
	Lead      string
	State     parts.Tag
	Done      *Notice // what the form that led here has done
	Notice    Notice  // what it counts for now
	Statement string
	Facts     []parts.Fact
	Link      string
	File      *AttestationFile
	Decide    *AttestationAct
	Undecided string // why the reader may not decide; "" where there is nothing to decide
	Withdraw  *AttestationAct
	Renew     string
	History   History
}

// An AttestationFile is evidence that was uploaded.
type AttestationFile struct{ Name, Href, Size, SHA256 string }

// An AttestationAct is a form that does something with an attestation.
type AttestationAct struct {
	Action, Other string // addresses; Other refuses
	Note          Field
	Needs         bool // a note is needed
	Text          string
}
