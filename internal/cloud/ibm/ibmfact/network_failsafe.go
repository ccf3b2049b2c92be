package ibmfact

import (
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A failsafe says what becomes of requests to a pool without healthy members.
type failsafe struct {
	pool string // that takes them instead, "" for none
	why  *fact.Reason
	lost bool // they may go anywhere
	s    source
}

// failsafe reads a pool's failsafe policy (LoadBalancerPoolFailsafePolicy in
// vpcv1). Which members are healthy changes by the minute and is not asked.
func (s source) failsafe(v wire.Value) failsafe {
	const path = "/failsafe_policy/action"
	switch action := v.Get("action"); {
	case action.Is("fail"), action.Is("drop"):
		return failsafe{s: s}
	case action.Is("bypass"): // they go to wherever they were bound for
		return failsafe{why: s.why(snapshot.NotCollected, path+" bypass"), lost: true, s: s}
	case !action.Is("forward"):
		return failsafe{why: s.oddly(action, path), lost: true, s: s}
	}
	to := v.Get("target").Get("id")
	if text(to) == "" {
		return failsafe{why: s.oddly(to, "/failsafe_policy/target"), lost: true, s: s}
	}
	return failsafe{pool: text(to), why: s.why(snapshot.NotCollected, "whether a member of the pool "+lastPart(s.from.UID)+" is healthy"), s: s}
}
