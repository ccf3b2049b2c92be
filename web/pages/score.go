package pages

import "plumbline/web/parts"

// A Score is the page that explains the figures.
type Score struct {
	Frame   parts.Frame
	Lead    string
	Empty   *Empty
	Problem *Problem
	Posture *Reckoned
	Moved   *Moved
	Gains   []Gained
	Risk    Risk
}

// Reckoned is a posture as it is added up.
type Reckoned struct {
	Rows   []Share
	Passed string // weight
	Told   string
	Sum    string   // "21,400 of 34,800 pass: 61.5, shown as 62."
	Notes  []string // coverage, range, scaling
}

// A Share is the rules of one severity.
type Share struct {
	Severity            parts.Severity
	Weight              string
	Rules               string
	Pass, Fail, Unknown string
	Passed, Told        string // weight
}

// Moved says how the posture came to be what it is.
type Moved struct {
	Since   []Link // moments to compare with
	Lead    string
	Notice  *Notice
	Rows    []MovedBy
	From    string
	To      string
	Sum     string
	SumTone string
	None    string // why there is no table
}

// MovedBy is one cause.
type MovedBy struct{ Cause, About, Count, Points, Tone string }

// Gained is what mending a rule gains.
type Gained struct {
	Title, Href, Points, Count string
	Severity                   parts.Severity
}

// Risk explains the risk of a finding.
type Risk struct {
	Tables  []Levels
	Example *RiskExample
}

// Levels are the values of one factor.
type Levels struct {
	Title string
	Rows  []Level
}

// A Level is a value and its factor.
type Level struct{ Name, Factor string }

// A RiskExample is a finding's risk, step by step.
type RiskExample struct {
	Link  Link
	Title string
	Sum   string // "100 × 1.00 × 0.95 = 95"
	Steps []parts.Fact
}
