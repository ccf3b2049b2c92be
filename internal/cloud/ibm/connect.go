package ibm

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/platform-services-go-sdk/iamidentityv1"
	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud/ask"
)

// loginAttempts are few: a person waits in front of the first question, and an
// address that is wrong does not become right.
const loginAttempts = 3

// Connect logs in: it takes the credentials that IBM's tools would take,
// becomes the trusted profile if one is named, and reads from the token whose
// account they speak for. An error is a sentence for the person who started it.
func Connect(ctx context.Context, o Options) (*Collector, error) {
	o = o.withHabits()
	if o.Redactor == nil {
		return nil, ask.Say(nil, "A collector needs a redactor, so that no secret is kept.")
	}
	c := &Collector{options: o, wires: newWires(o)}
	outside := outsideConfig(o)
	var err error
	if c.places, err = placesOf(o, outside.vpc["URL"], outside.iam["URL"]); err != nil {
		return nil, err
	}
	if c.login, err = c.logIn(outside); err != nil {
		return nil, err
	}
	if err := c.identify(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// outside is the SDK's external configuration: the variables and the
// credentials file by which all of IBM's SDKs are set up.
type outside struct {
	vpc, iam map[string]string
	key      string // IBMCLOUD_API_KEY, or IC_API_KEY as Terraform has it
}

// outsideConfig reads it, unless the login was given.
func outsideConfig(o Options) (c outside) {
	if o.APIKey != nil {
		return c
	}
	// An error means that there is no configuration: both names are given.
	c.vpc, _ = core.GetServiceProperties(vpcv1.DefaultServiceName)
	c.iam, _ = core.GetServiceProperties(iamidentityv1.DefaultServiceName)
	for _, name := range []string{"IBMCLOUD_API_KEY", "IC_API_KEY"} {
		if c.key == "" {
			c.key = os.Getenv(name)
		}
	}
	return c
}

// authenticates says that a service's configuration tells how to log in: one
// that names only an address does not.
func authenticates(props map[string]string) bool {
	for _, name := range []string{
		core.PROPNAME_AUTH_TYPE, "AUTHTYPE", core.PROPNAME_APIKEY, core.PROPNAME_BEARER_TOKEN, core.PROPNAME_CRTOKEN_FILENAME,
		core.PROPNAME_IAM_PROFILE_CRN, core.PROPNAME_IAM_PROFILE_ID, core.PROPNAME_IAM_PROFILE_NAME, core.PROPNAME_REFRESH_TOKEN,
	} {
		if props[name] != "" {
			return true
		}
	}
	return false
}

// logIn chooses how to log in, in the order in which a person would expect it:
// what was given, what IBM's SDKs are configured with, the key of the command
// line tool, and at last the trusted profile of the machine that this runs on.
func (c *Collector) logIn(config outside) (*login, error) {
	o := c.options
	l := &login{asked: &tokens{}}
	client := c.wires.retrying(roundTrip(func(r *http.Request) (*http.Response, error) {
		return l.asked.attempt(r, c.wires.send)
	}), min(o.MaxAttempts, loginAttempts))
	var err error
	switch {
	case o.APIKey != nil:
		err = l.byKey(o.APIKey(), o.ProfileID, c.places.token(), client)
	case authenticates(config.vpc):
		err = c.byConfig(l, vpcv1.DefaultServiceName, client)
	case authenticates(config.iam):
		err = c.byConfig(l, iamidentityv1.DefaultServiceName, client)
	case config.key != "":
		err = l.byKey(config.key, o.ProfileID, c.places.token(), client)
	case c.places.endpoint != "":
		return nil, noCredentials()
	default:
		err = l.byMachine(o.ProfileID, c.places.token(), client)
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

// byKey logs in with an API key, and becomes a trusted profile if one is named.
func (l *login) byKey(key, profile, at string, client *http.Client) (err error) {
	l.how, l.profile = "the API key", profile
	if profile != "" {
		l.Authenticator, err = core.NewIamAssumeAuthenticatorBuilder().SetApiKey(key).SetIAMProfileID(profile).SetURL(at).SetClient(client).Build()
	} else {
		l.Authenticator, err = core.NewIamAuthenticatorBuilder().SetApiKey(key).SetURL(at).SetClient(client).Build()
	}
	if err != nil { // the SDK's words may name the key
		return ask.Say(nil, "The API key cannot be used: it is empty, or has braces or quotation marks around it. Give the key alone.")
	}
	return nil
}

// The files in which a cluster or Code Engine gives a container its token, as
// the SDK looks for them.
var containerTokens = []string{
	"/var/run/secrets/tokens/vault-token", "/var/run/secrets/tokens/sa-token",
	"/var/run/secrets/codeengine.cloud.ibm.com/compute-resource-token/token",
}

// The logins that need no key. That of the server is tried where nothing else is
// known.
const (
	ofServer    = "the trusted profile of this server"
	ofContainer = "the trusted profile of this container"
)

// tokenOf stands before the variable that a token was taken from.
const tokenOf = "the token of "

// byMachine logs in as the trusted profile of the container or of the virtual
// server that this runs on.
func (l *login) byMachine(profile, at string, client *http.Client) (err error) {
	for _, file := range containerTokens {
		if _, gone := os.Stat(file); gone != nil {
			continue
		}
		l.how, l.profile = ofContainer, profile
		if profile == "" {
			return ask.Say(nil, "This container has a token of a cluster, and the trusted profile to become is not named. Name its id, which begins with Profile-.")
		}
		l.Authenticator, err = core.NewContainerAuthenticatorBuilder().SetCRTokenFilename(file).SetIAMProfileID(profile).SetURL(at).SetClient(client).Build()
		return notSetUp(err)
	}
	l.how, l.profile = ofServer, profile
	l.Authenticator, err = core.NewVpcInstanceAuthenticatorBuilder().SetIAMProfileID(profile).SetClient(client).Build()
	return notSetUp(err)
}

// byConfig logs in as the SDK's external configuration says. Tokens are got
// over our wires: whether certificates are checked is not for a file to say.
func (c *Collector) byConfig(l *login, service string, client *http.Client) error {
	props, err := core.GetServiceProperties(service)
	if err != nil {
		return notSetUp(err)
	}
	if err := saysHow(props, service); err != nil {
		return err
	}
	a, err := core.GetAuthenticatorFromEnvironment(service)
	if err != nil {
		return notSetUp(err)
	}
	if a == nil {
		return noCredentials()
	}
	at := c.places.token()
	switch a := a.(type) {
	case *core.IamAuthenticator:
		l.how, a.Client = "the API key of "+prefix(service)+"APIKEY", client
		if c.places.endpoint != "" || a.URL == "" {
			a.URL = at
		}
		if profile := c.options.ProfileID; profile != "" {
			return l.byKey(a.ApiKey, profile, a.URL, client)
		}
		err = c.trusts(a.URL)
	case *core.ContainerAuthenticator:
		l.how, l.profile, a.Client = ofContainer, cmp.Or(a.IAMProfileID, a.IAMProfileName), client
		if c.places.endpoint != "" || a.URL == "" {
			a.URL = at
		}
		err = c.trusts(a.URL)
	case *core.VpcInstanceAuthenticator:
		l.how, l.profile, a.Client = ofServer, cmp.Or(a.IAMProfileID, a.IAMProfileCRN), client
		err = trustsMetadata(a.URL)
	case *core.IamAssumeAuthenticator:
		b := a.NewBuilder().SetClient(client)
		l.how = "the API key of " + prefix(service) + "APIKEY"
		l.profile = cmp.Or(props[core.PROPNAME_IAM_PROFILE_ID], props[core.PROPNAME_IAM_PROFILE_CRN], props[core.PROPNAME_IAM_PROFILE_NAME])
		url := props[core.PROPNAME_AUTH_URL]
		if c.places.endpoint != "" || url == "" {
			url = at
		}
		if err = c.trusts(url); err == nil {
			if a, err = b.SetURL(url).Build(); err == nil {
				l.Authenticator = a
				return nil
			}
			err = notSetUp(err)
		}
	case *core.BearerTokenAuthenticator:
		l.how = tokenOf + prefix(service) + "BEARER_TOKEN"
	default:
		return noWay(service, a.AuthenticationType())
	}
	l.Authenticator = a
	return err
}

// saysHow finds what is missing from a configuration before the SDK sees it, which
// ends the program where a token or a password is.
func saysHow(props map[string]string, service string) error {
	switch kind := cmp.Or(props[core.PROPNAME_AUTH_TYPE], props["AUTHTYPE"]); {
	case strings.EqualFold(kind, core.AUTHTYPE_BASIC):
		return noWay(service, kind)
	case strings.EqualFold(kind, core.AUTHTYPE_BEARER_TOKEN) && props[core.PROPNAME_BEARER_TOKEN] == "":
		return ask.Say(nil, "%sAUTH_TYPE is %s, and there is no %[1]sBEARER_TOKEN. Set it to a token that IAM gave, or choose another way to log in.", prefix(service), kind)
	}
	return nil
}

func noWay(service, kind string) error {
	return ask.Say(nil, "%sAUTH_TYPE=%s is not a way to log in to IBM Cloud's VPC. Use iam, iamAssume, vpc, container or bearerToken.", prefix(service), kind)
}

// prefix is how the variables of a service begin.
func prefix(service string) string { return strings.ToUpper(service) + "_" }

// trusts says that a key may be sent to an address.
func (c *Collector) trusts(address string) error {
	address = strings.TrimSuffix(strings.TrimRight(address, "/"), "/identity/token")
	if address == c.places.endpoint && address != "" || iamHost.MatchString(address) {
		return nil
	}
	return ask.Say(nil, "The configuration names an address for tokens that is not IBM Cloud's, and the key is not sent there. Leave AUTH_URL out, or name https://iam.cloud.ibm.com.")
}

// trustsMetadata says that an address is that of the metadata service.
func trustsMetadata(address string) error {
	u, err := url.Parse(address)
	if err == nil && (address == "" || isMetadata(u.Hostname())) {
		return nil
	}
	return ask.Say(nil, "The configuration names an address for the metadata service that is not the link-local one. Leave AUTH_URL out, or name http://169.254.169.254.")
}
