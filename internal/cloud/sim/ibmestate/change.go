package ibmestate

import (
	"fmt"
	"slices"
)

// Changes that a server of the estate makes where a field alone will not do.
// What is true of the servers stays as it was made, see Want.

// Add puts a rule into a group, with an id and a name of its own.
func (g *SecurityGroup) Add(x *Rule) {
	g.added++
	x.Name = fmt.Sprintf("added-%d", g.added)
	x.ID = g.VPC.Region.prefix() + "-" + uuid(g.ID, x.Name)
	g.Rules = append(g.Rules, x)
}

// Insert puts a rule before the one at a place of the list.
func (a *ACL) Insert(at int, x *ACLRule) {
	a.added++
	x.ID = a.VPC.Region.prefix() + "-" + uuid(a.ID, fmt.Sprint("added-", a.added))
	if x.Name == "" {
		x.Name = fmt.Sprintf("added-%d", a.added)
	}
	a.Rules = slices.Insert(slices.Clone(a.Rules), at, x)
}

// New is a thing of the region that is made while the estate is served. serial
// tells it from others of its name, before it and after it.
func (r *Region) New(kind, name string, serial int) Thing {
	id := r.prefix() + "-" + uuid(r.Account.ID, r.Name, kind, name, fmt.Sprint(serial))
	return Thing{ID: id, Name: name, CRN: crn("is", r.Name, r.Account.ID, kind, id), Created: founded}
}

// AddFlowLog makes a flow log collector of a VPC.
func (r *Region) AddFlowLog(name string, v *VPC) *FlowLog {
	f := r.flowLog(name)
	f.VPC = v
	return f
}

// AddEndpoint makes an endpoint gateway with an address in a subnet, which wears
// the VPC's default group.
func (r *Region) AddEndpoint(t Thing, s *Subnet, target string) *EndpointGateway {
	g := &EndpointGateway{Thing: t, VPC: s.VPC, Target: target, Groups: []*SecurityGroup{s.VPC.DefaultGroup}, Status: "stable", Address: s.take(), Subnet: s}
	s.VPC.DefaultGroup.endpoint = append(s.VPC.DefaultGroup.endpoint, g)
	r.EndpointGateways = append(r.EndpointGateways, g)
	return g
}

// DropEndpoint removes an endpoint gateway; false if there is none of that id.
func (r *Region) DropEndpoint(id string) bool {
	n := slices.IndexFunc(r.EndpointGateways, func(g *EndpointGateway) bool { return g.ID == id })
	if n < 0 {
		return false
	}
	gone := r.EndpointGateways[n]
	for _, g := range gone.Groups {
		g.endpoint = slices.DeleteFunc(slices.Clone(g.endpoint), func(x *EndpointGateway) bool { return x == gone })
	}
	r.EndpointGateways = slices.Delete(slices.Clone(r.EndpointGateways), n, n+1)
	return true
}

// AddVPNServer makes a VPN server, which wears the VPC's default group.
func (r *Region) AddVPNServer(t Thing, subnets []*Subnet) *VPNServer {
	x := &VPNServer{Thing: t, Subnets: subnets, Group: subnets[0].VPC.DefaultGroup, Status: "stable"}
	r.VPNServers = append(r.VPNServers, x)
	return x
}

// AddBackupPolicy makes a backup policy with plans, by their names.
func (r *Region) AddBackupPolicy(t Thing, tags, plans []string) *BackupPolicy {
	p := &BackupPolicy{Thing: t, Group: r.Account.Groups[0], Tags: tags, Plans: plans, Status: "stable"}
	r.BackupPolicies = append(r.BackupPolicies, p)
	return p
}

// CopyTemplate makes an instance template that is as another.
func (r *Region) CopyTemplate(of *Template, name string, serial int) *Template {
	t := *of
	t.Thing = r.New("instance-template", name, serial)
	t.ID = r.zonePrefix() + t.ID[len(r.prefix()):] // templates are things of a zone
	t.CRN = crn("is", of.Subnet.Zone, r.Account.ID, "instance-template", t.ID)
	r.Templates = append(r.Templates, &t)
	return &t
}

// Server finds the server of a CRN in the account, nil if there is none.
func (a *Account) Server(crn string) *Server {
	for _, r := range a.Regions {
		for _, s := range r.BareMetal {
			if s.CRN == crn {
				return s
			}
		}
		for n := range r.Len() {
			if s := r.Server(n); s.CRN == crn {
				return s
			}
		}
	}
	return nil
}

// AddLink links what a CRN names to the profile.
func (p *Profile) AddLink(name, kind, crn string, to *Server, serial int) *Link {
	l := &Link{ID: "link-" + uuid(p.ID, crn, fmt.Sprint(serial)), Name: name, Profile: p, Type: kind, Server: to, CRN: crn, Created: founded}
	p.Links = append(p.Links, l)
	return l
}

// AddClaimRule adds a claim rule. Whom it lets in was not written down when the
// estate was made, so that the estate says of it that it lets nobody in.
func (p *Profile) AddClaimRule(x *ClaimRule, serial int) {
	x.ID, x.Created = "ClaimRule-"+uuid(p.ID, x.Name, fmt.Sprint(serial)), founded
	if x.Expiration == 0 {
		x.Expiration = 3600
	}
	p.Rules = append(p.Rules, x)
}

// AddPolicy grants what a policy says.
func (a *Account) AddPolicy(x *Policy, serial int) {
	x.ID, x.State, x.Created = uuid(a.ID, "policy", fmt.Sprint(serial)), "active", founded
	a.Policies = append(a.Policies, x)
}

// AddTarget makes a target of Activity Tracker Event Routing.
func (a *Account) AddTarget(name, region, bucket string, serial int) *TrackerTarget {
	t := &TrackerTarget{Thing: a.global("atracker", "target", "", fmt.Sprint(name, serial)), Region: region, Bucket: bucket, Status: "success"}
	t.Name, t.CRN = name, crn("atracker", region, a.ID, "target", t.ID)
	a.Tracker.Targets = append(a.Tracker.Targets, t)
	return t
}

// AddRoute makes a route of Activity Tracker Event Routing.
func (a *Account) AddRoute(name string, rules []TrackerRule, serial int) *TrackerRoute {
	r := &TrackerRoute{Thing: a.global("atracker", "route", "", fmt.Sprint(name, serial)), Rules: rules}
	r.Name = name
	a.Tracker.Routes = append(a.Tracker.Routes, r)
	return r
}
