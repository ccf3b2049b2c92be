package ui

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// what names a change, for a reader who sees one finding.
var what = map[finding.Change]pages.Event{
	finding.New:      {Tone: "crit", Icon: "alert", Title: "Failed"},
	finding.CameBack: {Tone: "crit", Icon: "alert", Title: "Came back"},
	finding.Still:    {Tone: "crit", Icon: "alert", Title: "Seen to fail again"},
	finding.Fixed:    {Tone: "pass", Icon: "check", Title: "Fixed"},
	finding.GoneAway: {Icon: "dash", Title: "Gone"},
	finding.LostIt:   {Tone: "med", Icon: "eye", Title: "Lost sight of"},
	finding.Untold:   {Icon: "eye", Title: "Could not be told"},
	finding.Told:     {Tone: "pass", Icon: "check", Title: "Seen to pass"},
	finding.Retired:  {Icon: "dash", Title: "Its rule was withdrawn"},

	listing.Assigned:  {Icon: "people", Title: "Assigned by hand"},
	listing.TakenBack: {Icon: "people", Title: "Left to the rules of ownership"},
}

var outcomes = map[finding.Outcome]parts.Tag{
	finding.Fail:          {Tone: "crit", Icon: "x", Text: "Fails"},
	finding.Unknown:       {Icon: "eye", Text: "Not assessed"},
	finding.Pass:          {Tone: "pass", Icon: "check", Text: "Passes"},
	finding.NotApplicable: {Icon: "dash", Text: "Does not apply"},
}

// fillHistory tells everything that happened to the finding, the newest first.
func (d *detail) fillHistory() error {
	h := &pages.History{Note: "Nothing here is ever changed: a scan adds to it. What was seen at each time stands in the verdicts."}
	d.page.History = h
	events := slices.Clone(d.events)
	slices.Reverse(events) // of two at one moment the later one is the newer
	slices.SortStableFunc(events, func(a, b listing.Event) int { return b.At.Compare(a.At) })
	for i, e := range events {
		h.Events = append(h.Events, d.event(e, i == len(events)-1))
	}
	vs, err := d.Reader.Verdicts(d.r.Context(), d.rec.Number)
	if err != nil {
		return fmt.Errorf("verdicts of finding %d: %w", d.rec.Number, err)
	}
	slices.SortStableFunc(vs, func(a, b listing.Verdict) int { return cmp.Compare(b.From.Unix(), a.From.Unix()) })
	for _, v := range vs {
		h.Verdicts = append(h.Verdicts, interval(v))
	}
	return nil
}

func (d *detail) event(e listing.Event, first bool) pages.Event {
	out, known := what[e.Change]
	switch {
	case !known && e.From == e.To:
		out = pages.Event{Icon: "dash", Title: sentenceName(cmpOr(e.Note, "Noted"))}
	case !known:
		out = pages.Event{Icon: "dash", Title: "Now " + stateWord(e.To)}
	case first && e.Change == finding.New:
		out.Title = "First seen to fail"
	}
	out.When, out.Stamp = moment(e.At), e.At.UTC().Format(time.RFC3339)
	if e.Scan > 0 {
		out.Parts = append(out.Parts, parts.Span{Text: fmt.Sprintf("Scan %d", e.Scan), Href: scanPath(e.Scan)})
	} else {
		out.Parts = append(out.Parts, parts.Span{Text: "By " + cmpOr(e.Who, "nobody by name")})
	}
	if e.From != e.To {
		out.Parts = append(out.Parts, parts.Span{Text: ": from " + stateWord(e.From) + " to " + stateWord(e.To) + "."})
	}
	if e.Note != "" && known {
		out.Parts = append(out.Parts, parts.Span{Text: " " + sentence(e.Note)})
	}
	return out
}

func stateWord(s finding.State) string {
	switch s {
	case finding.None:
		return "nothing known"
	case finding.NoData:
		return "not assessed"
	case finding.Lost:
		return "lost sight of"
	case finding.Open, finding.Resolved, finding.Gone:
		return string(s)
	default:
		return string(s)
	}
}

func interval(v listing.Verdict) pages.Interval {
	out := pages.Interval{Outcome: outcomes[v.Outcome], Say: sentence(v.Say), From: day(v.From), To: "still stands",
		Scan: pages.Link{Text: fmt.Sprintf("Scan %d", v.Scan), Href: scanPath(v.Scan)}, Rule: "Plumbline " + v.Engine}
	if v.Version != "" {
		out.Rule = "rule version " + v.Version + ", " + out.Rule
	}
	if !v.To.IsZero() {
		out.To = day(v.To)
	}
	return out
}
