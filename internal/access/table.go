package access

import (
	"slices"
	"strings"

	"plumbline/internal/problem"
	"plumbline/internal/words"
)

// A Role is a part that a person plays.
type Role string

// The roles. An administrator does not approve unless also an officer.
const (
	Reader        Role = "viewer"
	Auditor       Role = "auditor"
	Engineer      Role = "engineer"
	Officer       Role = "officer"
	Administrator Role = "administrator"
)

// An Action is something that a route or an operation does.
type Action string

// The actions.
const (
	ReadEstate     Action = "read estate"     // findings, verdicts, workloads, scans, accounts, rules
	ReadAudit      Action = "read audit log"  //
	StartScan      Action = "start scan"      // and cancel one
	ImportEvents   Action = "import events"   // audit events of an account, and withdraw them
	ManageAccounts Action = "manage accounts" // connect, change, test, disconnect
	ManagePeople   Action = "manage people"   // add, disable, grant, groups of accounts
	ManageOwn      Action = "manage own"      // own password, own tokens, own sessions
	ProposeRules   Action = "propose rules"   // write rules and frameworks, switch them, set parameters; and attest
	ApproveChanges Action = "approve changes" // of rules, and attestations, that somebody else proposed
	ManageOwners   Action = "manage owners"   // who owns what: ownership rules, and findings one by one
)

// A Scope narrows what a token may do.
type Scope string

// The scopes of tokens.
const (
	ScopeRead   Scope = "read"
	ScopeScan   Scope = "scan"
	ScopeManage Scope = "manage"
)

// table is who may do what. Its columns are the roles in the order of roles,
// its rows the actions.
var table = []struct {
	action Action
	roles  []Role
	// whole actions reach beyond any account: they need a grant over all. Who
	// could manage people with a grant over some accounts could grant the rest.
	whole bool
	scope Scope // of tokens; "" is for no token
}{
	{ReadEstate, []Role{Reader, Auditor, Engineer, Officer, Administrator}, false, ScopeRead},
	{ReadAudit, []Role{Auditor, Administrator}, false, ScopeRead},
	{StartScan, []Role{Engineer, Administrator}, false, ScopeScan},
	{ImportEvents, []Role{Engineer, Administrator}, false, ScopeScan},
	{ManageAccounts, []Role{Administrator}, false, ScopeManage},
	{ManagePeople, []Role{Administrator}, true, ""},
	{ManageOwn, []Role{Reader, Auditor, Engineer, Officer, Administrator}, false, ""},
	{ProposeRules, []Role{Engineer, Officer, Administrator}, true, ScopeManage},
	{ApproveChanges, []Role{Officer}, true, ""},
	{ManageOwners, []Role{Officer, Administrator}, true, ScopeManage},
}

// about says what a role is for, to whoever grants it.
var about = []struct {
	role Role
	text string
}{
	{Reader, "Reads findings, accounts and scans."},
	{Auditor, "Reads everything, and the audit log."},
	{Engineer, "Reads, starts and cancels scans, and proposes rules and attestations."},
	{Officer, "Reads, proposes rules and attestations, approves what others proposed, and says who owns what."},
	{Administrator, "Connects accounts, manages people, says who owns what, and proposes rules. Approves nothing."},
}

// Roles lists all roles, the least first.
func Roles() []Role {
	var all []Role
	for _, a := range about {
		all = append(all, a.role)
	}
	return all
}

// About says in a sentence or two what the role is for; "" if there is no such role.
func (r Role) About() string {
	for _, a := range about {
		if a.role == r {
			return a.text
		}
	}
	return ""
}

// Actions lists all actions.
func Actions() []Action {
	var all []Action
	for _, row := range table {
		all = append(all, row.action)
	}
	return all
}

// Scopes lists all scopes of tokens.
func Scopes() []Scope { return []Scope{ScopeRead, ScopeScan, ScopeManage} }

// ParseRole reads a role; what is none is a problem of kind Invalid.
func ParseRole(s string) (Role, error) { return parse(s, "role", Roles()) }

// ParseScope reads a scope; what is none is a problem of kind Invalid.
func ParseScope(s string) (Scope, error) { return parse(s, "scope", Scopes()) }

func parse[T ~string](s, what string, all []T) (T, error) {
	if slices.Contains(all, T(s)) {
		return T(s), nil
	}
	var names []string
	for _, a := range all {
		names = append(names, string(a))
	}
	hint := ""
	if near, _ := words.Nearest(s, names, 3); near != "" {
		hint = " Did you mean " + near + "?"
	}
	return "", problem.New(problem.Invalid, "There is no %s %q.%s The %ss are %s.", what, s, hint, what, strings.Join(names[:len(names)-1], ", ")+" and "+names[len(names)-1])
}

// May says whether some grant of the viewer lets them do the action, on
// whichever account, and the token, if there is one, lets it through. Nobody, a
// nil viewer, may nothing.
func (v *Viewer) May(a Action) bool { return len(v.grants(a)) > 0 }

// MayOn says whether the viewer may do the action on the account.
func (v *Viewer) MayOn(a Action, account int64) bool { return v.ReachOf(a).Covers(account) }

// Reach is which accounts the viewer may see: those of all grants together.
func (v *Viewer) Reach() Reach {
	if v == nil {
		return Reach{}
	}
	return reach(v.Grants)
}

// ReachOf is on which accounts the viewer may do the action.
func (v *Viewer) ReachOf(a Action) Reach { return reach(v.grants(a)) }

// Covers says whether the account is within the reach.
func (r Reach) Covers(account int64) bool { return r.All || slices.Contains(r.Accounts, account) }

// grants are those that let the viewer do the action.
func (v *Viewer) grants(a Action) []Grant {
	if v == nil {
		return nil
	}
	for _, row := range table {
		if row.action != a || v.Scopes != nil && !slices.Contains(v.Scopes, row.scope) {
			continue
		}
		var out []Grant
		for _, g := range v.Grants {
			if slices.Contains(row.roles, g.Role) && (g.All || !row.whole) {
				out = append(out, g)
			}
		}
		return out
	}
	return nil
}

func reach(grants []Grant) Reach {
	var r Reach
	for _, g := range grants {
		if g.All {
			return Reach{All: true}
		}
		r.Accounts = append(r.Accounts, g.Accounts...)
	}
	slices.Sort(r.Accounts)
	r.Accounts = slices.Compact(r.Accounts)
	return r
}
