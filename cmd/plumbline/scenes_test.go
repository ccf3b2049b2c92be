package main

import (
	"testing"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

// ofScenes are instances in networks of every kind.
func ofScenes() *sim.Estate {
	return sim.Generate(sim.Intent{Seed: 11, Scenes: sim.Scenes(), Regions: 13, Instances: 400})
}

// Who is reached from the internet, in every scene, through which ports and by
// whom, is as the scene's answer says, which was written by hand and is held
// against walked packets where it stands.
func TestEverySceneIsToldAsItIs(t *testing.T) {
	t.Parallel()
	e := ofScenes()
	k := newThings()
	runScan(t, live(t, serve(t, e, awssim.Options{}), now()), rules(t), 100, k)
	exposures(t, e, k)
}
