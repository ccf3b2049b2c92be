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
	"plumbline/internal/listing"
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
func (d *detail) sources() []source {
	var out []source
	for _, e := range d.rec.Evidence {
		if e.Origin == nil || !e.Origin.HasDoc {
			continue
		}
		i := slices.IndexFunc(out, func(o source) bool { return o.origin.UID == e.Origin.UID && o.origin.Hash == e.Origin.Hash })
		if i < 0 {
			out = append(out, source{origin: e.Origin, marks: map[string]string{}})
			i = len(out) - 1
		}
		l, isList := listOf(e.Value)
		for _, m := range l.Decisive {
			out[i].marks[m.Path+"/key"], out[i].marks[m.Path+"/value"] = "mark", "mark"
		}
		if !isList {
			out[i].marks[e.Path] = d.weight(e)
		}
	}
	return out
}

// weight tells what decided from what was only read. Where the rule names no
// value that it wants, all that it read decides.
func (d *detail) weight(e finding.Evidence) string {
	want, expects := d.rule.Fix.Sets[e.Field]
	if len(d.rule.Fix.Sets) == 0 || expects && value(e.Value) != fmt.Sprint(want) {
		return "mark"
	}
	return "read"
}

func (d *detail) ref(o *fact.Origin) listing.Ref {
	r := listing.Ref{Provider: o.Answer.Provider, Account: o.Answer.Account, Kind: o.Kind, Region: o.Region, UID: o.UID, Hash: o.Hash}
	if r.Provider == "" {
		r.Provider, r.Account = d.rec.Subject.Provider, d.rec.Subject.Account
	}
	return r
}

func (d *detail) fillEvidence() error {
	e := &pages.Evidence{RuleText: d.ruleText()}
	d.page.Evidence = e
	for _, ev := range d.rec.Evidence {
		f := d.read(ev)
		e.Rows, e.Expects = append(e.Rows, f), e.Expects || !f.List
	}
	for i, src := range d.sources() {
		doc, err := d.shown(i+1, src)
		if err != nil {
			return err
		}
		e.Documents = append(e.Documents, doc)
	}
	refused, err := d.refusals()
	if err != nil {
		return err
	}
	for i, a := range refused {
		doc := refusal(i+1, a)
		if d.rec.State == finding.Resolved || d.rec.State == finding.Gone {
			doc.Note = "" // nothing is left to be done
		}
		e.Refusals = append(e.Refusals, doc)
	}
	if len(e.Rows)+len(e.Documents)+len(e.Refusals) == 0 {
		e.None = "No reply of the cloud is kept for this finding: nobody was asked, or the question is not one that a reply answers. The reason stands under Why."
	}
	return nil
}

func (d *detail) shown(n int, src source) (pages.Document, error) {
	o := src.origin
	doc := pages.Document{ID: fmt.Sprintf("doc-%d", n), Title: "The cloud's reply", Sub: "Canonical and redacted"}
	hash := hex.EncodeToString(o.Hash[:])
	res, since, err := d.Reader.Document(d.r.Context(), d.ref(o))
	if err == nil && (res.Hash != o.Hash || !res.Intact()) {
		err = errNotIntact
	}
	if problem.Is(err, problem.Tampered) {
		d.Log.ErrorContext(d.r.Context(), "a stored document is not the one that was hashed", "finding", d.rec.Number, "uid", o.UID, "err", err)
		doc.Tampered = said(err) + " " + tampered
		doc.Facts = []parts.Fact{{Name: "SHA-256", Parts: coded(hash), Sub: "of the reply that was judged"}, {Name: "Call", Parts: coded(o.Call), Sub: o.Region}, {Name: "Address", Parts: coded(o.UID)}}
		return doc, nil
	}
	if problem.Is(err, problem.NotFound) {
		doc.Missing = "This reply is no longer kept. Its hash below still proves a copy of it."
		doc.Facts = []parts.Fact{{Name: "SHA-256", Parts: coded(hash)}, {Name: "Call", Parts: coded(o.Call)}, {Name: "Region", Parts: text(o.Region)}}
		return doc, nil
	}
	if err != nil {
		return doc, fmt.Errorf("document of finding %d: %w", d.rec.Number, err)
	}
	call := cmpOr(o.Call, res.Call)
	lines, err := pretty(res.Doc, src.marks)
	if err != nil {
		doc.Missing = "The kept reply is not readable JSON. Report this: it should not happen."
	} else {
		doc.Code = &parts.Code{ID: fmt.Sprintf("raw-%d", n), Label: call + ", " + res.UID, Lines: lines}
	}
	doc.Facts = []parts.Fact{
		{Name: "SHA-256", Parts: coded(hash), Sub: "checked now: the bytes kept are those that were judged"},
		{Name: "Call", Parts: coded(call), Sub: res.Region},
	}
	if a, ok := d.answerTo(call, res.Scope); ok {
		doc.Facts = append(doc.Facts,
			parts.Fact{Name: "Asked at", Parts: text(moment(a.AskedAt)), Sub: fmt.Sprintf("in scan %d", d.rec.LastScan)},
			parts.Fact{Name: "Request id", Parts: coded(cmpOr(a.RequestID, "none was given")), Sub: "of the listing's last reply"})
	}
	if !since.IsZero() {
		doc.Facts = append(doc.Facts, parts.Fact{Name: "First kept", Parts: text(moment(since)), Sub: "every scan from then on that saw this reply kept it once"})
	}
	doc.Facts = append(doc.Facts,
		parts.Fact{Name: "Format", Parts: text(strconv.Itoa(res.Format)), Sub: redactions(res)},
		parts.Fact{Name: "Bytes", Parts: []parts.Span{{Text: number(len(res.Doc)) + " bytes, ", Dim: true},
			{Text: "as they were hashed", Href: fmt.Sprintf("%s/evidence/%d.json", findingPath(d.rec.Number), n)}}},
	)
	if left := d.leftOut(o, res.Doc); left != "" {
		doc.LeftOut = left
	}
	doc.Note = "The whole element as the cloud sent it: its names, keys sorted, nothing left out but secrets. Line breaks and colours are for reading; the hash is over the bytes without them. The values that the rule read are marked, those that decided in red."
	return doc, nil
}

// leftOut says which values the rule read from what the reply does not hold:
// some things a cloud says by leaving them out.
func (d *detail) leftOut(o *fact.Origin, doc []byte) string {
	var all []string
	for _, e := range d.rec.Evidence {
		if e.Origin == nil || e.Origin.UID != o.UID || e.Origin.Hash != o.Hash || e.Path == "" || e.Why != nil || e.Value == "" {
			continue
		}
		if _, ok := wire.Pointer(doc, e.Path); ok {
			continue
		}
		if _, isList := listOf(e.Value); !isList {
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
	number, err := findingNumber(r.PathValue("id"))
	if err != nil {
		return err
	}
	d, err := u.detail(r, number, evidence)
	if err != nil {
		return err
	}
	digits, ok := strings.CutSuffix(r.PathValue("file"), ".json")
	n, err := strconv.Atoi(digits)
	all := d.sources()
	if !ok || err != nil || n < 1 || n > len(all) {
		return errNoPage
	}
	res, _, err := u.Reader.Document(r.Context(), d.ref(all[n-1].origin))
	if err != nil {
		return fmt.Errorf("document of finding %d: %w", d.rec.Number, err)
	}
	if res.Hash != all[n-1].origin.Hash || !res.Intact() {
		return errNotIntact
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="FND-%d-evidence-%d.json"`, d.rec.Number, n))
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
