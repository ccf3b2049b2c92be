package ibm

import (
	"encoding/json"
	"errors"
	"net/url"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A nextPage is what a reply says of the page after it, as the services of IBM
// Cloud spell it: {"next":{"href":…}} of VPC, with a "start" of IAM's policies,
// {"next":"https:…"} of IAM identity, {"next_url":…} of enterprises. The zero
// value is none.
type nextPage struct {
	there bool
	href  string
	start string
}

// nextIn reads the rest of a reply, whose records were taken out. The SDK would
// take a page whose successor it cannot read for the last.
func nextIn(rest []byte, shape *wire.Shape) (n nextPage, err error) {
	if shape.Split.Whole {
		return n, nil
	}
	var said struct {
		Next json.RawMessage `json:"next"`
		URL  *string         `json:"next_url"`
	}
	if err := json.Unmarshal(rest, &said); err != nil {
		return n, err
	}
	if said.URL != nil {
		return nextPage{there: *said.URL != "", href: *said.URL}, nil
	}
	if len(said.Next) == 0 || string(said.Next) == "null" {
		return n, nil
	}
	if json.Unmarshal(said.Next, &n.href) == nil {
		n.there = n.href != ""
		return n, nil
	}
	var link struct {
		Href  string `json:"href"`
		Start string `json:"start"`
	}
	if err := json.Unmarshal(said.Next, &link); err != nil {
		return n, err
	}
	return nextPage{true, link.Href, link.Start}, nil
}

var errWhichPage = errors.New("it names a next page without saying which")

// token is what names the page in its address, or what stands beside it; nil
// where there is none. The address itself is not followed: our token goes only
// where we send it.
func (n nextPage) token(param string) (*string, error) {
	if !n.there {
		return nil, nil
	}
	token := n.start
	if u, err := url.Parse(n.href); err == nil && token == "" {
		token = u.Query().Get(param)
	}
	if token == "" {
		return nil, &ask.BadReply{Code: snapshot.CodeUnreadable, Err: errWhichPage}
	}
	return &token, nil
}
