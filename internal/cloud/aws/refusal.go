package aws

import (
	"errors"
	"net/url"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
)

// refused reads the SDK's error. attempts is how many requests were sent, and
// http the status of the last reply, 0 if none came.
func refused(err error, attempts, http int) ask.Refusal {
	code, message := codeOf(err, attempts, http)
	return ask.Refusal{Code: code, Message: cloud.Words(message), Cause: awsfact.Meaning(code, http)}
}

func codeOf(err error, attempts, http int) (code, message string) {
	var bad *ask.BadReply
	var api smithy.APIError
	switch {
	case errors.As(err, &bad):
		return bad.Code, bad.Error()
	case inner(err) != nil:
		return snapshot.CodeLogin, lastWords(inner(err))
	case errors.As(err, &api) && api.ErrorCode() != "" && api.ErrorCode() != "UnknownError":
		return api.ErrorCode(), api.ErrorMessage()
	case http != 0:
		return snapshot.CodeUnreadable, lastWords(err)
	case attempts == 0:
		return snapshot.CodeNotSent, lastWords(err)
	}
	return snapshot.CodeUnreachable, lastWords(err)
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
