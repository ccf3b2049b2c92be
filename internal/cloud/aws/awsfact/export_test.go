package awsfact

import (
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// Inwards is what reaches an interface of the groups in a subnet, for tests that
// try it packet by packet.
func Inwards(c *snapshot.Context, region, subnet, vpc, groups, family string) reach.Both {
	return terrainOf(c, region).inwards(stand{subnet: subnet, vpc: vpc, groups: groups, family: family}).came
}
