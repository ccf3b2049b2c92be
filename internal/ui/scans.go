package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/query"
	"plumbline/internal/scan"
	"plumbline/web/pages"
)

func (u *ui) scanRoutes() []route {
	events := get("/scans/{n}/events", access.ReadEstate, u.scanEvents)
	events.Live = true
	return []route{
		get("/scans", access.ReadEstate, u.scans),
		get("/scans/{n}", access.ReadEstate, u.scan),
		events,
		get("/scans/{n}/cancel", access.StartScan, u.askCancel),
		post("/scans/{n}/cancel", access.StartScan, u.cancelScan),
		post("/accounts/{id}/scan", access.StartScan, u.startScan),
	}
}

func (u *ui) scans(w http.ResponseWriter, r *http.Request) error {
	at, err := placeOf(r)
	if err != nil {
		return err
	}
	scans, next, err := u.Reader.Scans(r.Context(), 0, at)
	if err != nil {
		return fmt.Errorf("list scans: %w", err)
	}
	p := pages.Scans{
		Frame: u.frameOf(r, "Scans", sectionScans), Rows: u.scanRows(scans),
		Lead:    "Newest first. A scan only reads: it changes nothing in the cloud.",
		Earlier: follow("/scans", "before", next.Previous), Later: follow("/scans", "after", next.Next),
	}
	if len(scans) == 0 {
		p.Lead = "Nothing to show."
		p.Empty = &pages.Empty{Title: "No scan yet", Text: []string{
			"The first scan starts when an account is connected, and is shown to those whose roles cover the account. Scans only read."},
			Actions: []pages.Link{{Text: "Show the accounts", Href: "/accounts"}}}
	}
	show(w, r, http.StatusOK, pages.ScansPage(p))
	return nil
}

func (u *ui) scanRows(scans []scan.Record) []pages.ScanRow {
	var rows []pages.ScanRow
	for _, s := range scans {
		rows = append(rows, u.scanRow(s))
	}
	return rows
}

// scanRow is a line of the list. What a scan did to findings is told once it
// has finished: before that nothing is settled.
func (u *ui) scanRow(s scan.Record) pages.ScanRow {
	row := pages.ScanRow{
		Href: scanPath(s.Number), Name: fmt.Sprintf("Scan %d", s.Number),
		Started: day(s.StartedAt), When: s.StartedAt.UTC().Format(time.RFC3339), Ago: ago(s.StartedAt, u.Now()),
		Provider: estate.CloudName(s.Provider), Account: s.Account, State: scanState(s),
		Workloads: number(s.Workloads), New: "–", Fixed: "–", Lost: "–",
	}
	if s.State == scan.Finished {
		row.New = number(s.Changes[finding.New] + s.Changes[finding.CameBack])
		row.Fixed, row.Lost = number(s.Changes[finding.Fixed]), number(s.Changes[finding.LostIt])
	}
	return row
}

func scanState(s scan.Record) pages.State {
	if s.Look != 0 {
		return againState(s)
	}
	switch s.State {
	case scan.Running:
		return pages.State{Tone: "run", Icon: "spin", Word: "Running"}
	case scan.Finished:
		return pages.State{Tone: "ok", Icon: "check", Word: "Finished", Sub: "in " + took(s.EndedAt.Sub(s.StartedAt))}
	case scan.Interrupted:
		return pages.State{Tone: "err", Icon: "alert", Word: "Interrupted"}
	case scan.Cancelled:
		return pages.State{Tone: "q", Icon: "dash", Word: "Cancelled"}
	case scan.Failed:
	}
	return pages.State{Tone: "err", Icon: "alert", Word: "Failed"}
}

// againState says of a scan that judged again what is stored that it asked
// nobody.
func againState(s scan.Record) pages.State {
	switch s.State {
	case scan.Running:
		return pages.State{Tone: "run", Icon: "spin", Word: "Judging again"}
	case scan.Finished:
		return pages.State{Tone: "ok", Icon: "check", Word: "Judged again", Sub: "in " + took(s.EndedAt.Sub(s.StartedAt))}
	case scan.Interrupted, scan.Cancelled:
		return pages.State{Tone: "q", Icon: "dash", Word: "Not judged again"}
	case scan.Failed:
	}
	return pages.State{Tone: "err", Icon: "alert", Word: "Judging again failed"}
}

// placeOf reads where in a list a page begins. What it does not know it names.
func placeOf(r *http.Request, other ...string) (listing.Place, error) {
	v, err := only(r, append([]string{"after", "before"}, other...)...)
	if err != nil {
		return listing.Place{}, err
	}
	if v.Get("after") != "" && v.Get("before") != "" {
		return listing.Place{}, problem.New(problem.Invalid, "A page begins after a row or before one, not both: leave “after” or “before” out.")
	}
	return listing.Place{After: v.Get("after"), Before: v.Get("before"), Limit: rowsPerPage}, nil
}

// follow is the address of another page of a list; "" where there is none.
func follow(path, key, cursor string) string {
	if cursor == "" {
		return ""
	}
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + key + "=" + url.QueryEscape(cursor)
}

// numberIn reads a number of ours out of an address. What is no number is no
// page.
func numberIn(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != r.PathValue(name) {
		return 0, errNoPage
	}
	return n, nil
}

// findingsOf is the list of findings that a query lets through.
func findingsOf(q string) string { return "/findings?q=" + url.QueryEscape(q) }

// inventoryOf is the list of workloads that a query lets through.
func inventoryOf(q string) string { return "/inventory?q=" + url.QueryEscape(q) }

// pair writes key:value as the filter language does.
func pair(key string, values ...string) string { return query.Query{}.Set(key, values...).String() }
