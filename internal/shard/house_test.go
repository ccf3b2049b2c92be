package shard_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/finding"
	"plumbline/internal/house"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/scan"
)

// Scans of an account that come too late say so, and the next one in time says
// that it is mended.
func TestAScanKnowsTheOneBeforeIt(t *testing.T) {
	t.Parallel()
	r, q, first := runner(t, sky{})
	scanned := func(number int64) finding.State {
		t.Helper()
		work(t, r, q, 3)
		if err := r.Close(t.Context(), number); err != nil {
			t.Fatal(err)
		}
		if got := state(t, r.Store, number); got.State != scan.Finished {
			t.Fatalf("scan %d: %s, %s", number, got.State, got.Reason)
		}
		all, _, err := r.Store.Findings(t.Context(), postgres.FindingFilter{Rule: "XC-003"})
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 {
			return ""
		}
		return all[0].State
	}
	again := func() int64 {
		t.Helper()
		number, err := r.Store.OpenScan(t.Context(), 1, r.Engine, "anna", q)
		if err != nil {
			t.Fatal(err)
		}
		return number
	}
	if got := scanned(first); got != "" {
		t.Errorf("the first scan: %s", got)
	}
	if got := scanned(again()); got != "" {
		t.Errorf("a scan on the same day: %s", got)
	}
	if _, err := r.Store.Pool().Exec(t.Context(), `update scan set started_at = started_at - $1::interval`, 9*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := scanned(again()); got != finding.Open {
		t.Errorf("a scan nine days later: %s", got)
	}
	if got := scanned(again()); got != finding.Resolved {
		t.Errorf("and one on the same day: %s", got)
	}
}

// What people imported of audit events stands among the documents of the next
// scan, and once it is withdrawn among those of the one after it no longer.
func TestAScanIsToldOfImportedEvents(t *testing.T) {
	t.Parallel()
	r, q, number := runner(t, sky{})
	ctx := t.Context()
	documents := func() (all []string) {
		t.Helper()
		rows, err := r.Store.Pool().Query(ctx, `select name || ' ' || doc from resource where kind = $1 order by uid`, house.EventsKind)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				t.Fatal(err)
			}
			all = append(all, s)
		}
		return all
	}
	scanned := func(answers int, want ...string) {
		t.Helper()
		work(t, r, q, 3)
		if err := r.Close(ctx, number); err != nil {
			t.Fatal(err)
		}
		if got := state(t, r.Store, number); got.State != scan.Finished || len(got.Answers) != answers {
			t.Fatalf("the scan is %s, with %d answers", got.State, len(got.Answers))
		}
		if d := cmp.Diff(want, documents()); d != "" {
			t.Error(d)
		}
		var err error
		if number, err = r.Store.OpenScan(ctx, 1, r.Engine, "anna", q); err != nil {
			t.Fatal(err)
		}
	}
	scanned(4)
	now := time.Now().UTC().Truncate(time.Second)
	day := now.Truncate(24*time.Hour).AddDate(0, 0, -3)
	asked := house.Asked{Region: here, Workload: "i-1", Day: day, Count: 2, Last: day.Add(time.Hour)}
	i := &listing.EventImport{At: now.Add(-time.Hour), Who: "anna", Events: 5, Requests: 2,
		Covers: []house.Cover{{Region: here, Period: house.Period{From: day.AddDate(0, 0, -30), Until: day.AddDate(0, 0, 1)}}}}
	id, err := r.Store.KeepEvents(ctx, 1, i, []house.Asked{asked}, 10)
	if err != nil {
		t.Fatal(err)
	}
	since := day.AddDate(0, 0, -29).Format(time.RFC3339)
	scanned(5, here+` {"region":"`+here+`","covered":[{"from":"`+day.AddDate(0, 0, -30).Format(time.RFC3339)+`","until":"`+day.AddDate(0, 0, 1).Format(time.RFC3339)+`"}],"since":"`+since+
		`","asked":{"i-1":{"count":2,"last":"`+asked.Last.Format(time.RFC3339)+`"}}}`)
	if err := r.Store.WithdrawEvents(ctx, 1, id, "anna", now); err != nil {
		t.Fatal(err)
	}
	scanned(5)
}
