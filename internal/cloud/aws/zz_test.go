package aws
import ("testing";"fmt";"plumbline/internal/cloud/sim")
func TestZZ(t *testing.T) {
	for _, in := range []sim.Intent{{Seed: 1, Accounts: 5, Regions: 2, Instances: 60, Plain: true, Scenes: sim.Scenes()},{Seed: 1, Accounts: 5, Regions: 2, Instances: 200, Plain: true, Scenes: sim.Scenes()},{Seed: 1, Accounts: 3, Regions: 2, Instances: 60, Plain: true}} {
	e := sim.Generate(in)
	for _, a := range e.Accounts { for _, r := range a.Regions { fmt.Println(a.ID, r.Name, a.OrgCase, r.Len(), a.Trails) } }
	}
}
