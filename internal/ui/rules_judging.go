package ui

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/web/pages"
)

// The states of an account that is judged again.
const (
	judgedWaiting = "waiting"
	judgedRunning = "running"
	judgedDone    = "done"
	judgedFailed  = "failed"
)

func openJudgement(j listing.Rejudgement) bool {
	return j.State == judgedWaiting || j.State == judgedRunning
}

// judgedTable lists the accounts that are judged again.
func (u *ui) judgedTable(all []listing.Rejudgement) pages.RuleJudging {
	p := pages.RuleJudging{Note: "From what the last scans stored: no cloud is asked, and nothing is taken for looked at anew"}
	done := 0
	for _, j := range all {
		p.Rows = append(p.Rows, u.judgedRow(j))
		if !openJudgement(j) {
			done++
		}
	}
	p.Sum = fmt.Sprintf("%s of %s judged again", number(done), some(len(all), "account", "accounts"))
	return p
}

func (u *ui) judgedRow(j listing.Rejudgement) pages.RuleJudged {
	row := pages.RuleJudged{Name: cmpOr(j.Name, j.External), Href: accountPath(j.Account), Why: sentence(j.Why), State: judgedState(j)}
	if j.Progress.All > 0 {
		row.Done, row.All = fmt.Sprint(j.Progress.Done), fmt.Sprint(j.Progress.All)
		row.Text = number(j.Progress.Done) + " of " + number(j.Progress.All)
	}
	if j.State == judgedDone && !j.Began.IsZero() {
		row.State.Sub = "in " + took(j.Ended.Sub(j.Began)) + ", " + ago(j.Ended, u.Now())
	}
	if j.Scan > 0 {
		row.Scan = pages.Link{Text: "What it changed", Href: scanPath(j.Scan)}
	}
	return row
}

func judgedState(j listing.Rejudgement) pages.State {
	switch j.State {
	case judgedWaiting:
		return pages.State{Tone: "q", Icon: "clock", Word: "Waiting"}
	case judgedRunning:
		return pages.State{Tone: "run", Icon: "spin", Word: "Running"}
	case judgedDone:
		return pages.State{Tone: "ok", Icon: "check", Word: "Done"}
	}
	return pages.State{Tone: "err", Icon: "alert", Word: "Failed", Sub: sentence(cmpOr(j.Reason, "the next scan judges by the rules that hold"))}
}

// judgingEvents tells those who watch how far judging again is, until all has
// ended or they may no longer see it.
func (u *ui) judgingEvents(w http.ResponseWriter, r *http.Request) error {
	if _, err := only(r); err != nil {
		return err
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/event-stream") { // whoever stands before us holds other replies back
		http.Error(w, "This address tells events as they happen: ask it for text/event-stream.", http.StatusNotAcceptable)
		return nil
	}
	person := int64(0)
	if v := access.From(r.Context()); v != nil {
		person = v.Person
	}
	leave, ok := u.streams.enter(person)
	if !ok {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "You watch as many things as can be watched at once. Close one of those pages.", http.StatusTooManyRequests)
		return nil
	}
	defer leave()
	t := &judgingStream{stream: stream{ui: u}}
	if err := u.see(r.Context(), t.look); err != nil {
		return fmt.Errorf("watch judging again: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // a proxy in front would keep events back
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		t.run(r.Context(), w, t.look)
	}
	return nil
}

// A judgingStream is one watch of all accounts that are judged again.
type judgingStream struct{ stream }

// look finds what is new.
func (t *judgingStream) look(ctx context.Context) error {
	all, err := t.Rulebook.Rejudgements(ctx)
	if err != nil {
		return fmt.Errorf("accounts judged again: %w", err)
	}
	table, err := rendered(ctx, pages.RuleJudgedTable(t.judgedTable(all)))
	if err != nil {
		return err
	}
	t.say("judged", table, &t.rows)
	if !slices.ContainsFunc(all, openJudgement) {
		t.event("done", t.judgedTable(all).Sum)
		t.done = true
	}
	return nil
}
