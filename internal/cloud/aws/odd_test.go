package aws

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// A scenery is what a region and IAM reply, by action: what stands within the
// reply's own element. It begins with one running instance that anybody reaches
// on port 22, and whose role may do everything.
type scenery map[string]string

const (
	oneGroup = `<item><ownerId>111122223333</ownerId><groupId>sg-1</groupId><groupName>web</groupName><vpcId>vpc-1</vpcId><ipPermissions>PERMISSIONS</ipPermissions>` +
		`<ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item></ipPermissionsEgress></item>`
	ssh       = `<item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort><groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item>`
	ports     = `<fromPort>22</fromPort><toPort>22</toPort>`
	everybody = `<ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges>`
	options2  = `<metadataOptions><state>applied</state><httpTokens>required</httpTokens><httpPutResponseHopLimit>1</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint><httpProtocolIpv6>disabled</httpProtocolIpv6><instanceMetadataTags>disabled</instanceMetadataTags></metadataOptions>`
	groupsOf  = `<groupSet><item><groupId>sg-1</groupId><groupName>web</groupName></item></groupSet>`
	addresses = `<privateIpAddressesSet><item><privateIpAddress>10.0.1.10</privateIpAddress><primary>true</primary><association><publicIp>203.0.113.10</publicIp></association></item></privateIpAddressesSet>`
	face      = `<item><networkInterfaceId>eni-1</networkInterfaceId><ownerId>111122223333</ownerId><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><attachment><deviceIndex>0</deviceIndex></attachment>` +
		`<association><publicIp>203.0.113.10</publicIp></association>` + groupsOf + `<ipv6AddressesSet/>` + addresses + `</item>`
	faces    = `<networkInterfaceSet>` + face + `</networkInterfaceSet>`
	admitted = `<item><networkInterfaceId>eni-1</networkInterfaceId><ownerId>111122223333</ownerId><denyAllIgwTraffic>false</denyAllIgwTraffic><attachment><instanceId>i-1</instanceId></attachment></item>`
	named    = `<tagSet><item><key>Name</key><value>web</value></item></tagSet>`
	main0    = `<item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>igw-1</gatewayId><state>active</state><origin>CreateRoute</origin></item>`
	anything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

func aclEntry(number int, egress bool, action, cidr string) string {
	return fmt.Sprintf(`<item><ruleNumber>%d</ruleNumber><protocol>-1</protocol><ruleAction>%s</ruleAction><egress>%t</egress>%s</item>`, number, action, egress, cidr)
}

func plainScenery() scenery {
	const all, all6 = `<cidrBlock>0.0.0.0/0</cidrBlock>`, `<ipv6CidrBlock>::/0</ipv6CidrBlock>`
	return scenery{
		"DescribeInstances": `<reservationSet><item><reservationId>r-1</reservationId><ownerId>111122223333</ownerId><groupSet/><instancesSet><item><instanceId>i-1</instanceId>` +
			`<imageId>ami-1</imageId><instanceState><code>16</code><name>running</name></instanceState><launchTime>2026-01-01T00:00:00.000Z</launchTime>` +
			`<ipAddress>203.0.113.10</ipAddress><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>` + groupsOf +
			`<iamInstanceProfile><arn>arn:aws:iam::111122223333:instance-profile/web</arn><id>AIPA1</id></iamInstanceProfile>` + options2 + faces + named +
			`</item></instancesSet></item></reservationSet>`,
		"DescribeNetworkInterfaces": `<networkInterfaceSet>` + admitted + `</networkInterfaceSet>`,
		"DescribeVpcs":              `<vpcSet><item><vpcId>vpc-1</vpcId><ownerId>111122223333</ownerId><cidrBlock>10.0.0.0/16</cidrBlock></item></vpcSet>`,
		"DescribeSubnets":           `<subnetSet><item><subnetId>subnet-1</subnetId><ownerId>111122223333</ownerId><vpcId>vpc-1</vpcId><cidrBlock>10.0.1.0/24</cidrBlock><availabilityZone>eu-west-1a</availabilityZone></item></subnetSet>`,
		"DescribeRouteTables": `<routeTableSet><item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId><ownerId>111122223333</ownerId><routeSet>` +
			`<item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId><state>active</state><origin>CreateRouteTable</origin></item>` + main0 +
			`</routeSet><associationSet><item><routeTableAssociationId>a-1</routeTableAssociationId><routeTableId>rtb-1</routeTableId><main>true</main><associationState><state>associated</state></associationState></item></associationSet></item></routeTableSet>`,
		"DescribeInternetGateways": `<internetGatewaySet><item><internetGatewayId>igw-1</internetGatewayId><ownerId>111122223333</ownerId><attachmentSet><item><vpcId>vpc-1</vpcId><state>available</state></item></attachmentSet></item></internetGatewaySet>`,
		"DescribeNetworkAcls": `<networkAclSet><item><networkAclId>acl-1</networkAclId><vpcId>vpc-1</vpcId><ownerId>111122223333</ownerId><default>true</default><entrySet>` +
			aclEntry(100, false, "allow", all) + aclEntry(101, false, "allow", all6) + aclEntry(100, true, "allow", all) + aclEntry(101, true, "allow", all6) +
			`</entrySet><associationSet><item><networkAclAssociationId>b-1</networkAclAssociationId><networkAclId>acl-1</networkAclId><subnetId>subnet-1</subnetId></item></associationSet></item></networkAclSet>`,
		"DescribeSecurityGroups":                `<securityGroupInfo>` + strings.Replace(oneGroup, "PERMISSIONS", ssh, 1) + `</securityGroupInfo>`,
		"DescribeVpcBlockPublicAccessOptions":   `<vpcBlockPublicAccessOptions><state>default-state</state><internetGatewayBlockMode>off</internetGatewayBlockMode></vpcBlockPublicAccessOptions>`,
		"ListInstanceProfiles":                  `<InstanceProfiles><member><Arn>arn:aws:iam::111122223333:instance-profile/web</Arn><InstanceProfileName>web</InstanceProfileName><Roles><member><Arn>arn:aws:iam::111122223333:role/web</Arn><RoleName>web</RoleName></member></Roles></member></InstanceProfiles>`,
		"GetAccountAuthorizationDetails Role":   roleWith(`<member><PolicyName>p</PolicyName><PolicyDocument>` + url.PathEscape(anything) + `</PolicyDocument></member>`),
		"GetAccountAuthorizationDetails Policy": `<Policies/>`,
	}
}

// roleWith is the role of the instance with some policies of its own.
func roleWith(policies string) string {
	return `<RoleDetailList><member><Arn>arn:aws:iam::111122223333:role/web</Arn><RoleName>web</RoleName><Path>/</Path><AssumeRolePolicyDocument>` +
		url.PathEscape(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`) +
		`</AssumeRolePolicyDocument><RolePolicyList>` + policies + `</RolePolicyList><AttachedManagedPolicies/><InstanceProfileList/></member></RoleDetailList>`
}

// odd changes a reply; what is to be changed has to be there.
func (s scenery) odd(t testing.TB, action string, oldNew ...string) {
	t.Helper()
	for p := range slices.Chunk(oldNew, 2) {
		if !strings.Contains(s[action], p[0]) {
			t.Fatalf("%s has no %s", action, p[0])
		}
		s[action] = strings.Replace(s[action], p[0], p[1], 1)
	}
}

func (s scenery) answer(w http.ResponseWriter, r *http.Request, a asked) {
	key := a.action
	if filter := r.PostForm.Get("Filter.member.1"); filter != "" {
		key += " " + strings.TrimPrefix(filter, "LocalManaged")
	}
	inner, ok := s[key]
	switch {
	case a.region == there && !strings.HasPrefix(key, "Get") && !strings.HasPrefix(key, "List") || !ok && a.action == "DescribeInstances":
		if a.action == "DescribeInstances" {
			ec2Reply(w, a.action, "<reservationSet/>")
			return
		}
		normal(w, r, a)
	case !ok:
		normal(w, r, a)
	case strings.HasPrefix(key, "Describe") || strings.HasPrefix(key, "GetManagedPrefixList"):
		ec2Reply(w, a.action, inner)
	default:
		fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", a.action, inner)
	}
}

// judged is the first instance of a scenery, as the collector and the facts
// have it.
func (s scenery) judged(t *testing.T) (*estate.Workload, *taken) {
	t.Helper()
	f := newFake(t, s.answer)
	o := options(f.url)
	o.MaxAttempts, o.Regions = 1, []string{here}
	got := &taken{}
	if err := scan(context.Background(), connect(t, o), got); err != nil {
		t.Fatal(err)
	}
	facts := awsfact.New()
	var context, beside, instances []snapshot.Resource
	for _, r := range got.resources {
		switch {
		case facts.IsWorkload(r.Kind):
			instances = append(instances, r)
		case facts.Beside(r.Kind):
			beside = append(beside, r)
		default:
			context = append(context, r)
		}
	}
	if len(instances) == 0 {
		return nil, got
	}
	answers := slices.Collect(maps.Values(got.answers))
	c := snapshot.NewContext(Provider, account, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), context, answers)
	c = c.Beside(beside, nil)
	w, err := facts.Workload(c, &instances[0])
	if err != nil {
		t.Fatal(err)
	}
	facts.Objects(c) // nothing may break here either
	facts.Unseen(c)
	return w.(*estate.Workload), got
}

// said spells a fact: its value, or "? cause".
func said[T any](f fact.Of[T]) string {
	if v, ok := f.Get(); ok {
		return fmt.Sprint(v)
	}
	return "? " + string(f.Why().Cause)
}

// verdicts are the facts of an instance that rules judge by.
func verdicts(w *estate.Workload) string {
	open := []string{}
	for _, o := range w.Exposure.Open.Items() {
		open = append(open, fmt.Sprintf("%s/%d-%d/%s", o.Protocol, o.From, o.To, o.Family))
	}
	return fmt.Sprintf("tokens %s, class %s, hops %s, internet %s %v, power %s", said(w.Metadata.Tokens), said(w.Metadata.Class), said(w.Metadata.HopLimit), said(w.Exposure.Internet), open, said(w.Identity.Power))
}
