package ui_test

import (
	"strings"
	"testing"

	"plumbline/internal/finding"
	"plumbline/internal/scan"
)

func TestAScanSaysWhatWasAskedAndRefused(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/scans/4")
	p.has(t, "Scan 4", "Finished", "Took 41.0 s", "10 asked, 8 answered in full", "No access: ec2:DescribeInstances in ap-south-1",
		"UnauthorizedOperation: You are not authorized", "Throttled, in part", "In us-east-1, 18 judgements are left open, for this reason or another, by these rules",
		"309 items in 7 pages", "132 fail, 36 not assessed, 1,596 pass", "Posture 92, 98 % assessed (90–93)")
	if n := len(p.all("table", "matrix")); n != 1 {
		t.Errorf("%d matrices", n)
	}
}

func TestAFormerScanDoesNotClaimThatTheListShowsIt(t *testing.T) {
	t.Parallel()
	for _, href := range get(t, serve(full()), "/scans/3").hrefs() {
		if strings.Contains(href, "changed") {
			t.Errorf("scan 3 leads to %s", href)
		}
	}
}

func TestAnUnfinishedScanClaimsNoPosture(t *testing.T) {
	t.Parallel()
	f := full()
	for _, st := range []scan.State{scan.Running, scan.Interrupted, scan.Failed} {
		f.list[0].State = st
		p := get(t, serve(f), "/scans/4")
		if strings.Contains(p.text(), "Posture 9") {
			t.Errorf("%s: a posture is claimed", st)
		}
	}
	get(t, serve(f), "/findings").has(t, "Scan 4 did not finish.", "Evidence from the last finished scan of each account, the newest of 20 Nov 2026")
}

func TestScansAreListed(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/scans")
	p.has(t, "Scan 4", "Interrupted", "Finished", "in 41.0 s", "2 hours ago")
	get(t, serve(none()), "/scans").has(t, "No scan yet")
}

// A rule that leaves the catalogue takes its findings along: they are counted
// apart from what was fixed or lost, and say why they are gone.
func TestWhatIsGoneWithItsRuleIsSaidSo(t *testing.T) {
	t.Parallel()
	f := full()
	get(t, serve(f), "/").hasNot(t, "gone with their rule")
	f.list[0].Changes[finding.Retired] = 17
	get(t, serve(f), "/").has(t, "−17 gone with their rule")
	get(t, serve(f), "/scans/4").has(t, "17 gone with their rule")
	f.records[0].State, f.records[0].Cause = finding.Gone, []string{"The rule AWS-IMDS-001 is no longer in the catalogue."}
	p := get(t, serve(f), "/findings/FND-1")
	p.has(t, "Gone. The rule AWS-IMDS-001 is no longer in the catalogue. That is not a fix.")
	p.hasNot(t, "A complete listing no longer contains")
}

// A scan is held against the one before it of its account, however many scans
// lie between.
func TestAScanIsHeldAgainstTheOneBeforeItOfItsAccount(t *testing.T) {
	t.Parallel()
	f := full()
	get(t, serve(f), "/scans/4").has(t, "Since scan 3")
	for i := 1; i < len(f.list); i++ {
		f.list[i].Account = "444455556666"
	}
	get(t, serve(f), "/scans/4").has(t, "the first of this account")
	get(t, serve(f), "/").has(t, "2 accounts")
}
