package sim

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
)

// mostTogether is how many instances of a scene share its VPC.
const mostTogether = 40

// sceneRegions are the regions of an account for scenes: one of each kind, and
// open ones beyond that.
func (in *Intent) sceneRegions(account string) []*Region {
	var out []*Region
	for k := range in.Regions {
		kind := sceneKinds[0]
		if k < len(sceneKinds) {
			kind = sceneKinds[k]
		}
		r := newRegion(account, regionNames[k], regionCases[2])
		r.OptIn, r.kind, r.Refuses = NotRequired, kind.name, kind.refuses
		r.Net.BlockPublicAccess.InternetGatewayBlockMode = kind.mode
		if kind.mode != "off" {
			r.Net.BlockPublicAccess.State = "update-complete"
		}
		out = append(out, r)
	}
	return out
}

// moreOpen is how many regions of the open kind there are beside the first,
// where nothing else is wanted.
const moreOpen = 3

// A stand is a scene in a region that fits it.
type stand struct {
	scene  *Scene
	region *Region
	turn   int // how many stands of the scene come before it
}

// stage spreads the instances of an account over the scenes and the regions
// that fit them, each scene once before any is there twice.
func (in *Intent) stage(a *Account, rng *rand.Rand) {
	for _, r := range a.Regions {
		r.houses(1, rng)
	}
	var stands []stand
	for _, s := range in.Scenes {
		fit := slices.DeleteFunc(slices.Clone(a.Regions), func(r *Region) bool { return r.kind != s.kind() })
		rng.Shuffle(len(fit), func(i, j int) { fit[i], fit[j] = fit[j], fit[i] })
		for turn, r := range fit {
			stands = append(stands, stand{s, r, turn})
		}
	}
	slices.SortStableFunc(stands, func(x, y stand) int { return x.turn - y.turn })
	stands = stands[:min(len(stands), in.Instances)]
	for k, s := range stands {
		for n := in.Instances*(k+1)/len(stands) - in.Instances*k/len(stands); n > 0; n -= mostTogether {
			s.fill(min(n, mostTogether), k, rng)
		}
	}
	for _, r := range a.Regions {
		rng.Shuffle(len(r.list), func(i, j int) { r.list[i], r.list[j] = r.list[j], r.list[i] })
		r.unencrypted(everyTenth)
	}
}

func (s *Scene) kind() string {
	if s.Where == "" {
		return sceneKinds[0].name
	}
	return s.Where
}

// fill builds the scene once and puts n instances into it.
func (s stand) fill(n, k int, rng *rand.Rand) {
	g := ground{s.region, rng}
	at := g.site(fmt.Sprintf("scene-%d", k), k)
	s.scene.build(at)
	c := at.cases(rng)
	for range n {
		i := instanceOf(Case{Name: c.Name, State: c.State, Options: c.Options, Want: c.Want, Tags: c.Tags, Only: c.Only, Operator: c.Operator, Bare: true}, s.region, rng)
		i.Reservation, i.Scene = hexID(rng, "r-"), s.scene
		at.instance(&i)
		s.region.list = append(s.region.list, i)
	}
}

// cases picks how the metadata service is set: that cannot matter here.
func (s *site) cases(rng *rand.Rand) Case {
	fit := map[string]string{"stopped": "token required, stopped", "terminated": "terminated, well set"}
	if name, ok := fit[s.state]; ok {
		return caseNamed(name)
	}
	var ok []Case
	for _, c := range cases {
		if c.State == "" && !c.Bare && c.Operator == "" {
			ok = append(ok, c)
		}
	}
	return ok[rng.IntN(len(ok))]
}

// prefixAround is a block of 80 bits that an address lies in.
func prefixAround(a string) string {
	return netip.PrefixFrom(netip.MustParseAddr(a), 80).Masked().String()
}

// An ExposureOf is the true answer about one instance, for both families.
type ExposureOf struct {
	UID    string
	Scene  string // "" for the ordinary kind
	V4, V6 Reach
}

// ExpectedExposure lists who is reached from the internet, by uid, for every
// instance that can be seen and is neither over nor of an unknown state.
// Instances of the ordinary kind are never reached.
func (e *Estate) ExpectedExposure() []ExposureOf {
	var out []ExposureOf
	for _, a := range e.Accounts {
		for _, r := range a.Regions {
			if !r.Enabled() || r.Refused(DescribeInstances) {
				continue
			}
			for k := range r.Len() {
				i := r.Instance(k)
				if x, ok := i.exposure(); ok {
					x.UID = e.InstanceUID(a.ID, r.Name, i.ID)
					out = append(out, x)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b ExposureOf) int {
		if a.UID < b.UID {
			return -1
		}
		return 1
	})
	return out
}

func (i *Instance) exposure() (ExposureOf, bool) {
	switch {
	case len(i.Interfaces) == 0 || i.State != "running" && i.State != "stopped":
		return ExposureOf{}, false
	case i.Scene != nil:
		return ExposureOf{Scene: i.Scene.Name, V4: i.Scene.V4.in(i.State), V6: i.Scene.V6.in(i.State)}, true
	}
	w := &i.Interfaces[0]
	v4, v6 := Reach{Public: No}, Reach{Public: No}
	if w.Public != "" {
		v4.Public = Yes
		if w.IPv6 != "" {
			v6.Public = Yes
		}
	}
	v4.State, v6.State = Internal, Internal
	return ExposureOf{V4: v4.in(i.State), V6: v6.in(i.State)}, true
}

// in is what a reach comes to if the instance is in a state.
func (r Reach) in(state string) Reach {
	if state == "stopped" && r.State != Isolated {
		return Reach{State: Isolated, Latent: r.State == Reachable || r.State == ViaLB, Public: r.Public}
	}
	return r
}
