package rule

import "plumbline/internal/estate"

// network is the table of a network's fields.
var network = bare[*estate.Network](estate.KindNetwork, "n",
	"A virtual network or a part of it.",
	func() estate.Object { return new(estate.Network) }, "account_region", "account", "organisation")
