package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// accountRegion is the table of the fields of an account's region.
var accountRegion = &kind{
	kind:   estate.KindAccountRegion,
	name:   "r",
	parent: []string{"account", "organisation"},
	doc:    "One region of an account, with what it gives to new workloads.",
	blank:  func() estate.Object { return new(estate.AccountRegion) },
	live: func(o estate.Object) {
		o.(*estate.AccountRegion).OptIn = fact.Sure("opt-in-not-required")
	},
	manager: func(o estate.Object) string {
		if by, _ := o.(*estate.AccountRegion).Defaults.ManagedBy.Get(); by == "declarative-policy" {
			return "a declarative policy of the organisation"
		}
		return ""
	},
	risk: noRisk,
	fields: head[*estate.AccountRegion](
		text("opt_in", "Whether the region is enabled for the account.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.OptIn },
			"opt-in-not-required", "opted-in", "not-opted-in"),
		text("defaults.tokens", "Whether a new workload's metadata service wants a session token.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Defaults.Tokens }, "required", "optional", "no-preference"),
		text("defaults.enforced", "Whether a launch that would not require tokens is refused.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Defaults.Enforced }, "enabled", "disabled", "no-preference"),
		text("defaults.endpoint", "Whether a new workload's metadata service answers at all.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Defaults.Endpoint }, "enabled", "disabled", "no-preference"),
		text("defaults.tags", "Whether a new workload's metadata service tells its tags.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Defaults.Tags }, "enabled", "disabled", "no-preference"),
		number("defaults.hop_limit", "A new workload's hop limit, 1 to 64; -1 is no preference.",
			func(r *estate.AccountRegion) *fact.Of[int64] { return &r.Defaults.HopLimit }),
		text("defaults.managed_by", "Who sets these defaults: the account, or the organisation by a declarative policy.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Defaults.ManagedBy }, "account", "declarative-policy"),
	),
}
