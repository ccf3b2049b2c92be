package sim

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEverySceneHasAConsistentAnswer(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, s := range Scenes() {
		if names[s.Name] {
			t.Errorf("two scenes are named %q", s.Name)
		}
		names[s.Name] = true
		for family, r := range map[string]Reach{"IPv4": s.V4, "IPv6": s.V6} {
			if d := cmp.Diff(worded(r), worded(Reach{State: stateOf(r), Open: r.Open})); d != "" && r.State != "" {
				t.Errorf("%s, %s: %s", s.Name, family, d)
			}
			for _, o := range r.Open {
				if o.Return == Partial != (o.ClientPorts != nil) || o.From > o.To || o.FrontTo-o.FrontFrom != o.To-o.From || o.AnySource == No && o.Sources == nil {
					t.Errorf("%s, %s: %+v", s.Name, family, o)
				}
			}
		}
	}
	for _, number := range strings.Fields("A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24 A25 A26 A27 A28 A29 A30 A31 A32 A33 A34 A35") {
		if !slices.ContainsFunc(Scenes(), func(s *Scene) bool { return strings.HasPrefix(s.Name, number+" ") }) {
			t.Error("no scene ", number)
		}
	}
}

func worded(r Reach) string { return r.State }

// stateOf is the word that the openings of a running instance come to. Where
// something is unknown, or nothing runs, there are none to go by.
func stateOf(r Reach) string {
	if r.State == Isolated || r.State == Uncertain {
		return r.State
	}
	has := func(any string, balanced bool) bool {
		return slices.ContainsFunc(r.Open, func(o Opening) bool {
			return o.AnySource == any && o.Balanced == balanced && o.Return != OneWay
		})
	}
	switch {
	case has(Yes, false):
		return Reachable
	case has(Yes, true):
		return ViaLB
	case has(No, false), has(No, true):
		return Restricted
	default:
		return Internal
	}
}

func TestEverySceneStandsInEveryAccount(t *testing.T) {
	t.Parallel()
	e := Generate(Intent{Seed: 1, Accounts: 2, Scenes: Scenes(), Instances: 5000})
	for _, a := range e.Accounts {
		n, of, vpcs := 0, map[*Scene]int{}, map[string]bool{}
		for _, r := range a.Regions {
			dangling(t, r)
			for k := range r.Len() {
				i := r.Instance(k)
				n++
				of[i.Scene]++
				vpcs[i.VPC] = true
			}
		}
		if n != 5000 || len(of) != len(Scenes()) || len(vpcs) > 500 {
			t.Errorf("%d instances in %d of %d scenes and %d VPCs", n, len(of), len(Scenes()), len(vpcs))
		}
	}
	if got, want := len(e.ExpectedExposure()), len(seenIn(e)); got != want {
		t.Errorf("%d answers for %d instances", got, want)
	}
}

// seenIn are the instances that carry an answer: those that are not over.
func seenIn(e *Estate) []string {
	var out []string
	for uid, i := range all(e) {
		if i.State != "terminated" {
			out = append(out, uid)
		}
	}
	return out
}

// dangling fails if an instance names what its region does not have. Groups of
// another account are told to nobody.
func dangling(t *testing.T, r *Region) {
	t.Helper()
	known, addresses := map[string]bool{}, map[string]bool{}
	for _, v := range r.Net.VPCs {
		known[v.VpcId] = true
	}
	for _, s := range r.Net.Subnets {
		known[s.SubnetId], known[s.SubnetId+" in "+s.VpcId] = true, true
	}
	for _, g := range r.Net.SecurityGroups {
		known[g.GroupId+" "+g.GroupName] = true
	}
	for k := range r.Len() {
		i := r.Instance(k)
		for _, w := range i.Interfaces {
			for _, g := range w.Groups {
				if !known[g.ID+" "+g.Name] && g.Name != "of-another-account" {
					t.Errorf("%s: no group %v", i.ID, g)
				}
			}
			if !known[i.VPC] || !known[w.Subnet+" in "+i.VPC] || len(w.Groups) == 0 {
				t.Errorf("%s: no subnet %s in %s, or no groups", i.ID, w.Subnet, i.VPC)
			}
			for _, a := range []string{i.VPC + " " + w.Private, w.Public} {
				if addresses[a] && a != "" {
					t.Errorf("%s: %s is somebody else's", i.ID, a)
				}
				addresses[a] = true
			}
		}
		if len(i.Interfaces) > 0 && !cmp.Equal(i.Groups, i.Interfaces[0].Groups) {
			t.Errorf("%s: its groups are not those of its first interface", i.ID)
		}
	}
}

func TestNothingDangles(t *testing.T) {
	t.Parallel()
	generated := Generate(Intent{Seed: 4, Instances: 500})
	scenes := Generate(Intent{Seed: 4, Scenes: Scenes(), Instances: 500})
	for _, e := range []*Estate{generated, generated.Next(), scenes, scenes.Next(), Demo(), Demo().Next(), Big(3000)} {
		for _, a := range e.Accounts {
			for _, r := range a.Regions {
				dangling(t, r)
			}
		}
	}
}

func TestSceneStaysWhatItIs(t *testing.T) {
	t.Parallel()
	before := Generate(Intent{Seed: 2, Scenes: Scenes(), Instances: 400})
	was := map[string]ExposureOf{}
	for _, x := range before.ExpectedExposure() {
		was[x.UID] = x
	}
	both := 0
	for _, x := range before.Next().ExpectedExposure() {
		if w, ok := was[x.UID]; ok {
			both++
			if d := cmp.Diff(w, x); d != "" {
				t.Error(d)
			}
		}
	}
	if both < 300 {
		t.Errorf("%d instances of 400 are there on the next day", both)
	}
}
