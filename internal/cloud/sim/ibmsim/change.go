package ibmsim

import (
	"net/http"
	"slices"

	"plumbline/internal/cloud/sim/ibmestate"
)

// changes are the calls that fixes make.
func changes() []*route {
	all := []*route{
		vpcChange("PATCH", "/instances/{id}", "UpdateInstance", 200, (*Server).updateInstance),
		vpcChange("PATCH", "/bare_metal_servers/{id}", "UpdateBareMetalServer", 200, (*Server).updateBareMetal),
		vpcChange("PATCH", "/images/{id}", "UpdateImage", 200, (*Server).updateImage),
		vpcChange("PATCH", "/virtual_network_interfaces/{id}", "UpdateVirtualNetworkInterface", 200, (*Server).updateVNI),
		vpcChange("DELETE", "/floating_ips/{id}", "DeleteFloatingIP", 204, (*Server).deleteFloatingIP),
	}
	return slices.Concat(all, filterChanges(), templateChanges(), serviceChanges(), identityChanges(), policyChanges(), trackerChanges())
}

func vpcChange(method, path, call string, status int, do func(*Server, *caller) (any, *refusal)) *route {
	return &route{pattern: method + " /{region}/v1" + path, call: "is:" + call, form: vpcForm, do: do, status: status}
}

func identityChange(method, path, call string, status int, do func(*Server, *caller) (any, *refusal)) *route {
	return &route{pattern: method + " " + path, call: call, form: identityForm, do: do, status: status}
}

// nth is a number that no other change has.
func (s *Server) nth() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	return s.serial
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

func (s *Server) deleteFloatingIP(c *caller) (any, *refusal) {
	if !c.region.DropFloating(c.PathValue("id")) {
		return nil, notFound("floating IP " + c.PathValue("id"))
	}
	return nil, nil
}
