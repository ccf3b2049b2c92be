package ibmfact

import (
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// Objects returns the account, each region of it that was not left out of the
// scan, and what stands in them.
func Objects(c *snapshot.Context) []estate.Object {
	objects := []estate.Object{account(c)}
	regions, _ := regionsOf(c)
	for _, name := range regions {
		if c.Answer(CallInstances, name, "").Cause != snapshot.OutOfScope {
			objects = append(objects, accountRegion(c, name))
		}
	}
	for _, things := range []func(*snapshot.Context) []estate.Object{templates, images, networks, gates, principals, credentials} {
		objects = append(objects, things(c)...)
	}
	return objects
}

// regionsOf names the regions, sorted; missing is set if there may be more of
// them. No account is without regions: an empty list is a reply that cannot be
// true.
func regionsOf(c *snapshot.Context) (names []string, missing *hole) {
	missing = eachOf(c.Resources(KindRegion), func(res *snapshot.Resource, s source, v wire.Value) {
		if name := text(v.Get("name")); name != "" {
			names = append(names, name)
		} else {
			missing = &hole{s.why(snapshot.Absent, "/name"), s.from}
		}
	})
	slices.Sort(names)
	names = slices.Compact(names)
	was := false
	for _, a := range c.Answers() {
		if a.Call != CallRegions {
			continue
		}
		if was = true; !a.Whole() {
			return names, holeOf(a)
		}
	}
	switch {
	case !was:
		return names, &hole{why: &fact.Reason{Cause: snapshot.NotCollected, Call: CallRegions}}
	case len(names) == 0:
		return names, &hole{why: &fact.Reason{Cause: snapshot.Unreadable, Call: CallRegions, Detail: "an empty list of regions"}}
	}
	return names, missing
}

// accountRegion is one region. IBM Cloud has no regions that an account must
// switch on, and no defaults for the metadata service of new servers.
func accountRegion(c *snapshot.Context, name string) *estate.AccountRegion {
	r := &estate.AccountRegion{Subject: regionSubject(c, name), OptIn: fact.Known("opt-in-not-required", nil, "")}
	for i := range c.Resources(KindRegion) {
		if res := &c.Resources(KindRegion)[i]; res.UID == r.UID {
			r.OptIn = fact.Known("opt-in-not-required", originOf(res), "/status")
		}
	}
	r.BackupPolicy = backups(c, name)
	return r
}

// backups says that a backup policy of the region is in force and has a plan.
// What its tags choose is not asked.
func backups(c *snapshot.Context, region string) fact.Of[bool] {
	doubt := unlisted(c, CallBackupPolicies, region, "")
	found := fact.Of[bool]{}
	broken := eachOf(inRegion(c.Resources(KindBackupPolicy), region), func(_ *snapshot.Resource, s source, v wire.Value) {
		state := s.word(v.Get("lifecycle_state"), "/lifecycle_state", "stable")
		plans := v.Get("plans")
		switch {
		case state.Known() && plans.Len() > 0:
			found = fact.Known(true, s.from, "/plans")
		case !plans.IsList():
			doubt = either(doubt, &hole{s.oddly(plans, "/plans"), s.from})
		case plans.Len() > 0:
			doubt = either(doubt, &hole{state.Why(), s.from})
		}
	})
	switch doubt = either(doubt, broken); {
	case found.Known():
		return found
	case doubt != nil:
		return unknownBy[bool](doubt)
	}
	return fact.Known(false, refusal(c.Answer(CallBackupPolicies, region, "")), "")
}

// inRegion cuts one region out of what a context holds of a kind.
func inRegion(rs []snapshot.Resource, region string) []snapshot.Resource {
	from := slices.IndexFunc(rs, func(r snapshot.Resource) bool { return r.Region == region })
	if from < 0 {
		return nil
	}
	to := from
	for to < len(rs) && rs[to].Region == region {
		to++
	}
	return rs[from:to]
}
