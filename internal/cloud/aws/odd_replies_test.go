package aws

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

const asUsual = "tokens required, class session_token, hops 1, internet reachable [tcp/22-22/ipv4], power admin"

// internet is as usual but for who reaches the instance, and on which ports.
func internet(who string) string {
	return "tokens required, class session_token, hops 1, internet " + who + ", power admin"
}

func TestOddShapesOfReplies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about string
		odd   func(*testing.T, scenery)
		want  string
	}{
		{"as usual", func(*testing.T, scenery) {}, asUsual},
		{"no metadata options", func(t *testing.T, s scenery) { s.odd(t, "DescribeInstances", options2, "") }, "tokens ? absent, class ? absent, hops ? absent, internet reachable [tcp/22-22/ipv4], power admin"},
		{"metadata options that are empty", func(t *testing.T, s scenery) { s.odd(t, "DescribeInstances", options2, "<metadataOptions/>") }, "tokens ? absent, class ? absent, hops ? absent, internet reachable [tcp/22-22/ipv4], power admin"},
		{"words of tomorrow in the metadata options", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeInstances", "<httpTokens>required", "<httpTokens>mandatory", "<httpEndpoint>enabled", "<httpEndpoint>partly", "<state>applied", "<state>rolling")
		}, "tokens ? unknown_value, class ? unknown_value, hops ? unknown_value, internet reachable [tcp/22-22/ipv4], power admin"},
		{"a hop limit that is no number", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeInstances", "<httpPutResponseHopLimit>1", "<httpPutResponseHopLimit>one")
		}, "tokens required, class session_token, hops ? unknown_value, internet reachable [tcp/22-22/ipv4], power admin"},
		{"groups on the interface only", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeInstances", `<vpcId>vpc-1</vpcId>`+groupsOf, `<vpcId>vpc-1</vpcId>`)
		}, asUsual},
		{"groups on the instance only", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeInstances", `</association>`+groupsOf, `</association>`)
		}, internet("? absent [tcp/0-65535/ipv4 udp/0-65535/ipv4 icmp/0-0/ipv4 0, 2-5, 7-16, 18-255/0-0/ipv4]")},
		{"another group on the interface than on the instance", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeInstances", `</association>`+groupsOf, `</association>`+strings.Replace(groupsOf, "sg-1", "sg-2", 1))
			s.odd(t, "DescribeSecurityGroups", `</securityGroupInfo>`, strings.Replace(strings.Replace(oneGroup, "sg-1", "sg-2", 1), "PERMISSIONS", "", 1)+`</securityGroupInfo>`)
		}, internet("internal []")},
		{"a protocol by its number", func(t *testing.T, s scenery) { s.odd(t, "DescribeSecurityGroups", ">tcp<", ">6<") }, asUsual},
		{"a protocol that nobody knows", func(t *testing.T, s scenery) { s.odd(t, "DescribeSecurityGroups", ">tcp<", ">hyper<") }, internet("? unknown_value [tcp/0-65535/ipv4 udp/0-65535/ipv4 icmp/0-0/ipv4 0, 2-5, 7-16, 18-255/0-0/ipv4]")},
		{"ports absent with all protocols", func(t *testing.T, s scenery) { s.odd(t, "DescribeSecurityGroups", ">tcp<", ">-1<", ports, "") }, internet("reachable [tcp/0-65535/ipv4 udp/0-65535/ipv4 icmp/0-0/ipv4 0, 2-5, 7-16, 18-255/0-0/ipv4]")},
		{"ports absent with TCP", func(t *testing.T, s scenery) { s.odd(t, "DescribeSecurityGroups", ports, "") }, internet("? absent [tcp/0-65535/ipv4]")},
		{"everybody in halves", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeSecurityGroups", everybody, `<ipRanges><item><cidrIp>0.0.0.0/1</cidrIp></item><item><cidrIp>128.0.0.0/1</cidrIp></item></ipRanges>`)
		}, asUsual},
		{"one half of everybody", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeSecurityGroups", everybody, `<ipRanges><item><cidrIp>0.0.0.0/1</cidrIp></item></ipRanges>`)
		}, internet("reachable [tcp/22-22/ipv4]")},
		{"everybody by a prefix list", func(t *testing.T, s scenery) {
			s.prefixList(t)
			s["GetManagedPrefixListEntries"] = `<entrySet><item><cidr>0.0.0.0/0</cidr></item></entrySet>`
		}, asUsual},
		{"a prefix list that nobody listed", func(t *testing.T, s scenery) {
			s.prefixList(t)
			delete(s, "DescribeManagedPrefixLists")
		}, internet("? not_collected [tcp/22-22/ipv4]")},
		{"a source that is no address", func(t *testing.T, s scenery) { s.odd(t, "DescribeSecurityGroups", ">0.0.0.0/0<", ">everywhere<") }, internet("? unknown_value [tcp/22-22/ipv4]")},
		{"a second interface that is open", func(t *testing.T, s scenery) {
			second := strings.NewReplacer("eni-1", "eni-2", "sg-1", "sg-2", "203.0.113.10", "203.0.113.11", "10.0.1.10", "10.0.1.11", "<deviceIndex>0", "<deviceIndex>1").Replace(face)
			s.odd(t, "DescribeInstances", faces, `<networkInterfaceSet>`+face+second+`</networkInterfaceSet>`)
			s.odd(t, "DescribeNetworkInterfaces", admitted, admitted+strings.Replace(admitted, "eni-1", "eni-2", 1))
			s["DescribeSecurityGroups"] = `<securityGroupInfo>` + strings.Replace(oneGroup, "PERMISSIONS", "", 1) +
				strings.NewReplacer("sg-1", "sg-2", "PERMISSIONS", ssh).Replace(oneGroup) + `</securityGroupInfo>`
		}, asUsual},
		{"no interfaces at all", func(t *testing.T, s scenery) { s.odd(t, "DescribeInstances", faces, "") }, internet("? absent []")},
		{"an interface without its list of addresses", func(t *testing.T, s scenery) { s.odd(t, "DescribeInstances", addresses, "") }, internet("reachable [tcp/22-22/ipv4]")},
		{"an instance of the time before VPCs", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeInstances", "<subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>", "", faces, "")
		}, internet("? absent []")},
		{"an interface without a VPC", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeInstances", face, strings.Replace(face, "<subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>", "", 1))
		}, internet("? absent [tcp/22-22/ipv4]")},
		{"a subnet with IPv6 alone", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeSubnets", "<cidrBlock>10.0.1.0/24</cidrBlock>", "<ipv6Native>true</ipv6Native><ipv6CidrBlockAssociationSet><item><associationId>x</associationId><ipv6CidrBlock>2600:1f18::/64</ipv6CidrBlock></item></ipv6CidrBlockAssociationSet>")
			s.odd(t, "DescribeInstances", "<ipAddress>203.0.113.10</ipAddress>", "<ipv6Address>2600:1f18::10</ipv6Address>", addresses, "<privateIpAddressesSet/>",
				`<association><publicIp>203.0.113.10</publicIp></association>`, "", "<ipv6AddressesSet/>", "<ipv6AddressesSet><item><ipv6Address>2600:1f18::10</ipv6Address></item></ipv6AddressesSet>")
			s.odd(t, "DescribeSecurityGroups", everybody+"<ipv6Ranges/>", "<ipRanges/><ipv6Ranges><item><cidrIpv6>::/0</cidrIpv6></item></ipv6Ranges>")
			s.odd(t, "DescribeRouteTables", main0, strings.NewReplacer("destinationCidrBlock", "destinationIpv6CidrBlock", "0.0.0.0/0", "::/0").Replace(main0))
		}, internet("reachable [tcp/22-22/ipv6]")},
		{"a route to a gateway of a kind that nobody knows", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeRouteTables", "<gatewayId>igw-1</gatewayId>", "<warpGatewayId>wgw-1</warpGatewayId>")
		}, internet("? absent [tcp/22-22/ipv4]")},
		{"a route to a gateway with an id of tomorrow", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeRouteTables", "<gatewayId>igw-1</gatewayId>", "<gatewayId>warp-1</gatewayId>")
		}, internet("? not_collected [tcp/22-22/ipv4]")},
		{"a route in a state that nobody knows", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeRouteTables", "<gatewayId>igw-1</gatewayId><state>active", "<gatewayId>igw-1</gatewayId><state>dreaming")
		}, internet("? unknown_value [tcp/22-22/ipv4]")},
		{"a gateway attached in a way that nobody knows", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeInternetGateways", "<state>available", "<state>entangled")
		}, internet("? unknown_value [tcp/22-22/ipv4]")},
		{"an ACL's action that nobody knows", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeNetworkAcls", "<ruleAction>allow", "<ruleAction>ponder")
		}, internet("? unknown_value [tcp/22-22/ipv4]")},
		{"an ACL's protocol that nobody knows", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeNetworkAcls", "<protocol>-1</protocol><ruleAction>allow", "<protocol>hyper</protocol><ruleAction>allow")
		}, internet("? unknown_value [tcp/22-22/ipv4]")},
		{"a block mode that nobody knows", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeVpcBlockPublicAccessOptions", ">off<", ">block-sometimes<")
		}, internet("? unknown_value [tcp/22-22/ipv4]")},
		{"a state that nobody knows", func(t *testing.T, s scenery) { s.odd(t, "DescribeInstances", "<name>running", "<name>dreaming") }, internet("? unknown_value [tcp/22-22/ipv4]")},
		{"an interface that does not say whether gateways reach it", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeNetworkInterfaces", "<denyAllIgwTraffic>false</denyAllIgwTraffic>", "")
		}, internet("? absent [tcp/22-22/ipv4]")},
		{"elements that are empty", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeInstances", "<ipAddress>", "<kernelId/><ramdiskId/><productCodes/><licenseSet/><blockDeviceMapping/><reason/><ipAddress>")
			s.odd(t, "DescribeVpcs", "<cidrBlock>", "<tagSet/><cidrBlockAssociationSet/><cidrBlock>")
		}, asUsual},
		{"elements of tomorrow, nested and repeated", func(t *testing.T, s scenery) {
			extra := `<quantumSet><item><spin>up</spin></item><item/></quantumSet><warp><core><state>on</state></core></warp>`
			s.odd(t, "DescribeInstances", "<ipAddress>", extra+"<ipAddress>", "<httpTokens>", "<httpQuantum>on</httpQuantum><httpTokens>")
			s.odd(t, "DescribeSecurityGroups", "<ipProtocol>tcp", "<quantumRanges><item><from>1</from></item></quantumRanges><ipProtocol>tcp")
			s.odd(t, "DescribeRouteTables", "<destinationCidrBlock>0.0.0.0/0", "<warp/><destinationCidrBlock>0.0.0.0/0")
		}, asUsual},
		{"thousands of tags", func(t *testing.T, s scenery) {
			var b strings.Builder
			for i := range 5000 {
				fmt.Fprintf(&b, "<item><key>k%d</key><value>v</value></item>", i)
			}
			s.odd(t, "DescribeInstances", named, "<tagSet>"+b.String()+"</tagSet>")
		}, asUsual},
		{"a profile that nobody listed", func(t *testing.T, s scenery) {
			s.odd(t, "DescribeInstances", "instance-profile/web", "instance-profile/gone")
		}, "tokens required, class session_token, hops 1, internet reachable [tcp/22-22/ipv4], power ? absent"},
		{"a profile without its list of roles", func(t *testing.T, s scenery) {
			s["ListInstanceProfiles"] = `<InstanceProfiles><member><Arn>arn:aws:iam::111122223333:instance-profile/web</Arn><InstanceProfileName>web</InstanceProfileName></member></InstanceProfiles>`
		}, "tokens required, class session_token, hops 1, internet reachable [tcp/22-22/ipv4], power ? absent"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			s := plainScenery()
			c.odd(t, s)
			w, _ := s.judged(t)
			if got := verdicts(w); got != c.want {
				t.Errorf("\nwant %s\ngot  %s", c.want, got)
			}
		})
	}
}

// prefixList lets in those of a prefix list instead of everybody.
func (s scenery) prefixList(t *testing.T) {
	t.Helper()
	s.odd(t, "DescribeSecurityGroups", everybody, "<ipRanges/>", "<prefixListIds/>", "<prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds>")
	s["DescribeManagedPrefixLists"] = `<prefixListSet><item><prefixListId>pl-1</prefixListId><prefixListArn>arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1</prefixListArn><prefixListName>n</prefixListName><ownerId>111122223333</ownerId></item></prefixListSet>`
}

func TestOddShapesOfPolicies(t *testing.T) {
	t.Parallel()
	inline := func(text string) string {
		return roleWith("<member><PolicyName>p</PolicyName><PolicyDocument>" + text + "</PolicyDocument></member>")
	}
	attached := func(version string) (role, policy string) {
		role = strings.Replace(roleWith(""), "<AttachedManagedPolicies/>", "<AttachedManagedPolicies><member><PolicyName>m</PolicyName><PolicyArn>arn:aws:iam::111122223333:policy/m</PolicyArn></member></AttachedManagedPolicies>", 1)
		const little = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
		policy = `<Policies><member><Arn>arn:aws:iam::111122223333:policy/m</Arn><PolicyName>m</PolicyName><DefaultVersionId>` + version + `</DefaultVersionId><PolicyVersionList>` +
			`<member><VersionId>v2</VersionId><IsDefaultVersion>` + fmt.Sprint(version == "v2") + `</IsDefaultVersion><Document>` + url.PathEscape(little) + `</Document></member>` +
			`<member><VersionId>v1</VersionId><IsDefaultVersion>` + fmt.Sprint(version == "v1") + `</IsDefaultVersion><Document>` + url.PathEscape(anything) + `</Document></member>` +
			`</PolicyVersionList></member></Policies>`
		return role, policy
	}
	buckets := func(resource string) string {
		return `{"Version":"2012-10-17","Statement":[{"Sid":"Zugriff","Effect":"Allow","Action":"s3:GetObject","Resource":"` + resource + `"}]}`
	}
	for _, c := range []struct {
		about string
		odd   func(scenery)
		want  string
	}{
		{"encoded once", func(s scenery) { s["GetAccountAuthorizationDetails Role"] = inline(url.PathEscape(anything)) }, "admin"},
		{"not encoded at all", func(s scenery) {
			s["GetAccountAuthorizationDetails Role"] = inline(strings.ReplaceAll(anything, `"`, "&quot;"))
		}, "admin"},
		{"every sign encoded", func(s scenery) {
			var b strings.Builder
			for _, c := range []byte(anything) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
			s["GetAccountAuthorizationDetails Role"] = inline(b.String())
		}, "admin"},
		{"a plus sign that stands for itself", func(s scenery) {
			s["GetAccountAuthorizationDetails Role"] = inline(strings.ReplaceAll(url.PathEscape(buckets("arn:aws:s3:::a+b/*")), "%2B", "+"))
		}, "limited"},
		{"a plus sign encoded twice", func(s scenery) {
			s["GetAccountAuthorizationDetails Role"] = inline(strings.ReplaceAll(url.QueryEscape(buckets("arn:aws:s3:::a+b/*")), "%2B", "%252B"))
		}, "limited"},
		{"letters beyond ASCII", func(s scenery) {
			s["GetAccountAuthorizationDetails Role"] = inline(url.PathEscape(strings.Replace(anything, `"Effect"`, `"Sid":"Überall für é 漢","Effect"`, 1)))
		}, "admin"},
		{"half a character", func(s scenery) { s["GetAccountAuthorizationDetails Role"] = inline(url.PathEscape(anything) + "%C3") }, "? unreadable"},
		{"an escape that is none", func(s scenery) { s["GetAccountAuthorizationDetails Role"] = inline("%7B%ZZ") }, "? unreadable"},
		{"an empty document", func(s scenery) { s["GetAccountAuthorizationDetails Role"] = inline("") }, "? absent"},
		{"an effect that nobody knows", func(s scenery) {
			s["GetAccountAuthorizationDetails Role"] = inline(url.PathEscape(strings.Replace(anything, `"Allow"`, `"Consider"`, 1)))
		}, "? unreadable"},
		{"the list of policies left out", func(s scenery) {
			s["GetAccountAuthorizationDetails Role"] = strings.Replace(roleWith(""), "<RolePolicyList></RolePolicyList>", "", 1)
		}, "? absent"},
		{"the default is the older version", func(s scenery) {
			s["GetAccountAuthorizationDetails Role"], s["GetAccountAuthorizationDetails Policy"] = attached("v1")
		}, "admin"},
		{"the default is the newer version", func(s scenery) {
			s["GetAccountAuthorizationDetails Role"], s["GetAccountAuthorizationDetails Policy"] = attached("v2")
		}, "data_read"},
		{"the default is a version that is not told", func(s scenery) {
			s["GetAccountAuthorizationDetails Role"], s["GetAccountAuthorizationDetails Policy"] = attached("v9")
		}, "? absent"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			s := plainScenery()
			c.odd(s)
			w, _ := s.judged(t)
			if got := said(w.Identity.Power); got != c.want {
				t.Errorf("want %s, got %s", c.want, got)
			}
		})
	}
}
