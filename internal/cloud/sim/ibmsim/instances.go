package ibmsim

import (
	"encoding/json"

	"plumbline/internal/cloud/sim/ibmestate"
)

// Instances and their interfaces are what there is most of: their documents are
// structs, which are written a few times faster than maps.

type thingRef struct {
	ID      string     `json:"id"`
	CRN     string     `json:"crn,omitempty"`
	Href    string     `json:"href"`
	Name    string     `json:"name"`
	Type    string     `json:"resource_type,omitempty"`
	Primary *addressIn `json:"primary_ip,omitempty"`
	Subnet  *thingRef  `json:"subnet,omitempty"`
	VNI     *thingRef  `json:"virtual_network_interface,omitempty"`
}

type addressIn struct {
	Address string `json:"address"`
	ID      string `json:"id"`
	Name    string `json:"name"`
	Href    string `json:"href"`
	Type    string `json:"resource_type"`
}

type volumeRef struct {
	thingRef
	Volume thingRef `json:"volume"`
}

type memberRef struct {
	thingRef
	Group thingRef `json:"instance_group"`
}

type zoneRef struct {
	Name string `json:"name"`
	Href string `json:"href"`
}

type metadata struct {
	Enabled  bool   `json:"enabled"`
	Protocol string `json:"protocol"`
	Hops     int    `json:"response_hop_limit,omitempty"`
}

type instanceDoc struct {
	ID           string          `json:"id"`
	CRN          string          `json:"crn"`
	Href         string          `json:"href"`
	Name         string          `json:"name"`
	Type         string          `json:"resource_type"`
	Created      string          `json:"created_at"`
	Status       string          `json:"status"`
	Metadata     metadata        `json:"metadata_service"`
	VPC          thingRef        `json:"vpc"`
	Zone         zoneRef         `json:"zone"`
	Group        json.RawMessage `json:"resource_group"`
	Image        thingRef        `json:"image"`
	Profile      json.RawMessage `json:"profile"`
	Boot         volumeRef       `json:"boot_volume_attachment"`
	Volumes      []volumeRef     `json:"volume_attachments"`
	Attachments  []thingRef      `json:"network_attachments"`
	Attachment   *thingRef       `json:"primary_network_attachment,omitempty"`
	Interfaces   []thingRef      `json:"network_interfaces"`
	Interface    thingRef        `json:"primary_network_interface"`
	Member       *memberRef      `json:"instance_group_membership,omitempty"`
	Affinity     json.RawMessage `json:"reservation_affinity"`
	Availability json.RawMessage `json:"availability"`
	Policy       json.RawMessage `json:"availability_policy"`
	VCPU         json.RawMessage `json:"vcpu"`
	Confidential string          `json:"confidential_compute_mode"`
	QoS          string          `json:"volume_bandwidth_qos_mode"`
	Health       string          `json:"health_state"`
	Lifecycle    string          `json:"lifecycle_state"`
	SecureBoot   bool            `json:"enable_secure_boot"`
	Startable    bool            `json:"startable"`
	Bandwidth    int             `json:"bandwidth"`
	Memory       int             `json:"memory"`
	Threads      int             `json:"threads_per_core"`
	NetBandwidth int             `json:"total_network_bandwidth"`
	VolBandwidth int             `json:"total_volume_bandwidth"`
	nothing
}

// nothing is the lists that are empty here.
type nothing struct {
	Cluster   []any `json:"cluster_network_attachments"`
	Disks     []any `json:"disks"`
	HealthWhy []any `json:"health_reasons"`
	LifeWhy   []any `json:"lifecycle_reasons"`
	StatusWhy []any `json:"status_reasons"`
	Software  []any `json:"software_attachments"`
}

var none = nothing{[]any{}, []any{}, []any{}, []any{}, []any{}, []any{}}

func (s *Server) listInstances(c *caller) (any, *refusal) {
	return s.page(c, "instances", c.region.Len(), func(n int) any { return c.instance(c.region.Server(n)) })
}

func (s *Server) getInstance(c *caller) (any, *refusal) {
	x := c.region.Find(c.PathValue("id"))
	if x == nil {
		return nil, notFound("instance " + c.PathValue("id"))
	}
	return c.instance(x), nil
}

func (c *caller) short(t ibmestate.Thing, path, kind string) thingRef {
	return thingRef{ID: t.ID, CRN: t.CRN, Href: c.at(path + "/" + t.ID), Name: t.Name, Type: kind}
}

func (c *caller) address(i *ibmestate.Interface) *addressIn {
	id := i.Subnet.ID[:5] + "ip-" + i.Subnet.ID[5:13] + "-" + i.Address
	return &addressIn{i.Address, id, "reserved-" + i.Address, c.at("subnets/" + i.Subnet.ID + "/reserved_ips/" + id), "subnet_reserved_ip"}
}

func (c *caller) instance(x *ibmestate.Server) any {
	href := c.at("instances/" + x.ID)
	m := x.Metadata
	boot := volumeRef{thingRef: thingRef{ID: x.ID[:5] + "boot" + x.ID[9:], Href: href + "/volume_attachments/boot", Name: "boot"}}
	boot.Volume = thingRef{ID: "r-vol-" + x.ID[5:], CRN: "crn:v1:bluemix:public:is:" + x.Zone + ":a/" + c.account.ID + "::volume:r-vol-" + x.ID[5:], Href: c.at("volumes/r-vol-" + x.ID[5:]), Name: x.Name + "-boot", Type: "volume"}
	d := instanceDoc{
		ID: x.ID, CRN: x.CRN, Href: href, Name: x.Name, Type: "instance", Created: stamp(x.Created), Status: x.Status, Metadata: metadata{m.Enabled, m.Protocol, m.HopLimit},
		VPC: c.short(x.VPC.Thing, "vpcs", "vpc"), Zone: zoneRef{x.Zone, c.at("regions/" + c.region.Name + "/zones/" + x.Zone)}, Group: marshal(resourceGroup(x.Group)), Image: c.short(x.Image.Thing, "images", "image"),
		Profile: raw(`{"name":"` + x.Profile + `","href":"` + c.at("instance/profiles/"+x.Profile) + `","resource_type":"instance_profile"}`), Boot: boot, Volumes: []volumeRef{boot},
		Affinity: raw(`{"policy":"disabled","pool":[]}`), Availability: raw(`{"class":"standard"}`), Policy: raw(`{"host_failure":"restart","preemption":"stop"}`), VCPU: raw(`{"architecture":"amd64","count":2,"manufacturer":"intel","percentage":100}`),
		Confidential: "disabled", QoS: "pooled", Health: "ok", Lifecycle: "stable", Startable: true, Bandwidth: 4000, Memory: 8, Threads: 2, NetBandwidth: 3000, VolBandwidth: 1000, nothing: none,
		Attachments: []thingRef{}, Interfaces: make([]thingRef, 0, len(x.Interfaces)),
	}
	for _, i := range x.Interfaces {
		d.Interfaces = append(d.Interfaces, c.nic(i, x))
		if !x.Legacy {
			d.Attachments = append(d.Attachments, c.attachment(i, x))
		}
	}
	d.Interface = d.Interfaces[0]
	if !x.Legacy {
		d.Attachment = &d.Attachments[0]
	}
	if g := x.Member; g != nil {
		d.Member = &memberRef{thingRef{ID: "m-" + x.ID[5:], Href: c.at("instance_groups/" + g.ID + "/memberships/m-" + x.ID[5:]), Name: x.Name}, thingRef{ID: g.ID, CRN: g.CRN, Href: c.at("instance_groups/" + g.ID), Name: g.Name}}
	}
	return withExtra(d, x.Extra)
}

func raw(s string) json.RawMessage { return json.RawMessage(s) }

// withExtra adds members that no SDK knows.
func withExtra(d any, extra map[string]any) any {
	if len(extra) == 0 {
		return d
	}
	b, more := marshal(d), marshal(extra)
	return json.RawMessage(append(append(b[:len(b)-1], ','), more[1:]...))
}

// holder is where the parts of a server are found.
func (c *caller) holder(x *ibmestate.Server) string {
	if x.Bare {
		return c.at("bare_metal_servers/" + x.ID)
	}
	return c.at("instances/" + x.ID)
}

// nic is a network interface of the old kind, or what stands for an attachment
// in its place.
func (c *caller) nic(i *ibmestate.Interface, x *ibmestate.Server) thingRef {
	subnet := c.short(i.Subnet.Thing, "subnets", "subnet")
	return thingRef{ID: i.Attachment, Href: c.holder(x) + "/network_interfaces/" + i.Attachment, Name: i.Name, Type: "network_interface", Primary: c.address(i), Subnet: &subnet}
}

func (c *caller) nicRef(i *ibmestate.Interface, x *ibmestate.Server) object {
	return object{"id": i.Attachment, "href": c.holder(x) + "/network_interfaces/" + i.Attachment, "name": i.Name, "resource_type": "network_interface"}
}

func (c *caller) attachment(i *ibmestate.Interface, x *ibmestate.Server) thingRef {
	a := c.nic(i, x)
	vni := c.short(i.Thing, "virtual_network_interfaces", "virtual_network_interface")
	a.Href, a.Type, a.VNI = c.holder(x)+"/network_attachments/"+i.Attachment, "instance_network_attachment", &vni
	if x.Bare {
		a.Type = "bare_metal_server_network_attachment"
	}
	return a
}

func (c *caller) vniRef(i *ibmestate.Interface) object {
	return c.ref(i.Thing, "virtual_network_interfaces", "virtual_network_interface")
}

type vniDoc struct {
	thingRef
	Created   string          `json:"created_at"`
	Spoofing  bool            `json:"allow_ip_spoofing"`
	Delete    bool            `json:"auto_delete"`
	NAT       bool            `json:"enable_infrastructure_nat"`
	IPs       []*addressIn    `json:"ips"`
	Lifecycle string          `json:"lifecycle_state"`
	MAC       string          `json:"mac_address"`
	Mode      string          `json:"protocol_state_filtering_mode"`
	Group     json.RawMessage `json:"resource_group"`
	Groups    []thingRef      `json:"security_groups"`
	Target    *thingRef       `json:"target,omitempty"`
	VPC       thingRef        `json:"vpc"`
	Zone      zoneRef         `json:"zone"`
}

// listVNIs goes through the servers, whatever kind they are: those that hang on
// nothing come last.
func (s *Server) listVNIs(c *caller) (any, *refusal) {
	limit, no := s.limit(c, "limit", 50)
	if no != nil {
		return nil, no
	}
	from, no := c.position("start")
	if no != nil {
		return nil, no
	}
	items, next := []any{}, -1
	c.vnis(from, func(at int, i *ibmestate.Interface) bool {
		if len(items) == limit {
			next = at
			return false
		}
		items = append(items, c.vni(i))
		return true
	})
	out := object{"virtual_network_interfaces": items, "limit": limit, "total_count": c.region.VNILen(), "first": c.link("", limit)}
	if next >= 0 {
		out["next"] = c.link(token(next), limit)
	}
	return out, nil
}

// mostInterfaces of one server, for positions in the list of all of them.
const mostInterfaces = 16

// vnis goes through the region's virtual network interfaces from a position on.
func (c *caller) vnis(from int, yield func(at int, i *ibmestate.Interface) bool) {
	r := c.region
	n := r.Len()
	for k := from / mostInterfaces; k < n+len(r.BareMetal)+1; k++ {
		var of []*ibmestate.Interface
		switch {
		case k < n:
			of = r.Server(k).Interfaces
		case k < n+len(r.BareMetal):
			of = r.BareMetal[k-n].Interfaces
		default:
			of = r.Loose()
		}
		for j, i := range of {
			if at := k*mostInterfaces + j; at >= from && !i.Legacy && !yield(at, i) {
				return
			}
		}
	}
}

func (c *caller) vni(i *ibmestate.Interface) any {
	subnet, v := c.short(i.Subnet.Thing, "subnets", "subnet"), i.Subnet.VPC
	d := vniDoc{
		thingRef: c.short(i.Thing, "virtual_network_interfaces", "virtual_network_interface"), Created: stamp(i.Created), Spoofing: i.Spoofing, Delete: true, NAT: !i.NoNAT, IPs: []*addressIn{c.address(i)}, Lifecycle: "stable",
		MAC: "02:00:0a:f0:00:01", Mode: "auto", Group: marshal(resourceGroup(v.Group)), VPC: c.short(v.Thing, "vpcs", "vpc"), Zone: zoneRef{i.Subnet.Zone, c.at("regions/" + c.region.Name + "/zones/" + i.Subnet.Zone)},
	}
	d.Primary, d.Subnet = d.IPs[0], &subnet
	for _, g := range i.Groups {
		d.Groups = append(d.Groups, c.short(g.Thing, "security_groups", ""))
	}
	if d.Groups == nil {
		d.Groups = []thingRef{}
	}
	if x := i.Owner; x != nil {
		a := c.attachment(i, x)
		d.Target = &thingRef{ID: a.ID, Href: a.Href, Name: a.Name, Type: a.Type}
	}
	return d
}
