package ui_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"plumbline/internal/finding"
	"plumbline/internal/scan"
)

func TestFindingsAreGroupedByRule(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings")
	p.has(t, "37 findings in 5 rules", "EC2 instance answers metadata requests without a session token", "31 of 294", "+6 new", "1 overdue")
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
	p.has(t, "25 of 31 shown.", "Show the next", "web-prod-01", "5 d overdue", "due in 27 d")
	next := get(t, serve(full()), "/findings?open=AWS-IMDS-001&after=25")
	if n := len(next.all("a", "res")); n != 6 {
		t.Errorf("%d findings on the second page, want 6", n)
	}
	next.has(t, "6 of 31 shown.", "Previous")
	back := get(t, serve(full()), "/findings?open=AWS-IMDS-001&before=25")
	if n := len(back.all("a", "res")); n != 25 {
		t.Errorf("%d findings on the page before, want 25", n)
	}
}

func TestWhatIsNotAssessedIsGroupedByCause(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings?q=is:lost,nodata&group=cause")
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
		"/findings?q=severty:high":                 "Did you mean severity:high?",
		"/findings?q=is:open+severity:hihg":        "Did you mean severity:high?",
		"/findings?q=severity:high,mediun":         "Did you mean severity:high,medium?",
		"/findings?severty=high":                   "The address asks for “severty”, which there is not.",
		"/findings?severity=high":                  "Did you mean severity:high?",
		"/findings?group=rul":                      "Did you mean group=rule?",
		"/findings?group=none&sort=du":             "Did you mean sort=due?",
		"/findings?q=is:open&add=sevrity:low":      "Did you mean severity:low?",
		"/findings?q=is:open&facet=nothing&v=high": "“nothing” is no facet.",
		"/findings?q=is:open&zzzzzzzz=1":           "The address asks for “zzzzzzzz”, which there is not.",
		"/findings?after=x&before=y":               "not both",
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
	get(t, serve(none()), "/findings").has(t, "Nothing was scanned yet", "Connect an account")
	running := none()
	running.list = []scan.Record{{Number: 1, Provider: "aws", Account: account, State: scan.Running, StartedAt: clock()}}
	get(t, serve(running), "/findings").has(t, "The first scan is running")
	get(t, serve(allClear(0)), "/findings").has(t, "All clear", "6 rules were asked of 412 workloads in account 111122223333", "A scan is no certificate")
	p := get(t, serve(allClear(3)), "/findings")
	p.has(t, "not everything was seen", "3 judgements are not assessed")
	p.hasNot(t, "All clear")
	get(t, serve(full()), "/findings?q=is:open+severity:critical").has(t, "Nothing matches")
	get(t, serve(allClear(0)), "/findings?q=is:overdue").has(t, "Nothing is overdue")
	get(t, serve(allClear(0)), "/findings?q=is:lost,nodata&group=cause").has(t, "Everything was assessed")
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
	if n := len(get(t, serve(f), "/findings?group=none&q=is:new,reopened").all("a", "title")); n < want {
		t.Errorf("the view of what is new lists %d, want at least %d", n, want)
	}
	if rows != want || want < 3 {
		t.Errorf("%d rows are called new, want %d", rows, want)
	}
}

// What a form sends becomes an address of its own, which holds all of it.
func TestTextAndMenusWriteTheSameQuery(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]string{
		"q=is:open&add=severity:high":                     "/findings?q=is:open+severity:high",
		"q=is:open&add=":                                  "/findings",
		"add=severity:low,high":                           "/findings?q=is:open+severity:low,high",
		"q=is:open+severity:low&facet=severity&v=high":    "/findings?q=is:open+severity:high",
		"q=is:open&facet=severity&v=high&v=low":           "/findings?q=is:open+severity:high,low",
		"q=is:open+severity:high&facet=severity":          "/findings",
		"q=is:open&group=none&sort=due&add=web":           "/findings?group=none&q=is:open+web&sort=due",
		"q=is:open&group=rule":                            "/findings",
		"q=&facet=region&v=eu-west-1":                     "/findings?q=region:eu-west-1",
		"q=is:open&open=AWS-IMDS-001&after=25&add=is:new": "/findings?q=is:open+is:new",
	} {
		p := get(t, serve(full()), "/findings?"+form)
		if p.Code != http.StatusSeeOther || p.Header().Get("Location") != want {
			t.Errorf("%s: %d to %s, want %s", form, p.Code, p.Header().Get("Location"), want)
		}
	}
}

func TestEachPartOfTheQueryCanBeDropped(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings?q=is:open+severity:high+-region:eu-west-1+web")
	var got []string
	for _, c := range p.all("span", "chip") {
		got = append(got, strings.ReplaceAll(words(c), " ", ""))
	}
	if s := strings.Join(got, " "); s != "is:open severity:high -region:eu-west-1 web" {
		t.Errorf("the chips are %s", s)
	}
	for _, want := range []string{"/findings?q=severity:high+-region:eu-west-1+web", "/findings?q=is:open+-region:eu-west-1+web", "/findings?q=is:open+severity:high+-region:eu-west-1"} {
		if !slices.Contains(p.hrefs(), want) {
			t.Errorf("nothing leads to %s", want)
		}
	}
	p.has(t, "without the filter")
}

func TestAMenuOffersWhatElseThereIs(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings?q=is:open+severity:high")
	on, off := 0, 0
	for _, box := range p.all("input", "") {
		if attr(box, "type") != "checkbox" || !slices.Contains([]string{"high", "medium", "low"}, attr(box, "value")) {
			continue
		}
		if slices.ContainsFunc(box.Attr, func(a html.Attribute) bool { return a.Key == "checked" }) {
			on++
		} else {
			off++
		}
	}
	if on != 1 || off != 2 {
		t.Errorf("%d boxes are checked and %d are not", on, off)
	}
}

func TestTheFlatListIsSortedByLinks(t *testing.T) {
	t.Parallel()
	sorts := func(address string) (by, first string) {
		p := get(t, serve(full()), address)
		for _, th := range p.all("th", "") {
			if attr(th, "aria-sort") != "" {
				by += words(th) + " " + attr(th, "aria-sort")
			}
		}
		return by, words(p.all("tbody", "")[0].FirstChild)
	}
	for address, want := range map[string][2]string{
		"/findings?group=none":             {"Severity descending", "web-prod-01"},
		"/findings?group=none&sort=due":    {"Due ascending", "5 d overdue"},
		"/findings?group=none&sort=newest": {"First seen descending", "AWS-IMDS-013"},
	} {
		by, first := sorts(address)
		if by != want[0] || !strings.Contains(first, want[1]) {
			t.Errorf("%s: %s, first %s", address, by, first)
		}
	}
	if !slices.Contains(get(t, serve(full()), "/findings?group=none&sort=due").hrefs(), "/findings?group=none") {
		t.Error("the head that sorts does not lead back to the usual order")
	}
}

func TestTheFlatListComesFiftyToAPage(t *testing.T) {
	t.Parallel()
	f := full()
	for i := range 90 {
		f.add(int64(100+i), "AWS-IMDS-002", "eu-west-1", "", finding.Open, 30, 1)
	}
	seen, address := map[string]bool{}, "/findings?group=none"
	for range 3 {
		p := get(t, serve(f), address)
		for _, r := range p.all("tr", "child") {
			seen[attr(r, "id")] = true
		}
		address = ""
		for _, a := range p.all("a", "btn") {
			if attr(a, "rel") == "next" && attr(a, "href") != "" && strings.Contains(attr(a, "href"), "after=") {
				address = attr(a, "href")
			}
		}
	}
	if len(seen) != 127 || address != "" {
		t.Errorf("%d findings on three pages, then %q", len(seen), address)
	}
}

func TestWhatIsExportedIsWhatIsListed(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings?q=is:open+severity:high")
	for _, want := range []string{"/api/v1/findings.csv?q=is:open+severity:high", "/api/v1/findings?q=is:open+severity:high"} {
		if !slices.Contains(p.hrefs(), want) {
			t.Errorf("nothing leads to %s", want)
		}
	}
	p.has(t, `$PLUMBLINE_URL/api/v1/findings?q=is:open+severity:high"`)
}
