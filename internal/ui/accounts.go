package ui

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/listing"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// The states of an account.
const (
	found        = "found"
	connected    = "connected"
	disconnected = "disconnected"
)

func (u *ui) accountRoutes() []route {
	return []route{
		get("/accounts", access.ReadEstate, u.accounts),
		get("/accounts/new", access.ManageAccounts, u.newAccount),
		post("/accounts/new", access.ManageAccounts, u.connect),
		get("/accounts/{id}", access.ReadEstate, u.account),
		post("/accounts/{id}", access.ManageAccounts, u.changeAccount),
		post("/accounts/{id}/test", access.ManageAccounts, u.testAccount),
		get("/accounts/{id}/disconnect", access.ManageAccounts, u.askDisconnect),
		post("/accounts/{id}/disconnect", access.ManageAccounts, u.disconnect),
		post("/accounts/{id}/events", access.ImportEvents, u.importEvents),
		get("/accounts/{id}/events/{import}/withdraw", access.ImportEvents, u.askWithdrawEvents),
		post("/accounts/{id}/events/{import}/withdraw", access.ImportEvents, u.withdrawEvents),
	}
}

func accountPath(id int64) string { return fmt.Sprintf("/accounts/%d", id) }

func (u *ui) accounts(w http.ResponseWriter, r *http.Request) error {
	at, err := placeOf(r)
	if err != nil {
		return err
	}
	list, next, err := u.Reader.Accounts(r.Context(), at)
	if err != nil {
		return fmt.Errorf("list accounts: %w", err)
	}
	standings, err := u.standings(r.Context())
	if err != nil {
		return err
	}
	p := pages.Accounts{
		Frame: u.frameOf(r, "Accounts", sectionAccounts), Connect: may(r.Context(), access.ManageAccounts),
		Lead:    "What is scanned, how often, and whether Plumbline may read all of it.",
		Earlier: follow("/accounts", "before", next.Previous), Later: follow("/accounts", "after", next.Next),
	}
	for _, a := range list {
		p.Rows = append(p.Rows, u.accountRow(r.Context(), a, standings[a.ID]))
	}
	if len(list) == 0 {
		p.Empty = noAccounts(p.Connect, at)
	}
	if at.After+at.Before == "" {
		if p.Others, err = u.unconnected(r.Context()); err != nil {
			return err
		}
	}
	show(w, r, http.StatusOK, pages.AccountsPage(p))
	return nil
}

func noAccounts(connect bool, at listing.Place) *pages.Empty {
	switch {
	case at.After+at.Before != "":
		return &pages.Empty{Title: "No account here", Text: []string{"The list has changed since you followed this link."},
			Actions: []pages.Link{{Text: "Show the first page", Href: "/accounts"}}}
	case connect:
		return &pages.Empty{Title: "No account is connected", Text: []string{"Connect one, and Plumbline scans it at once. It only reads: it changes nothing in your cloud."},
			Actions: []pages.Link{{Text: "Connect an account", Href: "/accounts/new"}}}
	}
	return &pages.Empty{Title: "You see no account", Text: []string{"Either none is connected yet, or your roles cover none. An administrator can change both."}}
}

// standings says of each account what runs and what ended, by its number.
func (u *ui) standings(ctx context.Context) (map[int64]listing.Standing, error) {
	all, err := u.Reader.Standings(ctx)
	if err != nil {
		return nil, fmt.Errorf("where accounts stand: %w", err)
	}
	by := map[int64]listing.Standing{}
	for _, s := range all {
		by[s.Account.ID] = s
	}
	return by, nil
}

func (u *ui) accountRow(ctx context.Context, a listing.Account, st listing.Standing) pages.AccountRow {
	row := pages.AccountRow{
		Href: accountPath(a.ID), Name: accountName(a), Provider: estate.CloudName(a.Provider),
		Groups: strings.Join(a.Groups, ", "), Workloads: number(a.Workloads),
		Open: number(a.Open), OpenHref: findingsOf("is:open " + pair("account", a.External)),
		NoData: number(a.NoData), Unknown: findingsOf(viewUnassessed + " " + pair("account", a.External)),
		Next: u.nextScan(a),
	}
	if a.Name != "" {
		row.ID = a.External
	}
	if a.State != connected {
		t := accountState(a)
		row.Tag = &t
	}
	if a.LastScanAt.IsZero() { // nothing was looked at: a zero would be a claim
		row.Workloads, row.Open, row.NoData = "–", "–", "–"
		row.OpenHref, row.Unknown = "", ""
	}
	row.Last, row.LastHref = u.lastScan(a, st)
	row.Gaps, row.GapsHref = gapState(a, st)
	if a.State == connected && st.Running == nil && access.From(ctx).MayOn(access.StartScan, a.ID) {
		row.Scan = accountPath(a.ID) + "/scan"
	}
	return row
}

func accountName(a listing.Account) string { return cmpOr(a.Name, a.External) }

var accountStates = map[string]parts.Tag{
	connected:    {Tone: "pass", Icon: "check", Text: "Connected"},
	found:        {Icon: "dash", Text: "Not connected"},
	disconnected: {Icon: "x", Text: "Disconnected"},
}

func accountState(a listing.Account) parts.Tag {
	if t, ok := accountStates[a.State]; ok {
		return t
	}
	return parts.Tag{Text: sentenceName(a.State)}
}

// lastScan is how the newest scan of an account ended, and where to read of it.
func (u *ui) lastScan(a listing.Account, st listing.Standing) (pages.State, string) {
	s := st.Last
	switch {
	case st.Running != nil:
		out := scanState(*st.Running)
		out.Sub = "started " + ago(st.Running.StartedAt, u.Now())
		return out, scanPath(st.Running.Number)
	case st.Failed != nil:
		out := scanState(*st.Failed)
		out.Sub = ago(st.Failed.EndedAt, u.Now())
		if s != nil {
			out.Sub += ", finished last " + ago(s.Asked(), u.Now())
		}
		return out, scanPath(st.Failed.Number)
	case s != nil:
		return pages.State{Tone: "ok", Icon: "check", Word: "Finished", Sub: ago(s.Asked(), u.Now())}, scanPath(s.Number)
	case !a.LastScanAt.IsZero():
		return pages.State{Tone: "ok", Icon: "check", Word: "Finished", Sub: ago(a.LastScanAt, u.Now())}, ""
	}
	return pages.State{Tone: "q", Icon: "dash", Word: "Never scanned"}, ""
}

// nextScan says when an account is scanned again.
func (u *ui) nextScan(a listing.Account) string {
	switch {
	case a.State != connected:
		return "not scanned"
	case a.Every == 0 || a.NextAt.IsZero():
		return "on demand"
	case !a.NextAt.After(u.Now()):
		return "due now"
	}
	return "in " + until(a.NextAt.Sub(u.Now()))
}

// until says how long something is away, in the largest unit that fits.
func until(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return some(int(d/time.Minute), "minute", "minutes")
	case d < 48*time.Hour:
		return some(int(d/time.Hour), "hour", "hours")
	}
	return some(int(d/(24*time.Hour)), "day", "days")
}

// gapState says in a word whether all may be read, and where that is told. What
// was not tested is not taken for allowed, and a test that tries one region is
// not held against a scan that was refused in another.
func gapState(a listing.Account, st listing.Standing) (pages.State, string) {
	here := accountPath(a.ID) + "#test"
	if n := len(gapCalls(a.Test)); n > 0 && !a.TestedAt.IsZero() {
		return pages.State{Tone: "err", Icon: "alert", Word: some(n, "gap", "gaps")}, here
	}
	if st.Refused > 0 && st.Last != nil {
		return pages.State{Tone: "err", Icon: "alert", Word: number(st.Refused) + " not answered", Sub: fmt.Sprintf("in scan %d", st.Last.Number)}, scanPath(st.Last.Number) + "#gaps"
	}
	if a.TestedAt.IsZero() || len(a.Test) == 0 {
		return pages.State{Tone: "q", Icon: "dash", Word: "Not tested"}, here
	}
	return pages.State{Tone: "ok", Icon: "check", Word: "All allowed"}, here
}
