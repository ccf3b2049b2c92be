package ibmfact_test

import (
	"slices"
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/snapshot"
)

// outcomes are what every rule says of everything in a context.
func outcomes(c *snapshot.Context, b *judge.Bench) map[string]finding.Outcome {
	page := slices.Concat(c.Resources(ibmfact.KindInstance), c.Resources(ibmfact.KindBareMetal))
	out := map[string]finding.Outcome{}
	for _, res := range []judge.Result{b.Page(c, page), b.Close(c)} {
		for i, s := range res.Subjects {
			for j, r := range res.Rules {
				if o := res.Outcome(i, j); o != 0 && !r.Coverage {
					out[r.ID+" of "+s.UID] = o
				}
			}
		}
	}
	return out
}

// Whichever question is refused, and whichever document a listing leaves out: a
// verdict becomes unknown or stays as it is.
func TestWhatIsNotSeenOverturnsNoVerdict(t *testing.T) {
	t.Parallel()
	set, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, make := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, w := judge.NewBench(set, ibmfact.New()), make(t)
			seen := outcomes(w.context(), b)
			holds := func(what string, c *snapshot.Context) {
				for k, o := range outcomes(c, b) {
					if was, is := seen[k]; is && o != was && o != finding.Unknown {
						t.Errorf("%s: %s was %s and is %s", what, k, was, o)
					}
				}
			}
			for _, call := range slices.Concat(regional, global, under) {
				holds(call+" refused", make(t).refuse(call).context())
			}
			for i := range w.rs {
				holds("without "+w.rs[i].UID, w.without(i))
			}
		})
	}
}

// Of an account in which every question tells something, every rule for IBM
// Cloud says something.
func TestEveryRuleSpeaks(t *testing.T) {
	t.Parallel()
	set, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := full(t)
	w.metal("0717-metal", "10.0.1.8")
	w.group("r006-default", []string{}, in("tcp", 22, 22))
	c := w.context()
	b := judge.NewBench(set, ibmfact.New())
	spoke := map[string]bool{"IBM-IMDS-001": true} // it asks of servers without a profile, and here all have one
	for _, res := range []judge.Result{b.Page(c, slices.Concat(c.Resources(ibmfact.KindInstance), c.Resources(ibmfact.KindBareMetal))), b.Close(c)} {
		for i := range res.Subjects {
			for j, r := range res.Rules {
				if o := res.Outcome(i, j); o == finding.Pass || o == finding.Fail {
					spoke[r.ID] = true
				}
			}
		}
	}
	for _, r := range set.Rules() {
		if r.Provider == "ibm" && !spoke[r.ID] {
			t.Errorf("%s says nothing", r.ID)
		}
	}
}
