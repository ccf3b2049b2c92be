package main

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/finding"
	own "plumbline/internal/house"
	"plumbline/internal/rule"
)

// A stage is one estate of one account that is scanned, with what its makers
// know of it: the estate itself, what the auditor knows besides, the one call
// that is refused beyond those that the estate refuses, and when that is.
type stage struct {
	estate *sim.Estate
	known  own.Known
	refuse string
	clock  time.Time
}

func (c *stage) account() *sim.Account { return c.estate.Accounts[0] }

// answers are what is true of an estate, rule by rule and subject by subject,
// as the generator knows it from the cases that it was made of. Subjects lists
// what there is to be judged, by kind. To a subject that a rule is not told
// about here, though it is of the kind that the rule asks, it does not apply.
type answers struct {
	of       map[string]map[string]string
	subjects map[string][]string
}

func (a *answers) there(kind, uid string) { a.subjects[kind] = append(a.subjects[kind], uid) }

func (a *answers) say(rule, uid, word string) {
	if a.of[rule] == nil {
		a.of[rule] = map[string]string{}
	}
	a.of[rule][uid] = word
}

// judge says what follows if a rule asks a subject, and whether all is well.
func (a *answers) judge(rule, uid, asks, well string) {
	switch {
	case asks == sim.No:
		a.say(rule, uid, sim.NotApplicable)
	case asks == sim.Uncertain || well == sim.Uncertain:
		a.say(rule, uid, sim.Unknown)
	case well == sim.Yes:
		a.say(rule, uid, sim.Pass)
	default:
		a.say(rule, uid, sim.Fail)
	}
}

func (a *answers) well(rule, uid string, is bool) { a.judge(rule, uid, sim.Yes, isTrue(is)) }

func isTrue(is bool) string {
	if is {
		return sim.Yes
	}
	return sim.No
}

func untrue(word string) string {
	switch word {
	case sim.Yes:
		return sim.No
	case sim.No:
		return sim.Yes
	}
	return sim.Uncertain
}

// allTrue is false as soon as one is, oneTrue true as soon as one is.
func allTrue(words ...string) string {
	switch {
	case slices.Contains(words, sim.No):
		return sim.No
	case slices.Contains(words, sim.Uncertain):
		return sim.Uncertain
	}
	return sim.Yes
}

func oneTrue(words ...string) string {
	for i, w := range words {
		words[i] = untrue(w)
	}
	return untrue(allTrue(words...))
}

// answersOf gathers all that is true of an account.
func answersOf(c *stage) *answers {
	a := &answers{map[string]map[string]string{}, map[string][]string{}}
	for _, x := range c.estate.Expected() {
		a.say(x.Rule, x.UID, x.Outcome)
	}
	a.aboutAccount(c)
	a.credentials(c)
	a.aboutRegions(c)
	a.roles(c)
	a.instances(c)
	a.networks(c)
	a.gates(c)
	a.images(c)
	a.templates(c)
	return a
}

// hold compares what every rule of the cloud says with the answers, and counts
// the outcomes that the answers name. No subject may be judged of which the
// answers do not know, and none may be passed over.
func (a *answers) hold(t *testing.T, what string, set *rule.Set, o *outcomes, count func(rule, outcome string)) {
	t.Helper()
	got := map[string]map[string]finding.Outcome{}
	for p, out := range o.of {
		if got[p.rule] == nil {
			got[p.rule] = map[string]finding.Outcome{}
		}
		got[p.rule][p.uid] = out
	}
	for _, r := range set.Rules() {
		if !ofAWS(r) {
			continue
		}
		wrong, there := 0, map[string]bool{}
		differ := func(uid, want, got string) {
			if wrong++; wrong <= 8 {
				t.Errorf("%s: %s on %s: want %s, got %s", what, r.ID, uid, want, got)
			}
		}
		for _, uid := range a.subjects[string(r.For)] {
			there[uid] = true
			want := a.of[r.ID][uid]
			if want == "" {
				want = sim.NotApplicable
			}
			count(r.ID, want)
			if out, is := got[r.ID][uid]; !is {
				differ(uid, want, "nothing at all")
			} else if out.String() != want {
				differ(uid, want, out.String())
			}
			delete(got[r.ID], uid)
		}
		for uid, out := range got[r.ID] {
			differ(uid, "no such subject", out.String())
		}
		for uid := range a.of[r.ID] {
			if !there[uid] {
				differ(uid, "an answer about a subject", "no such subject among those of its kind")
			}
		}
		if wrong > 8 {
			t.Errorf("%s: %s: %d more differ", what, r.ID, wrong-8)
		}
	}
}

func (a *answers) aboutAccount(c *stage) {
	e, acct := c.estate, c.account()
	uid := "aws:" + acct.ID + ":global"
	a.there("account", uid)
	x := e.ExpectedAccounts()[0]
	a.well("AWS-IAM-010", uid, x.RootKeys == 0)
	a.well("AWS-LOG-001", uid, x.GoodTrail)
	a.judge("AWS-LOG-002", uid, isTrue(len(acct.Trails) > 0), isTrue(x.TrailsSigned))
	a.well("AWS-LOG-005", uid, changesAreTold(e, acct))
	g := e.ExpectedGuardrails()[0]
	everywhere := true
	for _, r := range acct.Regions {
		everywhere = everywhere && (!r.Enabled() || r.Want[sim.TokensEnforced] == sim.Pass)
	}
	a.well("AWS-IMDS-011", uid, g.Enforced == "enabled" || everywhere || g.Launch && g.Modify && !g.Manager)
	a.well("XC-002", uid, len(e.Gaps()) == 0 && c.refuse == "")
	pause := c.clock.Sub(c.known.LastScan)
	a.judge("XC-003", uid, isTrue(!c.known.LastScan.IsZero()), isTrue(pause < 8*24*time.Hour))
}

// changesAreTold says that a trail sends its events to a log group whose region
// has an alarm on changes of security groups.
func changesAreTold(e *sim.Estate, acct *sim.Account) bool {
	for _, t := range acct.Trails {
		for _, x := range e.ExpectedWatch() {
			if t.LogGroup != "" && x.UID == e.RegionUID(acct.ID, t.Home) && x.ChangeAlarm {
				return true
			}
		}
	}
	return false
}

// credentials are old after 90 days and idle after 45.
func (a *answers) credentials(c *stage) {
	acct := c.account()
	days := func(t time.Time) int { return max(0, int(c.clock.Sub(t)/(24*time.Hour))) }
	for _, u := range acct.IAM.Users {
		arn := "arn:aws:iam::" + acct.ID + ":user" + u.Path + u.Name
		for n, k := range u.Keys {
			uid := fmt.Sprint(arn, "/access-key/", n+1)
			a.there("credential", uid)
			used := k.Used
			if used.IsZero() {
				used = k.Rotated
			}
			a.judge("AWS-IAM-004", uid, isTrue(k.Active), isTrue(days(k.Rotated) <= 90))
			a.judge("AWS-IAM-005", uid, isTrue(k.Active), isTrue(days(used) < 45))
		}
		if u.Password {
			used := u.PasswordUsed
			if used.IsZero() {
				used = u.Made
			}
			a.there("credential", arn+"/password")
			a.well("AWS-IAM-005", arn+"/password", days(used) < 45)
		}
	}
}
