package main

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/internal/cloud/trial"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/wire"
)

// clouds signs in to accounts for the service. It is safe for concurrent use.
type clouds struct {
	rules    func() *rule.Set // those that hold now
	redactor *wire.Redactor
	options  aws.Options // what every sign-in has in common
	store    *postgres.Store
	log      *slog.Logger

	mu   sync.Mutex
	open map[string]session

	trials chan struct{} // a place for each login that is tried, see tries

	whoMu  sync.Mutex
	who    string    // this program's own principal
	askWho time.Time // not before this
}

// A session is a login that was made, for the shards of one scan: each would
// otherwise become the role and ask who it is by itself.
type session struct {
	collector cloud.Collector
	until     time.Time
}

// fresh is how long a login is used again. Its credentials last longer and are
// renewed by the SDK; this bounds how late a change of it is noticed.
const fresh = 5 * time.Minute

// connect signs in to a connected account.
func (c *clouds) connect(ctx context.Context, a listing.Account) (cloud.Collector, error) {
	if a.Provider != aws.Provider {
		return nil, notYet(a.Provider)
	}
	key := fmt.Sprintf("%s %+v", a.External, a.Login)
	if s, ok := c.known(key); ok {
		return s, nil
	}
	o := c.of(a.Login)
	o.Recall = recall(c.store, a.External, c.log)
	col, err := aws.Connect(ctx, o)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = map[string]session{}
	}
	for k, s := range c.open {
		if time.Now().After(s.until) {
			delete(c.open, k)
		}
	}
	c.open[key] = session{col, time.Now().Add(fresh)}
	return col, nil
}

func (c *clouds) known(key string) (cloud.Collector, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.open[key]
	return s.collector, ok && time.Now().Before(s.until)
}

func (c *clouds) of(l listing.Login) aws.Options {
	o := c.options
	o.Regions, o.RoleARN, o.ExternalID, o.Profile, o.Redactor = l.Regions, l.RoleARN, l.ExternalID, l.Profile, c.redactor
	o.UserData = !l.NoUserData
	return o
}

// trialTime is how long a person waits for a trial of a login.
const trialTime = 30 * time.Second

// login signs in as somebody asks for, and tries each call that a scan makes.
func (c *clouds) login(ctx context.Context, provider string, l listing.Login) (listing.Tried, error) {
	if provider != aws.Provider {
		return listing.Tried{}, notYet(provider)
	}
	if err := sound(l); err != nil {
		return listing.Tried{}, err
	}
	leave, err := c.enter()
	if err != nil {
		return listing.Tried{}, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	col, err := aws.Connect(ctx, c.of(l))
	if err != nil {
		return listing.Tried{}, problem.New(problem.Invalid, "%w", err)
	}
	answers, err := col.Try(ctx)
	if err != nil {
		return listing.Tried{}, problem.New(problem.Invalid, "%w", err)
	}
	read, err := trial.Read(c.rules(), provider, answers)
	if err != nil {
		return listing.Tried{}, err
	}
	account, principal := col.Who()
	return listing.Tried{Provider: provider, Account: account, Principal: principal, Checks: checks(read)}, nil
}

// tries is how many logins are tried at once. Whoever asks for one holds a
// connection to the database meanwhile, and a cloud may take its time: what is
// left over answers everybody else.
const tries = 4

func (c *clouds) enter() (leave func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.trials == nil {
		c.trials = make(chan struct{}, tries)
	}
	select {
	case c.trials <- struct{}{}:
		return func() { <-c.trials }, nil
	default:
		return nil, problem.New(problem.Conflict, "%d logins are being tested at the moment, which is as many as there may be. Try again in half a minute.", tries)
	}
}

func checks(read []trial.Result) []listing.Check {
	all := make([]listing.Check, len(read))
	for i, r := range read {
		all[i] = listing.Check{Call: r.Call, Region: r.Region, Status: string(r.Status), Cause: string(r.Cause),
			Code: r.Code, Message: r.Message, Rules: r.Rules, Fix: r.Fix}
	}
	return all
}

// roleARN is a role of any partition of AWS.
var roleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,576}$`)

// externalID and region are what AWS takes for one. Of a region the SDK makes
// the name of a host.
var (
	externalID = regexp.MustCompile(`^[\w+=,.@:/-]{2,}$`)
	region     = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$`)
)

// sound refuses what AWS would refuse too, in words that say where it stands.
func sound(l listing.Login) error {
	switch {
	case l.Profile != "":
		return problem.New(problem.Invalid, "The service signs in as a role, or as itself; profiles are for the command line.")
	case l.RoleARN == "" && l.ExternalID != "":
		return problem.New(problem.Invalid, "The external id goes with a role, and no role is named.")
	case l.ExternalID != "" && (!externalID.MatchString(l.ExternalID) || len(l.ExternalID) > 1224):
		return problem.New(problem.Invalid, "%q is no external id: it has 2 to 1224 letters, digits and signs of +=,.@:/-.", l.ExternalID)
	case slices.ContainsFunc(l.Regions, func(r string) bool { return !region.MatchString(r) }):
		return problem.New(problem.Invalid, "One of the regions is none. They look like eu-west-1.")
	case l.RoleARN != "" && !roleARN.MatchString(l.RoleARN):
		return problem.New(problem.Invalid, "%q is not the ARN of a role. It looks like arn:aws:iam::111122223333:role/plumbline-read.", l.RoleARN)
	}
	return nil
}

func notYet(provider string) error {
	if provider == "ibm" || provider == "gcp" {
		return problem.New(problem.Invalid, "%s accounts cannot be connected yet; this version asks AWS.", map[string]string{"ibm": "IBM Cloud", "gcp": "Google Cloud"}[provider])
	}
	return problem.New(problem.Invalid, "%q is no cloud that is known. This version asks %s.", provider, strings.Join([]string{"aws"}, ", "))
}

// principalTime is how long a page waits for a cloud to say who we are.
const principalTime = 3 * time.Second

// principal is who the service is at a cloud, as a trust policy names it; "" if
// that is not known. Once known it is not asked again.
func (c *clouds) principal(provider string) string {
	if provider != aws.Provider {
		return ""
	}
	c.whoMu.Lock()
	defer c.whoMu.Unlock()
	if c.who != "" || time.Now().Before(c.askWho) {
		return c.who
	}
	c.askWho = time.Now().Add(time.Minute)
	ctx, cancel := context.WithTimeout(context.Background(), principalTime)
	defer cancel()
	col, err := aws.Connect(ctx, c.of(listing.Login{}))
	if err != nil {
		return ""
	}
	_, arn := col.Who()
	c.who = awsrole.Principal(arn)
	return c.who
}
