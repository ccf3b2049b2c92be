package ui

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/compliance"
	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/internal/score"
	"plumbline/web/pages"
)

func (u *ui) complianceRoutes() []route {
	return []route{
		get(compliancePath, access.ReadEstate, u.known(u.compliance)),
		post(compliancePath+"/mappings", access.ApproveChanges, u.known(u.countMappings)),
		get(compliancePath+"/{framework}", access.ReadEstate, u.known(u.framework)),
		get(compliancePath+"/{framework}/{control}", access.ReadEstate, u.known(u.control)),
		get(compliancePath+"/{framework}/{control}/population", access.ReadEstate, u.known(u.population)),
		get(compliancePath+"/{framework}/{control}/sample", access.ReadEstate, u.known(u.sample)),
	}
}

// known answers only where there are frameworks.
func (u *ui) known(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if u.Compliance == nil {
			return errNoPage
		}
		return h(w, r)
	}
}

// compliance lists the frameworks.
func (u *ui) compliance(w http.ResponseWriter, r *http.Request) error {
	if _, err := only(r, "did"); err != nil {
		return err
	}
	all, scope, err := u.Compliance.All(r.Context())
	if err != nil {
		return fmt.Errorf("frameworks: %w", err)
	}
	p := pages.Compliance{
		Frame: u.frameOf(r, "Compliance", sectionCompliance), Disclaim: disclaimer,
		Lead:    "How the controls of published frameworks stand, as far as the settings that guard workload credentials can tell.",
		Notices: u.scopeNotices(&scope, u.Now()), Mappings: u.mappingsCard(r, &scope),
	}
	if !scope.Scanned() {
		p.Notices = nil
		p.Empty = notScanned()
	} else {
		for i := range all {
			p.Rows = append(p.Rows, frameworkRow(&all[i]))
		}
	}
	if p.Empty == nil && len(p.Rows) == 0 {
		p.Empty = &pages.Empty{Title: "There is no framework", Text: []string{"This service was started without any."}}
	}
	show(w, r, http.StatusOK, pages.CompliancePage(p))
	return nil
}

func notScanned() *pages.Empty {
	return &pages.Empty{Title: "Nothing was scanned yet", Text: []string{"How controls stand is told from the first finished scan on, of the accounts that your roles cover."},
		Actions: []pages.Link{{Text: "Show the accounts", Href: "/accounts"}, {Text: "Show the scans", Href: "/scans"}}}
}

func frameworkRow(s *compliance.Summary) pages.FrameworkRow {
	f := s.Framework
	row := pages.FrameworkRow{Href: frameworkPath(f.ID), Name: f.Name, About: editionOf(f)}
	row.Bar, row.Sum = stateBar(s.Count)
	row.Covered, row.CoveredNote = coverage(s.Covered)
	if n := notCounted(s); n > 0 {
		row.Waits = pages.Link{Text: some(n, "waits", "wait") + " for mappings that do not count", Href: compliancePath + "#mappings"}
	}
	row.Score, row.Range = scoreWords(s.Posture)
	return row
}

func editionOf(f *framework.Framework) string {
	parts := []string{f.Publisher}
	if f.Edition != "" {
		parts = append(parts, "edition "+f.Edition)
	}
	return strings.Join(parts, ", ")
}

// coverage is "11 of 93" and what the rest is.
func coverage(c framework.Covered) (words, note string) {
	switch {
	case c.All == 0:
		return fmt.Sprintf("%d of %d", c.Assessed, c.Here), "of those named here; how many the publisher lists is not known"
	case c.Here < c.All:
		return c.String(), "controls; " + number(c.All-c.Here) + " are not named here"
	}
	return c.String(), "controls"
}

func scoreWords(p score.Posture) (points, rest string) {
	if !p.Assessed {
		return "no score", "nothing that counts was told"
	}
	return fmt.Sprint(score.Whole(p.Score)), fmt.Sprintf("%s assessed (%d–%d)", percent(p.Coverage), score.Whole(p.Low), score.Whole(p.High))
}

// scopeNotices say what an assessment at a time does not rest on.
func (u *ui) scopeNotices(s *compliance.Scope, at time.Time) []pages.Notice {
	var out []pages.Notice
	if blind := absentNames(s.Of(listing.NotLookedAt)); len(blind) > 0 {
		out = append(out, pages.Notice{Tone: "warn", Icon: "eye", Title: "Nobody looked at " + namesOf(blind) + " for seven days.",
			Text: "What was known of it counts as not known; what was past due stays past due."})
	}
	if left := absentNames(s.Of(listing.Disconnected)); len(left) > 0 {
		out = append(out, pages.Notice{Icon: "info", Title: "Left out: " + namesOf(left) + ".", Text: "Disconnected, and not scanned in the seven days before."})
	}
	var old []string
	for i := range s.Looks {
		l := &s.Looks[i]
		if why, _ := l.Absent(at); why == "" && at.Sub(l.At) > 48*time.Hour && !l.Left(at) {
			old = append(old, printable(accountName(l.Account)))
		}
	}
	if len(old) > 0 {
		out = append(out, pages.Notice{Icon: "clock", Title: "The last scan of " + namesOf(old) + " is older than 48 hours.", Text: "What it told is shown."})
	}
	if never := absentNames(s.Of(listing.NeverScanned)); len(never) > 0 {
		out = append(out, pages.Notice{Tone: "warn", Icon: "eye", Title: "No scan of " + namesOf(never) + " was finished by then.", Text: "Nothing here speaks about it."})
	}
	for _, c := range s.Counted {
		out = append(out, pages.Notice{Tone: "accent", Icon: "info", Title: countedTitle[c.Status], Text: "Switched on by " + c.Who + " on " + date(c.At) + "; not only publishers say which rule speaks about which control.",
			Href: compliancePath + "#mappings", Link: "Whose mappings count"})
	}
	return out
}

func absentNames(all []compliance.Absent) (names []string) {
	for _, a := range all {
		names = append(names, printable(accountName(a.Account)))
	}
	return names
}

var countedTitle = map[framework.Status]string{
	framework.ThirdParty: "Mappings of third parties count.",
	framework.Judgement:  "Mappings by judgement count.",
}

// namesOf are some names: at most three, and how many more.
func namesOf(names []string) string {
	const most = 3
	if len(names) <= most {
		return join(names)
	}
	return strings.Join(names[:most], ", ") + " and " + some(len(names)-most, "more account", "more accounts")
}

// mappingsCard says whose mappings count, and lets an officer change that.
func (u *ui) mappingsCard(r *http.Request, s *compliance.Scope) *pages.Mappings {
	m := &pages.Mappings{Note: "An officer over all accounts changes this."}
	if u.Mappings != nil && may(r.Context(), access.ApproveChanges) {
		m.Action, m.Note = compliancePath+"/mappings", "Each change stands in the audit log with your name."
	}
	since := map[framework.Status]listing.CountedMapping{}
	for _, c := range s.Counted {
		since[c.Status] = c
	}
	for _, row := range []struct {
		status     framework.Status
		name, text string
	}{
		{framework.Publisher, "Publishers' own", "The framework's publisher tests what the rule tests."},
		{framework.ThirdParty, "Third parties'", "A tool maps the rule's question to the control; each mapping names it and its commit."},
		{framework.Judgement, "By judgement", "We, or somebody here, hold that the rule speaks about the control."},
	} {
		c, on := since[row.status]
		on = on || row.status == framework.Publisher
		x := pages.MappingRow{Status: string(row.status), Name: row.name, Text: row.text, Current: on, Tag: statusTags[row.status]}
		x.Tag = tagOf(on)
		if row.status != framework.Publisher {
			x.On, x.Button = "on", "Count them"
			if on {
				x.On, x.Button, x.Since = "off", "Count them no longer", "Switched on by "+c.Who+" on "+date(c.At)+"."
			}
		}
		m.Rows = append(m.Rows, x)
	}
	return m
}

// countMappings lets mappings of a status count, or no longer.
func (u *ui) countMappings(w http.ResponseWriter, r *http.Request) error {
	if u.Mappings == nil {
		return errNoPage
	}
	v, err := form(w, r)
	if err != nil {
		return err
	}
	on := v.Get("count")
	if on != "on" && on != "off" {
		return u.unable(w, r, errNoChoice, pages.Link{Text: "Show the frameworks", Href: compliancePath})
	}
	if err := u.Mappings.CountMappings(r.Context(), framework.Status(v.Get("status")), on == "on"); err != nil {
		return u.unable(w, r, err, pages.Link{Text: "Show the frameworks", Href: compliancePath})
	}
	http.Redirect(w, r, compliancePath+"#mappings", http.StatusSeeOther)
	return nil
}
