package awssim

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"plumbline/internal/cloud/sim"
)

// describeInstances pages by instances. A reservation may go on on the next
// page, where it stands again.
func (s *Server) describeInstances(c *caller, q url.Values) (*page, *refusal) {
	if err := only(q, "MaxResults", "NextToken", "DryRun", "InstanceId.", "IncludeManagedResources"); err != nil {
		return nil, err
	}
	w, err := s.walkOf(c, q)
	if err != nil {
		return nil, err
	}
	c.items = w.to - w.from
	changes, large := c.region.Large()
	if !large || !c.gzip || w.rng != nil {
		return c.instances(w), nil
	}
	k := zippedPage{c.region, w.from, w.to, changes}
	if rest, ok := s.zipped.get(k); ok {
		p := c.reply("DescribeInstancesResponse", 0)
		p.rest = rest
		return p, nil
	}
	p := c.instances(w)
	p.split(len(c.reply("DescribeInstancesResponse", 0).b))
	s.zipped.put(k, p.rest)
	return p, nil
}

func (c *caller) instances(w walk) *page {
	p := c.reply("DescribeInstancesResponse", (w.to-w.from)*instanceBytes)
	p.reservations(c.region, c.account.ID, w.order[w.from:w.to], w.rng)
	if w.next != "" {
		p.text("nextToken", w.next)
	}
	return p.finish()
}

// instanceBytes is about what one instance of a large estate needs.
const instanceBytes = 10 << 10

func (p *page) reservations(r *sim.Region, owner string, order []int32, rng *rand.Rand) {
	if len(order) == 0 {
		p.empty("reservationSet")
		return
	}
	p.open("reservationSet")
	open := ""
	for _, n := range order {
		i := r.Instance(int(n))
		if open != i.Reservation {
			if open != "" {
				p.endReservation()
			}
			p.reservation(&i, owner)
			open = i.Reservation
		}
		p.instance(&i, owner, rng)
	}
	p.endReservation()
	p.close("reservationSet")
}

func (p *page) reservation(i *sim.Instance, owner string) {
	p.open("item")
	p.text("reservationId", i.Reservation)
	p.text("ownerId", owner)
	p.empty("groupSet")
	p.open("instancesSet")
}

func (p *page) endReservation() {
	p.close("instancesSet")
	p.close("item")
}

// Codes of the states, from the documentation of InstanceState.
var stateCodes = map[string]string{"pending": "0", "running": "16", "shutting-down": "32", "terminated": "48", "stopping": "64", "stopped": "80"}

func (p *page) instance(i *sim.Instance, owner string, rng *rand.Rand) {
	p.open("item")
	p.text("instanceId", i.ID)
	p.text("imageId", i.Image)
	p.state(i)
	p.text("privateDnsName", privateDNS(i))
	p.text("dnsName", "")
	p.text("reason", reasonOf(i))
	p.known("keyName", i.Key)
	p.text("amiLaunchIndex", "0")
	p.empty("productCodes")
	p.text("instanceType", i.Type)
	p.time("launchTime", i.Launched)
	p.placement(i)
	p.known("platform", i.Platform)
	p.monitoring()
	if len(i.Interfaces) > 0 {
		p.text("subnetId", i.Interfaces[0].Subnet)
		p.text("vpcId", i.VPC)
		p.text("privateIpAddress", i.Interfaces[0].Private)
		p.known("ipAddress", i.Interfaces[0].Public)
		p.known("ipv6Address", i.Interfaces[0].IPv6)
		p.text("sourceDestCheck", "true")
	}
	p.groups(i.Groups, rng)
	p.machine(i, rng)
	p.tags(i.Tags, rng)
	p.interfaces(i, owner, rng)
	p.profile(i, owner)
	p.tail(i)
	p.close("item")
}

func (p *page) state(i *sim.Instance) {
	code, ok := stateCodes[i.State]
	if !ok {
		code = "96"
	}
	p.open("instanceState")
	p.text("code", code)
	p.text("name", i.State)
	p.close("instanceState")
}

func privateDNS(i *sim.Instance) string {
	if len(i.Interfaces) == 0 {
		return ""
	}
	return "ip-" + strings.ReplaceAll(i.Interfaces[0].Private, ".", "-") + "." + i.Zone[:len(i.Zone)-1] + ".compute.internal"
}

func reasonOf(i *sim.Instance) string {
	if i.State == "running" || i.State == "pending" {
		return ""
	}
	return "User initiated (2026-02-01 09:30:00 GMT)"
}

func (p *page) time(name string, t time.Time) {
	p.indent()
	p.b = append(append(append(p.b, '<'), name...), '>')
	if t != p.when {
		p.when, p.stamp = t, t.UTC().AppendFormat(p.stamp[:0], "2006-01-02T15:04:05.000Z")
	}
	p.b = append(p.b, p.stamp...)
	p.b = append(append(append(p.b, "</"...), name...), '>')
}

func (p *page) placement(i *sim.Instance) {
	p.open("placement")
	p.text("availabilityZone", i.Zone)
	p.empty("groupName")
	p.text("tenancy", "default")
	p.close("placement")
}

func (p *page) monitoring() {
	p.open("monitoring")
	p.text("state", "disabled")
	p.close("monitoring")
}

func (p *page) groups(gs []sim.Group, rng *rand.Rand) {
	if len(gs) == 0 {
		p.empty("groupSet")
		return
	}
	p.open("groupSet")
	t := turned(len(gs), rng)
	for k := range gs {
		g := &gs[t.at(k)]
		p.open("item")
		p.text("groupId", g.ID)
		p.text("groupName", g.Name)
		p.close("item")
	}
	p.close("groupSet")
}

// A turn is the order of a short list: as it is, or begun elsewhere and
// perhaps backwards. Lists in a reply come in no order.
type turn struct{ from, step, n int }

func turned(n int, rng *rand.Rand) turn {
	if rng == nil || n == 0 {
		return turn{0, 1, n}
	}
	r := rng.Uint64()
	t := turn{int(r >> 1 % uint64(n)), 1, n}
	if r&1 == 1 {
		t.step = n - 1 // one back, all around
	}
	return t
}

func (t turn) at(k int) int { return (t.from + k*t.step) % t.n }

func (p *page) machine(i *sim.Instance, rng *rand.Rand) {
	p.text("architecture", "x86_64")
	p.text("rootDeviceType", "ebs")
	p.text("rootDeviceName", "/dev/xvda")
	p.open("blockDeviceMapping")
	t := turned(len(i.Volumes), rng)
	for k := range i.Volumes {
		v := t.at(k)
		p.open("item")
		p.text("deviceName", "/dev/xvd"+string(rune('a'+v)))
		p.open("ebs")
		p.text("volumeId", i.Volumes[v])
		p.text("status", "attached")
		p.time("attachTime", i.Launched)
		p.text("deleteOnTermination", "true")
		p.close("ebs")
		p.close("item")
	}
	p.close("blockDeviceMapping")
	p.text("virtualizationType", "hvm")
	p.text("clientToken", "")
}

func (p *page) tags(ts []sim.Tag, rng *rand.Rand) {
	if len(ts) == 0 {
		return // EC2 leaves the element out
	}
	p.open("tagSet")
	t := turned(len(ts), rng)
	for k := range ts {
		tag := &ts[t.at(k)]
		p.open("item")
		p.text("key", tag.Key)
		p.text("value", tag.Value)
		p.close("item")
	}
	p.close("tagSet")
}

func (p *page) profile(i *sim.Instance, owner string) {
	if i.Profile == "" {
		return
	}
	p.open("iamInstanceProfile")
	p.text("arn", "arn:aws:iam::"+owner+":instance-profile/"+i.Profile)
	p.text("id", "AIPASIMULATED")
	p.close("iamInstanceProfile")
}

func (p *page) options(name string, o *sim.Options) {
	if o == nil {
		return
	}
	p.open(name)
	p.known("state", o.State)
	p.known("httpTokens", o.Tokens)
	p.number("httpPutResponseHopLimit", o.HopLimit)
	p.known("httpEndpoint", o.Endpoint)
	p.known("httpProtocolIpv6", o.IPv6)
	p.known("instanceMetadataTags", o.Tags)
	p.close(name)
}
