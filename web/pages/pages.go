// Package pages holds one template per page, and the struct that each is
// filled from.
//
// A page's struct carries what is shown, in words: a template ranges and
// chooses, it computes nothing and asks nobody.
package pages

import "plumbline/web/parts"

// Findings is the list of findings, grouped by rule or by cause.
type Findings struct {
	Frame   parts.Frame
	Lead    string // one sentence on what is listed and what it rests on
	Posture *Posture
	Changes *Changes
	Views   []Link
	Filters []Link
	Chips   []Link // filters in force; following one drops it
	Problem *Problem
	Notice  *Notice // something about the scan that a reader must know first
	Caption string
	Columns [3]string // heads of the columns for what, how many and risk
	Groups  []Group
	Empty   *Empty
	Footer  string
	Earlier string // address of the page before
	Later   string // address of the page after
}

// A Link is a name with an address, and a number where it counts something.
type Link struct {
	Text, Href, Count string
	Current           bool
}

// A Posture is the score with everything that qualifies it.
type Posture struct {
	Score    string // "82"
	Sentence string // "82, 93 % assessed (80–87)"
	Assessed string // "93 % assessed"
	Range    string // "between 80 and 87"
	Change   string // "up 4 since scan 11", or why it cannot be compared
	Tone     string // up, down, "" for neither
	At       string // position of the score on a width of 1000
	From, To string // positions of the ends of the range
	Width    string // To - From
}

// Changes says what one scan did.
type Changes struct {
	Title string
	Items []Change
}

// A Change is one count. Without an address it is not a link.
type Change struct{ Count, Text, Href, Tone string }

// A Problem is a request that is not understood.
type Problem struct {
	Title, Text  string
	Suggest, Try string // words and address of what was probably meant
}

// A Notice stands above a list.
type Notice struct {
	Tone, Icon, Title, Text string
	Href, Link              string
}

// A Group is one rule or one cause, with its members if it is open.
type Group struct {
	ID       string // of the table body
	Severity *parts.Severity
	Tag      *parts.Tag // in place of a severity
	Title    string
	Toggle   string // address that opens or closes the group
	Name     string // what the group is called, for the button
	IsOpen   bool
	Provider string
	Code     string
	Tags     []parts.Tag
	Text     string // what to do, for a cause
	Count    string
	Of       string
	Risk     string
	Rows     []Row
	More     string // address of the members that follow
	Fewer    string // address of the first members again
	Where    string // "25 of 140"
}

// A Row is one finding in a group.
type Row struct {
	Href, Name, ID string
	Place, Region  string
	Say            string
	Risk           string
	Tags           []parts.Tag
}

// An Empty list, and why it is empty.
type Empty struct {
	Title   string
	Text    []string
	Actions []Link
}

// A Finding is one finding's page; which of its tabs is open follows from
// which of Why, Evidence and Fix is set.
type Finding struct {
	Frame     parts.Frame
	Number    string // "FND-12"
	Title     string
	Rule      Link
	Severity  parts.Severity
	Provider  string
	Subject   string
	Tags      []parts.Tag
	Previous  string
	Next      string
	Place     string // "3 of 38"
	Tabs      []Link
	State     *Notice
	Facts     []parts.Fact
	Resource  []parts.Fact
	Factors   []parts.Fact
	RiskNote  string
	Why       *Why
	Evidence  *Evidence
	Fix       *Fix
	Potential bool
}

// Why says what a finding means.
type Why struct {
	Lede     string
	Say      string
	Unknown  []string
	Same     *Same
	Note     string
	Read     []Link
	RuleText string
}

// Same says how the same rule fares elsewhere.
type Same struct {
	Strong, Text string
	Bar          parts.Bar
	All          Link
}

// Evidence is what a finding rests on.
type Evidence struct {
	Rows      []Found
	RuleText  string
	Documents []Document
	Refusals  []Document
	None      string
	Expects   bool // some row has a value that the rule wants
}

// Found is one value, and what it should have been.
type Found struct {
	Setting, Field  string
	Found, Expected string
	Unknown         bool
	List            bool // a list, or a line of one: no value is expected of it
	Outcome         parts.Tag
}

// A Document is a reply of the cloud with what proves it, or a refusal.
type Document struct {
	ID, Title, Sub string
	Code           *parts.Code
	Facts          []parts.Fact
	Note           string
	Missing        string // why the document is not shown
	Tampered       string // why it must not be relied on
	LeftOut        string // what was read from its absence
}

// Fix says how to mend a finding.
type Fix struct {
	Source   string
	CLI      *parts.Code
	Keep     *parts.Code
	Console  []string
	Undo     *parts.Code
	UndoText string
	Sets     []parts.Fact
	Read     []Link
	None     string
	Tampered string // why no command could be made
}

// Scans is the list of scans.
type Scans struct {
	Frame parts.Frame
	Lead  string
	Rows  []ScanRow
	Empty *Empty
}

// A ScanRow is one scan in the list.
type ScanRow struct {
	Href, Name, Started, When string
	Provider, Account         string
	State                     State
	Workloads                 string
	Fail, Unknown, Score      string
}

// A State is an icon and a word.
type State struct {
	Tone, Icon, Word, Sub string
	Quiet                 bool // nothing happened here, and nothing was meant to
}

// Scan is one scan's page.
type Scan struct {
	Frame     parts.Frame
	Title     string
	Lead      string
	State     parts.Tag
	Notice    *Notice
	Changes   *Changes
	Counts    []parts.Fact
	Bar       *parts.Bar
	BarText   string
	Posture   string
	Calls     []string
	Regions   []Region
	Gaps      []Gap
	NoGaps    string
	Rules     []RuleRow
	RulesNote string
}

// A Region is a row of the matrix of questions.
type Region struct {
	Name  string
	Cells []State
}

// A Gap is a question that was not answered in full.
type Gap struct {
	Title, Call, Place string
	Words              string // the cloud's own code and message
	Details            string
	Silences           string
	Rules              []Link
	Do                 string
}

// A RuleRow counts one rule's verdicts in a scan.
type RuleRow struct {
	Severity                parts.Severity
	Title, ID, Href         string
	Fail, Unknown, Pass, NA string
}

// A Message is a page that only says something.
type Message struct {
	Frame   parts.Frame
	Title   string
	Text    []string
	Actions []Link
}
