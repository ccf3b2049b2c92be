package ibmsim

import (
	"net/http"
	"slices"

	"plumbline/internal/cloud/sim/ibmestate"
)

// changes are the calls that fixes make.
func changes() []*route {
	vpc := func(method, path, call string, status int, do func(*Server, *caller) (any, *refusal)) *route {
		return &route{pattern: method + " /{region}/v1" + path, call: "is:" + call, form: vpcForm, do: do, status: status}
	}
	iam := func(method, path, call string, status int, do func(*Server, *caller) (any, *refusal)) *route {
		return &route{pattern: method + " " + path, call: call, form: identityForm, do: do, status: status}
	}
	return []*route{
		vpc("PATCH", "/instances/{id}", "UpdateInstance", 200, (*Server).updateInstance),
		vpc("PATCH", "/bare_metal_servers/{id}", "UpdateBareMetalServer", 200, (*Server).updateBareMetal),
		vpc("PATCH", "/images/{id}", "UpdateImage", 200, (*Server).updateImage),
		vpc("PATCH", "/virtual_network_interfaces/{id}", "UpdateVirtualNetworkInterface", 200, (*Server).updateVNI),
		vpc("PATCH", "/flow_log_collectors/{id}", "UpdateFlowLogCollector", 200, (*Server).updateFlowLog),
		vpc("POST", "/flow_log_collectors", "CreateFlowLogCollector", 201, (*Server).createFlowLog),
		vpc("DELETE", "/floating_ips/{id}", "DeleteFloatingIP", 204, (*Server).deleteFloatingIP),
		vpc("DELETE", "/instance/templates/{id}", "DeleteInstanceTemplate", 204, (*Server).deleteTemplate),
		vpc("POST", "/security_groups/{id}/rules", "CreateSecurityGroupRule", 201, (*Server).createRule),
		vpc("DELETE", "/security_groups/{id}/rules/{sub}", "DeleteSecurityGroupRule", 204, (*Server).deleteRule),
		vpc("POST", "/network_acls/{id}/rules", "CreateNetworkACLRule", 201, (*Server).createACLRule),
		vpc("DELETE", "/network_acls/{id}/rules/{sub}", "DeleteNetworkACLRule", 204, (*Server).deleteACLRule),
		iam("DELETE", "/v1/profiles/{id}/links/{sub}", "iam-identity:DeleteLink", 204, (*Server).deleteLink),
		iam("DELETE", "/v1/profiles/{id}/rules/{sub}", "iam-identity:DeleteClaimRule", 204, (*Server).deleteClaimRule),
		iam("DELETE", "/v1/apikeys/{id}", "iam-identity:DeleteAPIKey", 204, (*Server).deleteAPIKey),
		iam("PUT", "/v1/accounts/{id}/settings/identity", "iam-identity:UpdateAccountSettings", 200, (*Server).updateSettings),
		iam("DELETE", "/v2/policies/{id}", "iam-access-management:DeleteV2Policy", 204, (*Server).deletePolicy),
	}
}

// patch reads a merge patch, which must be sent as one.
func (c *caller) patch(v any) *refusal {
	if kind := c.Header.Get("Content-Type"); kind != "application/merge-patch+json" {
		return &refusal{status: http.StatusUnsupportedMediaType, code: "unsupported_media_type", message: "A patch is sent as application/merge-patch+json, not as " + kind}
	}
	return c.into(v)
}

// removed takes the thing of an id out of a list; false if there is none.
func removed[T any](all *[]T, id string, of func(T) string) bool {
	n := slices.IndexFunc(*all, func(x T) bool { return of(x) == id })
	if n < 0 {
		return false
	}
	*all = append((*all)[:n:n], (*all)[n+1:]...)
	return true
}

type metadataPatch struct {
	Metadata struct {
		Enabled  *bool   `json:"enabled"`
		Protocol *string `json:"protocol"`
		Hops     *int    `json:"response_hop_limit"`
	} `json:"metadata_service"`
}

// set changes what the patch names, and leaves the rest as it is.
func (p *metadataPatch) set(s *ibmestate.Server) *refusal {
	m := p.Metadata
	if m.Protocol != nil && *m.Protocol != "http" && *m.Protocol != "https" {
		return badField("metadata_service.protocol must be http or https")
	}
	if m.Hops != nil && (s.Bare || *m.Hops < 1 || *m.Hops > 64) {
		return badField("metadata_service.response_hop_limit must be between 1 and 64")
	}
	s.Region.SetMetadata(s, func(now *ibmestate.Metadata) {
		if m.Enabled != nil {
			now.Enabled = *m.Enabled
		}
		if m.Protocol != nil {
			now.Protocol = *m.Protocol
		}
		if m.Hops != nil {
			now.HopLimit = *m.Hops
		}
	})
	return nil
}

func (s *Server) updateInstance(c *caller) (any, *refusal) {
	var p metadataPatch
	if no := c.patch(&p); no != nil {
		return nil, no
	}
	x := c.region.Find(c.PathValue("id"))
	if x == nil {
		return nil, notFound("instance " + c.PathValue("id"))
	}
	if no := p.set(x); no != nil {
		return nil, no
	}
	return c.instance(x), nil
}

func (s *Server) updateBareMetal(c *caller) (any, *refusal) {
	var p metadataPatch
	if no := c.patch(&p); no != nil {
		return nil, no
	}
	x := c.region.FindBare(c.PathValue("id"))
	if x == nil {
		return nil, notFound("bare metal server " + c.PathValue("id"))
	}
	if no := p.set(x); no != nil {
		return nil, no
	}
	return c.bareMetal(x), nil
}

func (s *Server) updateImage(c *caller) (any, *refusal) {
	var p struct {
		AllowedUse struct {
			Version  string  `json:"api_version"`
			Instance *string `json:"instance"`
		} `json:"allowed_use"`
	}
	if no := c.patch(&p); no != nil {
		return nil, no
	}
	for _, i := range c.region.Images {
		if i.ID == c.PathValue("id") {
			if !i.Private {
				return nil, forbidden(c)
			}
			if p.AllowedUse.Instance != nil {
				i.AllowedUse = *p.AllowedUse.Instance
			}
			return c.image(i), nil
		}
	}
	return nil, notFound("image " + c.PathValue("id"))
}

func (s *Server) updateVNI(c *caller) (any, *refusal) {
	var p struct {
		Spoofing *bool `json:"allow_ip_spoofing"`
		NAT      *bool `json:"enable_infrastructure_nat"`
	}
	if no := c.patch(&p); no != nil {
		return nil, no
	}
	var hit *ibmestate.Interface
	c.vnis(0, func(_ int, i *ibmestate.Interface) bool {
		if i.ID == c.PathValue("id") {
			hit = i
		}
		return hit == nil
	})
	if hit == nil {
		return nil, notFound("virtual network interface " + c.PathValue("id"))
	}
	if !hit.Held() {
		return nil, &refusal{status: http.StatusConflict, code: "conflict", message: "The simulated fleet holds no interfaces, and cannot change them."}
	}
	if p.Spoofing != nil {
		hit.Spoofing = *p.Spoofing
	}
	if p.NAT != nil {
		hit.NoNAT = !*p.NAT
	}
	return c.vni(hit), nil
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
		Target struct{ ID string }
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	for _, v := range c.region.VPCs {
		if v.ID == p.Target.ID {
			f := c.region.AddFlowLog(p.Name, v)
			f.Bucket, f.Active = p.Bucket.Name, p.Active == nil || *p.Active
			return c.flowLog(f), nil
		}
	}
	return nil, badField("target.id names no VPC")
}

func (s *Server) deleteFloatingIP(c *caller) (any, *refusal) {
	if !c.region.DropFloating(c.PathValue("id")) {
		return nil, notFound("floating IP " + c.PathValue("id"))
	}
	return nil, nil
}

func (s *Server) deleteTemplate(c *caller) (any, *refusal) {
	for _, g := range c.region.InstanceGroups {
		if g.Template.ID == c.PathValue("id") {
			return nil, &refusal{status: http.StatusConflict, code: "instance_template_in_use", message: "The instance group " + g.Name + " uses the template."}
		}
	}
	if !removed(&c.region.Templates, c.PathValue("id"), func(t *ibmestate.Template) string { return t.ID }) {
		return nil, notFound("instance template " + c.PathValue("id"))
	}
	return nil, nil
}
