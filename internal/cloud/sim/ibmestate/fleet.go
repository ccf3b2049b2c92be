package ibmestate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A fleet is the servers of a region that are not held: each is made when it is
// asked for, from its number alone, always the same. They stand in cells of
// equal intent; a cell's subnet, group and profile are held.
type fleet struct {
	region  *Region
	at      int // place of the region in the estate, so that ids differ
	seed    uint64
	n       int
	size    int // of a cell
	cells   []*cell
	afloat  []*cell // whose servers have floating IPs
	changed map[int]Metadata
}

// mostInCell is how many servers a cell holds at most: as many as a subnet of
// 256 addresses has room for, roundly.
const mostInCell = 200

// A cell is servers of one subnet that were meant alike. All cells of a fleet are
// of one size, but for the last.
type cell struct {
	fleet  *fleet
	number int
	kind   *cellKind
	subnet *Subnet
	group  *SecurityGroup
	member *InstanceGroup
}

func (f *fleet) len() int {
	if f == nil {
		return 0
	}
	return f.n
}

func (c *cell) size() int { return min(c.fleet.size, c.fleet.n-c.number*c.fleet.size) }

func (c *cell) server(n int) *Server { return c.fleet.server(c.number*c.fleet.size + n) }

// mix spreads a number over 64 bits.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// id is the id of a thing of server n, which its last digits tell.
func (f *fleet) id(sep, kind string, n int) string {
	h := mix(f.seed ^ uint64(f.at)<<40 ^ uint64(n)<<8 ^ uint64(kind[0]))
	b := make([]byte, 0, 48)
	b = append(append(b, f.region.zonePrefix()...), sep...)
	b = append(hexOf(b, h, 8), '-')
	b = append(hexOf(b, h>>32, 4), "-4"...)
	b = append(hexOf(b, h>>48, 3), "-8"...)
	b = append(hexOf(b, h>>40, 3), '-')
	return string(hexOf(hexOf(b, uint64(f.at), 2), uint64(n), 10))
}

// hexOf appends the last digits of a number.
func hexOf(b []byte, x uint64, digits int) []byte {
	for d := digits - 1; d >= 0; d-- {
		b = append(b, "0123456789abcdef"[x>>(4*d)&15])
	}
	return b
}

// server makes server n.
func (f *fleet) server(n int) *Server {
	c := f.cells[n/f.size]
	k, r, h := c.kind, f.region, mix(f.seed+uint64(f.at)<<48+uint64(n))
	zone := c.subnet.Zone
	s := &Server{
		Thing:  Thing{ID: f.id("_", "instance", n), Name: f.name(c, n), Created: founded.Add(time.Duration(h%(400*24*3600)) * time.Second)},
		Region: r, VPC: c.subnet.VPC, Zone: zone, Group: c.subnet.VPC.Group, Status: k.status, Profile: machines[h%uint64(len(machines))], Image: r.Images[0],
		Legacy: k.legacy, Member: c.member, Keys: r.Keys, Want: k.want, number: n, Metadata: settings[h>>16%uint64(len(settings))],
	}
	s.CRN = crn("is", zone, r.Account.ID, "instance", s.ID)
	if m, ok := f.changed[n]; ok {
		s.Metadata = m
	}
	i := f.face(c, s, n)
	s.Interfaces = []*Interface{i}
	if k.linked {
		p := r.Account.fleetProfile(linkedProfile)
		s.Default = &DefaultProfile{p, true}
		s.links = []*Link{{ID: "link-" + s.ID[5:], Name: s.Name, Profile: p, Type: "VSI", Server: s, CRN: s.CRN, Created: s.Created, Default: true}}
	}
	return s
}

// face makes the interface of server n, of which only what stands in the
// interface's own documents need be made.
func (f *fleet) face(c *cell, s *Server, n int) *Interface {
	i := &Interface{Thing: Thing{ID: f.id("-", "vni", n), Name: s.Name + "-vni", Created: s.Created}, Attachment: f.id("-", "attachment", n), Subnet: c.subnet, Address: c.subnet.prefix + strconv.Itoa(4+n%f.size), Groups: []*SecurityGroup{c.group}, Legacy: c.kind.legacy, Owner: s}
	i.CRN = crn("is", c.subnet.Zone, f.region.Account.ID, "virtual-network-interface", i.ID)
	if i.Legacy {
		i.ID, i.CRN = i.Attachment, ""
	}
	return i
}

// target is the interface of server n of the cell, and no more of its server
// than an id and a name.
func (c *cell) target(n int) Target {
	f, n := c.fleet, c.number*c.fleet.size+n
	s := &Server{Thing: Thing{ID: f.id("_", "instance", n), Name: f.name(c, n)}, Region: f.region, number: n}
	return Target{f.face(c, s, n), s}
}

func (f *fleet) name(c *cell, n int) string {
	d := strconv.Itoa(n)
	return c.kind.name + "-" + "000000"[:max(0, 6-len(d))] + d
}

// find is the server of an id, nil if there is none.
func (f *fleet) find(id string) *Server {
	if f == nil || len(id) < 10 {
		return nil
	}
	n, err := strconv.ParseInt(id[len(id)-10:], 16, 64)
	if err != nil || int(n) >= f.n {
		return nil
	}
	if s := f.server(int(n)); s.ID == id {
		return s
	}
	return nil
}

func (f *fleet) floatingLen() int {
	if f == nil || len(f.afloat) == 0 {
		return 0
	}
	return (len(f.afloat)-1)*f.size + f.afloat[len(f.afloat)-1].size()
}

// floatingOf is the floating IP of server n, if servers of its cell have one.
func (f *fleet) floatingOf(n int) []*FloatingIP {
	if k := slices.Index(f.afloat, f.cells[n/f.size]); k >= 0 {
		return []*FloatingIP{f.floating(k*f.size + n%f.size)}
	}
	return nil
}

// floating makes floating IP n: that of a server of the cells that have them.
func (f *fleet) floating(n int) *FloatingIP {
	c := f.afloat[n/f.size]
	s := c.server(n % f.size)
	id := f.region.prefix() + strings.TrimPrefix(f.id("-", "floating", s.number), f.region.zonePrefix())
	a := uint32(52<<24|128<<16) + uint32(f.at)<<17 + uint32(n)
	return &FloatingIP{
		Thing:  Thing{ID: id, Name: s.Name + "-fip", CRN: crn("is", f.region.Name, f.region.Account.ID, "floating-ip", id), Created: s.Created},
		Region: f.region, Group: s.Group, Zone: s.Zone, Status: "available", Interface: s.Interfaces[0],
		Address: fmt.Sprintf("%d.%d.%d.%d", a>>24, a>>16&255, a>>8&255, a&255),
	}
}
