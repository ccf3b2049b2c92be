package shard_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/recording"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/snapshot"
)

// Judging again reads of a workload what the changed rules ask about, and what
// they rest on besides only where they have something to tell. Whichever rules
// that are, they say what they say when everything is read, with the same words,
// evidence and risk.
func TestASieveLetsNothingThrough(t *testing.T) {
	t.Parallel()
	set, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	var about []string
	for _, r := range set.For(estate.KindWorkload, "aws") {
		about = append(about, r.ID)
	}
	sets := [][]string{about}
	for i := range about {
		sets = append(sets, about[i:i+1], []string{about[i], about[(i+7)%len(about)]})
	}
	for n, recorded := range facts.Examples("aws") {
		t.Run(fmt.Sprint("recording ", n), func(t *testing.T) {
			t.Parallel()
			c, near, workloads := parted(t, recorded)
			spared := 0
			for _, ids := range sets {
				asked := set.Only(func(r *rule.Rule) bool { return slices.Contains(ids, r.ID) })
				sieve := judge.NewSieve(asked, facts.For("aws"))
				if sieve == nil {
					t.Fatalf("there is no sieve for %v", ids)
				}
				few := slices.DeleteFunc(slices.Clone(near), func(r snapshot.Resource) bool { return !sieve.Beside(r.Kind) })
				sound, rest := sieve.Page(c.Beside(few, nil), workloads)
				enough := judge.Enough(facts.For("aws"), asked)
				few = slices.DeleteFunc(slices.Clone(near), func(r snapshot.Resource) bool { return !enough.Beside(r.Kind) })
				got := judge.NewBench(asked, enough).Page(c.Beside(few, nil), rest)
				got = got.And(sound)
				want := judge.NewBench(asked, facts.For("aws")).Page(c.Beside(near, nil), workloads)
				if d := cmp.Diff(cells(&want), cells(&got)); d != "" {
					t.Errorf("%v: judged in full (-) and by way of a sieve (+):\n%s", ids, d)
				}
				if d := cmp.Diff(want.Verdicts, got.Verdicts); d != "" {
					t.Errorf("%v: judged in full (-) and by way of a sieve (+):\n%s", ids, d)
				}
				spared += len(workloads) - len(rest)
			}
			if spared == 0 {
				t.Error("the sieve sorted nothing out")
			}
		})
	}
}

// parted is a recording as a store gives it: context, what stands beside
// workloads, and workloads.
func parted(t *testing.T, recorded []byte) (c *snapshot.Context, near, workloads []snapshot.Resource) {
	t.Helper()
	f := facts.For("aws")
	rd := recording.NewReader(bytes.NewReader(recorded), f.IsWorkload, 0)
	whole, err := rd.Context(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var rest []snapshot.Resource
	for _, kind := range whole.Kinds() {
		if f.Beside(kind) {
			near = append(near, whole.Resources(kind)...)
		} else {
			rest = append(rest, whole.Resources(kind)...)
		}
	}
	err = rd.Pages(context.Background(), func(page []snapshot.Resource) error {
		for _, r := range page {
			r.Doc = bytes.Clone(r.Doc)
			if f.IsWorkload(r.Kind) {
				workloads = append(workloads, r)
			} else {
				near = append(near, r)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return snapshot.NewContext(whole.Provider, whole.Account, whole.TakenAt, rest, append(slices.Clone(whole.Answers()), rd.Ledger()...)), near, workloads
}

// cells are the outcomes by subject and rule, with what a subject says of itself.
func cells(r *judge.Result) map[estate.Subject][]finding.Outcome {
	all := map[estate.Subject][]finding.Outcome{}
	for i, s := range r.Subjects {
		all[s] = r.Outcomes[i*len(r.Rules) : (i+1)*len(r.Rules)]
	}
	return all
}
