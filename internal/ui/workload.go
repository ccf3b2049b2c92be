package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"

	"plumbline/internal/listing"
	"plumbline/internal/query"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// workloadPath is the address of one workload. The slashes and colons of its
// identity stay as they are, unless a server would take them for a path to be
// tidied.
func workloadPath(uid string) string {
	if path.Clean("/"+uid) != "/"+uid {
		return "/inventory/" + url.PathEscape(uid)
	}
	return "/inventory/" + (&url.URL{Path: uid}).EscapedPath()
}

func workloadRow(x listing.Workload) pages.WorkloadRow {
	row := pages.WorkloadRow{
		Href: workloadPath(x.UID), Name: workloadName(x), Provider: cloudName(x.Provider),
		Account: cmpOr(x.AccountName, x.Account), Region: x.Region, Type: sentenceName(x.Type), State: notKnown(x.State),
		Metadata: metadataState(x), Hop: hopText(x),
		Open: number(x.Open), NoData: number(x.NoData),
	}
	if x.Name != "" {
		row.ID = x.ID
	}
	if x.Open > 0 {
		s := severity(x.Severity)
		row.Severity, row.OpenHref = &s, findingsOf("is:open "+pair("resource", x.UID))
	}
	if x.NoData > 0 {
		row.Unknown = findingsOf("is:nodata " + pair("resource", x.UID))
	}
	return row
}

func workloadName(x listing.Workload) string { return cmpOr(x.Name, cmpOr(x.ID, x.UID)) }

// notKnown writes a value, or that nobody knows it.
func notKnown(s string) string {
	if s == "" {
		return "not known"
	}
	return s
}

func hopText(x listing.Workload) string {
	if x.HopLimit == 0 {
		return "not known"
	}
	return strconv.Itoa(x.HopLimit)
}

// metadataState says in a word how the metadata service answers. It colours
// only what is settled: whether it is a fault is for the rules to say.
func metadataState(x listing.Workload) pages.State {
	switch {
	case x.Endpoint == "disabled":
		return pages.State{Tone: "ok", Icon: "check", Word: "Off"}
	case x.Tokens == "required" && x.Endpoint != "enabled": // asked for, and maybe not in force yet
		return pages.State{Tone: "q", Icon: "eye", Word: "Tokens required", Sub: "whether that is in force is not known"}
	case x.Tokens == "required":
		return pages.State{Tone: "ok", Icon: "check", Word: "Tokens required"}
	case x.Tokens == "optional" && x.Endpoint == "enabled":
		return pages.State{Tone: "err", Icon: "alert", Word: "Tokens optional"}
	case x.Tokens == "optional":
		return pages.State{Tone: "q", Icon: "eye", Word: "Tokens optional", Sub: "whether it is on is not known"}
	}
	return pages.State{Tone: "q", Icon: "eye", Word: "Not known"}
}

const findingsOnWorkload = 50

func (u *ui) workload(w http.ResponseWriter, r *http.Request) error {
	if _, err := only(r); err != nil {
		return err
	}
	uid := r.PathValue("uid")
	if uid == "" {
		http.Redirect(w, r, "/inventory", http.StatusSeeOther)
		return nil
	}
	x, err := u.Reader.Workload(r.Context(), uid)
	if err != nil {
		return fmt.Errorf("workload %s: %w", uid, err)
	}
	p := u.workloadPage(x)
	p.Frame = u.frameOf(r, p.Title, sectionInventory)
	if err := u.workloadFindings(r, &p, x); err != nil {
		return err
	}
	show(w, r, http.StatusOK, pages.WorkloadPage(p))
	return nil
}

func (u *ui) workloadPage(x listing.Workload) pages.Workload {
	p := pages.Workload{
		Title: workloadName(x), Provider: cloudName(x.Provider),
		Lead: fmt.Sprintf("%s in %s, account %s.", cmpOr(sentenceName(x.Type), "Workload"), x.Region, cmpOr(x.AccountName, x.Account)),
		Facts: []parts.Fact{
			{Name: "ID", Parts: coded(x.ID)},
			{Name: "State", Parts: text(notKnown(x.State))},
			{Name: "Account", Parts: coded(x.Account), Sub: x.AccountName},
			{Name: "Region", Parts: text(x.Region)},
			{Name: "Address", Parts: coded(x.UID)},
		},
		Metadata: []parts.Fact{
			{Name: "Endpoint", Parts: text(notKnown(x.Endpoint))},
			{Name: "Tokens", Parts: text(notKnown(x.Tokens))},
			{Name: "Hop limit", Parts: text(hopText(x)), Sub: hopSub(x)},
		},
		Reach: []parts.Fact{{Name: "From the internet", Parts: text(cmpOr(internetWords[x.Internet], notKnown(x.Internet)))}},
		Power: []parts.Fact{
			{Name: "Identity", Parts: text(notKnown(x.Identity))},
			{Name: "It may", Parts: text(cmpOr(powerWords[x.Power], notKnown(x.Power)))},
		},
	}
	if unsure(x.Internet) {
		p.Reach[0].Sub = "not assessed: comes when addresses, security groups and routes are collected"
	}
	if unsure(x.Power) {
		p.Power[1].Sub = "not assessed: comes when roles and their policies are collected"
	}
	return p
}

func unsure(s string) bool { return s == "" || s == "unknown" }

func hopSub(x listing.Workload) string {
	if x.HopLimit == 0 {
		return ""
	}
	return "network hops that a token's reply may travel"
}

var internetWords = map[string]string{
	"reachable": "reachable", "via_lb": "reachable through a load balancer", "internal": "not reachable, but from inside",
	"isolated": "not reachable", "unknown": "not known",
}

var powerWords = map[string]string{
	"admin": "do everything", "escalation": "give itself more rights", "write": "change things", "data_read": "read data",
	"read": "read settings", "limited": "do little", "none": "do nothing", "unknown": "not known",
}

// workloadFindings lists what the rules say of a workload: what fails first,
// and what could not be told.
func (u *ui) workloadFindings(r *http.Request, p *pages.Workload, x listing.Workload) error {
	q := query.Query{}.Set("is", "open", "lost", "nodata").Set("resource", x.UID)
	fs, next, err := u.Reader.Findings(r.Context(), q, listing.Worst, listing.Place{Limit: findingsOnWorkload})
	if err != nil {
		return fmt.Errorf("findings of workload %s: %w", x.UID, err)
	}
	for _, f := range fs {
		if f.Subject.UID != x.UID { // the filter finds beginnings and words too
			continue
		}
		title, _ := u.faultOf(f.Rule)
		p.Rows = append(p.Rows, pages.WorkloadFinding{
			Href: findingPath(f.Number), Title: title, Code: f.Rule, Severity: severity(f.Severity),
			Risk: strconv.Itoa(f.Risk), State: stateTag(&f.Record), Say: sentence(f.Say),
		})
	}
	if len(p.Rows) > 0 && p.Rows[0].Href != "" {
		p.Document = &pages.Link{Text: "What this rests on", Href: p.Rows[0].Href + "/evidence"}
	}
	p.All = pages.Link{Text: "All findings on it, fixed ones too", Href: findingsOf(pair("resource", x.UID))}
	if next.Next != "" {
		p.More = fmt.Sprintf("The first %d are shown.", findingsOnWorkload)
	}
	if len(p.Rows) == 0 {
		p.None = "No rule fails on it, and none is left open. What was asked of it, and what was not, stands in the scan."
	}
	return nil
}
