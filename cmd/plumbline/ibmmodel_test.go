package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/path"
)

// ibmCommands are the commands of the IBM Cloud CLI that fixes have, with what
// they take: words in capitals are arguments, in their order; "--x=A" is an
// option with a value, "--x" a switch. Values that are parted by "|" are the only
// ones, "#" is a whole number and "{" is JSON.
//
// "is" is written down from the CLI reference of VPC (cloud.ibm.com/docs/vpc,
// topics vpc-vpc-reference and those of each resource), "iam" and "target" from that of
// the CLI itself (cloud.ibm.com/docs/cli, topic cli-ibmcloud_commands_iam),
// "atracker" from cloud.ibm.com/docs/atracker, topic atracker-cli-v2.
var ibmCommands = map[string]string{
	"target":                              "-r=REGION -q",
	"is instance-update":                  "INSTANCE --metadata-service=true|false --metadata-service-protocol=http|https --metadata-service-response-hop-limit=# --name=NAME",
	"is bare-metal-server-update":         "SERVER --metadata-service=true|false --metadata-service-protocol=http|https --name=NAME",
	"is image-update":                     "IMAGE --allowed-use-instance=EXPRESSION --allowed-use-bare-metal-server=EXPRESSION --name=NAME",
	"is virtual-network-interface-update": "INTERFACE --allow-ip-spoofing=true|false --name=NAME",
	"is security-group-rule-delete":       "GROUP RULE --force",
	"is security-group-rule-add":          "GROUP inbound|outbound any|icmp_tcp_udp|tcp|udp|icmp --remote=REMOTE --local=LOCAL --port-min=# --port-max=#",
	"is network-acl-rule-add": "ACL allow|deny inbound|outbound any|icmp_tcp_udp|tcp|udp|icmp SOURCE DESTINATION --name=NAME --source-port-min=# --source-port-max=# " +
		"--destination-port-min=# --destination-port-max=# --before-rule=RULE",
	"is network-acl-rule-delete":   "ACL RULE --force",
	"is endpoint-gateway-create":   "--vpc=VPC --target=TARGET --target-type=provider_cloud_service|provider_infrastructure_service|private_path_service_gateway --name=NAME --new-reserved-ip={",
	"is endpoint-gateway-delete":   "GATEWAY --force",
	"is vpn-server-create":         "--subnet=SUBNET --client-ip-pool=BLOCK --cert=CRN --client-auth-methods=certificate|username|certificate,username|username,certificate --client-ca=CRN --name=NAME",
	"is vpn-server-delete":         "SERVER --force",
	"is flow-log-create":           "--bucket=BUCKET --target=TARGET --name=NAME --active=true|false",
	"is flow-log-delete":           "COLLECTOR --force",
	"is backup-policy-create":      "--match-tags=TAGS --name=NAME --plan-name=NAME --plan-cron-spec=CRON --plan-active --plan-delete-after=#",
	"is backup-policy-delete":      "POLICY --force",
	"iam trusted-profile-policies": "PROFILE --output=JSON",
	"iam trusted-profile-links":    "PROFILE --output=JSON --id",
	"iam trusted-profile-policy-create": "PROFILE --roles=ROLES --service-name=SERVICE --service-instance=INSTANCE --region=REGION --resource-type=TYPE --resource=RESOURCE " +
		"--resource-group-id=GROUP --force",
	"iam trusted-profile-policy-delete": "PROFILE POLICY --force",
	"iam trusted-profile-link-create":   "PROFILE --name=NAME --cr-type=VSI|BMS|IKS_SA|ROKS_SA|CE|PVS --link-crn=CRN --link-namespace=NAMESPACE --link-name=NAME --force",
	"iam trusted-profile-link-delete":   "PROFILE LINK --force",
	"iam trusted-profile-rule-create":   "PROFILE --name=NAME --type=Profile-CR|Profile-SAML --conditions=CONDITIONS --cr-type=VSI|BMS|IKS_SA|ROKS_SA|CE|PVS --force",
	"iam trusted-profile-rule-delete":   "PROFILE RULE --force",
	"atracker target create": "--name=NAME --type=cloud_object_storage|logdna|event_streams|cloud_logs|appconfig --endpoint=ENDPOINT --bucket=BUCKET --target-crn=CRN " +
		"--service-to-service-enabled=true|false --region=REGION --output=JSON",
	"atracker target rm":    "--target=TARGET --force",
	"atracker route create": "--name=NAME --rules={ --target-ids=TARGETS --locations=LOCATIONS",
	"atracker route rm":     "--route=ROUTE --force",
}

// checkIBMCloud holds a command line against what the command takes.
func checkIBMCloud(words []string) error {
	_, err := readIBMCloud(words[1:])
	return err
}

// An ibmCommand is one command line of the IBM Cloud CLI, read. A switch is an
// option without values.
type ibmCommand struct {
	name      string
	arguments []string
	options   map[string][]string
}

func readIBMCloud(words []string) (*ibmCommand, error) {
	c := &ibmCommand{options: map[string][]string{}}
	for n := min(3, len(words)); n > 0 && c.name == ""; n-- {
		if _, ok := ibmCommands[strings.Join(words[:n], " ")]; ok {
			c.name, words = strings.Join(words[:n], " "), words[n:]
		}
	}
	if c.name == "" {
		return nil, errors.New("ibmcloud has no such command here")
	}
	var arguments []string
	options := map[string]string{}
	for _, f := range strings.Fields(ibmCommands[c.name]) {
		if option, value, valued := strings.Cut(f, "="); strings.HasPrefix(f, "-") {
			if !valued {
				value = "-"
			}
			options[option] = value
			continue
		}
		arguments = append(arguments, f)
	}
	if err := c.match(arguments, options, words); err != nil {
		return nil, fmt.Errorf("%s%w", c.name, err)
	}
	return c, nil
}

// match takes what a command is given.
func (c *ibmCommand) match(arguments []string, options map[string]string, words []string) error {
	for len(words) > 0 {
		w := words[0]
		words = words[1:]
		if !strings.HasPrefix(w, "-") {
			if len(c.arguments) == len(arguments) {
				return fmt.Errorf(" takes no further %q", w)
			}
			if err := fitting(arguments[len(c.arguments)], w); err != nil {
				return fmt.Errorf(": %w", err)
			}
			c.arguments = append(c.arguments, w)
			continue
		}
		shape, ok := options[w]
		switch {
		case !ok:
			return fmt.Errorf(" has no option %s", w)
		case shape == "-":
			c.options[w] = nil
			continue
		case len(words) == 0 || strings.HasPrefix(words[0], "-"):
			return fmt.Errorf(": %s wants a value", w)
		}
		if err := fitting(shape, words[0]); err != nil {
			return fmt.Errorf(": %s: %w", w, err)
		}
		c.options[w] = append(c.options[w], words[0])
		words = words[1:]
	}
	if n := len(c.arguments); n < len(arguments) {
		return fmt.Errorf(" wants %s", strings.Join(arguments[n:], " and "))
	}
	return nil
}

// fitting holds one value against its shape.
func fitting(shape, value string) error {
	switch {
	case value == "":
		return errors.New("it is empty")
	case value == anything:
		return nil
	case strings.Contains(shape, "|"):
		if !slices.Contains(strings.Split(shape, "|"), value) {
			return fmt.Errorf("%q is none of %s", value, shape)
		}
	case shape == "#":
		_, err := strconv.Atoi(value)
		return err
	case shape == "{":
		var v any
		return json.Unmarshal([]byte(value), &v)
	}
	return nil
}

func TestTheModelOfIBMCloudsCommands(t *testing.T) {
	t.Parallel()
	const (
		token = ` -H "Authorization: ${IAM_TOKEN:?Bearer}"`
		vpc   = "https://{{ w.region }}.iaas.cloud.ibm.com/v1/instances/{{ w.id }}'?version=2026-04-07&generation=2'"
		patch = " -H 'Content-Type: application/merge-patch+json' -d "
		iam   = "https://iam.cloud.ibm.com/v1/accounts/{{ a.account }}/settings/identity"
		put   = " -H 'If-Match: *' -H 'Content-Type: application/json' -d "
	)
	for script, wrong := range map[string]string{
		"ibmcloud target -r us-south && ibmcloud is instance-update {{ w.id }} --metadata-service false":                           "",
		"ibmcloud is instance-update {{ w.id }} --metadata-service off":                                                            "is none of true|false",
		"ibmcloud is instance-update --metadata-service false":                                                                     "wants INSTANCE",
		"ibmcloud is instance-update a b":                                                                                          "takes no further",
		"ibmcloud is instance-update a --metadata-services false":                                                                  "no option --metadata-services",
		"ibmcloud is instance-update a --metadata-service":                                                                         "wants a value",
		"ibmcloud is instance-update a --metadata-service-response-hop-limit one":                                                  "invalid syntax",
		"ibmcloud is instances-update a":                                                                                           "no such command",
		"ibmcloud is network-acl-rule-add a deny inbound tcp 0.0.0.0/0 0.0.0.0/0 --destination-port-min 22":                        "",
		"ibmcloud is network-acl-rule-add a inbound deny tcp 0.0.0.0/0 0.0.0.0/0":                                                  "is none of allow|deny",
		"ibmcloud is network-acl-rule-add a deny inbound tcp 0.0.0.0/0":                                                            "wants DESTINATION",
		"ibmcloud is endpoint-gateway-create --target t --new-reserved-ip '{\"subnet\":{}'":                                        "unexpected end",
		"ibmcloud atracker route rm --route r":                                                                                     "",
		"ibmcloud iam trusted-profile-link-delete p":                                                                               "wants LINK",
		"curl -fsS -X PATCH " + vpc + token + patch + `'{"metadata_service":{"protocol":"https"}}'`:                                "",
		"curl -fsS -X PATCH " + vpc + token + patch + `'{"metadata_service":{"response_hop_limit":1}}'`:                            "",
		"curl -fsS -X PATCH " + vpc + token + patch + `'{"metadata_service":{"response_hop_limit":'{{ w.metadata.hop_limit }}'}}'`: "",
		"curl -fsS -X PATCH https://us-south.iaas.cloud.ibm.com/v1/{{ w.type }}/0717_1'?version=2026-04-07&generation=2'" + token + patch + `'{"metadata_service":{"protocol":"https"}}'`: "",
		"curl -fsS -X PATCH " + vpc + token + patch + `'{"metadata_service":{"protocol":"tls"}}'`:                                                                                         "is none of http|https",
		"curl -fsS -X PATCH " + vpc + token + patch + `'{"metadata":{"protocol":"https"}}'`:                                                                                               `no member "metadata.protocol"`,
		"curl -fsS -X PATCH " + vpc + token + patch + `'{"metadata_service":{"response_hop_limit":"1"}}'`:                                                                                 "of another type",
		"curl -fsS -X PATCH " + vpc + token + patch + `'{"metadata_service":{"enabled":1}}'`:                                                                                              "of another type",
		"curl -fsS -X PATCH " + vpc + token + patch + `'{"metadata_service"}'`:                                                                                                            "no JSON",
		"curl -fsS -X PATCH " + vpc + token:                                                            "is wanted",
		"curl -fsS -X PATCH " + vpc + patch + `'{"metadata_service":{"protocol":"https"}}'`:            "nobody signs",
		"curl -fsS -X PUT " + vpc + token + patch + `'{"metadata_service":{"protocol":"https"}}'`:      "no operation",
		"curl -fsS -X PATCH https://{{ w.region }}.iaas.cloud.ibm.com/v1/instances/{{ w.id }}" + token: "wants a version and a generation",
		"curl -fsS -X PATCH http://x.example.com/v1" + token:                                           "not asked by HTTPS",
		"curl -k -X PATCH " + vpc: "nothing is known of curl -k",
		"curl -fsS -X PUT " + iam + token + put + `'{"mfa":"TOTP4ALL"}'`:                                     "",
		"curl -fsS -X PUT " + iam + token + put + `'{"mfa":"'"${MFA:?as it was}"'"}'`:                        "",
		"curl -fsS -X PUT " + iam + token + put + `'{"mfa":"ALL"}'`:                                          "is none of",
		"curl -fsS -X PUT " + iam + token + ` -H 'Content-Type: application/json' -d '{"mfa":"NONE"}'`:       "If-Match",
		"curl -fsS -X POST https://iam.cloud.ibm.com/v1/apikeys/{{ c.id }}/disable" + token:                  "",
		"curl -fsS -X POST https://iam.cloud.ibm.com/v1/apikeys/{{ c.id }}/disable" + token + patch + `'{}'`: "is wanted",
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			switch err := checkScript(script); {
			case err == nil && wrong != "":
				t.Errorf("it passes, and what is wrong is: %s", wrong)
			case err != nil && (wrong == "" || !strings.Contains(err.Error(), wrong)):
				t.Errorf("%v, want %q", err, wrong)
			}
		})
	}
}

// The commands that break a path are held against the same models.
func TestEveryCommandOfAPathIsUnderstood(t *testing.T) {
	t.Parallel()
	subject := estate.Subject{Kind: estate.KindWorkload, Region: "us-south", ID: "0717_e4a2", UID: "crn:v1:bluemix:public:is:us-south-1:a/1a2b::instance:0717_e4a2"}
	rules := []estate.GateRule{{Gate: "crn:v1:bluemix:public:is:us-south:a/1a2b::security-group:r006-0b", ID: "r006-01"}}
	w := &estate.Workload{Subject: subject, Identity: estate.Identity{Profiles: fact.Listed([]estate.Becomes{
		{Principal: "crn:v1:bluemix:public:iam-identity::a/1a2b::profile:Profile-1", Mechanism: estate.ByLink, By: "link-1"},
		{Principal: "crn:v1:bluemix:public:iam-identity::a/1a2b::profile:Profile-2", Mechanism: estate.ByClaimRule, By: "ClaimRule-1"},
	}, nil, "")}}
	for cloud, c := range path.Commands {
		for _, typ := range []string{"instance", "bare_metal_server"} {
			w.Provider, w.Type = cloud, typ
			for name, f := range map[string]func(*estate.Workload) string{"tokens": c.Tokens, "https": c.HTTPS, "endpoint": c.Endpoint, "detach": c.Detach,
				"close": func(w *estate.Workload) string { return c.Close(w, rules) }} {
				if f == nil {
					continue
				}
				script := f(w)
				if err := checkScript(script); err != nil || script == "" {
					t.Errorf("%s %s of %s: %q: %v", cloud, name, typ, script, err)
				}
			}
		}
	}
}
