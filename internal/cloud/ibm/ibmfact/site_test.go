package ibmfact_test

import (
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
)

// The site of every case: one VPC with one subnet, in which a server stands with
// one interface at 10.0.1.4, and beside it a firewall at 10.0.1.9.
const (
	vpcID, subID, sgID, aclID, rtID = "r006-vpc", "0717-sub", "r006-sg", "r006-acl", "r006-rt"
	webID, vniID                    = "0717-web", "0717-vni"
	fwID, fwVNI                     = "0717-fw", "0717-vnifw"
)

func ref(id string) doc { return doc{"id": id} }

func vpcRef() doc { return doc{"id": vpcID, "crn": crn("is", "vpc", vpcID)} }

// site makes the world without any public address: the access list lets
// everything through, as the one that comes with a VPC does, and the security
// group nothing in.
func site(t testing.TB) *world {
	w := newWorld(t)
	w.add(ibmfact.KindVPC, ibmfact.CallVPCs, here, "", doc{"id": vpcID, "crn": crn("is", "vpc", vpcID), "name": "vpc",
		"default_security_group": ref("r006-default"), "default_network_acl": ref(aclID)})
	w.add(ibmfact.KindSubnet, ibmfact.CallSubnets, here, "", doc{"id": subID, "crn": crn("is", "subnet", subID), "vpc": vpcRef(),
		"zone": doc{"name": zone}, "ipv4_cidr_block": "10.0.1.0/24", "network_acl": ref(aclID), "routing_table": ref(rtID)})
	w.acl(allowAll("in"), allowAll("out"))
	w.add(ibmfact.KindRoutingTable, ibmfact.CallRoutingTables, here, "", doc{"id": rtID, "crn": crn("is", "routing-table", rtID), "^": doc{"vpc": crn("is", "vpc", vpcID)},
		"route_internet_ingress": false, "subnets": []doc{ref(subID)}})
	w.group(sgID, []string{vniID, fwVNI})
	w.put(webID, vniID, "10.0.1.4")
	return w
}

// put makes a server with one virtual network interface.
func (w *world) put(id, vni, address string) {
	ip := doc{"address": address, "id": "rip-" + id}
	w.add(ibmfact.KindInstance, ibmfact.CallInstances, here, "", doc{"id": id, "crn": server(id), "name": id, "status": "running",
		"metadata_service": doc{"enabled": true, "protocol": "http", "response_hop_limit": 1},
		"vpc":              vpcRef(), "zone": doc{"name": zone}, "resource_group": doc{"id": "rg-1", "name": "web"},
		"network_attachments": []doc{{"id": "att-" + id, "primary_ip": ip, "subnet": ref(subID),
			"virtual_network_interface": doc{"id": vni, "crn": crn("is", "virtual-network-interface", vni)}}},
		"network_interfaces": []doc{{"id": "att-" + id, "primary_ip": ip, "subnet": ref(subID)}}})
	w.vni(vni, address, sgID)
	w.add(ibmfact.KindInitialization, ibmfact.CallInitialization, here, server(id)+"/initialization", doc{"keys": []doc{}})
}

func (w *world) vni(id, address string, groups ...string) {
	var worn []doc
	for _, g := range groups {
		worn = append(worn, ref(g))
	}
	w.add(ibmfact.KindVNI, ibmfact.CallVNIs, here, "", doc{"id": id, "crn": crn("is", "virtual-network-interface", id),
		"allow_ip_spoofing": false, "enable_infrastructure_nat": true, "protocol_state_filtering_mode": "auto",
		"ips": []doc{{"address": address}}, "primary_ip": doc{"address": address}, "security_groups": worn, "subnet": ref(subID), "vpc": vpcRef()})
}

// floating binds a floating IP to an interface, or to a public gateway.
func (w *world) floating(address, to, kind string) {
	w.add(ibmfact.KindFloatingIP, ibmfact.CallFloatingIPs, here, "", doc{"id": "fip-" + to, "crn": crn("is", "floating-ip", "fip-"+to),
		"address": address, "status": "available", "zone": doc{"name": zone},
		"target": doc{"id": to, "resource_type": kind, "primary_ip": doc{"address": "10.0.1.4"}, "subnet": ref(subID)}})
}

const theVNI = "virtual_network_interface"

// group makes a security group, or makes one anew.
func (w *world) group(id string, worn []string, rules ...doc) {
	for i := range rules {
		rules[i]["id"] = id + "-" + string(rune('a'+i))
	}
	var targets []doc
	for _, t := range worn {
		targets = append(targets, ref(t))
	}
	w.replace(ibmfact.KindSecurityGroup, ibmfact.CallSecurityGroups, crn("is", "security-group", id), doc{"id": id, "crn": crn("is", "security-group", id),
		"vpc": vpcRef(), "rules": append([]doc{}, rules...), "targets": append([]doc{}, targets...)})
}

// acl makes the subnet's network ACL anew, each rule before the next.
func (w *world) acl(rules ...doc) {
	for i := range rules {
		rules[i]["id"] = "acl-" + string(rune('a'+i))
		if i > 0 {
			rules[i-1]["before"] = ref(rules[i]["id"].(string))
		}
	}
	w.replace(ibmfact.KindNetworkACL, ibmfact.CallNetworkACLs, crn("is", "network-acl", aclID), doc{"id": aclID, "crn": crn("is", "network-acl", aclID),
		"vpc": vpcRef(), "rules": append([]doc{}, rules...), "subnets": []doc{ref(subID)}})
}

// route adds a route to the subnet's table.
func (w *world) route(table, id, destination, action, next string) {
	w.add(ibmfact.KindRoute, ibmfact.CallRoutes, here, "", doc{"id": id, "name": id, "^": doc{"routing_table": crn("is", "routing-table", table), "vpc": crn("is", "vpc", vpcID)},
		"action": action, "destination": destination, "lifecycle_state": "stable", "next_hop": doc{"address": next}, "priority": 2, "zone": doc{"name": zone}})
}

func (w *world) replace(kind, call, uid string, d doc) {
	for i := range w.rs {
		if w.rs[i].UID == uid {
			w.rs = append(w.rs[:i], w.rs[i+1:]...)
			break
		}
	}
	w.add(kind, call, here, uid, d)
}

const everywhere = "0.0.0.0/0"

// in and out are rules of a security group from or to a block.
func in(protocol string, ports ...int) doc { return sgRule("inbound", protocol, everywhere, ports...) }

func sgRule(direction, protocol, remote string, ports ...int) doc {
	r := doc{"direction": direction, "ip_version": "ipv4", "protocol": protocol, "local": doc{"cidr_block": everywhere}, "remote": doc{"cidr_block": remote}}
	if len(ports) == 2 {
		r["port_min"], r["port_max"] = ports[0], ports[1]
	}
	return r
}

func from(r doc, group string) doc {
	r["remote"] = ref(group)
	return r
}

// An aclRule for a direction, with ports of the source and of the destination.
func aclRule(direction, action, protocol string, source, destination []int) doc {
	r := doc{"direction": direction, "action": action, "protocol": protocol, "ip_version": "ipv4", "source": everywhere, "destination": everywhere}
	if len(source) == 2 {
		r["source_port_min"], r["source_port_max"] = source[0], source[1]
	}
	if len(destination) == 2 {
		r["destination_port_min"], r["destination_port_max"] = destination[0], destination[1]
	}
	return r
}

func allowAll(way string) doc {
	return aclRule(map[string]string{"in": "inbound", "out": "outbound"}[way], "allow", "icmp_tcp_udp", nil, nil)
}
