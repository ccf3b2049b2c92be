package ibm

import (
	"context"

	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/wire"
)

// A kindOf is a kind of workload: how it is listed, and how one is asked what
// it was made with.
type kindOf struct {
	call, initialization string
	list                 func(ctx context.Context, r *round, token *string) error
	made                 func(ctx context.Context, r *round, id string) error
}

var (
	virtual = kindOf{ibmfact.CallInstances, ibmfact.CallInitialization,
		func(ctx context.Context, r *round, token *string) error {
			return sent(r.vpc.ListInstancesWithContext(ctx, &vpcv1.ListInstancesOptions{Start: token, Limit: r.size()}))
		},
		func(ctx context.Context, r *round, id string) error {
			return sent(r.vpc.GetInstanceInitializationWithContext(ctx, &vpcv1.GetInstanceInitializationOptions{ID: &id}))
		},
	}
	bareMetal = kindOf{ibmfact.CallBareMetal, ibmfact.CallBareMetalInitialization,
		func(ctx context.Context, r *round, token *string) error {
			return sent(r.vpc.ListBareMetalServersWithContext(ctx, &vpcv1.ListBareMetalServersOptions{Start: token, Limit: r.size()}))
		},
		func(ctx context.Context, r *round, id string) error {
			return sent(r.vpc.GetBareMetalServerInitializationWithContext(ctx, &vpcv1.GetBareMetalServerInitializationOptions{ID: &id}))
		},
	}
)

// workloads lists the servers of a region, page by page, with what stands
// beside those of each page: the interfaces that they have, which are listed
// before, and what each was made with, which is asked one by one.
func (c *Collector) workloads(ctx context.Context, sink cloud.Sink, region string) error {
	r, err := c.inRegion(sink, region)
	if err != nil {
		return err
	}
	faces, err := r.interfaces(ctx)
	if err != nil {
		return err
	}
	for _, k := range []kindOf{virtual, bareMetal} {
		if err := r.servers(ctx, k, faces); err != nil {
			return err
		}
	}
	return faces.end(ctx)
}

// servers lists one kind of workload.
func (r *round) servers(ctx context.Context, k kindOf, faces *interfaces) error {
	if r.enough(k.call) {
		return nil
	}
	made := r.madeWith(k)
	q := r.ask(k.call, "", r.region)
	l := listing{send: k.list}
	var at ask.Pages
	var token *string
	for {
		next, err := r.onePage(ctx, q, l, token)
		if err != nil {
			return made.after(ctx, q.refuse(ctx, r.sink, err))
		}
		if err := r.deliver(ctx, q, made, faces); err != nil {
			return made.after(ctx, q.void(ctx, r.sink, err))
		}
		if next == nil || r.trial() {
			return made.after(ctx, q.complete(ctx, r.sink))
		}
		if err := follow(&at, *next, len(q.tap.resources)); err != nil {
			return made.after(ctx, q.refuse(ctx, r.sink, err))
		}
		token = next
	}
}

// deliver lends a page of workloads to the sink, together with what stands
// beside them: what belongs to a workload comes with it.
func (r *round) deliver(ctx context.Context, q *question, made *side, faces *interfaces) error {
	if len(q.tap.resources) == 0 {
		return nil
	}
	servers, err := serversIn(q.tap.resources, new(wire.Reader))
	if err != nil {
		return err
	}
	if r.trial() {
		servers = servers[:1]
	}
	page := append(q.tap.resources[:len(q.tap.resources):len(q.tap.resources)], faces.of(servers)...)
	found, err := made.of(ctx, servers)
	if err != nil {
		return err
	}
	return r.sink.Resources(ctx, append(page, found...))
}
