package pages

import "plumbline/web/parts"

// RuleList is the list of rules.
type RuleList struct {
	Frame   parts.Frame
	Lead    string
	New     bool    // the reader may write one
	Unread  *Notice // rules that were approved and are left out
	Waiting *Notice
	Working *Notice // accounts are being judged again
	Views   []Link
	Bar     *Bar
	Problem *Problem
	Rows    []RuleLine
	Empty   *Empty
	Footer  string
	Earlier string
	Later   string
}

// A RuleLine is one rule in the list. A count without an address is not a link.
type RuleLine struct {
	Href, ID, Title  string
	Severity         parts.Severity
	For, Provider    string
	Tags             []parts.Tag
	Pass             string
	Fail, FailHref   string
	NoData, DataHref string
}

// RuleSheet is one rule's page.
type RuleSheet struct {
	Frame      parts.Frame
	ID, Title  string
	Fault      string
	Severity   parts.Severity
	Provider   string
	Tags       []parts.Tag
	Notices    []Notice
	Unread     *RuleCheck // why what was written here is left out
	Bare       bool       // nothing is known of it but its id
	Counts     []Change
	CountsNote string
	Why        []string
	Asked      string // of whom
	Applies    *parts.Code
	Pass       *parts.Code
	Params     []RuleParam
	Reads      []RuleRead
	Silenced   []string // calls without which it cannot tell
	NoCall     string   // why no permission is named
	Fix        *Fix
	FixFor     string // the example that it is filled in for
	Note       []string
	Assumes    []string
	References []Link
	Controls   []RuleControl
	Examples   []RuleExample
	History    []RuleEvent
	File       parts.Code
	Facts      []parts.Fact
	Actions    []Link
	MayNot     string // why there are no actions
}

// A RuleParam is a value that an organisation may set.
type RuleParam struct {
	Name, Doc string
	Value     string
	Default   string // the file's; "" where Value is it
	Bounds    string
	Field     Field // with options where it is chosen from a list
}

// A RuleRead is a field that decides, with what it means.
type RuleRead struct{ Name, Type, Doc, Words string }

// A RuleControl is a control of a framework that the rule speaks about.
type RuleControl struct{ Framework, Control, Title, Href, Says string }

// A RuleExample is one example with what the rule must say of it.
type RuleExample struct {
	Name    string
	Outcome parts.Tag
	Facts   []string
	Say     string
}

// A RuleEvent is a change to a rule, proposed or decided.
type RuleEvent struct {
	Href, Title string
	State       parts.Tag
	When, Stamp string
	Who, Why    string
	Decided     string
	Note        string
	Diff        *parts.Code
}

// RuleForm is the page on which a change is drafted: a file is written, or a
// switch is set.
type RuleForm struct {
	Frame   parts.Frame
	Crumbs  []Link
	Title   string
	Lead    string
	Action  string
	Text    []string // what the change does
	Start   *RuleStart
	File    *RuleFile
	Params  []RuleParam
	Why     Field
	Propose string // what the button says
	Fault   string
	Faults  []Link
	Check   *RuleCheck
	Preview *RulePreview
	Fields  []RuleFields
	Danger  bool
	Others  *Notice // proposals for the same rule that wait already
	Review  string  // who decides
}

// A RuleStart chooses what a new rule begins from.
type RuleStart struct {
	Clouds, Kinds []Option
}

// A RuleFile is the text that is edited.
type RuleFile struct {
	Text  string
	Rows  string
	Fault string
}

// RuleCheck is what reading and proving a draft told.
type RuleCheck struct {
	Tone, Title, Text string
	Flaws             []RuleFlaw
	Problems          []string
	Counts            []parts.Fact
}

// A RuleFlaw is one thing that is wrong with a file, and where.
type RuleFlaw struct{ Line, Col, Where, Text string }

// RulePreview is what a change would do to what is stored.
type RulePreview struct {
	Title, Text string
	Tone        string
	Rows        []PreviewRow
	Moves       []RuleMove
	More        string
	None        string
}

// A PreviewRow is one outcome counted before and after.
type PreviewRow struct {
	Outcome       parts.Tag
	Before, After string
	Delta, Tone   string
}

// A RuleMove is one subject of which something else would be said.
type RuleMove struct {
	Name, ID, Href  string
	Provider        string
	Account, Region string
	Before, After   parts.Tag
	Say             string
}

// RuleFields are the fields of one kind of subject.
type RuleFields struct {
	Title, Doc string
	Fields     []RuleRead
}

// RuleChangeList is the list of proposals.
type RuleChangeList struct {
	Frame    parts.Frame
	Lead     string
	Views    []Link
	Rows     []RuleEvent
	Empty    *Empty
	Earlier  string
	Later    string
	Judging  *RuleJudging
	MayWrite bool
}

// RuleChange is one proposal.
type RuleChange struct {
	Frame    parts.Frame
	Title    string
	Lead     string
	State    parts.Tag
	Notice   *Notice
	Fault    string
	Why      string
	Diff     *parts.Code
	DiffNote string
	Sets     []RuleParam
	Check    *RuleCheck
	Preview  *RulePreview
	Show     string // address of this page with the preview
	Decide   string // address of the form; "" where the reader may not
	Note     Field
	MayNot   string // why not
	Withdraw string
	Facts    []parts.Fact
	Judging  *RuleJudging
}

// RuleJudging is how far judging again is, an account a row.
type RuleJudging struct {
	Events string // address of the events; "" where nothing runs
	Still  string // address of this page that does not load itself again
	Reload bool
	Rows   []RuleJudged
	Note   string
	Sum    string
}

// A RuleJudged is one account being judged again.
type RuleJudged struct {
	Name, ID, Href string
	Why            string
	State          State
	Done, All      string
	Text           string
	Scan           Link
}
