package sdktest

import (
	"encoding/base64"
	"encoding/csv"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

// home is where services without regions are asked.
const home = "us-east-1"

// equipped is an estate with every case of everything in it.
func equipped(accounts int) *sim.Estate {
	return sim.Generate(sim.Intent{Seed: 21, Accounts: accounts, Regions: 10, Instances: 400})
}

func decoded(t *testing.T, encoded *string) string {
	t.Helper()
	s, err := url.PathUnescape(aws.ToString(encoded))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// details reads everything IAM tells, in pages of seven.
func details(t *testing.T, c *iam.Client) (roles map[string]iamtypes.RoleDetail, policies map[string]iamtypes.ManagedPolicyDetail, users, groups int) {
	t.Helper()
	roles, policies = map[string]iamtypes.RoleDetail{}, map[string]iamtypes.ManagedPolicyDetail{}
	p := iam.NewGetAccountAuthorizationDetailsPaginator(c, &iam.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(7)})
	for p.HasMorePages() {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.RoleDetailList {
			roles[*r.RoleName] = r
		}
		for _, x := range out.Policies {
			policies[*x.Arn] = x
		}
		users, groups = users+len(out.UserDetailList), groups+len(out.GroupDetailList)
	}
	return roles, policies, users, groups
}

func TestSDKReadsIdentities(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{Shuffle: 9, Signature: true})
	c := iam.NewFromConfig(config(l, a, home))
	roles, policies, users, groups := details(t, c)
	if len(roles) != len(a.IAM.Roles) || len(policies) != len(a.IAM.Policies) || users != len(a.IAM.Users) || groups != len(a.IAM.Groups) {
		t.Errorf("%d roles, %d policies, %d users, %d groups", len(roles), len(policies), users, groups)
	}
	for _, r := range a.IAM.Roles {
		role(t, r, roles[r.Name])
	}
	for _, p := range a.IAM.Policies {
		got := policies[p.ARN]
		if aws.ToString(got.DefaultVersionId) != p.Default || aws.ToString(got.Path) != p.Path {
			t.Errorf("%s: default %v, path %v", p.ARN, aws.ToString(got.DefaultVersionId), aws.ToString(got.Path))
		}
		var docs []sim.Document
		for _, v := range got.PolicyVersionList {
			docs = append(docs, sim.Document{Name: *v.VersionId, JSON: decoded(t, v.Document)})
			if v.IsDefaultVersion != (*v.VersionId == p.Default) {
				t.Errorf("%s: %s default: %t", p.ARN, *v.VersionId, v.IsDefaultVersion)
			}
		}
		if d := cmp.Diff(p.Versions, docs); d != "" {
			t.Errorf("%s: %s", p.ARN, d)
		}
	}
}

func role(t *testing.T, want sim.Role, got iamtypes.RoleDetail) {
	t.Helper()
	var inline []sim.Document
	for _, x := range got.RolePolicyList {
		inline = append(inline, sim.Document{Name: *x.PolicyName, JSON: decoded(t, x.PolicyDocument)})
	}
	var attached []string
	for _, x := range got.AttachedManagedPolicies {
		attached = append(attached, *x.PolicyArn)
	}
	boundary := ""
	if got.PermissionsBoundary != nil {
		boundary = *got.PermissionsBoundary.PermissionsBoundaryArn
	}
	is := sim.Role{Name: *got.RoleName, Path: *got.Path, ID: *got.RoleId, Trust: decoded(t, got.AssumeRolePolicyDocument), Inline: inline, Attached: attached, Boundary: boundary, Made: *got.CreateDate}
	if got.RoleLastUsed != nil && got.RoleLastUsed.LastUsedDate != nil {
		is.LastUsed, is.LastRegion = *got.RoleLastUsed.LastUsedDate, *got.RoleLastUsed.Region
	}
	for _, x := range got.Tags {
		is.Tags = append(is.Tags, sim.Tag{Key: *x.Key, Value: *x.Value})
	}
	if d := cmp.Diff(want, is); d != "" {
		t.Errorf("role %s: %s", want.Name, d)
	}
}

func TestSDKReadsProfilesOfInstances(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	c := iam.NewFromConfig(config(serve(t, e, awssim.Options{Shuffle: 2, Signature: true}), a, home))
	roleOf := map[string]string{}
	p := iam.NewListInstanceProfilesPaginator(c, &iam.ListInstanceProfilesInput{MaxItems: aws.Int32(10)})
	for p.HasMorePages() {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range out.InstanceProfiles {
			roleOf[*x.Arn] = ""
			for _, r := range x.Roles {
				roleOf[*x.Arn] = *r.Arn
			}
		}
	}
	for _, x := range e.ExpectedPower() {
		got, listed := roleOf[x.Profile]
		if gone := x.Case == "a profile that is gone"; x.Profile != "" && listed == gone || got != x.Role {
			t.Errorf("%s (%s): profile %s, listed %t, role %q, want %q", x.UID, x.Case, x.Profile, listed, got, x.Role)
		}
	}
}

func TestSDKReadsHowLongSessionsOfRolesMayLast(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	want := map[string]int32{}
	a.IAM.Change(func(i *sim.IAM) {
		for n := range i.Roles {
			want[i.Roles[n].Name] = 3600
		}
		i.Roles[0].MaxSession, want[i.Roles[0].Name] = 43200, 43200
	})
	c := iam.NewFromConfig(config(serve(t, e, awssim.Options{Shuffle: 2, Signature: true}), a, home))
	got := map[string]int32{}
	p := iam.NewListRolesPaginator(c, &iam.ListRolesInput{MaxItems: aws.Int32(10)})
	for p.HasMorePages() {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.Roles {
			if got[*r.RoleName] = *r.MaxSessionDuration; r.Tags != nil || r.RoleLastUsed != nil || r.PermissionsBoundary != nil {
				t.Errorf("%s tells more than IAM does", *r.RoleName)
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error("sessions (-want +got)\n", d)
	}
}

func TestSDKReadsTheCredentialReport(t *testing.T) {
	t.Parallel()
	e := equipped(2)
	a := e.Accounts[1]
	c := iam.NewFromConfig(config(serve(t, e, awssim.Options{Signature: true}), a, home))
	var states []iamtypes.ReportStateType
	for range 4 {
		out, err := c.GenerateCredentialReport(t.Context(), &iam.GenerateCredentialReportInput{})
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, out.State)
	}
	if d := cmp.Diff([]iamtypes.ReportStateType{"STARTED", "INPROGRESS", "COMPLETE", "COMPLETE"}, states); d != "" {
		t.Error(d)
	}
	out, err := c.GetCredentialReport(t.Context(), &iam.GetCredentialReportInput{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(out.Content))).ReadAll()
	if err != nil || len(rows) != 2+len(a.IAM.Users) || len(rows[0]) != 22 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	key := slices.Index(rows[0], "access_key_1_active")
	for n, want := range []string{"true", "false", "true", "false"} { // root, who has a key here; anna; deploy; left-company
		if rows[n+1][key] != want {
			t.Errorf("%s: %s", rows[n+1][0], rows[n+1][key])
		}
	}
	sum, err := c.GetAccountSummary(t.Context(), &iam.GetAccountSummaryInput{})
	if err != nil || sum.SummaryMap["AccountAccessKeysPresent"] != 1 || sum.SummaryMap["AccountMFAEnabled"] != 1 {
		t.Error(sum, err)
	}
}

func TestSDKReadsImagesAndTemplates(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{Shuffle: 4, Signature: true})
	for _, r := range a.Regions {
		if !r.Enabled() {
			continue
		}
		c := ec2.NewFromConfig(config(l, a, r.Name))
		own, err := c.DescribeImages(t.Context(), &ec2.DescribeImagesInput{Owners: []string{"self"}})
		if err != nil {
			t.Fatal(err)
		}
		r.Fleet().View(func(f *sim.Fleet) {
			want := map[string]types.ImdsSupportValues{}
			for _, i := range f.Images {
				if i.ImageOwnerId == a.ID {
					want[i.ImageId] = types.ImdsSupportValues(i.ImdsSupport)
				}
			}
			got := map[string]types.ImdsSupportValues{}
			for _, i := range own.Images {
				got[*i.ImageId] = i.ImdsSupport
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s: images: %s", r.Name, d)
			}
			for _, x := range f.Templates {
				template(t, c, x)
			}
		})
	}
}

func template(t *testing.T, c *ec2.Client, x *sim.LaunchTemplate) {
	t.Helper()
	out, err := c.DescribeLaunchTemplateVersions(t.Context(), &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &x.LaunchTemplateId})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.LaunchTemplateVersions) != len(x.Versions) {
		t.Errorf("%s: %d versions", x.LaunchTemplateName, len(out.LaunchTemplateVersions))
	}
	for _, v := range out.LaunchTemplateVersions {
		want, got := x.Versions[*v.VersionNumber-1].LaunchTemplateData, v.LaunchTemplateData
		if aws.ToString(got.ImageId) != want.ImageId || aws.ToString(got.UserData) != want.UserData || *v.DefaultVersion != (int(*v.VersionNumber) == x.DefaultVersionNumber) {
			t.Errorf("%s, version %d: %v", x.LaunchTemplateName, *v.VersionNumber, got)
		}
		if o := got.MetadataOptions; (o == nil) != (want.MetadataOptions == nil) {
			t.Errorf("%s: metadata options %v", x.LaunchTemplateName, o)
		} else if o != nil && (string(o.HttpTokens) != want.MetadataOptions.HttpTokens || string(o.HttpEndpoint) != want.MetadataOptions.HttpEndpoint || !sameNumber(o.HttpPutResponseHopLimit, want.MetadataOptions.HttpPutResponseHopLimit)) {
			t.Errorf("%s: metadata options %v", x.LaunchTemplateName, o)
		}
		if p := got.IamInstanceProfile; (p == nil) != (want.IamInstanceProfile == nil) || p != nil && aws.ToString(p.Arn)+aws.ToString(p.Name) != want.IamInstanceProfile.Arn+want.IamInstanceProfile.Name {
			t.Errorf("%s: profile %v", x.LaunchTemplateName, p)
		}
		for n, i := range got.NetworkInterfaces {
			w := want.NetworkInterfaces[n]
			if *i.AssociatePublicIpAddress != *w.AssociatePublicIpAddress || !slices.Equal(i.Groups, []string{w.GroupSet.First}) {
				t.Errorf("%s: interface %v", x.LaunchTemplateName, i)
			}
		}
	}
}

func sameNumber(a *int32, b *int) bool {
	return a == nil && b == nil || a != nil && b != nil && int(*a) == *b
}

func TestSDKReadsVersionsByWord(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	r := a.Regions[0]
	c := ec2.NewFromConfig(config(serve(t, e, awssim.Options{Signature: true}), a, r.Name))
	for word, of := range map[string]func(*sim.LaunchTemplate) int{
		"$Default": func(x *sim.LaunchTemplate) int { return x.DefaultVersionNumber }, "$Latest": func(x *sim.LaunchTemplate) int { return x.LatestVersionNumber },
	} {
		want, got := map[string]int64{}, map[string]int64{}
		r.Fleet().View(func(f *sim.Fleet) {
			for _, x := range f.Templates {
				want[x.LaunchTemplateId] = int64(of(x))
			}
		})
		p := ec2.NewDescribeLaunchTemplateVersionsPaginator(c, &ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{word}, MaxResults: aws.Int32(3)})
		for p.HasMorePages() {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range out.LaunchTemplateVersions {
				got[*v.LaunchTemplateId] = *v.VersionNumber
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", word, d)
		}
	}
}

func TestSDKReadsGroupsAndConfigurations(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{Shuffle: 5, Signature: true})
	for _, r := range a.Regions {
		if !r.Enabled() {
			continue
		}
		c := autoscaling.NewFromConfig(config(l, a, r.Name))
		got := map[string]string{}
		p := autoscaling.NewDescribeAutoScalingGroupsPaginator(c, &autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(3)})
		for p.HasMorePages() {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range out.AutoScalingGroups {
				source := aws.ToString(g.LaunchConfigurationName)
				if ref := g.LaunchTemplate; ref != nil {
					source = *ref.LaunchTemplateId + "@" + aws.ToString(ref.Version)
				}
				if m := g.MixedInstancesPolicy; m != nil {
					source = "mixed " + *m.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId
					for _, o := range m.LaunchTemplate.Overrides {
						if o.LaunchTemplateSpecification != nil {
							source += "+" + *o.LaunchTemplateSpecification.LaunchTemplateId
						}
					}
				}
				var ids []string
				for _, i := range g.Instances {
					ids = append(ids, *i.InstanceId)
				}
				slices.Sort(ids)
				got[*g.AutoScalingGroupARN] = source + " " + strings.Join(ids, ",")
			}
		}
		r.Fleet().View(func(f *sim.Fleet) {
			if d := cmp.Diff(groupsOf(f), got); d != "" {
				t.Errorf("%s: %s", r.Name, d)
			}
			out, err := c.DescribeLaunchConfigurations(t.Context(), &autoscaling.DescribeLaunchConfigurationsInput{})
			if err != nil || len(out.LaunchConfigurations) != len(f.Configurations) {
				t.Fatal(out, err)
			}
			for _, x := range out.LaunchConfigurations {
				n := slices.IndexFunc(f.Configurations, func(l *sim.LaunchConfiguration) bool { return l.LaunchConfigurationARN == *x.LaunchConfigurationARN })
				w := f.Configurations[n]
				if aws.ToString(x.UserData) != w.UserData || aws.ToString(x.IamInstanceProfile) != w.IamInstanceProfile || (x.MetadataOptions == nil) != (w.MetadataOptions == nil) ||
					x.MetadataOptions != nil && string(x.MetadataOptions.HttpTokens) != w.MetadataOptions.HttpTokens {
					t.Errorf("%s: %v", w.LaunchConfigurationName, x)
				}
			}
		})
	}
}

func groupsOf(f *sim.Fleet) map[string]string {
	want := map[string]string{}
	for _, g := range f.Groups {
		source := g.LaunchConfigurationName
		if ref := g.LaunchTemplate; ref != nil {
			source = ref.LaunchTemplateId + "@" + ref.Version
		}
		if m := g.MixedInstancesPolicy; m != nil {
			source = "mixed " + m.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId
			for _, o := range m.LaunchTemplate.Overrides {
				if o.LaunchTemplateSpecification != nil {
					source += "+" + o.LaunchTemplateSpecification.LaunchTemplateId
				}
			}
		}
		var ids []string
		for _, i := range g.Instances {
			ids = append(ids, i.InstanceId)
		}
		slices.Sort(ids)
		want[g.AutoScalingGroupARN] = source + " " + strings.Join(ids, ",")
	}
	return want
}

func TestSDKReadsUserData(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	r := a.Regions[0]
	c := ec2.NewFromConfig(config(serve(t, e, awssim.Options{Signature: true}), a, r.Name))
	for n := range min(r.Len(), 2*len(sim.UserDataCases())) {
		i := r.Instance(n)
		out, err := c.DescribeInstanceAttribute(t.Context(), &ec2.DescribeInstanceAttributeInput{InstanceId: &i.ID, Attribute: types.InstanceAttributeNameUserData})
		if err != nil {
			t.Fatal(err)
		}
		got, err := base64.StdEncoding.DecodeString(aws.ToString(out.UserData.Value))
		if err != nil || string(got) != sim.UserDataNamed(i.UserData).Data {
			t.Errorf("%s (%s): %q, %v", i.ID, i.UserData, got, err)
		}
	}
}

func TestSDKChangesTemplatesImagesAndRoles(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	r := a.Regions[0]
	l := serve(t, e, awssim.Options{Signature: true})
	c := ec2.NewFromConfig(config(l, a, r.Name))
	var x *sim.LaunchTemplate
	var image string
	r.Fleet().View(func(f *sim.Fleet) { x, image = f.Templates[0], f.Images[0].ImageId })
	made, err := c.CreateLaunchTemplateVersion(t.Context(), &ec2.CreateLaunchTemplateVersionInput{LaunchTemplateId: &x.LaunchTemplateId, SourceVersion: aws.String("$Default"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{MetadataOptions: &types.LaunchTemplateInstanceMetadataOptionsRequest{HttpTokens: "required"}}})
	if err != nil {
		t.Fatal(err)
	}
	was := x.Version("$Default").LaunchTemplateData
	if v := made.LaunchTemplateVersion; int(*v.VersionNumber) != len(x.Versions)+1 || v.LaunchTemplateData.MetadataOptions.HttpTokens != "required" || *v.LaunchTemplateData.ImageId != was.ImageId {
		t.Errorf("made %v", v)
	}
	if _, err = c.ModifyLaunchTemplate(t.Context(), &ec2.ModifyLaunchTemplateInput{LaunchTemplateId: &x.LaunchTemplateId, DefaultVersion: aws.String("3")}); err != nil {
		t.Fatal(err)
	}
	if _, err = c.ModifyImageAttribute(t.Context(), &ec2.ModifyImageAttributeInput{ImageId: &image, ImdsSupport: &types.AttributeValue{Value: aws.String("v2.0")}}); err != nil {
		t.Fatal(err)
	}
	r.Fleet().View(func(f *sim.Fleet) {
		if now := f.Templates[0]; now.DefaultVersionNumber != 3 || now.Version("$Default").LaunchTemplateData.MetadataOptions.HttpTokens != "required" || now.Versions[0].DefaultVersion || f.Images[0].ImdsSupport != "v2.0" {
			t.Errorf("now %+v, image %+v", now, f.Images[0])
		}
	})
	i := iam.NewFromConfig(config(l, a, home))
	name := a.IAM.Roles[slices.IndexFunc(a.IAM.Roles, func(r sim.Role) bool {
		return len(r.Attached) == 1 && len(r.Inline) == 0 && strings.HasSuffix(r.Attached[0], "/AdministratorAccess")
	})].Name
	const document = `{"Version":"2012-10-17","Statement":[]}`
	if _, err = i.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("small"), PolicyDocument: aws.String(document)}); err != nil {
		t.Fatal(err)
	}
	if _, err = i.DetachRolePolicy(t.Context(), &iam.DetachRolePolicyInput{RoleName: &name, PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}); err != nil {
		t.Fatal(err)
	}
	roles, _, _, _ := details(t, i)
	if got := roles[name]; len(got.AttachedManagedPolicies) != 0 || len(got.RolePolicyList) != 1 || decoded(t, got.RolePolicyList[0].PolicyDocument) != document {
		t.Errorf("role %v", got)
	}
	if _, err = i.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: aws.String("small")}); err != nil {
		t.Fatal(err)
	}
	if _, err = i.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: aws.String("small")}); code(err) != "NoSuchEntity" {
		t.Error(err)
	}
}

// fixed is a time that never moves.
func fixed() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }
