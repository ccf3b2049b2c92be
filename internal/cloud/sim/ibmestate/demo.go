package ibmestate

import "time"

// Demo is one account of a company that runs payments. Its way to disaster: a
// floating IP, a group and an access list that let the world in, a server whose
// metadata service speaks http, and a claim rule by which any server of the VPC
// becomes an administrator. Beside it stand servers that are set well, and one
// of each thing that can be wrong.
func Demo() *Estate {
	a := newAccount("3f1c7a52b9e84d06a1d2c3e4f5061728", "payments")
	d := &demo{a: a, south: a.region("us-south"), de: a.region("eu-de")}
	a.region("jp-tok") // nothing stands in it
	d.identities()
	d.legacy()
	d.payments()
	d.machines()
	d.lab()
	d.account()
	e := &Estate{Accounts: []*Account{a}}
	e.enterprise()
	x := e.Enterprise
	x.Members = append(x.Members, &Member{Account: accountID(7, 7), Name: "subsidiary", Parent: x.Groups[0], State: "ACTIVE"}) // whose key nobody gave us
	return e
}

type demo struct {
	a         *Account
	south, de *Region

	admin, appData, release, ci, tools, gone *Profile
}

// metadata sets the metadata service.
func (s *Server) metadata(on bool, protocol string, hops int) *Server {
	s.Metadata = Metadata{on, protocol, hops}
	return s
}

func (s *Server) wants(w Want) *Server {
	w.Scene = s.Want.Scene
	s.Want = w
	return s
}

func (d *demo) identities() {
	a := d.a
	d.admin = a.profile("ops-admin")
	a.grant(d.admin, administrator)
	d.appData = a.profile("checkout-data")
	a.grant(d.appData, objectWriter)
	d.release = a.profile("release-reader")
	a.grant(d.release, oneBucketReads)
	a.revoked(d.release, administrator)
	d.ci = a.profile("ci-publisher")
	a.grant(d.ci, objectWriter)
	d.tools = a.profile("tools-reports")
	readers := a.accessGroup("report-readers")
	d.tools.joins(readers)
	a.grantGroup(readers, objectReader)
	people := a.profile("platform-people") // for people alone: no server may become it
	people.federate("single sign-on")
	a.grant(people, administrator)
	cluster := a.profile("cluster-logs")
	cluster.trust("logging agent", "IKS_SA", nil, Condition{"namespace", "EQUALS", quoted("logging")}, Condition{"name", "EQUALS", quoted("agent")}, Condition{"service_instance", "EQUALS", quoted("crn:v1:bluemix:public:containers-kubernetes:us-south:a/" + a.ID + ":c8k2v1ts0a3b::")})
	cluster.linkAway("IKS_SA", "crn:v1:bluemix:public:containers-kubernetes:us-south:a/"+a.ID+":c8k2v1ts0a3b::", &Service{Namespace: "logging", Name: "agent"})
	a.grant(cluster, oneBucketReads)
	auditor := a.profile("auditor") // which the scanner may take on
	auditor.Identities = []*Identity{{IAMID: a.IAMID, Identifier: a.IAMID[len("iam-"):], Type: "serviceid", Accounts: []string{a.ID}}}
	a.grant(auditor, viewer)
	d.gone = &Profile{Thing: a.global("iam-identity", "profile", "Profile-", "retired"), Gone: true, Power: None}
}

// legacy is the VPC that nobody looked after.
func (d *demo) legacy() {
	v := d.south.vpc("legacy")
	front, back := v.subnet("front", 1), v.subnet("back", 2)
	web := v.group("web", webAndShell()...)
	s := front.server("web-1", web).metadata(true, "http", 1).wants(reachable(world("tcp", 443, 443), ssh))
	s.Interfaces[0].float()
	back.gateway()
	back.server("batch-1", v.group("batch", shell()...)).metadata(false, "http", 1) // private, and yet open to the world
	old := back.legacy("old-import", v.DefaultGroup).metadata(true, "https", 1)
	old.defaults(d.ci, true)
	old.unlinks() // its default profile is linked no more
	retired := back.server("retired-job", v.DefaultGroup)
	retired.Default = &DefaultProfile{d.gone, true}
	who, says := inVPC(v)
	d.admin.trust("every server of legacy", "VSI", who, says)
}

// payments is the VPC as it should be: private but for one load balancer and a
// jump host, with endpoints, flow logs and a VPN.
func (d *demo) payments() {
	v := d.south.vpc("payments")
	v.DefaultGroup.Rules = nil // restricts all traffic
	front, app := v.subnet("front", 1), v.subnet("app", 1)
	data := v.subnet("data", 2)
	balanced := v.group("balancer", web()...)
	apps := v.group("app", &Rule{Direction: "inbound", Protocol: "tcp", PortMin: 8443, PortMax: 8443, RemoteGroup: balanced}, outward())
	stores := v.group("store", &Rule{Direction: "inbound", Protocol: "tcp", PortMin: 5432, PortMax: 5432, RemoteGroup: apps})
	edge := v.acl("edge", aclRule("deny", "inbound", "tcp").dials(3389, 3389), aclRule("allow", "inbound", "tcp").dials(443, 443), aclRule("allow", "inbound", "tcp").from(office).dials(22, 22),
		aclRule("allow", "inbound", "icmp_tcp_udp").from("10.240.0.0/16"), aclRule("allow", "inbound", "udp").dials(443, 443), aclRule("allow", "inbound", "tcp").dials(1024, 65535), aclRule("allow", "outbound", "icmp_tcp_udp"))
	front.ACL, app.ACL = edge, edge
	data.ACL = v.acl("data", aclRule("allow", "inbound", "tcp").from("10.240.0.0/16").dials(5432, 5432), aclRule("allow", "outbound", "tcp").to("10.240.0.0/16").calls(5432, 5432))
	api1 := app.server("api-1", apps).metadata(true, "https", 1).wants(viaLB(world("tcp", 8443, 8443).behind(443, "l7")))
	api2 := app.server("api-2", apps).metadata(true, "https", 1).wants(viaLB(world("tcp", 8443, 8443).behind(443, "l7")))
	checkout := v.balancer("checkout", true, false, []*SecurityGroup{balanced}, front)
	checkout.policy(checkout.listen("https", 443, 443, 8443, api1, api2), "reject", "/internal")
	who, says := inSubnet(app)
	d.appData.trust("checkout servers", "VSI", who, says)
	data.server("db-1", stores)
	data.server("db-2", stores).metadata(true, "https", 1)
	jump := front.server("jump-1", v.group("jump", inward("tcp", 22, 22, office), outward())).metadata(true, "https", 1).wants(restricted(ssh.chosen(office)))
	jump.Interfaces[0].float()
	d.release.link(jump)
	for _, service := range []string{"cloud-object-storage", "iam-svcs", "kms", "secrets-manager", "atracker"} {
		app.endpointGateway(service, apps)
	}
	d.south.flowLog("payments-flows").VPC = v
	v.vpnServer("people", v.group("vpn", inward("udp", 443, 443, anywhere), outward()), front)
	front.vpnGateway("warehouse")
	d.south.backup("daily", "daily-0300")
}

// machines are servers that show one thing each.
func (d *demo) machines() {
	v := d.south.vpc("tools")
	n := v.subnet("tools", 3)
	inside := v.group("inside", fromInside()...)
	d.south.flowLog("tools-flows").VPC = v
	d.south.FlowLogs[len(d.south.FlowLogs)-1].Active = false // it collects nothing
	n.server("node-1", inside).metadata(true, "http", 2)
	both := n.server("reports-1", inside).metadata(true, "https", 1)
	d.tools.link(both)
	d.release.link(both)
	n.server("ci-1", inside).metadata(true, "https", 1).defaults(d.ci, true)
	n.server("quiet-1", inside).metadata(true, "https", 1) // on, and nothing to ask it for
	router := n.server("router-1", inside)
	router.Interfaces[0].Spoofing = true
	parked := n.server("parked-1", v.group("parked", shell()...)).metadata(true, "http", 1).wants(Want{State: Isolated, Latent: true, Public: true})
	parked.Status = "stopped"
	parked.Interfaces[0].float()
	n.bare("metal-1", inside).metadata(true, "http", 0)
	metal := n.bare("metal-2", inside).metadata(true, "https", 0).older()
	d.release.link(metal)
	key := d.south.sshKey("operators")
	bad := n.template("batch-template", inside, &Metadata{true, "http", 2}, "#cloud-config\nruncmd:\n - export DB_PASSWORD='kX7p2mQ9vL4tR8wZ'\n - ./start\n")
	bad.Keys = []*Key{key}
	bad.Image = d.south.private("batch-image", "true")
	bad.launch("nightly", 2)
	good := n.template("worker-template", inside, &Metadata{true, "https", 1}, "#cloud-config\npackages: [chrony]\n")
	good.Image = d.south.private("golden", "metadata_service.enabled == false || metadata_service.protocol == 'https'")
	n.template("silent-template", inside, nil, "")
	floor := &Interface{Thing: d.south.zonal("virtual-network-interface", n.Zone, "spare-vni"), Subnet: n, Address: n.take(), Groups: []*SecurityGroup{inside}}
	inside.worn = append(inside.worn, Target{floor, nil})
	d.south.loose = append(d.south.loose, floor)
}

// lab is another region, with what is new and what is careless.
func (d *demo) lab() {
	v := d.de.vpc("lab")
	n := v.subnet("lab", 1)
	d.de.flowLog("lab-flows").Subnet = n // a collector of one subnet covers no VPC
	open := v.group("open", inward("icmp_tcp_udp", 0, 0, anywhere), outward())
	lab := n.server("lab-1", open).wants(reachable(world("tcp", 0, 65535), world("udp", 0, 65535), world("icmp", 0, 0)))
	lab.Interfaces[0].float()
	desk := n.server("desktop-1", v.group("desktop", inward("tcp", 3389, 3389, anywhere), outward())).metadata(true, "https", 1).wants(reachable(world("tcp", 3389, 3389)))
	desk.Interfaces[0].float()
	pilot := n.server("pilot-1", v.group("pilot", inward("number_254", 0, 0, "10.0.0.0/8"), outward())).metadata(true, "http3", 1)
	pilot.Extra = map[string]any{"quantum_link": map[string]any{"state": "entangled", "peers": []any{}}}
	pilot.Group = d.a.resourceGroup("research")
	d.a.Groups = append(d.a.Groups, pilot.Group)
	d.de.PublicRanges = append(d.de.PublicRanges, &PublicRange{Thing: d.de.thing("public-address-range", "spare-range"), Region: d.de, Group: d.a.Groups[0], CIDR: "203.0.113.64/29", Zone: n.Zone, Status: "stable"})
	closed := v.acl("closed", aclRule("deny", "inbound", "any"), aclRule("deny", "outbound", "any"))
	quiet := v.subnet("quiet", 2)
	quiet.ACL = closed
	dead := quiet.server("sealed-1", open).wants(shut)
	dead.Interfaces[0].float()
}

// account is what belongs to no region.
func (d *demo) account() {
	a := d.a
	a.Settings.MFA, a.Settings.SessionExpiration, a.Settings.RestrictAPIKeys = "NONE_NO_ROPC", "NOT_SET", "NOT_SET"
	a.tracks("us-south", "success")
	deploy := a.service("deployer")
	a.policy(is("iam_id", deploy.IAMID), objectWriter)
	builder := a.service("server-builder") // may make servers, and so become whatever a claim rule makes of them
	a.policy(is("iam_id", builder.IAMID), serverMaker)
	a.key("deployer-old", deploy.IAMID, time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)).used(recently, 900)
	fresh := a.key("deployer-new", deploy.IAMID, recently)
	fresh.Expires = recently.AddDate(0, 3, 0)
	fresh.used(recently, 12)
	tenant := a.service("tenant-17") // in a group of its own, whose keys nobody sees who asks for the default group's
	tenant.Group = a.serviceGroup("tenants")
	a.key("tenant-17", tenant.IAMID, time.Date(2025, 3, 4, 5, 6, 7, 0, time.UTC)) // it was never used
	mine := a.key("laptop", "IBMid-5500012345", time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC))
	mine.User = true
	mine.used(time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC), 3)
	off := a.key("lost-laptop", "IBMid-5500012345", time.Date(2023, 1, 2, 3, 4, 5, 0, time.UTC))
	off.User, off.Disabled = true, true
	a.customRole("ObjectLister", "cloud-object-storage", "cloud-object-storage.account.get_account_buckets")
}

// enterprise puts the accounts into one, which the first of them manages.
func (e *Estate) enterprise() {
	id := uuid("enterprise", e.Accounts[0].ID)
	x := &Enterprise{Thing: Thing{ID: id, Name: "holding", CRN: "crn:v1:bluemix:public:enterprise::a/" + e.Accounts[0].ID + "::enterprise:" + id, Created: founded}, Account: e.Accounts[0].ID}
	g := &AccountGroup{Thing: Thing{ID: uuid(id, "production"), Name: "production", Created: founded}}
	g.CRN = "crn:v1:bluemix:public:enterprise::a/" + x.Account + "::account-group:" + g.ID
	x.Groups = []*AccountGroup{g}
	for n, a := range e.Accounts {
		m := &Member{Account: a.ID, Name: a.Name, State: "ACTIVE"}
		if n > 0 {
			m.Parent = g
		}
		x.Members = append(x.Members, m)
	}
	e.Enterprise = x
}
