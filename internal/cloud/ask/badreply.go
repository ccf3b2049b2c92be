package ask

import (
	"fmt"
	"net/http"
	"strings"

	"plumbline/internal/snapshot"
)

// A BadReply is an attempt that brought a reply which is not a whole reply of
// the cloud.
type BadReply struct {
	Code  string // one of ours
	Again bool   // another attempt may bring a better one
	Err   error
}

// Error tells what came.
func (b *BadReply) Error() string { return b.Err.Error() }

// Unwrap gives the cause.
func (b *BadReply) Unwrap() error { return b.Err }

// RetryableError tells an SDK that looks for it whether to ask again.
func (b *BadReply) RetryableError() bool { return b.Again }

// Unreadable is an attempt that brought something else than a reply.
func Unreadable(format string, args ...any) *BadReply {
	return &BadReply{Code: snapshot.CodeUnreadable, Again: true, Err: fmt.Errorf(format, args...)}
}

// cutOff is an attempt whose reply ended early.
func cutOff(err error) *BadReply {
	return &BadReply{Code: snapshot.CodeCutOff, Again: true, Err: fmt.Errorf("the reply ended early: %w", err)}
}

// Foreign is an attempt that brought neither a success nor an error of the
// cloud: what stands on the way has answered. Asking again may help where it
// is a gateway that is down, or busy.
func Foreign(resp *http.Response, body []byte, cloud string) *BadReply {
	b := Unreadable("status %s with a body that is not from %s: %s", resp.Status, cloud, Sample(body))
	b.Again = resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests
	return b
}

// InForm says what is wrong with a reply that is a success, before it is read;
// nil if nothing is. is tells whether it is what form names.
func InForm(resp *http.Response, body []byte, is func(*http.Response) bool, form string) error {
	switch {
	case len(body) == 0:
		return Unreadable("the reply was empty")
	case !is(resp):
		return Unreadable("the reply is not %s but %.80q: %s", form, resp.Header.Get("Content-Type"), Sample(body))
	}
	return nil
}

// IsJSON believes the content type where there is one.
func IsJSON(resp *http.Response) bool {
	kind := resp.Header.Get("Content-Type")
	return kind == "" || strings.Contains(kind, "json")
}

// Sample is the beginning of a body that nobody expected.
func Sample(body []byte) string { return fmt.Sprintf("%.120q", body) }
