package main

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// awsClients are the services by the names that the AWS CLI gives them. What
// an operation takes is read off the input of the client's method, which is made
// from the same description of the service as the AWS CLI's options.
var awsClients = map[string]reflect.Type{
	"accessanalyzer": reflect.TypeFor[*accessanalyzer.Client](),
	"autoscaling":    reflect.TypeFor[*autoscaling.Client](),
	"backup":         reflect.TypeFor[*backup.Client](),
	"cloudtrail":     reflect.TypeFor[*cloudtrail.Client](),
	"cloudwatch":     reflect.TypeFor[*cloudwatch.Client](),
	"logs":           reflect.TypeFor[*cloudwatchlogs.Client](),
	"configservice":  reflect.TypeFor[*configservice.Client](),
	"ec2":            reflect.TypeFor[*ec2.Client](),
	"guardduty":      reflect.TypeFor[*guardduty.Client](),
	"iam":            reflect.TypeFor[*iam.Client](),
	"organizations":  reflect.TypeFor[*organizations.Client](),
	"ssm":            reflect.TypeFor[*ssm.Client](),
}

type plainRules struct {
	Protocol, Port, Cidr, SourceGroup, GroupOwner *string
}

// awsExtras are options that the AWS CLI adds to an operation's own (AWS CLI
// reference: "the simplified options" of security groups; --ingress of network
// ACL entries).
var awsExtras = map[string]reflect.Type{
	"ec2 authorize-security-group-ingress": reflect.TypeFor[plainRules](),
	"ec2 authorize-security-group-egress":  reflect.TypeFor[plainRules](),
	"ec2 revoke-security-group-ingress":    reflect.TypeFor[plainRules](),
	"ec2 revoke-security-group-egress":     reflect.TypeFor[plainRules](),
	"ec2 create-network-acl-entry":         reflect.TypeFor[struct{ Ingress *bool }](),
	"ec2 delete-network-acl-entry":         reflect.TypeFor[struct{ Ingress *bool }](),
}

// awsUnlinked are operations of services that are not linked in, with all their
// options; awsWaits the operations that "wait" asks.
var (
	awsUnlinked = map[string]reflect.Type{
		"secretsmanager get-secret-value": reflect.TypeFor[struct{ SecretId, VersionId, VersionStage *string }](),
	}
	awsWaits = map[string]string{
		"ec2 instance-stopped": "describe-instances", "ec2 instance-running": "describe-instances",
	}
)

type globally struct {
	Region, Query, Output, Profile *string
	NoCliPager, NoPaginate         *bool
}

// checkAWS holds a command line against the service's description.
func checkAWS(words []string) error {
	if len(words) < 3 {
		return errors.New("a service and an operation are needed")
	}
	service, op, rest := words[1], words[2], words[3:]
	if op == "wait" && len(rest) > 0 {
		asked, ok := awsWaits[service+" "+rest[0]]
		if !ok {
			return fmt.Errorf("%s knows no way to wait called %q", service, rest[0])
		}
		op, rest = asked, rest[1:]
	}
	inputs, err := awsInputs(service, op)
	if err != nil {
		return err
	}
	for len(rest) > 0 {
		name, ok := strings.CutPrefix(rest[0], "--")
		if !ok {
			return fmt.Errorf("%s %s takes no %q", service, op, rest[0])
		}
		n := 1
		for n < len(rest) && !strings.HasPrefix(rest[n], "--") {
			n++
		}
		if err := checkOption(inputs, name, rest[1:n]); err != nil {
			return fmt.Errorf("%s %s: %w", service, op, err)
		}
		rest = rest[n:]
	}
	return nil
}

func awsInputs(service, op string) ([]reflect.Type, error) {
	inputs := []reflect.Type{reflect.TypeFor[globally]()}
	if t, ok := awsUnlinked[service+" "+op]; ok {
		return append(inputs, t), nil
	}
	client, ok := awsClients[service]
	if !ok {
		return nil, fmt.Errorf("%q is no service that is known here", service)
	}
	for m := range client.Methods() {
		if kebab(m.Name) == op && m.Type.NumIn() == 4 {
			inputs = append(inputs, m.Type.In(2).Elem())
		}
	}
	if len(inputs) == 1 {
		return nil, fmt.Errorf("%s has no operation %q", service, op)
	}
	if t, ok := awsExtras[service+" "+op]; ok {
		inputs = append(inputs, t)
	}
	return inputs, nil
}

var capitals = []*regexp.Regexp{regexp.MustCompile(`(.)([A-Z][a-z]+)`), regexp.MustCompile(`([a-z0-9])([A-Z])`)}

// kebab spells a name as the AWS CLI does.
func kebab(name string) string {
	for _, r := range capitals {
		name = r.ReplaceAllString(name, "$1-$2")
	}
	return strings.ToLower(name)
}

func checkOption(inputs []reflect.Type, name string, values []string) error {
	for _, in := range inputs {
		for _, f := range reflect.VisibleFields(in) {
			own := kebab(f.Name)
			if !f.IsExported() || f.Name == "ResultMetadata" || own != name && !(isFlag(f.Type) && "no-"+own == name) {
				continue
			}
			if err := checkValues(f.Type, values); err != nil {
				return fmt.Errorf("--%s: %w", name, err)
			}
			return nil
		}
	}
	return fmt.Errorf("there is no option --%s", name)
}

// isFlag says whether a member is yes or no, or a structure of EC2's that holds
// nothing else.
func isFlag(t reflect.Type) bool {
	t = pointed(t)
	if t.Kind() == reflect.Struct && onlyValue(t) {
		t = pointed(t.Field(0).Type)
	}
	return t.Kind() == reflect.Bool
}

func onlyValue(t reflect.Type) bool {
	return t.NumField() == 2 && t.Field(0).Name == "Value" // the other is the SDK's own
}

func pointed(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func checkValues(t reflect.Type, values []string) error {
	t = pointed(t)
	switch {
	case isFlag(t):
		if len(values) > 0 {
			return fmt.Errorf("it takes no value, and has %q", values)
		}
		return nil
	case len(values) == 0:
		return errors.New("it wants a value")
	case len(values) == 1 && (strings.HasPrefix(values[0], "file://") || strings.HasPrefix(values[0], "fileb://")):
		return nil
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 && pointed(t.Elem()).Kind() != reflect.Struct:
		for _, v := range values {
			if err := checkScalar(t.Elem(), v); err != nil {
				return err
			}
		}
		return nil
	case t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]() && onlyValue(t) && !strings.Contains(values[0], "="):
		return checkScalar(t.Field(0).Type, values[0])
	case t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time](), t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8, t.Kind() == reflect.Map:
		v, err := structure(values)
		if err != nil {
			return err
		}
		return checkShape(t, v)
	case len(values) > 1:
		return fmt.Errorf("it takes one value, and has %q", values)
	}
	return checkScalar(t, values[0])
}

func checkScalar(t reflect.Type, v string) error {
	t = pointed(t)
	if strings.Contains(v, anything) {
		return nil
	}
	switch t.Kind() {
	case reflect.Int32, reflect.Int64:
		_, err := strconv.ParseInt(v, 10, 64)
		return err
	case reflect.Float32, reflect.Float64:
		_, err := strconv.ParseFloat(v, 64)
		return err
	case reflect.Bool:
		_, err := strconv.ParseBool(v)
		return err
	case reflect.String:
		if m := reflect.Zero(t).MethodByName("Values"); m.IsValid() {
			return checkWord(m.Call(nil)[0], v)
		}
	}
	return nil
}

func checkWord(words reflect.Value, v string) error {
	var all []string
	for i := range words.Len() {
		all = append(all, words.Index(i).String())
	}
	if !slices.Contains(all, v) {
		return fmt.Errorf("%q is none of %s", v, strings.Join(all, ", "))
	}
	return nil
}

// checkShape holds what was read from JSON or shorthand against a type.
func checkShape(t reflect.Type, v any) error {
	t = pointed(t)
	switch x := v.(type) {
	case map[string]any:
		switch t.Kind() {
		case reflect.Slice: // one element, in shorthand
			return checkShape(t.Elem(), v)
		case reflect.Map:
			for _, one := range x {
				if err := checkShape(t.Elem(), one); err != nil {
					return err
				}
			}
			return nil
		case reflect.Struct:
			return checkMembers(t, x)
		}
		return fmt.Errorf("a structure stands where %s is wanted", t.Kind())
	case []any:
		if t.Kind() != reflect.Slice {
			return fmt.Errorf("a list stands where %s is wanted", t.Kind())
		}
		for _, one := range x {
			if err := checkShape(t.Elem(), one); err != nil {
				return err
			}
		}
		return nil
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 {
		return checkScalar(t.Elem(), fmt.Sprint(v)) // shorthand of a list with one element
	}
	if t.Kind() == reflect.Struct || t.Kind() == reflect.Map {
		return fmt.Errorf("%v stands where a structure is wanted", v)
	}
	return checkScalar(t, fmt.Sprint(v))
}

func checkMembers(t reflect.Type, members map[string]any) error {
	for key, v := range members {
		f, ok := t.FieldByName(strings.ToUpper(key[:1]) + key[1:])
		if !ok || !f.IsExported() {
			return fmt.Errorf("%s has no member %q", t.Name(), key)
		}
		if err := checkShape(f.Type, v); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func TestTheModelOfTheAWSCommandLine(t *testing.T) {
	t.Parallel()
	for line, wrong := range map[string]string{
		"aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id i-1 --http-tokens required": "",
		"aws ec2 modify-instance-metadata-options --instance-id $ID --http-tokens {{ w.metadata.tokens }}":     "",
		"aws ec2 modify-instance-metadata-options --instance-id i-1 --http-token required":                     "there is no option --http-token",
		"aws ec2 modify-instance-metadata-options --instance-id i-1 --http-tokens requierd":                    `"requierd" is none of`,
		"aws ec2 modify-instance-metadata-options --instance-id i-1 i-2":                                       "it takes one value",
		"aws ec2 modify-instance-metadata-options --instance-id":                                               "it wants a value",
		"aws ec2 modify-instance-metadata-options --http-put-response-hop-limit one":                           "invalid syntax",
		"aws ec2 modify-instance-metadata-option --instance-id i-1":                                            "no operation",
		"aws ec3 modify-instance-metadata-options":                                                             "no service",
		"aws ec2 stop-instances i-1":                           `takes no "i-1"`,
		"aws ec2 wait instance-stopped --instance-ids i-1 i-2": "",
		"aws ec2 wait instance-asleep --instance-ids i-1":      "no way to wait",
		"aws ec2 create-network-acl-entry --network-acl-id a --ingress --rule-number 1 --protocol tcp --port-range From=22,To=22 --cidr-block 0.0.0.0/0 --rule-action deny": "",
		"aws ec2 create-network-acl-entry --network-acl-id a --ingress --port-range Form=22,To=22":                                                                          `no member "Form"`,
		"aws ec2 create-network-acl-entry --network-acl-id a --ingress yes":                                                                                                 "it takes no value",
		"aws ec2 modify-subnet-attribute --subnet-id s --no-map-public-ip-on-launch":                                                                                        "",
		"aws ec2 modify-image-attribute --image-id a --imds-support v2.0":                                                                                                   "",
		"aws ec2 modify-image-attribute --image-id a --imds-support Valeu=v2.0":                                                                                             `no member "Valeu"`,
		`aws ec2 create-launch-template-version --launch-template-data '{"MetadataOptions":{"HttpTokens":"required"}}'`:                                                     "",
		`aws ec2 create-launch-template-version --launch-template-data '{"MetadataOptions":{"HttpToken":"required"}}'`:                                                      `no member "HttpToken"`,
		`aws ec2 create-launch-template-version --launch-template-data '{"MetadataOptions":"required"}'`:                                                                    "where a structure is wanted",
		"aws guardduty update-detector --detector-id d --enable":                                                                                                            "",
		"aws ssm send-command --document-name d --parameters Operation=Install,RebootOption=NoReboot --instance-ids a b":                                                    "",
		"aws secretsmanager get-secret-value --secret-id s --query SecretString --output text":                                                                              "",
		"aws logs put-metric-filter --metric-transformations metricName=a,metricNamespace=b,metricValue=1":                                                                  "",
		"aws logs put-metric-filter --metric-transformations metricNam=a":                                                                                                   `no member "metricNam"`,
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			all, err := shellCommands(line)
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			switch err := checkAWS(all[0].words); {
			case err == nil && wrong != "":
				t.Errorf("it passes, and what is wrong is that %s", wrong)
			case err != nil && (wrong == "" || !strings.Contains(err.Error(), wrong)):
				t.Errorf("%v, want %q", err, wrong)
			}
		})
	}
}
