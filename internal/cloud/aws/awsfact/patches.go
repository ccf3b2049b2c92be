package awsfact

import (
	"strconv"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// patches reads what Systems Manager tells of the instance.
// DescribeInstanceInformation leaves out instances that no agent ever
// registered; of those that one did, PingStatus tells whether it still reports
// (InstanceInformation in the Systems Manager API reference: Online,
// ConnectionLost, and Inactive, which is not used any more). A stopped instance
// stays in the list, with its connection lost.
func (in *reading) patches() {
	v, s, missing := in.besides(KindManaged, ManagedUID(in.res.UID), CallManaged)
	p := &in.w.Patches
	switch {
	case missing == nil:
		ping := s.word(v.Get("PingStatus"), "/PingStatus", "Online", "ConnectionLost", "Inactive")
		p.Managed = fact.Map(ping, func(word string) bool { return word == "Online" })
		p.State = in.patchState(true, in.unlooked(ping))
	case in.left(CallManaged, missing):
		p.Managed = fact.Known(false, missing.origin, "")
		p.State = in.patchState(false, fact.Known("none", missing.origin, ""))
	default:
		p.Managed = fact.Unknown[bool](missing.why, missing.origin, "")
		p.State = in.patchState(true, fact.Unknown[string](missing.why, missing.origin, ""))
	}
}

// unlooked is the patch state of an instance that is registered and that no
// look for patches is told of. While its agent reports, nobody looked. An agent
// that is silent answers no look, so that nothing can be said of the instance,
// and what was wrong with it is not to vanish for that.
func (in *reading) unlooked(ping fact.Of[string]) fact.Of[string] {
	word, known := ping.Get()
	state, _ := in.w.State.Get()
	silent := "the agent is silent, " + word
	switch {
	case !known:
		return fact.Unknown[string](ping.Why(), ping.From(), ping.Path())
	case word == "Online":
		return fact.Known("none", refusal(in.answered(CallPatches)), "")
	case state == "stopped" || state == "stopping":
		silent = "the instance is " + state
	}
	return fact.Unknown[string](&fact.Reason{Cause: snapshot.Absent, Call: CallPatches, Region: in.res.Region, Detail: silent}, ping.From(), ping.Path())
}

// left says that a whole answer left the instance out, which is how these
// calls say that there is nothing. Of an instance that is gone, or is another
// account's, nobody asks.
func (in *reading) left(call string, missing *hole) bool {
	return missing.why.Cause == snapshot.Absent && in.answered(call).Whole() && in.alive() && in.owner() == in.res.Account
}

// notCompliant are the counts any of which makes an instance non-compliant:
// "these patches might be missing, have failed installation, were rejected, or
// were installed but awaiting a required reboot" (InstancePatchState in the
// Systems Manager API reference). The counts by severity are of the same
// patches, so that a reply without them lacks nothing.
var notCompliant = []struct {
	count   string
	leftOut bool // the reply may leave it out
}{
	{"MissingCount", false}, {"FailedCount", false}, {"InstalledRejectedCount", false}, {"InstalledPendingRebootCount", false},
	{"CriticalNonCompliantCount", true}, {"SecurityNonCompliantCount", true}, {"OtherNonCompliantCount", true},
}

// patchState says what the last look for patches found, however long ago that
// was. DescribeInstancePatchStates leaves out instances that were never looked
// at; then it is as unlooked says. Only those are asked about that are
// registered, so that a refusal leaves nothing open about the others.
func (in *reading) patchState(asked bool, unlooked fact.Of[string]) fact.Of[string] {
	v, s, missing := in.besides(KindPatchState, PatchUID(in.res.UID), CallPatches)
	switch {
	case missing == nil:
		return s.compliance(v)
	case in.left(CallPatches, missing), !asked && missing.why.Cause != snapshot.Unreadable:
		return unlooked
	}
	return fact.Unknown[string](missing.why, missing.origin, "")
}

func (s source) compliance(v wire.Value) fact.Of[string] {
	open := fact.Known("compliant", s.from, "")
	for _, c := range notCompliant {
		path := "/" + c.count
		member := v.Get(c.count)
		n, err := strconv.ParseInt(string(member.Raw()), 10, 64)
		switch {
		case !member.Exists() && c.leftOut:
		case !member.Exists():
			open = fact.Unknown[string](s.why(snapshot.Absent, path), s.from, path)
		case err != nil || n < 0:
			open = fact.Unknown[string](s.strange(member), s.from, path)
		case n > 0:
			return fact.Known("non_compliant", s.from, path)
		}
	}
	return open
}
