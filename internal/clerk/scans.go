package clerk

import (
	"context"
	"fmt"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// StartScan begins a scan of a connected account; workers do it.
func (c *Clerk) StartScan(ctx context.Context, account int64) (scan int64, err error) {
	if _, err := c.allowed(ctx, access.StartScan, account); err != nil {
		return 0, err
	}
	return c.begin(ctx, account)
}

func (c *Clerk) begin(ctx context.Context, account int64) (scan int64, err error) {
	scan, err = c.Store.OpenScan(ctx, account, c.Engine, who(ctx), c.Queue)
	if err != nil {
		return 0, err
	}
	return scan, c.Audit(ctx, Line{Action: "scan started", Object: fmt.Sprintf("scan %d", scan), Account: account})
}

// CancelScan ends a running scan; what its pages have stored stays.
func (c *Clerk) CancelScan(ctx context.Context, scan int64) error {
	account, err := c.Store.ScanAccount(ctx, scan)
	if err != nil {
		return err
	}
	if _, err := c.allowed(ctx, access.StartScan, account); err != nil {
		return err
	}
	if err := c.Store.CancelScan(ctx, scan, who(ctx)); err != nil {
		return err
	}
	return c.Audit(ctx, Line{Action: "scan cancelled", Object: fmt.Sprintf("scan %d", scan), Account: account})
}

// allowed gives the account if the viewer sees it and may do the action on it.
// What they do not see is not there; what they see and may not do is Forbidden.
func (c *Clerk) allowed(ctx context.Context, a access.Action, account int64) (listing.Account, error) {
	got, err := c.Store.Account(ctx, account)
	if err != nil {
		return got, err
	}
	v := access.From(ctx)
	switch {
	case v == nil || !v.Reach().Covers(account):
		return got, problem.New(problem.NotFound, "There is no account %d.", account)
	case !v.MayOn(a, account):
		return got, problem.New(problem.Forbidden, "Your role does not allow you to %s for this account. Ask an administrator for a role that does.", a)
	}
	return got, nil
}

// mayAnywhere asks for a grant over all accounts: one that is not there yet
// belongs to no group.
func mayAnywhere(ctx context.Context, a access.Action) error {
	v := access.From(ctx)
	if v == nil || !v.ReachOf(a).All {
		return problem.New(problem.Forbidden, "To %s that nobody connected yet takes an administrator of all accounts. Ask one to connect it.", a)
	}
	return nil
}

// who is the person behind an act, as the audit log and pages name them.
func who(ctx context.Context) string {
	v := access.From(ctx)
	switch {
	case v == nil:
		return "nobody"
	case v.Token != "":
		return v.Email + " (token " + v.Token + ")"
	}
	return v.Email
}
