package main

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/api"
	"plumbline/internal/clerk"
	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/ibm"
	"plumbline/internal/cloud/trial"
	"plumbline/internal/jobs"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/people"
	"plumbline/internal/rule"
	"plumbline/internal/rulebook"
	"plumbline/internal/shard"
	"plumbline/internal/signin"
	"plumbline/internal/ui"
	"plumbline/internal/wire"
)

// A site is what a service is put together on.
type site struct {
	store    *postgres.Store
	hands    *postgres.Store // the store as the worker has it; nil is store
	queue    *jobs.Client    // inserts only
	key      [32]byte        // of redaction
	base     *url.URL        // where people find it; nil in a worker
	log      *slog.Logger
	stale    time.Duration   // without a sign of life, after which a shard is begun again
	stopping <-chan struct{} // closed when the program begins to stop: event streams end
	aws      aws.Options     // what every sign-in to AWS has in common
	ibm      ibm.Options     // what every sign-in to IBM Cloud has in common
	entry    *ui.Entry       // lets people in instead of a sign-in; nil in a service
	rules    string          // directory of rules above those of the program; "" for none
}

// A service is what runs on a site.
type service struct {
	work jobs.Work
	// handler answers pages and API; the addresses of health are not its
	// business. nil in a worker.
	handler http.Handler
	// check refuses a database that people's reach would not hold in.
	check func(context.Context) error
	// first makes the first administrator where there is nobody yet; created is
	// false where there is.
	first func(context.Context) (email, password string, created bool, err error)
	// warm reads once what the first page would otherwise wait for.
	warm func(context.Context)
}

// newService puts a service together; a worker is one without a base.
func newService(ctx context.Context, s site) (service, error) {
	book, err := s.book()
	if err == nil {
		err = book.Refresh(ctx)
	}
	if err != nil {
		return service{}, err
	}
	sky := &clouds{rules: book.Set, redactor: wire.NewRedactor(s.key), options: s.aws, ibm: s.ibm, store: cmp.Or(s.hands, s.store), log: s.log}
	folk := people.New(s.store, time.Now)
	svc := service{
		work: &shard.Runner{Store: cmp.Or(s.hands, s.store), Queue: s.queue, Rules: book.At, Facts: facts.For, Connect: sky.connect, Engine: engineOf(book), Log: s.log, Stale: s.stale,
			Beat: s.stale / 4},
		check: s.store.CheckRoles,
		first: folk.EnsureFirst,
	}
	if s.base != nil {
		frameworks, err := newShelf(book, s.log)
		if err != nil {
			return service{}, err
		}
		svc.handler = s.pages(book, frameworks, sky, folk)
	}
	svc.warm = s.warm
	return svc, nil
}

// pages is what people and programs are answered by.
func (s site) pages(book *rulebook.Book, shelf *shelf, sky *clouds, folk *people.People) http.Handler {
	web := s.store.Web()
	web.RuleWords = ruleWords(book.Set)
	acts := &clerk.Clerk{Store: web, Queue: s.queue, Engine: engineOf(book), Login: sky.login, Audit: audit(folk)}
	desk := complianceDesk(web, book.Set, shelf.Set)
	look := ui.Config{
		Rules: book, Rulebook: s.rulebook(book, web, folk), Silences: func(provider string) (map[string][]string, error) { return trial.Silences(book.Set(), provider) }, Fix: mender{web, book}.Fix, Now: time.Now, Version: version, Log: s.log, Reader: web.Reader(), Clerk: acts, Scores: web.Reader(), Owners: acts,
		Inspect: closely(web, book.Set), Compliance: desk, Mappings: acts, Controls: spoken(shelf.Set), Practices: practices(shelf.Set),
		Events:       &clerk.Events{Clerk: acts},
		Attestations: web.Reader(), Attester: &clerk.Attester{Clerk: acts, Practices: practices(shelf.Set)},
		See: func(ctx context.Context, do func(context.Context) error) error {
			v, err := signin.Fresh(ctx)
			if err != nil {
				return err
			}
			return web.See(ctx, v, false, do)
		},
		Policy:    policyOf,
		Principal: sky.principal,
		Unread:    unread(book.Set),
		Stopping:  s.stopping,
	}
	door := signin.New(signin.Config{People: folk, See: web.See, Frame: ui.Framer(look).FrameOf, Now: time.Now, Log: s.log,
		Secure: s.base.Scheme == "https", Streams: api.Streams, Live: ui.Live, Uploads: uploads})
	look.Auth = door
	if s.entry != nil {
		look.Auth = byLink{s.entry, door}
	}
	programs := api.New(api.Config{Compliance: desk, Events: look.Events, Attestations: look.Attestations, Attester: look.Attester, Reader: web.Reader(), Clerk: acts, Scores: web.Reader(), Owners: acts, Rules: book, Rulebook: look.Rulebook, Files: book.Files(), Fix: look.Fix, Inspect: look.Inspect, Now: time.Now, Version: version, Log: s.log})
	root := http.NewServeMux()
	root.Handle(api.Prefix+"/", s.guard(door, programs))
	for _, r := range api.Routes() {
		if r.Open {
			root.Handle(r.Method+" "+r.Pattern, programs)
		}
	}
	root.Handle("/", ui.New(look))
	return s.upToDate(book, root)
}

// warm reads the counts of all accounts, which are kept in memory from then on.
// Where it fails, the first page reads them.
func (s site) warm(ctx context.Context) {
	everybody := &access.Viewer{Grants: []access.Grant{{Role: access.Reader, All: true}}}
	err := s.store.See(ctx, everybody, false, func(ctx context.Context) error {
		_, err := s.store.Reader().Standings(ctx)
		if err == nil {
			_, err = s.store.Reader().FixFirst(ctx, 1)
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "counts were not read ahead", "err", err)
	}
}

// guard lets those in who may use the API.
func (s site) guard(door *signin.Door, next http.Handler) http.Handler {
	if s.entry != nil {
		return byLink{s.entry, door}.Guard(next)
	}
	return door.Guard(next)
}

// byLink lets in whoever holds a link of the terminal.
type byLink struct {
	entry *ui.Entry
	door  *signin.Door
}

// Guard lets only requests with a session through to next.
func (b byLink) Guard(next http.Handler) http.Handler { return b.entry.Guard(b.door.Inside(next)) }

// audit writes a clerk's line.
func audit(folk *people.People) func(context.Context, clerk.Line) error {
	return func(ctx context.Context, l clerk.Line) error {
		maps.DeleteFunc(l.Detail, func(_, value string) bool { return value == "" })
		return folk.Append(ctx, people.Entry{Action: l.Action, Object: l.Object, Account: l.Account, Detail: l.Detail})
	}
}

// unread tells which rules cannot tell where user data is not looked through.
// It is found out once for a set of rules.
func unread(rules func() *rule.Set) func(provider string) ([]string, error) {
	return func(provider string) ([]string, error) {
		switch provider {
		case aws.Provider:
		case ibm.Provider: // only that of templates can be asked for, and it comes with them
			return []string{"IBM-DATA-001"}, nil
		default:
			return nil, notYet(provider)
		}
		silent, err := trial.Silences(rules(), aws.Provider)
		if err != nil {
			return nil, err
		}
		// Of templates it comes with the template, whose listing is asked for anyway.
		names := append([]string{"AWS-DATA-002", "AWS-DATA-007"}, silent[awsfact.CallUserData]...)
		slices.Sort(names)
		return slices.Compact(names), nil
	}
}

// policyOf is what an account has to allow: a policy of AWS, the roles of IBM
// Cloud.
func policyOf(provider string) (string, error) {
	switch provider {
	case aws.Provider:
		return string(awsrole.Policy()), nil
	case ibm.Provider:
		return rolesIBM(), nil
	}
	return "", notYet(provider)
}

var _ listing.Clerk = (*clerk.Clerk)(nil)
