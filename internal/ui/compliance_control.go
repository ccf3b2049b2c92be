package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/compliance"
	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// usualSample is how many subjects a sample has unless somebody says otherwise.
const usualSample = 25

// control shows one control: what it asks, who speaks about it, its weeks.
func (u *ui) control(w http.ResponseWriter, r *http.Request) error {
	v, err := only(r, "from", "to")
	if err != nil {
		return err
	}
	asked, fault := compliance.NewPeriod(v.Get("from"), v.Get("to"), u.Now())
	status := http.StatusOK
	if fault != nil {
		if asked, err = compliance.NewPeriod("", "", u.Now()); err != nil {
			return err
		}
		status = http.StatusUnprocessableEntity
	}
	rep, c, err := u.Compliance.Control(r.Context(), r.PathValue("framework"), r.PathValue("control"), asked)
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}
	p := u.controlPage(r, rep, c)
	if fault != nil {
		p.Period.From, p.Period.To, p.Period.Fault = v.Get("from"), v.Get("to"), said(fault)+" The usual period is shown."
	}
	show(w, r, status, pages.ControlPage(p))
	return nil
}

func (u *ui) controlPage(r *http.Request, rep *compliance.Report, c *framework.Control) pages.Control {
	f, s, weeks := rep.Framework, &rep.Standings[0], rep.Weeks[0]
	here := controlPath(f.ID, c.ID)
	p := pages.Control{
		Frame: u.frameOf(r, c.ID+" "+c.Title, sectionCompliance), Crumbs: controlCrumbs(f, c, rep.Period), ID: c.ID, Title: c.Title, Text: c.Text,
		State: controlTags[s.State], Of: standingWords(s), Why: longWhy(c, s.Why), Notices: u.scopeNotices(&rep.Scope, rep.Period.End()),
		Facts: controlFacts(f, rep), Period: periodForm(here, rep.Period, u.Now()), Strip: stripOf(c.ID, weeks), Weeks: weekRows(weeks), Legend: legendOf(weeks),
		NoRules: noControlRules(c), Attest: u.attestCard(r, f, c, rep), Disclaim: disclaimer,
	}
	if !rep.Scanned() {
		p.Notices = []pages.Notice{{Tone: "warn", Icon: "eye", Title: "Nothing was scanned by then.", Text: "How this control stands is told from the first finished scan on.", Href: "/scans", Link: "Show the scans"}}
	}
	for i := range s.Parts {
		p.Rules = append(p.Rules, u.controlRule(&s.Parts[i], rep.Period.Present()))
	}
	if rules := compliance.Counted(s); len(rules) > 0 && rep.Scanned() {
		p.Draw = u.drawForm(f, c, rep.Period)
	}
	return p
}

func controlCrumbs(f *framework.Framework, c *framework.Control, p compliance.Period, more ...string) []pages.Link {
	out := []pages.Link{{Text: "Compliance", Href: compliancePath}, {Text: f.Title(), Href: withPeriod(frameworkPath(f.ID), p)}, {Text: c.ID, Href: withPeriod(controlPath(f.ID, c.ID), p)}}
	for _, m := range more {
		out = append(out, pages.Link{Text: m})
	}
	return out
}

func controlFacts(f *framework.Framework, rep *compliance.Report) []parts.Fact {
	facts := []parts.Fact{{Name: "Framework", Parts: text(f.Title())}, {Name: "Publisher", Parts: text(f.Publisher)}, {Name: "As of", Parts: text(day(rep.Period.End()))}}
	newest := listing.Look{}
	n := 0
	for _, l := range rep.Looks {
		if l.Scan != 0 {
			n++
		}
		if l.At.After(newest.At) {
			newest = l
		}
	}
	if n > 0 {
		facts = append(facts, parts.Fact{Name: "Rests on", Parts: []parts.Span{{Text: some(n, "scan, begun ", "scans, the last begun ")}, {Text: day(newest.At), Href: scanPath(newest.Scan)}}})
	}
	return append(facts, parts.Fact{Name: "File", Parts: []parts.Span{{Text: f.Version, Code: true}}})
}

func noControlRules(c *framework.Control) string {
	switch {
	case c.Cannot != "":
		return "None: " + sentence(c.Cannot)
	case c.Comes != "":
		return "None yet. They come " + sentenceTail(c.Comes)
	case c.Attest != "":
		return "None: no machine can tell. Somebody has to state it."
	}
	return "None."
}

var partWhy = map[framework.Why]string{
	framework.NotCounted: "does not count here", framework.SwitchedOff: "switched off", framework.Waits: "still to come", framework.NoSubject: "nothing to ask it of",
}

// controlRule is what one rule adds. Its findings are those of the present, so
// they are led to only where the period ends now.
func (u *ui) controlRule(p *framework.Part, present bool) pages.ControlRule {
	row := pages.ControlRule{ID: p.Rule, Title: "No rule of this id is asked here.", Status: statusTags[p.Status], Source: p.Source, Note: p.Note, WhyNot: partWhy[p.Why]}
	if r, ok := u.Rules.Rule(p.Rule); ok {
		s := severity(r.Severity)
		row.Title, row.Severity, row.Href = r.Title, &s, u.ruleLink(r.ID)
	}
	t := p.Tally
	if t.All() == 0 {
		return row
	}
	row.Bar, row.Of = tallyBar(t), talliedWords(t)
	if bad := t.Fail + t.Accepted; bad > 0 && present {
		row.Fail = pages.Link{Text: some(bad, "subject fails", "subjects fail"), Href: findingsOf("is:open " + pair("rule", p.Rule))}
	}
	if t.Unknown > 0 && present {
		row.Unknown = pages.Link{Text: number(t.Unknown) + " not known", Href: findingsOf("is:lost,nodata " + pair("rule", p.Rule))}
	}
	return row
}

// ruleLink is the address of a rule's page; "" where there are none.
func (u *ui) ruleLink(id string) string {
	if u.Rulebook == nil {
		return ""
	}
	return rulePath(id)
}

// attestCard says what somebody has to state, and who did.
func (u *ui) attestCard(r *http.Request, f *framework.Framework, c *framework.Control, rep *compliance.Report) *pages.Attest {
	if c.Attest == "" {
		return nil
	}
	a := &pages.Attest{Text: c.Attest, State: "Nobody has stated it."}
	switch rep.Options.Attested(c.ID) {
	case framework.InForce:
		a.State = "It is stated, and in force."
	case framework.RunOut:
		a.State = "What was stated is no longer in force."
	case framework.Unstated:
	}
	if u.Attestations == nil {
		return a
	}
	if all, err := u.Attestations.Valid(r.Context(), f.ID, c.ID, rep.Period.End().Add(-time.Microsecond)); err == nil {
		for i := range all {
			a.Rows = append(a.Rows, pages.Link{Text: "Stated for " + attestedFor(&all[i]) + ", until " + date(all[i].Until), Href: fmt.Sprintf("%s/%d", attestationsPath, all[i].ID)})
		}
	} else {
		u.Log.ErrorContext(r.Context(), "attestations of a control", "path", r.URL.Path, "err", err)
		a.State = "Whether it is stated could not be read just now."
	}
	if may(r.Context(), access.ProposeRules) {
		a.Action = &pages.Link{Text: "State it", Href: attestationsPath + "/new?" + url.Values{"framework": {f.ID}, "control": {c.ID}}.Encode()}
	}
	return a
}

func attestedFor(a *listing.Attestation) string {
	if a.Whole {
		return "all accounts"
	}
	var names []string
	for _, x := range a.Accounts {
		names = append(names, printable(accountName(x)))
	}
	return namesOf(names)
}

// drawForm asks for a sample. Without a seed it proposes one that anybody can
// make again.
func (u *ui) drawForm(f *framework.Framework, c *framework.Control, p compliance.Period) *pages.DrawForm {
	here := controlPath(f.ID, c.ID)
	return &pages.DrawForm{Action: here + "/sample", AllAction: here + "/population", On: isoDay(p.To), Most: isoDay(u.Now()), N: fmt.Sprint(usualSample),
		Seed: strings.Join([]string{f.ID, c.ID, isoDay(p.To)}, "/")}
}
