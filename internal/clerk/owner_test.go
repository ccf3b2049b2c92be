package clerk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/clerk"
	"plumbline/internal/listing"
	"plumbline/internal/owner"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
	"plumbline/internal/query"
)

// An ownersOffice is a clerk over a store with findings, and the lines that the
// audit log was given.
type ownersOffice struct {
	*clerk.Clerk
	store *postgres.Store
	lines []string
	fault error // what writing a line comes to
}

func newOwnersOffice(t *testing.T) *ownersOffice {
	t.Helper()
	s := pgtest.Estate{Accounts: 2, Workloads: 20, PerWorkload: 2}.Open(t)
	o := &ownersOffice{store: s}
	o.Clerk = &clerk.Clerk{Store: s.Web(), Queue: nobody{}, Engine: "1", Audit: func(_ context.Context, l clerk.Line) error {
		var detail []string
		for k, v := range l.Detail {
			detail = append(detail, k+"="+v)
		}
		slices.Sort(detail)
		o.lines = append(o.lines, strings.Join(append([]string{l.Action, l.Object, fmt.Sprint(l.Account > 0)}, detail...), "; "))
		return o.fault
	}}
	return o
}

// as does something within the sight of somebody, as pages do.
func (o *ownersOffice) as(t *testing.T, v *access.Viewer, do func(context.Context) error) error {
	t.Helper()
	return o.store.See(t.Context(), v, true, func(ctx context.Context) error { return do(access.With(ctx, v)) })
}

func (o *ownersOffice) first(t *testing.T) listing.Finding {
	t.Helper()
	all, _, err := o.store.Reader().Findings(t.Context(), query.Query{}.Set("is", "open"), listing.Worst, listing.Place{Limit: 1})
	if err != nil || len(all) == 0 {
		t.Fatal(len(all), err)
	}
	return all[0]
}

var officer = &access.Viewer{Email: "eve@example.com", Grants: []access.Grant{{Role: access.Officer, All: true}}}

var everything = owner.List{{When: owner.Condition{UID: " * "}, To: owner.Owner{Name: " Pay  ments ", Kind: owner.Team, Email: "Pay@Example.com"}}}

// Rules are kept as they are meant, with one line in the audit log however many
// findings they give away.
func TestRulesOfOwnershipAreKeptWithOneLineOfTheLog(t *testing.T) {
	t.Parallel()
	o := newOwnersOffice(t)
	var kept listing.OwnerRules
	if err := o.as(t, officer, func(ctx context.Context) (err error) {
		if _, err := o.PreviewOwners(ctx, everything); err != nil {
			return err
		}
		kept, err = o.KeepOwners(ctx, everything, 0)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if kept.Version != 1 || kept.Changed < 20 || kept.By != officer.Email {
		t.Errorf("%+v", kept)
	}
	if d := cmp.Diff([]string{fmt.Sprintf("ownership rules changed; ownership rules, version 1; false; findings with another owner=%d; rules=1", kept.Changed)}, o.lines); d != "" {
		t.Error(d)
	}
	if got := o.first(t).Owner.Owner; got != (owner.Owner{Name: "Pay ments", Kind: owner.Team, Email: "pay@example.com"}) {
		t.Errorf("%+v", got)
	}
}

// What the log does not take down has not happened.
func TestNoOwnerChangesWithoutItsLineOfTheLog(t *testing.T) {
	t.Parallel()
	o := newOwnersOffice(t)
	o.fault = fmt.Errorf("the log is full")
	n := o.first(t).Number
	for name, do := range map[string]func(context.Context) error{
		"rules": func(ctx context.Context) error { _, err := o.KeepOwners(ctx, everything, 0); return err },
		"by hand": func(ctx context.Context) error {
			return o.AssignOwner(ctx, n, owner.Owner{Name: "a", Kind: owner.Team})
		},
	} {
		if err := o.as(t, officer, do); err == nil || !strings.Contains(err.Error(), "the log is full") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := o.first(t).Owner; got != (listing.Ownership{}) {
		t.Errorf("it belongs to %+v", got)
	}
	r, err := o.store.OwnerRules(t.Context())
	if err != nil || r.Version != 0 {
		t.Error(r, err)
	}
}

func TestAFindingIsAssignedAndTakenBackWithALineEach(t *testing.T) {
	t.Parallel()
	o := newOwnersOffice(t)
	n := o.first(t).Number
	for _, do := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := o.KeepOwners(ctx, everything, 0); return err },
		func(ctx context.Context) error {
			return o.AssignOwner(ctx, n, owner.Owner{Name: "Anna", Kind: owner.Person, Email: "anna@example.com"})
		},
		func(ctx context.Context) error { return o.TakeBackOwner(ctx, n) },
		func(ctx context.Context) error { return o.AssignOwner(ctx, n, owner.Owner{Name: "PAY MENTS"}) }, // known by name
	} {
		if err := o.as(t, officer, do); err != nil {
			t.Fatal(err)
		}
	}
	id := fmt.Sprintf("FND-%d", n)
	want := []string{"finding assigned; " + id + "; true; owner before=Pay ments; owner=Anna", "finding left to the rules; " + id + "; true; owner before=Anna; owner=Pay ments",
		"finding assigned; " + id + "; true; owner before=Pay ments; owner=Pay ments"}
	if d := cmp.Diff(want, o.lines[1:]); d != "" {
		t.Error(d)
	}
	for name, to := range map[string]owner.Owner{
		"nobody": {}, "a new name without a kind": {Name: "new"}, "a word of filters": {Name: "none", Kind: owner.Team},
		"a known name for another kind":    {Name: "pay ments", Kind: owner.Queue},
		"a known name for another address": {Name: "pay ments", Email: "other@example.com"},
		"a name that turns letters round":  {Name: "a\u202eb", Kind: owner.Team},
	} {
		if err := o.as(t, officer, func(ctx context.Context) error { return o.AssignOwner(ctx, n, to) }); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := o.as(t, officer, func(ctx context.Context) error { _, err := o.KeepOwners(ctx, owner.List{{}}, 1); return err }); !problem.Is(err, problem.Invalid) ||
		!strings.Contains(err.Error(), "Rule 1: The rule has no condition.") {
		t.Error(err)
	}
}

// The clerk asks the table of access itself, whichever route came before: who
// may not say who owns what neither reads the rules nor changes anything.
func TestOnlyOfficersAndAdministratorsOfAllAccountsSayWhoOwnsWhat(t *testing.T) {
	t.Parallel()
	o := newOwnersOffice(t)
	f := o.first(t)
	may := map[string]*access.Viewer{"an officer": officer, "an administrator": {Grants: []access.Grant{{Role: access.Administrator, All: true}}},
		"a token to manage": {Token: "ci", Scopes: []access.Scope{access.ScopeManage}, Grants: []access.Grant{{Role: access.Officer, All: true}}}}
	mayNot := map[string]*access.Viewer{
		"nobody": nil, "a reader": {Grants: []access.Grant{{Role: access.Reader, All: true}}}, "an auditor": {Grants: []access.Grant{{Role: access.Auditor, All: true}}},
		"an engineer":                {Grants: []access.Grant{{Role: access.Engineer, All: true}}},
		"an officer of one account":  {Grants: []access.Grant{{Role: access.Officer, Accounts: []int64{1}}}},
		"a token to read, officer's": {Token: "ci", Scopes: []access.Scope{access.ScopeRead}, Grants: []access.Grant{{Role: access.Officer, All: true}}},
	}
	acts := map[string]func(context.Context) error{
		"rules":     func(ctx context.Context) error { _, err := o.OwnerRules(ctx); return err },
		"known":     func(ctx context.Context) error { _, err := o.OwnersKnown(ctx); return err },
		"preview":   func(ctx context.Context) error { _, err := o.PreviewOwners(ctx, everything); return err },
		"keep":      func(ctx context.Context) error { _, err := o.KeepOwners(ctx, nil, 99); return err },
		"assign":    func(ctx context.Context) error { return o.AssignOwner(ctx, f.Number, owner.Owner{}) },
		"take back": func(ctx context.Context) error { return o.TakeBackOwner(ctx, f.Number) },
	}
	for act, do := range acts {
		for who, v := range mayNot {
			if err := o.as(t, v, do); !problem.Is(err, problem.Forbidden) {
				t.Errorf("%s: %s: %v", who, act, err)
			}
		}
		for who, v := range may {
			if err := o.as(t, v, do); problem.Is(err, problem.Forbidden) {
				t.Errorf("%s: %s: %v", who, act, err)
			}
		}
	}
	if len(o.lines) > 0 {
		t.Errorf("the log was given %s", o.lines)
	}
	for who, want := range map[string]bool{"nobody": false, "a reader": true, "an officer of one account": true} {
		err := o.as(t, mayNot[who], func(ctx context.Context) error { _, err := o.Unowned(ctx); return err })
		if (err == nil) != want {
			t.Errorf("%s counts what is unowned: %v", who, err)
		}
	}
}
