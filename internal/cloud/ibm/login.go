package ibm

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/IBM/go-sdk-core/v5/core"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

// login gives each request its token. The SDK's authenticator gets the token
// and gets another before it expires; this one tells why it could not, and
// does not wait longer than the request.
type login struct {
	core.Authenticator
	how     string // "an API key", for a person
	profile string // the trusted profile to become, by its id, CRN or name; "" where none is named
	asked   *tokens
}

// noToken says why there is no token.
type noToken struct{ ask.Refusal }

// Error tells what the token service said.
func (n *noToken) Error() string { return n.Code + ": " + n.Message }

// Authenticate puts a token into a request.
func (l *login) Authenticate(r *http.Request) error {
	token, err := l.token(r.Context())
	if err != nil {
		if t := tapOf(r.Context()); t != nil {
			t.failed = err // the SDK keeps no chain of errors here
		}
		return err
	}
	r.Header.Set("Authorization", token)
	return nil
}

// token is what stands in the header Authorization. The SDK does not look at
// the context of whoever waits for it.
func (l *login) token(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", context.Cause(ctx)
	}
	type outcome struct {
		token string
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		blank, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, "https://cloud.ibm.com", nil)
		if err == nil {
			err = l.Authenticator.Authenticate(blank)
		}
		if err != nil {
			done <- outcome{err: err}
			return
		}
		done <- outcome{token: blank.Header.Get("Authorization")}
	}()
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case o := <-done:
		if o.err != nil {
			return "", &noToken{l.asked.why(o.err)}
		}
		return o.token, nil
	}
}

// tokens is how requests for tokens ended.
type tokens struct {
	mu        sync.Mutex
	attempts  int
	given     int // replies with a token
	http      int
	requestID string
	failed    error
}

// attempt sends a request for a token once. The SDK takes any reply with status
// 200 for a token, and one without is its end: it is looked at here first.
func (k *tokens) attempt(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	resp, err := send(r)
	var body []byte
	status, id := 0, ""
	if err == nil {
		status, id = resp.StatusCode, cmp.Or(resp.Header.Get("X-Request-Id"), resp.Header.Get("Transaction-Id"))
		body, err = wholeToken(resp)
	}
	failed := err
	if err == nil && (status < 200 || status > 299) {
		words, ok := wordsOf(body, status)
		if !ok {
			words = &said{code: snapshot.CodeUnreadable, message: "status " + resp.Status, http: status}
		}
		failed = words
	}
	k.mu.Lock()
	if k.attempts++; failed == nil {
		k.given++
	}
	k.http, k.requestID, k.failed = status, id, failed
	k.mu.Unlock()
	if err != nil {
		return nil, err
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

// longestToken is far above any reply with one.
const longestToken = 1 << 20

// wholeToken reads a reply; where it is a success, it must hold a token and say
// until when.
func wholeToken(resp *http.Response) ([]byte, error) {
	body, err := ask.ReadAll(nil, resp, longestToken)
	if e := resp.Body.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, &ask.BadReply{Code: snapshot.CodeCutOff, Again: true, Err: fmt.Errorf("the reply with the token ended early: %w", err)}
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return body, nil
	}
	var t struct {
		Token      string     `json:"access_token"`
		ExpiresIn  *int64     `json:"expires_in"`
		Expiration *int64     `json:"expiration"` // IAM
		ExpiresAt  *time.Time `json:"expires_at"` // the metadata service
	}
	if err := json.Unmarshal(body, &t); err != nil || t.Token == "" || t.ExpiresIn == nil || t.Expiration == nil && t.ExpiresAt == nil {
		return nil, ask.Unreadable("the reply holds no token")
	}
	return body, nil
}

// accepted says that a token was given, and another refused afterwards: whoever
// becomes a trusted profile asks twice.
func (k *tokens) accepted() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.given > 0
}

// why the last request for a token failed. Whatever is not an accepted login
// and yet an answer is told as one that is not accepted: the service answers a
// wrong key with 400.
func (k *tokens) why(err error) ask.Refusal {
	k.mu.Lock()
	defer k.mu.Unlock()
	var bad *ask.BadReply
	var words *said
	switch {
	case errors.As(k.failed, &words):
		cause := ibmfact.Meaning(words.code, words.http)
		if words.http >= 400 && words.http < 500 && cause != snapshot.Throttled && words.code != snapshot.CodeUnreadable {
			cause = snapshot.BadLogin
		}
		return ask.Refusal{Code: cmp.Or(words.code, snapshot.CodeLogin), Message: cloud.Words(words.message), Cause: cause}
	case errors.As(k.failed, &bad):
		return ask.Refusal{Code: bad.Code, Message: cloud.Words(bad.Error()), Cause: ibmfact.Meaning(bad.Code, k.http)}
	case k.failed != nil:
		return ask.Refusal{Code: snapshot.CodeUnreachable, Message: cloud.Words(lastWords(k.failed)), Cause: snapshot.Unreachable}
	}
	return ask.Refusal{Code: snapshot.CodeLogin, Message: cloud.Words(lastWords(err)), Cause: snapshot.BadLogin}
}
