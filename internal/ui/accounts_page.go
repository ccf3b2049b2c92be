package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/listing"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// intervals are how often an account can be scanned. Zero is on demand.
var intervals = []struct {
	every time.Duration
	value string
	text  string
}{
	{time.Hour, "1h", "Every hour"},
	{6 * time.Hour, "6h", "Every 6 hours"},
	{24 * time.Hour, "24h", "Every day"},
	{7 * 24 * time.Hour, "168h", "Every week"},
	{0, "0", "Only on demand"},
}

func (u *ui) account(w http.ResponseWriter, r *http.Request) error {
	id, err := numberIn(r, "id")
	if err != nil {
		return err
	}
	v, err := only(r, "did")
	if err != nil {
		return err
	}
	a, err := u.Reader.Account(r.Context(), id)
	if err != nil {
		return fmt.Errorf("account %d: %w", id, err)
	}
	p, err := u.accountPage(r, a)
	if err != nil {
		return err
	}
	if n := did(v.Get("did"), a); n != nil {
		p.Notice = n
	}
	show(w, r, http.StatusOK, pages.AccountPage(p))
	return nil
}

// did says what the form that led here has done.
func did(what string, a listing.Account) *pages.Notice {
	n := &pages.Notice{Tone: "good", Icon: "check"}
	switch what {
	case "change":
		n.Title = "Saved."
	case "test":
		n.Title = "Tested."
		n.Text = "What came out stands below."
	case "disconnect":
		n.Title, n.Text = "Disconnected.", accountName(a)+" is no longer scanned. What was found is kept."
	case "import":
		n.Title, n.Text = "Imported.", "What the file tells stands below. It counts from the next scan on."
	case "withdraw":
		n.Title, n.Text = "Withdrawn.", "It counts for nothing from the next scan on."
	default:
		return nil
	}
	return n
}

func (u *ui) accountPage(r *http.Request, a listing.Account) (pages.Account, error) {
	scans, _, err := u.Reader.Scans(r.Context(), a.ID, listing.Place{Limit: 10})
	if err != nil {
		return pages.Account{}, fmt.Errorf("scans of account %d: %w", a.ID, err)
	}
	p := pages.Account{
		Frame: u.frameOf(r, accountName(a), sectionAccounts), Title: accountName(a), Provider: estate.CloudName(a.Provider),
		Lead: accountLead(a), State: accountState(a), Facts: u.accountFacts(a), Scans: u.scanRows(scans),
		NoScans: "No scan of this account yet.", TestNote: "Never tested",
	}
	if a.State == disconnected {
		p.TestNote = "No login is kept to test with"
	}
	if !a.TestedAt.IsZero() && len(a.Test) > 0 {
		p.Test, p.TestNote = u.testOf(a.Test), "Tested "+ago(a.TestedAt, u.Now())+", "+day(a.TestedAt)
	}
	standings, err := u.standings(r.Context())
	if err != nil {
		return pages.Account{}, err
	}
	if st := standings[a.ID]; st.Refused > 0 && st.Last != nil {
		p.Notice = &pages.Notice{Tone: "warn", Icon: "alert", Title: fmt.Sprintf("Scan %d could not read everything.", st.Last.Number),
			Text: some(st.Refused, "question was", "questions were") + " not answered in full. What rests on it is shown as not assessed.",
			Href: scanPath(st.Last.Number) + "#gaps", Link: "Show what was refused"}
	}
	running := len(scans) > 0 && scans[0].EndedAt.IsZero()
	v := access.From(r.Context())
	if a.State == connected && !running && v.MayOn(access.StartScan, a.ID) {
		p.Scan = accountPath(a.ID) + "/scan"
	}
	if v.MayOn(access.ManageAccounts, a.ID) {
		p.Edit = u.editForm(r, a)
		if a.State == connected {
			p.Retest, p.Disconnect = accountPath(a.ID)+"/test", accountPath(a.ID)+"/disconnect"
		}
	}
	p.Events, err = u.eventsOf(r, a)
	return p, err
}

func accountLead(a listing.Account) string {
	lead := estate.CloudName(a.Provider) + " account " + a.External + "."
	switch a.State {
	case found:
		lead += " It was scanned from the command line and is not connected: the service does not scan it."
	case disconnected:
		lead += " It is no longer scanned. What was found is kept, and grows older."
	}
	return lead
}

func (u *ui) accountFacts(a listing.Account) []parts.Fact {
	login := parts.Fact{Name: "Signs in", Parts: text("with the identity that Plumbline runs with")}
	if a.Login.RoleARN != "" {
		login.Parts = coded(a.Login.RoleARN)
		if a.Login.ExternalID != "" {
			login.Sub = "external ID " + a.Login.ExternalID
		}
	} else if a.Login.Profile != "" {
		login.Parts = append(text(profileOf(a.Provider)), coded(a.Login.Profile)...)
	}
	out := []parts.Fact{
		{Name: "Account", Parts: coded(a.External)},
		{Name: "Groups", Parts: text(cmpOr(strings.Join(a.Groups, ", "), "in none"))},
	}
	if a.State == connected { // nothing signs in to the others, nor scans them
		out = append(out, login,
			parts.Fact{Name: "Regions", Parts: text(cmpOr(join(a.Login.Regions), "all that are enabled"))},
			parts.Fact{Name: "User data", Parts: text(map[bool]string{true: "not read", false: "looked through for secrets"}[a.Login.NoUserData])},
			parts.Fact{Name: "Scanned", Parts: text(everyText(a.Every)), Sub: u.nextFact(a)})
	}
	out = append(out, parts.Fact{Name: "Connected", Parts: text(dayOr(a.JoinedAt, "never"))})
	if a.LastScanAt.IsZero() {
		return append(out, parts.Fact{Name: "Found so far", Parts: text("nothing: no scan has finished")})
	}
	return append(out,
		parts.Fact{Name: "Workloads", Parts: []parts.Span{{Text: number(a.Workloads), Href: inventoryOf(pair("account", a.External))}}},
		parts.Fact{Name: "Open findings", Parts: []parts.Span{{Text: number(a.Open), Href: findingsOf("is:open " + pair("account", a.External))}}},
		parts.Fact{Name: "Not assessed", Parts: []parts.Span{{Text: number(a.NoData), Href: findingsOf(viewUnassessed + " " + pair("account", a.External))}}},
		parts.Fact{Name: "Last finished", Parts: text(day(a.LastScanAt)), Sub: ago(a.LastScanAt, u.Now())},
	)
}

// profileOf is how a login by a profile begins.
func profileOf(provider string) string {
	if provider == "ibm" {
		return "with the trusted profile "
	}
	return "with the profile "
}

func dayOr(t time.Time, other string) string {
	if t.IsZero() {
		return other
	}
	return day(t)
}

func (u *ui) nextFact(a listing.Account) string {
	if a.State != connected || a.Every == 0 || a.NextAt.IsZero() {
		return ""
	}
	return "next " + u.nextScan(a) + ", " + day(a.NextAt)
}

func everyText(d time.Duration) string {
	for _, i := range intervals {
		if i.every == d {
			return strings.ToLower(i.text[:1]) + i.text[1:]
		}
	}
	return "every " + until(d)
}

// everyField offers the usual intervals, and the one in force where it is
// another.
func everyField(now time.Duration) pages.Field {
	f := pages.Field{}
	known := false
	for _, i := range intervals {
		known = known || i.every == now
		f.Options = append(f.Options, pages.Option{Value: i.value, Text: i.text, Chosen: i.every == now})
	}
	if !known {
		f.Options = append(f.Options, pages.Option{Value: now.String(), Text: sentenceName(everyText(now)), Chosen: true})
	}
	return f
}

func (u *ui) editForm(r *http.Request, a listing.Account) *pages.AccountForm {
	f := &pages.AccountForm{Action: accountPath(a.ID), Name: pages.Field{Value: a.Name}, Every: everyField(a.Every)}
	if a.State == connected {
		f.Data = u.userDataSwitch(r, a.Provider, !a.Login.NoUserData)
	}
	return f
}

// userDataSwitch offers to look through user data, and says what cannot be told
// without.
func (u *ui) userDataSwitch(r *http.Request, provider string, on bool) *pages.UserData {
	d := &pages.UserData{On: on}
	if provider == "ibm" { // which tells nobody the user data of a server
		d.Whose = "instance templates"
	}
	if u.Unread == nil {
		return d
	}
	rules, err := u.Unread(provider)
	if err != nil {
		u.Log.ErrorContext(r.Context(), "rules that rest on user data", "provider", provider, "err", err)
		return d
	}
	if len(rules) > 0 {
		d.Costs = "Without it " + some(len(rules), "rule", "rules") + " cannot tell"
	}
	for _, id := range rules {
		d.Rules = append(d.Rules, pages.Link{Text: id, Count: u.title(id)})
	}
	return d
}

// userDataIn reads the switch; now is what holds where it was not asked.
func userDataIn(v url.Values, now bool) bool {
	if !slices.Contains(v["userdata"], "asked") {
		return now
	}
	return slices.Contains(v["userdata"], "on")
}
