package sim

import "slices"

// unsettled are the cases of instances of which nobody can tell which metadata
// options are in force: a change is on its way while they run, whether one is
// was not told, or none were told at all. Options that a stopped instance has
// are taken up when it starts, and count.
var unsettled = []string{
	"v1 allowed, and pending besides", "required, pending while running", "required, pending while stopping",
	"hop limit 64, pending while running", "tags told, one sensitive, pending while running",
	"endpoint disabled, pending while running", "endpoint disabled, whether applied not told",
	"required, whether applied not told", "required, applied an unknown word",
	"no options at all, tags harmless", "no options at all, one tag sensitive", "state an unknown word, required but pending",
}

// Settled says that the metadata options of the instance, as its case made
// them, are those in force.
func (i *Instance) Settled() bool { return !slices.Contains(unsettled, i.Case) }
