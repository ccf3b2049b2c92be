package awsfact

import (
	"strconv"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// patches reads what Systems Manager tells of the instance.
func (in *reading) patches() {
	in.w.Patches.Managed = in.managed()
	in.w.Patches.State = in.patchState()
}

// managed says whether the agent reports. DescribeInstanceInformation leaves
// out instances that no agent ever registered; of those that one did, PingStatus
// tells whether it still does (InstanceInformation in the Systems Manager API
// reference: Online, ConnectionLost, and Inactive, which is not used any more).
func (in *reading) managed() fact.Of[bool] {
	v, s, missing := in.besides(KindManaged, ManagedUID(in.res.UID), CallManaged)
	if missing != nil {
		if in.left(CallManaged, missing) {
			return fact.Known(false, missing.origin, "")
		}
		return fact.Unknown[bool](missing.why, missing.origin, "")
	}
	status := s.word(v.Get("PingStatus"), "/PingStatus", "Online", "ConnectionLost", "Inactive")
	return fact.Map(status, func(word string) bool { return word == "Online" })
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

// patchState says what the last look for patches found.
// DescribeInstancePatchStates leaves out instances that were never looked at.
// Only those are asked about that Systems Manager is known to manage.
func (in *reading) patchState() fact.Of[string] {
	v, s, missing := in.besides(KindPatchState, PatchUID(in.res.UID), CallPatches)
	managed := in.w.Patches.Managed
	switch {
	case missing == nil:
		return s.compliance(v)
	case in.left(CallPatches, missing) && managed.Known():
		return fact.Known("none", missing.origin, "")
	case in.left(CallPatches, missing):
		return fact.Unknown[string](managed.Why(), managed.From(), "")
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
