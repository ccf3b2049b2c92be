package ui

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// A tab of a finding's page. Each has an address.
type tab string

const (
	why      tab = ""
	evidence tab = "/evidence"
	fix      tab = "/fix"
)

// A sheet is everything that one finding's page is made from.
type sheet struct {
	*ui
	r     *http.Request
	tab   tab
	rec   finding.Record
	rule  *rule.Rule // never nil: a rule that is no more has only its id
	scans []scan.Record
	page  pages.Finding
}

func (u *ui) finding(t tab) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		s, err := u.sheet(r, t)
		if err != nil {
			return err
		}
		if err := s.fill(); err != nil {
			return err
		}
		show(w, r, http.StatusOK, pages.FindingPage(s.page))
		return nil
	}
}

func (u *ui) sheet(r *http.Request, t tab) (*sheet, error) {
	n, err := findingNumber(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	rec, err := u.Store.Finding(r.Context(), n)
	if err != nil {
		return nil, fmt.Errorf("finding %d: %w", n, err)
	}
	scans, err := u.Store.Scans(r.Context())
	if err != nil {
		return nil, fmt.Errorf("list scans: %w", err)
	}
	s := &sheet{ui: u, r: r, tab: t, rec: rec, scans: scans}
	var ok bool
	if s.rule, ok = u.Rules.Rule(rec.Rule); !ok {
		title, _ := u.faultOf(rec.Rule)
		s.rule = &rule.Rule{ID: rec.Rule, Fault: title, Why: "This version of Plumbline does not have the rule that found this."}
	}
	return s, nil
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

func (s *sheet) fill() (err error) {
	p := &s.page
	p.Number = fmt.Sprintf("FND-%d", s.rec.Number)
	if p.Frame, err = s.frame(s.r, p.Number+s.tabTitle(), "findings", s.scans); err != nil {
		return err
	}
	_, provider := s.faultOf(s.rec.Rule)
	if s.rule.Provider == "" {
		provider = cloudName(s.rec.Subject.Provider)
	}
	view := viewOf(s.rec.State)
	title := s.rule.Fault
	if s.rec.State == finding.NoData { // nothing is known to be wrong, so nothing may read as if it were
		title = "Not assessed: " + cmpOr(s.rule.Title, s.rule.Fault)
	}
	p.Title, p.Provider, p.Severity = title, provider, severity(s.rec.Severity)
	p.Subject = subjectName(s.rec) + " in account " + s.rec.Subject.Account
	if s.rec.Subject.Kind == estate.KindAccount {
		p.Subject = "account " + s.rec.Subject.Account
	}
	p.Rule = pages.Link{Text: s.rec.Rule, Href: query{view: view, rule: s.rec.Rule, open: s.rec.Rule}.address()}
	if s.rec.State != finding.Open {
		p.Tags = append(p.Tags, stateTag(&s.rec))
	}
	s.tabs()
	p.State = s.notice()
	p.Facts, p.Resource = s.facts(), s.resource()
	p.Factors, p.RiskNote = s.factors()
	if err := s.neighbours(); err != nil {
		return err
	}
	switch s.tab {
	case evidence:
		return s.fillEvidence()
	case fix:
		return s.fillFix()
	default:
		return s.fillWhy()
	}
}

func (s *sheet) tabTitle() string {
	return map[tab]string{evidence: ", evidence", fix: ", fix"}[s.tab]
}

func viewOf(st finding.State) string {
	for _, v := range viewWords {
		for _, o := range viewStates[v] {
			if o == st {
				return v
			}
		}
	}
	return viewOpen
}

func (s *sheet) tabs() {
	for _, t := range []struct {
		tab  tab
		text string
	}{{why, "Why"}, {evidence, "Evidence"}, {fix, "Fix"}} {
		s.page.Tabs = append(s.page.Tabs, pages.Link{Text: t.text, Href: findingPath(s.rec.Number) + string(t.tab), Current: t.tab == s.tab})
	}
}

// notice says what the finding's state means, where it is not simply open.
func (s *sheet) notice() *pages.Notice {
	switch s.rec.State {
	case finding.Lost:
		return &pages.Notice{Tone: "warn", Icon: "eye", Title: "Lost sight of.",
			Text: "This failed when it was last told, and can no longer be told. It is not counted as fixed. What stands below is what was last seen."}
	case finding.NoData:
		return &pages.Notice{Icon: "eye", Title: "Not assessed.", Text: "Nobody knows yet whether this is so. It counts neither as passed nor as failed."}
	case finding.Resolved:
		if s.rec.Outcome == finding.Unknown {
			return &pages.Notice{Tone: "good", Icon: "check", Title: "Passes.", Text: "It could not be told before, and the last scan saw it pass. It never failed. What stands below is why it could not be told."}
		}
		return &pages.Notice{Tone: "good", Icon: "check", Title: "Fixed.", Text: "The last scan saw it pass. What stands below is what was found before, as far as it was kept."}
	case finding.Gone:
		if len(s.rec.Cause) > 0 {
			return &pages.Notice{Icon: "dash", Title: "Gone.", Text: strings.Join(s.rec.Cause, " ") + " That is not a fix."}
		}
		return &pages.Notice{Icon: "dash", Title: "Gone.", Text: "A complete listing no longer contains the resource, or the rule no longer applies to it. That is not a fix."}
	}
	return nil
}

func text(s string) []parts.Span  { return []parts.Span{{Text: s}} }
func coded(s string) []parts.Span { return []parts.Span{{Text: s, Code: true}} }

func (s *sheet) facts() []parts.Fact {
	r := s.rec
	state := stateTag(&r)
	risk := parts.Fact{Name: "Risk", Parts: []parts.Span{{Text: strconv.Itoa(r.Risk), Strong: true}, {Text: " of 100"}}}
	if r.Potential {
		risk.Name, risk.Sub = "Risk, at most", "potential: it stands in no sum"
	}
	return []parts.Fact{
		risk,
		{Name: "State", Tag: &state},
		{Name: "First seen", Parts: s.inScan(r.FirstScan), Sub: day(r.FirstSeen)},
		{Name: "Changed", Parts: text(day(r.ChangedAt))},
		{Name: "Last told", Parts: s.inScan(r.LastScan), Sub: day(r.SeenAt)},
	}
}

func (s *sheet) inScan(n int64) []parts.Span {
	if n == 0 {
		return text("unknown")
	}
	return []parts.Span{{Text: fmt.Sprintf("scan %d", n), Href: scanPath(n)}}
}

func (s *sheet) resource() []parts.Fact {
	h := s.rec.Subject
	out := []parts.Fact{{Name: "Name", Parts: text(subjectName(s.rec))}}
	if h.ID != "" {
		out = append(out, parts.Fact{Name: "ID", Parts: coded(h.ID)})
	}
	return append(out,
		parts.Fact{Name: "Kind", Parts: text(strings.ReplaceAll(string(h.Kind), "_", " "))},
		parts.Fact{Name: "Account", Parts: coded(h.Account), Sub: cloudName(h.Provider)},
		parts.Fact{Name: "Region", Parts: text(h.Region)},
		parts.Fact{Name: "Address", Parts: coded(h.UID)},
	)
}

// factors shows how the risk was worked out, so that it can be done again by
// hand.
func (s *sheet) factors() ([]parts.Fact, string) {
	var out []parts.Fact
	for i, f := range s.rec.Factors {
		basis := fmt.Sprintf("× %.2f", float64(f.Basis)/10_000)
		if i == 0 {
			basis = strconv.Itoa(f.Basis / 100)
		}
		out = append(out, parts.Fact{Name: sentenceName(f.Name), Parts: []parts.Span{{Text: basis, Strong: true}}, Sub: f.Value})
	}
	note := "Multiplied and rounded. Higher is worse."
	if s.rec.Potential {
		note += " What is not known is taken as the worst that is not ruled out."
	}
	return out, note
}

func sentenceName(s string) string { return strings.TrimSuffix(sentence(s), ".") }

const (
	neighbourPage = 500
	neighbourMost = 5000
)

// neighbours finds the findings before and after this one in its group, in
// the order of the list. In a group so large that they are far away it shows
// none.
func (s *sheet) neighbours() error {
	f := Filter{States: viewStates[viewOf(s.rec.State)], Rule: s.rec.Rule, Limit: neighbourPage}
	all, err := s.count(s.r.Context(), f)
	if err != nil {
		return err
	}
	at, before := 0, int64(0)
	for at < neighbourMost {
		rs, next, err := s.Store.Findings(s.r.Context(), f)
		if err != nil {
			return fmt.Errorf("list the group: %w", err)
		}
		for i, r := range rs {
			at++
			if r.Number != s.rec.Number {
				before = r.Number
				continue
			}
			after := int64(0)
			if i+1 < len(rs) {
				after = rs[i+1].Number
			} else if next != "" {
				f.After, f.Limit = next, 1
				if after, err = s.first(f); err != nil {
					return err
				}
			}
			s.place(before, after, at, all)
			return nil
		}
		if next == "" {
			return nil
		}
		f.After = next
	}
	return nil
}

func (s *sheet) first(f Filter) (int64, error) {
	rs, _, err := s.Store.Findings(s.r.Context(), f)
	if err != nil || len(rs) == 0 {
		return 0, err
	}
	return rs[0].Number, nil
}

func (s *sheet) place(before, after int64, at, all int) {
	if all < 2 {
		return
	}
	s.page.Place = number(at) + " of " + number(all)
	if before > 0 {
		s.page.Previous = findingPath(before) + string(s.tab)
	}
	if after > 0 {
		s.page.Next = findingPath(after) + string(s.tab)
	}
}

func (s *sheet) fillWhy() error {
	w := &pages.Why{Lede: s.rule.Why, Say: sentence(s.rec.Say), Note: s.rule.Note, RuleText: s.ruleText(), Read: s.references()}
	if s.rec.State == finding.NoData || s.rec.State == finding.Lost {
		for _, c := range reasons(s.rec) {
			w.Unknown = append(w.Unknown, sentence(c))
		}
	}
	s.page.Why = w
	now, err := s.current(s.r.Context())
	if err != nil {
		return err
	}
	w.Same = s.same(now)
	return nil
}

func (s *sheet) ruleText() string {
	t := "Rule " + s.rec.Rule
	if s.rec.Version != "" {
		t += ", version " + s.rec.Version
	}
	return t
}

func (s *sheet) references() []pages.Link {
	var out []pages.Link
	for _, ref := range s.rule.References {
		if strings.HasPrefix(ref, "https://") {
			out = append(out, pages.Link{Text: strings.TrimPrefix(ref, "https://"), Href: ref})
		}
	}
	return out
}

// same says how the rule fared in the whole estate in the last scans.
func (s *sheet) same(now []scan.Record) *pages.Same {
	t := sums(tallies(now))[s.rec.Rule]
	if t.asked() == 0 {
		return nil
	}
	words := fmt.Sprintf("fail, %s pass, %s not assessed", number(t.pass), number(t.unknown))
	return &pages.Same{
		Strong: number(t.fail) + " of " + number(t.asked()), Text: words,
		Bar: outcomeBar(t),
		All: pages.Link{Text: "All that fail", Href: query{view: viewOpen, rule: s.rec.Rule, open: s.rec.Rule}.address()},
	}
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

func (s *sheet) fillFix() error {
	f := &pages.Fix{Read: s.references()}
	s.page.Fix = f
	if f.None = nothingToFix[s.rec.State]; f.None != "" {
		return nil
	}
	if s.Fix == nil {
		f.None = "No fix is known to this installation."
		return nil
	}
	r, err := s.Fix(s.r.Context(), s.rec)
	if problem.Is(err, problem.NotFound) {
		f.None = "The document that the fix would be made for is no longer kept."
		return nil
	}
	if problem.Is(err, problem.Tampered) {
		f.Tampered = said(err) + " No command is made from it. " + tampered
		return nil
	}
	if err != nil {
		return fmt.Errorf("fix of finding %d: %w", s.rec.Number, err)
	}
	s.writeFix(f, r)
	return nil
}

func (s *sheet) writeFix(f *pages.Fix, r rule.Fix) {
	f.Source = strings.TrimSpace(r.Source)
	block := func(id, label, text string) *parts.Code {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		c := parts.Plain(id, label, text)
		return &c
	}
	label := s.page.Provider + " command line"
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
