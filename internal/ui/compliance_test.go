package ui_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/compliance/compliancetest"
	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/ui"
)

// switches notes what is asked for.
type switches struct{ did []string }

func (s *switches) CountMappings(_ context.Context, status framework.Status, on bool) error {
	if status == framework.Publisher {
		return problem.New(problem.Invalid, "Mappings of publishers always count.")
	}
	s.did = append(s.did, string(status)+map[bool]string{true: " on", false: " off"}[on])
	return nil
}

func framed(s *compliancetest.Store, v *access.Viewer) http.Handler {
	h, _ := framedWith(s, v)
	return h
}

func framedWith(s *compliancetest.Store, v *access.Viewer) (http.Handler, *switches) {
	sw := &switches{}
	return ui.New(ui.Config{Reader: full(), Rules: catalogue(), Fix: fixFor, Now: clock, Version: "0.1.0", Auth: as{v}, Mappings: sw,
		Compliance: compliancetest.New(s, clock()), Controls: func(string) []ui.Spoken {
			return []ui.Spoken{{Framework: "Some benchmark 1.0", Control: "1.1", Title: "Tokens are required", Path: "/compliance/some-1.0/1.1", Says: "its publisher"}}
		}}), sw
}

func told() *compliancetest.Store {
	return &compliancetest.Store{Taken: clock().Add(-3 * time.Hour), Findings: map[listing.RuleOn]int64{{Rule: "AWS-IMDS-001", UID: compliancetest.UID(3)}: 1}}
}

func TestFrameworksAreListedWithWhatQualifiesThem(t *testing.T) {
	t.Parallel()
	p := get(t, framed(told(), all), "/compliance")
	p.has(t, "Some benchmark", "Somebody, edition 1.0", "3 of 93", "1 failing", "1 past due", "1 without data", "4 not assessed", "1 waits for mappings that do not count", "% assessed (", "A scan is no certificate")
	for _, no := range []string{"compliant with", "is compliant.", "certified"} {
		if strings.Contains(strings.ReplaceAll(p.text(), "never that anybody is compliant.", ""), no) {
			t.Errorf("the page says %q", no)
		}
	}
	if !slices.Contains(p.hrefs(), "/compliance/some-1.0") {
		t.Error("nothing leads to the framework")
	}
}

func TestBeforeTheFirstScanNothingIsClaimed(t *testing.T) {
	t.Parallel()
	h := framed(&compliancetest.Store{}, all)
	get(t, h, "/compliance").has(t, "Nothing was scanned yet")
	p := get(t, h, "/compliance/some-1.0")
	p.has(t, "Nothing was scanned yet", "0 of 93 controls are assessed")
	if strings.Contains(p.text(), "Passing") {
		t.Error("something passes")
	}
	get(t, h, "/compliance/some-1.0/1.1").has(t, "Nothing was scanned by then.", "Not assessed")
}

func TestAFrameworkShowsItsControlsWeekByWeek(t *testing.T) {
	t.Parallel()
	p := get(t, framed(told(), all), "/compliance/some-1.0")
	p.has(t, "3 of 93 controls are assessed. Rules speak of 1 more, by mappings that do not count here; the rest need evidence from elsewhere.", "1 Metadata", "Tokens are required", "Failing", "96 of 120 pass, 12 not known",
		"Past due", "No data", "mappings that do not count", "nothing can tell", "its rules are to come", "nobody has stated it", "One cell is one week")
	for _, want := range []string{"/compliance/some-1.0/1.1", "/compliance/some-1.0/1.3%28a%29", "https://example.com/benchmark"} {
		if !slices.Contains(p.hrefs(), want) {
			t.Errorf("nothing leads to %s: %v", want, p.hrefs())
		}
	}
	strips := 0
	for _, svg := range p.all("svg", "weeks") {
		strips++
		if label := attr(svg, "aria-label"); !strings.Contains(label, "by week from") {
			t.Errorf("a strip says %q", label)
		}
	}
	if strips != 7 {
		t.Errorf("%d strips", strips)
	}
}

// Where mappings do not count, the page says what that means, who may change it,
// and leads there; where all count, it says nothing of the kind.
func TestAFrameworkSaysThatMappingsDoNotCount(t *testing.T) {
	t.Parallel()
	const title = "1 control is not assessed, since mappings that speak of them do not count here."
	for who, x := range map[*access.Viewer]string{
		viewer(access.Reader):  "An officer over all accounts can let them count.",
		viewer(access.Officer): "You can let them count; that stands in the audit log with your name.",
	} {
		p := get(t, framed(told(), who), "/compliance/some-1.0")
		p.has(t, title, "our own judgement", x)
		if !slices.Contains(p.hrefs(), "/compliance#mappings") {
			t.Error("nothing leads to whose mappings count")
		}
	}
	s := told()
	for _, status := range []framework.Status{framework.ThirdParty, framework.Judgement} {
		s.Counted = append(s.Counted, listing.CountedMapping{Status: status, Who: "an officer", At: clock()})
	}
	p := get(t, framed(s, all), "/compliance/some-1.0")
	p.hasNot(t, "mappings that do not count", "do not count here")
	p.has(t, "controls are assessed. The other")
}

// The period stands in the address, and in every address that leads on.
func TestAPeriodIsKeptOrRefused(t *testing.T) {
	t.Parallel()
	h := framed(told(), all)
	to := clock().Format(time.DateOnly)
	p := get(t, h, "/compliance/some-1.0?from=2026-01-01&to="+to)
	if want := "/compliance/some-1.0/1.1?from=2026-01-01&to=" + to; !slices.Contains(p.hrefs(), want) {
		t.Errorf("nothing leads to %s", want)
	}
	get(t, h, "/compliance/some-1.0?from=2026-01-01&to=2026-01-31").has(t, "Nothing was scanned by then")
	for _, bad := range []string{"?from=yesterday", "?to=2999-01-01", "?from=2026-02-02&to=2026-02-01"} {
		for _, page := range []string{"/compliance/some-1.0", "/compliance/some-1.0/1.1"} {
			p := get(t, h, page+bad)
			if p.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s%s answers %d", page, bad, p.Code)
			}
			p.has(t, "The usual period is shown.")
		}
	}
	for _, bad := range []string{"/compliance?page=2", "/compliance/some-1.0?period=all", "/compliance/some-1.0/1.1?n=3"} {
		if p := get(t, h, bad); p.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answers %d", bad, p.Code)
		}
	}
}

func TestAControlSaysWhoSpeaksAboutIt(t *testing.T) {
	t.Parallel()
	h := framed(told(), all)
	p := get(t, h, "/compliance/some-1.0/1.1")
	p.has(t, "Every instance asks for a token.", "AWS-IMDS-001", "Publisher", "audit of 1.1", "running instances alone", "12 subjects fail", "12 not known", "Week by week", "Population and sample")
	if want := "/findings?q=is%3Aopen+rule%3AAWS-IMDS-001"; !slices.Contains(p.hrefs(), want) {
		t.Errorf("nothing leads to %s: %v", want, p.hrefs())
	}
	get(t, h, "/compliance/some-1.0/1.2").has(t, "Why it is not assessed.", "not the publisher's own", "does not count here")
	get(t, h, "/compliance/some-1.0/1.3%28a%29").has(t, "1.3(a)", "Past due")
	get(t, h, "/compliance/some-1.0/2.1").has(t, "To be stated", "Attested, not measured: it stands in no score.", "Nobody has stated it.")
	get(t, h, "/compliance/some-1.0/2.2").has(t, "security groups do not filter")
	get(t, h, "/compliance/some-1.0/2.3").has(t, "with IBM Cloud", "No rule of this id is asked here.")
	for _, no := range []string{"/compliance/some-2.0", "/compliance/some-1.0/9.9", "/compliance/some-1.0/9.9/sample"} {
		if p := get(t, h, no); p.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", no, p.Code)
		}
	}
}

func TestAPastPeriodLeadsToNoPresentFindings(t *testing.T) {
	t.Parallel()
	s := told()
	s.Taken = clock().AddDate(0, 0, -9)
	p := get(t, framed(s, all), "/compliance/some-1.0/1.1?from=2026-01-01&to="+clock().AddDate(0, 0, -3).Format(time.DateOnly))
	p.has(t, "96 of 120 pass")
	if slices.ContainsFunc(p.hrefs(), func(h string) bool { return strings.HasPrefix(h, "/findings?q=is") }) {
		t.Error("a period that is over leads to the findings of today")
	}
}

func TestASampleShowsItsSeedAndLeadsToTheEvidence(t *testing.T) {
	t.Parallel()
	h := framed(told(), all)
	address := "/compliance/some-1.0/1.1/sample?n=120&seed=audit-1"
	p := get(t, h, address)
	p.has(t, "Sample of 1.1", "120 drawn from 120 subjects", "audit-1", "96 pass", "12 fail", "12 not known", "2 places where nobody could look", "FND-1, evidence", "http-tokens is required", "sha256")
	for _, want := range []string{"/findings/FND-1/evidence", "/inventory/" + compliancetest.UID(1)} {
		if !slices.Contains(p.hrefs(), want) {
			t.Errorf("nothing leads to %s", want)
		}
	}
	if again := get(t, h, address); again.text() != p.text() {
		t.Error("the same seed draws another sample")
	}
	get(t, h, "/compliance/some-1.0/1.1/sample").has(t, "25 drawn from 120 subjects", "some-1.0/1.1/"+clock().Format(time.DateOnly))
	for _, bad := range []string{"?n=0", "?n=201", "?n=some", "?n=5&seed=" + strings.Repeat("x", 101), "?on=never", "?on=2999-01-01", "?m=3"} {
		if p := get(t, h, "/compliance/some-1.0/1.1/sample"+bad); p.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answers %d", bad, p.Code)
		}
	}
	if p := get(t, h, "/compliance/some-1.0/1.2/sample"); p.Code != http.StatusNotFound {
		t.Errorf("a control of which no mapping counts has a population: %d", p.Code)
	}
	get(t, h, "/compliance/some-1.0/1.1/sample?on=2026-01-31").has(t, "There is no subject", "No scan was finished by the end of that day.")
}

func TestThePopulationIsReadPageByPage(t *testing.T) {
	t.Parallel()
	h := framed(told(), all)
	rows, address := 0, "/compliance/some-1.0/1.1/population"
	pages := 0
	for address != "" {
		p := get(t, h, address)
		if p.Code != http.StatusOK {
			t.Fatalf("%s answers %d", address, p.Code)
		}
		pages++
		rows += len(p.all("tr", "")) - 1
		address = ""
		for _, a := range p.all("a", "btn") {
			if words(a) == "Next page" {
				address = attr(a, "href")
			}
		}
	}
	if rows != compliancetest.Instances+2 || pages != 3 {
		t.Errorf("%d rows on %d pages", rows, pages)
	}
	last := get(t, h, "/compliance/some-1.0/1.1/population?after=3.100")
	last.has(t, "What stands in us-east-1", "A place where nobody could look", "First page")
	before := ""
	for _, a := range last.all("a", "btn") {
		if words(a) == "Previous page" {
			before = attr(a, "href")
		}
	}
	get(t, h, before).has(t, "50 subjects on this page", "First page", "Previous page", "Next page", compliancetest.UID(51)[len(compliancetest.UID(51))-19:])
	if file := "/api/v1/frameworks/some-1.0/controls/1.1/population.csv?on=" + clock().Format(time.DateOnly); !slices.Contains(last.hrefs(), file) {
		t.Errorf("nothing leads to %s: %v", file, last.hrefs())
	}
}

// lookedAway is a store with accounts that do not count beside one that does.
func lookedAway() *compliancetest.Store {
	s := told()
	long := clock().AddDate(0, 0, -20)
	s.Others = []listing.Look{
		{Account: listing.Account{ID: 4, Provider: "aws", External: "444455556666", Name: "data-platform", State: "connected"}, Scan: 5, At: long},
		{Account: listing.Account{ID: 5, Provider: "ibm", External: "9f1b", Name: "claims-core", State: "disconnected"}, Scan: 6, At: long, LeftAt: clock().AddDate(0, 0, -19)},
		{Account: listing.Account{ID: 6, Provider: "aws", External: "666677778888", Name: "sandbox", State: "connected"}},
		{Account: listing.Account{ID: 7, Provider: "aws", External: "777788889999", Name: "archive", State: "disconnected"}, Scan: 2, At: long},
	}
	return s
}

// Pages say of which accounts nothing counts, and why; population and sample
// name every one of them.
func TestAccountsThatDoNotCountAreNamed(t *testing.T) {
	t.Parallel()
	h := framed(lookedAway(), all)
	for _, address := range []string{"/compliance", "/compliance/some-1.0", "/compliance/some-1.0/1.1", "/compliance/some-1.0/1.1/population", "/compliance/some-1.0/1.1/sample"} {
		get(t, h, address).has(t, "Nobody looked at data-platform for seven days.", "Left out: claims-core and archive.", "No scan of sandbox was finished by then.")
	}
	for _, address := range []string{"/compliance/some-1.0/1.1/population", "/compliance/some-1.0/1.1/sample"} {
		get(t, h, address).has(t, "Accounts that are left out", "data-platform not looked at since "+clock().AddDate(0, 0, -20).Format("2 Jan 2006"), "claims-core disconnected on "+clock().AddDate(0, 0, -19).Format("2 Jan 2006"),
			"sandbox never scanned by then", "archive disconnected")
	}
	get(t, framed(told(), all), "/compliance/some-1.0/1.1/population").hasNot(t, "Accounts that are left out")
	s := lookedAway()
	s.Taken = clock().AddDate(0, 0, -8)
	get(t, framed(s, all), "/compliance/some-1.0/1.1/population").has(t, "There is no subject", "No account counts on that day", "payments-prod not looked at since")
}

// The first page says how the controls stand of every framework of which
// something is assessed.
func TestTheOverviewSaysWhatFrameworksCover(t *testing.T) {
	t.Parallel()
	p := get(t, framed(told(), all), "/")
	p.has(t, "Framework coverage", "Some benchmark", "1 failing", "1 past due", "1 without data", "4 not assessed", "3 of 93", "% assessed (", "A scan is no certificate.", "All frameworks")
	for _, want := range []string{"/compliance/some-1.0", "/compliance"} {
		if !slices.Contains(p.hrefs(), want) {
			t.Errorf("nothing leads to %s", want)
		}
	}
	get(t, framed(&compliancetest.Store{}, all), "/").has(t, "Framework coverage", "Of no framework is any control assessed", "All frameworks")
	get(t, serve(full()), "/").hasNot(t, "Framework coverage")
}

func TestOnlyAnOfficerChoosesWhoseMappingsCount(t *testing.T) {
	t.Parallel()
	for role, may := range map[access.Role]bool{access.Reader: false, access.Auditor: false, access.Engineer: false, access.Administrator: false, access.Officer: true} {
		h, sw := framedWith(told(), viewer(role))
		p := get(t, h, "/compliance")
		if got := strings.Contains(p.text(), "Count them"); got != may {
			t.Errorf("%s is offered it: %v", role, got)
		}
		_, status, to := pressed(t, h, "/compliance/mappings", url.Values{"status": {"third_party"}, "count": {"on"}})
		if may && (status != http.StatusSeeOther || to != "/compliance#mappings" || !slices.Equal(sw.did, []string{"third_party on"})) {
			t.Errorf("%s: %d to %s, %v", role, status, to, sw.did)
		}
		if !may && (status != http.StatusForbidden || len(sw.did) > 0) {
			t.Errorf("%s: %d, %v", role, status, sw.did)
		}
	}
	h, sw := framedWith(told(), viewer(access.Officer))
	for _, bad := range []url.Values{{"status": {"third_party"}}, {"status": {"third_party"}, "count": {"maybe"}}, {"status": {"publisher"}, "count": {"off"}}} {
		if _, status, _ := pressed(t, h, "/compliance/mappings", bad); status != http.StatusUnprocessableEntity || len(sw.did) > 0 {
			t.Errorf("%v: %d, %v", bad, status, sw.did)
		}
	}
}

func TestWhatIsSwitchedOnIsNamedOnEveryPage(t *testing.T) {
	t.Parallel()
	s := told()
	s.Counted = []listing.CountedMapping{{Status: framework.Judgement, Who: "anna@example.com", At: clock()}}
	h := framed(s, viewer(access.Officer))
	for _, address := range []string{"/compliance", "/compliance/some-1.0", "/compliance/some-1.0/1.2", "/compliance/some-1.0/1.2/population"} {
		get(t, h, address).has(t, "Mappings by judgement count.", "anna@example.com")
	}
	get(t, h, "/compliance").has(t, "Count them no longer")
}

func TestAFindingNamesTheControlsItSpeaksAbout(t *testing.T) {
	t.Parallel()
	p := get(t, framed(told(), all), "/findings/FND-1")
	p.has(t, "Controls it speaks about", "1 control in 1 framework", "Some benchmark 1.0", "says its publisher")
	if !slices.Contains(p.hrefs(), "/compliance/some-1.0/1.1") {
		t.Error("nothing leads to the control")
	}
}

func TestWithoutFrameworksThereAreNoSuchPages(t *testing.T) {
	t.Parallel()
	h := serve(full())
	for _, address := range []string{"/compliance", "/compliance/some-1.0", "/compliance/some-1.0/1.1"} {
		if p := get(t, h, address); p.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", address, p.Code)
		}
	}
	if slices.Contains(get(t, h, "/findings").hrefs(), "/compliance") {
		t.Error("the navigation leads to them")
	}
}
