package aws

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"plumbline/internal/cloud/ask"
)

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
	r, err := inMemory(r)
	if err != nil {
		return nil, err
	}
	return ask.Watched(r, p.silence, p.next.Do)
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
