package ui

import (
	"fmt"
	"net/http"
	"net/url"

	"plumbline/internal/access"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/query"
	"plumbline/internal/scan"
	"plumbline/web/pages"
)

const (
	groupsPerPage = 50
	rowsPerGroup  = 25
	rowsPerPage   = 50
)

// The views of the list. Each is a link; none is a state of the page.
const (
	viewOpen       = "is:open"
	viewLate       = "is:overdue"
	viewNew        = "is:new,reopened"
	viewUnassessed = "is:lost,nodata"
	viewClosed     = "is:closed"
	viewAll        = ""
)

var views = []struct{ text, q, group string }{
	{"Open", viewOpen, byRule},
	{"Overdue", viewLate, byRule},
	{"New", viewNew, byRule},
	{"Not assessed", viewUnassessed, byCause},
	{"Fixed or gone", viewClosed, byRule},
	{"All", viewAll, byRule},
}

// viewOf is the view that shows findings of a state.
func viewOf(st finding.State) string {
	switch st {
	case finding.NoData, finding.Lost:
		return viewUnassessed
	case finding.Resolved, finding.Gone:
		return viewClosed
	case finding.Open, finding.None:
		return viewOpen
	default:
		return viewOpen
	}
}

// A list is everything that the page of findings is made from.
type list struct {
	*ui
	r     *http.Request
	want  want
	scans []scan.Record // the newest
	page  pages.Findings
	shown []int64 // the findings that are listed, in their order
}

func (u *ui) findings(w http.ResponseWriter, r *http.Request) error {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return problem.New(problem.Invalid, "What follows the question mark in this address cannot be read, so no list is shown: it would look as if it had been filtered.")
	}
	asks, moved, fault := read(v, u.Now())
	if fault == nil && moved {
		http.Redirect(w, r, asks.fresh().address(), http.StatusSeeOther) //nolint:gosec // address writes a path of ours
		return nil
	}
	l := &list{ui: u, r: r, want: asks}
	l.page.Frame = u.frameOf(r, "Findings", sectionFindings)
	if l.scans, err = u.recent(r.Context()); err != nil {
		return err
	}
	if fault != nil {
		return l.problem(w, fault)
	}
	if err := l.fill(); err != nil {
		return err
	}
	show(w, r, http.StatusOK, pages.FindingsPage(l.page))
	return nil
}

// problem shows what is not understood, with what was typed, and no list.
func (l *list) problem(w http.ResponseWriter, fault *pages.Problem) error {
	l.page.Problem, l.page.Lead = fault, "This asks for something that Plumbline does not know."
	l.page.Bar = &pages.Bar{Typed: l.want.typed, Chips: l.chips(), Keep: l.keep(), Hints: hints}
	show(w, l.r, http.StatusUnprocessableEntity, pages.FindingsPage(l.page))
	return nil
}

func (l *list) fill() error {
	l.notice()
	all, err := l.count(query.Query{})
	if err != nil {
		return err
	}
	if all.N == 0 && !finishedAny(l.scans) {
		l.nothingYet()
		return nil
	}
	if err := l.views(all); err != nil {
		return err
	}
	if err := l.bar(); err != nil {
		return err
	}
	switch l.want.group {
	case byCause:
		err = l.byCause()
	case flat:
		err = l.flat()
	default:
		err = l.byRule()
	}
	if err != nil || l.want.sheet == "" {
		return err
	}
	return l.besides()
}

func (l *list) count(q query.Query) (listing.Count, error) {
	n, err := l.Reader.CountFindings(l.r.Context(), q)
	if err != nil {
		return n, fmt.Errorf("count findings: %w", err)
	}
	return n, nil
}

func finishedAny(scans []scan.Record) bool {
	_, ok := newestFinished(scans)
	return ok
}

func newestFinished(scans []scan.Record) (scan.Record, bool) {
	for _, s := range scans {
		if s.State == scan.Finished {
			return s, true
		}
	}
	return scan.Record{}, false
}

// notice says what a reader must know before anything else.
func (l *list) notice() {
	if len(l.scans) == 0 {
		return
	}
	s := newestFirst(l.scans)
	n := &pages.Notice{Tone: "warn", Icon: "alert", Href: scanPath(s.Number), Link: fmt.Sprintf("Show scan %d", s.Number)}
	switch s.State {
	case scan.Running:
		n.Tone, n.Icon = "accent", "clock"
		n.Title, n.Text = fmt.Sprintf("Scan %d is running.", s.Number), "What it finds of account "+s.Account+" is listed when it has finished."
	case scan.Finished:
		return
	default:
		n.Title = fmt.Sprintf("Scan %d did not finish.", s.Number)
		n.Text = sentence(s.Reason) + " What is listed of account " + s.Account + " is from the scan before it."
	}
	l.page.Notice = n
}

func (l *list) nothingYet() {
	l.page.Lead = "No scan has finished yet."
	e := &pages.Empty{Title: "Nothing was scanned yet", Text: []string{"The first findings appear here when a scan has finished. Scans only read."}}
	l.page.Empty = e
	if len(l.scans) > 0 && newestFirst(l.scans).State == scan.Running {
		e.Title, e.Text = "The first scan is running", []string{"Its findings appear here when it has finished. Load the page again to see."}
		e.Actions = []pages.Link{{Text: "Load again", Href: l.want.address()}, {Text: "Show the scan", Href: scanPath(newestFirst(l.scans).Number)}}
		return
	}
	if may(l.r.Context(), access.ManageAccounts) {
		e.Actions = []pages.Link{{Text: "Connect an account", Href: connectPath}}
	}
}

func (l *list) views(all listing.Count) error {
	here := l.want.q.String()
	for _, v := range views {
		q, err := query.Parse(v.q, listing.FindingFields, l.Now())
		if err != nil {
			return fmt.Errorf("view %q: %w", v.q, err)
		}
		n := all
		if v.q != viewAll {
			if n, err = l.count(q); err != nil {
				return err
			}
		}
		l.page.Views = append(l.page.Views, pages.Link{
			Text: v.text, Count: counted(n), Href: want{q: q, group: v.group}.address(), Current: here == q.String(),
		})
	}
	return nil
}

// evidence says which scans the list rests on.
func (l *list) evidence() string {
	s, ok := newestFinished(l.scans)
	if !ok {
		return ""
	}
	return fmt.Sprintf("Evidence from the last finished scan of each account, the newest of %s.", day(s.Asked()))
}
