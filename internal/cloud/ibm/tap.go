package ibm

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A tap stands next to the wire, below the SDK's retries. It makes documents
// of each reply before the SDK decodes it, and hands the SDK the rest: the next
// page's address. The SDK alone takes an empty 200, or one with other members,
// for a success with nothing in it, and gives up on a body that ends early;
// here both are failed attempts, and are retried.
//
// What becomes of the documents is not its business: a fault of whoever takes
// them would look like one of the network, and the request would be repeated.
type tap struct {
	shape  *wire.Shape
	redact *wire.Redactor
	bucket *ask.Bucket
	about  []label // what the request is about, where the reply does not say it
	whole  bool    // leave the body whole for the SDK; else the records are cut out
	make   func(wire.Doc, *wire.Reader) (snapshot.Resource, error)

	resources []snapshot.Resource // of the last attempt, if it succeeded
	attempts  int                 // since begin
	http      int                 // status of the last attempt, 0 if no reply came
	requestID string              // of the last attempt
	failed    error               // why the last attempt failed, nil if it did not
	next      nextPage            // after that of the last attempt

	page   wire.Page
	reader wire.Reader
}

// A label is one thing that a request names.
type label struct{ name, value string }

// tapKey finds the tap of a call in its context.
type tapKey struct{}

// withTap makes the replies of one call go through its tap.
func withTap(ctx context.Context, t *tap) context.Context { return context.WithValue(ctx, tapKey{}, t) }

func tapOf(ctx context.Context) *tap {
	t, _ := ctx.Value(tapKey{}).(*tap)
	return t
}

// begin forgets the request before.
func (t *tap) begin() {
	t.attempts, t.http, t.requestID, t.resources, t.failed = 0, 0, "", t.resources[:0], nil
	t.next = nextPage{}
}

// attempt sends a request once.
func (t *tap) attempt(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	t.resources, t.http, t.requestID = t.resources[:0], 0, ""
	if t.failed = t.bucket.Wait(r.Context()); t.failed != nil {
		return nil, t.failed
	}
	t.attempts++
	resp, err := send(r)
	if err != nil {
		t.failed = err
		return nil, err
	}
	t.http = resp.StatusCode
	t.requestID = cmp.Or(resp.Header.Get("X-Request-Id"), resp.Header.Get("Transaction-Id"), resp.Header.Get("X-Correlation-Id"))
	rest, err := t.read(resp)
	t.bucket.Learn(ibmfact.Meaning(codeOf(t.failed), t.http) == snapshot.Throttled)
	if err != nil {
		t.failed, t.resources = err, t.resources[:0]
		return nil, err
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(rest)), int64(len(rest))
	return resp, nil
}

func codeOf(err error) string {
	var words *said
	if errors.As(err, &words) {
		return words.code
	}
	return ""
}

// bodies are used again.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// read takes the reply off the wire and returns what the SDK is to see of it.
func (t *tap) read(resp *http.Response) (rest []byte, err error) {
	kept := bodies.Get().(*[]byte)
	defer bodies.Put(kept)
	body, err := ask.ReadAll((*kept)[:0], resp, ask.MaxBody)
	*kept = body
	if e := resp.Body.Close(); err == nil {
		err = e
	}
	switch {
	case err != nil:
		return nil, &badReply{code: ibmfact.CodeCutOff, again: true, err: fmt.Errorf("the reply ended early: %w", err)}
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return t.refusal(resp, body)
	}
	return t.documents(resp, body)
}

// refusal notes IBM Cloud's own error, and leaves it to the SDK; anything else
// that is no success did not come from IBM Cloud.
func (t *tap) refusal(resp *http.Response, body []byte) ([]byte, error) {
	if words, ok := wordsOf(body, resp.StatusCode); ok && isJSON(resp) {
		t.failed = words
		return bytes.Clone(body), nil
	}
	again := resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests
	return nil, &badReply{code: ibmfact.CodeUnreadable, again: again,
		err: fmt.Errorf("status %s with a body that is not from IBM Cloud: %s", resp.Status, sample(body))}
}

// documents makes the resources of a page.
func (t *tap) documents(resp *http.Response, body []byte) ([]byte, error) {
	unreadable := func(err error) ([]byte, error) {
		return nil, &badReply{code: ibmfact.CodeUnreadable, again: true, err: err}
	}
	switch {
	case len(body) == 0:
		return unreadable(errors.New("the reply was empty"))
	case !isJSON(resp):
		return unreadable(fmt.Errorf("the reply is not JSON but %.80q: %s", resp.Header.Get("Content-Type"), sample(body)))
	}
	for _, l := range t.about {
		t.page.About(l.name, l.value)
	}
	rest, err := t.page.Parse(body, t.shape, t.redact, t.add)
	if err == nil {
		t.next, err = nextIn(rest, t.shape)
	}
	switch {
	case errors.Is(err, wire.ErrCut):
		return nil, &badReply{code: ibmfact.CodeCutOff, again: true, err: fmt.Errorf("the reply ended early: %w", err)}
	case err != nil:
		return unreadable(fmt.Errorf("the reply cannot be read: %w", err))
	case t.whole:
		return bytes.Clone(body), nil
	case t.shape.Split.Whole:
		return []byte("{}"), nil // all of it is the document
	}
	return rest, nil
}

func (t *tap) add(d wire.Doc) error {
	r, err := t.make(d, &t.reader)
	if err != nil {
		return err
	}
	t.resources = append(t.resources, r)
	return nil
}

// isJSON believes the content type where there is one.
func isJSON(resp *http.Response) bool {
	kind := resp.Header.Get("Content-Type")
	return kind == "" || strings.Contains(kind, "json")
}

// sample is the beginning of a body that nobody expected.
func sample(body []byte) string { return fmt.Sprintf("%.120q", body) }
