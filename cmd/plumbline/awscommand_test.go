package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// asAWS makes the test binary stand in for the command aws: it reads a command
// line of those that fixes have, sends what the AWS CLI would send for it, and
// prints the answer. What it knows is written down below; an option that it
// does not know is an error, as it is to the AWS CLI.
const asAWS = "PLUMBLINE_TEST_IS_THE_AWS_COMMAND"

// An awsService is how a service is asked.
type awsService struct {
	signs   string
	version string // of a query service
	target  string // of a JSON service
	small   bool   // members begin with a small letter
	global  bool
}

var awsServices = map[string]*awsService{
	"ec2":            {signs: "ec2", version: "2016-11-15"},
	"iam":            {signs: "iam", version: "2010-05-08", global: true},
	"autoscaling":    {signs: "autoscaling", version: "2011-01-01"},
	"cloudtrail":     {signs: "cloudtrail", target: "CloudTrail_20131101"},
	"configservice":  {signs: "config", target: "StarlingDoveService"},
	"cloudwatch":     {signs: "monitoring", target: "GraniteServiceVersion20100801"},
	"logs":           {signs: "logs", target: "Logs_20140328", small: true},
	"organizations":  {signs: "organizations", target: "AWSOrganizationsV20161128", global: true},
	"ssm":            {signs: "ssm", target: "AmazonSSM"},
	"guardduty":      {signs: "guardduty", small: true},
	"accessanalyzer": {signs: "access-analyzer", small: true},
	"backup":         {signs: "backup"},
}

// awsCommands are the commands with their options. An option's name may be
// followed by its name on the wire after ":", and by what it is: "*" a list,
// "#" a number, "?" a switch with its --no- twin, "{" a structure in JSON or in
// shorthand, "/" a part of the path.
var awsCommands = map[string]string{
	"ec2 modify-instance-metadata-options":          "instance-id http-tokens http-put-response-hop-limit http-endpoint http-protocol-ipv6 instance-metadata-tags",
	"ec2 modify-instance-metadata-defaults":         "http-tokens http-tokens-enforced",
	"ec2 modify-image-attribute":                    "image-id imds-support:ImdsSupport.Value",
	"ec2 modify-launch-template":                    "launch-template-id default-version:SetDefaultVersion",
	"ec2 create-launch-template-version":            "launch-template-id source-version launch-template-data{",
	"ec2 revoke-security-group-ingress":             "group-id security-group-rule-ids:SecurityGroupRuleId*",
	"ec2 revoke-security-group-egress":              "group-id security-group-rule-ids:SecurityGroupRuleId*",
	"ec2 authorize-security-group-ingress":          "group-id ip-permissions{ protocol:IpPermissions.1.IpProtocol source-group:IpPermissions.1.Groups.1.GroupId cidr:IpPermissions.1.IpRanges.1.CidrIp",
	"ec2 authorize-security-group-egress":           "group-id ip-permissions{ protocol:IpPermissions.1.IpProtocol source-group:IpPermissions.1.Groups.1.GroupId cidr:IpPermissions.1.IpRanges.1.CidrIp",
	"ec2 create-network-acl-entry":                  "network-acl-id ingress:Egress! rule-number protocol port-range{ cidr-block ipv6-cidr-block rule-action",
	"ec2 delete-network-acl-entry":                  "network-acl-id ingress:Egress! rule-number",
	"ec2 modify-subnet-attribute":                   "subnet-id map-public-ip-on-launch:MapPublicIpOnLaunch.Value?",
	"ec2 modify-vpc-block-public-access-options":    "internet-gateway-block-mode",
	"ec2 create-flow-logs":                          "resource-type resource-ids:ResourceId* traffic-type log-destination-type log-destination",
	"ec2 delete-flow-logs":                          "flow-log-ids:FlowLogId*",
	"ec2 create-vpc-endpoint":                       "vpc-id vpc-endpoint-type private-dns-enabled? service-name subnet-ids:SubnetId* security-group-ids:SecurityGroupId* route-table-ids:RouteTableId*",
	"ec2 delete-vpc-endpoints":                      "vpc-endpoint-ids:VpcEndpointId*",
	"ec2 modify-client-vpn-endpoint":                "client-vpn-endpoint-id connection-log-options{",
	"ec2 describe-vpn-connections":                  "vpn-connection-ids:VpnConnectionId*",
	"ec2 enable-ebs-encryption-by-default":          "",
	"ec2 disable-ebs-encryption-by-default":         "",
	"ec2 enable-snapshot-block-public-access":       "state",
	"ec2 disable-snapshot-block-public-access":      "",
	"ec2 stop-instances":                            "instance-ids:InstanceId*",
	"iam list-access-keys":                          "user-name",
	"iam list-role-policies":                        "role-name",
	"iam list-attached-role-policies":               "role-name",
	"iam get-account-summary":                       "",
	"iam generate-service-last-accessed-details":    "granularity arn",
	"iam get-role":                                  "role-name",
	"iam put-role-policy":                           "role-name policy-name policy-document",
	"iam delete-role-policy":                        "role-name policy-name",
	"iam update-role":                               "role-name max-session-duration",
	"iam update-assume-role-policy":                 "role-name policy-document",
	"autoscaling describe-auto-scaling-groups":      "",
	"autoscaling update-auto-scaling-group":         "auto-scaling-group-name launch-template{ launch-configuration-name",
	"autoscaling delete-launch-configuration":       "launch-configuration-name",
	"cloudtrail describe-trails":                    "",
	"cloudtrail create-trail":                       "name s3-bucket-name is-multi-region-trail? enable-log-file-validation?",
	"cloudtrail update-trail":                       "name enable-log-file-validation?",
	"cloudtrail start-logging":                      "name",
	"cloudtrail delete-trail":                       "name",
	"configservice start-configuration-recorder":    "configuration-recorder-name",
	"configservice stop-configuration-recorder":     "configuration-recorder-name",
	"cloudwatch put-metric-alarm":                   "alarm-name namespace metric-name statistic period# evaluation-periods# threshold# comparison-operator treat-missing-data alarm-actions* metrics{",
	"cloudwatch delete-alarms":                      "alarm-names*",
	"cloudwatch get-metric-statistics":              "namespace metric-name dimensions{ statistics* period# start-time end-time",
	"logs put-metric-filter":                        "log-group-name filter-name metric-transformations{ filter-pattern",
	"logs delete-metric-filter":                     "log-group-name filter-name",
	"organizations create-policy":                   "type name description content",
	"ssm update-service-setting":                    "setting-id setting-value",
	"ssm reset-service-setting":                     "setting-id",
	"ssm send-command":                              "document-name instance-ids* parameters{",
	"guardduty list-detectors":                      "GET /detector ",
	"guardduty create-detector":                     "POST /detector enable?",
	"guardduty update-detector":                     "POST /detector/{} detector-id/ enable?",
	"accessanalyzer create-analyzer":                "PUT /analyzer analyzer-name type",
	"accessanalyzer delete-analyzer":                "DELETE /analyzer/{} analyzer-name/",
	"backup list-backup-vaults":                     "GET /backup-vaults/ ",
	"backup put-backup-vault-lock-configuration":    "PUT /backup-vaults/{}/vault-lock backup-vault-name/",
	"backup delete-backup-vault-lock-configuration": "DELETE /backup-vaults/{}/vault-lock backup-vault-name/",
	"backup start-backup-job":                       "PUT /backup-jobs backup-vault-name resource-arn iam-role-arn",
}

// An awsCall is one command line, read.
type awsCall struct {
	service       *awsService
	action        string
	method, path  string // of a REST service
	region        string
	members       map[string]any
	query, output string
}

// runAWS is the command aws.
func runAWS(args []string, out io.Writer) error {
	if len(args) < 2 {
		return errors.New("aws: a service and an operation are needed")
	}
	c, err := readAWS(args)
	if err != nil {
		return err
	}
	answer, err := c.send()
	if err != nil {
		return err
	}
	if c.query != "" {
		if answer, err = search(answer, c.query); err != nil {
			return err
		}
	}
	if c.output == "text" {
		_, err = fmt.Fprintln(out, asText(answer))
		return err
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "    ")
	return e.Encode(answer)
}

func readAWS(args []string) (*awsCall, error) {
	known, ok := awsCommands[args[0]+" "+args[1]]
	if !ok {
		return nil, fmt.Errorf("aws: %q is no command that fixes have had so far", args[:2])
	}
	c := &awsCall{service: awsServices[args[0]], action: pascal(args[1]), region: os.Getenv("AWS_DEFAULT_REGION"), members: map[string]any{}}
	options := strings.Fields(known)
	if c.service.version+c.service.target == "" {
		c.method, c.path, options = options[0], options[1], options[2:]
	}
	for i := 2; i < len(args); {
		name, ok := strings.CutPrefix(args[i], "--")
		if !ok {
			return nil, fmt.Errorf("aws: unknown options: %s", args[i])
		}
		from := i + 1
		for i = from; i < len(args) && !strings.HasPrefix(args[i], "--"); i++ {
		}
		if err := c.option(options, name, args[from:i]); err != nil {
			return nil, err
		}
	}
	if c.service.global {
		c.region = "us-east-1"
	}
	return c, nil
}

func pascal(kebab string) string {
	var b strings.Builder
	for w := range strings.SplitSeq(kebab, "-") {
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}

var anOption = regexp.MustCompile(`^([a-z0-9-]+)(:[A-Za-z0-9.]+)?([*#?{/!]?)$`)

// option reads one option into the members of the request.
func (c *awsCall) option(known []string, name string, values []string) error {
	switch name {
	case "region", "query", "output":
		if len(values) != 1 {
			return fmt.Errorf("aws: argument --%s: expected one argument", name)
		}
		*map[string]*string{"region": &c.region, "query": &c.query, "output": &c.output}[name] = values[0]
		return nil
	}
	for _, k := range known {
		m := anOption.FindStringSubmatch(k)
		if m[1] != name && !(m[3] == "?" && "no-"+m[1] == name) {
			continue
		}
		wire := strings.TrimPrefix(m[2], ":")
		if wire == "" {
			wire = pascal(m[1])
		}
		if c.service.small {
			wire = strings.ToLower(wire[:1]) + wire[1:]
		}
		return c.put(wire, m[3], m[1] == name, name, values)
	}
	return fmt.Errorf("aws: unknown options: --%s", name)
}

func (c *awsCall) put(wire, kind string, yes bool, name string, values []string) error {
	flag := kind == "?" || kind == "!"
	if flag != (len(values) == 0) || !flag && kind != "*" && kind != "{" && len(values) > 1 {
		return fmt.Errorf("aws: argument --%s: wrong number of arguments: %q", name, values)
	}
	for i, v := range values {
		if path, ok := strings.CutPrefix(v, "file://"); ok {
			b, err := os.ReadFile(path)
			if err != nil {
				return fmt.Errorf("aws: error parsing parameter '--%s': %w", name, err)
			}
			values[i] = string(b)
		}
	}
	switch kind {
	case "?":
		c.members[wire] = yes
	case "!":
		c.members[wire] = false
	case "*":
		c.members[wire] = anyOf(values)
	case "#":
		n, err := strconv.ParseFloat(values[0], 64)
		if err != nil {
			return fmt.Errorf("aws: argument --%s: %w", name, err)
		}
		c.members[wire] = n
	case "/":
		c.path = strings.Replace(c.path, "{}", url.PathEscape(values[0]), 1)
	case "{":
		v, err := structure(values)
		if err != nil {
			return fmt.Errorf("aws: error parsing parameter '--%s': %w", name, err)
		}
		if _, single := v.(map[string]any); single && slices.Contains([]string{"IpPermissions", "metricTransformations"}, wire) {
			v = []any{v}
		}
		c.members[wire] = v
	default:
		c.members[wire] = values[0]
	}
	return nil
}

func anyOf(values []string) []any {
	out := []any{}
	for _, v := range values {
		out = append(out, v)
	}
	return out
}

// structure reads JSON, or the AWS CLI's shorthand: Key=value,Key={Key=value},
// Key=[value,value].
func structure(values []string) (any, error) {
	if len(values) == 1 && strings.ContainsAny(strings.TrimSpace(values[0])[:1], "[{") && json.Valid([]byte(values[0])) {
		var v any
		err := json.Unmarshal([]byte(values[0]), &v)
		return v, err
	}
	var all []any
	for _, one := range values {
		s := shorthand{rest: one}
		v, err := s.pairs()
		if err == nil && s.rest != "" {
			err = fmt.Errorf("%q is left over of %q", s.rest, one)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

type shorthand struct{ rest string }

func (s *shorthand) eat(c byte) bool {
	ok := s.rest != "" && s.rest[0] == c
	if ok {
		s.rest = s.rest[1:]
	}
	return ok
}

func (s *shorthand) pairs() (map[string]any, error) {
	out := map[string]any{}
	for {
		key, rest, ok := strings.Cut(s.rest, "=")
		if !ok || key == "" || strings.ContainsAny(key, ",{}[]") {
			return nil, fmt.Errorf("expected Key=value at %q", s.rest)
		}
		s.rest = rest
		v, err := s.value()
		if err != nil {
			return nil, err
		}
		if out[key] = v; !s.eat(',') {
			return out, nil
		}
	}
}

func (s *shorthand) value() (any, error) {
	switch {
	case s.eat('{'):
		v, err := s.pairs()
		if err == nil && !s.eat('}') {
			err = fmt.Errorf("expected } at %q", s.rest)
		}
		return v, err
	case s.eat('['):
		all := []any{}
		for {
			v, err := s.value()
			if err != nil {
				return nil, err
			}
			all = append(all, v)
			if s.eat(']') {
				return all, nil
			}
			if !s.eat(',') {
				return nil, fmt.Errorf("expected ] at %q", s.rest)
			}
		}
	}
	n := strings.IndexAny(s.rest, ",]}")
	if n < 0 {
		n = len(s.rest)
	}
	v := s.rest[:n]
	s.rest = s.rest[n:]
	return v, nil
}

// send asks the service, and reads what it answers.
func (c *awsCall) send() (any, error) {
	method, path, kind, target, body := http.MethodPost, "/", "application/x-amz-json-1.1", "", []byte(nil)
	switch {
	case c.service.version != "":
		kind, body = "application/x-www-form-urlencoded", []byte(c.form().Encode())
	case c.service.target != "":
		target = c.service.target + "." + c.action
	default:
		method, path, kind = c.method, c.path, "application/json"
	}
	if body == nil && method != http.MethodGet && method != http.MethodDelete {
		var err error
		if body, err = json.Marshal(c.members); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequest(method, os.Getenv("AWS_ENDPOINT_URL")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	day := time.Now().UTC()
	r.Header.Set("Content-Type", kind)
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	r.Header.Set("X-Amz-Date", day.Format("20060102T150405Z"))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+os.Getenv("AWS_ACCESS_KEY_ID")+"/"+day.Format("20060102")+"/"+c.region+"/"+c.service.signs+"/aws4_request, SignedHeaders=host, Signature=0")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("an error occurred (%s) when calling the %s operation: %s", resp.Status, c.action, b)
	}
	return c.answer(b)
}

func (c *awsCall) answer(b []byte) (any, error) {
	if c.service.version == "" {
		var v any
		err := json.Unmarshal(b, &v)
		if o, ok := v.(map[string]any); ok && c.service.signs == "guardduty" {
			for _, k := range slices.Collect(maps.Keys(o)) { // whose members the AWS CLI calls otherwise
				o[strings.ToUpper(k[:1])+k[1:]] = o[k]
			}
		}
		return v, err
	}
	var e element
	if err := xml.Unmarshal(b, &e); err != nil {
		return nil, err
	}
	v, _ := e.value().(map[string]any)
	if inner, ok := v[c.action+"Result"]; ok {
		return inner, nil
	}
	return v, nil
}

// form is the request of a query service. Lists of EC2 are called otherwise
// inside the AWS CLI than on the wire.
func (c *awsCall) form() url.Values {
	f := url.Values{"Action": {c.action}, "Version": {c.service.version}}
	for _, name := range slices.Sorted(maps.Keys(c.members)) {
		flatten(f, name, c.members[name])
	}
	protocols := map[string]string{"all": "-1", "tcp": "6", "udp": "17"}
	if c.action == "CreateNetworkAclEntry" {
		f.Set("Protocol", protocols[f.Get("Protocol")])
	}
	if first := "IpPermissions.1.IpProtocol"; f.Get(first) == "all" {
		f.Set(first, "-1")
	}
	return f
}

var wireNames = map[string]string{"NetworkInterfaces": "NetworkInterface", "Groups": "SecurityGroupId", "UserIdGroupPairs": "Groups"}

func flatten(f url.Values, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if w, ok := wireNames[k]; ok {
				k = w
			}
			flatten(f, name+"."+k, x)
		}
	case []any:
		for i, x := range v {
			flatten(f, name+"."+strconv.Itoa(i+1), x)
		}
	default:
		f.Set(name, fmt.Sprint(v))
	}
}

// An element of an answer in XML.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

func (e *element) value() any {
	if len(e.Children) == 0 {
		text := strings.TrimSpace(e.Text)
		if plain, err := url.PathUnescape(text); err == nil && e.XMLName.Local == "AssumeRolePolicyDocument" {
			return json.RawMessage(plain) // the AWS CLI decodes policies
		}
		return text
	}
	if n := e.Children[0].XMLName.Local; n == "item" || n == "member" {
		all := []any{}
		for i := range e.Children {
			all = append(all, e.Children[i].value())
		}
		return all
	}
	out := map[string]any{}
	for i := range e.Children {
		n := e.Children[i].XMLName.Local
		out[strings.ToUpper(n[:1])+n[1:]] = e.Children[i].value()
	}
	return out
}

var aStep = regexp.MustCompile("^(?:\\.?([A-Za-z0-9]+)|\\[([0-9]+)\\]|\\[\\]|\\[\\?([A-Za-z0-9.]+)==`([^`]*)`\\])")

// search is as much of JMESPath as fixes use: members, an index, all of a list,
// and those of a list whose member is a literal.
func search(v any, path string) (any, error) {
	if path == "" {
		return v, nil
	}
	m := aStep.FindStringSubmatch(path)
	if m == nil {
		return nil, fmt.Errorf("aws: bad value for --query: %q", path)
	}
	rest := path[len(m[0]):]
	list, _ := v.([]any)
	switch {
	case m[1] != "":
		o, _ := v.(map[string]any)
		return search(o[m[1]], rest)
	case m[2] != "":
		if n, err := strconv.Atoi(m[2]); err == nil && n < len(list) {
			return search(list[n], rest)
		}
		return nil, nil
	}
	found := []any{}
	for _, x := range list {
		if m[3] != "" {
			if of, err := search(x, m[3]); err != nil || fmt.Sprint(of) != m[4] {
				continue
			}
		}
		of, err := search(x, rest)
		if err != nil {
			return nil, err
		}
		if of != nil {
			found = append(found, of)
		}
	}
	return found, nil
}

// asText is --output text.
func asText(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case []any:
		var all []string
		for _, x := range v {
			all = append(all, asText(x))
		}
		return strings.Join(all, "\t")
	default:
		return fmt.Sprint(v)
	}
}

func awsMain() int {
	if err := runAWS(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 254
	}
	return 0
}
