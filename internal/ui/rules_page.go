package ui

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/rule"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// A Spoken is a control that a rule speaks about.
type Spoken struct {
	Framework string // its name
	Control   string // as its publisher numbers it
	Title     string
	Path      string // address of its page; "" if there is none
	Says      string // who says that the rule speaks about it
}

// rule shows one rule.
func (u *ui) rule(w http.ResponseWriter, r *http.Request) error {
	v, err := only(r, "did")
	if err != nil {
		return err
	}
	e, history, err := u.entry(r)
	if err != nil {
		return err
	}
	by, err := u.ruleSums(r.Context())
	if err != nil {
		return err
	}
	s, told := by[e.Rule.ID]
	p := u.ruleSheet(ruleStanding{e, s, told})
	p.Frame = u.frameOf(r, e.Rule.ID, sectionRules)
	if v.Get("did") == "withdraw" {
		p.Notices = append(p.Notices, pages.Notice{Tone: "good", Icon: "check", Title: "Withdrawn.", Text: "Nothing was changed."})
	}
	p.Notices = append(p.Notices, u.ruleNotices(e, history)...)
	if len(history) == listing.RecentChanges {
		p.Notices = append(p.Notices, pages.Notice{Icon: "clock", Title: fmt.Sprintf("Its last %d changes are shown.", len(history)),
			Text: "Older ones stand among the changes of all rules.", Href: changesHome, Link: "Show them"})
	}
	for i, c := range history {
		ev := u.ruleEvent(c)
		ev.Title = changeVerb(c)
		ev.Diff = changeDiff(fmt.Sprintf("diff-%d", i), c, c.Before)
		p.History = append(p.History, ev)
	}
	if may(r.Context(), access.ProposeRules) {
		p.Actions = ruleActions(e)
	} else {
		p.MayNot = "To propose a change takes the role engineer, officer or administrator, over all accounts."
	}
	show(w, r, http.StatusOK, pages.RulePage(p))
	return nil
}

// entry reads the rule that an address names.
func (u *ui) entry(r *http.Request) (listing.RuleEntry, []listing.RuleChange, error) {
	id := r.PathValue("id")
	e, history, err := u.Rulebook.Entry(r.Context(), id)
	if err != nil {
		return e, nil, fmt.Errorf("rule %s: %w", id, err)
	}
	if e.Rule == nil {
		return e, nil, errNoPage
	}
	return e, history, nil
}

func ruleActions(e listing.RuleEntry) []pages.Link {
	at := func(k listing.DraftKind) string {
		i := slices.IndexFunc(drafts, func(d draftPage) bool { return d.kind == k })
		return drafts[i].of(e.Rule.ID)
	}
	out := []pages.Link{{Text: "Edit the file", Href: at(listing.DraftFile)}}
	if len(e.Rule.Params) > 0 {
		out = append(out, pages.Link{Text: "Set parameters", Href: at(listing.DraftParams)})
	}
	if e.Off {
		out = append(out, pages.Link{Text: "Switch on", Href: at(listing.DraftOn)})
	} else {
		out = append(out, pages.Link{Text: "Switch off", Href: at(listing.DraftOff)})
	}
	if mayTakeBack(e) {
		out = append(out, pages.Link{Text: "Take back what was written here", Href: at(listing.DraftRemove)})
	}
	return out
}

// ruleNotices say how the rule stands, where it does not simply hold.
func (u *ui) ruleNotices(e listing.RuleEntry, history []listing.RuleChange) []pages.Notice {
	var out []pages.Notice
	if e.Off {
		n := pages.Notice{Tone: "warn", Icon: "dash", Title: "Switched off.", Text: "It is not asked: what it would find is neither found nor counted."}
		for _, c := range history {
			if c.Kind == listing.DraftOff && c.State == listing.Approved {
				n.Text += " " + c.DecidedBy + " approved that " + ago(c.DecidedAt, u.Now()) + "."
				break
			}
		}
		out = append(out, n)
	}
	for _, c := range history {
		if c.State == listing.Proposed {
			out = append(out, pages.Notice{Icon: "clock", Tone: "accent", Title: "A change waits for a decision:", Text: lower(changeVerb(c)) + ".", Href: changePath(c.ID), Link: "Show it"})
		}
	}
	return out
}

func (u *ui) ruleSheet(s ruleStanding) pages.RuleSheet {
	r := s.Rule
	p := pages.RuleSheet{
		ID: r.ID, Title: r.Title, Fault: r.Fault, Severity: severity(r.Severity), Provider: ruleCloud(r), Tags: ruleTags(s.RuleEntry),
		Why: paragraphs(r.Why), Note: paragraphs(r.Note), Assumes: r.Assumes, Asked: askedOf(r),
		Applies: block("applies", "It is asked where", r.Applies), Pass: block("pass", "It passes where", r.Pass),
		Params: paramsOf(r), Reads: readsOf(r), Examples: examplesOf(r), File: parts.Plain("yaml", fileName(r), s.YAML), Facts: s.facts(),
	}
	if p.Bare = r.For == ""; p.Bare {
		p.Provider = ""
	}
	if len(s.Flaws) > 0 {
		p.Unread = checkOf(listing.RuleCheck{Flaws: s.Flaws})
		p.Unread.Title, p.Unread.Text = "What was written here cannot be read by this version of Plumbline.", "It is left out, and judges nothing. Edit the file and propose it anew, or take it back."
	}
	p.Counts, p.CountsNote = s.counts()
	u.silences(r, &p)
	p.Fix, p.FixFor = fixOf(r)
	for _, ref := range r.References {
		if strings.HasPrefix(ref, "https://") {
			p.References = append(p.References, pages.Link{Text: strings.TrimPrefix(ref, "https://"), Href: ref})
		}
	}
	if u.Controls != nil {
		for _, c := range u.Controls(r.ID) {
			p.Controls = append(p.Controls, pages.RuleControl{Framework: c.Framework, Control: c.Control, Title: c.Title, Href: c.Path, Says: c.Says})
		}
	}
	return p
}

func block(id, label, text string) *parts.Code {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	c := parts.Plain(id, label, strings.TrimSpace(text))
	return &c
}

func fileName(r *rule.Rule) string { return cmpOr(r.File, r.Name+".yaml") }

// paragraphs parts a text of a rule.
func paragraphs(text string) []string {
	var out []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// askedOf says in a sentence of what the rule is asked.
func askedOf(r *rule.Rule) string {
	where := "on every cloud"
	if r.Provider != "" {
		where = "of " + estate.CloudName(r.Provider)
	}
	t := "It is asked of every " + kindName(string(r.For)) + " " + where
	if r.Applies == "" {
		return t + "."
	}
	return t + " to which it applies."
}

// counts are what the last scans said by it.
func (s ruleStanding) counts() ([]pages.Change, string) {
	id := s.Rule.ID
	switch {
	case s.Off:
		return nil, "It is switched off: nothing is counted."
	case !s.told:
		return nil, "No finished scan within your reach has asked it yet."
	}
	out := []pages.Change{{Count: number(s.sum.fail), Text: "fail", Tone: "bad"}, {Count: number(s.sum.unknown), Text: "could not be told", Tone: "warn"},
		{Count: number(s.sum.pass), Text: "pass", Tone: "good"}, {Count: number(s.sum.na), Text: "it does not apply to"}}
	if s.sum.fail > 0 {
		out[0].Href = onlyRule(viewOpen, id)
	} else {
		out[0].Tone = ""
	}
	if s.sum.unknown > 0 {
		out[1].Href = onlyRule(viewUnassessed, id)
	} else {
		out[1].Tone = ""
	}
	return out, "What the last finished scan of each account said"
}

func (s ruleStanding) facts() []parts.Fact {
	r := s.Rule
	out := []parts.Fact{
		{Name: "Rule", Parts: coded(r.ID)},
		{Name: "Name", Parts: coded(r.Name)},
		{Name: "Asked of", Parts: text(kindName(string(r.For)))},
		{Name: "Origin", Parts: text(originNames[s.Origin])},
		{Name: "Version", Parts: coded(r.Version), Sub: "of its file, and of parameters that are set"},
		{Name: "Findings", Parts: []parts.Span{{Text: "all that it ever found", Href: onlyRule(viewAll, r.ID)}}},
	}
	if r.For == "" { // nothing is known of it but its id
		return []parts.Fact{out[0], out[3], out[5]}
	}
	if s.Edited {
		out[3].Sub = "written anew here"
	}
	if r.Coverage {
		out = append(out, parts.Fact{Name: "About", Parts: text("what could be seen, not what was")})
	}
	return out
}

// paramsOf are the values that an organisation may set.
func paramsOf(r *rule.Rule) []pages.RuleParam {
	var out []pages.RuleParam
	for _, p := range r.Params {
		v := pages.RuleParam{Name: p.Name, Doc: sentence(p.Doc), Value: paramText(p, p.Is), Bounds: bounds(p), Field: pages.Field{Value: p.Is, Options: paramOptions(p, p.Is)}}
		if p.Is != p.Default {
			v.Default = paramText(p, p.Default)
		}
		out = append(out, v)
	}
	return out
}

func paramText(p rule.Param, value string) string {
	if p.Type != rule.ParamYes {
		return value
	}
	if value == "true" {
		return "yes"
	}
	return "no"
}

func bounds(p rule.Param) string {
	if p.Type == rule.ParamNumber {
		return fmt.Sprintf("From %s to %s; the file says %s.", number(int(p.Least)), number(int(p.Most)), p.Default)
	}
	return "The file says " + paramText(p, p.Default) + "."
}

func paramOptions(p rule.Param, is string) []pages.Option {
	values := p.OneOf
	switch p.Type {
	case rule.ParamYes:
		values = []string{"true", "false"}
	case rule.ParamNumber:
		return nil
	case rule.ParamWord:
	}
	var out []pages.Option
	for _, v := range values {
		out = append(out, pages.Option{Value: v, Text: paramText(p, v), Chosen: v == is})
	}
	return out
}

// readsOf are the fields that decide, each with its meaning.
func readsOf(r *rule.Rule) []pages.RuleRead {
	of := map[string]rule.FieldDoc{}
	for _, f := range rule.Fields() {
		if f.Kind == r.For {
			of[f.Name] = f
		}
	}
	var out []pages.RuleRead
	for _, name := range r.Reads() {
		full := variable(r.For) + "." + name
		f, ok := of[full]
		if !ok {
			f = rule.FieldDoc{Name: full}
		}
		out = append(out, fieldDoc(f))
	}
	return out
}

// variable is the name that rules give to a kind of subject.
func variable(k estate.Kind) string {
	for _, d := range rule.Kinds() {
		if d.Kind == k {
			return d.Var
		}
	}
	return string(k)
}

var typeNames = map[string]string{"string": "text", "bool": "yes or no", "int": "number", "list": "list"}

func fieldDoc(f rule.FieldDoc) pages.RuleRead {
	d := pages.RuleRead{Name: f.Name, Type: cmpOr(typeNames[f.Type], f.Type), Doc: f.Doc}
	var words []string
	for _, w := range f.Words {
		words = append(words, cmpOr(w, "nothing"))
	}
	if len(words) > 0 {
		d.Words = "One of " + join(words) + "."
	}
	return d
}

// silences names the calls without which the rule cannot tell.
func (u *ui) silences(r *rule.Rule, p *pages.RuleSheet) {
	if u.Silences == nil || r.Off { // what is not asked cannot fall silent
		return
	}
	by, err := u.Silences(cmpOr(r.Provider, "aws"))
	if err != nil {
		p.NoCall = "Which permissions it rests on is not known here."
		return
	}
	for _, call := range sorted(by) {
		if slices.Contains(by[call], r.ID) {
			p.Silenced = append(p.Silenced, call)
		}
	}
	if len(p.Silenced) == 0 {
		p.NoCall = "No single permission silences it."
	}
}

// fixOf is the fix as a finding would show it, for the first example that
// fails.
func fixOf(r *rule.Rule) (*pages.Fix, string) {
	for _, e := range r.Examples {
		if e.Want != finding.Fail {
			continue
		}
		o, err := r.Subject(e)
		if err != nil {
			continue
		}
		d := &detail{}
		d.page.Provider = ruleCloud(r)
		f := &pages.Fix{}
		d.writeFix(f, r.Render(o))
		f.UndoText = ""
		return f, "Filled in for the example “" + e.Name + "”"
	}
	return nil, ""
}

// examplesOf are all examples, those that fail first.
func examplesOf(r *rule.Rule) []pages.RuleExample {
	var out []pages.RuleExample
	all := slices.Clone(r.Examples)
	slices.SortStableFunc(all, func(a, b rule.Example) int { return int(a.Want) - int(b.Want) })
	for _, e := range all {
		x := pages.RuleExample{Name: e.Name, Outcome: outcomeOf(e.Want), Say: e.Say}
		x.Facts = knownOf("", e.Facts)
		out = append(out, x)
	}
	return out
}

// knownOf writes what an example gives, a line for each.
func knownOf(at string, facts map[string]any) []string {
	var out []string
	for _, k := range sorted(facts) {
		if inner, ok := facts[k].(map[string]any); ok && len(inner) > 0 {
			out = append(out, knownOf(at+k+".", inner)...)
			continue
		}
		value, err := json.Marshal(facts[k])
		if err != nil {
			value = fmt.Append(nil, facts[k])
		}
		out = append(out, at+k+": "+string(value))
	}
	return out
}

// ruleEvent is a change as a history and a list show it.
func (u *ui) ruleEvent(c listing.RuleChange) pages.RuleEvent {
	e := pages.RuleEvent{
		Href: changePath(c.ID), Title: changeTitle(c), State: changeStates[c.State], When: day(c.At), Stamp: stamp(c.At), Who: c.By, Why: c.Why, Note: c.Note,
	}
	switch c.State {
	case listing.Approved:
		e.Decided = "approved by " + c.DecidedBy + ", " + day(c.DecidedAt)
	case listing.Refused:
		e.Decided = "refused by " + c.DecidedBy + ", " + day(c.DecidedAt)
	case listing.Withdrawn:
		e.Decided = "withdrawn, " + day(c.DecidedAt)
	case listing.Proposed:
	}
	return e
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

var changeStates = map[listing.ChangeState]parts.Tag{
	listing.Proposed:  {Tone: "accent", Icon: "clock", Text: "Proposed"},
	listing.Approved:  {Tone: "pass", Icon: "check", Text: "Approved"},
	listing.Refused:   {Tone: "crit", Icon: "x", Text: "Refused"},
	listing.Withdrawn: {Icon: "dash", Text: "Withdrawn"},
}

// changeVerb says what a change does, as the beginning of a sentence.
func changeVerb(d listing.RuleChange) string {
	switch d.Kind {
	case listing.DraftFile:
		if d.Before == "" {
			return "Write the rule"
		}
		return "Write the file anew"
	case listing.DraftRemove:
		return "Take back what was written here"
	case listing.DraftOff:
		return "Switch it off"
	case listing.DraftOn:
		return "Switch it on"
	case listing.DraftParams:
		if len(d.Params) == 0 {
			return "Set parameters as the file says"
		}
		var set []string
		for _, k := range sorted(d.Params) {
			set = append(set, k+" to "+d.Params[k])
		}
		return "Set " + join(set)
	case listing.DraftFramework:
		return "Write the framework"
	}
	return "Change " + strconv.Quote(string(d.Kind))
}

func changeTitle(d listing.RuleChange) string { return d.Rule + ": " + lower(changeVerb(d)) }

// lower begins a sentence's text in lower case.
func lower(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToLower(s[:1]) + s[1:]
}
