package main

import (
	"slices"
	"strings"
	"time"

	"plumbline/internal/cloud/sim"
)

// answers are what is true of an estate, rule by rule and subject by subject,
// as the generator knows it from the cases that it was made of: p, f or u. What
// a rule does not apply to, and of what nothing is said here, is left out.
type answers map[string]map[string]string

func (a answers) say(rule, uid, word string) {
	if a[rule] == nil {
		a[rule] = map[string]string{}
	}
	a[rule][uid] = word
}

func passes(is bool) string {
	if is {
		return sim.Pass
	}
	return sim.Fail
}

// answersOf gathers the answers about everything that stands in regions where
// no call is refused.
func answersOf(e *sim.Estate, now time.Time) answers {
	a := answers{}
	for _, x := range e.Expected() {
		if x.Outcome != sim.NotApplicable {
			a.say(x.Rule, x.UID, x.Outcome)
		}
	}
	a.accounts(e)
	a.credentials(e, now)
	a.watches(e)
	a.instances(e)
	a.exposures(e)
	a.roles(e)
	return a
}

func (a answers) accounts(e *sim.Estate) {
	for _, x := range e.ExpectedAccounts() {
		uid := "aws:" + x.Account + ":global"
		a.say("AWS-IAM-010", uid, passes(x.RootKeys == 0))
		a.say("AWS-LOG-001", uid, passes(x.GoodTrail))
		if len(e.Account(x.Account).TrailsNow()) > 0 {
			a.say("AWS-LOG-002", uid, passes(x.TrailsSigned))
		}
	}
}

// credentials are old after 90 days and idle after 45.
func (a answers) credentials(e *sim.Estate, now time.Time) {
	days := func(t time.Time) int { return max(0, int(now.Sub(t)/(24*time.Hour))) }
	for _, acct := range e.Accounts {
		acct.IAM.View(func(i *sim.IAM) {
			for _, u := range i.Users {
				arn := "arn:aws:iam::" + acct.ID + ":user" + u.Path + u.Name
				for n, k := range u.Keys {
					if !k.Active {
						continue
					}
					used := k.Used
					if used.IsZero() {
						used = k.Rotated
					}
					uid := arn + "/access-key/" + string(rune('1'+n))
					a.say("AWS-IAM-004", uid, passes(days(k.Rotated) <= 90))
					a.say("AWS-IAM-005", uid, passes(days(used) < 45))
				}
				if u.Password {
					used := u.PasswordUsed
					if used.IsZero() {
						used = u.Made
					}
					a.say("AWS-IAM-005", arn+"/password", passes(days(used) < 45))
				}
			}
		})
	}
}

func (a answers) watches(e *sim.Estate) {
	for _, x := range e.ExpectedWatch() {
		a.say("AWS-LOG-004", x.UID, passes(x.Detector))
		a.say("AWS-LOG-006", x.UID, passes(x.MetaAlarm))
		a.say("AWS-LOG-007", x.UID, passes(x.Analyzer))
		a.say("AWS-LOG-008", x.UID, passes(x.Recorder && x.Case != "watched by halves")) // whose recorder cannot deliver
	}
}

// instances are answered for by how they are used and cared for, and by what
// they run when they start.
func (a answers) instances(e *sim.Estate) {
	usage, care, secrets := map[string]sim.UsageExpectation{}, map[string]sim.CareExpectation{}, map[string][]sim.Find{}
	for _, x := range e.ExpectedUsage() {
		usage[x.UID] = x
	}
	for _, x := range e.ExpectedCare() {
		care[x.UID] = x
	}
	for _, x := range e.ExpectedSecrets() {
		secrets[x.UID] = x.Finds
	}
	each(e, func(uid string, i *sim.Instance) {
		if !slices.Contains([]string{"pending", "running", "stopping", "stopped"}, i.State) {
			return
		}
		a.used(uid, i, usage[uid])
		c := care[uid]
		if i.State == "running" {
			a.say("AWS-HOST-001", uid, passes(c.Agent == "Online"))
		}
		if c.Agent == "Online" {
			a.say("AWS-HOST-002", uid, passes(c.Compliant == "yes"))
		}
		if i.UserData == "bytes that are no text" {
			a.say("AWS-DATA-001", uid, sim.Unknown)
			a.say("AWS-IAM-007", uid, sim.Unknown)
			return
		}
		keys := slices.ContainsFunc(secrets[uid], func(f sim.Find) bool { return f.Kind == "aws_access_key" })
		a.say("AWS-DATA-001", uid, passes(len(secrets[uid]) == 0))
		a.say("AWS-IAM-007", uid, passes(!keys))
	})
}

// used tells how the metadata service of an instance is used whose options are
// in force.
func (a answers) used(uid string, i *sim.Instance, x sim.UsageExpectation) {
	count := func(rule string, n int) {
		switch {
		case i.Options.Endpoint == "disabled" || n == 0:
			a.say(rule, uid, sim.Pass)
		case n > 0:
			a.say(rule, uid, sim.Fail)
		default:
			a.say(rule, uid, sim.Unknown)
		}
	}
	if i.Options == nil || i.Options.State != "applied" || i.Options.Endpoint != "enabled" && i.Options.Endpoint != "disabled" {
		return
	}
	switch {
	case i.Options.Tokens == "optional":
		count("AWS-IMDS-009", x.NoToken)
	case i.Options.Tokens == "required" && i.State == "running":
		count("AWS-IMDS-010", x.Refused)
	}
}

// each calls a function for every instance in a region where nothing is
// refused.
func each(e *sim.Estate, see func(uid string, i *sim.Instance)) {
	for _, a := range e.Accounts {
		for _, r := range a.Regions {
			if !r.Enabled() || len(r.Refuses) > 0 {
				continue
			}
			for n := range r.Len() {
				i := r.Instance(n)
				see(e.InstanceUID(a.ID, r.Name, i.ID), &i)
			}
		}
	}
}

// exposures say whether SSH and remote desktop are open to any source.
func (a answers) exposures(e *sim.Estate) {
	gone := map[string]bool{}
	each(e, func(uid string, i *sim.Instance) {
		gone[uid] = !slices.Contains([]string{"pending", "running", "stopping", "stopped"}, i.State)
	})
	for _, x := range e.ExpectedExposure() {
		if over, seen := gone[x.UID]; !seen || over || x.V4.State == "" || x.V6.State == "" {
			continue
		}
		a.say("AWS-NET-001", x.UID, portOpen(x, 22, "tcp"))
		a.say("AWS-NET-002", x.UID, portOpen(x, 3389, "tcp", "udp"))
	}
}

// portOpen is fail where any source reaches a port for certain, and unknown
// where it may.
func portOpen(x sim.ExposureOf, port int, protocols ...string) string {
	word := sim.Pass
	for _, r := range []sim.Reach{x.V4, x.V6} {
		if r.State == sim.Isolated || r.Latent {
			continue
		}
		if r.Perhaps || r.State == sim.Uncertain {
			return "" // more may be open than is said
		}
		for _, o := range r.Open {
			if !slices.Contains(protocols, o.Protocol) || o.Layer != "l4" || o.From > port || port > o.To {
				continue
			}
			switch o.AnySource {
			case sim.Yes:
				return sim.Fail
			case sim.Uncertain:
				word = sim.Unknown
			}
		}
	}
	return word
}

// roles are answered for by the cases of the instances that hold them.
func (a answers) roles(e *sim.Estate) {
	for _, x := range e.ExpectedPower() {
		if x.Role == "" || strings.Contains(x.Role, ":role/aws-service-role/") || x.Level == sim.Uncertain || x.Least == "" {
			continue
		}
		a.say("AWS-IAM-001", x.Role, passes(x.Level != "admin"))
	}
}
