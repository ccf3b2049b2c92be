package ui_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"plumbline/internal/finding"
	"plumbline/internal/scan"
)

func TestFindingsAreGroupedByRule(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings")
	p.has(t, "37 findings in 5 rules", "EC2 instance answers metadata requests without a session token", "31 of 294", "+6 new", "1 lost sight of")
	if n := len(p.all("tr", "group")); n != 5 {
		t.Errorf("%d groups", n)
	}
	if n := len(p.all("tr", "child")); n != 0 {
		t.Errorf("%d findings are shown though no group is open", n)
	}
}

func TestAGroupOpensByItsAddress(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings?open=AWS-IMDS-001")
	if n := len(p.all("a", "res")); n != 25 {
		t.Errorf("%d findings, want the first 25", n)
	}
	p.has(t, "25 of 31 shown.", "Show the next", "web-prod-01")
	next := get(t, serve(full()), "/findings?open=AWS-IMDS-001&after=25")
	if n := len(next.all("a", "res")); n != 6 {
		t.Errorf("%d findings on the second page, want 6", n)
	}
	next.has(t, "6 of 31 shown.", "Back to the first")
}

func TestPostureIsNeverShownWithoutCoverageAndRange(t *testing.T) {
	t.Parallel()
	get(t, serve(full()), "/findings").has(t, "98 % assessed", "between 90 and 93", "92, 98 % assessed (90–93)")
}

func TestLosingSightIsNoImprovement(t *testing.T) {
	t.Parallel()
	f := full()
	tally := func(n, pass, fail, unknown int) {
		f.list[n].Tally = []scan.Tally{{Rule: "AWS-IMDS-001", Severity: finding.High, Region: "eu-west-1", Pass: pass, Fail: fail, Unknown: unknown}}
	}
	tally(1, 60, 40, 0) // scan 3
	tally(0, 70, 30, 1)
	f.list[0].Changes = map[finding.Change]int{finding.LostIt: 2, finding.Fixed: 12}
	get(t, serve(f), "/findings").has(t, "not comparable with scan 3: 2 failures were lost sight of")
	f.list[0].Changes = nil
	tally(0, 60, 10, 30)
	p := get(t, serve(f), "/findings")
	p.has(t, "not comparable with scan 3: less was assessed")
	if strings.Contains(p.text(), "up 26") {
		t.Error("the posture is said to have risen")
	}
	tally(0, 70, 30, 1)
	f.list[0].Tally[0].Gaps = 1 // a place out of sight, whatever the coverage says
	get(t, serve(f), "/findings").has(t, "not comparable with scan 3")
	tally(0, 70, 30, 0)
	get(t, serve(f), "/findings").has(t, "up 10 since scan 3")
}

func TestTheChangesLeadToWhatTheyCount(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings")
	for _, want := range []string{"/findings?changed=new", "/findings?changed=fixed", "/findings?changed=gone", "/findings?changed=lost"} {
		if !strings.Contains(strings.Join(p.hrefs(), " "), want) {
			t.Errorf("no link to %s", want)
		}
	}
	get(t, serve(full()), "/findings?changed=fixed").has(t, "1 finding in 1 rule")
}

func TestWhatIsSeenAgainIsNotNew(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings?changed=new&open=AWS-IMDS-001") // FND-4 was lost, and failed before
	p.has(t, "6 findings in 1 rule")
	for _, href := range p.hrefs() {
		if href == "/findings/FND-4" {
			t.Error("a finding that was lost and is seen again is called new")
		}
	}
}

func TestWhatIsNotAssessedIsGroupedByCause(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings?view=unassessed")
	p.has(t, "5 judgements left open by 2 causes", "The permission is missing (UnauthorizedOperation)", "ec2:DescribeInstances", "4 left open",
		"1 failed when last told", "Grant ec2:DescribeInstances to the identity that scans", "None of them counts as passed")
	for _, href := range p.hrefs() {
		if strings.Contains(href, "open=cause-") {
			if open := get(t, serve(full()), href); len(open.all("a", "res")) == 0 {
				t.Errorf("%s opens nothing", href)
			}
		}
	}
}

func TestWhatIsNotUnderstoodShowsNoList(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"/findings?severty=high":           "Did you mean severity:high?",
		"/findings?severity=hihg":          "Did you mean severity:high?",
		"/findings?severity=high,mediun":   "Did you mean severity:medium?",
		"/findings?view=unasessed":         "Did you mean view:unassessed?",
		"/findings?changed=lots":           "Did you mean changed:lost?",
		"/findings?view=closed&zzzzzzzz=1": "There is no filter “zzzzzzzz”.",
	} {
		p := get(t, serve(full()), address)
		if p.Code != http.StatusUnprocessableEntity || len(p.all("table", "")) != 0 {
			t.Errorf("%s: %d, %d tables", address, p.Code, len(p.all("table", "")))
		}
		p.has(t, want)
	}
}

func TestEachKindOfNothingSaysWhichItIs(t *testing.T) {
	t.Parallel()
	get(t, serve(none()), "/findings").has(t, "Nothing was scanned yet")
	running := none()
	running.list = []scan.Record{{Number: 1, Provider: "aws", Account: account, State: scan.Running, StartedAt: clock()}}
	get(t, serve(running), "/findings").has(t, "The first scan is running")
	get(t, serve(allClear(0)), "/findings").has(t, "All clear", "6 rules were asked of 412 workloads in 4 regions", "A scan is no certificate")
	p := get(t, serve(allClear(3)), "/findings")
	p.has(t, "not everything was seen", "3 judgements are not assessed")
	if strings.Contains(p.text(), "All clear") {
		t.Error("all clear though something was not assessed")
	}
	get(t, serve(full()), "/findings?severity=critical").has(t, "Nothing matches", "Clear the filters")
}

func TestGroupsComeFiftyToAPage(t *testing.T) {
	t.Parallel()
	f := full()
	f.records = nil
	for i := range 120 {
		f.add(int64(i+1), fmt.Sprintf("AWS-TEST-%03d", i), "eu-west-1", "", finding.Open, 100-i/2, 1)
	}
	seen, address := map[string]bool{}, "/findings"
	for range 3 {
		p := get(t, serve(f), address)
		for _, g := range p.all("tbody", "") {
			seen[attr(g, "id")] = true
		}
		address = ""
		for _, a := range p.all("a", "btn") {
			if attr(a, "rel") == "next" {
				address = attr(a, "href")
			}
		}
	}
	if len(seen) != 120 || address != "" {
		t.Errorf("%d groups on three pages, then %q", len(seen), address)
	}
}

// "+n new" at the rules and "new" at the rows are the very findings that the
// strip of changes counts, also where one was not assessed, or fixed, before.
func TestWhatIsNewIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	f := full()
	f.records[3].FirstScan, f.change[4] = 1, finding.CameBack // FND-4 was fixed once
	f.records[7].FirstScan = 1                                // FND-8 was not assessed before
	f.change[12] = finding.Still                              // FND-12 was lost, and failed before
	f.records[11].FirstScan = 4
	want := 0
	for _, r := range f.records {
		how := f.change[r.Number]
		if r.Rule == "AWS-IMDS-001" && r.State == finding.Open && r.ChangedAt.Equal(scanTime(4)) && (how == "" || how == finding.CameBack) {
			want++
		}
	}
	p := get(t, serve(f), "/findings?open=AWS-IMDS-001")
	p.has(t, fmt.Sprintf("+%d new", want))
	rows := 0
	for _, tag := range p.all("span", "tag accent") {
		if words(tag) == "new" {
			rows++
		}
	}
	if next := get(t, serve(f), "/findings?open=AWS-IMDS-001&after=25"); rows != 0 {
		for _, tag := range next.all("span", "tag accent") {
			if words(tag) == "new" {
				rows++
			}
		}
	}
	if rows != want || want < 3 {
		t.Errorf("%d rows are called new, want %d", rows, want)
	}
}
