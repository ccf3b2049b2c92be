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
	listeners map[string]*listener    // by ARN
	groups    map[string]*targetGroup // by ARN
	instances map[string][]*target    // by instance
	addresses map[netip.Addr][]*target
	behind    map[string][]*targetGroup // of type alb, by the load balancer that is their target
	classic   map[string][]*balancer    // by instance
}

func newFronts() fronts {
	return fronts{
		balancers: map[string]*balancer{}, listeners: map[string]*listener{}, groups: map[string]*targetGroup{}, instances: map[string][]*target{},
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
	listeners     []*listener
	rules         bool         // its listeners have rules
	doubt         *fact.Reason // whether it works at all
	s             source
}

// A balancerZone is a subnet it stands in.
type balancerZone struct{ subnet, zone string }

func (a *terrain) takeBalancer(v wire.Value, s source) bool {
	b := &balancer{
		uid: text(v.Get("LoadBalancerArn")), dns: text(v.Get("DNSName")), vpc: text(v.Get("VpcId")), kind: text(v.Get("Type")),
		scheme: text(v.Get("Scheme")), groups: joinedTexts(v.Get("SecurityGroups")), s: s,
	}
	kind := text(v.Get("IpAddressType"))
	b.rules = HasRules(v)
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

// A targetGroup is where requests go.
type targetGroup struct {
	arn, protocol, kind, vpc string
	six                      bool // its targets are reached over IPv6
	balancers                []string
	odd                      *fact.Reason      // it is not known which load balancers use it
	config                   map[string]string // its attributes; nil where they were not read
	s                        source
}

// A target is an instance or an address, at one port.
type target struct {
	group *targetGroup
	port  uint16
	zone  string // of an address: whose nodes of the load balancer send to it, "all" for every one
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
	x := &target{group: t, zone: text(v.Get("Target").Get("AvailabilityZone"))}
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

// takeConfig takes in the attributes of a target group.
func (a *terrain) takeConfig(v wire.Value, s source) bool {
	t := a.fronts.groups[text(v.Get("^").Get(AboutTargetGroup))]
	if t == nil {
		return v.Get("^").Get(AboutTargetGroup).Exists()
	}
	t.config = map[string]string{}
	for _, x := range v.Get("Attributes").Items() {
		t.config[text(x.Get("Key"))] = text(x.Get("Value"))
	}
	return true
}

// attribute is a setting of a target group; h says why it is not known.
func (a *terrain) attribute(t *targetGroup, key string) (value string, h *hole) {
	if value, ok := t.config[key]; ok {
		return value, nil
	}
	if h := a.hole(CallTargetConfig, t.arn); h != nil {
		return "", h
	}
	return "", &hole{&fact.Reason{Cause: snapshot.Absent, Call: CallTargetConfig, Region: a.region, Detail: key}, t.s.from}
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
		b.listeners = append(b.listeners, &listener{protocol: text(x.Get("Protocol")), port: front, guest: guest})
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
		slices.SortStableFunc(b.listeners, func(x, y *listener) int { return int(x.port) - int(y.port) })
		for _, l := range b.listeners {
			l.settle()
			for i := range l.forwards {
				if t := a.fronts.groups[l.forwards[i].group]; t != nil && !slices.Contains(t.balancers, uid) {
					t.balancers = append(t.balancers, uid)
				}
			}
		}
	}
	for _, t := range a.fronts.groups {
		slices.Sort(t.balancers)
	}
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
