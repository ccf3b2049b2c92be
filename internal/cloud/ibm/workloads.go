package ibm

import (
	"context"

	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/wire"
)

// A kindOf is a kind of workload: how it is listed, and what one is asked.
type kindOf struct {
	call  string
	list  func(ctx context.Context, r *round, token *string) error
	sides []eachServer
}

// An eachServer is what is asked of one server at a time.
type eachServer struct {
	call  string
	about func(*server) bool // that it is asked of
	send  func(ctx context.Context, r *round, id string, token *string) error
}

func every(*server) bool { return true }

// ofTheOlderKind picks servers with network interfaces of the older kind, of
// which the listing carries a short form alone.
func ofTheOlderKind(s *server) bool { return s.older }

var (
	virtual = kindOf{ibmfact.CallInstances,
		func(ctx context.Context, r *round, token *string) error {
			return sent(r.vpc.ListInstancesWithContext(ctx, &vpcv1.ListInstancesOptions{Start: token, Limit: r.size()}))
		},
		[]eachServer{
			{ibmfact.CallInitialization, every, func(ctx context.Context, r *round, id string, _ *string) error {
				return sent(r.vpc.GetInstanceInitializationWithContext(ctx, &vpcv1.GetInstanceInitializationOptions{ID: &id}))
			}},
			{ibmfact.CallInterfaces, ofTheOlderKind, func(ctx context.Context, r *round, id string, _ *string) error {
				return sent(r.vpc.ListInstanceNetworkInterfacesWithContext(ctx, &vpcv1.ListInstanceNetworkInterfacesOptions{InstanceID: &id}))
			}},
		},
	}
	bareMetal = kindOf{ibmfact.CallBareMetal,
		func(ctx context.Context, r *round, token *string) error {
			return sent(r.vpc.ListBareMetalServersWithContext(ctx, &vpcv1.ListBareMetalServersOptions{Start: token, Limit: r.size()}))
		},
		[]eachServer{
			{ibmfact.CallBareMetalInitialization, every, func(ctx context.Context, r *round, id string, _ *string) error {
				return sent(r.vpc.GetBareMetalServerInitializationWithContext(ctx, &vpcv1.GetBareMetalServerInitializationOptions{ID: &id}))
			}},
			{ibmfact.CallBareMetalInterfaces, ofTheOlderKind, func(ctx context.Context, r *round, id string, token *string) error {
				return sent(r.vpc.ListBareMetalServerNetworkInterfacesWithContext(ctx, &vpcv1.ListBareMetalServerNetworkInterfacesOptions{
					BareMetalServerID: &id, Start: token, Limit: r.size(),
				}))
			}},
		},
	}
)

// workloads lists the servers of a region, page by page, with what stands
// beside those of each page: the virtual network interfaces that they have, which
// are listed before, and what each is asked one by one: what it was made with,
// and its interfaces where they are of the older kind.
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
	if r.tried.Enough(k.call) {
		return nil
	}
	var about sides
	for _, e := range k.sides {
		about = append(about, r.beside(e))
	}
	q := r.ask(k.call, "", r.region)
	l := listing{send: k.list}
	return about.after(ctx, q.List(ctx, r.sink, ask.Listing{
		One:     r.trial(),
		Page:    func(ctx context.Context, token *string) (*string, error) { return r.onePage(ctx, q, l, token) },
		Deliver: func(ctx context.Context) error { return r.deliver(ctx, q, about, faces) },
	}))
}

// deliver lends a page of workloads to the sink, together with what stands
// beside them: what belongs to a workload comes with it.
func (r *round) deliver(ctx context.Context, q *question, about sides, faces *interfaces) error {
	if len(q.tap.Resources) == 0 {
		return nil
	}
	servers, err := serversIn(q.tap.Resources, new(wire.Reader))
	if err != nil {
		return err
	}
	page := append(q.tap.Resources[:len(q.tap.Resources):len(q.tap.Resources)], faces.of(servers)...)
	found, err := about.of(ctx, servers)
	if err != nil {
		return err
	}
	return r.sink.Resources(ctx, append(page, found...))
}
