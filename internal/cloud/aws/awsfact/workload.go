package awsfact

import (
	"fmt"
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A Reader reads instances, one after the other. It is not safe for
// concurrent use.
type Reader struct {
	wire, beside wire.Reader
	fields       []string // those that are asked for; nil: all
}

// Workload reads an instance. What it returns is the caller's own and shares
// nothing with the document. The error means that the document is not one
// that this program wrote.
func (r *Reader) Workload(c *snapshot.Context, res *snapshot.Resource) (*estate.Workload, error) {
	if res.Kind != KindInstance {
		return nil, fmt.Errorf("%s is of kind %q, not an instance", res.UID, res.Kind)
	}
	v, err := r.wire.Read(res.Doc)
	if err != nil {
		return nil, fmt.Errorf("the document of %s: %w", res.UID, err)
	}
	id, ok := filled(v.Get("instanceId"))
	if !ok {
		return nil, fmt.Errorf("the document of %s: %w", res.UID, noMember(res.Kind, "instanceId"))
	}
	s := source{originOf(res)}
	state := s.state(v.Get("instanceState").Get("name"))
	w := &estate.Workload{
		Subject: estate.Subject{
			Kind: estate.KindWorkload, Provider: Provider, Account: res.Account, Region: res.Region,
			UID: res.UID, ID: id, Name: res.Name, Parent: RegionUID(res.Account, res.Region),
		},
		Type:      "instance",
		State:     state,
		ManagedBy: s.managedBy(v.Get("operator")),
		Metadata:  s.metadata(v.Get("metadataOptions"), state),
		Identity:  s.identity(v.Get("iamInstanceProfile")),
		Tags:      s.tags(v.Get("tagSet")),
	}
	in := &reading{c: c, res: res, v: v, s: s, w: w, wire: &r.beside}
	for i := range chapters {
		if chapters[i].asked(r.fields) {
			chapters[i].read(in)
		}
	}
	return w, nil
}

// A reading is one instance while it is read: its document, the context it
// stands in, and what is known of it so far.
type reading struct {
	c    *snapshot.Context
	res  *snapshot.Resource
	v    wire.Value // of the document
	s    source     // of the document
	w    *estate.Workload
	wire *wire.Reader // for the documents beside it
}

// A chapter of a reading finds out some of what is known of an instance.
type chapter struct {
	read   func(*reading)
	tells  string   // how the names begin of the fields that it finds out; "" for what is found out always
	beside []string // the kinds of documents beside the instance that it reads
}

// chapters read what other documents say of an instance, in this order. None but
// the first tells anything that another one uses.
var chapters = []chapter{
	{read: (*reading).group},                                                // which Auto Scaling group launched it, and from which image
	{read: (*reading).containers},                                           // whether a container platform runs on it
	{read: (*reading).class},                                                // what it takes to read its credentials
	{(*reading).usage, "usage.", []string{KindMetric}},                      // how its metadata service was used
	{read: (*reading).unneeded},                                             // whether somebody attested that nothing needs it
	{(*reading).exposure, "exposure.", []string{KindInterface}},             // what reaches it from the internet
	{read: (*reading).power, tells: "identity."},                            // what its role may do
	{(*reading).userData, "user_data.", []string{KindUserData}},             // which secrets it is started with
	{(*reading).patches, "patches.", []string{KindManaged, KindPatchState}}, // whether it is managed, and patched
	{read: (*reading).volumes, tells: "volumes"},                            // its disks
}

// asked says whether a chapter bears on one of some fields, as rules name them;
// without any list of fields all do.
func (p *chapter) asked(fields []string) bool {
	return fields == nil || p.tells == "" || slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, p.tells) })
}

func (s source) state(v wire.Value) fact.Of[string] {
	return s.word(v, "/instanceState/name",
		"running", "stopped", "terminated", "pending", "stopping", "shutting-down")
}

// metadata reads the instance's own options. EC2 has sent all of them for
// every instance since it has them; one that is not there is not off, it is
// not told (an older emulator, a member that was renamed). That holds for
// httpProtocolIpv6 and instanceMetadataTags too, though both are off by
// default: a default is what a launch gets, not what is in force now.
//
// While a change is pending the document tells what was asked for. Tokens is
// just that, and Applied says whether it is in force; of the other options
// what is in force is then not known.
func (s source) metadata(v wire.Value, state fact.Of[string]) estate.Metadata {
	m := estate.Metadata{
		Endpoint: s.word(v.Get("httpEndpoint"), "/metadataOptions/httpEndpoint", "enabled", "disabled"),
		Tokens:   s.word(v.Get("httpTokens"), "/metadataOptions/httpTokens", "required", "optional"),
		HopLimit: s.hops(v.Get("httpPutResponseHopLimit"), "/metadataOptions/httpPutResponseHopLimit"),
		Applied:  s.flag(v.Get("state"), "/metadataOptions/state", "applied", "pending"),
		IPv6:     s.flag(v.Get("httpProtocolIpv6"), "/metadataOptions/httpProtocolIpv6", "enabled", "disabled"),
		Tags:     s.flag(v.Get("instanceMetadataTags"), "/metadataOptions/instanceMetadataTags", "enabled", "disabled"),
	}
	if why := s.notInForce(m.Applied, state); why != nil {
		m.Endpoint, m.HopLimit = doubted(m.Endpoint, why), doubted(m.HopLimit, why)
		m.IPv6, m.Tags = doubted(m.IPv6, why), doubted(m.Tags, why)
	}
	return m
}

// notInForce says why the options of a document may not be those in force; nil
// if they are. An instance that does not run takes its options up when it
// starts.
func (s source) notInForce(applied fact.Of[bool], state fact.Of[string]) *fact.Reason {
	switch word, _ := state.Get(); word {
	case "stopped", "pending", "shutting-down", "terminated":
		return nil
	}
	switch is, known := applied.Get(); {
	case !known:
		return applied.Why()
	case !is:
		return s.why(snapshot.Pending, applied.Path())
	}
	return nil
}

func doubted[T any](f fact.Of[T], why *fact.Reason) fact.Of[T] {
	if !f.Known() {
		return f
	}
	return fact.Unknown[T](why, f.From(), f.Path())
}

// managedBy reads which service operates the instance for its owner (EKS Auto
// Mode and others): <operator><managed/><principal/></operator>.
func (s source) managedBy(v wire.Value) fact.Of[string] {
	const managed, principal = "/operator/managed", "/operator/principal"
	on := s.flag(v.Get("managed"), managed, "true", "false")
	if is, known := on.Get(); !known || !is {
		return fact.Map(on, func(bool) string { return "" })
	}
	p := v.Get("principal")
	if name, ok := filled(p); ok {
		return fact.Known(name, s.from, principal)
	}
	return fact.Known(unnamedService, s.from, principal) // that a service operates it is known
}

// unnamedService stands for a service that the reply does not name.
const unnamedService = "a service that the reply does not name"

// identity reads what is bound. EC2 leaves iamInstanceProfile out where none
// is associated (Instance in the EC2 API reference), so its absence is told.
// What the role behind the profile may do is not asked for yet.
func (s source) identity(v wire.Value) estate.Identity {
	const profile, arn = "/iamInstanceProfile", "/iamInstanceProfile/arn"
	if !v.Exists() {
		return estate.Identity{Name: fact.Known("", s.from, profile), Mechanism: fact.Known("none", s.from, profile)}
	}
	why := s.why(snapshot.Absent, arn)
	if a := v.Get("arn"); a.Exists() {
		if name, ok := a.Text(); ok && strings.HasPrefix(name, "arn:") {
			return estate.Identity{Name: fact.Known(name, s.from, arn), Mechanism: fact.Known("instance_profile", s.from, arn)}
		}
		why = s.strange(a)
	}
	return estate.Identity{Name: fact.Unknown[string](why, s.from, arn), Mechanism: fact.Unknown[string](why, s.from, arn)}
}
