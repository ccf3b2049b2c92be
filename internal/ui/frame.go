package ui

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/query"
	"plumbline/internal/scan"
	"plumbline/web/parts"
)

// The sections of the navigation.
const (
	sectionOverview     = "overview"
	sectionFindings     = "findings"
	sectionInventory    = "inventory"
	sectionCompliance   = "compliance"
	sectionAccounts     = "accounts"
	sectionScans        = "scans"
	sectionRules        = "rules"
	sectionPeople       = "people"
	sectionAttestations = "attestations"
	sectionOwners       = "owners"
	sectionAudit        = "audit"
)

// Where the pages of people are. They are not of this package.
const (
	profilePath = "/profile"
	peoplePath  = "/settings/people"
	auditPath   = "/settings/audit"
	leavePath   = "/sign-out"
)

// Frames draws what surrounds a page, for pages of other packages too.
type Frames struct{ u *ui }

// Framer makes the frames that the pages of New stand in.
func Framer(c Config) Frames { return Frames{&ui{Config: withDefaults(c)}} }

// FrameOf is the frame of a page for the viewer in the request's context.
// section names the entry of the navigation that is open: overview, findings,
// inventory, accounts, scans, people, audit, or "" for none.
func (f Frames) FrameOf(r *http.Request, title, section string) parts.Frame {
	return f.u.frameOf(r, title, section)
}

func withDefaults(c Config) Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// frameOf never fails: a page without the counts in its navigation is better
// than none.
func (u *ui) frameOf(r *http.Request, title, section string) parts.Frame {
	f := u.bareFrame(r, title)
	f.Section = section
	if u.Reader == nil || !may(r.Context(), access.ReadEstate) {
		return f
	}
	scans, err := u.recent(r.Context())
	if err != nil {
		u.Log.ErrorContext(r.Context(), "frame of a page", "path", r.URL.Path, "err", err)
		return f
	}
	if len(scans) == 0 {
		return f
	}
	f.Scan = u.scanBox(newestFirst(scans))
	n, err := u.Reader.CountFindings(r.Context(), query.Query{}.Set("is", "open"))
	if err != nil {
		u.Log.ErrorContext(r.Context(), "frame of a page", "path", r.URL.Path, "err", err)
		return f
	}
	for i := range f.Main {
		if f.Main[i].Section == sectionFindings {
			f.Main[i].Count, f.Main[i].Of = counted(n), "open"
		}
	}
	return f
}

// recent are the newest scans, without what belongs to them.
func (u *ui) recent(ctx context.Context) ([]scan.Record, error) {
	scans, _, err := u.Reader.Scans(ctx, 0, listing.Place{Limit: 20})
	if err != nil {
		return nil, fmt.Errorf("list the newest scans: %w", err)
	}
	return scans, nil
}

// newestFirst is the scan that a reader wants to know of: one that runs, or
// else the newest.
func newestFirst(scans []scan.Record) scan.Record {
	if i := slices.IndexFunc(scans, func(s scan.Record) bool { return s.State == scan.Running }); i >= 0 {
		return scans[i]
	}
	return scans[0]
}

// bareFrame asks the store nothing: error pages stand in it.
func (u *ui) bareFrame(r *http.Request, title string) parts.Frame {
	f := parts.Frame{Title: title, Theme: themeOf(r), Back: back(r), Version: u.Version}
	v := access.From(r.Context())
	if v == nil {
		return f
	}
	if v.May(access.ReadEstate) {
		f.Main = []parts.Entry{
			{Section: sectionOverview, Text: "Overview", Href: "/", Icon: "gauge"},
			{Section: sectionFindings, Text: "Findings", Href: "/findings", Icon: "list"},
			{Section: sectionInventory, Text: "Inventory", Href: "/inventory", Icon: "box"},
		}
		if u.Compliance != nil {
			f.Main = append(f.Main, parts.Entry{Section: sectionCompliance, Text: "Compliance", Href: compliancePath, Icon: "shield"})
		}
		if u.Attestations != nil {
			f.Main = append(f.Main, parts.Entry{Section: sectionAttestations, Text: "Attestations", Href: attestationsPath, Icon: "seal"})
		}
		f.Manage = []parts.Entry{
			{Section: sectionAccounts, Text: "Accounts", Href: "/accounts", Icon: "cloud"},
			{Section: sectionScans, Text: "Scans", Href: "/scans", Icon: "pulse"},
		}
	}
	if v.May(access.ReadEstate) && u.Rulebook != nil {
		f.Manage = append(f.Manage, parts.Entry{Section: sectionRules, Text: "Rules", Href: rulesHome, Icon: "check"})
	}
	if u.Owners != nil && v.May(access.ManageOwners) {
		f.Manage = append(f.Manage, parts.Entry{Section: sectionOwners, Text: "Owners", Href: ownersPath, Icon: "key"})
	}
	if v.Person == 0 { // whoever came by the link of the terminal has no account here
		return f
	}
	if v.May(access.ManagePeople) {
		f.Manage = append(f.Manage, parts.Entry{Section: sectionPeople, Text: "People", Href: peoplePath, Icon: "people"})
	}
	if v.May(access.ReadAudit) {
		f.Manage = append(f.Manage, parts.Entry{Section: sectionAudit, Text: "Audit log", Href: auditPath, Icon: "doc"})
	}
	f.Person = person(v)
	return f
}

// back is where the form that changes the theme returns to: the page itself,
// or the overview if that was the reply to a form.
func back(r *http.Request) string {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return "/"
	}
	return local(r.URL.RequestURI())
}

func person(v *access.Viewer) *parts.Person {
	name := cmpOr(v.Name, v.Email)
	var roles []string
	for _, g := range v.Grants {
		if r := sentenceName(string(g.Role)); !slices.Contains(roles, r) {
			roles = append(roles, r)
		}
	}
	return &parts.Person{Name: name, Initials: initials(name), Roles: strings.Join(roles, ", "), Profile: profilePath, Leave: leavePath}
}

func initials(name string) string {
	var out []rune
	for _, w := range strings.FieldsFunc(name, func(c rune) bool { return c == ' ' || c == '.' || c == '@' }) {
		if len(out) < 2 {
			out = append(out, []rune(strings.ToUpper(w))[0])
		}
	}
	return string(out)
}

func (u *ui) scanBox(s scan.Record) *parts.ScanBox {
	b := &parts.ScanBox{Href: scanPath(s.Number), Title: fmt.Sprintf("Scan %d", s.Number)}
	switch s.State {
	case scan.Running:
		b.Title, b.Text, b.Running = b.Title+" running", "started "+ago(s.StartedAt, u.Now()), true
	case scan.Finished:
		b.Text = "finished " + ago(s.EndedAt, u.Now())
	default:
		b.Text = string(s.State) + " " + ago(s.EndedAt, u.Now())
	}
	return b
}

func scanPath(n int64) string { return fmt.Sprintf("/scans/%d", n) }

func findingPath(n int64) string { return fmt.Sprintf("/findings/FND-%d", n) }
