package ui

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/inspect"
	"plumbline/internal/listing"
	"plumbline/internal/path"
	"plumbline/internal/problem"
	"plumbline/web/pages"
)

const membersPerPage = 25

// ofGroup says whether the finding is shared by what a group launched.
func (d *detail) ofGroup() bool {
	s := &d.rec.Subject
	return s.Kind == estate.KindWorkload && (d.shared != listing.Members{} || s.Group != "" && s.Group == s.UID)
}

// members lists the workloads that share a group's finding, nil for another
// finding.
func (d *detail) members() (*pages.Members, error) {
	if !d.ofGroup() {
		return nil, nil //nolint:nilnil // there is nothing to show, and no fault
	}
	v := d.r.URL.Query()
	at := listing.Place{After: v.Get("after"), Before: v.Get("before"), Limit: membersPerPage}
	if at.After != "" && at.Before != "" {
		return nil, problem.New(problem.Invalid, "A page begins after a workload or ends before one, not both.")
	}
	all, next, err := d.Reader.Members(d.r.Context(), d.rec.Number, at)
	if err != nil {
		return nil, fmt.Errorf("members of finding %d: %w", d.rec.Number, err)
	}
	n, address := d.shared, findingPath(d.rec.Number)
	m := &pages.Members{
		Sum: fmt.Sprintf("%s in the group: %s fail, %s not assessed. It is fixed when none fails any more.", some(n.All, "workload", "workloads"), number(n.Fail), number(n.NoData)),
		All: pages.Link{Text: "All workloads of the group", Href: inventoryOf(pair("group", d.rec.Subject.UID))},
	}
	if e := follow(address, "before", next.Previous); e != "" {
		m.Earlier = e + "#members"
	}
	if l := follow(address, "after", next.Next); l != "" {
		m.Later = l + "#members"
	}
	for i := range all {
		m.Rows = append(m.Rows, memberRow(&all[i]))
	}
	if len(all) == 0 {
		m.None = "None of its workloads fails it now, and of none is it open."
	}
	return m, nil
}

func memberRow(m *listing.Member) pages.Member {
	row := pages.Member{Href: workloadPath(m.UID), Name: cmpOr(m.Name, cmpOr(m.ID, m.UID)), ID: m.ID, Region: m.Region, Outcome: notAssessed, Say: sentence(m.Say), Risk: strconv.Itoa(m.Risk), Since: date(m.Since)}
	if m.Outcome == finding.Fail {
		row.Outcome = failing
	}
	return row
}

var errNoWorkload = errors.New("the finding is about no workload")

// inspected looks closely at the workload that a finding is about: of a group's
// finding, at the worst of its members.
func (d *detail) inspected() (listing.Workload, *inspect.Report, error) {
	none := listing.Workload{}
	if d.Inspect == nil || d.rec.Subject.Kind != estate.KindWorkload || d.rec.Gap || d.rec.State == finding.Resolved || d.rec.State == finding.Gone {
		return none, nil, errNoWorkload
	}
	uid := d.rec.Subject.UID
	if d.ofGroup() {
		ms, _, err := d.Reader.Members(d.r.Context(), d.rec.Number, listing.Place{Limit: 1})
		if err != nil || len(ms) == 0 {
			return none, nil, cmpErr(err, errNoWorkload)
		}
		uid = ms[0].UID
	}
	x, err := d.Reader.Workload(d.r.Context(), uid)
	if err != nil {
		return none, nil, err
	}
	rep, err := d.Inspect(d.r.Context(), x)
	if err == nil && rep == nil {
		err = errNoWorkload
	}
	return x, rep, err
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// wayThrough tells the attack path that leads through the workload, if it is
// whole or possible. Where it cannot be told whether there is one, that is said.
func (d *detail) wayThrough(w *pages.Why) {
	x, rep, err := d.inspected()
	switch {
	case errors.Is(err, errNoWorkload):
		return
	case err != nil:
		if !problem.Is(err, problem.NotFound) {
			d.Log.ErrorContext(d.r.Context(), "inspect", "finding", d.rec.Number, "err", err)
		}
		w.WayBlind = "Whether an attack path leads through it could not be worked out: what the last finished scan stored of it is not there, or cannot be read."
		return
	case rep.Path.State != path.Whole && rep.Path.State != path.Possible:
		return
	}
	w.Way, w.WayFirst = d.way(&rep.Path), strings.HasPrefix(d.rec.Rule, "XC-")
	w.Way.Page = &pages.Link{Text: "Everything that is known of " + workloadName(x), Href: workloadPath(x.UID)}
	if d.ofGroup() {
		w.Way.Lead += " It is told of " + workloadName(x) + ", the worst of the group."
	}
}

// wayLine is the attack path in a line, nil where there is none.
func (d *detail) wayLine() *pages.Link {
	x, rep, err := d.inspected()
	if err != nil || rep.Path.State != path.Whole && rep.Path.State != path.Possible {
		return nil
	}
	line := wayWords[rep.Path.State].state.Word
	for i := range rep.Path.Steps {
		if s := &rep.Path.Steps[i]; s.Kind == "internet" || s.Kind == "power" {
			line += "; " + s.Detail
		}
	}
	return &pages.Link{Text: sentence(line), Href: workloadPath(x.UID) + "#path"}
}
