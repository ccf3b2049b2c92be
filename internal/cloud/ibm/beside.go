package ibm

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/IBM/vpc-go-sdk/vpcv1"

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
}

// serversIn reads the workloads of a page.
func serversIn(rs []snapshot.Resource, rd *wire.Reader) ([]server, error) {
	list := make([]server, 0, len(rs))
	for i := range rs {
		v, err := rd.Read(rs[i].Doc)
		if err != nil {
			return nil, &badReply{code: ibmfact.CodeUnreadable, err: err}
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

// A side is the question what the servers of a region were made with. It is
// asked page by page, and ends with one answer.
type side struct {
	*round
	kind   kindOf
	q      *question       // nil after the end
	failed refusal         // of the last request that failed
	row    int             // how many failed one after the other
	told   snapshot.Status // so far
}

func (r *round) madeWith(k kindOf) *side {
	return &side{round: r, kind: k, q: r.ask(k.initialization, "", r.region)}
}

// of asks for each server of a page, one after the other, and says how the
// question stands before the page is judged: that nothing is said of a server
// is an answer only to who knows that it was asked.
func (s *side) of(ctx context.Context, servers []server) ([]snapshot.Resource, error) {
	var found []snapshot.Resource
	for i := range servers {
		if s.q == nil {
			break
		}
		got, err := s.one(ctx, &servers[i])
		if err != nil {
			return nil, err
		}
		found = append(found, got...)
	}
	return found, s.soFar(ctx)
}

// one asks for one server, unless an earlier scan did. What a virtual server
// was made with does not change; a bare metal server can be made anew.
func (s *side) one(ctx context.Context, of *server) ([]snapshot.Resource, error) {
	if r, ok := s.recall(of); ok {
		s.q.answer.Items++
		return []snapshot.Resource{r}, nil
	}
	s.q.tap.about = []label{{ibmfact.AboutWorkload, of.uid}}
	err := s.q.page(ctx, func(ctx context.Context) error { return s.kind.made(ctx, s.round, of.id) })
	if err == nil {
		s.row = 0
		return lasting(s.q.tap.resources), nil
	}
	if s.q.tap.http == http.StatusNotFound && ctx.Err() == nil {
		return nil, nil // it was deleted after it was listed
	}
	return nil, s.fail(ctx, err)
}

// lasting copies resources whose bytes are lent.
func lasting(rs []snapshot.Resource) []snapshot.Resource {
	own := append([]snapshot.Resource(nil), rs...)
	for i := range own {
		own[i].Doc = bytes.Clone(own[i].Doc)
	}
	return own
}

// recall finds what an earlier scan read.
func (s *side) recall(of *server) (r snapshot.Resource, ok bool) {
	if s.options.Recall == nil || s.kind.call != ibmfact.CallInstances || of.created.IsZero() {
		return r, false
	}
	r, ok = s.options.Recall(s.region, of.uid, of.created)
	ok = ok && r.Kind == ibmfact.KindInitialization && r.UID == ibmfact.InitializationUID(of.uid) && r.Format == snapshot.DocFormat &&
		r.Scope == s.in(s.region) && r.Intact()
	return r, ok
}

// mostInARow requests may fail before a question is given up: what does not
// answer so often does not answer.
const mostInARow = 3

// fail notes that a request was refused: who judges the page that is asked
// about has to know by then that more will not come. A refusal that the next
// request meets as well ends the question.
func (s *side) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return s.close(ctx, err)
	}
	s.failed = s.q.why(err)
	s.row++
	if c := s.failed.cause; c == snapshot.Denied || c == snapshot.BadLogin || s.row == mostInARow {
		return s.close(ctx, err)
	}
	return nil
}

// close ends the question with a refusal.
func (s *side) close(ctx context.Context, err error) error {
	q := s.q
	s.q = nil
	return q.refuse(ctx, s.sink, err)
}

// soFar tells how the question stands. Each answer replaces the one before; one
// that says no more is left out.
func (s *side) soFar(ctx context.Context) error {
	if s.q == nil || s.trial() {
		return nil
	}
	a := s.state()
	a.EndedAt = s.q.now()
	if a.Status == s.told {
		return nil
	}
	s.told = a.Status
	return s.sink.Answer(ctx, a)
}

// state is complete only if no request failed.
func (s *side) state() snapshot.Answer {
	a := s.q.answer
	a.Status = snapshot.Complete
	if s.failed.cause != "" {
		a = noted(a, s.failed)
	}
	return a
}

// after ends the question, if it is still open. Where the scan ends with it,
// what was told of it so far does not stand.
func (s *side) after(ctx context.Context, err error) error {
	switch {
	case s.q == nil:
	case err == nil:
		s.q.answer = s.state()
		q := s.q
		s.q = nil
		return q.end(ctx, s.sink)
	case ctx.Err() != nil:
		_ = s.close(ctx, err) // err is the one to tell
	default:
		s.q.close()
		s.q = nil
	}
	return err
}
