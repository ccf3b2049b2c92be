package awssim

import (
	"net/http"
	"net/url"
	"strings"
)

// A form is the way a service is asked and answers.
type form int

const (
	ec2Query form = iota // a form in, XML out, errors in EC2's own frame
	query                // a form in, XML out, wrapped in a result element
	awsJSON              // X-Amz-Target names the operation, JSON both ways
	restJSON             // method and path name the operation, JSON out
)

// A service is one of AWS's, as requests, signatures and permissions name it.
type service struct {
	name   string // as permissions are spelled, "cloudwatch"
	signs  string // as signatures are scoped, "monitoring"
	form   form
	space  string // the XML namespace of replies
	global bool   // has one endpoint in the partition, asked in its first region
}

var (
	serviceEC2 = &service{name: "ec2", signs: "ec2", form: ec2Query, space: "http://ec2.amazonaws.com/doc/2016-11-15/"}
	serviceSTS = &service{name: "sts", signs: "sts", form: query, space: "https://sts.amazonaws.com/doc/2011-06-15/"}

	// byVersion are the query services. Their requests differ in nothing but
	// action and version.
	byVersion = map[string]*service{
		"2016-11-15": serviceEC2,
		"2011-06-15": serviceSTS,
		"2010-05-08": {name: "iam", signs: "iam", form: query, space: "https://iam.amazonaws.com/doc/2010-05-08/", global: true},
		"2011-01-01": {name: "autoscaling", signs: "autoscaling", form: query, space: "http://autoscaling.amazonaws.com/doc/2011-01-01/"},
		"2015-12-01": {name: "elasticloadbalancing", signs: "elasticloadbalancing", form: query, space: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"},
		"2012-06-01": {name: "elasticloadbalancing", signs: "elasticloadbalancing", form: query, space: "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"},
	}

	// byTarget are the services that X-Amz-Target names.
	byTarget = map[string]*service{
		"AWSOrganizationsV20161128":          {name: "organizations", signs: "organizations", form: awsJSON, global: true},
		"Logs_20140328":                      {name: "logs", signs: "logs", form: awsJSON},
		"CloudTrail_20131101":                {name: "cloudtrail", signs: "cloudtrail", form: awsJSON},
		"StarlingDoveService":                {name: "config", signs: "config", form: awsJSON},
		"AmazonSSM":                          {name: "ssm", signs: "ssm", form: awsJSON},
		"AmazonEC2ContainerServiceV20141113": {name: "ecs", signs: "ecs", form: awsJSON},
		"GraniteServiceVersion20100801":      {name: "cloudwatch", signs: "monitoring", form: awsJSON},
	}

	serviceGuardDuty = &service{name: "guardduty", signs: "guardduty", form: restJSON}
	serviceAnalyzer  = &service{name: "access-analyzer", signs: "access-analyzer", form: restJSON}
	serviceBackup    = &service{name: "backup", signs: "backup", form: restJSON}
)

// A route is a REST operation by its method and path; "{}" is any one segment.
type route struct {
	service            *service
	method, path, name string
}

var routes = []route{
	{serviceGuardDuty, http.MethodGet, "/detector", "ListDetectors"},
	{serviceGuardDuty, http.MethodPost, "/detector", "CreateDetector"},
	{serviceGuardDuty, http.MethodGet, "/detector/{}", "GetDetector"},
	{serviceGuardDuty, http.MethodPost, "/detector/{}", "UpdateDetector"},
	{serviceAnalyzer, http.MethodGet, "/analyzer", "ListAnalyzers"},
	{serviceAnalyzer, http.MethodPut, "/analyzer", "CreateAnalyzer"},
	{serviceAnalyzer, http.MethodDelete, "/analyzer/{}", "DeleteAnalyzer"},
	{serviceBackup, http.MethodGet, "/backup-vaults", "ListBackupVaults"},
	{serviceBackup, http.MethodPut, "/backup-vaults/{}/vault-lock", "PutBackupVaultLockConfiguration"},
	{serviceBackup, http.MethodDelete, "/backup-vaults/{}/vault-lock", "DeleteBackupVaultLockConfiguration"},
	{serviceBackup, http.MethodGet, "/resources", "ListProtectedResources"},
}

// An ask is a request, read as its service's form wants it.
type ask struct {
	form url.Values // of a query service
	body []byte     // JSON, "" for none
	path []string   // what stood for "{}"
	args url.Values // of the URL
}

// read finds out what is asked of which service.
func (c *caller) read(r *http.Request, body []byte) ask {
	a := ask{body: body, args: r.URL.Query()}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		name, action, _ := strings.Cut(target, ".")
		c.action, c.of = action, byTarget[name]
		if c.of == nil {
			c.of = &service{form: awsJSON}
			c.of.nameBySignature(r)
		}
		return a
	}
	if r.URL.Path != "/" && r.URL.Path != "" {
		c.readPath(r, &a)
		return a
	}
	q, err := url.ParseQuery(string(body))
	if err != nil {
		q = url.Values{}
	}
	a.form = q
	c.action, c.version = q.Get("Action"), q.Get("Version")
	if c.of = byVersion[c.version]; c.of == nil {
		c.of = serviceEC2
	}
	return a
}

func (c *caller) readPath(r *http.Request, a *ask) {
	for _, at := range routes {
		if rest, ok := matches(at.path, strings.TrimSuffix(r.URL.Path, "/")); ok && at.method == r.Method {
			c.of, c.action, a.path = at.service, at.name, rest
			return
		}
	}
	c.of, c.action = &service{form: restJSON}, r.Method+" "+r.URL.Path
	c.of.nameBySignature(r)
}

// nameBySignature names a service that is not known as whoever signed calls it.
func (s *service) nameBySignature(r *http.Request) {
	if cr, ok := readCredential(r); ok {
		s.name, s.signs = cr.service, cr.service
	}
}

// matches says whether a path is of a pattern, and what stands for each "{}".
func matches(pattern, path string) (rest []string, ok bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	for i := range want {
		switch {
		case want[i] == "{}" && got[i] != "":
			rest = append(rest, got[i])
		case want[i] != got[i]:
			return nil, false
		}
	}
	return rest, true
}

// kind is the media type of the caller's replies.
func (c *caller) kind() string {
	switch {
	case c.of.form == restJSON:
		return "application/json"
	case c.of.form == awsJSON && c.of.name == "cloudwatch":
		return "application/x-amz-json-1.0"
	case c.of.form == awsJSON:
		return "application/x-amz-json-1.1"
	default:
		return "text/xml;charset=UTF-8"
	}
}

// name is the call as its permission is spelled.
func (c *caller) name() string { return c.of.name + ":" + c.action }
