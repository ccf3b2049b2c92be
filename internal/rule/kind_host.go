package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// host is the table of a host's fields.
var host = &kind{
	kind:    estate.KindHost,
	name:    "h",
	parent:  []string{"workload", "account_region", "account", "organisation"},
	doc:     "What a probe saw inside a workload that runs Linux: its firewall, its SSH server, its files. No cloud tells these.",
	blank:   func() estate.Object { return new(estate.Host) },
	live:    func(estate.Object) {},
	manager: nobody,
	risk:    noRisk,
	fields: head[*estate.Host](
		number("evidence.age", "Whole days since the probe looked. What it saw of the firewall is not known any more after 30.",
			func(h *estate.Host) *fact.Of[int64] { return &h.Age }),
		text("metadata.endpoint", "Whether the metadata service answers at all, as the probe found it.",
			func(h *estate.Host) *fact.Of[string] { return &h.Endpoint }, "enabled", "disabled"),
		text("firewall.local", "What becomes of a packet to the metadata service over IPv4 that is sent on the host by a user who was not chosen; shadowed: a rule would refuse it, and one before that rule lets it through.",
			func(h *estate.Host) *fact.Of[string] { return &h.Firewall.Local },
			estate.PacketRefused, estate.PacketShadowed, estate.PacketOpen),
		text("firewall.ipv6", "The same over IPv6; unused: the service does not answer there.",
			func(h *estate.Host) *fact.Of[string] { return &h.Firewall.IPv6 },
			estate.PacketRefused, estate.PacketShadowed, estate.PacketOpen, estate.PacketUnused),
		text("firewall.forward", "What becomes of a packet to the metadata service that the host forwards, from a container or a guest, over either; unused: it forwards nothing.",
			func(h *estate.Host) *fact.Of[string] { return &h.Firewall.Forward },
			estate.PacketRefused, estate.PacketShadowed, estate.PacketOpen, estate.PacketUnused),
		yes("sshd.runs", "An SSH server is running.",
			func(h *estate.Host) *fact.Of[bool] { return &h.SSH.Runs }),
		yes("sshd.password", "It lets people in by a password.",
			func(h *estate.Host) *fact.Of[bool] { return &h.SSH.Password }),
		yes("sshd.keyboard_interactive", "It lets people in by questions and answers alone, which are a password's as a rule.",
			func(h *estate.Host) *fact.Of[bool] { return &h.SSH.Interactive }),
		text("sshd.root_login", "Whether root may sign in.",
			func(h *estate.Host) *fact.Of[string] { return &h.SSH.Root },
			"yes", "prohibit-password", "forced-commands-only", "no"),
		list("user_data.readable", "The files with the workload's user data that others than root can read.", "host_file",
			func(h *estate.Host) *fact.List[estate.HostFile] { return &h.UserData },
			func(f *estate.HostFile) any { return map[string]any{"path": f.Path, "mode": f.Mode} },
			plain("path", "Where it is.", func(f *estate.HostFile) *string { return &f.Path }),
			plain("mode", "Who may do what with it, in octal.", func(f *estate.HostFile) *string { return &f.Mode }),
		),
		list("openings", "The ranges of its ports that any source on the internet reaches.", "host_opening",
			func(h *estate.Host) *fact.List[estate.HostOpening] { return &h.Openings },
			func(o *estate.HostOpening) any {
				return map[string]any{"protocol": o.Protocol, "from": o.From, "to": o.To}
			},
			plain("protocol", "The protocol.", func(o *estate.HostOpening) *string { return &o.Protocol }, "tcp", "udp"),
			count("from", "The first port.", func(o *estate.HostOpening) *int64 { return &o.From }),
			count("to", "The last port.", func(o *estate.HostOpening) *int64 { return &o.To }),
			yes("listens", "A program of the host listens on one of them, at an address that others reach.", func(o *estate.HostOpening) *fact.Of[bool] { return &o.Listens }),
		),
	),
}

// Probed says that what the rule asks about is told by a probe and by no cloud.
// Until one has reported there is nothing to ask it of, which is no data and
// never a pass.
func (r *Rule) Probed() bool { return r.For == estate.KindHost || r.For == estate.KindEndpoint }

// NoProbe says why a rule that is Probed has nothing to say.
const NoProbe = "no probe has reported"
