package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// gate is the table of a gate's fields.
var gate = &kind{
	kind:    estate.KindGate,
	name:    "g",
	parent:  []string{"network", "account_region", "account", "organisation"},
	doc:     "What lets packets pass or stops them: a security group, a network ACL, a firewall.",
	blank:   func() estate.Object { return new(estate.Gate) },
	live:    func(estate.Object) {},
	manager: nobody,
	risk:    noRisk,
	fields: head[*estate.Gate](
		plain("type", "What kind of gate it is.",
			func(g *estate.Gate) *string { return &g.Type }, "security_group", "network_acl"),
		yes("default", "It was made with its network, and is attached where nothing else is.",
			func(g *estate.Gate) *fact.Of[bool] { return &g.Default }),
		yes("used", "Of a network ACL: subnets are associated with it.",
			func(g *estate.Gate) *fact.Of[bool] { return &g.Used }),
		number("targets", "Of a security group: how many interfaces and others wear it.",
			func(g *estate.Gate) *fact.Of[int64] { return &g.Targets }),
		list("rules", "Its rules; of a network ACL what its entries still decide after those before them.", "gate_rule",
			func(g *estate.Gate) *fact.List[estate.GateRule] { return &g.Rules },
			showGateRule, gateRuleFields()...),
	),
}
