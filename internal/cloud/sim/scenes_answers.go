package sim

import "slices"

// What is true of a scene beside who is reached: what its groups and its own
// network ACL say by themselves, and what may be open where a call is refused.
// All of it is written down by the scene's name, never worked out.

// KeepsOut says that the network ACL that the scene writes lets neither SSH nor
// remote desktop in from any source. It is false where the scene writes none.
func (s *Scene) KeepsOut() bool {
	return slices.Contains([]string{
		"an ACL without entries",
		"an ACL that lets the office in",
		"a load balancer and its targets in one subnet, whose ACL neither lets pass",
		"a network load balancer that shows its clients, and an ACL for the office",
	}, s.Name)
}

// A scene's groups let any source in, as its site's first group does, unless it
// is one of these.
var (
	chosenGroups = []string{
		"A9 a group that admits itself", "the office", "the office, by a prefix list", "the branch, by IPv6",
		"half as wide as any source", "half as wide as any source, by IPv6", "private sources, as many as they are",
		"the group of a bastion", "the default group", "an empty prefix list",
		"A28 behind an application load balancer", "A32 only a load balancer's own interface stands open",
		"an application load balancer for the office", "an internal application load balancer",
		"a load balancer whose port its group does not open", "a target that admits another port of its load balancer",
		"a target group that only a listener's rule names", "a target with a port of its own",
		"a load balancer and SSH from the office", "targets by address",
		"a network load balancer that shows its clients to a target for the VPC",
		"a network load balancer in front of addresses", "a network load balancer with a group",
		"a network load balancer with a group for the office", "a classic load balancer",
		"a classic load balancer that passes TCP on", "an ACL between a load balancer and its targets",
		"a load balancer and its targets in one subnet, whose ACL neither lets pass", "a load balancer of both families",
		"a load balancer of two ports", "a rule of a load balancer for the office", "a rule of a load balancer for a header",
		"a target group that is given no share", "a network load balancer that hides its clients",
		"a network load balancer that shows its clients to addresses for the VPC", "a stopped target",
		"a load balancer behind blocked public access", "ACLs are not told, and the group admits nobody",
		"load balancers are not told", "rules of listeners are not told",
		"rules of listeners are not told, and the default action forwards", "whether clients are shown is not told",
	}
	untoldGroups = []string{"A29 a group that is not told", "groups are not told", "groups are not told, and there is no address", "prefix lists are not told"}
)

// LetsAnybodyIn says whether the groups of the scene's instances admit any
// source to anything, whatever else stands in the way: Yes, No or Uncertain.
func (s *Scene) LetsAnybodyIn() string {
	switch {
	case slices.Contains(untoldGroups, s.Name):
		return Uncertain
	case slices.Contains(chosenGroups, s.Name):
		return No
	}
	return Yes
}

// SendsAnywhere says whether the groups of an instance of the scene let it send
// everything to everybody: every group that a site makes does. An instance that
// wears another of the site's groups besides may do it by that.
func (s *Scene) SendsAnywhere(wearsMore bool) string {
	switch s.Name {
	case "groups are not told", "groups are not told, and there is no address":
		return Uncertain
	case "A29 a group that is not told":
		if !wearsMore {
			return Uncertain
		}
	case "a group that lets nothing out":
		if !wearsMore {
			return No
		}
	}
	return Yes
}

// Led says whether a public address, by a route that leads there, or a load
// balancer that stands in its zone leads to an instance of the scene, whatever
// filters and blocks say: Yes, No or Uncertain. Public of a Reach leaves open
// what its own words leave open.
func (s *Scene) Led() string {
	switch s.Name {
	case "route tables are not told", "load balancers are not told", "rules of listeners are not told":
		return Uncertain
	}
	if s.V4.Public == No && s.V6.Public == No {
		return No
	}
	return Yes
}

// MayBeOpen lists what may be open in the scene, beside what is, since
// something that decides is not told. The other group of a site admits whatever
// wears the default group, which a load balancer that is not told may.
func (s *Scene) MayBeOpen(wearsMore bool) []Opening {
	switch s.Name {
	case "A30 ACLs are not told", "exclusions are not told", "prefix lists are not told", "the block of public access is not told", "route tables are not told":
		return []Opening{ssh} // all that its group admits
	case "a protocol of no known name", "a protocol of no known name beside SSH", "A29 a group that is not told", "groups are not told":
		return everytalk
	case "load balancers are not told": // of what kind they are is not told either
		if wearsMore {
			return everytalk
		}
		return []Opening{world("tcp", 8080, 8080).behind(443, "l4")}
	case "load balancers are not told, and SSH is open":
		if wearsMore {
			return everytalk
		}
		return []Opening{ssh.behind(22, "l4")}
	case "rules of listeners are not told":
		return []Opening{world("tcp", 8080, 8080).behind(80, "l7")}
	case "whether clients are shown is not told", "a network load balancer whose node in another zone has the only way out, and may send across zones":
		return []Opening{world("tcp", 8443, 8443).behind(443, "l4")}
	}
	return nil
}
