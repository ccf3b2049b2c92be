package ibmfact

import (
	"net/netip"
	"slices"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/wire"
)

// A nic is one interface of the server: a virtual network interface behind an
// attachment, or a network interface of the older kind.
type nic struct {
	id      string
	primary bool     // or it is not known which is
	ids     []string // by which others name it: of the interface, and of the attachment
	at      stand
	spoof   fact.Of[bool]
	nat     yesno       // the network translates public addresses into its own
	others  *hole       // why it may have addresses that are not known
	all     reach.Addrs // its addresses
	each    []string    // one by one
	handed  sieve       // what load balancers hand on to it, whatever gates stand before it
}

// interfaces reads the server's interfaces. A server has attachments or network
// interfaces; one that has attachments shows them a second time as network
// interfaces, under the same ids (NetworkInterfaceInstanceContextReference in
// vpcv1).
func (x *exposing) interfaces() *fact.Reason {
	v, s := x.in.v, x.in.s
	attached, older := v.Get("network_attachments"), v.Get("network_interfaces")
	if !attached.IsList() && (x.in.w.Type == typeInstance || !older.IsList() || !nothing(attached)) {
		return s.oddly(attached, attachmentsPath) // only of bare metal servers it is left out
	}
	vpcID := text(v.Get("vpc").Get("id"))
	if vpcID == "" {
		return s.oddly(v.Get("vpc").Get("id"), "/vpc/id")
	}
	list, read, first := older, x.older, text(v.Get("primary_network_interface").Get("id"))
	if attached.Len() > 0 {
		list, read, first = attached, x.attached, text(v.Get("primary_network_attachment").Get("id"))
	}
	for _, item := range list.Items() {
		n := nic{at: stand{subnet: text(item.Get("subnet").Get("id")), vpc: vpcID, zone: text(v.Get("zone").Get("name"))}}
		if id := text(item.Get("id")); id != "" {
			n.id, n.ids = id, []string{id}
		}
		n.primary = first == "" || n.id == first
		address, err := netip.ParseAddr(text(item.Get("primary_ip").Get("address")))
		if err != nil || !address.IsValid() {
			return s.oddly(item.Get("primary_ip").Get("address"), attachmentsPath+"/primary_ip/address")
		}
		if attached.Len() > 0 && text(item.Get("virtual_network_interface").Get("id")) == "" {
			return s.oddly(item.Get("virtual_network_interface").Get("id"), attachmentsPath+"/virtual_network_interface/id")
		}
		n.address(address)
		n.at.own = n.all
		read(&n, item)
		x.nics = append(x.nics, n)
	}
	return nil
}

func (n *nic) address(a netip.Addr) {
	if word := a.String(); !slices.Contains(n.each, word) {
		n.all, n.each = n.all.Union(reach.Addr(a)), append(n.each, word)
	}
}

// perhaps are the addresses that it may have besides its own: reserved IPs of
// its subnet.
func (x *exposing) perhaps(n *nic) reach.Addrs {
	if n.others == nil {
		return reach.Addrs{}
	}
	if s := x.a.subnets[n.at.subnet]; s != nil && !s.block.Empty() {
		return s.block.Subtract(n.all)
	}
	return reach.All(reach.IPv4).Subtract(n.all)
}

// attached reads an attachment's virtual network interface, whose document
// stands beside the server.
func (x *exposing) attached(n *nic, item wire.Value) {
	ref := item.Get("virtual_network_interface")
	n.id = text(ref.Get("id"))
	n.ids = append(n.ids, n.id)
	uid := text(ref.Get("crn"))
	if head, _, ok := strings.Cut(x.in.res.UID, "::"); uid == "" && ok {
		uid = head + "::virtual-network-interface:" + n.id
	}
	v, s, missing := x.in.besides(KindVNI, uid, CallVNIs, "")
	if missing != nil {
		n.others, n.spoof = missing, unknownBy[bool](missing)
		x.wears(n, missing)
		n.nat = x.translates(missing)
		return
	}
	n.spoof = s.truth(v.Get("allow_ip_spoofing"), "/allow_ip_spoofing")
	n.nat = x.translated(v, s)
	ips := v.Get("ips")
	if !ips.IsList() {
		n.others = &hole{s.oddly(ips, "/ips"), s.from}
	}
	x.dressed(n, v)
	for _, ip := range ips.Items() {
		if a, err := netip.ParseAddr(text(ip.Get("address"))); err == nil {
			n.address(a) // of its own, though public addresses are translated into the first
		} else {
			n.others = &hole{s.oddly(ip.Get("address"), "/ips/address"), s.from}
		}
	}
}

// translated reads whether the network translates the public addresses of an
// interface.
func (x *exposing) translated(v wire.Value, s source) yesno {
	nat := s.truth(v.Get("enable_infrastructure_nat"), "/enable_infrastructure_nat")
	if is, known := nat.Get(); known {
		return sure(is)
	}
	return x.translates(&hole{nat.Why(), s.from})
}

// dressed reads the groups that an interface's own document names.
func (x *exposing) dressed(n *nic, v wire.Value) {
	if worn := v.Get("security_groups"); worn.IsList() {
		n.at.groups = ids(worn)
		return
	}
	x.wears(n, nil)
}

// translates says whether the network translates the public addresses of an
// interface of which that is not told. Only an interface of a bare metal server
// may do it by itself (VirtualNetworkInterface in vpcv1).
func (x *exposing) translates(h *hole) yesno {
	if x.in.w.Type == typeInstance {
		return sure(true)
	}
	return unsure(h.why, h.origin)
}

// older reads a network interface of the older kind. The listing of servers tells
// no more of it than its address; the rest stands in a document beside the server.
// It has no other address: its only reserved IP is the primary one
// (ListInstanceNetworkInterfaceIps in vpcv1).
func (x *exposing) older(n *nic, _ wire.Value) {
	call := CallInterfaces
	if x.in.w.Type == typeBareMetal {
		call = CallBareMetalInterfaces
	}
	v, s, missing := x.in.besides(KindInterface, InterfaceUID(x.in.res.UID, n.id), call, "")
	if missing != nil {
		n.spoof, n.nat = unknownBy[bool](missing), x.translates(missing)
		x.wears(n, missing)
		return
	}
	n.spoof, n.nat = s.truth(v.Get("allow_ip_spoofing"), "/allow_ip_spoofing"), x.translated(v, s)
	x.dressed(n, v)
}

// wears takes the groups of an interface from the groups' own lists of targets.
func (x *exposing) wears(n *nic, instead *hole) {
	for _, id := range n.ids {
		n.at.groups = append(n.at.groups, x.a.worn[id]...)
	}
	slices.Sort(n.at.groups)
	n.at.groups = slices.Compact(n.at.groups)
	if n.at.ungrouped = x.a.hole(CallSecurityGroups, ""); n.at.ungrouped == nil && len(n.at.groups) == 0 {
		n.at.ungrouped = instead
	}
}
