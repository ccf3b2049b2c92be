package awssim

import (
	"encoding/json"
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

// speaks picks what a form of service says: EC2, the other query services, and
// those that speak JSON.
func (c *caller) speaks(ec2, query, json *refusal) *refusal {
	switch c.of.form {
	case ec2Query:
		return ec2
	case restJSON:
		if json.status == http.StatusBadRequest { // awsJSON answers 400 to all of these
			json.status = http.StatusForbidden
		}
		return json
	case awsJSON:
		return json
	default:
		return query
	}
}

// stranger is the answer to credentials that are not known.
func (c *caller) stranger() *refusal {
	const invalid = "The security token included in the request is invalid."
	return c.speaks(
		&refusal{http.StatusUnauthorized, "AuthFailure", "AWS was not able to validate the provided access credentials"},
		&refusal{http.StatusForbidden, "InvalidClientTokenId", invalid},
		badRequest("UnrecognizedClientException", invalid))
}

// misscoped is the answer to a signature for another service or region.
func (c *caller) misscoped(why string) *refusal {
	no := &refusal{http.StatusForbidden, "SignatureDoesNotMatch", why}
	return c.speaks(no, no, badRequest("InvalidSignatureException", why))
}

// forged is the answer to a wrong signature.
func (c *caller) forged() *refusal {
	const why = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
	return c.speaks(c.stranger(), &refusal{http.StatusForbidden, "SignatureDoesNotMatch", why}, badRequest("InvalidSignatureException", why))
}

func (c *caller) expired() *refusal {
	const why = "The security token included in the request is expired"
	return c.speaks(badRequest("RequestExpired", "Request has expired."), &refusal{http.StatusForbidden, "ExpiredToken", why}, badRequest("ExpiredTokenException", why))
}

// forbidden is the answer to a call that no policy allows.
func (c *caller) forbidden(action string) *refusal {
	why := "User: " + c.arn + " is not authorized to perform: " + action + " because no identity-based policy allows the " + action + " action"
	return c.speaks(
		&refusal{http.StatusForbidden, "UnauthorizedOperation", "You are not authorized to perform this operation. " + why},
		&refusal{http.StatusForbidden, "AccessDenied", why},
		badRequest("AccessDeniedException", why))
}

// throttled is the answer to a call too many.
func (c *caller) throttled() *refusal {
	no := c.speaks(
		&refusal{http.StatusServiceUnavailable, "RequestLimitExceeded", "Request limit exceeded."},
		badRequest("Throttling", "Rate exceeded"),
		badRequest("ThrottlingException", "Rate exceeded"))
	switch {
	case c.of.name == "organizations":
		no.code = "TooManyRequestsException"
	case c.of.form == restJSON:
		no.status = http.StatusTooManyRequests
	}
	return no
}

// internal is the answer of a service that is at fault itself.
func (c *caller) internal() *refusal {
	const why = "An internal error has occurred"
	return c.speaks(
		&refusal{http.StatusInternalServerError, "InternalError", why},
		&refusal{http.StatusInternalServerError, "InternalFailure", why},
		&refusal{http.StatusInternalServerError, "InternalServerException", why})
}

// unknownAction is the answer to a call that the simulated AWS does not know.
func (c *caller) unknownAction() *refusal {
	no := badRequest("InvalidAction", "The action "+c.action+" is not valid for this web service.")
	return c.speaks(no, no, &refusal{http.StatusNotFound, "UnknownOperationException", "There is no operation " + c.action})
}

// badToken is the answer to a paging token that was not given out for the call.
func (c *caller) badToken() *refusal {
	no := c.speaks(
		badRequest("InvalidParameterValue", "Unable to parse pagination token."),
		badRequest("ValidationError", "Invalid Marker."),
		badRequest("InvalidNextTokenException", "The next token is not valid."))
	no.status = http.StatusBadRequest
	return no
}

// page writes a refusal as the caller's service does.
func (r *refusal) page(c *caller) []byte {
	switch c.of.form {
	case query:
		return r.resultPage(c)
	case awsJSON, restJSON:
		return jsonPage(map[string]string{"__type": r.code, "message": r.message}).b
	default:
		b := []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<Response><Errors><Error><Code>")
		b = append(escape(b, r.code), "</Code><Message>"...)
		b = append(escape(b, r.message), "</Message></Error></Errors><RequestID>"...)
		return append(append(b, c.id...), "</RequestID></Response>"...)
	}
}

func (r *refusal) resultPage(c *caller) []byte {
	who := "Sender"
	if r.status >= 500 {
		who = "Receiver"
	}
	p := &page{b: []byte(`<ErrorResponse xmlns="` + c.of.space + `">`), depth: 1, root: "ErrorResponse"}
	p.open("Error")
	p.text("Type", who)
	p.text("Code", r.code)
	p.text("Message", r.message)
	p.close("Error")
	p.text("RequestId", c.id)
	return p.finish().b
}

// errorHeaders are what JSON services say of an error beside its body.
// CloudWatch repeats the code it had as a query service.
func (c *caller) errorHeaders(h http.Header, no *refusal) {
	if no == nil || c.of.form != awsJSON && c.of.form != restJSON {
		return
	}
	h.Set("X-Amzn-Errortype", no.code)
	if c.of.name == "cloudwatch" {
		code := map[string]string{"AccessDeniedException": "AccessDenied", "ThrottlingException": "Throttling"}[no.code]
		if code == "" {
			code = no.code
		}
		h.Set("X-Amzn-Query-Error", code+";Sender")
	}
}

// jsonPage writes an answer in JSON.
func jsonPage(v any) *page {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // answers are made of maps, slices, numbers and strings
	}
	return &page{b: b}
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
