package ui

import (
	"context"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/query"
	"plumbline/internal/score"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

const (
	scorePath   = "/score"
	gainsMost   = 10
	millionth   = 1_000_000
	sinceScans  = "scan" // since each account's scan before
	sinceLayout = "2006-01-02"
)

func (u *ui) scoreRoutes() []route { return []route{get(scorePath, access.ReadEstate, u.score)} }

// score explains the figures on those that are there.
func (u *ui) score(w http.ResponseWriter, r *http.Request) error {
	if u.Scores == nil {
		return errNoPage
	}
	p := pages.Score{Frame: u.frameOf(r, "How the score works", sectionOverview),
		Lead: "Posture says how an account stands, and higher is better. Risk says how bad one finding is, and higher is worse. Everything here is worked out from what the last finished scans told."}
	status := http.StatusOK
	since, fault := u.sinceOf(r)
	if fault != nil {
		p.Problem, status = fault, http.StatusUnprocessableEntity
	}
	if err := u.fillScore(r.Context(), &p, since, fault == nil); err != nil {
		return err
	}
	show(w, r, status, pages.ScorePage(p))
	return nil
}

// sinceOf reads the moment to compare with: the end of a day in UTC, or zero for
// the scan before.
func (u *ui) sinceOf(r *http.Request) (time.Time, *pages.Problem) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return time.Time{}, &pages.Problem{Title: "What follows the question mark in this address cannot be read.", Text: "Take one of the moments below."}
	}
	s := v.Get("since")
	if s == "" || s == sinceScans {
		return time.Time{}, nil
	}
	at, err := time.Parse(sinceLayout, s)
	if err != nil || at.After(u.Now()) {
		return time.Time{}, &pages.Problem{Title: "“" + printable(s) + "” is no day that has been.", Text: "A day is written 2026-11-15. Take one of the moments below.",
			All: &pages.Link{Text: "Compare with the scan before", Href: scorePath}}
	}
	return at.AddDate(0, 0, 1), nil
}

func (u *ui) fillScore(ctx context.Context, p *pages.Score, since time.Time, compare bool) error {
	p.Risk = riskTables()
	counts, err := u.Scores.Counts(ctx)
	if err != nil {
		return fmt.Errorf("counts: %w", err)
	}
	posture := score.PostureOf(counts)
	if !posture.Assessed {
		p.Empty = &pages.Empty{Title: "There is no posture yet", Text: []string{"Nothing was told to pass or to fail in a finished scan, so there is nothing to weigh. What follows holds for every finding all the same."},
			Actions: []pages.Link{{Text: "Show the scans", Href: "/scans"}}}
		return nil
	}
	p.Posture = reckonedOf(posture, score.SharesOf(counts))
	if compare {
		if p.Moved, err = u.moved(ctx, since); err != nil {
			return err
		}
	}
	if err := u.gained(ctx, p); err != nil {
		return err
	}
	return u.worst(ctx, p)
}

func reckonedOf(p score.Posture, shares []score.Share) *pages.Reckoned {
	r := &pages.Reckoned{Passed: weight(p.Passed), Told: weight(p.Told)}
	scaled := 0
	for _, s := range shares {
		scaled += s.Scaled
		r.Rows = append(r.Rows, pages.Share{Severity: severity(s.Severity), Weight: number(s.Weight), Rules: number(s.Rules), Pass: number(s.Pass), Fail: number(s.Fail),
			Unknown: number(s.Unknown), Passed: weight(s.Passed), Told: weight(s.Told)})
	}
	r.Sum = fmt.Sprintf("100 × %s ÷ %s = %s, shown as %d.", r.Passed, r.Told, hundredth(p.Score), score.Whole(p.Score))
	r.Notes = append(r.Notes, fmt.Sprintf("Coverage: weight of %s of %s could be told: %s assessed. If all the rest failed the posture would be %d, if all of it passed %d: the range.",
		r.Told, weight(p.All), percent(p.Coverage), score.Whole(p.Low), score.Whole(p.High)))
	if scaled > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s asked of more than 50 resources of an account. Each counts as 50 in the same proportion, so that one long list does not drown the others; weights need not be whole for that reason.",
			some(scaled, "rule was", "rules were")))
	}
	r.Notes = append(r.Notes, "Rules are counted in each account by itself. Information weighs nothing. An account, a framework and everything together are reckoned in the same way.")
	return r
}

// moved says what moved the posture since a moment.
func (u *ui) moved(ctx context.Context, since time.Time) (*pages.Moved, error) {
	shifts, err := u.Scores.Shifts(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("what moved the posture: %w", err)
	}
	m := &pages.Moved{Since: u.moments(since), Lead: "Each cause is reckoned after the one above it; the points add up to the difference."}
	was := "the scan before the last, in each account"
	if !since.IsZero() {
		was = "the end of " + day(since.AddDate(0, 0, -1)) + " (UTC)"
	}
	mv := score.MovementOf(shifts)
	switch {
	case !mv.Before.Assessed:
		m.None = "There was no posture at " + was + ": nothing had been told yet, so nothing can be compared with it."
		return m, nil
	case len(mv.Steps) == 0:
		m.None = fmt.Sprintf("Nothing moved since %s: the posture was %s and is %s.", was, hundredth(mv.Before.Score), hundredth(mv.After.Score))
		return m, nil
	}
	m.Lead = "Since " + was + ". " + m.Lead
	m.From, m.To = hundredth(mv.Before.Score), hundredth(mv.After.Score)
	diff := mv.After.Score - mv.Before.Score
	m.Sum, m.SumTone = signed(diff), toneOf(diff)
	if !mv.Comparable {
		m.SumTone = "flat"
		m.Notice = &pages.Notice{Tone: "warn", Icon: "eye", Title: "This is neither a rise nor a fall.",
			Text: "Less was assessed than then, or something was lost sight of while the figure rose. Losing sight is no improvement: see the line “coverage”."}
	}
	for _, s := range mv.Steps {
		tone := "flat" // who joined, what is asked and what could be seen is nobody's merit
		if mv.Comparable && (s.Cause == score.FixedIt || s.Cause == score.Removed || s.Cause == score.NewlyFailing) {
			tone = toneOf(s.Points)
		}
		m.Rows = append(m.Rows, pages.MovedBy{Cause: sentenceName(string(s.Cause)), About: aboutCause[s.Cause], Count: number(s.Count), Points: signed(s.Points), Tone: tone})
	}
	return m, nil
}

// aboutCause says what is counted under a cause.
var aboutCause = map[score.Cause]string{
	score.AccountsLeft:   "They no longer count.",
	score.AccountsJoined: "They count for the first time.",
	score.RulesChanged:   "Rules that are newly asked, no longer asked, or ask something else.",
	score.FixedIt:        "Failed then, pass now.",
	score.Removed:        "Failed then; the resource is no more.",
	score.NewlyFailing:   "Passed then or were not there, fail now.",
	score.CoverageMoved:  "Could be told then and cannot now, or the other way round.",
	score.PassingMoved:   "Resources that pass came, or went.",
}

// moments are what the page offers to compare with.
func (u *ui) moments(since time.Time) []pages.Link {
	out := []pages.Link{{Text: "The scan before", Href: scorePath, Current: since.IsZero()}}
	today := u.Now().UTC().Truncate(24 * time.Hour)
	for _, m := range []struct {
		text string
		days int
	}{{"Yesterday", 1}, {"A week ago", 7}, {"Four weeks ago", 28}, {"Twelve weeks ago", 84}} {
		end := today.AddDate(0, 0, 1-m.days)
		out = append(out, pages.Link{Text: m.text, Href: scorePath + "?since=" + today.AddDate(0, 0, -m.days).Format(sinceLayout), Current: since.Equal(end)})
	}
	if !slices.ContainsFunc(out, func(l pages.Link) bool { return l.Current }) {
		out = append(out, pages.Link{Text: day(since.AddDate(0, 0, -1)), Href: scorePath + "?since=" + since.AddDate(0, 0, -1).Format(sinceLayout), Current: true})
	}
	return out
}

func (u *ui) gained(ctx context.Context, p *pages.Score) error {
	gains, err := u.Reader.FixFirst(ctx, gainsMost)
	if err != nil {
		return fmt.Errorf("fix first: %w", err)
	}
	for _, g := range gains {
		title, _ := u.faultOf(g.Rule)
		row := pages.Gained{Title: title, Href: onlyRule(viewOpen, g.Rule), Points: "+" + hundredth(g.Points), Count: number(g.Open)}
		if r, ok := u.Rules.Rule(g.Rule); ok {
			row.Severity = severity(r.Severity)
		}
		p.Gains = append(p.Gains, row)
	}
	return nil
}

// worst is the worst open finding, whose risk is worked out as an example.
func (u *ui) worst(ctx context.Context, p *pages.Score) error {
	fs, _, err := u.Reader.Findings(ctx, query.Query{}.Set("is", "open"), listing.Worst, listing.Place{Limit: 1})
	if err != nil || len(fs) == 0 {
		return err
	}
	f := fs[0]
	id := findingID(f.Number)
	e := &pages.RiskExample{Title: subjectName(f.Record), Link: pages.Link{Text: id, Href: "/findings/" + id}}
	var factors []string
	for i, step := range f.Factors {
		text := factor(step.Basis)
		if i == 0 {
			text = number(step.Basis / 100)
		}
		factors = append(factors, text)
		e.Steps = append(e.Steps, parts.Fact{Name: sentenceName(step.Name), Parts: []parts.Span{{Text: text, Strong: true}}, Sub: step.Value})
	}
	if len(factors) == 0 {
		return nil
	}
	e.Sum = strings.Join(factors, " × ") + " = " + number(f.Risk)
	p.Risk.Example = e
	return nil
}

func riskTables() pages.Risk {
	table := func(title string, ls []score.Level, write func(int) string) pages.Levels {
		t := pages.Levels{Title: title}
		for _, l := range ls {
			t.Rows = append(t.Rows, pages.Level{Name: strings.ReplaceAll(l.Name, "_", " "), Factor: write(l.Basis)})
		}
		return t
	}
	return pages.Risk{Tables: []pages.Levels{
		table("Severity", score.Severities(), func(b int) string { return number(b / 100) }),
		table("Exposure", score.Exposures(), factor),
		table("Power", score.Powers(), factor),
		table("Controls", []score.Level{{Name: "all verified ones together, at least", Basis: score.Floor()}, {Name: "none verified", Basis: score.One}}, factor),
	}}
}

func factor(basis int) string { return fmt.Sprintf("%.2f", float64(basis)/score.One) }

// hundredth writes hundredths of a point in full.
func hundredth(h int) string { return fmt.Sprintf("%.2f", float64(h)/100) }

func signed(h int) string {
	switch {
	case h > 0:
		return "+" + hundredth(h)
	case h < 0:
		return "−" + hundredth(-h)
	}
	return "0.00"
}

func toneOf(h int) string {
	switch {
	case h > 0:
		return "up"
	case h < 0:
		return "down"
	}
	return "flat"
}

// weight writes a weight in millionths with at most two decimals.
func weight(millionths int64) string {
	if millionths%millionth == 0 {
		return number(int(millionths / millionth))
	}
	s := big.NewRat(millionths, millionth).FloatString(2)
	whole, cents, _ := strings.Cut(s, ".")
	n, _ := new(big.Int).SetString(whole, 10)
	return number(int(n.Int64())) + "." + cents
}
