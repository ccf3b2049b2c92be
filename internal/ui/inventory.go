package ui

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/query"
	"plumbline/web/pages"
)

func (u *ui) inventoryRoutes() []route {
	return []route{
		get("/inventory", access.ReadEstate, u.inventory),
		get("/inventory/{uid...}", access.ReadEstate, u.workload),
	}
}

// An inventoryWant is what the address of the inventory asks for: all the state
// that the page has.
type inventoryWant struct {
	q     query.Query
	at    listing.Place
	typed string // what was typed and is not understood
	moved bool   // a form was read: the page has a shorter address
}

var errQuestion = problem.New(problem.Invalid, "What follows the question mark in this address cannot be read, so no list is shown: it would look as if it had been filtered.")

func (u *ui) inventory(w http.ResponseWriter, r *http.Request) error {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return errQuestion
	}
	want, fault := readInventory(v, u.Now())
	if fault == nil && want.moved {
		http.Redirect(w, r, want.address(), http.StatusSeeOther) //nolint:gosec // address writes a path of ours
		return nil
	}
	p := pages.Inventory{Frame: u.frameOf(r, "Inventory", sectionInventory), Lead: "Every workload that the last scans saw, with what decides how its credentials are guarded."}
	if fault != nil {
		p.Problem, fault.All = fault, &pages.Link{Text: "Show all workloads", Href: "/inventory"}
		p.Bar = &pages.Bar{Action: "/inventory", What: "workloads", Typed: want.typed, Keep: []pages.Hidden{{Name: "q", Value: want.q.String()}}}
		show(w, r, http.StatusUnprocessableEntity, pages.InventoryPage(p))
		return nil
	}
	if err := u.fillInventory(r, &p, want); err != nil {
		return err
	}
	show(w, r, http.StatusOK, pages.InventoryPage(p))
	return nil
}

// inventoryViews are queries that are asked often.
var inventoryViews = []struct{ text, q string }{{"All", ""}, {"With open findings", "has:findings"}, {"Not assessed", "has:nodata"}, {"Without tokens", "endpoint:enabled tokens:optional"},
	{"Can be reached", "internet:reachable,via_lb"}, {"Reachable with power", "internet:reachable,via_lb power:admin,escalation,write,data_read"}}

var inventoryKeys = []string{"q", "after", "before", "add", "facet", "v"}

// readInventory reads an address. What it does not understand it names.
func readInventory(v url.Values, now time.Time) (want inventoryWant, fault *pages.Problem) {
	if p := unfit(v); p != nil {
		return want, p
	}
	for k := range v {
		if !slices.Contains(inventoryKeys, k) {
			return want, &pages.Problem{Title: "The address asks for “" + k + "”, which there is not.",
				Text: notShown + " The filter is “q”; “after” and “before” lead to other pages."}
		}
	}
	want.at = listing.Place{After: v.Get("after"), Before: v.Get("before"), Limit: rowsPerPage}
	if want.at.After != "" && want.at.Before != "" {
		return want, &pages.Problem{Title: "A page begins after a workload or ends before one, not both.", Text: "Leave “after” or “before” out. " + notShown}
	}
	want.q, fault = parseInventory(v.Get("q"), now)
	if fault != nil {
		want.typed = v.Get("q")
		return want, fault
	}
	if add := strings.TrimSpace(v.Get("add")); add != "" {
		q, fault := parseInventory(want.q.String()+" "+add, now)
		if fault != nil {
			want.typed = add
			return want, fault
		}
		want.q = q
	}
	if f := v.Get("facet"); f != "" {
		if !slices.ContainsFunc(inventoryFacets, func(k facetKey) bool { return k.key == f }) {
			return want, &pages.Problem{Title: "“" + f + "” has no menu.", Text: notShown}
		}
		want.q = want.q.Set(f, v["v"]...)
	}
	want.moved = v.Has("add") || v.Has("facet") || v.Has("v")
	return want, nil
}

func parseInventory(text string, now time.Time) (query.Query, *pages.Problem) {
	q, err := query.Parse(text, listing.WorkloadFields, now)
	if err == nil {
		return q, nil
	}
	p := &pages.Problem{Title: "The filter is not understood.", Text: err.Error() + " " + notShown}
	var e *query.Error
	if errors.As(err, &e) {
		p.Text = e.Sentence + " " + notShown
		if e.Try != "" {
			p.Suggest, p.Try = "Did you mean "+cmpOr(e.Suggestion, e.Try)+"?", inventoryWant{q: query.Query{}}.of(e.Try)
		}
	}
	return q, p
}

// of is the address of the inventory with a query as text.
func (inventoryWant) of(text string) string {
	if text == "" {
		return "/inventory"
	}
	return "/inventory?" + encoded(url.Values{"q": {text}})
}

// address is that of the list from its beginning.
func (i inventoryWant) address() string { return i.of(i.q.String()) }

func (i inventoryWant) asking(q query.Query) string { return i.of(q.String()) }

func (u *ui) fillInventory(r *http.Request, p *pages.Inventory, want inventoryWant) error {
	ctx := r.Context()
	for _, v := range inventoryViews {
		p.Views = append(p.Views, pages.Link{Text: v.text, Href: want.of(v.q), Current: want.q.String() == v.q})
	}
	rows, next, err := u.Reader.Workloads(ctx, want.q, want.at)
	if err != nil {
		return fmt.Errorf("list workloads: %w", err)
	}
	n, err := u.Reader.CountWorkloads(ctx, want.q)
	if err != nil {
		return fmt.Errorf("count workloads: %w", err)
	}
	if p.Bar, err = u.inventoryBar(r, want); err != nil {
		return err
	}
	for _, x := range rows {
		p.Rows = append(p.Rows, workloadRow(x))
	}
	p.Footer = countedThings(n, "workload", "workloads")
	if want.q.Len() > 0 {
		p.Footer += " let through by the filter"
	}
	p.Footer += "."
	p.Earlier, p.Later = follow(want.address(), "before", next.Previous), follow(want.address(), "after", next.Next)
	if len(rows) == 0 {
		return u.noWorkloads(r, p, want)
	}
	return nil
}

// noWorkloads says why the list is empty: nothing was scanned, nothing matches,
// or the place in the list is no more.
func (u *ui) noWorkloads(r *http.Request, p *pages.Inventory, want inventoryWant) error {
	all := []pages.Link{{Text: "Show all workloads", Href: "/inventory"}}
	switch {
	case want.at.After+want.at.Before != "":
		p.Empty = &pages.Empty{Title: "Nothing here", Text: []string{"The list has changed since you followed this link."},
			Actions: []pages.Link{{Text: "Show the first page", Href: want.address()}}}
		return nil
	case want.q.Len() > 0:
		p.Empty = &pages.Empty{Title: "No workload matches", Text: []string{"Nothing in the inventory is let through by " + want.q.String() + "."}, Actions: all}
		return nil
	}
	scans, err := u.recent(r.Context())
	if err != nil {
		return err
	}
	if len(scans) == 0 {
		p.Empty = &pages.Empty{Title: "Nothing was scanned yet", Text: []string{"The inventory fills with the first scan of an account that your roles cover."},
			Actions: []pages.Link{{Text: "Show the accounts", Href: "/accounts"}}}
		return nil
	}
	p.Empty = &pages.Empty{Title: "No workload was seen", Text: []string{"The scans so far saw none. Whether that is so, or they were not allowed to look, stands on their pages."},
		Actions: []pages.Link{{Text: "Show the scans", Href: "/scans"}}}
	return nil
}
