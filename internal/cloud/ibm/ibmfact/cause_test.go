package ibmfact_test

import (
	"fmt"
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

func TestWhatRefusalsMean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code string
		http int
		want snapshot.Cause
	}{
		{"not_authorized", 403, snapshot.Denied},
		{"not_authorized", 401, snapshot.BadLogin},
		{"unauthorized", 401, snapshot.BadLogin},
		{"unauthorized", 403, snapshot.Denied},
		{"insufficient_permissions", 403, snapshot.Denied},
		{"insufficent_permissions", 403, snapshot.Denied}, //nolint:misspell // as IBM spells it
		{"BXNIM0513E", 403, snapshot.Denied},
		{"", 403, snapshot.Denied},
		{"", 401, snapshot.BadLogin},
		{"BXNIM0415E", 400, snapshot.BadLogin},
		{"invalid_token", 400, snapshot.BadLogin},
		{"too_many_requests", 429, snapshot.Throttled},
		{"rate_limit", 429, snapshot.Throttled},
		{"something_new", 429, snapshot.Throttled},
		{"rate_limit_exceeded", 503, snapshot.Throttled},
		{"", 429, snapshot.Throttled},
		{"internal_error", 500, snapshot.ServerError},
		{"service_unavailable", 503, snapshot.ServerError},
		{"something_new", 502, snapshot.ServerError},
		{"", 504, snapshot.ServerError},
		{"not_found", 404, snapshot.OtherRefusal},
		{"bad_field", 400, snapshot.OtherRefusal},
		{"something_new", 403, snapshot.Denied},
		{"something_new", 409, snapshot.OtherRefusal},
		{"", 404, snapshot.OtherRefusal},
		{"", 302, snapshot.OtherRefusal},
		{"", 200, snapshot.Unreadable},
		{"", 0, snapshot.Unreachable},
		{snapshot.CodeUnreachable, 0, snapshot.Unreachable},
		{snapshot.CodeUnreadable, 401, snapshot.Unreadable},
		{snapshot.CodeUnreadable, 200, snapshot.Unreadable},
		{snapshot.CodeCutOff, 200, snapshot.CutOff},
		{snapshot.CodeInterrupted, 0, snapshot.Interrupted},
		{snapshot.CodeLogin, 0, snapshot.BadLogin},
		{snapshot.CodeTokenLoop, 200, snapshot.Unreadable},
		{snapshot.CodeElsewhere, 0, snapshot.OtherRefusal},
	} {
		t.Run(fmt.Sprintf("%s %d", c.code, c.http), func(t *testing.T) {
			t.Parallel()
			if got := ibmfact.Meaning(c.code, c.http); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
