package path

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/reach"
)

// wayIn are the steps from the internet to the workload: the internet itself,
// and the gates of the one way that tells most.
func wayIn(w *estate.Workload) []Step {
	e := &w.Exposure
	reached, known := e.Reached.Get()
	internet := Step{Kind: KindInternet, Title: "Internet", Passes: reached || !known, Certain: known, From: e.Reached.From(), Path: e.Reached.Path()}
	switch {
	case known && reached:
		internet.Detail = "any address reaches " + ports(open(e))
	case !known:
		internet.Detail = "whether any address reaches it is not known: " + e.Reached.Why().String()
	default:
		internet.Detail = farOff(e)
	}
	way := telling(w)
	if way == nil {
		return []Step{internet}
	}
	if known && !reached { // it is a gate that holds
		internet.Passes, internet.Detail = true, "any address may try "+way.Address
	}
	steps := []Step{internet}
	for i := range way.Gates {
		steps = append(steps, gateStep(&way.Gates[i], way.Open))
		if way.Gates[i].Passes == reach.Closed {
			break
		}
	}
	return steps
}

// farOff says why any address does not reach a workload.
func farOff(e *estate.Exposure) string {
	word, ok := e.Internet.Get()
	latent, _ := e.Latent.Get()
	switch {
	case ok && word == estate.Restricted:
		return "only chosen addresses reach it: " + ports(e.Open.Items())
	case ok && word == estate.Isolated && latent:
		return "it does not run; any address would reach it if it did"
	case ok && word == estate.Isolated:
		return "it does not run"
	}
	if public, ok := e.Public.Get(); ok && !public {
		return "no public address and no load balancer leads to it"
	}
	return "no address of the internet reaches it"
}

// open are the openings to any source, those that are certain before those that
// are not.
func open(e *estate.Exposure) []estate.Opening {
	var sure, maybe []estate.Opening
	for _, o := range e.Open.Items() {
		switch all, ok := o.AnySource.Get(); {
		case ok && all:
			sure = append(sure, o)
		case !ok:
			maybe = append(maybe, o)
		}
	}
	if len(sure) > 0 {
		return sure
	}
	return maybe
}

// telling is the way that tells most: one by which any source comes in, else one
// that may be open, else the one that is stopped last. Nil if none fits.
func telling(w *estate.Workload) *reach.Path {
	e := &w.Exposure
	if word, _ := e.Internet.Get(); word == estate.Restricted {
		return nil // its ways are open, to others
	}
	reached, known := e.Reached.Get()
	var best *reach.Path
	most := -1
	for i := range e.Paths {
		p := &e.Paths[i]
		n := passed(p)
		fits := n < len(p.Gates)
		switch {
		case reached:
			fits = !fits && p.Open && leads(p, open(e))
		case !known:
			fits = !fits && (p.Open || p.Maybe)
		}
		if fits && n > most {
			best, most = p, n
		}
	}
	return best
}

// passed is how many gates stand before the first that is closed.
func passed(p *reach.Path) int {
	if i := slices.IndexFunc(p.Gates, func(g reach.Gate) bool { return g.Passes == reach.Closed }); i >= 0 {
		return i
	}
	return len(p.Gates)
}

// leads says whether an opening stands at the end of a way.
func leads(p *reach.Path, os []estate.Opening) bool {
	return slices.ContainsFunc(os, func(o estate.Opening) bool {
		return o.Family == p.Family && o.Address == p.Address && o.Via == p.Via
	})
}

// gateStep tells of one gate. On a way that is open for certain each gate lets
// something through for certain.
func gateStep(g *reach.Gate, sure bool) Step {
	return Step{Kind: KindGate, Title: gateTitle(g), Detail: g.Says, ID: g.ID, From: g.From, Path: g.Path,
		Passes: g.Passes != reach.Closed, Certain: sure || g.Passes != reach.Unknown}
}

var gateTitles = map[string]string{
	"address": "Address", "route": "Route table", "block_public_access": "Block Public Access", "network_acl_in": "Network ACL, inwards",
	"network_acl_out": "Network ACL, outwards", "security_group": "Security group", "load_balancer": "Load balancer", "target": "Target group",
	"interface": "Network interface", "state": "State",
}

func gateTitle(g *reach.Gate) string {
	title, ok := gateTitles[g.Kind]
	if !ok {
		title = strings.ReplaceAll(g.Kind, "_", " ")
	}
	return strings.TrimSpace(title + " " + g.ID)
}

// mostPorts is how many openings are spelled out.
const mostPorts = 4

// ports spells openings: "tcp 22, 443 and udp 53 from 0.0.0.0/0".
func ports(os []estate.Opening) string {
	if len(os) == 0 {
		return "it"
	}
	var words []string
	for _, o := range os {
		word := o.Protocol + portRange(o.From, o.To)
		if o.Via != "" {
			word += " through " + last(o.Via)
		}
		if o.Sources != "" {
			word += " from " + o.Sources
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if n := len(words); n > mostPorts {
		words = append(words[:mostPorts:mostPorts], fmt.Sprintf("%d more", n-mostPorts))
	}
	return strings.Join(words, ", ")
}

func portRange(from, to int64) string {
	switch {
	case from == 0 && to == 0:
		return ""
	case from == 0 && to == 65535:
		return " (all ports)"
	case from == to:
		return " " + strconv.FormatInt(from, 10)
	default:
		return fmt.Sprintf(" %d-%d", from, to)
	}
}

// last is the last part of an ARN or of another long name.
func last(name string) string {
	if i := strings.LastIndexAny(name, "/:"); i >= 0 && i+1 < len(name) {
		return name[i+1:]
	}
	return name
}
