package ibm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/IBM/go-sdk-core/v5/core"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/snapshot"
)

func TestALoginThatFailsIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token  reacts
		change func(*Options)
		says   string
		asked  int
	}{
		"a key that nobody knows": {change: func(o *Options) { o.APIKey = func() string { return "another" } },
			says: "IBM Cloud does not accept the API key (BXNIM0415E: Provided API key could not be found.)", asked: 1},
		"a key in braces": {change: func(o *Options) { o.APIKey = func() string { return "{key}" } }, says: "The API key cannot be used", asked: 0},
		"no key":          {change: func(o *Options) { o.APIKey = func() string { return "" } }, says: "The API key cannot be used", asked: 0},
		"a page of a proxy": {token: plainly(200, "text/html", "<html>Sign in</html>"),
			says: "answered with something that is not from IBM Cloud: the reply holds no token", asked: 3},
		"an object without a token":            {token: plainly(200, "application/json", `{"ok":true}`), says: "the reply holds no token", asked: 3},
		"a token that does not say until when": {token: plainly(200, "application/json", `{"access_token":"x"}`), says: "the reply holds no token", asked: 3},
		"a token of another": {token: plainly(200, "application/json", `{"access_token":"opaque","expires_in":3600,"expiration":9999999999}`),
			says: "gave something that is not an access token of IBM Cloud", asked: 1},
		"a token of no account": {token: func(w http.ResponseWriter, _ *http.Request, _ int) {
			tell(w, 200, fmt.Sprintf(`{"access_token":%q,"expires_in":3600,"expiration":9999999999}`, jwt("")))
		}, says: "its token names no account", asked: 1},
		"out of order":          {token: func(w http.ResponseWriter, _ *http.Request, _ int) { refuse(w, 503, "service_unavailable") }, says: "gave no token (service_unavailable", asked: 3},
		"too many requests":     {token: func(w http.ResponseWriter, _ *http.Request, _ int) { refuse(w, 429, "too_many_requests") }, says: "gave no token (too_many_requests", asked: 3},
		"nobody there":          {change: func(o *Options) { o.Endpoint = "http://127.0.0.1:1" }, says: "The endpoint http://127.0.0.1:1 cannot be reached", asked: 0},
		"no address":            {change: func(o *Options) { o.Endpoint = "cloud.ibm.com" }, says: "is not an address", asked: 0},
		"a user in the address": {change: func(o *Options) { o.Endpoint = "http://ann:hunter2@cloud.example" }, says: "names a user", asked: 0},
		"no redactor":           {change: func(o *Options) { o.Redactor = nil }, says: "needs a redactor", asked: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			if c.token != nil {
				f.on("/identity/token", c.token)
			}
			o := options(f)
			if c.change != nil {
				c.change(&o)
			}
			_, err := Connect(context.Background(), o)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v; want %s", err, c.says)
			}
			for _, secret := range []string{apiKey, "hunter2", f.token} {
				if strings.Contains(fmt.Sprintf("%v %+v", err, err), secret) {
					t.Errorf("%s is told by %v", secret, err)
				}
			}
			if got := f.times("/identity/token"); got != c.asked {
				t.Errorf("asked %d times, want %d", got, c.asked)
			}
		})
	}
}

func TestALoginCanBeStopped(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := errors.New("somebody pressed stop")
	over := make(chan struct{})
	defer close(over)
	f.on("/identity/token", func(http.ResponseWriter, *http.Request, int) {
		cancel(stop)
		<-over
	})
	if _, err := Connect(ctx, options(f)); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// A token that expires while a scan runs is got anew; where that fails, the
// login is the cause, and not a right that is missing.
func TestATokenThatCannotBeRenewedIsTheLoginsFault(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on("/identity/token", func(w http.ResponseWriter, _ *http.Request, n int) {
		if n == 0 { // valid for less than the SDK takes for valid
			tell(w, 200, fmt.Sprintf(`{"access_token":%q,"expires_in":5,"expiration":%d}`, f.token, time.Now().Add(5*time.Second).Unix()))
			return
		}
		tell(w, 400, `{"errorCode":"BXNIM0415E","errorMessage":"Provided API key could not be found."}`)
	})
	_, a := network(t, f)
	if a.Status != snapshot.Refused || a.Cause != snapshot.BadLogin || a.Code != "BXNIM0415E" || a.Attempts != 0 {
		t.Errorf("%+v", a)
	}
}

// The way of IBM's tools, with the environment of the test's own.
func TestTheEnvironmentSaysHowToLogIn(t *testing.T) {
	clear := func(t *testing.T) {
		t.Helper()
		t.Setenv("HOME", t.TempDir())
		t.Chdir(t.TempDir())
		for _, e := range os.Environ() {
			if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "VPC_") || strings.HasPrefix(name, "IAM_IDENTITY_") || strings.HasPrefix(name, "IBM") || name == "IC_API_KEY" {
				t.Setenv(name, "")
			}
		}
	}
	for name, c := range map[string]struct {
		set  map[string]string
		file string
		says string // "" where the login works
		how  string
	}{
		"the key of the command line tool": {set: map[string]string{"IBMCLOUD_API_KEY": apiKey}, how: "the API key"},
		"the key of Terraform":             {set: map[string]string{"IC_API_KEY": apiKey}, how: "the API key"},
		"the SDK's variables for VPC":      {set: map[string]string{"VPC_APIKEY": apiKey, "IBMCLOUD_API_KEY": "another"}, how: "the API key of VPC_APIKEY"},
		"the SDK's variables for IAM":      {set: map[string]string{"IAM_IDENTITY_AUTH_TYPE": "iam", "IAM_IDENTITY_APIKEY": apiKey}, how: "the API key of IAM_IDENTITY_APIKEY"},
		"an address alone is no login":     {set: map[string]string{"VPC_URL": "https://eu-de.iaas.cloud.ibm.com/v1", "IBMCLOUD_API_KEY": apiKey}, how: "the API key"},
		"the credentials file":             {file: "VPC_AUTH_TYPE=iam\nVPC_APIKEY=" + apiKey + "\n", how: "the API key of VPC_APIKEY"},
		"a profile to assume": {set: map[string]string{"VPC_AUTH_TYPE": "iamAssume", "VPC_APIKEY": apiKey, "VPC_IAM_PROFILE_ID": "Profile-1"},
			how: "the API key of VPC_APIKEY"},
		"a token that somebody got":    {set: map[string]string{"VPC_AUTH_TYPE": "bearerToken", "VPC_BEARER_TOKEN": jwt(account)}, how: "the token of VPC_BEARER_TOKEN"},
		"nothing":                      {says: "No IBM Cloud credentials were found"},
		"a password":                   {set: map[string]string{"VPC_AUTH_TYPE": "basic", "VPC_USERNAME": "ann", "VPC_PASSWORD": "hunter2"}, says: "VPC_AUTH_TYPE=basic is not a way"},
		"a password that is not there": {set: map[string]string{"VPC_AUTH_TYPE": "Basic"}, says: "VPC_AUTH_TYPE=Basic is not a way"},
		"a token that is not there":    {set: map[string]string{"VPC_AUTH_TYPE": "bearertoken"}, says: "VPC_AUTH_TYPE is bearertoken, and there is no VPC_BEARER_TOKEN"},
		"a token of IAM not there":     {set: map[string]string{"IAM_IDENTITY_AUTH_TYPE": "bearerToken"}, says: "there is no IAM_IDENTITY_BEARER_TOKEN"},
		"a token that is none":         {set: map[string]string{"VPC_AUTH_TYPE": "bearerToken", "VPC_BEARER_TOKEN": "abc"}, says: "What stands in VPC_BEARER_TOKEN is no access token"},
		"a way that nobody knows":      {set: map[string]string{"VPC_AUTH_TYPE": "handshake"}, says: "cannot be used"},
		"a metadata service elsewhere": {set: map[string]string{"VPC_AUTH_TYPE": "vpc", "VPC_AUTH_URL": "https://thief.example"}, says: "not the link-local one"},
	} {
		t.Run(name, func(t *testing.T) {
			clear(t)
			f := newFake(t)
			f.on("/identity/token", func(w http.ResponseWriter, r *http.Request, _ int) {
				if r.PostFormValue("apikey") != apiKey && r.PostFormValue("grant_type") != "urn:ibm:params:oauth:grant-type:assume" {
					refuse(w, 400, "BXNIM0415E")
					return
				}
				tell(w, 200, f.tokenReply())
			})
			for k, v := range c.set {
				t.Setenv(k, v)
			}
			if c.file != "" {
				file := filepath.Join(t.TempDir(), "ibm-credentials.env")
				if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
					t.Fatal(err)
				}
				t.Setenv("IBM_CREDENTIALS_FILE", file)
			}
			o := options(f)
			o.APIKey = nil
			col, err := Connect(context.Background(), o)
			switch {
			case c.says != "":
				if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%v; want %s", err, c.says)
				}
			case err != nil:
				t.Error(err)
			case col.login.how != c.how:
				t.Errorf("%s, want %s", col.login.how, c.how)
			}
		})
	}
}

// The SDK ends the program where the metadata service answers with anything but
// a token: that must not reach it.
func TestTheMetadataServiceGivesATokenOrAnError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reply string
		ok    bool
	}{
		"a token":         {`{"access_token":"` + jwt(account) + `","created_at":"2026-01-01T00:00:00.000Z","expires_at":"2099-01-01T00:00:00.000Z","expires_in":3600}`, true},
		"without its end": {`{"access_token":"x"}`, false},
		"an odd time":     {`{"access_token":"x","expires_at":"soon","expires_in":3600}`, false},
		"something else":  {`{}`, false},
		"nothing":         {``, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			col := &Collector{options: options(f).withHabits(), wires: newWires(options(f).withHabits())}
			l := &login{asked: &tokens{}}
			client := col.wires.retrying(roundTrip(func(r *http.Request) (*http.Response, error) { return l.asked.attempt(r, col.wires.send) }), 2)
			f.on("/instance_identity/v1/token", plainly(200, "application/json", c.reply))
			f.on("/instance_identity/v1/iam_token", plainly(200, "application/json", c.reply))
			a, err := core.NewVpcInstanceAuthenticatorBuilder().SetURL(f.URL).SetClient(client).Build()
			if err != nil {
				t.Fatal(err)
			}
			l.Authenticator = a
			token, err := l.token(context.Background())
			if c.ok != (err == nil && token != "") {
				t.Errorf("%q, %v", token, err)
			}
		})
	}
}

// Whatever is at the address of the metadata service on another machine, there
// are no credentials.
func TestWhereNothingIsKnownItIsSaidWhatWasLookedFor(t *testing.T) {
	t.Parallel()
	c := &Collector{login: &login{how: ofServer}}
	for _, cause := range []snapshot.Cause{snapshot.Unreachable, snapshot.Unreadable} {
		err := c.notAccepted(context.Background(), &noToken{ask.Refusal{Code: "x", Message: "no route", Cause: cause}})
		if !strings.HasPrefix(err.Error(), "No IBM Cloud credentials were found") {
			t.Error(err)
		}
	}
	w := newWires(Options{}.withHabits())
	if w.direct.Proxy != nil || w.base.Proxy == nil || !isMetadata("169.254.169.254") || isMetadata("iam.cloud.ibm.com") {
		t.Error("the metadata service is asked through a proxy, or IBM Cloud past it")
	}
}

func TestTokensGoToIBMCloudAlone(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"":                                       true,
		"https://us-south.iaas.cloud.ibm.com/v1": true,
		"https://eu-de.private.iaas.cloud.ibm.com":             true,
		"http://us-south.iaas.cloud.ibm.com/v1":                false,
		"https://us-south.iaas.cloud.ibm.com.thief.example/v1": false,
		"https://thief.example/us-south.iaas.cloud.ibm.com":    false,
		"https://user@us-south.iaas.cloud.ibm.com":             false,
	} {
		if _, err := placesOf(Options{}, address, ""); (err == nil) != ok {
			t.Errorf("VPC_URL %s: %v", address, err)
		}
	}
	for address, ok := range map[string]bool{
		"": true, "https://iam.cloud.ibm.com": true, "https://private.iam.cloud.ibm.com": true,
		"https://iam.cloud.ibm.com.thief.example": false, "http://iam.cloud.ibm.com": false, "https://notiam.cloud.ibm.com": false,
	} {
		if _, err := placesOf(Options{}, "", address); (err == nil) != ok {
			t.Errorf("IAM_IDENTITY_URL %s: %v", address, err)
		}
	}
	p, err := placesOf(Options{}, "https://eu-de.private.iaas.cloud.ibm.com/v1", "")
	if err != nil || p.home != "eu-de" || p.region("us-south") != "https://us-south.private.iaas.cloud.ibm.com" || p.token() != "https://iam.cloud.ibm.com" {
		t.Errorf("%+v, %v", p, err)
	}
	public, here := places{}, places{endpoint: "http://127.0.0.1:8080"}
	for _, c := range []struct {
		at             places
		name, endpoint string
		want           bool
	}{
		{public, "us-south", "https://us-south.iaas.cloud.ibm.com", true},
		{public, "us-south", "", true},
		{public, "us-south", "https://eu-de.iaas.cloud.ibm.com", false},
		{public, "us-south", "http://us-south.iaas.cloud.ibm.com", false},
		{public, "us-south", "https://thief.example", false},
		{public, "thief.example/x", "https://thief.example/x.iaas.cloud.ibm.com", false},
		{p, "us-south", "https://us-south.iaas.cloud.ibm.com", true},
		{here, "us-south", "http://127.0.0.1:8080/us-south", true},
		{here, "us-south", "http://127.0.0.1:8081/us-south", false},
		{here, "us-south", "https://127.0.0.1:8080/us-south", false},
		{here, "us-south", "https://us-south.iaas.cloud.ibm.com", false},
	} {
		if got := c.at.believed(c.name, c.endpoint); got != c.want {
			t.Errorf("%+v: %s at %s: %t", c.at, c.name, c.endpoint, got)
		}
	}
}
