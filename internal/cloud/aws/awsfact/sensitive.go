package awsfact

import "plumbline/internal/wire"

// payers are the words, by the catalogue's AWS-IMDS-014, that say who owns and
// who pays, which helps a deceiver. As a value they say nothing.
var payers = wire.WordsOf(
	wire.Word{Word: "owner"},
	wire.Word{Word: "cost"}, // "cost-center", "CostCentre"
	wire.Word{Word: "costcenter"},
	wire.Word{Word: "costcentre"},
)

// sensitive reports that a tag should not be told to every process that can
// ask the metadata service.
func sensitive(key, value string) bool {
	return wire.IsRedacted(value) || wire.IsRedacted(key) || wire.NamesSecret(key) || wire.MentionsSecret(value) || payers.Name(key)
}
