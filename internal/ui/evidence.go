package ui

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/problem"
	"plumbline/internal/snapshot"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// A source is one document that a verdict rests on, with the places in it
// that were read and those that decided.
type source struct {
	origin *fact.Origin
	marks  map[string]string // "mark" what decided, "read" what was read beside it
}

// sources are the distinct documents of a finding, in the order of its
// evidence.
func (s *sheet) sources() []source {
	var out []source
	for _, e := range s.rec.Evidence {
		if e.Origin == nil || !e.Origin.HasDoc {
			continue
		}
		i := slices.IndexFunc(out, func(o source) bool { return o.origin.UID == e.Origin.UID && o.origin.Hash == e.Origin.Hash })
		if i < 0 {
			out = append(out, source{origin: e.Origin, marks: map[string]string{}})
			i = len(out) - 1
		}
		out[i].marks[e.Path] = s.weight(e)
	}
	return out
}

// weight tells what decided from what was only read. Where the rule names no
// value that it wants, all that it read decides.
func (s *sheet) weight(e finding.Evidence) string {
	want, expects := s.rule.Fix.Sets[e.Field]
	if len(s.rule.Fix.Sets) == 0 || expects && value(e.Value) != fmt.Sprint(want) {
		return "mark"
	}
	return "read"
}

func (s *sheet) ref(o *fact.Origin) Ref {
	r := Ref{Provider: o.Answer.Provider, Account: o.Answer.Account, Kind: o.Kind, Region: o.Region, UID: o.UID, Hash: o.Hash}
	if r.Provider == "" {
		r.Provider, r.Account = s.rec.Subject.Provider, s.rec.Subject.Account
	}
	return r
}

func (s *sheet) fillEvidence() error {
	e := &pages.Evidence{RuleText: s.ruleText()}
	s.page.Evidence = e
	for _, ev := range s.rec.Evidence {
		e.Rows = append(e.Rows, s.found(ev))
	}
	for i, src := range s.sources() {
		d, err := s.shown(i+1, src)
		if err != nil {
			return err
		}
		e.Documents = append(e.Documents, d)
	}
	refused, err := s.refusals()
	if err != nil {
		return err
	}
	for i, a := range refused {
		e.Refusals = append(e.Refusals, refusal(i+1, a))
	}
	if len(e.Rows)+len(e.Documents)+len(e.Refusals) == 0 {
		e.None = "No reply of the cloud is kept for this finding: nobody was asked, or the question is not one that a reply answers. The reason stands under Why."
	}
	return nil
}

// found compares a value with what the rule's fix would set it to; that is
// what the rule expects.
func (s *sheet) found(e finding.Evidence) pages.Found {
	f := pages.Found{Setting: setting(e), Field: e.Field, Found: value(e.Value)}
	want, expects := s.rule.Fix.Sets[e.Field]
	if expects {
		f.Expected = fmt.Sprint(want)
	}
	switch {
	case e.Why != nil || e.Value == "":
		f.Unknown, f.Found = true, "not known"
		if e.Why != nil {
			f.Found = "not known: " + fact.CauseText(e.Why.Cause)
		}
		f.Outcome = parts.Tag{Icon: "eye", Text: "Not assessed"}
	case !expects:
		f.Outcome = parts.Tag{Tone: "line", Text: "Taken into account"}
	case f.Found == f.Expected:
		f.Outcome = parts.Tag{Tone: "pass", Icon: "check", Text: "As expected"}
	default:
		f.Outcome = parts.Tag{Tone: "crit", Icon: "x", Text: "Differs"}
	}
	return f
}

// setting is what the cloud calls a field: the last name of its path.
func setting(e finding.Evidence) string {
	i := strings.LastIndexByte(e.Path, '/')
	if i < 0 || i+1 == len(e.Path) {
		return e.Field
	}
	name := pointerName(e.Path[i+1:])
	if _, err := strconv.Atoi(name); err == nil {
		return e.Field // an element of a list has no name
	}
	return name
}

// value is a JSON value without the quotation marks of a string.
func value(raw string) string {
	var s string
	if json.Unmarshal([]byte(raw), &s) == nil {
		return s
	}
	return raw
}

func (s *sheet) shown(n int, src source) (pages.Document, error) {
	o := src.origin
	d := pages.Document{ID: fmt.Sprintf("doc-%d", n), Title: "The cloud's reply", Sub: "Canonical and redacted"}
	hash := hex.EncodeToString(o.Hash[:])
	res, since, err := s.Store.Document(s.r.Context(), s.ref(o))
	if problem.Is(err, problem.NotFound) {
		d.Missing = "This reply is no longer kept. Its hash below still proves a copy of it."
		d.Facts = []parts.Fact{{Name: "SHA-256", Parts: coded(hash)}, {Name: "Call", Parts: coded(o.Call)}, {Name: "Region", Parts: text(o.Region)}}
		return d, nil
	}
	if err != nil {
		return d, fmt.Errorf("document of finding %d: %w", s.rec.Number, err)
	}
	call := cmpOr(o.Call, res.Call)
	lines, err := pretty(res.Doc, src.marks)
	if err != nil {
		d.Missing = "The kept reply is not readable JSON. Report this: it should not happen."
	} else {
		d.Code = &parts.Code{ID: fmt.Sprintf("raw-%d", n), Label: call + ", " + res.UID, Lines: lines}
	}
	d.Facts = []parts.Fact{
		{Name: "SHA-256", Parts: coded(hash), Sub: proof(res, o)},
		{Name: "Call", Parts: coded(call), Sub: res.Region},
	}
	if a, ok := s.answerTo(call, res.Scope); ok {
		d.Facts = append(d.Facts,
			parts.Fact{Name: "Asked at", Parts: text(moment(a.AskedAt)), Sub: fmt.Sprintf("in scan %d", s.rec.LastScan)},
			parts.Fact{Name: "Request id", Parts: coded(cmpOr(a.RequestID, "none was given")), Sub: "of the listing's last reply"})
	}
	if !since.IsZero() {
		d.Facts = append(d.Facts, parts.Fact{Name: "First kept", Parts: text(moment(since)), Sub: "every scan from then on that saw this reply kept it once"})
	}
	d.Facts = append(d.Facts,
		parts.Fact{Name: "Format", Parts: text(strconv.Itoa(res.Format)), Sub: redactions(res)},
		parts.Fact{Name: "Bytes", Parts: []parts.Span{{Text: number(len(res.Doc)) + " bytes, ", Dim: true},
			{Text: "as they were hashed", Href: fmt.Sprintf("%s/evidence/%d.json", findingPath(s.rec.Number), n)}}},
	)
	d.Note = "The whole element as the cloud sent it: its names, keys sorted, nothing left out but secrets. Line breaks and colours are for reading; the hash is over the bytes without them. The values that the rule read are marked, those that decided in red."
	return d, nil
}

func proof(res snapshot.Resource, o *fact.Origin) string {
	if res.Hash == o.Hash && res.Intact() {
		return "checked now: the bytes kept are those that were judged"
	}
	return "does not match the bytes that are kept: do not rely on this copy"
}

func redactions(res snapshot.Resource) string {
	if len(res.Redacted) == 0 {
		return "nothing had to be redacted"
	}
	return some(len(res.Redacted), "secret", "secrets") + " replaced by a keyed hash: " + join(res.Redacted)
}

// answerTo is the answer that a document came with, as the scan that last told
// the finding recorded it.
func (s *sheet) answerTo(call string, at snapshot.Scope) (snapshot.Answer, bool) {
	for _, a := range s.answers() {
		if a.Call == call && a.Region == at.Region && a.Subject == "" {
			return a, true
		}
	}
	return snapshot.Answer{}, false
}

// answers are those of the scan that last told this finding. The list of
// scans carries none, so the scan itself is asked.
func (s *sheet) answers() []snapshot.Answer {
	rec, err := s.Store.Scan(s.r.Context(), s.rec.LastScan)
	if err != nil {
		return nil // the evidence itself says enough
	}
	return rec.Answers
}

// refusals are the answers that left this finding open: those that its
// evidence names, and those that its reasons point to.
func (s *sheet) refusals() ([]snapshot.Answer, error) {
	var out []snapshot.Answer
	add := func(a snapshot.Answer) {
		if !slices.ContainsFunc(out, func(o snapshot.Answer) bool { return o.Key == a.Key }) {
			out = append(out, a)
		}
	}
	for _, e := range s.rec.Evidence {
		if e.Origin != nil && e.Origin.Refusal != nil {
			add(*e.Origin.Refusal)
		}
	}
	if s.rec.State != finding.NoData && s.rec.State != finding.Lost {
		return out, nil
	}
	answers, err := s.lastAnswers()
	if err != nil {
		return nil, err
	}
	for _, a := range answers {
		if blames(s.rec, a) {
			add(a)
		}
	}
	return out, nil
}

// lastAnswers are those of the scan that speaks for the account now.
func (s *sheet) lastAnswers() ([]snapshot.Answer, error) {
	now, err := s.whole(s.r.Context(), current(s.scans))
	if err != nil {
		return nil, err
	}
	return answersOf(now, s.rec), nil
}

func refusal(n int, a snapshot.Answer) pages.Document {
	code := parts.Plain(fmt.Sprintf("refusal-%d", n), a.Call+", "+a.Region, strings.TrimSpace(a.Code+"\n"+a.Message))
	return pages.Document{
		ID: fmt.Sprintf("ref-%d", n), Title: "What the cloud answered", Sub: answerState(a).Word, Code: &code,
		Facts: []parts.Fact{
			{Name: "Call", Parts: coded(a.Call), Sub: a.Region},
			{Name: "HTTP status", Parts: text(httpStatus(a.HTTP))},
			{Name: "Asked at", Parts: text(moment(a.AskedAt)), Sub: some(a.Attempts, "attempt", "attempts") + ", " + some(a.Pages, "page", "pages") + " arrived whole"},
			{Name: "Request id", Parts: coded(cmpOr(a.RequestID, "none was given"))},
		},
		Note: todo(a.Cause, a.Call),
	}
}

func httpStatus(n int) string {
	if n == 0 {
		return "no reply came"
	}
	if t := http.StatusText(n); t != "" {
		return fmt.Sprintf("%d %s", n, t)
	}
	return strconv.Itoa(n)
}

// document sends the kept bytes of a reply, for whoever wants to check the
// hash.
func (u *ui) document(w http.ResponseWriter, r *http.Request) error {
	s, err := u.sheet(r, evidence)
	if err != nil {
		return err
	}
	digits, ok := strings.CutSuffix(r.PathValue("file"), ".json")
	n, err := strconv.Atoi(digits)
	all := s.sources()
	if !ok || err != nil || n < 1 || n > len(all) {
		return errNoPage
	}
	res, _, err := u.Store.Document(r.Context(), s.ref(all[n-1].origin))
	if err != nil {
		return fmt.Errorf("document of finding %d: %w", s.rec.Number, err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="FND-%d-evidence-%d.json"`, s.rec.Number, n))
	_, _ = w.Write(res.Doc) // the reader may have gone; there is nobody to tell
	return nil
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
