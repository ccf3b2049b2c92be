package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
)

// The elements of lists that several kinds have.

func openingFields() []*field {
	return []*field{
		plain("family", "ipv4 or ipv6.", func(o *estate.Opening) *string { return &o.Family }, "ipv4", "ipv6"),
		plain("protocol", "tcp, udp, icmp, or another protocol's number.", func(o *estate.Opening) *string { return &o.Protocol }),
		count("from", "The first port of the workload's own; 0 where the protocol has none.", func(o *estate.Opening) *int64 { return &o.From }),
		count("to", "The last port of the workload's own.", func(o *estate.Opening) *int64 { return &o.To }),
		count("front_from", "The first port that clients connect to.", func(o *estate.Opening) *int64 { return &o.FrontFrom }),
		count("front_to", "The last port that clients connect to.", func(o *estate.Opening) *int64 { return &o.FrontTo }),
		plain("layer", "l4, or l7 where a load balancer speaks the application's protocol.", func(o *estate.Opening) *string { return &o.Layer }, "l4", "l7"),
		plain("via", "The load balancer in between, by its uid; empty if there is none.", func(o *estate.Opening) *string { return &o.Via }),
		plain("return", "How far replies come back: to every client port, to some, or not at all.", func(o *estate.Opening) *string { return &o.Return }, "full", "partial", "one_way"),
		yes("any_source", "It is open to any source, not only to chosen ones.", func(o *estate.Opening) *fact.Of[bool] { return &o.AnySource }),
	}
}

func showOpening(o *estate.Opening) any {
	m := map[string]any{"family": o.Family, "protocol": o.Protocol, "from": o.From, "to": o.To, "layer": o.Layer, "return": o.Return, "sources": o.Sources, "address": o.Address}
	if o.Via != "" {
		m["via"], m["front_from"], m["front_to"] = o.Via, o.FrontFrom, o.FrontTo
	}
	return m
}

func gateRuleFields() []*field {
	return []*field{
		plain("gate", "The group or list it belongs to, by its uid.", func(r *estate.GateRule) *string { return &r.Gate }),
		plain("id", "Its own id, or an entry's number.", func(r *estate.GateRule) *string { return &r.ID }),
		plain("direction", "in or out.", func(r *estate.GateRule) *string { return &r.Direction }, "in", "out"),
		plain("action", "allow or deny.", func(r *estate.GateRule) *string { return &r.Action }, "allow", "deny"),
		plain("protocol", "tcp, udp, icmp, icmp_tcp_udp for these three at once, all, or a number.", func(r *estate.GateRule) *string { return &r.Protocol }),
		count("from", "The first port.", func(r *estate.GateRule) *int64 { return &r.From }),
		count("to", "The last port.", func(r *estate.GateRule) *int64 { return &r.To }),
		flag("any_address", "The other side may be any address of a family.", func(r *estate.GateRule) *bool { return &r.AnyAddress }),
		plain("peer", "The other side, in the provider's words.", func(r *estate.GateRule) *string { return &r.Peer }),
		yes("needed", "Of a workload in IBM Cloud, where any address is let in: a public address leads to it, or load balancers hand on to it all that the rule lets in.",
			func(r *estate.GateRule) *fact.Of[bool] { return &r.Needed }),
	}
}

func showGateRule(r *estate.GateRule) any {
	m := map[string]any{"gate": r.Gate, "id": r.ID, "direction": r.Direction, "action": r.Action, "protocol": r.Protocol, "from": r.From, "to": r.To, "peer": r.Peer}
	shownWord(m, "needed", r.Needed)
	return m
}

func grantFields() []*field {
	return []*field{
		plain("level", "The power that the statement gives.", func(g *estate.Grant) *string { return &g.Level }, power.Words()...),
		plain("action", "The actions that give it, in the policy's words.", func(g *estate.Grant) *string { return &g.Action }),
		plain("resource", "On what.", func(g *estate.Grant) *string { return &g.Resource }),
		plain("policy", "The policy's name or full name.", func(g *estate.Grant) *string { return &g.Policy }),
		plain("statement", "Its id, or its place in the policy.", func(g *estate.Grant) *string { return &g.Statement }),
		plain("why", "What the actions allow, in a few words.", func(g *estate.Grant) *string { return &g.Why }),
		flag("inferred", "A condition stands beside it that was taken to be met.", func(g *estate.Grant) *bool { return &g.Inferred }),
	}
}

func showGrant(g *estate.Grant) any {
	m := map[string]any{"level": g.Level, "action": g.Action, "resource": g.Resource, "policy": g.Policy, "statement": g.Statement, "why": g.Why, "path": g.Path}
	if g.Inferred {
		m["inferred"] = true
	}
	return m
}

func secretFields() []*field {
	return []*field{
		plain("kind", "What kind of secret it is.", func(s *estate.Secret) *string { return &s.Kind }),
		plain("place", "Where in the user data it stands.", func(s *estate.Secret) *string { return &s.Place }),
		count("line", "The line there.", func(s *estate.Secret) *int64 { return &s.Line }),
	}
}

func showSecret(s *estate.Secret) any {
	return map[string]any{"kind": s.Kind, "place": s.Place, "line": s.Line, "hash": s.Hash}
}

func becomesFields() []*field {
	return []*field{
		plain("principal", "The profile, by its uid.", func(b *estate.Becomes) *string { return &b.Principal }),
		plain("name", "Its name.", func(b *estate.Becomes) *string { return &b.Name }),
		plain("mechanism", "What lets it: it was created with it, a link names it, or a claim rule fits it.",
			func(b *estate.Becomes) *string { return &b.Mechanism }, estate.ByDefault, estate.ByLink, estate.ByClaimRule),
		plain("by", "The link or the claim rule, by its name or id.", func(b *estate.Becomes) *string { return &b.By }),
		text("power", "What the profile may do at most.", func(b *estate.Becomes) *fact.Of[string] { return &b.Power }, power.Words()...),
		text("at_least", "What it may do for certain.", func(b *estate.Becomes) *fact.Of[string] { return &b.AtLeast }, power.Words()...),
	}
}

func showBecomes(b *estate.Becomes) any {
	m := map[string]any{"principal": b.Principal, "name": b.Name, "mechanism": b.Mechanism, "by": b.By, "path": b.Path}
	shownWord(m, "power", b.Power)
	return m
}

func claimFields() []*field {
	return []*field{
		plain("id", "Its id.", func(c *estate.Claim) *string { return &c.ID }),
		plain("name", "Its name; empty if it has none.", func(c *estate.Claim) *string { return &c.Name }),
		plain("compute", "The type of compute resource, in the provider's word: VSI, BMS, IKS_SA.", func(c *estate.Claim) *string { return &c.Compute }),
		yes("narrow", "It holds for named resources, and not for what anybody may make to fit it.", func(c *estate.Claim) *fact.Of[bool] { return &c.Narrow }),
		plain("scope", "What narrows it most.", func(c *estate.Claim) *string { return &c.Scope },
			estate.ScopeAny, estate.ScopeRegion, estate.ScopeZone, estate.ScopeVPC, estate.ScopeResourceGroup,
			estate.ScopeInstanceGroup, estate.ScopeSubnet, estate.ScopeServiceAccount, estate.ScopeResource),
		plain("conditions", "Its conditions, as they are written.", func(c *estate.Claim) *string { return &c.Conditions }),
	}
}

func showClaim(c *estate.Claim) any {
	m := map[string]any{"id": c.ID, "name": c.Name, "compute": c.Compute, "scope": c.Scope, "conditions": c.Conditions, "path": c.Path}
	shownWord(m, "narrow", c.Narrow)
	return m
}
