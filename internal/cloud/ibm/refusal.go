package ibm

import (
	"encoding/json"
	"errors"
	"net/url"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

// said is what a service of IBM Cloud wrote into a reply that is an error.
type said struct {
	code, message string
	http          int
}

// Error is the code and the message.
func (s *said) Error() string { return s.code + ": " + s.message }

// refused says why the request failed that went through a tap. What the tap saw
// is believed before what the SDK made of it: the SDK tells messages without
// codes.
func refused(err error, t *tap) ask.Refusal {
	var bad *ask.BadReply
	var words *said
	var locked *noToken
	var code, message string
	http := t.HTTP
	switch {
	case errors.As(err, &bad) || errors.As(t.failed, &bad):
		code, message = bad.Code, bad.Error()
	case errors.As(t.failed, &locked):
		return locked.Refusal
	case errors.As(t.failed, &words):
		code, message, http = words.code, words.message, words.http
	case t.Attempts == 0:
		code, message = snapshot.CodeNotSent, lastWords(err)
	case t.HTTP == 0 && t.failed != nil:
		code, message = snapshot.CodeUnreachable, lastWords(t.failed)
	default:
		code, message = snapshot.CodeUnreadable, lastWords(err)
	}
	return ask.Refusal{Code: code, Message: cloud.Words(message), Cause: ibmfact.Meaning(code, http)}
}

// lastWords is what the network said at last.
func lastWords(err error) string {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// A spoken word of an error body: services that are older write strings, the
// younger ones lists.
type errorBody struct {
	Errors []struct {
		Code        string `json:"code"`
		Message     string `json:"message"`
		MessageCode string `json:"message_code"` // IAM identity
	} `json:"errors"`
	Code         string `json:"code"`
	Message      string `json:"message"`
	ErrorCode    string `json:"errorCode"` // the token service
	ErrorMessage string `json:"errorMessage"`
	ErrorUnder   string `json:"error_code"` // resource controller
}

// wordsOf reads the body of an error; ok is false if it is none of IBM Cloud's.
func wordsOf(body []byte, http int) (s *said, ok bool) {
	var e errorBody
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, false
	}
	s = &said{http: http}
	switch {
	case len(e.Errors) > 0:
		s.code, s.message = e.Errors[0].Code, e.Errors[0].Message
		if s.code == "" {
			s.code = e.Errors[0].MessageCode
		}
	case e.ErrorCode != "":
		s.code, s.message = e.ErrorCode, e.ErrorMessage
	case e.ErrorUnder != "":
		s.code, s.message = e.ErrorUnder, e.Message
	default:
		s.code, s.message = e.Code, e.Message
	}
	return s, s.code != "" || s.message != ""
}
