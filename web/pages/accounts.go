package pages

import "plumbline/web/parts"

// Accounts is the list of accounts.
type Accounts struct {
	Frame   parts.Frame
	Lead    string
	Connect bool // whether the reader may connect one
	Rows    []AccountRow
	Empty   *Empty
	Earlier string
	Later   string
	Others  *Unconnected // nil where there are none, and on all pages but the first
}

// Unconnected are accounts that connected ones list, and that are not scanned.
type Unconnected struct {
	Rows []UnconnectedRow
	More string // that there are more
	Who  string // who may connect them, for whom may not; "" for whom may
}

// An UnconnectedRow is one of them.
type UnconnectedRow struct {
	Provider, Name, ID string
	State              string // where it is not the usual one
	By                 Link   // the account that lists it
	Connect            string // address of the page that connects it; "" where the reader may not
}

// An AccountRow is one account in the list.
type AccountRow struct {
	Href, Name, ID  string
	Provider        string
	Tag             *parts.Tag // where it is not connected
	Groups          string
	Workloads       string
	Open, OpenHref  string
	NoData, Unknown string // how many are not assessed, and the list of them
	Last            State
	LastHref        string
	Next            string
	Gaps            State
	GapsHref        string
	Scan            string // address that starts a scan; "" where the reader may not
}

// Account is one account's page.
type Account struct {
	Frame      parts.Frame
	Title      string
	Lead       string
	Provider   string
	State      parts.Tag
	Notice     *Notice
	Facts      []parts.Fact
	Test       *Test
	TestNote   string // when it was tested, or that it never was
	Retest     string // address that tests again; "" where the reader may not
	Scans      []ScanRow
	NoScans    string
	Scan       string // address that starts a scan
	Edit       *AccountForm
	Disconnect string // address of the page that asks
	Events     *Events
}

// An AccountForm changes an account.
type AccountForm struct {
	Action string
	Fault  string // of the form as a whole
	Name   Field
	Every  Field
	Data   *UserData // nil where nothing signs in
}

// UserData is the switch for looking through user data.
type UserData struct {
	On    bool
	Whose string // "instance templates"; "" for whatever has some
	Costs string // what cannot be told without
	Rules []Link
}

// lookThrough says what the switch for user data does.
func lookThrough(whose string) string {
	if whose == "" {
		return "Look through user data for secrets"
	}
	return "Look through the user data of " + whose + " for secrets"
}

// A Field is one input of a form.
type Field struct {
	Value   string
	Fault   string // what is wrong with it, and what to do
	Options []Option
}

// An Option of a field.
type Option struct {
	Value, Text string
	Chosen      bool
}

// A Test is what a test of permissions told, a line for each call.
type Test struct {
	Tone, Title, Text string  // the outcome in a sentence
	Checks            []Check // what was refused
	Groups            []CheckGroup
	Answered          []Check
	Fold              string // over what was answered
}

// A CheckGroup is calls that were refused, without which the same rules cannot
// tell.
type CheckGroup struct {
	Costs  string
	Rules  []Link
	Checks []Check
}

// A Check is one line of a test.
type Check struct {
	OK    bool
	Text  string // what was tried and how it ended
	Call  string
	Where string // in which regions
	Said  string // the cloud's own words
	Costs string // what cannot be judged without it
	Rules []Link
	Fix   string // in a sentence
	Copy  string // id of the text to copy; "" where there is nothing to
}

// Onboarding connects an account: one page, three steps.
type Onboarding struct {
	Frame     parts.Frame
	Cloud     string // "aws" or "ibm"
	Action    string // the address of this page with its state
	Keep      string // the external ID, if another choice of cloud is to keep it
	External  string
	Tools     []Tool
	Unknown   string // what to put where the program does not know who it is
	Wanted    string // IBM Cloud: the account that is to be connected, where that is chosen; "" for the service's own
	Fault     string // of the form as a whole
	Faults    []Link // each fault of a field, leading to it
	Own       bool   // with the identity that the program runs with
	Role      Field
	Profile   Field // IBM Cloud: the id of a trusted profile
	Name      Field
	Every     Field
	Data      *UserData
	Test      *Test
	Connect   string // the words on the button
	Permitted []Permission
}

// A Permission is an action or a role that a scan needs.
type Permission struct{ Text, Why string }

// A Tool is one way to create the identity.
type Tool struct {
	ID, Name string
	Text     string // how to use what follows
	Blocks   []parts.Code
}

// A Confirm page asks once before something that cannot be taken back.
type Confirm struct {
	Frame  parts.Frame
	Crumbs []Link
	Title  string
	Text   []string // the consequence
	Action string
	Button string
	Back   Link
}
