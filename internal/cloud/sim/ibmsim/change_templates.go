package ibmsim

import (
	"net/http"
	"slices"

	"plumbline/internal/cloud/sim/ibmestate"
)

// templateChanges change what servers are made of.
func templateChanges() []*route {
	return []*route{
		vpcChange("POST", "/instance/templates", "CreateInstanceTemplate", 201, (*Server).createTemplate),
		vpcChange("DELETE", "/instance/templates/{id}", "DeleteInstanceTemplate", 204, (*Server).deleteTemplate),
		vpcChange("PATCH", "/instance_groups/{id}", "UpdateInstanceGroup", 200, (*Server).updateInstanceGroup),
	}
}

func (c *caller) theTemplate(id string) *ibmestate.Template {
	n := slices.IndexFunc(c.region.Templates, func(t *ibmestate.Template) bool { return t.ID == id })
	if n < 0 {
		return nil
	}
	return c.region.Templates[n]
}

// createTemplate makes a template of another one: what the request does not name
// is as it is there.
func (s *Server) createTemplate(c *caller) (any, *refusal) {
	var p struct {
		Name     string
		Source   identity `json:"source_template"`
		UserData *string  `json:"user_data"`
		Metadata *struct {
			Enabled  bool
			Protocol string
			Hops     int `json:"response_hop_limit"`
		} `json:"metadata_service"`
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	of := c.theTemplate(p.Source.ID)
	if of == nil {
		return nil, badField("source_template.id names no template")
	}
	m := &ibmestate.Metadata{Protocol: "http", HopLimit: 1} // what a request leaves out
	if p.Metadata != nil {
		m.Enabled = p.Metadata.Enabled
		if p.Metadata.Protocol != "" {
			m.Protocol = p.Metadata.Protocol
		}
		if p.Metadata.Hops != 0 {
			m.HopLimit = p.Metadata.Hops
		}
		if m.Protocol != "http" && m.Protocol != "https" || m.HopLimit < 1 || m.HopLimit > 64 {
			return nil, badField("metadata_service is not valid")
		}
	}
	name, no := s.name(p.Name, named(c.region.Templates, func(t *ibmestate.Template) string { return t.Name }))
	if no != nil {
		return nil, no
	}
	t := c.region.CopyTemplate(of, name, s.nth())
	if p.UserData != nil {
		t.UserData = *p.UserData
	}
	if p.Metadata != nil {
		t.Metadata = m
	}
	return c.template(t), nil
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

// updateInstanceGroup gives a group another template. Servers that run keep what
// they were made of.
func (s *Server) updateInstanceGroup(c *caller) (any, *refusal) {
	var p struct {
		Template identity `json:"instance_template"`
	}
	if no := c.patch(&p); no != nil {
		return nil, no
	}
	for _, g := range c.region.InstanceGroups {
		if g.ID != c.PathValue("id") {
			continue
		}
		t := c.theTemplate(p.Template.ID)
		if t == nil || t.Default != nil && t.Default.AutoLink {
			return nil, badField("instance_template.id names no template, or one whose default trusted profile is linked by itself")
		}
		g.Template = t
		return c.instanceGroup(g), nil
	}
	return nil, notFound("instance group " + c.PathValue("id"))
}
