package sim

import "math/rand/v2"

// equip gives an account its organisation, identities and trails, its enabled
// regions their fleets and watches, and every instance what stands beside it.
// Which cases they are follows from the account's number.
func (a *Account) equip(n int, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, uint64(1000+n)))
	a.organise(orgCases[n%len(orgCases)])
	a.IAM = newIAM(a)
	a.IAM.RootKeys = n % 2
	a.follow(trailCases[n%len(trailCases)])
	a.grants = a.grantAll()
	made := 0
	for k, r := range a.Regions {
		if !r.Enabled() {
			continue
		}
		r.watch = watched(watchCases[(k+n)%len(watchCases)], a.ID+r.Name)
		a.stock(r, rng, a.grants)
		for i := range r.list {
			r.list[i].furnish(made, r, a.grants)
			made++
		}
		r.join()
		r.clusters(11)
	}
}

// carryOn equips an account on a later day as it was, and newcomers besides.
// Groups that are made anew every night have been.
func (a *Account) carryOn(was *Account, rng *rand.Rand) {
	a.IAM, a.Trails = was.IAM.clone(), was.TrailsNow()
	a.book = &trailBook{list: a.Trails}
	for n, r := range a.Regions {
		old := was.Regions[n]
		r.fleet, r.watch, r.storage = old.fleet.clone(), old.watch.clone(), old.storage
		if r.Case == old.Case {
			r.forecasts = old.forecasts
		}
		for i := range r.list {
			if r.list[i].Power == "" {
				r.list[i].furnish(rng.IntN(len(a.grants)*7), r, a.grants)
			}
		}
		r.nightfall(rng)
		r.regroup()
		if r.Enabled() {
			r.clusters(11)
		}
	}
}

// largePowers are the power cases of the roles of a large account, one for
// each service. Each is the role's and the profile's name.
var largePowers = [8]string{
	"objects of one bucket", "logs and metrics", "one secret", "AmazonSSMManagedInstanceCore", "s3:GetObject", "ec2:Describe*", "s3:PutObject", "AdministratorAccess",
}

// largeUserData is the user data of a large account's instances: most run a
// script, one of sixty-four hides something in it.
var largeUserData = func() (l [64]string) {
	for i := range l {
		l[i] = "a plain script without secrets"
		if i%2 == 1 {
			l[i] = "none"
		}
	}
	l[0] = "an access key in a script"
	return l
}()

// equipLarge gives a large account few things that very many share: a role for
// each service, four images in each region, and a template for every group
// that instances say they belong to.
func (a *Account) equipLarge() {
	a.organise(orgCaseNamed("everything allowed"))
	a.IAM = newIAM(a)
	a.follow(trailCaseNamed("one good trail"))
	for n, service := range services {
		a.IAM.give(a, service, *powerCaseNamed(largePowers[n]))
	}
	a.grants = []grant{{largePowers[0], services[0]}}
	for _, r := range a.Regions {
		r.watch = watched(watchCaseNamed("watched"), a.ID+r.Name)
		a.stock(r, rand.New(rand.NewPCG(r.lazy.seed, 11)), a.grants)
		for k := range r.lazy.images {
			r.lazy.images[k] = r.fleet.Images[k].ImageId
		}
		r.largeGroups(a)
	}
}

// largeGroups are the groups that tags of a large region's instances name. One
// template serves them all.
func (r *Region) largeGroups(a *Account) {
	y := &yard{a: a, r: r, rng: rand.New(rand.NewPCG(r.lazy.seed, 12)), images: map[string]*Image{"": r.fleet.Images[0], "amazon": r.fleet.Images[2]}}
	t, _ := y.template("base", 0, ForecastCase{Says: "tokens=required hop=1", Tokens: "required"}, grant{}, UserDataNamed("a plain script without secrets"), "subnet")
	r.lazy.template = &TemplateRef{t.LaunchTemplateId, t.LaunchTemplateName, "1"}
	made := map[string]bool{}
	for _, tags := range r.lazy.tags {
		name := tags[len(tags)-1].Value
		if !made[name] {
			y.group(name).LaunchTemplate = &TemplateRef{t.LaunchTemplateId, t.LaunchTemplateName, "$Default"}
			made[name] = true
		}
	}
}

// Members lists the members of a group. Those of a large region are looked for
// when they are first asked for.
func (r *Region) Members(g *ScalingGroup) []Member {
	if r.lazy == nil {
		return g.Instances
	}
	z := r.lazy
	z.once.Do(func() {
		z.members = map[string][]Member{}
		for n := range z.n {
			h := mix(z.seed ^ uint64(n)<<1)
			tags := z.tags[h>>32%128]
			group := tags[len(tags)-1].Value
			z.members[group] = append(z.members[group], Member{InstanceId: z.id("i-", n), InstanceType: types[h>>8%6], AvailabilityZone: z.zones[h%3], LifecycleState: "InService", HealthStatus: "Healthy", LaunchTemplate: z.template})
		}
	})
	return z.members[g.AutoScalingGroupName]
}

// demoPowers are what the roles of the demonstration's company may do, by the
// name of role and profile.
var demoPowers = [][2]string{
	{"web-prod", "s3:GetObject"}, {"web-staging", "s3:GetObject"}, {"checkout-prod", "one secret"}, {"ledger-prod", "objects of one bucket"},
	{"platform-prod", "AmazonSSMManagedInstanceCore"}, {"reporting-prod", "AdministratorAccess"}, {"secrets-prod", "secretsmanager:GetSecretValue"},
	{"access-prod", "nothing at all"}, {"fraud-prod", "logs and metrics"}, {"fraud-staging", "ec2:Describe*"}, {"settlement-prod", "iam:PassRole ec2:RunInstances"},
	{"build-dev", "PowerUserAccess"}, {"cards-prod", "admin, bound to its network and to tokens"}, {"research-dev", "objects, from the office"},
	{"mail-prod", "a profile without a role"}, {"backup-prod", "s3:PutObject"},
}

// demoRest is what else is peculiar to machines of the demonstration, by the
// beginning of their names. Whoever is not named runs a plain script, uses
// tokens and is cared for.
var demoRest = []struct{ name, userData, usage, care string }{
	{"batch-etl-01", "a password in a URL", "often without", "patches missing"},
	{"batch-etl", "a plain script without secrets", "often without", "patches missing"},
	{"sftp-bank", "a plain script without secrets", "once, ten days ago", "nobody cares"},
	{"web-prod-0", "none", "rejected today", "patched and backed up"},
	{"ci-runner", "look-alikes", "never without a token", "never looked for patches"},
	{"old-import", "compressed, without secrets", "nothing was ever measured", "the agent is gone"},
	{"k8s-node", "compressed, without secrets", "never without a token", "patched and backed up"},
}

// equipDemo gives the demonstration's company its identities, its fleets and
// its watches. GuardDuty was forgotten in one region until the third day.
func (a *Account) equipDemo(step int) {
	a.organise(orgCaseNamed("everything allowed"))
	a.IAM = newIAM(a)
	a.follow(trailCaseNamed("one good trail"))
	power := map[string]string{}
	for _, p := range demoPowers {
		a.IAM.give(a, p[0], *powerCaseNamed(p[1]))
		power[p[0]] = p[1]
	}
	a.grants = []grant{{"s3:GetObject", "web-prod"}}
	for _, r := range a.Regions {
		if !r.Enabled() {
			continue
		}
		r.watch = watched(watchCaseNamed(demoWatch(r.Name, step)), a.ID+r.Name)
		a.demoFleet(r)
		for n := range r.list {
			i := &r.list[n]
			i.Power, i.Image = power[i.Profile], r.fleet.Images[n%2].ImageId
			i.UserData, i.Usage, i.Care = demoRestOf(i.Name())
		}
		r.regroup()
	}
}

func demoWatch(region string, step int) string {
	switch {
	case region == "eu-north-1" && step < 2:
		return "everything switched off"
	case region == "us-east-1":
		return "alarms about something else"
	default:
		return "watched"
	}
}

func demoRestOf(name string) (userData, usage, care string) {
	for _, d := range demoRest {
		if len(name) >= len(d.name) && name[:len(d.name)] == d.name {
			return d.userData, d.usage, d.care
		}
	}
	return "a plain script without secrets", "never without a token", "patched and backed up"
}

// demoFleet is one group of web servers whose template is well set, and, where
// reports are made, one whose template still lets tokens be optional.
func (a *Account) demoFleet(r *Region) {
	rng := seeded("fleet of " + r.Name)
	r.fleet = &Fleet{Images: []*Image{image(hexID(rng, "ami-"), a.ID, "v2.0", epoch), image(hexID(rng, "ami-"), amazon, "v2.0", epoch), image(hexID(rng, "ami-"), a.ID, "", epoch)}}
	y := &yard{a: a, r: r, rng: rng, images: map[string]*Image{"": r.fleet.Images[2], "v2.0": r.fleet.Images[0], "amazon": r.fleet.Images[1], "amazon v2.0": r.fleet.Images[1]}}
	y.demoGroup("web", grant{"s3:GetObject", "web-prod"}, ForecastCase{
		Name: "web servers", Says: "tokens=required hop=1", Image: "v2.0", Tokens: "required", TokensBy: "template", HopLimit: 1, HopBy: "template"})
	if r.Name == "eu-west-1" {
		y.demoGroup("batch", grant{"AdministratorAccess", "reporting-prod"}, ForecastCase{
			Name: "reports, still optional", Says: "tokens=optional hop=2", Tokens: "optional", TokensBy: "template", HopLimit: 2, HopBy: "template"})
	}
}

// demoGroup makes a group whose next instance gets its options from its
// template, and joins the instances whose names begin as its own does.
func (y *yard) demoGroup(name string, gr grant, c ForecastCase) {
	data := UserDataNamed("a plain script without secrets")
	t, version := y.template(name+"-template", 5, c, gr, data, "subnet")
	g := y.group(name + "-group")
	g.LaunchTemplate = &TemplateRef{t.LaunchTemplateId, t.LaunchTemplateName, version}
	x := y.expectation(c, "auto_scaling_group", g.AutoScalingGroupName, g.AutoScalingGroupARN)
	x.From, x.Power, x.Secrets, x.PublicIP = y.a.templateARN(y.r, t), gr.power, data.Name, "subnet"
	x.Endpoint, x.EndpointBy, x.Launches = "", "", "" // which differ with the region
	y.r.forecasts = append(y.r.forecasts, x)
	for n := range y.r.list {
		i := &y.r.list[n]
		if i.Name() != "" && len(i.Name()) > len(name) && i.Name()[:len(name)+1] == name+"-" {
			i.Tags = append(i.Tags[:len(i.Tags):len(i.Tags)], Tag{groupTag, g.AutoScalingGroupName})
		}
	}
}
