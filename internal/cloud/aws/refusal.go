package aws

import (
	"errors"
	"net/url"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
)

// Our own codes, for what ends a question without a word from AWS.
const (
	codeUnreadable  = awsfact.CodeUnreadable  // a reply, but not AWS's
	codeCutOff      = awsfact.CodeCutOff      // a reply that ended early
	codeUnreachable = awsfact.CodeUnreachable // no reply
	codeInterrupted = awsfact.CodeInterrupted // the scan was stopped
	codeTokenLoop   = "plumbline:token_loop"  // a page names, as the next, one that came before
	codeNoRegions   = "plumbline:no_regions"  // an empty list of regions
	codeLogin       = "plumbline:bad_login"   // the credentials could not be renewed
	codeNotSent     = "plumbline:not_sent"    // the request could not be made
)

// ownCauses are those that the fact package does not know.
var ownCauses = map[string]snapshot.Cause{
	codeTokenLoop: snapshot.Unreadable,
	codeNoRegions: snapshot.Unreadable,
	codeLogin:     snapshot.BadLogin,
	codeNotSent:   snapshot.OtherRefusal,
}

// A refusal is why a question was not answered.
type refusal struct {
	code, message string
	cause         snapshot.Cause
}

// refused reads the SDK's error. attempts is how many requests were sent, and
// http the status of the last reply, 0 if none came.
func refused(err error, attempts, http int) refusal {
	code, message := codeOf(err, attempts, http)
	cause, own := ownCauses[code]
	if !own {
		cause = awsfact.Meaning(code, http)
	}
	return refusal{code: code, message: cloud.Words(message), cause: cause}
}

func codeOf(err error, attempts, http int) (code, message string) {
	var bad *badReply
	var api smithy.APIError
	switch {
	case errors.As(err, &bad):
		return bad.code, bad.Error()
	case inner(err) != nil:
		return codeLogin, lastWords(inner(err))
	case errors.As(err, &api) && api.ErrorCode() != "" && api.ErrorCode() != "UnknownError":
		return api.ErrorCode(), api.ErrorMessage()
	case http != 0:
		return codeUnreadable, lastWords(err)
	case attempts == 0:
		return codeNotSent, lastWords(err)
	}
	return codeUnreachable, lastWords(err)
}

// inner finds the call that was made to get credentials for the call that
// failed; nil if there was none. Its refusal must not be taken for a refusal
// of the outer call.
func inner(err error) error {
	var outer, within *smithy.OperationError
	if errors.As(err, &outer) && errors.As(outer.Unwrap(), &within) {
		return within
	}
	return nil
}

// lastWords is the end of a chain of errors: what the network or the SDK said
// at last, without the SDK's account of its layers.
func lastWords(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	var send *smithyhttp.RequestSendError
	if errors.As(err, &send) {
		return send.Err.Error()
	}
	var op *smithy.OperationError
	for errors.As(err, &op) {
		err = op.Unwrap()
	}
	return err.Error()
}
