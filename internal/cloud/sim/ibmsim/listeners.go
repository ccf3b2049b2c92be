package ibmsim

import "plumbline/internal/cloud/sim/ibmestate"

func (c *caller) listenerRef(l *ibmestate.LoadBalancer, x *ibmestate.Listener) object {
	return object{"id": x.ID, "href": c.at("load_balancers/" + l.ID + "/listeners/" + x.ID)}
}

func (c *caller) listener(l *ibmestate.LoadBalancer, x *ibmestate.Listener) any {
	o := c.listenerRef(l, x)
	o["created_at"], o["accept_proxy_protocol"], o["protocol"], o["provisioning_status"] = stamp(l.Created), false, x.Protocol, "active"
	o["port"], o["port_min"], o["port_max"] = x.PortMin, x.PortMin, x.PortMax
	o["policies"] = each(x.Policies, func(p *ibmestate.ListenerPolicy) any { return c.policyRef(l, x, p) })
	if x.Pool != nil {
		o["default_pool"] = c.poolRef(l, x.Pool)
	}
	if x.Protocol == "https" {
		o["certificate_instance"] = object{"crn": "crn:v1:bluemix:public:secrets-manager:" + c.region.Name + ":a/" + c.account.ID + ":36fa422d-080d-4d83-8d2d-86851b4001df:secret:2e786aab-42fa-63ed-14f8-d66d552f4dd5"}
	}
	return o
}

func (c *caller) policyRef(l *ibmestate.LoadBalancer, x *ibmestate.Listener, p *ibmestate.ListenerPolicy) object {
	return object{"id": p.ID, "name": p.Name, "href": c.at("load_balancers/" + l.ID + "/listeners/" + x.ID + "/policies/" + p.ID)}
}

func (c *caller) theListener() (*ibmestate.LoadBalancer, *ibmestate.Listener, *refusal) {
	l, no := c.theBalancer()
	if no != nil {
		return nil, nil, no
	}
	for _, x := range l.Listeners {
		if x.ID == c.PathValue("sub") {
			return l, x, nil
		}
	}
	return nil, nil, notFound("listener " + c.PathValue("sub"))
}

// listListenerPolicies lists all of them at once: this call has no pages.
func (s *Server) listListenerPolicies(c *caller) (any, *refusal) {
	l, x, no := c.theListener()
	if no != nil {
		return nil, no
	}
	return object{"policies": each(x.Policies, func(p *ibmestate.ListenerPolicy) any {
		o := c.policyRef(l, x, p)
		o["created_at"], o["action"], o["priority"], o["provisioning_status"] = stamp(l.Created), p.Action, p.Priority, "active"
		o["rules"] = each(p.Rules, func(r *ibmestate.ListenerRule) any { return c.listenerRuleRef(l, x, p, r) })
		switch {
		case p.Pool != nil:
			o["target"] = c.poolRef(l, p.Pool)
		case p.Listener != nil && p.Action == "https_redirect":
			o["target"] = object{"listener": c.listenerRef(l, p.Listener), "http_status_code": 301}
		case p.Listener != nil:
			o["target"] = c.listenerRef(l, p.Listener)
		case p.URL != "":
			o["target"] = object{"url": p.URL, "http_status_code": 302}
		}
		return o
	})}, nil
}

func (c *caller) listenerRuleRef(l *ibmestate.LoadBalancer, x *ibmestate.Listener, p *ibmestate.ListenerPolicy, r *ibmestate.ListenerRule) object {
	return object{"id": r.ID, "href": c.at("load_balancers/" + l.ID + "/listeners/" + x.ID + "/policies/" + p.ID + "/rules/" + r.ID)}
}

// listListenerRules lists all of them at once: this call has no pages.
func (s *Server) listListenerRules(c *caller) (any, *refusal) {
	l, x, no := c.theListener()
	if no != nil {
		return nil, no
	}
	for _, p := range x.Policies {
		if p.ID != c.PathValue("policy") {
			continue
		}
		return object{"rules": each(p.Rules, func(r *ibmestate.ListenerRule) any {
			o := c.listenerRuleRef(l, x, p, r)
			o["created_at"], o["type"], o["condition"], o["value"], o["provisioning_status"] = stamp(l.Created), r.Type, r.Condition, r.Value, "active"
			if r.Field != "" {
				o["field"] = r.Field
			}
			return o
		})}, nil
	}
	return nil, notFound("policy " + c.PathValue("policy"))
}
