package main

import (
	"testing"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/ibm"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// What is asked for by a list is not gone because the list did not come: no
// question of the rest was refused, and yet nobody asked about this.
func TestWhatNobodyCouldAskAboutStays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call string
		kind ibmsim.Kind
		left func(e *ibmestate.Estate) (region string, uids map[string]string) // by kind of document
	}{
		"user data and interfaces of a server, where the servers are refused":          {ibmfact.CallInstances, ibmsim.Forbidden, ofAServer},
		"user data and interfaces of a server, where listing the servers is throttled": {ibmfact.CallInstances, ibmsim.Throttled, ofAServer},
		"service IDs and API keys of a group, where the groups are refused":            {ibmfact.CallServiceGroups, ibmsim.Forbidden, ofAGroup},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, s := ibmestate.Demo(), pgtest.Store(t)
			l, a := serveIBM(t, e), e.Accounts[0]
			region, uids := c.left(e)
			scanned := func() {
				t.Helper()
				keep := postgres.NewKeep(s, "test", facts.For(ibm.Provider))
				runScanOf(t, ibm.Provider, liveIBM(t, l, a, now()), rules(t), 0, keep)
				if state := keep.Record().State; state != scan.Finished {
					t.Fatalf("the scan is %s", state)
				}
			}
			stand := func(when string) {
				t.Helper()
				for kind, uid := range uids {
					if _, _, err := s.Resource(t.Context(), ibm.Provider, a.ID, kind, region, uid); err != nil {
						t.Errorf("%s: %s %s: %v", when, kind, uid, err)
					}
				}
			}
			scanned()
			stand("all was listed")
			l.Fail(ibmsim.Fault{Call: c.call, Kind: c.kind})
			scanned()
			stand("it was not")
		})
	}
}

func ofAServer(e *ibmestate.Estate) (region string, uids map[string]string) {
	of := e.Named("db-2")
	return of.Region.Name, map[string]string{
		ibmfact.KindInstance:       of.CRN,
		ibmfact.KindInitialization: ibmfact.InitializationUID(of.CRN),
		ibmfact.KindVNI:            of.Interfaces[0].CRN,
	}
}

// ofAGroup are a service ID and its key in a group of their own.
func ofAGroup(e *ibmestate.Estate) (region string, uids map[string]string) {
	uids = map[string]string{}
	for _, s := range e.Accounts[0].Services {
		if s.Group.Default {
			continue
		}
		uids[ibmfact.KindServiceID] = s.CRN
		for _, k := range e.Accounts[0].APIKeys {
			if k.IAMID == s.IAMID {
				uids[ibmfact.KindAPIKey], uids[ibmfact.KindKeyActivity] = k.CRN, ibmfact.KeyActivityUID(k.CRN)
			}
		}
	}
	return snapshot.Global, uids
}
