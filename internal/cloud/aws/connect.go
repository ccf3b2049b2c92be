package aws

import (
	"bytes"
	"cmp"
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// appID is what AWS's logs call us.
const appID = "plumbline"

// dialTimeout is for one connection; a host that takes longer is not there.
const dialTimeout = 10 * time.Second

// defaultRegion is where STS and the region list are asked if nothing else is
// configured.
const defaultRegion = "us-east-1"

// loginAttempts are few: a person waits in front of the first question, and an
// address that is wrong does not become right.
const loginAttempts = 3

// Connect logs in: it takes the credentials that the AWS tools would take,
// becomes the role if one is named, and asks whose account they speak for. An
// error is a sentence for the person who started it.
func Connect(ctx context.Context, o Options) (*Collector, error) {
	o = o.withHabits()
	if o.Redactor == nil {
		return nil, ask.Say(nil, "A collector needs a redactor, so that no secret is kept.")
	}
	if err := ask.CheckEndpoint("AWS", o.Endpoint); err != nil {
		return nil, err
	}
	c := &Collector{options: o}
	var err error
	if c.config, err = c.load(ctx); err != nil {
		return nil, c.notLoaded(err)
	}
	if err := ask.CheckEndpoint("AWS", sdk.ToString(c.config.BaseEndpoint)); err != nil { // AWS_ENDPOINT_URL
		return nil, err
	}
	if _, err := c.config.Credentials.Retrieve(ctx); err != nil {
		return nil, c.noCredentials(ctx, err)
	}
	if err := c.becomeRole(ctx); err != nil {
		return nil, err
	}
	if err := c.identify(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// load says how to log in and how to send.
func (c *Collector) load(ctx context.Context) (sdk.Config, error) {
	o := c.options
	cfg, err := c.habits(ctx)
	if err != nil {
		return cfg, err
	}
	cfg.HTTPClient = plain{next: noRedirect(cfg.HTTPClient), silence: o.Silence}
	cfg.APIOptions = append(cfg.APIOptions, installTaps)
	cfg.Region = cmp.Or(cfg.Region, o.Region, slices.Concat(o.Regions, []string{defaultRegion})[0])
	return cfg, nil
}

// habits reads environment and shared configuration as the AWS tools do:
// proxy, CA bundle, profile, region and endpoint included. A simulated AWS has
// none of this.
func (c *Collector) habits(ctx context.Context) (sdk.Config, error) {
	client := c.client()
	if c.options.Login != nil {
		key, secret := c.options.Login()
		return sdk.Config{
			HTTPClient: client, AppID: appID, Retryer: c.retryer,
			Credentials: sdk.NewCredentialsCache(credentials.NewStaticCredentialsProvider(key, secret, "")),
		}, nil
	}
	return config.LoadDefaultConfig(ctx,
		config.WithHTTPClient(client),
		config.WithAppID(appID),
		config.WithRetryer(c.retryer),
		config.WithSharedConfigProfile(c.options.Profile),
		config.WithRegion(c.options.Region),
	)
}

// noRedirect answers a redirect with the redirect itself. AWS's APIs send none;
// net/http would carry the body, the signature for the same host, and our trust
// to wherever it points.
func noRedirect(c sdk.HTTPClient) sdk.HTTPClient {
	if b, ok := c.(*awshttp.BuildableClient); ok {
		return &http.Client{Transport: b.GetTransport(), Timeout: b.GetTimeout(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return c
}

func (c *Collector) client() *awshttp.BuildableClient {
	o := c.options
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.ReadBufferSize = 64 << 10 // a page of instances has megabytes
		t.MaxIdleConnsPerHost = max(t.MaxIdleConnsPerHost, o.Parallel*ask.AtOnce)
	}).WithDialerOptions(func(d *net.Dialer) { d.Timeout = min(o.Silence, dialTimeout) })
}

// retryer bounds the requests for one reply. The SDK's own budget of retries
// for a whole client is not used: in a large region it would refuse a page
// because of what befell pages long before.
func (c *Collector) retryer() sdk.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = c.options.MaxAttempts
		o.MaxBackoff = c.options.MaxBackoff
		o.Backoff = retry.NewExponentialJitterBackoff(c.options.MaxBackoff)
		o.RateLimiter = ratelimit.None
	})
}

func (c *Collector) sts() *sts.Client {
	return sts.NewFromConfig(c.config, func(o *sts.Options) {
		if c.options.Endpoint != "" {
			o.BaseEndpoint = &c.options.Endpoint
		}
	})
}

// becomeRole replaces the credentials by those of the role, and gets them
// once, so that a role which cannot be assumed is told of at the start.
func (c *Collector) becomeRole(ctx context.Context) error {
	if c.options.RoleARN == "" {
		return nil
	}
	role := stscreds.NewAssumeRoleProvider(c.sts(), c.options.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = appID
		if c.options.ExternalID != "" {
			o.ExternalID = &c.options.ExternalID
		}
	})
	cache := sdk.NewCredentialsCache(role)
	c.assumed.AskedAt = c.options.Now()
	if _, err := cache.Retrieve(ctx); err != nil {
		return c.noRole(ctx, err)
	}
	c.assumed.Call, c.assumed.Status, c.assumed.EndedAt = awsrole.CallAssumeRole, snapshot.Complete, c.options.Now()
	c.config.Credentials = cache
	return nil
}

// identify asks whose account this is.
func (c *Collector) identify(ctx context.Context) error {
	q := c.ask(awsfact.CallIdentity, snapshot.Global)
	defer q.Close()
	var doc wire.Doc
	q.tap.Make = func(d wire.Doc, _ *wire.Reader) (snapshot.Resource, error) {
		doc = wire.Doc{JSON: bytes.Clone(d.JSON), Redacted: slices.Clone(d.Redacted), List: d.List}
		return snapshot.Resource{Kind: awsfact.KindIdentity}, nil // until it is known whose account it is
	}
	var out *sts.GetCallerIdentityOutput
	err := q.page(ctx, func(ctx context.Context) (err error) {
		out, err = c.sts().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{},
			func(o *sts.Options) { o.RetryMaxAttempts = min(c.options.MaxAttempts, loginAttempts) })
		return err
	})
	if err != nil {
		return c.notAccepted(ctx, refused(err, q.Answer.Attempts, q.Answer.HTTP), err)
	}
	if err := c.speakFor(sdk.ToString(out.Account), sdk.ToString(out.Arn)); err != nil {
		return err
	}
	r, err := c.resource(awsfact.CallIdentity, snapshot.Global, q.Answer.Lists, doc, &q.tap.Reader)
	if err != nil {
		return ask.Say(err, "%s did not say whose account this is: %s. Check the endpoint.", ask.Capital(c.where()), err)
	}
	q.Answer.Account, q.Answer.Status, q.Answer.EndedAt = c.account, snapshot.Complete, c.options.Now()
	c.identity = ask.Reply{Answer: q.Answer, Resources: []snapshot.Resource{r}}
	return nil
}

// speakFor takes account and partition from the reply.
func (c *Collector) speakFor(account, arn string) error {
	part := strings.SplitN(arn, ":", 3)
	if len(account) != 12 || strings.Trim(account, "0123456789") != "" || len(part) < 3 || part[0] != "arn" || part[1] == "" {
		return ask.Say(nil, "%s named the account %q and the identity %q, which AWS never does. Check the endpoint.", ask.Capital(c.where()), account, arn)
	}
	c.account, c.partition, c.principal = account, part[1], arn
	return nil
}
