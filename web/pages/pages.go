// Package pages holds one template per page, and the struct that each is
// filled from.
//
// A page's struct carries what is shown, in words: a template ranges and
// chooses, it computes nothing and asks nobody.
package pages

import "plumbline/web/parts"

// A Link is a name with an address, and a number where it counts something.
type Link struct {
	Text, Href, Count string
	Current           bool
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
	All          *Link  // the whole list; nil is that of open findings
}

// A Notice stands above a list.
type Notice struct {
	Tone, Icon, Title, Text string
	Href, Link              string
}

// An Empty list, and why it is empty.
type Empty struct {
	Title   string
	Text    []string
	Actions []Link
}

// A Finding is one finding's page; which of its tabs is open follows from
// which of Why, Evidence, Fix and History is set.
type Finding struct {
	Frame    parts.Frame
	Number   string // "FND-12"
	Title    string
	Rule     Link
	Severity parts.Severity
	Provider string
	Subject  string
	Tags     []parts.Tag
	Previous string
	Next     string
	Place    string // "3 of 38"
	Tabs     []Link
	State    *Notice
	Facts    []parts.Fact
	Resource []parts.Fact
	Factors  []parts.Fact
	RiskNote string
	Owner    *OwnerCard
	Why      *Why
	Evidence *Evidence
	Fix      *Fix
	History  *History
	API      string // address of the same in the API
}

// History is everything that happened to a finding.
type History struct {
	Events   []Event
	Verdicts []Interval
	Note     string
}

// An Event of a history.
type Event struct {
	Tone, Icon  string
	Title       string
	When, Stamp string // as people read it, and for machines
	Parts       []parts.Span
}

// An Interval is what a rule said for some time.
type Interval struct {
	Outcome  parts.Tag
	Say      string
	From, To string
	Scan     Link
	Rule     string // its version and that of the program
}

// Why says what a finding means.
type Why struct {
	Lede     string
	Way      *Way     // through the resource, the attack path; nil where there is none
	WayFirst bool     // the finding is about it
	WayBlind string   // why it is not known whether there is one
	Members  *Members // of a group's finding
	Say      string
	Unknown  []string
	Same     *Same
	Note     string
	Speaks   *Speaks
	Read     []Link
	RuleText string
}

// Members are the workloads that share a finding of their group.
type Members struct {
	Sum            string
	All            Link
	Rows           []Member
	Earlier, Later string
	None           string
}

// A Member is one of them.
type Member struct {
	Href, Name, ID, Region string
	Outcome                parts.Tag
	Say, Risk, Since       string
}

// Same says how the same rule fares elsewhere.
type Same struct {
	Strong, Text string
	Bar          parts.Bar
	All          Link
	Rows         []Row // the worst of the others
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

// A Message is a page that only says something.
type Message struct {
	Frame   parts.Frame
	Title   string
	Text    []string
	Actions []Link
}
