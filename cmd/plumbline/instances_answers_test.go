package main

import (
	"slices"

	"plumbline/internal/cloud/sim"
)

// A machine is an instance with all that the generator says of it.
type machine struct {
	*sim.Instance
	uid     string
	usage   sim.UsageExpectation
	care    sim.CareExpectation
	power   sim.PowerExpectation
	secrets []sim.Find
}

// instances are answered for by how they are set, used, cared for and reached,
// and by what they run when they start.
func (a *answers) instances(c *stage) {
	e, acct := c.estate, c.account()
	usage, care, power, secrets := map[string]sim.UsageExpectation{}, map[string]sim.CareExpectation{}, map[string]sim.PowerExpectation{}, map[string][]sim.Find{}
	for _, x := range e.ExpectedUsage() {
		usage[x.UID] = x
	}
	for _, x := range e.ExpectedCare() {
		care[x.UID] = x
	}
	for _, x := range e.ExpectedPower() {
		power[x.UID] = x
	}
	for _, x := range e.ExpectedSecrets() {
		secrets[x.UID] = x.Finds
	}
	reached := reachOf(e)
	for _, r := range acct.Regions {
		for n := range r.Len() {
			i := r.Instance(n)
			uid := e.InstanceUID(acct.ID, r.Name, i.ID)
			m := &machine{&i, uid, usage[uid], care[uid], power[uid], secrets[uid]}
			a.there("workload", uid)
			a.metadata(m, slices.Contains(c.known.Attested, "metadata_unneeded"))
			a.caredFor(m)
			a.startsWith(m)
			a.reached(m, reached[uid])
		}
	}
}

// lives says whether an instance is there to be judged: its state may be a word
// that nobody knows.
func (m *machine) lives() string {
	switch m.State {
	case "terminated", "shutting-down":
		return sim.No
	case "pending", "running", "stopping", "stopped":
		return sim.Yes
	}
	return sim.Uncertain
}

func (m *machine) runs() string {
	if m.lives() == sim.Uncertain {
		return sim.Uncertain
	}
	return isTrue(m.State == "running")
}

// wordOf is what an option is, if it is one of two words.
func wordOf(is, yes, no string) string {
	switch is {
	case yes:
		return sim.Yes
	case no:
		return sim.No
	}
	return sim.Uncertain
}

// asked are the options that somebody asked for, in force or not.
func (m *machine) asked() sim.Options {
	if m.Options == nil {
		return sim.Options{}
	}
	return *m.Options
}

// off says whether the metadata endpoint is, in force.
func (m *machine) off() string {
	if !m.Settled() {
		return sim.Uncertain
	}
	return wordOf(m.asked().Endpoint, "disabled", "enabled")
}

// tokens says whether somebody asked for tokens to be required.
func (m *machine) tokens() string { return wordOf(m.asked().Tokens, "required", "optional") }

// hops are those in force, 0 where nobody can tell.
func (m *machine) hops() int {
	if !m.Settled() {
		return 0
	}
	return m.asked().HopLimit
}

func (m *machine) hopsAre(is func(int) bool) string {
	if m.hops() == 0 {
		return sim.Uncertain
	}
	return isTrue(is(m.hops()))
}

// plain says whether a request without a token is answered. An endpoint that is
// asked to be on, with a change on its way, counts as answering: tokens are a
// protection only once they are in force.
func (m *machine) plain() string {
	o := m.asked()
	on := wordOf(o.Endpoint, "enabled", "disabled")
	switch {
	case on == sim.Uncertain:
		return sim.Uncertain
	case on == sim.No:
		return untrue(m.off())
	case o.Tokens == "optional", !m.Settled() && o.State == "pending":
		return sim.Yes
	case m.Settled():
		return untrue(m.tokens())
	}
	return sim.Uncertain
}

// containersReach says whether a container, one hop away, can read the
// credentials: by a plain request, or by a token that travels two hops. Whether
// tokens are required, or the endpoint is on, need not be known where it is the
// same either way.
func (m *machine) containersReach() string {
	far := m.hopsAre(func(n int) bool { return n >= 2 })
	switch {
	case m.off() == sim.Yes:
		return sim.No
	case m.plain() == sim.Yes:
		return sim.Yes
	case m.plain() == sim.No:
		return far
	case far == sim.No && m.tokens() == sim.Yes:
		return sim.No
	case far == sim.Yes && m.off() == sim.No:
		return sim.Yes
	}
	return sim.Uncertain
}

func (m *machine) containers() string {
	return isTrue(m.care.ContainerHost || m.Operator == "eks.amazonaws.com")
}

func (a *answers) metadata(m *machine, unneeded bool) {
	two := m.hopsAre(func(n int) bool { return n == 2 })
	a.judge("AWS-IMDS-003", m.uid, allTrue(m.lives(), isTrue(unneeded), isTrue(m.Profile == ""), isTrue(m.care.Agent != "Online")), m.off())
	a.judge("AWS-IMDS-009", m.uid, allTrue(m.lives(), untrue(m.tokens())), oneTrue(m.off(), never(m.usage.NoToken)))
	a.judge("AWS-IMDS-010", m.uid, allTrue(m.runs(), m.tokens()), oneTrue(m.off(), never(m.usage.Refused)))
	a.judge("AWS-IMDS-015", m.uid, allTrue(m.lives(), m.containers(), untrue(m.noRole())), untrue(m.containersReach()))
	a.judge("AWS-IMDS-016", m.uid, allTrue(m.lives(), oneTrue(untrue(two), untrue(m.containers()))), oneTrue(m.off(), untrue(two)))
}

func (m *machine) noRole() string {
	for _, c := range sim.PowerCases() {
		if c.Name == m.Power {
			return c.NoRole()
		}
	}
	panic("no such power case: " + m.Power)
}

// never says that something was counted and never happened.
func never(n int) string {
	if n < 0 {
		return sim.Uncertain
	}
	return isTrue(n == 0)
}

func (a *answers) caredFor(m *machine) {
	a.judge("AWS-HOST-001", m.uid, m.runs(), isTrue(m.care.Agent == "Online"))
	patched := map[string]string{"yes": sim.Yes, "no": sim.No, "never": sim.No}[m.care.Compliant]
	if m.care.Compliant == "never" && m.care.Agent != "Online" {
		patched = sim.Uncertain // nobody can look any more
	}
	a.judge("AWS-HOST-002", m.uid, allTrue(m.lives(), isTrue(m.care.Agent != "")), patched)
	a.judge("AWS-DATA-005", m.uid, m.lives(), isTrue(m.care.Backup != ""))
}

func (a *answers) startsWith(m *machine) {
	none, noKey := isTrue(len(m.secrets) == 0), isTrue(!slices.ContainsFunc(m.secrets, isAccessKey))
	if m.UserData == "bytes that are no text" {
		none, noKey = sim.Uncertain, sim.Uncertain
	}
	a.judge("AWS-DATA-001", m.uid, m.lives(), none)
	a.judge("AWS-IAM-007", m.uid, m.lives(), noKey)
}

func isAccessKey(f sim.Find) bool { return f.Kind == "aws_access_key" }
