package postgres_test

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

var _ scan.Source = (*postgres.Source)(nil)

func isWorkload(k string) bool { return k == kind }

// region is a document of the context.
func region(name string) snapshot.Resource {
	r := snapshot.Resource{Kind: "aws.region", Scope: snapshot.Scope{Provider: provider, Account: account, Region: name},
		UID: "aws:" + account + ":" + name, Call: "ec2:DescribeRegions", Doc: []byte(`{"RegionName":"` + name + `"}`)}
	r.Seal()
	return r
}

// A scan's documents come back as the scan saw them, however much was seen and
// whatever later scans did, for each size of page.
func TestASourceGivesBackWhatTheScanSaw(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	looks := []look{
		some,
		{things: append([]thing{{eu, 1, [2]finding.Outcome{P, P}, "mended", ""}}, some.things[2:]...)},
		{things: some.things, refused: map[string]bool{us: true}},
		{things: some.things, partial: map[string]bool{eu: true, us: true}},
		{things: some.things},
	}
	for i, l := range looks {
		w := begin(t, s, day.Add(time.Duration(i)*time.Hour))
		if err := w.Page(t.Context(), []snapshot.Resource{region(eu)}, postgres.Judged{}); err != nil {
			t.Fatal(err)
		}
		l.pages(t, w, 2)
		l.close(t, w)
	}
	for i, l := range looks {
		for _, size := range []int{1, 2, 1000} {
			src, err := s.Source(t.Context(), provider, account, day.Add(time.Duration(i)*time.Hour+time.Minute), isWorkload)
			if err != nil {
				t.Fatal(err)
			}
			src.PageSize = size
			want, _ := judged(l.seen())
			if diff := gocmp.Diff(want, workloads(t, src)); diff != "" {
				t.Errorf("scan %d, pages of %d: %s", i, size, diff)
			}
			c, err := src.Context(t.Context())
			if err != nil || !c.TakenAt.Equal(day.Add(time.Duration(i)*time.Hour)) || len(c.Answers()) != 0 {
				t.Errorf("scan %d: %v, %d answers, %v", i, c.TakenAt, len(c.Answers()), err)
			}
			if diff := gocmp.Diff([]snapshot.Resource{region(eu)}, c.Resources("aws.region")); diff != "" {
				t.Error(diff)
			}
			if len(src.Ledger()) != len(regions) {
				t.Errorf("the ledger has %d answers", len(src.Ledger()))
			}
		}
	}
}

func workloads(t *testing.T, src *postgres.Source) (all []snapshot.Resource) {
	t.Helper()
	err := src.Pages(t.Context(), func(page []snapshot.Resource) error {
		if len(page) > src.PageSize {
			t.Errorf("a page of %d", len(page))
		}
		all = append(all, page...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b snapshot.Resource) int { return cmp.Compare(a.UID, b.UID) })
	return all
}

func TestWhatIsNotStoredIsNotFound(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	ctx := t.Context()
	w := begin(t, s, day) // a scan that is not finished is no source
	for what, ask := range map[string]func() error{
		"source":      func() error { _, err := s.Source(ctx, provider, account, time.Time{}, isWorkload); return err },
		"scan":        func() error { _, err := s.Scan(ctx, 99); return err },
		"latest scan": func() error { _, err := s.LatestScan(ctx); return err },
		"finding":     func() error { _, _, err := s.Finding(ctx, 1); return err },
		"resource":    func() error { _, _, err := s.Resource(ctx, provider, account, kind, eu, "x"); return err },
		"resource by hash": func() error {
			_, _, err := s.ResourceByHash(ctx, provider, account, kind, eu, "x", [32]byte{})
			return err
		},
	} {
		if err := ask(); !problem.Is(err, problem.NotFound) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if err := w.Abort(context.Background(), ""); err != nil {
		t.Error(err)
	}
}

func TestADocumentThatWasTamperedWithIsNeverShown(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := postgres.New(pool)
	some.store(t, s, day, 2)
	if _, err := pool.Exec(t.Context(), `update resource set doc = '{"all":"well"}' where uid = $1`, some.things[0].uid()); err != nil {
		t.Fatal(err)
	}
	if r, _, err := s.Resource(t.Context(), provider, account, kind, eu, some.things[0].uid()); !problem.Is(err, problem.Tampered) || r.Doc != nil {
		t.Errorf("it was shown: %s, %v", r.Doc, err)
	}
	src, err := s.Source(t.Context(), provider, account, time.Time{}, isWorkload)
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Pages(t.Context(), func([]snapshot.Resource) error { return nil }); !problem.Is(err, problem.Tampered) {
		t.Errorf("it was given to be judged: %v", err)
	}
}
