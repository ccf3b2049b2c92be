package sim

import "slices"

// A door is the way by which a fleet of the demonstration is reached.
type door struct {
	scene  *Scene
	public bool // instances stand in a public subnet, with an elastic address
	group  string
	opens  []Permission
	shop   bool // instances are targets of the region's shop
}

// doors are named after the fleets that have one. All others are private, and
// reach out through the NAT gateway.
var doors = func() map[string]*door {
	shop := &door{scene: &Scene{Name: "behind the shop", V4: viaLB(world("tcp", 8080, 8080).behind(443, "l7")), V6: apart}, group: "web", shop: true}
	office := &door{scene: &Scene{Name: "SSH from the office", V4: restricted(ssh.chosen(officeBlock)), V6: apart}, public: true, group: "bastion", opens: []Permission{onPorts("tcp", 22, 22, officeBlock)}}
	bank := &door{scene: &Scene{Name: "SSH from the world", V4: reachable(ssh), V6: apart}, public: true, group: "sftp-bank", opens: []Permission{onPorts("tcp", 22, 22, any4)}}
	forgotten := &door{scene: &Scene{Name: "everything from the world", V4: reachable(everytalk...), V6: apart}, public: true, group: "launch-wizard-1", opens: []Permission{onAll("-1", any4)}}
	mail := &door{scene: &Scene{Name: "mail from the world", V4: reachable(world("tcp", 25, 25)), V6: apart}, public: true, group: "mail", opens: []Permission{onPorts("tcp", 25, 25, any4), onPorts("tcp", 22, 22, "10.0.0.0/8")}}
	return map[string]*door{
		"web-prod-%02d": shop, "web-prod-new-%02d": shop, "web-prod-fra-%02d": shop, "web-prod-us-%02d": shop, "web-prod-syd-%02d": shop, "checkout-api-%02d": shop, "ab-test-%02d": shop,
		"jump-eu": office, "proxy-us-01": office, "sftp-bank-01": bank, "pilot-01": forgotten, "mail-relay-01": mail,
	}
}()

// A town is the network of one region of the demonstration.
type town struct {
	ground
	home   *home
	groups map[string]*SecurityGroup
	shop   *site // with the load balancer, nil until somebody stands behind it
	target *TargetGroup
}

// town builds the network of a region: an ordinary VPC. It is the same at
// every step.
func (r *Region) town() *town {
	rng := seeded("town " + r.Name)
	r.houses(1, rng)
	return &town{ground: ground{r, rng}, home: r.Net.homes[0], groups: map[string]*SecurityGroup{}}
}

// group is the region's group of a name, made when it is first asked for. Its
// ids depend on the name alone.
func (t *town) group(name string, in ...Permission) *SecurityGroup {
	if t.groups[name] == nil {
		t.groups[name] = ground{t.r, seeded(t.r.Name + " " + name)}.group(t.home.vpc, name, in...)
	}
	return t.groups[name]
}

// open builds the region's shop: an application load balancer at 443 for the
// world, and its targets at 8080.
func (t *town) open() {
	if t.shop != nil {
		return
	}
	t.shop = &site{ground: ground{t.r, seeded("shop " + t.r.Name)}, vpc: t.home.vpc, igw: t.home.igw, acl: t.home.acl, block: "10.0.", six56: t.home.six56, n: 200}
	front := t.group("shop-alb", onPorts("tcp", 443, 443, any4))
	t.shop.balancer("application", "internet-facing", front)
	t.target = t.shop.targets("HTTP", "instance", 8080)
	t.shop.listen("HTTPS", 443, t.target)
	t.group("web", onPorts("tcp", 8080, 8080, front.GroupId))
}

// house puts an instance of a fleet where it belongs.
func (t *town) house(i *Instance, f *fleet, name string) {
	g := ground{t.r, seeded("network " + name)}
	own := t.group(f.service+"-"+f.stage, onPorts("tcp", 443, 443, t.home.vpc.CidrBlock), onPorts("tcp", 9100, 9100, "10.0.0.0/8"))
	d, zone := doors[f.name], g.rng.IntN(3)
	if d == nil {
		g.wire(i, t.home.private[zone], own)
		return
	}
	i.Scene = d.scene
	if d.shop {
		t.open()
		g.wire(i, t.home.private[zone], own, t.groups["web"])
		t.target.join(i, 8080)
		return
	}
	w := g.wire(i, t.home.public[zone], t.group(d.group, d.opens...), own)
	w.Public = g.elastic(i, w, w.Private).PublicIp
}

// unencrypted lists the first volumes of some instances as not encrypted.
func (r *Region) unencrypted(of func(int, *Instance) bool) {
	for k := range r.list {
		i := &r.list[k]
		if len(i.Volumes) == 0 || i.State == "terminated" || !of(k, i) {
			continue
		}
		r.Net.Volumes = append(r.Net.Volumes, &Volume{VolumeId: i.Volumes[0], VolumeType: "gp3", AvailabilityZone: i.Zone, State: "in-use", Size: 40, Iops: 3000, CreateTime: i.Launched,
			Attachments: []VolumeAttachment{{VolumeId: i.Volumes[0], InstanceId: i.ID, Device: "/dev/xvda", State: "attached", DeleteOnTermination: true, AttachTime: i.Launched}}})
	}
}

// oldDisks are the instances of the demonstration that were made before the
// company encrypted its disks by default.
func oldDisks(_ int, i *Instance) bool {
	return slices.Contains([]string{"old-import-01", "grafana-01", "pilot-01", "batch-etl-01", "batch-etl-02", "batch-etl-03"}, i.Name())
}

// everyTenth picks instances where it does not matter which.
func everyTenth(k int, _ *Instance) bool { return k%10 == 3 }
