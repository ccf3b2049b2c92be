package ibmestate_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/sim/ibmestate"
)

func estates() map[string]*ibmestate.Estate {
	return map[string]*ibmestate.Estate{
		"demo": ibmestate.Demo(), "corners": ibmestate.Corners(), "identities": ibmestate.Identities(),
		"generated": ibmestate.Generate(ibmestate.Intent{Seed: 5, Accounts: 2, Regions: 3, Instances: 6100}),
	}
}

// told is what an estate says of its workloads.
func told(e *ibmestate.Estate) []string {
	var out []string
	for r, s := range e.Workloads() {
		b, err := json.Marshal(s.Want)
		if err != nil {
			panic(err)
		}
		line := fmt.Sprint(r.Name, s.CRN, s.Name, s.Metadata, s.Power(), s.Stale(), string(b))
		for _, x := range s.Becomes() {
			line += x.Profile.CRN + x.Mechanism()
		}
		out = append(out, line)
	}
	return out
}

func TestTheSameIntentGivesTheSameEstate(t *testing.T) {
	t.Parallel()
	again := estates()
	for name, e := range estates() {
		if a, b := told(e), told(again[name]); !slices.Equal(a, b) || len(a) == 0 {
			t.Error(name)
		}
	}
	other := ibmestate.Generate(ibmestate.Intent{Seed: 6, Accounts: 2, Regions: 3, Instances: 6100})
	if slices.Equal(told(other), told(again["generated"])) {
		t.Error("another seed gives the same")
	}
}

func TestNoTwoThingsHaveOneID(t *testing.T) {
	t.Parallel()
	for name, e := range estates() {
		ids := map[string]string{}
		add := func(kind, id string) {
			if was, twice := ids[id]; twice {
				t.Errorf("%s: a %s and a %s are both %s", name, was, kind, id)
			}
			ids[id] = kind
		}
		for r, s := range e.Workloads() {
			add("server", s.ID)
			for _, i := range s.Interfaces {
				add("interface of "+r.Name, i.ID)
			}
		}
		for _, a := range e.Accounts {
			for _, r := range a.Regions {
				addresses := map[string]bool{}
				for n := range r.FloatingLen() {
					f := r.Floating(n)
					add("floating IP", f.ID)
					if addresses[f.Address] {
						t.Error(name, f.Address, "twice")
					}
					addresses[f.Address] = true
				}
				for _, g := range r.SecurityGroups {
					add("group", g.ID)
					for _, x := range g.Rules {
						add("rule", x.ID)
					}
				}
				for _, x := range r.ACLs {
					add("ACL", x.ID)
				}
				for _, x := range r.Subnets {
					add("subnet", x.ID)
				}
				for _, v := range r.VPCs {
					add("VPC", v.ID)
					for _, x := range v.Tables {
						add("table", x.ID)
					}
				}
			}
			for _, p := range a.Profiles {
				add("profile", p.ID)
				for _, l := range p.AllLinks() {
					add("link", l.ID)
				}
			}
			for _, p := range a.Policies {
				add("policy", p.ID)
			}
		}
	}
}

func TestServersAreFoundByTheirIDs(t *testing.T) {
	t.Parallel()
	for name, e := range estates() {
		for r, s := range e.Workloads() {
			found := r.Find(s.ID)
			if s.Bare {
				found = r.FindBare(s.ID)
			}
			if found == nil || found.Name != s.Name {
				t.Fatal(name, s.Name)
			}
		}
		if r := e.Accounts[0].Regions[0]; r.Find("0717_nobody") != nil || r.Find("0717_00000000-0000-4000-8000-00ffffffffff") != nil {
			t.Error(name, "finds nobody")
		}
	}
}

func TestGroupsAndInterfacesNameEachOther(t *testing.T) {
	t.Parallel()
	for name, e := range estates() {
		worn := map[string]int{}
		for _, s := range e.Workloads() {
			for _, i := range s.Interfaces {
				for _, g := range i.Groups {
					worn[g.ID+i.ID]++
				}
			}
		}
		for _, a := range e.Accounts {
			for _, r := range a.Regions {
				for _, g := range r.SecurityGroups {
					for n := range g.TargetLen() {
						if x := g.Target(n); x.Server != nil {
							worn[g.ID+x.Interface.ID]--
						}
					}
				}
			}
		}
		for pair, n := range worn {
			if n != 0 {
				t.Error(name, pair, n)
			}
		}
	}
}

func TestEveryCornerStandsOnce(t *testing.T) {
	t.Parallel()
	e := ibmestate.Corners()
	seen := map[string]int{}
	for _, s := range e.Workloads() {
		seen[s.Want.Scene]++
	}
	for n, s := range ibmestate.Scenes() {
		if seen[s.Name] != 1 || e.ServerOf(s) == nil {
			t.Error(s.Name, seen[s.Name])
		}
		if prefix := fmt.Sprintf("B%d ", n+1); n < 19 && s.Name[:len(prefix)] != prefix {
			t.Errorf("scene %d is %q", n+1, s.Name)
		}
		w := s.Want
		if public := w.State == ibmestate.Reachable || w.State == ibmestate.Restricted || w.State == ibmestate.ViaLB; public != (len(w.Open) > 0) || public && !w.Public {
			t.Errorf("%s: %+v", s.Name, w)
		}
	}
}

func TestIdentityScenesBecomeWhatTheySay(t *testing.T) {
	t.Parallel()
	e := ibmestate.Identities()
	for _, s := range ibmestate.IdentityScenes() {
		x := e.ServerOfIdentity(s)
		if x == nil {
			t.Error(s.Name)
			continue
		}
		var names []string
		for _, b := range x.Becomes() {
			names = append(names, b.Profile.Name)
		}
		if !slices.Equal(names, s.Profiles) || x.Power() != s.Power || x.Stale() != s.Stale {
			t.Errorf("%s: %v %s %v", s.Name, names, x.Power(), x.Stale())
		}
	}
}

func TestTheDemosWayToDisaster(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	s := e.Named("web-1")
	b := s.Becomes()
	if len(b) != 1 || b[0].Mechanism() != "claim_rule" || b[0].Profile.Power != ibmestate.Admin || s.Metadata != (ibmestate.Metadata{Enabled: true, Protocol: "http", HopLimit: 1}) {
		t.Error(b)
	}
	if got := s.Want.OpenToAny("tcp"); s.Want.State != ibmestate.Reachable || !slices.Equal(got, [][2]int{{443, 443}, {22, 22}}) || s.Want.OpenToAny("udp") != nil {
		t.Error(s.Want)
	}
	for name, x := range map[string]struct{ state, power string }{
		"api-1": {ibmestate.ViaLB, ibmestate.Write}, "jump-1": {ibmestate.Restricted, ibmestate.Limited}, "db-1": {ibmestate.Internal, ibmestate.None}, "old-import": {ibmestate.Internal, ibmestate.Admin},
		"parked-1": {ibmestate.Isolated, ibmestate.None}, "reports-1": {ibmestate.Internal, ibmestate.DataRead}, "ci-1": {ibmestate.Internal, ibmestate.Write}, "metal-2": {ibmestate.Internal, ibmestate.Limited}, "lab-1": {ibmestate.Reachable, ibmestate.None},
	} {
		if s := e.Named(name); s.Want.State != x.state || s.Power() != x.power {
			t.Error(name, s.Want.State, s.Power())
		}
	}
}

func TestASmallEstateHasEveryKind(t *testing.T) {
	t.Parallel()
	e := ibmestate.Generate(ibmestate.Intent{Seed: 3, Regions: 1, Instances: 20})
	kinds := map[string]int{}
	for _, s := range e.Workloads() {
		kinds[s.Name[:strings.IndexByte(s.Name, '-')]]++
	}
	if len(kinds) != 10 {
		t.Error(kinds)
	}
}

func TestAGeneratedFleetIsNotHeld(t *testing.T) {
	in := ibmestate.Intent{Seed: 1, Regions: 3, Instances: 300_000}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	e := ibmestate.Generate(in)
	runtime.GC()
	runtime.ReadMemStats(&after)
	n := 0
	for _, a := range e.Accounts {
		for _, r := range a.Regions {
			n += r.Len()
		}
	}
	if each := int64(after.HeapAlloc-before.HeapAlloc) / int64(n); n != in.Instances || each > 60 {
		t.Errorf("%d servers, %d bytes each", n, each)
	}
	runtime.KeepAlive(e)
}
