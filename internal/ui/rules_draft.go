package ui

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// A draftPage is one kind of change to a rule that there is.
type draftPage struct {
	kind    listing.DraftKind
	path    string // stands before the rule's id
	title   string
	crumb   string
	propose string
	text    []string
	danger  bool
}

func (d draftPage) of(id string) string { return d.path + "/" + url.PathEscape(id) }

// drafts are the changes to a rule that there is already.
var drafts = []draftPage{
	{kind: listing.DraftFile, path: rulesHome + "/edit", title: "Edit", crumb: "Edit", propose: "Propose this file"},
	{kind: listing.DraftParams, path: rulesHome + "/params", title: "Set parameters of", crumb: "Parameters", propose: "Propose these values",
		text: []string{"The rule asks with these values from then on. Its file and its examples stay as they are."}},
	{kind: listing.DraftOff, path: rulesHome + "/off", title: "Switch off", crumb: "Switch off", propose: "Propose to switch it off", danger: true,
		text: []string{"The rule is no longer asked. Its findings are closed as gone, not as fixed, and it leaves the posture.",
			"Nothing is forgotten: it can be switched on again, and what it found is kept."}},
	{kind: listing.DraftOn, path: rulesHome + "/on", title: "Switch on", crumb: "Switch on", propose: "Propose to switch it on",
		text: []string{"The rule is asked again, of what is stored already and in every scan to come."}},
	{kind: listing.DraftRemove, path: rulesHome + "/take-back", title: "Take back what was written of", crumb: "Take back", propose: "Propose to take it back", danger: true},
}

const review = "Nothing changes yet: an officer who is somebody else decides. Once approved it holds at once, and all accounts are judged again from what is stored, without asking a cloud."

// A drafting is one look at the form of a change. What was typed is in its
// draft and in its page, whatever comes of it.
type drafting struct {
	*ui
	r     *http.Request
	page  pages.RuleForm
	draft listing.RuleDraft
	rule  *rule.Rule // as it holds; nil where there is none yet
}

// draft is the page of a change to a rule that there is.
func (u *ui) draft(d draftPage) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := only(r); err != nil {
			return err
		}
		e, history, err := u.entry(r)
		if err != nil {
			return u.keepTyped(w, r, d, err)
		}
		id := e.Rule.ID
		if err := d.possible(e); err != nil {
			return u.unable(w, r, err, pages.Link{Text: "Show the rule", Href: rulePath(id)})
		}
		f := &drafting{ui: u, r: r, rule: e.Rule, draft: listing.RuleDraft{Kind: d.kind, Rule: id}}
		f.page = pages.RuleForm{
			Title: d.title + " " + id, Lead: e.Rule.Title, Action: d.of(id), Text: d.text, Propose: d.propose, Danger: d.danger, Review: review,
			Crumbs: []pages.Link{{Text: "Rules", Href: rulesHome}, {Text: id, Href: rulePath(id)}, {Text: d.crumb}},
			Others: alreadyProposed(history),
		}
		switch d.kind {
		case listing.DraftFile:
			f.file(e.YAML)
			f.page.Fields = fieldsFor(string(e.Rule.For))
		case listing.DraftParams:
			f.page.Params = paramsOf(e.Rule)
		case listing.DraftRemove:
			f.page.Text = takeBackText(e)
		case listing.DraftOff, listing.DraftOn, listing.DraftFramework:
		}
		return f.answer(w)
	}
}

// keepTyped shows a file that was sent again where not even the rule that it is
// for could be read.
func (u *ui) keepTyped(w http.ResponseWriter, r *http.Request, d draftPage, err error) error {
	if r.Method != http.MethodPost || d.kind != listing.DraftFile || problem.Is(err, problem.NotFound) || errors.Is(err, errNoPage) {
		return err
	}
	id := r.PathValue("id")
	f := &drafting{ui: u, r: r, draft: listing.RuleDraft{Kind: d.kind, Rule: id}}
	f.page = pages.RuleForm{Title: d.title + " " + id, Action: d.of(id), Propose: d.propose, Review: review,
		Crumbs: []pages.Link{{Text: "Rules", Href: rulesHome}, {Text: id, Href: rulePath(id)}, {Text: d.crumb}}}
	f.file("")
	v, bad := formUpTo(w, r, longestDraft)
	if bad != nil {
		return bad
	}
	f.read(v)
	return f.failed(w, err)
}

// possible says why a change cannot be made to a rule as it stands.
func (d draftPage) possible(e listing.RuleEntry) error {
	id := e.Rule.ID
	switch {
	case d.kind == listing.DraftOff && e.Off:
		return problem.New(problem.Conflict, "%s is switched off already.", id)
	case d.kind == listing.DraftOn && !e.Off:
		return problem.New(problem.Conflict, "%s is not switched off.", id)
	case d.kind == listing.DraftParams && len(e.Rule.Params) == 0:
		return problem.New(problem.Conflict, "%s has no parameters. To ask otherwise, edit its file.", id)
	case d.kind == listing.DraftRemove && !mayTakeBack(e):
		return problem.New(problem.Conflict, "%s holds as it came: nothing was written here that could be taken back.", id)
	}
	return nil
}

// mayTakeBack says that something was written of the rule here.
func mayTakeBack(e listing.RuleEntry) bool {
	return e.Edited || e.Origin == listing.Own || len(e.Params) > 0 || len(e.Flaws) > 0
}

func takeBackText(e listing.RuleEntry) []string {
	if e.Origin == listing.Own {
		return []string{"The rule was written here and is no longer asked. Its findings are closed as gone, not as fixed.", "Its file stays in the history, and its id is not given to another rule."}
	}
	return []string{"The rule holds again as it came, its parameters too, and is asked again of what is stored.", "What was written here stays in the history."}
}

// alreadyProposed says that the same rule has changes that wait.
func alreadyProposed(history []listing.RuleChange) *pages.Notice {
	for _, c := range history {
		if c.State == listing.Proposed {
			return &pages.Notice{Tone: "warn", Icon: "clock", Title: "Another change to this rule waits for a decision:",
				Text: lower(changeVerb(c)) + ", proposed by " + c.By + ". What is approved last holds.", Href: changePath(c.ID), Link: "Show it"}
		}
	}
	return nil
}

// newRule is the page on which a rule is written.
func (u *ui) newRule(w http.ResponseWriter, r *http.Request) error {
	v, err := only(r, "cloud", "kind")
	if err != nil {
		return err
	}
	cloud, kind := cmpOr(v.Get("cloud"), "aws"), cmpOr(v.Get("kind"), "workload")
	text := ""
	if r.Method != http.MethodPost { // what was typed does not hang on what it began from
		if text, err = u.skeleton(r.Context(), cloud, kind); err != nil {
			return err
		}
	}
	f := &drafting{ui: u, r: r, draft: listing.RuleDraft{Kind: listing.DraftFile}}
	f.page = pages.RuleForm{
		Title: "Write a rule", Action: r.URL.RequestURI(), Propose: "Propose this rule", Review: review,
		Lead:   "A rule is a file: a question in CEL, why it matters, how to mend it, and examples that prove it.",
		Crumbs: []pages.Link{{Text: "Rules", Href: rulesHome}, {Text: "Write a rule"}},
		Start:  ruleStart(cloud, kind), Fields: fieldsFor(kind),
	}
	f.file(text)
	return f.answer(w)
}

// answer shows the form, or does what was sent with it.
func (f *drafting) answer(w http.ResponseWriter) error {
	if f.r.Method != http.MethodPost {
		return f.show(w, http.StatusOK)
	}
	v, err := formUpTo(w, f.r, longestDraft)
	if err != nil {
		return err
	}
	f.read(v)
	if len(f.page.Faults) > 0 {
		f.page.Fault = "This cannot be read as it was sent:"
		return f.show(w, http.StatusUnprocessableEntity)
	}
	switch v.Get("do") {
	case "check":
		return f.check(w)
	case "preview":
		return f.preview(w)
	case "propose":
		return f.propose(w)
	}
	f.page.Fault = "Say what is to be done: check, preview or propose."
	return f.show(w, http.StatusUnprocessableEntity)
}

// longestDraft is how long the form of a draft may be. A file that is longer
// than a rule can be is refused with what was typed still there.
const longestDraft = 1 << 20

func (f *drafting) file(text string) {
	f.draft.YAML = text
	f.page.File = &pages.RuleFile{Text: text, Rows: strconv.Itoa(min(max(strings.Count(text, "\n")+3, 24), 48))}
}

// read takes the form, and notes what is wrong with it by field.
func (f *drafting) read(v url.Values) {
	f.draft.Why = strings.TrimSpace(v.Get("why"))
	f.page.Why = pages.Field{Value: f.draft.Why, Fault: noteFault(f.draft.Why)}
	f.faulty("why", f.page.Why.Fault)
	if f.page.File != nil {
		f.file(strings.ReplaceAll(v.Get("yaml"), "\r\n", "\n"))
		if !utf8.ValidString(f.draft.YAML) || strings.ContainsRune(f.draft.YAML, 0) {
			f.draft.YAML = strings.ToValidUTF8(strings.ReplaceAll(f.draft.YAML, "\x00", "�"), "�")
			f.page.File.Text, f.page.File.Fault = f.draft.YAML, "The file holds what is no text. It is shown as �."
			f.faulty("yaml", f.page.File.Fault)
		}
	}
	if f.draft.Kind == listing.DraftParams {
		f.readParams(v)
	}
}

// readParams takes the values. One that is as the file says is not set: should
// the file come to say another, that holds.
func (f *drafting) readParams(v url.Values) {
	f.draft.Params = map[string]string{}
	for i := range f.page.Params {
		field, p := &f.page.Params[i].Field, f.rule.Params[i]
		field.Value = strings.TrimSpace(v.Get("p." + p.Name))
		field.Options = paramOptions(p, field.Value)
		if err := p.Check(field.Value); err != nil {
			field.Fault = sentence(err.Error())
			f.faulty("p-"+p.Name, p.Name+": "+field.Fault)
			continue
		}
		if field.Value != p.Default {
			f.draft.Params[p.Name] = field.Value
		}
	}
}

func (f *drafting) faulty(field, text string) {
	if text != "" {
		f.page.Faults = append(f.page.Faults, pages.Link{Text: text, Href: "#" + field})
	}
}

// noteFault says what is wrong with a sentence that somebody gives for others;
// "" if nothing is.
func noteFault(s string) string {
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) }):
		return "This holds what is no text. Type it anew."
	case utf8.RuneCountInString(s) > 500:
		return "This has " + some(utf8.RuneCountInString(s), "character", "characters") + ". Use at most 500."
	}
	return ""
}

// check reads and proves the file.
func (f *drafting) check(w http.ResponseWriter) error {
	if f.page.File == nil {
		f.page.Fault = "There is no file to check: preview what would change."
		return f.show(w, http.StatusUnprocessableEntity)
	}
	c, err := f.Rulebook.Check(f.r.Context(), f.draft)
	if err != nil {
		return f.failed(w, err)
	}
	f.page.Check = checkOf(c)
	return f.show(w, statusOfCheck(c))
}

func statusOfCheck(c listing.RuleCheck) int {
	if c.Whole() {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

// preview says what would change. A file that cannot be read changes nothing: it
// is told why.
func (f *drafting) preview(w http.ResponseWriter) error {
	ctx := f.r.Context()
	if f.page.File != nil {
		c, err := f.Rulebook.Check(ctx, f.draft)
		if err != nil {
			return f.failed(w, err)
		}
		f.page.Check = checkOf(c)
		if c.Rule == nil || len(c.Flaws) > 0 {
			f.page.Fault = "There is nothing to preview: the file cannot be read as a rule."
			return f.show(w, http.StatusUnprocessableEntity)
		}
		f.rule = c.Rule
	}
	v, err := f.Rulebook.Preview(ctx, f.draft, nil)
	if err != nil {
		return f.failed(w, err)
	}
	f.page.Preview = f.previewOf(ctx, v, f.rule)
	return f.show(w, http.StatusOK)
}

// propose keeps the draft until somebody else review.
func (f *drafting) propose(w http.ResponseWriter) error {
	ctx := f.r.Context()
	if f.page.File != nil {
		c, err := f.Rulebook.Check(ctx, f.draft)
		if err != nil {
			return f.failed(w, err)
		}
		if !c.Whole() {
			f.page.Check, f.page.Fault = checkOf(c), "Not proposed: the file is not whole. What is wrong stands below."
			return f.show(w, http.StatusUnprocessableEntity)
		}
	}
	if f.draft.Why == "" {
		f.page.Why.Fault = "Say in a sentence what the change is for."
		f.faulty("why", f.page.Why.Fault)
		f.page.Fault = "Not proposed yet:"
		return f.show(w, http.StatusUnprocessableEntity)
	}
	n, err := f.Rulebook.Propose(ctx, f.draft)
	if err != nil {
		return f.failed(w, err)
	}
	http.Redirect(w, f.r, changePath(n)+"?did=propose", http.StatusSeeOther)
	return nil
}

// failed shows the form again with what was typed, and says why nothing came of
// it. Of a fault of ours the reader is told a reference, the log the rest.
func (f *drafting) failed(w http.ResponseWriter, err error) error {
	if errors.Is(err, context.Canceled) && f.r.Context().Err() != nil {
		return err
	}
	status := http.StatusInternalServerError
	switch kind, _ := problem.KindOf(err); kind {
	case problem.Invalid:
		status = http.StatusUnprocessableEntity
	case problem.Conflict:
		status = http.StatusConflict
	case problem.Forbidden:
		status = http.StatusForbidden
	case problem.NotFound:
		return err
	case problem.Tampered, problem.Away:
	}
	f.page.Fault = said(err) + " Nothing was changed, and nothing that you typed is lost."
	if status == http.StatusInternalServerError {
		ref := rand.Text()[:8]
		f.Log.ErrorContext(f.r.Context(), "draft of a rule", "path", f.r.URL.Path, "ref", ref, "err", err)
		f.page.Fault = "This could not be done. The log of the program says why, under reference " + ref + ". Nothing was changed, and nothing that you typed is lost: send it again."
	}
	return f.show(w, status)
}

func (f *drafting) show(w http.ResponseWriter, status int) error {
	f.page.Frame = f.frameOf(f.r, f.page.Title, sectionRules)
	if f.r.Method == http.MethodPost {
		f.page.Start = nil // it would throw away what was typed
	}
	show(w, f.r, status, pages.RuleFormPage(f.page))
	return nil
}

// checkOf is what reading and proving a draft told, in words.
func checkOf(c listing.RuleCheck) *pages.RuleCheck {
	p := &pages.RuleCheck{Tone: "good", Title: "Nothing is wrong with it.", Text: "It can be read, and its examples hold."}
	for _, f := range c.Flaws {
		p.Flaws = append(p.Flaws, pages.RuleFlaw{Line: strconv.Itoa(f.Line), Col: strconv.Itoa(f.Col), Where: fmt.Sprintf("Line %d, column %d", f.Line, f.Col), Text: toldOf(f.Text)})
	}
	for _, t := range c.Problems {
		p.Problems = append(p.Problems, toldOf(t))
	}
	switch {
	case len(c.Flaws) > 0 || c.Rule == nil:
		p.Tone, p.Title, p.Text = "bad", "It cannot be read as a rule:", some(max(len(c.Flaws), 1), "flaw", "flaws")+". It could not be asked anything yet."
	case len(c.Problems) > 0:
		p.Tone, p.Title, p.Text = "bad", "It does not keep what it promises:", some(len(c.Problems), "promise does", "promises do")+" not hold."
	}
	for _, o := range []string{"fail", "pass", "unknown", "not_applicable"} {
		if n, ok := c.Counts[o]; ok {
			p.Counts = append(p.Counts, parts.Fact{Name: exampleNames[o], Parts: text(some(n, "example", "examples"))})
		}
	}
	return p
}

// toldOf is a sentence that may be a question.
func toldOf(s string) string {
	if strings.HasSuffix(s, "?") {
		return strings.TrimSuffix(sentence(strings.TrimSuffix(s, "?")), ".") + "?"
	}
	return sentence(s)
}

var exampleNames = map[string]string{"fail": "Fails", "pass": "Passes", "unknown": "Cannot be told", "not_applicable": "Does not apply"}

// fieldsFor documents what a rule for a kind may name.
func fieldsFor(kind string) []pages.RuleFields {
	var out []pages.RuleFields
	for _, k := range rule.Kinds() {
		if string(k.Kind) != kind {
			continue
		}
		d := pages.RuleFields{Title: "of " + k.Var + ", one " + kindName(kind), Doc: k.Doc}
		for _, f := range rule.Fields() {
			if f.Kind == k.Kind {
				d.Fields = append(d.Fields, fieldDoc(f))
			}
		}
		out = append(out, d)
	}
	return out
}

// formUpTo reads a form of this site, at most so many bytes of it.
func formUpTo(w http.ResponseWriter, r *http.Request, most int64) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, most)
	if err := r.ParseForm(); err != nil {
		return nil, problem.New(problem.Invalid, "What was sent is no form of this site, or is too long: a rule has 64 KB at most. Nothing was changed. Go back: the browser still has what you typed.")
	}
	return r.PostForm, nil
}
