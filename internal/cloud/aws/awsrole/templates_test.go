package awsrole

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

const principal, externalID = "arn:aws:iam::111122223333:role/plumbline-server", "4f1c0d5e-6a41-4e6e-9c0b-2f1f8a7d3b90"

func templateIn(t *testing.T, language, principal, externalID string) Template {
	t.Helper()
	for _, x := range RoleTemplates(principal, externalID) {
		if x.Language == language {
			return x
		}
	}
	t.Fatalf("there is no template in %s", language)
	return Template{}
}

func TestTheTemplatesAreThese(t *testing.T) {
	t.Parallel()
	for _, x := range RoleTemplates(principal, externalID) {
		file := filepath.Join("testdata", x.File)
		if *update {
			if err := os.WriteFile(file, []byte(x.Text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), x.Text); d != "" {
			t.Errorf("%s (-want +got); after a change that is meant: go test ./internal/cloud/aws/awsrole -update\n%s", x.Name, d)
		}
	}
}

// hostile values try to end the place where they stand.
var hostile = []string{
	principal,
	`a"b`, `a'b`, "a\nb", "a: b", "a #b", `a\b`, `\u0041`,
	`"` + "\nResources: {}\n#", `${aws_iam_role.x.arn}`, `%{ if true }x%{ endif }`, `$${x}`, `!Ref Role`, `{{.Trust}}`,
	"$(touch stolen)", "`touch stolen`", "'; touch stolen; '", "\nPLUMBLINE\ntouch stolen\n", `*`,
	"\x00\x1b\x7f\u0085\u2028\U0001F600", `<script>`, strings.Repeat("x", 2000),
}

// stack is a CloudFormation template, as far as it matters here.
type stack struct {
	Parameters map[string]struct {
		Type, Description, Default string
		MinLength                  int
	}
	Resources map[string]struct {
		Type       string
		Properties struct {
			RoleName, Description    string
			AssumeRolePolicyDocument struct {
				Version   string
				Statement []struct {
					Effect, Action string
					Principal      map[string]string
					Condition      map[string]map[string]string
				}
			}
			Policies []struct {
				PolicyName     string
				PolicyDocument struct {
					Version   string
					Statement []statement
				}
			}
		}
	}
}

// parse goes by way of JSON, whose keys need no tags.
func parse(t *testing.T, text string) (s stack) {
	t.Helper()
	var tree any
	if err := yaml.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	b, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return s
}

func TestTheCloudFormationTemplate(t *testing.T) {
	t.Parallel()
	for _, p := range hostile {
		s := parse(t, templateIn(t, "yaml", p, p+"!").Text)
		if len(s.Resources) != 1 || len(s.Parameters) != 2 {
			t.Errorf("%q: %d resources, %d parameters", p, len(s.Resources), len(s.Parameters))
		}
		if got := s.Parameters["Principal"].Default; got != p {
			t.Errorf("the principal %q became %q", p, got)
		}
		if got := s.Parameters["ExternalId"].Default; got != p+"!" {
			t.Errorf("the external id %q became %q", p+"!", got)
		}
		role := s.Resources["PlumblineRole"].Properties
		if len(role.Policies) != 1 {
			t.Fatalf("%d policies", len(role.Policies))
		}
		if d := cmp.Diff(statements(), role.Policies[0].PolicyDocument.Statement); d != "" {
			t.Error("statements (-want +got)\n", d)
		}
		trusted := role.AssumeRolePolicyDocument.Statement
		if len(trusted) != 1 || trusted[0].Effect != "Allow" || trusted[0].Action != CallAssumeRole || trusted[0].Principal["AWS"] != "Principal" ||
			trusted[0].Condition["StringEquals"]["sts:ExternalId"] != "ExternalId" {
			t.Errorf("trust %+v", trusted)
		}
	}
}

func TestAValueThatIsNotKnownIsAskedFor(t *testing.T) {
	t.Parallel()
	if s := templateIn(t, "yaml", "", "").Text; strings.Contains(s, "Default:") {
		t.Error("CloudFormation does not ask:\n", s)
	}
	if s := templateIn(t, "hcl", "", "").Text; strings.Contains(s, "default ") {
		t.Error("Terraform does not ask:\n", s)
	}
	s := templateIn(t, "sh", "", "").Text
	if !strings.Contains(s, "First replace") || !strings.Contains(s, `"AWS": "<ARN of`) || !strings.Contains(s, `"sts:ExternalId": "<external id>"`) {
		t.Error("the commands do not say so:\n", s)
	}
	if s := templateIn(t, "sh", principal, externalID).Text; strings.Contains(s, "First replace") || strings.Contains(s, "<ARN") {
		t.Error("nothing is to be replaced:\n", s)
	}
}

// The commands are run by a real shell, with an aws that only notes what it is
// told.
func TestTheCommandsDoNothingElse(t *testing.T) {
	t.Parallel()
	for _, p := range hostile {
		dir := t.TempDir()
		aws := "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \"$LOG\"\n"
		if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "bin", "aws"), []byte(aws), 0o700); err != nil {
			t.Fatal(err)
		}
		sh := exec.Command("sh", "-eu")
		sh.Stdin = strings.NewReader(templateIn(t, "sh", p, p+"!").Text)
		sh.Dir, sh.Env = dir, []string{"PATH=" + filepath.Join(dir, "bin") + ":/usr/bin:/bin", "LOG=" + filepath.Join(dir, "log")}
		if out, err := sh.CombinedOutput(); err != nil || len(out) != 0 {
			t.Fatalf("%q: %v: %s", p, err, out)
		}
		checkTrust(t, filepath.Join(dir, "plumbline-trust.json"), p)
		policy, err := os.ReadFile(filepath.Join(dir, "plumbline-policy.json"))
		if err != nil || !bytes.Equal(policy, Policy()) {
			t.Errorf("%q: %v: policy %s", p, err, policy)
		}
		log, err := os.ReadFile(filepath.Join(dir, "log"))
		if err != nil || strings.Count(string(log), "\n") != 3 {
			t.Errorf("%q: %v: commands %s", p, err, log)
		}
		if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 4 { // bin, log, trust, policy
			t.Errorf("%q: it made %v", p, files)
		}
	}
}

func checkTrust(t *testing.T, file, p string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var trust struct {
		Version   string
		Statement []struct {
			Effect, Action string
			Principal      map[string]string
			Condition      map[string]map[string]string
		}
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&trust); err != nil || len(trust.Statement) != 1 {
		t.Fatalf("%q: %v: %s", p, err, b)
	}
	s := trust.Statement[0]
	if s.Effect != "Allow" || s.Action != CallAssumeRole || s.Principal["AWS"] != p || s.Condition["StringEquals"]["sts:ExternalId"] != p+"!" {
		t.Errorf("%q: %+v", p, s)
	}
}

// No parser of HCL is at hand: the words are held against the golden file, and
// of a hostile value it is shown that it stays one string, free of what begins
// an interpolation, on one line.
func TestTheTerraformTemplate(t *testing.T) {
	t.Parallel()
	calm := strings.Split(templateIn(t, "hcl", "P", "X").Text, "\n")
	for _, p := range hostile {
		lines := strings.Split(templateIn(t, "hcl", p, p+"!").Text, "\n")
		if len(lines) != len(calm) {
			t.Fatalf("%q adds lines", p)
		}
		var defaults []string
		for i := range lines {
			if lines[i] == calm[i] {
				continue
			}
			value, ok := strings.CutPrefix(lines[i], "  default     = ")
			if !ok {
				t.Errorf("%q changed the line %s", p, lines[i])
			}
			defaults = append(defaults, unquoted(t, value))
		}
		if !slices.Equal(defaults, []string{p, p + "!"}) {
			t.Errorf("%q became %q", p, defaults)
		}
	}
	text := strings.Join(calm, "\n")
	for _, pair := range []string{"{}", "[]", "()"} {
		if strings.Count(text, pair[:1]) != strings.Count(text, pair[1:]) {
			t.Errorf("%s are not in pairs", pair)
		}
	}
	for _, a := range needed() {
		if strings.Count(text, `          "`+a+`",`) != 1 {
			t.Errorf("%s is not allowed once", a)
		}
	}
}

// unquoted reads a string as HCL does. YAML's escapes are the same where
// quoted uses them.
func unquoted(t *testing.T, s string) (text string) {
	t.Helper()
	if strings.ContainsAny(s, "$%") || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		t.Errorf("not plain: %s", s)
	}
	if err := yaml.Unmarshal([]byte(s), &text); err != nil {
		t.Errorf("%s: %v", s, err)
	}
	return text
}

func TestPrincipal(t *testing.T) {
	t.Parallel()
	for arn, want := range map[string]string{
		"arn:aws:sts::111122223333:assumed-role/plumbline-server/i-0abc": "arn:aws:iam::111122223333:role/plumbline-server",
		"arn:aws-cn:sts::111122223333:assumed-role/x/y":                  "arn:aws-cn:iam::111122223333:role/x",
		"arn:aws:iam::111122223333:user/scan":                            "arn:aws:iam::111122223333:user/scan",
		"arn:aws:iam::111122223333:root":                                 "arn:aws:iam::111122223333:root",
		"arn:aws:sts::111122223333:federated-user/x":                     "arn:aws:sts::111122223333:federated-user/x",
		"": "",
	} {
		if got := Principal(arn); got != want {
			t.Errorf("%q: got %q, want %q", arn, got, want)
		}
	}
}
