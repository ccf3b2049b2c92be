package sim

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// A fleet is a few instances of the demonstration that do the same work.
type fleet struct {
	region  string
	name    string // "web-prod-%02d"
	n       int
	kind    string // instance type
	service string
	stage   string
	of      string // name of the case
	since   int    // first step at which the fleet is there
}

// The demonstration's company takes payments. It has moved most of its
// machines to tokens, forgot some, and one region nobody may look into.
var fleets = []fleet{
	{"eu-west-1", "web-prod-%02d", 6, "m7i.large", "web", "prod", "token required", 0},
	{"eu-west-1", "checkout-api-%02d", 5, "c7g.xlarge", "checkout", "prod", "token required", 0},
	{"eu-west-1", "ledger-db-%02d", 3, "r6i.2xlarge", "ledger", "prod", "token required", 0},
	{"eu-west-1", "k8s-node-%02d", 5, "m7i.2xlarge", "platform", "prod", "hop limit 2", 0},
	{"eu-west-1", "eks-auto-%02d", 2, "c7g.xlarge", "platform", "prod", "v1 allowed, run by a service", 0},
	{"eu-west-1", "batch-etl-%02d", 3, "m7i.large", "reporting", "prod", "v1 allowed, running", 0},
	{"eu-west-1", "vault-%02d", 2, "t3.medium", "secrets", "prod", "endpoint disabled, tokens optional", 0},
	{"eu-west-1", "jump-eu", 1, "t3.micro", "access", "prod", "ipv6 on", 0},
	{"eu-central-1", "web-prod-fra-%02d", 4, "m7i.large", "web", "prod", "token required", 0},
	{"eu-central-1", "fraud-score-%02d", 3, "g5.xlarge", "fraud", "prod", "token required", 0},
	{"eu-central-1", "settlement-%02d", 2, "m7i.large", "settlement", "prod", "required, pending while running", 0},
	{"eu-central-1", "sftp-bank-01", 1, "t3.medium", "settlement", "prod", "everything wrong", 0},
	{"eu-central-1", "grafana-01", 1, "t3.medium", "platform", "prod", "tags told, one with a sensitive key", 0},
	{"eu-central-1", "ci-runner-%02d", 3, "c7g.xlarge", "build", "dev", "hop limit 3", 0},
	{"eu-central-1", "old-import-01", 1, "t3.medium", "reporting", "prod", "v1 allowed, stopped", 0},
	{"us-east-1", "web-prod-us-%02d", 4, "m7i.large", "web", "prod", "token required", 0},
	{"us-east-1", "card-vault-%02d", 2, "r6i.2xlarge", "cards", "prod", "token required", 0},
	{"us-east-1", "risk-model-%02d", 2, "g5.xlarge", "fraud", "staging", "v1 allowed, running", 0},
	{"us-east-1", "proxy-us-01", 1, "t3.medium", "access", "prod", "hop limit 64", 0},
	{"us-east-1", "pilot-01", 1, "t3.micro", "research", "dev", "tokens an unknown word", 0},
	{"us-east-1", "mail-relay-01", 1, "t3.micro", "mail", "prod", "required, pending while stopped", 0},
	{"us-east-1", "load-test-07", 1, "c7g.xlarge", "build", "dev", "terminated, everything wrong", 0},
	{"eu-north-1", "backup-%02d", 2, "t3.medium", "backup", "prod", "token required", 0},
	{"eu-north-1", "archive-01", 1, "r6i.2xlarge", "backup", "prod", "token required, stopped", 0},
	{"ap-southeast-2", "web-prod-syd-%02d", 3, "m7i.large", "web", "prod", "v1 allowed, running", 0},
	{"eu-central-1", "ab-test-%02d", 2, "t3.medium", "web", "staging", "v1 allowed, running", 1},
	{"eu-west-1", "web-prod-new-%02d", 2, "m7i.large", "web", "prod", "token required", 1},
}

// What became of single instances, by the step at which it happened. "" is
// gone.
var turns = []map[string]string{
	1: {
		"batch-etl-01": "token required", "batch-etl-02": "token required", "settlement-01": "token required", "settlement-02": "token required",
		"proxy-us-01": "token required", "vault-02": "v1 allowed, running", "old-import-01": "", "ci-runner-03": "", "ledger-db-03": "hop limit 64",
	},
	2: {"sftp-bank-01": "token required", "grafana-01": "tags kept, one sensitive", "batch-etl-03": "token required", "vault-02": "endpoint disabled, tokens optional"},
}

// The enabled regions, and how their cases and refusals go from step to step;
// the last stays.
var demoRegions = []struct {
	name    string
	of      []string
	refuses [][]string
}{
	{"eu-west-1", []string{"tokens required"}, nil},
	{"eu-central-1", []string{"nothing set", "nothing set", "tokens required and enforced"}, nil},
	{"us-east-1", []string{"tokens optional"}, [][]string{nil, {GetInstanceMetadataDefaults}, nil}},
	{"eu-north-1", []string{"by declarative policy"}, nil},
	{"ap-southeast-2", []string{"nothing set"}, [][]string{{DescribeInstances}, {DescribeInstances}, nil}},
}

// Regions that an account must opt in to, and this one did not.
var demoClosed = []string{
	"af-south-1", "ap-east-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ca-west-1",
	"eu-central-2", "eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1",
}

// Demo is the estate of the demonstration: one account of a company that takes
// payments, about sixty instances in five regions. Next tells of the days
// after: things are fixed, newly wrong, gone, lost sight of and found again.
func Demo() *Estate { return demoAt(0) }

func demoAt(step int) *Estate {
	e := &Estate{Partition: "aws", Step: step, seed: 3, next: func(e *Estate) *Estate { return demoAt(e.Step + 1) }}
	a := newAccount("111122223333", "payments-prod")
	towns := map[string]*town{}
	for _, d := range demoRegions {
		r := newRegion(a.ID, d.name, regionCaseNamed(d.of[min(step, len(d.of)-1)]))
		r.OptIn = NotRequired
		if len(d.refuses) > 0 {
			r.refuse(d.refuses[min(step, len(d.refuses)-1)])
		}
		towns[d.name] = r.town()
		a.Regions = append(a.Regions, r)
	}
	for _, name := range demoClosed {
		a.Regions = append(a.Regions, newRegion(a.ID, name, regionCaseNamed("not opted in")))
	}
	for _, f := range fleets {
		if f.since <= step {
			f.enter(towns[f.region], step)
		}
	}
	for _, t := range towns {
		t.r.unencrypted(oldDisks)
	}
	a.equipDemo(step)
	e.Accounts = []*Account{a}
	return e
}

// refuse closes calls of a region. Where the defaults cannot be read, nothing
// about them can be told.
func (r *Region) refuse(actions []string) {
	r.Refuses = actions
	if r.Refused(GetInstanceMetadataDefaults) {
		r.Want = regionAnswers("uu")
	}
}

func (f *fleet) enter(t *town, step int) {
	r := t.r
	reservation := hexID(seeded(f.name), "r-")
	for k := 1; k <= f.n; k++ {
		name := f.name
		if f.n > 1 {
			name = fmt.Sprintf(f.name, k)
		}
		of := f.of
		for _, t := range turns[:min(step+1, len(turns))] {
			if to, ok := t[name]; ok {
				of = to
			}
		}
		if of == "" {
			continue
		}
		i := f.instance(name, caseNamed(of), t)
		i.Reservation = reservation
		r.list = append(r.list, i)
	}
}

func (f *fleet) instance(name string, c Case, t *town) Instance {
	bare := c
	bare.Bare = true
	i := instanceOf(bare, t.r, seeded(name))
	if !c.Bare {
		t.house(&i, f, name)
	}
	i.Type, i.Platform, i.Profile, i.Key = f.kind, "", f.service+"-"+f.stage, "ops-"+f.stage
	i.Image = hexID(seeded(f.service), "ami-")
	i.Launched = i.Launched.Truncate(time.Hour)
	i.Tags = append([]Tag{{"Name", name}, {"service", f.service}, {"environment", f.stage}}, c.Tags...)
	return i
}

// seeded is a source of variety that depends on a word alone, so that a thing
// keeps its id from step to step.
func seeded(word string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(word)) // never fails
	return rand.New(rand.NewPCG(h.Sum64(), 3))
}

func caseNamed(name string) Case {
	for _, c := range cases {
		if c.Name == name {
			return c
		}
	}
	panic("no such case: " + name)
}

func regionCaseNamed(name string) RegionCase {
	for _, c := range regionCases {
		if c.Name == name {
			return c
		}
	}
	panic("no such region case: " + name)
}
