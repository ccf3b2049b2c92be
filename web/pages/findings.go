package pages

import "plumbline/web/parts"

// Findings is the list of findings: grouped by rule or by cause, or flat.
type Findings struct {
	Frame   parts.Frame
	Lead    string // one sentence on what is listed and what it rests on
	Notice  *Notice
	Views   []Link
	Bar     *Bar
	Problem *Problem // in place of a list
	List    *List
	Empty   *Empty
	Sheet   *Sheet // a finding beside the list
}

// A Bar holds what the list is asked.
type Bar struct {
	Action  string // address of the list; "" is that of findings
	What    string // what it lists; "" is findings
	Query   string // in force, as text
	Keep    []Hidden
	Typed   string // what was typed and is not understood
	Example string // of what may be added; "" is one for findings
	Chips   []Chip
	Hints   []string // examples to choose from
	Menus   []Menu
	Group   string // how the list is grouped, in a word
	Groups  []Link
	Exports []Link
	Export  string // what an export holds, in words
	Call    *parts.Code
}

// A Hidden field of a form.
type Hidden struct{ Name, Value string }

// A Menu offers the values of one key, with how many findings have each.
type Menu struct {
	Action    string // address of the list; "" is that of findings
	Key, Name string
	Keep      []Hidden
	Values    []Choice
	Chosen    int
	More      string // that values are left out, "" if none are
}

// A Choice is one of them.
type Choice struct {
	Value, Text, Count string
	On                 bool
}

// A List is a table, and how to go on in it.
type List struct {
	Caption string
	Columns []Column
	Groups  []Group
	Flat    []Row
	Footer  string
	All     *Link // what the filter hides
	Earlier string
	Later   string
}

// A Column is a head; with an address it sorts.
type Column struct {
	Text, Href string
	Sort       string // ascending or descending where the list is sorted by it
	Right      bool
	Quiet      bool // only for those who do not see
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
	Due      *parts.Tag
	Rows     []Row
	More     string // address of the members that follow
	Fewer    string // address of the members before
	Where    string // "25 of 140"
}

// A Row is one finding in a list.
type Row struct {
	ID            string // of the table row
	Href          string
	Name, Sub     string // what it is called, and the cloud's own id
	Title, Code   string // the rule, where the row stands alone
	Severity      *parts.Severity
	Place, Region string
	Owner         string // where lists show it; nobody has a word of its own
	Say           string
	Risk          string
	Due           *parts.Tag
	Since, Stamp  string // first seen: in words, and for machines
	Tags          []parts.Tag
	Current       bool // it is open beside the list
}

// A Sheet is one finding, beside the list that it was opened from.
type Sheet struct {
	Number         string
	Tags           []parts.Tag
	Severity       parts.Severity
	Title          string
	Text           string
	Facts          []parts.Fact
	Say            string
	Rows           []Found
	Expects        bool
	Unknown        []string
	Way            *Link // the attack path in a line
	Page, Fix      string
	Evidence       string
	Close          string
	Previous, Next string
}
