package clerk_test

import (
	"context"
	"testing"

	"plumbline/internal/access"
	"plumbline/internal/clerk"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
)

// Switching user data off and on changes nothing else of how to sign in, and
// each change that is one leaves a line in the audit log.
func TestTheSwitchForUserDataIsStored(t *testing.T) {
	t.Parallel()
	s := postgres.New(pgtest.New(t))
	var lines []clerk.Line
	c := &clerk.Clerk{Store: s, Queue: nobody{}, Engine: "1", Audit: func(_ context.Context, l clerk.Line) error { lines = append(lines, l); return nil }}
	ctx := access.With(context.Background(), &access.Viewer{Email: "anna@example.com", Grants: []access.Grant{{Role: access.Administrator, All: true}}})
	was := listing.Login{RoleARN: "arn:aws:iam::111122223333:role/plumbline", ExternalID: "plb-1"}
	id, err := s.ConnectAccount(ctx, "111122223333", listing.Connection{Provider: "aws", Login: was}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		read  bool
		lines int
	}{{true, 0}, {false, 1}, {false, 1}, {true, 2}} {
		if err := s.Within(ctx, func(ctx context.Context) error { return c.ReadUserData(ctx, id, step.read) }); err != nil {
			t.Fatal(err)
		}
		a, err := s.Reader().Account(ctx, id)
		want := was
		want.NoUserData = !step.read
		if err != nil || a.Login.RoleARN != want.RoleARN || a.Login.ExternalID != want.ExternalID || a.Login.NoUserData != want.NoUserData {
			t.Errorf("after %v: %+v, %v", step.read, a.Login, err)
		}
		if len(lines) != step.lines {
			t.Errorf("after %v: %d lines of the audit log", step.read, len(lines))
		}
	}
	if d := lines[0].Detail; d["user data"] != "not read" || d["user data before"] != "looked through for secrets" || lines[0].Account != id {
		t.Errorf("the log says %+v", lines[0])
	}
}

func TestOnlyWhoManagesAccountsSwitchesUserDataOff(t *testing.T) {
	t.Parallel()
	s := postgres.New(pgtest.New(t))
	c := &clerk.Clerk{Store: s, Queue: nobody{}, Engine: "1", Audit: func(context.Context, clerk.Line) error { return nil }}
	id, err := s.ConnectAccount(context.Background(), "111122223333", listing.Connection{Provider: "aws"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := access.With(context.Background(), &access.Viewer{Email: "ben@example.com", Grants: []access.Grant{{Role: access.Engineer, All: true}}})
	err = s.Within(ctx, func(ctx context.Context) error { return c.ReadUserData(ctx, id, false) })
	if !problem.Is(err, problem.Forbidden) {
		t.Errorf("an engineer is told %v", err)
	}
}
