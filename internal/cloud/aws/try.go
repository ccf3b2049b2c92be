package aws

import (
	"context"
	"slices"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/snapshot"
)

// A trial is made while a person waits.
const (
	trialAttempts = 2
	trialBackoff  = 2 * time.Second
	trialPage     = smallest
)

// Who says whose account it is, and the ARN of who asks there.
func (c *Collector) Who() (account, principal string) { return c.account, c.principal }

// Try makes each call of Calls once, where there is a subject to make it with:
// becoming the role, if one is named, and saying who we are were done by
// Connect. Regional calls go to the configured region, if it is one of those to
// be asked, else to the first of them.
func (c *Collector) Try(ctx context.Context) ([]snapshot.Answer, error) {
	t := c.hasty()
	tried := &ask.Ledger{}
	if c.options.RoleARN != "" {
		a := c.assumed
		a.Scope = c.in(snapshot.Global)
		tried.Answers = append(tried.Answers, a)
	}
	tried.Answers = append(tried.Answers, c.identity.Answer)
	regions, err := t.findRegions(ctx, tried)
	if err != nil {
		return nil, err
	}
	if len(regions) == 0 {
		return nil, ask.Say(nil, "No region of account %s is enabled, so there is nothing to ask.", c.account)
	}
	if err := t.theAccount(ctx, tried); err != nil {
		return nil, err
	}
	region := regions[0]
	if slices.Contains(regions, c.config.Region) {
		region = c.config.Region
	}
	for _, part := range []cloud.Part{cloud.PartNetwork, cloud.PartWorkloads} {
		if err := t.Ask(ctx, tried, part, region); err != nil {
			return nil, err
		}
	}
	order := make([]string, len(Calls))
	for i, c := range Calls {
		order[i] = c.Action
	}
	return tried.Sorted(order), nil
}

// trial says that little is asked, and each call once.
func (c *Collector) trial() bool { return c.tried != nil }

// hasty is the collector with less patience.
func (c *Collector) hasty() *Collector {
	t := *c
	t.options.MaxAttempts = min(t.options.MaxAttempts, trialAttempts)
	t.options.MaxBackoff = min(t.options.MaxBackoff, trialBackoff)
	t.config.Retryer = t.retryer
	t.tried = new(ask.Trial)
	return &t
}
