package ibmfact_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/house"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

const (
	account = "0123456789abcdef0123456789abcdef"
	here    = "us-south"
	zone    = "us-south-1"
)

var at = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// A doc is a document as it is written in a test.
type doc = map[string]any

func crn(service, kind, id string) string {
	return "crn:v1:bluemix:public:" + service + ":" + here + ":a/" + account + "::" + kind + ":" + id
}

func server(id string) string { return crn("is", "instance", id) }

func profileUID(id string) string {
	return "crn:v1:bluemix:public:iam-identity::a/" + account + "::profile:" + id
}

// A world is what an account answered: documents, and questions that were
// refused. Every other question was answered to its end.
type world struct {
	t       testing.TB
	rs      []snapshot.Resource
	refused map[string]bool // by call, or call and subject
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, refused: map[string]bool{}}
	w.add(ibmfact.KindRegion, ibmfact.CallRegions, snapshot.Global, "", doc{"name": here, "status": "available"})
	return w
}

func (w *world) add(kind, call, region, uid string, d doc) *snapshot.Resource {
	w.t.Helper()
	b, err := json.Marshal(d)
	if err == nil {
		b, err = wire.CanonicalJSON(nil, b)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	at := snapshot.Scope{Provider: ibmfact.Provider, Account: account, Region: region}
	named, name, err := ibmfact.Identify(kind, at, b, new(wire.Reader))
	if uid == "" {
		if uid = named; err != nil {
			w.t.Fatal(err)
		}
	}
	r := snapshot.Resource{Kind: kind, Scope: at, UID: uid, Name: name, Call: call, Doc: b}
	r.Seal()
	w.rs = append(w.rs, r)
	return &w.rs[len(w.rs)-1]
}

// calls are all questions of a scan, by whether they are asked in each region.
var regional = []string{
	ibmfact.CallInstances, ibmfact.CallBareMetal, ibmfact.CallVNIs, ibmfact.CallInitialization, ibmfact.CallBareMetalInitialization,
	ibmfact.CallInterfaces, ibmfact.CallBareMetalInterfaces, ibmfact.CallTemplates, ibmfact.CallInstanceGroups, ibmfact.CallImages, ibmfact.CallVPCs, ibmfact.CallSubnets, ibmfact.CallSecurityGroups,
	ibmfact.CallNetworkACLs, ibmfact.CallFloatingIPs, ibmfact.CallPublicGateways, ibmfact.CallPublicRanges, ibmfact.CallLoadBalancers,
	ibmfact.CallVPNGateways, ibmfact.CallVPNServers, ibmfact.CallEndpointGateways, ibmfact.CallFlowLogs, ibmfact.CallBackupPolicies,
}

var global = []string{
	ibmfact.CallRegions, ibmfact.CallProfiles, ibmfact.CallServiceGroups, ibmfact.CallServiceIDs, ibmfact.CallAPIKeys, ibmfact.CallAccountSettings, ibmfact.CallPolicies,
	ibmfact.CallRoles, ibmfact.CallAccessGroups, ibmfact.CallResourceGroups, ibmfact.CallTrackerTargets, ibmfact.CallTrackerRoutes, ibmfact.CallTrackerSettings, house.EventsCall,
}

// below are the questions that are put about a thing of a kind.
var below = []struct{ kind, call string }{
	{ibmfact.KindVPC, ibmfact.CallRoutingTables}, {ibmfact.KindRoutingTable, ibmfact.CallRoutes}, {ibmfact.KindLoadBalancer, ibmfact.CallListeners},
	{ibmfact.KindListener, ibmfact.CallListenerPolicies},
	{ibmfact.KindListenerPolicy, ibmfact.CallListenerRules}, {ibmfact.KindLoadBalancer, ibmfact.CallPools}, {ibmfact.KindPool, ibmfact.CallPoolMembers}, {ibmfact.KindProfile, ibmfact.CallLinks},
	{ibmfact.KindProfile, ibmfact.CallClaimRules}, {ibmfact.KindProfile, ibmfact.CallProfileIdentities}, {ibmfact.KindAccessGroup, ibmfact.CallGroupMembers},
	{ibmfact.KindAPIKey, ibmfact.CallAPIKey}, {ibmfact.KindServiceGroup, ibmfact.CallServiceIDs}, {ibmfact.KindServiceGroup, ibmfact.CallAPIKeys},
}

// under are the calls of those.
var under = func() (calls []string) {
	for _, b := range below {
		calls = append(calls, b.call)
	}
	return calls
}()

// context is the world as a scan brings it home: without the documents of calls
// that were refused.
func (w *world) context() *snapshot.Context {
	var rs []snapshot.Resource
	for _, r := range w.rs {
		if !w.refused[r.Call] {
			rs = append(rs, r)
		}
	}
	var as []snapshot.Answer
	answer := func(call, region, subject string) {
		a := snapshot.Answer{Key: snapshot.Key{Call: call, Scope: snapshot.Scope{Provider: ibmfact.Provider, Account: account, Region: region}, Subject: subject},
			Status: snapshot.Complete}
		if w.refused[call] {
			a.Status, a.Cause, a.Code = snapshot.Refused, snapshot.Denied, "not_authorized"
		}
		as = append(as, a)
	}
	for _, call := range regional {
		answer(call, here, "")
	}
	for _, call := range global {
		answer(call, snapshot.Global, "")
	}
	for _, b := range below {
		for _, r := range rs {
			if r.Kind == b.kind {
				answer(b.call, r.Region, r.UID)
			}
		}
	}
	return snapshot.NewContext(ibmfact.Provider, account, at, rs, as)
}

// server reads one server of the world.
func (w *world) server(id string) *estate.Workload {
	w.t.Helper()
	for i := range w.rs {
		r := &w.rs[i]
		if (r.Kind == ibmfact.KindInstance || r.Kind == ibmfact.KindBareMetal) && strings.HasSuffix(r.UID, ":"+id) {
			o, err := ibmfact.New().Workload(w.context(), r)
			if err != nil {
				w.t.Fatal(err)
			}
			return o.(*estate.Workload)
		}
	}
	w.t.Fatalf("there is no server %s", id)
	return nil
}

// object finds a thing of the context by the end of its uid.
func object[O estate.Object](w *world, end string) O {
	w.t.Helper()
	for _, o := range ibmfact.New().Objects(w.context()) {
		if x, ok := o.(O); ok && strings.HasSuffix(o.Head().UID, end) {
			return x
		}
	}
	w.t.Fatalf("there is no %s", end)
	var none O
	return none
}

func (w *world) refuse(calls ...string) *world {
	for _, c := range calls {
		w.refused[c] = true
	}
	return w
}

// change makes a document another one.
func (w *world) change(end string, f func(doc)) *world {
	w.t.Helper()
	i := slices.IndexFunc(w.rs, func(r snapshot.Resource) bool { return strings.HasSuffix(r.UID, end) })
	if i < 0 {
		w.t.Fatalf("there is no %s", end)
	}
	var d doc
	if err := json.Unmarshal(w.rs[i].Doc, &d); err != nil {
		w.t.Fatal(err)
	}
	f(d)
	b, err := json.Marshal(d)
	if err == nil {
		b, err = wire.CanonicalJSON(nil, b)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.rs[i].Doc = b
	w.rs[i].Seal()
	return w
}

// told spells a fact: its value, or "? cause detail".
func told[T any](f fact.Of[T]) any {
	if v, ok := f.Get(); ok {
		return v
	}
	return strings.TrimSpace("? " + string(f.Why().Cause) + " " + f.Why().Detail)
}
