package ibm

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// claims of an access token that tell whom it speaks for. The token is our own,
// fresh from the service that made it: nothing is decided by it that IBM Cloud
// does not decide anew with each request, so that its signature is not checked.
type claims struct {
	IAMID   string `json:"iam_id"`
	Sub     string `json:"sub"`
	SubType string `json:"sub_type"`
	Account struct {
		ID string `json:"bss"`
	} `json:"account"`
}

var accountID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// claimsOf reads the header of a request; ok is false if no token stands there.
func claimsOf(header string) (c claims, ok bool) {
	token, isBearer := strings.CutPrefix(header, "Bearer ")
	part := strings.Split(token, ".")
	if !isBearer || len(part) != 3 {
		return c, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part[1], "="))
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return c, false
	}
	return c, c.IAMID != ""
}

// identify gets the first token and reads whose account it is for. The token
// itself is kept by the SDK alone, and in memory.
func (c *Collector) identify(ctx context.Context) error {
	a := snapshot.Answer{Key: snapshot.Key{Call: ibmfact.CallToken, Scope: c.in(snapshot.Global)}, Lists: ibmfact.KindToken, AskedAt: c.options.Now()}
	header, err := c.login.token(ctx)
	if err != nil {
		return c.notAccepted(ctx, err)
	}
	said, ok := claimsOf(header)
	variable, given := strings.CutPrefix(c.login.how, tokenOf)
	switch {
	case !ok && given:
		return ask.Say(nil, "What stands in %s is no access token of IBM Cloud. Use the word after Bearer in what ibmcloud iam oauth-tokens prints, or another way to log in.", variable)
	case !ok:
		return ask.Say(nil, "%s gave something that is not an access token of IBM Cloud. Check the address.", ask.Capital(c.where()))
	}
	if !accountID.MatchString(said.Account.ID) {
		return ask.Say(nil, "The login works, but its token names no account. Use an API key or a trusted profile that belongs to the account to be asked.")
	}
	c.account, c.principal = said.Account.ID, said.IAMID
	r, err := c.token(said)
	if err != nil {
		return ask.Say(err, "%s did not say whose account this is: %s. Check the endpoint.", ask.Capital(c.where()), err)
	}
	k := c.login.asked
	k.mu.Lock()
	a.Attempts, a.HTTP, a.RequestID = max(k.attempts, 1), cmp.Or(k.http, http.StatusOK), k.requestID
	k.mu.Unlock()
	a.Account, a.Status, a.Pages, a.Items, a.EndedAt = c.account, snapshot.Complete, 1, 1, c.options.Now()
	c.identity = ask.Reply{Answer: a, Resources: []snapshot.Resource{r}}
	return nil
}

// token makes the document that tells who asks.
func (c *Collector) token(said claims) (r snapshot.Resource, err error) {
	body, err := json.Marshal(struct {
		Account string `json:"account"`
		IAMID   string `json:"iam_id"`
		Sub     string `json:"sub,omitempty"`
		SubType string `json:"sub_type,omitempty"`
	}{said.Account.ID, said.IAMID, said.Sub, said.SubType})
	if err != nil {
		return r, err
	}
	var p wire.Page
	_, err = p.Parse(body, ibmfact.ShapeOf(ibmfact.CallToken), c.options.Redactor, func(d wire.Doc) error {
		d.JSON, d.Redacted = bytes.Clone(d.JSON), slices.Clone(d.Redacted)
		r, err = c.resource(ibmfact.CallToken, snapshot.Global, ibmfact.KindToken, d, new(wire.Reader))
		return err
	})
	return r, err
}
