package sim

import (
	"slices"
	"strings"
)

// Network is what packets meet as it is set now. Net stays as it was made.
func (r *Region) Network() *Network {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.net != nil {
		return r.net
	}
	return r.Net
}

// ChangeNetwork changes a copy and puts it in place. What is in its lists is
// shared with replies under way: it is replaced, never written to. A change
// that returns false is dropped.
func (r *Region) ChangeNetwork(change func(*Network) bool) {
	r.changing.Lock()
	defer r.changing.Unlock()
	now := *r.Network()
	if !change(&now) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.net = &now
}

// Replace puts a changed copy of a thing in its place in a list that others
// hold; false if it is not there.
func Replace[T any](list *[]*T, is func(*T) bool, change func(*T)) bool {
	n := slices.IndexFunc(*list, is)
	if n < 0 {
		return false
	}
	x := *(*list)[n]
	change(&x)
	*list = slices.Clone(*list)
	(*list)[n] = &x
	return true
}

// Rules takes one side of a group apart, one rule for each source, as EC2
// keeps them.
func (g *SecurityGroup) Rules(region string, egress bool) []*GroupRule {
	side := g.IpPermissions
	if egress {
		side = g.IpPermissionsEgress
	}
	var out []*GroupRule
	for _, p := range side {
		out = p.rules(g, region, egress, out)
	}
	return out
}

// SetRules puts one side of a group together again.
func (g *SecurityGroup) SetRules(egress bool, rules []*GroupRule) {
	side := &g.IpPermissions
	if egress {
		side = &g.IpPermissionsEgress
	}
	*side = nil
	for _, r := range rules {
		same := func(p Permission) bool {
			from, to := -1, -1
			if p.FromPort != nil {
				from, to = *p.FromPort, *p.ToPort
			}
			return p.IpProtocol == r.IpProtocol && from == r.FromPort && to == r.ToPort
		}
		n := slices.IndexFunc(*side, same)
		if n < 0 {
			n = len(*side)
			*side = append(*side, Permission{IpProtocol: r.IpProtocol})
			if portsOrTypes(r.IpProtocol) {
				(*side)[n].FromPort, (*side)[n].ToPort = &r.FromPort, &r.ToPort
			}
		}
		(*side)[n].admit(r)
	}
}

// portsOrTypes says that a permission for the protocol has two numbers.
func portsOrTypes(protocol string) bool {
	return slices.Contains([]string{"tcp", "udp", "icmp", "icmpv6"}, protocol)
}

func (p *Permission) admit(r *GroupRule) {
	switch {
	case r.CidrIpv4 != "":
		p.IpRanges = append(p.IpRanges, Range4{r.CidrIpv4, r.Description})
	case r.CidrIpv6 != "":
		p.Ipv6Ranges = append(p.Ipv6Ranges, Range6{r.CidrIpv6, r.Description})
	case r.PrefixListId != "":
		p.PrefixListIds = append(p.PrefixListIds, PrefixListRef{r.PrefixListId, r.Description})
	case r.ReferencedGroupInfo != nil:
		x := r.ReferencedGroupInfo
		p.UserIdGroupPairs = append(p.UserIdGroupPairs, GroupRef{GroupId: x.GroupId, UserId: x.UserId, Description: r.Description, VpcId: x.VpcId, VpcPeeringConnectionId: x.VpcPeeringConnectionId, PeeringStatus: x.PeeringStatus})
	}
}

// Fresh is the rule under the id that it has in a group.
func (r GroupRule) Fresh(g *SecurityGroup, region string) *GroupRule {
	p := Permission{IpProtocol: r.IpProtocol}
	if portsOrTypes(r.IpProtocol) {
		p.FromPort, p.ToPort = &r.FromPort, &r.ToPort
	}
	p.admit(&r)
	return p.rules(g, region, r.IsEgress, nil)[0]
}

// BlockInternet sets a region's mode of blocking public access, and works out
// what it means for each VPC and subnet: an exclusion lifts the block from a
// VPC with its subnets, or from one subnet, both ways or for what goes out
// (VPC user guide, "Block public access to VPCs and subnets").
func (n *Network) BlockInternet(mode string) {
	b := *n.BlockPublicAccess
	b.InternetGatewayBlockMode, b.State = mode, "update-complete"
	n.BlockPublicAccess = &b
	n.VPCs, n.Subnets = slices.Clone(n.VPCs), slices.Clone(n.Subnets)
	for i, v := range n.VPCs {
		x := *v
		x.BlockPublicAccessStates = &BlockMode{n.lifted(mode, ":vpc/"+v.VpcId)}
		n.VPCs[i] = &x
	}
	for i, v := range n.Subnets {
		x := *v
		x.BlockPublicAccessStates = &BlockMode{n.lifted(mode, ":vpc/"+v.VpcId, ":subnet/"+v.SubnetId)}
		n.Subnets[i] = &x
	}
}

func (n *Network) lifted(mode string, ends ...string) string {
	for _, x := range n.Exclusions {
		if x.State != "create-complete" && x.State != "update-complete" || !slices.ContainsFunc(ends, func(e string) bool { return strings.HasSuffix(x.ResourceArn, e) }) {
			continue
		}
		if x.InternetGatewayExclusionMode == "allow-bidirectional" {
			return "off"
		}
		if mode == "block-bidirectional" {
			mode = "block-ingress"
		}
	}
	return mode
}
