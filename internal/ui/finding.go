package ui

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// A tab of a finding's page. Each has an address.
type tab string

const (
	why      tab = ""
	evidence tab = "/evidence"
	fix      tab = "/fix"
	past     tab = "/history"
)

// A detail is everything that one finding's page is made from.
type detail struct {
	*ui
	r      *http.Request
	tab    tab
	rec    finding.Record
	shared listing.Members // of a group's finding
	due    time.Time       // zero: none
	owned  listing.Ownership
	events []listing.Event // newest last
	rule   *rule.Rule      // never nil: a rule that is no more has only its id
	page   pages.Finding
}

func (u *ui) finding(t tab) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		n, err := findingNumber(r.PathValue("id"))
		if err != nil {
			return err
		}
		d, err := u.detail(r, n, t)
		if err != nil {
			return err
		}
		if err := d.fill(); err != nil {
			return err
		}
		show(w, r, http.StatusOK, pages.FindingPage(d.page))
		return nil
	}
}

func (u *ui) detail(r *http.Request, n int64, t tab) (*detail, error) {
	f, events, err := u.Reader.Finding(r.Context(), n)
	if err != nil {
		return nil, fmt.Errorf("finding %d: %w", n, err)
	}
	d := &detail{ui: u, r: r, tab: t, rec: f.Record, shared: f.Members, due: f.Due, owned: f.Owner, events: events}
	var ok bool
	if d.rule, ok = u.Rules.Rule(f.Rule); !ok {
		title, _ := u.faultOf(f.Rule)
		d.rule = &rule.Rule{ID: f.Rule, Fault: title, Why: "This version of Plumbline does not have the rule that found this."}
	}
	return d, nil
}

// found is the finding with its due date.
func (d *detail) found() listing.Finding { return listing.Finding{Record: d.rec, Due: d.due} }

// blind says that the finding cannot be told now.
func (d *detail) blind() bool { return d.rec.State == finding.NoData || d.rec.State == finding.Lost }

// title is what is wrong. Where nothing is known to be wrong, nothing may read
// as if it were.
func (d *detail) title() string {
	if d.rec.State == finding.NoData {
		return "Not assessed: " + cmpOr(d.rule.Title, d.rule.Fault)
	}
	return d.rule.Fault
}

// findingNumber reads FND-12. Only this spelling is an address.
func findingNumber(id string) (int64, error) {
	digits, ok := strings.CutPrefix(id, "FND-")
	n, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || n < 1 || strconv.FormatInt(n, 10) != digits {
		return 0, errNoPage
	}
	return n, nil
}

func (d *detail) fill() error {
	p := &d.page
	p.Number = findingID(d.rec.Number)
	p.Frame = d.frameOf(d.r, p.Number+d.tabTitle(), sectionFindings)
	_, provider := d.faultOf(d.rec.Rule)
	if d.rule.Provider == "" {
		provider = estate.CloudName(d.rec.Subject.Provider)
	}
	p.Title, p.Provider, p.Severity = d.title(), provider, severity(d.rec.Severity)
	p.Subject = subjectName(d.rec) + " in account " + d.rec.Subject.Account
	if d.rec.Subject.Kind == estate.KindAccount {
		p.Subject = "account " + d.rec.Subject.Account
	}
	p.Rule = pages.Link{Text: d.rec.Rule, Href: onlyRule(viewOf(d.rec.State), d.rec.Rule)}
	if d.rec.State != finding.Open {
		p.Tags = append(p.Tags, stateTag(&d.rec))
	}
	if t := dueTag(d.found(), d.Now()); t != nil && t.Tone != "" {
		p.Tags = append(p.Tags, *t)
	}
	d.tabs()
	p.State = d.notice()
	p.Facts, p.Resource = d.facts(), d.resource()
	p.Factors, p.RiskNote = d.factors()
	p.API = "/api/v1" + findingPath(d.rec.Number)
	if err := d.neighbours(); err != nil {
		return err
	}
	if err := d.owner(); err != nil {
		return err
	}
	switch d.tab {
	case evidence:
		return d.fillEvidence()
	case fix:
		return d.fillFix()
	case past:
		return d.fillHistory()
	default:
		return d.fillWhy()
	}
}

func (d *detail) tabTitle() string {
	return map[tab]string{evidence: ", evidence", fix: ", fix", past: ", history"}[d.tab]
}

func (d *detail) tabs() {
	for _, t := range []struct {
		tab  tab
		text string
	}{{why, "Why"}, {evidence, "Evidence"}, {fix, "Fix"}, {past, "History"}} {
		d.page.Tabs = append(d.page.Tabs, pages.Link{Text: t.text, Href: findingPath(d.rec.Number) + string(t.tab), Current: t.tab == d.tab})
	}
}

// notice says what the finding's state means, where it is not simply open.
func (d *detail) notice() *pages.Notice {
	switch d.rec.State {
	case finding.Lost:
		return &pages.Notice{Tone: "warn", Icon: "eye", Title: "Lost sight of.",
			Text: "This failed when it was last told, and can no longer be told. It is not counted as fixed. What stands below is what was last seen."}
	case finding.NoData:
		return &pages.Notice{Icon: "eye", Title: "Not assessed.", Text: "Nobody knows yet whether this is so. It counts neither as passed nor as failed."}
	case finding.Resolved:
		if d.rec.Outcome == finding.Unknown {
			return &pages.Notice{Tone: "good", Icon: "check", Title: "Passes.", Text: "It could not be told before, and the last scan saw it pass. It never failed. What stands below is why it could not be told."}
		}
		return &pages.Notice{Tone: "good", Icon: "check", Title: "Fixed.", Text: "The last scan saw it pass. What stands below is what was found before, as far as it was kept."}
	case finding.Gone:
		if len(d.rec.Cause) > 0 {
			return &pages.Notice{Icon: "dash", Title: "Gone.", Text: strings.Join(d.rec.Cause, " ") + " That is not a fix."}
		}
		return &pages.Notice{Icon: "dash", Title: "Gone.", Text: "A complete listing no longer contains the resource, or the rule no longer applies to it. That is not a fix."}
	}
	return nil
}

func text(s string) []parts.Span  { return []parts.Span{{Text: s}} }
func coded(s string) []parts.Span { return []parts.Span{{Text: s, Code: true}} }

func (d *detail) facts() []parts.Fact {
	r := d.rec
	state := stateTag(&r)
	risk := parts.Fact{Name: "Risk", Parts: []parts.Span{{Text: strconv.Itoa(r.Risk), Strong: true}, {Text: " of 100"}}}
	due := parts.Fact{Name: "Due", Parts: text("no due date")}
	if !d.due.IsZero() {
		due.Parts, due.Tag = nil, dueTag(d.found(), d.Now())
		if due.Tag == nil {
			due.Parts = text(date(d.due.Add(-1)))
		} else {
			due.Sub = "by the end of " + date(d.due.Add(-1)) + ", UTC"
		}
	}
	if r.Potential {
		risk.Name, risk.Sub = "Risk, at most", "potential: it stands in no sum"
	}
	return []parts.Fact{
		risk,
		{Name: "State", Tag: &state},
		due,
		{Name: "First seen", Parts: d.inScan(r.FirstScan), Sub: day(r.FirstSeen)},
		{Name: "Changed", Parts: text(day(r.ChangedAt))},
		{Name: "Last told", Parts: d.inScan(r.LastScan), Sub: day(r.SeenAt)},
	}
}

func (d *detail) inScan(n int64) []parts.Span {
	if n == 0 {
		return text("unknown")
	}
	return []parts.Span{{Text: fmt.Sprintf("scan %d", n), Href: scanPath(n)}}
}

func (d *detail) resource() []parts.Fact {
	h := d.rec.Subject
	out := []parts.Fact{{Name: "Name", Parts: text(subjectName(d.rec))}}
	if h.ID != "" {
		out = append(out, parts.Fact{Name: "ID", Parts: coded(h.ID)})
	}
	return append(out,
		parts.Fact{Name: "Kind", Parts: text(strings.ReplaceAll(string(h.Kind), "_", " "))},
		parts.Fact{Name: "Account", Parts: coded(h.Account), Sub: estate.CloudName(h.Provider)},
		parts.Fact{Name: "Region", Parts: text(h.Region)},
		parts.Fact{Name: "Address", Parts: coded(h.UID)},
	)
}

// factors shows how the risk was worked out, so that it can be done again by
// hand.
func (d *detail) factors() ([]parts.Fact, string) {
	var out []parts.Fact
	for i, f := range d.rec.Factors {
		basis := fmt.Sprintf("× %.2f", float64(f.Basis)/10_000)
		if i == 0 {
			basis = strconv.Itoa(f.Basis / 100)
		}
		out = append(out, parts.Fact{Name: sentenceName(f.Name), Parts: []parts.Span{{Text: basis, Strong: true}}, Sub: f.Value})
	}
	note := "Multiplied and rounded. Higher is worse."
	if d.rec.Potential {
		note += " What is not known is taken as the worst that is not ruled out."
	}
	return out, note
}

func sentenceName(s string) string { return strings.TrimSuffix(sentence(s), ".") }

func (d *detail) fillWhy() (err error) {
	w := &pages.Why{Lede: d.rule.Why, Say: sentence(d.rec.Say), Note: d.rule.Note, RuleText: d.ruleText(), Read: d.references(), Speaks: d.speaksAbout()}
	if d.blind() {
		for _, c := range reasons(d.rec) {
			w.Unknown = append(w.Unknown, sentence(c))
		}
	}
	d.page.Why = w
	d.wayThrough(w)
	if w.Members, err = d.members(); err != nil {
		return err
	}
	w.Same, err = d.same()
	return err
}

func (d *detail) ruleText() string {
	t := "Rule " + d.rec.Rule
	if d.rec.Version != "" {
		t += ", version " + d.rec.Version
	}
	return t
}

func (d *detail) references() []pages.Link {
	var out []pages.Link
	for _, ref := range d.rule.References {
		if strings.HasPrefix(ref, "https://") {
			out = append(out, pages.Link{Text: strings.TrimPrefix(ref, "https://"), Href: ref})
		}
	}
	return out
}

// outcomeBar draws fail, not assessed and pass, in this order.
func outcomeBar(t sum) parts.Bar {
	return parts.Bar{
		Words:    fmt.Sprintf("%s fail, %s not assessed, %s pass", number(t.fail), number(t.unknown), number(t.pass)),
		Segments: []parts.Segment{{Class: "f-crit", Count: t.fail}, {Class: "f-none", Count: t.unknown}, {Class: "f-pass", Count: t.pass}},
	}
}

// nothingToFix says why there is no fix for a finding that does not fail. An
// undo is not offered either: it would be made from what is there now.
var nothingToFix = map[finding.State]string{
	finding.NoData:   "This could not be told, so nothing is known that needs mending. What would settle it stands under Why.",
	finding.Resolved: "Nothing needs to be done: the last scan saw it pass. Should it fail again, the finding comes back, and with it the fix.",
	finding.Gone:     "Nothing needs to be done: the resource is no more, or the rule no longer applies to it. What made it may make another: look for its template there.",
}

func (d *detail) fillFix() error {
	f := &pages.Fix{Read: d.references()}
	d.page.Fix = f
	if f.None = nothingToFix[d.rec.State]; f.None != "" {
		return nil
	}
	if d.Fix == nil {
		f.None = "No fix is known to this installation."
		return nil
	}
	r, err := d.Fix(d.r.Context(), d.rec)
	if problem.Is(err, problem.NotFound) {
		f.None = "The document that the fix would be made for is no longer kept."
		return nil
	}
	if problem.Is(err, problem.Tampered) {
		f.Tampered = said(err) + " No command is made from it. " + tampered
		return nil
	}
	if err != nil {
		return fmt.Errorf("fix of finding %d: %w", d.rec.Number, err)
	}
	d.writeFix(f, r)
	return nil
}

func (d *detail) writeFix(f *pages.Fix, r rule.Fix) {
	f.Source = strings.TrimSpace(r.Source)
	block := func(id, label, text string) *parts.Code {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		c := parts.Plain(id, label, text)
		return &c
	}
	label := d.page.Provider + " command line"
	if strings.HasPrefix(r.CLI, "plumbline ") {
		label = "Command line"
	}
	f.CLI = block("cli", label, r.CLI)
	f.Keep = block("terraform", "Terraform", r.Terraform)
	f.Undo = block("undo", "Back to what was found", r.Undo)
	f.UndoText = "If something stops working, this puts back what was found. The finding comes back with the next scan."
	for _, c := range strings.Split(r.Console, ">") {
		if c = strings.TrimSpace(c); c != "" {
			f.Console = append(f.Console, c)
		}
	}
	for _, k := range sorted(r.Sets) {
		if _, list := r.Sets[k].([]any); list {
			continue // an example of what the rule wants, and nothing that a command sets
		}
		f.Sets = append(f.Sets, parts.Fact{Name: k, Parts: coded(fmt.Sprint(r.Sets[k]))})
	}
	if f.CLI == nil && f.Keep == nil && len(f.Console) == 0 && f.Source == "" {
		f.None = "This rule knows no fix that fits every estate. The reading below says what to weigh."
	}
}
