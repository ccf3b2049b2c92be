package awsfact

import (
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// controls are the service control policies that bind an account.
//
// They only take away. An account that is not the management account cannot
// read those above it: Organizations answers that account alone, and whom it
// delegated (Organizations user guide, "Delegated administrator"). Were power
// unknown wherever they cannot be read, it would be unknown nearly everywhere;
// so an identity is then judged by its own policies, as if no control policy
// took anything away. That is an assumption: assumed says why it was made, and
// the rules about power say it in their notes. Where some of them can be read
// and others cannot, nothing is assumed: those that cannot may take everything.
type controls struct {
	member  fact.Of[bool]
	manager fact.Of[bool]
	levels  [][]*policy  // root, units, account: each must allow
	assumed *fact.Reason // they may exist and nobody could read them
}

// fullAccess is the policy that Organizations attaches everywhere when control
// policies are switched on: it allows everything.
const fullAccess = "p-FullAWSAccess"

// notInUse is the code for an account that belongs to no organisation
// (DescribeOrganization in the Organizations API reference).
const notInUse = "AWSOrganizationsNotInUseException"

func readControls(c *snapshot.Context) *controls {
	out := readMembership(c)
	if is, known := out.member.Get(); known && !is {
		return out
	}
	if is, known := out.manager.Get(); known && is {
		return out
	}
	r := &controlReader{c: c, policies: map[string]*policy{}}
	r.index()
	if !r.readable() {
		a := c.Answer(CallPoliciesForTarget, snapshot.Global, c.Account)
		out.assumed = reasonOf(a)
		return out
	}
	out.levels = r.levels()
	if why := out.manager.Why(); why != nil { // it may be the one account that they do not bind
		for i := range out.levels {
			out.levels[i] = append(out.levels[i], &policy{name: "membership", from: out.manager.From(), more: why})
		}
	}
	return out
}

// readMembership reads whether the account is in an organisation, and whether
// it is its management account.
func readMembership(c *snapshot.Context) *controls {
	const path = "/MasterAccountId"
	if all := c.Resources(KindOrganization); len(all) > 0 {
		res := &all[0]
		s := source{originOf(res)}
		v, err := new(wire.Reader).Read(res.Doc)
		if err != nil {
			why := s.why(snapshot.Unreadable, res.UID)
			return &controls{member: fact.Known(true, s.from, ""), manager: fact.Unknown[bool](why, s.from, "")}
		}
		id, ok := filled(v.Get("MasterAccountId"))
		if !ok {
			return &controls{member: fact.Known(true, s.from, ""), manager: fact.Unknown[bool](s.why(snapshot.Absent, path), s.from, path)}
		}
		return &controls{member: fact.Known(true, s.from, path), manager: fact.Known(id == c.Account, s.from, path)}
	}
	a := c.Answer(CallOrganization, snapshot.Global, "")
	// A reply without the organisation is a failed call, so that a whole answer
	// with nothing in it is the collector's word for AWS's "not in use".
	if strings.HasSuffix(a.Code, notInUse) || a.Whole() && a.Items == 0 {
		return &controls{member: fact.Known(false, refusal(a), ""), manager: fact.Known(false, refusal(a), "")}
	}
	why := reasonOf(a)
	if a.Whole() { // it was answered, and the document is not here
		why = &fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: "Organization"}
	}
	return &controls{member: fact.Unknown[bool](why, refusal(a), ""), manager: fact.Unknown[bool](why, refusal(a), "")}
}

// A controlReader reads the way from an account up to its root, and the
// policies at each step.
type controlReader struct {
	c        *snapshot.Context
	policies map[string]*policy // by id
	parents  []orgEdge
	attached []orgEdge
}

// An orgEdge is a line between a child and its parent, or a target and a policy
// on it.
type orgEdge struct{ of, id string }

func (r *controlReader) index() {
	var rd wire.Reader
	r.parents = r.edges(&rd, KindOrganizationParent, AboutChild, "")
	r.attached = r.edges(&rd, KindPolicyTarget, AboutTarget, "SERVICE_CONTROL_POLICY")
	for i := range r.c.Resources(KindControlPolicy) {
		res := &r.c.Resources(KindControlPolicy)[i]
		s := source{originOf(res)}
		v, err := rd.Read(res.Doc)
		if err != nil {
			continue // then it is missing where it is attached
		}
		id, _ := v.Get("PolicySummary").Get("Id").Text()
		name, ok := filled(v.Get("PolicySummary").Get("Name"))
		if !ok {
			name = id
		}
		r.policies[id] = policyAt(s, v.Get("Content"), name, "/Content", r.c.Account)
	}
}

func (r *controlReader) edges(rd *wire.Reader, kind, about, only string) (out []orgEdge) {
	for i := range r.c.Resources(kind) {
		v, err := rd.Read(r.c.Resources(kind)[i].Doc)
		if err != nil {
			continue
		}
		of, _ := v.Get("^").Get(about).Text()
		id, _ := v.Get("Id").Text()
		kind, _ := v.Get("Type").Text()
		if only == "" || kind == only {
			out = append(out, orgEdge{of, id})
		}
	}
	return out
}

// readable says that somebody may read control policies here: one listing of
// them came, if only in part, or failed for another reason than that it is not
// allowed.
func (r *controlReader) readable() bool {
	for _, a := range r.c.Answers() {
		switch {
		case a.Call != CallPoliciesForTarget, a.Status == snapshot.Unasked, strings.HasSuffix(a.Code, notInUse):
		case a.Status != snapshot.Refused, a.Cause != snapshot.Denied:
			return true
		}
	}
	return false
}

// levels walks from the account to the root. A step that cannot be seen hides
// all that is above it.
func (r *controlReader) levels() (out [][]*policy) {
	const mostLevels = 8 // five units deep, with account and root (Organizations quotas)
	at := r.c.Account
	for range mostLevels {
		if set := r.level(at); len(set) > 0 {
			out = append(out, set)
		}
		up, root, why := r.above(at)
		if why != nil {
			return append(out, []*policy{hiddenPolicy(at, why, nil)})
		}
		if root {
			return out
		}
		at = up
	}
	why := &fact.Reason{Cause: snapshot.UnknownValue, Call: CallParents, Region: snapshot.Global, Detail: at}
	return append(out, []*policy{hiddenPolicy(at, why, nil)})
}

// above finds the parent. A root has none, and its id says that it is one:
// "r-" and letters (Parent in the Organizations API reference).
func (r *controlReader) above(at string) (up string, root bool, why *fact.Reason) {
	if strings.HasPrefix(at, "r-") {
		return "", true, nil
	}
	for _, e := range r.parents {
		if e.of == at && e.id != "" {
			return e.id, false, nil
		}
	}
	a := r.c.Answer(CallParents, snapshot.Global, at)
	if a.Whole() {
		return "", false, &fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: at}
	}
	return "", false, reasonOf(a)
}

// level is what is attached to one target. Where control policies are in use
// each has one at least, so that a whole list of none says that they are not.
func (r *controlReader) level(at string) (set []*policy) {
	a := r.c.Answer(CallPoliciesForTarget, snapshot.Global, at)
	if !a.Whole() {
		return []*policy{hiddenPolicy(at, reasonOf(a), refusal(a))}
	}
	for _, e := range r.attached {
		if e.of != at {
			continue
		}
		set = append(set, r.policy(e.id))
	}
	return set
}

func (r *controlReader) policy(id string) *policy {
	if p, ok := r.policies[id]; ok {
		return p
	}
	a := r.c.Answer(CallControlPolicy, snapshot.Global, id)
	switch {
	case id == fullAccess:
		return allowsAll("FullAWSAccess", refusal(a))
	case a.Whole():
		return hiddenPolicy(id, &fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: id}, refusal(a))
	}
	return hiddenPolicy(id, reasonOf(a), refusal(a))
}
