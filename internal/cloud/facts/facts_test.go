package facts_test

import (
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/cloudtest"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/finding"
	"plumbline/internal/rule/catalog"
)

// What could not be seen never becomes an answer, for any rule, provider and
// recording.
func TestLawsOverEveryRecording(t *testing.T) {
	t.Parallel()
	set, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, provider := range []string{"aws", "ibm"} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			cloudtest.Run(t, set, facts.Maker(provider), "testdata/"+provider, assumptions...)
		})
	}
}

// assumptions are made so that a rule speaks at all. Each may turn a pass into a
// fail, and none a fail into a pass.
var assumptions = []cloudtest.Exception{{
	Call: awsfact.CallPoliciesForTarget, Was: finding.Pass, Now: finding.Fail,
	Why: "A member account may usually not read the control policies above it. Where none can be read, identities are judged as if none took anything away.",
}}

func TestUnknownProviderHasNoFacts(t *testing.T) {
	t.Parallel()
	if facts.For("nimbus") != nil {
		t.Error("a provider that does not exist has facts")
	}
}
