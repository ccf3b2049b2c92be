package awsfact

import (
	"net/netip"
	"slices"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// HasRules says that rules of a load balancer's listeners decide who is reached
// from the internet: clients there may connect to it. The one that sends what it
// takes to appliances has none (DescribeRules in the Elastic Load Balancing API
// reference).
func HasRules(v wire.Value) bool {
	return !v.Get("Scheme").Is("internal") && !v.Get("Type").Is("gateway")
}

// A listener takes connections on one port.
type listener struct {
	arn      string
	protocol string
	port     uint16
	forwards []forward    // of its default action, then of its rules
	named    []string     // ARNs of all target groups that its actions name, those that are sent nothing too
	guest    uint16       // of a classic one: the instance's port
	doubt    *fact.Reason // whose connections it takes
	hidden   *fact.Reason // actions that could not be read: it may forward elsewhere too
	ruled    bool         // it has rules beside its default action
}

// A forward is that a listener sends requests to a target group.
//
// Which requests a rule is for is a client's to choose, but for the address that
// it comes from: a forward of any rule is a way in. That rules leave something
// to those after them and to the default action is assumed.
type forward struct {
	group   string
	when    string       // which requests, in words; "" where the default action sends them
	limited bool         // only those from sources
	sources reach.Addrs  //
	doubt   *fact.Reason // whether a client gets as far as that
}

func (a *terrain) takeListener(v wire.Value, s source) bool {
	b := a.fronts.balancers[text(v.Get("LoadBalancerArn"))]
	if b == nil {
		return v.Get("LoadBalancerArn").Exists()
	}
	l := &listener{arn: text(v.Get("ListenerArn")), protocol: text(v.Get("Protocol"))}
	port, ok := portOf(v.Get("Port"))
	if !ok {
		return false
	}
	l.port = port
	l.act(v.Get("DefaultActions"), forward{}, s, "/DefaultActions")
	if mode := v.Get("MutualAuthentication").Get("Mode"); mode.Exists() && !mode.Is("off") && !mode.Is("passthrough") {
		l.doubt = s.why(snapshot.NotCollected, "whose certificates the listener takes")
	}
	b.listeners = append(b.listeners, l)
	a.fronts.listeners[l.arn] = l
	return true
}

// takeRule takes in a rule of a listener. What the default one says stands in
// the listener itself.
func (a *terrain) takeRule(v wire.Value, s source) bool {
	l := a.fronts.listeners[text(v.Get("^").Get(AboutListener))]
	switch {
	case l == nil:
		return v.Get("^").Get(AboutListener).Exists()
	case v.Get("IsDefault").Is("true"):
		return true
	}
	l.ruled = true
	f := forward{when: "of requests that a rule picks out"}
	var words []string
	for _, c := range v.Get("Conditions").Items() {
		words = append(words, conditionWords(c))
		if c.Get("Field").Is("source-ip") {
			f.limit(c.Get("SourceIpConfig"), s)
		}
	}
	slices.Sort(words)
	if len(words) > 0 {
		f.when = "where " + strings.Join(words, " and ")
	}
	l.act(v.Get("Actions"), f, s, "/Actions")
	return true
}

// limit reads from whom a rule takes requests: of application load balancers
// from some blocks, of network load balancers from a family (SourceIpConditionConfig
// in the Elastic Load Balancing API reference).
func (f *forward) limit(v wire.Value, s source) {
	f.limited = true
	switch kind := v.Get("IpAddressType"); {
	case kind.Is("ipv4"):
		f.sources = reach.All(reach.IPv4)
		return
	case kind.Is("ipv6"):
		f.sources = reach.All(reach.IPv6)
		return
	case kind.Exists():
		f.limited, f.doubt = false, s.strange(kind)
		return
	}
	values := v.Get("Values")
	if values.Len() == 0 {
		f.limited, f.doubt = false, s.why(snapshot.Absent, "/Conditions/SourceIpConfig/Values")
	}
	for _, x := range values.Items() {
		p, err := netip.ParsePrefix(text(x))
		if err != nil {
			f.limited, f.doubt = false, s.strange(x)
			return
		}
		f.sources = f.sources.Union(reach.Prefixes(p))
	}
}

// conditionNames are what rules ask requests about, by the words of AWS.
var conditionNames = map[string]string{
	"path-pattern": "the path", "host-header": "the host", "http-request-method": "the method", "source-ip": "the client's address",
	"query-string": "the query", "http-header": "the header",
}

// conditionWords tells a condition. What a header or a query has to be is left
// out: it may be a secret.
func conditionWords(v wire.Value) string {
	field := text(v.Get("Field"))
	name := conditionNames[field]
	var values []string
	for _, config := range []wire.Value{v, v.Get("PathPatternConfig"), v.Get("HostHeaderConfig"), v.Get("HttpRequestMethodConfig"), v.Get("SourceIpConfig")} {
		for _, member := range []string{"Values", "RegexValues"} {
			for _, x := range config.Get(member).Items() {
				if word := shorten(text(x)); !slices.Contains(values, word) {
					values = append(values, word)
				}
			}
		}
	}
	switch {
	case name == "":
		return "a condition named " + shorten(field) + " holds"
	case field == "http-header":
		return name + " " + shorten(text(v.Get("HttpHeaderConfig").Get("HttpHeaderName"))) + " is as it should be"
	case field == "query-string" || len(values) == 0:
		return name + " is as it should be"
	case len(values) > mostTold:
		return name + " is one of " + portText(uint16(len(values))) //nolint:gosec // a rule has few
	}
	slices.Sort(values)
	return name + " is " + strings.Join(values, " or ")
}

// act reads what becomes of the requests that f tells. Actions are done in their
// order: who has to sign in does so before a request is sent on.
func (l *listener) act(list wire.Value, f forward, s source, path string) {
	if !list.IsList() && !list.IsNull() {
		l.hidden = s.why(snapshot.Absent, path)
	}
	for _, v := range list.Items() {
		switch text(v.Get("Type")) {
		case "redirect", "fixed-response":
		case "authenticate-oidc", "authenticate-cognito", "jwt-validation":
			f.doubt = s.why(snapshot.NotCollected, "who may sign in at the listener")
		case "forward":
			l.forward(v, f)
		default:
			f.doubt = s.oddly(v.Get("Type"), path+"/Type")
			l.hidden = f.doubt
		}
	}
}

// forward notes the groups that an action sends to. One that has no share of the
// requests gets none.
func (l *listener) forward(v wire.Value, f forward) {
	add := func(arn string, share bool) {
		if arn == "" {
			return
		}
		if !slices.Contains(l.named, arn) {
			l.named = append(l.named, arn)
		}
		f.group = arn
		if share {
			l.forwards = append(l.forwards, f)
		}
	}
	groups := v.Get("ForwardConfig").Get("TargetGroups")
	for _, t := range groups.Items() {
		add(text(t.Get("TargetGroupArn")), !t.Get("Weight").Is("0"))
	}
	if groups.Len() == 0 {
		add(text(v.Get("TargetGroupArn")), true)
	}
}

// settle puts the forwards in an order that does not depend on the reply's.
func (l *listener) settle() {
	slices.SortStableFunc(l.forwards, func(x, y forward) int { return strings.Compare(x.group+" "+x.when, y.group+" "+y.when) })
}

// to are the forwards to a group. One that anybody may have, and for certain,
// says all that there is to say.
func (l *listener) to(group string) (all []*forward) {
	for i := range l.forwards {
		f := &l.forwards[i]
		if f.group != group {
			continue
		}
		if f.doubt == nil && !f.limited {
			return []*forward{f}
		}
		all = append(all, f)
	}
	return all
}

// words say which requests are sent on.
func (l *listener) words(f *forward) string {
	switch {
	case f == nil:
		return ""
	case f.when != "":
		return ", " + f.when
	case l.ruled:
		return ", where no rule of the listener says otherwise"
	}
	return ""
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
