package awsfact_test

import (
	"strings"
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
)

// A fleet is what decides what new instances get, in the words of AWS's
// replies.
type fleet struct {
	defaults  string // the accountLevel element's members; "" is none set
	images    string // items of the account's own
	used      string // items of images that templates name
	templates string // items
	versions  string // items, of lt-1 and lt-2
	configs   string // members
	groups    string // members
}

// A fleetQuestion is a question with the documents that answer it.
type fleetQuestion struct {
	call, region, subject string
	rs                    []snapshot.Resource
}

func (f *fleet) questions(t testing.TB) []fleetQuestion {
	t.Helper()
	list := func(call, element, items string) []snapshot.Resource {
		return resources(t, call, here, "<r><"+element+">"+items+"</"+element+"></r>")
	}
	members := func(call, element, items string) []snapshot.Resource {
		return resources(t, call, here, "<r><"+call[len("autoscaling:"):]+"Result><"+element+">"+items+"</"+element+"></"+call[len("autoscaling:"):]+"Result></r>")
	}
	qs := []fleetQuestion{
		{awsfact.CallRegions, snapshot.Global, "", regionInfo(t, here, "opt-in-not-required")},
		{awsfact.CallDefaults, here, "", resources(t, awsfact.CallDefaults, here, "<r><accountLevel>"+f.defaults+"</accountLevel></r>")},
		{awsfact.CallImages, here, "", list(awsfact.CallImages, "imagesSet", f.images)},
		{awsfact.CallImages, here, "used", list(awsfact.CallImages, "imagesSet", f.used)},
		{awsfact.CallTemplates, here, "", list(awsfact.CallTemplates, "launchTemplates", f.templates)},
		{awsfact.CallLaunchConfigs, here, "", members(awsfact.CallLaunchConfigs, "LaunchConfigurations", f.configs)},
		{awsfact.CallScalingGroups, here, "", members(awsfact.CallScalingGroups, "AutoScalingGroups", f.groups)},
	}
	for _, id := range []string{"lt-1", "lt-2"} {
		var own []snapshot.Resource
		for _, r := range list(awsfact.CallTemplateVersions, "launchTemplateVersionSet", f.versions) {
			if strings.Contains(r.UID, id+"/") {
				own = append(own, r)
			}
		}
		qs = append(qs, fleetQuestion{awsfact.CallTemplateVersions, here, id, own})
	}
	return qs
}

func fleetContext(qs []fleetQuestion, refuse ...int) *snapshot.Context {
	var rs []snapshot.Resource
	var as []snapshot.Answer
	for i, q := range qs {
		a := wholeAnswer(q.call, q.region, q.subject)
		for _, r := range refuse {
			if r == i {
				a, q.rs = refusedAnswer(q.call, q.region, q.subject), nil
			}
		}
		rs, as = append(rs, q.rs...), append(as, a)
	}
	return snapshot.NewContext(awsfact.Provider, account, at, rs, as)
}

// cutContext is where one reply broke off after some documents.
func cutContext(qs []fleetQuestion, which int, kept []snapshot.Resource) *snapshot.Context {
	var rs []snapshot.Resource
	var as []snapshot.Answer
	for i, q := range qs {
		a := wholeAnswer(q.call, q.region, q.subject)
		if i == which {
			a.Status, a.Cause, q.rs = snapshot.Partial, snapshot.CutOff, kept
		}
		rs, as = append(rs, q.rs...), append(as, a)
	}
	return snapshot.NewContext(awsfact.Provider, account, at, rs, as)
}

// read gives the templates by type and name; refuse names calls that are refused.
func (f *fleet) read(t testing.TB, refuse ...string) map[string]*estate.Template {
	t.Helper()
	qs := f.questions(t)
	var hidden []int
	for i, q := range qs {
		for _, call := range refuse {
			if q.call == call {
				hidden = append(hidden, i)
			}
		}
	}
	return templatesOf(fleetContext(qs, hidden...))
}

func templatesOf(c *snapshot.Context) map[string]*estate.Template {
	m := map[string]*estate.Template{}
	for _, o := range awsfact.Objects(c) {
		if x, ok := o.(*estate.Template); ok {
			m[x.Type+" "+x.Name] = x
		}
	}
	return m
}

func imagesOf(c *snapshot.Context) map[string]*estate.Image {
	m := map[string]*estate.Image{}
	for _, o := range awsfact.Objects(c) {
		if x, ok := o.(*estate.Image); ok {
			m[x.ID] = x
		}
	}
	return m
}

// lt is a launch template, and ltv one of its versions.
func lt(id, name, defaultVersion, latest string) string {
	return "<item><launchTemplateId>" + id + "</launchTemplateId><launchTemplateName>" + name + "</launchTemplateName><defaultVersionNumber>" +
		defaultVersion + "</defaultVersionNumber><latestVersionNumber>" + latest + "</latestVersionNumber></item>"
}

func ltv(id, number, data string) string {
	return "<item><launchTemplateId>" + id + "</launchTemplateId><launchTemplateName>x</launchTemplateName><versionNumber>" + number +
		"</versionNumber><launchTemplateData>" + data + "</launchTemplateData></item>"
}

func withOptions(members string) string { return "<metadataOptions>" + members + "</metadataOptions>" }

func ami(id, members string) string {
	return "<item><imageId>" + id + "</imageId><imageOwnerId>" + account + "</imageOwnerId><imageState>available</imageState>" + members + "</item>"
}

const marked = "<imdsSupport>v2.0</imdsSupport>"

func asg(name, members string) string {
	return "<member><AutoScalingGroupName>" + name + "</AutoScalingGroupName><AutoScalingGroupARN>arn:aws:autoscaling:" + here + ":" + account +
		":autoScalingGroup:0000-uuid:autoScalingGroupName/" + name + "</AutoScalingGroupARN><MaxSize>3</MaxSize>" + members + "</member>"
}

// uses is a group's specification of a template by id.
func templateUse(id, version string) string {
	if version != "" {
		version = "<Version>" + version + "</Version>"
	}
	return "<LaunchTemplateId>" + id + "</LaunchTemplateId>" + version
}

func lc(name, members string) string {
	return "<member><LaunchConfigurationName>" + name + "</LaunchConfigurationName><LaunchConfigurationARN>arn:aws:autoscaling:" + here + ":" + account +
		":launchConfiguration:0000-uuid:launchConfigurationName/" + name + "</LaunchConfigurationARN>" + members + "</member>"
}
