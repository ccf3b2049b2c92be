package access_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/problem"
)

// matrix is who may do what, in words: the table of the program must say the
// same.
const matrix = `
action            viewer  auditor  engineer  officer  administrator
read estate       yes     yes      yes       yes      yes
read audit log    no      yes      no        no       yes
start scan        no      no       yes       no       yes
import events     no      no       yes       no       yes
manage accounts   no      no       no        no       yes
manage people     no      no       no        no       yes
manage own        yes     yes      yes       yes      yes
propose rules     no      no       yes       yes      yes
approve changes   no      no       no        yes      no
manage owners     no      no       no        yes      yes
`

// cells reads the matrix: the columns, and for each action a word per column.
func cells(t *testing.T) (columns []string, rows map[access.Action][]string) {
	t.Helper()
	rows = map[access.Action][]string{}
	for i, line := range strings.Split(strings.TrimSpace(matrix), "\n") {
		name, rest := strings.TrimSpace(line[:18]), strings.Fields(line[18:])
		if i == 0 {
			columns = rest
			continue
		}
		rows[access.Action(name)] = rest
	}
	return columns, rows
}

func TestEachRoleMayWhatTheTableSays(t *testing.T) {
	t.Parallel()
	columns, rows := cells(t)
	var roles []string
	for _, r := range access.Roles() {
		roles = append(roles, string(r))
		if r.About() == "" {
			t.Errorf("nobody says what %s is for", r)
		}
	}
	if diff := cmp.Diff(columns, roles); diff != "" {
		t.Fatalf("the matrix and the program name different roles (-matrix +program):\n%s", diff)
	}
	if len(rows) != len(access.Actions()) {
		t.Errorf("the matrix has %d actions, the program %d", len(rows), len(access.Actions()))
	}
	for _, a := range access.Actions() {
		for i, r := range access.Roles() {
			v := &access.Viewer{Grants: []access.Grant{{Role: r, All: true}}}
			if got, want := v.May(a), rows[a][i] == "yes"; got != want {
				t.Errorf("%s may %s: %t, want %t", r, a, got, want)
			}
			if v.MayOn(a, 7) != v.May(a) {
				t.Errorf("%s over all accounts may %s: %t, but on one of them it is %t", r, a, v.May(a), v.MayOn(a, 7))
			}
		}
	}
}

func TestATokenMayNoMoreThanItsScopes(t *testing.T) {
	t.Parallel()
	want := map[access.Scope][]access.Action{
		access.ScopeRead:   {access.ReadEstate, access.ReadAudit},
		access.ScopeScan:   {access.StartScan, access.ImportEvents},
		access.ScopeManage: {access.ManageAccounts, access.ProposeRules, access.ManageOwners},
	}
	for _, s := range access.Scopes() {
		v := &access.Viewer{Grants: []access.Grant{{Role: access.Administrator, All: true}}, Scopes: []access.Scope{s}}
		var got []access.Action
		for _, a := range access.Actions() {
			if v.May(a) {
				got = append(got, a)
			}
		}
		if diff := cmp.Diff(want[s], got); diff != "" {
			t.Errorf("a token of an administrator with the scope %s may (-want +got):\n%s", s, diff)
		}
	}
	none := &access.Viewer{Grants: []access.Grant{{Role: access.Administrator, All: true}}, Scopes: []access.Scope{}}
	weak := &access.Viewer{Grants: []access.Grant{{Role: access.Reader, All: true}}, Scopes: access.Scopes()}
	for _, a := range access.Actions() {
		if none.May(a) {
			t.Errorf("a token without any scope may %s", a)
		}
	}
	if weak.May(access.StartScan) || weak.May(access.ManageAccounts) {
		t.Error("the scopes of a token give its person more than the person has")
	}
}

func TestAGrantReachesItsAccountsOnly(t *testing.T) {
	t.Parallel()
	v := &access.Viewer{Grants: []access.Grant{
		{Role: access.Reader, Accounts: []int64{9, 2, 5}},
		{Role: access.Engineer, Accounts: []int64{5, 3}},
	}}
	if diff := cmp.Diff(access.Reach{Accounts: []int64{2, 3, 5, 9}}, v.Reach()); diff != "" {
		t.Errorf("reach (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(access.Reach{Accounts: []int64{3, 5}}, v.ReachOf(access.StartScan)); diff != "" {
		t.Errorf("reach of scans (-want +got):\n%s", diff)
	}
	for account, want := range map[int64]bool{2: false, 3: true, 5: true, 9: false, 1: false} {
		if v.MayOn(access.StartScan, account) != want {
			t.Errorf("may scan account %d: %t", account, !want)
		}
	}
	v.Grants = append(v.Grants, access.Grant{Role: access.Auditor, All: true})
	if !v.Reach().All || len(v.Reach().Accounts) != 0 || v.MayOn(access.StartScan, 2) {
		t.Error("reading all accounts lets the viewer scan all, or does not read all")
	}
}

// Who could manage people with a grant over some accounts could grant the rest.
func TestAnAdministratorOfSomeAccountsManagesNoPeople(t *testing.T) {
	t.Parallel()
	v := &access.Viewer{Grants: []access.Grant{{Role: access.Administrator, Accounts: []int64{1}}}}
	if v.May(access.ManagePeople) || !v.May(access.ManageAccounts) || v.MayOn(access.ManageAccounts, 2) {
		t.Error("an administrator of one account may manage people or another account, or not that account")
	}
}

// A rule is asked of every account, so it takes a grant over all to change one.
func TestRulesAndOwnersReachBeyondAnyAccount(t *testing.T) {
	t.Parallel()
	v := &access.Viewer{Grants: []access.Grant{{Role: access.Officer, Accounts: []int64{1}}, {Role: access.Administrator, Accounts: []int64{1}}}}
	for _, a := range []access.Action{access.ProposeRules, access.ApproveChanges, access.ManageOwners} {
		if v.May(a) {
			t.Errorf("an officer and administrator of one account may %s", a)
		}
	}
}

func TestNobodyMayNothing(t *testing.T) {
	t.Parallel()
	var nobody *access.Viewer
	for _, a := range append(access.Actions(), "", "fly") {
		for name, v := range map[string]*access.Viewer{"nobody": nobody, "somebody without a grant": {Person: 1}} {
			if v.May(a) || v.MayOn(a, 1) || v.ReachOf(a).All || v.Reach().Covers(1) {
				t.Errorf("%s may %q", name, a)
			}
		}
	}
	if (&access.Viewer{Grants: []access.Grant{{Role: access.Administrator, All: true}}}).May("fly") {
		t.Error("an action that nobody knows is allowed")
	}
}

func TestARoleIsReadOrRefusedWithAHint(t *testing.T) {
	t.Parallel()
	for _, r := range access.Roles() {
		if got, err := access.ParseRole(string(r)); got != r || err != nil {
			t.Errorf("%s: %v %v", r, got, err)
		}
	}
	_, err := access.ParseRole("engneer")
	if !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), "Did you mean engineer?") {
		t.Errorf("got %v", err)
	}
	if _, err := access.ParseScope("root"); !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), "read, scan and manage") {
		t.Errorf("got %v", err)
	}
}
