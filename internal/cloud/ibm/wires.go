package ibm

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/IBM/go-sdk-core/v5/core"

	"plumbline/internal/cloud/ask"
)

// dialTimeout is for one connection; a host that takes longer is not there.
const dialTimeout = 10 * time.Second

// wires send requests: those of the SDK, with its retries above the taps, and
// those for tokens.
type wires struct {
	base    *http.Transport
	direct  *http.Transport // to the metadata service of the server that this runs on
	silence time.Duration
	backoff time.Duration
	client  *http.Client // the SDK's, for questions
}

func newWires(o Options) *wires {
	w := &wires{silence: o.Silence, backoff: o.MaxBackoff, base: http.DefaultTransport.(*http.Transport).Clone()}
	w.base.DialContext = (&net.Dialer{Timeout: min(o.Silence, dialTimeout), KeepAlive: 30 * time.Second}).DialContext
	w.base.ReadBufferSize = 64 << 10
	w.base.MaxIdleConnsPerHost = o.Parallel * ask.AtOnce
	w.direct = w.base.Clone()
	w.direct.Proxy = nil
	w.direct.DialContext = (&net.Dialer{Timeout: min(o.Silence, nearTimeout)}).DialContext
	w.client = w.retrying(roundTrip(w.tapped), o.MaxAttempts)
	return w
}

// nearTimeout is for a connection within a machine.
const nearTimeout = 2 * time.Second

// isMetadata tells the names of the metadata service. It is asked past any
// proxy: what it answers is for this machine alone.
func isMetadata(host string) bool {
	return host == "169.254.169.254" || host == "api.metadata.cloud.ibm.com"
}

// with is the same with other patience.
func (w *wires) with(o Options) *wires {
	t := *w
	t.backoff = o.MaxBackoff
	t.client = t.retrying(roundTrip(t.tapped), o.MaxAttempts)
	return &t
}

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip sends a request.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// send is one attempt, which ends when nothing arrives any more.
func (w *wires) send(r *http.Request) (*http.Response, error) {
	through := w.base
	if isMetadata(r.URL.Hostname()) {
		through = w.direct
	}
	return ask.Watched(r, w.silence, through.RoundTrip)
}

// tapped is an attempt that goes through the tap that was meant for it.
func (w *wires) tapped(r *http.Request) (*http.Response, error) {
	if t := tapOf(r.Context()); t != nil {
		return t.attempt(r, w.send)
	}
	return w.send(r)
}

// retrying makes a client that sends up to so many requests for one reply. The
// SDK's rules say when to try again and how long to wait before, with two
// exceptions: what is no reply of IBM Cloud is tried again only where that can
// help, and nobody waits longer than MaxBackoff because a reply says so.
func (w *wires) retrying(through http.RoundTripper, attempts int) *http.Client {
	c := core.NewRetryableClientWithHTTPClient(&http.Client{Transport: through, CheckRedirect: noRedirect})
	c.RetryMax = attempts - 1
	c.RetryWaitMax = w.backoff
	c.RetryWaitMin = min(time.Second, w.backoff)
	c.Backoff = func(least, most time.Duration, n int, resp *http.Response) time.Duration {
		return min(core.IBMCloudSDKBackoffPolicy(least, most, n, resp), most)
	}
	c.CheckRetry = func(ctx context.Context, resp *http.Response, err error) (bool, error) {
		var bad *ask.BadReply
		if errors.As(err, &bad) && ctx.Err() == nil {
			return bad.Again, nil
		}
		return core.IBMCloudSDKRetryPolicy(ctx, resp, err)
	}
	c.ErrorHandler = func(resp *http.Response, err error, _ int) (*http.Response, error) {
		if err != nil && resp != nil { // the last refusal of a request that was given up: net/http takes one or the other
			_ = resp.Body.Close()
			resp = nil
		}
		return resp, err
	}
	client := c.StandardClient()
	client.CheckRedirect = noRedirect // this one sees redirects too
	return client
}

// noRedirect answers a redirect with the redirect itself. IBM Cloud's APIs send
// none; net/http would carry the token, for the same host, and our trust to
// wherever it points.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
