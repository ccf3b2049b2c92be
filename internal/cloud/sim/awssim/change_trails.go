package awssim

import (
	"slices"

	"plumbline/internal/cloud/sim"
)

// trailChanges are the calls of CloudTrail that change trails.
var trailChanges = map[string]jsonOp{
	"cloudtrail:CreateTrail":  (*Server).createTrail,
	"cloudtrail:UpdateTrail":  (*Server).updateTrail,
	"cloudtrail:DeleteTrail":  (*Server).deleteTrail,
	"cloudtrail:StartLogging": func(_ *Server, c *caller, a ask) (any, *refusal) { return c.switchTrail(a, true) },
	"cloudtrail:StopLogging":  func(_ *Server, c *caller, a ask) (any, *refusal) { return c.switchTrail(a, false) },
}

type trailRequest struct {
	Name, S3BucketName         string
	IsMultiRegionTrail         *bool
	IncludeGlobalServiceEvents *bool
	EnableLogFileValidation    *bool
}

func (q trailRequest) put(t *sim.Trail) {
	for _, x := range []struct {
		is *bool
		to *bool
	}{{q.IsMultiRegionTrail, &t.MultiRegion}, {q.IncludeGlobalServiceEvents, &t.Global}, {q.EnableLogFileValidation, &t.Validated}} {
		if x.is != nil {
			*x.to = *x.is
		}
	}
}

// mostTrails is how many trails are at home in a region: "Trails per Region …
// 5", CloudTrail user guide.
const mostTrails = 5

// createTrail makes a trail of every management event. It records nothing
// until it is started.
func (s *Server) createTrail(c *caller, a ask) (any, *refusal) {
	var q trailRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	if len(q.Name) < 3 || q.S3BucketName == "" {
		return nil, badRequest("InvalidTrailNameException", "A trail needs a name of three characters or more, and a bucket.")
	}
	t := sim.Trail{Name: q.Name, Home: c.region.Name, Global: true, Selectors: []sim.Selector{{Reads: "All", Management: true}}}
	q.put(&t)
	var no *refusal
	c.account.ChangeTrails(func(all *[]sim.Trail) {
		here := 0
		for _, o := range *all {
			if o.Home == t.Home {
				here++
			}
			if o.Name == t.Name && (o.Home == t.Home || o.MultiRegion || t.MultiRegion) {
				no = badRequest("TrailAlreadyExistsException", "Trail "+t.Name+" already exists.")
			}
		}
		if no == nil && here >= mostTrails {
			no = badRequest("MaximumNumberOfTrailsExceededException", "User already has 5 trails in "+t.Home+".")
		}
		if no == nil {
			*all = append(*all, t)
		}
	})
	return object{"Name": t.Name, "TrailARN": c.trailARN(t), "S3BucketName": q.S3BucketName, "IsMultiRegionTrail": t.MultiRegion, "IncludeGlobalServiceEvents": t.Global, "LogFileValidationEnabled": t.Validated}, no
}

// changeTrail changes one trail. Trails are changed in the region that they
// are at home in, and those of an organisation by its management account.
func (c *caller) changeTrail(name string, change func(*sim.Trail) bool) *refusal {
	t, no := c.trail(name)
	switch {
	case no != nil:
		return no
	case t.Home != c.region.Name:
		return badRequest("InvalidHomeRegionException", "Trail "+t.Name+" can only be changed in its home region "+t.Home+".")
	case t.Organisation:
		return badRequest("NotOrganizationMasterAccountException", "A trail of the organization is changed by its management account.")
	}
	c.account.ChangeTrails(func(all *[]sim.Trail) {
		*all = slices.DeleteFunc(*all, func(o sim.Trail) bool { return o.Name == t.Name && o.Home == t.Home })
		if change(&t) {
			*all = append(*all, t)
		}
	})
	return nil
}

func (s *Server) updateTrail(c *caller, a ask) (any, *refusal) {
	var q trailRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	return object{"Name": q.Name}, c.changeTrail(q.Name, func(t *sim.Trail) bool {
		q.put(t)
		return true
	})
}

func (s *Server) deleteTrail(c *caller, a ask) (any, *refusal) {
	var q struct{ Name string }
	if no := a.into(&q); no != nil {
		return nil, no
	}
	return object{}, c.changeTrail(q.Name, func(*sim.Trail) bool { return false })
}

func (c *caller) switchTrail(a ask, on bool) (any, *refusal) {
	var q struct{ Name string }
	if no := a.into(&q); no != nil {
		return nil, no
	}
	return object{}, c.changeTrail(q.Name, func(t *sim.Trail) bool {
		t.Logging = on
		return true
	})
}
