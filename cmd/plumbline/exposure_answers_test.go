package main

import (
	"slices"

	"plumbline/internal/cloud/sim"
)

// A reach is what is true of an instance's ways from and to the internet.
type reach struct {
	state         string // see sim.Reach
	open          []sim.Opening
	may           []sim.Opening // be open, too
	led           string        // a public address or a load balancer leads there
	letsIn, sends string        // what its groups say by themselves
}

// reachOf gathers it for every instance. Those of the ordinary kind stand in
// networks in which nobody is reached, whose groups admit the company's own
// addresses and let everything out. Of one whose interfaces are not told
// anything may be true.
func reachOf(e *sim.Estate) map[string]*reach {
	all := map[string]*reach{}
	a := e.Accounts[0]
	for _, r := range a.Regions {
		for n := range r.Len() {
			i := r.Instance(n)
			x := &reach{state: sim.Internal, led: sim.No, letsIn: sim.No, sends: sim.Yes}
			switch {
			case i.Scene != nil:
				more := len(i.Interfaces) > 0 && slices.ContainsFunc(i.Interfaces[0].Groups, func(g sim.Group) bool { return g.Name == "extra" })
				x.may, x.led, x.letsIn, x.sends = i.Scene.MayBeOpen(more), i.Scene.Led(), i.Scene.LetsAnybodyIn(), i.Scene.SendsAnywhere(more)
			case len(i.Interfaces) == 0:
				x = &reach{sim.Uncertain, nil, []sim.Opening{anyPort("tcp"), anyPort("udp")}, sim.Uncertain, sim.Uncertain, sim.Uncertain}
			}
			all[e.InstanceUID(a.ID, r.Name, i.ID)] = x
		}
	}
	for _, told := range e.ExpectedExposure() {
		x := all[told.UID]
		x.state = together(told.V4.State, told.V6.State)
		if told.Scene == "" {
			x.led = oneTrue(told.V4.Public, told.V6.Public)
		}
		for _, family := range []sim.Reach{told.V4, told.V6} {
			if family.State == sim.Isolated {
				x.may = nil
				continue
			}
			x.open = append(x.open, family.Open...)
		}
		if told.Scene == "A26 UDP in, nothing out" {
			x.state = sim.Reachable // what is heard and not answered counts
		}
	}
	return all
}

func anyPort(protocol string) sim.Opening {
	return sim.Opening{Protocol: protocol, To: 65535, Layer: "l4"}
}

// anySource says whether any source reaches a port for which fits is true.
func (x *reach) anySource(fits func(protocol string, from, to int) bool) string {
	word := sim.No
	for _, o := range x.open {
		if o.Layer == "l4" && fits(o.Protocol, o.From, o.To) {
			word = oneTrue(word, o.AnySource)
		}
	}
	for _, o := range x.may {
		if o.Layer == "l4" && fits(o.Protocol, o.From, o.To) {
			word = oneTrue(word, sim.Uncertain)
		}
	}
	return word
}

// onPort fits openings of TCP, and of UDP if that counts, to one of the ports.
func onPort(udp bool, ports ...int) func(string, int, int) bool {
	return func(protocol string, from, to int) bool {
		return (protocol == "tcp" || udp && protocol == "udp") && slices.ContainsFunc(ports, func(p int) bool { return from <= p && p <= to })
	}
}

// nearlyAll fits openings to all ports but a thousand.
func nearlyAll(protocol string, from, to int) bool {
	return (protocol == "tcp" || protocol == "udp") && to-max(from, 1)+1 >= 65535-1000
}

// riskyPorts are those of file transfer, mail, Windows, development and stores
// of data, as the rule's note lists them.
var riskyPorts = []int{20, 21, 23, 25, 110, 143, 135, 445, 1433, 1434, 3000, 5000, 8080, 8088, 8888, 3306, 4333, 5432, 5500, 5601, 6379, 9200, 9300, 11211, 27017}

func (a *answers) reached(m *machine, x *reach) {
	for rule, fits := range map[string]func(string, int, int) bool{
		"AWS-NET-001": onPort(false, 22), "AWS-NET-002": onPort(true, 3389), "AWS-NET-003": nearlyAll, "AWS-NET-004": onPort(true, riskyPorts...),
	} {
		a.judge(rule, m.uid, m.lives(), untrue(x.anySource(fits)))
	}
	a.judge("AWS-NET-005", m.uid, m.lives(), oneTrue(x.led, untrue(x.letsIn)))
	direct, led := isTrue(x.state == sim.Reachable), isTrue(x.state == sim.Reachable || x.state == sim.ViaLB)
	if x.state == sim.Uncertain {
		direct, led = sim.Uncertain, sim.Uncertain
	}
	none := isTrue(m.Profile == "")
	a.judge("AWS-NET-006", m.uid, m.lives(), oneTrue(untrue(direct), none, untrue(m.may("admin", "escalation", "write", "data_read"))))
	a.judge("AWS-NET-010", m.uid, m.lives(), oneTrue(none, untrue(m.may("admin", "escalation")), untrue(x.sends)))
	inForce := allTrue(m.tokens(), isTrue(m.Settled()))
	a.judge("XC-001", m.uid, m.lives(), oneTrue(untrue(led), untrue(m.plain()), inForce, untrue(m.may("admin", "escalation", "write", "data_read"))))
}

// may says whether the power of an instance's identity is one of some.
func (m *machine) may(levels ...string) string {
	if m.power.Level == sim.UnknownPower {
		return sim.Uncertain
	}
	return isTrue(slices.Contains(levels, m.power.Level))
}
