package sim

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryLevelOfPowerHasCases(t *testing.T) {
	t.Parallel()
	names, levels := map[string]bool{}, map[string]int{}
	for _, c := range PowerCases() {
		if names[c.Name] {
			t.Errorf("two cases are named %q", c.Name)
		}
		names[c.Name] = true
		levels[c.Level]++
		if granting := c.Level != None && c.Level != UnknownPower; granting == (len(c.By) == 0) {
			t.Errorf("%s: %s by %v", c.Name, c.Level, c.By)
		}
		have := append(slices.Clone(c.Attached), policyDocumentNames(c)...)
		for _, by := range c.By {
			if !slices.Contains(have, by) {
				t.Errorf("%s: decided by %s, which is not among %v", c.Name, by, have)
			}
		}
	}
	for _, l := range []string{Admin, Escalation, Write, DataRead, Read, Limited, None, UnknownPower} {
		if levels[l] < 4 {
			t.Errorf("%d cases of %s", levels[l], l)
		}
	}
}

func policyDocumentNames(c PowerCase) (names []string) {
	for _, d := range c.Inline {
		names = append(names, d.Name)
	}
	for _, p := range c.Own {
		names = append(names, p.Name)
	}
	return names
}

// Each of these alone is escalation; the list is the published one.
func TestEveryWayToEscalateHasACase(t *testing.T) {
	t.Parallel()
	all := ""
	for _, c := range PowerCases() {
		if c.Level == Escalation && len(c.Inline) == 1 {
			all += c.Inline[0].JSON
		}
	}
	for _, action := range []string{
		"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:PutRolePolicy", "iam:PutUserPolicy", "iam:UpdateAssumeRolePolicy",
		"iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:AddUserToGroup", "sts:AssumeRole", "ssm:SendCommand", "ssm:StartSession", "lambda:UpdateFunctionCode",
		"ec2-instance-connect:SendSSHPublicKey", "ec2:RunInstances", "lambda:CreateFunction", "ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation", "cloudformation:CreateStack",
		"glue:CreateDevEndpoint", "ecs:RunTask", "codebuild:CreateProject", "sagemaker:CreateNotebookInstance", "ec2:ModifyInstanceAttribute",
	} {
		if !strings.Contains(all, `"`+action+`"`) {
			t.Error("no case of ", action)
		}
	}
}

func TestPoliciesAreJSONButWhereTheyAreMeantNotToBe(t *testing.T) {
	t.Parallel()
	broken := 0
	for _, c := range PowerCases() {
		docs := slices.Clone(c.Inline)
		for _, p := range slices.Concat(c.Own, c.Bounds) {
			docs = append(docs, p.Versions...)
		}
		for _, d := range docs {
			if !json.Valid([]byte(d.JSON)) {
				broken++
				if c.Name != "a policy that is no policy" {
					t.Errorf("%s: %s", c.Name, d.JSON)
				}
			}
		}
	}
	if broken != 1 {
		t.Errorf("%d policies are no JSON", broken)
	}
	docs := []string{trustEC2, trustChina, trustAnyone, trustStranger, trustLambda}
	for _, name := range policyNames {
		docs = append(docs, awsPolicies[name])
	}
	for _, o := range OrgCases() {
		for _, p := range slices.Concat(o.Root, o.Unit, o.Account) {
			docs = append(docs, p.Content)
		}
		if o.Declarative != "" {
			docs = append(docs, o.Declarative)
		}
	}
	for _, d := range docs {
		if !json.Valid([]byte(d)) {
			t.Error(d)
		}
	}
	if d := cmp.Diff(slices.Sorted(maps.Keys(awsPolicies)), slices.Sorted(slices.Values(policyNames))); d != "" {
		t.Error(d)
	}
}

func TestEveryPowerCaseStandsInItsAccounts(t *testing.T) {
	t.Parallel()
	e := Generate(Intent{Seed: 5, Accounts: len(OrgCases()), Regions: 10, Instances: 2 * len(PowerCases())})
	seen := map[string]map[string]bool{}
	for _, x := range e.ExpectedPower() {
		account := strings.Split(x.UID, ":")[4]
		if seen[account] == nil {
			seen[account] = map[string]bool{}
		}
		seen[account][x.Case] = true
	}
	everywhere := map[string]bool{}
	for n, a := range e.Accounts {
		org := OrgCases()[n]
		maps.Copy(everywhere, seen[a.ID])
		for _, c := range PowerCases() {
			if c.Org == org.Name && !seen[a.ID][c.Name] || c.Org != "" && c.Org != org.Name && seen[a.ID][c.Name] {
				t.Errorf("%s: %s: %t", org.Name, c.Name, seen[a.ID][c.Name])
			}
		}
		names := map[string]bool{}
		for _, r := range a.IAM.Roles {
			if names[strings.ToLower(r.Name)] || len(r.Name) > 64 {
				t.Errorf("role %q", r.Name)
			}
			names[strings.ToLower(r.Name)] = true
		}
	}
	if len(everywhere) != len(PowerCases()) {
		t.Errorf("%d of %d cases", len(everywhere), len(PowerCases()))
	}
}
