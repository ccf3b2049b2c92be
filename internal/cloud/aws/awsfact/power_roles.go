package awsfact

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/power"
	"plumbline/internal/snapshot"
)

// A hop is a way from an identity to a role of the account that its policies
// name: it becomes the role, or runs something that does.
type hop struct {
	to       *identity
	by       []*statement // of the identity that sets out
	inferred bool
	action   string
	why      string
	doubt    *fact.Reason // the role's trust could not be read
}

// A far is what an identity comes to through roles that its policies name, one
// after the other. Roles that nobody named are a matter of primitives.
//
// An administrator's role makes no administrator of who may become it: that is
// an escalation, with one more step.
type far struct {
	least power.Level // as it is written, and no unread denial may take it away
	most  power.Level // where everything that could not be read allows
	why   *fact.Reason
	hops  []leap
}

// A leap is the first hop of a way, and the level at its end.
type leap struct {
	hop
	level power.Level
}

// farther walks from the identity to all roles that it can get at.
func (d *identity) farther(lean leaning) far {
	f := far{least: power.None, most: power.None}
	seen := map[*identity]bool{d: true}
	type stop struct {
		at    *identity
		first hop
	}
	for queue := []stop{{at: d}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		ways, lost := at.at.hops(lean)
		if lost != nil {
			f.most, f.why = power.Escalation, cmp.Or(f.why, lost)
		}
		for _, h := range ways {
			if seen[h.to] {
				continue
			}
			seen[h.to] = true
			first := h
			if at.at != d {
				first = at.first
				first.inferred, first.doubt = first.inferred || h.inferred, cmp.Or(first.doubt, h.doubt)
			}
			f.add(h.to, first, lean)
			if h.to.fault == nil && h.to.alone().written.level.Rank() < power.Escalation.Rank() {
				queue = append(queue, stop{h.to, first}) // beyond the others there is nothing more
			}
		}
	}
	return f
}

// add notes a role at the end of a way.
func (f *far) add(role *identity, first hop, lean leaning) {
	doubt := cmp.Or(first.doubt, role.fault)
	if role.fault != nil {
		f.most, f.why = power.Escalation, doubt
		return
	}
	b := role.alone()
	atMost := func(l power.Level) power.Level {
		if l == power.Admin {
			return power.Escalation
		}
		return l
	}
	f.most = power.Max(f.most, atMost(b.most.level))
	if doubt = cmp.Or(doubt, b.more, b.less); doubt != nil && f.why == nil {
		f.why = doubt
	}
	level := atMost(b.written.level)
	if lean == forCertain {
		level = atMost(b.certain)
	}
	if first.doubt != nil {
		return
	}
	f.hops = append(f.hops, leap{first, level})
	if b.less == nil {
		f.least = power.Max(f.least, level)
	}
}

// shown adds to what an identity's own policies come to the ways that lead
// farther than these.
func (f *far) shown(s sum) sum {
	own := s.level
	s.shares = slices.Clone(s.shares)
	for _, l := range f.hops {
		if l.level.Rank() <= own.Rank() {
			continue
		}
		s.level = power.Max(s.level, l.level)
		for _, st := range l.by {
			s.shares = shareOf(s.shares, st, l)
		}
	}
	slices.SortStableFunc(s.shares, func(a, b *share) int { return b.level.Rank() - a.level.Rank() })
	return s
}

// shareOf notes what a statement gives by a way, if it gives nothing stronger.
func shareOf(shares []*share, st *statement, l leap) []*share {
	one := &share{statement: st, level: l.level, why: []string{l.why}, actions: []string{l.action}, inferred: l.inferred}
	i := slices.IndexFunc(shares, func(sh *share) bool { return sh.statement == st })
	switch {
	case i < 0:
		return append(shares, one)
	case shares[i].level.Rank() < l.level.Rank():
		shares[i] = one
	case shares[i].level == l.level && !slices.Contains(shares[i].why, l.why):
		one.why = append(slices.Clone(shares[i].why), l.why)
		one.inferred = one.inferred && shares[i].inferred
		shares[i] = one
	}
	return shares
}

// hops are the ways that begin at the identity, found once. lost says why there
// may be roles that were not listed.
func (d *identity) hops(lean leaning) (ways []hop, lost *fact.Reason) {
	d.hopping[lean].Do(func() {
		if d.read(); d.fault == nil {
			d.ways[lean], d.lost[lean] = d.findHops(lean)
		}
	})
	return d.ways[lean], d.lost[lean]
}

const assumeRole, passRole = "sts:assumerole", "iam:passrole"

func (d *identity) findHops(lean leaning) (out []hop, lost *fact.Reason) {
	w := newWeighing(d.alone().authority, d.iam.home, d.self, lean)
	using := w.runners()
	if !w.mentioned(assumeRole) && len(using) == 0 {
		return nil, nil
	}
	if a := d.iam.c.Answer(CallAuthorization, snapshot.Global, SubjectRole); !a.Whole() {
		lost = reasonOf(a)
	}
	for _, to := range w.named(d.iam.roles) {
		if to == d {
			continue
		}
		to.read()
		for _, h := range append([]hop{w.becomes(d, to)}, w.hands(to, using)...) {
			if len(h.by) > 0 {
				out = append(out, h)
				break
			}
		}
	}
	return out, lost
}

// named are the roles of which grants to become or to pass roles speak, by ARN.
func (w *weighing) named(roles map[string]*identity) (out []*identity) {
	found := map[string]bool{}
	for _, s := range w.grants {
		if !s.ofAction(assumeRole) && !s.ofAction(passRole) {
			continue
		}
		if !s.notRes && !slices.ContainsFunc(s.resources, func(g glob) bool { return strings.ContainsAny(string(g), "\x00\x01") }) {
			for _, g := range s.resources {
				found[string(g)] = true
			}
			continue
		}
		for arn := range roles {
			if s.ofResource(arn) {
				found[arn] = true
			}
		}
	}
	for _, arn := range slices.Sorted(maps.Keys(found)) {
		if role, ok := roles[arn]; ok {
			out = append(out, role)
		}
	}
	return out
}

// becomes says whether the identity may become a role: its policies allow it,
// and the role trusts the account or the identity.
func (w *weighing) becomes(d, to *identity) hop {
	got := w.ask(request{action: assumeRole, resource: to.res.UID}, w.lean)
	if !got.allowed {
		return hop{}
	}
	return w.trusted(to, got, assumeRole, "becomes "+to.res.Name, func(n namedPrincipal) bool {
		return n.kind == "AWS" && (strings.Trim(n.name, "*") == "" || n.name == d.res.UID || n.name == d.iam.c.Account ||
			accountIn(n.name) == d.iam.c.Account && strings.HasSuffix(n.name, ":root"))
	})
}

// A runner is a way to make something that takes a role.
type runner struct {
	service, why string
	by           answer
}

// runners are the primitives of which all is allowed but to pass any role.
func (w *weighing) runners() (out []runner) {
	if !w.mentioned(passRole) {
		return nil
	}
	for i := range primitives {
		p := &primitives[i]
		if p.service == "" {
			continue
		}
		rest := *p
		rest.steps = p.steps[1:] // the first passes the role
		if got, ok := w.all(&rest); ok {
			out = append(out, runner{p.service, p.why, got})
		}
	}
	return out
}

// hands are the ways to run something with a role that trusts it.
func (w *weighing) hands(to *identity, using []runner) (out []hop) {
	for _, r := range using {
		for _, service := range []string{r.service, r.service + ".cn"} {
			got := w.ask(request{passRole, to.res.UID, service}, w.lean)
			if !got.allowed {
				continue
			}
			got.inferred = got.inferred || r.by.inferred
			for _, s := range r.by.by {
				if !slices.Contains(got.by, s) {
					got.by = append(got.by, s)
				}
			}
			out = append(out, w.trusted(to, got, passRole, r.why+": "+to.res.Name, func(n namedPrincipal) bool { return n.kind == "Service" && n.name == service }))
		}
	}
	return out
}

// trusted is a hop to a role whose trust policy names somebody; it has no
// statements where it does not. Conditions and denials of the trust policy
// are not worked out.
func (w *weighing) trusted(to *identity, got answer, action, why string, who func(namedPrincipal) bool) hop {
	h := hop{to: to, by: got.by, inferred: got.inferred, action: action, why: why}
	if to.fault != nil {
		h.doubt = to.fault
		return h
	}
	switch truth := to.trust.lets(who); {
	case truth == unmet && to.trust.more != nil:
		h.doubt = to.trust.more
	case truth == unmet, truth == open && w.lean == forCertain:
		return hop{}
	case truth == open:
		h.inferred = true
	}
	return h
}

// lets says whether a trust policy lets somebody become its role.
func (p *policy) lets(who func(namedPrincipal) bool) truth {
	best, doubted := unmet, p.less != nil
	for _, s := range p.statements {
		switch {
		case !s.ofAction(assumeRole):
		case !s.allow:
			doubted = true
		case s.principal.not:
			best = min(best, open)
		case slices.ContainsFunc(s.principal.named, who):
			best = min(best, s.holds(request{}))
		}
	}
	if best == met && doubted {
		return open
	}
	return best
}
