package ibm

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

// twoRegions has us-south and eu-de.
func twoRegions(f *fake, eu, status string) {
	f.says("/us-south/v1/regions", fmt.Sprintf(`{"regions":[{"name":"us-south","endpoint":"%[1]s/us-south","status":"available"},{"name":"eu-de","endpoint":%[2]q,"status":%[3]q}]}`,
		f.URL, eu, status))
}

func TestEveryRegionIsAskedWhateverItsStatus(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"available", "unavailable", "retired"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			twoRegions(f, f.URL+"/eu-de", status)
			n := scan(t, connected(t, options(f)))
			for _, region := range []string{"eu-de", "us-south"} {
				if a := n.answer(ibmfact.CallInstances, region, ""); a.Status != snapshot.Complete {
					t.Errorf("%s: %+v", region, a)
				}
			}
			if doc := n.docs["ibm:"+account+":eu-de"]; !strings.Contains(doc, status) {
				t.Error(doc)
			}
		})
	}
}

func TestRegionsThatAreLeftOutAreInTheLedger(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	twoRegions(f, f.URL+"/eu-de", "available")
	o := options(f)
	o.Regions = []string{"us-south", "us-south"}
	n := scan(t, connected(t, o))
	var all []snapshot.Answer
	for _, a := range n.answers {
		all = append(all, a)
	}
	if got := snapshot.LeftOut(all); !slices.Equal(got, []string{"eu-de"}) || f.times("/eu-de/v1/instances") != 0 {
		t.Errorf("left out %q", got)
	}
	for _, call := range ibmfact.RegionQuestions {
		if a := n.answer(call, "eu-de", ""); a.Cause != snapshot.OutOfScope || a.Status != snapshot.Unasked || a.Lists == "" {
			t.Errorf("%s: %+v", call, a)
		}
		if a := n.answer(call, "us-south", ""); a.Status != snapshot.Complete {
			t.Errorf("%s: %+v", call, a)
		}
	}
}

func TestARegionThatDoesNotExistIsTold(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	o := options(f)
	o.Regions = []string{"us-suoth"}
	if _, err := connected(t, o).Account(context.Background(), newNotes()); err == nil || err.Error() != `There is no region "us-suoth". This account's regions are us-south.` {
		t.Error(err)
	}
}

// A token is sent to no address but IBM Cloud's, or the one that was given.
func TestARegionWhoseAddressIsAnothersIsNotAsked(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	twoRegions(f, "https://thief.example/eu-de", "available")
	n := scan(t, connected(t, options(f)))
	for _, call := range ibmfact.RegionQuestions {
		if a := n.answer(call, "eu-de", ""); a.Status != snapshot.Refused || a.Cause != snapshot.OtherRefusal || a.Code != snapshot.CodeElsewhere || a.Attempts != 0 {
			t.Errorf("%s: %+v", call, a)
		}
	}
	if a := n.answer(ibmfact.CallInstances, "us-south", ""); a.Status != snapshot.Complete {
		t.Errorf("%+v", a)
	}
}

// Where the list of regions is refused, something is seen all the same.
func TestWithoutTheListOfRegionsTheKnownOnesAreAsked(t *testing.T) {
	t.Parallel()
	for want, named := range map[string][]string{"us-south": nil, "eu-de": {"eu-de"}} {
		f := newFake(t)
		f.refuses("/us-south/v1/regions", http.StatusForbidden, "not_authorized")
		o := options(f)
		o.Regions = named
		regions, err := connected(t, o).Account(context.Background(), newNotes())
		if err != nil || !slices.Equal(regions, []string{want}) {
			t.Errorf("%q, %v", regions, err)
		}
	}
}

func TestAnEmptyListOfRegionsIsNoAnswer(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says("/us-south/v1/regions", `{"regions":[]}`)
	n := newNotes()
	if _, err := connected(t, options(f)).Account(context.Background(), n); err == nil || !strings.Contains(err.Error(), "empty list of regions") {
		t.Error(err)
	}
	if a := n.answer(ibmfact.CallRegions, "", ""); a.Status != snapshot.Partial || a.Code != snapshot.CodeNoRegions {
		t.Errorf("%+v", a)
	}
}
