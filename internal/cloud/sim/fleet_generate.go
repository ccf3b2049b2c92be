package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// groupTag is the tag by which Auto Scaling marks the members of a group.
const groupTag = "aws:autoscaling:groupName"

// A yard makes the fleet of one region: images, and then a group, a template
// or a configuration for every case of a forecast that is true there.
type yard struct {
	a      *Account
	r      *Region
	rng    *rand.Rand
	grants []grant
	images map[string]*Image // "", "v2.0", and Amazon's "amazon", "amazon v2.0"
	n      int               // of things made so far
}

// stock gives a region its images and what launches from them.
func (a *Account) stock(r *Region, rng *rand.Rand, grants []grant) {
	y := &yard{a: a, r: r, rng: rng, grants: grants, images: map[string]*Image{}}
	r.fleet = &Fleet{}
	for _, k := range []struct{ name, owner, imds string }{{"", a.ID, ""}, {"v2.0", a.ID, "v2.0"}, {"amazon", amazon, ""}, {"amazon v2.0", amazon, "v2.0"}} {
		i := image(hexID(rng, "ami-"), k.owner, k.imds, epoch)
		y.images[k.name] = i
		r.fleet.Images = append(r.fleet.Images, i)
	}
	unused := image(hexID(rng, "ami-"), a.ID, "", epoch)
	unused.ImageState = "pending"
	r.fleet.Images = append(r.fleet.Images, unused)
	for k, c := range forecastCases {
		if c.Region == r.Case {
			y.launcher(k, c)
		}
	}
	y.unused()
}

// imageFor is the id of an image as a case wants it. Every second is Amazon's.
func (y *yard) imageFor(kind string) string {
	switch {
	case kind == "gone":
		return hexID(y.rng, "ami-")
	case y.n%2 == 1:
		return y.images[strings.TrimSpace("amazon "+kind)].ImageId
	default:
		return y.images[kind].ImageId
	}
}

// launcher makes what launches for a case, and records the answer.
func (y *yard) launcher(k int, c ForecastCase) {
	y.n++
	name := fmt.Sprintf("%s-%02d", services[k%len(services)], k)
	g := y.group(name)
	x := y.expectation(c, "auto_scaling_group", g.AutoScalingGroupName, g.AutoScalingGroupARN)
	gr := y.grants[(k*7+len(y.r.Name))%len(y.grants)]
	data := userDataCases[k%len(userDataCases)]
	x.Power, x.Secrets = gr.power, data.Name
	public := [...]string{"subnet", "yes", "no"}[k%3]
	x.PublicIP = public
	if k%5 == 3 {
		l := y.configuration(name, c, gr, data, public)
		g.LaunchConfigurationName, x.From = l.LaunchConfigurationName, l.LaunchConfigurationARN
		y.r.forecasts = append(y.r.forecasts, x)
		return
	}
	t, version := y.template(name, k%5, c, gr, data, public)
	ref := &TemplateRef{t.LaunchTemplateId, t.LaunchTemplateName, version}
	if k%5 == 4 {
		g.MixedInstancesPolicy = mixed(ref, nil)
	} else {
		g.LaunchTemplate = ref
	}
	x.From = y.a.templateARN(y.r, t)
	y.r.forecasts = append(y.r.forecasts, x)
	if version == "$Default" || version == "" {
		own := x
		own.Kind, own.Name, own.UID = "launch_template", t.LaunchTemplateName, x.From
		y.r.forecasts = append(y.r.forecasts, own)
	}
}

func (a *Account) templateARN(r *Region, t *LaunchTemplate) string {
	return "arn:aws:ec2:" + r.Name + ":" + a.ID + ":launch-template/" + t.LaunchTemplateId
}

func (y *yard) expectation(c ForecastCase, kind, name, uid string) ForecastExpectation {
	return ForecastExpectation{
		Account: y.a.ID, Region: y.r.Name, Kind: kind, Name: name, UID: uid, Case: c.Name,
		Tokens: c.Tokens, TokensBy: c.TokensBy, HopLimit: c.HopLimit, HopBy: c.HopBy, Endpoint: c.Endpoint, EndpointBy: c.EndpointBy, Launches: c.Launches,
	}
}

func (y *yard) group(name string) *ScalingGroup {
	id := fmt.Sprintf("%08x-0000-4000-8000-%012x", y.rng.Uint32(), y.rng.Uint64()>>16)
	g := &ScalingGroup{
		AutoScalingGroupName: name, AutoScalingGroupARN: "arn:aws:autoscaling:" + y.r.Name + ":" + y.a.ID + ":autoScalingGroup:" + id + ":autoScalingGroupName/" + name,
		MaxSize: 6, DefaultCooldown: 300, HealthCheckGracePeriod: 300, HealthCheckType: "EC2", AvailabilityZones: []string{y.r.Name + "a", y.r.Name + "b"},
		CreatedTime: epoch, TerminationPolicies: []string{"Default"},
		Tags:                 []GroupTag{{name, "auto-scaling-group", "service", name, true}},
		ServiceLinkedRoleARN: "arn:aws:iam::" + y.a.ID + ":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
	}
	y.r.fleet.Groups = append(y.r.fleet.Groups, g)
	return g
}

// template makes a template whose version in use is the case, and others that
// lead astray. It returns the word by which the group names the version.
func (y *yard) template(name string, way int, c ForecastCase, gr grant, data UserDataCase, public string) (*LaunchTemplate, string) {
	t := &LaunchTemplate{LaunchTemplateId: hexID(y.rng, "lt-"), LaunchTemplateName: name, CreateTime: epoch, CreatedBy: "arn:aws:iam::" + y.a.ID + ":user/anna"}
	y.r.fleet.Templates = append(y.r.fleet.Templates, t)
	wrong := TemplateData{ImageId: y.imageFor(""), InstanceType: "m7i.large", MetadataOptions: says(against(c))}
	right := y.data(c, gr, data, public)
	switch way {
	case 1:
		t.add(wrong, true)
		t.add(right, false)
		return t, "$Latest"
	case 2:
		t.add(wrong, true)
		t.add(right, false)
		t.add(wrong, false)
		return t, "2"
	default:
		t.add(right, true)
		t.add(wrong, false)
		if c.Image == "v2.0" {
			return t, "" // whoever names no version gets the default
		}
		return t, "$Default"
	}
}

// add adds a version; the first is the default until another is.
func (t *LaunchTemplate) add(d TemplateData, isDefault bool) {
	n := len(t.Versions) + 1
	t.Versions = append(t.Versions, &TemplateVersion{
		LaunchTemplateId: t.LaunchTemplateId, LaunchTemplateName: t.LaunchTemplateName, VersionNumber: n, VersionDescription: fmt.Sprintf("number %d", n),
		CreateTime: t.CreateTime, CreatedBy: t.CreatedBy, DefaultVersion: isDefault, LaunchTemplateData: d,
	})
	t.LatestVersionNumber = n
	if isDefault {
		t.DefaultVersionNumber = n
	}
}

func (y *yard) data(c ForecastCase, gr grant, data UserDataCase, public string) TemplateData {
	d := TemplateData{ImageId: y.imageFor(c.Image), InstanceType: "m7i.large", KeyName: "ops", UserData: data.Base64(), MetadataOptions: says(c.Says), Tags: []TemplateTags{{"instance", []Tag{{"service", "group"}}}}}
	if gr.profile != "" {
		d.IamInstanceProfile = &ProfileRef{Arn: "arn:aws:iam::" + y.a.ID + ":instance-profile/" + gr.profile}
		if !strings.Contains(gr.profile, "/") && y.n%3 == 0 {
			d.IamInstanceProfile = &ProfileRef{Name: gr.profile}
		}
	}
	group := hexID(y.rng, "sg-")
	if public == "subnet" {
		d.SecurityGroupIds = []string{group}
		return d
	}
	on, yes := true, public == "yes"
	d.NetworkInterfaces = []TemplateInterface{{AssociatePublicIpAddress: &yes, DeleteOnTermination: &on, GroupSet: &InterfaceGroups{First: group}}}
	return d
}

func (y *yard) configuration(name string, c ForecastCase, gr grant, data UserDataCase, public string) *LaunchConfiguration {
	l := &LaunchConfiguration{
		LaunchConfigurationName: name, ImageId: y.imageFor(c.Image), InstanceType: "t3.medium", IamInstanceProfile: gr.profile, UserData: data.Base64(),
		SecurityGroups: []string{hexID(y.rng, "sg-")}, CreatedTime: epoch,
		LaunchConfigurationARN: "arn:aws:autoscaling:" + y.r.Name + ":" + y.a.ID + ":launchConfiguration:" + fmt.Sprintf("%08x-0000-4000-8000-000000000000", y.rng.Uint32()) + ":launchConfigurationName/" + name,
	}
	if strings.Contains(gr.profile, "/") {
		l.IamInstanceProfile = "arn:aws:iam::" + y.a.ID + ":instance-profile/" + gr.profile
	}
	if o := says(c.Says); o != nil {
		l.MetadataOptions = &ConfigurationOptions{o.HttpTokens, o.HttpPutResponseHopLimit, o.HttpEndpoint}
	}
	if public != "subnet" {
		yes := public == "yes"
		l.AssociatePublicIpAddress = &yes
	}
	y.r.fleet.Configurations = append(y.r.fleet.Configurations, l)
	return l
}

func mixed(ref *TemplateRef, other *TemplateRef) *Mixed {
	return &Mixed{
		LaunchTemplate:        MixedTemplate{ref, []Override{{InstanceType: "m7i.large"}, {InstanceType: "m7i.xlarge", LaunchTemplateSpecification: other}}},
		InstancesDistribution: Distribution{"prioritized", "price-capacity-optimized", 0, 50},
	}
}

// unused makes a template and a configuration that nothing launches from, a
// group that launches from two templates, one that names a template that is
// gone, and one whose members are replaced every night.
func (y *yard) unused() {
	nothing := ForecastCase{Tokens: "optional"}
	y.template("idle", 0, nothing, grant{}, UserDataNamed("an access key in a script"), "subnet")
	other, _ := y.template("other", 0, ForecastCase{Says: "tokens=required hop=1", Tokens: "required"}, grant{}, UserDataNamed("none"), "subnet")
	y.configuration("idle", nothing, grant{}, UserDataNamed("a password in a URL"), "subnet")
	ref := func(t *LaunchTemplate, version string) *TemplateRef {
		return &TemplateRef{t.LaunchTemplateId, t.LaunchTemplateName, version}
	}
	both := y.group("two-templates")
	both.MixedInstancesPolicy = mixed(ref(other, "1"), ref(other, "2"))
	lost := y.group("lost-template")
	lost.LaunchTemplate = &TemplateRef{hexID(y.rng, "lt-"), "deleted-long-ago", "$Latest"}
	night := y.group("nightly")
	night.LaunchTemplate, night.Nightly = ref(other, "$Default"), true
}

// join makes some instances of the region members of its groups.
func (r *Region) join() {
	groups := r.fleet.Groups
	if len(groups) == 0 {
		return
	}
	k := 0
	for n := range r.list {
		i := &r.list[n]
		if i.Operator != "" || i.State != "running" || !slices.ContainsFunc(i.Tags, func(t Tag) bool { return t.Key == "service" }) || k >= 3*len(groups) {
			continue
		}
		i.Tags = append(slices.Clip(i.Tags), Tag{groupTag, groups[(k+len(groups)-1)%len(groups)].AutoScalingGroupName})
		k++
	}
	r.regroup()
}

// regroup lists the members of every group anew, from the tags of instances.
func (r *Region) regroup() {
	members := map[string][]Member{}
	for n := range r.list {
		i := &r.list[n]
		if name := i.group(); name != "" {
			members[name] = append(members[name], Member{InstanceId: i.ID, InstanceType: i.Type, AvailabilityZone: i.Zone, LifecycleState: "InService", HealthStatus: "Healthy"})
		}
	}
	for n, g := range r.fleet.Groups {
		c := *g
		c.Instances = members[g.AutoScalingGroupName]
		for k := range c.Instances {
			c.Instances[k].LaunchTemplate, c.Instances[k].LaunchConfigurationName = memberTemplate(&c), c.LaunchConfigurationName
		}
		c.DesiredCapacity = len(c.Instances)
		c.MaxSize = max(c.MaxSize, c.DesiredCapacity)
		r.fleet.Groups[n] = &c
	}
}

// memberTemplate is the template that a member was made from: a member names
// the number of a version, never a word for it.
func memberTemplate(g *ScalingGroup) *TemplateRef {
	ref := g.LaunchTemplate
	if g.MixedInstancesPolicy != nil {
		ref = g.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification
	}
	if ref == nil {
		return nil
	}
	return &TemplateRef{ref.LaunchTemplateId, ref.LaunchTemplateName, "1"}
}

// group is the name of the group that an instance belongs to, "" for none.
func (i *Instance) group() string {
	for _, t := range i.Tags {
		if t.Key == groupTag {
			return t.Value
		}
	}
	return ""
}

// nightfall replaces the members of groups that are made anew every night: the
// same work, other instances.
func (r *Region) nightfall(rng *rand.Rand) {
	nightly := map[string]bool{}
	for _, g := range r.fleet.Groups {
		nightly[g.AutoScalingGroupName] = g.Nightly
	}
	for n := range r.list {
		i := &r.list[n]
		if nightly[i.group()] {
			i.ID, i.Reservation, i.Launched = hexID(rng, "i-"), hexID(rng, "r-"), i.Launched.AddDate(0, 0, 1)
		}
	}
}

// A ForecastExpectation is what the next instance of a group, or of a template
// by itself, truly gets.
type ForecastExpectation struct {
	Account, Region string
	Kind            string // auto_scaling_group, launch_template
	Name, UID, Case string // UID is the ARN
	From            string // ARN of the template or configuration

	Tokens, TokensBy     string // see ForecastCase
	HopLimit             int
	HopBy                string
	Endpoint, EndpointBy string
	Launches             string
	PublicIP             string // yes, no, subnet
	Power                string // name of the power case of its profile
	Secrets              string // name of the user data of the version in use
}

// ExpectedForecast lists it for every region that is enabled, by uid.
func (e *Estate) ExpectedForecast() []ForecastExpectation {
	var out []ForecastExpectation
	for _, a := range e.Accounts {
		for _, r := range a.Regions {
			if r.Enabled() {
				out = append(out, r.forecasts...)
			}
		}
	}
	return sortedByUID(out, func(x ForecastExpectation) string { return x.UID })
}

// A SecretExpectation is what is truly hidden in the user data of an instance,
// of a version of a template or of a launch configuration. Version is 0 but for
// templates. Nothing hidden is told too.
type SecretExpectation struct {
	UID     string
	Version int
	Case    string
	Finds   []Find
}

// ExpectedSecrets lists it for everything that has user data, by uid.
func (e *Estate) ExpectedSecrets() []SecretExpectation {
	var out []SecretExpectation
	e.visible(func(a *Account, r *Region, i *Instance) {
		if c := UserDataNamed(i.UserData); c.Data != "" {
			out = append(out, SecretExpectation{e.InstanceUID(a.ID, r.Name, i.ID), 0, c.Name, c.Finds})
		}
	})
	byData := map[string]UserDataCase{}
	for _, c := range userDataCases {
		byData[c.Base64()] = c
	}
	for _, a := range e.Accounts {
		for _, r := range a.Regions {
			if r.Enabled() {
				out = append(out, r.templateSecrets(a, byData)...)
			}
		}
	}
	return sortedByUID(out, func(x SecretExpectation) string { return fmt.Sprintf("%s %4d", x.UID, x.Version) })
}

func (r *Region) templateSecrets(a *Account, byData map[string]UserDataCase) (out []SecretExpectation) {
	r.fleet.View(func(f *Fleet) {
		for _, t := range f.Templates {
			for _, v := range t.Versions {
				if v != nil && v.LaunchTemplateData.UserData != "" {
					c := byData[v.LaunchTemplateData.UserData]
					out = append(out, SecretExpectation{a.templateARN(r, t), v.VersionNumber, c.Name, c.Finds})
				}
			}
		}
		for _, l := range f.Configurations {
			if l.UserData != "" {
				c := byData[l.UserData]
				out = append(out, SecretExpectation{l.LaunchConfigurationARN, 0, c.Name, c.Finds})
			}
		}
	})
	return out
}
