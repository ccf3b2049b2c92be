package awssim

import (
	"net/http"
	"net/url"
	"strings"
)

// A refusal is an error that AWS answers with.
type refusal struct {
	status        int
	code, message string
}

func badRequest(code, message string) *refusal {
	return &refusal{http.StatusBadRequest, code, message}
}

// stranger is the answer to credentials that are not known.
func (c *caller) stranger() *refusal {
	if c.service == "sts" {
		return &refusal{http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid."}
	}
	return &refusal{http.StatusUnauthorized, "AuthFailure", "AWS was not able to validate the provided access credentials"}
}

// forged is the answer to a wrong signature.
func (c *caller) forged() *refusal {
	if c.service == "sts" {
		return &refusal{http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
	}
	return c.stranger()
}

func (c *caller) expired() *refusal {
	if c.service == "sts" {
		return &refusal{http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired"}
	}
	return badRequest("RequestExpired", "Request has expired.")
}

// forbidden is the answer to a call that no policy allows.
func (c *caller) forbidden(action string) *refusal {
	why := "User: " + c.arn + " is not authorized to perform: " + action + " because no identity-based policy allows the " + action + " action"
	if c.service == "sts" {
		return &refusal{http.StatusForbidden, "AccessDenied", why}
	}
	return &refusal{http.StatusForbidden, "UnauthorizedOperation", "You are not authorized to perform this operation. " + why}
}

// page writes a refusal as the caller's service does.
func (r *refusal) page(c *caller) []byte {
	if c.service == "sts" {
		return r.stsPage(c)
	}
	b := []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<Response><Errors><Error><Code>")
	b = append(escape(b, r.code), "</Code><Message>"...)
	b = append(escape(b, r.message), "</Message></Error></Errors><RequestID>"...)
	return append(append(b, c.id...), "</RequestID></Response>"...)
}

func (r *refusal) stsPage(c *caller) []byte {
	who := "Sender"
	if r.status >= 500 {
		who = "Receiver"
	}
	p := &page{b: []byte(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">`), depth: 1, root: "ErrorResponse"}
	p.open("Error")
	p.text("Type", who)
	p.text("Code", r.code)
	p.text("Message", r.message)
	p.close("Error")
	p.text("RequestId", c.id)
	return p.finish().b
}

// only refuses parameters that the simulated call does not know, so that none
// is silently ignored. A name that ends in a dot stands for a list.
func only(q url.Values, names ...string) *refusal {
	for name := range q {
		if name != "Action" && name != "Version" && !knows(names, name) {
			return badRequest("UnknownParameter", "The parameter "+name+" is not recognized")
		}
	}
	return nil
}

func knows(names []string, name string) bool {
	for _, n := range names {
		if n == name || strings.HasSuffix(n, ".") && strings.HasPrefix(name, n) {
			return true
		}
	}
	return false
}

func hasPrefix(q url.Values, prefix string) bool {
	for name := range q {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
