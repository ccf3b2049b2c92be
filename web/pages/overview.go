package pages

import "plumbline/web/parts"

// Overview answers on one page whether things got better, and what comes first.
type Overview struct {
	Frame    parts.Frame
	Lead     string
	Empty    *Empty
	Notice   *Notice
	Posture  *Posture
	Counts   []Change
	Changes  *Reckoning
	Ways     *Ways
	Fix      *FixFirst
	Ages     *Ages
	Look     []Matter // what wants looking at; none says that nothing does
	Covers   *Covers
	Clouds   []Standing
	Accounts []Standing
	All      *Link // every account
	Left     string
}

// A Posture is the score with everything that qualifies it.
type Posture struct {
	Score    string // "82"
	Assessed string // "93 % assessed"
	Range    string // "(80–87)"
	Spoken   string // "between 80 and 87, if the rest were known"
	Tone     string // up, down, flat, "" for none
	Change   string // "4 points up", or that it cannot be compared
	Since    string // "since the scan before, in 5 of 6 accounts"
	Notes    []string
	Trend    *parts.Trend
	At       string // position of the score on the scale that stands in for a trend
	From     string // positions of the ends of the range
	Width    string
}

// A Reckoning says how what fails now follows from what failed before.
type Reckoning struct {
	Title string
	Items []Change
	Note  string
}

// Ways are the attack paths that are known.
type Ways struct {
	Sum     string
	None    string // why none is listed
	Rows    []WayRow
	All     Link
	Unknown *Link  // of how many it cannot be told
	Note    string // what was not asked
}

// A WayRow is a workload through which one leads.
type WayRow struct {
	Href, Name, Provider, Place, Say, Risk string
	Severity                               parts.Severity
}

// FixFirst is the rules whose mending gains most.
type FixFirst struct {
	Note  string
	Items []FixItem
	All   Link
}

// A FixItem is one of them.
type FixItem struct {
	Title, Href string
	Gain        string // "+3.1"
	Unit        string // "points"
	Severity    parts.Severity
	Provider    string
	Text        string // "14 findings in 2 accounts"
	Tags        []parts.Tag
}

// Ages says how old open findings are.
type Ages struct {
	Rows []AgeRow
	Late *Link
}

// An AgeRow is one severity.
type AgeRow struct {
	Severity parts.Severity
	Open     Link
	Late     *Link
	Soon     *Link
	Oldest   string
	Bar      parts.Bar
}

// A Matter is something that wants looking at.
type Matter struct {
	Icon, Tone string
	Link       Link
	Sub        string
}

// Covers are the frameworks of which something is assessed.
type Covers struct {
	Note string
	None string // why none is listed
	Rows []FrameworkRow
	All  Link
	Rest string // the frameworks of which nothing is assessed
}

// A Standing is where an account or a cloud stands.
type Standing struct {
	Provider, Name, ID, Href string
	Score, Range             string
	Change, Tone             string
	Open, NoData             Link
	State                    *parts.Tag
	Last                     string
	LastHref                 string
}
