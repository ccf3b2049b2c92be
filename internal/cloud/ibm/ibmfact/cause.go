package ibmfact

import "plumbline/internal/snapshot"

// causes by code. Each service of IBM Cloud spells its own; where a code is
// not here, the status of the reply tells what it means. Sources: the sections
// "Error handling" of the API references of VPC, IAM identity, IAM policy
// management, access groups, and Activity Tracker Event Routing.
var causes = map[string]snapshot.Cause{
	"not_authorized":           snapshot.Denied,
	"unauthorized":             snapshot.Denied, // with 401 it is the login, see Meaning
	"forbidden":                snapshot.Denied,
	"access_denied":            snapshot.Denied,
	"insufficient_permissions": snapshot.Denied,
	"insufficent_permissions":  snapshot.Denied, //nolint:misspell // so spelled by IAM policy management
	"action_not_permitted":     snapshot.Denied,
	"policy_forbidden":         snapshot.Denied,

	"not_authenticated":     snapshot.BadLogin,
	"unauthenticated":       snapshot.BadLogin,
	"invalid_token":         snapshot.BadLogin,
	"token_expired":         snapshot.BadLogin,
	"expired_token":         snapshot.BadLogin,
	"missing_token":         snapshot.BadLogin,
	"authentication_failed": snapshot.BadLogin,
	"BXNIM0415E":            snapshot.BadLogin, // the API key could not be found

	"too_many_requests":   snapshot.Throttled,
	"rate_limit":          snapshot.Throttled,
	"rate_limit_exceeded": snapshot.Throttled,
	"over_limit":          snapshot.Throttled,
	"request_throttled":   snapshot.Throttled,

	"internal_error":        snapshot.ServerError,
	"internal_server_error": snapshot.ServerError,
	"server_error":          snapshot.ServerError,
	"service_unavailable":   snapshot.ServerError,
	"service_error":         snapshot.ServerError,
	"bad_gateway":           snapshot.ServerError,
	"gateway_timeout":       snapshot.ServerError,
}

// Meaning says in our words why a question was not answered: by the cloud's
// code, and where that is not known by the HTTP status, 0 if no reply came.
//
// A status that leaves no doubt is believed before a code: services reuse
// codes, and "unauthorized" is both a login that is not accepted and a right
// that is missing.
func Meaning(code string, http int) snapshot.Cause {
	if c, ok := snapshot.OurCause(code); ok {
		return c
	}
	switch http {
	case 401:
		return snapshot.BadLogin
	case 429:
		return snapshot.Throttled
	}
	if c, ok := causes[code]; ok {
		return c
	}
	return byStatus(code, http)
}

func byStatus(code string, http int) snapshot.Cause {
	switch {
	case http >= 500:
		return snapshot.ServerError
	case http == 403:
		return snapshot.Denied
	case http == 0 && code == "":
		return snapshot.Unreachable
	case code == "" && http < 300:
		return snapshot.Unreadable
	default:
		return snapshot.OtherRefusal
	}
}
