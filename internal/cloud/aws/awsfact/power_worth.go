package awsfact

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
)

// A worth is what an identity may do.
//
// Two things can stand between us and the answer. What could not be read, a
// policy or a boundary, may allow and may deny: then most and least are what
// the rest comes to where it allows everything, and where it denies. Power is
// known where both are the same. Conditions on grants are no such thing: they
// are taken to be met, which is said of each grant, and only AtLeast leaves
// those grants out.
type worth struct {
	power, atLeast fact.Of[string]
	grants         fact.List[estate.Grant]
	wildcards      fact.List[estate.Wildcard]
}

// judge works out what the identity may do, once.
func (d *identity) judge() *worth {
	d.judging.Do(func() { d.worth = d.weigh() })
	return &d.worth
}

func (d *identity) weigh() worth {
	from := originOf(d.res)
	if d.read(); d.fault != nil {
		return worth{
			power: fact.Unknown[string](d.fault, from, ""), atLeast: fact.Unknown[string](d.fault, from, ""),
			grants: fact.Listed[estate.Grant](nil, from, "", d.fault), wildcards: fact.Listed[estate.Wildcard](nil, from, "", d.fault),
		}
	}
	b := d.alone()
	shown, most, least, certain := b.most, b.most.level, b.written.level, b.certain
	more, less := b.more, b.less
	if least.Rank() < power.Escalation.Rank() {
		f := d.farther(asWritten)
		shown, most, least = f.shown(shown), power.Max(most, f.most), power.Max(least, f.least)
		more = cmp.Or(more, f.why)
	}
	if certain.Rank() < power.Escalation.Rank() {
		f := d.farther(forCertain)
		certain = power.Max(certain, f.least)
	}
	if less != nil {
		least, certain = power.None, power.None
	}
	w := worth{atLeast: fact.Known(string(certain), from, ""), power: fact.Known(string(most), from, "")}
	gaps, own := distinct(more, less), distinct(b.more, b.less)
	if most != least {
		w.power = fact.Unknown[string](gaps[0], from, "")
	} else {
		gaps, own = nil, nil // whatever was not read changes nothing
	}
	held := gaps
	if d.iam.controls.assumed != nil && d.iam.bound() { // what they give in truth may be less
		held = append(slices.Clone(gaps), d.iam.controls.assumed)
	}
	w.grants = fact.Listed(grantsOf(shown, b.authority), from, "", held...)
	w.wildcards = fact.Listed(d.wildcardsOf(b.authority), from, "", own...)
	return w
}

// distinct are the reasons that there are, each once.
func distinct(more, less *fact.Reason) (out []*fact.Reason) {
	for _, why := range []*fact.Reason{more, less} {
		if why != nil && !slices.Contains(out, why) {
			out = append(out, why)
		}
	}
	return out
}

// A base is what an identity's own policies come to, within its limits.
type base struct {
	authority  *authority
	written    sum         // what was read, conditions taken to be met
	most       sum         // where what could not be read allows everything
	certain    power.Level // without grants under a condition
	more, less *fact.Reason
}

// alone works out what the identity comes to without any other, once. Its
// document has been read.
func (d *identity) alone() *base {
	d.weighed.Do(func() {
		a := &authority{own: d.authority.own, limits: append(slices.Clone(d.authority.limits), d.limits()...)}
		b := base{authority: a, written: levelOf(a, d.iam.home, d.self, asWritten), more: a.more(), less: a.less()}
		b.most, b.certain = b.written, b.written.level
		if a.conditional() {
			b.certain = levelOf(a, d.iam.home, d.self, forCertain).level
		}
		if b.more != nil {
			b.most = levelOf(a.atWorst(), d.iam.home, d.self, asWritten)
		}
		if b.less != nil {
			b.certain = power.None
		}
		d.base = b
	})
	return &d.base
}

// mostGrants is how many statements are named.
const mostGrants = 20

// grantsOf names the statements that give the power, the strongest first: those
// that were read.
func grantsOf(s sum, a *authority) []estate.Grant {
	out := make([]estate.Grant, 0, min(len(s.shares), mostGrants))
	for _, sh := range s.shares {
		if len(out) == mostGrants {
			break
		}
		st := sh.statement
		if !slices.Contains(a.own, st.policy) {
			continue
		}
		out = append(out, estate.Grant{
			Level: string(sh.level), Action: sh.actionText(), Resource: allBut(st.notRes, st.resourceWords),
			Policy: st.policy.name, Statement: st.label(), Why: reasonsText(sh.why), Inferred: sh.inferred,
			Path: st.policy.path, From: st.policy.from,
		})
	}
	return out
}

// actionText is what of a statement's actions gives its level, as written.
func (sh *share) actionText() string {
	st := sh.statement
	if st.notAction || len(sh.actions) == 0 {
		return allBut(st.notAction, st.actionWords)
	}
	var words []string
	for i, g := range st.actions {
		if slices.ContainsFunc(sh.actions, g.matches) && !slices.Contains(words, st.actionWords[i]) {
			words = append(words, st.actionWords[i])
		}
	}
	return shortly(words)
}

func allBut(not bool, words []string) string {
	if not {
		return "all but " + shortly(words)
	}
	return shortly(words)
}

// shortly names the first three of some words.
func shortly(words []string) string {
	const most = 3
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", len(words)-most)
}

func reasonsText(why []string) string {
	switch len(why) {
	case 0:
		return ""
	case 1:
		return why[0]
	case 2:
		return why[0] + ", and " + why[1]
	}
	return why[0] + fmt.Sprintf(", and %d other ways", len(why)-1)
}

// precious are the services of which nobody needs everything on everything:
// where data, keys and identities are kept, and what runs code (the services
// of Security Hub's IAM.21, less those that only describe).
var precious = []string{"dynamodb", "ec2", "iam", "kms", "lambda", "rds", "s3", "secretsmanager", "ssm", "sts"}

// wildcardsOf finds the services of which everything is allowed on everything
// by a statement that names the service, or all of them.
func (d *identity) wildcardsOf(a *authority) []estate.Wildcard {
	var out []estate.Wildcard
	for _, st := range a.grants() {
		if st.notAction || st.notRes || !anyMatches(st.resources, fresh) {
			continue
		}
		for _, service := range precious {
			action := service + ":" + fresh
			if !st.ofAction(action) {
				continue
			}
			if got := a.ask(request{action: action, resource: "arn:" + d.iam.home.partition + ":" + service + ":" + d.iam.home.region + ":" + d.iam.home.account + ":" + fresh}, asWritten); got.allowed {
				out = append(out, estate.Wildcard{Service: service, Policy: st.policy.name, Path: st.policy.path, From: st.policy.from})
			}
		}
	}
	return out
}
