package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/access"
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

func TestAPopulationComesInPages(t *testing.T) {
	t.Parallel()
	n, after := 0, ""
	for {
		p := reads[list[judgedShape]](t, "/frameworks/some-1.0/controls/1.1/population?limit=100"+after)
		n += len(p.Items)
		if p.Next == "" {
			break
		}
		after = "&after=" + p.Next
	}
	if n != 122 {
		t.Errorf("%d subjects and places, want 120 and 2", n)
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
		"/frameworks/some-1.0/controls/1.1/population?after=x": 422, "/frameworks/some-1.0/controls/1.1/population?before=x": 422, "/frameworks/some-1.0/controls/1.2/population": 404,
		"/frameworks/some-1.0/controls/1.1/sample?seed=" + strings.Repeat("x", 101): 422,
	} {
		got := w.ask(t, viewer(access.Reader), "GET", Prefix+target, "")
		if got.Code != want {
			t.Errorf("%s: %d, want %d: %s", target, got.Code, want, got.Body)
		}
		isProblem(t, target, got.Code, got.Header().Get("Content-Type"), got.Body.Bytes())
	}
}
