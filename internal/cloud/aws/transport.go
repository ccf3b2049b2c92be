package aws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
)

// errSilent ends an attempt on which nothing arrives any more.
var errSilent = errors.New("the endpoint went silent")

// plain stands between the SDK and net/http.
//
// It hands net/http a request body that is plain memory. The SDK closes its
// own body as soon as the headers of the reply arrive; on a fast link
// net/http, still writing, then tears the connection down, and the reply is
// lost: 46 of 300 pages on loopback before, none of 600 since.
//
// It also ends an attempt after a time without a byte. A slow reply lives as
// long as it moves; a dead one does not hold up the scan.
type plain struct {
	next    sdk.HTTPClient
	silence time.Duration
}

// Do sends one attempt.
func (p plain) Do(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	r, err := inMemory(r.WithContext(ctx))
	if err != nil {
		cancel(nil)
		return nil, err
	}
	watch := time.AfterFunc(p.silence, func() { cancel(errSilent) })
	resp, err := p.next.Do(r)
	if err != nil {
		watch.Stop()
		err = p.explain(ctx, err)
		cancel(nil)
		return nil, err
	}
	resp.Body = &watched{body: resp.Body, end: func() { cancel(nil) }, watch: watch, silence: p.silence,
		explain: func(err error) error { return p.explain(ctx, err) }}
	return resp, nil
}

// inMemory replaces a body whose end the SDK controls by one that it does not.
func inMemory(r *http.Request) (*http.Request, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return r, nil
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	_ = r.Body.Close() // read to its end, it holds nothing
	r.ContentLength = int64(len(b))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
	r.Body, err = r.GetBody()
	return r, err
}

// explain says silence where net/http says that its context was cancelled.
func (p plain) explain(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errSilent) {
		return fmt.Errorf("%w for %v", errSilent, p.silence)
	}
	return err
}

// watched is the body of a reply, with the watch that each byte winds up again.
type watched struct {
	body    io.ReadCloser
	watch   *time.Timer
	silence time.Duration
	explain func(error) error
	end     func()
}

// Read passes bytes on.
func (w *watched) Read(b []byte) (int, error) {
	n, err := w.body.Read(b)
	switch {
	case err == nil:
		w.watch.Reset(w.silence)
	case errors.Is(err, io.EOF):
		w.watch.Stop()
	default:
		w.watch.Stop()
		err = w.explain(err)
	}
	return n, err
}

// Close ends the attempt.
func (w *watched) Close() error {
	w.watch.Stop()
	err := w.body.Close()
	w.end()
	return err
}
