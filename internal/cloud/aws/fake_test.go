package aws

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

const (
	account = "111122223333"
	here    = "eu-west-1"
	there   = "us-east-1"
)

// asked is one request that reached the fake.
type asked struct {
	key, action, region, token string
	n                          int // of this action, region and token, from 1
}

// A fake answers what a test says, over real HTTP, and else like an account
// with two regions of two pages each. awssim is the simulator; this is for
// replies that no cloud would send.
type fake struct {
	url string
	mu  sync.Mutex
	log []asked
}

type answer func(w http.ResponseWriter, r *http.Request, a asked)

func newFake(t testing.TB, odd answer) *fake {
	f := &fake{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := f.note(r)
		w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
		w.Header().Set("X-Amzn-Requestid", fmt.Sprintf("req-%s-%s-%d", a.action, a.region, a.n))
		if odd == nil {
			normal(w, r, a)
			return
		}
		odd(w, r, a)
	}))
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

var credentialScope = regexp.MustCompile(`Credential=([^/]+)/\d+/([^/]+)/`)

func (f *fake) note(r *http.Request) asked {
	_ = r.ParseForm() // an odd form is one without an action
	a := asked{action: operation(r), token: r.PostForm.Get("NextToken"), n: 1}
	if m := credentialScope.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		a.key, a.region = m[1], m[2]
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, b := range f.log {
		if b.action == a.action && b.region == a.region && b.token == a.token {
			a.n++
		}
	}
	f.log = append(f.log, a)
	return a
}

func (f *fake) count(action string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.log {
		if a.action == action {
			n++
		}
	}
	return n
}

// operation is what a request asks for, however its service says so.
func operation(r *http.Request) string {
	if _, name, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return name
	}
	if name := map[string]string{
		"/detector": "ListDetectors", "/analyzer": "ListAnalyzers", "/backup-vaults": "ListBackupVaults", "/resources": "ListProtectedResources",
	}[strings.TrimSuffix(r.URL.Path, "/")]; name != "" {
		return name
	}
	return r.PostForm.Get("Action")
}

// nothing answers any call of the collector's as an account does that has
// nothing of the kind.
func nothing(w http.ResponseWriter, action string) {
	lists, one, service, isJSON, known := "", "", "", false, false
	members := []string{}
	for question, s := range awsfact.Shapes {
		call, _, _ := strings.Cut(question, " ")
		of, name, _ := strings.Cut(call, ":")
		if name != action {
			continue
		}
		service = of
		known, isJSON, one = true, s.JSON, s.Split.One
		if s.Split.List != "" {
			lists += "<" + s.Split.List + "/>"
			members = append(members, fmt.Sprintf("%q:[]", s.Split.List))
		}
	}
	switch {
	case !known:
		refuse(w, 400, "InvalidAction")
	case isJSON && one != "" || action == "ListParents" || action == "ListPoliciesForTarget":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(400)
		fmt.Fprint(w, `{"__type":"AWSOrganizationsNotInUseException","Message":"none"}`)
	case isJSON:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{"+strings.Join(members, ",")+"}")
	case one != "":
		ec2Reply(w, action, "<"+one+"/>")
	case action == "GenerateCredentialReport":
		ec2Reply(w, action, "<GenerateCredentialReportResult><State>COMPLETE</State></GenerateCredentialReportResult>")
	case service != "ec2":
		fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", action, lists)
	default:
		ec2Reply(w, action, lists)
	}
}

func normal(w http.ResponseWriter, _ *http.Request, a asked) {
	switch a.action {
	case "GetCallerIdentity":
		fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::%[1]s:assumed-role/scan/plumbline</Arn><UserId>AROAEXAMPLE:plumbline</UserId><Account>%[1]s</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>x</RequestId></ResponseMetadata></GetCallerIdentityResponse>`, account)
	case "DescribeRegions":
		regions(w, here, "opt-in-not-required", there, "opted-in", "me-south-1", "not-opted-in")
	case "GetInstanceMetadataDefaults":
		ec2Reply(w, a.action, `<accountLevel><httpTokens>required</httpTokens><managedBy>account</managedBy></accountLevel>`)
	case "DescribeInstances":
		if a.token == "" {
			instances(w, "page-2", a.region+"-1", a.region+"-2")
		} else {
			instances(w, "", a.region+"-3")
		}
	default:
		nothing(w, a.action)
	}
}

func ec2Reply(w http.ResponseWriter, action, inner string) {
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><%[1]sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>in-body</requestId>%[2]s</%[1]sResponse>`, action, inner)
}

func regions(w http.ResponseWriter, nameAndStatus ...string) {
	var b strings.Builder
	for p := range slices.Chunk(nameAndStatus, 2) {
		fmt.Fprintf(&b, `<item><regionName>%s</regionName><regionEndpoint>ec2.%s.amazonaws.com</regionEndpoint><optInStatus>%s</optInStatus></item>`, p[0], p[0], p[1])
	}
	ec2Reply(w, "DescribeRegions", "<regionInfo>"+b.String()+"</regionInfo>")
}

func instances(w http.ResponseWriter, next string, ids ...string) {
	var b strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&b, `<item><reservationId>r-1</reservationId><ownerId>%s</ownerId><groupSet/><instancesSet><item><instanceId>i-%s</instanceId><metadataOptions><httpTokens>optional</httpTokens></metadataOptions><tagSet><item><key>Name</key><value>web</value></item></tagSet></item></instancesSet></item>`, account, id)
	}
	inner := "<reservationSet>" + b.String() + "</reservationSet>"
	if next != "" {
		inner += "<nextToken>" + next + "</nextToken>"
	}
	ec2Reply(w, "DescribeInstances", inner)
}

// refuseLogin is how STS spells a refusal.
func refuseLogin(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>No.</Message></Error><RequestId>x</RequestId></ErrorResponse>`, code)
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>%s</Code><Message>No. Encoded authorization failure message: c2VjcmV0</Message></Error></Errors><RequestID>x</RequestID></Response>`, code)
}

// taken is a sink that keeps everything.
type taken struct {
	mu        sync.Mutex
	answers   map[snapshot.Key]snapshot.Answer
	resources []snapshot.Resource
	order     []string // "answer" and "resources" per call and region, as they came
	fail      func(what string) error
}

func (s *taken) Answer(ctx context.Context, a snapshot.Answer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.fail != nil {
		if err := s.fail("answer " + a.Call); err != nil {
			return err
		}
	}
	if s.answers == nil {
		s.answers = map[snapshot.Key]snapshot.Answer{}
	}
	s.answers[a.Key] = a
	s.order = append(s.order, "answer "+a.Call+" "+a.Region+" "+a.Subject)
	return nil
}

func (s *taken) Resources(ctx context.Context, rs []snapshot.Resource) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.fail != nil {
		if err := s.fail("resources " + rs[0].Call); err != nil {
			return err
		}
	}
	for _, r := range rs {
		r.Doc = slices.Clone(r.Doc)
		s.resources = append(s.resources, r)
	}
	s.order = append(s.order, "resources "+rs[0].Call+" "+rs[0].Region)
	return nil
}

func (s *taken) answer(call, region string) snapshot.Answer {
	return s.answers[snapshot.Key{Call: call, Scope: snapshot.Scope{Provider: Provider, Account: account, Region: region}}]
}

// asked are the answers to what was asked, and not left out.
func (s *taken) asked() (as []snapshot.Answer) {
	for _, a := range s.answers {
		if a.Status != snapshot.Unasked {
			as = append(as, a)
		}
	}
	return as
}

func (s *taken) docs(call string) (docs []string) {
	for _, r := range s.resources {
		if r.Call == call {
			docs = append(docs, string(r.Doc))
		}
	}
	slices.Sort(docs)
	return docs
}

var testKey = [32]byte{1, 2, 3}

func keys(key, secret string) func() (string, string) {
	return func() (string, string) { return key, secret }
}

// options of tests: credentials of their own, nothing from the environment's
// files, and next to no wait between attempts.
func options(url string) Options {
	return Options{
		Endpoint: url, Region: there, Redactor: wire.NewRedactor(testKey), MaxBackoff: time.Millisecond, MaxAttempts: 3,
		Silence: 20 * time.Second, poll: time.Millisecond, UserDataPerSecond: 1000,
		Login: keys("AKIAIOSFODNN7EXAMPLE", "secret"),
	}
}

func connect(t testing.TB, o Options) *Collector {
	t.Helper()
	c, err := Connect(context.Background(), o)
	if err != nil {
		t.Fatal("connect: ", err)
	}
	return c
}

// scan asks everything.
func scan(ctx context.Context, c *Collector, s *taken) error {
	if err := c.Context(ctx, s); err != nil {
		return err
	}
	return c.Workloads(ctx, s)
}
