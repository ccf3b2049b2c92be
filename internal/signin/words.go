package signin

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/postgres/people"
	"plumbline/internal/problem"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// moment is a time as people read it; zero is what never tells.
func moment(t time.Time, never string) string {
	if t.IsZero() {
		return never
	}
	return t.UTC().Format("2 January 2006, 15:04") + " UTC"
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// counted is a number with its word: "1 account", "3 accounts".
func counted(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// browser names the program that an agent line tells of, and the system.
func browser(agent string) string {
	name, system := "", ""
	for _, b := range []struct{ in, name string }{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"},
		{"Safari/", "Safari"}, {"curl/", "curl"}} {
		if strings.Contains(agent, b.in) {
			name = b.name
			break
		}
	}
	for _, s := range []struct{ in, name string }{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"},
		{"Mac OS", "macOS"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, s.in) {
			system = s.name
			break
		}
	}
	switch {
	case name == "":
		return "Another program"
	case system == "":
		return name
	}
	return name + " on " + system
}

// number reads a number of an address or a form.
func number(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != s {
		return 0, problem.New(problem.NotFound, "The address may be mistyped, or what it names is no longer there.")
	}
	return n, nil
}

// bare is the frame of a page that belongs to no section.
func (d *Door) bare(r *http.Request, title string) parts.Frame { return d.Frame(r, title, "") }

// tabs are the pages of settings that the viewer may open.
func tabs(r *http.Request, current string) []pages.Link {
	v := access.From(r.Context())
	var out []pages.Link
	for _, t := range []struct {
		text, href string
		action     access.Action
	}{
		{"People", "/settings/people", access.ManagePeople},
		{"Account groups", "/settings/groups", access.ManagePeople},
		{"Audit log", "/settings/audit", access.ReadAudit},
	} {
		if v.May(t.action) {
			out = append(out, pages.Link{Text: t.text, Href: t.href, Current: t.href == current})
		}
	}
	return out
}

// roles to choose from, with what they are for.
func roles(chosen string) []pages.Pick {
	var out []pages.Pick
	for _, r := range access.Roles() {
		out = append(out, pages.Pick{Value: string(r), Text: strings.ToUpper(string(r[:1])) + string(r[1:]) + ": " + r.About(), On: string(r) == chosen})
	}
	return out
}

// over are all accounts and the groups, to choose what a role is over.
func over(groups []people.Group, chosen string) []pages.Pick {
	out := []pages.Pick{{Value: "0", Text: "All accounts, those to come included", On: chosen == "0"}}
	for _, g := range groups {
		id := strconv.FormatInt(g.ID, 10)
		out = append(out, pages.Pick{Value: id, Text: g.Name + " (" + counted(len(g.Accounts), "account") + ")", On: id == chosen})
	}
	return out
}

// grantOf reads role and group of a form.
func grantOf(r *http.Request) (people.Grant, error) {
	role, err := access.ParseRole(r.PostFormValue("role"))
	if err != nil {
		return people.Grant{}, err
	}
	g := people.Grant{Role: role}
	if s := r.PostFormValue("over"); s != "0" {
		if g.Group, err = number(s); err != nil {
			return g, problem.New(problem.Invalid, "Choose over which accounts the role is.")
		}
	}
	return g, nil
}
