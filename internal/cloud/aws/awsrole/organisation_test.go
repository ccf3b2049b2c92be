package awsrole

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var whole = Organisation{Principal: principal, ExternalID: externalID,
	Units: []string{"ou-ab12-cdefgh34", "ou-ab12-ijklmn56"}, Accounts: []string{"222233334444", "333344445555"}}

func organisationText(t *testing.T, file string, o Organisation) string {
	t.Helper()
	for _, x := range OrganisationTemplates(o) {
		if x.File == file {
			return x.Text
		}
	}
	t.Fatalf("there is no %s", file)
	return ""
}

func TestTheTemplatesOfAnOrganisationAreThese(t *testing.T) {
	t.Parallel()
	for _, x := range OrganisationTemplates(whole) {
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

// A stack set takes a template of 51,200 bytes at most (CreateStackSet).
func TestTheTemplateOfAStackSetIsThatOfAnAccount(t *testing.T) {
	t.Parallel()
	body := templateIn(t, "yaml", "", "").Text
	if len(body) > 51_200 {
		t.Errorf("%d bytes", len(body))
	}
	if strings.Contains(body, "${") || strings.Contains(body, "%{") {
		t.Error("Terraform would read a variable in", body)
	}
	for _, file := range []string{"plumbline-organisation.sh", "plumbline-organisation.tf"} {
		if !strings.Contains(organisationText(t, file, whole), "PLUMBLINE\n"+body+"PLUMBLINE\n") &&
			!strings.Contains(organisationText(t, file, whole), "'PLUMBLINE'\n"+body+"PLUMBLINE\n") {
			t.Errorf("%s has another template", file)
		}
	}
	if s := parse(t, body); s.Resources["PlumblineRole"].Properties.RoleName != roleName {
		t.Errorf("the role is called %s", s.Resources["PlumblineRole"].Properties.RoleName)
	}
}

// run gives commands to a real shell, with an aws that notes what it is told
// and answers with a line.
func run(t *testing.T, text, answer string) (dir string, log []string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	aws := "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \"$LOG\"\nprintf '%s\\n' \"$ANSWER\"\n"
	if err := os.WriteFile(filepath.Join(dir, "bin", "aws"), []byte(aws), 0o700); err != nil {
		t.Fatal(err)
	}
	sh := exec.Command("sh", "-eu")
	sh.Stdin, sh.Dir = strings.NewReader(text), dir
	sh.Env = []string{"PATH=" + filepath.Join(dir, "bin") + ":/usr/bin:/bin", "LOG=" + filepath.Join(dir, "log"), "ANSWER=" + answer}
	if out, err := sh.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
}

func TestTheCommandsOfAStackSetDoNothingElse(t *testing.T) {
	t.Parallel()
	for _, p := range hostile {
		dir, log := run(t, organisationText(t, "plumbline-organisation.sh", Organisation{Principal: p, ExternalID: p + "!", Units: []string{p}}), "")
		if len(log) != 2 || !strings.HasPrefix(log[0], "cloudformation create-stack-set ") || !strings.HasPrefix(log[1], "cloudformation create-stack-instances ") {
			t.Errorf("%q: commands %q", p, log)
		}
		var parameters []struct{ ParameterKey, ParameterValue string }
		readJSON(t, filepath.Join(dir, "plumbline-parameters.json"), &parameters)
		if len(parameters) != 2 || parameters[0].ParameterValue != p || parameters[1].ParameterValue != p+"!" {
			t.Errorf("%q: %v", p, parameters)
		}
		var targets struct{ OrganizationalUnitIds []string }
		readJSON(t, filepath.Join(dir, "plumbline-targets.json"), &targets)
		if !slices.Equal(targets.OrganizationalUnitIds, []string{p}) {
			t.Errorf("%q: %v", p, targets)
		}
		if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 5 { // bin, log, template, parameters, targets
			t.Errorf("%q: it made %v", p, files)
		}
	}
}

func TestWithoutUnitsTheWholeOrganisationGetsTheRole(t *testing.T) {
	t.Parallel()
	dir, log := run(t, organisationText(t, "plumbline-organisation.sh", Organisation{Principal: principal, ExternalID: externalID}), "r-ab12")
	var targets struct{ OrganizationalUnitIds []string }
	readJSON(t, filepath.Join(dir, "plumbline-targets.json"), &targets)
	if len(log) != 3 || !slices.Equal(targets.OrganizationalUnitIds, []string{"r-ab12"}) {
		t.Errorf("%v: %v", log, targets)
	}
	if s := organisationText(t, "plumbline-organisation.tf", Organisation{}); !strings.Contains(s, "default     = []") || !strings.Contains(s, ".roots[0].id") {
		t.Error("Terraform does not fall back to the root:\n", s)
	}
}

// An organisation has one delegation policy, and other teams' statements may
// stand in it.
func TestADelegationThatIsThereIsLeftAlone(t *testing.T) {
	t.Parallel()
	text := organisationText(t, "plumbline-delegation.sh", whole)
	for answer, commands := range map[string]int{
		"An error occurred (ResourcePolicyNotFoundException) when calling the DescribeResourcePolicy operation": 2,
		`{"ResourcePolicy": {"Content": "{}"}}`:                                                       1,
		"An error occurred (AccessDeniedException) when calling the DescribeResourcePolicy operation": 1,
	} {
		if _, log := run(t, text, answer); len(log) != commands {
			t.Errorf("%s: commands %q", answer, log)
		}
	}
}

func TestTheDelegationAllowsTheCallsOfAnOrganisation(t *testing.T) {
	t.Parallel()
	var p struct {
		Statement []struct {
			Effect    string
			Principal map[string][]string
			Action    []string
		}
	}
	if err := json.Unmarshal(Delegation("aws-us-gov", whole.Accounts), &p); err != nil || len(p.Statement) != 1 {
		t.Fatalf("%v: %+v", err, p)
	}
	var want []string
	for _, c := range Calls {
		if c.Sid == SidOrganisation {
			want = append(want, c.Action)
		}
	}
	s := p.Statement[0]
	if s.Effect != "Allow" || !slices.Equal(s.Action, want) ||
		!slices.Equal(s.Principal["AWS"], []string{"arn:aws-us-gov:iam::222233334444:root", "arn:aws-us-gov:iam::333344445555:root"}) {
		t.Errorf("%+v", s)
	}
	if s := string(Delegation("aws", nil)); !strings.Contains(s, "<id of an account") {
		t.Error("it is not said that accounts are missing:", s)
	}
}

// Stacks are made where the partition has them, in a region that every account
// has.
func TestTheRegionOfTheStacks(t *testing.T) {
	t.Parallel()
	for arn, want := range map[string]string{
		principal: "us-east-1", "": "us-east-1", "arn:aws-us-gov:iam::111122223333:role/x": "us-gov-west-1", "arn:x y:iam": "us-east-1",
	} {
		s := organisationText(t, "plumbline-organisation.sh", Organisation{Principal: arn})
		if strings.Count(s, "--region "+want) != 3 {
			t.Errorf("%q: not in %s:\n%s", arn, want, s)
		}
	}
}

// Of a hostile value it is shown that it stays one string on its line.
func TestTheTerraformTemplateOfAnOrganisation(t *testing.T) {
	t.Parallel()
	calm := strings.Split(organisationText(t, "plumbline-organisation.tf", Organisation{Principal: "P", ExternalID: "X", Units: []string{"U"}}), "\n")
	for _, p := range hostile {
		lines := strings.Split(organisationText(t, "plumbline-organisation.tf", Organisation{Principal: p, ExternalID: p + "!", Units: []string{p + "?"}}), "\n")
		if len(lines) != len(calm) {
			t.Fatalf("%q adds lines", p)
		}
		var got []string
		for i := range lines {
			if value, ok := strings.CutPrefix(lines[i], "  default     = "); ok && lines[i] != calm[i] {
				got = append(got, unquoted(t, strings.Trim(value, "[]")))
			} else if lines[i] != calm[i] {
				t.Errorf("%q changed the line %s", p, lines[i])
			}
		}
		if !slices.Equal(got, []string{p, p + "!", p + "?"}) {
			t.Errorf("%q became %q", p, got)
		}
	}
}
