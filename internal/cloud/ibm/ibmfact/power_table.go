package ibmfact

import (
	"strings"

	"plumbline/internal/power"
)

// This file says what a role gives on a service, in the words of package power,
// and why. IBM describes the platform roles Administrator, Editor, Operator and
// Viewer and the service roles Manager, Writer and Reader in the same way for
// every service (IBM Cloud account docs, "IAM roles and actions"); what a service
// is worth is ours to say:
//
//   - identity services: whoever changes access, or makes credentials for an
//     identity, takes what that identity has. Administrator is admin: it grants
//     itself every role. Editor and Operator are escalation: they make API keys,
//     link trusted profiles and put members into access groups.
//   - data, security, network and computing services: Administrator, Editor,
//     Manager and Writer are write. None of them reaches beyond its service.
//   - services that keep data: Reader is data_read.
//   - services of logs and metrics: whoever writes there is limited.
//   - Viewer is read everywhere, and so is Reader on a service that keeps no data.
//
// On all services at once a role is worth what it is worth on the worst of them:
// Administrator is admin, for it assigns itself to everything; so is Manager, for
// it has every secret, key and cluster, and with them what others may do. Editor
// and Writer are write, Reader is data_read.
//
// What a table does not name is not guessed: it is unknown within bounds.

// A rank is what a role gives: at least, and at most where that is not known.
type rank struct {
	least, most power.Level
	why         string
}

func exactly(l power.Level, why string) rank { return rank{l, l, why} }

// A sphere is what services are about.
type sphere int

const (
	unknownSphere sphere = iota
	everySphere          // all services that hold resources
	accountSphere        // all services of account management
	wholeSphere          // both
	identitySphere
	dataSphere
	securitySphere
	networkSphere // and computing
	telemetrySphere
	platformSphere // lists and sorts resources
)

// spheres are the services by their name in policies.
var spheres = map[string]sphere{
	"iam-identity": identitySphere, "iam-access-management": identitySphere, "iam-groups": identitySphere,
	"iam-svc": identitySphere, "user-management": identitySphere, "enterprise": identitySphere, "IAM": identitySphere,

	"cloud-object-storage": dataSphere, "cloudantnosqldb": dataSphere, "dashdb-for-transactions": dataSphere, "dashdb": dataSphere,
	"databases-for-postgresql": dataSphere, "databases-for-mysql": dataSphere, "databases-for-mongodb": dataSphere,
	"databases-for-redis": dataSphere, "databases-for-elasticsearch": dataSphere, "databases-for-etcd": dataSphere,
	"databases-for-enterprisedb": dataSphere, "databases-for-cassandra": dataSphere, "messages-for-rabbitmq": dataSphere,
	"messagehub": dataSphere, "sql-query": dataSphere, "container-registry": dataSphere, "lakehouse": dataSphere, "apprapp": dataSphere,
	"event-notifications": dataSphere,

	"secrets-manager": dataSphere, // of which the data are secrets
	"kms":             securitySphere, "hs-crypto": securitySphere, "cloudcerts": securitySphere, "appid": securitySphere,
	"compliance": securitySphere, "security-compliance": securitySphere, "sysdig-secure": securitySphere,
	"context-based-restrictions": securitySphere, "atracker": securitySphere, "security-advisor": securitySphere,

	"is": networkSphere, "transit": networkSphere, "directlink": networkSphere, "dns-svcs": networkSphere, "internet-svcs": networkSphere,
	"containers-kubernetes": networkSphere, "codeengine": networkSphere, "functions": networkSphere, "power-iaas": networkSphere,
	"schematics": networkSphere, "toolchain": networkSphere, "continuous-delivery": networkSphere, "satellite": networkSphere,

	"logs": telemetrySphere, "logdna": telemetrySphere, "logdnaat": telemetrySphere, "sysdig-monitor": telemetrySphere,
	"logs-router": telemetrySphere, "metrics-router": telemetrySphere,

	"resource-controller": platformSphere, "resource-group": platformSphere, "globalcatalog": platformSphere, "ghost": platformSphere,
	"billing": platformSphere, "support": platformSphere, "partner-center": platformSphere,
}

// roleNames are the roles by the end of their CRN: of every service, and those
// of services that are worth their own name.
var roleNames = map[string]bool{
	"Administrator": true, "Editor": true, "Operator": true, "Viewer": true,
	"Manager": true, "Writer": true, "Reader": true,
}

// reads are service roles that read what is stored, and writes those that change
// it, beside Reader and Writer.
var (
	reads  = []string{"SecretsReader", "ObjectReader", "ContentReader", "ReaderPlus"}
	writes = []string{"ObjectWriter"}
)

// lists are roles that only list and describe, or make what has no access yet.
var lists = map[string]rank{
	"ServiceIdCreator":    exactly(power.Limited, "makes service ids, which have no access yet"),
	"UserApiKeyCreator":   exactly(power.Limited, "makes API keys for itself"),
	"NotificationManager": exactly(power.Limited, "manages notifications"),
}

// worthOf is what a role gives on a service as a whole.
func worthOf(role string, s sphere) rank {
	for _, name := range reads {
		if role == name {
			role = "Reader"
			if s == securitySphere { // ReaderPlus unwraps keys
				return exactly(power.DataRead, "uses keys to open what they guard")
			}
		}
	}
	for _, name := range writes {
		if role == name {
			role = "Writer"
		}
	}
	if r, ok := lists[role]; ok {
		return r
	}
	if !roleNames[role] {
		return rank{power.Limited, s.worst(), "a role that is not known here"}
	}
	switch role {
	case "Viewer":
		return exactly(power.Read, "lists and describes")
	case "Administrator":
		return s.administrator()
	case "Editor", "Operator":
		return s.editor(role)
	case "Reader":
		return s.reader()
	case "Manager":
		return s.manager()
	}
	return s.writer()
}

// worst is what any role may give on a service.
func (s sphere) worst() power.Level {
	switch s {
	case everySphere, dataSphere, securitySphere, networkSphere, unknownSphere:
		return power.Write
	case telemetrySphere, platformSphere:
		return power.Limited
	}
	return power.Escalation
}

func (s sphere) administrator() rank {
	switch s {
	case everySphere, accountSphere, wholeSphere, identitySphere:
		return exactly(power.Admin, "grants itself every role")
	}
	return s.writer()
}

func (s sphere) editor(role string) rank {
	switch s {
	case accountSphere, wholeSphere, identitySphere:
		return exactly(power.Escalation, "makes credentials and memberships that carry others' access")
	}
	if role == "Operator" {
		return exactly(power.Limited, "operates what is there")
	}
	return s.writer()
}

func (s sphere) manager() rank {
	if s == everySphere || s == wholeSphere {
		return exactly(power.Admin, "manages every service: its data, secrets, keys and clusters")
	}
	return s.writer()
}

func (s sphere) writer() rank {
	switch s {
	case everySphere, wholeSphere:
		return exactly(power.Write, "changes what any service holds")
	case dataSphere:
		return exactly(power.Write, "changes data")
	case securitySphere:
		return exactly(power.Write, "changes what guards the account")
	case networkSphere:
		return exactly(power.Write, "changes servers and networks")
	case identitySphere, accountSphere: // service roles do not exist there
		return rank{power.Limited, power.Escalation, "a service role on account management"}
	case telemetrySphere:
		return exactly(power.Limited, "writes logs and metrics")
	case platformSphere:
		return exactly(power.Limited, "sorts resources")
	}
	return rank{power.Limited, power.Write, "a service that is not known here"}
}

func (s sphere) reader() rank {
	switch s {
	case everySphere, wholeSphere, dataSphere:
		return exactly(power.DataRead, "reads what is stored")
	case unknownSphere:
		return rank{power.Read, power.DataRead, "a service that is not known here"}
	}
	return exactly(power.Read, "lists and describes")
}

// actionWorth is what one action of a custom role gives. Actions are spelled
// service.thing.verb (IBM Cloud account docs, "Creating custom roles").
func actionWorth(action string) rank {
	parts := strings.Split(action, ".")
	service, verb := parts[0], parts[len(parts)-1]
	s, ok := spheres[service]
	if service == "iam" {
		s, ok = identitySphere, true
	}
	reading := readVerbs[verb]
	switch {
	case len(parts) < 2 || !ok && !reading:
		return rank{power.Limited, power.Write, "an action that is not known here"}
	case s == identitySphere && !reading:
		return exactly(power.Escalation, "changes identities and their access")
	case s == dataSphere && (verb == "get" || verb == "read"):
		return rank{power.Read, power.DataRead, "may read what is stored"}
	case reading:
		return exactly(power.Read, "lists and describes")
	}
	return s.writer()
}

var readVerbs = map[string]bool{"read": true, "list": true, "view": true, "get": true, "retrieve": true, "status": true, "head": true}
