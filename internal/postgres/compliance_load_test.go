package postgres_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/postgres/pgtest"
)

// complianceOf are what pages about frameworks ask of the store: the overview
// and the list of frameworks, a framework of all rules, a control of one.
func complianceOf(now time.Time) map[string]func(context.Context, listing.Compliance) error {
	var rules []string
	for n := range 25 { // as pgtest.Estate names them
		rules = append(rules, fmt.Sprintf("AWS-%s-%03d", []string{"IMDS", "NET", "IAM", "LOG", "HOST"}[(n+1)%5], n+1))
	}
	over := func(weeks int) (bounds []time.Time) {
		for i := weeks; i >= 0; i-- {
			bounds = append(bounds, now.AddDate(0, 0, -7*i))
		}
		return bounds
	}
	ask := func(rules []string, weeks int) func(context.Context, listing.Compliance) error {
		return func(ctx context.Context, c listing.Compliance) error {
			if _, err := c.CountedMappings(ctx); err != nil {
				return err
			}
			if _, err := c.Looks(ctx, now); err != nil {
				return err
			}
			if _, err := c.RuleCounts(ctx, rules); err != nil {
				return err
			}
			if weeks == 0 {
				_, err := c.RulesNow(ctx, rules, now)
				return err
			}
			_, err := c.RuleWeeks(ctx, rules, over(weeks))
			return err
		}
	}
	return map[string]func(context.Context, listing.Compliance) error{
		"all frameworks, now": ask(rules, 0), "a framework, 26 weeks": ask(rules, 26), "a framework, 52 weeks": ask(rules, 52),
		"a control, 26 weeks": ask(rules[:1], 26), "a control on a day": ask(rules[:1], 1),
	}
}

// TestComplianceLoad measures what pages about frameworks ask of 100,000
// findings in 50 accounts:
//
//	PLUMBLINE_LOAD=20 go test ./internal/postgres -run TestComplianceLoad -v
//
// The number is how often each is asked. Without it a small estate is asked
// once, so that every statement runs under row-level security.
func TestComplianceLoad(t *testing.T) {
	t.Parallel()
	runs, _ := strconv.Atoi(os.Getenv("PLUMBLINE_LOAD"))
	l := pgtest.Estate{Accounts: 5, Workloads: 200, PerWorkload: 5}
	if runs > 0 {
		l = pgtest.Estate{Accounts: 50, Workloads: 20_000, PerWorkload: 5}
	}
	s := l.Open(t)
	var findings, one int64
	if err := s.Pool().QueryRow(t.Context(), `select count(*), min(account_id) from finding`).Scan(&findings, &one); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d accounts, %d workloads, %d findings", l.Accounts, l.Workloads, findings)
	r := s.Web().Reader()
	asked := complianceOf(time.Now())
	names := make([]string, 0, len(asked))
	for n := range asked {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, v := range []struct {
		who string
		*access.Viewer
	}{{"all accounts", everybody}, {"one account", only(one)}} {
		for _, name := range names {
			var took []time.Duration
			for range max(runs, 1) {
				start := time.Now()
				if err := s.See(t.Context(), v.Viewer, false, func(ctx context.Context) error { return asked[name](ctx, r) }); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				took = append(took, time.Since(start))
			}
			if runs > 0 {
				t.Log(line(v.who, name, took))
			}
		}
	}
}
