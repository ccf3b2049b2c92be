package ask

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud"
	"plumbline/internal/snapshot"
)

// two is a collector of an account with two regions.
type two struct{ whole Whole }

func (c *two) Account(ctx context.Context, s cloud.Sink) ([]string, error) {
	return []string{"here", "there"}, s.Answer(ctx, snapshot.Answer{Key: snapshot.Key{Call: "account"}, Attempts: 1, Status: snapshot.Complete})
}

func (c *two) Ask(ctx context.Context, s cloud.Sink, part cloud.Part, region string) error {
	of := func(call string) Regional {
		return func(ctx context.Context, s cloud.Sink, region string) error {
			return s.Answer(ctx, snapshot.Answer{Key: snapshot.Key{Call: call, Scope: snapshot.Scope{Region: region}}, Attempts: 1, Status: snapshot.Complete})
		}
	}
	return Part(ctx, s, part, region, of("network"), of("workloads"))
}

func TestAScanIsAskedInParts(t *testing.T) {
	t.Parallel()
	c, l := &two{}, &Ledger{}
	if err := c.whole.Workloads(t.Context(), l, c, 2); err == nil {
		t.Error("workloads were asked for before the regions were known")
	}
	if err := c.whole.Context(t.Context(), l, c, 2); err != nil {
		t.Fatal(err)
	}
	if err := c.whole.Workloads(t.Context(), l, c, 2); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range l.Sorted([]string{"account", "network", "workloads"}) {
		got = append(got, a.Call+" "+a.Region)
	}
	if d := cmp.Diff([]string{"account ", "network here", "network there", "workloads here", "workloads there"}, got); d != "" {
		t.Error(d)
	}
}

func TestAPartThatNoRegionHas(t *testing.T) {
	t.Parallel()
	for part, region := range map[cloud.Part]string{
		cloud.PartNetwork: "", cloud.PartWorkloads: snapshot.Global, cloud.PartAccount: "here", "weather": "here",
	} {
		l := &Ledger{}
		if err := (&two{}).Ask(t.Context(), l, part, region); err == nil || len(l.Answers) > 0 {
			t.Errorf("%s of %q was asked", part, region)
		}
	}
}

func TestALedgerKeepsTheLastAnswer(t *testing.T) {
	t.Parallel()
	answer := func(call string, status snapshot.Status, attempts int) snapshot.Answer {
		return snapshot.Answer{Key: snapshot.Key{Call: call}, Status: status, Attempts: attempts}
	}
	l := &Ledger{}
	for _, a := range []snapshot.Answer{
		answer("b", snapshot.Complete, 1), answer("a", snapshot.Complete, 1), answer("b", snapshot.Refused, 2),
		answer("c", snapshot.Unasked, 0), answer("d", snapshot.Complete, 0),
	} {
		if err := l.Answer(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]snapshot.Answer{answer("a", snapshot.Complete, 1), answer("b", snapshot.Refused, 2)}, l.Sorted([]string{"a", "b"})); d != "" {
		t.Error(d)
	}
}

func TestATrialMakesACallOnceAndAScanAsOftenAsItHasTo(t *testing.T) {
	t.Parallel()
	var scan *Trial
	trial := &Trial{}
	for i, want := range []bool{false, true} {
		if scan.Enough("a") || trial.Enough("a") != want {
			t.Errorf("time %d", i+1)
		}
	}
	for tried, want := range map[*Trial]int32{scan: 3, trial: 1} {
		var n atomic.Int32
		count := func(context.Context, string) error { n.Add(1); return nil }
		if err := Each(t.Context(), tried, []string{"x", "y", "z"}, count); err != nil || n.Load() != want {
			t.Errorf("%d subjects, %v; want %d", n.Load(), err, want)
		}
	}
}
