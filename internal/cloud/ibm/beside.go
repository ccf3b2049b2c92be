package ibm

import (
	"bytes"
	"context"
	"time"

	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A server is what has to be known of a workload to find what stands beside
// it.
type server struct {
	id, uid string
	created time.Time // zero if the reply does not say when
	faces   []string  // ids of its virtual network interfaces
	older   bool      // it has network interfaces of the older kind
}

// serversIn reads the workloads of a page.
func serversIn(rs []snapshot.Resource, rd *wire.Reader) ([]server, error) {
	list := make([]server, 0, len(rs))
	for i := range rs {
		v, err := rd.Read(rs[i].Doc)
		if err != nil {
			return nil, &ask.BadReply{Code: snapshot.CodeUnreadable, Err: err}
		}
		s := server{id: text(v, "id"), uid: rs[i].UID}
		if t, err := time.Parse(time.RFC3339, text(v, "created_at")); err == nil {
			s.created = t
		}
		for _, a := range v.Get("network_attachments").Items() {
			if id := text(a.Get("virtual_network_interface"), "id"); id != "" {
				s.faces = append(s.faces, id)
			}
		}
		s.older = v.Get("network_attachments").Len() == 0 && v.Get("network_interfaces").Len() > 0
		list = append(list, s)
	}
	return list, nil
}

// interfaces are the virtual network interfaces of a region that were not
// handed out yet. Those that are attached to no server are dropped in the end.
type interfaces struct {
	*round
	byID   map[string]snapshot.Resource
	answer snapshot.Answer // how listing them ended
	given  int
}

// interfaces lists them, and says how that ended before any page is judged
// that they stand beside.
func (r *round) interfaces(ctx context.Context) (*interfaces, error) {
	f := &interfaces{round: r, byID: map[string]snapshot.Resource{}}
	keep := &kept{}
	err := (&round{r.Collector, keep, r.region, r.vpc, r.api}).list(ctx, listing{
		call: ibmfact.CallVNIs,
		send: func(ctx context.Context, r *round, token *string) error {
			return sent(r.vpc.ListVirtualNetworkInterfacesWithContext(ctx, &vpcv1.ListVirtualNetworkInterfacesOptions{Start: token, Limit: r.size()}))
		},
		each: func(res *snapshot.Resource, v wire.Value) {
			// An interface that hangs on a file share, or on nothing, is no server's.
			if kind := text(v.Get("target"), "resource_type"); kind != "" && kind != "share_mount_target" {
				own := *res
				own.Doc = bytes.Clone(own.Doc)
				f.byID[text(v, "id")] = own
			}
		},
	})
	if keep.answer.Call == "" {
		return f, err // a trial has made this call already, or ctx is over
	}
	f.answer = keep.answer
	if e := r.sink.Answer(context.WithoutCancel(ctx), f.answer); err == nil {
		err = e
	}
	return f, err
}

// kept is a sink for a question whose documents are handed out later.
type kept struct{ answer snapshot.Answer }

// Answer keeps it.
func (k *kept) Answer(_ context.Context, a snapshot.Answer) error {
	k.answer = a
	return nil
}

// Resources are kept by who lists them.
func (*kept) Resources(context.Context, []snapshot.Resource) error { return nil }

// of gives the interfaces of some servers, and keeps them no longer.
func (f *interfaces) of(servers []server) (found []snapshot.Resource) {
	for i := range servers {
		for _, id := range servers[i].faces {
			if r, ok := f.byID[id]; ok {
				found = append(found, r)
				delete(f.byID, id)
			}
		}
	}
	f.given += len(found)
	return found
}

// end notes how many were handed out: the answer counts what the sink got.
func (f *interfaces) end(ctx context.Context) error {
	if f.answer.Call == "" || f.given == f.answer.Items {
		return nil
	}
	f.answer.Items = f.given
	return f.sink.Answer(ctx, f.answer)
}

// A side is a question about each server of a region, such as what it was made
// with. It is asked page by page, and ends with one answer.
type side struct {
	*round
	ask.Side
	asks eachServer
	q    *question
}

func (r *round) beside(e eachServer) *side {
	q := r.ask(e.call, "", r.region)
	return &side{r, ask.Beside(q.Question, r.sink, r.trial()), e, q}
}

// of asks for each server of a page that it is about, one after the other, in a
// trial for the first, and says how the question stands before the page is
// judged: that nothing is said of a server is an answer only to who knows that it
// was asked.
func (s *side) of(ctx context.Context, servers []server) ([]snapshot.Resource, error) {
	var found []snapshot.Resource
	for i := range servers {
		if !s.Open() {
			break
		}
		if !s.asks.about(&servers[i]) {
			continue
		}
		got, err := s.one(ctx, &servers[i])
		if err != nil {
			return nil, err
		}
		if found = append(found, got...); s.trial() {
			break
		}
	}
	return found, s.SoFar(ctx)
}

// one asks for one server, unless an earlier scan did. What a virtual server
// was made with does not change; a bare metal server can be made anew.
func (s *side) one(ctx context.Context, of *server) ([]snapshot.Resource, error) {
	if r, ok := s.recall(of); ok {
		s.q.Answer.Items++
		return []snapshot.Resource{r}, nil
	}
	s.q.tap.About = []label{{ibmfact.AboutWorkload, of.uid}}
	var found []snapshot.Resource
	var at ask.Pages
	var token *string
	for {
		next, err := s.onePage(ctx, s.q, listing{send: func(ctx context.Context, r *round, token *string) error {
			return s.asks.send(ctx, r, of.id, token)
		}}, token)
		if err != nil && s.q.tap.notFound() && ctx.Err() == nil {
			return found, nil // it was deleted after it was listed
		}
		if err == nil {
			found = append(found, ask.Lasting(s.q.tap.Resources)...)
			if s.Answered(); next == nil {
				return found, nil
			}
			err = at.Follow(*next, len(s.q.tap.Resources))
		}
		if err != nil {
			return found, s.Fail(ctx, err)
		}
		token = next
	}
}

// recall finds what an earlier scan read.
func (s *side) recall(of *server) (r snapshot.Resource, ok bool) {
	if s.options.Recall == nil || s.asks.call != ibmfact.CallInitialization || of.created.IsZero() {
		return r, false
	}
	r, ok = s.options.Recall(s.region, of.uid, of.created)
	ok = ok && r.Kind == ibmfact.KindInitialization && r.UID == ibmfact.InitializationUID(of.uid) && r.Format == snapshot.DocFormat &&
		r.Scope == s.in(s.region) && r.Intact()
	return r, ok
}

// sides are the questions about each server of one kind.
type sides []*side

// of asks all of them about the servers of a page.
func (all sides) of(ctx context.Context, servers []server) (found []snapshot.Resource, err error) {
	for _, s := range all {
		got, err := s.of(ctx, servers)
		if err != nil {
			return nil, err
		}
		found = append(found, got...)
	}
	return found, nil
}

// after ends all of them.
func (all sides) after(ctx context.Context, err error) error {
	for _, s := range all {
		err = s.After(ctx, err)
	}
	return err
}
