package ibmsim

import "plumbline/internal/cloud/sim/ibmestate"

func (s *Server) listTargets(c *caller) (any, *refusal) {
	return object{"targets": each(c.account.Tracker.Targets, c.trackerTarget)}, nil
}

func (c *caller) trackerTarget(t *ibmestate.TrackerTarget) any {
	write := object{"status": t.Status}
	if t.Reason != "" {
		write["last_failure"], write["reason_for_last_failure"] = stamp(t.Created), t.Reason
	}
	return object{
		"id": t.ID, "name": t.Name, "crn": t.CRN, "target_type": "cloud_object_storage", "region": t.Region, "write_status": write, "created_at": stamp(t.Created), "updated_at": stamp(t.Created), "api_version": 2, "managed_by": "account",
		"cos_endpoint": object{
			"endpoint": "s3.private." + t.Region + ".cloud-object-storage.appdomain.cloud", "bucket": t.Bucket, "service_to_service_enabled": true,
			"target_crn": "crn:v1:bluemix:public:cloud-object-storage:global:a/" + c.account.ID + ":4f2a5a0e-6c3c-4d0f-9a52-5a6f6a7a1d3e::",
		},
	}
}

func (s *Server) listTrackerRoutes(c *caller) (any, *refusal) {
	return object{"routes": each(c.account.Tracker.Routes, c.trackerRoute)}, nil
}

func (c *caller) trackerRoute(r *ibmestate.TrackerRoute) any {
	return object{
		"id": r.ID, "name": r.Name, "crn": r.CRN, "version": 1, "created_at": stamp(r.Created), "updated_at": stamp(r.Created), "api_version": 2, "managed_by": "account",
		"rules": each(r.Rules, func(x ibmestate.TrackerRule) any { return object{"target_ids": x.Targets, "locations": x.Locations} }),
	}
}

func (s *Server) getTrackerSettings(c *caller) (any, *refusal) {
	t := c.account.Tracker
	return object{
		"default_targets": each(t.DefaultTargets, func(id string) any { return id }), "permitted_target_regions": []string{}, "metadata_region_primary": t.MetadataRegion, "private_api_endpoint_only": false, "api_version": 2,
	}, nil
}

// The lists of an enterprise are empty for an account that is in none. Only the
// account that manages an enterprise sees what is in it.
func (s *Server) listEnterprises(c *caller) (any, *refusal) {
	all := []any{}
	if e := c.estate.Enterprise; e != nil {
		all = append(all, object{
			"url": "/v1/enterprises/" + e.ID, "id": e.ID, "enterprise_account_id": e.Account, "crn": e.CRN, "name": e.Name, "domain": "", "state": "ACTIVE", "primary_contact_iam_id": "IBMid-5500012345",
			"primary_contact_email": "owner@example.com", "source_account_id": e.Account, "created_at": stamp(e.Created), "created_by": "IBMid-5500012345",
		})
	}
	return s.rows(c, all)
}

func (s *Server) listAccountGroups(c *caller) (any, *refusal) {
	all := []any{}
	if e := c.managed(); e != nil {
		all = each(e.Groups, func(g *ibmestate.AccountGroup) any {
			return object{
				"url": "/v1/account-groups/" + g.ID, "id": g.ID, "crn": g.CRN, "parent": parent(e, g.Parent), "enterprise_account_id": e.Account, "enterprise_id": e.ID, "enterprise_path": "enterprise:" + e.ID, "name": g.Name, "state": "ACTIVE",
				"primary_contact_iam_id": "IBMid-5500012345", "primary_contact_email": "owner@example.com", "created_at": stamp(g.Created), "created_by": "IBMid-5500012345",
			}
		})
	}
	return s.rows(c, all)
}

func (s *Server) listAccounts(c *caller) (any, *refusal) {
	all := []any{}
	if e := c.managed(); e != nil {
		all = each(e.Members, func(m *ibmestate.Member) any {
			return object{
				"url": "/v1/accounts/" + m.Account, "id": m.Account, "crn": "crn:v1:bluemix:public:enterprise::a/" + e.Account + "::account:" + m.Account, "parent": parent(e, m.Parent), "enterprise_account_id": e.Account, "enterprise_id": e.ID,
				"enterprise_path": "enterprise:" + e.ID, "name": m.Name, "state": m.State, "owner_iam_id": "IBMid-5500012345", "paid": true, "owner_email": "owner@example.com", "is_enterprise_account": m.Account == e.Account,
				"created_at": stamp(e.Created), "created_by": "IBMid-5500012345",
			}
		})
	}
	return s.rows(c, all)
}

// managed is the enterprise that the caller's account manages, nil if none.
func (c *caller) managed() *ibmestate.Enterprise {
	if e := c.estate.Enterprise; e != nil && e.Account == c.account.ID {
		return e
	}
	return nil
}

func parent(e *ibmestate.Enterprise, g *ibmestate.AccountGroup) string {
	if g == nil {
		return e.CRN
	}
	return g.CRN
}

// rows is a page of a list of enterprises.
func (s *Server) rows(c *caller, all []any) (any, *refusal) {
	limit, no := s.limit(c, "limit", 10)
	if no != nil {
		return nil, no
	}
	from, no := c.position("next_docid")
	if no != nil || from > len(all) {
		return nil, badField("next_docid is not valid")
	}
	to := min(from+limit, len(all))
	out := object{"rows_count": to - from, "resources": all[from:to]}
	if to < len(all) {
		q := c.URL.Query()
		q.Set("next_docid", token(to))
		out["next_url"] = c.URL.Path + "?" + q.Encode()
	}
	return out, nil
}
