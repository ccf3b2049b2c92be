package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// workload is the table of a workload's fields.
var workload = &kind{
	kind:   estate.KindWorkload,
	name:   "w",
	parent: []string{"account_region", "account", "organisation"},
	doc:    "What holds credentials and answers requests: an instance.",
	blank:  func() estate.Object { return new(estate.Workload) },
	live: func(o estate.Object) {
		w := o.(*estate.Workload)
		w.Type, w.State = "instance", fact.Sure("running")
	},
	manager: func(o estate.Object) string {
		by, _ := o.(*estate.Workload).ManagedBy.Get()
		return by
	},
	risk: func(o estate.Object) (string, string) {
		w := o.(*estate.Workload)
		exposure, _ := w.Exposure.Internet.Get()
		power, known := w.Identity.Power.Get()
		if how, ok := w.Identity.Mechanism.Get(); !known && ok && how == "none" {
			power = "none" // nothing is bound, so there is nothing to steal
		}
		return exposure, power
	},
	fields: head[*estate.Workload](
		plain("type", "What kind of workload it is.",
			func(w *estate.Workload) *string { return &w.Type }, "instance"),
		text("state", "Where it stands in its life.",
			func(w *estate.Workload) *fact.Of[string] { return &w.State },
			"pending", "running", "stopping", "stopped", "shutting-down", "terminated"),
		text("managed_by", "The service that operates it for its owner; empty if none does.",
			func(w *estate.Workload) *fact.Of[string] { return &w.ManagedBy }),
		text("metadata.endpoint", "Whether the metadata service answers at all.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Metadata.Endpoint }, "enabled", "disabled"),
		text("metadata.tokens", "Whether a request needs a session token.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Metadata.Tokens }, "required", "optional"),
		number("metadata.hop_limit", "How many network hops a token's reply may travel, 1 to 64.",
			func(w *estate.Workload) *fact.Of[int64] { return &w.Metadata.HopLimit }),
		yes("metadata.applied", "The settings are in force, not pending.",
			func(w *estate.Workload) *fact.Of[bool] { return &w.Metadata.Applied }),
		yes("metadata.ipv6", "The service answers on its IPv6 address too.",
			func(w *estate.Workload) *fact.Of[bool] { return &w.Metadata.IPv6 }),
		yes("metadata.tags", "The service tells the workload's tags.",
			func(w *estate.Workload) *fact.Of[bool] { return &w.Metadata.Tags }),
		text("exposure.internet", "How it can be reached from the internet.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Exposure.Internet },
			"reachable", "via_lb", "internal", "isolated"),
		text("identity.name", "What is bound to it, by its full name; empty if nothing is.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Identity.Name }),
		text("identity.mechanism", "How the identity is bound.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Identity.Mechanism }, "instance_profile", "none"),
		text("identity.power", "What the identity may do at most.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Identity.Power },
			"admin", "escalation", "write", "data_read", "read", "limited", "none"),
		list("tags", "The labels that its owner gave it.", "tag",
			func(w *estate.Workload) *fact.List[estate.Tag] { return &w.Tags },
			func(t *estate.Tag) any {
				// The value stays out: the evidence of a secret is not to repeat it.
				return map[string]any{"key": t.Key, "sensitive": t.Sensitive, "path": t.Path}
			},
			plain("key", "The label's key.", func(t *estate.Tag) *string { return &t.Key }),
			plain("value", "The label's value; one that looks like a secret is replaced.", func(t *estate.Tag) *string { return &t.Value }),
			flag("sensitive", "Key or value looks like something that not every process is to know.", func(t *estate.Tag) *bool { return &t.Sensitive }),
		),
	),
}
