package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
)

func TestAFindingIsExplained(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	store, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	l := serve(t, openTo(), awssim.Options{})
	stored(t, store, live(t, l, time.Now()))
	all, _, err := store.Findings(t.Context(), postgres.FindingFilter{Rule: "AWS-IMDS-001", Limit: 1})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d findings, %v", len(all), err)
	}
	f := all[0]
	id := fmt.Sprintf("fnd-%d", f.Number)
	explained := func(asJSON bool, id string) (string, error) {
		var out, log bytes.Buffer
		err := explainCmd{databaseFlags: databaseFlags{Database: url, DataDir: t.TempDir()}, ID: id, JSON: asJSON}.Run(t.Context(), streams{nil, &out, &log})
		return out.String(), err
	}
	text, err := explained(false, id)
	if err != nil {
		t.Fatal(err)
	}
	origin := originOf(t, &f, "metadata.tokens")
	for _, want := range []string{
		strings.ToUpper(id) + "  high  open", "EC2 instance answers", f.Subject.UID, "account " + f.Subject.Account,
		"seen first ", "http-tokens is optional", `metadata.tokens = "optional"`, "ec2:DescribeInstances in " + f.Subject.Region,
		"at " + origin.Path, fmt.Sprintf("sha256 %x", origin.Origin.Hash), "AWS-IMDS-001, version " + f.Version, "passes where (w.metadata.endpoint",
		"Why it matters", fmt.Sprintf("%d of 100", f.Risk), "severity high", "What to do", "--http-tokens required",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not tell %q:\n%s", want, text)
		}
	}
	doc, err := explained(true, id)
	if err != nil {
		t.Fatal(err)
	}
	var got explanation
	if err := json.Unmarshal([]byte(doc), &got); err != nil {
		t.Fatalf("%v:\n%s", err, doc)
	}
	if got.On.UID != f.Subject.UID || got.Rule.Version != f.Version || got.Rule.Other != "" || len(got.RestsOn) != len(f.Evidence) || got.Risk.Of100 != f.Risk || got.Fix.CLI == "" {
		t.Errorf("got %+v", got)
	}
	for id, want := range map[string]string{"FND-999999": "There is no finding FND-999999.", "twelve": "is no number of a finding; write it as FND-12"} {
		if out, err := explained(false, id); err == nil || !strings.Contains(err.Error(), want) || out != "" {
			t.Errorf("%s: %v, printed %q", id, err, out)
		}
	}
}

func originOf(t *testing.T, f *finding.Record, field string) finding.Evidence {
	t.Helper()
	for _, e := range f.Evidence {
		if e.Field == field && e.Origin != nil && e.Origin.HasDoc {
			return e
		}
	}
	t.Fatalf("%s rests on no document", field)
	return finding.Evidence{}
}
