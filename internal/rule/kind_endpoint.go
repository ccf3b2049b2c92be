package rule

import "plumbline/internal/estate"

// endpoint is the table of an endpoint's fields.
var endpoint = bare[*estate.Endpoint](estate.KindEndpoint, "e",
	"An address that an application answers on.",
	func() estate.Object { return new(estate.Endpoint) }, "workload", "account_region", "account", "organisation")
