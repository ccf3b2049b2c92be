package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// network is the table of a network's fields.
var network = &kind{
	kind:    estate.KindNetwork,
	name:    "n",
	parent:  []string{"account_region", "account", "organisation"},
	doc:     "A virtual network, a part of it, or a way into it from outside.",
	blank:   func() estate.Object { return new(estate.Network) },
	live:    func(estate.Object) {},
	manager: nobody,
	risk:    noRisk,
	fields: head[*estate.Network](
		plain("type", "What kind of network it is.",
			func(n *estate.Network) *string { return &n.Type }, "vpc", "subnet", "vpn_connection", "client_vpn"),
		yes("public_ip", "Of a subnet: a new interface in it gets a public IPv4 address unless its launch says otherwise.",
			func(n *estate.Network) *fact.Of[bool] { return &n.PublicIP }),
		yes("used", "Of a VPC: a subnet stands in it.",
			func(n *estate.Network) *fact.Of[bool] { return &n.Used }),
		text("flow_logs", "Of a VPC: which packets are told by flow logs that are active and delivering: all, those that were refused only, those that passed only, or none.",
			func(n *estate.Network) *fact.Of[string] { return &n.FlowLogs }, "all", "rejected_only", "accepted_only", "none"),
		list("endpoints", "Of a VPC: the private ways to services of the provider.", "private_endpoint",
			func(n *estate.Network) *fact.List[estate.PrivateEndpoint] { return &n.Endpoints },
			func(e *estate.PrivateEndpoint) any {
				state, _ := e.State.Get()
				return map[string]any{"service": e.Service, "state": state}
			},
			plain("service", "The service, by the last part of its name: ssm.", func(e *estate.PrivateEndpoint) *string { return &e.Service }),
			text("state", "Whether it can be used: available, or another word of the provider's, in small letters.",
				func(e *estate.PrivateEndpoint) *fact.Of[string] { return &e.State }),
		),
		list("tunnels", "Of a site-to-site VPN connection: its tunnels.", "tunnel",
			func(n *estate.Network) *fact.List[estate.Tunnel] { return &n.Tunnels },
			func(t *estate.Tunnel) any {
				up, known := t.Up.Get()
				return map[string]any{"address": t.Address, "up": known && up}
			},
			plain("address", "The provider's end of it.", func(t *estate.Tunnel) *string { return &t.Address }),
			yes("up", "It carries traffic.", func(t *estate.Tunnel) *fact.Of[bool] { return &t.Up }),
		),
		yes("logged", "Of a client VPN: its connections are logged.",
			func(n *estate.Network) *fact.Of[bool] { return &n.Logged }),
		yes("admin", "Of a VPC: a floating IP lets SSH or RDP in from any source, to an interface in it, whether its server runs or not.",
			func(n *estate.Network) *fact.Of[bool] { return &n.Admin }),
		yes("vpn", "Of a VPC: a VPN gateway or a VPN server stands in it.",
			func(n *estate.Network) *fact.Of[bool] { return &n.VPN }),
	),
}
