package walker

import (
	"net/netip"
	"slices"
	"strings"

	"plumbline/internal/cloud/sim"
)

// backPort is a port from which a load balancer speaks to its targets.
const backPort = 40000

// balanced walks to the interface of a load balancer, through it, to the
// instance, and back.
func (w *walk) balanced(n *sim.NetworkInterface) Result {
	name, ok := strings.CutPrefix(n.Description, "ELB ")
	if !ok {
		return Result{Stopped: "the address is a service's that passes nothing on"}
	}
	if stop := w.enter(n.SubnetId); stop != "" {
		return Result{Stopped: "load balancer: " + stop}
	}
	wears := worn(n)
	if len(wears) > 0 && !w.admitted(wears, w.p.From, nil, w.p.ToPort) {
		return Result{Stopped: "load balancer: security groups"}
	}
	if back := w.leave(Result{}, n.SubnetId); !back.Answered {
		return Result{Stopped: "load balancer: " + back.Stopped}
	}
	zones := w.zones(name)
	for _, h := range w.hops(name) {
		if !w.sent(n, h, zones) {
			continue
		}
		if r := w.behind(n, h); r.Arrived {
			return r
		}
	}
	return Result{Stopped: "behind the load balancer"}
}

func worn(n *sim.NetworkInterface) []string {
	var out []string
	for _, g := range n.Groups {
		out = append(out, g.GroupId)
	}
	return out
}

// A hop is where a load balancer sends what it takes: an interface and a port
// of the instance, from its own address or from the client's.
type hop struct {
	to      *sim.Interface
	address string
	port    int
	client  bool
	across  bool // the load balancer's nodes send to targets of other zones
}

// zones are those in which a load balancer stands.
func (w *walk) zones(name string) []string {
	var out []string
	for _, b := range w.net.LoadBalancers {
		if strings.HasSuffix(b.LoadBalancerArn, ":loadbalancer/"+name) {
			for _, z := range b.AvailabilityZones {
				out = append(out, z.ZoneName)
			}
		}
	}
	for _, b := range w.net.Classic {
		if b.LoadBalancerName == name {
			out = append(out, b.AvailabilityZones...)
		}
	}
	return out
}

// sent says that a node of a load balancer sends to a target: where the load
// balancer stands in the target's zone, of its own node, and of the others if
// they send across zones ("How Elastic Load Balancing works", user guide).
func (w *walk) sent(n *sim.NetworkInterface, h hop, zones []string) bool {
	s := w.subnet(h.to.Subnet)
	return s != nil && slices.Contains(zones, s.AvailabilityZone) && (h.across || n.AvailabilityZone == s.AvailabilityZone)
}

// hops are the ways from a load balancer's port to the instance.
func (w *walk) hops(name string) []hop {
	var out []hop
	for _, b := range w.net.LoadBalancers {
		if !strings.HasSuffix(b.LoadBalancerArn, ":loadbalancer/"+name) || b.Scheme != "internet-facing" || b.State.Code != "active" {
			continue
		}
		for _, l := range w.net.Listeners {
			if l.LoadBalancerArn == b.LoadBalancerArn && l.Port == w.p.ToPort && w.takes(l.Protocol) {
				out = append(out, w.forwards(l, b)...)
			}
		}
	}
	for _, b := range w.net.Classic {
		if b.LoadBalancerName == name && b.Scheme == "internet-facing" {
			out = append(out, w.classic(b)...)
		}
	}
	return out
}

func (w *walk) takes(protocol string) bool {
	switch protocol {
	case "UDP":
		return w.p.Protocol == UDP
	case "TCP_UDP":
		return w.p.Protocol == UDP || w.p.Protocol == TCP
	default:
		return w.p.Protocol == TCP
	}
}

// forwards are the targets of a listener, by its default actions and by its
// rules. A client asks for whatever a rule wants; its address is not its choice.
func (w *walk) forwards(l *sim.Listener, b *sim.LoadBalancer) []hop {
	actions := append([]sim.Action{}, l.DefaultActions...)
	for _, r := range w.net.Rules {
		if r.ListenerArn == l.ListenerArn && w.picks(r) {
			actions = append(actions, r.Actions...)
		}
	}
	var out []hop
	for _, a := range actions {
		for _, g := range w.net.TargetGroups {
			if a.Type == "forward" && share(a, g.TargetGroupArn) {
				out = append(out, w.members(g, b)...)
			}
		}
	}
	return out
}

func (w *walk) picks(r *sim.ListenerRule) bool {
	for _, c := range r.Conditions {
		if c.SourceIpConfig != nil && !slices.ContainsFunc(c.SourceIpConfig.Values, func(b string) bool { return netip.MustParsePrefix(b).Contains(w.p.From) }) {
			return false
		}
	}
	return true
}

// share says that an action sends anything to a target group.
func share(a sim.Action, group string) bool {
	if a.ForwardConfig == nil {
		return a.TargetGroupArn == group
	}
	return slices.ContainsFunc(a.ForwardConfig.TargetGroups, func(t sim.TargetGroupTuple) bool {
		return t.TargetGroupArn == group && (t.Weight == nil || *t.Weight > 0)
	})
}

func (w *walk) members(g *sim.TargetGroup, b *sim.LoadBalancer) []hop {
	across := g.CrossZone == "true" || g.CrossZone != "false" && b.Type == "application"
	var out []hop
	for _, t := range g.Targets {
		for k := range w.i.Interfaces {
			n := &w.i.Interfaces[k]
			if g.TargetType == "instance" && t.Target.Id == w.i.ID && k == 0 || g.TargetType == "ip" && t.Target.Id == n.Private {
				out = append(out, hop{n, n.Private, t.Target.Port, g.PreservesClient, across})
			}
		}
	}
	return out
}

func (w *walk) classic(b *sim.ClassicBalancer) []hop {
	var out []hop
	for _, d := range b.ListenerDescriptions {
		for _, i := range b.Instances {
			if d.Listener.LoadBalancerPort == w.p.ToPort && w.p.Protocol == TCP && i.InstanceId == w.i.ID && len(w.i.Interfaces) > 0 {
				out = append(out, hop{&w.i.Interfaces[0], w.i.Interfaces[0].Private, d.Listener.InstancePort, false, false})
			}
		}
	}
	return out
}

// behind walks from the load balancer to a target and back. Within a subnet no
// network ACL is asked.
func (w *walk) behind(n *sim.NetworkInterface, h hop) Result {
	own, target := netip.MustParseAddr(n.PrivateIpAddress), netip.MustParseAddr(h.address)
	from, fromPort := own, backPort
	if h.client {
		from, fromPort = w.p.From, w.p.FromPort
	}
	if h.to.Subnet != n.SubnetId {
		switch {
		case !w.passes(n.SubnetId, true, target, h.port, 0, 0):
			return Result{Stopped: "network ACL of the load balancer, outbound"}
		case !w.passes(h.to.Subnet, false, from, h.port, 0, 0):
			return Result{Stopped: "network ACL of the target, inbound"}
		case !w.passes(h.to.Subnet, true, from, fromPort, 0, 0):
			return Result{Stopped: "network ACL of the target, outbound"}
		case !w.passes(n.SubnetId, false, target, fromPort, 0, 0):
			return Result{Stopped: "network ACL of the load balancer, inbound"}
		}
	}
	if !w.admitted(names(h.to.Groups), from, worn(n), h.port) {
		return Result{Stopped: "security groups of the target"}
	}
	return Result{Arrived: true, Answered: true, Port: h.port, Balancer: true}
}
