package main

import (
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/estate"
	"plumbline/internal/rule"
)

const (
	serviceIBM = "ServiceId-9b8290f1-5f77-4d62-a3f8-c79d51898457"
	serverIBM  = "crn:v1:bluemix:public:is:us-south-1:a/0123456789abcdef0123456789abcdef::instance:0717_1e09281b-f177-46fb-baf1-bc152b2e391a"
)

// Whoever grants roles reads what each is for, and what none of them tells.
func TestTheRolesForIBMCloudAreTold(t *testing.T) {
	t.Parallel()
	code, out, err := plumbline(t, "permissions", "ibm")
	if code != exitOK {
		t.Fatalf("status %d\n%s", code, err)
	}
	for _, g := range ibmrole.Grants() {
		if !strings.Contains(out, g.Note) || !strings.Contains(out, g.Role+" on the ") || !strings.Contains(out, " "+g.Service+"\n") {
			t.Errorf("%s on %s is not told", g.Role, g.Service)
		}
	}
	for _, c := range ibmrole.Calls {
		if told := strings.Contains(out, "  "+c.Call+"\n      "+c.Why+"\n"); told != (c.Role != "") {
			t.Errorf("%s, which needs the role %q, is told: %v", c.Call, c.Role, told)
		}
	}
	for _, want := range []string{"Answered in full to Operator only, which is not granted", "the resource type resource-group", "plumbline permissions ibm --as terraform"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
}

func TestWhatCreatesTheRolesForIBMCloudIsPrintedAlone(t *testing.T) {
	t.Parallel()
	for args, file := range map[string]string{
		"--as cli --server " + serverIBM: "plumbline-profile.sh", "--as terraform --server " + serverIBM: "plumbline-profile.tf",
		"--as cli --key": "plumbline-key.sh", "--as terraform --key": "plumbline-key.tf",
		"--as cli --member " + serviceIBM: "plumbline-member.sh", "--as terraform --member " + serviceIBM: "plumbline-member.tf",
	} {
		want := ""
		for _, x := range slices.Concat(ibmrole.RoleTemplates(serverIBM), ibmrole.MemberTemplates(serviceIBM)) {
			if x.File == file {
				want = x.Text
			}
		}
		code, out, err := plumbline(t, append([]string{"permissions", "ibm"}, strings.Fields(args)...)...)
		if code != exitOK || out != want || want == "" {
			t.Errorf("%s: status %d, not %s\n%s%s", args, code, file, out, err)
		}
	}
	if _, out, _ := plumbline(t, "permissions", "ibm", "--as", "cli"); !strings.Contains(out, "<CRN of the virtual server") {
		t.Errorf("no place is left for the server:\n%s", out)
	}
}

func TestWhatPermissionsIBMCannotDoIsRefused(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--key":                                  "add --as cli or --as terraform",
		"--server " + serverIBM:                  "add --as cli or --as terraform",
		"--as cli --key --server " + serverIBM:   "leave one of them out",
		"--as cli --server web-1":                "is not the CRN of a virtual server",
		"--as cli --server " + serverIBM + ";rm": "is not the CRN of a virtual server",
		"--as cloudformation":                    "must be one of",
		"--member " + serviceIBM:                 "add --as cli or --as terraform",
		"--as cli --key --member " + serviceIBM:  "leave --key and --server out",
		"--as cli --member iam-" + serviceIBM:    "is not the ID of a service ID",
	} {
		if code, out, err := plumbline(t, append([]string{"permissions", "ibm"}, strings.Fields(args)...)...); code == exitOK || out != "" || !strings.Contains(err, want) {
			t.Errorf("%s: status %d, %q, does not say %q: %s", args, code, out, want, err)
		}
	}
}

// What is lost where user data is not looked through is told for each cloud:
// the rules named are those that ask for its secrets.
func TestWhatUserDataIsWorthIsToldForEachCloud(t *testing.T) {
	t.Parallel()
	set := rules(t)
	ask := unread(func() *rule.Set { return set })
	got, err := ask("ibm")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, r := range set.Rules() {
		if r.Provider == "ibm" && (r.For == estate.KindTemplate || r.For == estate.KindWorkload) && strings.Contains(r.Pass, ".secrets") {
			want = append(want, r.ID)
		}
	}
	if len(want) == 0 || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("told %v, and %v ask for secrets", got, want)
	}
	if _, err := ask("gcp"); err == nil {
		t.Error("a cloud that cannot be asked is told of")
	}
	for cloud, want := range map[string]string{"aws": "ec2:DescribeInstances", "ibm": "Viewer on the service iam-identity"} {
		if text, err := policyOf(cloud); err != nil || !strings.Contains(text, want) {
			t.Errorf("%s: %v, does not say %q", cloud, err, want)
		}
	}
}
