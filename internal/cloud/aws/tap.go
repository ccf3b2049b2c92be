package aws

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"plumbline/internal/cloud/ask"
)

// A tap is that of the replies to one operation.
type tap struct {
	ask.Tap
	operation string // whose replies these are, "DescribeVpcs"
}

// A label is one thing that a request names.
type label = ask.Label

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

// handle is one attempt.
func (t *tap) handle(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	if err := t.Bucket.Wait(ctx); err != nil {
		return middleware.DeserializeOutput{}, middleware.Metadata{}, err
	}
	t.Attempts++
	t.Forget()
	out, meta, err := next.HandleDeserialize(ctx, in)
	resp, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok {
		return out, meta, err
	}
	t.HTTP, t.RequestID = resp.StatusCode, cmp.Or(resp.Header.Get("X-Amzn-Requestid"), resp.Header.Get("X-Amz-Request-Id"))
	rest, err := ask.Body(resp.Response, func(body []byte) ([]byte, error) { return t.read(resp.Response, body) })
	t.Bucket.Learn(resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusBadRequest && isThrottle(rest))
	if err != nil {
		rest, t.Resources = nil, t.Resources[:0]
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(rest)), int64(len(rest))
	return out, meta, err
}

// read returns what the SDK is to see of a reply.
func (t *tap) read(resp *http.Response, body []byte) (rest []byte, err error) {
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		rest, err = t.refusal(resp, body)
	} else {
		rest, err = t.documents(resp, body)
	}
	if t.RequestID == "" {
		t.RequestID = requestIDIn(rest)
	}
	return rest, err
}

// refusal leaves AWS's own error to the SDK; anything else that is no success
// did not come from AWS.
func (t *tap) refusal(resp *http.Response, body []byte) ([]byte, error) {
	if isXML(resp) && bytes.Contains(body, []byte("<Code>")) || t.Shape.JSON && ask.IsJSON(resp) && len(body) > 0 && body[0] == '{' {
		return bytes.Clone(body), nil
	}
	return nil, ask.Foreign(resp, body, "AWS")
}

// documents makes the resources of a page.
func (t *tap) documents(resp *http.Response, body []byte) ([]byte, error) {
	is, form := isXML, "XML"
	if t.Shape.JSON {
		is, form = ask.IsJSON, "JSON"
	}
	if err := ask.InForm(resp, body, is, form); err != nil {
		return nil, err
	}
	if err := t.signed(body); err != nil {
		return nil, ask.Unreadable("%w: %s", err, ask.Sample(body))
	}
	rest, err := t.Documents(body)
	if err == nil && t.Whole {
		return bytes.Clone(body), nil
	}
	return rest, err
}

var errUnsigned = errors.New("the reply does not bear the marks of AWS's")

// signed looks for what only a reply of AWS has, where the reply itself may be
// as little as "{}" and means that there is nothing: the id of the request and,
// in XML, the name of the operation. Whatever else stands on the way says
// "nothing" too easily.
func (t *tap) signed(body []byte) error {
	switch {
	case t.Shape.JSON && t.RequestID == "":
		return errUnsigned
	case t.Shape.JSON || !t.Shape.Split.Optional:
		return nil // a list that has to be there is mark enough
	case t.RequestID == "" && requestIDIn(body) == "", !bytes.Contains(body[:min(len(body), 1<<10)], []byte("<"+t.operation+"Response")):
		return errUnsigned
	}
	return nil
}

// isXML believes the content type where there is one.
func isXML(resp *http.Response) bool {
	kind := resp.Header.Get("Content-Type")
	return kind == "" || strings.Contains(kind, "xml") && !strings.Contains(kind, "xhtml")
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
