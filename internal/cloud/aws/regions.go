package aws

import (
	"context"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
)

// notOptedIn is the status of a region that the account has not enabled (EC2
// API reference, Region). Nothing can stand there. A region with any other
// status, one that this version does not know included, is asked.
const notOptedIn = "not-opted-in"

// findRegions asks which regions there are, and returns those to ask, sorted.
func (c *Collector) findRegions(ctx context.Context, sink cloud.Sink) ([]string, error) {
	q := c.ask(awsfact.CallRegions, snapshot.Global)
	list, err := c.listRegions(ctx, q)
	if err != nil {
		return c.knownRegions(), q.Refuse(ctx, sink, err)
	}
	if len(list) == 0 {
		if err := q.RefuseFor(ctx, sink, ask.Refusal{Code: snapshot.CodeNoRegions, Cause: snapshot.Unreadable, Message: "The reply lists no region."}); err != nil {
			return nil, err
		}
		return nil, ask.Say(nil, "%s answered with an empty list of regions, so nothing could be looked at. "+
			"Every account has regions: check that this is AWS, or an endpoint that knows DescribeRegions.", ask.Capital(c.where()))
	}
	if err := q.Deliver(ctx, sink); err != nil {
		return nil, q.Void(ctx, sink, err)
	}
	if err := q.Complete(ctx, sink); err != nil {
		return nil, err
	}
	return c.chooseRegions(ctx, sink, statuses(list))
}

func statuses(list []types.Region) map[string]string {
	status := map[string]string{}
	for _, r := range list {
		status[sdk.ToString(r.RegionName)] = sdk.ToString(r.OptInStatus)
	}
	return status
}

func (c *Collector) listRegions(ctx context.Context, q *question) ([]types.Region, error) {
	client := c.clientsIn(c.config.Region).ec2
	var list []types.Region
	err := q.page(ctx, func(ctx context.Context) error {
		out, err := client.DescribeRegions(ctx, &ec2.DescribeRegionsInput{AllRegions: sdk.Bool(true)})
		if err == nil {
			list = out.Regions
		}
		return err
	})
	return list, err
}

// knownRegions are asked where the list of regions was refused, so that
// something is seen. The refusal stays in the ledger.
func (c *Collector) knownRegions() []string {
	if len(c.options.Regions) > 0 {
		return unique(c.options.Regions)
	}
	return []string{c.config.Region}
}

// chooseRegions takes those that are enabled, and of these the ones that were
// named, if any were.
func (c *Collector) chooseRegions(ctx context.Context, sink cloud.Sink, status map[string]string) ([]string, error) {
	if len(c.options.Regions) == 0 {
		return enabled(status), nil
	}
	chosen := unique(c.options.Regions)
	for _, name := range chosen {
		switch s, exists := status[name]; {
		case !exists:
			return nil, noSuchRegion(name, status)
		case s == notOptedIn:
			return nil, ask.Say(nil, "The region %s is not enabled in account %s, so nothing there can be asked. Leave it out, or enable it.", name, c.account)
		}
	}
	return chosen, c.leftOut(ctx, sink, status)
}

func enabled(status map[string]string) (names []string) {
	for name, s := range status {
		if s != notOptedIn {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// leftOut writes down which enabled regions were not asked because the person
// who started the scan named others. The ledger is never silent about a region.
func (c *Collector) leftOut(ctx context.Context, sink cloud.Sink, status map[string]string) error {
	for name, s := range status {
		if s == notOptedIn || slices.Contains(c.options.Regions, name) {
			continue
		}
		for _, q := range awsfact.RegionalCalls {
			if err := sink.Answer(ctx, c.notAsked(q.Call, q.Subject, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// notAsked says of a question that whoever started the scan left it out.
func (c *Collector) notAsked(call, subject, region string) snapshot.Answer {
	at := c.options.Now()
	return snapshot.Answer{Key: snapshot.Key{Call: call, Scope: c.in(region), Subject: subject},
		Lists: awsfact.ShapeOf(call, subject).Kind, Cause: snapshot.OutOfScope, AskedAt: at, EndedAt: at}
}

func noSuchRegion(name string, status map[string]string) error {
	var there []string
	for n := range status {
		there = append(there, n)
	}
	slices.Sort(there)
	return ask.Say(nil, "There is no region %q. This account's regions are %s.", name, strings.Join(there, ", "))
}

func unique(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}
