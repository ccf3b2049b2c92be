package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/cloud"
	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/ibm"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
	"plumbline/internal/jobs"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/problem"
	"plumbline/internal/rulebook"
	"plumbline/internal/scan"
	"plumbline/internal/ui"
	"plumbline/internal/wire"
)

type demoCmd struct {
	databaseFlags
	rulesFlags
	Listen string `default:"127.0.0.1:8460" help:"Address of the pages; loopback only. A port that is taken is replaced by a free one." placeholder:"ADDR"`
}

// Help shows how the command is used.
func (demoCmd) Help() string {
	return `Simulates an account of AWS and one of IBM Cloud, scans them over the real wire
protocols, stores what they answer in a private PostgreSQL, and serves the findings
on loopback. It prints a link that works once; press Enter for another. Each start
scans again, and the AWS account has changed a little, as accounts do. Stop it with
Ctrl-C.

Examples:
  plumbline demo
  plumbline demo --listen 127.0.0.1:9000 --data-dir ./demo-data`
}

// Run shows the demo until it is stopped.
func (c demoCmd) Run(ctx context.Context, s streams) error {
	if _, err := c.compose(); err != nil {
		return fmt.Errorf("the rules in %s cannot be used. Mend them, and try them with \"plumbline rules test --rules-dir %[1]s\":\n%w", c.RulesDir, err)
	}
	l, err := listenLoopback(c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	if got := l.Addr().String(); got != c.Listen && !strings.HasSuffix(c.Listen, ":0") {
		fmt.Fprintf(s.err, "%s is taken by another program; the pages are at %s.\n", c.Listen, got)
	}
	db, err := c.open(ctx, "demo", s.err)
	if err != nil {
		return err
	}
	err = c.show(ctx, s, l, db)
	return db.close(ctx, err)
}

func (c demoCmd) show(ctx context.Context, s streams, l net.Listener, db *database) error {
	book, err := newBook(db.Store, c.RulesDir, newLog(s.err))
	if err == nil {
		err = book.Refresh(ctx)
	}
	if err != nil {
		return err
	}
	estate, err := scanDemo(ctx, s, db.Store, book)
	if err != nil {
		return err
	}
	amazon, err := awssim.Listen("127.0.0.1:0", awssim.New(estate, awssim.Options{}))
	if err != nil {
		return err
	}
	defer amazon.Close()
	blue, err := ibmsim.Listen("127.0.0.1:0", ibmsim.New(ibmestate.Demo()))
	if err != nil {
		return err
	}
	defer blue.Close()
	if err := scanDemoIBM(ctx, s, db.Store, book, blue); err != nil {
		return err
	}
	entry := ui.NewEntry(l.Addr().String(), time.Now)
	entry.As(&access.Viewer{Email: "you@this-demo", Name: "You", Grants: []access.Grant{{Role: access.Engineer, All: true}}})
	officer := &access.Viewer{Email: "officer@this-demo", Name: "An officer", Grants: []access.Grant{{Role: access.Officer, All: true}}}
	stopping, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	h, worker, err := serveDemo(ctx, s, l, db.Store, amazon, blue, entry, c.RulesDir, stopping.Done())
	if err != nil {
		return err
	}
	if err := worker.Start(ctx); err != nil {
		return err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	fmt.Fprintf(s.out, "\nOpen this link. It works once; press Enter for another, Ctrl-C to stop.\n\n  %s\n\n", entry.Link())
	fmt.Fprintf(s.out, "A second person, an officer, approves what you propose (rules, attestations):\n\n  %s\n\n", entry.LinkFor(officer))
	go linksOnEnter(s, entry, officer)
	select {
	case <-ctx.Done():
		fmt.Fprintln(s.err, "Stopping. The demo's data are kept.")
	case err = <-db.died():
		err = fmt.Errorf("the database server stopped: %w. Start the demo again; its data are kept", err)
	case err = <-served:
	}
	stop()
	return errors.Join(err, shutdown(ctx, srv), worker.Stop(context.WithoutCancel(ctx)))
}

// serveDemo is the very service, but that a link lets in instead of a password,
// and that it signs in to the simulated clouds.
func serveDemo(ctx context.Context, s streams, l net.Listener, store *postgres.Store, amazon *awssim.Listener, blue *ibmsim.Listener, entry *ui.Entry, rules string, stopping <-chan struct{}) (http.Handler, *jobs.Client, error) {
	log := newLog(s.err)
	queue, err := jobs.New(store.Pool(), jobs.Options{Log: log})
	if err != nil {
		return nil, nil, err
	}
	a := amazon.Estate().Accounts[0]
	svc, err := newService(ctx, site{store: store, queue: queue, base: &url.URL{Scheme: "http", Host: l.Addr().String()}, log: log, stopping: stopping, entry: entry, rules: rules,
		ibm: demoIBM(blue), aws: aws.Options{Endpoint: amazon.URL, Region: a.Regions[0].Name, Login: func() (string, string) { return a.AccessKey, a.SecretKey }, UserDataPerSecond: 1000, Now: time.Now}})
	if err != nil {
		return nil, nil, err
	}
	worker, err := jobs.New(store.Pool(), jobs.Options{Work: svc.work, Workers: 4, Name: "the demo", Log: log})
	return svc.handler, worker, err
}

func shutdown(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return srv.Close()
	}
	return nil
}

func linksOnEnter(s streams, entry *ui.Entry, officer *access.Viewer) {
	for sc := bufio.NewScanner(s.in); sc.Scan(); {
		fmt.Fprintf(s.out, "  you         %s\n  the officer %s\n", entry.Link(), entry.LinkFor(officer))
	}
}

// listenLoopback takes the address, or a free port beside one that is taken.
func listenLoopback(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is not an address; write it as 127.0.0.1:8460", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("the demo listens on loopback only, 127.0.0.1 or [::1]; %s can be reached from elsewhere", host)
	}
	l, err := net.Listen("tcp", address)
	if err == nil {
		return l, nil
	}
	if l, err2 := net.Listen("tcp", net.JoinHostPort(host, "0")); err2 == nil {
		return l, nil
	}
	return nil, fmt.Errorf("the demo cannot listen on %s: %w", address, err)
}

// scanDemo scans the simulated accounts into the store. The first start scans
// that of AWS twice, so that there is a change to see; every later one scans it
// once more, one step on.
func scanDemo(ctx context.Context, s streams, store *postgres.Store, book *rulebook.Book) (*sim.Estate, error) {
	step, err := store.FinishedScans(ctx, aws.Provider)
	if err != nil {
		return nil, err
	}
	estate := sim.Demo()
	for range step {
		estate = estate.Next()
	}
	for again := ""; ; estate, again = estate.Next(), ", as it is a little later" {
		fmt.Fprintf(s.err, "Scanning a simulated AWS account (%s)%s …\n", estate.Accounts[0].Name, again)
		if err := storeAWS(ctx, store, book, estate); err != nil {
			return nil, err
		}
		if step++; step > 1 {
			return estate, connectDemo(ctx, store, aws.Provider, estate.Accounts[0].ID, estate.Accounts[0].Name)
		}
	}
}

// connectDemo makes a simulated account one that can be scanned from the pages.
// It may be connected from an earlier start.
func connectDemo(ctx context.Context, store *postgres.Store, provider, account, name string) error {
	_, err := store.ConnectAccount(ctx, account, listing.Connection{Provider: provider, Name: name}, nil)
	if problem.Is(err, problem.Conflict) {
		return nil
	}
	return err
}

// storeAWS scans one state of the estate.
func storeAWS(ctx context.Context, store *postgres.Store, book *rulebook.Book, estate *sim.Estate) error {
	shuffle := uint64(estate.Step) + 1 //nolint:gosec // steps are counted from 0
	srv, err := awssim.Listen("127.0.0.1:0", awssim.New(estate, awssim.Options{Shuffle: shuffle}))
	if err != nil {
		return err
	}
	defer srv.Close()
	a := estate.Accounts[0]
	col, err := aws.Connect(ctx, aws.Options{Endpoint: srv.URL, Region: a.Regions[0].Name, UserData: true, UserDataPerSecond: 1000,
		Login: func() (string, string) { return a.AccessKey, a.SecretKey }, Redactor: demoRedactor(), Now: time.Now})
	if err != nil {
		return err
	}
	return storeScan(ctx, store, book, col)
}

// demoRedactor has no key of its own: the demo's secrets are made up.
func demoRedactor() *wire.Redactor { return wire.NewRedactor([32]byte{}) }

// demoIBM is how the demo signs in to its simulated IBM Cloud.
func demoIBM(srv *ibmsim.Listener) ibm.Options {
	return ibm.Options{Endpoint: srv.URL, APIKey: func() string { return srv.APIKey("") }, UserData: true, PerSecond: 1000, Redactor: demoRedactor(), Now: time.Now}
}

// scanDemoIBM scans the simulated account of IBM Cloud.
func scanDemoIBM(ctx context.Context, s streams, store *postgres.Store, book *rulebook.Book, srv *ibmsim.Listener) error {
	a := srv.Estate().Accounts[0]
	fmt.Fprintf(s.err, "Scanning a simulated IBM Cloud account (%s) …\n", a.Name)
	col, err := ibm.Connect(ctx, demoIBM(srv))
	if err != nil {
		return err
	}
	if err := storeScan(ctx, store, book, col); err != nil {
		return err
	}
	return connectDemo(ctx, store, ibm.Provider, a.ID, a.Name)
}

// storeScan scans an account into the store.
func storeScan(ctx context.Context, store *postgres.Store, book *rulebook.Book, col cloud.Collector) error {
	provider := col.Scope().Provider
	rules := book.Edition()
	keep := postgres.NewKeep(store, engineOf(book), facts.For(provider)).By(postgres.Rulebook{Revision: rules.Judging, Off: rules.Off, Unread: rules.Unread})
	at := time.Now().UTC().Truncate(time.Microsecond)
	err := scan.Run(ctx, scan.NewLive(col, at), scan.Engine{Rules: rules.Set, Facts: facts.Maker(provider)}, keep)
	if err != nil {
		return errors.Join(err, keep.Abort(context.WithoutCancel(ctx), err.Error()))
	}
	return nil
}
