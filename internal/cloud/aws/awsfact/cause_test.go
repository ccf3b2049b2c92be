package awsfact_test

import (
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
)

func TestMeaning(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code string
		http int
		want snapshot.Cause
	}{
		{"UnauthorizedOperation", 403, snapshot.Denied},
		{"AccessDenied", 403, snapshot.Denied},
		{"AccessDeniedException", 400, snapshot.Denied},
		{"AuthFailure", 401, snapshot.BadLogin},
		{"InvalidClientTokenId", 403, snapshot.BadLogin},
		{"UnrecognizedClientException", 400, snapshot.BadLogin},
		{"SignatureDoesNotMatch", 403, snapshot.BadLogin},
		{"ExpiredToken", 400, snapshot.BadLogin},
		{"ExpiredTokenException", 400, snapshot.BadLogin},
		{"RequestExpired", 400, snapshot.BadLogin},
		{"RequestLimitExceeded", 503, snapshot.Throttled},
		{"Throttling", 400, snapshot.Throttled},
		{"ThrottlingException", 400, snapshot.Throttled},
		{"Throttling.User", 400, snapshot.Throttled},
		{"TooManyRequestsException", 429, snapshot.Throttled},
		{"EC2ThrottledException", 400, snapshot.Throttled},
		{"OptInRequired", 401, snapshot.Denied},
		{"InternalError", 500, snapshot.ServerError},
		{"ServiceUnavailable", 503, snapshot.ServerError},
		{"Unavailable", 200, snapshot.ServerError},
		{"SomethingNew", 500, snapshot.ServerError},
		{"SomethingNew", 429, snapshot.Throttled},
		{"SomethingNew", 403, snapshot.OtherRefusal},
		{"InvalidParameterValue", 400, snapshot.OtherRefusal},
		{"com.amazonaws.sts#ExpiredTokenException", 400, snapshot.BadLogin},
		{"plumbline:cut_off", 200, snapshot.CutOff},
		{"plumbline:cut_off", 500, snapshot.CutOff},
		{"plumbline:unreadable", 200, snapshot.Unreadable},
		{"plumbline:unreachable", 0, snapshot.Unreachable},
		{"plumbline:interrupted", 0, snapshot.Interrupted},
		{"plumbline:something_new", 0, snapshot.OtherRefusal},
		{"", 0, snapshot.Unreachable},
		{"", 200, snapshot.Unreadable},
		{"", 302, snapshot.OtherRefusal},
		{"", 401, snapshot.BadLogin},
		{"", 403, snapshot.Denied},
		{"", 429, snapshot.Throttled},
		{"", 500, snapshot.ServerError},
		{"", 503, snapshot.ServerError},
	} {
		if got := awsfact.Meaning(c.code, c.http); got != c.want {
			t.Errorf("%q with status %d means %q, want %q", c.code, c.http, got, c.want)
		}
	}
}
