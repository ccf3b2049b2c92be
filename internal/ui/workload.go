package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/inspect"
	"plumbline/internal/listing"
	"plumbline/internal/power"
	"plumbline/internal/problem"
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
		Href: workloadPath(x.UID), Name: workloadName(x), Provider: estate.CloudName(x.Provider),
		Account: cmpOr(x.AccountName, x.Account), Region: x.Region, Type: sentenceName(x.Type), State: notKnown(x.State),
		Metadata: metadataState(x), Reach: reachState(x.Internet), Power: powerState(x.Power),
		Open: number(x.Open), NoData: number(x.NoData),
	}
	if x.Name != "" {
		row.ID = x.ID
	}
	if x.HopLimit > 1 && x.Endpoint != "disabled" && row.Metadata.Sub == "" {
		row.Metadata.Sub = "hop limit " + strconv.Itoa(x.HopLimit)
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

// reachState says in a word what reaches a workload. Only what is settled has a
// colour.
func reachState(word string) pages.State {
	switch word {
	case estate.Reachable:
		return pages.State{Tone: "err", Icon: "alert", Word: "Reachable"}
	case estate.ViaLB:
		return pages.State{Tone: "err", Icon: "alert", Word: "Load balancer"}
	case estate.Restricted:
		return pages.State{Icon: "info", Word: "Restricted"}
	case estate.Internal:
		return pages.State{Tone: "ok", Icon: "check", Word: "Internal"}
	case estate.Isolated:
		return pages.State{Tone: "ok", Icon: "check", Word: "Isolated"}
	}
	return unknownState
}

// powerState says in a word what the identity of a workload may do at most.
func powerState(word string) pages.State {
	switch power.Level(word) {
	case power.Admin:
		return pages.State{Tone: "err", Icon: "alert", Word: "Everything"}
	case power.Escalation:
		return pages.State{Tone: "err", Icon: "alert", Word: "More rights"}
	case power.Write:
		return pages.State{Tone: "err", Icon: "alert", Word: "Changes"}
	case power.DataRead:
		return pages.State{Tone: "err", Icon: "alert", Word: "Reads data"}
	case power.Read:
		return pages.State{Icon: "info", Word: "Lists"}
	case power.Limited:
		return pages.State{Tone: "ok", Icon: "check", Word: "Little"}
	case power.None:
		return pages.State{Tone: "ok", Icon: "check", Word: "Nothing"}
	}
	return unknownState
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
	rep, blind := u.look(r, x)
	p.Blind = blind
	if rep == nil {
		listed(&p, x)
	}
	found, err := u.workloadFindings(r, &p, x, rep)
	if err != nil {
		return err
	}
	if rep != nil {
		u.closely(&p, rep, found)
	}
	show(w, r, http.StatusOK, pages.WorkloadPage(p))
	return nil
}

func (u *ui) workloadPage(x listing.Workload) pages.Workload {
	p := pages.Workload{
		Title: workloadName(x), Provider: estate.CloudName(x.Provider),
		Lead: fmt.Sprintf("%s in %s, account %s.", cmpOr(sentenceName(x.Type), "Workload"), x.Region, cmpOr(x.AccountName, x.Account)),
		Facts: []parts.Fact{
			{Name: "ID", Parts: coded(x.ID)},
			{Name: "State", Parts: text(notKnown(x.State))},
			{Name: "Account", Parts: coded(x.Account), Sub: x.AccountName},
			{Name: "Region", Parts: text(x.Region)},
			{Name: "Address", Parts: coded(x.UID)},
		},
	}
	if x.Group != "" {
		p.Facts = append(p.Facts, parts.Fact{Name: "Group", Parts: []parts.Span{{Text: lastPart(x.Group), Href: inventoryOf(pair("group", x.Group)), Code: true}}, Sub: "that launched it"})
	}
	return p
}

// look looks at a workload closely. Where that does not come off, the rest of
// its page stands, and the notice says why.
func (u *ui) look(r *http.Request, x listing.Workload) (*inspect.Report, *pages.Notice) {
	blind := &pages.Notice{Tone: "warn", Icon: "eye", Title: "Not looked at closely."}
	if u.Inspect == nil {
		blind.Text = "This installation cannot read the stored replies again. What stands below is what the inventory keeps."
		return nil, blind
	}
	rep, err := u.Inspect(r.Context(), x)
	switch {
	case err == nil && rep != nil && rep.Workload != nil:
		return rep, nil
	case err == nil || problem.Is(err, problem.NotFound):
		blind.Text = "The last finished scan of the account did not see this workload. What stands below is what the inventory keeps of it."
	case problem.Is(err, problem.Tampered):
		u.Log.ErrorContext(r.Context(), "inspect", "workload", x.UID, "err", err)
		blind.Tone, blind.Icon, blind.Text = "bad", "alert", said(err)+" "+tampered
	default:
		u.Log.ErrorContext(r.Context(), "inspect", "workload", x.UID, "err", err)
		blind.Text = "What the last scan stored of it could not be read again; the log of the program says why. What stands below is what the inventory keeps."
	}
	return nil, blind
}

// listed fills the questions from the row of the inventory alone.
func listed(p *pages.Workload, x listing.Workload) {
	p.Metadata.Facts = []parts.Fact{
		{Name: "Endpoint", Parts: text(notKnown(x.Endpoint))},
		{Name: "Tokens", Parts: text(notKnown(x.Tokens))},
		{Name: "Hop limit", Parts: text(hopText(x)), Sub: hopSub(x)},
	}
	p.Reach.Facts = []parts.Fact{{Name: "From the internet", Parts: text(cmpOr(internetWords[x.Internet], notKnown(x.Internet)))}}
	p.Power.Facts = []parts.Fact{
		{Name: "Identity", Parts: text(notKnown(x.Identity))},
		{Name: "It may", Parts: text(cmpOr(powerWords[x.Power], notKnown(x.Power)))},
	}
	p.Hidden.Facts = []parts.Fact{{Name: "User data", Parts: text("not known")}}
}

func hopSub(x listing.Workload) string {
	if x.HopLimit == 0 {
		return ""
	}
	return hopMeaning
}

// workloadFindings lists what the rules say of a workload: what fails first,
// and what could not be told. A finding of its group is its own where its own
// verdict is one that the finding is made of.
func (u *ui) workloadFindings(r *http.Request, p *pages.Workload, x listing.Workload, rep *inspect.Report) (map[string]string, error) {
	found := map[string]string{} // address by rule
	for _, uid := range []string{x.UID, x.Group} {
		if uid == "" {
			continue
		}
		q := query.Query{}.Set("is", "open", "lost", "nodata").Set("resource", uid)
		fs, next, err := u.Reader.Findings(r.Context(), q, listing.Worst, listing.Place{Limit: findingsOnWorkload})
		if err != nil {
			return nil, fmt.Errorf("findings of workload %s: %w", uid, err)
		}
		if next.Next != "" {
			p.More = fmt.Sprintf("The first %d are shown.", findingsOnWorkload)
		}
		for _, f := range fs {
			if f.Subject.UID != uid || f.Subject.Kind != estate.KindWorkload || uid == x.Group && !shares(rep, f.Rule) { // the filter finds beginnings and words too
				continue
			}
			row := u.findingOnWorkload(f)
			if uid == x.Group {
				row.Say += " It is shared by the workloads of its group."
			}
			found[f.Rule] = row.Href
			p.Rows = append(p.Rows, row)
		}
	}
	if len(p.Rows) > 0 {
		p.Document = &pages.Link{Text: "What this rests on", Href: p.Rows[0].Href + "/evidence"}
	}
	p.All = pages.Link{Text: "All findings on it, fixed ones too", Href: findingsOf(pair("resource", x.UID))}
	if len(p.Rows) == 0 {
		p.None = "No rule fails on it, and none is left open. What was asked of it, and what was not, stands in the scan."
	}
	return found, nil
}

// shares says whether a workload is one of those that a finding of its group is
// about: its own verdict fails or is open. Where that is not known it may be.
func shares(rep *inspect.Report, rule string) bool {
	return rep == nil || slices.ContainsFunc(rep.Verdicts, func(v finding.Verdict) bool {
		return v.Rule == rule && (v.Outcome == finding.Fail || v.Outcome == finding.Unknown)
	})
}

func (u *ui) findingOnWorkload(f listing.Finding) pages.WorkloadFinding {
	title, _ := u.faultOf(f.Rule)
	return pages.WorkloadFinding{
		Href: findingPath(f.Number), Title: title, Code: f.Rule, Severity: severity(f.Severity),
		Risk: strconv.Itoa(f.Risk), State: stateTag(&f.Record), Say: sentence(f.Say),
	}
}
