package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	own "plumbline/internal/house"
)

// truthIBM are the estates whose servers are held against their answers.
func truthIBM() map[string]*ibmestate.Estate {
	return map[string]*ibmestate.Estate{
		"demo": ibmestate.Demo(), "corners": ibmestate.Corners(), "identities": ibmestate.Identities(),
		"five thousand servers": ibmestate.Generate(ibmestate.Intent{Seed: 11, Regions: 3, Instances: 5000}),
	}
}

// Of servers in networks and with trusted profiles of every kind, and of five
// thousand in large VPCs, all is told as their makers meant it: the metadata
// service, how they are reached, who they may become, and what that is worth.
func TestServersInIBMCloudAreToldAsTheyAre(t *testing.T) {
	t.Parallel()
	set := rules(t)
	for name, e := range truthIBM() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := serveIBM(t, e)
			h := newTruthsIBM(t)
			for _, a := range e.Accounts {
				k := newThings()
				runScanOf(t, "ibm", liveIBM(t, l, a, now()), set, 0, k)
				there := 0
				for r, s := range e.Workloads() {
					if r.Account == a {
						there++
						h.hold(s, k.workloads[s.CRN])
					}
				}
				if there != len(k.workloads) {
					t.Errorf("%s: %d servers are there, and %d were seen", a.Name, there, len(k.workloads))
				}
			}
			h.end()
		})
	}
}

// truthsIBM counts, question by question, what was held against the answers.
type truthsIBM struct {
	metadata, exposure, openings, profiles, power *against
	perhaps                                       map[string][]string // by identity scene
}

func newTruthsIBM(t *testing.T) *truthsIBM {
	about := func(what string) *against { return &against{t: t, what: what} }
	h := &truthsIBM{about("metadata"), about("exposure"), about("opening"), about("profile"), about("power"), map[string][]string{}}
	for _, s := range ibmestate.IdentityScenes() {
		h.perhaps[s.Name] = s.Perhaps
	}
	return h
}

func (h *truthsIBM) end() {
	for _, of := range []*against{h.metadata, h.exposure, h.openings, h.profiles, h.power} {
		of.end()
	}
}

func (h *truthsIBM) hold(s *ibmestate.Server, w *estate.Workload) {
	if w == nil {
		h.metadata.lacks(s.CRN, s.Name)
		return
	}
	of := s.Name + ", " + s.Want.Scene
	h.metadata.is(w.UID, of, settingsWanted(s), settingsFound(w))
	h.exposed(s, w, of)
	h.identity(s, w, of)
}

func settingsWanted(s *ibmestate.Server) string {
	hops := fmt.Sprint(s.Metadata.HopLimit)
	if s.Bare {
		hops = "unknown" // bare metal has none
	}
	protocol := s.Metadata.Protocol
	if protocol != "http" && protocol != "https" {
		protocol = "unknown" // one that nobody knows yet
	}
	return fmt.Sprintf("%s %s %s hops", map[bool]string{true: "enabled", false: "disabled"}[s.Metadata.Enabled], protocol, hops)
}

func settingsFound(w *estate.Workload) string {
	return fmt.Sprintf("%s %s %s hops", word(w.Metadata.Endpoint), word(w.Metadata.Protocol), factWord(w.Metadata.HopLimit))
}

func (h *truthsIBM) exposed(s *ibmestate.Server, w *estate.Workload, of string) {
	x := &w.Exposure
	latent, spoofing := fmt.Sprint(s.Want.Latent), "false"
	if s.Want.State == ibmestate.Uncertain {
		// What a server is reached by that runs, or does not, may be both.
		latent = factWord(x.Latent)
	}
	for _, i := range s.Interfaces {
		if i.Spoofing {
			spoofing = "true"
		}
	}
	h.exposure.is(w.UID, of+why(x.Internet), s.Want.State, word(x.Internet))
	h.exposure.is(w.UID, of+", public"+why(x.Public), fmt.Sprint(s.Want.Public), factWord(x.Public))
	h.exposure.is(w.UID, of+", latent"+why(x.Latent), latent, factWord(x.Latent))
	h.exposure.is(w.UID, of+", sends from other addresses", spoofing, factWord(x.Spoofing))
	if s.Want.State != ibmestate.Isolated {
		h.openings.is(w.UID, of, strings.Join(openIBM(s), "\n     "), strings.Join(foundIBM(s, w), "\n     "))
	}
}

func openIBM(s *ibmestate.Server) (all []string) {
	for _, o := range s.Want.Open {
		all = append(all, fmt.Sprintf("%s %d-%d front %d-%d %s %s any %v balanced %v", o.Protocol, o.From, o.To, o.FrontFrom, o.FrontTo, o.Layer, o.Return, o.Any, o.Balanced))
	}
	slices.Sort(all)
	return all
}

// foundIBM are the openings that are there for certain, and, of a server of
// which nothing should be in doubt, the others.
func foundIBM(s *ibmestate.Server, w *estate.Workload) (all []string) {
	doubtful := s.Want.Perhaps || s.Want.State == ibmestate.Uncertain
	for _, o := range w.Exposure.Open.Items() {
		if !o.AnySource.Known() && doubtful {
			continue
		}
		if strings.ContainsAny(o.Protocol, ",-") {
			o.Protocol = ibmestate.Others
		}
		all = append(all, fmt.Sprintf("%s %d-%d front %d-%d %s %s any %s balanced %v", o.Protocol, o.From, o.To, o.FrontFrom, o.FrontTo, o.Layer, o.Return, factWord(o.AnySource), o.Via != ""))
	}
	slices.Sort(all)
	return all
}

// timed is the scene whose grant holds at certain hours: it is worth what it
// gives at most, and nothing for certain.
const timed = "linked, to write in the hours of work"

func (h *truthsIBM) identity(s *ibmestate.Server, w *estate.Workload, of string) {
	id, may := &w.Identity, s.Becomes()
	perhaps := h.perhaps[s.Want.Scene]
	h.profiles.is(w.UID, of, strings.Join(waysWanted(may), "\n     "), strings.Join(waysFound(id.Profiles), "\n     "))
	count, least, most := fmt.Sprint(len(may)), s.Power(), s.Power()
	switch {
	case len(perhaps) > 0: // what nobody documents is not known
		count, most = "unknown", "unknown"
	case s.Want.Scene == timed:
		least, most = ibmestate.None, cmp.Or(most, least)
	}
	h.profiles.is(w.UID, of+", how many", count, factWord(id.Count))
	h.profiles.is(w.UID, of+", its default is stale", fmt.Sprint(s.Stale()), factWord(id.Stale))
	h.power.is(w.UID, of+why(id.Power), most, word(id.Power))
	h.power.is(w.UID, of+", at least", least, word(id.AtLeast))
}

// waysWanted are the ways to each profile. A default profile is one by its link,
// which is one too.
func waysWanted(may []ibmestate.Become) (all []string) {
	for _, b := range may {
		if b.Mechanism() == "default_profile" {
			all = append(all, b.Profile.CRN+" default_profile")
		}
		for _, l := range b.Links {
			all = append(all, b.Profile.CRN+" link "+l.Name)
		}
		for _, r := range b.Rules {
			all = append(all, b.Profile.CRN+" claim_rule "+r.Name)
		}
	}
	slices.Sort(all)
	return all
}

func waysFound(ways fact.List[estate.Becomes]) (all []string) {
	for _, b := range ways.Items() {
		line := b.Principal + " " + b.Mechanism
		if b.Mechanism != estate.ByDefault {
			line += " " + b.By
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return all
}

// Of every API key, of users and of service IDs in whatever group, it is told how
// old it is, when it was used, and whether it can be.
func TestAPIKeysInIBMCloudAreToldAsTheyAre(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	days := func(since time.Time) string { return fmt.Sprint(int64(at.Sub(since) / (24 * time.Hour))) }
	for name, e := range map[string]*ibmestate.Estate{"demo": ibmestate.Demo(), "corners": ibmestate.Corners()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, keys := serveIBM(t, e), &against{t: t, what: "API key"}
			for _, a := range e.Accounts {
				k := newThings()
				runScanOf(t, "ibm", liveIBM(t, l, a, at), rules(t), 0, k)
				for _, x := range a.APIKeys {
					got := k.credentials[x.CRN]
					if got == nil {
						keys.lacks(x.CRN, x.Name)
						continue
					}
					used := x.LastUsed
					if used.IsZero() {
						used = x.Created
					}
					keys.is(x.CRN, x.Name,
						fmt.Sprintf("%s days old, used %s days ago, active %v, ends %v", days(x.Created), days(used), !x.Disabled && (x.Expires.IsZero() || x.Expires.After(at)), !x.Expires.IsZero()),
						fmt.Sprintf("%s days old, used %s days ago, active %s, ends %s", factWord(got.Age), factWord(got.Idle), factWord(got.Active), factWord(got.Expires)))
				}
				if len(k.credentials) != len(a.APIKeys) {
					t.Errorf("%s: %d API keys are there, and %d were seen", a.Name, len(a.APIKeys), len(k.credentials))
				}
			}
			keys.end()
		})
	}
}

// Each rule of IBM Cloud fails and passes at least once in accounts that hold
// every case, where an owner attested that nothing needs the metadata service.
func TestEveryRuleOfIBMCloudFailsAndPasses(t *testing.T) {
	t.Parallel()
	set := rules(t)
	said := map[string]map[string]int{}
	estates := truthIBM()
	delete(estates, "five thousand servers")
	for _, e := range estates {
		l := serveIBM(t, e)
		for _, a := range e.Accounts {
			at := now()
			src := knowing{liveIBM(t, l, a, at), own.Known{LastScan: at, Attested: []string{own.MetadataUnneeded}}}
			for p, o := range runScanOf(t, "ibm", src, set, 0).of {
				if said[p.rule] == nil {
					said[p.rule] = map[string]int{}
				}
				said[p.rule][o.String()]++
			}
		}
	}
	for _, r := range set.Rules() {
		if r.Provider != "ibm" && r.ID != "XC-005" {
			continue
		}
		if said[r.ID]["pass"] == 0 || said[r.ID]["fail"] == 0 {
			t.Errorf("%s: the answers are %v; the simulator lacks a case", r.ID, said[r.ID])
		}
	}
}
