package aws

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
)

func TestAScanTakesEverythingAndSaysSo(t *testing.T) {
	t.Parallel()
	s := &taken{}
	c := connect(t, options(newFake(t, nil).url))
	if err := scan(context.Background(), c, s); err != nil {
		t.Fatal(err)
	}
	if got := c.Scope(); got != (snapshot.Scope{Provider: "aws", Account: account, Region: snapshot.Global}) {
		t.Errorf("scope %+v", got)
	}
	if c.Partition() != "aws" {
		t.Errorf("partition %q", c.Partition())
	}
	want := map[string]int{ // pages and items: 1000 * pages + items
		awsfact.CallIdentity + " global":     1001,
		awsfact.CallRegions + " global":      1003,
		awsfact.CallDefaults + " eu-west-1":  1001,
		awsfact.CallDefaults + " us-east-1":  1001,
		awsfact.CallInstances + " eu-west-1": 2003,
		awsfact.CallInstances + " us-east-1": 2003,
	}
	got := map[string]int{}
	for _, a := range s.asked() {
		if _, full := want[a.Call+" "+a.Region]; full {
			got[a.Call+" "+a.Region] = 1000*a.Pages + a.Items
		}
		if a.Attempts == 0 { // there was nothing to ask about
			if !a.Whole() || a.Items != 0 {
				t.Errorf("not asked, and not whole: %+v", a)
			}
			continue
		}
		if strings.HasPrefix(a.Call, "organizations:") {
			if !a.Whole() || a.Items != 0 {
				t.Errorf("an account without organisation: %+v", a)
			}
			continue
		}
		if a.Status != snapshot.Complete || a.HTTP != 200 || a.Attempts != a.Pages || a.Cause != "" || a.Code != "" {
			t.Errorf("not a whole answer: %+v", a)
		}
		if !strings.HasPrefix(a.RequestID, "req-") || a.AskedAt.IsZero() || a.EndedAt.Before(a.AskedAt) || a.Account != account {
			t.Errorf("an answer without its particulars: %+v", a)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error("answers (-want +got)\n", d)
	}
	for _, r := range s.resources {
		if !r.Intact() || r.Format != snapshot.DocFormat || r.UID == "" || r.Kind == "" || r.Account != account {
			t.Errorf("a resource without its particulars: %+v", r)
		}
	}
	if n := len(s.docs(awsfact.CallInstances)); n != 6 {
		t.Errorf("%d instances, want 6", n)
	}
}

func TestAnAnswerComesAfterItsPages(t *testing.T) {
	t.Parallel()
	s := &taken{}
	if err := scan(context.Background(), connect(t, options(newFake(t, nil).url)), s); err != nil {
		t.Fatal(err)
	}
	ended := map[string]bool{}
	for _, o := range s.order {
		what, key, _ := strings.Cut(o, " ")
		if what == "resources" && ended[key] {
			t.Errorf("a page of %s after its answer", key)
		}
		ended[key] = ended[key] || what == "answer"
	}
}

func TestOnlyEnabledRegionsAreAsked(t *testing.T) {
	t.Parallel()
	list := func(w http.ResponseWriter, r *http.Request, a asked) {
		if a.action == "DescribeRegions" {
			regions(w, here, "opt-in-not-required", there, "opted-in", "me-south-1", "not-opted-in", "xx-new-1", "opted-in-lightly")
			return
		}
		normal(w, r, a)
	}
	for name, c := range map[string]struct{ ask, want []string }{
		"none named: all enabled, and one with an unknown status": {nil, []string{here, there, "xx-new-1"}},
		"one named":        {[]string{here}, []string{here}},
		"one named twice":  {[]string{here, here}, []string{here}},
		"status not known": {[]string{"xx-new-1"}, []string{"xx-new-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, s := newFake(t, list), &taken{}
			o := options(f.url)
			o.Regions = c.ask
			if err := scan(context.Background(), connect(t, o), s); err != nil {
				t.Fatal(err)
			}
			got := map[string]bool{}
			for _, a := range f.log {
				if a.action == "DescribeInstances" {
					got[a.region] = true
				}
			}
			if len(got) != len(c.want) || slices.ContainsFunc(c.want, func(r string) bool { return !got[r] }) {
				t.Errorf("asked %v, want %v", got, c.want)
			}
			if n := len(s.docs(awsfact.CallRegions)); n != 4 {
				t.Errorf("%d region documents, want all 4", n)
			}
		})
	}
}

func TestARegionThatDoesNotExistIsNamed(t *testing.T) {
	t.Parallel()
	o := options(newFake(t, nil).url)
	o.Regions = []string{here, "eu-wset-1"}
	err := scan(context.Background(), connect(t, o), &taken{})
	want := `There is no region "eu-wset-1". This account's regions are eu-west-1, me-south-1, us-east-1.`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestAnEmptyListOfRegionsIsAnError(t *testing.T) {
	t.Parallel()
	s := &taken{}
	f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
		if a.action == "DescribeRegions" {
			regions(w)
			return
		}
		normal(w, r, a)
	})
	err := scan(context.Background(), connect(t, options(f.url)), s)
	if err == nil || !strings.Contains(err.Error(), "empty list of regions") {
		t.Errorf("got %v", err)
	}
	if a := s.answer(awsfact.CallRegions, snapshot.Global); a.Whole() || a.Code != snapshot.CodeNoRegions {
		t.Errorf("an empty list was taken for an answer: %+v", a)
	}
	if n := f.count("DescribeInstances"); n != 0 {
		t.Errorf("%d regions were asked", n)
	}
}

func TestARefusedListOfRegionsFallsBack(t *testing.T) {
	t.Parallel()
	odd := func(w http.ResponseWriter, r *http.Request, a asked) {
		if a.action == "DescribeRegions" {
			refuse(w, 403, "UnauthorizedOperation")
			return
		}
		normal(w, r, a)
	}
	for name, c := range map[string]struct{ ask, want []string }{
		"to the regions that were named":   {[]string{here}, []string{here}},
		"to the region that is configured": {nil, []string{there}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &taken{}
			o := options(newFake(t, odd).url)
			o.Regions = c.ask
			if err := scan(context.Background(), connect(t, o), s); err != nil {
				t.Fatal(err)
			}
			if a := s.answer(awsfact.CallRegions, snapshot.Global); a.Status != snapshot.Refused || a.Cause != snapshot.Denied {
				t.Errorf("the refusal is not in the ledger: %+v", a)
			}
			for _, r := range c.want {
				if a := s.answer(awsfact.CallInstances, r); !a.Whole() || a.Items != 3 {
					t.Errorf("%s: %+v", r, a)
				}
			}
		})
	}
}

func TestCancelNotesWhatWasInFlight(t *testing.T) {
	t.Parallel()
	reached, s := make(chan struct{}), &taken{}
	ctx, cancel := context.WithCancel(context.Background())
	f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
		if a.action == "DescribeInstances" && a.token != "" {
			close(reached)
			<-r.Context().Done()
			return
		}
		normal(w, r, a)
	})
	o := options(f.url)
	o.Regions = []string{here}
	c := connect(t, o)
	if err := c.Context(ctx, s); err != nil {
		t.Fatal(err)
	}
	go func() { <-reached; cancel() }()
	if err := c.Workloads(ctx, s); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the scan was cancelled", err)
	}
	a := s.answer(awsfact.CallInstances, here)
	if a.Status != snapshot.Partial || a.Cause != snapshot.Interrupted || a.Code != snapshot.CodeInterrupted || a.Items != 2 || a.Pages != 1 {
		t.Errorf("in flight: %+v", a)
	}
	if f.count("DescribeInstances") != 2 {
		t.Error("a cancelled call was retried")
	}
}

func TestACancelledScanDoesNotBegin(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	c := connect(t, options(f.url))
	ctx, cancel := context.WithCancel(context.Background())
	if err := c.Context(ctx, &taken{}); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := c.Workloads(ctx, &taken{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := f.count("DescribeInstances"); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestASinkThatFailsEndsTheScan(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	for _, what := range []string{
		"resources " + awsfact.CallIdentity, "answer " + awsfact.CallIdentity,
		"resources " + awsfact.CallRegions, "answer " + awsfact.CallRegions,
		"resources " + awsfact.CallDefaults, "answer " + awsfact.CallDefaults,
		"resources " + awsfact.CallInstances, "answer " + awsfact.CallInstances,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, nil)
			s := &taken{fail: func(w string) error {
				if w == what {
					return full
				}
				return nil
			}}
			o := options(f.url)
			o.Regions = []string{here}
			if err := scan(context.Background(), connect(t, o), s); !errors.Is(err, full) {
				t.Errorf("got %v, want the sink's own error", err)
			}
			for _, a := range s.answers {
				if !a.Whole() && a.Cause != snapshot.OutOfScope && a.Cause != snapshot.Interrupted {
					t.Errorf("the sink's error was taken for a refusal: %+v", a)
				}
			}
			for _, a := range f.log {
				several := map[string]bool{"GetAccountAuthorizationDetails": true, "DescribeLoadBalancers": true, "GetMetricData": true}
				if a.n > 1 && !several[a.action] {
					t.Errorf("%+v was asked again", a)
				}
			}
		})
	}
}

func TestWorkloadsBeforeContextIsAnError(t *testing.T) {
	t.Parallel()
	if err := connect(t, options(newFake(t, nil).url)).Workloads(context.Background(), &taken{}); err == nil {
		t.Error("no error")
	}
}

// A region that was left out on purpose is named in the ledger, and is neither
// a gap nor silence.
func TestRegionsLeftOutAreNamedInTheLedger(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	o := options(f.url)
	o.Regions = []string{here}
	s := &taken{}
	if err := scan(context.Background(), connect(t, o), s); err != nil {
		t.Fatal(err)
	}
	left := 0
	for _, a := range s.answers {
		switch {
		case a.Region == here || a.Region == snapshot.Global:
		case a.Cause != snapshot.OutOfScope || a.Status != snapshot.Unasked || a.Lists == "":
			t.Errorf("%+v", a)
		default:
			left++
		}
	}
	if left == 0 {
		t.Error("no region that was left out is in the ledger")
	}
}

// Nothing can be said of a region that is not enabled: whoever asks for it is
// told so, and gets no result that looks like one.
func TestARegionThatIsNotEnabledIsAnError(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
		if a.action == "DescribeRegions" {
			regions(w, here, "opt-in-not-required", "me-south-1", "not-opted-in")
			return
		}
		normal(w, r, a)
	})
	o := options(f.url)
	o.Regions = []string{here, "me-south-1"}
	err := scan(context.Background(), connect(t, o), &taken{})
	if err == nil || !strings.Contains(err.Error(), "me-south-1 is not enabled") {
		t.Errorf("got %v", err)
	}
}
