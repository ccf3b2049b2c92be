package ui

import (
	"encoding/hex"
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
	"plumbline/internal/wire"
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
		l, isList := listing(e.Value)
		for _, d := range l.Decisive {
			out[i].marks[d.Path+"/key"], out[i].marks[d.Path+"/value"] = "mark", "mark"
		}
		if !isList {
			out[i].marks[e.Path] = s.weight(e)
		}
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
		f := s.found(ev)
		e.Rows, e.Expects = append(e.Rows, f), e.Expects || !f.List
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
		d := refusal(i+1, a)
		if s.rec.State == finding.Resolved || s.rec.State == finding.Gone {
			d.Note = "" // nothing is left to be done
		}
		e.Refusals = append(e.Refusals, d)
	}
	if len(e.Rows)+len(e.Documents)+len(e.Refusals) == 0 {
		e.None = "No reply of the cloud is kept for this finding: nobody was asked, or the question is not one that a reply answers. The reason stands under Why."
	}
	return nil
}

func (s *sheet) shown(n int, src source) (pages.Document, error) {
	o := src.origin
	d := pages.Document{ID: fmt.Sprintf("doc-%d", n), Title: "The cloud's reply", Sub: "Canonical and redacted"}
	hash := hex.EncodeToString(o.Hash[:])
	res, since, err := s.Store.Document(s.r.Context(), s.ref(o))
	if err == nil && (res.Hash != o.Hash || !res.Intact()) {
		err = errNotIntact
	}
	if problem.Is(err, problem.Tampered) {
		s.Log.ErrorContext(s.r.Context(), "a stored document is not the one that was hashed", "finding", s.rec.Number, "uid", o.UID, "err", err)
		d.Tampered = said(err) + " " + tampered
		d.Facts = []parts.Fact{{Name: "SHA-256", Parts: coded(hash), Sub: "of the reply that was judged"}, {Name: "Call", Parts: coded(o.Call), Sub: o.Region}, {Name: "Address", Parts: coded(o.UID)}}
		return d, nil
	}
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
		{Name: "SHA-256", Parts: coded(hash), Sub: "checked now: the bytes kept are those that were judged"},
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
	if left := s.leftOut(o, res.Doc); left != "" {
		d.LeftOut = left
	}
	d.Note = "The whole element as the cloud sent it: its names, keys sorted, nothing left out but secrets. Line breaks and colours are for reading; the hash is over the bytes without them. The values that the rule read are marked, those that decided in red."
	return d, nil
}

// leftOut says which values the rule read from what the reply does not hold:
// some things a cloud says by leaving them out.
func (s *sheet) leftOut(o *fact.Origin, doc []byte) string {
	var all []string
	for _, e := range s.rec.Evidence {
		if e.Origin == nil || e.Origin.UID != o.UID || e.Origin.Hash != o.Hash || e.Path == "" || e.Why != nil || e.Value == "" {
			continue
		}
		if _, ok := wire.Pointer(doc, e.Path); ok {
			continue
		}
		if _, isList := listing(e.Value); !isList {
			all = append(all, setting(e)+" ("+value(e.Value)+")")
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "The reply leaves out " + join(all) + ". What a cloud means by leaving a setting out is documented by it; the value in brackets is that meaning."
}

// tampered says what it means that a stored document fails its hash.
const tampered = "It was changed or damaged after it was stored, so it is neither shown nor used. What was judged is the reply with the hash that the finding names; " +
	"what stands in the database now is no evidence. Find out who or what wrote to the database, restore it from a backup, or scan again."

var errNotIntact = problem.New(problem.Tampered, "The stored reply does not match its hash.")

func redactions(res snapshot.Resource) string {
	if len(res.Redacted) == 0 {
		return "nothing had to be redacted"
	}
	return some(len(res.Redacted), "secret", "secrets") + " replaced by a keyed hash: " + join(res.Redacted)
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
	if res.Hash != all[n-1].origin.Hash || !res.Intact() {
		return errNotIntact
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
