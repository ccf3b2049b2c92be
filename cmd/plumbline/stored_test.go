package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
	"plumbline/internal/ui"
)

// stored runs a scan into the store and gives its record.
func stored(t *testing.T, s *postgres.Store, src scan.Source) scan.Record {
	t.Helper()
	k := postgres.NewKeep(s, "test", facts.For("aws"))
	runScan(t, src, rules(t), 0, k)
	return k.Record()
}

func TestAScanThatLeavesRegionsOutIsStored(t *testing.T) {
	t.Parallel()
	l := serve(t, sim.Generate(sim.Intent{Seed: 1, Regions: 2, Instances: 10}), awssim.Options{})
	r := stored(t, pgtest.Store(t), live(t, l, time.Now(), l.Estate().Accounts[0].Regions[0].Name))
	left := 0
	for _, a := range r.Answers {
		if a.Cause == snapshot.OutOfScope && a.Status == snapshot.Unasked {
			left++
		}
	}
	if r.State != scan.Finished || left == 0 {
		t.Errorf("scan %d is %s, with %d questions left out", r.Number, r.State, left)
	}
}

// Once the regions are listed, what could not be told for want of the list is
// no longer said of the account, though one region is denied.
func TestGapsOfTheAccountEndWhenItsRegionsAreListed(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 1, Regions: 3, Instances: 12, Plain: true})
	l := serve(t, e, awssim.Options{})
	s := pgtest.Store(t)
	l.Fail(awssim.Fault{Action: "DescribeRegions", Kind: awssim.Forbidden})
	stored(t, s, live(t, l, time.Now()))
	if gapsOf(t, s, estate.KindAccount) == 0 {
		t.Fatal("the account has no gap while its regions are not known")
	}
	l.Reset()
	l.Fail(awssim.Fault{Action: "DescribeInstances", Region: e.Accounts[0].Regions[1].Name, Kind: awssim.Forbidden})
	stored(t, s, live(t, l, time.Now()))
	if account, region := gapsOf(t, s, estate.KindAccount), gapsOf(t, s, estate.KindAccountRegion); account != 0 || region == 0 {
		t.Errorf("%d gaps at the account, %d at the region that is denied", account, region)
	}
}

func gapsOf(t *testing.T, s *postgres.Store, kind estate.Kind) (n int) {
	t.Helper()
	all, _, err := s.Findings(t.Context(), postgres.FindingFilter{States: []finding.State{finding.NoData}, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Gap && f.Subject.Kind == kind {
			n++
		}
	}
	return n
}

// givesUp ends a scan at its first page.
type givesUp struct{}

var errGivenUp = errors.New("given up")

func (givesUp) Start(context.Context, *snapshot.Context) error                   { return nil }
func (givesUp) Page(context.Context, []snapshot.Resource, judge.Result) error    { return errGivenUp }
func (givesUp) End(context.Context, *snapshot.Context, judge.Result) (err error) { return nil }

// Everything was mended; the scan that saw it first was given up. The next one
// tells of every single fix.
func TestFixesSeenByAVoidScanAreToldByTheNext(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 1, Regions: 1, Instances: 30, Plain: true})
	s := pgtest.Store(t)
	stored(t, s, live(t, serve(t, e, awssim.Options{}), time.Now()))
	before := openFindings(t, s)
	region := e.Accounts[0].Regions[0]
	for i := range region.Len() {
		region.SetOptions(i, func(o *sim.Options) {
			o.Tokens, o.State, o.HopLimit, o.IPv6, o.Tags = "required", "applied", 1, "disabled", "disabled"
		})
	}
	l := serve(t, e, awssim.Options{})
	k := postgres.NewKeep(s, "test", facts.For("aws"))
	err := scan.Run(t.Context(), live(t, l, time.Now()), scan.Engine{Rules: rules(t), Facts: facts.Maker("aws")}, k, givesUp{})
	if !errors.Is(err, errGivenUp) {
		t.Fatal(err)
	}
	if err := k.Abort(t.Context(), "The scan was given up."); err != nil {
		t.Fatal(err)
	}
	r := stored(t, s, live(t, l, time.Now()))
	after := openFindings(t, s)
	if fixed := r.Changes[finding.Fixed]; fixed == 0 || before-fixed-r.Changes[finding.GoneAway]+r.Changes[finding.New] != after {
		t.Errorf("%d were open, %d are, and the scan tells of %v", before, after, r.Changes)
	}
}

func openFindings(t *testing.T, s *postgres.Store) int {
	t.Helper()
	all, _, err := s.Findings(t.Context(), postgres.FindingFilter{States: []finding.State{finding.Open}, Limit: 10000})
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// An account that was last scanned long ago still stands on the page of
// findings, with what it was compared to.
func TestAnAccountStaysOnThePageHoweverOftenOthersAreScanned(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	l := serve(t, sim.Generate(sim.Intent{Seed: 1, Regions: 1, Instances: 6, Plain: true}), awssim.Options{})
	stored(t, s, live(t, l, time.Now()))
	for range 51 {
		w, err := s.Begin(t.Context(), scan.Record{Provider: "aws", Account: "444455556666", StartedAt: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Close(t.Context(), postgres.Judged{}, postgres.Sight{}); err != nil {
			t.Fatal(err)
		}
	}
	if page := browse(t, s, "/"); !strings.Contains(page, "2 accounts") || !strings.Contains(page, "posture") {
		t.Errorf("the page does not speak of both accounts: %.2000s", page)
	}
	if page := browse(t, s, "/scans/2"); !strings.Contains(page, "the first of this account") {
		t.Error("scan 2 does not say that it is the first of its account")
	}
	if page := browse(t, s, "/scans/3"); !strings.Contains(page, "Since scan 2") {
		t.Error("scan 3 is not held against scan 2")
	}
}

// browse reads a page as a browser does that followed the link.
func browse(t *testing.T, s *postgres.Store, path string) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	base := &url.URL{Scheme: "http", Host: srv.Listener.Addr().String()}
	entry := ui.NewEntry(base.Host, time.Now)
	svc, err := newService(t.Context(), site{store: s, base: base, entry: entry, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = svc.handler
	srv.Start()
	t.Cleanup(srv.Close)
	c := visitor(t)
	if code, _ := get(t, c, entry.Link()); code != http.StatusOK {
		t.Fatalf("the link answers %d", code)
	}
	code, page := get(t, c, srv.URL+path)
	if code != http.StatusOK {
		t.Fatalf("%s answers %d", path, code)
	}
	return page
}
