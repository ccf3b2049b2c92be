package catalog_test

import (
	"strings"
	"testing"

	"plumbline/internal/enforce"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/rule/catalog"
)

// The fix of AWS-IMDS-001 says first whether it can be done now, and a missing
// metric never reads as safe.
func TestRequiringTokensSaysWhetherItIsSafe(t *testing.T) {
	t.Parallel()
	set, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, _ := set.Rule("AWS-IMDS-001")
	known := fact.Sure[int64]
	for _, c := range []struct {
		about  string
		tokens string
		usage  estate.Usage
		want   string
	}{
		{"nothing asked", "optional", estate.Usage{NoToken: known(0), Days: known(14), Up: known(90)}, "It is safe to enforce now"},
		{"something asked", "optional", estate.Usage{NoToken: known(37), Days: known(14), Up: known(90)}, "It is not yet safe to enforce: requests without a token that were answered in the last 14 days: 37."},
		{"it is young", "optional", estate.Usage{NoToken: known(0), Days: known(3), Up: known(3)}, "It is not yet safe to enforce: days since it was last started: 3,"},
		{"it did not run", "optional", estate.Usage{NoToken: known(0), Days: known(5), Up: known(90)}, "It is not yet safe to enforce: days of the last 14 on which requests were counted: 5."},
		{"the metric is missing", "optional", estate.Usage{Up: known(90)}, "Whether it is safe to enforce cannot be told, for the metric MetadataNoToken is missing"},
		{"nothing is known", "optional", estate.Usage{}, "Whether it is safe to enforce cannot be told"},
		{"they are required already", "required", estate.Usage{NoToken: known(0), Days: known(14), Up: known(90)}, ""},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := &estate.Workload{Subject: estate.Subject{Kind: estate.KindWorkload, Provider: "aws", Region: "eu-west-1", ID: "i-1"}, Type: "instance", Usage: c.usage,
				State: fact.Sure("running"), ManagedBy: fact.Sure(""), Metadata: estate.Metadata{Endpoint: fact.Sure("enabled"), Tokens: fact.Sure(c.tokens), Applied: fact.Sure(true)}}
			w.Usage.Safe = enforce.Tokens(&w.Usage)
			got := r.Render(w).Source
			if !strings.Contains(got, c.want) || c.want == "" && strings.Contains(got, "enforce") || strings.Contains(got, "could not be worked out") {
				t.Errorf("it reads %q, want %q in it", got, c.want)
			}
			if safe, _ := w.Usage.Safe.Get(); strings.Contains(got, "safe to enforce now") != (safe == estate.SafeNow && c.tokens != "required") {
				t.Errorf("it reads %q, and the verdict is %q", got, safe)
			}
		})
	}
}
