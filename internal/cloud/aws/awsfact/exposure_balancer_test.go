package awsfact_test

import (
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
)

const lbARN, tgARN = "arn:aws:elasticloadbalancing:eu-west-1:" + account + ":loadbalancer/app/web/1", "arn:aws:elasticloadbalancing:eu-west-1:" + account + ":targetgroup/web/1"

// balanced puts a load balancer in subnet-b in front of the instance, whose only
// interface loses its public address: front port to guest port.
func balanced(kind, protocol, front, guest string) func(*scene) {
	return func(s *scene) {
		s.nics[0] = nic("eni-0", "subnet-a", "sg-1", "", "")
		b := doc{"LoadBalancerArn": lbARN, "DNSName": "web.example.org", "Scheme": "internet-facing", "Type": kind, "VpcId": "vpc-1", "IpAddressType": "ipv4",
			"State": doc{"Code": "active"}, "SecurityGroups": list{"sg-lb"}, "AvailabilityZones": list{doc{"SubnetId": "subnet-b", "ZoneName": "eu-west-1a"}}}
		if kind == "network" {
			b["SecurityGroups"] = list{}
		}
		s.add(awsfact.KindLoadBalancer, b)
		s.add(awsfact.KindListener, doc{"LoadBalancerArn": lbARN, "ListenerArn": "l", "Protocol": protocol, "Port": front,
			"DefaultActions": list{doc{"Type": "forward", "TargetGroupArn": tgARN}}})
		s.add(awsfact.KindTargetGroup, doc{"TargetGroupArn": tgARN, "Protocol": protocol, "Port": "1", "TargetType": "instance", "VpcId": "vpc-1", "LoadBalancerArns": list{lbARN}})
		s.add(awsfact.KindTargetAttributes, attributes("preserve_client_ip.enabled", "true", "load_balancing.cross_zone.enabled", "use_load_balancer_configuration"))
		s.add(awsfact.KindTargetHealth, doc{"^": doc{awsfact.AboutTargetGroup: tgARN}, "Target": doc{"Id": "i-1", "Port": guest}, "TargetHealth": doc{"State": "unhealthy"}})
	}
}

// attributes of the target group, names and values.
func attributes(words ...string) doc {
	var all list
	for i := 0; i < len(words); i += 2 {
		all = append(all, doc{"Key": words[i], "Value": words[i+1]})
	}
	return doc{"^": doc{awsfact.AboutTargetGroup: tgARN}, "Attributes": all}
}

// configured gives the target group other attributes.
func configured(words ...string) func(*scene) {
	return func(s *scene) { s.more[awsfact.KindTargetAttributes] = []doc{attributes(words...)} }
}

// ruled lets the listener answer by itself what none of its rules picks out.
func ruled(rules ...doc) func(*scene) {
	return func(s *scene) {
		s.more[awsfact.KindListener][0]["DefaultActions"] = list{doc{"Type": "fixed-response"}}
		for _, r := range rules {
			r["^"] = doc{awsfact.AboutListener: "l"}
			s.add(awsfact.KindListenerRule, r)
		}
	}
}

// rule forwards to the target group what fits a condition.
func rule(condition doc, actions ...any) doc {
	return doc{"Priority": "1", "IsDefault": "false", "Conditions": list{condition}, "Actions": append(list(actions), doc{"Type": "forward", "TargetGroupArn": tgARN})}
}

func classic(protocol, front, guest string) func(*scene) {
	return func(s *scene) {
		s.nics[0] = nic("eni-0", "subnet-a", "sg-1", "", "")
		s.add(awsfact.KindClassicLoadBalancer, doc{"LoadBalancerName": "old", "DNSName": "old.example.org", "Scheme": "internet-facing", "VPCId": "vpc-1",
			"SecurityGroups": list{"sg-lb"}, "Subnets": list{"subnet-b"}, "Instances": list{doc{"InstanceId": "i-1"}},
			"ListenerDescriptions": list{doc{"Listener": doc{"Protocol": protocol, "LoadBalancerPort": front, "InstancePort": guest}}}})
	}
}

// farther is a network load balancer whose subnet in the instance's zone has no
// way to the internet, and the one in another zone has.
func farther(across string) func(*scene) {
	return both(balanced("network", "TCP", "2222", "22"), configured("preserve_client_ip.enabled", "true", "load_balancing.cross_zone.enabled", across), func(s *scene) {
		s.more[awsfact.KindLoadBalancer][0]["AvailabilityZones"] = list{doc{"SubnetId": "subnet-b", "ZoneName": "eu-west-1a"}, doc{"SubnetId": "subnet-c", "ZoneName": "eu-west-1b"}}
		s.add(awsfact.KindSubnet, doc{"subnetId": "subnet-c", "vpcId": "vpc-1", "ownerId": account, "cidrBlock": "10.0.3.0/24", "availabilityZone": "eu-west-1b"})
		s.acl = acl("acl-1", "subnet-a subnet-b subnet-c")
		s.add(awsfact.KindRouteTable, table("rtb-b", doc{"subnetId": "subnet-b"}))
	})
}

func both(fs ...func(*scene)) func(*scene) {
	return func(s *scene) {
		for _, f := range fs {
			f(s)
		}
	}
}

func TestWhatReachesAnInstanceThroughALoadBalancer(t *testing.T) {
	t.Parallel()
	world, front := sg("sg-1", "tcp 0-65535 0.0.0.0/0"), sg("sg-lb", "tcp 443-443 0.0.0.0/0")
	alb := balanced("application", "HTTPS", "443", "8080")
	const via8080 = "via_lb\nipv4 tcp 8080 full any=true 0.0.0.0/0 via web.example.org:443 l7"
	const maybe8080 = "unknown\nipv4 tcp 8080 full any=unknown 0.0.0.0/0 via web.example.org:443 l7"
	for _, c := range []struct {
		name   string
		groups []doc
		change func(*scene)
		want   string
	}{
		{"A28 a private instance behind one", []doc{sg("sg-1", "tcp 8080-8080 sg-lb"), front}, alb, via8080},
		{"the instance lets its subnet in", []doc{sg("sg-1", "tcp 8080-8080 10.0.2.0/24"), front}, alb, via8080},
		{"it is not said which interface is the first", []doc{sg("sg-1", "tcp 8080-8080 sg-lb"), front}, both(alb, func(s *scene) { delete(s.nics[0], "attachment") }), via8080},
		{"the instance lets a part of its subnet in", []doc{sg("sg-1", "tcp 8080-8080 10.0.2.0/28"), front}, alb, maybe8080},
		{"the instance does not let it in", []doc{sg("sg-1", "tcp 80-80 sg-lb"), front}, alb, "internal"},
		{"nobody is let have it", []doc{world, sg("sg-lb", "tcp 80-80 0.0.0.0/0")}, alb, "internal"},
		{"chosen clients are let have it", []doc{world, sg("sg-lb", "tcp 443-443 198.51.100.0/24")}, alb,
			"restricted\nipv4 tcp 8080 full any=false 198.51.100.0/24 via web.example.org:443 l7"},
		{"it is internal", []doc{world, front}, both(alb, func(s *scene) { s.more[awsfact.KindLoadBalancer][0]["Scheme"] = "internal" }), "internal"},
		{"it is being made", []doc{world, front}, both(alb, func(s *scene) {
			s.more[awsfact.KindLoadBalancer][0]["State"] = doc{"Code": "provisioning"}
		}), maybe8080},
		{"its subnet has no way to the internet", []doc{world, front}, both(alb, func(s *scene) {
			s.add(awsfact.KindRouteTable, table("rtb-b", doc{"subnetId": "subnet-b"}))
		}), "internal"},
		{"its listener forwards elsewhere", []doc{sg("sg-1", "tcp 8080-8080 sg-lb"), front}, both(alb, func(s *scene) {
			s.more[awsfact.KindListener][0]["DefaultActions"] = list{doc{"Type": "fixed-response"}}
		}), "unknown\nipv4 tcp 8080 full any=unknown 0.0.0.0/0 via web.example.org:0 l7"},
		{"a rule forwards what the default does not", []doc{world, front}, both(alb, ruled(rule(doc{"Field": "path-pattern", "Values": list{"/api/*"}}))), via8080},
		{"a rule forwards, and the default does too", []doc{world, front}, both(alb, func(s *scene) {
			r := rule(doc{"Field": "host-header", "Values": list{"a.example.org"}})
			r["^"] = doc{awsfact.AboutListener: "l"}
			s.add(awsfact.KindListenerRule, r)
		}), via8080},
		{"a rule forwards what comes from the office", []doc{world, front}, both(alb, ruled(rule(doc{"Field": "source-ip", "SourceIpConfig": doc{"Values": list{"198.51.100.0/24"}}}))),
			"restricted\nipv4 tcp 8080 full any=false 198.51.100.0/24 via web.example.org:443 l7"},
		{"a rule forwards what comes from a block that cannot be read", []doc{world, front}, both(alb, ruled(rule(doc{"Field": "source-ip", "SourceIpConfig": doc{"Values": list{"the office"}}}))), maybe8080},
		{"a rule forwards IPv6", []doc{world, front}, both(alb, ruled(rule(doc{"Field": "source-ip", "SourceIpConfig": doc{"IpAddressType": "ipv6"}}))), "internal"},
		{"a rule forwards a family of no known name", []doc{world, front}, both(alb, ruled(rule(doc{"Field": "source-ip", "SourceIpConfig": doc{"IpAddressType": "ipv9"}}))), maybe8080},
		{"a rule forwards those who sign in", []doc{world, front}, both(alb, ruled(rule(doc{"Field": "path-pattern", "Values": list{"/"}}, doc{"Type": "authenticate-oidc"}))), maybe8080},
		{"its rules may not be read", []doc{world, front}, both(alb, ruled(rule(doc{"Field": "path-pattern", "Values": list{"/"}})), func(s *scene) {
			s.refused = []string{awsfact.CallListenerRules + " l"}
		}), maybe8080},
		{"its rules may not be read, and the default forwards", []doc{world, front}, both(alb, func(s *scene) { s.refused = []string{awsfact.CallListenerRules + " l"} }), via8080},
		{"the rules of a listener for chosen clients may be read, those of one for all may not", []doc{world, sg("sg-lb", "tcp 443-443 198.51.100.0/24", "tcp 80-80 0.0.0.0/0")}, both(alb, func(s *scene) {
			s.add(awsfact.KindListener, doc{"LoadBalancerArn": lbARN, "ListenerArn": "m", "Protocol": "HTTP", "Port": "80", "DefaultActions": list{doc{"Type": "redirect"}}})
			s.refused = []string{awsfact.CallListenerRules + " m"}
		}), "unknown\nipv4 tcp 8080 full any=unknown 0.0.0.0/0 via web.example.org:80 l7\nipv4 tcp 8080 full any=false 198.51.100.0/24 via web.example.org:443 l7"},
		{"its target group is given no share", []doc{world, front}, both(alb, func(s *scene) {
			s.more[awsfact.KindListener][0]["DefaultActions"] = list{doc{"Type": "forward", "ForwardConfig": doc{"TargetGroups": list{doc{"TargetGroupArn": tgARN, "Weight": "0"}}}}}
		}), "internal"},
		{"its listener does something of no known name", []doc{world, front}, both(alb, func(s *scene) {
			s.more[awsfact.KindListener][0]["DefaultActions"] = list{doc{"Type": "teleport"}}
		}), maybe8080},
		{"it does not stand in the instance's zone", []doc{world, front}, both(alb, func(s *scene) {
			s.more[awsfact.KindLoadBalancer][0]["AvailabilityZones"] = list{doc{"SubnetId": "subnet-b", "ZoneName": "eu-west-1b"}}
		}), "internal"},
		{"it is not said where it stands", []doc{world, front}, both(alb, func(s *scene) {
			s.more[awsfact.KindLoadBalancer][0]["AvailabilityZones"] = list{doc{"SubnetId": "subnet-b"}}
		}), maybe8080},
		{"its clients have to sign in", []doc{world, front}, both(alb, func(s *scene) {
			s.more[awsfact.KindListener][0]["DefaultActions"] = list{doc{"Type": "authenticate-oidc"}, doc{"Type": "forward", "TargetGroupArn": tgARN}}
		}), maybe8080},
		{"the ACL of the instance's subnet keeps it out", []doc{world, front}, both(alb, func(s *scene) {
			s.acl = acl("acl-1", "subnet-b")
			s.add(awsfact.KindNetworkACL, acl("acl-2", "subnet-a", in(100, "allow 6 22-22 0.0.0.0/0"), out(100, "allow -1 - 0.0.0.0/0")))
		}), "internal"},
		{"in the instance's own subnet no ACL stands between", []doc{world, front}, both(alb, func(s *scene) {
			s.more[awsfact.KindLoadBalancer][0]["AvailabilityZones"] = list{doc{"SubnetId": "subnet-a", "ZoneName": "eu-west-1a"}}
			s.acl = acl("acl-1", "subnet-a", in(100, "allow 6 443-443 0.0.0.0/0"), out(100, "allow 6 1024-65535 0.0.0.0/0"))
		}), via8080},
		{"its own groups let it send nowhere", []doc{world, front}, both(alb, func(s *scene) { s.more[awsfact.KindGroup][1]["ipPermissionsEgress"] = list{} }), "internal"},
		{"a target by address", []doc{world, front}, both(alb, func(s *scene) {
			s.more[awsfact.KindTargetGroup][0]["TargetType"] = "ip"
			s.more[awsfact.KindTargetHealth][0]["Target"] = doc{"Id": "10.0.1.10", "Port": "8080"}
		}), via8080},
		{"a target by address in another network of the same blocks", []doc{world, front}, both(alb, func(s *scene) {
			s.add(awsfact.KindVPC, doc{"vpcId": "vpc-2", "ownerId": account, "cidrBlock": "10.0.0.0/16"})
			s.more[awsfact.KindTargetGroup][0]["TargetType"], s.more[awsfact.KindTargetGroup][0]["VpcId"] = "ip", "vpc-2"
			s.more[awsfact.KindTargetHealth][0]["Target"] = doc{"Id": "10.0.1.10", "Port": "8080"}
		}), "internal"},
		{"its listeners may not be read", []doc{sg("sg-1", "tcp 8080-8080 sg-lb"), front}, both(alb, func(s *scene) { s.refused = []string{awsfact.CallListeners} }),
			"unknown\nipv4 tcp 8080 full any=unknown 0.0.0.0/0 via web.example.org:0 l7"},
		{"target groups may not be read", []doc{sg("sg-1", "tcp 8080-8080 sg-lb"), front}, both(alb, func(s *scene) { s.refused = []string{awsfact.CallTargetGroups} }),
			"unknown\nipv4 tcp 8080 full any=unknown 0.0.0.0/0 via :0 l4"},
		{"targets may not be read", []doc{sg("sg-1", "tcp 8080-8080 sg-lb"), front}, both(alb, func(s *scene) { s.refused = []string{awsfact.CallTargetHealth + " " + tgARN} }),
			"unknown\nipv4 tcp 8080 full any=unknown 0.0.0.0/0 via web.example.org:0 l7"},
		{"targets of an application and a network load balancer may not be read", []doc{sg("sg-1", "tcp 8080-8080 sg-lb"), front}, both(alb, func(s *scene) {
			const other = "arn:aws:elasticloadbalancing:eu-west-1:" + account + ":loadbalancer/net/b/2"
			s.add(awsfact.KindLoadBalancer, doc{"LoadBalancerArn": other, "DNSName": "net.example.org", "Scheme": "internet-facing", "Type": "network", "VpcId": "vpc-1", "State": doc{"Code": "active"}})
			s.add(awsfact.KindTargetGroup, doc{"TargetGroupArn": tgARN + "2", "Protocol": "TCP", "TargetType": "instance", "VpcId": "vpc-1", "LoadBalancerArns": list{other}})
			s.refused = []string{awsfact.CallTargetHealth}
		}), "unknown\nipv4 tcp 8080 full any=unknown 0.0.0.0/0 via web.example.org:0 l7\nipv4 tcp 8080 full any=unknown 0.0.0.0/0 via net.example.org:0 l4"},
		{"an instance that has a public address and a load balancer", []doc{sg("sg-1", ssh, "tcp 8080-8080 sg-lb"), front}, both(alb, func(s *scene) {
			s.nics[0] = nic("eni-0", "subnet-a", "sg-1", "203.0.113.10", "")
		}), open22 + "\nipv4 tcp 8080 full any=true 0.0.0.0/0 via web.example.org:443 l7"},

		{"a network load balancer, the world let in", []doc{world}, balanced("network", "TCP", "2222", "22"),
			"via_lb\nipv4 tcp 22 full any=true 0.0.0.0/0 via web.example.org:2222 l4"},
		{"a network load balancer that shows its clients, its subnet let in", []doc{sg("sg-1", "tcp 22-22 10.0.2.0/24")}, balanced("network", "TCP", "2222", "22"), "internal"},
		{"a network load balancer that hides its clients, its subnet let in", []doc{sg("sg-1", "tcp 22-22 10.0.2.0/24")}, both(balanced("network", "TCP", "2222", "22"), configured("preserve_client_ip.enabled", "false")),
			"via_lb\nipv4 tcp 22 full any=true 0.0.0.0/0 via web.example.org:2222 l4"},
		{"a network load balancer of which it is not said whether it shows its clients", []doc{sg("sg-1", "tcp 22-22 10.0.2.0/24")}, both(balanced("network", "TCP", "2222", "22"), configured()),
			"unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0 via web.example.org:2222 l4"},
		{"a network load balancer that shows its clients in a way of no known name", []doc{sg("sg-1", "tcp 22-22 10.0.2.0/24")}, both(balanced("network", "TCP", "2222", "22"), configured("preserve_client_ip.enabled", "sometimes")),
			"unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0 via web.example.org:2222 l4"},
		{"the attributes of a network load balancer's targets may not be read", []doc{sg("sg-1", "tcp 22-22 10.0.2.0/24")}, both(balanced("network", "TCP", "2222", "22"), func(s *scene) {
			s.refused = []string{awsfact.CallTargetConfig}
		}), "unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0 via web.example.org:2222 l4"},
		{"a network load balancer that shows its clients, whom the ACL of the instance's subnet lets in", []doc{world}, both(balanced("network", "TCP", "2222", "22"), func(s *scene) {
			s.acl = acl("acl-1", "subnet-b")
			s.add(awsfact.KindNetworkACL, acl("acl-2", "subnet-a", in(90, "deny 6 22-22 10.0.0.0/8"), in(100, "allow 6 22-22 0.0.0.0/0"), out(100, "allow -1 - 0.0.0.0/0")))
		}), "via_lb\nipv4 tcp 22 full any=true 0.0.0.0/0 via web.example.org:2222 l4"},
		{"a network load balancer for datagrams, whose clients are seen", []doc{sg("sg-1", "udp 53-53 10.0.2.0/24")}, balanced("network", "UDP", "53", "53"), "internal"},
		{"a network load balancer with a group of its own", []doc{sg("sg-1", "tcp 22-22 sg-lb"), sg("sg-lb", "tcp 2222-2222 0.0.0.0/0")}, both(balanced("network", "TCP", "2222", "22"), func(s *scene) {
			s.more[awsfact.KindLoadBalancer][0]["SecurityGroups"] = list{"sg-lb"}
		}), "via_lb\nipv4 tcp 22 full any=true 0.0.0.0/0 via web.example.org:2222 l4"},
		{"a network load balancer in another zone", []doc{world}, both(balanced("network", "TCP", "2222", "22"), func(s *scene) {
			s.more[awsfact.KindLoadBalancer][0]["AvailabilityZones"] = list{doc{"SubnetId": "subnet-b", "ZoneName": "eu-west-1b"}}
		}), "internal"},
		{"a network load balancer in the instance's zone and another, open in the other, which may serve both", []doc{world}, farther("use_load_balancer_configuration"),
			"unknown\nipv4 tcp 22 full any=unknown 0.0.0.0/0 via web.example.org:2222 l4"},
		{"a network load balancer in the instance's zone and another, open in the other, which serves both", []doc{world}, farther("true"),
			"via_lb\nipv4 tcp 22 full any=true 0.0.0.0/0 via web.example.org:2222 l4"},
		{"a network load balancer in the instance's zone and another, open in the other, which serves its own", []doc{world}, farther("false"), "internal"},

		{"a classic one", []doc{sg("sg-1", "tcp 22-22 sg-lb"), sg("sg-lb", "tcp 2222-2222 0.0.0.0/0")}, classic("TCP", "2222", "22"),
			"via_lb\nipv4 tcp 22 full any=true 0.0.0.0/0 via old.example.org:2222 l4"},
		{"a classic one that reads requests", []doc{sg("sg-1", "tcp 80-80 sg-lb"), sg("sg-lb", "tcp 80-80 0.0.0.0/0")}, classic("HTTP", "80", "80"),
			"via_lb\nipv4 tcp 80 full any=true 0.0.0.0/0 via old.example.org:80 l7"},
		{"classic ones may not be read", []doc{sg("sg-1", "tcp 80-80 sg-lb"), front}, both(classic("HTTP", "80", "80"), func(s *scene) {
			s.refused = []string{awsfact.CallLoadBalancers + " " + awsfact.SubjectClassic}
		}), "unknown\nipv4 tcp 80 full any=unknown 0.0.0.0/0 via :0 l4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(c.groups...)
			c.change(s)
			e := s.exposure(t)
			if got := inWords(e); got != c.want {
				t.Errorf("want\n%s\ngot\n%s", c.want, got)
				for _, p := range e.Paths {
					for _, g := range p.Gates {
						t.Logf("%s %s %s: %s", g.Kind, g.ID, g.Passes, g.Says)
					}
				}
			}
		})
	}
}
