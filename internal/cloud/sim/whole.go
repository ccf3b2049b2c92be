package sim

import (
	"math/rand/v2"
	"slices"
)

// Furnish adds to the first account of an estate what its cases have seldom or
// never: a role with long sessions, a VPC that is closed in every way, one of
// which only refused packets are recorded, a region that nothing leads into and
// nothing blocks, a group that launches from an old launch configuration,
// instances without a role that no agent reports from, and some whose agents
// fell silent. Nothing that was there changes. It is for estates that are to show every fault and every virtue.
func (e *Estate) Furnish() *Estate {
	a := e.Accounts[0]
	rng := rand.New(rand.NewPCG(e.seed, 4000))
	a.IAM.Roles = append(a.IAM.Roles, Role{Name: LongSessions, Path: "/", ID: "AROA" + word16(a.ID+LongSessions), Made: epoch, MaxSession: 12 * 3600,
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + a.ID + `:root"},"Action":"sts:AssumeRole"}]}`})
	for n, r := range a.Regions {
		if d := r.Defaults(); !r.Enabled() || len(r.Refuses) > 0 || d.Endpoint != "" || d.Enforced != "" && d.Enforced != "disabled" {
			continue
		}
		g := ground{r, rng}
		g.closed()
		g.refusedOnly()
		y := &yard{a: a, r: r, rng: rng, images: map[string]*Image{"": r.fleet.Images[0], "amazon": r.fleet.Images[2]}}
		y.old()
		y.spare()
		y.silent()
		a.Regions = slices.Insert(a.Regions, n+1, a.quiet())
		break
	}
	return e
}

// What Furnish adds, by name.
const (
	LongSessions   = "night-batch"
	ClosedVPC      = "closed"
	RefusedOnlyVPC = "refused-only"
	QuietRegion    = "us-west-1"
	OldGroup       = "old-group"
)

// endpointServices are those that guard instances.
var endpointServices = []string{"ec2", "logs", "s3", "ssm", "ssmmessages", "sts"}

// closed makes a VPC whose default group has no rules, whose default ACL admits
// the company's own network alone, and from which every service is reached
// without the internet.
func (g ground) closed() {
	v := g.vpc(ClosedVPC, "10.240.0.0/16", "")
	group, acl := g.defaults(v)
	group.IpPermissions, group.IpPermissionsEgress = nil, nil
	acl.set(false, entry(100, "in", "allow", "-1", "", "10.0.0.0/8"), entry(100, "out", "allow", "-1", "", "0.0.0.0/0"))
	s := g.subnet(v, ClosedVPC+"-a", 0, "10.240.0.0/20", "")
	g.guard(acl, s)
	t := g.table(v, ClosedVPC)
	g.serve(t)
	own := g.group(v, "endpoints", onPorts("tcp", 443, 443, "10.240.0.0/16"))
	for _, name := range endpointServices {
		e := &VPCEndpoint{VpcEndpointId: g.id("vpce-"), VpcEndpointType: "Interface", VpcId: v.VpcId, ServiceName: "com.amazonaws." + g.r.Name + "." + name, State: "available", OwnerId: g.r.Account,
			IpAddressType: "ipv4", CreationTimestamp: epoch}
		if name == "s3" {
			e.VpcEndpointType, e.RouteTableIds = "Gateway", []string{t.RouteTableId}
		} else {
			e.SubnetIds, e.PrivateDnsEnabled = []string{s.SubnetId}, true
			e.Groups = []GroupName{{own.GroupId, own.GroupName}}
		}
		g.net().Endpoints = append(g.net().Endpoints, e)
	}
	g.flows(v, "ALL")
}

// refusedOnly makes a VPC of which only refused packets are recorded.
func (g ground) refusedOnly() {
	v := g.vpc(RefusedOnlyVPC, "10.241.0.0/16", "")
	_, acl := g.defaults(v)
	g.guard(acl, g.subnet(v, RefusedOnlyVPC+"-a", 0, "10.241.0.0/20", ""))
	g.serve(g.table(v, RefusedOnlyVPC))
	g.flows(v, "REJECT")
}

func (g ground) flows(v *VPC, traffic string) {
	g.net().FlowLogs = append(g.net().FlowLogs, &FlowLog{FlowLogId: g.id("fl-"), FlowLogStatus: "ACTIVE", ResourceId: v.VpcId, TrafficType: traffic, LogDestinationType: "s3",
		LogDestination: "arn:aws:s3:::flow-logs", DeliverLogsStatus: "SUCCESS", MaxAggregationInterval: 600, CreationTime: epoch})
}

// quiet is a region without any network, which nothing blocks either.
func (a *Account) quiet() *Region {
	return newRegion(a.ID, QuietRegion, regionCases[2])
}

// old makes a group whose launch configuration makes tokens optional.
func (y *yard) old() {
	c := ForecastCase{Name: "an old launch configuration", Says: "tokens=optional hop=1", Tokens: "optional", TokensBy: "template", HopLimit: 1, HopBy: "template", Endpoint: "enabled", EndpointBy: "service", Launches: "yes"}
	g := y.group(OldGroup)
	x := y.expectation(c, "auto_scaling_group", g.AutoScalingGroupName, g.AutoScalingGroupARN)
	l := y.configuration(OldGroup, c, grant{}, UserDataNamed("none"), "no")
	g.LaunchConfigurationName, x.From, x.PublicIP = l.LaunchConfigurationName, l.LaunchConfigurationARN, "no"
	y.r.forecasts = append(y.r.forecasts, x)
}

// spare makes instances that have no use for the metadata service: one has it
// switched off.
func (y *yard) spare() {
	for _, name := range []string{"token required", "endpoint disabled, tokens optional"} {
		n := slices.IndexFunc(cases, func(c Case) bool { return c.Name == name })
		i := instanceOf(cases[n], y.r, y.rng)
		i.Reservation = hexID(y.rng, "r-")
		i.Power, i.Profile, i.UserData, i.Usage, i.Care = "no profile", "", "none", "never without a token", "nobody cares"
		i.Image = y.r.fleet.Images[0].ImageId
		y.r.list = append(y.r.list, i)
	}
}

// silent makes instances whose agents once reported: some run, some are stopped.
func (y *yard) silent() {
	for _, name := range []string{"token required", "token required, stopped"} {
		for _, care := range silentCare {
			i := instanceOf(caseNamed(name), y.r, y.rng)
			i.Reservation = hexID(y.rng, "r-")
			i.Power, i.Profile, i.UserData, i.Usage, i.Care = "no profile", "", "none", "never without a token", care.Name
			i.Image = y.r.fleet.Images[0].ImageId
			y.r.list = append(y.r.list, i)
		}
	}
}
