package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// ibmWires are the requests that commands make: a method, a path in which {0} is
// the first argument, and members of the body with where each comes from: an
// option, an argument by its number, or a text in quotes. What follows says how
// it is sent: "?" yes or no, "#" a number, "{" JSON, "@" an address, a block or a
// group, "*" texts parted by commas, "[" a list of one, "." a list of one id.
//
// VPC's are of the VPC API (cloud.ibm.com/apidocs/vpc), "iam" of the IAM Identity
// Services and the IAM Policy Management API, "atracker" of the API of Activity
// Tracker Event Routing.
var ibmWires = map[string]string{
	"is instance-update": "PATCH /instances/{0} metadata_service.enabled=--metadata-service? metadata_service.protocol=--metadata-service-protocol " +
		"metadata_service.response_hop_limit=--metadata-service-response-hop-limit# name=--name",
	"is bare-metal-server-update":         "PATCH /bare_metal_servers/{0} metadata_service.enabled=--metadata-service? metadata_service.protocol=--metadata-service-protocol name=--name",
	"is image-update":                     "PATCH /images/{0} allowed_use.instance=--allowed-use-instance allowed_use.bare_metal_server=--allowed-use-bare-metal-server name=--name",
	"is virtual-network-interface-update": "PATCH /virtual_network_interfaces/{0} allow_ip_spoofing=--allow-ip-spoofing? name=--name",
	"is security-group-rule-delete":       "DELETE /security_groups/{0}/rules/{1}",
	"is security-group-rule-add":          "POST /security_groups/{0}/rules direction=1 protocol=2 remote=--remote@ local=--local@ port_min=--port-min# port_max=--port-max#",
	"is network-acl-rule-add": "POST /network_acls/{0}/rules action=1 direction=2 protocol=3 source=4 destination=5 name=--name source_port_min=--source-port-min# " +
		"source_port_max=--source-port-max# destination_port_min=--destination-port-min# destination_port_max=--destination-port-max# before.id=--before-rule",
	"is network-acl-rule-delete": "DELETE /network_acls/{0}/rules/{1}",
	"is endpoint-gateway-create": "POST /endpoint_gateways vpc.id=--vpc target.crn=--target target.resource_type=--target-type name=--name ips=--new-reserved-ip[",
	"is endpoint-gateway-delete": "DELETE /endpoint_gateways/{0}",
	"is vpn-server-create":       "POST /vpn_servers name=--name subnets=--subnet. client_ip_pool=--client-ip-pool certificate.crn=--cert",
	"is vpn-server-delete":       "DELETE /vpn_servers/{0}",
	"is flow-log-create":         "POST /flow_log_collectors storage_bucket.name=--bucket target.id=--target name=--name active=--active?",
	"is flow-log-delete":         "DELETE /flow_log_collectors/{0}",
	"is backup-policy-create":    "POST /backup_policies match_resource_type='volume match_user_tags=--match-tags* name=--name",
	"is backup-policy-delete":    "DELETE /backup_policies/{0}",

	"iam trusted-profile-policies":      "GET /v2/policies?account_id={account}&iam_id={iam}",
	"iam trusted-profile-links":         "GET /v1/profiles/{0}/links",
	"iam trusted-profile-policy-create": "POST /v2/policies type='access",
	"iam trusted-profile-policy-delete": "DELETE /v2/policies/{1}",
	"iam trusted-profile-link-create":   "POST /v1/profiles/{0}/links name=--name cr_type=--cr-type link.crn=--link-crn link.namespace=--link-namespace link.name=--link-name",
	"iam trusted-profile-link-delete":   "DELETE /v1/profiles/{0}/links/{link}",
	"iam trusted-profile-rule-create":   "POST /v1/profiles/{0}/rules name=--name type=--type cr_type=--cr-type",
	"iam trusted-profile-rule-delete":   "DELETE /v1/profiles/{0}/rules/{1}",

	"atracker target create": "POST /api/v2/targets name=--name target_type=--type region=--region cos_endpoint.endpoint=--endpoint cos_endpoint.bucket=--bucket " +
		"cos_endpoint.target_crn=--target-crn cos_endpoint.service_to_service_enabled=--service-to-service-enabled?",
	"atracker target rm":    "DELETE /api/v2/targets/{target}",
	"atracker route create": "POST /api/v2/routes name=--name rules=--rules{",
	"atracker route rm":     "DELETE /api/v2/routes/{route}",
}

// ibmBodies add to a body what is not one option of the command.
var ibmBodies = map[string]func(*ibmShell, map[string]any) error{
	"is vpn-server-create":              (*ibmShell).signIn,
	"is backup-policy-create":           (*ibmShell).plan,
	"iam trusted-profile-policy-create": (*ibmShell).grant,
	"iam trusted-profile-rule-create":   (*ibmShell).conditions,
}

// body is nil where none is sent.
func (s *ibmShell) body(members []string) (map[string]any, error) {
	if len(members) == 0 {
		return nil, nil
	}
	body := map[string]any{}
	for _, m := range members {
		to, from, _ := strings.Cut(m, "=")
		name := strings.TrimRight(from, "?#{@*[.")
		value := s.option(name)
		if n, err := strconv.Atoi(name); err == nil {
			value = s.arguments[n]
		} else if text, fixed := strings.CutPrefix(name, "'"); fixed {
			value = text
		}
		if value == "" {
			continue
		}
		v, err := sent(from[len(name):], value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		put(body, to, v)
	}
	if more := ibmBodies[s.name]; more != nil {
		return body, more(s, body)
	}
	return body, nil
}

// put sets a member, "a.b" in the member "a".
func put(body map[string]any, name string, v any) {
	outer, inner, nested := strings.Cut(name, ".")
	if !nested {
		body[name] = v
		return
	}
	if body[outer] == nil {
		body[outer] = map[string]any{}
	}
	put(body[outer].(map[string]any), inner, v)
}

// sent is a value as it is sent.
func sent(how, value string) (v any, err error) {
	switch how {
	case "?":
		return strconv.ParseBool(value)
	case "#":
		return strconv.Atoi(value)
	case "{":
		return v, json.Unmarshal([]byte(value), &v)
	case "[":
		err = json.Unmarshal([]byte(value), &v)
		return []any{v}, err
	case "*":
		return strings.Split(value, ","), nil
	case ".":
		return []any{map[string]any{"id": value}}, nil
	case "@":
		kind := "id"
		if _, err := netip.ParsePrefix(value); err == nil {
			kind = "cidr_block"
		} else if _, err := netip.ParseAddr(value); err == nil {
			kind = "address"
		}
		return map[string]any{kind: value}, nil
	}
	return value, nil
}

// signIn says how a VPN server's clients do.
func (s *ibmShell) signIn(body map[string]any) error {
	var all []any
	for _, m := range strings.Split(s.option("--client-auth-methods"), ",") {
		switch m {
		case "username":
			all = append(all, map[string]any{"method": m, "identity_provider": map[string]any{"provider_type": "iam"}})
		case "certificate":
			all = append(all, map[string]any{"method": m, "client_ca": map[string]any{"crn": s.option("--client-ca")}})
		}
	}
	body["client_authentication"] = all
	return nil
}

// plan adds the plan that a backup policy is made with.
func (s *ibmShell) plan(body map[string]any) error {
	if s.option("--plan-cron-spec") == "" {
		return nil
	}
	days, err := strconv.Atoi(s.option("--plan-delete-after"))
	_, active := s.options["--plan-active"]
	body["plans"] = []any{map[string]any{"name": s.option("--plan-name"), "cron_spec": s.option("--plan-cron-spec"), "active": active, "deletion_trigger": map[string]any{"delete_after": days}}}
	return err
}

// grant says what a policy of a profile gives.
func (s *ibmShell) grant(body map[string]any) error {
	who, err := s.iamID()
	if err != nil {
		return err
	}
	is := func(key, value string) any {
		return map[string]any{"key": key, "operator": "stringEquals", "value": value}
	}
	on := []any{is("accountId", os.Getenv("IBM_ACCOUNT"))}
	for option, key := range map[string]string{"--service-name": "serviceName", "--service-instance": "serviceInstance", "--region": "region", "--resource-type": "resourceType",
		"--resource": "resource", "--resource-group-id": "resourceGroupId"} {
		if v := s.option(option); v != "" {
			on = append(on, is(key, v))
		}
	}
	var roles []any
	for _, r := range strings.Split(s.option("--roles"), ",") {
		kind := "role"
		if slices.Contains([]string{"Reader", "Writer", "Manager"}, r) {
			kind = "serviceRole"
		}
		roles = append(roles, map[string]any{"role_id": "crn:v1:bluemix:public:iam::::" + kind + ":" + r})
	}
	body["subject"] = map[string]any{"attributes": []any{is("iam_id", who)}}
	body["resource"] = map[string]any{"attributes": on}
	body["control"] = map[string]any{"grant": map[string]any{"roles": roles}}
	return nil
}

// conditions reads those of a claim rule; a value is sent as JSON in a text.
func (s *ibmShell) conditions(body map[string]any) error {
	all := []any{}
	for _, c := range s.options["--conditions"] {
		one := map[string]any{}
		for _, part := range strings.SplitN(c, ",", 3) {
			name, value, _ := strings.Cut(part, ":")
			one[name] = value
		}
		if _, whole := one["value"]; !whole || one["claim"] == nil || one["operator"] == nil {
			return fmt.Errorf("%q is no condition", c)
		}
		one["value"] = strconv.Quote(one["value"].(string))
		all = append(all, one)
	}
	body["conditions"] = all
	return nil
}
