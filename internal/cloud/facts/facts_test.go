package facts_test

import (
	"testing"

	"plumbline/internal/cloud/cloudtest"
	"plumbline/internal/cloud/facts"
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
	for _, provider := range []string{"aws"} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			cloudtest.Run(t, set, facts.Maker(provider), "testdata/"+provider)
		})
	}
}

func TestUnknownProviderHasNoFacts(t *testing.T) {
	t.Parallel()
	if facts.For("nimbus") != nil {
		t.Error("a provider that does not exist has facts")
	}
}
