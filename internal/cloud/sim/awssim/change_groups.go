package awssim

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"plumbline/internal/cloud/sim"
)

// groupChanges are the calls of EC2 that change what a security group admits.
var groupChanges = map[string]queryOp{
	ec2 + "AuthorizeSecurityGroupIngress": func(s *Server, c *caller, q url.Values) (*page, *refusal) { return c.authorize(q, false) },
	ec2 + "AuthorizeSecurityGroupEgress":  func(s *Server, c *caller, q url.Values) (*page, *refusal) { return c.authorize(q, true) },
	ec2 + "RevokeSecurityGroupIngress":    func(s *Server, c *caller, q url.Values) (*page, *refusal) { return c.revoke(q, false) },
	ec2 + "RevokeSecurityGroupEgress":     func(s *Server, c *caller, q url.Values) (*page, *refusal) { return c.revoke(q, true) },
}

// changeRules changes one side of the group that is named.
func (c *caller) changeRules(q url.Values, egress bool, change func(*sim.SecurityGroup, []*sim.GroupRule) ([]*sim.GroupRule, *refusal)) *refusal {
	id := q.Get("GroupId")
	no := badRequest("InvalidGroup.NotFound", "The security group '"+id+"' does not exist")
	c.region.ChangeNetwork(func(n *sim.Network) bool {
		sim.Replace(&n.SecurityGroups, func(g *sim.SecurityGroup) bool { return g.GroupId == id }, func(g *sim.SecurityGroup) {
			var rules []*sim.GroupRule
			if rules, no = change(g, g.Rules(c.region.Name, egress)); no == nil {
				g.SetRules(egress, rules)
			}
		})
		return no == nil
	})
	return no
}

// authorize adds rules. One that is there already is refused, and then none is
// added.
func (c *caller) authorize(q url.Values, egress bool) (*page, *refusal) {
	if no := only(q, "DryRun", "GroupId", "IpPermissions."); no != nil {
		return nil, no
	}
	var made []*sim.GroupRule
	no := c.changeRules(q, egress, func(g *sim.SecurityGroup, rules []*sim.GroupRule) ([]*sim.GroupRule, *refusal) {
		wanted, no := c.permissions(q, g, egress)
		if no != nil {
			return nil, no
		}
		for _, w := range wanted {
			if slices.ContainsFunc(rules, sameRule(w)) {
				return nil, badRequest("InvalidPermission.Duplicate", "the specified rule \"peer: "+peerOf(w)+"\" already exists")
			}
			rules = append(rules, w)
		}
		made = wanted
		return rules, nil
	})
	if no != nil {
		return nil, no
	}
	p := c.reply(c.action+"Response", 1024)
	p.text("return", "true")
	p.rows("securityGroupRuleSet", anys(made), nil)
	return p.finish(), nil
}

// revoke takes rules away, by their ids or by what they say.
func (c *caller) revoke(q url.Values, egress bool) (*page, *refusal) {
	if no := only(q, "DryRun", "GroupId", "IpPermissions.", "SecurityGroupRuleId."); no != nil {
		return nil, no
	}
	ids := numbered(q, "SecurityGroupRuleId")
	no := c.changeRules(q, egress, func(g *sim.SecurityGroup, rules []*sim.GroupRule) ([]*sim.GroupRule, *refusal) {
		for _, id := range ids {
			n := slices.IndexFunc(rules, func(r *sim.GroupRule) bool { return r.SecurityGroupRuleId == id })
			if n < 0 {
				return nil, badRequest("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '"+id+"' does not exist")
			}
			rules = slices.Delete(rules, n, n+1)
		}
		if len(ids) > 0 {
			return rules, nil
		}
		gone, no := c.permissions(q, g, egress)
		for _, w := range gone {
			n := slices.IndexFunc(rules, sameRule(w))
			if n < 0 {
				return nil, badRequest("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
			}
			rules = slices.Delete(rules, n, n+1)
		}
		return rules, no
	})
	if no != nil {
		return nil, no
	}
	return c.yes(), nil
}

func peerOf(r *sim.GroupRule) string {
	if r.ReferencedGroupInfo != nil {
		return r.ReferencedGroupInfo.GroupId
	}
	return r.CidrIpv4 + r.CidrIpv6 + r.PrefixListId
}

// sameRule fits rules that say the same: ids and descriptions apart.
func sameRule(a *sim.GroupRule) func(*sim.GroupRule) bool {
	return func(b *sim.GroupRule) bool {
		return a.IpProtocol == b.IpProtocol && a.FromPort == b.FromPort && a.ToPort == b.ToPort && peerOf(a) == peerOf(b)
	}
}

// protocolWords are the protocols that EC2 tells by name; of all others it
// tells the number.
var protocolWords = map[string]string{"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}

// permissions reads IpPermissions.1, IpPermissions.2 …, one rule for each
// source.
func (c *caller) permissions(q url.Values, g *sim.SecurityGroup, egress bool) ([]*sim.GroupRule, *refusal) {
	var out []*sim.GroupRule
	n := 1
	for ; hasPrefix(q, permissionAt(n)); n++ {
		rules, no := c.permission(q, permissionAt(n), g, egress)
		if no != nil {
			return nil, no
		}
		out = append(out, rules...)
	}
	if n == 1 {
		return nil, badRequest("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
	}
	return out, nil
}

func permissionAt(n int) string { return "IpPermissions." + strconv.Itoa(n) + "." }

func (c *caller) permission(q url.Values, at string, g *sim.SecurityGroup, egress bool) ([]*sim.GroupRule, *refusal) {
	if no := only(within(q, at), "IpProtocol", "FromPort", "ToPort", "IpRanges.", "Ipv6Ranges.", "PrefixListIds.", "Groups."); no != nil {
		return nil, no
	}
	base := sim.GroupRule{IsEgress: egress, IpProtocol: q.Get(at + "IpProtocol"), FromPort: -1, ToPort: -1}
	set(&base.IpProtocol, protocolWords[base.IpProtocol])
	if base.IpProtocol == "" {
		return nil, badRequest("MissingParameter", "The request must contain the parameter ipProtocol")
	}
	if q.Has(at + "FromPort") {
		var err1, err2 error
		base.FromPort, err1 = strconv.Atoi(q.Get(at + "FromPort"))
		base.ToPort, err2 = strconv.Atoi(q.Get(at + "ToPort"))
		if err1 != nil || err2 != nil || base.FromPort > base.ToPort && base.IpProtocol != "icmp" && base.IpProtocol != "icmpv6" {
			return nil, badRequest("InvalidParameterValue", "Invalid TCP/UDP port range")
		}
	}
	var out []*sim.GroupRule
	for _, kind := range []struct {
		list, member string
		put          func(*sim.GroupRule, string)
	}{
		{"IpRanges", "CidrIp", func(r *sim.GroupRule, v string) { r.CidrIpv4 = v }},
		{"Ipv6Ranges", "CidrIpv6", func(r *sim.GroupRule, v string) { r.CidrIpv6 = v }},
		{"PrefixListIds", "PrefixListId", func(r *sim.GroupRule, v string) { r.PrefixListId = v }},
		{"Groups", "GroupId", func(r *sim.GroupRule, v string) {
			r.ReferencedGroupInfo = &sim.ReferencedGroup{GroupId: v, UserId: c.account.ID}
		}},
	} {
		for n := 1; ; n++ {
			item := at + kind.list + "." + strconv.Itoa(n) + "."
			if !hasPrefix(q, item) {
				break
			}
			r := base
			kind.put(&r, q.Get(item+kind.member))
			r.Description = q.Get(item + "Description")
			out = append(out, r.Fresh(g, c.region.Name))
		}
	}
	if len(out) == 0 {
		return nil, badRequest("MissingParameter", "A source must be specified for each permission.")
	}
	return out, nil
}

// within are the parameters under a prefix, by the rest of their names.
func within(q url.Values, prefix string) url.Values {
	out := url.Values{}
	for name, v := range q {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix {
			out[name[len(prefix):]] = v
		}
	}
	return out
}

// aclChanges are the calls of EC2 that change the entries of a network ACL.
var aclChanges = map[string]queryOp{
	ec2 + "CreateNetworkAclEntry": (*Server).createEntry,
	ec2 + "DeleteNetworkAclEntry": (*Server).deleteEntry,
}

func (c *caller) changeEntries(q url.Values, change func(*sim.NetworkACL) *refusal) (*page, *refusal) {
	id := q.Get("NetworkAclId")
	no := badRequest("InvalidNetworkAclID.NotFound", "The networkAcl ID '"+id+"' does not exist")
	c.region.ChangeNetwork(func(n *sim.Network) bool {
		sim.Replace(&n.ACLs, func(a *sim.NetworkACL) bool { return a.NetworkAclId == id }, func(a *sim.NetworkACL) {
			a.Entries = slices.Clone(a.Entries)
			no = change(a)
		})
		return no == nil
	})
	if no != nil {
		return nil, no
	}
	return c.yes(), nil
}

// theEntry fits the entry of the number and direction that are named.
func theEntry(q url.Values) func(sim.ACLEntry) bool {
	return func(e sim.ACLEntry) bool {
		return strconv.Itoa(e.RuleNumber) == q.Get("RuleNumber") && strconv.FormatBool(e.Egress) == q.Get("Egress")
	}
}

// createEntry adds an entry under a number that is free. "The rule number …
// 1 to 32766", API reference of CreateNetworkAclEntry.
func (s *Server) createEntry(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "NetworkAclId", "RuleNumber", "Protocol", "RuleAction", "Egress", "CidrBlock", "Ipv6CidrBlock", "PortRange.From", "PortRange.To"); no != nil {
		return nil, no
	}
	e := sim.ACLEntry{Protocol: q.Get("Protocol"), RuleAction: q.Get("RuleAction"), Egress: q.Get("Egress") == "true", CidrBlock: q.Get("CidrBlock"), Ipv6CidrBlock: q.Get("Ipv6CidrBlock")}
	var err error
	if e.RuleNumber, err = strconv.Atoi(q.Get("RuleNumber")); err != nil || e.RuleNumber < 1 || e.RuleNumber > 32766 {
		return nil, badRequest("InvalidParameterValue", "Value ("+q.Get("RuleNumber")+") for parameter ruleNumber is invalid.")
	}
	if _, no := word(q, "RuleAction", "allow", "deny"); no != nil || e.RuleAction == "" {
		return nil, badRequest("InvalidParameterValue", "Value ("+e.RuleAction+") for parameter ruleAction is invalid.")
	}
	if _, err := strconv.Atoi(e.Protocol); err != nil || (e.CidrBlock == "") == (e.Ipv6CidrBlock == "") {
		return nil, badRequest("InvalidParameterValue", "An entry needs a protocol's number, and one block of addresses.")
	}
	if e.Protocol == "6" || e.Protocol == "17" {
		from, err1 := strconv.Atoi(q.Get("PortRange.From"))
		to, err2 := strconv.Atoi(q.Get("PortRange.To"))
		if err1 != nil || err2 != nil || from > to {
			return nil, badRequest("MissingParameter", "The request must contain the parameter portRange")
		}
		e.PortRange = &sim.Ports{From: from, To: to}
	}
	return c.changeEntries(q, func(a *sim.NetworkACL) *refusal {
		if slices.ContainsFunc(a.Entries, theEntry(q)) {
			return badRequest("NetworkAclEntryAlreadyExists", "The network acl entry identified by "+q.Get("RuleNumber")+" already exists.")
		}
		a.Entries = append(a.Entries, e)
		return nil
	})
}

func (s *Server) deleteEntry(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "NetworkAclId", "RuleNumber", "Egress"); no != nil {
		return nil, no
	}
	return c.changeEntries(q, func(a *sim.NetworkACL) *refusal {
		if !slices.ContainsFunc(a.Entries, theEntry(q)) {
			return badRequest("InvalidNetworkAclEntry.NotFound", "The network acl entry identified by "+q.Get("RuleNumber")+" does not exist.")
		}
		a.Entries = slices.DeleteFunc(a.Entries, theEntry(q))
		return nil
	})
}

// blockInternet sets the mode of blocking public access for the region.
func (s *Server) blockInternet(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "InternetGatewayBlockMode"); no != nil {
		return nil, no
	}
	mode, no := word(q, "InternetGatewayBlockMode", "off", "block-ingress", "block-bidirectional")
	if no != nil || mode == "" {
		return nil, badRequest("InvalidParameterValue", "Value ("+q.Get("InternetGatewayBlockMode")+") for parameter InternetGatewayBlockMode is invalid.")
	}
	var now sim.BlockPublicAccess
	c.region.ChangeNetwork(func(n *sim.Network) bool {
		if n.BlockPublicAccess.ManagedBy == "declarative-policy" {
			no = c.forbidden("ec2:ModifyVpcBlockPublicAccessOptions")
			return false
		}
		n.BlockInternet(mode)
		now = *n.BlockPublicAccess
		return true
	})
	if no != nil {
		return nil, no
	}
	now.State = "update-in-progress" // the listing says update-complete
	p := c.reply(c.action+"Response", 1024)
	writer{p, ec2Style, nil}.value("vpcBlockPublicAccessOptions", reflect.ValueOf(&now))
	return p.finish(), nil
}
