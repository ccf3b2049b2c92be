package awsfact

import (
	"strings"

	"plumbline/internal/snapshot"
)

// causes by code. Sources: "Error codes for the Amazon EC2 API" in the EC2 API
// reference, "Common errors" of the STS reference, and the codes that the SDK's
// retryer takes for throttling (aws/retry, DefaultThrottleErrorCodes).
var causes = map[string]snapshot.Cause{
	"UnauthorizedOperation": snapshot.Denied,
	"AccessDenied":          snapshot.Denied,
	"AccessDeniedException": snapshot.Denied,
	"UnauthorizedAccess":    snapshot.Denied,
	"NotAuthorized":         snapshot.Denied,

	"AccessDeniedForDependencyException": snapshot.Denied, // Organizations
	"SubscriptionRequiredException":      snapshot.Denied, // the account has not signed up for the service

	"AuthFailure":                 snapshot.BadLogin,
	"ExpiredToken":                snapshot.BadLogin,
	"ExpiredTokenException":       snapshot.BadLogin,
	"IncompleteSignature":         snapshot.BadLogin,
	"InvalidAccessKeyId":          snapshot.BadLogin,
	"InvalidClientTokenId":        snapshot.BadLogin,
	"MissingAuthenticationToken":  snapshot.BadLogin,
	"RequestExpired":              snapshot.BadLogin,
	"SignatureDoesNotMatch":       snapshot.BadLogin,
	"UnrecognizedClientException": snapshot.BadLogin,

	// The same, as the services that speak JSON spell it.
	"IncompleteSignatureException":        snapshot.BadLogin,
	"InvalidClientTokenIdException":       snapshot.BadLogin,
	"InvalidSignatureException":           snapshot.BadLogin,
	"MissingAuthenticationTokenException": snapshot.BadLogin,

	"BandwidthLimitExceeded":                 snapshot.Throttled,
	"EC2ThrottledException":                  snapshot.Throttled,
	"LimitExceededException":                 snapshot.Throttled,
	"PriorRequestNotComplete":                snapshot.Throttled,
	"ProvisionedThroughputExceededException": snapshot.Throttled,
	"RequestLimitExceeded":                   snapshot.Throttled,
	"RequestThrottled":                       snapshot.Throttled,
	"RequestThrottledException":              snapshot.Throttled,
	"SlowDown":                               snapshot.Throttled,
	"ThrottledException":                     snapshot.Throttled,
	"TooManyRequestsException":               snapshot.Throttled,
	"TransactionInProgressException":         snapshot.Throttled,

	// "You are not authorized to use the requested service", says the EC2 API
	// reference: the account lacks the service, not the region.
	"OptInRequired": snapshot.Denied,

	"InsufficientAPICapacity": snapshot.ServerError,
	"InternalError":           snapshot.ServerError,
	"InternalFailure":         snapshot.ServerError,
	"ServiceUnavailable":      snapshot.ServerError,
	"Unavailable":             snapshot.ServerError,

	"InternalServerError":          snapshot.ServerError, // SSM
	"InternalServerErrorException": snapshot.ServerError, // GuardDuty
	"InternalServerException":      snapshot.ServerError, // Access Analyzer
	"InternalServiceError":         snapshot.ServerError, // CloudWatch
	"InternalServiceFault":         snapshot.ServerError,
	"ServerException":              snapshot.ServerError, // ECS
	"ServiceException":             snapshot.ServerError, // Organizations
	"ServiceFailure":               snapshot.ServerError, // IAM
	"ServiceUnavailableException":  snapshot.ServerError,
}

// Meaning says in our words why a question was not answered: by the cloud's
// code, and where there is none by the HTTP status, 0 if no reply came.
func Meaning(code string, http int) snapshot.Cause {
	if c, ok := snapshot.OurCause(code); ok {
		return c
	}
	if i := strings.LastIndexByte(code, '#'); i >= 0 { // "com.amazonaws…#Code"
		code = code[i+1:]
	}
	if c, ok := causes[code]; ok {
		return c
	}
	if strings.HasPrefix(code, "Throttling") { // Throttling, ThrottlingException, Throttling.User
		return snapshot.Throttled
	}
	return byStatus(code, http)
}

func byStatus(code string, http int) snapshot.Cause {
	switch {
	case http >= 500:
		return snapshot.ServerError
	case http == 429:
		return snapshot.Throttled
	case code != "":
		return snapshot.OtherRefusal
	case http == 0:
		return snapshot.Unreachable
	case http == 401:
		return snapshot.BadLogin
	case http == 403:
		return snapshot.Denied
	case http < 300:
		return snapshot.Unreadable
	default:
		return snapshot.OtherRefusal
	}
}
