package clerk_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/clerk"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
)

// ofMember is an account of IBM Cloud, and there the profile that the service's
// login leads to.
const (
	ofMember = "3f1c7a52b9e84d06a1d2c3e4f5061728"
	reader   = "Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5"
)

// opened is a clerk whose every login leads to one account, and the lines that it
// wrote.
func opened(t *testing.T) (*clerk.Clerk, *[]clerk.Line, context.Context) {
	t.Helper()
	var lines []clerk.Line
	c := &clerk.Clerk{Store: postgres.New(pgtest.New(t)), Queue: nobody{}, Engine: "1",
		Login: func(_ context.Context, provider string, _ listing.Login) (listing.Tried, error) {
			return listing.Tried{Provider: provider, Account: ofMember, Principal: "iam-" + reader}, nil
		},
		Audit: func(_ context.Context, l clerk.Line) error { lines = append(lines, l); return nil }}
	return c, &lines, access.With(t.Context(), &access.Viewer{Email: "anna@example.com", Grants: []access.Grant{{Role: access.Administrator, All: true}}})
}

// What an account is signed in to by stands in the audit log, when it is
// connected and when that is forgotten.
func TestTheAuditLogSaysByWhatAnAccountIsSignedInTo(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		provider string
		login    listing.Login
		want     map[string]string
	}{
		"a trusted profile":         {"ibm", listing.Login{Profile: reader, Regions: []string{"eu-de", "us-south"}}, map[string]string{"trusted profile": reader, "regions": "eu-de, us-south"}},
		"a role":                    {"aws", listing.Login{RoleARN: "arn:aws:iam::111122223333:role/plumbline", ExternalID: "plb-1"}, map[string]string{"role": "arn:aws:iam::111122223333:role/plumbline"}},
		"the service's own account": {"ibm", listing.Login{}, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, lines, ctx := opened(t)
			err := c.Store.Within(ctx, func(ctx context.Context) error {
				id, _, err := c.Connect(ctx, listing.Connection{Provider: x.provider, External: ofMember, Name: "blue", Login: x.login, Every: 24 * time.Hour})
				if err != nil {
					return err
				}
				return c.Disconnect(ctx, id)
			})
			if err != nil {
				t.Fatal(err)
			}
			connected := map[string]string{"name": "blue", "principal": "iam-" + reader, "scanned": "every 24 h", "user data": "looked through for secrets"}
			for k, v := range x.want {
				connected[k] = v
			}
			said := map[string]map[string]string{}
			for _, l := range *lines {
				said[l.Action] = l.Detail
			}
			if d := cmp.Diff(connected, said["account connected"]); d != "" {
				t.Errorf("connected: %s", d)
			}
			if d := cmp.Diff(x.want, said["account disconnected"]); d != "" {
				t.Errorf("disconnected: %s", d)
			}
		})
	}
}

func TestALoginThatLeadsElsewhereConnectsNothing(t *testing.T) {
	t.Parallel()
	c, lines, ctx := opened(t)
	err := c.Store.Within(ctx, func(ctx context.Context) error {
		_, _, err := c.Connect(ctx, listing.Connection{Provider: "ibm", External: "0123456789abcdef0123456789abcdef", Every: 24 * time.Hour})
		return err
	})
	if !problem.Is(err, problem.Conflict) || len(*lines) > 0 {
		t.Errorf("%v, and the log has %v", err, *lines)
	}
	all, _, err := c.Store.Reader().Accounts(ctx, listing.Place{Limit: 10})
	if err != nil || len(all) > 0 {
		t.Errorf("%v, %v", all, err)
	}
}
