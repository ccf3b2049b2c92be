package ibmfact_test

import (
	"slices"
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
)

// Where a list did not come whole, nobody asked for all that it leads to.
func TestWhatAListLeadsToIsFoundWhereItCameWhole(t *testing.T) {
	t.Parallel()
	account := []string{ibmfact.KindServiceID, ibmfact.KindAPIKey, ibmfact.KindKeyActivity, ibmfact.KindProfile, ibmfact.KindServiceGroup,
		ibmfact.KindLink, ibmfact.KindClaimRule, ibmfact.KindProfileIdentity, ibmfact.KindGroupMember}
	network := []string{ibmfact.KindVPC, ibmfact.KindRoutingTable, ibmfact.KindRoute, ibmfact.KindLoadBalancer, ibmfact.KindListener, ibmfact.KindListenerPolicy,
		ibmfact.KindListenerRule, ibmfact.KindPool, ibmfact.KindPoolMember}
	for call, lost := range map[string][]string{
		"":                        nil,
		ibmfact.CallServiceGroups: {ibmfact.KindServiceID, ibmfact.KindAPIKey, ibmfact.KindKeyActivity},
		ibmfact.CallAPIKeys:       {ibmfact.KindKeyActivity},
		ibmfact.CallProfiles:      {ibmfact.KindLink, ibmfact.KindClaimRule, ibmfact.KindProfileIdentity},
		ibmfact.CallAccessGroups:  {ibmfact.KindGroupMember},
		ibmfact.CallVPCs:          {ibmfact.KindRoutingTable, ibmfact.KindRoute},
		ibmfact.CallRoutingTables: {ibmfact.KindRoute},
		ibmfact.CallLoadBalancers: {ibmfact.KindListener, ibmfact.KindListenerPolicy, ibmfact.KindListenerRule, ibmfact.KindPool, ibmfact.KindPoolMember},
		ibmfact.CallListeners:     {ibmfact.KindListenerPolicy, ibmfact.KindListenerRule},
		ibmfact.CallPools:         {ibmfact.KindPoolMember},
	} {
		w := full(t)
		if call != "" {
			w = w.refuse(call)
		}
		c := w.context()
		for region, kinds := range map[string][]string{snapshotGlobal: account, here: network} {
			for _, kind := range kinds {
				if got := ibmfact.New().Found(c, kind, region); got == slices.Contains(lost, kind) {
					t.Errorf("%q refused: %s found %t", call, kind, got)
				}
			}
		}
	}
}
