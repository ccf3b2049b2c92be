package awssim

import (
	"net/url"
	"reflect"
	"slices"

	"plumbline/internal/cloud/sim"
)

// balancerOps are the calls of Elastic Load Balancing, of both kinds.
var balancerOps = map[string]queryOp{
	balancer + "DescribeLoadBalancers":         (*Server).describeBalancers,
	balancer + "DescribeListeners":             (*Server).describeListeners,
	balancer + "DescribeRules":                 (*Server).describeListenerRules,
	balancer + "DescribeTargetGroups":          (*Server).describeTargetGroups,
	balancer + "DescribeTargetGroupAttributes": (*Server).describeTargetGroupAttributes,
	balancer + "DescribeTargetHealth":          (*Server).describeTargetHealth,
	classic + "DescribeLoadBalancers":          (*Server).describeClassic,
}

// mostBalancers is the largest PageSize, and the page of those who name none:
// "a number from 1 to 400", API references of both kinds.
const mostBalancers = 400

// marked writes one page of rows in an element of the result.
func (s *Server) marked(c *caller, q url.Values, set string, rows []any) (*page, *refusal) {
	size, no := sizeOf(c, q.Get("PageSize"), 1, mostBalancers, mostBalancers)
	if no != nil {
		return nil, no
	}
	rows, next, no := pageOf(s, c, rows, size, q.Get("Marker"))
	if no != nil {
		return nil, no
	}
	p := c.result()
	p.membersOf(set, rows, s)
	if next != "" {
		p.text("NextMarker", next)
	}
	return c.endResult(p), nil
}

func (p *page) membersOf(set string, rows []any, s *Server) {
	w := writer{p, elbStyle, s.rng()}
	if len(rows) == 0 {
		p.empty(set)
		return
	}
	p.open(set)
	for _, r := range rows {
		w.value(w.item, reflect.ValueOf(r))
	}
	p.close(set)
}

// chosen keeps the rows whose member is one of those named; where none is
// named, all. A name that is not known is refused.
func chosen[T any](rows []*T, names []string, member, missing string) ([]*T, *refusal) {
	if len(names) == 0 {
		return rows, nil
	}
	var out []*T
	for _, name := range names {
		n := slices.IndexFunc(rows, func(r *T) bool { return slices.Contains(at(reflect.ValueOf(r), member), name) })
		if n < 0 {
			return nil, badRequest(missing, "'"+name+"' not found")
		}
		out = append(out, rows[n])
	}
	return out, nil
}

// list is a list parameter of a query service, "Names.member.1" …
func list(q url.Values, name string) []string { return numbered(q, name+".member") }

func (s *Server) describeBalancers(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "LoadBalancerArns.member.", "Names.member.", "Marker", "PageSize"); no != nil {
		return nil, no
	}
	rows, no := chosen(c.region.Network().LoadBalancers, list(q, "LoadBalancerArns"), "LoadBalancerArn", "LoadBalancerNotFound")
	if no == nil {
		rows, no = chosen(rows, list(q, "Names"), "LoadBalancerName", "LoadBalancerNotFound")
	}
	if no != nil {
		return nil, no
	}
	return s.marked(c, q, "LoadBalancers", anys(rows))
}

func (s *Server) describeListeners(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "LoadBalancerArn", "ListenerArns.member.", "Marker", "PageSize"); no != nil {
		return nil, no
	}
	n := c.region.Network()
	arns, of := list(q, "ListenerArns"), q.Get("LoadBalancerArn")
	if of == "" && arns == nil {
		return nil, badRequest("ValidationError", "You must specify either a load balancer or one or more listeners")
	}
	rows, no := chosen(n.Listeners, arns, "ListenerArn", "ListenerNotFound")
	if no != nil {
		return nil, no
	}
	if of != "" {
		if _, no = chosen(n.LoadBalancers, []string{of}, "LoadBalancerArn", "LoadBalancerNotFound"); no != nil {
			return nil, no
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(l *sim.Listener) bool { return l.LoadBalancerArn != of })
	}
	return s.marked(c, q, "Listeners", anys(rows))
}

func (s *Server) describeListenerRules(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "ListenerArn", "Marker", "PageSize"); no != nil {
		return nil, no
	}
	n := c.region.Network()
	if _, no := chosen(n.Listeners, []string{q.Get("ListenerArn")}, "ListenerArn", "ListenerNotFound"); no != nil {
		return nil, no
	}
	rows := slices.DeleteFunc(slices.Clone(n.Rules), func(r *sim.ListenerRule) bool { return r.ListenerArn != q.Get("ListenerArn") })
	return s.marked(c, q, "Rules", anys(rows))
}

func (s *Server) describeTargetGroups(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "LoadBalancerArn", "TargetGroupArns.member.", "Names.member.", "Marker", "PageSize"); no != nil {
		return nil, no
	}
	n := c.region.Network()
	rows, no := chosen(n.TargetGroups, list(q, "TargetGroupArns"), "TargetGroupArn", "TargetGroupNotFound")
	if no == nil {
		rows, no = chosen(rows, list(q, "Names"), "TargetGroupName", "TargetGroupNotFound")
	}
	if no != nil {
		return nil, no
	}
	if of := q.Get("LoadBalancerArn"); of != "" {
		rows = slices.DeleteFunc(slices.Clone(rows), func(g *sim.TargetGroup) bool { return !slices.Contains(g.LoadBalancerArns, of) })
	}
	return s.marked(c, q, "TargetGroups", anys(rows))
}

// group finds the target group that a call is about.
func (c *caller) group(q url.Values) (*sim.TargetGroup, *refusal) {
	rows, no := chosen(c.region.Network().TargetGroups, []string{q.Get("TargetGroupArn")}, "TargetGroupArn", "TargetGroupNotFound")
	if no != nil {
		return nil, no
	}
	return rows[0], nil
}

func (s *Server) describeTargetHealth(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "TargetGroupArn"); no != nil {
		return nil, no
	}
	g, no := c.group(q)
	if no != nil {
		return nil, no
	}
	rows, _, _ := pageOf(s, c, anys(g.Targets), len(g.Targets), "")
	p := c.result()
	p.membersOf("TargetHealthDescriptions", rows, s)
	return c.endResult(p), nil
}

func (s *Server) describeTargetGroupAttributes(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "TargetGroupArn"); no != nil {
		return nil, no
	}
	g, no := c.group(q)
	if no != nil {
		return nil, no
	}
	var rows []any
	for _, a := range g.Attributes() {
		rows = append(rows, &a)
	}
	p := c.result()
	p.membersOf("Attributes", rows, s)
	return c.endResult(p), nil
}

func (s *Server) describeClassic(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "LoadBalancerNames.member.", "Marker", "PageSize"); no != nil {
		return nil, no
	}
	rows, no := chosen(c.region.Network().Classic, list(q, "LoadBalancerNames"), "LoadBalancerName", "LoadBalancerNotFound")
	if no != nil {
		return nil, no
	}
	return s.marked(c, q, "LoadBalancerDescriptions", anys(rows))
}
