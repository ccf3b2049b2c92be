package api

import (
	"encoding/csv"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
)

// reads asks and decodes a reply of 200.
func reads[T any](t *testing.T, target string) (out T) {
	t.Helper()
	got := newWorld().ask(t, viewer(access.Reader), "GET", Prefix+target, "")
	if got.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", target, got.Code, got.Body)
	}
	if err := json.Unmarshal(got.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFrameworksAreToldWithWhatTheyRestOn(t *testing.T) {
	t.Parallel()
	all := reads[frameworkList](t, "/frameworks")
	f := all.Items[0]
	if len(all.Items) != 1 || f.ID != "some-1.0" || f.States["failing"] != 1 || f.States["overdue"] != 1 || f.States["no_data"] != 1 || f.States["not_assessed"] != 4 || f.Assessed != 3 || f.All != 93 {
		t.Errorf("%+v", f)
	}
	if f.Posture == nil || f.Posture.Assessed >= 100 || f.Posture.Low >= f.Posture.High {
		t.Errorf("posture %+v", f.Posture)
	}
	if b := all.Basis; !slices.Equal(b.Counted, []string{"publisher"}) || b.LastScan == nil || len(b.Blind)+len(b.Left)+len(b.Unseen) > 0 {
		t.Errorf("rests on %+v", b)
	}
}

func TestAFrameworkIsToldWeekByWeek(t *testing.T) {
	t.Parallel()
	f := reads[wholeFramework](t, "/frameworks/some-1.0")
	if len(f.Controls) != 7 || len(f.Controls[0].Weeks) != 26 {
		t.Fatalf("%d controls", len(f.Controls))
	}
	last := f.Controls[0].Weeks[25]
	if f.Controls[0].State != "failing" || f.Controls[0].Group != "Metadata" || last.State != "failing" || last.Pass != 96 || last.Fail != 12 || last.NoTel != 12 {
		t.Errorf("%+v", f.Controls[0])
	}
	if first := f.Controls[0].Weeks[0]; first.State != "not_assessed" {
		t.Errorf("before the first scan it is %s", first.State)
	}
	if x := f.Controls[5]; x.State != "not_assessed" || x.Why != "cannot" {
		t.Errorf("%+v", x)
	}
}

func TestAControlIsToldWithWhoSpeaksAboutIt(t *testing.T) {
	t.Parallel()
	c := reads[wholeControl](t, "/frameworks/some-1.0/controls/1.1")
	if len(c.Rules) != 1 || c.Rules[0].Rule != "AWS-IMDS-001" || c.Rules[0].Status != "publisher" || c.Rules[0].Source != "audit of 1.1" || !c.Rules[0].Counts || c.Rules[0].Tally.All != 120 {
		t.Errorf("%+v", c.Rules)
	}
	if c := reads[wholeControl](t, "/frameworks/some-1.0/controls/1.3%28a%29"); c.ID != "1.3(a)" || c.State != "overdue" || c.Tally.Overdue != 1 {
		t.Errorf("%+v", c)
	}
	if c := reads[wholeControl](t, "/frameworks/some-1.0/controls/1.2"); c.Rules[0].Counts || c.Rules[0].Why != "not_counted" {
		t.Errorf("%+v", c.Rules)
	}
}

const population = "/frameworks/some-1.0/controls/1.1/population"

func TestAPopulationComesInPagesBothWays(t *testing.T) {
	t.Parallel()
	var forward, backward []string
	var last populationList
	for place := "?limit=50"; ; place = "?limit=50&after=" + last.Next {
		last = reads[populationList](t, population+place)
		for _, x := range last.Items {
			forward = append(forward, x.Subject.UID)
		}
		if last.Next == "" {
			break
		}
	}
	backward = forward[len(forward)-len(last.Items):]
	for last.Previous != "" {
		last = reads[populationList](t, population+"?limit=50&before="+last.Previous)
		var here []string
		for _, x := range last.Items {
			here = append(here, x.Subject.UID)
		}
		backward = append(here, backward...)
	}
	if len(forward) != 122 || !slices.Equal(forward, backward) {
		t.Errorf("%d subjects and places forwards, %d backwards, want the same 120 and 2", len(forward), len(backward))
	}
}

// A world with accounts that do not count beside the one that does.
func lookedAway() *world {
	w := newWorld()
	w.told.Others = []listing.Look{
		{Account: listing.Account{ID: 4, Provider: "aws", External: "444455556666", Name: "data", State: "connected"}, Scan: 5, At: noon.AddDate(0, 0, -20)},
		{Account: listing.Account{ID: 5, Provider: "aws", External: "555566667777", State: "disconnected"}, Scan: 6, At: noon.AddDate(0, 0, -20), LeftAt: noon.AddDate(0, 0, -19)},
		{Account: listing.Account{ID: 6, Provider: "aws", External: "666677778888", State: "connected"}},
	}
	return w
}

// Population, sample and file name the accounts of which they hold nothing, and
// why.
func TestAPopulationNamesTheAccountsThatDoNotCount(t *testing.T) {
	t.Parallel()
	w := lookedAway()
	since := func(days int) *time.Time { at := noon.AddDate(0, 0, -days); return &at }
	want := []absent{{"aws", "444455556666", "data", "not_looked_at", since(20)}, {"aws", "555566667777", "", "disconnected", since(19)}, {"aws", "666677778888", "", "never_scanned", nil}}
	for _, target := range []string{population + "?limit=1", "/frameworks/some-1.0/controls/1.1/sample?seed=s&n=1", "/frameworks", "/frameworks/some-1.0/controls/1.1"} {
		var got struct{ Basis basis }
		rec := w.ask(t, viewer(access.Reader), "GET", Prefix+target, "")
		if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Basis.Absent); diff != "" {
			t.Errorf("%s (-want +got):\n%s", target, diff)
		}
		if b := got.Basis; !slices.Equal(b.Blind, []string{"data"}) || !slices.Equal(b.Left, []string{"555566667777"}) || !slices.Equal(b.Unseen, []string{"666677778888"}) {
			t.Errorf("%s rests on %+v", target, b)
		}
	}
	rec := w.ask(t, viewer(access.Reader), "GET", Prefix+population+".csv", "")
	named, err := url.QueryUnescape(rec.Header().Get("Plumbline-Absent"))
	if err != nil || !strings.HasPrefix(named, "aws 444455556666 not_looked_at 20") || !strings.HasSuffix(named, ", aws 666677778888 never_scanned") {
		t.Errorf("the file names %q, %v", named, err)
	}
}

func TestAPopulationIsAFileOfEverySubject(t *testing.T) {
	t.Parallel()
	rec := newWorld().ask(t, viewer(access.Reader), "GET", Prefix+population+".csv", "")
	if rec.Code != 200 || rec.Header().Get("Content-Type") != "text/csv; charset=utf-8; header=present" {
		t.Fatal(rec.Code, rec.Header())
	}
	rows, err := csv.NewReader(rec.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	n := map[string]int{}
	for _, r := range rows[1:] {
		n[r[at["place"]]+" "+r[at["outcome"]]]++
		if r[at["rule"]] != "AWS-IMDS-001" || r[at["account"]] != "111122223333" || r[at["outcome"]] == "pass" && len(r[at["sha256"]]) != 64 {
			t.Errorf("%v", r)
		}
	}
	if want := map[string]int{"false pass": 96, "false fail": 12, "false unknown": 12, "true unknown": 2}; !maps.Equal(n, want) {
		t.Errorf("the file holds %v, want %v", n, want)
	}
}

// Names of resources are written by others.
func TestNoCellOfAPopulationIsAFormula(t *testing.T) {
	t.Parallel()
	j := listing.Judged{Account: listing.Account{Provider: "aws", External: "1", Name: "@SUM(A1)"}, Outcome: finding.Fail}
	j.Subject.Name, j.Subject.UID, j.Subject.ID = "=cmd|' /C calc'!A0", "+1", "-1"
	row := populationRow(&j, &finding.Verdict{Rule: "T-001", Say: "\t=1"})
	if len(row) != len(populationHead) {
		t.Fatalf("%d cells under %d heads", len(row), len(populationHead))
	}
	for i, cell := range row {
		if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
			t.Errorf("%s is %q", populationHead[i], cell)
		}
	}
}

func TestASampleCanBeDrawnAgain(t *testing.T) {
	t.Parallel()
	a, b := reads[sampleShape](t, "/frameworks/some-1.0/controls/1.1/sample?n=10&seed=s"), reads[sampleShape](t, "/frameworks/some-1.0/controls/1.1/sample?n=10&seed=s")
	if len(a.Items) != 10 || a.All != 120 || a.Pass != 96 || a.Fail != 12 || a.Unknown != 12 || a.Places != 2 || a.Seed != "s" {
		t.Errorf("%+v", a)
	}
	for i, x := range a.Items {
		if x.Subject != b.Items[i].Subject {
			t.Errorf("%d: another subject", i)
		}
		v := x.Verdicts[0]
		if v.Say == "" || len(v.Evidence) == 0 || v.Evidence[0].SHA256 == "" || v.Evidence[0].Document != "" {
			t.Errorf("%s rests on %+v", x.Subject.UID, v.Evidence)
		}
	}
}

func TestWhatIsNotUnderstoodOfFrameworksIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for target, want := range map[string]int{
		"/frameworks?page=1": 422, "/frameworks/some-1.1": 404, "/frameworks/some-1.0?from=x": 422, "/frameworks/some-1.0?to=2999-01-01": 422,
		"/frameworks/some-1.0/controls/9": 404, "/frameworks/some-1.0/controls/1.1/sample": 422, "/frameworks/some-1.0/controls/1.1/sample?seed=s&n=201": 422,
		"/frameworks/some-1.0/controls/1.1/population?after=x": 422, "/frameworks/some-1.0/controls/1.1/population?before=x": 422, "/frameworks/some-1.0/controls/1.1/population?before=3.4&after=3.1": 422, "/frameworks/some-1.0/controls/1.2/population.csv": 404, "/frameworks/some-1.0/controls/1.2/population": 404,
		"/frameworks/some-1.0/controls/1.1/sample?seed=" + strings.Repeat("x", 101): 422,
	} {
		got := w.ask(t, viewer(access.Reader), "GET", Prefix+target, "")
		if got.Code != want {
			t.Errorf("%s: %d, want %d: %s", target, got.Code, want, got.Body)
		}
		isProblem(t, target, got.Code, got.Header().Get("Content-Type"), got.Body.Bytes())
	}
}
