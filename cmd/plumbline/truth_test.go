package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/path"
	"plumbline/internal/snapshot"
)

// things keeps every object that was judged. It is a scan.Out.
type things struct {
	workloads   map[string]*estate.Workload
	templates   map[string]*estate.Template
	accounts    map[string]*estate.Account
	regions     map[string]*estate.AccountRegion
	credentials map[string]*estate.Credential
}

func newThings() *things {
	return &things{map[string]*estate.Workload{}, map[string]*estate.Template{}, map[string]*estate.Account{}, map[string]*estate.AccountRegion{}, map[string]*estate.Credential{}}
}

func (*things) Start(context.Context, *snapshot.Context) error { return nil }

func (k *things) Page(_ context.Context, _ []snapshot.Resource, res judge.Result) error {
	for _, o := range res.Objects {
		switch o := o.(type) {
		case *estate.Workload:
			k.workloads[o.UID] = o
		case *estate.Template:
			k.templates[o.UID] = o
		case *estate.Account:
			k.accounts[o.Account] = o
		case *estate.AccountRegion:
			k.regions[o.UID] = o
		case *estate.Credential:
			k.credentials[o.UID] = o
		}
	}
	return nil
}

func (k *things) End(ctx context.Context, _ *snapshot.Context, res judge.Result) error {
	return k.Page(ctx, nil, res)
}

// A tally of what was held against the answers that came with an estate.
type against struct {
	t                    *testing.T
	what                 string
	held, wrong, missing int
}

func (h *against) is(uid, of, want, got string) {
	h.held++
	if want != got {
		if h.wrong++; h.wrong <= 12 {
			h.t.Errorf("%s of %s (%s):\nwant %s\nis   %s", h.what, uid, of, want, got)
		}
	}
}

func (h *against) lacks(uid, of string) {
	if h.missing++; h.missing <= 5 {
		h.t.Errorf("%s of %s (%s) is missing", h.what, uid, of)
	}
}

func (h *against) end() {
	h.t.Logf("%s: %d held against their answers, %d wrong, %d missing", h.what, h.held, h.wrong, h.missing)
	if h.held == 0 {
		h.t.Errorf("%s: nothing was held against an answer", h.what)
	}
}

func word(f fact.Of[string]) string {
	if v, known := f.Get(); known {
		return v
	}
	return "unknown"
}

// why is the reason of what is not known.
func why[T any](f fact.Of[T]) string {
	if r := f.Why(); r != nil {
		return " (" + r.String() + ")"
	}
	return ""
}

// exposures holds who is reached against the answers of the estate.
func exposures(t *testing.T, e *sim.Estate, k *things) {
	h := &against{t: t, what: "exposure"}
	for _, x := range e.ExpectedExposure() {
		w := k.workloads[x.UID]
		if w == nil {
			h.lacks(x.UID, x.Scene)
			continue
		}
		if want := together(x.V4.State, x.V6.State); want != "" {
			h.is(x.UID, x.Scene+why(w.Exposure.Internet), want, word(w.Exposure.Internet))
		}
		for family, want := range map[string]sim.Reach{"ipv4": x.V4, "ipv6": x.V6} {
			if want.State != "" && want.State != sim.Uncertain {
				h.is(x.UID, x.Scene+" "+family, strings.Join(wantedOpenings(want), "\n     "), strings.Join(foundOpenings(w, family, want.Perhaps), "\n     "))
			}
		}
	}
	h.end()
}

// together is what both families come to: the worst of them.
func together(a, b string) string {
	order := []string{sim.Reachable, sim.ViaLB, sim.Uncertain, sim.Restricted, sim.Internal, sim.Isolated}
	if a == "" || b == "" {
		return ""
	}
	return order[min(slices.Index(order, a), slices.Index(order, b))]
}

// A span is a range of ports with what is true of it.
type span struct {
	what     string // protocol, layer, way, return
	any      string
	from, to int64
	shift    int64 // of the front port
}

func wantedOpenings(r sim.Reach) []string {
	if r.State == sim.Isolated || r.Latent {
		return nil
	}
	var all []span
	for _, o := range r.Open {
		all = append(all, span{what: kindOf(o.Protocol, o.Layer, o.Balanced, o.Return), any: o.AnySource, from: int64(o.From), to: int64(o.To), shift: int64(o.FrontFrom - o.From)})
	}
	return spell(all)
}

// foundOpenings are those of a workload; certain leaves out those that may be.
func foundOpenings(w *estate.Workload, family string, certain bool) []string {
	if s := word(w.Exposure.Internet); s == estate.Isolated {
		return nil
	}
	var all []span
	for _, o := range w.Exposure.Open.Items() {
		if _, known := o.AnySource.Get(); o.Family != family || certain && !known {
			continue
		}
		from := sim.Yes
		switch is, known := o.AnySource.Get(); {
		case !known:
			from = sim.Uncertain
		case !is:
			from = sim.No
		}
		all = append(all, span{what: kindOf(o.Protocol, o.Layer, o.Via != "", o.Return), any: from, from: o.From, to: o.To, shift: o.FrontFrom - o.From})
	}
	return spell(all)
}

func kindOf(protocol, layer string, balanced bool, back string) string {
	switch protocol {
	case "tcp", "udp", "icmp":
	case "icmpv6":
		protocol = "icmp" // facts tell both by one word
	default:
		protocol = "others"
	}
	if protocol == "icmp" || protocol == "others" {
		back = "" // replies of these are told in more than one way
	}
	way := "direct"
	if balanced {
		way = "balanced"
	}
	return strings.Join([]string{protocol, layer, way, back}, " ")
}

// spell tells which ports are open, in one form however they were cut: what is
// open to anybody is not told once more as open to a few.
func spell(all []span) []string {
	type group struct {
		what  string
		shift int64
	}
	ports := map[group]map[int64]string{}
	ends := map[int64]bool{}
	for _, s := range all {
		ends[s.from], ends[s.to+1] = true, true
	}
	edges := slices.Sorted(maps.Keys(ends))
	for _, s := range all {
		g := group{s.what, s.shift}
		if ports[g] == nil {
			ports[g] = map[int64]string{}
		}
		for _, at := range edges {
			if at >= s.from && at <= s.to && rank(s.any) > rank(ports[g][at]) {
				ports[g][at] = s.any
			}
		}
	}
	var lines []string
	for g, at := range ports {
		if strings.HasPrefix(g.what, "icmp") || strings.HasPrefix(g.what, "others") {
			lines = append(lines, g.what+" any "+at[0])
			continue
		}
		var open int64 = -1
		var is string
		flush := func(to int64) {
			if open >= 0 && is != "" {
				lines = append(lines, fmt.Sprintf("%s %d-%d front %+d any %s", g.what, open, to-1, g.shift, is))
			}
		}
		for _, edge := range edges {
			if now := at[edge]; now != is {
				flush(edge)
				open, is = edge, now
			}
		}
		flush(edges[len(edges)-1])
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func rank(word string) int { return slices.Index([]string{sim.No, sim.Uncertain, sim.Yes}, word) + 1 }

// powers holds what identities may do against the answers.
func powers(t *testing.T, e *sim.Estate, k *things) {
	h := &against{t: t, what: "power"}
	for _, x := range e.ExpectedPower() {
		w := k.workloads[x.UID]
		if w == nil {
			h.lacks(x.UID, x.Case)
			continue
		}
		h.is(x.UID, x.Case+why(w.Identity.Power), x.Level, word(w.Identity.Power))
		if x.Least != "" {
			h.is(x.UID, x.Case+", at least", x.Least, word(w.Identity.AtLeast))
		}
		var by []string
		for _, g := range w.Identity.Grants.Items() {
			by = append(by, g.Policy)
		}
		for _, policy := range x.By {
			if !slices.ContainsFunc(by, func(p string) bool { return p == policy || strings.HasSuffix(p, "/"+policy) }) {
				h.is(x.UID, x.Case+", by", policy, strings.Join(by, ", "))
			}
		}
	}
	h.end()
}

// secretsOf holds what is hidden in user data against the answers.
func secretsOf(t *testing.T, e *sim.Estate, k *things) {
	h := &against{t: t, what: "secrets"}
	refused := map[string]bool{}
	for _, g := range e.Gaps() {
		refused[g.Region] = refused[g.Region] || g.Action == "DescribeInstanceAttribute"
	}
	for _, x := range e.ExpectedSecrets() {
		w := k.workloads[x.UID]
		if w == nil || refused[w.Region] || ended(w) {
			continue // of a template, see the rules about templates; or not to be read
		}
		var want, got []string
		for _, f := range x.Finds {
			want = append(want, f.Kind+" in line "+strconv.Itoa(f.Line))
		}
		for _, s := range w.UserData.Secrets.Items() {
			got = append(got, s.Kind+" in line "+strconv.FormatInt(s.Line, 10))
		}
		slices.Sort(want)
		slices.Sort(got)
		gap := ""
		for _, r := range w.UserData.Secrets.Gaps() {
			gap = " (" + r.String() + ")"
		}
		h.is(x.UID, x.Case+gap, strings.Join(want, ", "), strings.Join(got, ", "))
	}
	h.end()
}

// ended says that a workload has ended: nothing more is asked about it.
func ended(w *estate.Workload) bool {
	s, _ := w.State.Get()
	return s == "terminated" || s == "shutting-down"
}

// forecasts holds what the next instance will get against the answers.
func forecasts(t *testing.T, e *sim.Estate, k *things) {
	h := &against{t: t, what: "forecast"}
	for _, x := range e.ExpectedForecast() {
		uid := x.UID
		if x.Kind == "auto_scaling_group" {
			uid = fmt.Sprintf("arn:aws:autoscaling:%s:%s:autoScalingGroup:autoScalingGroupName/%s", x.Region, x.Account, x.Name)
		}
		m := k.templates[uid]
		if m == nil {
			h.lacks(uid, x.Case)
			continue
		}
		launches, hops := "unknown", 0
		if is, known := m.Next.Launches.Get(); known {
			launches = map[bool]string{true: "yes", false: "no"}[is]
		}
		if n, known := m.Next.HopLimit.Get(); known {
			hops = int(n)
		}
		h.is(uid, x.Case, fmt.Sprint(x.Tokens, " by ", x.TokensBy, ", ", x.HopLimit, " by ", x.HopBy, ", ", x.Endpoint, " by ", x.EndpointBy, ", launches ", x.Launches),
			fmt.Sprint(word(m.Next.Tokens), " by ", word(m.Next.TokensBy), ", ", hops, " by ", word(m.Next.HopLimitBy), ", ", word(m.Next.Endpoint), " by ", word(m.Next.EndpointBy), ", launches ", launches))
	}
	h.end()
}

// waysIn holds the attack paths, and the rule that tells them, against what the
// answers about exposure, power and metadata come to.
func waysIn(t *testing.T, e *sim.Estate, k *things, o *outcomes) {
	h := &against{t: t, what: "attack path"}
	open, may := map[string]string{}, map[string]string{}
	for _, x := range e.ExpectedPower() {
		may[x.UID] = x.Level
	}
	for _, x := range e.Expected() {
		if x.Rule == sim.TokenRequired {
			open[x.UID] = x.Outcome
		}
	}
	for _, x := range e.ExpectedExposure() {
		reach := together(x.V4.State, x.V6.State)
		w := k.workloads[x.UID]
		if w == nil {
			continue
		}
		if inForce, known := w.Metadata.Applied.Get(); reach == "" || open[x.UID] == "" || may[x.UID] == "" || known && !inForce {
			continue // while a change is pending the rule about tokens fails, and what is in force is not known
		}
		want := "pass"
		in := func(s string, words ...string) bool { return slices.Contains(words, s) }
		switch {
		case open[x.UID] == sim.NotApplicable || in(reach, sim.Internal, sim.Isolated, sim.Restricted) || open[x.UID] == sim.Pass || in(may[x.UID], "read", "limited", "none"):
		case open[x.UID] == sim.Unknown || reach == sim.Uncertain || may[x.UID] == sim.Uncertain:
			want = "unknown"
		default:
			want = "fail"
		}
		got := o.of[pair{"XC-001", x.UID}]
		if open[x.UID] == sim.NotApplicable || got == finding.NotApplicable {
			continue
		}
		if want == "unknown" && may[x.UID] == sim.Uncertain && got == finding.Fail {
			want = "fail" // what is certain of it is enough
		}
		h.is(x.UID, fmt.Sprint(x.Scene, ", ", reach, ", 001 ", open[x.UID], ", ", may[x.UID]), want, got.String())
		state := path.Of(w).State
		h.is(x.UID, x.Scene+", the path itself", fmt.Sprint(got == finding.Fail), fmt.Sprint(state == path.Whole))
	}
	h.end()
}

// Of five thousand instances in networks, with roles, templates and user data
// of every kind, all is told as it is, whatever the order in which the cloud
// lists it.
func TestFiveThousandInstancesAreToldAsTheyAre(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 11, Scenes: sim.Scenes(), Regions: 13, Instances: 5000})
	set := rules(t)
	var first map[pair]finding.Outcome
	for n, shuffle := range []uint64{5, 6} {
		l := serve(t, e, awssim.Options{Shuffle: shuffle})
		k := newThings()
		at := now()
		o := runScan(t, live(t, l, at), set, 1000, k)
		if n > 0 {
			if d := cmp.Diff(len(first), len(o.of)); d != "" {
				t.Error(d)
			}
			for p, was := range first {
				if is := o.of[p]; is != was {
					t.Errorf("%s on %s: %s, and %s in another order", p.rule, p.uid, was, is)
				}
			}
			continue
		}
		first = o.of
		expect(t, e, o)
		exposures(t, e, k)
		powers(t, e, k)
		secretsOf(t, e, k)
		forecasts(t, e, k)
		waysIn(t, e, k, o)
		answersOf(&stage{estate: e, clock: at}).hold(t, "5000 instances", set, o, func(_, _ string) {})
	}
}
