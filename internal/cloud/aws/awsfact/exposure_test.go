package awsfact_test

import (
	"strings"
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/reach"
)

const ssh = "tcp 22-22 0.0.0.0/0"

const open22 = "reachable\nipv4 tcp 22 full any=true 0.0.0.0/0"

func subnetTable(routes ...doc) doc { return table("rtb-a", doc{"subnetId": "subnet-a"}, routes...) }

func excluded(resource, mode, state string) doc {
	return doc{"exclusionId": "x", "resourceArn": "arn:aws:ec2:eu-west-1:" + account + ":" + resource, "internetGatewayExclusionMode": mode, "state": state}
}

func listOf(id string, cidrs ...string) func(*scene) {
	return func(s *scene) {
		s.add(awsfact.KindPrefixList, doc{"prefixListId": id, "ownerId": account})
		for _, c := range cidrs {
			s.add(awsfact.KindPrefixEntry, doc{"^": doc{awsfact.AboutPrefixList: id}, "cidr": c})
		}
	}
}

// TestWhatReachesAnInstance is the table of corner cases of the domain
// reference, corrected.
func TestWhatReachesAnInstance(t *testing.T) {
	t.Parallel()
	six := func(s *scene) { s.nics[0] = nic("eni-0", "subnet-a", "sg-1", "", "2600:1f18::10") }
	for _, c := range []struct {
		name   string
		groups []doc
		change func(*scene)
		want   string
	}{
		{"A1 open to the world", []doc{sg("sg-1", ssh)}, nil, open22},
		{"A2 the route leads to a NAT gateway", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.add(awsfact.KindRouteTable, subnetTable(route("0.0.0.0/0", "nat-1")))
		}, "internal"},
		{"A3 no public address", []doc{sg("sg-1", ssh)}, func(s *scene) { s.nics[0] = nic("eni-0", "subnet-a", "sg-1", "", "") }, "internal"},
		{"A4 the ACL denies first", []doc{sg("sg-1", ssh, "tcp 443-443 0.0.0.0/0")}, func(s *scene) {
			s.acl = acl("acl-1", "subnet-a", in(90, "deny 6 22-22 0.0.0.0/0"), in(100, "allow -1 - 0.0.0.0/0"), out(100, "allow -1 - 0.0.0.0/0"))
		}, "reachable\nipv4 tcp 443 full any=true 0.0.0.0/0"},
		{"A5 the ACL allows first", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.acl = acl("acl-1", "subnet-a", in(110, "deny 6 22-22 0.0.0.0/0"), in(100, "allow -1 - 0.0.0.0/0"), out(100, "allow -1 - 0.0.0.0/0"))
		}, open22},
		{"A6 replies reach one client port, which an attacker chooses", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.acl = acl("acl-1", "subnet-a", in(100, "allow -1 - 0.0.0.0/0"), out(100, "allow 6 443-443 0.0.0.0/0"))
		}, "reachable\nipv4 tcp 22 partial any=true 0.0.0.0/0"},
		{"A6 without any reply", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.acl = acl("acl-1", "subnet-a", in(100, "allow -1 - 0.0.0.0/0"), out(100, "allow 17 0-65535 0.0.0.0/0"))
		}, "internal"},
		{"A7 replies reach some client ports", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.acl = acl("acl-1", "subnet-a", in(100, "allow -1 - 0.0.0.0/0"), out(100, "allow 6 32768-60999 0.0.0.0/0"))
		}, "reachable\nipv4 tcp 22 partial any=true 0.0.0.0/0"},
		{"A8 two groups are a union", []doc{sg("sg-1"), sg("sg-2", ssh)}, nil, open22},
		{"A9 a rule that names a group", []doc{sg("sg-1", "tcp 22-22 sg-1")}, nil, "internal"},
		{"A10 a prefix list that holds everybody", []doc{sg("sg-1", "tcp 22-22 pl-1")}, listOf("pl-1", "0.0.0.0/0"), open22},
		{"A11 everybody in halves", []doc{sg("sg-1", "tcp 22-22 0.0.0.0/1 128.0.0.0/1")}, nil, open22},
		{"A12 an IPv6 rule and an IPv4 address", []doc{sg("sg-1", "tcp 22-22 ::/0")}, nil, "internal"},
		{"A13 IPv6 by an egress-only gateway", []doc{sg("sg-1", "tcp 22-22 ::/0")}, func(s *scene) {
			six(s)
			s.add(awsfact.KindRouteTable, subnetTable(route("::/0", "eigw-1")))
		}, "internal"},
		{"A14 IPv6 by an internet gateway", []doc{sg("sg-1", "tcp 22-22 ::/0")}, six, "reachable\nipv6 tcp 22 full any=true ::/0"},
		{"A15 the subnet's own table wins", []doc{sg("sg-1", ssh)}, func(s *scene) { s.add(awsfact.KindRouteTable, subnetTable()) }, "internal"},
		{"A16 the gateway is gone", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.add(awsfact.KindRouteTable, subnetTable(route("0.0.0.0/0", "igw-1", "state", "blackhole")))
		}, "internal"},
		{"A17 some clients' replies go elsewhere", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.add(awsfact.KindRouteTable, subnetTable(route("203.0.113.0/24", "vgw-1"), route("0.0.0.0/0", "igw-1")))
		}, "reachable\nipv4 tcp 22 full any=true 0.0.0.0/0 but 203.0.113.0/24"},
		{"A18 public access is blocked", []doc{sg("sg-1", ssh)}, func(s *scene) { s.block["internetGatewayBlockMode"] = "block-ingress" }, "internal"},
		{"A19 the subnet is excluded", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.block["internetGatewayBlockMode"] = "block-bidirectional"
			s.add(awsfact.KindBlockExclusion, excluded("subnet/subnet-a", "allow-bidirectional", "create-complete"))
		}, open22},
		{"A20 the VPC is excluded outwards only", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.block["internetGatewayBlockMode"] = "block-ingress"
			s.add(awsfact.KindBlockExclusion, excluded("vpc/vpc-1", "allow-egress", "create-complete"))
		}, "internal"},
		{"A21 the address is the second interface's", []doc{sg("sg-1"), sg("sg-2", ssh)}, func(s *scene) {
			s.add(awsfact.KindRouteTable, subnetTable())
			s.nics = []doc{nic("eni-0", "subnet-a", "sg-1", "", ""), nic("eni-1", "subnet-b", "sg-2", "", "")}
			s.nics[1]["privateIpAddressesSet"] = list{doc{"privateIpAddress": "10.0.2.5"}, doc{"privateIpAddress": "10.0.2.6", "association": doc{"publicIp": "203.0.113.11"}}}
			s.beside = []doc{admitting("eni-1")}
		}, open22},
		{"A22 stopped", []doc{sg("sg-1", ssh)}, func(s *scene) { s.state = "stopped" }, "isolated"},
		{"A24 a protocol by number", []doc{sg("sg-1", "6 22-22 0.0.0.0/0")}, nil, open22},
		{"A25 all protocols", []doc{sg("sg-1", "-1 * 0.0.0.0/0")}, nil, `reachable
ipv4 tcp 0-65535 full any=true 0.0.0.0/0
ipv4 udp 0-65535 full any=true 0.0.0.0/0
ipv4 icmp 0 full any=true 0.0.0.0/0
ipv4 0, 2-5, 7-16, 18-255 0 full any=true 0.0.0.0/0`},
		{"A26 datagrams without replies", []doc{sg("sg-1", "udp 53-53 0.0.0.0/0")}, func(s *scene) {
			s.acl = acl("acl-1", "subnet-a", in(100, "allow -1 - 0.0.0.0/0"))
		}, "reachable\nipv4 udp 53 one_way any=true 0.0.0.0/0"},
		{"A27 ICMP alone", []doc{sg("sg-1", "icmp -1--1 0.0.0.0/0")}, nil, "reachable\nipv4 icmp 0 full any=true 0.0.0.0/0"},
		{"A29 a group that was not listed", []doc{sg("sg-1")}, func(s *scene) { s.nics[0] = nic("eni-0", "subnet-a", "sg-9", "203.0.113.10", "") },
			`unknown
ipv4 tcp 0-65535 full any=unknown 0.0.0.0/0
ipv4 udp 0-65535 full any=unknown 0.0.0.0/0
ipv4 icmp 0 full any=unknown 0.0.0.0/0
ipv4 0, 2-5, 7-16, 18-255 0 full any=unknown 0.0.0.0/0`},
		{"A29 another VPC's group that was listed", []doc{sg("sg-1", ssh)}, func(s *scene) { s.more[awsfact.KindGroup][0]["vpcId"] = "vpc-9" }, open22},
		{"A30 the ACLs may not be read", []doc{sg("sg-1", ssh)}, func(s *scene) { s.refused = []string{awsfact.CallNetworkACLs} },
			"unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"A31 the metadata service's address in a rule", []doc{sg("sg-1", "tcp 80-80 169.254.169.254/32")}, nil, "internal"},
		{"A32 interfaces of services are nobody's instance", []doc{sg("sg-1", ssh)}, func(s *scene) { s.beside = append(s.beside, admitting("eni-nat")) }, open22},
		{"A33 one address is denied", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.acl = acl("acl-1", "subnet-a", in(90, "deny 6 22-22 198.51.100.7/32"), in(100, "allow -1 - 0.0.0.0/0"), out(100, "allow -1 - 0.0.0.0/0"))
		}, "reachable\nipv4 tcp 22 full any=true 0.0.0.0/0 but 198.51.100.7/32"},
		{"A34 all of the internet's IPv6", []doc{sg("sg-1", "tcp 22-22 2000::/3")}, six, "reachable\nipv6 tcp 22 full any=true ::/0"},
		{"A35 an exclusion that was changed", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.block["internetGatewayBlockMode"] = "block-ingress"
			s.add(awsfact.KindBlockExclusion, excluded("vpc/vpc-1", "allow-bidirectional", "update-complete"))
		}, open22},

		{"chosen sources only", []doc{sg("sg-1", "tcp 22-22 198.51.100.0/24")}, nil, "restricted\nipv4 tcp 22 full any=false 198.51.100.0/24"},
		{"private sources only", []doc{sg("sg-1", "tcp 22-22 10.0.0.0/8")}, nil, "internal"},
		{"what is unknown of one group leaves the other's ports certain", []doc{sg("sg-1", "tcp 443-443 0.0.0.0/0", "tcp 22-22 pl-1")}, func(s *scene) {
			listOf("pl-1", "0.0.0.0/0")(s)
			s.refused = []string{awsfact.CallPrefixEntries + " pl-1"}
		}, "reachable\nipv4 tcp 443 full any=true 0.0.0.0/0\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"a protocol that nobody knows", []doc{sg("sg-1", "hyper 22-22 198.51.100.0/24", ssh)}, nil, `reachable
ipv4 tcp 22 full any=true 0.0.0.0/0
ipv4 tcp 0-21 full any=unknown 198.51.100.0/24
ipv4 tcp 23-65535 full any=unknown 198.51.100.0/24
ipv4 udp 0-65535 full any=unknown 198.51.100.0/24
ipv4 icmp 0 full any=unknown 198.51.100.0/24
ipv4 0, 2-5, 7-16, 18-255 0 full any=unknown 198.51.100.0/24`},
		{"the interface refuses internet gateways", []doc{sg("sg-1", ssh)}, func(s *scene) { s.beside[0]["denyAllIgwTraffic"] = "true" }, "internal"},
		{"the interface's document did not come", []doc{sg("sg-1", ssh)}, func(s *scene) { s.beside = nil }, "unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"the gateway is attached to another VPC", []doc{sg("sg-1", ssh)}, func(s *scene) { s.igw["attachmentSet"] = list{doc{"vpcId": "vpc-2", "state": "available"}} }, "internal"},
		{"the gateway is being attached", []doc{sg("sg-1", ssh)}, func(s *scene) { s.igw["attachmentSet"] = list{doc{"vpcId": "vpc-1", "state": "attaching"}} },
			"unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"the default route leads to an appliance", []doc{sg("sg-1", ssh)}, func(s *scene) { s.add(awsfact.KindRouteTable, subnetTable(route("0.0.0.0/0", "eni-9"))) },
			"unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"the default route leads to a firewall's endpoint", []doc{sg("sg-1", ssh)}, func(s *scene) { s.add(awsfact.KindRouteTable, subnetTable(route("0.0.0.0/0", "vpce-9"))) },
			"unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"the gateway sends packets through an appliance", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.add(awsfact.KindRouteTable, table("rtb-igw", doc{"gatewayId": "igw-1"}, route("10.0.1.0/24", "eni-9")))
		}, "unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"the gateway sends another subnet's packets through an appliance", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.add(awsfact.KindRouteTable, table("rtb-igw", doc{"gatewayId": "igw-1"}, route("10.0.2.0/24", "eni-9")))
		}, open22},
		{"a longer route by prefix list", []doc{sg("sg-1", ssh)}, func(s *scene) {
			listOf("pl-7", "198.51.100.0/24")(s)
			s.add(awsfact.KindRouteTable, subnetTable(route("pl-7", "tgw-1"), route("0.0.0.0/0", "igw-1")))
		}, "reachable\nipv4 tcp 22 full any=true 0.0.0.0/0 but 198.51.100.0/24"},
		{"a route for a service of AWS's whose addresses could not be read", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.add(awsfact.KindPrefixList, doc{"prefixListId": "pl-s3", "ownerId": "AWS"})
			s.add(awsfact.KindRouteTable, subnetTable(route("pl-s3", "vpce-1"), route("0.0.0.0/0", "igw-1")))
			s.refused = []string{awsfact.CallPrefixEntries + " pl-s3"}
		}, open22},
		{"a change of the block is under way", []doc{sg("sg-1", ssh)}, func(s *scene) { s.block["state"] = "update-in-progress" }, "unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"the block and the subnet's state disagree", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.more[awsfact.KindSubnet][0]["blockPublicAccessStates"] = doc{"internetGatewayBlockMode": "block-bidirectional"}
		}, "unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"an ACL entry with an action that nobody knows", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.acl = acl("acl-1", "subnet-a", in(90, "ponder 6 22-22 0.0.0.0/0"), in(100, "allow -1 - 0.0.0.0/0"), out(100, "allow -1 - 0.0.0.0/0"))
		}, "unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"an ACL entry that nobody can read, for another port", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.acl = acl("acl-1", "subnet-a", in(90, "ponder 6 23-23 0.0.0.0/0"), in(100, "allow -1 - 0.0.0.0/0"), out(100, "allow -1 - 0.0.0.0/0"))
		}, open22},
		{"an IPv6 prefix of the interface", []doc{sg("sg-1", "tcp 22-22 ::/0")}, func(s *scene) {
			s.nics[0] = nic("eni-0", "subnet-a", "sg-1", "", "")
			s.nics[0]["ipv6PrefixSet"] = list{doc{"ipv6Prefix": "2600:1f18:0:1::/80"}}
		}, "reachable\nipv6 tcp 22 full any=true ::/0"},
		{"a private IPv6 address", []doc{sg("sg-1", "tcp 22-22 ::/0")}, func(s *scene) { s.nics[0] = nic("eni-0", "subnet-a", "sg-1", "", "fd00::1") }, "internal"},
		{"a carrier's address", []doc{sg("sg-1", ssh)}, func(s *scene) {
			s.nics[0]["privateIpAddressesSet"] = list{doc{"privateIpAddress": "10.0.1.10", "association": doc{"carrierIp": "203.0.113.99"}}}
			s.add(awsfact.KindRouteTable, subnetTable(route("0.0.0.0/0", "cagw-1")))
		}, "unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"ICMP of one type denied by the ACL", []doc{sg("sg-1", "icmp 8--1 0.0.0.0/0")}, func(s *scene) {
			echo := in(90, "deny 1 - 0.0.0.0/0")
			echo["icmpTypeCode"] = doc{"type": "8", "code": "-1"}
			s.acl = acl("acl-1", "subnet-a", echo, in(100, "allow -1 - 0.0.0.0/0"), out(100, "allow -1 - 0.0.0.0/0"))
		}, "internal"},
		{"being started", []doc{sg("sg-1", ssh)}, func(s *scene) { s.state = "pending" }, "unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0"},
		{"terminated", []doc{sg("sg-1", ssh)}, func(s *scene) { s.state, s.nics = "terminated", nil }, "isolated"},
		{"running without interfaces", []doc{sg("sg-1", ssh)}, func(s *scene) { s.nics = nil }, "unknown\ngap"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(c.groups...)
			if c.change != nil {
				c.change(s)
			}
			e := s.exposure(t)
			if got := inWords(e); got != c.want {
				t.Errorf("want\n%s\ngot\n%s", c.want, got)
				for _, p := range e.Paths {
					for _, g := range p.Gates {
						t.Logf("%s %s %s: %s", g.Kind, g.ID, g.Passes, g.Says)
					}
				}
			}
			for _, p := range e.Paths {
				for _, g := range p.Gates {
					if g.Says == "" || g.Passes == "" || strings.Contains(g.Says, "not collected: ") && len(g.Says) > 400 {
						t.Errorf("a gate says little or too much: %+v", g)
					}
				}
			}
		})
	}
}

// TestWhatStandsBesideTheWord: what leads to an instance, whether it would be
// reached if it ran, and which gate is the first that stops packets.
func TestWhatStandsBesideTheWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                    string
		change                  func(*scene)
		public, latent, reached string
		closed                  string // the first gate that is not open for some, and what becomes of packets there
	}{
		{"open", func(*scene) {}, "true", "false", "true", ""},
		{"no route", func(s *scene) { s.add(awsfact.KindRouteTable, subnetTable(route("0.0.0.0/0", "nat-1"))) }, "false", "false", "false", "route rtb-a: sends replies to nat-1, which no packet comes in through"},
		{"a gateway that is gone", func(s *scene) {
			s.add(awsfact.KindRouteTable, subnetTable(route("0.0.0.0/0", "igw-1", "state", "blackhole")))
		}, "false", "false", "false", "route rtb-a: sends replies to igw-1, which is not there"},
		{"no address", func(s *scene) { s.nics[0] = nic("eni-0", "subnet-a", "sg-1", "", "") }, "false", "false", "false", ""},
		{"the group lets nobody in", func(s *scene) { s.more[awsfact.KindGroup][0]["ipPermissions"] = list{} }, "true", "false", "false", "security_group sg-1: lets nothing in of what comes this far"},
		{"stopped with an address", func(s *scene) { s.state = "stopped" }, "true", "true", "false", "state i-1: the instance does not run"},
		{"stopped without one, which it may be given", func(s *scene) {
			s.state, s.nics[0] = "stopped", nic("eni-0", "subnet-a", "sg-1", "", "")
		}, "false", "unknown", "false", ""},
		{"stopped in a subnet without a route", func(s *scene) {
			s.state, s.nics[0] = "stopped", nic("eni-0", "subnet-a", "sg-1", "", "")
			s.add(awsfact.KindRouteTable, subnetTable())
		}, "false", "false", "false", ""},
		{"stopped and the ACLs are not known", func(s *scene) { s.state, s.refused = "stopped", []string{awsfact.CallNetworkACLs} }, "true", "unknown", "false", "state i-1: the instance does not run"},
		{"being stopped", func(s *scene) { s.state = "stopping" }, "true", "unknown", "unknown", ""},
		{"the ACLs are not known", func(s *scene) { s.refused = []string{awsfact.CallNetworkACLs} }, "true", "false", "unknown", ""},
		{"the route tables are not known", func(s *scene) { s.refused = []string{awsfact.CallRouteTables} }, "unknown", "false", "unknown", ""},
		{"the load balancers are not known", func(s *scene) {
			s.nics[0] = nic("eni-0", "subnet-a", "sg-1", "", "")
			s.refused = []string{awsfact.CallTargetGroups}
		}, "unknown", "false", "unknown", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(sg("sg-1", ssh))
			c.change(s)
			e := s.exposure(t)
			closed := ""
			for _, p := range e.Paths {
				for _, g := range p.Gates {
					if closed == "" && g.Passes == reach.Closed {
						closed = g.Kind + " " + g.ID + ": " + g.Says
					}
				}
			}
			for what, pair := range map[string][2]string{"public": {c.public, word(e.Public)}, "latent": {c.latent, word(e.Latent)}, "reached": {c.reached, word(e.Reached)}, "the gate that stops": {c.closed, closed}} {
				if pair[0] != pair[1] {
					t.Errorf("%s: want %s, got %s", what, pair[0], pair[1])
				}
			}
		})
	}
}

// However an ACL cuts them, ports are counted once, in the family in which most
// are open.
func TestHowManyPortsAreOpenToAnySource(t *testing.T) {
	t.Parallel()
	all, rest := in(200, "allow -1 - 0.0.0.0/0"), out(200, "allow -1 - 0.0.0.0/0")
	for _, c := range []struct {
		name     string
		groups   []doc
		change   func(*scene)
		tcp, udp int64
		known    bool // it is known
	}{
		{"SSH", []doc{sg("sg-1", ssh)}, func(*scene) {}, 1, 0, true},
		{"every protocol", []doc{sg("sg-1", "-1 * 0.0.0.0/0")}, func(*scene) {}, 65535, 65535, true},
		{"an ACL denies one in the middle", []doc{sg("sg-1", "tcp 0-65535 0.0.0.0/0")}, func(s *scene) {
			s.acl = acl("acl-1", "subnet-a", in(100, "deny 6 3389-3389 0.0.0.0/0"), all, rest)
		}, 65534, 0, true},
		{"groups open them twice", []doc{sg("sg-1", "tcp 1-100 0.0.0.0/0", "tcp 50-200 0.0.0.0/0")}, func(*scene) {}, 200, 0, true},
		{"from chosen sources", []doc{sg("sg-1", "tcp 0-65535 198.51.100.0/24")}, func(*scene) {}, 0, 0, true},
		{"stopped", []doc{sg("sg-1", "tcp 0-65535 0.0.0.0/0")}, func(s *scene) { s.state = "stopped" }, 0, 0, true},
		{"the ACL may not be read", []doc{sg("sg-1", "tcp 0-65535 0.0.0.0/0")}, func(s *scene) { s.refused = []string{awsfact.CallNetworkACLs} }, 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(c.groups...)
			c.change(s)
			e := s.exposure(t)
			tcp, is := e.TCPPorts.Get()
			if udp, ok := e.UDPPorts.Get(); tcp != c.tcp || is != c.known || udp != c.udp || !ok {
				t.Errorf("tcp %d known %t, udp %d known %t", tcp, is, udp, ok)
			}
		})
	}
}
