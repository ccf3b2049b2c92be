package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
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
		text("metadata.class", "What it takes to read credentials from the service: nothing answers, a plain request, a fixed header, a session token, or to be a certain process.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Metadata.Class },
			estate.ClassOff, estate.ClassUnauthGet, estate.ClassStaticHeader, estate.ClassSessionToken, estate.ClassProcessBound),
		yes("metadata.containers", "Containers of the host, with a network of their own, can read the host's credentials.",
			func(w *estate.Workload) *fact.Of[bool] { return &w.Metadata.Containers }),
		uncalled(yes("metadata.unneeded", "Somebody attested, and somebody else approved, that nothing on the account's workloads needs the service; false where nobody did. No cloud tells it.",
			func(w *estate.Workload) *fact.Of[bool] { return &w.Metadata.Unneeded })),
		number("usage.no_token", "Requests without a token that were answered in the last 14 days, as the provider counted them.",
			func(w *estate.Workload) *fact.Of[int64] { return &w.Usage.NoToken }),
		number("usage.rejected", "Requests without a token that were refused in the last 24 hours, as the provider counted them.",
			func(w *estate.Workload) *fact.Of[int64] { return &w.Usage.Rejected }),
		number("usage.days", "On how many of the last 14 days the provider counted answered requests, zeros too; none is counted while it does not run.",
			func(w *estate.Workload) *fact.Of[int64] { return &w.Usage.Days }),
		number("usage.up", "Whole days since it was last started.",
			func(w *estate.Workload) *fact.Of[int64] { return &w.Usage.Up }),
		text("usage.safe", "Whether tokens may be required now: nothing asked without one on 14 days; or not yet, because something did, or it was not watched for long enough.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Usage.Safe }, estate.SafeNow, estate.SafeNotYet),
		text("group", "The group that launched it, by its uid; empty if none did.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Group }),
		text("image", "The provider's id of what it booted from.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Image }),
		yes("container_host", "A container platform that the provider tells of runs on it.",
			func(w *estate.Workload) *fact.Of[bool] { return &w.ContainerHost }),
		text("exposure.internet", "How it can be reached from the internet: from any source, from chosen sources only, through a load balancer alone, not at all, or not while it does not run.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Exposure.Internet },
			estate.Reachable, estate.Restricted, estate.ViaLB, estate.Internal, estate.Isolated),
		yes("exposure.reached", "It is reachable from any source, directly or through a load balancer.",
			func(w *estate.Workload) *fact.Of[bool] { return &w.Exposure.Reached }),
		yes("exposure.latent", "It does not run, and would be reachable if it did.",
			func(w *estate.Workload) *fact.Of[bool] { return &w.Exposure.Latent }),
		yes("exposure.public", "A public address or a load balancer leads to it, whatever the gates on the way say.",
			func(w *estate.Workload) *fact.Of[bool] { return &w.Exposure.Public }),
		number("exposure.tcp_ports", "How many of its TCP ports, of 65535, are open to any source in one address family, in whatever pieces.",
			func(w *estate.Workload) *fact.Of[int64] { return &w.Exposure.TCPPorts }),
		number("exposure.udp_ports", "How many of its UDP ports, of 65535, are open to any source in one address family, in whatever pieces.",
			func(w *estate.Workload) *fact.Of[int64] { return &w.Exposure.UDPPorts }),
		list("exposure.open", "The ranges of ports that packets from the internet reach.", "opening",
			func(w *estate.Workload) *fact.List[estate.Opening] { return &w.Exposure.Open },
			showOpening, openingFields()...),
		list("exposure.rules", "The rules of the security groups attached to it.", "gate_rule",
			func(w *estate.Workload) *fact.List[estate.GateRule] { return &w.Exposure.Rules },
			showGateRule, gateRuleFields()...),
		text("identity.name", "What is bound to it, by its full name; empty if nothing is.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Identity.Name }),
		text("identity.mechanism", "How the identity is bound.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Identity.Mechanism }, "instance_profile", "none"),
		text("identity.role", "The principal behind it, by its uid; empty if there is none.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Identity.Role }),
		text("identity.power", "What the identity may do at most.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Identity.Power }, power.Words()...),
		text("identity.at_least", "What the identity may do for certain, where not everything about it is known.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Identity.AtLeast }, power.Words()...),
		list("identity.grants", "The statements that give the identity its power, the strongest first.", "grant",
			func(w *estate.Workload) *fact.List[estate.Grant] { return &w.Identity.Grants },
			showGrant, grantFields()...),
		yes("user_data.present", "It is given something to run when it starts.",
			func(w *estate.Workload) *fact.Of[bool] { return &w.UserData.Present }),
		list("user_data.secrets", "The secrets that were found in what it runs when it starts: kind and place, never the secret.", "secret",
			func(w *estate.Workload) *fact.List[estate.Secret] { return &w.UserData.Secrets },
			showSecret, secretFields()...),
		yes("patches.managed", "An agent of the provider's management service reports from it.",
			func(w *estate.Workload) *fact.Of[bool] { return &w.Patches.Managed }),
		text("patches.state", "Whether it has the patches that its baseline wants; none: nobody ever looked.",
			func(w *estate.Workload) *fact.Of[string] { return &w.Patches.State }, "compliant", "non_compliant", "none"),
		list("volumes", "Its disks.", "volume",
			func(w *estate.Workload) *fact.List[estate.Volume] { return &w.Volumes },
			func(v *estate.Volume) any { return map[string]any{"id": v.ID} },
			plain("id", "The provider's id.", func(v *estate.Volume) *string { return &v.ID }),
			yes("backed_up", "A backup plan holds it, or the workload itself.", func(v *estate.Volume) *fact.Of[bool] { return &v.BackedUp }),
			yes("encrypted", "It is encrypted.", func(v *estate.Volume) *fact.Of[bool] { return &v.Encrypted }),
		),
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
