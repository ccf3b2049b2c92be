package ibm

import (
	"context"
	"slices"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/snapshot"
)

// A trial is made while a person waits.
const (
	trialAttempts = 2
	trialBackoff  = 2 * time.Second
	trialPage     = 5
)

// Who says whose account it is, and the IAM id of who asks there.
func (c *Collector) Who() (account, principal string) { return c.account, c.principal }

// Try makes each call of Calls once, where there is a subject to make it with:
// the token was got by Connect. Regional calls go to the region where regions
// are listed, if it is one of those to be asked, else to the first of them.
func (c *Collector) Try(ctx context.Context) ([]snapshot.Answer, error) {
	t := c.hasty()
	tried := &ask.Ledger{Answers: []snapshot.Answer{c.identity.Answer}}
	regions, err := t.findRegions(ctx, tried)
	if err != nil {
		return nil, err
	}
	if len(regions) == 0 {
		return nil, ask.Say(nil, "No region of account %s can be asked, so there is nothing to try.", c.account)
	}
	if err := t.theAccount(ctx, tried); err != nil {
		return nil, err
	}
	region := regions[0]
	if slices.Contains(regions, c.places.home) {
		region = c.places.home
	}
	for _, part := range []cloud.Part{cloud.PartNetwork, cloud.PartWorkloads} {
		if err := t.Ask(ctx, tried, part, region); err != nil {
			return nil, err
		}
	}
	order := make([]string, len(ibmrole.Calls))
	for i, c := range ibmrole.Calls {
		order[i] = c.Call
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
	t.options.page = min(t.options.page, trialPage)
	t.wires = c.wires.with(t.options)
	t.tried = new(ask.Trial)
	return &t
}
