package main

import (
	"testing"
	"time"

	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
)

// With any one call to IBM Cloud broken in two of the ways in which calls break,
// nothing turns from fail to pass, nothing falls silent, and the posture never
// rises unmarked.
func TestAnyCallToIBMCloudBroken(t *testing.T) {
	t.Parallel()
	set := rules(t)
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	broken := []ibmsim.Kind{ibmsim.Throttled, ibmsim.InternalHTML, ibmsim.CutShort, ibmsim.CutClean, ibmsim.Empty, ibmsim.Foreign, ibmsim.NoList, ibmsim.HTML, ibmsim.Reset}
	for first, estate := range []*ibmestate.Estate{ibmestate.Demo(), ibmestate.Corners()} {
		a := estate.Accounts[0]
		clean := serveIBM(t, estate)
		base := runScanOf(t, "ibm", liveIBM(t, clean, a, at), set, 0)
		for i, c := range ibmrole.Calls {
			if c.Void || !wasAsked(clean, c.Call) {
				continue
			}
			f := ibmsim.Fault{Call: c.Call, Kind: broken[(i+4*first)%len(broken)]}
			t.Run(a.Name+" "+string(f.Kind)+" "+f.Call, func(t *testing.T) {
				t.Parallel()
				l := serveIBM(t, estate)
				src := liveIBM(t, l, a, at)
				l.Fail(f)
				lawful(t, set, base, runScanOf(t, "ibm", src, set, 0))
			})
		}
	}
}
