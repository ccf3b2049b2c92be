package ui

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

var internetWords = map[string]string{
	"reachable": "reachable", "restricted": "reachable from chosen addresses", "via_lb": "reachable through a load balancer",
	"internal": "not reachable, but from inside", "isolated": "not reachable: it does not run", "unknown": "not known",
}

var reachAnswers = map[string]struct {
	state pages.State
	say   string
}{
	estate.Reachable:  {pages.State{Tone: "err", Icon: "alert", Word: "Any address on the internet"}, "From any source on the internet packets reach it, with no load balancer in between."},
	estate.ViaLB:      {pages.State{Tone: "err", Icon: "alert", Word: "Any address, through a load balancer"}, "From any source on the internet requests reach it, through a load balancer alone."},
	estate.Restricted: {pages.State{Icon: "info", Word: "Chosen addresses only"}, "Only chosen sources on the internet reach it."},
	estate.Internal:   {pages.State{Tone: "ok", Icon: "check", Word: "Nothing from the internet"}, "No way in from the internet is open."},
	estate.Isolated:   {pages.State{Tone: "ok", Icon: "check", Word: "Nothing: it does not run"}, "It does not run, so nothing reaches it."},
}

// reachOf says what reaches a workload, by which ports, and past which gates.
func reachOf(w *estate.Workload) (pages.Question, []pages.Opening, []pages.Gateway) {
	e := &w.Exposure
	q := pages.Question{Answer: reachAnswer(e), Facts: []parts.Fact{
		known("From the internet", e.Internet, wordsOf(internetWords)),
		known("By any address", e.Reached, yesNo("yes", "no")),
		known("A public way", e.Public, yesNo("a public address or a load balancer leads to it", "no public address and no load balancer leads to it")),
	}, Gaps: gapsOf(e.Open)}
	word, ok := e.Internet.Get()
	if word == estate.Isolated || !ok {
		q.Facts = append(q.Facts, known("If it does not run", e.Latent, yesNo("any address would reach it if it did", "nothing waits to be opened")))
	}
	switch a, told := reachAnswers[word]; {
	case ok && told:
		q.Say = a.say
	case !ok:
		q.Say = "What reaches it cannot be told in whole. " + sentence(e.Internet.Why().String())
	}
	var all []pages.Opening
	for _, o := range e.Open.Items() {
		all = append(all, opening(&o))
	}
	all, q.More = cutList(all)
	if len(all) == 0 && e.Open.Whole() {
		q.Say = strings.TrimSpace(q.Say + " No port is open to the internet.")
	}
	ways, more := cutList(gateways(e.Paths))
	if more != "" {
		q.More = more
	}
	q.More = strings.TrimSpace(q.More + " " + notLookedAt[w.Provider])
	return q, all, ways
}

// notLookedAt are the ways that no document which is collected tells of, by
// provider. Whoever reads "internal" has to know that it leaves them out.
var notLookedAt = map[string]string{
	"aws": "Not looked at: Global Accelerator, CloudFront VPC origins, PrivateLink services, Verified Access, and ways through transit gateways, peering and VPN.",
	ibm:   "Not looked at: load balancers of Internet Services and DNS Services, Private Path, a load balancer of another region, and ways through transit gateways, Direct Link, VPNs and servers that pass packets on.",
}

func reachAnswer(e *estate.Exposure) *pages.State {
	word, ok := e.Internet.Get()
	reached, sure := e.Reached.Get()
	a, told := reachAnswers[word]
	latent, _ := e.Latent.Get()
	switch {
	case ok && told && word == estate.Isolated && latent:
		a.state.Tone, a.state.Icon, a.state.Sub = "", "info", "any address would reach it if it ran"
	case ok && told:
	case sure && reached:
		a.state = pages.State{Tone: "err", Icon: "alert", Word: "Any address on the internet", Sub: "whether only through a load balancer is not known"}
	default:
		a.state = unknownState
	}
	return &a.state
}

var families = map[string]string{"ipv4": "IPv4", "ipv6": "IPv6"}

var returns = map[string]string{"full": "open", "partial": "open to some ports of clients", "one_way": "none: replies do not leave"}

// opening is a line of the table of ports.
func opening(o *estate.Opening) pages.Opening {
	p := pages.Opening{
		Port: portText(o.Protocol, o.From, o.To), Family: cmp.Or(families[o.Family], o.Family),
		From: cmp.Or(o.Sources, "not told"), Through: cmp.Or(balancerName(o.Via), o.Address, "its own address"), Return: cmp.Or(returns[o.Return], o.Return, "not known"),
	}
	if o.Via != "" && o.Address != "" {
		p.Through += " at " + o.Address
	}
	if o.FrontFrom != o.From || o.FrontTo != o.To {
		p.Through += ", where clients use " + portText(o.Protocol, o.FrontFrom, o.FrontTo)
	}
	switch all, ok := o.AnySource.Get(); {
	case !ok:
		p.Tag = parts.Tag{Icon: "eye", Text: "May be: " + fact.CauseText(o.AnySource.Why().Cause)}
	case all:
		p.Tag = parts.Tag{Tone: "crit", Icon: "alert", Text: "To any address"}
	default:
		p.Tag = parts.Tag{Tone: "line", Text: "To chosen addresses"}
	}
	return p
}

// balancerName is what a load balancer is called: the last part of its uid but
// for the number that AWS adds to a name.
func balancerName(uid string) string {
	if _, rest, ok := strings.Cut(uid, ":loadbalancer/"); ok {
		parts := strings.Split(rest, "/") // app/NAME/ID, net/NAME/ID, or NAME of a classic one
		return parts[min(1, len(parts)-1)]
	}
	return lastPart(uid)
}

// portText spells a range of ports: "tcp 22", "udp 8000–8100", "all of tcp".
func portText(protocol string, from, to int64) string {
	if _, err := strconv.Atoi(protocol); err == nil {
		protocol = "protocol " + protocol
	}
	switch {
	case from == 0 && to == 0:
		return protocol
	case from == 0 && to == 65535:
		return protocol + ", all ports"
	case from == to:
		return fmt.Sprintf("%s %d", protocol, from)
	}
	return fmt.Sprintf("%s %d–%d", protocol, from, to)
}

// gateways are the ways in, those that are open unfolded.
func gateways(paths []reach.Path) []pages.Gateway {
	var all []pages.Gateway
	for i := range paths {
		p := &paths[i]
		g := pages.Gateway{Title: strings.TrimSpace(cmp.Or(families[p.Family], p.Family) + " to " + cmp.Or(p.Address, p.Interface, "it")), State: wayState(p), Open: p.Open || p.Maybe || len(paths) == 1}
		if p.Via != "" {
			g.Title += ", through " + balancerName(p.Via)
		}
		shut := false
		for j := range p.Gates {
			g.Gates = append(g.Gates, gateHop(&p.Gates[j], shut))
			shut = shut || p.Gates[j].Passes == reach.Closed
		}
		all = append(all, g)
	}
	return all
}

// wayState says whether something comes in, and where it is stopped.
func wayState(p *reach.Path) pages.State {
	for i := range p.Gates {
		if p.Gates[i].Passes == reach.Closed {
			return pages.State{Tone: "ok", Icon: "check", Word: "Closed", Sub: "at " + gateName(&p.Gates[i])}
		}
	}
	switch {
	case p.Open:
		return pages.State{Tone: "err", Icon: "alert", Word: "Open"}
	case p.Maybe:
		return pages.State{Tone: "q", Icon: "eye", Word: "Not known", Sub: "it may be open"}
	}
	return pages.State{Tone: "ok", Icon: "check", Word: "Closed", Sub: "what one gate lets through another stops"}
}

var gateNames = map[string]string{
	"address": "Address", "route": "Route table", "block_public_access": "Block Public Access", "network_acl_in": "Network ACL, inwards",
	"network_acl_out": "Network ACL, outwards", "security_group": "Security group", "load_balancer": "Load balancer", "target": "Target",
	"interface": "Network interface", "state": "State",
}

func gateName(g *reach.Gate) string {
	return strings.TrimSpace(cmp.Or(gateNames[g.Kind], sentenceName(strings.ReplaceAll(g.Kind, "_", " "))) + " " + g.ID)
}

// gateHop is one gate. The first that is closed stands out; what lies behind it
// is told, and decides nothing.
func gateHop(g *reach.Gate, behind bool) pages.Hop {
	h := pages.Hop{Title: gateName(g), Detail: sentence(g.Says)}
	switch g.Passes {
	case reach.Open:
		h.Tag = &parts.Tag{Tone: "line", Text: "Open"}
	case reach.Partly:
		h.Tag = &parts.Tag{Tone: "line", Icon: "half", Text: "Lets some through"}
	case reach.Closed:
		h.Tag = &parts.Tag{Tone: "pass", Icon: "x", Text: "Closed"}
		if !behind {
			h.Tone = "shut"
		}
	default:
		h.Tone, h.Tag = "unsure", &parts.Tag{Icon: "eye", Text: "Not known"}
	}
	if behind {
		h.Tone = "behind"
	}
	return h
}
