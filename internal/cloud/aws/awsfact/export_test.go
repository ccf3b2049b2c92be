package awsfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// Inwards is what reaches an interface of the groups in a subnet, for tests that
// try it packet by packet.
func Inwards(c *snapshot.Context, region, subnet, vpc, groups, family string) reach.Both {
	return terrainOf(c, region).inwards(stand{subnet: subnet, vpc: vpc, groups: groups, family: family}).came
}

// A Listing is one of those that find things, for tests that refuse it.
type Listing struct {
	Question
	Global bool
	Kind   estate.Kind
	Like   estate.Object // what may be missing where it did not come whole
}

// Listings of everything but workloads, accounts and regions.
func Listings() (all []Listing) {
	for _, l := range listings {
		all = append(all, Listing{Question{l.call, l.subject}, l.global, l.kind, l.blank(estate.Subject{})})
	}
	return all
}
