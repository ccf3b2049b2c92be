package shard_test

import (
	"testing"
	"time"

	"plumbline/internal/finding"
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
