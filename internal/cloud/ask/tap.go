package ask

import (
	"errors"
	"net/http"
	"sync"

	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A Tap stands next to the wire, below the retries of an SDK, and makes
// documents of each reply before the SDK decodes it. An SDK alone takes an
// empty 200, or one that is not the cloud's, for a success with nothing in it,
// and gives up on a body that ends early; here both are failed attempts, and
// are retried.
//
// What becomes of the documents is not its business: a fault of whoever takes
// them would look like one of the network, and the request would be repeated.
type Tap struct {
	Shape  *wire.Shape
	Redact *wire.Redactor
	Bucket *Bucket
	About  []Label // what the request is about, where the reply does not say it
	Whole  bool    // leave the body whole for the SDK; else the records are cut out
	// Make makes a resource of a document whose bytes are lent. One without a
	// kind is of no use to anybody, and is left out.
	Make func(wire.Doc, *wire.Reader) (snapshot.Resource, error)

	Resources []snapshot.Resource // of the last attempt, if it succeeded
	Attempts  int                 // since Begin
	HTTP      int                 // status of the last attempt, 0 if no reply came
	RequestID string              // of the last attempt
	Reader    wire.Reader         // for whoever reads the resources

	page wire.Page
}

// A Label is one thing that a request names: what it is, and its value.
type Label [2]string

// Begin forgets the request before.
func (t *Tap) Begin() {
	t.Attempts = 0
	t.Forget()
}

// Forget forgets the attempt before.
func (t *Tap) Forget() { t.HTTP, t.RequestID, t.Resources = 0, "", t.Resources[:0] }

// release forgets what was lent, before another question has the tap.
func (t *Tap) release() {
	t.Make, t.Redact, t.Bucket = nil, nil, nil
	clear(t.Resources)
}

// Documents makes the resources of a page, and returns the rest of its body
// without them. The rest is valid until the next page. An error is a *BadReply.
func (t *Tap) Documents(body []byte) (rest []byte, err error) {
	for _, l := range t.About {
		t.page.About(l[0], l[1])
	}
	rest, err = t.page.Parse(body, t.Shape, t.Redact, t.add)
	switch {
	case errors.Is(err, wire.ErrCut):
		return nil, cutOff(err)
	case err != nil:
		return nil, Unreadable("the reply cannot be read: %w", err)
	}
	return rest, nil
}

func (t *Tap) add(d wire.Doc) error {
	r, err := t.Make(d, &t.Reader)
	if err == nil && r.Kind != "" {
		t.Resources = append(t.Resources, r)
	}
	return err
}

// bodies are used again: a page of instances of AWS has 10 MB.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// Body takes a reply off the wire, to its end, and returns what use makes of
// it. The body is lent to use.
func Body(resp *http.Response, use func(body []byte) (rest []byte, err error)) (rest []byte, err error) {
	kept := bodies.Get().(*[]byte)
	defer bodies.Put(kept)
	body, err := ReadAll((*kept)[:0], resp, maxBody)
	*kept = body
	if e := resp.Body.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, cutOff(err)
	}
	return use(body)
}
