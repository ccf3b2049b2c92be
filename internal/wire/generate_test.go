package wire_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"

	"plumbline/internal/wire"
)

var testKey = [32]byte{1, 2, 3}

// instances is a shape as DescribeInstances has it.
var instances = &wire.Shape{
	Kind:  "aws.instance",
	Split: wire.Split{List: "reservationSet", Inner: "instancesSet"},
	Sets: map[string]string{
		"^/groupSet": "groupId", "blockDeviceMapping": "deviceName", "groupSet": "groupId",
		"networkInterfaceSet": "networkInterfaceId", "networkInterfaceSet/groupSet": "groupId",
		"networkInterfaceSet/ipv6AddressesSet":      "ipv6Address",
		"networkInterfaceSet/privateIpAddressesSet": "privateIpAddress",
		"productCodes": "", "tagSet": "key",
	},
	Secrets: []string{"keyName", "clientToken", "groupSet/groupName", "networkInterfaceSet/description", "tagSet/key", "tagSet/value"},
	Hide:    []string{"userData"},
	Named:   map[string]wire.Pair{"tagSet": {Name: "key", Value: "value"}},
}

// element writes indented XML, as the EC2 endpoint does.
type element struct {
	b      bytes.Buffer
	indent int
}

func (e *element) leaf(name, text string) {
	fmt.Fprintf(&e.b, "%s<%s>%s</%s>\n", strings.Repeat("    ", e.indent), name, text, name)
}

func (e *element) empty(name string) {
	fmt.Fprintf(&e.b, "%s<%s/>\n", strings.Repeat("    ", e.indent), name)
}

func (e *element) in(name string, f func()) {
	pad := strings.Repeat("    ", e.indent)
	fmt.Fprintf(&e.b, "%s<%s>\n", pad, name)
	e.indent++
	f()
	e.indent--
	fmt.Fprintf(&e.b, "%s</%s>\n", pad, name)
}

func (e *element) list(name string, n int, f func(i int)) {
	e.in(name, func() {
		for i := range n {
			e.in("item", func() { f(i) })
		}
	})
}

// listIn writes the items in the given order.
func (e *element) listIn(name string, order []int, f func(i int)) {
	e.list(name, len(order), func(i int) { f(order[i]) })
}

// page writes n instances in the detail of the real endpoint. shuffle, if not
// nil, moves everything that has no order.
func page(n int, shuffle *rand.Rand) []byte {
	e := &element{}
	e.b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n")
	e.indent = 1
	e.leaf("requestId", "8f7724cf-496f-496e-8fe3-example")
	e.list("reservationSet", n, func(i int) { e.reservation(i, shuffle) })
	e.leaf("nextToken", "eyJ2IjoiMiJ9")
	e.b.WriteString("</DescribeInstancesResponse>")
	return e.b.Bytes()
}

func order(n int, r *rand.Rand) []int {
	if r != nil {
		return r.Perm(n)
	}
	o := make([]int, n)
	for i := range o {
		o[i] = i
	}
	return o
}

func (e *element) reservation(i int, r *rand.Rand) {
	e.leaf("reservationId", fmt.Sprintf("r-%017x", i))
	e.leaf("ownerId", "111122223333")
	e.empty("groupSet")
	e.list("instancesSet", 1, func(int) { e.instance(i, r) })
	e.leaf("requesterId", "940372691376")
}

func (e *element) instance(i int, r *rand.Rand) {
	const nics = 1
	id := fmt.Sprintf("%017x", i)
	for _, f := range [][2]string{
		{"instanceId", "i-" + id}, {"imageId", "ami-0abcdef1234567890"}, {"privateDnsName", "ip-10-0-1-10.eu-west-1.compute.internal"},
		{"dnsName", "ec2-203-0-113-10.eu-west-1.compute.amazonaws.com"}, {"keyName", "ops-team"}, {"amiLaunchIndex", "0"},
		{"instanceType", "m7g.large"}, {"launchTime", "2026-01-01T00:00:00.000Z"}, {"subnetId", "subnet-0a1b2c3d4e5f60718"},
		{"vpcId", "vpc-0a1b2c3d4e5f60718"}, {"privateIpAddress", "10.0.1.10"}, {"ipAddress", "203.0.113.10"}, {"sourceDestCheck", "true"},
		{"architecture", "arm64"}, {"rootDeviceType", "ebs"}, {"rootDeviceName", "/dev/xvda"}, {"virtualizationType", "hvm"},
		{"clientToken", "5d9bb8b4-6a1e-4f5a-9c57-0d3f6f0a1b2c"}, {"hypervisor", "xen"}, {"ebsOptimized", "true"}, {"enaSupport", "true"},
		{"bootMode", "uefi"}, {"currentInstanceBootMode", "uefi"}, {"platformDetails", "Linux/UNIX"}, {"usageOperation", "RunInstances"},
		{"usageOperationUpdateTime", "2026-01-01T00:00:00.000Z"},
	} {
		e.leaf(f[0], f[1])
	}
	e.in("instanceState", func() { e.leaf("code", "16"); e.leaf("name", "running") })
	e.empty("reason")
	e.empty("productCodes")
	e.in("placement", func() {
		e.leaf("availabilityZone", "eu-west-1a")
		e.leaf("availabilityZoneId", "euw1-az1")
		e.empty("groupName")
		e.leaf("tenancy", "default")
	})
	e.in("monitoring", func() { e.leaf("state", "disabled") })
	e.groups(r)
	e.disks(id, r)
	e.listIn("tagSet", order(7, r), func(t int) {
		e.leaf("key", []string{"Name", "env", "team", "aws:autoscaling:groupName", "aws:ec2launchtemplate:id", "Owner", "backup"}[t])
		e.leaf("value", []string{"app-prod-" + id[12:], "prod", "payments &amp; ledger", "app-prod", "lt-0a1b2c3d4e5f60718", "payments@example.com", "daily"}[t])
	})
	e.listIn("networkInterfaceSet", order(nics, r), func(n int) { e.networkInterface(id, n, r) })
	e.in("iamInstanceProfile", func() {
		e.leaf("arn", "arn:aws:iam::111122223333:instance-profile/app-prod")
		e.leaf("id", "AIPAEXAMPLEEXAMPLE123")
	})
	e.in("cpuOptions", func() { e.leaf("coreCount", "2"); e.leaf("threadsPerCore", "1") })
	e.in("capacityReservationSpecification", func() { e.leaf("capacityReservationPreference", "open") })
	e.in("hibernationOptions", func() { e.leaf("configured", "false") })
	e.in("enclaveOptions", func() { e.leaf("enabled", "false") })
	e.in("metadataOptions", func() {
		e.leaf("state", "applied")
		e.leaf("httpTokens", "required")
		e.leaf("httpPutResponseHopLimit", "2")
		e.leaf("httpEndpoint", "enabled")
		e.leaf("httpProtocolIpv6", "disabled")
		e.leaf("instanceMetadataTags", "disabled")
	})
	e.in("maintenanceOptions", func() { e.leaf("autoRecovery", "default"); e.leaf("rebootMigration", "default") })
	e.in("privateDnsNameOptions", func() {
		e.leaf("hostnameType", "ip-name")
		e.leaf("enableResourceNameDnsARecord", "false")
		e.leaf("enableResourceNameDnsAAAARecord", "false")
	})
	e.in("operator", func() { e.leaf("managed", "false") })
}

func (e *element) groups(r *rand.Rand) {
	e.listIn("groupSet", order(2, r), func(g int) {
		e.leaf("groupId", fmt.Sprintf("sg-0a1b2c3d4e5f6071%d", g))
		e.leaf("groupName", []string{"web", "ops"}[g])
	})
}

func (e *element) disks(id string, r *rand.Rand) {
	e.listIn("blockDeviceMapping", order(2, r), func(d int) {
		e.leaf("deviceName", []string{"/dev/xvda", "/dev/xvdb"}[d])
		e.in("ebs", func() {
			e.leaf("volumeId", "vol-"+id)
			e.leaf("status", "attached")
			e.leaf("attachTime", "2026-01-01T00:00:00.000Z")
			e.leaf("deleteOnTermination", "true")
		})
	})
}

func (e *element) networkInterface(id string, n int, r *rand.Rand) {
	e.leaf("networkInterfaceId", fmt.Sprintf("eni-%s%d", id[1:], n))
	e.leaf("subnetId", "subnet-0a1b2c3d4e5f60718")
	e.leaf("vpcId", "vpc-0a1b2c3d4e5f60718")
	e.empty("description")
	e.leaf("ownerId", "111122223333")
	e.leaf("status", "in-use")
	e.leaf("macAddress", "02:ab:cd:ef:01:23")
	e.leaf("privateIpAddress", "10.0.1.10")
	e.leaf("privateDnsName", "ip-10-0-1-10.eu-west-1.compute.internal")
	e.leaf("sourceDestCheck", "true")
	e.leaf("interfaceType", "interface")
	e.groups(r)
	e.in("attachment", func() {
		e.leaf("attachmentId", "eni-attach-"+id)
		e.leaf("deviceIndex", fmt.Sprint(n))
		e.leaf("networkCardIndex", "0")
		e.leaf("status", "attached")
		e.leaf("attachTime", "2026-01-01T00:00:00.000Z")
		e.leaf("deleteOnTermination", "true")
	})
	e.listIn("ipv6AddressesSet", order(2, r), func(a int) {
		e.leaf("ipv6Address", fmt.Sprintf("2001:db8::1%d", a))
		e.leaf("isPrimaryIpv6", "false")
	})
	e.listIn("privateIpAddressesSet", order(2, r), func(a int) {
		e.leaf("privateIpAddress", fmt.Sprintf("10.0.1.1%d", a))
		e.leaf("privateDnsName", fmt.Sprintf("ip-10-0-1-1%d.eu-west-1.compute.internal", a))
		e.leaf("primary", fmt.Sprint(a == 0))
	})
	e.in("operator", func() { e.leaf("managed", "false") })
}
