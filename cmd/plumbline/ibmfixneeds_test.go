package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
)

// ibmNoWayBack are the rules of IBM Cloud whose command cannot be undone. There
// is none whose command cannot be tried.
var ibmNoWayBack = map[string]string{
	"IBM-IAM-006":  "IBM documents how an end is set for an API key, and not how it is taken away.",
	"IBM-IMDS-004": "A template that is deleted is gone, and one that is made as it was is another.",
	"IBM-DATA-001": "A template that is deleted is gone, and the secret with it.",
}

// needless is the rule that asks whether a server needs the metadata service once
// it can become nobody by it.
const needless = "IBM-IMDS-001"

var ibmBrings = map[string]errand{
	"IBM-NET-001":  {first: openedIBM},
	"IBM-NET-002":  {first: openedIBM},
	"IBM-NET-003":  {first: openedIBM},
	"IBM-NET-006":  {first: openedIBM},
	"IBM-NET-010":  {first: wideRules},
	"IBM-NET-004":  {first: firstRule, then: made("RULES")},
	"IBM-NET-005":  {fits: asItWasMade, first: defaultRules},
	"IBM-NET-007":  {fits: withoutEndpoints, first: services, then: made("GATEWAYS")},
	"IBM-NET-008":  {first: vpnPlace, then: made("SERVER")},
	"IBM-NET-009":  {fits: hasVNIs, first: spoofing},
	"IBM-LOG-001":  {fits: withoutFlowLogs, first: always(given{"BUCKET": "flow-logs"}), then: made("FLOW_LOG")},
	"IBM-LOG-002":  {first: trackerPlace},
	"IBM-DATA-001": {fits: setWell, first: cleanUserData, gone: true},
	"IBM-DATA-002": {first: always(given{"TAG": "backup:daily"}), then: made("POLICY")},
	"IBM-IMDS-004": {fits: holdsNoSecret, first: groupsOf, gone: true},
	"IBM-IMDS-006": {first: expression},
	"IBM-IAM-001":  {fits: onePolicy, first: strongPolicy, then: narrowPolicy},
	"IBM-IAM-002":  {fits: oneClaimRule, first: claimRule, asks: needless},
	"IBM-IAM-011":  {fits: oneClaimRule, first: claimRule, asks: needless},
	"IBM-IAM-003":  {first: linkBy(estate.ByDefault), asks: needless},
	"IBM-IAM-004":  {fits: hasALink, first: linkBy(estate.ByLink)},
	"IBM-IAM-006":  {first: always(given{"DAY": "2099-01-31T00:00+0000"})},
	"IBM-IAM-009":  {first: settingsBefore},
	"IBM-IAM-010":  {first: settingsBefore},
}

// madeIDs are the ids of what commands made, as they print them.
var madeIDs = regexp.MustCompile(`(?m)^id +(\S+)$`)

func (a *attempt) made() (ids []string) {
	for _, m := range madeIDs.FindAllStringSubmatch(a.out, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// made gives undo the ids of what was made.
func made(variable string) func(*attempt) []given {
	return func(a *attempt) []given { return []given{{variable: strings.Join(a.made(), " ")}} }
}

// after is the last part of a CRN.
func after(crn string) string { return crn[strings.LastIndexByte(crn, ':')+1:] }

func port(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// openedIBM are the rules of a server's groups that let anybody in, as its page
// lists them, and what they say.
func openedIBM(a *attempt) []given {
	var all []given
	for _, r := range a.things.workloads[a.v.Subject.UID].Exposure.Rules.Items() {
		if r.Direction != "in" || !r.AnyAddress || !strings.Contains(r.Gate, ":security-group:") {
			continue
		}
		for _, g := range a.ibmRegion().SecurityGroups {
			for _, x := range g.Rules {
				if x.ID == r.ID {
					all = append(all, ruleGiven(g, x))
				}
			}
		}
	}
	return all
}

func ruleGiven(g *ibmestate.SecurityGroup, x *ibmestate.Rule) given {
	return given{"GROUP": g.ID, "RULE": x.ID, "PROTOCOL": x.Protocol, "REMOTE": x.Remote, "MIN": port(x.PortMin), "MAX": port(x.PortMax)}
}

func (a *attempt) group() *ibmestate.SecurityGroup {
	for _, g := range a.ibmRegion().SecurityGroups {
		if g.ID == a.v.Subject.ID {
			return g
		}
	}
	return nil
}

func wideRules(a *attempt) (all []given) {
	for _, x := range a.group().Rules {
		if x.Direction == "inbound" && x.Remote == "0.0.0.0/0" && x.PortMin == 0 {
			all = append(all, ruleGiven(a.group(), x))
		}
	}
	return all
}

// asItWasMade says that a default group has the two rules that it was made with.
func asItWasMade(g *proving, v *finding.Verdict) bool {
	rules := (&attempt{proving: g, v: v}).group().Rules
	return len(rules) == 2 && slices.ContainsFunc(rules, func(x *ibmestate.Rule) bool { return x.RemoteGroup != nil })
}

func defaultRules(a *attempt) []given {
	var ids []string
	for _, x := range a.group().Rules {
		ids = append(ids, x.ID)
	}
	return []given{{"RULES": strings.Join(ids, " ")}}
}

func firstRule(a *attempt) []given {
	for _, l := range a.ibmRegion().ACLs {
		for _, x := range l.Rules {
			if l.ID == a.v.Subject.ID && x.Direction == "inbound" {
				return []given{{"FIRST": x.ID}}
			}
		}
	}
	return nil
}

// subnet is one of the VPC that an attempt is about.
func (a *attempt) subnet() string {
	for _, n := range a.ibmRegion().Subnets {
		if n.VPC.ID == a.v.Subject.ID {
			return n.ID
		}
	}
	return ""
}

func withoutEndpoints(g *proving, v *finding.Verdict) bool {
	return !slices.ContainsFunc(g.ibm().Region(v.Subject.Region).EndpointGateways, func(x *ibmestate.EndpointGateway) bool { return x.VPC.ID == v.Subject.ID })
}

func services(a *attempt) []given {
	in := a.v.Subject.Region
	all := []string{"crn:v1:bluemix:public:iam-svcs:global:::endpoint:private.iam.cloud.ibm.com", "crn:v1:bluemix:public:cloud-object-storage:global:::endpoint:s3.direct." + in + ".cloud-object-storage.appdomain.cloud"}
	for _, s := range []string{"kms", "secrets-manager", "atracker"} {
		all = append(all, "crn:v1:bluemix:public:"+s+":"+in+":::endpoint:private."+in+"."+s+".cloud.ibm.com")
	}
	return []given{{"TARGETS": strings.Join(all, " "), "SUBNET": a.subnet()}}
}

func vpnPlace(a *attempt) []given {
	return []given{{"NAME": "administrators", "SUBNET": a.subnet(), "POOL": "172.20.0.0/16", "CERT": "crn:v1:bluemix:public:secrets-manager:us-south:a/" + a.ibm().ID + ":36fa422d:secret:2e786aab"}}
}

func withoutFlowLogs(g *proving, v *finding.Verdict) bool {
	return !slices.ContainsFunc(g.ibm().Region(v.Subject.Region).FlowLogs, func(x *ibmestate.FlowLog) bool { return x.VPC != nil && x.VPC.ID == v.Subject.ID })
}

func trackerPlace(a *attempt) []given {
	return []given{{"ENDPOINT": "s3.private.eu-de.cloud-object-storage.appdomain.cloud", "BUCKET": "audit-events", "REGION": a.ibm().Regions[0].Name,
		"STORAGE": "crn:v1:bluemix:public:cloud-object-storage:global:a/" + a.ibm().ID + ":4f2a5a0e-6c3c-4d0f-9a52-5a6f6a7a1d3e::"}}
}

// hasVNIs says that a server's interfaces are virtual network interfaces, which
// can be changed by themselves.
func hasVNIs(g *proving, v *finding.Verdict) bool {
	return !slices.ContainsFunc(g.ibm().Server(v.Subject.UID).Interfaces, func(i *ibmestate.Interface) bool { return i.Legacy })
}

func spoofing(a *attempt) (all []given) {
	for _, i := range a.ibm().Server(a.v.Subject.UID).Interfaces {
		if i.Spoofing {
			all = append(all, given{"VNI": i.ID})
		}
	}
	return all
}

func holdsNoSecret(g *proving, v *finding.Verdict) bool {
	return g.before.of[pair{"IBM-DATA-001", v.Subject.UID}] != finding.Fail && len(groupsOf(&attempt{proving: g, v: v})[0]["INSTANCE_GROUPS"]) > 0
}

// setWell says that a template which is made of another is set well, as that is.
func setWell(g *proving, v *finding.Verdict) bool {
	return g.before.of[pair{"IBM-IMDS-004", v.Subject.UID}] == finding.Pass
}

// groupsOf are the instance groups that use a template.
func groupsOf(a *attempt) []given {
	var ids []string
	for _, g := range a.ibmRegion().InstanceGroups {
		if g.Template.ID == a.v.Subject.ID {
			ids = append(ids, g.ID)
		}
	}
	return []given{{"INSTANCE_GROUPS": strings.Join(ids, " ")}}
}

func cleanUserData(a *attempt) []given {
	g := groupsOf(a)[0]
	g["USER_DATA"], g["user-data.sh"] = "user-data.sh", "#!/bin/sh\nsystemctl start web\n"
	return []given{g}
}

func expression(a *attempt) []given {
	for _, i := range a.ibmRegion().Images {
		if i.ID == a.v.Subject.ID {
			return []given{{"BEFORE": i.AllowedUse}}
		}
	}
	return nil
}

func settingsBefore(a *attempt) []given {
	s := a.ibm().Settings
	return []given{{"KEYS": s.RestrictAPIKeys, "IDS": s.RestrictServiceIDs, "MFA": s.MFA}}
}

func (g *proving) profile(id string) *ibmestate.Profile {
	for _, p := range g.ibm().Profiles {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// policies are those that grant a profile something.
func (g *proving) policies(id string) (ids []string) {
	for _, p := range g.ibm().Policies {
		if p.State == "active" && p.Subject.Value == g.profile(id).IAMID {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// onePolicy says that nothing but one policy makes a profile strong.
func onePolicy(g *proving, v *finding.Verdict) bool { return len(g.policies(v.Subject.ID)) == 1 }

func strongPolicy(a *attempt) []given {
	return []given{{"ROLES": "Viewer,Reader", "SERVICE": "cloud-object-storage", "INSTANCE": "4f2a5a0e-6c3c-4d0f-9a52-5a6f6a7a1d3e", "POLICY": a.policies(a.v.Subject.ID)[0]}}
}

// narrowPolicy tells the policy that was listed and deleted, and the one that
// was made after that.
func narrowPolicy(a *attempt) []given {
	all := a.made()
	return []given{{"POLICY": all[0], "NARROW": all[len(all)-1]}}
}

func oneClaimRule(g *proving, v *finding.Verdict) bool {
	p := g.profile(v.Subject.ID)
	return len(p.Rules) == 1 && len(p.Rules[0].Conditions) == 1
}

// claimRule is a profile's rule, as the CLI takes its condition, and a server
// that has the profile by a link in its place.
func claimRule(a *attempt) []given {
	r := a.profile(a.v.Subject.ID).Rules[0]
	c := r.Conditions[0]
	value, err := strconv.Unquote(c.Value)
	if err != nil {
		panic(err) // the estate's conditions are texts
	}
	var server string
	for _, in := range a.ibm().Regions {
		if in.Len() > 0 && server == "" {
			server = in.Server(0).CRN
		}
	}
	return []given{{"LINK": "in place of " + r.Name, "SERVER": server, "RULE": r.ID, "NAME": r.Name, "COMPUTE": r.CR,
		"CONDITIONS": "claim:" + c.Claim + ",operator:" + c.Operator + ",value:" + value}}
}

func hasALink(g *proving, v *finding.Verdict) bool {
	return len(linkBy(estate.ByLink)(&attempt{proving: g, v: v})) == 1
}

// linkBy is the first link by which a server has a profile in some way.
func linkBy(mechanism string) func(*attempt) []given {
	return func(a *attempt) []given {
		for _, b := range a.things.workloads[a.v.Subject.UID].Identity.Profiles.Items() {
			p := a.profile(after(b.Principal))
			if b.Mechanism != mechanism || p == nil {
				continue
			}
			for _, l := range p.AllLinks() {
				if l.Server != nil && l.Server.CRN == a.v.Subject.UID {
					return []given{{"PROFILE": p.ID, "LINK": l.ID, "NAME": l.Name}}
				}
			}
		}
		return nil
	}
}
