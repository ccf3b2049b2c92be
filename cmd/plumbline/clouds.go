package main

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"sync"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/internal/cloud/ibm"
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
	options  aws.Options // what every sign-in to AWS has in common
	ibm      ibm.Options // what every sign-in to IBM Cloud has in common
	store    *postgres.Store
	log      *slog.Logger

	mu   sync.Mutex
	open map[string]session

	trials chan struct{} // a place for each login that is tried, see tries

	whoMu  sync.Mutex
	who    map[string]string    // this program's own principal, by provider
	askWho map[string]time.Time // not before this
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
	key := fmt.Sprintf("%s %s %+v", a.Provider, a.External, a.Login)
	if s, ok := c.known(key); ok {
		return s, nil
	}
	col, err := c.signIn(ctx, a.Provider, a.Login, a.External)
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

// signIn makes a login. External is the account whose evidence is remembered, ""
// where none is.
func (c *clouds) signIn(ctx context.Context, provider string, l listing.Login, external string) (cloud.Tester, error) {
	switch provider {
	case aws.Provider:
		o := c.of(l)
		o.Recall = userData.recall(c.store, external, c.log)
		return aws.Connect(ctx, o)
	case ibm.Provider:
		o := c.ibm
		o.Regions, o.ProfileID, o.Redactor, o.UserData = l.Regions, l.Profile, c.redactor, !l.NoUserData
		o.Recall = madeWith.recall(c.store, external, c.log)
		return ibm.Connect(ctx, o)
	}
	return nil, notYet(provider)
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
	if err := sound(provider, l); err != nil {
		return listing.Tried{}, err
	}
	leave, err := c.enter()
	if err != nil {
		return listing.Tried{}, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	col, err := c.signIn(ctx, provider, l, "")
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

// sound refuses what a cloud would refuse too, in words that say where it stands.
func sound(provider string, l listing.Login) error {
	switch provider {
	case aws.Provider:
		return soundAWS(l)
	case ibm.Provider:
		return soundIBM(l)
	}
	return notYet(provider)
}

// profileID and ibmRegion are what IBM Cloud takes for one.
var (
	profileID = regexp.MustCompile(`^Profile-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	ibmRegion = regexp.MustCompile(`^[a-z]{2,3}-[a-z]{2,10}$`)
)

func soundIBM(l listing.Login) error {
	switch {
	case l.RoleARN != "" || l.ExternalID != "":
		return problem.New(problem.Invalid, "IBM Cloud knows no role ARN and no external id. Name a trusted profile, or nothing for the service's own identity.")
	case l.Profile != "" && !profileID.MatchString(l.Profile):
		return problem.New(problem.Invalid, "%q is not the id of a trusted profile. It looks like Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5.", l.Profile)
	case slices.ContainsFunc(l.Regions, func(r string) bool { return !ibmRegion.MatchString(r) }):
		return problem.New(problem.Invalid, "One of the regions is none. They look like us-south.")
	}
	return nil
}

func soundAWS(l listing.Login) error {
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
	if provider == "gcp" {
		return problem.New(problem.Invalid, "Google Cloud accounts cannot be connected yet; this version asks AWS and IBM Cloud.")
	}
	return problem.New(problem.Invalid, "%q is no cloud that is known. This version asks aws and ibm.", provider)
}

// principalTime is how long a page waits for a cloud to say who we are.
const principalTime = 3 * time.Second

// principal is who the service is at a cloud, by its own identity: as a trust
// policy of AWS names it, and by the IAM id of IBM Cloud; "" if that is not known.
// Once known it is not asked again.
func (c *clouds) principal(provider string) string {
	c.whoMu.Lock()
	defer c.whoMu.Unlock()
	if who := c.who[provider]; who != "" || time.Now().Before(c.askWho[provider]) {
		return who
	}
	if c.who == nil {
		c.who, c.askWho = map[string]string{}, map[string]time.Time{}
	}
	c.askWho[provider] = time.Now().Add(time.Minute)
	ctx, cancel := context.WithTimeout(context.Background(), principalTime)
	defer cancel()
	col, err := c.signIn(ctx, provider, listing.Login{}, "")
	if err != nil {
		return ""
	}
	_, who := col.Who()
	if provider == aws.Provider {
		who = awsrole.Principal(who)
	}
	c.who[provider] = who
	return who
}
