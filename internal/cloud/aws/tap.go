package aws

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

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A tap stands next to the wire, below the SDK's retries. It makes documents
// of each reply before the SDK decodes it. The SDK alone takes an empty 200,
// or one that is not AWS's, for a success with nothing in it, and gives up on
// a body that ends early; here both are failed attempts, and are retried.
type tap struct {
	operation string // whose replies these are, "DescribeVpcs"
	shape     *wire.Shape
	redact    *wire.Redactor
	bucket    *ask.Bucket
	about     []label // what the request is about, where the reply does not say it
	whole     bool    // leave the body whole for the SDK; else the list is cut out
	make      func(wire.Doc, *wire.Reader) (snapshot.Resource, error)

	resources []snapshot.Resource // of the last attempt, if it succeeded
	attempts  int                 // since begin
	http      int                 // status of the last attempt, 0 if no reply came
	requestID string              // of the last attempt

	page   wire.Page
	reader wire.Reader
}

// tapKey finds the tap of a call in its context.
type tapKey struct{}

// withTap makes the replies of one call go through its tap.
func withTap(ctx context.Context, t *tap) context.Context { return context.WithValue(ctx, tapKey{}, t) }

// installTaps puts the place of the taps into the middleware of a client.
func installTaps(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("WireDocument", throughTap), middleware.After)
}

// throughTap passes a request on through the tap that was meant for it. What
// is sent on the way, to renew the credentials, has another operation.
func throughTap(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	t, _ := ctx.Value(tapKey{}).(*tap)
	if t == nil || t.operation != awsmiddleware.GetOperationName(ctx) {
		return next.HandleDeserialize(ctx, in)
	}
	return t.handle(ctx, in, next)
}

// A label is one thing that a request names.
type label struct{ name, value string }

// begin forgets the request before.
func (t *tap) begin() {
	t.attempts, t.http, t.requestID, t.resources = 0, 0, "", t.resources[:0]
}

// handle is one attempt.
func (t *tap) handle(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	if err := t.bucket.Wait(ctx); err != nil {
		return middleware.DeserializeOutput{}, middleware.Metadata{}, err
	}
	t.attempts++
	t.resources, t.http, t.requestID = t.resources[:0], 0, ""
	out, meta, err := next.HandleDeserialize(ctx, in)
	resp, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok {
		return out, meta, err
	}
	t.http, t.requestID = resp.StatusCode, cmp.Or(resp.Header.Get("X-Amzn-Requestid"), resp.Header.Get("X-Amz-Request-Id"))
	rest, err := t.read(resp.Response)
	t.bucket.Learn(resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusBadRequest && isThrottle(rest))
	if err != nil {
		rest, t.resources = nil, t.resources[:0]
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(rest)), int64(len(rest))
	return out, meta, err
}

// bodies are used again: a page of instances has 10 MB.
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
	if err != nil {
		return nil, &badReply{code: codeCutOff, again: true, err: fmt.Errorf("the reply ended early: %w", err)}
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		rest, err = t.refusal(resp, body)
	} else {
		rest, err = t.documents(resp, body)
	}
	if t.requestID == "" {
		t.requestID = requestIDIn(rest)
	}
	return rest, err
}

// refusal leaves AWS's own error to the SDK; anything else that is no success
// did not come from AWS.
func (t *tap) refusal(resp *http.Response, body []byte) ([]byte, error) {
	if isXML(resp) && bytes.Contains(body, []byte("<Code>")) || t.shape.JSON && isJSON(resp) && len(body) > 0 && body[0] == '{' {
		return bytes.Clone(body), nil
	}
	again := resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests
	return nil, &badReply{code: codeUnreadable, again: again, err: fmt.Errorf("status %s with a body that is not from AWS: %s", resp.Status, sample(body))}
}

// documents makes the resources of a page.
func (t *tap) documents(resp *http.Response, body []byte) ([]byte, error) {
	if len(body) == 0 {
		return nil, &badReply{code: codeUnreadable, again: true, err: errors.New("the reply was empty")}
	}
	is, form := isXML, "XML"
	if t.shape.JSON {
		is, form = isJSON, "JSON"
	}
	if !is(resp) {
		return nil, &badReply{code: codeUnreadable, again: true, err: fmt.Errorf("the reply is not %s but %.80q: %s", form, resp.Header.Get("Content-Type"), sample(body))}
	}
	if err := t.signed(body); err != nil {
		return nil, &badReply{code: codeUnreadable, again: true, err: fmt.Errorf("%w: %s", err, sample(body))}
	}
	for _, l := range t.about {
		t.page.About(l.name, l.value)
	}
	rest, err := t.page.Parse(body, t.shape, t.redact, t.add)
	switch {
	case errors.Is(err, wire.ErrCut):
		return nil, &badReply{code: codeCutOff, again: true, err: fmt.Errorf("the reply ended early: %w", err)}
	case err != nil:
		return nil, &badReply{code: codeUnreadable, again: true, err: fmt.Errorf("the reply cannot be read: %w", err)}
	case t.whole:
		return bytes.Clone(body), nil
	}
	return rest, nil
}

var errUnsigned = errors.New("the reply does not bear the marks of AWS's")

// signed looks for what only a reply of AWS has, where the reply itself may be
// as little as "{}" and means that there is nothing: the id of the request and,
// in XML, the name of the operation. Whatever else stands on the way says
// "nothing" too easily.
func (t *tap) signed(body []byte) error {
	switch {
	case t.shape.JSON && t.requestID == "":
		return errUnsigned
	case t.shape.JSON || !t.shape.Split.Optional:
		return nil // a list that has to be there is mark enough
	case t.requestID == "" && requestIDIn(body) == "", !bytes.Contains(body[:min(len(body), 1<<10)], []byte("<"+t.operation+"Response")):
		return errUnsigned
	}
	return nil
}

func (t *tap) add(d wire.Doc) error {
	r, err := t.make(d, &t.reader)
	if err != nil {
		return err
	}
	if r.Kind == "" {
		return nil // of no use to anybody
	}
	t.resources = append(t.resources, r)
	return nil
}

// isXML believes the content type where there is one.
func isXML(resp *http.Response) bool {
	kind := resp.Header.Get("Content-Type")
	return kind == "" || strings.Contains(kind, "xml") && !strings.Contains(kind, "xhtml")
}

// isJSON believes the content type where there is one.
func isJSON(resp *http.Response) bool {
	kind := resp.Header.Get("Content-Type")
	return kind == "" || strings.Contains(kind, "json")
}

// isThrottle finds in a refusal that it is one for asking too often.
func isThrottle(body []byte) bool {
	for _, word := range [][]byte{[]byte("Throttl"), []byte("RequestLimitExceeded"), []byte("TooManyRequests"), []byte("Rate exceeded"), []byte("SlowDown")} {
		if bytes.Contains(body, word) {
			return true
		}
	}
	return false
}

// sample is the beginning of a body that nobody expected.
func sample(body []byte) string { return fmt.Sprintf("%.120q", body) }

// requestIDIn finds the id in a body whose headers did not tell it. STS, EC2
// and EC2's errors spell it differently.
func requestIDIn(body []byte) string {
	for _, name := range []string{"requestId", "RequestId", "RequestID"} {
		_, after, ok := bytes.Cut(body, []byte("<"+name+">"))
		if id, _, closed := bytes.Cut(after, []byte("</"+name+">")); ok && closed && len(id) <= 100 {
			return string(id)
		}
	}
	return ""
}

// badReply is an attempt that brought a reply which is not a whole reply of
// AWS.
type badReply struct {
	code  string
	again bool
	err   error
}

// Error tells what came.
func (b *badReply) Error() string { return b.err.Error() }

// Unwrap gives the cause.
func (b *badReply) Unwrap() error { return b.err }

// RetryableError tells the SDK whether to ask again.
func (b *badReply) RetryableError() bool { return b.again }
