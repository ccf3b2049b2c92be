// Package ibm asks one IBM Cloud account: which regions it has, who may do what
// in it, which trusted profiles a server may become, what its networks let
// through, and which virtual and bare metal servers stand in it.
//
// It keeps what IBM Cloud sent, byte for byte made canonical and with secrets
// replaced, and writes down how every question ended, refusals included. It
// never decides what an answer means, never changes anything in an account,
// and makes no request that ibmrole.Calls does not list. It is the only package
// that imports IBM's SDKs.
package ibm

import (
	"cmp"
	"context"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// Provider is the name of this cloud in a snapshot.
const Provider = ibmfact.Provider

// Options say which account to ask, and how. The zero value of each means the
// habit of IBM's tools, or the figure that stands beside it.
type Options struct {
	Regions   []string       // ask these only; none: every region
	ProfileID string         // id of a trusted profile to become: with an API key, or of the server that this runs on
	Endpoint  string         // instead of IBM Cloud, for every service, tokens included
	Redactor  *wire.Redactor // replaces secrets; required

	// APIKey gives the key to log in with. What the environment and the
	// credentials file say is then left alone.
	APIKey func() string

	// UserData allows to read what instance templates start servers with. Of it
	// only digests are kept, which tell what kind of secret stands where;
	// without it nothing is read.
	UserData bool
	// PerSecond is how many servers of a region are asked in a second for what
	// they were made with; 10.
	PerSecond float64
	// Recall gives what an earlier scan kept of the virtual server with the uid,
	// which was made at the time given: what it was made with does not change.
	Recall func(region, uid string, created time.Time) (snapshot.Resource, bool)

	Parallel    int              // regions at a time; 8
	MaxAttempts int              // requests for one reply; 5
	MaxBackoff  time.Duration    // longest wait between two of them; 20 s
	Silence     time.Duration    // without a byte, after which a request has failed; 60 s
	Now         func() time.Time // time.Now

	page  int64 // records a page; tests have small ones
	rush  bool  // no pace is kept; measurements have this
	whole bool  // the SDK gets each body as it came; a test has this
}

// pageSize is the largest that VPC and IAM allow (their API references, limit
// and pagesize).
const pageSize = 100

func (o Options) withHabits() Options {
	o.Parallel = cmp.Or(max(o.Parallel, 0), 8)
	o.MaxAttempts = cmp.Or(max(o.MaxAttempts, 0), 5)
	o.MaxBackoff = cmp.Or(max(o.MaxBackoff, 0), 20*time.Second)
	o.Silence = cmp.Or(max(o.Silence, 0), time.Minute)
	o.PerSecond = cmp.Or(max(o.PerSecond, 0), 10)
	o.page = cmp.Or(o.page, pageSize)
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// A Collector asks one account. Connect makes it.
type Collector struct {
	options   Options
	places    places
	login     *login
	wires     *wires
	account   string
	principal string    // IAM id of who asks there
	identity  ask.Reply // what the token said, until Account writes it down
	whole     ask.Whole
	tried     *ask.Trial // nil in a scan
}

var _ cloud.Tester = (*Collector)(nil)

// Scope is the account that the credentials speak for.
func (c *Collector) Scope() snapshot.Scope { return c.in(snapshot.Global) }

// String names the account, and keeps the credentials from whoever prints c.
func (c *Collector) String() string { return "IBM Cloud account " + c.account }

// GoString does the same for %#v.
func (c *Collector) GoString() string { return c.String() }

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
	if region != "" && region != snapshot.Global && !isRegion(region) {
		return noSuchName(region)
	}
	return ask.Part(ctx, sink, part, region, c.network, c.workloads)
}

// Context asks who we are, which regions there are, and for everything in them
// that is not a workload.
func (c *Collector) Context(ctx context.Context, sink cloud.Sink) error {
	return c.whole.Context(ctx, sink, c, c.options.Parallel)
}

// Workloads asks each region for its servers. Context comes first.
func (c *Collector) Workloads(ctx context.Context, sink cloud.Sink) error {
	return c.whole.Workloads(ctx, sink, c, c.options.Parallel)
}
