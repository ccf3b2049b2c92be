package ibm

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/snapshot"
)

func TestATrialMakesEachCallOnceInTheOrderOfTheList(t *testing.T) {
	t.Parallel()
	f := furnished(t)
	f.says("/us-south/v1/instances", `{"instances":[{"id":"`+instanceID+`","crn":"`+instanceCRN+`","name":"web"},{"id":"0717_b","name":"db-1","network_interfaces":[{"id":"0717-nic"}]}]}`)
	f.refuses("/v1/serviceid_groups", http.StatusForbidden, "not_authorized")
	tried, err := connected(t, options(f)).Try(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, a := range tried {
		got = append(got, a.Call)
		status := snapshot.Complete
		if a.Call == ibmfact.CallServiceGroups {
			status = snapshot.Refused
		}
		if a.Status != status || a.Attempts != 1 {
			t.Errorf("%s: %+v", a.Call, a)
		}
	}
	for _, c := range ibmrole.Calls {
		want = append(want, c.Call)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	if n := f.times("/us-south/v1/instances/0717_b/initialization"); n != 0 {
		t.Errorf("%d servers too many were asked", n)
	}
}

func TestTheFloorCountsEveryServer(t *testing.T) {
	t.Parallel()
	f := furnished(t)
	if n, err := Paginate(context.Background(), options(f)); err != nil || n != 2 {
		t.Errorf("%d servers, %v", n, err)
	}
}
