package awsfact

import (
	"slices"

	"plumbline/internal/fact"
)

// A request is one question to the policies: may this be done to that?
type request struct {
	action   string // in small letters
	resource string
	passedTo string // the service that a role is handed to; "" where none is
}

// A leaning is how policies are read where a condition stands beside a grant.
type leaning int

const (
	// asWritten takes it to be met.
	asWritten leaning = iota
	// forCertain counts the grant only where the condition is met for certain.
	forCertain
)

// An answer says whether a request is allowed, and by what.
type answer struct {
	allowed  bool
	by       []*statement // of the identity's own policies
	inferred bool         // a condition that is open decides
}

// An authority is everything that decides what an identity may do: its own
// policies, and the limits, each of which must allow as well: the permissions
// boundary, and the control policies of every level of the organisation above
// it (IAM user guide, "Policy evaluation logic").
//
// Policies of resources, such as a bucket's, may allow more and resource
// control policies less; neither is asked for. Conditions on denials are not
// worked out: such a denial takes nothing away for certain.
type authority struct {
	own    []*policy
	limits [][]*policy
}

// ask puts one request.
func (a *authority) ask(r request, lean leaning) answer {
	own := weigh(a.own, r, lean)
	if !own.allowed {
		return answer{}
	}
	for _, limit := range a.limits {
		l := weigh(limit, r, lean)
		if !l.allowed {
			return answer{}
		}
		own.inferred = own.inferred || l.inferred
	}
	return own
}

// weigh asks one set of policies: one denial outweighs every grant.
func weigh(set []*policy, r request, lean leaning) answer {
	out := answer{inferred: true}
	doubted := false
	for _, p := range set {
		for _, s := range p.statements {
			if !s.about(r.action, r.resource) {
				continue
			}
			truth := s.holds(r)
			switch {
			case truth == unmet, truth == open && s.allow && lean == forCertain:
			case !s.allow && truth == open:
				doubted = true
			case !s.allow:
				return answer{}
			default:
				out.allowed = true
				out.inferred = out.inferred && truth == open
				out.by = append(out.by, s)
			}
		}
	}
	out.inferred = out.inferred || doubted
	return out
}

// atWorst is the authority where everything that could not be read allows, on
// top of what was read, whatever it does not deny.
func (a *authority) atWorst() *authority {
	out := &authority{own: worstOf(a.own)}
	for _, l := range a.limits {
		out.limits = append(out.limits, worstOf(l))
	}
	return out
}

func worstOf(set []*policy) []*policy {
	if !slices.ContainsFunc(set, func(p *policy) bool { return p.more != nil }) {
		return set
	}
	return append(slices.Clone(set), allowsAll("what could not be read", nil))
}

// allowsAll is a policy that allows every action on everything.
func allowsAll(name string, from *fact.Origin) *policy {
	p := &policy{name: name, from: from}
	all := []glob{actionGlob("*")}
	p.statements = []*statement{{policy: p, number: 1, allow: true, actions: all, resources: all, actionWords: []string{"*"}, resourceWords: []string{"*"}}}
	return p
}

// conditional says that a grant, or what a limit allows, stands under a
// condition.
func (a *authority) conditional() bool {
	for _, set := range append([][]*policy{a.own}, a.limits...) {
		for _, p := range set {
			if slices.ContainsFunc(p.statements, func(s *statement) bool { return s.allow && len(s.conditions) > 0 }) {
				return true
			}
		}
	}
	return false
}

// less says why there may be denials, or narrower limits, than were read; nil
// if there are none.
func (a *authority) less() *fact.Reason {
	for _, set := range append([][]*policy{a.own}, a.limits...) {
		for _, p := range set {
			if p.less != nil {
				return p.less
			}
		}
	}
	return nil
}

// more says why there may be grants, or wider limits, than were read.
func (a *authority) more() *fact.Reason {
	for _, set := range append([][]*policy{a.own}, a.limits...) {
		for _, p := range set {
			if p.more != nil {
				return p.more
			}
		}
	}
	return nil
}

// grants are the statements of the identity's own policies that allow.
func (a *authority) grants() (out []*statement) {
	for _, p := range a.own {
		for _, s := range p.statements {
			if s.allow {
				out = append(out, s)
			}
		}
	}
	return out
}

// bounds are the statements that leave something of a wider grant: those that
// allow in a limit, and denials of all but something.
func (a *authority) bounds() (out []*statement) {
	for _, limit := range a.limits {
		for _, p := range limit {
			out = append(out, p.statements...)
		}
	}
	for _, p := range a.own {
		out = append(out, p.statements...)
	}
	return slices.DeleteFunc(out, func(s *statement) bool {
		return s.allow && slices.Contains(a.own, s.policy) || !s.allow && !s.notAction && !s.notRes
	})
}
