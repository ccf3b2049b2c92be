package awsfact

import (
	"strconv"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// networks lists VPCs, subnets and VPN connections. What another account owns
// and shares is not listed: it is judged where it can be changed.
func networks(c *snapshot.Context) []estate.Object {
	var out []estate.Object
	for _, list := range []struct {
		kind, word, id string
		fill           func(*estate.Network, *vicinity, source, wire.Value) (is bool)
	}{
		{KindVPC, "vpc", "vpcId", fillVPC},
		{KindSubnet, "subnet", "subnetId", fillSubnet},
		{KindVPN, "vpn_connection", "vpnConnectionId", fillVPN},
		{KindClientVPN, "client_vpn", "clientVpnEndpointId", fillClientVPN},
	} {
		var ground *vicinity
		rs := c.Resources(list.kind)
		for i := range rs {
			if ground == nil || ground.area.name != rs[i].Region {
				ground = vicinityOf(c, rs[i].Region)
			}
			n, is := networkOf(&rs[i], list.word), true
			eachOf(rs[i:i+1], func(s source, v wire.Value) {
				n.ID, _ = v.Get(list.id).Text()
				owner, named := filled(v.Get("ownerId"))
				is = list.fill(n, ground, s, v) && (!named || owner == c.Account)
			})
			if is { // one that cannot be read is there, with nothing known of it
				out = append(out, n)
			}
		}
	}
	return out
}

func networkOf(res *snapshot.Resource, kind string) *estate.Network {
	return &estate.Network{Type: kind, Subject: estate.Subject{
		Kind: estate.KindNetwork, Provider: Provider, Account: res.Account, Region: res.Region,
		UID: res.UID, Name: res.Name, Parent: RegionUID(res.Account, res.Region),
	}}
}

func fillVPC(n *estate.Network, t *vicinity, _ source, _ wire.Value) bool {
	if n.ID != "" {
		n.Used, n.FlowLogs, n.Endpoints = t.used(n.ID), t.flowLogs(n.ID), t.endpoints(n.ID)
	}
	return true
}

func fillSubnet(n *estate.Network, _ *vicinity, s source, v wire.Value) bool {
	n.PublicIP = s.flag(v.Get("mapPublicIpOnLaunch"), "/mapPublicIpOnLaunch", "true", "false")
	return true
}

// fillVPN reads a site-to-site connection. One that was deleted is listed for a
// while and is none any more.
func fillVPN(n *estate.Network, _ *vicinity, s source, v wire.Value) (is bool) {
	state := v.Get("state")
	n.Tunnels = s.tunnels(v.Get("vgwTelemetry"), s.word(state, "/state", "available", "pending"))
	return !state.Is("deleted") && !state.Is("deleting")
}

// tunnels reads what AWS's side tells of each tunnel. While the connection is
// being made no tunnel can be up yet, which says nothing.
func (s source) tunnels(v wire.Value, state fact.Of[string]) fact.List[estate.Tunnel] {
	const path = "/vgwTelemetry"
	var why *fact.Reason
	switch word, known := state.Get(); {
	case !known:
		why = state.Why()
	case word == "pending":
		why = s.why(snapshot.Pending, "/state")
	case v.Len() == 0:
		why = s.why(snapshot.Absent, path)
	}
	if why != nil {
		return fact.Listed[estate.Tunnel](nil, s.from, path, why)
	}
	var list []estate.Tunnel
	for i, item := range v.Items() {
		address, _ := item.Get("outsideIpAddress").Text()
		at := path + "/" + strconv.Itoa(i) + "/status"
		list = append(list, estate.Tunnel{Address: address, Up: s.flag(item.Get("status"), at, "UP", "DOWN")})
	}
	return fact.Listed(list, s.from, path)
}

// fillClientVPN reads an endpoint for people's own machines. EC2 writes the
// member Enabled with a capital, unlike all around it.
func fillClientVPN(n *estate.Network, _ *vicinity, s source, v wire.Value) (is bool) {
	log := v.Get("connectionLogOptions")
	enabled := log.Get("Enabled")
	if !enabled.Exists() {
		enabled = log.Get("enabled")
	}
	n.Logged = s.flag(enabled, "/connectionLogOptions/Enabled", "true", "false")
	code := v.Get("status").Get("code")
	return !code.Is("deleted") && !code.Is("deleting")
}

// endpointsOf reads the private endpoints of a region, by VPC. Endpoints for
// resources and for service networks name no service.
func endpointsOf(p area) (of map[string][]estate.PrivateEndpoint, gaps []*fact.Reason) {
	of = map[string][]estate.PrivateEndpoint{}
	broken := p.each(KindEndpoint, func(s source, v wire.Value) {
		kind := v.Get("vpcEndpointType")
		vpc, ok := filled(v.Get("vpcId"))
		service, named := filled(v.Get("serviceName"))
		switch {
		case !named && (kind.Is("Resource") || kind.Is("ServiceNetwork")):
		case !ok || !named:
			gaps = append(gaps, s.why(snapshot.Absent, "/serviceName"))
		default:
			of[vpc] = append(of[vpc], estate.PrivateEndpoint{Service: serviceOf(service, p.name), State: s.lower(v.Get("state"), "/state",
				"available", "pending", "pendingacceptance", "deleting", "deleted", "rejected", "failed", "expired", "partial")})
		}
	})
	for _, h := range []*hole{broken, p.missing(CallEndpoints)} {
		if h != nil {
			gaps = append(gaps, h.why)
		}
	}
	return of, gaps
}

// serviceOf is a service's name behind the region: "com.amazonaws.eu-west-1.ssm"
// is "ssm", "cn.com.amazonaws.cn-north-1.ecr.api" is "ecr.api".
func serviceOf(name, region string) string {
	if _, after, ok := strings.Cut(name, "."+region+"."); ok {
		return after
	}
	return name
}

// lower reads one of the given words, in whatever case it is written.
func (s source) lower(v wire.Value, path string, words ...string) fact.Of[string] {
	if text, ok := v.Text(); ok {
		for _, w := range words {
			if strings.EqualFold(text, w) {
				return fact.Known(w, s.from, path)
			}
		}
	}
	return s.word(v, path)
}
