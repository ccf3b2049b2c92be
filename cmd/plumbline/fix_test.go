package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/estate"
	"plumbline/internal/export"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
)

// The command that a page tells people to paste closes the finding and opens
// no other, and undo brings it back: proved by sending the same call to the
// simulated cloud and scanning again.
func TestFixesCloseTheirFindings(t *testing.T) {
	t.Parallel()
	set := rules(t)
	l := serve(t, sim.Generate(sim.Intent{Seed: 13, Regions: 6, Instances: 400}), awssim.Options{})
	proved := map[string]bool{}
	before, report := scanned(t, l, set)
	for i := range report.Verdicts {
		v := &report.Verdicts[i]
		fix := report.Fixes[v.Key()]
		if v.Outcome != finding.Fail || proved[v.Rule] || !strings.HasPrefix(fix.CLI, "aws ") {
			continue
		}
		if s := &v.Subject; s.Kind == estate.KindWorkload && before.of[pair{"AWS-IMDS-005", s.Parent}] == finding.Pass {
			continue // where tokens are enforced, EC2 refuses to go back
		}
		proved[v.Rule] = true
		if fix.Undo == "" {
			t.Errorf("%s has a command and no way back: give it fix.undo", v.Rule)
			continue
		}
		do(t, l, fix.CLI)
		after, _ := scanned(t, l, set)
		if got := after.of[pair{v.Rule, v.Subject.UID}]; got != finding.Pass {
			t.Errorf("%s on %s: after %q it is %v", v.Rule, v.Subject.UID, fix.CLI, got)
		}
		for k, was := range before.of {
			if now := after.of[k]; now != was && (now == finding.Fail || now == finding.Unknown) {
				t.Errorf("%q turned %s on %s from %v to %v", fix.CLI, k.rule, k.uid, was, now)
			}
		}
		do(t, l, fix.Undo)
		undone, _ := scanned(t, l, set)
		if got := undone.of[pair{v.Rule, v.Subject.UID}]; got != finding.Fail {
			t.Errorf("%s on %s: after undo by %q it is %v", v.Rule, v.Subject.UID, fix.Undo, got)
		}
	}
	for _, r := range set.Rules() {
		if strings.HasPrefix(r.Fix.CLI, "aws ") && !proved[r.ID] {
			t.Errorf("the fix of %s was never tried: the estate has no failing subject with a command", r.ID)
		}
	}
}

func scanned(t *testing.T, l *awssim.Listener, set *rule.Set) (*outcomes, *export.Report) {
	t.Helper()
	report := export.NewReport("test", set, facts.For("aws"))
	return runScan(t, live(t, l, now()), set, 0, report), report
}

// do sends what an AWS command line would: modify-x --some-option v becomes the
// action ModifyX with the parameter SomeOption.
func do(t *testing.T, l *awssim.Listener, command string) {
	t.Helper()
	words := strings.Fields(command)
	if len(words) < 3 || words[0] != "aws" || words[1] != "ec2" {
		t.Fatalf("this is no EC2 command, and no other can be tried on the simulated cloud: %q", command)
	}
	form := url.Values{"Action": {pascal(words[2])}, "Version": {"2016-11-15"}}
	region := ""
	for i := 3; i+1 < len(words); i += 2 {
		if words[i] == "--region" {
			region = words[i+1]
			continue
		}
		form.Set(pascal(strings.TrimPrefix(words[i], "--")), words[i+1])
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.URL, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+l.Estate().Accounts[0].AccessKey+"/20261122/"+region+"/ec2/aws4_request, SignedHeaders=host, Signature=0")
	r.Header.Set("X-Amz-Date", now().Format("20060102T150405Z"))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		t.Fatalf("%q was answered with %s: %s", command, resp.Status, body)
	}
}

func pascal(kebab string) string {
	var b strings.Builder
	for _, w := range strings.Split(kebab, "-") {
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}
