package ask

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// ErrSilent ends an attempt on which nothing arrives any more.
var ErrSilent = errors.New("the endpoint went silent")

// Watched sends a request, and ends it after a time without a byte. A slow
// reply lives as long as it moves; a dead one does not hold up the scan. The
// body of the reply must be closed.
func Watched(r *http.Request, silence time.Duration, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	explain := func(err error) error {
		if errors.Is(context.Cause(ctx), ErrSilent) {
			return fmt.Errorf("%w for %v", ErrSilent, silence)
		}
		return err
	}
	watch := time.AfterFunc(silence, func() { cancel(ErrSilent) })
	resp, err := send(r.WithContext(ctx))
	if err != nil {
		watch.Stop()
		err = explain(err)
		cancel(nil)
		return nil, err
	}
	resp.Body = &watched{body: resp.Body, end: func() { cancel(nil) }, watch: watch, silence: silence, explain: explain}
	return resp, nil
}

// watched is the body of a reply, with the watch that each byte winds up again.
type watched struct {
	body    io.ReadCloser
	watch   *time.Timer
	silence time.Duration
	explain func(error) error // says silence where net/http says that its context was cancelled
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
