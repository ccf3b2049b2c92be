package ui

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"plumbline/internal/finding"
	"plumbline/internal/snapshot"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// answerTo is the answer that a document came with, as the scan that last told
// the finding recorded it. Where the finding no longer fails, that scan told
// something else: the document is from a scan before it.
func (s *sheet) answerTo(call string, at snapshot.Scope) (snapshot.Answer, bool) {
	if s.rec.State == finding.Resolved || s.rec.State == finding.Gone {
		return snapshot.Answer{}, false
	}
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

// refusals are the answers that left this finding open, or that it is about:
// those that its evidence names, and those that its reasons point to.
func (s *sheet) refusals() ([]snapshot.Answer, error) {
	ledger := s.answers()
	blind := s.rec.State == finding.NoData || s.rec.State == finding.Lost
	if blind {
		now, err := s.lastAnswers()
		if err != nil {
			return nil, err
		}
		ledger = append(now, ledger...) // the newest first
	}
	var out []snapshot.Answer
	add := func(a snapshot.Answer) {
		if !slices.ContainsFunc(out, func(o snapshot.Answer) bool { return o.Key == a.Key }) {
			out = append(out, a)
		}
	}
	for _, e := range s.rec.Evidence {
		if e.Origin != nil && e.Origin.Refusal != nil {
			add(s.recorded(ledger, *e.Origin.Refusal))
		}
	}
	for _, a := range ledger {
		if blind && blames(s.rec, a) {
			add(a)
		}
	}
	return out, nil
}

// recorded finds the answer as a scan recorded it. A finding keeps only what
// tells one refusal from another: without the record the rest is not known.
// Where the finding no longer fails, an earlier scan has it.
func (s *sheet) recorded(ledger []snapshot.Answer, kept snapshot.Answer) snapshot.Answer {
	same := func(a snapshot.Answer) bool { return a.Key == kept.Key && !a.Whole() && a.Code == kept.Code }
	if i := slices.IndexFunc(ledger, same); i >= 0 {
		return ledger[i]
	}
	for _, old := range s.scans {
		if old.Number >= s.rec.LastScan || old.Number < s.rec.FirstScan || old.Provider != kept.Provider || old.Account != kept.Account {
			continue
		}
		rec, err := s.Store.Scan(s.r.Context(), old.Number)
		if err != nil {
			continue // the evidence itself says enough
		}
		if i := slices.IndexFunc(rec.Answers, same); i >= 0 {
			return rec.Answers[i]
		}
	}
	return kept
}

// lastAnswers are those of the scan that speaks for the account now.
func (s *sheet) lastAnswers() ([]snapshot.Answer, error) {
	now, err := s.current(s.r.Context())
	if err != nil {
		return nil, err
	}
	return slices.Clone(answersOf(now, s.rec)), nil
}

func refusal(n int, a snapshot.Answer) pages.Document {
	d := pages.Document{
		ID: fmt.Sprintf("ref-%d", n), Title: "What the cloud answered", Sub: answerState(a).Word,
		Facts: []parts.Fact{{Name: "Call", Parts: coded(a.Call), Sub: a.Region}, {Name: "Code", Parts: coded(cmpOr(a.Code, "none was given"))}},
		Note:  todo(a.Cause, a.Call),
	}
	if a.Message != "" {
		d.Facts = append(d.Facts, parts.Fact{Name: "Message", Parts: text(a.Message)})
	}
	if a.AskedAt.IsZero() && a.Attempts == 0 {
		d.Missing = "The scan that recorded this refusal is no longer kept, or does not hold it any more: its status, time and request id are not known. Call and code are as the finding kept them."
		return d
	}
	d.Facts = append(d.Facts,
		parts.Fact{Name: "HTTP status", Parts: text(httpStatus(a.HTTP))},
		parts.Fact{Name: "Asked at", Parts: text(moment(a.AskedAt)), Sub: some(a.Attempts, "attempt", "attempts") + ", " + some(a.Pages, "page", "pages") + " arrived whole"},
		parts.Fact{Name: "Request id", Parts: coded(cmpOr(a.RequestID, "none was given"))})
	return d
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
