package inlet_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/inlet"
	"plumbline/internal/snapshot"
)

var (
	refused = &fact.Reason{Cause: snapshot.Denied, Call: "ListGates"}
	pending = &fact.Reason{Cause: snapshot.Pending, Detail: "starting"}
	at      = inlet.Place{Path: "/interfaces"}
	runs    = inlet.Running{Must: true, May: true, At: inlet.Place{Path: "/status"}}
	mayRun  = inlet.Running{May: true, Why: pending, At: runs.At}
	stopped = inlet.Running{At: runs.At}
)

// way is one over TCP from any source that is certain.
func way(from, to int64, change ...func(*inlet.Way)) inlet.Way {
	w := inlet.Way{Opening: estate.Opening{Family: "ipv4", Protocol: "tcp", From: from, To: to, Layer: "l4"}, Certain: true, Any: true}
	for _, c := range change {
		c(&w)
	}
	return w
}

func chosen(w *inlet.Way)   { w.Any = false }
func possible(w *inlet.Way) { w.Certain, w.Why = false, refused }
func balanced(w *inlet.Way) { w.Via = "lb" }
func http(w *inlet.Way)     { w.Via, w.Layer = "lb", "l7" }
func overIPv6(w *inlet.Way) { w.Family = "ipv6" }
func overUDP(w *inlet.Way)  { w.Protocol = "udp" }

func told[T comparable](f fact.Of[T]) string {
	if v, known := f.Get(); known {
		return fmt.Sprint(v)
	}
	return "? " + string(f.Why().Cause)
}

// said is what ways come to: the word, whether it is reached, whether it would
// be, and the ports of TCP and of UDP.
func said(ws inlet.Ways, state inlet.Running) (e estate.Exposure, words string) {
	ws.Tell(&e, at, state)
	return e, fmt.Sprintf("%s, reached %s, latent %s, %s tcp, %s udp", told(e.Internet), told(e.Reached), told(e.Latent), told(e.TCPPorts), told(e.UDPPorts))
}

func TestWhatWaysComeTo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		ways  inlet.Ways
		state inlet.Running
		want  string
	}{
		{"none", nil, runs, "internal, reached false, latent false, 0 tcp, 0 udp"},
		{"one", inlet.Ways{way(22, 22)}, runs, "reachable, reached true, latent false, 1 tcp, 0 udp"},
		{"one for chosen sources", inlet.Ways{way(22, 22, chosen)}, runs, "restricted, reached false, latent false, 0 tcp, 0 udp"},
		{"one through a load balancer", inlet.Ways{way(22, 22, balanced)}, runs, "via_lb, reached true, latent false, 1 tcp, 0 udp"},
		{"one through a load balancer that speaks HTTP", inlet.Ways{way(8080, 8080, http)}, runs, "via_lb, reached true, latent false, 0 tcp, 0 udp"},
		{"a load balancer goes before chosen sources", inlet.Ways{way(22, 22, chosen), way(443, 443, balanced)}, runs, "via_lb, reached true, latent false, 1 tcp, 0 udp"},
		{"an address goes before a load balancer", inlet.Ways{way(443, 443, balanced), way(22, 22)}, runs, "reachable, reached true, latent false, 2 tcp, 0 udp"},
		{"one that may be there", inlet.Ways{way(22, 22, possible)}, runs, "? denied, reached ? denied, latent false, ? denied tcp, 0 udp"},
		{"one that may be there beside one that is", inlet.Ways{way(22, 22), way(80, 80, possible)}, runs, "reachable, reached true, latent false, ? denied tcp, 0 udp"},
		{"one for chosen sources may be there behind a load balancer", inlet.Ways{way(443, 443, balanced), way(22, 22, chosen, possible)}, runs, "via_lb, reached true, latent false, 1 tcp, 0 udp"},
		{"an address may be there beside a load balancer", inlet.Ways{way(443, 443, http), way(53, 53, overUDP, possible)}, runs, "? denied, reached true, latent false, 0 tcp, ? denied udp"},
		{"ports that overlap count once", inlet.Ways{way(20, 30), way(25, 40), way(25, 26)}, runs, "reachable, reached true, latent false, 21 tcp, 0 udp"},
		{"port 0 counts for nothing", inlet.Ways{way(0, 65535)}, runs, "reachable, reached true, latent false, 65535 tcp, 0 udp"},
		{"of two families the one with more counts", inlet.Ways{way(22, 22), way(80, 89, overIPv6)}, runs, "reachable, reached true, latent false, 10 tcp, 0 udp"},
		{"it does not run", inlet.Ways{way(22, 22)}, stopped, "isolated, reached false, latent true, 0 tcp, 0 udp"},
		{"it does not run, and one may be there", inlet.Ways{way(22, 22, possible)}, stopped, "isolated, reached false, latent ? denied, 0 tcp, 0 udp"},
		{"it may run", inlet.Ways{way(22, 22)}, mayRun, "? pending, reached ? pending, latent ? pending, ? pending tcp, 0 udp"},
		{"it may run, and none is there", nil, mayRun, "? pending, reached false, latent false, 0 tcp, 0 udp"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, got := said(c.ways, c.state)
			if got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
			if n := len(e.Open.Items()); n != len(c.ways) && c.state != stopped || n != 0 && c.state == stopped {
				t.Errorf("%d openings of %d ways", n, len(c.ways))
			}
			for i, o := range e.Open.Items() {
				if certain := c.ways[i].Certain && c.state == runs; o.AnySource.Known() != certain {
					t.Errorf("opening %d: any source %s", i, told(o.AnySource))
				}
			}
		})
	}
}

func TestWeakenedWaysLeaveTheOthersAlone(t *testing.T) {
	t.Parallel()
	ws := inlet.Ways{way(22, 22), way(80, 80, possible)}
	weak := ws.Weakened(pending, nil)
	if !ws.Certain() || weak.Certain() || weak[0].Why != pending || weak[1].Why != refused {
		t.Errorf("%+v of %+v", weak, ws)
	}
}

func anyWays(r *rapid.T) (ws inlet.Ways) {
	for range rapid.IntRange(0, 5).Draw(r, "ways") {
		var changes []func(*inlet.Way)
		for _, c := range []func(*inlet.Way){chosen, possible, balanced, http, overIPv6, overUDP} {
			if rapid.Bool().Draw(r, "changed") {
				changes = append(changes, c)
			}
		}
		from := rapid.Int64Range(0, 12).Draw(r, "from")
		ws = append(ws, way(from, from+rapid.Int64Range(0, 5).Draw(r, "more"), changes...))
	}
	return ws
}

// A fact that is known while ways are in doubt holds whichever of them are there.
func TestWhatIsKnownHoldsInEveryWorld(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		ws := anyWays(r)
		var world inlet.Ways
		for _, w := range ws {
			if !w.Certain && !rapid.Bool().Draw(r, "there") {
				continue
			}
			w.Certain, w.Why = true, nil
			world = append(world, w)
		}
		var is estate.Exposure
		world.Tell(&is, at, runs)
		for _, state := range []inlet.Running{runs, mayRun} { // it does run
			var e estate.Exposure
			ws.Tell(&e, at, state)
			holds(r, "internet", e.Internet, is.Internet)
			holds(r, "reached", e.Reached, is.Reached)
			holds(r, "ports of TCP", e.TCPPorts, is.TCPPorts)
			holds(r, "ports of UDP", e.UDPPorts, is.UDPPorts)
		}
	})
}

func holds[T comparable](r *rapid.T, what string, said, is fact.Of[T]) {
	if v, known := said.Get(); known && told(said) != told(is) {
		r.Fatalf("%s is %v, and %s where the world is known", what, v, told(is))
	}
}

// The number of ports is that of the ports which somebody finds open who tries
// all of them.
func TestPortsAreCountedAsTheyAreFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		ws := anyWays(r)
		for i := range ws {
			ws[i].Certain = true
		}
		open := map[string]int{}
		for port := int64(1); port < 20; port++ {
			found := map[string]bool{}
			for _, w := range ws {
				if w.Protocol == "tcp" && w.Layer == "l4" && w.Any && w.From <= port && port <= w.To {
					found[w.Family] = true
				}
			}
			for family := range found {
				open[family]++
			}
		}
		var e estate.Exposure
		ws.Tell(&e, at, runs)
		if want := fmt.Sprint(max(open["ipv4"], open["ipv6"])); told(e.TCPPorts) != want {
			r.Fatalf("%s ports, want %s", told(e.TCPPorts), want)
		}
	})
}
