package awsfact_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A doc is a document by AWS's member names.
type doc = map[string]any

type list = []any

// A scene is a region with one instance in it. It begins as case A1 without any
// security group: VPC with main route to the internet gateway, network ACL that
// lets everything through, an instance with a public address.
type scene struct {
	vpc, main, igw, acl, block doc
	more                       map[string][]doc // by kind
	nics                       []doc            // of the instance
	beside                     []doc            // their own documents
	state                      string
	refused                    []string // calls, or "call subject"
}

// callOf is the call that lists a kind.
var callOf = map[string]string{
	awsfact.KindVPC: awsfact.CallVPCs, awsfact.KindSubnet: awsfact.CallSubnets, awsfact.KindRouteTable: awsfact.CallRouteTables,
	awsfact.KindInternetGateway: awsfact.CallInternetGateways, awsfact.KindNetworkACL: awsfact.CallNetworkACLs, awsfact.KindGroup: awsfact.CallGroups,
	awsfact.KindGroupRule: awsfact.CallGroupRules, awsfact.KindPrefixList: awsfact.CallPrefixLists, awsfact.KindPrefixEntry: awsfact.CallPrefixEntries,
	awsfact.KindBlockAccess: awsfact.CallBlockAccess, awsfact.KindBlockExclusion: awsfact.CallBlockExclusions, awsfact.KindInterface: awsfact.CallInterfaces,
	awsfact.KindLoadBalancer: awsfact.CallLoadBalancers, awsfact.KindListener: awsfact.CallListeners, awsfact.KindTargetGroup: awsfact.CallTargetGroups,
	awsfact.KindListenerRule: awsfact.CallListenerRules, awsfact.KindTargetAttributes: awsfact.CallTargetConfig,
	awsfact.KindTargetHealth: awsfact.CallTargetHealth, awsfact.KindClassicLoadBalancer: awsfact.CallLoadBalancers,
}

func route(dest, target string, also ...string) doc {
	d := doc{"state": "active", "origin": "CreateRoute"}
	switch {
	case strings.HasPrefix(dest, "pl-"):
		d["destinationPrefixListId"] = dest
	case strings.Contains(dest, ":"):
		d["destinationIpv6CidrBlock"] = dest
	default:
		d["destinationCidrBlock"] = dest
	}
	member := map[string]string{"nat": "natGatewayId", "eigw": "egressOnlyInternetGatewayId", "tgw": "transitGatewayId", "pcx": "vpcPeeringConnectionId",
		"eni": "networkInterfaceId", "cagw": "carrierGatewayId"}[strings.Split(target, "-")[0]]
	if member == "" {
		member = "gatewayId"
	}
	d[member] = target
	for i := 0; i+1 < len(also); i += 2 {
		d[also[i]] = also[i+1]
	}
	return d
}

func table(id string, at doc, routes ...doc) doc {
	at["associationState"] = doc{"state": "associated"}
	rs := list{route("10.0.0.0/16", "local"), route("2600:1f18::/56", "local")}
	for _, r := range routes {
		rs = append(rs, r)
	}
	return doc{"routeTableId": id, "vpcId": "vpc-1", "ownerId": account, "routeSet": rs, "associationSet": list{at}}
}

// entry is one of a network ACL: "allow 6 22-22 0.0.0.0/0".
func entry(number int, egress bool, text string) doc {
	f := strings.Fields(text)
	d := doc{"ruleNumber": strconv.Itoa(number), "egress": strconv.FormatBool(egress), "ruleAction": f[0], "protocol": f[1]}
	if f[2] != "-" {
		from, to, _ := strings.Cut(f[2], "-")
		d["portRange"] = doc{"from": from, "to": to}
	}
	if strings.Contains(f[3], ":") {
		d["ipv6CidrBlock"] = f[3]
	} else {
		d["cidrBlock"] = f[3]
	}
	return d
}

func in(number int, text string) doc  { return entry(number, false, text) }
func out(number int, text string) doc { return entry(number, true, text) }

// acl is a network ACL of the subnets; without entries it lets everything
// through.
func acl(id string, subnets string, entries ...doc) doc {
	es := list{}
	if len(entries) == 0 {
		entries = []doc{in(100, "allow -1 - 0.0.0.0/0"), in(101, "allow -1 - ::/0"), out(100, "allow -1 - 0.0.0.0/0"), out(101, "allow -1 - ::/0")}
	}
	for _, e := range append(entries, in(32767, "deny -1 - 0.0.0.0/0"), in(32768, "deny -1 - ::/0"), out(32767, "deny -1 - 0.0.0.0/0"), out(32768, "deny -1 - ::/0")) {
		es = append(es, e)
	}
	at := list{}
	for _, s := range strings.Fields(subnets) {
		at = append(at, doc{"subnetId": s, "networkAclId": id})
	}
	return doc{"networkAclId": id, "vpcId": "vpc-1", "ownerId": account, "default": "false", "entrySet": es, "associationSet": at}
}

// perm is a rule of a security group: "tcp 22-22 0.0.0.0/0 sg-2 pl-1".
func perm(text string) doc {
	f := strings.Fields(text)
	d := doc{"ipProtocol": f[0], "ipRanges": list{}, "ipv6Ranges": list{}, "prefixListIds": list{}, "groups": list{}}
	if f[1] != "*" {
		i := strings.LastIndex(f[1][1:], "-") + 1
		if strings.HasSuffix(f[1], "--1") {
			i--
		}
		d["fromPort"], d["toPort"] = f[1][:i], f[1][i+1:]
	}
	for _, p := range f[2:] {
		switch {
		case strings.HasPrefix(p, "sg-"):
			d["groups"] = append(d["groups"].(list), doc{"groupId": p, "userId": account})
		case strings.HasPrefix(p, "pl-"):
			d["prefixListIds"] = append(d["prefixListIds"].(list), doc{"prefixListId": p})
		case strings.Contains(p, ":"):
			d["ipv6Ranges"] = append(d["ipv6Ranges"].(list), doc{"cidrIpv6": p})
		default:
			d["ipRanges"] = append(d["ipRanges"].(list), doc{"cidrIp": p})
		}
	}
	return d
}

// sg is a security group with these rules inwards, and every way out.
func sg(id string, perms ...string) doc {
	ps := list{}
	for _, p := range perms {
		ps = append(ps, perm(p))
	}
	return doc{"groupId": id, "groupName": "g", "vpcId": "vpc-1", "ownerId": account, "ipPermissions": ps, "ipPermissionsEgress": list{perm("-1 * 0.0.0.0/0 ::/0")}}
}

// nic is an interface of the instance in a subnet, with groups, a public IPv4
// address and a global IPv6 address, or "".
func nic(id, subnet, groups, public, six string) doc {
	gs := list{}
	for _, g := range strings.Fields(groups) {
		gs = append(gs, doc{"groupId": g})
	}
	private := doc{"privateIpAddress": "10.0.1.10", "primary": "true"}
	d := doc{"networkInterfaceId": id, "subnetId": subnet, "vpcId": "vpc-1", "ownerId": account, "groupSet": gs, "ipv6AddressesSet": list{},
		"attachment": doc{"deviceIndex": strings.TrimPrefix(id, "eni-")}, "privateIpAddressesSet": list{private}}
	if public != "" {
		private["association"] = doc{"publicIp": public}
	}
	if six != "" {
		d["ipv6AddressesSet"] = list{doc{"ipv6Address": six}}
	}
	return d
}

func admitting(id string) doc {
	return doc{"networkInterfaceId": id, "ownerId": account, "denyAllIgwTraffic": "false"}
}

func newScene(groups ...doc) *scene {
	var ids []string
	groups = slices.Clone(groups)
	for i, g := range groups {
		groups[i] = maps.Clone(g)
		if id := g["groupId"].(string); !strings.HasPrefix(id, "sg-lb") {
			ids = append(ids, id)
		}
	}
	return &scene{
		vpc:   doc{"vpcId": "vpc-1", "ownerId": account, "cidrBlock": "10.0.0.0/16"},
		main:  table("rtb-main", doc{"main": "true"}, route("0.0.0.0/0", "igw-1"), route("::/0", "igw-1")),
		igw:   doc{"internetGatewayId": "igw-1", "attachmentSet": list{doc{"vpcId": "vpc-1", "state": "available"}}},
		acl:   acl("acl-1", "subnet-a subnet-b"),
		block: doc{"state": "default-state", "internetGatewayBlockMode": "off"},
		more: map[string][]doc{
			awsfact.KindGroup: groups,
			awsfact.KindSubnet: {
				{"subnetId": "subnet-a", "vpcId": "vpc-1", "ownerId": account, "cidrBlock": "10.0.1.0/24", "availabilityZone": "eu-west-1a"},
				{"subnetId": "subnet-b", "vpcId": "vpc-1", "ownerId": account, "cidrBlock": "10.0.2.0/24", "availabilityZone": "eu-west-1a"},
			},
		},
		nics:   []doc{nic("eni-0", "subnet-a", strings.Join(ids, " "), "203.0.113.10", "")},
		beside: []doc{admitting("eni-0")},
		state:  "running",
	}
}

func (s *scene) add(kind string, ds ...doc) *scene {
	s.more[kind] = append(s.more[kind], ds...)
	return s
}

// listing says that a call was asked about a region, or about each of some
// subjects.
func (s *scene) subjects() map[string][]string {
	m := map[string][]string{}
	for _, call := range callOf {
		m[call] = []string{""}
	}
	m[awsfact.CallLoadBalancers] = []string{"", awsfact.SubjectClassic}
	for kind, of := range map[string][2]string{
		awsfact.KindPrefixList: {awsfact.CallPrefixEntries, "prefixListId"}, awsfact.KindLoadBalancer: {awsfact.CallListeners, "LoadBalancerArn"},
		awsfact.KindTargetGroup: {awsfact.CallTargetHealth, "TargetGroupArn"}, awsfact.KindListener: {awsfact.CallListenerRules, "ListenerArn"},
	} {
		for _, d := range s.more[kind] {
			m[of[0]] = append(m[of[0]], d[of[1]].(string))
		}
	}
	m[awsfact.CallTargetConfig] = m[awsfact.CallTargetHealth]
	return m
}

func (s *scene) isRefused(call, subject string) bool {
	return slices.Contains(s.refused, call) || slices.Contains(s.refused, call+" "+subject) || slices.Contains(s.refused, call+" ") && subject == ""
}

// hides says that a refusal keeps a document away.
func (s *scene) hides(kind string, d doc) bool {
	subject := ""
	switch kind {
	case awsfact.KindPrefixEntry:
		subject = d["^"].(doc)[awsfact.AboutPrefixList].(string)
	case awsfact.KindListenerRule:
		subject = d["^"].(doc)[awsfact.AboutListener].(string)
	case awsfact.KindTargetHealth, awsfact.KindTargetAttributes:
		subject = d["^"].(doc)[awsfact.AboutTargetGroup].(string)
	case awsfact.KindListener:
		subject = d["LoadBalancerArn"].(string)
	case awsfact.KindClassicLoadBalancer:
		subject = awsfact.SubjectClassic
	}
	return s.isRefused(callOf[kind], subject)
}

func sceneDoc(t testing.TB, kind, uid string, d doc) snapshot.Resource {
	t.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if b, err = wire.CanonicalJSON(nil, b); err != nil {
		t.Fatal(err)
	}
	r := snapshot.Resource{Kind: kind, Scope: scope(here), UID: uid, Call: callOf[kind], Doc: b}
	r.Seal()
	return r
}

// context is what a scan of the scene keeps.
func (s *scene) context(t testing.TB) *snapshot.Context {
	t.Helper()
	all := map[string][]doc{awsfact.KindVPC: {s.vpc}, awsfact.KindRouteTable: {s.main}, awsfact.KindInternetGateway: {s.igw}, awsfact.KindNetworkACL: {s.acl}, awsfact.KindBlockAccess: {s.block}}
	for kind, ds := range s.more {
		all[kind] = append(all[kind], ds...)
	}
	var rs []snapshot.Resource
	for kind, ds := range all {
		for i, d := range ds {
			if !s.hides(kind, d) {
				rs = append(rs, sceneDoc(t, kind, kind+"/"+strconv.Itoa(i), d))
			}
		}
	}
	var as []snapshot.Answer
	for call, subjects := range s.subjects() {
		for _, subject := range subjects {
			a := snapshot.Answer{Key: snapshot.Key{Call: call, Scope: scope(here), Subject: subject}, Status: snapshot.Complete}
			if s.isRefused(call, subject) {
				a.Status, a.Cause, a.Code = snapshot.Refused, snapshot.Denied, "UnauthorizedOperation"
			}
			as = append(as, a)
		}
	}
	return snapshot.NewContext(awsfact.Provider, account, at, rs, as)
}

// stands is the context with what came beside the instance.
func (s *scene) stands(t testing.TB, c *snapshot.Context) *snapshot.Context {
	t.Helper()
	if s.isRefused(awsfact.CallInterfaces, "") {
		return c
	}
	var rs []snapshot.Resource
	for _, d := range s.beside {
		rs = append(rs, sceneDoc(t, awsfact.KindInterface, "arn:aws:ec2:"+here+":"+account+":network-interface/"+d["networkInterfaceId"].(string), d))
	}
	return c.Beside(rs, nil)
}

func (s *scene) instance(t testing.TB) *snapshot.Resource {
	t.Helper()
	nics := list{}
	for _, n := range s.nics {
		nics = append(nics, n)
	}
	r := sceneDoc(t, awsfact.KindInstance, "arn:aws:ec2:"+here+":"+account+":instance/i-1",
		doc{"instanceId": "i-1", "instanceState": doc{"name": s.state}, "networkInterfaceSet": nics})
	return &r
}

func (s *scene) exposure(t testing.TB) *estate.Exposure {
	t.Helper()
	return s.exposed(t, s.context(t))
}

func (s *scene) exposed(t testing.TB, c *snapshot.Context) *estate.Exposure {
	t.Helper()
	w, err := new(awsfact.Reader).Workload(s.stands(t, c), s.instance(t))
	if err != nil {
		t.Fatal(err)
	}
	return &w.Exposure
}

func word[T any](f fact.Of[T]) string {
	if v, ok := f.Get(); ok {
		return fmt.Sprint(v)
	}
	return "unknown"
}

// inWords is an exposure in lines: the word, and each opening.
func inWords(e *estate.Exposure) string {
	lines := []string{word(e.Internet)}
	for _, o := range e.Open.Items() {
		ports := fmt.Sprintf("%d-%d", o.From, o.To)
		if o.From == o.To {
			ports = strconv.FormatInt(o.From, 10)
		}
		l := fmt.Sprintf("%s %s %s %s any=%s %s", o.Family, o.Protocol, ports, o.Return, word(o.AnySource), o.Sources)
		if o.Via != "" {
			l += fmt.Sprintf(" via %s:%d %s", o.Address, o.FrontFrom, o.Layer)
		}
		lines = append(lines, l)
	}
	for range e.Open.Gaps() {
		lines = append(lines, "gap")
	}
	return strings.Join(lines, "\n")
}
