package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"plumbline/internal/compliance"
	"plumbline/internal/framework"
	"plumbline/internal/problem"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

var errNoChoice = problem.New(problem.Invalid, "The form says neither on nor off.")

// framework shows the controls of one, over a period.
func (u *ui) framework(w http.ResponseWriter, r *http.Request) error {
	v, err := only(r, "from", "to")
	if err != nil {
		return err
	}
	id := r.PathValue("framework")
	asked, fault := compliance.NewPeriod(v.Get("from"), v.Get("to"), u.Now())
	status := http.StatusOK
	if fault != nil {
		if asked, err = compliance.NewPeriod("", "", u.Now()); err != nil {
			return err
		}
		status = http.StatusUnprocessableEntity
	}
	rep, err := u.Compliance.Framework(r.Context(), id, asked)
	if err != nil {
		return fmt.Errorf("framework %s: %w", id, err)
	}
	f := rep.Framework
	p := pages.Framework{
		Frame: u.frameOf(r, f.Title(), sectionCompliance), Crumbs: []pages.Link{{Text: "Compliance", Href: compliancePath}, {Text: f.Title()}},
		Title: f.Title(), Lead: frameworkLead(rep), About: f.About, Notices: u.scopeNotices(&rep.Scope, asked.End()), Disclaim: disclaimer,
		Period: periodForm(frameworkPath(f.ID), asked, u.Now()), Foot: "One cell is one week from Monday to Monday, UTC. A week is as bad as the worst that held in it: what a scan told in it, and what it began with. " + f.Licence,
	}
	if f.Source != "" {
		p.Source = pages.Link{Text: "The publisher's own page", Href: f.Source}
	}
	if fault != nil { // what was typed stays
		p.Period.From, p.Period.To, p.Period.Fault = v.Get("from"), v.Get("to"), said(fault)+" The usual period is shown."
	}
	if !rep.Scanned() {
		p.Empty, p.Notices = notScanned(), nil
		if !asked.Present() {
			p.Empty = &pages.Empty{Title: "Nothing was scanned by then", Text: []string{"No account that your roles cover had a finished scan before the end of this period."},
				Actions: []pages.Link{{Text: "Show the usual period", Href: frameworkPath(f.ID)}}}
		}
	} else {
		p.Counts = controlCounts(rep)
		if n := notCounted(&rep.Summary); n > 0 {
			p.Notices = append(p.Notices, notCountedNotice(r, n))
		}
	}
	p.Groups, p.Legend = controlGroups(rep), legendOf(rep.Weeks...)
	show(w, r, status, pages.FrameworkPage(p))
	return nil
}

// frameworkLead says how much of it is assessed.
func frameworkLead(rep *compliance.Report) string {
	c := rep.Covered
	if c.All == 0 {
		return c.String() + " controls are assessed. How many the publisher lists is not known here."
	}
	waits := notCounted(&rep.Summary)
	rest := c.All - c.Assessed
	switch {
	case waits > 0 && rest == waits:
		return fmt.Sprintf("%s controls are assessed. Rules speak of the other %s, by mappings that do not count here.", c, number(rest))
	case waits > 0:
		return fmt.Sprintf("%s controls are assessed. Rules speak of %s more, by mappings that do not count here; the rest need evidence from elsewhere.", c, number(waits))
	case rest > 0:
		return fmt.Sprintf("%s controls are assessed. The other %s evidence from elsewhere.", c, some(rest, "needs", "need"))
	}
	return c.String() + " controls are assessed."
}

func controlCounts(rep *compliance.Report) []pages.Change {
	when := "on " + date(rep.Period.To)
	if rep.Period.Present() {
		when = "now"
	}
	add := func(n int, text, tone string) pages.Change {
		if n == 0 {
			tone = ""
		}
		return pages.Change{Count: number(n), Text: text, Tone: tone}
	}
	out := []pages.Change{
		add(rep.Count(framework.Passing), "passing "+when, "good"), add(rep.Count(framework.Failing), "failing", "bad"),
		add(rep.Count(framework.Overdue), "past due", "bad"), add(rep.Count(framework.NoData), "without data", "warn"),
	}
	if n := rep.Count(framework.Attested); n > 0 {
		out = append(out, add(n, "attested, not measured", ""))
	}
	if n := rep.Count(framework.Accepted); n > 0 {
		out = append(out, add(n, "accepted", ""))
	}
	if rep.Period.Present() {
		points, rest := scoreWords(rep.Posture)
		out = append(out, pages.Change{Count: points, Text: "posture, " + rest})
	}
	return out
}

func controlGroups(rep *compliance.Report) []pages.ControlGroup {
	at := map[*framework.Control]int{}
	for i := range rep.Standings {
		at[rep.Standings[i].Control] = i
	}
	var out []pages.ControlGroup
	for g := range rep.Framework.Groups {
		group := &rep.Framework.Groups[g]
		x := pages.ControlGroup{ID: "group-" + strconv.Itoa(g+1), Title: groupTitle(group)}
		for c := range group.Controls {
			i := at[&group.Controls[c]]
			s := &rep.Standings[i]
			x.Rows = append(x.Rows, pages.ControlRow{
				Href: withPeriod(controlPath(rep.Framework.ID, s.Control.ID), rep.Period), ID: s.Control.ID, Title: s.Control.Title,
				State: controlTags[s.State], Of: standingWords(s), Strip: stripOf(s.Control.ID, rep.Weeks[i]),
			})
		}
		out = append(out, x)
	}
	return out
}

func groupTitle(g *framework.Group) string {
	switch {
	case g.Title == "":
		return "Controls " + g.ID
	case g.ID == "":
		return g.Title
	}
	return g.ID + " " + g.Title
}

// withPeriod keeps the period in an address, unless it is the usual one.
func withPeriod(path string, p compliance.Period) string {
	if p.Usual() {
		return path
	}
	return withQuery(path, url.Values{"from": {isoDay(p.From)}, "to": {isoDay(p.To)}})
}

// periodForm chooses a period; now is today.
func periodForm(path string, p compliance.Period, now time.Time) pages.Period {
	out := pages.Period{Action: path, From: isoDay(p.From), To: isoDay(p.To), Most: isoDay(now)}
	today := now.UTC().Truncate(24 * time.Hour)
	for _, preset := range []struct {
		text string
		from time.Time
	}{
		{"12 weeks", today.AddDate(0, 0, -7*12+1)}, {"52 weeks", today.AddDate(0, 0, -7*52+1)},
		{strconv.Itoa(today.Year()), time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC)},
		{strconv.Itoa(today.Year() - 1), time.Date(today.Year()-1, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		to := today
		if preset.from.Year() < today.Year() && preset.text == strconv.Itoa(today.Year()-1) {
			to = time.Date(today.Year()-1, 12, 31, 0, 0, 0, 0, time.UTC)
		}
		out.Presets = append(out.Presets, pages.Link{Text: preset.text, Current: p.From.Equal(preset.from) && p.To.Equal(to),
			Href: withQuery(path, url.Values{"from": {isoDay(preset.from)}, "to": {isoDay(to)}})})
	}
	return out
}

// tagOf says whether something counts.
func tagOf(on bool) parts.Tag {
	if on {
		return parts.Tag{Tone: "pass", Icon: "check", Text: "Counted"}
	}
	return parts.Tag{Tone: "line", Icon: "dash", Text: "Not counted"}
}

// weekRows are weeks in words, the last first.
func weekRows(weeks []framework.Week) []pages.WeekRow {
	var out []pages.WeekRow
	for i := range weeks {
		w := &weeks[i]
		out = append(out, pages.WeekRow{Name: "from " + date(w.From), State: controlTags[w.State], Of: weekWords(*w)})
	}
	slices.Reverse(out)
	return out
}
