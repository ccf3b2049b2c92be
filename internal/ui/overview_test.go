package ui_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/scan"
	"plumbline/internal/score"
)

func TestPostureIsNeverShownWithoutCoverageAndRange(t *testing.T) {
	t.Parallel()
	get(t, serve(full()), "/").has(t, "92 of 100", "98 % assessed (90–93)", "with the rest it could be between 90 and 93")
}

// tallied is a store with two scans of one account, told as given.
func tallied(before, after [3]int, changes map[finding.Change]int) *fake {
	f := full()
	told := func(n [3]int) []scan.Tally {
		return []scan.Tally{{Rule: "AWS-IMDS-001", Severity: finding.High, Region: "eu-west-1", Pass: n[0], Fail: n[1], Unknown: n[2]}}
	}
	f.list[1].Tally, f.list[0].Tally, f.list[0].Changes = told(before), told(after), changes
	return f
}

func TestLosingSightIsNoImprovement(t *testing.T) {
	t.Parallel()
	p := get(t, serve(tallied([3]int{60, 40, 0}, [3]int{70, 30, 1}, map[finding.Change]int{finding.LostIt: 2, finding.Fixed: 12})), "/")
	p.has(t, "Not comparable with the scan before.", "111122223333 is not comparable: 2 failures were lost sight of.")
	p.hasNot(t, "▲")
	p = get(t, serve(tallied([3]int{60, 40, 0}, [3]int{60, 10, 30}, nil)), "/")
	p.has(t, "111122223333 is not comparable: less was assessed.")
	p.hasNot(t, "▲")
	blind := tallied([3]int{60, 40, 0}, [3]int{70, 30, 1}, nil)
	blind.list[0].Tally[0].Gaps = 1 // a place out of sight, whatever the coverage says
	get(t, serve(blind), "/").has(t, "Not comparable with the scan before.")
	get(t, serve(tallied([3]int{60, 40, 0}, [3]int{70, 30, 0}, nil)), "/").has(t, "▲ 10 points since the scan before.")
	get(t, serve(tallied([3]int{70, 30, 0}, [3]int{60, 40, 0}, nil)), "/").has(t, "▼ 10 points since the scan before.")
}

// Of several accounts only those that can be compared are added up, and the
// others are named.
func TestOnlyComparableAccountsAreAddedUp(t *testing.T) {
	t.Parallel()
	p := get(t, serve(several()), "/")
	p.has(t, "▲ 10 points since the scan before, in the 1 account that can be compared.",
		"claims-core is not comparable: less was assessed.", "1 account joined, and counts for the first time.", "not comparable", "first scan", "By cloud")
}

// several is a store with four accounts on two clouds: one that rose, one that
// was seen less of, one that joined, and one whose scan failed.
func several() *fake {
	f := tallied([3]int{60, 40, 0}, [3]int{70, 30, 0}, map[finding.Change]int{finding.Fixed: 10, finding.New: 2})
	f.accounts = []listing.Account{
		{ID: 1, Provider: "aws", External: account, Name: "payments-prod", State: "connected"}, {ID: 2, Provider: "ibm", External: "9f1b", Name: "claims-core", State: "connected"},
		{ID: 3, Provider: "aws", External: "444455556666", Name: "data-platform", State: "connected"}, {ID: 4, Provider: "aws", External: "777788889999", Name: "sandbox", State: "connected"},
	}
	of := func(n int64, provider, external string, st scan.State, pass, fail, unknown int) {
		f.list = append(f.list, scan.Record{Number: n, Provider: provider, Account: external, State: st, StartedAt: scanTime(3), EndedAt: scanTime(3).Add(time.Minute), Reason: "the login was refused",
			Changes: map[finding.Change]int{finding.New: 4}, Tally: []scan.Tally{{Rule: "AWS-IMDS-001", Severity: finding.High, Region: "eu-de", Pass: pass, Fail: fail, Unknown: unknown}}})
	}
	of(12, "ibm", "9f1b", scan.Finished, 30, 2, 20)
	of(11, "ibm", "9f1b", scan.Finished, 30, 20, 0)
	of(10, "aws", "444455556666", scan.Finished, 9, 4, 0)
	of(9, "aws", "777788889999", scan.Failed, 0, 0, 0)
	return f
}

// What fails now is what failed before, more what began and less what ended.
func TestTheChangeAddsUp(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]*fake{"one": full(), "several": several()} {
		sum, now := 0, 0
		p := get(t, serve(f), "/")
		for _, b := range p.all("b", "") {
			if b.Parent.Parent.Data != "li" {
				continue
			}
			text := strings.ReplaceAll(words(b), "−", "-")
			switch n, err := strconv.Atoi(strings.TrimPrefix(text, "= ")); {
			case err != nil:
				t.Errorf("%s: %q is no number", name, text)
			case strings.HasPrefix(text, "= "):
				now = n
			case now == 0: // what follows the sum is part of it
				sum += n
			}
		}
		if now == 0 || sum != now {
			t.Errorf("%s: the changes come to %d, and %d fail now", name, sum, now)
		}
	}
}

func TestEveryCountOfTheOverviewLeadsToItsList(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/")
	for _, want := range []string{"/findings?q=is%3Aopen", "/findings?q=is%3Aoverdue", "/findings?q=is%3Anew%2Creopened", "/findings?q=is%3Alost", "/findings?q=is%3Alost%2Cnodata",
		"/findings?q=changed%3Anew", "/findings?q=changed%3Afixed", "/findings?q=changed%3Agone", "/findings?q=changed%3Alost", "/findings?q=is:lost,nodata&group=cause"} {
		if !strings.Contains(strings.Join(p.hrefs(), " ")+" ", want+" ") {
			t.Errorf("nothing leads to %s", want)
		}
	}
	for _, a := range p.all("a", "") {
		var n int
		if _, err := fmt.Sscanf(words(a), "%d open", &n); err == nil && strings.Contains(attr(a, "href"), "severity") {
			get(t, serve(full()), attr(a, "href")).has(t, some(n))
		}
	}
}

func some(n int) string {
	if n == 1 {
		return "1 finding in"
	}
	return fmt.Sprintf("%d findings in", n)
}

func TestFixFirstRanksByPointsGained(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/")
	p.has(t, "By points gained. Together: 92 to 97.9", "+4.1 points", "31 findings in 1 account", "1 overdue", "under 0.1")
	if !strings.Contains(strings.Join(p.hrefs(), " "), "/findings?open=AWS-IMDS-001&q=is:open+rule:AWS-IMDS-001") {
		t.Error("what is to be fixed first leads to no list of it")
	}
}

func TestTheTrendSaysInWordsWhatItShows(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/")
	n := 0
	for _, svg := range p.all("svg", "trend") {
		if attr(svg, "role") == "img" && strings.HasPrefix(attr(svg, "aria-label"), "Posture over time: 71 on 12 Sep 2026, 92 now, which could be between 90 and 93. 1 day is not comparable") {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d pictures say what they show", n)
	}
	p.has(t, "83 not comparable with the day before", "75–85", "The same as a table")
}

// A rise while less was assessed is drawn apart and not called a rise; a trend
// of one day, or of days without a posture, is none.
func TestTrendsThatAreNone(t *testing.T) {
	t.Parallel()
	f := full()
	for name, ps := range map[string][]listing.Point{"none": nil, "one": f.points[:1], "untold": {{Day: scanTime(1)}, {Day: scanTime(2), Posture: score.Posture{}}}} {
		f.points = ps
		p := get(t, serve(f), "/")
		if len(p.all("svg", "trend")) != 0 || len(p.all("svg", "rule")) != 1 {
			t.Errorf("%s: a trend is drawn", name)
		}
	}
}

func TestWhatWantsLookingAt(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/")
	p.has(t, "5 judgements could not be made", "2 questions were refused or answered in part, in 1 account")
	p = get(t, serve(several()), "/")
	p.has(t, "Scan 9 of sandbox did not finish", "The login was refused.", "Last one failed")
	old := full()
	for i := range old.list {
		old.list[i].EndedAt = old.list[i].EndedAt.AddDate(0, 0, -3)
	}
	get(t, serve(old), "/").has(t, "111122223333 was last scanned 3 days ago")
	get(t, serve(allClear(0)), "/").hasNot(t, "could not be made")
}

func TestTheOverviewOfNothingSaysWhatToDo(t *testing.T) {
	t.Parallel()
	get(t, serve(none()), "/").has(t, "Nothing is connected yet", "Connect an account", "It only reads")
	running := none()
	running.list = []scan.Record{{Number: 1, Provider: "aws", Account: account, State: scan.Running, StartedAt: clock()}}
	get(t, serve(running), "/").has(t, "The first scan is running", "Scan 1 running")
	failed := none()
	failed.list = []scan.Record{{Number: 1, Provider: "aws", Account: account, State: scan.Failed, StartedAt: clock(), EndedAt: clock(), Reason: "the login was refused"}}
	get(t, serve(failed), "/").has(t, "No scan has finished yet", "Scan 1 did not finish: The login was refused.")
	idle := none()
	idle.accounts = []listing.Account{{ID: 1, Provider: "aws", External: account, State: "connected"}}
	get(t, serve(idle), "/").has(t, "Nothing was scanned yet", "1 account is connected")
}

// wayIn adds findings of the rule that an attack path fails.
func wayIn(f *fake, states ...finding.State) *fake {
	for i, st := range states {
		f.add(int64(60+i), "XC-001", "eu-west-1", fmt.Sprintf("front-%d", i+1), st, 100-i, 1)
	}
	for i := range f.list {
		f.list[i].Tally = append(f.list[i].Tally, scan.Tally{Rule: "XC-001", Severity: finding.Critical, Region: "eu-west-1", Pass: 9})
	}
	return f
}

func TestTheOverviewNamesTheWorstWaysIn(t *testing.T) {
	t.Parallel()
	f := wayIn(full(), finding.Open, finding.Open, finding.Open, finding.Open, finding.NoData, finding.Lost)
	p := get(t, serve(f), "/")
	p.has(t, "Ways in", "4 workloads or groups are at once reached from the internet", "front-1", "front-3", "Of 2 more it cannot be told.")
	if strings.Contains(p.text(), "front-4") || !slices.Contains(p.hrefs(), "/findings/FND-60") {
		t.Error("the worst three are not those that are named")
	}
	for _, href := range p.hrefs() {
		if strings.Contains(href, "XC-001") {
			if to := get(t, serve(f), href); to.Code != http.StatusOK {
				t.Errorf("%s answers %d", href, to.Code)
			}
		}
	}
}

// That there is no way in is told only where it was asked and settled.
func TestNoWayInIsToldOnlyWhereItWasAsked(t *testing.T) {
	t.Parallel()
	const settled = "No attack path is known: no workload is at once reached"
	get(t, serve(wayIn(full())), "/").has(t, settled)
	for about, f := range map[string]*fake{"did not ask: scan again": full(), "Of 1 more it cannot be told.": wayIn(full(), finding.NoData)} {
		p := get(t, serve(f), "/")
		p.has(t, "No attack path is known, and not all that decides it is.", about)
		if strings.Contains(p.text(), settled) {
			t.Errorf("%s, and the overview reads as if it were settled", about)
		}
	}
}
