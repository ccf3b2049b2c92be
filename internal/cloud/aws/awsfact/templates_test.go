package awsfact_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
)

// shop is an estate with one of each.
func shop() *fleet {
	return &fleet{
		images:    ami("ami-1", "") + ami("ami-2", marked),
		used:      "<item><imageId>ami-3</imageId><imageOwnerId>999988887777</imageOwnerId><imageState>available</imageState></item>",
		templates: lt("lt-1", "web", "2", "3"),
		versions: ltv("lt-1", "1", "<imageId>ami-1</imageId>"+withOptions(v1)) + ltv("lt-1", "2", "<imageId>ami-1</imageId>"+withOptions(v2+hopSet("2"))) +
			ltv("lt-1", "3", "<imageId>ami-3</imageId>"),
		configs: lc("old", "<ImageId>ami-1</ImageId><AssociatePublicIpAddress>true</AssociatePublicIpAddress>") + lc("unused", "<ImageId>ami-1</ImageId>"),
		groups: asg("blue", "<LaunchTemplate>"+templateUse("lt-1", "1")+"</LaunchTemplate><Instances><member><InstanceId>i-1</InstanceId></member><member><InstanceId>i-2</InstanceId></member></Instances>") +
			asg("green", "<LaunchConfigurationName>old</LaunchConfigurationName>"),
	}
}

func TestTemplatesOfAnAccount(t *testing.T) {
	t.Parallel()
	all := shop().read(t)
	type row struct {
		UID, ID, Parent string
		InUse, Default  any
		Members         any
		Versions        []string
	}
	got := map[string]row{}
	for name, x := range all {
		r := row{x.UID, x.ID, x.Parent, told(x.InUse), told(x.Default), told(x.Members), nil}
		for _, v := range x.Versions.Items() {
			in := "unused"
			if yes, _ := v.InUse.Get(); yes {
				in = "used"
			}
			r.Versions = append(r.Versions, v.Number+" "+in+" "+told(v.Tokens).(string)+" "+told(v.PublicIP).(string))
		}
		if !x.Versions.Whole() {
			t.Errorf("%s: its versions have a gap: %v", name, x.Versions.Gaps()[0])
		}
		got[name] = r
	}
	const parent = "aws:111122223333:eu-west-1"
	const base = "arn:aws:autoscaling:eu-west-1:111122223333:"
	want := map[string]row{
		"launch_template web": {"arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1", "lt-1", parent, true, "2", "? absent",
			[]string{"1 used optional subnet", "2 used required subnet", "3 unused unset subnet"}},
		"launch_configuration old":    {base + "launchConfiguration:0000-uuid:launchConfigurationName/old", "old", parent, true, "? not_collected", "? absent", []string{" used unset yes"}},
		"launch_configuration unused": {base + "launchConfiguration:0000-uuid:launchConfigurationName/unused", "unused", parent, false, "? not_collected", "? absent", []string{" unused unset subnet"}},
		"auto_scaling_group blue":     {base + "autoScalingGroup:autoScalingGroupName/blue", "blue", parent, true, "? not_collected", int64(2), nil},
		"auto_scaling_group green":    {base + "autoScalingGroup:autoScalingGroupName/green", "green", parent, true, "? not_collected", int64(0), nil},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestAGroupIsNamedAsItsInstancesNameIt, so that their findings roll up.
func TestAGroupIsNamedAsItsInstancesNameIt(t *testing.T) {
	t.Parallel()
	w := workload(t, oneTag("aws:autoscaling:groupName", "blue"))
	if uid := shop().read(t)["auto_scaling_group blue"].UID; w.Subject.Group != uid {
		t.Errorf("the group is %s, and its instance says %s", uid, w.Subject.Group)
	}
}

func TestWhetherATemplateIsUsedWhereGroupsWereNotListed(t *testing.T) {
	t.Parallel()
	all := shop().read(t, awsfact.CallScalingGroups)
	for name, want := range map[string]any{"launch_template web": "? denied AccessDenied", "launch_configuration old": "? denied AccessDenied"} {
		if got := told(all[name].InUse); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	var used []any
	for _, v := range all["launch_template web"].Versions.Items() {
		used = append(used, told(v.InUse))
	}
	if diff := cmp.Diff([]any{"? denied AccessDenied", true, "? denied AccessDenied"}, used); diff != "" {
		t.Error(diff)
	}
}

func TestVersionsThatWereNotReadAreAGap(t *testing.T) {
	t.Parallel()
	f := shop()
	f.versions = ltv("lt-1", "1", withOptions(v1)) // the default and the latest are missing
	x := f.read(t)["launch_template web"]
	if x.Versions.Whole() {
		t.Error("the versions are whole without the default")
	}
	if got := told(x.Next.Tokens); got != "optional" {
		t.Errorf("what is certain by the group is lost: %v", got)
	}
	x = shop().read(t, awsfact.CallTemplateVersions)["launch_template web"]
	if x.Versions.Whole() || len(x.Versions.Items()) != 0 {
		t.Error("refused versions are there")
	}
}

func TestWhetherAGroupMayLaunch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about, members string
		want           any
	}{
		{"it has room", "", true},
		{"it is being deleted", "<Status>Delete in progress</Status>", false},
	} {
		f := &fleet{groups: asg("g", c.members)}
		if got := told(f.read(t)["auto_scaling_group g"].InUse); got != c.want {
			t.Errorf("%s: %v, want %v", c.about, got, c.want)
		}
	}
	for _, c := range []struct {
		max  string
		want any
	}{{"0", false}, {"some", "? unknown_value some"}} {
		f := &fleet{groups: "<member><AutoScalingGroupName>g</AutoScalingGroupName><AutoScalingGroupARN>arn:aws:autoscaling:eu-west-1:1:x</AutoScalingGroupARN><MaxSize>" + c.max + "</MaxSize></member>"}
		if got := told(f.read(t)["auto_scaling_group g"].InUse); got != c.want {
			t.Errorf("at most %s: %v, want %v", c.max, got, c.want)
		}
	}
}

func TestPublicAddressesOfATemplate(t *testing.T) {
	t.Parallel()
	nics := func(items string) string { return "<networkInterfaceSet>" + items + "</networkInterfaceSet>" }
	nic := func(members string) string { return "<item>" + members + "</item>" }
	public := func(word string) string { return "<associatePublicIpAddress>" + word + "</associatePublicIpAddress>" }
	for _, c := range []struct {
		about, data string
		want        any
	}{
		{"no interfaces", "", "subnet"},
		{"an empty list", "<networkInterfaceSet/>", "subnet"},
		{"a public address", nics(nic("<deviceIndex>0</deviceIndex>" + public("true"))), "yes"},
		{"no public address", nics(nic("<deviceIndex>0</deviceIndex>" + public("false"))), "no"},
		{"left to the subnet", nics(nic("<deviceIndex>0</deviceIndex>")), "subnet"},
		{"one of two", nics(nic("<deviceIndex>0</deviceIndex>"+public("false")) + nic("<deviceIndex>1</deviceIndex>"+public("true"))), "yes"},
		{"an interface that exists", nics(nic("<networkInterfaceId>eni-1</networkInterfaceId>")), "? absent the addresses of eni-1"},
		{"an interface that exists beside a public one", nics(nic("<networkInterfaceId>eni-1</networkInterfaceId>") + nic(public("true"))), "yes"},
		{"a word that AWS may add", nics(nic(public("perhaps"))), "? unknown_value perhaps"},
		{"something else in its place", "<networkInterfaceSet>x</networkInterfaceSet>", "? unknown_value x"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			f := &fleet{templates: lt("lt-1", "web", "1", "1"), versions: ltv("lt-1", "1", c.data)}
			if got := told(f.read(t)["launch_template web"].Next.PublicIP); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestSecretsOfAVersionAreCounted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about, userData string
		want            any
	}{
		{"no user data", `null`, int64(0)},
		{"none was found", `{"finds":[],"readable":true}`, int64(0)},
		{"two were found", `{"finds":[{"kind":"a","line":1},{"kind":"b","line":2}],"readable":true}`, int64(2)},
		{"one was found, and the rest could not be read", `{"finds":[{"kind":"a","line":1}],"readable":false,"why":"cut"}`, int64(1)},
		{"none was found in what could be read", `{"finds":[],"readable":false,"why":"cut"}`, "? unreadable cut"},
		{"replaced unread", `"[redacted:hidden:0000000000000000]"`, "? out_of_scope /launchTemplateData/userData"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			rs := []snapshot.Resource{
				jsonDocument(t, awsfact.CallTemplates, awsfact.KindTemplate, here, "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1",
					`{"launchTemplateId":"lt-1","launchTemplateName":"web","defaultVersionNumber":"1","latestVersionNumber":"1"}`),
				jsonDocument(t, awsfact.CallTemplateVersions, awsfact.KindTemplateVersion, here, "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1/version/1",
					`{"launchTemplateId":"lt-1","versionNumber":"1","launchTemplateData":{"userData":`+c.userData+`}}`),
			}
			for _, o := range awsfact.Objects(snapshot.NewContext(awsfact.Provider, account, at, rs, nil)) {
				if x, ok := o.(*estate.Template); ok {
					if got := told(x.Versions.Items()[0].Secrets); got != c.want {
						t.Errorf("got %v, want %v", got, c.want)
					}
				}
			}
		})
	}
}

// TestWhatATemplateRunsIsNeverKnownNotToBeContainers: only that it is.
func TestWhatATemplateRunsIsNeverKnownNotToBeContainers(t *testing.T) {
	t.Parallel()
	tags := func(kind, key string) string {
		return "<tagSpecificationSet><item><resourceType>" + kind + "</resourceType>" + oneTag(key, "x") + "</item></tagSpecificationSet>"
	}
	for _, c := range []struct {
		about, data string
		want        any
	}{
		{"a node's tag", tags("instance", "kubernetes.io/cluster/prod"), true},
		{"the tag of its volumes", tags("volume", "kubernetes.io/cluster/prod"), "? absent what its instances run"},
		{"another tag", tags("instance", "Name"), "? absent what its instances run"},
		{"no tags", "", "? absent what its instances run"},
	} {
		f := &fleet{templates: lt("lt-1", "web", "1", "1"), versions: ltv("lt-1", "1", c.data)}
		if got := told(f.read(t)["launch_template web"].Next.ContainerHost); got != c.want {
			t.Errorf("%s: %v, want %v", c.about, got, c.want)
		}
	}
	f := &fleet{groups: asg("g", "<LaunchConfigurationName>x</LaunchConfigurationName><Tags><member><Key>kubernetes.io/cluster/prod</Key><PropagateAtLaunch>true</PropagateAtLaunch></member></Tags>")}
	if got := told(f.read(t)["auto_scaling_group g"].Next.ContainerHost); got != true {
		t.Errorf("a group that gives its instances a node's tag: %v", got)
	}
}

func TestImagesOfAnAccount(t *testing.T) {
	t.Parallel()
	got := map[string][]any{}
	for id, i := range imagesOf(fleetContext(shop().questions(t))) {
		got[id] = []any{i.UID, told(i.Owned), told(i.State), told(i.Tokens), told(i.InUse), told(i.Next.Tokens), told(i.Next.TokensBy)}
	}
	const base = "arn:aws:ec2:eu-west-1::image/"
	want := map[string][]any{
		"ami-1": {base + "ami-1", true, "available", "unset", true, "optional", "service"},
		"ami-2": {base + "ami-2", true, "available", "required", "? not_collected", "required", "image"},
		"ami-3": {base + "ami-3", false, "available", "unset", true, "optional", "service"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
