package awssim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

// versions of the query services by the name they sign with.
var versions = map[string]string{"iam": "2010-05-08", "autoscaling": "2011-01-01", "elasticloadbalancing": "2015-12-01", "ec2": "2016-11-15"}

// send sends a request of any form and returns status, code of the error, and
// body.
func (c raw) send(t testing.TB, method, path, target, body string) (int, string, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+c.key+"/20261122/"+c.region+"/"+c.service+"/aws4_request, SignedHeaders=host, Signature=00")
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	code := resp.Header.Get("X-Amzn-Errortype")
	if strings.Contains(string(b), "<Code>") {
		code = one(t, string(b), "Code")
	} else if code != "" {
		var e struct {
			Type string `json:"__type"`
		}
		if err := json.Unmarshal(b, &e); err != nil || e.Type != code {
			t.Errorf("header %s, body %s", code, b)
		}
	}
	return resp.StatusCode, code, string(b)
}

func (c raw) at(service, region string) raw { c.service, c.region = service, region; return c }

// ask sends a query.
func (c raw) ask(t testing.TB, action string, params ...string) (int, string, string) {
	t.Helper()
	q := url.Values{"Action": {action}, "Version": {versions[c.service]}}
	for _, p := range params {
		k, v, _ := strings.Cut(p, "=")
		q.Set(k, v)
	}
	return c.send(t, http.MethodPost, "/", "", q.Encode())
}

func TestEveryServiceRefusesInItsOwnWords(t *testing.T) {
	t.Parallel()
	e := small()
	l := serve(t, e, awssim.Options{})
	a := e.Accounts[0]
	c := client(l, a, "eu-west-1")
	nobody := c
	nobody.key = "AKIANOBODY"
	const metric = "GraniteServiceVersion20100801.GetMetricData"
	type reply struct {
		status int
		code   string
	}
	got := func(status int, code, _ string) reply { return reply{status, code} }
	for name, tc := range map[string]struct{ got, want reply }{
		"IAM outside its region":               {got(c.at("iam", "eu-west-1").ask(t, "GetAccountSummary")), reply{403, "SignatureDoesNotMatch"}},
		"IAM signed for another":               {got(c.at("ec2", "us-east-1").send(t, "POST", "/", "", "Action=GetAccountSummary&Version=2010-05-08")), reply{403, "SignatureDoesNotMatch"}},
		"IAM, unknown key":                     {got(nobody.at("iam", "us-east-1").ask(t, "GetAccountSummary")), reply{403, "InvalidClientTokenId"}},
		"IAM, unknown action":                  {got(c.at("iam", "us-east-1").ask(t, "DeleteEverything")), reply{400, "InvalidAction"}},
		"IAM, unknown parameter":               {got(c.at("iam", "us-east-1").ask(t, "GetAccountSummary", "Unicorn=1")), reply{400, "UnknownParameter"}},
		"IAM, wrong marker":                    {got(c.at("iam", "us-east-1").ask(t, "ListInstanceProfiles", "Marker=abc")), reply{400, "ValidationError"}},
		"IAM, page too large":                  {got(c.at("iam", "us-east-1").ask(t, "ListInstanceProfiles", "MaxItems=1001")), reply{400, "ValidationError"}},
		"IAM, unknown filter":                  {got(c.at("iam", "us-east-1").ask(t, "GetAccountAuthorizationDetails", "Filter.member.1=Unicorn")), reply{400, "ValidationError"}},
		"IAM, report not asked for":            {got(c.at("iam", "us-east-1").ask(t, "GetCredentialReport")), reply{410, "ReportNotPresent"}},
		"Auto Scaling in no region":            {got(c.at("autoscaling", "mars-1").ask(t, "DescribeAutoScalingGroups")), reply{403, "SignatureDoesNotMatch"}},
		"Auto Scaling, region not opted in":    {got(c.at("autoscaling", "ap-east-1").ask(t, "DescribeAutoScalingGroups")), reply{403, "InvalidClientTokenId"}},
		"Auto Scaling, page too large":         {got(c.at("autoscaling", "eu-west-1").ask(t, "DescribeAutoScalingGroups", "MaxRecords=101")), reply{400, "ValidationError"}},
		"CloudWatch, unknown operation":        {got(c.at("monitoring", "eu-west-1").send(t, "POST", "/", "GraniteServiceVersion20100801.Unicorn", "{}")), reply{404, "UnknownOperationException"}},
		"CloudWatch, signed by its permission": {got(c.at("cloudwatch", "eu-west-1").send(t, "POST", "/", metric, "{}")), reply{400, "InvalidSignatureException"}},
		"CloudWatch, unknown member":           {got(c.at("monitoring", "eu-west-1").send(t, "POST", "/", metric, `{"Unicorn":1}`)), reply{400, "ValidationException"}},
		"CloudWatch, no time":                  {got(c.at("monitoring", "eu-west-1").send(t, "POST", "/", metric, `{}`)), reply{400, "ValidationError"}},
		"CloudWatch, no queries":               {got(c.at("monitoring", "eu-west-1").send(t, "POST", "/", metric, `{"StartTime":1,"EndTime":2}`)), reply{400, "ValidationError"}},
		"a service nobody knows":               {got(c.at("unicorn", "eu-west-1").send(t, "POST", "/", "Unicorn.List", "{}")), reply{404, "UnknownOperationException"}},
		"Systems Manager, unknown key":         {got(nobody.at("ssm", "eu-west-1").send(t, "POST", "/", "AmazonSSM.DescribeInstanceInformation", "{}")), reply{400, "UnrecognizedClientException"}},
		"Systems Manager, too many":            {got(c.at("ssm", "eu-west-1").send(t, "POST", "/", "AmazonSSM.DescribeInstancePatchStates", `{"InstanceIds":["`+strings.Repeat(`i-0","`, 50)+`i-0"]}`)), reply{400, "ValidationException"}},
		"ECS, unknown cluster":                 {got(c.at("ecs", "eu-west-1").send(t, "POST", "/", "AmazonEC2ContainerServiceV20141113.ListContainerInstances", `{"cluster":"x"}`)), reply{400, "ClusterNotFoundException"}},
		"CloudTrail, unknown trail":            {got(c.at("cloudtrail", "eu-west-1").send(t, "POST", "/", "CloudTrail_20131101.GetTrailStatus", `{"Name":"x"}`)), reply{400, "TrailNotFoundException"}},
		"Organizations, in none":               {got(c.at("organizations", "us-east-1").send(t, "POST", "/", "AWSOrganizationsV20161128.DescribeOrganization", "{}")), reply{400, "AWSOrganizationsNotInUseException"}},
		"GuardDuty, unknown key":               {got(nobody.at("guardduty", "eu-west-1").send(t, "GET", "/detector", "", "")), reply{403, "UnrecognizedClientException"}},
		"GuardDuty, unknown detector":          {got(c.at("guardduty", "eu-west-1").send(t, "GET", "/detector/abc", "", "")), reply{400, "BadRequestException"}},
		"GuardDuty, unknown path":              {got(c.at("guardduty", "eu-west-1").send(t, "DELETE", "/detector", "", "")), reply{404, "UnknownOperationException"}},
		"Access Analyzer, unknown argument":    {got(c.at("access-analyzer", "eu-west-1").send(t, "GET", "/analyzer?unicorn=1", "", "")), reply{400, "ValidationException"}},
		"Backup, wrong token":                  {got(c.at("backup", "eu-west-1").send(t, "GET", "/resources?nextToken=abc", "", "")), reply{400, "InvalidNextTokenException"}},
		"an image that is gone":                {got(c.ask(t, "DescribeImages", "ImageId.1=ami-00000000000000000")), reply{400, "InvalidAMIID.NotFound"}},
		"a template that is gone":              {got(c.ask(t, "DescribeLaunchTemplateVersions", "LaunchTemplateId=lt-0")), reply{400, "InvalidLaunchTemplateId.NotFound"}},
		"a version by number, of no template":  {got(c.ask(t, "DescribeLaunchTemplateVersions", "LaunchTemplateVersion.1=2")), reply{400, "InvalidParameterCombination"}},
		"an attribute nobody asks for":         {got(c.ask(t, "DescribeInstanceAttribute", "Attribute=kernel")), reply{400, "InvalidParameterValue"}},
		"an image made to support v3":          {got(c.ask(t, "ModifyImageAttribute", "ImageId=ami-0", "ImdsSupport.Value=v3.0")), reply{400, "InvalidParameterValue"}},
		"snapshots blocked somehow":            {got(c.ask(t, "EnableSnapshotBlockPublicAccess", "State=maybe")), reply{400, "InvalidParameterValue"}},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %v, want %v", name, tc.got, tc.want)
		}
	}
}

func TestAFilterDoesNotMindAnImageThatIsGone(t *testing.T) {
	t.Parallel()
	e := small()
	r := e.Accounts[0].Regions[0]
	l := serve(t, e, awssim.Options{})
	i := r.Instance(0)
	b := client(l, e.Accounts[0], r.Name).must(t, "DescribeImages", "Filter.1.Name=image-id", "Filter.1.Value.1=ami-00000000000000000", "Filter.1.Value.2="+i.Image)
	if got := one(t, b, "imageId"); got != i.Image {
		t.Errorf("%q, want %s", got, i.Image)
	}
}

func TestMetricQueriesAreChecked(t *testing.T) {
	t.Parallel()
	e := small()
	c := client(serve(t, e, awssim.Options{}), e.Accounts[0], "eu-west-1").at("monitoring", "eu-west-1")
	one := func(id, period, stat string) string {
		return `{"Id":"` + id + `","MetricStat":{"Metric":{"Namespace":"AWS/EC2","MetricName":"MetadataNoToken","Dimensions":[{"Name":"InstanceId","Value":"i-0"}]},"Period":` + period + `,"Stat":"` + stat + `"}}`
	}
	many := make([]string, 501)
	for n := range many {
		many[n] = one(fmt.Sprint("q", n), "60", "Sum")
	}
	for queries, want := range map[string]int{
		one("n_i_0", "3600", "Sum"): 200, one("N", "3600", "Sum"): 400, one("n-1", "3600", "Sum"): 400, one("n", "61", "Sum"): 400, one("n", "60", "Average"): 400,
		one("n", "60", "Sum") + "," + one("n", "60", "Sum"): 400, strings.Join(many[:500], ","): 200, strings.Join(many, ","): 400,
	} {
		status, _, b := c.send(t, http.MethodPost, "/", "GraniteServiceVersion20100801.GetMetricData", `{"StartTime":1700000000,"EndTime":1.7000864E9,"MetricDataQueries":[`+queries+`]}`)
		if status != want {
			t.Errorf("%.80s: %d: %.200s", queries, status, b)
		}
	}
}

func TestStorageIsChangedForOneRegion(t *testing.T) {
	t.Parallel()
	e := small()
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{})
	here, there := client(l, a, "eu-west-1"), client(l, a, "us-east-1")
	a.Region("eu-west-1").SetStorage(func(s *sim.Storage) { *s = sim.Storage{SnapshotBlock: "unblocked"} })
	a.Region("us-east-1").SetStorage(func(s *sim.Storage) { *s = sim.Storage{SnapshotBlock: "unblocked"} })
	here.must(t, "EnableEbsEncryptionByDefault")
	here.must(t, "EnableSnapshotBlockPublicAccess", "State=block-all-sharing")
	for _, tc := range []struct {
		from             raw
		encrypted, block string
	}{{here, "true", "block-all-sharing"}, {there, "false", "unblocked"}} {
		if got := one(t, tc.from.must(t, "GetEbsEncryptionByDefault"), "ebsEncryptionByDefault"); got != tc.encrypted {
			t.Errorf("%s: encrypted %s", tc.from.region, got)
		}
		if got := one(t, tc.from.must(t, "GetSnapshotBlockPublicAccessState"), "state"); got != tc.block {
			t.Errorf("%s: block %s", tc.from.region, got)
		}
	}
}

func TestBucketsOfServicesAreTheirOwn(t *testing.T) {
	t.Parallel()
	e := small()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	l := serve(t, e, awssim.Options{Throttle: true, Now: func() time.Time { return now }})
	c := client(l, e.Accounts[0], "eu-west-1")
	n := 0
	for {
		status, code, _ := c.at("iam", "us-east-1").ask(t, "GetAccountSummary")
		if status != 200 {
			if code != "Throttling" {
				t.Error(code)
			}
			break
		}
		n++
	}
	if n != 100 {
		t.Errorf("a full bucket held %d calls", n)
	}
	c.must(t, "DescribeImages")
	if status, code, _ := c.at("guardduty", "eu-west-1").send(t, http.MethodGet, "/detector", "", ""); status != 200 {
		t.Error(code)
	}
}

func TestEveryFaultOfTheOtherForms(t *testing.T) {
	t.Parallel()
	e := small()
	l := serve(t, e, awssim.Options{})
	c := client(l, e.Accounts[0], "eu-west-1")
	asks := map[string]func() (int, string, string){
		"iam": func() (int, string, string) { return c.at("iam", "us-east-1").ask(t, "GetAccountSummary") },
		"cloudwatch": func() (int, string, string) {
			return c.at("monitoring", "eu-west-1").send(t, "POST", "/", "GraniteServiceVersion20100801.DescribeAlarms", "{}")
		},
		"guardduty": func() (int, string, string) {
			return c.at("guardduty", "eu-west-1").send(t, "GET", "/detector", "", "")
		},
	}
	for kind, want := range map[awssim.Kind]map[string]string{
		awssim.Throttled:    {"iam": "400 Throttling", "cloudwatch": "400 ThrottlingException", "guardduty": "429 ThrottlingException"},
		awssim.InternalXML:  {"iam": "500 InternalFailure", "cloudwatch": "500 InternalServerException", "guardduty": "500 InternalServerException"},
		awssim.Forbidden:    {"iam": "403 AccessDenied", "cloudwatch": "400 AccessDeniedException", "guardduty": "403 AccessDeniedException"},
		awssim.Unauthorised: {"iam": "403 InvalidClientTokenId", "cloudwatch": "400 UnrecognizedClientException", "guardduty": "403 UnrecognizedClientException"},
		awssim.InternalHTML: {"iam": "500 ", "cloudwatch": "500 ", "guardduty": "500 "},
		awssim.Empty:        {"iam": "200 ", "cloudwatch": "200 ", "guardduty": "200 "},
	} {
		for service, send := range asks {
			l.Reset()
			l.Fail(awssim.Fault{Kind: kind, Count: 1})
			status, code, body := send()
			if got := fmt.Sprint(status, " ", code); got != want[service] || kind == awssim.Empty && body != "" {
				t.Errorf("%s, %s: %s, want %s", kind, service, got, want[service])
			}
			if status, _, _ := send(); status != 200 {
				t.Errorf("%s, %s: afterwards %d", kind, service, status)
			}
			if calls := l.Calls(); len(calls) != 2 || calls[0].Fault != kind || calls[0].Status == 200 && kind != awssim.Empty {
				t.Errorf("%s, %s: %v", kind, service, calls)
			}
		}
	}
	for service, want := range map[string][2]string{"iam": {"</GetAccountSummaryResult>", "<gateway>"}, "cloudwatch": {"{}", "gateway"}, "guardduty": {"{}", "gateway"}} {
		for n, kind := range []awssim.Kind{awssim.NoList, awssim.ForeignXML} {
			l.Reset()
			l.Fail(awssim.Fault{Kind: kind, Count: 1})
			if status, _, body := asks[service](); status != 200 || !strings.Contains(body, want[n]) {
				t.Errorf("%s, %s: %d %s", kind, service, status, body)
			}
		}
	}
}
