package ibmsim

import (
	"net/http"
	"slices"

	"plumbline/internal/cloud/sim/ibmestate"
)

// trackerChanges make and remove where audit events go.
func trackerChanges() []*route {
	tracker := func(method, path, call string, status int, do func(*Server, *caller) (any, *refusal)) *route {
		return &route{pattern: method + " /api/v2" + path, call: "atracker:" + call, form: vpcForm, do: do, status: status}
	}
	return []*route{
		tracker("POST", "/targets", "CreateTarget", 201, (*Server).createTarget),
		tracker("DELETE", "/targets/{id}", "DeleteTarget", 200, (*Server).deleteTarget),
		tracker("POST", "/routes", "CreateRoute", 201, (*Server).createTrackerRoute),
		tracker("DELETE", "/routes/{id}", "DeleteRoute", 204, (*Server).deleteTrackerRoute),
	}
}

// mostTargets is how many targets an account may have.
const mostTargets = 16

// createTarget makes a target in Object Storage, which the service writes to by
// an authorization between services, or by an API key.
func (s *Server) createTarget(c *caller) (any, *refusal) {
	var p struct {
		Name     string
		Type     string `json:"target_type"`
		Region   string
		Endpoint *struct {
			Endpoint, Bucket string
			CRN              string `json:"target_crn"`
			Key              string `json:"api_key"`
			Trusted          bool   `json:"service_to_service_enabled"`
		} `json:"cos_endpoint"`
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	e := p.Endpoint
	switch {
	case p.Name == "" || p.Type != "cloud_object_storage" || e == nil || e.Endpoint == "" || e.Bucket == "" || e.CRN == "" || e.Trusted == (e.Key != ""):
		return nil, badField("The target is not complete; the simulated IBM Cloud knows those of cloud_object_storage.")
	case p.Region == "" || c.account.Region(p.Region) == nil:
		return nil, badField("region is not valid")
	case len(c.account.Tracker.Targets) == mostTargets:
		return nil, &refusal{status: http.StatusForbidden, code: "target_limit_reached", message: "The account has as many targets as it may."}
	}
	return c.trackerTarget(c.account.AddTarget(p.Name, p.Region, e.Bucket, s.nth())), nil
}

// deleteTarget refuses to leave a route with nowhere to go.
func (s *Server) deleteTarget(c *caller) (any, *refusal) {
	t := &c.account.Tracker
	for _, r := range t.Routes {
		if slices.ContainsFunc(r.Rules, func(x ibmestate.TrackerRule) bool { return slices.Contains(x.Targets, c.PathValue("id")) }) {
			return nil, &refusal{status: http.StatusConflict, code: "target_in_use", message: "The route " + r.Name + " names the target."}
		}
	}
	if !removed(&t.Targets, c.PathValue("id"), func(x *ibmestate.TrackerTarget) string { return x.ID }) {
		return nil, notFound("target " + c.PathValue("id"))
	}
	return object{"status_code": http.StatusOK, "trace": c.id, "warnings": []any{}}, nil
}

func (s *Server) createTrackerRoute(c *caller) (any, *refusal) {
	var p struct {
		Name  string
		Rules []struct {
			Targets   []string `json:"target_ids"`
			Locations []string
		}
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	if p.Name == "" || len(p.Rules) == 0 {
		return nil, badField("name and rules are required")
	}
	var rules []ibmestate.TrackerRule
	for _, x := range p.Rules {
		for _, id := range x.Targets {
			if !slices.ContainsFunc(c.account.Tracker.Targets, func(t *ibmestate.TrackerTarget) bool { return t.ID == id }) {
				return nil, badField("There is no target " + id)
			}
		}
		rules = append(rules, ibmestate.TrackerRule{Targets: x.Targets, Locations: x.Locations})
	}
	return c.trackerRoute(c.account.AddRoute(p.Name, rules, s.nth())), nil
}

func (s *Server) deleteTrackerRoute(c *caller) (any, *refusal) {
	if !removed(&c.account.Tracker.Routes, c.PathValue("id"), func(x *ibmestate.TrackerRoute) string { return x.ID }) {
		return nil, notFound("route " + c.PathValue("id"))
	}
	return nil, nil
}
