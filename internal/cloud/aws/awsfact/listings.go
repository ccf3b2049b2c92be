package awsfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/judge"
	"plumbline/internal/snapshot"
)

// A listing is a call that finds things of a kind and type. Where it did not
// come whole, there may be more of them.
type listing struct {
	call, subject string
	global        bool // asked once, not in each region
	kind          estate.Kind
	like          func() estate.Object // one of which only the type is known
}

// listings of everything but workloads, accounts and regions.
var listings = []listing{
	{CallTemplates, "", false, estate.KindTemplate, func() estate.Object { return &estate.Template{Type: "launch_template"} }},
	{CallLaunchConfigs, "", false, estate.KindTemplate, func() estate.Object { return &estate.Template{Type: "launch_configuration"} }},
	{CallScalingGroups, "", false, estate.KindTemplate, func() estate.Object { return &estate.Template{Type: "auto_scaling_group"} }},
	{CallImages, "", false, estate.KindImage, func() estate.Object { return &estate.Image{} }},
	{CallVPCs, "", false, estate.KindNetwork, func() estate.Object { return &estate.Network{Type: "vpc"} }},
	{CallSubnets, "", false, estate.KindNetwork, func() estate.Object { return &estate.Network{Type: "subnet"} }},
	{CallVPNs, "", false, estate.KindNetwork, func() estate.Object { return &estate.Network{Type: "vpn_connection"} }},
	{CallClientVPNs, "", false, estate.KindNetwork, func() estate.Object { return &estate.Network{Type: "client_vpn"} }},
	{CallGroups, "", false, estate.KindGate, func() estate.Object { return &estate.Gate{Type: "security_group"} }},
	{CallNetworkACLs, "", false, estate.KindGate, func() estate.Object { return &estate.Gate{Type: "network_acl"} }},
	{CallAuthorization, "Role", true, estate.KindPrincipal, func() estate.Object { return &estate.Principal{Type: "role"} }},
	{CallAuthorization, "User", true, estate.KindPrincipal, func() estate.Object { return &estate.Principal{Type: "user"} }},
	{CallCredentialReport, "", true, estate.KindCredential, func() estate.Object { return &estate.Credential{Type: "access_key"} }},
}

// blank is one thing of a listing at a place, of which nothing is known but
// what it is.
func (l *listing) blank(place estate.Subject) estate.Object {
	o := l.like()
	*o.Head() = estate.Subject{Kind: l.kind, Provider: place.Provider, Account: place.Account, Region: place.Region, Parent: place.UID}
	return o
}

// unlisted names the places where a listing did not come whole. Nothing is
// claimed of a region that was left out on purpose, or that is switched off and
// was not asked for.
func unlisted(c *snapshot.Context, regions []region) (gaps []judge.Unseen) {
	for i := range listings {
		l := &listings[i]
		if l.global {
			gaps = append(gaps, l.gap(c, accountSubject(c), true)...)
			continue
		}
		for _, name := range askable(c, regions) {
			gaps = append(gaps, l.gap(c, regionSubject(c, name), true)...)
		}
		for _, r := range regions {
			if !r.on() {
				gaps = append(gaps, l.gap(c, regionSubject(c, r.name), false)...)
			}
		}
	}
	return gaps
}

// gap is the place of a listing that did not come whole.
func (l *listing) gap(c *snapshot.Context, place estate.Subject, on bool) []judge.Unseen {
	a := c.Answer(l.call, place.Region, l.subject)
	if a.Whole() {
		return nil
	}
	u := unseen(l.kind, place, holeOf(a))
	u.Like, u.Silent = l.blank(place), a.Cause == snapshot.OutOfScope || !on && a.Status == snapshot.Unasked
	return []judge.Unseen{u}
}

// wholeListing says that everything of a kind was listed to the end in a region,
// or in all of them for "" and global. Of the regions together it asks those
// that can be asked, see askable.
func wholeListing(c *snapshot.Context, kind estate.Kind, region string) bool {
	regions, missing := regionsOf(c)
	names := askable(c, regions)
	if region != "" && region != snapshot.Global {
		names, missing = []string{region}, nil
	}
	known := false
	for i := range listings {
		l := &listings[i]
		if l.kind != kind {
			continue
		}
		known = true
		if l.global {
			if !c.Answer(l.call, snapshot.Global, l.subject).Whole() {
				return false
			}
			continue
		}
		if missing != nil {
			return false
		}
		for _, name := range names {
			if !c.Answer(l.call, name, l.subject).Whole() {
				return false
			}
		}
	}
	return known
}
