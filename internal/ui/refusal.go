package ui

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"plumbline/internal/finding"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// answerTo is the answer that a document came with, as the scan that last told
// the finding recorded it. Where the finding no longer fails, that scan told
// something else: the document is from a scan before it.
func (d *detail) answerTo(call string, at snapshot.Scope) (snapshot.Answer, bool) {
	if d.rec.State == finding.Resolved || d.rec.State == finding.Gone {
		return snapshot.Answer{}, false
	}
	for _, a := range d.answers() {
		if a.Call == call && a.Region == at.Region && a.Subject == "" {
			return a, true
		}
	}
	return snapshot.Answer{}, false
}

// answers are those of the scan that last told this finding.
func (d *detail) answers() []snapshot.Answer {
	rec, err := d.Reader.Scan(d.r.Context(), d.rec.LastScan)
	if err != nil {
		return nil // the evidence itself says enough
	}
	return rec.Answers
}

// refusals are the answers that left this finding open, or that it is about:
// those that its evidence names, and those that its reasons point to.
func (d *detail) refusals() ([]snapshot.Answer, error) {
	ledger := d.answers()
	blind := d.rec.State == finding.NoData || d.rec.State == finding.Lost
	if blind {
		now, err := d.lastAnswers()
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
	for _, e := range d.rec.Evidence {
		if e.Origin != nil && e.Origin.Refusal != nil {
			add(d.recorded(ledger, *e.Origin.Refusal))
		}
	}
	for _, a := range ledger {
		if blind && blames(d.rec, a) {
			add(a)
		}
	}
	return out, nil
}

// recorded finds the answer as a scan recorded it. A finding keeps only what
// tells one refusal from another: without the record the rest is not known.
// Where the finding no longer fails, an earlier scan has it.
func (d *detail) recorded(ledger []snapshot.Answer, kept snapshot.Answer) snapshot.Answer {
	same := func(a snapshot.Answer) bool { return a.Key == kept.Key && !a.Whole() && a.Code == kept.Code }
	if i := slices.IndexFunc(ledger, same); i >= 0 {
		return ledger[i]
	}
	for rec := range d.earlier {
		if i := slices.IndexFunc(rec.Answers, same); i >= 0 {
			return rec.Answers[i]
		}
	}
	return kept
}

// mostEarlier is how many scans are read at most to find a refusal's record.
const mostEarlier = 10

// earlier are the scans of the account before the one that last told the
// finding, down to the first that saw it, the newest first.
func (d *detail) earlier(yield func(scan.Record) bool) {
	n := d.rec.LastScan
	for range mostEarlier {
		former, err := d.Reader.FormerScan(d.r.Context(), n)
		if err != nil || former.Number < d.rec.FirstScan {
			return
		}
		rec, err := d.Reader.Scan(d.r.Context(), former.Number)
		if err != nil || !yield(rec) {
			return
		}
		n = former.Number
	}
}

// lastAnswers are those of the scan that speaks for the account now.
func (d *detail) lastAnswers() ([]snapshot.Answer, error) {
	st, err := d.Reader.Standings(d.r.Context())
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	last, ok := lastScanOf(st, d.rec)
	if !ok {
		return nil, nil
	}
	rec, err := d.Reader.Scan(d.r.Context(), last)
	if err != nil {
		return nil, fmt.Errorf("scan %d: %w", last, err)
	}
	return slices.Clone(rec.Answers), nil
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
