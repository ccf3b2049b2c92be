package rule

import "plumbline/internal/estate"

// host is the table of a host's fields.
var host = bare[*estate.Host](estate.KindHost, "h",
	"What evidence from inside a workload shows: its firewall, its files, its listeners.",
	func() estate.Object { return new(estate.Host) }, "workload", "account_region", "account", "organisation")
