package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/cloud/sim/walker"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
)

// ofScenes are instances in networks of every kind.
func ofScenes(regions, instances int) *sim.Estate {
	return sim.Generate(sim.Intent{Seed: 11, Scenes: sim.Scenes(), Regions: regions, Instances: instances})
}

// seen is what a scan makes of an estate's instances.
func seen(t *testing.T, src scan.Source, set *rule.Set) *things {
	t.Helper()
	k := newThings()
	runScan(t, src, set, 100, k)
	return k
}

// Who is reached from the internet, in every scene, through which ports and by
// whom, is as the scene's answer says, which was written by hand and is held
// against walked packets where it stands.
func TestEverySceneIsToldAsItIs(t *testing.T) {
	t.Parallel()
	e := ofScenes(13, 400)
	exposures(t, e, seen(t, live(t, serve(t, e, awssim.Options{}), now()), rules(t)))
}

// Packets at the ends of every rule's ports and blocks arrive where an opening
// says that they do, and nowhere else: what the walker lets in may come in, and
// what is certain to come in the walker lets in.
func TestPacketsArriveWhereOpeningsSayThatTheyDo(t *testing.T) {
	t.Parallel()
	e := ofScenes(13, 400)
	k := seen(t, live(t, serve(t, e, awssim.Options{}), now()), rules(t))
	h := &against{t: t, what: "packets"}
	tried := map[string]bool{} // one instance of a scene in a kind of network is enough
	for _, a := range e.Accounts {
		for _, r := range a.Regions {
			for n := range r.Len() {
				i := r.Instance(n)
				w := k.workloads[e.InstanceUID(a.ID, r.Name, i.ID)]
				if w == nil || i.State != "running" || tried[r.Name+i.Scene.Name] {
					continue
				}
				tried[r.Name+i.Scene.Name] = true
				for _, family := range []string{"ipv4", "ipv6"} {
					(&walked{h, r, &i, w, family}).all()
				}
			}
		}
	}
	h.end()
}

// A walked instance is one that packets are sent to.
type walked struct {
	*against
	r      *sim.Region
	i      *sim.Instance
	w      *estate.Workload
	family string
}

func (x *walked) all() {
	at := walker.About(x.r, x.i, x.family == "ipv6")
	for _, o := range x.w.Exposure.Open.Items() {
		if _, known := o.AnySource.Get(); known && o.Family == x.family {
			x.certain(o, at)
		}
	}
	for _, to := range at.Own {
		x.possible([]netip.Addr{to}, false, at)
	}
	x.possible(at.Balanced, true, at)
}

var protocols = map[string]int{"tcp": walker.TCP, "udp": walker.UDP}

// clientPort is one of those that clients speak from by themselves.
const clientPort = 40000

// possible sends packets and looks for an opening behind each that arrives.
func (x *walked) possible(to []netip.Addr, balanced bool, at walker.Packets) {
	for word, protocol := range protocols {
		for _, port := range at.Ports {
			for _, from := range at.Sources {
				got, ok := x.send(walker.Packet{From: from, FromPort: clientPort, ToPort: port, Protocol: protocol}, to)
				if !ok {
					continue
				}
				found := slices.ContainsFunc(x.w.Exposure.Open.Items(), func(o estate.Opening) bool {
					return o.Family == x.family && o.Protocol == word && (o.Via != "") == balanced && fits(int64(port), o.FrontFrom, o.FrontTo) && fits(int64(got.Port), o.From, o.To)
				})
				x.is(x.w.UID, fmt.Sprint(x.i.Scene.Name, ": ", word, " ", port, " from ", from), "an opening", map[bool]string{true: "an opening", false: "none"}[found])
			}
		}
	}
}

func fits(n, from, to int64) bool { return from <= n && n <= to }

// certain sends packets through an opening: from everybody that it is said to be
// open to, as far as it is said.
func (x *walked) certain(o estate.Opening, at walker.Packets) {
	protocol, ported := protocols[o.Protocol]
	if !ported || o.Return == "partial" {
		return
	}
	to := at.Balanced
	if o.Via == "" {
		to = slices.DeleteFunc(slices.Clone(at.Own), func(a netip.Addr) bool { return !holds(o.Address, a) })
	}
	for _, port := range slices.Compact([]int64{o.FrontFrom, (o.FrontFrom + o.FrontTo) / 2, o.FrontTo}) {
		heard := 0
		for _, from := range at.Sources {
			if named(o.Sources, from) != sim.Yes {
				continue
			}
			heard++
			_, ok := x.send(walker.Packet{From: from, FromPort: clientPort, ToPort: int(port), Protocol: protocol}, to)
			x.is(x.w.UID, fmt.Sprint(x.i.Scene.Name, ": ", o.Protocol, " ", port, " from ", from), "true", fmt.Sprint(ok))
		}
		if heard == 0 {
			x.lacks(x.w.UID, "a source of "+o.Sources)
		}
	}
}

// holds says that an address or a block is, or has, another address.
func holds(block string, a netip.Addr) bool {
	if p, err := netip.ParsePrefix(block); err == nil {
		return p.Contains(a)
	}
	return block == a.String()
}

// named says that the words about sources name an address, where they do so
// for certain: "0.0.0.0/0 but 203.0.113.0/24", "203.0.113.0/24 and 2 more".
func named(words string, a netip.Addr) string {
	is, but, excepts := strings.Cut(words, " but ")
	first, _, more := strings.Cut(is, " and ")
	switch {
	case excepts && strings.Contains(but, " and "), !excepts && more && !holds(first, a):
		return sim.Uncertain
	case holds(first, a) && !(excepts && holds(but, a)):
		return sim.Yes
	}
	return sim.No
}

// send walks a packet to each of some addresses, as a client would who has them
// by one name. It arrived if it was answered; of datagrams that is not asked.
func (x *walked) send(p walker.Packet, to []netip.Addr) (walker.Result, bool) {
	for _, p.To = range to {
		got := walker.Walk(x.r, x.i, p)
		if got.Answered || got.Arrived && p.Protocol == walker.UDP {
			return got, true
		}
	}
	return walker.Result{}, false
}

// Whatever call about networks is refused, no answer about who is reached turns
// into another: it stays, or is not known any more.
func TestARefusedCallTurnsNoAnswerIntoAnother(t *testing.T) {
	t.Parallel()
	e := ofScenes(2, 200)
	set := rules(t)
	var all, network []string
	for _, c := range awsrole.Calls {
		all = append(all, c.Action)
		if c.Sid == awsrole.SidNetwork {
			network = append(network, c.Action)
		}
	}
	// Each scan has a server of its own, whose allowance of requests is whole.
	scanned := func(allow []string) map[string]string {
		return reached(seen(t, live(t, serve(t, e, awssim.Options{Allow: allow}), now()), set))
	}
	before := scanned(nil)
	h := &against{t: t, what: "answers with a call refused"}
	changed := map[string]bool{}
	for _, call := range network {
		after := scanned(slices.DeleteFunc(slices.Clone(all), func(a string) bool { return a == call }))
		for what, was := range before {
			is, ok := after[what]
			switch {
			case !ok:
				h.lacks(what, call)
			case is != sim.Uncertain:
				h.is(what, call+" refused", was, is)
			default:
				changed[call] = changed[call] || was != is
			}
		}
	}
	h.end()
	for _, call := range []string{"ec2:DescribeSecurityGroups", "ec2:DescribeNetworkAcls", "ec2:DescribeRouteTables", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetGroupAttributes"} {
		if !changed[call] {
			t.Errorf("%s decides nothing", call)
		}
	}
}

// reached are all answers about exposure, each in a word.
func reached(k *things) map[string]string {
	all := map[string]string{}
	for uid, w := range k.workloads {
		x := &w.Exposure
		all[uid+" internet"] = word(x.Internet)
		all[uid+" reached"], all[uid+" latent"], all[uid+" public"] = factWord(x.Reached), factWord(x.Latent), factWord(x.Public)
		all[uid+" tcp"], all[uid+" udp"] = factWord(x.TCPPorts), factWord(x.UDPPorts)
	}
	return all
}

func factWord[T any](f fact.Of[T]) string {
	v, known := f.Get()
	if !known {
		return sim.Uncertain
	}
	return fmt.Sprint(v)
}
