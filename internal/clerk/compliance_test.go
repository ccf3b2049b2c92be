package clerk_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/clerk"
	"plumbline/internal/framework"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
)

// Whose mappings count is an officer's choice, whoever calls the clerk, and each
// change has its line in the audit log.
func TestAnOfficerChoosesWhoseMappingsCount(t *testing.T) {
	t.Parallel()
	s := postgres.New(pgtest.New(t))
	var lines []clerk.Line
	c := &clerk.Clerk{Store: s, Audit: func(_ context.Context, l clerk.Line) error { lines = append(lines, l); return nil }}
	as := func(g access.Grant) context.Context {
		return access.With(t.Context(), &access.Viewer{Email: "anna@example.com", Grants: []access.Grant{g}})
	}
	officer := as(access.Grant{Role: access.Officer, All: true})
	for _, v := range []context.Context{t.Context(), as(access.Grant{Role: access.Administrator, All: true}), as(access.Grant{Role: access.Officer, Accounts: []int64{1}})} {
		if err := c.CountMappings(v, framework.ThirdParty, true); !problem.Is(err, problem.Forbidden) {
			t.Error(err)
		}
	}
	for _, status := range []framework.Status{framework.Publisher, "", "others"} {
		if err := c.CountMappings(officer, status, true); !problem.Is(err, problem.Invalid) {
			t.Errorf("%q: %v", status, err)
		}
	}
	for _, on := range []bool{true, true, false, false} {
		if err := c.CountMappings(officer, framework.ThirdParty, on); err != nil {
			t.Error(err)
		}
	}
	want := []clerk.Line{{Action: "mappings counted", Object: "third_party"}, {Action: "mappings no longer counted", Object: "third_party"}}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

// What cannot be written into the audit log is not done.
func TestMappingsAreNotCountedWithoutALine(t *testing.T) {
	t.Parallel()
	s := postgres.New(pgtest.New(t))
	c := &clerk.Clerk{Store: s, Audit: func(context.Context, clerk.Line) error { return errors.New("full") }}
	v := &access.Viewer{Email: "anna@example.com", Grants: []access.Grant{{Role: access.Officer, All: true}}}
	err := s.See(access.With(t.Context(), v), v, true, func(ctx context.Context) error { return c.CountMappings(ctx, framework.Judgement, true) })
	if err == nil {
		t.Error("it is done")
	}
	if all, err := s.Reader().CountedMappings(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("counted: %v, %v", all, err)
	}
}
