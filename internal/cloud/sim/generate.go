package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// An Intent says what kind of estate is wanted. The same intent always gives
// the same estate.
type Intent struct {
	Seed      uint64
	Accounts  int // 0 is one
	Regions   int // of each account; 0 is four, seventeen is the most
	Instances int // of each account, spread over its enabled regions; 0 is every case once
	Cases     []Case
	Plain     bool     // every region opted in, as a region whose defaults are set well
	Scenes    []*Scene // instances stand in these networks, every scene at least once; nil is in ordinary ones
}

// regionNames are the first seventeen regions of the commercial partition.
var regionNames = []string{
	"eu-west-1", "us-east-1", "eu-central-2", "ap-east-1", "eu-central-1", "us-west-2", "ap-southeast-2", "eu-south-1", "sa-east-1", "ca-central-1",
	"ap-northeast-1", "ap-northeast-2", "ap-south-1", "eu-north-1", "eu-west-3", "us-east-2", "us-west-1",
}

// Generate makes an estate from intent. Where there are enough instances,
// every case stands in every account at least once; where there are enough
// regions, every region case does.
func Generate(in Intent) *Estate {
	in.fill()
	e := &Estate{Partition: "aws", seed: in.Seed, next: evolve}
	for a := range in.Accounts {
		acct := newAccount(fmt.Sprintf("%012d", 111122223333+uint64(a)*1000), fmt.Sprintf("account-%d", a+1))
		rng := rand.New(rand.NewPCG(in.Seed, uint64(a)))
		if in.Scenes != nil {
			acct.Regions = in.sceneRegions(acct.ID)
			in.stage(acct, rng)
			e.Accounts = append(e.Accounts, acct)
			continue
		}
		for i := range in.Regions {
			acct.Regions = append(acct.Regions, newRegion(acct.ID, regionNames[i], in.regionCase(i)))
		}
		in.settle(acct, rng)
		e.Accounts = append(e.Accounts, acct)
	}
	for n, acct := range e.Accounts {
		acct.equip(n, in.Seed)
	}
	return e
}

func (in *Intent) fill() {
	in.Accounts = max(in.Accounts, 1)
	if in.Regions == 0 && in.Scenes != nil {
		in.Regions = len(sceneKinds) + moreOpen
	}
	if in.Regions == 0 {
		in.Regions = 4
	}
	in.Regions = min(in.Regions, len(regionNames))
	if in.Cases == nil {
		in.Cases = cases
	}
	if in.Instances == 0 {
		in.Instances = len(in.Cases)
		if in.Scenes != nil {
			in.Instances = len(in.Scenes)
		}
	}
}

func (in *Intent) regionCase(i int) RegionCase {
	if in.Plain {
		return regionCases[2]
	}
	return regionCases[i%len(regionCases)]
}

// settle spreads the instances of an account over its enabled regions, one to
// four in each reservation.
func (in *Intent) settle(a *Account, rng *rand.Rand) {
	var open []*Region
	for _, r := range a.Regions {
		if r.Enabled() {
			open = append(open, r)
		}
	}
	if len(open) == 0 {
		return
	}
	for _, r := range open {
		r.houses(2, rng)
	}
	reservation, left := "", 0
	for n := range in.Instances {
		r := open[n*len(open)/in.Instances]
		if left == 0 || len(r.list) == 0 {
			reservation, left = hexID(rng, "r-"), 1+rng.IntN(4)
		}
		left--
		i := instanceOf(in.Cases[in.caseAt(n, rng)], r, rng)
		i.Reservation = reservation
		r.list = append(r.list, i)
	}
	for _, r := range open {
		r.unencrypted(everyTenth)
	}
}

func (in *Intent) caseAt(n int, rng *rand.Rand) int {
	if n < len(in.Cases) {
		return n
	}
	return rng.IntN(len(in.Cases))
}

func newAccount(id, name string) *Account {
	return &Account{
		ID: id, Name: name, AccessKey: "AKIASIM" + id, SecretKey: "simulated-" + id,
		Role: "arn:aws:iam::" + id + ":role/plumbline-scanner", ExternalID: "ext-" + id,
	}
}

func newRegion(account, name string, c RegionCase) *Region {
	r := &Region{Account: account, Name: name, OptIn: NotRequired, Case: c.Name, Want: c.Want, Refuses: c.Refuses, defaults: c.Defaults, Net: newNetwork(account, name), taken: map[string]bool{}, fleet: &Fleet{}, watch: &Watch{Case: "nobody looks"}}
	if c.OptIn != "" {
		r.OptIn = c.OptIn
	}
	return r
}

var (
	types    = []string{"t3.micro", "t3.medium", "m7i.large", "c7g.xlarge", "r6i.2xlarge", "g5.xlarge"}
	services = []string{"checkout", "search", "ledger", "mailer", "images", "reports", "orders", "batch"}
	stages   = []string{"prod", "staging", "dev"}
	epoch    = time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
)

// instanceOf makes an instance of a case, varying what cannot matter.
func instanceOf(c Case, r *Region, rng *rand.Rand) Instance {
	service, stage := services[rng.IntN(len(services))], stages[rng.IntN(len(stages))]
	i := Instance{
		ID: hexID(rng, "i-"), Case: c.Name, Want: c.Want, State: c.State, Options: c.Options, Operator: c.Operator,
		Type: types[rng.IntN(len(types))], Image: hexID(rng, "ami-"), Zone: r.Name + string(rune('a'+rng.IntN(3))),
		Launched: epoch.Add(time.Duration(rng.IntN(600*24*3600)) * time.Second),
		Volumes:  []string{hexID(rng, "vol-")},
	}
	if c.State == "" {
		i.State = "running"
	}
	if rng.IntN(2) == 0 {
		i.Key = "ops-" + stage
	}
	if rng.IntN(3) > 0 {
		i.Profile = service + "-" + stage
	}
	if rng.IntN(6) == 0 {
		i.Platform = "windows"
	}
	if !c.Bare {
		r.settle(&i, rng)
	}
	i.Tags = tagsOf(c, service, stage, rng)
	return i
}

func tagsOf(c Case, service, stage string, rng *rand.Rand) []Tag {
	if c.Only {
		return c.Tags
	}
	t := []Tag{{"Name", fmt.Sprintf("%s-%s-%02d", service, stage, 1+rng.IntN(40))}, {"service", service}, {"environment", stage}}
	return append(t, c.Tags...)
}

// hexID is an id as EC2 makes them: a prefix and 17 hexadecimal digits.
func hexID(rng *rand.Rand, prefix string) string {
	return prefix + fmt.Sprintf("%016x", rng.Uint64()) + string("0123456789abcdef"[rng.IntN(16)])
}

// evolve gives the estate of a later day: of every twenty instances two are
// set anew, one is gone and one is added. Regions take the next region case
// now and then, but never leave or join.
func evolve(e *Estate) *Estate {
	out := &Estate{Partition: e.Partition, seed: e.seed, Step: e.Step + 1, next: e.next}
	for k, a := range e.Accounts {
		rng := rand.New(rand.NewPCG(e.seed+uint64(out.Step)<<32, uint64(k)))
		b := *a
		b.Regions = nil
		for _, r := range a.Regions {
			b.Regions = append(b.Regions, r.evolve(rng))
		}
		b.carryOn(a, rng)
		out.Accounts = append(out.Accounts, &b)
	}
	return out
}

func (r *Region) evolve(rng *rand.Rand) *Region {
	out := &Region{Account: r.Account, Name: r.Name, OptIn: r.OptIn, Case: r.Case, Want: r.Want, Refuses: r.Refuses, defaults: r.Defaults(), Net: r.Network(), kind: r.kind, taken: map[string]bool{}}
	out.retake(r.list)
	if c := regionCases[rng.IntN(len(regionCases))]; rng.IntN(4) == 0 && r.Enabled() && c.OptIn != NotOptedIn {
		out.Case, out.Want, out.defaults = c.Name, c.Want, c.Defaults
	}
	var joined []Instance
	for n := range r.Len() {
		i := r.Instance(n)
		switch rng.IntN(20) {
		case 0: // gone
			continue
		case 1, 2: // set anew
			i = out.remade(i, cases[rng.IntN(len(cases))], rng)
		case 3: // joined by another
			j := instanceOf(cases[rng.IntN(len(cases))], out, rng)
			j.Reservation = hexID(rng, "r-")
			joined = append(joined, j)
		}
		out.list = append(out.list, i)
	}
	out.list = append(out.list, joined...)
	return out
}

// remade is the same instance in another case. What is over stays over.
func (r *Region) remade(i Instance, c Case, rng *rand.Rand) Instance {
	if i.State == "terminated" || i.State == "shutting-down" {
		return i
	}
	if i.Scene != nil {
		return i // its network and its state are the scene's
	}
	i.Case, i.Want, i.Options, i.Operator, i.State = c.Name, c.Want, c.Options, c.Operator, c.State
	if c.State == "" {
		i.State = "running"
	}
	i.Interfaces, i.Groups = nil, nil
	if !c.Bare {
		r.settle(&i, rng)
	}
	i.Tags = slices.Clip(tagsOf(c, services[rng.IntN(len(services))], stages[rng.IntN(len(stages))], rng))
	return i
}
