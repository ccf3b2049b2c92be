package aws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// cold is an address where nobody listens.
func cold(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return "http://" + l.Addr().String()
}

func TestALoginThatFailsIsToldInASentence(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 1, Accounts: 2, Instances: 4, Plain: true})
	role := e.Accounts[1]
	stranger := keys("AKIASTRANGER", "not-it")
	forger := keys(e.Accounts[0].AccessKey, "not-it")
	for name, c := range map[string]struct {
		with func(*Options)
		says []string
	}{
		"a key that nobody knows": {func(o *Options) { o.Login = stranger },
			[]string{"The AWS credentials are not accepted (InvalidClientTokenId", "log in again"}},
		"a wrong secret": {func(o *Options) { o.Login = forger },
			[]string{"The AWS credentials are not accepted (SignatureDoesNotMatch", "log in again"}},
		"a key that nobody knows, for a role": {func(o *Options) { o.Login, o.RoleARN = stranger, role.Role },
			[]string{"The AWS credentials are not accepted (InvalidClientTokenId"}},
		"an endpoint where nobody listens": {func(o *Options) { o.Endpoint = cold(t) },
			[]string{"The endpoint http://127.0.0.1:", "cannot be reached", "connection refused", "proxy or firewall"}},
		"an endpoint where nobody listens, for a role": {func(o *Options) { o.Endpoint, o.RoleARN = cold(t), role.Role },
			[]string{"cannot be reached", "connection refused"}},
		"an endpoint that is no address": {func(o *Options) { o.Endpoint = "localhost:4566" },
			[]string{"The endpoint localhost:4566 is not an address.", "http://host:port"}},
		"a role without its external id": {func(o *Options) { o.RoleARN = role.Role },
			[]string{"The role " + role.Role + " could not be assumed (AccessDenied", "external id: none was given"}},
		"a role with a wrong external id": {func(o *Options) { o.RoleARN, o.ExternalID = role.Role, "guessed-wrong" },
			[]string{"could not be assumed", "external id: one was given"}},
		"a role that is not there": {func(o *Options) { o.RoleARN = "arn:aws:iam::111122223333:role/nobody" },
			[]string{"The role arn:aws:iam::111122223333:role/nobody could not be assumed"}},
		"no redactor": {func(o *Options) { o.Redactor = nil }, []string{"needs a redactor"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, o := simulated(t, e)
			o.MaxAttempts = 2
			c.with(&o)
			got, err := Connect(context.Background(), o)
			if err == nil || got != nil {
				t.Fatalf("connected: %v", got)
			}
			for _, want := range c.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
			if s := err.Error(); !strings.HasSuffix(s, ".") || strings.Contains(s, "guessed-wrong") || strings.Contains(s, "not-it") || strings.Contains(s, "operation error") {
				t.Errorf("no sentence for a person: %v", err)
			}
		})
	}
}

func TestAnEndpointThatIsNotAWSIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reply string
		says  string
	}{
		"a web site":                      {"<html><body>welcome</body></html>", "answered with something that is not from AWS"},
		"an answer about nobody":          {`<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`, `named the account ""`},
		"an account that is no account":   {`<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn><Account>admin</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, `named the account "admin"`},
		"an identity that is no identity": {`<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>me</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, `the identity "me"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, func(w http.ResponseWriter, _ *http.Request, _ asked) { _, _ = io.WriteString(w, c.reply) })
			got, err := Connect(context.Background(), options(f.url))
			if err == nil || got != nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want that it %s", err, c.says)
			}
		})
	}
}

func TestACollectorDoesNotTellItsCredentials(t *testing.T) {
	t.Parallel()
	o := options(newFake(t, nil).url)
	o.Login = keys("AKIAEXAMPLE", "hush-hush")
	c := connect(t, o)
	for _, s := range []string{fmt.Sprintf("%v", c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprint(c)} {
		if s != "AWS account "+account {
			t.Errorf("it says %s", s)
		}
	}
}

func TestThePartitionIsWhatTheIdentitySays(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, _ asked) {
		_, _ = io.WriteString(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws-us-gov:iam::111122223333:user/x</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	})
	if got := connect(t, options(f.url)).Partition(); got != "aws-us-gov" {
		t.Errorf("partition %q", got)
	}
}

func TestALoginCanBeCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	f := newFake(t, func(_ http.ResponseWriter, r *http.Request, _ asked) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := Connect(ctx, options(f.url)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// The tests below set the environment, as a person would, and so do not run
// beside others.

func environment(t *testing.T, pairs ...string) {
	t.Helper()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	for i, all := 0, append([]string{"AWS_EC2_METADATA_DISABLED", "true", "AWS_CONFIG_FILE", none, "AWS_SHARED_CREDENTIALS_FILE", none}, pairs...); i < len(all); i += 2 {
		t.Setenv(all[i], all[i+1])
	}
}

func TestTheEnvironmentIsHonoured(t *testing.T) {
	f := newFake(t, nil)
	environment(t, "AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY", "secret", "AWS_ENDPOINT_URL", f.url)
	s := &taken{}
	if err := scan(context.Background(), connect(t, Options{Redactor: wire.NewRedactor(testKey)}), s); err != nil {
		t.Fatal(err)
	}
	if f.count("DescribeInstances") != 4 || f.log[0].region != defaultRegion {
		t.Errorf("%+v", f.log)
	}
}

func TestNoCredentialsIsASentence(t *testing.T) {
	environment(t)
	_, err := Connect(context.Background(), Options{Redactor: wire.NewRedactor(testKey), Endpoint: newFake(t, nil).url})
	if err == nil || !strings.HasPrefix(err.Error(), "No AWS credentials were found. Set AWS_PROFILE") {
		t.Errorf("got %v", err)
	}
}

func TestAProfileThatIsNotThereIsNamed(t *testing.T) {
	environment(t)
	_, err := Connect(context.Background(), Options{Redactor: wire.NewRedactor(testKey), Profile: "prdo"})
	if err == nil || err.Error() != "There is no AWS profile \"prdo\". `aws configure list-profiles` shows those that exist." {
		t.Errorf("got %v", err)
	}
}

func TestALoginOfASimulatedCloudLooksAtNothingElse(t *testing.T) {
	environment(t, "AWS_PROFILE", "not-there", "AWS_ACCESS_KEY_ID", "AKIAOTHER", "AWS_SECRET_ACCESS_KEY", "x")
	f := newFake(t, nil)
	if got := connect(t, options(f.url)).Scope().Account; got != account {
		t.Errorf("account %s", got)
	}
	if f.log[0].key != "AKIAIOSFODNN7EXAMPLE" {
		t.Errorf("logged in as %s", f.log[0].key)
	}
}

func TestAProfileIsUsed(t *testing.T) {
	f := newFake(t, nil)
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("[profile p]\nregion = eu-west-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environment(t, "AWS_CONFIG_FILE", file)
	c := connect(t, Options{Redactor: wire.NewRedactor(testKey), Profile: "p", Endpoint: f.url})
	if c.config.Region != here {
		t.Errorf("region %q", c.config.Region)
	}
}

// TestALoginThatLapsesIsNotTakenForAMissingPermission: the role's credentials
// end in the middle of a scan and cannot be renewed.
func TestALoginThatLapsesIsNotTakenForAMissingPermission(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
		switch {
		case a.action != "AssumeRole":
			normal(w, r, a)
		case a.n == 1:
			_, _ = io.WriteString(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>`+
				time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
		default:
			refuseLogin(w, 403, "AccessDenied")
		}
	})
	o := options(f.url)
	o.RoleARN, o.Regions = "arn:aws:iam::111122223333:role/scan", []string{here}
	c := connect(t, o)
	s := &taken{}
	if err := c.Context(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	c.lapse()
	if err := c.Workloads(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	a := s.answer("ec2:DescribeInstances", here)
	if a.Code != snapshot.CodeLogin || a.HTTP != 0 || a.Cause != "bad_login" || !strings.Contains(a.Message, "AccessDenied") {
		t.Errorf("%+v", a)
	}
}

// lapse makes the credentials look as if their time were over.
func (c *Collector) lapse() {
	c.config.Credentials.(interface{ Invalidate() }).Invalidate()
}

func TestAWSIsToldWhoAsks(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
		if ua := r.UserAgent(); !strings.Contains(ua, "app/plumbline") {
			t.Errorf("%s: user agent %q", a.action, ua)
		}
		normal(w, r, a)
	})
	if err := scan(context.Background(), connect(t, options(f.url)), &taken{}); err != nil {
		t.Fatal(err)
	}
}
