package postgres_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/postgres/pgtest"
)

// What pages ask of the store, each within a transaction of its own.
func pagesOf(t testing.TB) map[string]func(context.Context, listing.Reader) error {
	facets := []string{"severity", "provider", "account", "region", "rule", "family"}
	list := func(text string, by listing.Sort) func(context.Context, listing.Reader) error {
		q := ask(t, text)
		return func(ctx context.Context, r listing.Reader) error {
			if _, _, err := r.Findings(ctx, q, by, listing.Place{}); err != nil {
				return err
			}
			if _, err := r.CountFindings(ctx, q); err != nil {
				return err
			}
			_, err := r.Facets(ctx, q, facets)
			return err
		}
	}
	grouped := func(text string) func(context.Context, listing.Reader) error {
		q := ask(t, text)
		return func(ctx context.Context, r listing.Reader) error {
			if _, err := r.Groups(ctx, q); err != nil {
				return err
			}
			if _, err := r.CountFindings(ctx, q); err != nil {
				return err
			}
			_, err := r.Facets(ctx, q, facets)
			return err
		}
	}
	return map[string]func(context.Context, listing.Reader) error{
		"overview": func(ctx context.Context, r listing.Reader) error {
			q := ask(t, "is:open")
			if _, err := r.Standings(ctx); err != nil {
				return err
			}
			if _, err := r.Groups(ctx, q); err != nil {
				return err
			}
			if _, err := r.FixFirst(ctx, 5); err != nil {
				return err
			}
			if _, err := r.Trend(ctx, 30); err != nil {
				return err
			}
			if _, err := r.Ages(ctx); err != nil {
				return err
			}
			_, err := r.Facets(ctx, q, []string{"severity", "account"})
			return err
		},
		"findings by rule":             grouped("is:open"),
		"findings by rule, one region": grouped("is:open region:region-3"),
		"findings, worst first":        list("is:open", listing.Worst),
		"findings, by due date":        list("is:open", listing.Due),
		"findings, low":                list("is:open severity:low", listing.Worst),
		"findings of a rule":           list("is:open rule:AWS-IMDS-010", listing.Worst),
		"findings of an account":       list("is:open account:account-7", listing.Worst),
		"findings, lost":               list("is:lost", listing.Worst),
		"findings, new":                list("is:new", listing.Worst),
		"findings, overdue":            list("is:overdue", listing.Due),
		"findings, a rare word":        list("is:open tier-777", listing.Worst),
		"findings, a frequent word":    list("is:open web", listing.Worst),
		"inventory": func(ctx context.Context, r listing.Reader) error {
			if _, _, err := r.Workloads(ctx, parse(t, listing.WorkloadFields, ""), listing.Place{}); err != nil {
				return err
			}
			if _, err := r.CountWorkloads(ctx, parse(t, listing.WorkloadFields, "")); err != nil {
				return err
			}
			_, err := r.WorkloadFacets(ctx, parse(t, listing.WorkloadFields, ""), []string{"account", "region", "tokens", "power"})
			return err
		},
		"accounts": func(ctx context.Context, r listing.Reader) error {
			_, _, err := r.Accounts(ctx, listing.Place{})
			return err
		},
		"a finding": func(ctx context.Context, r listing.Reader) error {
			fs, _, err := r.Findings(ctx, ask(t, "is:open"), listing.Worst, listing.Place{Limit: 1})
			if err != nil || len(fs) == 0 {
				return err
			}
			if _, _, err := r.Finding(ctx, fs[0].Number); err != nil {
				return err
			}
			if _, err := r.Same(ctx, fs[0].Number, 5); err != nil {
				return err
			}
			_, err = r.Verdicts(ctx, fs[0].Number)
			return err
		},
	}
}

// TestLoad measures what pages ask of 100,000 workloads with 500,000 findings in
// 50 accounts, by somebody who sees all and by somebody who sees one account:
//
//	PLUMBLINE_LOAD=200 go test ./internal/postgres -run TestLoad -v
//
// The number is how often each is asked. Without it a small estate is asked
// once, so that every statement runs under row-level security.
func TestLoad(t *testing.T) {
	t.Parallel()
	runs, _ := strconv.Atoi(os.Getenv("PLUMBLINE_LOAD"))
	l := pgtest.Estate{Accounts: 5, Workloads: 500, PerWorkload: 5}
	if runs > 0 {
		l = pgtest.Estate{Accounts: 50, Workloads: 100_000, PerWorkload: 5}
	}
	s := l.Open(t)
	var findings, one int64
	if err := s.Pool().QueryRow(t.Context(), `select count(*), min(account_id) from finding`).Scan(&findings, &one); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d accounts, %d workloads, %d findings", l.Accounts, l.Workloads, findings)
	r := s.Web().Reader()
	pages := pagesOf(t)
	names := make([]string, 0, len(pages))
	for n := range pages {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, v := range []struct {
		who string
		*access.Viewer
	}{{"all accounts", everybody}, {"one account", only(one)}, {"half of the accounts", half(l.Accounts, one)}} {
		for _, name := range names {
			if !strings.Contains(name, os.Getenv("PLUMBLINE_LOAD_PAGE")) {
				continue
			}
			var took []time.Duration
			for range max(runs, 1) {
				start := time.Now()
				if err := s.See(t.Context(), v.Viewer, false, func(ctx context.Context) error { return pages[name](ctx, r) }); err != nil {
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

func half(accounts int, first int64) *access.Viewer {
	var ids []int64
	for i := range accounts / 2 {
		ids = append(ids, first+int64(2*i))
	}
	return only(ids...)
}

func line(who, name string, took []time.Duration) string {
	first := took[0]
	slices.Sort(took)
	ms := func(d time.Duration) string { return fmt.Sprintf("%6.1f", float64(d.Microseconds())/1000) }
	return fmt.Sprintf("%-20s %-30s first %s  p50 %s  p95 %s ms", who, name, ms(first), ms(took[len(took)/2]), ms(took[len(took)*95/100]))
}
