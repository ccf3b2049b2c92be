package main

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/finding"
)

// notTried are the rules whose command is not tried on the simulated cloud, and
// why. The test fails if one of them can be.
var notTried = map[string]string{
	"AWS-DATA-001": "The command stops the instance and wants the cleaned user data in a file that the operator writes by hand.",
	"AWS-DATA-005": "The command starts a backup, which takes hours; the plan that keeps it up to date is made in the console.",
	"AWS-HOST-001": "The agents of the instances register by themselves after the setting, which no simulated instance does.",
	"AWS-HOST-002": "The instance installs its patches itself, which no simulated instance does.",
	"AWS-IAM-001":  "The command shows the policies; which one to take away is a decision about what the program needs.",
	"AWS-IAM-002":  "The command shows the policies; which action to take away is a decision about what the program needs.",
	"AWS-IAM-003":  "The command shows which actions were used; the policy that names them is written by hand.",
	"AWS-IAM-004":  "The command shows the keys; rotating one goes on where it is used, and takes days.",
	"AWS-IAM-005":  "The command shows the keys; the report does not tell the id of the one that is idle.",
	"AWS-IAM-006":  "GetAccountAuthorizationDetails tells no longest session, so no role of an account that is scanned fails.",
	"AWS-IAM-007":  "The command shows the keys; the program has to be given a role before one is deactivated.",
	"AWS-IAM-010":  "The command shows whether there are keys; only the root user can delete them, in the console.",
	"AWS-IMDS-003": "Nobody has attested of a simulated account that nothing needs the metadata service.",
	"AWS-IMDS-009": "The command shows when the requests come; the program that sends them is to be updated.",
	"AWS-IMDS-010": "The command shows when the requests come; the program that sends them is to be updated.",
	"AWS-IMDS-011": "The policy is made and attached in the organisation's management account, which is another one.",
	"AWS-NET-011":  "A probe tells which ports nothing listens on, and there is none in a simulated instance.",
}

// noWayBack are the rules whose command is tried and cannot be undone.
var noWayBack = map[string]string{
	"AWS-IMDS-008": "AWS has no call that takes the mark off an image.",
	"AWS-DATA-007": "A launch configuration that is deleted is gone.",
}

var brings = map[string]errand{
	"AWS-NET-001":  opened("in"),
	"AWS-NET-002":  opened("in"),
	"AWS-NET-003":  opened("in"),
	"AWS-NET-004":  opened("in"),
	"AWS-NET-005":  opened("in"),
	"AWS-NET-006":  opened("in"),
	"AWS-NET-010":  opened("out"),
	"AWS-NET-008":  {first: freeNumbers},
	"AWS-NET-016":  {first: freeNumbers},
	"AWS-NET-009":  {first: allRules, lacks: []string{"aws.security_group_rule"}}, // those that not every default group has
	"AWS-NET-013":  {first: endpointPlaces, then: endpointsMade},
	"AWS-NET-014":  {fits: idHas("/cvpn-endpoint-"), first: always(given{"VPN_LOG_GROUP": "client-vpn"})},
	"AWS-NET-015":  {fits: hasInterfaces, first: interfacesFile},
	"AWS-LOG-001":  {first: always(given{"TRAIL_BUCKET": "trails"})},
	"AWS-LOG-002":  {first: unsignedTrails},
	"AWS-LOG-003":  flowLog,
	"AWS-LOG-009":  flowLog,
	"AWS-LOG-004":  {stays: []string{"aws.detector", "aws.detector_id"}}, // which is off
	"AWS-LOG-005":  {first: always(given{"TRAIL_LOG_GROUP": "trail", "ALARM_TOPIC": "arn:aws:sns:eu-west-1:111122223333:security"}), stays: []string{"aws.metric_filter"}},
	"AWS-LOG-006":  {first: always(given{"ALARM_TOPIC": "arn:aws:sns:eu-west-1:111122223333:security"})},
	"AWS-DATA-004": {fits: disksEncrypted},
	"AWS-IMDS-006": {fits: followsDefault},
	"XC-001":       {fits: settled},
	"AWS-DATA-002": {fits: unusedTemplate, first: always(given{"user-data.sh": "#!/bin/sh\nsystemctl start web\n"})},
	"AWS-DATA-006": {first: openVaults},
	"AWS-DATA-007": {fits: unusedConfiguration, gone: true},
	"AWS-LOG-008":  {fits: hasRecorder},
}

func idHas(part string) func(*proving, *finding.Verdict) bool {
	return func(_ *proving, v *finding.Verdict) bool { return strings.Contains(v.Subject.UID, part) }
}

// opened are the rules of an instance's groups that let anybody in, or let it
// out to anybody, as its page lists them.
func opened(way string) errand {
	return errand{first: func(a *attempt) []given {
		var all []given
		for _, r := range a.things.workloads[a.v.Subject.UID].Exposure.Rules.Items() {
			if r.Direction == way && r.AnyAddress && r.ID != "" {
				group := r.Gate[strings.LastIndexByte(r.Gate, '/')+1:]
				all = append(all, given{"GROUP": group, "RULE": r.ID, "rule.json": a.permission(r.ID)})
			}
		}
		return all
	}}
}

// permission is a rule as authorize takes it.
func (a *attempt) permission(id string) string {
	for _, r := range a.sim().Network().GroupRules(a.aws().region) {
		if r.SecurityGroupRuleId != id {
			continue
		}
		p := map[string]any{"IpProtocol": r.IpProtocol}
		if r.IpProtocol == "tcp" || r.IpProtocol == "udp" || strings.HasPrefix(r.IpProtocol, "icmp") {
			p["FromPort"], p["ToPort"] = r.FromPort, r.ToPort
		}
		switch {
		case r.CidrIpv4 != "":
			p["IpRanges"] = []any{map[string]any{"CidrIp": r.CidrIpv4}}
		case r.CidrIpv6 != "":
			p["Ipv6Ranges"] = []any{map[string]any{"CidrIpv6": r.CidrIpv6}}
		case r.PrefixListId != "":
			p["PrefixListIds"] = []any{map[string]any{"PrefixListId": r.PrefixListId}}
		}
		b, err := json.Marshal([]any{p})
		if err != nil {
			panic(err) // texts and numbers
		}
		return string(b)
	}
	return ""
}

// freeNumbers are six numbers in a row that no entry has, below those that are
// there.
func freeNumbers(a *attempt) []given {
	taken := map[int]bool{}
	for _, acl := range a.sim().Network().ACLs {
		if acl.NetworkAclId == a.id() {
			for _, e := range acl.Entries {
				taken[e.RuleNumber] = taken[e.RuleNumber] || !e.Egress
			}
		}
	}
	n := 1
	for k := 1; k < n+6; k++ {
		if taken[k] {
			n = k + 1
		}
	}
	return []given{{"NUMBER": strconv.Itoa(n)}}
}

func allRules(a *attempt) []given {
	ids := map[bool][]string{}
	for _, r := range a.sim().Network().GroupRules(a.aws().region) {
		if strings.HasSuffix(a.v.Subject.UID, r.GroupId) {
			ids[r.IsEgress] = append(ids[r.IsEgress], r.SecurityGroupRuleId)
		}
	}
	return []given{{"IN": strings.Join(ids[false], " "), "OUT": strings.Join(ids[true], " ")}}
}

// id is the subject's, as the end of its ARN has it.
func (a *attempt) id() string {
	return a.v.Subject.UID[strings.LastIndexByte(a.v.Subject.UID, '/')+1:]
}

func endpointPlaces(a *attempt) []given {
	g := given{}
	n := a.sim().Network()
	for _, s := range n.Subnets {
		if s.VpcId == a.id() {
			g["ENDPOINT_SUBNET"] = s.SubnetId
		}
	}
	for _, s := range n.SecurityGroups {
		if s.VpcId == a.id() {
			g["ENDPOINT_GROUP"] = s.GroupId
		}
	}
	for _, s := range n.RouteTables {
		if s.VpcId == a.id() {
			g["ROUTE_TABLE"] = s.RouteTableId
		}
	}
	return []given{g}
}

var endpointID = regexp.MustCompile(`vpce-[0-9a-f]+`)

func endpointsMade(a *attempt) []given {
	return []given{{"ENDPOINTS": strings.Join(endpointID.FindAllString(a.out, -1), " ")}}
}

var flowLogID = regexp.MustCompile(`fl-[0-9a-f]+`)

var flowLog = errand{
	first: always(given{"FLOW_LOG_BUCKET": "arn:aws:s3:::flow-logs"}),
	then:  func(a *attempt) []given { return []given{{"FLOW_LOG": flowLogID.FindString(a.out)}} },
}

func unsignedTrails(a *attempt) []given {
	var all []given
	for _, t := range a.account().TrailsNow() {
		if !t.Validated {
			all = append(all, given{"TRAIL": t.Name})
		}
	}
	return all
}

func openVaults(a *attempt) []given {
	var all []given
	a.sim().Watch().View(func(w *sim.Watch) {
		for _, v := range w.Vaults {
			if !v.Locked {
				all = append(all, given{"VAULT": v.Name})
			}
		}
	})
	return all
}

// settled says that no change of an instance is pending, and that none of its
// requests was refused: such refusals are told once tokens are required.
func settled(g *proving, v *finding.Verdict) bool {
	n := g.sim().Find(v.Subject.ID)
	return n >= 0 && sim.UsageNamed(g.sim().Instance(n).Usage).SumRejected == 0 && g.before.of[pair{"AWS-IMDS-013", v.Subject.UID}] != finding.Unknown
}

func disksEncrypted(g *proving, _ *finding.Verdict) bool {
	return len(g.sim().Network().Volumes) == 0
}

// followsDefault says that no group names a version of a template by its
// number: such a group has to be given the new one.
func followsDefault(g *proving, v *finding.Verdict) bool {
	return !slices.ContainsFunc(refsTo(g, v), func(r *sim.TemplateRef) bool { return r.Version != "" && r.Version != "$Default" })
}

// unusedTemplate says that no group launches from a template: members go on
// with the version that they were launched from.
func unusedTemplate(g *proving, v *finding.Verdict) bool { return len(refsTo(g, v)) == 0 }

// refsTo are the namings of a template in groups.
func refsTo(g *proving, v *finding.Verdict) (all []*sim.TemplateRef) {
	g.sim().Fleet().View(func(f *sim.Fleet) {
		for _, x := range f.Groups {
			for _, r := range refsOf(x) {
				if strings.HasSuffix(v.Subject.UID, "/"+r.LaunchTemplateId) {
					all = append(all, r)
				}
			}
		}
	})
	return all
}

func refsOf(g *sim.ScalingGroup) (all []*sim.TemplateRef) {
	if g.LaunchTemplate != nil {
		all = append(all, g.LaunchTemplate)
	}
	if m := g.MixedInstancesPolicy; m != nil {
		all = append(all, m.LaunchTemplate.LaunchTemplateSpecification)
		for _, o := range m.LaunchTemplate.Overrides {
			if o.LaunchTemplateSpecification != nil {
				all = append(all, o.LaunchTemplateSpecification)
			}
		}
	}
	return all
}

func hasRecorder(g *proving, _ *finding.Verdict) (yes bool) {
	g.sim().Watch().View(func(w *sim.Watch) { yes = len(w.Recorders) > 0 })
	return yes
}

func unusedConfiguration(g *proving, v *finding.Verdict) bool {
	used := false
	g.sim().Fleet().View(func(f *sim.Fleet) {
		for _, x := range f.Groups {
			used = used || x.LaunchConfigurationName != "" && strings.HasSuffix(v.Subject.UID, "/"+x.LaunchConfigurationName)
		}
	})
	return !used
}

// interfacesOf are the interfaces that a template's default version has.
func interfacesOf(g *proving, v *finding.Verdict) (all []sim.TemplateInterface) {
	g.sim().Fleet().View(func(f *sim.Fleet) {
		for _, t := range f.Templates {
			if strings.HasSuffix(v.Subject.UID, "/"+t.LaunchTemplateId) {
				all = t.Version("").LaunchTemplateData.NetworkInterfaces
			}
		}
	})
	return all
}

func hasInterfaces(g *proving, v *finding.Verdict) bool { return len(interfacesOf(g, v)) > 0 }

// interfacesFile is the template's list of interfaces without the public
// address.
func interfacesFile(a *attempt) []given {
	var list []any
	for _, i := range interfacesOf(a.proving, a.v) {
		list = append(list, map[string]any{"DeviceIndex": i.DeviceIndex, "AssociatePublicIpAddress": false, "Groups": []any{i.GroupSet.First}})
	}
	b, err := json.Marshal(map[string]any{"NetworkInterfaces": list})
	if err != nil {
		panic(err) // texts and numbers
	}
	return []given{{"interfaces.json": string(b)}}
}

// prepare adds what no estate has by itself: a VPC whose flow log tells of
// refused packets alone, a client VPN without logs, a region that leads nowhere
// and has encrypted disks only, regions that enforce no tokens, vaults with keys
// of the owner's, a trail that writes to a log group, and a group with a launch configuration beside a good launch
// template of the same name.
func prepare(a *sim.Account) {
	a.ChangeTrails(func(all *[]sim.Trail) {
		for n := range *all {
			(*all)[n].LogGroup = "trail"
		}
	})
	for _, r := range a.Regions {
		if !r.Enabled() {
			continue
		}
		if len(a.Regions) > 10 {
			r.SetDefaults(func(d *sim.Defaults) { d.Enforced = "disabled" })
		}
		r.ChangeNetwork(func(n *sim.Network) bool {
			n.ClientVPNs = slices.Clone(n.ClientVPNs)
			for i, v := range n.ClientVPNs {
				x := *v
				x.ConnectionLogOptions = &sim.ConnectionLog{}
				n.ClientVPNs[i] = &x
			}
			vpc := n.VPCs[len(n.VPCs)-1].VpcId
			n.FlowLogs = slices.DeleteFunc(slices.Clone(n.FlowLogs), func(l *sim.FlowLog) bool { return l.ResourceId == vpc })
			n.FlowLogs = append(n.FlowLogs, &sim.FlowLog{FlowLogId: "fl-0123456789abcdef0", FlowLogStatus: "ACTIVE", ResourceId: vpc, TrafficType: "REJECT", LogDestinationType: "s3", LogDestination: "arn:aws:s3:::refused", DeliverLogsStatus: "SUCCESS"})
			if r.Name == "eu-central-2" && len(a.Regions) < 10 {
				n.InternetGateways, n.Addresses, n.Volumes = nil, nil, nil
				for i, t := range n.RouteTables {
					x := *t
					x.Routes = slices.DeleteFunc(slices.Clone(x.Routes), func(r sim.Route) bool { return strings.HasPrefix(r.GatewayId, "igw-") })
					n.RouteTables = slices.Clone(n.RouteTables)
					n.RouteTables[i] = &x
				}
			}
			return true
		})
		r.Fleet().Change(oldGroup)
		r.Watch().Change(func(w *sim.Watch) {
			w.Vaults = slices.Clone(w.Vaults)
			for n := range w.Vaults {
				w.Vaults[n].Key = "arn:aws:kms:" + r.Name + ":" + a.ID + ":key/5d9bb8b4-6a1e-4f5a-9c57-0d3f6f0a1b2c"
			}
		})
	}
}

func oldGroup(f *sim.Fleet) {
	one := 1
	name := "old-group"
	from := *f.Configurations[0]
	from.LaunchConfigurationName, from.LaunchConfigurationARN = name, strings.Replace(from.LaunchConfigurationARN, "/"+from.LaunchConfigurationName, "/"+name, 1)
	from.MetadataOptions = &sim.ConfigurationOptions{HttpTokens: "optional", HttpPutResponseHopLimit: &one, HttpEndpoint: "enabled"}
	from.UserData, from.IamInstanceProfile, from.AssociatePublicIpAddress = "", "", nil
	group := sim.ScalingGroup{AutoScalingGroupName: name, AutoScalingGroupARN: strings.Replace(f.Groups[0].AutoScalingGroupARN, "/"+f.Groups[0].AutoScalingGroupName, "/"+name, 1), LaunchConfigurationName: name,
		MaxSize: 3, AvailabilityZones: f.Groups[0].AvailabilityZones, HealthCheckType: "EC2", VPCZoneIdentifier: f.Groups[0].VPCZoneIdentifier, CreatedTime: f.Groups[0].CreatedTime}
	v := sim.TemplateVersion{LaunchTemplateId: "lt-0123456789abcdef0", LaunchTemplateName: name, VersionNumber: 1, DefaultVersion: true, CreateTime: from.CreatedTime, CreatedBy: "arn:aws:iam::111122223333:user/anna",
		LaunchTemplateData: sim.TemplateData{ImageId: from.ImageId, InstanceType: from.InstanceType, SecurityGroupIds: from.SecurityGroups, UserData: base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\n")),
			MetadataOptions: &sim.TemplateOptions{HttpTokens: "required", HttpPutResponseHopLimit: &one, HttpEndpoint: "enabled"}}}
	f.Configurations, f.Groups = append(f.Configurations, &from), append(f.Groups, &group)
	f.Templates = append(f.Templates, &sim.LaunchTemplate{LaunchTemplateId: v.LaunchTemplateId, LaunchTemplateName: name, CreateTime: v.CreateTime, CreatedBy: v.CreatedBy, DefaultVersionNumber: 1, LatestVersionNumber: 1, Versions: []*sim.TemplateVersion{&v}})
}
