package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/compliance"
	"plumbline/internal/framework"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// disclaimer stands on every page about frameworks.
const disclaimer = "A scan is no certificate: Plumbline tells how settings stand that it can read, and never that anybody is compliant. Titles and texts of controls are ours; the publisher's own text binds."

var controlTags = map[framework.State]parts.Tag{
	framework.Overdue:     {Tone: "crit", Icon: "clock", Text: "Past due"},
	framework.NoData:      {Tone: "med", Icon: "eye", Text: "No data"},
	framework.Failing:     {Tone: "high", Icon: "x", Text: "Failing"},
	framework.Accepted:    {Tone: "exc", Icon: "half", Text: "Accepted"},
	framework.Attested:    {Tone: "accent", Icon: "key", Text: "Attested, not measured"},
	framework.Passing:     {Tone: "pass", Icon: "check", Text: "Passing"},
	framework.NotAssessed: {Tone: "line", Icon: "dash", Text: "Not assessed"},
}

// inCounts are the words of states after a number.
var inCounts = map[framework.State]string{
	framework.Overdue: "past due", framework.NoData: "without data", framework.Failing: "failing", framework.Accepted: "accepted",
	framework.Attested: "attested, not measured", framework.Passing: "passing", framework.NotAssessed: "not assessed",
}

var stateFills = map[framework.State]string{
	framework.Overdue: "f-crit", framework.NoData: "f-med", framework.Failing: "f-high", framework.Accepted: "f-exc",
	framework.Attested: "f-att", framework.Passing: "f-pass", framework.NotAssessed: "f-void",
}

// shapes are what a week's cell of 6 by 16 looks like: each state can be told
// without its colour. A line is y and height.
var shapes = map[framework.State][][2]int{
	framework.Passing:     {{0, 16}},
	framework.Failing:     {{8, 8}},
	framework.Overdue:     {{0, 4}, {6, 4}, {12, 4}},
	framework.NoData:      {{6, 4}},
	framework.Accepted:    {{0, 4}, {12, 4}},
	framework.Attested:    {{0, 7}, {9, 7}},
	framework.NotAssessed: {{14, 2}},
}

// cellOf draws a state at a place in a strip.
func cellOf(s framework.State, x int) []pages.WeekCell {
	var out []pages.WeekCell
	for _, line := range shapes[s] {
		out = append(out, pages.WeekCell{Class: stateFills[s], X: strconv.Itoa(x), Y: strconv.Itoa(line[0]), Width: "6", Height: strconv.Itoa(line[1])})
	}
	return out
}

// legendOf explains the shapes of some strips.
func legendOf(strips ...[]framework.Week) []pages.LegendItem {
	there := map[framework.State]bool{}
	for _, s := range strips {
		for i := range s {
			there[s[i].State] = true
		}
	}
	var out []pages.LegendItem
	for _, s := range framework.States() {
		if there[s] {
			out = append(out, pages.LegendItem{Cells: cellOf(s, 0), Text: controlTags[s].Text})
		}
	}
	return out
}

// stripOf draws the weeks of a control; nil if there are none.
func stripOf(id string, weeks []framework.Week) *pages.WeekStrip {
	if len(weeks) == 0 {
		return nil
	}
	const each = 8
	s := &pages.WeekStrip{Width: strconv.Itoa(len(weeks)*each - 2), First: date(weeks[0].From), Last: "to week of " + date(weeks[len(weeks)-1].From)}
	s.Box = "0 0 " + s.Width + " 16"
	n := map[framework.State]int{}
	for i := range weeks {
		n[weeks[i].State]++
		s.Cells = append(s.Cells, cellOf(weeks[i].State, i*each)...)
	}
	var said []string
	for _, state := range framework.States() {
		if n[state] > 0 {
			said = append(said, number(n[state])+" "+inCounts[state])
		}
	}
	s.Words = fmt.Sprintf("%s by week from %s: %s", id, s.First, join(said))
	return s
}

// tallied says how many of all pass, and what of the rest.
func talliedWords(t framework.Tally) string {
	if t.All() == 0 {
		return "nothing was asked"
	}
	out := []string{number(t.Pass) + " of " + number(t.All()) + " pass"}
	if t.Over > 0 {
		out = append(out, number(t.Over)+" past due")
	}
	if t.Unknown > 0 {
		out = append(out, number(t.Unknown)+" not known")
	}
	return strings.Join(out, ", ")
}

// weekWords are the numbers of a week's end.
func weekWords(w framework.Week) string {
	return talliedWords(framework.Tally{Pass: w.Pass, Fail: w.Fail, Over: w.Over, Unknown: w.NoTel})
}

// standingWords is a control's numbers, or in short why it has none.
func standingWords(s *framework.Standing) string {
	if s.Tally.All() > 0 && (s.State != framework.NotAssessed || s.Why == "") {
		return talliedWords(s.Tally)
	}
	return shortWhy[s.Why]
}

var shortWhy = map[framework.Why]string{
	framework.NoRule: "no rule speaks about it", framework.CannotBe: "nothing can tell", framework.Waits: "its rules are to come",
	framework.NotCounted: "mappings that do not count", framework.SwitchedOff: "its rules are switched off", framework.NoSubject: "nothing to ask it of",
	framework.NobodyAttested: "nobody has stated it", framework.AttestRunOut: "what was stated has ended",
}

// longWhy says why a control is not assessed, and what would change that.
func longWhy(c *framework.Control, w framework.Why) string {
	switch w {
	case framework.NoRule:
		return "No rule speaks about it, and nobody is asked to state anything. It needs evidence from elsewhere."
	case framework.CannotBe:
		return "Nothing that Plumbline can read tells: " + sentence(c.Cannot)
	case framework.Waits:
		return "What would tell is still to come, " + sentenceTail(c.Comes)
	case framework.NotCounted:
		return "Only mappings speak about it that are not the publisher's own, and those do not count here. An officer can let them count, on the page Compliance."
	case framework.SwitchedOff:
		return "The rules that speak about it are switched off."
	case framework.NoSubject:
		return "The last scans saw nothing that its rules could be asked of."
	case framework.NobodyAttested:
		return "No machine can tell all of it, and nobody has stated it."
	case framework.AttestRunOut:
		return "What was stated is no longer in force, so it is without data."
	}
	return ""
}

// notCounted is how many controls are not assessed since no mapping that speaks
// about them counts.
func notCounted(s *compliance.Summary) (n int) {
	for i := range s.Standings {
		if x := &s.Standings[i]; x.State == framework.NotAssessed && x.Why == framework.NotCounted {
			n++
		}
	}
	return n
}

// notCountedNotice says what that means, and who may change it.
func notCountedNotice(r *http.Request, n int) pages.Notice {
	who := "An officer over all accounts can let them count."
	if may(r.Context(), access.ApproveChanges) {
		who = "You can let them count; that stands in the audit log with your name."
	}
	return pages.Notice{Icon: "info", Title: some(n, "control is", "controls are") + " not assessed, since mappings that speak of them do not count here.",
		Text: "Rules look at what they ask for, but it is not the publisher who says so: it is a tool of somebody else, or our own judgement. " + who,
		Href: compliancePath + "#mappings", Link: "Whose mappings count"}
}

// sentenceTail ends a sentence that goes on with s.
func sentenceTail(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

var statusTags = map[framework.Status]parts.Tag{
	framework.Publisher:  {Tone: "accent", Icon: "check", Text: "Publisher"},
	framework.ThirdParty: {Tone: "line", Text: "Third party"},
	framework.Judgement:  {Tone: "line", Text: "Judgement"},
}

// stateBar divides controls by their states.
func stateBar(count func(framework.State) int) (parts.Bar, []parts.Tag) {
	var bar parts.Bar
	var tags []parts.Tag
	var said []string
	for _, s := range []framework.State{framework.Passing, framework.Attested, framework.Accepted, framework.Failing, framework.Overdue, framework.NoData, framework.NotAssessed} {
		n := count(s)
		if n == 0 {
			continue
		}
		bar.Segments = append(bar.Segments, parts.Segment{Class: stateFills[s], Count: n})
		said = append(said, number(n)+" "+inCounts[s])
		t := controlTags[s]
		t.Text = number(n) + " " + inCounts[s]
		tags = append(tags, t)
	}
	bar.Words = "Controls: " + join(said)
	return bar, tags
}

// tallyBar divides subjects by outcome.
func tallyBar(t framework.Tally) parts.Bar {
	b := parts.Bar{Words: talliedWords(t)}
	for _, s := range []parts.Segment{{Class: "f-pass", Count: t.Pass}, {Class: "f-exc", Count: t.Accepted}, {Class: "f-crit", Count: t.Fail}, {Class: "f-none", Count: t.Unknown}} {
		if s.Count > 0 {
			b.Segments = append(b.Segments, s)
		}
	}
	return b
}

// Where the pages about frameworks are.
const compliancePath = "/compliance"

func frameworkPath(id string) string { return compliancePath + "/" + url.PathEscape(id) }

func controlPath(id, control string) string { return frameworkPath(id) + "/" + url.PathEscape(control) }

// withQuery is an address with what follows the question mark.
func withQuery(path string, v url.Values) string {
	for k := range v {
		v[k] = slices.DeleteFunc(v[k], func(s string) bool { return s == "" })
		if len(v[k]) == 0 {
			delete(v, k)
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + encoded(v)
}

// isoDay is a day as forms and addresses have it.
func isoDay(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// ControlPath is the address of a control's page.
func ControlPath(framework, control string) string { return controlPath(framework, control) }
