package awsfact

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// fronts are the load balancers of a region and what stands behind them.
type fronts struct {
	balancers map[string]*balancer    // by ARN; classic ones by uid
	groups    map[string]*targetGroup // by ARN
	instances map[string][]*target    // by instance
	addresses map[netip.Addr][]*target
	behind    map[string][]*targetGroup // of type alb, by the load balancer that is their target
	classic   map[string][]*balancer    // by instance
}

func newFronts() fronts {
	return fronts{
		balancers: map[string]*balancer{}, groups: map[string]*targetGroup{}, instances: map[string][]*target{},
		addresses: map[netip.Addr][]*target{}, behind: map[string][]*targetGroup{}, classic: map[string][]*balancer{},
	}
}

// A balancer takes connections from clients and makes its own to its targets, or
// sends them on.
type balancer struct {
	uid, dns, vpc string
	kind          string // application, network, gateway, classic
	scheme        string
	dual          bool // it has IPv6 addresses too
	only6         bool // and those alone are public
	groups        string
	zones         []balancerZone
	listeners     []listener
	doubt         *fact.Reason // whether it works at all
	s             source
}

// A balancerZone is a subnet it stands in.
type balancerZone struct{ subnet, zone string }

// A listener takes connections on one port.
type listener struct {
	protocol string
	port     uint16
	targets  []string // ARNs of target groups that its default action forwards to
	guest    uint16   // of a classic one: the instance's port
	doubt    *fact.Reason
}

func (a *terrain) takeBalancer(v wire.Value, s source) bool {
	b := &balancer{
		uid: text(v.Get("LoadBalancerArn")), dns: text(v.Get("DNSName")), vpc: text(v.Get("VpcId")), kind: text(v.Get("Type")),
		scheme: text(v.Get("Scheme")), groups: joinedTexts(v.Get("SecurityGroups")), s: s,
	}
	kind := text(v.Get("IpAddressType"))
	b.dual, b.only6 = strings.HasPrefix(kind, "dualstack"), kind == "dualstack-without-public-ipv4"
	for _, z := range v.Get("AvailabilityZones").Items() {
		b.zones = append(b.zones, balancerZone{text(z.Get("SubnetId")), text(z.Get("ZoneName"))})
	}
	switch state := v.Get("State").Get("Code"); {
	case state.Is("active"), state.Is("active_impaired"):
	default:
		b.doubt = s.oddly(state, "/State/Code")
	}
	if b.uid != "" {
		a.fronts.balancers[b.uid] = b
	}
	return b.uid != ""
}

// joinedTexts are the texts of a list, sorted and joined.
func joinedTexts(v wire.Value) string {
	var all []string
	for _, x := range v.Items() {
		all = append(all, text(x))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func (a *terrain) takeListener(v wire.Value, s source) bool {
	b := a.fronts.balancers[text(v.Get("LoadBalancerArn"))]
	if b == nil {
		return v.Get("LoadBalancerArn").Exists()
	}
	l := listener{protocol: text(v.Get("Protocol"))}
	port, ok := portOf(v.Get("Port"))
	if !ok {
		return false
	}
	l.port = port
	for _, action := range v.Get("DefaultActions").Items() {
		l.act(action, s)
	}
	if mode := v.Get("MutualAuthentication").Get("Mode"); mode.Exists() && !mode.Is("off") && !mode.Is("passthrough") {
		l.doubt = s.why(snapshot.NotCollected, "whose certificates the listener takes")
	}
	b.listeners = append(b.listeners, l)
	return true
}

// act reads what becomes of a request that no rule is for. Rules are not asked
// for: that no rule takes every request away from the default is assumed.
func (l *listener) act(v wire.Value, s source) {
	switch kind := text(v.Get("Type")); kind {
	case "forward":
	case "redirect", "fixed-response":
		return
	case "authenticate-oidc", "authenticate-cognito", "jwt-validation":
		l.doubt = s.why(snapshot.NotCollected, "who may sign in at the listener")
		return
	default:
		l.doubt = s.oddly(v.Get("Type"), "/DefaultActions/Type")
		return
	}
	if arn := text(v.Get("TargetGroupArn")); arn != "" {
		l.targets = append(l.targets, arn)
	}
	for _, t := range v.Get("ForwardConfig").Get("TargetGroups").Items() {
		if arn := text(t.Get("TargetGroupArn")); !t.Get("Weight").Is("0") && !slices.Contains(l.targets, arn) {
			l.targets = append(l.targets, arn)
		}
	}
}

// A targetGroup is where requests go.
type targetGroup struct {
	arn, protocol, kind, vpc string
	six                      bool // its targets are reached over IPv6
	balancers                []string
	odd                      *fact.Reason // it is not known which load balancers use it
	s                        source
}

// A target is an instance or an address, at one port.
type target struct {
	group *targetGroup
	port  uint16
	odd   *fact.Reason
}

func (a *terrain) takeTargets(v wire.Value, s source) bool {
	t := &targetGroup{arn: text(v.Get("TargetGroupArn")), protocol: text(v.Get("Protocol")), kind: text(v.Get("TargetType")), vpc: text(v.Get("VpcId")), six: v.Get("IpAddressType").Is("ipv6"), s: s}
	list := v.Get("LoadBalancerArns")
	if !list.IsList() && !list.IsNull() {
		t.odd = s.why(snapshot.Absent, "/LoadBalancerArns")
	}
	for _, x := range list.Items() {
		t.balancers = append(t.balancers, text(x))
	}
	a.fronts.groups[t.arn] = t
	return t.arn != ""
}

func (a *terrain) takeTarget(v wire.Value, s source) bool {
	t := a.fronts.groups[text(v.Get("^").Get(AboutTargetGroup))]
	if t == nil {
		return v.Get("^").Get(AboutTargetGroup).Exists()
	}
	id := text(v.Get("Target").Get("Id"))
	x := &target{group: t}
	if port, ok := portOf(v.Get("Target").Get("Port")); ok {
		x.port = port
	} else {
		x.odd = s.oddly(v.Get("Target").Get("Port"), "/Target/Port")
	}
	switch t.kind {
	case "instance":
		a.fronts.instances[id] = append(a.fronts.instances[id], x)
	case "ip":
		addr, err := netip.ParseAddr(id)
		if err != nil {
			return false
		}
		a.fronts.addresses[addr] = append(a.fronts.addresses[addr], x)
	case "alb":
		a.fronts.behind[id] = append(a.fronts.behind[id], t)
	}
	return id != ""
}

func (a *terrain) takeClassic(v wire.Value, s source) bool {
	b := &balancer{uid: s.from.UID, dns: text(v.Get("DNSName")), vpc: text(v.Get("VPCId")), kind: "classic", scheme: text(v.Get("Scheme")),
		groups: joinedTexts(v.Get("SecurityGroups")), s: s}
	for _, x := range v.Get("Subnets").Items() {
		b.zones = append(b.zones, balancerZone{subnet: text(x)})
	}
	for _, x := range v.Get("ListenerDescriptions").Items() {
		x = x.Get("Listener")
		front, ok1 := portOf(x.Get("LoadBalancerPort"))
		guest, ok2 := portOf(x.Get("InstancePort"))
		if !ok1 || !ok2 {
			return false
		}
		b.listeners = append(b.listeners, listener{protocol: text(x.Get("Protocol")), port: front, guest: guest})
	}
	for _, x := range v.Get("Instances").Items() {
		id := text(x.Get("InstanceId"))
		a.fronts.classic[id] = append(a.fronts.classic[id], b)
	}
	return true
}

// link completes what takes more than one document: a classic load balancer does
// not say in which zone its subnets are, and a listener may forward to a group
// whose own document does not name the load balancer yet.
func (a *terrain) link() {
	for _, list := range a.fronts.classic {
		for _, b := range list {
			for i := range b.zones {
				if s := a.subnets[b.zones[i].subnet]; s != nil {
					b.zones[i].zone = s.zone
				}
			}
		}
	}
	for uid, b := range a.fronts.balancers {
		slices.SortStableFunc(b.listeners, func(x, y listener) int { return int(x.port) - int(y.port) })
		for i := range b.listeners {
			for _, arn := range b.listeners[i].targets {
				if t := a.fronts.groups[arn]; t != nil && !slices.Contains(t.balancers, uid) {
					t.balancers = append(t.balancers, uid)
				}
			}
		}
	}
}

// protocols are those that a listener takes packets of.
func (l *listener) protocols() []uint16 {
	switch l.protocol {
	case "UDP", "QUIC":
		return []uint16{reach.UDP}
	case "TCP_UDP", "TCP_QUIC":
		return []uint16{reach.TCP, reach.UDP}
	}
	return []uint16{reach.TCP}
}

// layer is how far a load balancer looks into what it sends on.
func (b *balancer) layer(l *listener) string {
	if b.kind == "application" || b.kind == "classic" && strings.HasPrefix(strings.ToUpper(l.protocol), "HTTP") {
		return "l7"
	}
	return "l4"
}

// families in which clients may come.
func (b *balancer) families() []string {
	switch {
	case b.only6:
		return []string{reach.IPv6}
	case b.dual:
		return []string{reach.IPv4, reach.IPv6}
	}
	return []string{reach.IPv4}
}

// short is what a load balancer is called in a path.
func (b *balancer) short() string { return b.uid[strings.LastIndexByte(b.uid, '/')+1:] }

func portText(n uint16) string { return strconv.Itoa(int(n)) }
