package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
)

var markup = regexp.MustCompile(`(?s)<[^>]*>`)

// What an auditor reads of a call that was denied is the denial itself, as the
// scan recorded it, through the store and on the page.
func TestEvidenceOfADeniedCallIsTheDenial(t *testing.T) {
	t.Parallel()
	set := rules(t)
	e := sim.Generate(sim.Intent{Seed: 1, Regions: 2, Instances: 10, Plain: true})
	l := serve(t, e, awssim.Options{})
	region := e.Accounts[0].Regions[1].Name
	l.Fail(awssim.Fault{Action: "DescribeInstances", Region: region, Kind: awssim.Forbidden})
	s := pgtest.Store(t)
	runScan(t, live(t, l, time.Now()), set, 0, postgres.NewKeep(s, "t", facts.For("aws")))
	fs, _, err := s.Findings(t.Context(), postgres.FindingFilter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range fs {
		if f.Rule != "XC-002" && (f.Rule != "AWS-IMDS-001" || !f.Gap) {
			continue
		}
		seen++
		page := browse(t, s, fmt.Sprintf("/findings/FND-%d/evidence", f.Number))
		page = strings.Join(strings.Fields(markup.ReplaceAllString(page, " ")), " ")
		for _, want := range []string{"What the cloud answered", "403 Forbidden", "1 attempt", "UnauthorizedOperation", "ec2:DescribeInstances", region} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page does not say %q", f.Rule, want)
			}
		}
		for _, wrong := range []string{"no reply came", "none was given", "Asked at unknown", "map[", "GetCallerIdentity", "The cloud&#39;s reply"} {
			if strings.Contains(page, wrong) {
				t.Errorf("%s: the page says %q", f.Rule, wrong)
			}
		}
	}
	if seen != 2 {
		t.Errorf("%d findings speak of the denial, want 2", seen)
	}
}
