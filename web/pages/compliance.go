package pages

import "plumbline/web/parts"

// Compliance lists the frameworks.
type Compliance struct {
	Frame    parts.Frame
	Lead     string
	Notices  []Notice
	Empty    *Empty
	Rows     []FrameworkRow
	Disclaim string
	Mappings *Mappings
}

// A FrameworkRow is one framework in the list.
type FrameworkRow struct {
	Href, Name  string
	About       string // publisher and edition
	Bar         parts.Bar
	Sum         []parts.Tag // how many controls are in which state
	Covered     string      // "11 of 93"
	CoveredNote string
	Waits       Link   // those that wait for mappings to be counted; no address if none do
	Score       string // "82", or that there is none
	Range       string // "93 % assessed (80–87)"
}

// Mappings say who says that a rule speaks about a control, and which of them
// count.
type Mappings struct {
	Action string // of the forms; "" where the reader may not
	Rows   []MappingRow
	Note   string // who may
}

// A MappingRow is one status of mappings.
type MappingRow struct {
	Status  string
	Name    string
	Text    string
	Tag     parts.Tag
	Since   string
	On      string // what the form sends
	Button  string // "" for one that always counts
	Current bool
}

// Framework is one framework's page.
type Framework struct {
	Frame    parts.Frame
	Crumbs   []Link
	Title    string
	Lead     string
	About    string
	Source   Link
	Notices  []Notice
	Period   Period
	Counts   []Change
	Empty    *Empty
	Groups   []ControlGroup
	Legend   []LegendItem
	Foot     string
	Disclaim string
}

// A Period is the form that chooses some days.
type Period struct {
	Action, From, To string
	Most             string // the latest day
	Presets          []Link
	Fault            string
}

// A ControlGroup is a part of a framework.
type ControlGroup struct {
	ID, Title string // ID makes the id of the heading
	Rows      []ControlRow
}

// A ControlRow is one control in the list.
type ControlRow struct {
	Href, ID, Title string
	State           parts.Tag
	Of              string // "3 of 12 pass", or why it is not assessed
	Strip           *WeekStrip
}

// A WeekStrip draws a cell for each week: each state has its own shape.
type WeekStrip struct {
	Words       string
	Width       string
	Box         string // viewBox
	Cells       []WeekCell
	First, Last string // the weeks at its ends
}

// A WeekCell is a rectangle.
type WeekCell struct{ Class, X, Y, Width, Height string }

// A LegendItem says what a shape means.
type LegendItem struct {
	Cells []WeekCell
	Text  string
}

// Control is one control's page.
type Control struct {
	Frame    parts.Frame
	Crumbs   []Link
	ID       string
	Title    string
	Text     string
	State    parts.Tag
	Of       string
	Why      string // why it is not assessed
	Notices  []Notice
	Facts    []parts.Fact
	Period   Period
	Strip    *WeekStrip
	Weeks    []WeekRow
	Legend   []LegendItem
	Rules    []ControlRule
	NoRules  string
	Attest   *Attest
	Draw     *DrawForm
	Disclaim string
}

// A WeekRow is a week in words.
type WeekRow struct {
	Name  string
	State parts.Tag
	Of    string
}

// A ControlRule is a rule that speaks about a control.
type ControlRule struct {
	ID, Title string
	Href      string
	Severity  *parts.Severity
	Status    parts.Tag
	Source    string
	Note      string
	Bar       parts.Bar
	Of        string
	Fail      Link
	Unknown   Link
	WhyNot    string // why it does not count
}

// Attest is what somebody has to state.
type Attest struct {
	Text   string
	State  string
	Rows   []Link
	Action *Link // where to state it
}

// A DrawForm draws a sample, or leads to the whole population.
type DrawForm struct {
	Action    string
	On, Most  string
	N, Seed   string
	AllAction string
	Fault     string
}

// Population is subjects of a control on a day: all of them, or a sample.
type Population struct {
	Frame    parts.Frame
	Crumbs   []Link
	Title    string
	Lead     string
	Notices  []Notice
	Counts   []Change
	Draw     *DrawForm
	Caption  string
	Rows     []SubjectRow
	Empty    *Empty
	Footer   string
	First    string // address of the first page; "" on it
	Earlier  string
	Later    string
	File     string // address of all of it as a file
	Absent   []AbsentRow
	Facts    []parts.Fact
	Disclaim string
}

// An AbsentRow is an account that has no subject in a population, and why.
type AbsentRow struct{ Provider, Name, Why string }

// A SubjectRow is a subject with what each rule says of it.
type SubjectRow struct {
	Number          string // its place in a sample
	Href, Name, ID  string
	Kind            string
	Provider        string
	Account, Region string
	Outcome         parts.Tag
	Says            []Saying
}

// A Saying is what one rule says of a subject, and where the evidence is.
type Saying struct {
	Rule     string
	Href     string // of the rule
	Outcome  parts.Tag
	Say      string
	Evidence Link
	Document string // what it was read from
}

// Speaks names the controls that a finding's rule speaks about.
type Speaks struct {
	Sum  string
	Rows []SpeaksRow
}

// A SpeaksRow is one framework, and who says so.
type SpeaksRow struct {
	Name, Says string
	Controls   []ControlRow // Href, ID and Title alone
}
