package clerk

import (
	"context"

	"plumbline/internal/access"
	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

var _ listing.MappingClerk = (*Clerk)(nil)

// CountMappings lets mappings of a status count towards controls, or no longer.
// It is about every framework, so it takes an officer over all accounts.
func (c *Clerk) CountMappings(ctx context.Context, status framework.Status, on bool) error {
	v := access.From(ctx)
	switch {
	case !v.May(access.ApproveChanges):
		return problem.New(problem.Forbidden, "To choose which mappings count takes an officer over all accounts. Ask one.")
	case status == framework.Publisher:
		return problem.New(problem.Invalid, "Mappings of publishers always count.")
	case status != framework.ThirdParty && status != framework.Judgement:
		return problem.New(problem.Invalid, "There is no status %q of mappings. Those that may count are %s and %s.", status, framework.ThirdParty, framework.Judgement)
	}
	changed, err := c.Store.CountMapping(ctx, status, on, who(ctx))
	if err != nil || !changed {
		return err
	}
	action := "mappings counted"
	if !on {
		action = "mappings no longer counted"
	}
	return c.Audit(ctx, Line{Action: action, Object: string(status)})
}
