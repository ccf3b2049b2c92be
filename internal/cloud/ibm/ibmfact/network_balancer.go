package ibmfact

import (
	"net/netip"
	"strconv"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// The families of load balancers.
const (
	application = "application" // it speaks to its members from addresses of its own
	network     = "network"     // it hands packets on as they came from the client
)

// A balancer is a load balancer.
type balancer struct {
	uid, id, name string
	public        yesno
	family        fact.Of[string]
	ready         fact.Of[string] // operating_status
	groups        []string        // security groups that it wears; with none it takes everything
	subnets       []string
	own           reach.Addrs // its private addresses
	ownless       *hole       // why they are not told
	listeners     []listener
	pools         map[string]string // uids by id
	failsafes     map[string]failsafe
	odd           *fact.Reason // what could not be read
	s             source
}

// A listener takes packets at some ports and hands them to a pool.
type listener struct {
	id, protocol string
	ports        Range
	pool         string       // id, "" where it hands nothing to one by default
	policies     []string     // ids of those that send requests elsewhere
	unnamed      *fact.Reason // why it is not known which there are
	odd          *fact.Reason
	asks         *fact.Reason // why it may turn a client away
	s            source
}

// doubt is why it may not take what comes to it.
func (l *listener) doubt() *hole {
	switch {
	case l.odd != nil:
		return &hole{l.odd, l.s.from}
	case l.asks != nil:
		return &hole{l.asks, l.s.from}
	}
	return nil
}

// A target is a member of a pool.
type target struct {
	instance, address, name string // one of these: a server's id, an address, a domain name
	port                    uint16
	odd                     *fact.Reason
	s                       source
}

func (a *terrain) takeBalancer(v wire.Value, s source) bool {
	b := a.balancer(s.from.UID)
	b.id, b.name, b.s = text(v.Get("id")), text(v.Get("hostname")), s
	b.public = s.isPublic(v)
	b.family = s.word(v.Get("profile").Get("family"), "/profile/family", application, network)
	b.ready = s.word(v.Get("operating_status"), "/operating_status", "online")
	b.groups, b.subnets = ids(v.Get("security_groups")), ids(v.Get("subnets"))
	for _, ip := range v.Get("private_ips").Items() {
		if x, ok := addrsOf(text(ip.Get("address"))); ok {
			b.own = b.own.Union(x)
		} else {
			b.odd = s.oddly(ip.Get("address"), "/private_ips/address")
		}
	}
	if b.own.Empty() {
		b.ownless = &hole{s.why(snapshot.Absent, "/private_ips: which addresses of its subnets it has"), s.from}
	}
	for _, list := range []string{"security_groups", "subnets", "private_ips"} {
		if l := v.Get(list); !l.IsList() || list != "private_ips" && len(ids(l)) != l.Len() {
			b.odd = s.oddly(l, "/"+list)
		}
	}
	return b.id != ""
}

func (a *terrain) balancer(uid string) *balancer {
	b := a.fronts[uid]
	if b == nil {
		b = &balancer{uid: uid, pools: map[string]string{}, failsafes: map[string]failsafe{}}
		a.fronts[uid] = b
	}
	return b
}

// isPublic says that the internet reaches it: by its access mode, or where that
// is not told by is_public, which is older.
func (s source) isPublic(v wire.Value) yesno {
	switch mode := v.Get("access_mode"); {
	case mode.Is("public"):
		return sure(true)
	case mode.Is("private"), mode.Is("private_path"):
		return sure(false)
	case mode.Exists():
		return unsure(s.strange(mode), s.from)
	}
	f := s.truth(v.Get("is_public"), "/is_public")
	if is, known := f.Get(); known {
		return sure(is)
	}
	return unsure(f.Why(), s.from)
}

// ids are those of a list of references.
func ids(v wire.Value) (out []string) {
	for _, x := range v.Items() {
		if id := text(x.Get("id")); id != "" {
			out = append(out, id)
		}
	}
	return out
}

func (a *terrain) takeListener(v wire.Value, s source) bool {
	uid := holderUID(v, s.from.UID, AboutLoadBalancer)
	l := listener{id: text(v.Get("id")), protocol: text(v.Get("protocol")), pool: text(v.Get("default_pool").Get("id")),
		policies: ids(v.Get("policies")), s: s}
	if named := v.Get("policies"); !nothing(named) && (!named.IsList() || len(l.policies) != named.Len()) {
		l.unnamed = s.oddly(named, "/policies")
	}
	if d := v.Get("default_pool"); !nothing(d) && l.pool == "" {
		return false
	}
	if v.Get("https_redirect").IsObject() {
		l.pool = "" // it answers by itself (LoadBalancerListener in vpcv1)
	}
	sel := selector{exact: true}
	if l.ports = sel.portsIn(v, "port_min", "port_max"); nothing(v.Get("port_min")) {
		l.ports = sel.portsIn(v, "port", "port")
	}
	switch {
	case !sel.exact || nothing(v.Get("port")) && nothing(v.Get("port_min")):
		l.odd = s.oddly(v.Get("port"), "/port")
	case !v.Get("provisioning_status").Is("active"):
		l.odd = s.oddly(v.Get("provisioning_status"), "/provisioning_status")
	}
	switch l.protocol {
	case "http", "https", "tcp", "udp":
	default:
		l.odd = s.oddly(v.Get("protocol"), "/protocol")
	}
	if !nothing(v.Get("client_authentication")) {
		l.asks = s.why(snapshot.NotCollected, "whose certificates the listener takes")
	}
	b := a.balancer(uid)
	b.listeners = append(b.listeners, l)
	return uid != "" && l.id != ""
}

func (a *terrain) takePool(v wire.Value, s source) bool {
	uid, id := holderUID(v, s.from.UID, AboutLoadBalancer), text(v.Get("id"))
	b := a.balancer(uid)
	b.pools[id], b.failsafes[id] = s.from.UID, s.failsafe(v.Get("failsafe_policy"))
	return uid != "" && id != ""
}

func (a *terrain) takeMember(v wire.Value, s source) bool {
	pool := holderUID(v, s.from.UID, AboutPool)
	to := v.Get("target")
	t := target{address: text(to.Get("address")), name: text(to.Get("fqdn")), s: s}
	if t.address == "" && t.name == "" && !to.Get("resource_type").Is("load_balancer") {
		t.instance = text(to.Get("id"))
	}
	n, err := strconv.ParseUint(string(v.Get("port").Raw()), 10, 16)
	if t.port = uint16(n); err != nil {
		t.odd = s.oddly(v.Get("port"), "/port")
	}
	if !v.Get("provisioning_status").Is("active") {
		t.odd = s.oddly(v.Get("provisioning_status"), "/provisioning_status")
	}
	a.members[pool] = append(a.members[pool], t)
	return pool != "" && to.IsObject() && (t.instance != "" || t.address != "" || t.name != "" || to.Get("resource_type").Is("load_balancer"))
}

// A hit is a way by which a load balancer may hand packets to a server.
type hit struct {
	front    *balancer
	listener *listener // nil where it is not known which
	target   *target   // nil where it is not known whether it is one
	doubt    *hole     // why it may not be so
	when     string    // which requests it gets, in words; "" for whatever nothing else takes
}

// aims are the hits of all load balancers that the internet may reach, by what
// they aim at: a server's id, or an address. What may be any server of a VPC
// stands under the VPC's id, of all under "".
func (a *terrain) aims() map[string][]hit {
	type key struct{}
	return once(a, key{}, func() map[string][]hit {
		all := map[string][]hit{}
		if h := a.hole(CallLoadBalancers, ""); h != nil {
			all[""] = append(all[""], hit{doubt: h})
		}
		for _, uid := range sortedKeys(a.fronts) {
			if b := a.fronts[uid]; b.id != "" && b.public.may {
				a.aim(all, b)
			}
		}
		return all
	})
}

// aimed are the addresses that load balancers aim at.
func (a *terrain) aimed() []netip.Addr {
	type key struct{}
	return once(a, key{}, func() (to []netip.Addr) {
		for _, word := range sortedKeys(a.aims()) {
			if x, err := netip.ParseAddr(word); err == nil {
				to = append(to, x)
			}
		}
		return to
	})
}

func (a *terrain) aim(all map[string][]hit, b *balancer) {
	vpc := ""
	for _, sub := range b.subnets {
		if s := a.subnets[sub]; s != nil {
			vpc = s.vpc
		}
	}
	if h := a.hole(CallPools, b.uid); h != nil {
		all[vpc] = append(all[vpc], hit{front: b, doubt: h})
	}
	for i := range b.listeners {
		l := &b.listeners[i]
		pools, lost := a.reaches(b, l)
		for _, id := range sortedKeys(pools) {
			a.pool(all, vpc, b.pools[id], hit{front: b, listener: l, doubt: pools[id].doubt, when: pools[id].when})
		}
		if lost != nil {
			all[vpc] = append(all[vpc], hit{front: b, listener: l, doubt: lost})
		}
	}
	if h := a.hole(CallListeners, b.uid); h != nil {
		for _, id := range sortedKeys(b.pools) {
			a.pool(all, vpc, b.pools[id], hit{front: b, doubt: h})
		}
	}
}

// pool notes what a pool's members are.
func (a *terrain) pool(all map[string][]hit, vpc, uid string, is hit) {
	if h := a.hole(CallPoolMembers, uid); h != nil {
		at := is
		at.doubt = h
		all[vpc] = append(all[vpc], at)
	}
	for i := range a.members[uid] {
		at := is
		at.target = &a.members[uid][i]
		t := at.target
		switch {
		case t.instance != "":
			all[t.instance] = append(all[t.instance], at)
		case t.address != "":
			all[t.address] = append(all[t.address], at)
		case t.name != "": // a name of the VPC's own may lead to any server in it
			at.doubt = &hole{t.s.why(snapshot.NotCollected, "what "+t.name+" leads to"), t.s.from}
			all[vpc] = append(all[vpc], at)
		}
	}
}
