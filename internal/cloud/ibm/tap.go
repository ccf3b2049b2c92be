package ibm

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

// A tap hands the SDK the rest of a reply: the address of the next page.
type tap struct {
	ask.Tap
	failed error    // why the last attempt failed, nil if it did not
	next   nextPage // after that of the last attempt
}

// A label is one thing that a request names.
type label = ask.Label

// tapKey finds the tap of a call in its context.
type tapKey struct{}

// withTap makes the replies of one call go through its tap.
func withTap(ctx context.Context, t *tap) context.Context { return context.WithValue(ctx, tapKey{}, t) }

func tapOf(ctx context.Context) *tap {
	t, _ := ctx.Value(tapKey{}).(*tap)
	return t
}

// attempt sends a request once.
func (t *tap) attempt(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	t.Forget()
	if t.failed = t.Bucket.Wait(r.Context()); t.failed != nil {
		return nil, t.failed
	}
	t.Attempts++
	resp, err := send(r)
	if err != nil {
		t.failed = err
		return nil, err
	}
	t.HTTP = resp.StatusCode
	t.RequestID = cmp.Or(resp.Header.Get("X-Request-Id"), resp.Header.Get("Transaction-Id"), resp.Header.Get("X-Correlation-Id"))
	rest, err := ask.Body(resp, func(body []byte) ([]byte, error) { return t.read(resp, body) })
	t.Bucket.Learn(ibmfact.Meaning(codeOf(t.failed), t.HTTP) == snapshot.Throttled)
	if err != nil {
		t.failed, t.Resources = err, t.Resources[:0]
		return nil, err
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(rest)), int64(len(rest))
	return resp, nil
}

// notFound says that IBM Cloud answered so. A 404 of whatever stands in between
// says nothing of what was asked for.
func (t *tap) notFound() bool {
	var words *said
	return t.HTTP == http.StatusNotFound && errors.As(t.failed, &words)
}

func codeOf(err error) string {
	var words *said
	if errors.As(err, &words) {
		return words.code
	}
	return ""
}

// read returns what the SDK is to see of a reply.
func (t *tap) read(resp *http.Response, body []byte) ([]byte, error) {
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return t.refusal(resp, body)
	}
	return t.documents(resp, body)
}

// refusal notes IBM Cloud's own error, and leaves it to the SDK; anything else
// that is no success did not come from IBM Cloud.
func (t *tap) refusal(resp *http.Response, body []byte) ([]byte, error) {
	if words, ok := wordsOf(body, resp.StatusCode); ok && ask.IsJSON(resp) {
		t.failed = words
		return bytes.Clone(body), nil
	}
	return nil, ask.Foreign(resp, body, "IBM Cloud")
}

// documents makes the resources of a page.
func (t *tap) documents(resp *http.Response, body []byte) ([]byte, error) {
	if err := ask.InForm(resp, body, ask.IsJSON, "JSON"); err != nil {
		return nil, err
	}
	rest, err := t.Documents(body)
	if err != nil {
		return nil, err
	}
	if t.next, err = nextIn(rest, t.Shape); err != nil {
		return nil, ask.Unreadable("the reply cannot be read: %w", err)
	}
	switch {
	case t.Whole:
		return bytes.Clone(body), nil
	case t.Shape.Split.Whole:
		return []byte("{}"), nil // all of it is the document
	}
	return rest, nil
}
