package ibmestate

import "slices"

// A Want is what is true of a server's network, as it was meant.
type Want struct {
	Scene  string // name of the corner case or kind that it stands for
	State  string // one of the words below
	Public bool   // a public address or a load balancer leads to it, whatever filters say
	Latent bool   // it does not run, and would be reachable or via_lb if it did
	Open   []Opening
	// Perhaps: more may be open than Open says, because something that decides
	// cannot be read; what is open for certain gives the word.
	Perhaps bool
}

// The words for how a server can be reached. Any source means at least 2^24
// public addresses.
const (
	Reachable  = "reachable"  // from any source, without a load balancer, and an answer finds its way back
	Restricted = "restricted" // from chosen sources on the internet only
	ViaLB      = "via_lb"     // from any source, through a load balancer alone
	Internal   = "internal"   // not from the internet
	Isolated   = "isolated"   // it does not run
	Uncertain  = "unknown"    // what would decide cannot be read
)

// Ways back, see Opening.Return.
const (
	Full    = "full"    // to every client port from 1024 on
	Partial = "partial" // to some client ports
)

// Others is every protocol but TCP, UDP and ICMP.
const Others = "others"

// An Opening is a range of ports that packets from the internet reach.
type Opening struct {
	Protocol           string // tcp, udp, icmp, a protocol's number, or Others
	From, To           int    // of the server; 0 and 0 where the protocol has no ports
	FrontFrom, FrontTo int    // that a client dials
	Any                bool   // from any source
	Balanced           bool   // through a load balancer
	Layer              string // l4, or l7 where a load balancer speaks the application's protocol
	Return             string
	ClientPorts        [2]int   // where Return is partial
	Sources            []string // blocks that it is open to; nil is everybody
	Except             []string // blocks that it is not open to
}

// The powers of an identity, strongest first.
const (
	Admin      = "admin"      // everything
	Escalation = "escalation" // it can give itself more than it has
	Write      = "write"      // it changes things
	DataRead   = "data_read"  // it reads what is stored
	Read       = "read"       // it lists and describes
	Limited    = "limited"    // single named things
	None       = "none"       // nothing
)

var powers = []string{Admin, Escalation, Write, DataRead, Read, Limited, None}

// Stronger is the stronger of two powers; "" is none.
func Stronger(a, b string) string {
	ia, ib := slices.Index(powers, a), slices.Index(powers, b)
	if ia < 0 || ib >= 0 && ib < ia {
		return b
	}
	return a
}

// A Become is one trusted profile that a server may become, with every way to
// it.
type Become struct {
	Profile *Profile
	Default bool // it is the server's default profile
	Links   []*Link
	Rules   []*ClaimRule
}

// Mechanism is the first way to it: default_profile, link or claim_rule. A
// default profile counts as one only as long as the server is linked to it.
func (b Become) Mechanism() string {
	switch {
	case b.Default && len(b.Links) > 0:
		return "default_profile"
	case len(b.Links) > 0:
		return "link"
	default:
		return "claim_rule"
	}
}

// Becomes lists the profiles that a server may become, as it was meant when
// the estate was made, by profile.
func (s *Server) Becomes() []Become {
	var out []Become
	for _, p := range s.Region.Account.Profiles {
		b := Become{Profile: p, Default: s.Default != nil && s.Default.Profile == p}
		for _, l := range s.links {
			if l.Profile == p {
				b.Links = append(b.Links, l)
			}
		}
		for _, r := range p.Rules {
			if r.admits != nil && r.admits(s) {
				b.Rules = append(b.Rules, r)
			}
		}
		if len(b.Links)+len(b.Rules) > 0 && !p.Gone {
			out = append(out, b)
		}
	}
	return out
}

// Power is that of the strongest profile that a server may become.
func (s *Server) Power() string {
	p := None
	for _, b := range s.Becomes() {
		p = Stronger(p, b.Profile.Power)
	}
	return p
}

// Stale says that a server's default profile is gone, or not linked to it any
// more.
func (s *Server) Stale() bool {
	if s.Default == nil {
		return false
	}
	for _, l := range s.links {
		if l.Profile == s.Default.Profile && !l.Profile.Gone {
			return false
		}
	}
	return true
}

// OpenToAny are the ports of a protocol, tcp or udp, that any source reaches
// and is answered from, as pairs of first and last.
func (w Want) OpenToAny(protocol string) [][2]int {
	var out [][2]int
	for _, o := range w.Open {
		if o.Protocol == protocol && o.Any {
			out = append(out, [2]int{o.From, o.To})
		}
	}
	return out
}

func world(protocol string, from, to int) Opening {
	return Opening{Protocol: protocol, From: from, To: to, FrontFrom: from, FrontTo: to, Any: true, Layer: "l4", Return: Full}
}

func (o Opening) chosen(sources ...string) Opening {
	o.Any, o.Sources = false, sources
	return o
}

func (o Opening) except(blocks ...string) Opening {
	o.Except = blocks
	return o
}

func (o Opening) partly(from, to int) Opening {
	o.Return, o.ClientPorts = Partial, [2]int{from, to}
	return o
}

func (o Opening) behind(front int, layer string) Opening {
	o.Balanced, o.FrontFrom, o.FrontTo, o.Layer = true, front, front, layer
	return o
}

func reachable(o ...Opening) Want  { return Want{State: Reachable, Public: true, Open: o} }
func restricted(o ...Opening) Want { return Want{State: Restricted, Public: true, Open: o} }
func viaLB(o ...Opening) Want      { return Want{State: ViaLB, Public: true, Open: o} }

var (
	ssh   = world("tcp", 22, 22)
	apart = Want{State: Internal}               // no way leads there
	shut  = Want{State: Internal, Public: true} // a way leads there, and something bars it
	dark  = Want{State: Isolated}               // it does not run, and has no public way
)
