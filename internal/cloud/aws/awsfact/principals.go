package awsfact

import (
	"cmp"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// principals are the roles and users of the account.
func principals(c *snapshot.Context) []estate.Object {
	m := iamOf(c)
	var out []estate.Object
	for _, kind := range []struct {
		name, word string
		of         map[string]*identity
	}{{KindRole, "role", m.roles}, {KindUser, "user", m.users}} {
		for i := range c.Resources(kind.name) {
			out = append(out, m.principal(kind.of[c.Resources(kind.name)[i].UID], kind.word))
		}
	}
	return out
}

func (m *iam) principal(d *identity, word string) *estate.Principal {
	d.read()
	w := d.judge()
	name := d.res.Name
	p := &estate.Principal{
		Subject: estate.Subject{
			Kind: estate.KindPrincipal, Provider: Provider, Account: d.res.Account, Region: snapshot.Global,
			UID: d.res.UID, ID: name, Name: name, Parent: AccountUID(m.c.Account),
		},
		Type: word, Power: w.power, AtLeast: w.atLeast, Grants: w.grants, Wildcards: w.wildcards,
	}
	p.DeniesV1, p.Perimeter = d.deniesV1(), d.perimeter()
	if word == "role" {
		m.role(p, d)
		return p
	}
	from := originOf(d.res)
	p.Workloads, p.Managed = fact.Known(false, from, ""), fact.Known(false, from, "") // only roles are either
	return p
}

// role adds what only roles have.
func (m *iam) role(p *estate.Principal, d *identity) {
	from := originOf(d.res)
	if d.fault != nil {
		p.Managed, p.Workloads = fact.Unknown[bool](d.fault, from, ""), fact.Unknown[bool](d.fault, from, "")
		p.MaxSession = fact.Unknown[int64](d.fault, from, "")
		p.Trust = fact.Listed[estate.Trusted](nil, from, "", d.fault)
		return
	}
	p.Managed = fact.Map(d.path, keptByAWS)
	p.MaxSession = d.session
	p.Trust = trusted(d.trust, m.c.Account)
	p.Workloads = m.holds(d)
}

// keptByAWS says that a role is of AWS's making and cannot be changed by the
// account: a service-linked role, or one that IAM Identity Center keeps for its
// permission sets (IAM user guide, "Using service-linked roles"; Identity
// Center user guide, "Referencing permission sets").
func keptByAWS(path string) bool {
	return strings.HasPrefix(path, "/aws-service-role/") || strings.HasPrefix(path, "/aws-reserved/")
}

// holds says whether an instance profile holds the role. Its own document
// tells, and so does the listing of profiles.
func (m *iam) holds(d *identity) fact.Of[bool] {
	from := originOf(d.res)
	if m.held[d.res.UID] {
		return fact.Known(true, from, "")
	}
	if d.profiles.Known() {
		return d.profiles
	}
	a := m.c.Answer(CallProfiles, snapshot.Global, "")
	switch {
	case !a.Whole():
		return fact.Unknown[bool](reasonOf(a), refusal(a), "")
	case m.unread != nil:
		return fact.Unknown[bool](m.unread, from, "")
	}
	return fact.Known(false, refusal(a), "")
}

// deniesV1 looks for the denial in the role's own policies and in the control
// policies above it. Where those cannot be read it may stand there, for that is
// where AWS advises to put it.
func (d *identity) deniesV1() fact.Of[bool] {
	return d.denied(func(s *statement) bool { return s.deniesV1() })
}

// perimeter looks for both halves; either alone can be got around.
func (d *identity) perimeter() fact.Of[bool] {
	vpc := d.denied(func(s *statement) bool { return s.perimeterOf() == "vpc" })
	address := d.denied(func(s *statement) bool { return s.perimeterOf() == "address" })
	for _, half := range []fact.Of[bool]{vpc, address} {
		if is, known := half.Get(); known && !is {
			return half
		}
	}
	if !vpc.Known() {
		return vpc
	}
	return address
}

func (d *identity) denied(is func(*statement) bool) fact.Of[bool] {
	from := originOf(d.res)
	if d.fault != nil {
		return fact.Unknown[bool](d.fault, from, "")
	}
	st, why := found(is, append([][]*policy{d.authority.own}, d.authority.limits...)...)
	if st == nil {
		above, hidden := found(is, d.limits()...)
		if manager := d.iam.controls.manager; above != nil && !manager.Known() { // it may not bind the account
			return fact.Unknown[bool](manager.Why(), manager.From(), "")
		}
		st, why = above, cmp.Or(why, hidden)
	}
	switch {
	case st != nil:
		return fact.Known(true, st.policy.from, st.policy.path)
	case why != nil:
		return fact.Unknown[bool](why, from, "")
	case d.iam.controls.assumed != nil && d.iam.bound():
		return fact.Unknown[bool](d.iam.controls.assumed, from, "")
	}
	return fact.Known(false, from, "")
}

// bound says that control policies may bind the account, as far as is known.
func (m *iam) bound() bool {
	is, known := m.controls.member.Get()
	return is || !known
}
