package pages

import "plumbline/web/parts"

// Scans is the list of scans.
type Scans struct {
	Frame   parts.Frame
	Lead    string
	Rows    []ScanRow
	Empty   *Empty
	Earlier string // address of the page before
	Later   string // address of the page after
}

// A ScanRow is one scan in the list.
type ScanRow struct {
	Href, Name, Started, When, Ago string
	Provider, Account              string
	State                          State
	Workloads                      string
	New, Fixed, Lost               string
}

// A State is an icon and a word.
type State struct {
	Tone, Icon, Word, Sub string
	Quiet                 bool // nothing happened here, and nothing was meant to
}

// Scan is one scan's page.
type Scan struct {
	Frame      parts.Frame
	Title      string
	Lead       string
	State      parts.Tag
	Cancel     string // address of the form that cancels it; "" where it cannot be
	Again      string // address that scans the account again; "" where that is not offered
	Notice     *Notice
	Live       *Live // while it runs
	Changes    *Changes
	Counts     []parts.Fact
	Bar        *parts.Bar
	BarText    string
	Posture    string
	Shards     *Shards
	Log        []LogLine
	LogNote    string
	Calls      []string
	Regions    []Region
	Gaps       []Gap
	NoGaps     string // that there are none
	NoGapsTone string
	Rules      []RuleRow
	RulesNote  string
}

// Live is how far a scan is, and where to hear of it.
type Live struct {
	Events   string // address of the events
	Last     string // id of the last event shown
	Still    string // address of this page that does not load itself again
	Reload   bool   // load the page again where there is no script
	Progress Progress
}

// Progress is how far a scan is.
type Progress struct {
	Percent  string // "63"
	Parts    string // "5 of 23 parts are done"
	Facts    []parts.Fact
	Stalled  string // what to do about it; "" where it is not
	Hint     string
	Finished *Link // leads to the result
}

// Shards is the work of a scan: a row for each region, a column for each part.
type Shards struct {
	Note  string
	Parts []string
	Rows  []Region
}

// A LogLine is something that happened during a scan.
type LogLine struct {
	ID, At, When, Tone, Text string
}

// A Region is a row of a matrix.
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
