package ui

import (
	"context"
	"fmt"
	"net/http"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

func (u *ui) scan(w http.ResponseWriter, r *http.Request) error {
	n, err := numberIn(r, "n")
	if err != nil {
		return err
	}
	v, err := only(r, "reload")
	if err != nil {
		return err
	}
	s, err := u.Reader.Scan(r.Context(), n)
	if err != nil {
		return fmt.Errorf("scan %d: %w", n, err)
	}
	old, err := u.formerScan(r.Context(), n)
	if err != nil {
		return err
	}
	st, err := u.standingOf(r.Context(), s)
	if err != nil {
		return err
	}
	p := u.scanPage(s, old, st != nil && st.Last != nil && st.Last.Number == n)
	if err := u.watchable(r.Context(), &p, s, v.Get("reload") != "off"); err != nil {
		return err
	}
	u.offer(r.Context(), &p, s, st)
	p.Frame = u.frameOf(r, p.Title, sectionScans)
	show(w, r, http.StatusOK, pages.ScanPage(p))
	return nil
}

// formerScan is the finished scan of the same account before the given one;
// nil if there is none.
func (u *ui) formerScan(ctx context.Context, n int64) (*scan.Record, error) {
	old, err := u.Reader.FormerScan(ctx, n)
	if problem.Is(err, problem.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("scan before %d: %w", n, err)
	}
	return &old, nil
}

// standingOf is where the account of a scan stands; nil if that is not known.
func (u *ui) standingOf(ctx context.Context, s scan.Record) (*listing.Standing, error) {
	all, err := u.Reader.Standings(ctx)
	if err != nil {
		return nil, fmt.Errorf("where accounts stand: %w", err)
	}
	for i, st := range all {
		if st.Account.Provider == s.Provider && st.Account.External == s.Account {
			return &all[i], nil
		}
	}
	return nil, nil
}

// offer says what the reader may do about a scan: cancel one that runs, or
// start again what did not finish.
func (u *ui) offer(ctx context.Context, p *pages.Scan, s scan.Record, st *listing.Standing) {
	if st == nil || !access.From(ctx).MayOn(access.StartScan, st.Account.ID) {
		return
	}
	switch {
	case s.State == scan.Running:
		p.Cancel = scanPath(s.Number) + "/cancel"
	case s.State != scan.Finished && st.Running == nil && st.Account.State == connected:
		p.Again = accountPath(st.Account.ID) + "/scan"
	}
}

// scanPage is the page of one scan. old is the one before, newest says that the
// lists rest on it.
func (u *ui) scanPage(s scan.Record, old *scan.Record, newest bool) pages.Scan {
	p := pages.Scan{Title: fmt.Sprintf("Scan %d", s.Number), State: stateLabel(s), Notice: scanNotice(s)}
	p.Lead = fmt.Sprintf("%s account %s. Started %s%s.", estate.CloudName(s.Provider), s.Account, moment(s.StartedAt), by(s.Asker))
	if s.Look != 0 {
		p.Lead = fmt.Sprintf("%s account %s. What scan %d saw is judged again for %s, since %s. No cloud was asked.", estate.CloudName(s.Provider), s.Account, s.Look, s.Asker, moment(s.StartedAt))
	}
	if !s.EndedAt.IsZero() {
		p.Lead += " Took " + took(s.EndedAt.Sub(s.StartedAt)) + "."
	}
	if s.State == scan.Finished {
		p.Changes = changes(s, old, newest)
	}
	u.outcome(&p, s, old)
	u.asked(&p, s)
	u.judged(&p, s)
	return p
}

func by(asker string) string {
	if asker == "" {
		return ""
	}
	return " by " + asker
}

func stateLabel(s scan.Record) parts.Tag {
	st := scanState(s)
	tone := map[string]string{"ok": "pass", "run": "accent", "err": "high"}[st.Tone]
	return parts.Tag{Tone: tone, Icon: st.Icon, Text: st.Word}
}

// scanNotice says what it means that a scan did not finish.
func scanNotice(s scan.Record) *pages.Notice {
	n := &pages.Notice{Tone: "warn", Icon: "alert"}
	if s.Look != 0 && s.State == scan.Interrupted {
		n.Title, n.Text = "A scan took its place.", sentence(s.Reason)
		return n
	}
	switch s.State {
	case scan.Interrupted:
		n.Title, n.Text = "This scan was interrupted.", sentence(s.Reason)+" What it did not reach says nothing, and it resolved nothing."
	case scan.Cancelled:
		n.Title, n.Text = "This scan was cancelled.", sentence(s.Reason)+" What it had read by then is kept. What it did not reach says nothing, and it resolved nothing."
	case scan.Failed:
		n.Title, n.Text = "This scan failed.", sentence(s.Reason)+" It changed no finding."
	case scan.Running, scan.Finished:
		return nil
	}
	return n
}

func (u *ui) outcome(p *pages.Scan, s scan.Record, old *scan.Record) {
	t := sumOf(s.Tally)
	if t.asked() > 0 {
		b := outcomeBar(t)
		p.Bar, p.BarText = &b, b.Words+fmt.Sprintf(". %s did not apply.", number(t.na))
	}
	if post := postureOf([]scan.Record{s}); post.Assessed && s.State == scan.Finished {
		p.Posture = "Posture " + post.String()
		if words, _ := movement(old, &s); words != "" {
			p.Posture += ", " + words
		}
	}
	whole := 0
	for _, a := range s.Answers {
		if a.Whole() {
			whole++
		}
	}
	p.Counts = []parts.Fact{
		{Name: "Workloads", Parts: text(number(s.Workloads))},
		{Name: "Questions", Parts: text(fmt.Sprintf("%s asked, %s answered in full", number(len(s.Answers)), number(whole)))},
		{Name: "Documents written", Parts: text(number(s.Written)), Sub: "0 means that nothing in the estate changed"},
		{Name: "Ended", Parts: text(moment(s.EndedAt))},
		{Name: "Engine", Parts: text("Plumbline " + s.Engine)},
	}
	if s.EndedAt.IsZero() {
		p.Counts[3].Parts = text("not yet")
	}
}
