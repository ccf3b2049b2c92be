package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/web/parts"
)

var severities = map[finding.Severity]parts.Severity{
	finding.Critical: {Tone: "crit", Word: "Critical", Bars: 4},
	finding.High:     {Tone: "high", Word: "High", Bars: 3},
	finding.Medium:   {Tone: "med", Word: "Medium", Bars: 2},
	finding.Low:      {Tone: "low", Word: "Low", Bars: 1},
	finding.Info:     {Tone: "info", Word: "Info", Bars: 0},
}

func severity(s finding.Severity) parts.Severity { return severities[s] }

var states = map[finding.State]parts.Tag{
	finding.Open:     {Tone: "line", Text: "Open"},
	finding.NoData:   {Tone: "", Icon: "eye", Text: "Not assessed"},
	finding.Lost:     {Tone: "med", Icon: "eye", Text: "Lost sight of"},
	finding.Resolved: {Tone: "pass", Icon: "check", Text: "Fixed"},
	finding.Gone:     {Tone: "", Icon: "dash", Text: "Gone"},
}

// stateTag names where a finding stands. What never failed was not fixed.
func stateTag(r *finding.Record) parts.Tag {
	if r.State == finding.Resolved && r.Outcome == finding.Unknown {
		return parts.Tag{Tone: "pass", Icon: "check", Text: "Passes"}
	}
	return states[r.State]
}

// number writes 12345 as 12,345.
func number(n int) string {
	s := strconv.Itoa(n)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// some counts things: "1 finding", "1,204 findings".
func some(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// moment is a time as people read it, its zone named.
func moment(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2 Jan 2006, 15:04:05") + " UTC"
}

func day(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2 Jan 2006, 15:04") + " UTC"
}

// ago says how long something is past.
func ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero() || d < 0:
		return ""
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return some(int(d/time.Minute), "minute", "minutes") + " ago"
	case d < 48*time.Hour:
		return some(int(d/time.Hour), "hour", "hours") + " ago"
	default:
		return some(int(d/(24*time.Hour)), "day", "days") + " ago"
	}
}

// took says how long something lasted.
func took(d time.Duration) string {
	switch {
	case d < 0:
		return ""
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
}

// sentence makes a clause stand alone: first letter large, a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if first, _, _ := strings.Cut(s, " "); !strings.ContainsAny(first, ":-_./") { // names of calls and settings stay as they are
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "…") {
		s += "."
	}
	return s
}

func join(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// either joins words by or.
func either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// counted writes a count that may have stopped.
func counted(c listing.Count) string {
	if c.More {
		return number(c.N) + "+"
	}
	return number(c.N)
}

// countedThings is "38 findings" or "more than 10,000 findings".
func countedThings(c listing.Count, one, many string) string {
	if c.More {
		return "more than " + number(c.N) + " " + many
	}
	return some(c.N, one, many)
}

// date is a day without its time.
func date(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2 Jan 2006")
}
