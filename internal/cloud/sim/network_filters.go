package sim

import (
	"fmt"
	"strconv"
)

// A NetworkACL filters what enters and leaves its subnets, without memory.
type NetworkACL struct {
	NetworkAclId, VpcId, OwnerId string
	IsDefault                    bool             `aws:"default"`
	Associations                 []ACLAssociation `aws:"associationSet"`
	Entries                      []ACLEntry       `aws:"entrySet"`
	Tags                         []Tag            `aws:"tagSet"`
}

// An ACLAssociation ties a network ACL to a subnet.
type ACLAssociation struct{ NetworkAclAssociationId, NetworkAclId, SubnetId string }

// An ACLEntry is one line of a network ACL. Protocol is a number in words,
// "-1" for any. Lines are asked by ascending number; the first that fits
// decides.
type ACLEntry struct {
	RuleNumber               int
	Protocol, RuleAction     string
	Egress                   bool
	CidrBlock, Ipv6CidrBlock string
	IcmpTypeCode             *ICMP
	PortRange                *Ports
}

// An ICMP is a kind of message; -1 is any.
type ICMP struct{ Code, Type int }

// Ports is a range of ports, both ends in it.
type Ports struct{ From, To int }

// A SecurityGroup is a list of what may reach the interfaces that wear it.
type SecurityGroup struct {
	GroupId, GroupName  string
	Description         string `aws:"groupDescription"`
	OwnerId, VpcId      string
	SecurityGroupArn    string
	IpPermissions       []Permission
	IpPermissionsEgress []Permission
	Tags                []Tag `aws:"tagSet"`
}

// A Permission is one protocol and range of ports with all that may use it.
// IpProtocol is "tcp", "udp", "icmp", "icmpv6", a number in words, or "-1" for
// any; ports are absent where the protocol has none. For ICMP FromPort is the
// type and ToPort the code, -1 is any.
type Permission struct {
	IpProtocol       string
	FromPort, ToPort *int
	IpRanges         []Range4
	Ipv6Ranges       []Range6
	PrefixListIds    []PrefixListRef
	UserIdGroupPairs []GroupRef `aws:"groups"`
}

// A Range4 is a block of IPv4 addresses.
type Range4 struct{ CidrIp, Description string }

// A Range6 is a block of IPv6 addresses.
type Range6 struct{ CidrIpv6, Description string }

// A PrefixListRef names a prefix list.
type PrefixListRef struct{ PrefixListId, Description string }

// A GroupRef names a group: it stands for the private addresses of the
// interfaces that wear it.
type GroupRef struct {
	GroupId, UserId, Description                 string
	VpcId, VpcPeeringConnectionId, PeeringStatus string
}

// A GroupRule is one source of one permission under an id of its own, as
// DescribeSecurityGroupRules tells it. FromPort and ToPort are -1 where there
// are none.
type GroupRule struct {
	SecurityGroupRuleId, SecurityGroupRuleArn, GroupId, GroupOwnerId string
	IsEgress                                                         bool
	IpProtocol                                                       string
	FromPort, ToPort                                                 int
	CidrIpv4, CidrIpv6, PrefixListId, Description                    string
	ReferencedGroupInfo                                              *ReferencedGroup
}

// A ReferencedGroup is the group that a rule names.
type ReferencedGroup struct {
	GroupId, UserId, VpcId, VpcPeeringConnectionId, PeeringStatus string
}

// A GroupAssociation lets interfaces of another VPC wear a group.
type GroupAssociation struct{ GroupId, GroupOwnerId, VpcId, VpcOwnerId, State string }

// A PrefixList is a list of blocks under one name.
type PrefixList struct {
	PrefixListId, PrefixListArn, PrefixListName, AddressFamily, OwnerId, State string
	MaxEntries, Version                                                        int
	Tags                                                                       []Tag             `aws:"tagSet"`
	Entries                                                                    []PrefixListEntry `aws:"-"`
}

// A PrefixListEntry is one block of a prefix list.
type PrefixListEntry struct{ Cidr, Description string }

// GroupRules takes the permissions of a region's groups apart, one rule for
// each source, as EC2 keeps them.
func (n *Network) GroupRules(region string) []*GroupRule {
	var out []*GroupRule
	for _, g := range n.SecurityGroups {
		for _, p := range g.IpPermissions {
			out = p.rules(g, region, false, out)
		}
		for _, p := range g.IpPermissionsEgress {
			out = p.rules(g, region, true, out)
		}
	}
	return out
}

func (p *Permission) rules(g *SecurityGroup, region string, egress bool, out []*GroupRule) []*GroupRule {
	add := func(r GroupRule) {
		r.GroupId, r.GroupOwnerId, r.IsEgress, r.IpProtocol, r.FromPort, r.ToPort = g.GroupId, g.OwnerId, egress, p.IpProtocol, -1, -1
		if p.FromPort != nil {
			r.FromPort, r.ToPort = *p.FromPort, *p.ToPort
		}
		source := r.CidrIpv4 + r.CidrIpv6 + r.PrefixListId
		if r.ReferencedGroupInfo != nil {
			source += r.ReferencedGroupInfo.GroupId
		}
		word := fmt.Sprint(g.GroupId, egress, p.IpProtocol, " ", r.FromPort, " ", r.ToPort, " ", source)
		r.SecurityGroupRuleId = hexID(seeded(word), "sgr-")
		r.SecurityGroupRuleArn = "arn:aws:ec2:" + region + ":" + g.OwnerId + ":security-group-rule/" + r.SecurityGroupRuleId
		out = append(out, &r)
	}
	for _, x := range p.IpRanges {
		add(GroupRule{CidrIpv4: x.CidrIp, Description: x.Description})
	}
	for _, x := range p.Ipv6Ranges {
		add(GroupRule{CidrIpv6: x.CidrIpv6, Description: x.Description})
	}
	for _, x := range p.PrefixListIds {
		add(GroupRule{PrefixListId: x.PrefixListId, Description: x.Description})
	}
	for _, x := range p.UserIdGroupPairs {
		add(GroupRule{Description: x.Description, ReferencedGroupInfo: &ReferencedGroup{x.GroupId, x.UserId, x.VpcId, x.VpcPeeringConnectionId, x.PeeringStatus}})
	}
	return out
}

// onPorts is a permission for a protocol and a range of ports.
func onPorts(protocol string, from, to int, sources ...string) Permission {
	p := Permission{IpProtocol: protocol, FromPort: &from, ToPort: &to}
	return p.from(sources...)
}

// onAll is a permission for every port of a protocol that has none: "-1", or
// a number.
func onAll(protocol string, sources ...string) Permission {
	p := Permission{IpProtocol: protocol}
	return p.from(sources...)
}

// from adds sources, told apart by how they are written: a block, a prefix
// list or a group.
func (p Permission) from(sources ...string) Permission {
	for _, s := range sources {
		switch kindOf(s) {
		case "pl":
			p.PrefixListIds = append(p.PrefixListIds, PrefixListRef{PrefixListId: s})
		case "sg":
			p.UserIdGroupPairs = append(p.UserIdGroupPairs, GroupRef{GroupId: s})
		case "6":
			p.Ipv6Ranges = append(p.Ipv6Ranges, Range6{CidrIpv6: s})
		default:
			p.IpRanges = append(p.IpRanges, Range4{CidrIp: s})
		}
	}
	return p
}

func kindOf(source string) string {
	switch {
	case len(source) > 3 && source[:3] == "pl-":
		return "pl"
	case len(source) > 3 && source[:3] == "sg-":
		return "sg"
	case isSix(source):
		return "6"
	default:
		return "4"
	}
}

// isSix says that an address or block is of IPv6.
func isSix(v string) bool {
	for _, c := range v {
		if c == ':' {
			return true
		}
	}
	return false
}

// entry is a line of an ACL, written as "100 in allow 6 22-22 0.0.0.0/0".
// Protocols without ports are written without them; ICMP has "type/code".
func entry(number int, way, action, protocol, ports, block string) ACLEntry {
	e := ACLEntry{RuleNumber: number, Egress: way == "out", RuleAction: action, Protocol: protocol}
	if isSix(block) {
		e.Ipv6CidrBlock = block
	} else {
		e.CidrBlock = block
	}
	var a, b int
	switch {
	case ports == "":
	case protocol == "1" || protocol == "58":
		scan(ports, "%d/%d", &a, &b)
		e.IcmpTypeCode = &ICMP{Type: a, Code: b}
	default:
		scan(ports, "%d-%d", &a, &b)
		e.PortRange = &Ports{a, b}
	}
	return e
}

func scan(v, format string, to ...any) {
	if _, err := fmt.Sscanf(v, format, to...); err != nil {
		panic("not of the form " + strconv.Quote(format) + ": " + v)
	}
}
