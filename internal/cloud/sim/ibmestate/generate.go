package ibmestate

import "fmt"

// An Intent says what kind of estate is wanted. The same intent always gives
// the same estate.
type Intent struct {
	Seed      uint64
	Accounts  int // 0 is one
	Regions   int // of each account; 0 is three, eleven is the most
	Instances int // of each account, spread over its regions
}

// A cellKind is what the servers of a cell were meant to be.
type cellKind struct {
	name   string
	status string
	float  bool // each has a floating IP
	legacy bool // of the older kind, without VNIs
	linked bool // each was made with a default profile, and is linked to it
	claims bool // a claim rule of their subnet lets them take a profile on
	group  bool // an instance group launched them
	rules  func() []*Rule
	want   Want
}

func fromInside() []*Rule { return []*Rule{inward("tcp", 8080, 8080, "10.0.0.0/8"), outward()} }
func fromOffice() []*Rule { return []*Rule{inward("tcp", 22, 22, office), outward()} }
func web() []*Rule        { return []*Rule{inward("tcp", 443, 443, anywhere), outward()} }
func webAndShell() []*Rule {
	return []*Rule{inward("tcp", 443, 443, anywhere), inward("tcp", 22, 22, anywhere), outward()}
}
func shell() []*Rule { return []*Rule{inward("tcp", 22, 22, anywhere), outward()} }

// cellKinds come in this order, once in every fifty cells. The other forty are of
// those that stand inside: large estates have most of their
// servers inside.
var cellKinds = []*cellKind{
	{name: "app", status: "running", rules: fromInside, want: apart},
	{name: "web", status: "running", float: true, rules: web, want: reachable(world("tcp", 443, 443))},
	{name: "reader", status: "running", claims: true, rules: fromInside, want: apart},
	{name: "builder", status: "running", linked: true, rules: fromInside, want: apart},
	{name: "old", status: "running", legacy: true, rules: fromInside, want: apart},
	{name: "group", status: "running", group: true, rules: fromInside, want: apart},
	{name: "open", status: "running", float: true, claims: true, rules: webAndShell, want: reachable(world("tcp", 443, 443), ssh)},
	{name: "private", status: "running", rules: shell, want: apart},
	{name: "jump", status: "running", float: true, rules: fromOffice, want: restricted(ssh.chosen(office))},
	{name: "parked", status: "stopped", rules: fromInside, want: dark},
}

var (
	machines = []string{"bx2-2x8", "bx2-4x16", "cx2-2x4", "mx2-8x64"}
	settings = []Metadata{
		{false, "http", 1}, {false, "http", 1}, {true, "https", 1}, {true, "https", 1}, {true, "https", 1}, {true, "http", 1}, {true, "http", 1}, {true, "http", 2}, {true, "https", 3}, {false, "https", 64},
	}
)

// The profiles of the fleets.
const (
	linkedProfile = "fleet-builder"
	claimProfile  = "fleet-reader"
)

func (a *Account) fleetProfile(name string) *Profile {
	for _, p := range a.Profiles {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Generate makes an estate from intent.
func Generate(in Intent) *Estate {
	in.Accounts = max(in.Accounts, 1)
	if in.Regions == 0 {
		in.Regions = 3
	}
	in.Regions = min(in.Regions, len(regionNames))
	e := &Estate{}
	for n := range in.Accounts {
		a := newAccount(accountID(in.Seed, n), fmt.Sprintf("account-%d", n+1))
		a.grant(a.profile(linkedProfile), objectWriter)
		a.grant(a.profile(claimProfile), secretReader)
		a.tracks(regionNames[0].name, "success")
		for k := range in.Regions {
			r := a.region(regionNames[k].name)
			share := in.Instances*(k+1)/in.Regions - in.Instances*k/in.Regions
			r.people(share, n*in.Regions+k, in.Seed)
		}
		e.Accounts = append(e.Accounts, a)
	}
	if in.Accounts > 1 {
		e.enterprise()
	}
	return e
}

// accountID is an id as accounts have them.
func accountID(seed uint64, n int) string {
	return fmt.Sprintf("%016x%016x", mix(seed+1), mix(seed^uint64(n+1)<<32))
}

// cellsPerVPC is how many cells stand in one VPC.
const cellsPerVPC = 20

// kindOf is what the cell of a number was meant to be.
func kindOf(number int) *cellKind {
	if k := number % (5 * len(cellKinds)); k < len(cellKinds) {
		return cellKinds[k]
	}
	return cellKinds[[]int{0, 2, 5}[number%3]]
}

// people puts n servers into the region.
func (r *Region) people(n, at int, seed uint64) {
	r.image()
	r.sshKey("operators")
	r.private("golden", "metadata_service.enabled == false || metadata_service.protocol == 'https'")
	r.backup("daily", "daily-0300")
	f := &fleet{region: r, at: at, seed: seed, n: n, size: min(mostInCell, max(1, n/len(cellKinds))), changed: map[int]Metadata{}}
	r.fleet = f
	var v *VPC
	for k := 0; k*f.size < n; k++ {
		if k%cellsPerVPC == 0 {
			v = r.vpc(fmt.Sprintf("vpc-%d", k/cellsPerVPC+1))
			r.flowLog(v.Name + "-flows").VPC = v
		}
		f.add(v, k)
	}
}

func (f *fleet) add(v *VPC, number int) {
	a, k := f.region.Account, kindOf(number)
	c := &cell{fleet: f, number: number, kind: k}
	name := fmt.Sprintf("%s-%d", k.name, number)
	c.subnet = v.subnet(name, 1+number%3)
	c.group = v.group(name, k.rules()...)
	c.group.cell = c
	f.cells = append(f.cells, c)
	if k.float {
		f.afloat = append(f.afloat, c)
	}
	if k.group {
		t := c.subnet.template(name, c.group, &Metadata{true, "https", 1}, "#cloud-config\npackages: [nginx]\n")
		c.member = t.launch(name, 0)
		c.member.Count = c.size()
	}
	if k.linked {
		p := a.fleetProfile(linkedProfile)
		p.fleets = append(p.fleets, c)
	}
	if k.claims {
		who, says := inSubnet(c.subnet)
		a.fleetProfile(claimProfile).trust(f.region.Name+"-"+name, "VSI", who, Condition{"region", "EQUALS", quoted(f.region.Name)}, says)
	}
}
