package ibmsim

import (
	"net/http"
	"net/netip"
	"regexp"
	"slices"

	"plumbline/internal/cloud/sim/ibmestate"
)

// What takes minutes in IBM Cloud, such as making a VPN server, is done here
// when the call is answered.

// serviceChanges make and remove what stands beside servers in a VPC.
func serviceChanges() []*route {
	return []*route{
		vpcChange("PATCH", "/flow_log_collectors/{id}", "UpdateFlowLogCollector", 200, (*Server).updateFlowLog),
		vpcChange("POST", "/flow_log_collectors", "CreateFlowLogCollector", 201, (*Server).createFlowLog),
		vpcChange("DELETE", "/flow_log_collectors/{id}", "DeleteFlowLogCollector", 204, (*Server).deleteFlowLog),
		vpcChange("POST", "/endpoint_gateways", "CreateEndpointGateway", 201, (*Server).createEndpoint),
		vpcChange("DELETE", "/endpoint_gateways/{id}", "DeleteEndpointGateway", 204, (*Server).deleteEndpoint),
		vpcChange("POST", "/vpn_servers", "CreateVPNServer", 201, (*Server).createVPNServer),
		vpcChange("DELETE", "/vpn_servers/{id}", "DeleteVPNServer", 202, (*Server).deleteVPNServer),
		vpcChange("POST", "/backup_policies", "CreateBackupPolicy", 201, (*Server).createBackupPolicy),
		vpcChange("DELETE", "/backup_policies/{id}", "DeleteBackupPolicy", 202, (*Server).deleteBackupPolicy),
	}
}

var vpcName = regexp.MustCompile(`^([a-z]|[a-z][-a-z0-9]*[a-z0-9])$`)

// name is the name that a new thing gets: the one that is asked for, which no
// other thing of its kind may have, or one that is made up.
func (s *Server) name(asked string, has func(string) bool) (string, *refusal) {
	switch {
	case asked == "":
		return "made-up-" + s.requestID()[24:], nil
	case len(asked) > 63 || !vpcName.MatchString(asked):
		return "", badField("name is not valid")
	case has(asked):
		return "", &refusal{status: http.StatusBadRequest, code: "validation_unique_failed", message: "Provided Name (" + asked + ") is not unique"}
	}
	return asked, nil
}

func named[T any](all []T, of func(T) string) func(string) bool {
	return func(name string) bool { return slices.ContainsFunc(all, func(x T) bool { return of(x) == name }) }
}

// An identity names a thing by its id.
type identity struct {
	ID string `json:"id"`
}

func (c *caller) subnets(by []identity) ([]*ibmestate.Subnet, *refusal) {
	var all []*ibmestate.Subnet
	for _, i := range by {
		n := slices.IndexFunc(c.region.Subnets, func(x *ibmestate.Subnet) bool { return x.ID == i.ID })
		if n < 0 {
			return nil, badField("There is no subnet " + i.ID)
		}
		all = append(all, c.region.Subnets[n])
	}
	return all, nil
}

func (s *Server) updateFlowLog(c *caller) (any, *refusal) {
	var p struct {
		Active *bool `json:"active"`
	}
	if no := c.patch(&p); no != nil {
		return nil, no
	}
	for _, f := range c.region.FlowLogs {
		if f.ID == c.PathValue("id") {
			if p.Active != nil {
				f.Active = *p.Active
			}
			return c.flowLog(f), nil
		}
	}
	return nil, notFound("flow log collector " + c.PathValue("id"))
}

// createFlowLog makes a collector of a VPC.
func (s *Server) createFlowLog(c *caller) (any, *refusal) {
	var p struct {
		Name   string
		Active *bool
		Bucket struct{ Name string } `json:"storage_bucket"`
		Target identity
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	name, no := s.name(p.Name, named(c.region.FlowLogs, func(f *ibmestate.FlowLog) string { return f.Name }))
	if no != nil {
		return nil, no
	}
	if p.Bucket.Name == "" {
		return nil, badField("storage_bucket is missing")
	}
	for _, v := range c.region.VPCs {
		if v.ID == p.Target.ID {
			f := c.region.AddFlowLog(name, v)
			f.Bucket, f.Active = p.Bucket.Name, p.Active == nil || *p.Active
			return c.flowLog(f), nil
		}
	}
	return nil, badField("target.id names no VPC")
}

func (s *Server) deleteFlowLog(c *caller) (any, *refusal) {
	if !removed(&c.region.FlowLogs, c.PathValue("id"), func(f *ibmestate.FlowLog) string { return f.ID }) {
		return nil, notFound("flow log collector " + c.PathValue("id"))
	}
	return nil, nil
}

// createEndpoint makes an endpoint gateway. A VPC has one for a service.
func (s *Server) createEndpoint(c *caller) (any, *refusal) {
	var p struct {
		Name   string
		VPC    identity
		Target struct {
			CRN  string `json:"crn"`
			Type string `json:"resource_type"`
		}
		IPs []struct{ Subnet identity } `json:"ips"`
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	name, no := s.name(p.Name, named(c.region.EndpointGateways, func(g *ibmestate.EndpointGateway) string { return g.Name }))
	if no != nil {
		return nil, no
	}
	if p.Target.CRN == "" || p.Target.Type != "provider_cloud_service" || len(p.IPs) != 1 {
		return nil, badField("The simulated IBM Cloud makes gateways to one provider_cloud_service, with one address.")
	}
	at, no := c.subnets([]identity{p.IPs[0].Subnet})
	if no != nil {
		return nil, no
	}
	if at[0].VPC.ID != p.VPC.ID {
		return nil, badField("The subnet is one of another VPC.")
	}
	for _, g := range c.region.EndpointGateways {
		if g.VPC.ID == p.VPC.ID && g.Target == p.Target.CRN {
			return nil, &refusal{status: http.StatusConflict, code: "conflict", message: "The VPC has an endpoint gateway to this target."}
		}
	}
	return c.endpointGateway(c.region.AddEndpoint(c.region.New("endpoint-gateway", name, s.nth()), at[0], p.Target.CRN)), nil
}

func (s *Server) deleteEndpoint(c *caller) (any, *refusal) {
	if !c.region.DropEndpoint(c.PathValue("id")) {
		return nil, notFound("endpoint gateway " + c.PathValue("id"))
	}
	return nil, nil
}

// A vpnMethod is how clients of a VPN server sign in.
type vpnMethod struct {
	Method   string
	Provider *struct {
		Type string `json:"provider_type"`
	} `json:"identity_provider"`
	CA *struct {
		CRN string `json:"crn"`
	} `json:"client_ca"`
}

func (m vpnMethod) whole() bool {
	switch m.Method {
	case "username":
		return m.Provider != nil && m.Provider.Type == "iam"
	case "certificate":
		return m.CA != nil && m.CA.CRN != ""
	}
	return false
}

func (s *Server) createVPNServer(c *caller) (any, *refusal) {
	var p struct {
		Name        string
		Pool        string `json:"client_ip_pool"`
		Certificate struct {
			CRN string `json:"crn"`
		}
		Methods []vpnMethod `json:"client_authentication"`
		Subnets []identity
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	at, no := c.subnets(p.Subnets)
	if no != nil {
		return nil, no
	}
	if len(at) == 0 || p.Certificate.CRN == "" || len(p.Methods) == 0 || slices.ContainsFunc(p.Methods, func(m vpnMethod) bool { return !m.whole() }) {
		return nil, badField("The VPN server is not complete.")
	}
	v := at[0].VPC
	if no := clientPool(p.Pool, c.region.Subnets, v); no != nil {
		return nil, no
	}
	name, no := s.name(p.Name, func(name string) bool {
		return slices.ContainsFunc(c.region.VPNServers, func(x *ibmestate.VPNServer) bool { return x.Name == name && x.Subnets[0].VPC == v })
	})
	if no != nil {
		return nil, no
	}
	return c.vpnServer(c.region.AddVPNServer(c.region.New("vpn-server", name, s.nth()), at)), nil
}

// clientPool refuses addresses for clients that the VPC has, and blocks that are
// too large or too small.
func clientPool(pool string, subnets []*ibmestate.Subnet, v *ibmestate.VPC) *refusal {
	block, err := netip.ParsePrefix(pool)
	if err != nil || block.Bits() < 9 || block.Bits() > 22 {
		return badField("client_ip_pool must be a block between /9 and /22")
	}
	for _, n := range subnets {
		if n.VPC == v && block.Overlaps(netip.MustParsePrefix(n.CIDR)) {
			return badField("client_ip_pool overlaps with the VPC")
		}
	}
	return nil
}

func (s *Server) deleteVPNServer(c *caller) (any, *refusal) {
	if !removed(&c.region.VPNServers, c.PathValue("id"), func(v *ibmestate.VPNServer) string { return v.ID }) {
		return nil, notFound("VPN server " + c.PathValue("id"))
	}
	return nil, nil
}

func (s *Server) createBackupPolicy(c *caller) (any, *refusal) {
	var p struct {
		Name  string
		Kind  string   `json:"match_resource_type"`
		Tags  []string `json:"match_user_tags"`
		Plans []struct {
			Name   string
			Spec   string `json:"cron_spec"`
			Active *bool
			Delete *struct {
				After int `json:"delete_after"`
			} `json:"deletion_trigger"`
		}
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	name, no := s.name(p.Name, named(c.region.BackupPolicies, func(p *ibmestate.BackupPolicy) string { return p.Name }))
	if no != nil {
		return nil, no
	}
	if p.Kind != "volume" || len(p.Tags) == 0 {
		return nil, badField("match_resource_type and match_user_tags are required; the simulated IBM Cloud knows volumes")
	}
	var plans []string
	for _, x := range p.Plans {
		if x.Spec == "" {
			return nil, badField("plans.cron_spec is missing")
		}
		plans = append(plans, x.Name)
	}
	return c.backupPolicy(c.region.AddBackupPolicy(c.region.New("backup-policy", name, s.nth()), p.Tags, plans)), nil
}

// deleteBackupPolicy tells the policy that goes.
func (s *Server) deleteBackupPolicy(c *caller) (any, *refusal) {
	for _, p := range c.region.BackupPolicies {
		if p.ID == c.PathValue("id") {
			o := c.backupPolicy(p).(object)
			o["lifecycle_state"] = "deleting"
			removed(&c.region.BackupPolicies, p.ID, func(x *ibmestate.BackupPolicy) string { return x.ID })
			return o, nil
		}
	}
	return nil, notFound("backup policy " + c.PathValue("id"))
}
