package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// endpoint is the table of an endpoint's fields.
var endpoint = &kind{
	kind:    estate.KindEndpoint,
	name:    "e",
	parent:  []string{"workload", "account_region", "account", "organisation"},
	doc:     "An address that an application answers on, and what it did with a request that a probe made to have it ask the metadata service.",
	blank:   func() estate.Object { return new(estate.Endpoint) },
	live:    func(estate.Object) {},
	manager: nobody,
	// It was reached, or there would be no result; what stands behind it may hold anything.
	risk: func(estate.Object) (string, string) { return estate.Reachable, "" },
	fields: head[*estate.Endpoint](
		yes("authorised", "Its owner agreed in writing to have it asked, and it was asked in the time agreed on.",
			func(e *estate.Endpoint) *fact.Of[bool] { return &e.Authorised }),
		number("evidence.age", "Whole days since it was asked.",
			func(e *estate.Endpoint) *fact.Of[int64] { return &e.Age }),
		text("result", "What came of it: content of the metadata service came back, it fetched an address that a stranger gave it, or neither. An attempt that told nothing is no result.",
			func(e *estate.Endpoint) *fact.Of[string] { return &e.Result },
			estate.ResultReturned, estate.ResultFetched, estate.ResultRefused),
		text("way", "By which way the result was got: an address in a parameter, a redirect, the Host header, or a request line for a proxy; empty: by none.",
			func(e *estate.Endpoint) *fact.Of[string] { return &e.Way },
			"", "parameter", "redirect", "host_header", "proxy"),
	),
}
