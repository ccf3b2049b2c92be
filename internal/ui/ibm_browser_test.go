package ui_test

import (
	"testing"

	inspecting "plumbline/internal/inspect"
	"plumbline/internal/listing"
)

// blue is an office with an enterprise of IBM Cloud, and a server that may become
// two trusted profiles.
func blue() *desk {
	d := enterprise()
	d.looked = func(x listing.Workload) (*inspecting.Report, error) {
		w := exposed(x)
		choosing(w)
		rep := report(w)
		rep.Group = nil
		return rep, nil
	}
	x := &d.workloads[0]
	x.Provider, x.UID, x.Name, x.ID = "ibm", "crn:v1:bluemix:public:is:us-south-1:a/3f1c7a52b9e84d06a1d2c3e4f5061728::instance:0717_1e09281b", "web-1", "0717_1e09281b"
	return d
}

func TestAxeFindsNothingOnWhatIBMCloudTells(t *testing.T) {
	t.Parallel()
	script := axe(t)
	d := blue()
	base := server(t, d.serve(administrator()))
	ctx := watched(t)
	for _, address := range []string{"/accounts", ofMember, "/inventory/" + d.workloads[0].UID} {
		visit(ctx, t, base+address, script)
	}
}

// A CRN is one long word. What was seen breaks it where the page is narrow.
func TestACRNInWhatWasSeenDoesNotWidenThePage(t *testing.T) {
	t.Parallel()
	f := full()
	f.records[0].Say = "an attack path is whole: it is crn:v1:bluemix:public:iam-identity::a/3f1c7a52b9e84d06a1d2c3e4f5061728::profile:Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5"
	base := server(t, serve(f))
	ctx := watched(t)
	script := axe(t)
	visit(ctx, t, base+"/findings/FND-1", script)
}
