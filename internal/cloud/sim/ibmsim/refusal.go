package ibmsim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// A form is how a service writes its errors.
type form int

const (
	vpcForm      form = iota // VPC and Activity Tracker
	identityForm             // IAM identity, policies and access groups
	plainForm                // resource groups and enterprises
	tokenForm                // the token endpoint
)

func formOf(path string) form {
	if isVPC(path) {
		return vpcForm
	}
	return identityForm
}

// A refusal is an error that the service answers.
type refusal struct {
	status  int
	code    string
	message string
	retry   int // seconds, of Retry-After; 0 is none
}

// An object is a JSON object in the making.
type object = map[string]any

// marshal writes an answer as IBM does: signs of HTML are left as they are.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // answers are made of maps, slices, numbers and strings
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func (r *refusal) headers(h http.Header) {
	if r.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(r.retry))
	}
}

// body writes a refusal as the caller's service does.
func (r *refusal) body(c *caller) []byte {
	one := object{"code": r.code, "message": r.message}
	switch c.route.form {
	case vpcForm:
		one["more_info"] = "https://cloud.ibm.com/docs/vpc?topic=vpc-rest-api-error-messages"
		return marshal(object{"errors": []any{one}, "trace": c.id})
	case tokenForm:
		return marshal(object{"context": c.context(), "errorCode": r.code, "errorMessage": r.message, "errorDetails": r.message})
	case plainForm:
		return marshal(object{"errors": []any{one}, "status_code": r.status, "trace": c.id})
	default:
		one["message_code"] = r.code
		return marshal(object{"context": c.context(), "errors": []any{one}, "status_code": strconv.Itoa(r.status), "trace": c.id})
	}
}

func (c *caller) context() object {
	return object{"transaction_id": c.id, "operation": c.Method + " " + c.URL.Path, "url": "https://iam.cloud.ibm.com", "instance_id": "iamid-8.1-2", "host": "iam-1"}
}

func forbidden(c *caller) *refusal {
	switch c.route.form {
	case vpcForm:
		return &refusal{status: http.StatusForbidden, code: "not_authorized", message: "The request is not authorized."}
	case identityForm:
		return &refusal{status: http.StatusForbidden, code: "BXNIM0513E", message: "You are not authorized to use this API"}
	default:
		return &refusal{status: http.StatusForbidden, code: "forbidden", message: "You do not have permission to perform this action."}
	}
}

func stranger(c *caller) *refusal {
	if c.route.form == identityForm {
		return &refusal{status: http.StatusUnauthorized, code: "BXNIM0308E", message: "No authorization header found"}
	}
	return &refusal{status: http.StatusUnauthorized, code: "not_authenticated", message: "The token provided is not valid, or has expired."}
}

func throttled() *refusal {
	return &refusal{status: http.StatusTooManyRequests, code: "too_many_requests", message: "The rate limit is exceeded. Wait, then try again.", retry: 1}
}

func internal() *refusal {
	return &refusal{status: http.StatusInternalServerError, code: "internal_error", message: "An internal error occurred."}
}

func notFound(what string) *refusal {
	return &refusal{status: http.StatusNotFound, code: "not_found", message: "Resource not found: " + what}
}

func badField(why string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "bad_field", message: why}
}

func noSuchPath(_ *Server, c *caller) (any, *refusal) {
	return nil, notFound(c.Method + " " + c.URL.Path)
}

// into reads the body of a request. Members that the simulated call does not
// know are refused, so that none is silently ignored.
func (c *caller) into(v any) *refusal {
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badField("The request is not what the simulated IBM Cloud knows: " + err.Error())
	}
	return nil
}
