package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/rule"
)

// plumbline runs the whole program and gives what it printed.
func plumbline(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), args, streams{strings.NewReader(""), &out, &err})
	return code, out.String(), err.String()
}

// signedIn points the program's environment at a simulated account.
func signedIn(t *testing.T, e *sim.Estate) *awssim.Listener {
	t.Helper()
	l := serve(t, e, awssim.Options{})
	a := e.Accounts[0]
	for k, v := range map[string]string{"AWS_ENDPOINT_URL": l.URL, "AWS_ACCESS_KEY_ID": a.AccessKey, "AWS_SECRET_ACCESS_KEY": a.SecretKey,
		"AWS_REGION": a.Regions[0].Name, "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(k, v)
	}
	return l
}

// wellSet is one region of instances that want a token, openTo one of
// instances that do not.
func wellSet() *sim.Estate { return ofCase("token required") }
func openTo() *sim.Estate  { return ofCase("v1 allowed, running") }

func ofCase(name string) *sim.Estate {
	cases := slices.DeleteFunc(slices.Clone(sim.Cases()), func(c sim.Case) bool { return c.Name != name })
	return sim.Generate(sim.Intent{Seed: 3, Regions: 1, Instances: 4, Plain: true, Cases: cases})
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"demo", "scan aws", "scan ibm", "bench aws", "bench ibm", "rules list", "rules show", "rules test", "frameworks list", "frameworks show", "frameworks test", "frameworks docs", "permissions aws", "permissions ibm", "sim aws", "sim ibm", "version"} {
		code, out, _ := plumbline(t, append(strings.Fields(args), "--help")...)
		if code != exitOK || !strings.Contains(out, "xample") || !strings.Contains(out, "plumbline "+args) {
			t.Errorf("plumbline %s --help: status %d, no example:\n%s", args, code, out)
		}
	}
}

func TestExitStatusOfScan(t *testing.T) {
	t.Run("a finding at or above --fail-on is 2, whatever was not assessed", func(t *testing.T) {
		signedIn(t, sim.Demo())
		if code, out, err := plumbline(t, "scan", "aws"); code != exitFindings {
			t.Errorf("status %d\n%s%s", code, out, err)
		}
	})
	t.Run("not everything assessed and nothing that severe is 3", func(t *testing.T) {
		signedIn(t, wellSet()).Allow([]string{"sts:GetCallerIdentity", "ec2:DescribeRegions", "ec2:GetInstanceMetadataDefaults"})
		if code, out, err := plumbline(t, "scan", "aws", "--fail-on", "critical"); code != exitNotAssessed {
			t.Errorf("status %d\n%s%s", code, out, err)
		}
	})
}

// highRule is a rule of this test's own, so that what the catalogue holds
// tomorrow does not decide what it sees.
const highRule = `id: AWS-TEST-001
name: token
title: It wants a token
fault: It wants no token
severity: high
for: workload
pass: w.metadata.tokens == "required"
say: so
why: Because.
examples: []
`

func TestExitStatusFollowsFailOn(t *testing.T) {
	t.Parallel()
	set, err := rule.Load(fstest.MapFS{"token.yaml": {Data: []byte(highRule)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, failOn string
		estate       *sim.Estate
		want         error
	}{
		{"everything assessed and nothing fails", "low", wellSet(), nil},
		{"what fails is as severe as asked", "high", openTo(), exitCode(exitFindings)},
		{"what fails is more severe than asked", "medium", openTo(), exitCode(exitFindings)},
		{"what fails is less severe than asked", "critical", openTo(), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, report := scanned(t, serve(t, c.estate, awssim.Options{}), set)
			var out bytes.Buffer
			cmd := judging{Output: "table", FailOn: c.failOn}
			if got := cmd.print(streams{strings.NewReader(""), &out, &out}, report); !errors.Is(got, c.want) {
				t.Errorf("got %v, want %v\n%s", got, c.want, out.String())
			}
		})
	}
}

func TestFaultsSayWhatHappenedAndWhatToDo(t *testing.T) {
	dir := filepath.Dir(openDir(t))
	cut := filepath.Join(dir, "cut.ndjson")
	if err := os.WriteFile(cut, []byte(`{"plumbline_recording":1,"provider":"aws","account":"1","taken_at":"2026-11-22T00:00:00Z"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		env  map[string]string
		args string
		want []string
	}{
		{"wrong credentials", map[string]string{"AWS_ACCESS_KEY_ID": "AKIANOTOURS0000000000"}, "scan aws", []string{"credentials", "not accepted", "log in again"}},
		{"no credentials", map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "scan aws", []string{"No AWS credentials", "AWS_PROFILE"}},
		{"unreachable endpoint", map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "scan aws", []string{"127.0.0.1:9", "cannot be reached", "Check"}},
		{"unknown region", nil, "scan aws --region mars-1", []string{`no region "mars-1"`, "eu-west-1"}},
		{"a recording that was cut", nil, "scan aws --replay " + cut, []string{"no end line", "Record it again"}},
		{"a recording that is not there", nil, "scan aws --replay " + filepath.Join(dir, "none"), []string{"none", "no such file"}},
		{"a recording that would be overwritten", nil, "scan aws --record " + cut, []string{"exists already", "another name"}},
		{"unknown rule", nil, "rules show AWS-IMDS-999", []string{"no rule", "plumbline rules list"}},
		{"unknown flag", nil, "scan aws --regoin eu-west-1", []string{"--regoin", "--region"}},
		{"a demo on an open address", nil, "demo --listen 0.0.0.0:0", []string{"loopback only"}},
		{"no PostgreSQL", nil, "demo --listen 127.0.0.1:0 --pg-bin " + dir + " --data-dir " + filepath.Join(dir, "data"), []string{"PostgreSQL", "install"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			signedIn(t, sim.Demo())
			for k, v := range tt.env {
				t.Setenv(k, v)
			}
			code, out, err := plumbline(t, strings.Fields(tt.args)...)
			if code != exitError {
				t.Errorf("status %d, want %d\n%s", code, exitError, out)
			}
			for _, w := range tt.want {
				if !strings.Contains(err, w) {
					t.Errorf("stderr does not say %q:\n%s", w, err)
				}
			}
		})
	}
}

func TestJSONHasAReasonBesideEveryNull(t *testing.T) {
	signedIn(t, sim.Generate(sim.Intent{Seed: 5}))
	code, out, stderr := plumbline(t, "scan", "aws", "--output", "json")
	if code != exitFindings {
		t.Fatalf("status %d: %s", code, stderr)
	}
	var doc struct {
		Scan struct {
			Failing     bool             `json:"failing"`
			NotAssessed bool             `json:"not_assessed"`
			Coverage    []map[string]any `json:"coverage"`
		} `json:"scan"`
		Workloads []map[string]any `json:"workloads"`
		Findings  []map[string]any `json:"findings"`
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err)
	}
	if !doc.Scan.Failing || !doc.Scan.NotAssessed || len(doc.Scan.Coverage) == 0 || len(doc.Findings) == 0 {
		t.Errorf("scan says %+v", doc.Scan)
	}
	for _, w := range doc.Workloads {
		reasons, _ := w["unknown"].(map[string]any)
		for _, path := range nulls("", w) {
			if reasons[path] == nil && reasons[strings.SplitN(path, ".", 2)[0]] == nil {
				t.Fatalf("%v: %s is null and no reason stands beside it", w["id"], path)
			}
		}
	}
}

func nulls(at string, m map[string]any) (out []string) {
	for k, v := range m {
		path := strings.TrimPrefix(at+"."+k, ".")
		switch v := v.(type) {
		case nil:
			out = append(out, path)
		case map[string]any:
			if k != "unknown" {
				out = append(out, nulls(path, v)...)
			}
		}
	}
	return out
}

func TestRecordThenReplayPrintsTheSame(t *testing.T) {
	signedIn(t, sim.Demo())
	file := filepath.Join(t.TempDir(), "scan.ndjson")
	_, live, _ := plumbline(t, "scan", "aws", "--output", "json", "--record", file)
	_, replayed, stderr := plumbline(t, "scan", "aws", "--output", "json", "--replay", file)
	if live != replayed {
		t.Errorf("the replay differs from the scan that was recorded: %d and %d bytes\n%s", len(live), len(replayed), stderr)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the recording can be read by others: %v", info.Mode())
	}
}

// A secret that somebody put into a tag is nowhere in what the program prints
// or records.
func TestNoSecretIsPrintedOrRecorded(t *testing.T) {
	signedIn(t, sim.Generate(sim.Intent{Seed: 5}))
	file := filepath.Join(t.TempDir(), "scan.ndjson")
	_, table, _ := plumbline(t, "scan", "aws", "--record", file)
	recorded, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, doc, _ := plumbline(t, "scan", "aws", "--output", "json")
	secret := regexp.MustCompile(`ghp_[A-Za-z0-9]{36}|AKIAIOSFODNN7EXAMPLE`)
	for name, text := range map[string]string{"table": table, "json": doc, "recording": string(recorded)} {
		if s := secret.FindString(text); s != "" {
			t.Errorf("the %s tells %s…", name, s[:8])
		}
	}
	if !strings.Contains(string(recorded), "[redacted:") {
		t.Error("nothing was redacted, so this test proves nothing")
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"rules list": "AWS-IMDS-001", "rules show aws-imds-001": "--http-tokens required", "rules test": "all examples hold",
		"permissions aws": "ec2:DescribeInstances", "version": version,
	} {
		if code, out, err := plumbline(t, strings.Fields(args)...); code != exitOK || !strings.Contains(out, want) {
			t.Errorf("plumbline %s: status %d, does not say %q\n%s%s", args, code, want, out, err)
		}
	}
}
