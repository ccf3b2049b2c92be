package ui

import (
	"math"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/web/parts"
)

// within is how long a finding of a severity may stay open, in days.
var within = map[finding.Severity]int{finding.Critical: 7, finding.High: 30, finding.Medium: 90, finding.Low: 180}

// dueTag says when a finding is due: amber in the last fifth of its time, red
// after. nil is for what has no due date, or is closed.
func dueTag(f listing.Finding, now time.Time) *parts.Tag {
	if f.Due.IsZero() || f.State == finding.Resolved || f.State == finding.Gone {
		return nil
	}
	left := f.Due.Sub(now).Hours() / 24
	switch {
	case left <= 0:
		return &parts.Tag{Tone: "crit", Icon: "clock", Text: number(int(math.Ceil(-left))) + " d overdue"}
	case left < 1:
		return &parts.Tag{Tone: "high", Icon: "clock", Text: "due today"}
	case left < float64(within[f.Severity])/5:
		return &parts.Tag{Tone: "high", Icon: "clock", Text: "due in " + number(int(left)) + " d"}
	}
	return &parts.Tag{Text: "due in " + number(int(left)) + " d"}
}
