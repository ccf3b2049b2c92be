package rule

import "plumbline/internal/estate"

// gate is the table of a gate's fields.
var gate = bare[*estate.Gate](estate.KindGate, "g",
	"What lets packets pass or stops them: a security group, a network ACL, a firewall.",
	func() estate.Object { return new(estate.Gate) }, "network", "account_region", "account", "organisation")
