package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFrameworksInATerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		want []string
	}{
		{"frameworks list", []string{"cis-aws-3.0", "18 of 62", "workload-metadata-practices", "ISO/IEC 27001:2022, Annex A"}},
		{"frameworks show cis-aws-3.0", []string{"Center for Internet Security", "8 of them by the publisher's own test", "5.6", "AWS-IMDS-001"}},
		{"frameworks show CIS-AWS-3.0 5.6", []string{"AWS-IMDS-001", "the publisher's own test: audit of 5.6", "whatever its tokens"}},
		{"frameworks show workload-metadata-practices S3.1", []string{"It cannot be told", "security groups and network ACLs do not filter"}},
		{"frameworks show workload-metadata-practices S3.7", []string{"To be stated, for no machine can check it"}},
		{"frameworks show workload-metadata-practices S1.3", []string{"IBM-IAM-001", "IBM-IAM-011"}},
		{"frameworks show workload-metadata-practices S4.3", []string{"GCP-NET-004", "(still to come)", "with Google Cloud"}},
		{"frameworks show iso-27001-2022 A.8.20", []string{"a third party's mapping: prowler-cloud/prowler at commit", "our judgement"}},
		{"frameworks test", []string{"13 frameworks. Every rule that they name is there"}},
	} {
		code, out, err := plumbline(t, strings.Fields(c.args)...)
		if code != exitOK || err != "" {
			t.Errorf("%s: status %d, %s", c.args, code, err)
		}
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", c.args, want, out)
			}
		}
	}
}

func TestWhatIsNoFramework(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"frameworks show cis-9":          "plumbline frameworks list names them all",
		"frameworks show cis-aws-3.0 99": "plumbline frameworks show cis-aws-3.0 names those it has",
	} {
		if code, _, err := plumbline(t, strings.Fields(args)...); code != exitError || !strings.Contains(err, want) {
			t.Errorf("%s: status %d, %s", args, code, err)
		}
	}
}

const ownFramework = `id: our-baseline
name: Our baseline
publisher: Example Ltd
about: What every account of ours has to have.
source: https://wiki.example.com/baseline
licence: Ours.
groups:
  - id: M
    title: Metadata
    controls:
      - id: M-1
        title: Tokens are required
        rules: [{rule: AWS-IMDS-001, status: publisher, source: baseline}]
`

func TestAFrameworkOfOnesOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "frameworks")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, "ours.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(ownFramework)
	if code, out, err := plumbline(t, "frameworks", "list", "--rules-dir", dir); code != exitOK || !strings.Contains(out, "our-baseline") || !strings.Contains(out, "cis-aws-3.0") {
		t.Errorf("status %d, %s%s", code, out, err)
	}
	put(strings.Replace(ownFramework, "AWS-IMDS-001", "AWS-IMDS-01", 1))
	want := filepath.Join(folder, "ours.yaml") + ":13:24: 'AWS-IMDS-01' is no id of a rule; did you mean 'AWS-IMDS-001'?"
	if code, _, err := plumbline(t, "frameworks", "test", "--rules-dir", dir); code == exitOK || !strings.Contains(err, want) {
		t.Errorf("status %d, %s, want %s", code, err, want)
	}
}

// A directory holds the pages of the frameworks that there are, whatever it held
// before, and what a person wrote stays.
func TestThePagesOfFrameworks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("cis-aws-2.0.md", frameworksMade+"# A framework that is no more")
	put("ours.md", "# What a person wrote")
	read := func() map[string]string {
		t.Helper()
		if code, _, err := plumbline(t, "frameworks", "docs", dir); code != exitOK {
			t.Fatal(err)
		}
		return filesIn(t, dir)
	}
	pages := read()
	if len(pages) != 15 || pages["ours.md"] == "" || pages["cis-aws-2.0.md"] != "" {
		t.Errorf("the directory holds %v", slices.Sorted(maps.Keys(pages)))
	}
	for page, want := range map[string]string{
		"README.md":                      "| [AWS-IMDS-001](../rules/AWS-IMDS-001.md) | EC2 instance answers metadata requests only with a session token |",
		"cis-aws-3.0.md":                 "### 5.6: The metadata service answers only with a session token",
		"iso-27001-2022.md":              "a third party's mapping: prowler-cloud/prowler at commit",
		"workload-metadata-practices.md": "*It cannot be told,* because security groups and network ACLs",
	} {
		if !strings.Contains(pages[page], want) {
			t.Errorf("%s has no %q:\n%s", page, want, pages[page])
		}
	}
	if again := read(); !maps.Equal(pages, again) {
		t.Error("the same frameworks give other pages the second time")
	}
}
