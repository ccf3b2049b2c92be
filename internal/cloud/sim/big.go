package sim

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
)

// A lazy region makes its instances when they are asked for: what an instance
// is follows from the seed and its position alone. Nothing is held for it but
// options that were modified.
type lazy struct {
	n      int
	seed   uint64
	zones  [3]string
	home   *home
	groups [][]Group
	tags   [][]Tag // harmless, shared by many
	cases  []Case
	images [4]string

	once     sync.Once
	members  map[string][]Member // of groups, by name
	template *TemplateRef        // that all were made from
}

// Big is one account with n instances in four regions, each instance about as
// long on the wire as a real one. Four of five are well set; the others are
// every case in turn.
func Big(n int) *Estate {
	e := &Estate{Partition: "aws", seed: 1, next: func(e *Estate) *Estate { return e }}
	a := newAccount("111122223333", "large")
	for k, name := range regionNames[:4] {
		r := newRegion(a.ID, name, regionCases[2])
		r.OptIn, r.changed = OptedIn, map[int]Options{}
		r.lazy = newLazy(n*(k+1)/4-n*k/4, mix(uint64(k)+77), r)
		a.Regions = append(a.Regions, r)
	}
	a.equipLarge()
	e.Accounts = []*Account{a}
	return e
}

func newLazy(n int, seed uint64, r *Region) *lazy {
	z := &lazy{n: n, seed: seed, cases: bigCases()}
	for i := range z.zones {
		z.zones[i] = r.Name + string(rune('a'+i))
	}
	g := ground{r, rand.New(rand.NewPCG(seed, 9))}
	z.home = g.estateWide()
	for k := range 32 {
		var gs []Group
		for tier := range 2 {
			s := g.group(z.home.vpc, fmt.Sprintf("%s-%s-tier-%d", services[k%8], stages[k%3], tier), onPorts("tcp", 443, 443, z.home.vpc.CidrBlock))
			gs = append(gs, Group{s.GroupId, s.GroupName})
		}
		z.groups = append(z.groups, gs)
	}
	for t := range uint64(128) {
		z.tags = append(z.tags, manyTags(t))
	}
	return z
}

// estateWide is one VPC for a whole large region: larger than AWS would make
// it, so that every instance finds a place in six subnets.
func (g ground) estateWide() *home {
	h := &home{vpc: g.vpc("main", "10.0.0.0/8", "")}
	_, acl := g.defaults(h.vpc)
	main, public := g.table(h.vpc, "private"), g.table(h.vpc, "public")
	for z := range 3 {
		h.public[z] = g.subnet(h.vpc, "public", z, fmt.Sprintf("10.%d.0.0/11", 32*z), "")
		h.private[z] = g.subnet(h.vpc, "private", z, fmt.Sprintf("10.%d.0.0/11", 128+32*z), "")
		h.public[z].MapPublicIpOnLaunch = true
		g.guard(acl, h.public[z], h.private[z])
	}
	g.serve(main)
	g.serve(public, h.public[:]...)
	public.route("0.0.0.0/0", g.gateway(h.vpc).InternetGatewayId)
	main.route("0.0.0.0/0", g.nat(h.public[0]).NatGatewayId)
	return h
}

func manyTags(t uint64) []Tag {
	service, stage := services[t%8], stages[t%3]
	out := []Tag{{"Name", fmt.Sprintf("%s-%s-%03d", service, stage, t)}}
	for _, k := range []string{"application", "environment", "service", "schedule", "backup-plan", "created-with", "release"} {
		out = append(out, Tag{k, fmt.Sprintf("%s-%s-%d", service, stage, mix(t)%1000)})
	}
	return append(out, Tag{"aws:autoscaling:groupName", service + "-" + stage + "-group"})
}

// bigCases are four well-set instances, then one that is not, and so on.
func bigCases() []Case {
	var out []Case
	for i, c := range cases {
		if c.Only || c.Bare {
			continue
		}
		if i > 0 {
			out = append(out, cases[0], cases[0], cases[0], cases[0])
		}
		out = append(out, c)
	}
	return out
}

// mix scatters a number over 64 bits (the finaliser of splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// digits appends the lowest n hexadecimal digits of x.
func digits(b []byte, x uint64, n int) []byte {
	for n--; n >= 0; n-- {
		b = append(b, "0123456789abcdef"[x>>(4*n)&15])
	}
	return b
}

// id carries the position in its last eight digits, so that an instance is
// found without a table.
func (z *lazy) id(prefix string, i int) string {
	b := append(make([]byte, 0, 22), prefix...)
	return string(digits(digits(b, mix(z.seed+uint64(i)), 9), uint64(uint32(i))^z.seed&0xffffffff, 8))
}

func (z *lazy) find(id string) int {
	if len(id) != 19 {
		return -1
	}
	x, err := strconv.ParseUint(id[11:], 16, 32)
	i := int(x ^ z.seed&0xffffffff)
	if err != nil || i >= z.n || z.id("i-", i) != id {
		return -1
	}
	return i
}

func (r *Region) large(n int) Instance {
	z := r.lazy
	h := mix(z.seed ^ uint64(n)<<1)
	c := &z.cases[n%len(z.cases)]
	zone := h % 3
	i := Instance{
		ID: z.id("i-", n), Reservation: z.id("r-", n), Case: c.Name, Want: c.Want, State: c.State, Options: c.Options, Operator: c.Operator,
		Type: types[h>>8%6], Image: z.images[h%4], Zone: z.zones[zone], VPC: z.home.vpc.VpcId, Key: "ops-prod",
		Profile: services[h>>16%8], Launched: epoch.Add(time.Duration(h%51840000) * time.Second),
		Groups: z.groups[h>>24%32], Tags: z.tags[h>>32%128], Volumes: []string{z.id("vol-", n)},
		UserData: largeUserData[h>>40%64], Usage: usageCases[h>>48%4].Name, Care: careCases[h>>56%3].Name, Power: largePowers[h>>16%8],
		index: n,
	}
	if c.State == "" {
		i.State = "running"
	}
	if len(c.Tags) > 0 {
		i.Tags = append(i.Tags[:len(i.Tags):len(i.Tags)], c.Tags...)
	}
	i.Interfaces = []Interface{z.wire(n, h)}
	r.mu.RLock()
	if o, ok := r.changed[n]; ok {
		i.Options = &o
	}
	r.mu.RUnlock()
	return i
}

func (z *lazy) wire(n int, h uint64) Interface {
	public, zone := h%4 == 0, int(h%3)
	at, net := z.home.private[zone], 128+32*zone
	if public {
		at, net = z.home.public[zone], 32*zone
	}
	ip := append(make([]byte, 0, 16), "10."...)
	ip = strconv.AppendInt(ip, int64(net+(n>>16&31)), 10)
	ip = strconv.AppendInt(append(ip, '.'), int64(n>>8&255), 10)
	ip = strconv.AppendInt(append(ip, '.'), int64(n&255), 10)
	mac := append(make([]byte, 0, 17), "02"...)
	for s := 0; s < 40; s += 8 {
		mac = digits(append(mac, ':'), h>>s, 2)
	}
	w := Interface{ID: z.id("eni-", n), Subnet: at.SubnetId, MAC: string(mac), Private: string(ip), Groups: z.groups[h>>24%32]}
	if public {
		w.Public = "198." + strconv.Itoa(18+(n>>16&1)) + "." + strconv.Itoa(n>>8&255) + "." + strconv.Itoa(n&255)
	}
	return w
}

func (r *Region) setLarge(n int, change func(*Options)) Options {
	i := r.large(n)
	o := *opt()
	if i.Options != nil {
		o = *i.Options
	}
	change(&o)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changed[n] = o
	r.changes++
	return o
}
