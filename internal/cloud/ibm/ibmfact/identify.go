package ibmfact

import (
	"errors"
	"fmt"

	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A naming says how things of one kind are told apart: by the CRN that IBM
// Cloud writes into the document, or, where there is none, by what they belong
// to and their id.
type naming struct {
	crn   bool   // the document may say its CRN
	under string // about label with the uid of what it belongs to; "" for the account and region
	kind  string // as a CRN spells it
	id    string // member with the id; "" for a thing of which there is one
	needs string // member that only a document of this kind has, where nothing else tells it
	name  string // member with its name; "name" if empty
}

// noName says that nobody gives such a thing a name.
const noName = "-"

// resource is what VPC's API and most others list: it says its CRN, and its id.
func resource(kind string) naming { return naming{crn: true, kind: kind, id: "id"} }

// part is a thing that another one is made of.
func part(under, kind string) naming { return naming{under: under, kind: kind, id: "id"} }

// namings of all kinds. The kinds in a CRN are those of IBM's VPC API reference.
var namings = map[string]naming{
	KindToken:  {kind: "token", needs: "account", name: noName},
	KindRegion: {id: "name"},

	KindInstance:       resource("instance"),
	KindBareMetal:      resource("bare-metal-server"),
	KindInitialization: {under: AboutWorkload, kind: "initialization", needs: "keys", name: noName},
	KindVNI:            resource("virtual-network-interface"),
	KindInterface:      part(AboutWorkload, "network-interface"),

	KindTemplate:      resource("instance-template"),
	KindInstanceGroup: resource("instance-group"),
	KindImage:         resource("image"),

	KindVPC:             resource("vpc"),
	KindSubnet:          resource("subnet"),
	KindSecurityGroup:   resource("security-group"),
	KindNetworkACL:      resource("network-acl"),
	KindFloatingIP:      resource("floating-ip"),
	KindPublicGateway:   resource("public-gateway"),
	KindPublicRange:     resource("public-address-range"),
	KindRoutingTable:    {crn: true, under: AboutVPC, kind: "routing-table", id: "id"},
	KindRoute:           part(AboutRoutingTable, "route"),
	KindLoadBalancer:    resource("load-balancer"),
	KindListener:        {under: AboutLoadBalancer, kind: "listener", id: "id", name: noName},
	KindListenerPolicy:  part(AboutListener, "policy"),
	KindListenerRule:    {under: AboutPolicy, kind: "rule", id: "id", name: noName},
	KindPool:            part(AboutLoadBalancer, "pool"),
	KindPoolMember:      {under: AboutPool, kind: "member", id: "id", name: noName},
	KindVPNGateway:      resource("vpn-gateway"),
	KindVPNServer:       resource("vpn-server"),
	KindEndpointGateway: resource("endpoint-gateway"),
	KindFlowLog:         resource("flow-log-collector"),
	KindBackupPolicy:    resource("backup-policy"),
	KindKey:             resource("key"),

	KindProfile:         resource("profile"),
	KindLink:            part(AboutProfile, "link"),
	KindClaimRule:       part(AboutProfile, "rule"),
	KindProfileIdentity: {under: AboutProfile, kind: "identity", id: "iam_id", name: noName},
	KindServiceID:       resource("serviceid"),
	KindServiceGroup:    resource("serviceid-group"),
	KindAPIKey:          resource("apikey"),
	KindKeyActivity:     {under: AboutAPIKey, kind: "activity", needs: "id", name: noName},
	KindAccountSettings: {kind: "identity-settings", needs: "account_id", name: noName},
	KindPolicy:          {kind: "policy", id: "id", name: noName},
	KindRole:            {crn: true, kind: "role", id: "id", name: "display_name"},
	KindAccessGroup:     resource("access-group"),
	KindGroupMember:     {under: AboutGroup, kind: "member", id: "iam_id"},
	KindResourceGroup:   resource("resource-group"),

	KindTrackerTarget:   resource("target"),
	KindTrackerRoute:    resource("route"),
	KindTrackerSettings: {kind: "activity-tracker-settings", needs: "api_version", name: noName},
	KindEnterprise:      resource("enterprise"),
	KindAccountGroup:    resource("account-group"),
	KindMemberAccount:   resource("account"),
}

// Identify says what a freshly made document is about.
func Identify(kind string, scope snapshot.Scope, doc []byte, rd *wire.Reader) (uid, name string, err error) {
	v, err := rd.Read(doc)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", kind, err)
	}
	n, known := namings[kind]
	if !known {
		return "", "", fmt.Errorf("%q is not a kind of document that is read here", kind)
	}
	if n.needs != "" && !v.Get(n.needs).Exists() {
		return "", "", noMember(kind, n.needs)
	}
	if uid, err = n.uid(kind, v, scope); err != nil {
		return "", "", err
	}
	return uid, n.called(v), nil
}

// uid names the thing.
func (n *naming) uid(kind string, v wire.Value, at snapshot.Scope) (string, error) {
	if crn := text(v.Get("crn")); n.crn && crn != "" {
		if !isCRN(crn) {
			return "", fmt.Errorf("a document of kind %s whose crn is not one", kind)
		}
		return crn, nil
	}
	id := ""
	if n.id != "" {
		if id = text(v.Get(n.id)); id == "" {
			return "", noMember(kind, n.id)
		}
	}
	if kind == KindRegion {
		return RegionUID(at.Account, id), nil
	}
	above := RegionUID(at.Account, at.Region)
	if n.under != "" {
		if above = text(v.Get("^").Get(n.under)); above == "" {
			return "", noMember(kind, "^/"+n.under)
		}
	}
	if id != "" {
		id = "/" + id
	}
	return above + "/" + n.kind + id, nil
}

// called is what its owner calls the thing.
func (n *naming) called(v wire.Value) string {
	switch n.name {
	case "":
		return text(v.Get("name"))
	case noName:
		return ""
	}
	return text(v.Get(n.name))
}

// isCRN tells a CRN: ten parts, the first of which say so (IBM Cloud docs,
// "Cloud Resource Names").
func isCRN(s string) bool {
	const scheme = "crn:v1:"
	if len(s) < len(scheme) || s[:len(scheme)] != scheme {
		return false
	}
	colons := 0
	for _, c := range []byte(s) {
		if c == ':' {
			colons++
		}
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	return colons >= 9
}

var errNoMember = errors.New("it lacks what names it")

func noMember(kind, member string) error {
	return fmt.Errorf("a document of kind %s without %s: %w", kind, member, errNoMember)
}
