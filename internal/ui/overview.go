package ui

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/query"
	"plumbline/internal/scan"
	"plumbline/web/pages"
)

const (
	connectPath    = "/accounts/new"
	unassessedPath = "/findings?q=is:lost,nodata&group=cause"
	trendDays      = 84 // twelve weeks
	fixMost        = 5
	accountsMost   = 10
	stale          = 48 * time.Hour
)

// An outlook is everything that the overview is made from.
type outlook struct {
	*ui
	r         *http.Request
	standings []listing.Standing
	groups    []listing.Group // of all that fails or cannot be told
	page      pages.Overview
}

func (u *ui) overview(w http.ResponseWriter, r *http.Request) error {
	o := &outlook{ui: u, r: r}
	o.page.Frame = u.frameOf(r, "Overview", sectionOverview)
	if err := o.read(r.Context()); err != nil {
		return err
	}
	if err := o.fill(r.Context()); err != nil {
		return err
	}
	show(w, r, http.StatusOK, pages.OverviewPage(o.page))
	return nil
}

func (o *outlook) read(ctx context.Context) (err error) {
	if o.standings, err = o.Reader.Standings(ctx); err != nil {
		return fmt.Errorf("standings: %w", err)
	}
	if o.groups, err = o.Reader.Groups(ctx, query.Query{}.Set("is", "open", "lost", "nodata")); err != nil {
		return fmt.Errorf("count findings: %w", err)
	}
	return nil
}

func (o *outlook) fill(ctx context.Context) error {
	now := lastOf(o.standings)
	o.lead(now)
	if len(now) == 0 {
		o.nothingYet()
		return nil
	}
	if err := o.posture(ctx); err != nil {
		return err
	}
	o.counts()
	if err := o.unowned(ctx); err != nil {
		return err
	}
	o.page.Changes = o.reckoning()
	if err := o.ways(ctx); err != nil {
		return err
	}
	if err := o.fixFirst(ctx); err != nil {
		return err
	}
	if err := o.ages(ctx); err != nil {
		return err
	}
	if err := o.covers(ctx); err != nil {
		return err
	}
	o.matters()
	o.accounts()
	return o.attested(ctx)
}

func (o *outlook) lead(now []scan.Record) {
	if len(now) == 0 {
		o.page.Lead = "No scan has finished yet."
		return
	}
	var clouds []string
	for _, s := range o.standings {
		if !slices.Contains(clouds, s.Account.Provider) {
			clouds = append(clouds, s.Account.Provider)
		}
	}
	o.page.Lead = fmt.Sprintf("%s on %s. Scan %d, the newest that is finished, ended %s, %s.", some(len(o.standings), "account", "accounts"),
		some(len(clouds), "cloud", "clouds"), now[0].Number, day(now[0].Asked()), ago(now[0].Asked(), o.Now()))
}

// nothingYet says which of the kinds of nothing this is: no account, none that
// was scanned, or a first scan that runs.
func (o *outlook) nothingYet() {
	e := &pages.Empty{}
	o.page.Empty = e
	connect := pages.Link{Text: "Connect an account", Href: connectPath}
	for _, s := range o.standings {
		if s.Running != nil {
			e.Title = "The first scan is running"
			e.Text = []string{"The posture and the first findings appear here when it has finished. Load the page again to see."}
			e.Actions = []pages.Link{{Text: "Show the scan", Href: scanPath(s.Running.Number)}, {Text: "Load again", Href: "/"}}
			return
		}
	}
	for _, s := range o.standings {
		if s.Failed != nil {
			e.Title = "No scan has finished yet"
			e.Text = []string{fmt.Sprintf("Scan %d did not finish: %s", s.Failed.Number, sentence(s.Failed.Reason))}
			e.Actions = []pages.Link{{Text: "Show the scan", Href: scanPath(s.Failed.Number)}}
			return
		}
	}
	if len(o.standings) > 0 {
		e.Title, e.Text = "Nothing was scanned yet", []string{some(len(o.standings), "account is", "accounts are") + " connected. The first findings appear here when a scan has finished."}
		e.Actions = []pages.Link{{Text: "Show the accounts", Href: "/accounts"}}
		return
	}
	if r := access.From(o.r.Context()).Reach(); !r.All && len(r.Accounts) == 0 {
		e.Title, e.Text = "Your roles cover no account yet", []string{"Ask an administrator for a role over the accounts that you look after, or to put accounts into your group."}
		return
	}
	e.Title = "Nothing is connected yet"
	e.Text = []string{"Connect an account, and Plumbline scans it at once. It only reads: it changes nothing in your cloud."}
	if may(o.r.Context(), access.ManageAccounts) {
		e.Actions = []pages.Link{connect}
	} else {
		e.Text = append(e.Text, "An administrator can connect one.")
	}
}

// counts are how many findings there are of each kind, each a link to them.
func (o *outlook) counts() {
	var open, late, fresh, nodata, lost int
	for _, g := range o.groups {
		open, late, fresh, nodata, lost = open+g.Open, late+g.Overdue, fresh+g.New, nodata+g.NoData, lost+g.Lost
	}
	add := func(n int, text, tone, q string) {
		if n == 0 {
			tone = ""
		}
		o.page.Counts = append(o.page.Counts, pages.Change{Count: number(n), Text: text, Tone: tone, Href: findingsOf(q)})
	}
	add(open, "open findings", "", viewOpen)
	add(late, "overdue", "bad", viewLate)
	add(fresh, "new since the last scan", "", viewNew)
	add(lost, "lost sight of", "warn", "is:lost")
	add(nodata+lost, "not assessed", "", viewUnassessed)
}
