package aws

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/snapshot"
)

// inParts asks as several processes would: each part with a collector of its
// own, the regions' parts from the last to the first and workloads before the
// network, since nobody promises an order.
func inParts(t *testing.T, o Options) *taken {
	t.Helper()
	ctx, s := context.Background(), &taken{}
	regions, err := connect(t, o).Account(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(regions) {
		t.Errorf("the regions are not sorted: %v", regions)
	}
	for _, region := range slices.Backward(regions) {
		for _, part := range []cloud.Part{cloud.PartWorkloads, cloud.PartNetwork} {
			if err := connect(t, o).Ask(ctx, s, part, region); err != nil {
				t.Fatal(part, region, err)
			}
		}
	}
	return s
}

// told is what a scan was told, without what differs between two scans of the
// same estate: when, by which request, after how many attempts.
type told struct {
	answers   []snapshot.Answer
	resources []snapshot.Resource
}

func (s *taken) told() (t told) {
	for _, a := range s.answers {
		a.AskedAt, a.EndedAt, a.RequestID, a.Attempts = time.Time{}, time.Time{}, "", 0
		if a.Call == awsfact.CallMakeReport {
			a.Pages = 0 // how often it was asked for before it was there
		}
		t.answers = append(t.answers, a)
	}
	slices.SortFunc(t.answers, func(a, b snapshot.Answer) int {
		return cmp.Or(cmp.Compare(a.Call, b.Call), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Subject, b.Subject))
	})
	t.resources = slices.Clone(s.resources)
	for i := range t.resources {
		if r := &t.resources[i]; slices.Contains([]string{awsfact.KindCredentialReport, awsfact.KindPatchState, awsfact.KindProtected}, r.Kind) {
			r.Doc, r.Hash = nil, [32]byte{} // they tell when they were made
		}
	}
	slices.SortFunc(t.resources, func(a, b snapshot.Resource) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Region, b.Region), cmp.Compare(a.UID, b.UID))
	})
	return t
}

func TestAskedInPartsTheAnswersAreTheSame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		estate *sim.Estate
		fault  awssim.Fault
		change func(*Options)
	}{
		"a plain estate":           {estate: twoPages()},
		"one that refuses a lot":   {estate: sim.Generate(sim.Intent{Seed: 7, Regions: 6, Instances: 120})},
		"regions named":            {estate: twoPages(), change: func(o *Options) { o.Regions = []string{here} }},
		"the regions are refused":  {estate: twoPages(), fault: awssim.Fault{Action: "DescribeRegions", Kind: awssim.Forbidden}},
		"the defaults are refused": {estate: twoPages(), fault: awssim.Fault{Action: "GetInstanceMetadataDefaults", Region: here, Kind: awssim.Forbidden}},
		"a listing is cut":         {estate: twoPages(), fault: awssim.Fault{Action: "DescribeInstances", Region: here, From: 2, Kind: awssim.Forbidden}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			look := func(ask func(Options) *taken) told {
				// In one order, so that a listing is cut at the same place.
				l, o := simulatedWith(t, c.estate, awssim.Options{Signature: true})
				if c.fault.Kind != "" {
					l.Fail(c.fault)
				}
				if c.change != nil {
					c.change(&o)
				}
				return ask(o).told()
			}
			whole := look(func(o Options) *taken {
				s := &taken{}
				if err := scan(context.Background(), connect(t, o), s); err != nil {
					t.Fatal(err)
				}
				return s
			})
			parts := look(func(o Options) *taken { return inParts(t, o) })
			if len(whole.answers) < 4 || len(whole.resources) == 0 {
				t.Fatalf("there is nothing to compare: %d answers, %d resources", len(whole.answers), len(whole.resources))
			}
			if d := gocmp.Diff(whole.answers, parts.answers); d != "" {
				t.Error("answers (-whole +in parts)\n", d)
			}
			if d := gocmp.Diff(whole.resources, parts.resources); d != "" {
				t.Error("resources (-whole +in parts)\n", d)
			}
		})
	}
}

func TestAPartThatDoesNotExistIsAnError(t *testing.T) {
	t.Parallel()
	c := connect(t, options(newFake(t, nil).url))
	for name, ask := range map[string]struct {
		part   cloud.Part
		region string
		says   string
	}{
		"the account of a region": {cloud.PartAccount, here, "as a whole"},
		"an unknown part":         {"secrets", here, `no part "secrets"`},
		"no region":               {cloud.PartWorkloads, "", "none was named"},
		"every region":            {cloud.PartNetwork, snapshot.Global, "none was named"},
	} {
		s := &taken{}
		err := c.Ask(context.Background(), s, ask.part, ask.region)
		if err == nil || !strings.Contains(err.Error(), ask.says) || len(s.order) != 0 {
			t.Errorf("%s: %v, %v", name, err, s.order)
		}
	}
}
