package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// An ibmOperation is a request of IBM Cloud's API that fixes have: the members of
// its body with their shapes, "?" for yes and no; match says that a version has
// to be named that it is made upon.
type ibmOperation struct {
	sends string // the type of its body
	match bool
	body  map[string]string
}

// ibmOperations are by host, method and path. They are written down from the
// requests that IBM's SDKs make: vpc-go-sdk v0.87.0, vpcv1 (UpdateInstance,
// UpdateBareMetalServer, UpdateInstanceGroup, CreateInstanceTemplate,
// DeleteInstanceTemplate), and platform-services-go-sdk v0.101.0, iamidentityv1
// (UpdateAPIKey, DisableAPIKey, EnableAPIKey, UpdateAccountSettings), and
// iampolicymanagementv1 (GetPolicy, UpdatePolicyState).
var ibmOperations = map[string]ibmOperation{
	"vpc PATCH /v1/instances/{}": {sends: mergePatch, body: map[string]string{
		"metadata_service.enabled": "?", "metadata_service.protocol": "http|https", "metadata_service.response_hop_limit": "#"}},
	"vpc PATCH /v1/bare_metal_servers/{}": {sends: mergePatch, body: map[string]string{"metadata_service.enabled": "?", "metadata_service.protocol": "http|https"}},
	"vpc PATCH /v1/instance_groups/{}":    {sends: mergePatch, body: map[string]string{"instance_template.id": "ID"}},
	"vpc POST /v1/instance/templates": {sends: "application/json", body: map[string]string{"source_template.id": "ID", "name": "NAME", "user_data": "TEXT",
		"metadata_service.enabled": "?", "metadata_service.protocol": "http|https", "metadata_service.response_hop_limit": "#"}},
	"vpc DELETE /v1/instance/templates/{}": {},
	"iam GET /v1/policies/{}":              {},
	"iam PATCH /v1/policies/{}":            {sends: "application/json", match: true, body: map[string]string{"state": "active|deleted"}},
	"iam POST /v1/apikeys/{}/disable":      {},
	"iam DELETE /v1/apikeys/{}/disable":    {},
	"iam PUT /v1/apikeys/{}":               {sends: "application/json", match: true, body: map[string]string{"name": "NAME", "description": "TEXT", "expires_at": "DAY"}},
	"iam PUT /v1/accounts/{}/settings/identity": {sends: "application/json", match: true, body: map[string]string{
		"restrict_create_service_id": "RESTRICTED|NOT_RESTRICTED|NOT_SET", "restrict_create_platform_apikey": "RESTRICTED|NOT_RESTRICTED|NOT_SET",
		"mfa":                           "NONE|NONE_NO_ROPC|TOTP|TOTP4ALL|LEVEL1|LEVEL2|LEVEL3",
		"session_expiration_in_seconds": "TEXT", "session_invalidation_in_seconds": "TEXT", "system_access_token_expiration_in_seconds": "TEXT"}},
}

const mergePatch = "application/merge-patch+json"

// A curlCall is a command line of curl, read.
type curlCall struct {
	method, address, body string
	headers               map[string]string
}

// checkCurl holds a request against IBM Cloud's operations.
func checkCurl(words []string) error {
	c, err := readCurl(words[1:])
	if err != nil {
		return err
	}
	name, err := c.operation()
	if err != nil {
		return err
	}
	ops := operationsAt(name)
	if len(ops) == 0 {
		return fmt.Errorf("IBM Cloud has no operation %q here", name)
	}
	for _, op := range ops { // several, where the page puts a part of the path in: then one of them has to take it
		if err = c.takenBy(op); err == nil {
			return nil
		}
	}
	return err
}

// operationsAt are those that a method and path may be.
func operationsAt(name string) (ops []ibmOperation) {
	for known, op := range ibmOperations {
		is, want := strings.Split(name, "/"), strings.Split(known, "/")
		if slices.EqualFunc(is, want, func(is, want string) bool { return is == want || want == "{}" && is != "" || is == anything }) {
			ops = append(ops, op)
		}
	}
	return ops
}

// unquoted is what the page puts into a body as a number.
var unquoted = regexp.MustCompile(`:` + anything + `([,}])`)

func (c *curlCall) takenBy(op ibmOperation) error {
	switch {
	case c.headers["Authorization"] == "":
		return errors.New("nobody signs the request: -H Authorization")
	case op.match != (c.headers["If-Match"] != ""):
		return errors.New("If-Match stands where a version has to be named, and nowhere else")
	case c.headers["Content-Type"] != op.sends:
		return fmt.Errorf("it sends %q, and %q is wanted", c.headers["Content-Type"], op.sends)
	case (c.body == "") != (op.body == nil):
		return errors.New("it has a body where none is wanted, or none where one is")
	case op.body == nil || strings.HasPrefix(c.body, "@"):
		return nil
	}
	var members map[string]any
	if err := json.Unmarshal([]byte(unquoted.ReplaceAllString(c.body, `:"`+anything+`"$1`)), &members); err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	return op.holds("", members)
}

func readCurl(words []string) (*curlCall, error) {
	c := &curlCall{method: "GET", headers: map[string]string{}}
	for len(words) > 0 {
		w := words[0]
		words = words[1:]
		if w == "-fsS" {
			continue
		}
		if !strings.HasPrefix(w, "-") {
			if c.address != "" {
				return nil, fmt.Errorf("it asks two addresses, %s and %s", c.address, w)
			}
			c.address = w
			continue
		}
		if len(words) == 0 {
			return nil, fmt.Errorf("%s wants a value", w)
		}
		switch value := words[0]; w {
		case "-X":
			c.method = value
		case "-d":
			c.body = value
		case "-o", "-D": // where the answer goes, and its headers
		case "-H":
			name, text, ok := strings.Cut(value, ": ")
			if !ok || c.headers[name] != "" {
				return nil, fmt.Errorf("%q is no header, or one for the second time", value)
			}
			c.headers[name] = text
		default:
			return nil, fmt.Errorf("nothing is known of curl %s", w)
		}
		words = words[1:]
	}
	return c, nil
}

var (
	vpcHost  = regexp.MustCompile(`^(` + anything + `|[a-z]+-[a-z]+)\.iaas\.cloud\.ibm\.com$`)
	vpcQuery = regexp.MustCompile(`^version=20[0-9]{2}-[01][0-9]-[0-3][0-9]&generation=2$`)
)

// operation names what is asked.
func (c *curlCall) operation() (string, error) {
	rest, ok := strings.CutPrefix(c.address, "https://")
	if !ok {
		return "", fmt.Errorf("%q is not asked by HTTPS", c.address)
	}
	host, rest, _ := strings.Cut(rest, "/")
	asked, query, _ := strings.Cut("/"+rest, "?")
	service := ""
	switch {
	case host == "iam.cloud.ibm.com" && query == "":
		service = "iam"
	case vpcHost.MatchString(host) && vpcQuery.MatchString(query):
		service = "vpc"
	default:
		return "", fmt.Errorf("%s with %q is no endpoint of IBM Cloud: VPC's wants a version and a generation", host, query)
	}
	if _, err := url.Parse(c.address); err != nil {
		return "", err
	}
	return service + " " + c.method + " " + asked, nil
}

// holds says whether the operation takes each member, in its shape.
func (o *ibmOperation) holds(below string, members map[string]any) error {
	for name, v := range members {
		name = below + name
		if inner, ok := v.(map[string]any); ok {
			if err := o.holds(name+".", inner); err != nil {
				return err
			}
			continue
		}
		shape, ok := o.body[name]
		_, text := v.(string)
		_, number := v.(float64)
		_, yes := v.(bool)
		switch {
		case !ok:
			return fmt.Errorf("it takes no member %q", name)
		case v == anything:
		case (shape == "#") != number || (shape == "?") != yes || !number && !yes && !text:
			return fmt.Errorf("%s: %v is of another type", name, v)
		case text:
			if err := fitting(shape, v.(string)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}
