package ibmfact

import (
	"fmt"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// The types of workloads.
const (
	typeInstance  = "instance"
	typeBareMetal = "bare_metal_server"
)

// A Reader reads servers, one after the other. It is not safe for concurrent
// use.
type Reader struct{ wire, beside wire.Reader }

// Workload reads a virtual server instance or a bare metal server. What it
// returns is the caller's own and shares nothing with the document. The error
// means that the document is not one that this program wrote.
func (r *Reader) Workload(c *snapshot.Context, res *snapshot.Resource) (*estate.Workload, error) {
	typ := typeInstance
	switch res.Kind {
	case KindInstance:
	case KindBareMetal:
		typ = typeBareMetal
	default:
		return nil, fmt.Errorf("%s is of kind %q, not a server", res.UID, res.Kind)
	}
	v, err := r.wire.Read(res.Doc)
	if err != nil {
		return nil, fmt.Errorf("the document of %s: %w", res.UID, err)
	}
	id := text(v.Get("id"))
	if id == "" {
		return nil, fmt.Errorf("the document of %s has no id", res.UID)
	}
	s := source{originOf(res)}
	w := &estate.Workload{
		Subject: estate.Subject{
			Kind: estate.KindWorkload, Provider: Provider, Account: res.Account, Region: res.Region,
			UID: res.UID, ID: id, Name: res.Name, Parent: RegionUID(res.Account, res.Region),
		},
		Type:  typ,
		State: s.state(v.Get("status")),
	}
	in := &reading{c: c, res: res, v: v, s: s, w: w, wire: &r.beside}
	for _, read := range parts {
		read(in)
	}
	return w, nil
}

// A reading is one server while it is read: its document, the context it stands
// in, and what is known of it so far.
type reading struct {
	c    *snapshot.Context
	res  *snapshot.Resource
	v    wire.Value // of the document
	s    source     // of the document
	w    *estate.Workload
	wire *wire.Reader // for the documents beside it
}

// parts read what the documents say of a server, in this order: each may use
// what those before it found out.
var parts = []func(*reading){
	(*reading).metadata, // its metadata service
	(*reading).unneeded, // whether somebody attested that nothing needs it
	(*reading).group,    // which instance group launched it, and from which image
	(*reading).exposure, // what reaches it from the internet
	(*reading).identity, // which trusted profiles it may become, and what they may do
	(*reading).unasked,  // what IBM Cloud tells of no server
	(*reading).requests, // whether anything asked its metadata service
}

// states are IBM's words for where a server stands (Instance.status and
// BareMetalServer.status in the VPC API), in the estate's. One that restarts or
// is being repaired may take packets or not, as one that is being started.
//
// "failed" is left out: whether such a server runs is not told.
var states = map[string]string{
	"running": "running", "stopped": "stopped", "stopping": "stopping", "pending": "pending",
	"starting": "pending", "restarting": "pending", "reinitializing": "pending", "maintenance": "pending",
	"deleting": "shutting-down",
}

func (s source) state(v wire.Value) fact.Of[string] {
	const path = "/status"
	if word, ok := states[text(v)]; ok {
		return fact.Known(word, s.from, path)
	}
	return fact.Unknown[string](s.oddly(v, path), s.from, path)
}

// group reads which instance group launched the server and what it booted from.
// The VPC API leaves instance_group_membership out where there is none
// (Instance in vpcv1), and image where the boot volume was made from none; no
// bare metal server has either.
func (in *reading) group() {
	const member, image = "/instance_group_membership/instance_group/crn", "/image/id"
	w, s := in.w, in.s
	m := in.v.Get("instance_group_membership")
	crn := text(m.Get("instance_group").Get("crn"))
	switch {
	case nothing(m), crn != "":
		w.Group, w.Subject.Group = fact.Known(crn, s.from, member), crn
	default:
		w.Group = fact.Unknown[string](s.why(snapshot.Absent, member), s.from, member)
	}
	w.Image = fact.Unknown[string](s.why(snapshot.Absent, image), s.from, image)
	if id := text(in.v.Get("image").Get("id")); id != "" {
		w.Image = fact.Known(id, s.from, image)
	}
}

// unasked sets what no call of IBM's tells of a server from outside: no service
// operates it for its owner but those of the account itself, a container
// platform's workers stand in another account, and user data, which are never
// returned, are looked for in instance templates.
func (in *reading) unasked() {
	w, from := in.w, in.s.from
	w.ManagedBy = fact.Known("", from, "") // workers of IBM's services are not among an account's servers
	why := &fact.Reason{Cause: snapshot.NotCollected, Call: in.res.Call, Region: in.res.Region, Detail: "the VPC API does not tell it"}
	w.ContainerHost = fact.Unknown[bool](why, from, "")
	w.UserData = estate.UserData{Present: fact.Unknown[bool](why, from, ""), Secrets: fact.Listed[estate.Secret](nil, from, "", why)}
	w.Patches = estate.Patches{Managed: fact.Unknown[bool](why, from, ""), State: fact.Unknown[string](why, from, "")}
	w.Volumes = fact.Listed[estate.Volume](nil, from, "", why)
	w.Tags = fact.Listed[estate.Tag](nil, from, "", why)
	number := fact.Unknown[int64](why, from, "")
	w.Usage = estate.Usage{NoToken: number, Rejected: number, Days: number, Up: number, Safe: fact.Unknown[string](why, from, "")}
}

// besides finds a document that stands beside the server, or says why there is
// none. The value is good until the next document is read.
func (in *reading) besides(kind, uid, call, subject string) (v wire.Value, s source, missing *hole) {
	res, ok := in.c.Resource(kind, in.res.Region, uid)
	if !ok {
		if in.c.Answer(call, in.res.Region, subject).Status == snapshot.Unasked {
			subject = "" // one answer may stand for all servers of a region
		}
		return v, s, notFound(in.c, call, in.res.Region, subject, uid)
	}
	s = source{originOf(res)}
	v, err := in.wire.Read(res.Doc)
	if err != nil {
		return v, s, &hole{s.why(snapshot.Unreadable, res.UID), s.from}
	}
	return v, s, nil
}
