package ibm

import (
	"bytes"
	"context"
	"slices"

	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// findRegions asks which regions there are, and returns those to ask, sorted. A
// region is asked whatever its status is: what stands in one that is said to be
// unavailable goes on running, and it may answer all the same.
func (c *Collector) findRegions(ctx context.Context, sink cloud.Sink) ([]string, error) {
	vpc, err := c.vpcIn(c.places.home)
	if err != nil {
		return nil, err
	}
	q := c.ask(ibmfact.CallRegions, "", snapshot.Global, label{ibmfact.AboutAPIVersion, ibmfact.Version})
	err = q.page(ctx, func(ctx context.Context) error {
		_, _, err := vpc.ListRegionsWithContext(ctx, &vpcv1.ListRegionsOptions{})
		return err
	})
	if err != nil {
		return c.knownRegions(), q.Refuse(ctx, sink, err)
	}
	if len(q.tap.Resources) == 0 {
		if err := q.RefuseFor(ctx, sink, ask.Refusal{Code: snapshot.CodeNoRegions, Cause: snapshot.Unreadable, Message: "The reply lists no region."}); err != nil {
			return nil, err
		}
		return nil, ask.Say(nil, "%s answered with an empty list of regions, so nothing could be looked at. "+
			"Every account has regions: check that this is IBM Cloud, or an endpoint that knows VPC's API.", ask.Capital(c.where()))
	}
	endpoints, err := endpointsIn(q.tap.Resources)
	if err != nil {
		return c.knownRegions(), q.Refuse(ctx, sink, err)
	}
	if err := q.Deliver(ctx, sink); err != nil {
		return nil, q.Void(ctx, sink, err)
	}
	if err := q.Complete(ctx, sink); err != nil {
		return nil, err
	}
	return c.chooseRegions(ctx, sink, endpoints)
}

// endpointsIn reads the regions with their addresses.
func endpointsIn(rs []snapshot.Resource) (map[string]string, error) {
	var rd wire.Reader
	endpoints := map[string]string{}
	for i := range rs {
		v, err := rd.Read(bytes.Clone(rs[i].Doc))
		if err != nil {
			return nil, &ask.BadReply{Code: snapshot.CodeUnreadable, Err: err}
		}
		endpoints[rs[i].Name] = text(v, "endpoint")
	}
	return endpoints, nil
}

// knownRegions are asked where the list of regions was refused, so that
// something is seen. The refusal stays in the ledger.
func (c *Collector) knownRegions() []string {
	if len(c.options.Regions) > 0 {
		return unique(c.options.Regions)
	}
	return []string{c.places.home}
}

// chooseRegions takes all, or those that were named. Of the others it writes
// down why they are not asked: the ledger is never silent about a region.
func (c *Collector) chooseRegions(ctx context.Context, sink cloud.Sink, endpoints map[string]string) ([]string, error) {
	var there, chosen []string
	for name := range endpoints {
		there = append(there, name)
	}
	slices.Sort(there)
	for _, name := range c.options.Regions {
		if !slices.Contains(there, name) {
			return nil, noSuchRegion(name, there)
		}
	}
	for _, name := range there {
		why := snapshot.Answer{}
		switch {
		case len(c.options.Regions) > 0 && !slices.Contains(c.options.Regions, name):
			why.Cause = snapshot.OutOfScope
		case !c.places.believed(name, endpoints[name]):
			why = snapshot.Answer{Status: snapshot.Refused, Code: snapshot.CodeElsewhere, Cause: snapshot.OtherRefusal,
				Message: "The address of this region is none of IBM Cloud's that is known here, and the token is not sent there."}
		default:
			chosen = append(chosen, name)
			continue
		}
		for _, call := range ibmfact.RegionQuestions {
			if err := sink.Answer(ctx, c.notAsked(call, name, why)); err != nil {
				return nil, err
			}
		}
	}
	return chosen, nil
}

// notAsked says of a question why nobody asked it.
func (c *Collector) notAsked(call, region string, why snapshot.Answer) snapshot.Answer {
	why.Key = snapshot.Key{Call: call, Scope: c.in(region)}
	why.Lists = ibmfact.ShapeOf(call).Kind
	why.AskedAt = c.options.Now()
	why.EndedAt = why.AskedAt
	return why
}

func unique(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}
