package awsfact

import (
	"slices"
	"strings"

	"plumbline/internal/power"
)

// A share is what one statement has in an identity's power.
type share struct {
	statement *statement
	level     power.Level
	why       []string
	actions   []string // of the level, in small letters
	inferred  bool
}

// A sum is what an identity's policies come to.
type sum struct {
	level  power.Level
	shares []*share // one for each statement that gives something, strongest first
}

// A weighing works one sum out. It asks about things with fresh names: what is
// allowed of them is allowed of everything of their kind.
type weighing struct {
	*authority
	lean   leaning
	home   arnPlace
	self   []string // ARNs of the identity's own things
	grants []*statement
	bounds []*statement
	places []arnPlace
	shares map[*statement]*share
	level  power.Level
}

// levelOf works out what an authority comes to. self are the ARNs of the
// identity itself and of what decides about it, see primitive.self.
func levelOf(a *authority, home arnPlace, self []string, lean leaning) sum {
	w := newWeighing(a, home, self, lean)
	taken := w.escalations()
	w.everything(taken)
	for _, d := range dataReads {
		if got, ok := w.can(d.step, ""); ok {
			w.give(power.DataRead, got, d.why, d.action)
		}
	}
	w.verbs()
	return sum{w.level, w.sorted()}
}

func newWeighing(a *authority, home arnPlace, self []string, lean leaning) *weighing {
	w := &weighing{authority: a, lean: lean, home: home, self: self, shares: map[*statement]*share{}, level: power.None}
	w.grants, w.bounds = a.grants(), a.bounds()
	w.places = placesOf(home, w.grants, w.bounds)
	return w
}

func (w *weighing) sorted() []*share {
	out := make([]*share, 0, len(w.shares))
	for _, s := range w.grants {
		if sh, ok := w.shares[s]; ok {
			out = append(out, sh)
		}
	}
	slices.SortStableFunc(out, func(a, b *share) int { return b.level.Rank() - a.level.Rank() })
	return out
}

// give notes what statements give. Of what a statement gives only the
// strongest counts.
func (w *weighing) give(l power.Level, got answer, why, action string) {
	w.level = power.Max(w.level, l)
	for _, s := range got.by {
		sh := w.shares[s]
		if sh == nil || sh.level.Rank() < l.Rank() {
			sh = &share{statement: s, level: l, inferred: got.inferred}
			w.shares[s] = sh
		}
		if sh.level != l {
			continue
		}
		sh.inferred = sh.inferred && got.inferred
		if !slices.Contains(sh.why, why) {
			sh.why = append(sh.why, why)
		}
		if action != "" && !slices.Contains(sh.actions, action) {
			sh.actions = append(sh.actions, action)
		}
	}
}

// can says whether a step is allowed on things that nobody named.
func (w *weighing) can(st step, service string) (answer, bool) {
	if !w.mentioned(st.action) {
		return answer{}, false
	}
	all := answer{inferred: true}
	for _, p := range w.places {
		w.add(&all, request{st.action, st.on.at(p), service})
		if service != "" && p.partition == "aws-cn" { // some services have a name of their own there
			w.add(&all, request{st.action, st.on.at(p), service + ".cn"})
		}
		if st.on == anyThing {
			break
		}
	}
	return all, all.allowed
}

// own says whether a step is allowed on the identity's own things.
func (w *weighing) own(st step) (answer, bool) {
	all := answer{inferred: true}
	kind := kindIn(string(st.on))
	for _, arn := range w.self {
		if kindIn(arn) == kind {
			w.add(&all, request{action: st.action, resource: arn})
		}
	}
	return all, all.allowed
}

// kindIn is the type of an IAM resource: "role" in arn:aws:iam::1:role/web.
func kindIn(arn string) string {
	kind, _, _ := strings.Cut(arn[strings.LastIndexByte(arn, ':')+1:], "/")
	return kind
}

// add puts one more request and adds what it says.
func (w *weighing) add(all *answer, r request) {
	got := w.ask(r, w.lean)
	if !got.allowed {
		return
	}
	all.allowed = true
	all.inferred = all.inferred && got.inferred
	for _, s := range got.by {
		if !slices.Contains(all.by, s) {
			all.by = append(all.by, s)
		}
	}
}

// mentioned spares the questions about actions of which no grant speaks.
func (w *weighing) mentioned(action string) bool {
	return slices.ContainsFunc(w.grants, func(s *statement) bool { return s.ofAction(action) })
}

// escalations looks for the primitives. It says which statements change what
// identities may do, and whether any do.
func (w *weighing) escalations() (iam answer) {
	iam.inferred = true
	for i := range primitives {
		p := &primitives[i]
		got, ok := w.all(p)
		if !ok {
			continue
		}
		w.give(power.Escalation, got, p.why, "")
		for _, st := range p.steps {
			for _, s := range got.by {
				if sh := w.shares[s]; s.ofAction(st.action) && !slices.Contains(sh.actions, st.action) {
					sh.actions = append(sh.actions, st.action)
				}
			}
		}
		if p.iam {
			iam.allowed, iam.inferred = true, iam.inferred && got.inferred
			iam.by = append(iam.by, got.by...)
		}
	}
	return iam
}

// all says whether every step of a primitive is allowed.
func (w *weighing) all(p *primitive) (answer, bool) {
	out := answer{allowed: true}
	for _, st := range p.steps {
		got, ok := w.can(st, p.service)
		if !ok && p.self {
			got, ok = w.own(st)
		}
		if !ok {
			return answer{}, false
		}
		out.inferred = out.inferred || got.inferred
		for _, s := range got.by {
			if !slices.Contains(out.by, s) {
				out.by = append(out.by, s)
			}
		}
	}
	return out, true
}

// everything is an administrator's: an action that no list knows of, on a
// thing that nobody named, and with it a way to change what identities may do.
// Without such a way, as in PowerUserAccess, what is left is an escalation
// through the services. With it a denial here and there changes nothing: it
// can be lifted.
func (w *weighing) everything(iam answer) {
	unheard := step{fresh + ":" + fresh, thing("arn:{P}:" + fresh + ":{R}:{A}:{*}")}
	got, ok := w.can(unheard, "")
	if !ok || !iam.allowed {
		return
	}
	got.inferred = got.inferred || iam.inferred
	w.give(power.Admin, got, "allows every action on everything", "")
	for _, s := range iam.by {
		if !slices.Contains(got.by, s) {
			w.give(power.Admin, answer{by: []*statement{s}, inferred: iam.inferred}, "changes what identities may do, beside a grant of everything else", "")
		}
	}
	w.level = power.Admin
}

// verbs judges what is left by its verbs: for each statement the strongest of
// what it allows on everything of a kind, and if that is nothing, whether it
// allows anything at all.
func (w *weighing) verbs() {
	for _, s := range w.grants {
		if sh := w.shares[s]; sh != nil && sh.level.Rank() > power.Write.Rank() {
			continue
		}
		w.verbsOf(s)
	}
}

// A candidate is an action, or a pattern of them with fresh for its stars.
type candidate struct {
	action string
	level  power.Level
}

// verbsOf asks about the actions and things that a statement speaks of,
// and about those that a bound leaves of them, the strongest first.
func (w *weighing) verbsOf(s *statement) {
	actions := w.actionsOf(s)
	things := w.thingsOf(s)
	best := power.None
	for _, a := range actions {
		if a.level.Rank() <= best.Rank() {
			break
		}
		if got, ok := w.any(s, a.action, w.broad(a.action, things)); ok {
			w.give(a.level, got, verbWhy(a.level), a.action)
			best = a.level
		}
	}
	if best != power.None {
		return
	}
	for _, a := range actions {
		if got, ok := w.any(s, a.action, narrow(a.action, things)); ok {
			w.give(power.Limited, got, "touches single named things", a.action)
			return
		}
	}
}

// broad are the things that stand for everything that an action is done to.
// Of the listed actions it is known what that is.
func (w *weighing) broad(action string, of things) []string {
	on, known := knownThings[action]
	if !known {
		return of.broad
	}
	out := make([]string, 0, len(w.places))
	for _, p := range w.places {
		out = append(out, on.at(p))
	}
	return out
}

func verbWhy(l power.Level) string {
	switch l {
	case power.Write:
		return "changes things of a service, whatever they are called"
	case power.DataRead:
		return "runs statements in databases"
	case power.Read:
		return "lists and describes"
	default:
		return "writes logs and metrics, or reports about itself"
	}
}

// any asks about an action on each of some things until one is allowed by the
// statement.
func (w *weighing) any(s *statement, action string, things []string) (answer, bool) {
	for _, t := range things {
		if !s.about(action, t) {
			continue
		}
		if got := w.ask(request{action: action, resource: t}, w.lean); got.allowed && slices.Contains(got.by, s) {
			return answer{allowed: true, by: []*statement{s}, inferred: got.inferred}, true
		}
	}
	return answer{}, false
}

// actionsOf are the actions of a statement that are worth asking about,
// strongest first.
func (w *weighing) actionsOf(s *statement) []candidate {
	var out []candidate
	add := func(action string) {
		if s.ofAction(action) && !slices.ContainsFunc(out, func(c candidate) bool { return c.action == action }) {
			out = append(out, candidate{action, verbLevel(action)})
		}
	}
	if s.notAction {
		add(fresh + ":" + fresh)
	} else {
		for _, g := range s.actions {
			add(g.one())
		}
	}
	for _, b := range w.bounds {
		if b.allow == b.notAction { // denials of all but these, and grants of these
			continue
		}
		for _, g := range b.actions {
			add(g.one())
		}
		for _, shared := range shares(s.actions, b.actions) {
			add(shared.one())
		}
	}
	for _, b := range w.bounds {
		if b.allow && b.notAction {
			add(fresh + ":" + fresh)
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return b.level.Rank() - a.level.Rank() })
	return out
}

// shares are what patterns of a statement and of a bound have in common, where
// neither takes in the other: there is more to ask about than what each says.
func shares(of, bound []glob) (out []glob) {
	for _, a := range of {
		for _, b := range bound {
			if !alike(a, b) || a.matches(b.one()) || b.matches(a.one()) {
				continue
			}
			if shared, ok := common(a, b); ok {
				out = append(out, shared)
			}
		}
	}
	return out
}

// things are what a statement speaks of: those that stand for all of a kind,
// and those that somebody named, or that are a part of all.
type things struct{ broad, named []string }

// narrow are the things that somebody named and that an action can be done to:
// a listed action is done to things of one service.
func narrow(action string, of things) []string {
	on, known := knownThings[action]
	if !known || on == anyThing {
		return of.named
	}
	service := func(arn string) string { return strings.SplitN(arn+":::", ":", 4)[2] }
	var out []string
	for _, t := range of.named {
		if got := service(t); got == service(string(on)) || got == fresh {
			out = append(out, t)
		}
	}
	return out
}

func (w *weighing) thingsOf(s *statement) (out things) {
	everything := string(thing("arn:{P}:" + fresh + ":{R}:{A}:{*}").at(w.home))
	add := func(g glob) {
		one := g.one()
		if !s.ofResource(one) {
			return
		}
		if wide(g) {
			out.broad = append(out.broad, one)
		}
		if !g.free() {
			out.named = append(out.named, one)
		}
	}
	if !s.notRes {
		for _, g := range s.resources {
			add(g)
		}
	}
	for _, b := range w.bounds {
		if b.allow == b.notRes {
			continue
		}
		for _, g := range b.resources {
			add(g)
		}
		for _, shared := range shares(s.resources, b.resources) {
			add(shared)
		}
	}
	if s.ofResource(everything) {
		out.broad = append(out.broad, everything)
	}
	return out
}
