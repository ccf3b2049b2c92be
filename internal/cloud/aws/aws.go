// Package aws asks one AWS account: which regions it has, who may do what in
// it, what its networks let through, what a new instance gets there, how it is
// watched, and which instances stand in it.
//
// It keeps what AWS sent, byte for byte made canonical and with secrets
// replaced, and writes down how every question ended, refusals included. It
// never decides what an answer means, never changes anything in an account,
// and makes no request that Calls does not list. It is the only package that
// imports the AWS SDK.
package aws

import (
	"cmp"
	"context"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// Provider is the name of this cloud in a snapshot.
const Provider = awsfact.Provider

// Options say which account to ask, and how. The zero value of each means the
// habit of the AWS tools, or the figure that stands beside it.
type Options struct {
	Regions    []string       // ask these only; none: every enabled region
	RoleARN    string         // become this role first
	ExternalID string         // what the role's trust policy demands, if it does
	Profile    string         // of the shared configuration files
	Region     string         // where STS and the region list are asked
	Endpoint   string         // instead of AWS, for every service; AWS_ENDPOINT_URL does the same
	Redactor   *wire.Redactor // replaces secrets; required

	// Login gives a user's keys for a simulated AWS. The credential chain and
	// the shared configuration files are then left alone.
	Login func() (accessKey, secretKey string)

	// UserData allows to read what instances, templates and launch
	// configurations start with. Of it only digests are kept, which tell what
	// kind of secret stands where; without it nothing is read.
	UserData bool
	// UserDataPerSecond is how many instances of a region are asked for their
	// user data in a second; 10.
	UserDataPerSecond float64
	// Recall gives the digest that an earlier scan kept of an instance that runs
	// since the time given: user data cannot change while an instance runs.
	Recall func(region, instanceID string, launched time.Time) (snapshot.Resource, bool)

	Parallel    int              // regions at a time; 8
	MaxAttempts int              // requests for one reply; 5
	MaxBackoff  time.Duration    // longest wait between two of them; 20 s
	Silence     time.Duration    // without a byte, after which a request has failed; 60 s
	Now         func() time.Time // time.Now

	page int32         // instances a page; tests have small ones
	rush bool          // no pace is kept; measurements have this
	poll time.Duration // between two looks for the credential report; 1 s
}

func (o Options) withHabits() Options {
	o.Parallel = cmp.Or(max(o.Parallel, 0), 8)
	o.MaxAttempts = cmp.Or(max(o.MaxAttempts, 0), 5)
	o.MaxBackoff = cmp.Or(max(o.MaxBackoff, 0), 20*time.Second)
	o.Silence = cmp.Or(max(o.Silence, 0), time.Minute)
	o.UserDataPerSecond = cmp.Or(max(o.UserDataPerSecond, 0), 10)
	o.page = cmp.Or(o.page, pageSize)
	o.poll = cmp.Or(o.poll, time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// A Collector asks one account. Connect makes it.
type Collector struct {
	options   Options
	config    sdk.Config
	account   string
	partition string
	principal string          // ARN of who asks there
	assumed   snapshot.Answer // how the role was assumed, if one is named
	identity  ask.Reply       // what GetCallerIdentity said, until Account writes it down
	whole     ask.Whole
	tried     *ask.Trial // nil in a scan
}

var _ cloud.Tester = (*Collector)(nil)

// Scope is the account that the credentials speak for.
func (c *Collector) Scope() snapshot.Scope { return c.in(snapshot.Global) }

// String names the account, and keeps the credentials from whoever prints c.
func (c *Collector) String() string { return "AWS account " + c.account }

// GoString does the same for %#v.
func (c *Collector) GoString() string { return c.String() }

// Partition is the part of AWS that the account stands in: "aws", "aws-cn",
// "aws-us-gov" or another.
func (c *Collector) Partition() string { return c.partition }

func (c *Collector) in(region string) snapshot.Scope {
	return snapshot.Scope{Provider: Provider, Account: c.account, Region: region}
}

// Account asks who we are and which regions there are, and returns those that
// are to be asked.
func (c *Collector) Account(ctx context.Context, sink cloud.Sink) ([]string, error) {
	if err := c.identity.Write(ctx, sink); err != nil {
		return nil, err
	}
	regions, err := c.findRegions(ctx, sink)
	if err != nil {
		return nil, err
	}
	return regions, c.theAccount(ctx, sink)
}

// Ask asks one part of one region.
func (c *Collector) Ask(ctx context.Context, sink cloud.Sink, part cloud.Part, region string) error {
	return ask.Part(ctx, sink, part, region, c.network, c.instances)
}

// Context asks who we are, which regions there are, and what each enabled one
// gives to a new instance.
func (c *Collector) Context(ctx context.Context, sink cloud.Sink) error {
	return c.whole.Context(ctx, sink, c, c.options.Parallel)
}

// Workloads asks each enabled region for its instances. Context comes first.
func (c *Collector) Workloads(ctx context.Context, sink cloud.Sink) error {
	return c.whole.Workloads(ctx, sink, c, c.options.Parallel)
}
