package awssim

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"plumbline/internal/cloud/sim"
)

func (p *page) interfaces(i *sim.Instance, owner string, rng *rand.Rand) {
	if len(i.Interfaces) == 0 {
		p.empty("networkInterfaceSet")
		return
	}
	p.open("networkInterfaceSet")
	t := turned(len(i.Interfaces), rng)
	for k := range i.Interfaces {
		p.netInterface(i, t.at(k), owner, rng)
	}
	p.close("networkInterfaceSet")
}

func (p *page) netInterface(i *sim.Instance, k int, owner string, rng *rand.Rand) {
	n := &i.Interfaces[k]
	p.open("item")
	p.text("networkInterfaceId", n.ID)
	p.text("subnetId", n.Subnet)
	p.text("vpcId", i.VPC)
	p.empty("description")
	p.text("ownerId", owner)
	p.text("status", "in-use")
	p.text("macAddress", n.MAC)
	p.text("privateIpAddress", n.Private)
	p.text("sourceDestCheck", "true")
	p.groups(n.Groups, rng)
	p.attachment(i, n, k)
	p.association(n.Public)
	p.open("privateIpAddressesSet")
	p.privateAddress(n.Private, n.Public, "true")
	for _, x := range n.Secondary {
		p.privateAddress(x.Private, x.Public, "false")
	}
	p.close("privateIpAddressesSet")
	p.ipv6(n)
	p.text("interfaceType", "interface")
	p.open("operator")
	p.text("managed", "false")
	p.close("operator")
	p.close("item")
}

func (p *page) attachment(i *sim.Instance, n *sim.Interface, k int) {
	p.open("attachment")
	p.text("attachmentId", "eni-attach-"+n.ID[len("eni-"):])
	p.text("deviceIndex", strconv.Itoa(k))
	p.text("status", "attached")
	p.time("attachTime", i.Launched)
	p.text("deleteOnTermination", "true")
	p.text("networkCardIndex", "0")
	p.close("attachment")
}

func (p *page) privateAddress(private, public, primary string) {
	p.open("item")
	p.text("privateIpAddress", private)
	p.text("privateDnsName", "ip-"+strings.ReplaceAll(private, ".", "-")+".ec2.internal")
	p.text("primary", primary)
	p.association(public)
	p.close("item")
}

func (p *page) association(public string) {
	if public == "" {
		return
	}
	p.open("association")
	p.text("publicIp", public)
	p.empty("publicDnsName")
	p.text("ipOwnerId", "amazon")
	p.close("association")
}

func (p *page) ipv6(n *sim.Interface) {
	all := n.Sixes()
	if len(all) == 0 {
		p.empty("ipv6AddressesSet")
	} else {
		p.open("ipv6AddressesSet")
		for _, a := range all {
			p.open("item")
			p.text("ipv6Address", a)
			p.text("isPrimaryIpv6", "false")
			p.close("item")
		}
		p.close("ipv6AddressesSet")
	}
	if len(n.Prefixes) == 0 {
		return
	}
	p.open("ipv6PrefixSet")
	for _, x := range n.Prefixes {
		p.open("item")
		p.text("ipv6Prefix", x)
		p.close("item")
	}
	p.close("ipv6PrefixSet")
}

// alike is what every instance has alike, written once.
var alike = func() string {
	p := page{depth: instanceDepth}
	p.text("hypervisor", "xen")
	p.text("ebsOptimized", "true")
	p.text("enaSupport", "true")
	p.pair("cpuOptions", "coreCount", "1", "threadsPerCore", "2")
	p.pair("capacityReservationSpecification", "capacityReservationPreference", "open", "", "")
	p.pair("hibernationOptions", "configured", "false", "", "")
	p.pair("enclaveOptions", "enabled", "false", "", "")
	p.pair("maintenanceOptions", "autoRecovery", "default", "", "")
	p.text("currentInstanceBootMode", "legacy-bios")
	p.open("privateDnsNameOptions")
	p.text("hostnameType", "ip-name")
	p.text("enableResourceNameDnsARecord", "true")
	p.text("enableResourceNameDnsAAAARecord", "false")
	p.close("privateDnsNameOptions")
	p.pair("networkPerformanceOptions", "bandwidthWeighting", "default", "", "")
	return string(p.b)
}()

// instanceDepth is how deep the elements of an instance stand.
const instanceDepth = 5

func (p *page) tail(i *sim.Instance) {
	p.b = append(p.b, alike...)
	p.options("metadataOptions", i.Options)
	details, operation := "Linux/UNIX", "RunInstances"
	if i.Platform == "windows" {
		details, operation = "Windows", "RunInstances:0002"
	}
	p.text("platformDetails", details)
	p.text("usageOperation", operation)
	p.time("usageOperationUpdateTime", i.Launched)
	p.operator(i.Operator)
}

func (p *page) pair(name, k1, v1, k2, v2 string) {
	p.open(name)
	p.text(k1, v1)
	if k2 != "" {
		p.text(k2, v2)
	}
	p.close(name)
}

func (p *page) operator(principal string) {
	p.open("operator")
	if principal == "" {
		p.text("managed", "false")
	} else {
		p.text("managed", "true")
		p.text("principal", principal)
	}
	p.close("operator")
}
