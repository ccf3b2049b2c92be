package aws

import (
	"context"
	"slices"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
)

// A trial is made while a person waits.
const (
	trialAttempts = 2
	trialBackoff  = 2 * time.Second
	trialPage     = 5 // the smallest that EC2 allows
)

// Who says whose account it is, and the ARN of who asks there.
func (c *Collector) Who() (account, principal string) { return c.account, c.principal }

// Try makes each call of Calls once: becoming the role, if one is named, and
// saying who we are were done by Connect. Regional calls go to the configured
// region, if it is one of those to be asked, else to the first of them.
func (c *Collector) Try(ctx context.Context) ([]snapshot.Answer, error) {
	t := c.hasty()
	tried := &ledger{}
	if c.options.RoleARN != "" {
		a := c.assumed
		a.Scope = c.in(snapshot.Global)
		tried.answers = append(tried.answers, a)
	}
	tried.answers = append(tried.answers, c.identity.answer)
	regions, err := t.findRegions(ctx, tried)
	if err != nil {
		return nil, err
	}
	if len(regions) == 0 {
		return nil, say(nil, "No region of account %s is enabled, so there is nothing to ask.", c.account)
	}
	region := regions[0]
	if slices.Contains(regions, c.config.Region) {
		region = c.config.Region
	}
	if err := t.metadataDefaults(ctx, tried, region); err != nil {
		return nil, err
	}
	if err := t.someInstances(ctx, tried, region); err != nil {
		return nil, err
	}
	return tried.answers, nil
}

// hasty is the collector with less patience.
func (c *Collector) hasty() *Collector {
	t := *c
	t.options.MaxAttempts = min(t.options.MaxAttempts, trialAttempts)
	t.options.MaxBackoff = min(t.options.MaxBackoff, trialBackoff)
	t.config.Retryer = t.retryer
	return &t
}

// someInstances asks for one small page of a region's instances.
func (c *Collector) someInstances(ctx context.Context, sink cloud.Sink, region string) error {
	q := c.ask(awsfact.CallInstances, region)
	q.tap.whole = false
	_, err := instancePage(ctx, q, c.ec2(region), &ec2.DescribeInstancesInput{MaxResults: sdk.Int32(trialPage), IncludeManagedResources: sdk.Bool(true)})
	if err != nil {
		return q.refuse(ctx, sink, err)
	}
	return q.complete(ctx, sink)
}

// ledger keeps the answers to what was asked, one after the other.
type ledger struct{ answers []snapshot.Answer }

var _ cloud.Sink = (*ledger)(nil)

// Answer keeps an answer, unless nobody asked.
func (l *ledger) Answer(_ context.Context, a snapshot.Answer) error {
	if a.Status != snapshot.Unasked {
		l.answers = append(l.answers, a)
	}
	return nil
}

// Resources forgets.
func (*ledger) Resources(context.Context, []snapshot.Resource) error { return nil }
