package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
)

// principal is the table of a principal's fields.
var principal = &kind{
	kind:   estate.KindPrincipal,
	name:   "p",
	parent: []string{"account", "organisation"},
	doc:    "Who may act: a role, a service account, a trusted profile, a user.",
	blank:  func() estate.Object { return new(estate.Principal) },
	live: func(o estate.Object) {
		o.(*estate.Principal).Type = "role"
	},
	manager: func(o estate.Object) string {
		if is, _ := o.(*estate.Principal).Managed.Get(); is {
			return "the service that made this role and keeps it"
		}
		return ""
	},
	risk: func(o estate.Object) (string, string) {
		power, _ := o.(*estate.Principal).Power.Get()
		return "n/a", power
	},
	fields: head[*estate.Principal](
		plain("type", "What kind of principal it is.",
			func(p *estate.Principal) *string { return &p.Type }, "role", "user", "trusted_profile"),
		yes("workloads", "Workloads may become it: an instance profile holds it, or a link or a claim rule names them.",
			func(p *estate.Principal) *fact.Of[bool] { return &p.Workloads }),
		yes("managed", "The provider made it and keeps it, and its owner cannot change it.",
			func(p *estate.Principal) *fact.Of[bool] { return &p.Managed }),
		text("power", "What it may do at most.",
			func(p *estate.Principal) *fact.Of[string] { return &p.Power }, power.Words()...),
		text("at_least", "What it may do for certain, whatever is not known about it and whatever its conditions ask for.",
			func(p *estate.Principal) *fact.Of[string] { return &p.AtLeast }, power.Words()...),
		eachOfItsOwn(list("grants", "The statements that give it its power, the strongest first.", "grant",
			func(p *estate.Principal) *fact.List[estate.Grant] { return &p.Grants },
			showGrant, grantFields()...), func(e any) *fact.Origin { return e.(*estate.Grant).From }),
		eachOfItsOwn(list("wildcards", "The services of which a statement allows it everything on everything.", "wildcard",
			func(p *estate.Principal) *fact.List[estate.Wildcard] { return &p.Wildcards },
			func(w *estate.Wildcard) any {
				return map[string]any{"service": w.Service, "policy": w.Policy, "path": w.Path}
			},
			plain("service", "The service, as its actions begin.", func(w *estate.Wildcard) *string { return &w.Service }),
			plain("policy", "The policy's name or full name.", func(w *estate.Wildcard) *string { return &w.Policy }),
		), func(e any) *fact.Origin { return e.(*estate.Wildcard).From }),
		list("trust", "Who may become it.", "trusted",
			func(p *estate.Principal) *fact.List[estate.Trusted] { return &p.Trust },
			func(t *estate.Trusted) any {
				return map[string]any{"principal": t.Principal, "type": t.Type, "outside": t.Outside, "guarded": t.Guarded, "path": t.Path}
			},
			plain("principal", "Who, in the policy's words.", func(t *estate.Trusted) *string { return &t.Principal }),
			plain("type", "What kind of name it is.", func(t *estate.Trusted) *string { return &t.Type },
				"service", "account", "federated", "anyone"),
			flag("outside", "It is of another account.", func(t *estate.Trusted) *bool { return &t.Outside }),
			flag("guarded", "A condition stands beside it.", func(t *estate.Trusted) *bool { return &t.Guarded }),
		),
		number("max_session", "How long a session of it may last, in seconds.",
			func(p *estate.Principal) *fact.Of[int64] { return &p.MaxSession }),
		yes("denies_v1", "A policy refuses its credentials where they were delivered without a session token.",
			func(p *estate.Principal) *fact.Of[bool] { return &p.DeniesV1 }),
		yes("perimeter", "Policies refuse its credentials outside the network and the address of the instance they were given to.",
			func(p *estate.Principal) *fact.Of[bool] { return &p.Perimeter }),
		eachOfItsOwn(list("claims", "Of a trusted profile: the rules by which compute resources become it.", "claim",
			func(p *estate.Principal) *fact.List[estate.Claim] { return &p.Claims },
			showClaim, claimFields()...), func(e any) *fact.Origin { return e.(*estate.Claim).From }),
		yes("anyone", "Of a trusted profile: a claim rule holds for any compute resource of its type.",
			func(p *estate.Principal) *fact.Of[bool] { return &p.Anyone }),
		yes("climb", "Of a trusted profile: somebody with less power may create a workload that becomes it.",
			func(p *estate.Principal) *fact.Of[bool] { return &p.Climb }),
		text("climbers", "Of a trusted profile: who that is for certain, by name; at most five are named.",
			func(p *estate.Principal) *fact.Of[string] { return &p.Climbers }),
	),
}

// eachOfItsOwn marks a list whose elements stand in documents of their own.
func eachOfItsOwn(f *field, from func(elem any) *fact.Origin) *field {
	f.item.from = from
	return f
}
