package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/postgres"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/scan"
	"plumbline/internal/ui"
	"plumbline/internal/wire"
)

type demoCmd struct {
	databaseFlags
	Listen string `default:"127.0.0.1:8460" help:"Address of the pages; loopback only. A port that is taken is replaced by a free one." placeholder:"ADDR"`
}

// Help shows how the command is used.
func (demoCmd) Help() string {
	return `Simulates an AWS account, scans it over the real wire protocol, stores what it
answers in a private PostgreSQL, and serves the findings on loopback. It prints a
link that works once; press Enter for another. Each start scans again, and the
simulated account has changed a little, as accounts do. Stop it with Ctrl-C.

Examples:
  plumbline demo
  plumbline demo --listen 127.0.0.1:9000 --data-dir ./demo-data`
}

// Run shows the demo until it is stopped.
func (c demoCmd) Run(ctx context.Context, s streams) error {
	set, err := catalog.Load()
	if err != nil {
		return err
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
	err = c.show(ctx, s, l, db, set)
	return db.close(ctx, err)
}

func (c demoCmd) show(ctx context.Context, s streams, l net.Listener, db *database, set *rule.Set) error {
	if err := scanDemo(ctx, s, db.Store, set); err != nil {
		return err
	}
	entry := ui.NewEntry(l.Addr().String(), time.Now)
	h := ui.New(pages(db.Store, set, entry, s.err))
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	fmt.Fprintf(s.out, "\nOpen this link. It works once; press Enter for another, Ctrl-C to stop.\n\n  %s\n\n", entry.Link())
	go linksOnEnter(s, entry)
	var err error
	select {
	case <-ctx.Done():
		fmt.Fprintln(s.err, "Stopping. The demo's data are kept.")
	case err = <-db.died():
		err = fmt.Errorf("the database server stopped: %w. Start the demo again; its data are kept", err)
	case err = <-served:
	}
	return errors.Join(err, shutdown(ctx, srv))
}

func shutdown(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return srv.Close()
	}
	return nil
}

func linksOnEnter(s streams, entry *ui.Entry) {
	for sc := bufio.NewScanner(s.in); sc.Scan(); {
		fmt.Fprintf(s.out, "  %s\n", entry.Link())
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

// scanDemo scans the simulated account into the store. The first start scans
// twice, so that there is a change to see; every later one scans it once more,
// one step on.
func scanDemo(ctx context.Context, s streams, store *postgres.Store, set *rule.Set) error {
	step, err := store.FinishedScans(ctx)
	if err != nil {
		return err
	}
	estate := sim.Demo()
	for range step {
		estate = estate.Next()
	}
	for again := ""; ; estate, again = estate.Next(), ", as it is a little later" {
		fmt.Fprintf(s.err, "Scanning a simulated AWS account (%s)%s …\n", estate.Accounts[0].Name, again)
		n, err := storeScan(ctx, store, set, estate)
		if err != nil {
			return err
		}
		if n > 1 {
			return nil
		}
	}
}

// storeScan scans one state of the estate and gives the number of the scan.
func storeScan(ctx context.Context, store *postgres.Store, set *rule.Set, estate *sim.Estate) (int64, error) {
	shuffle := uint64(estate.Step) + 1 //nolint:gosec // steps are counted from 0
	srv, err := awssim.Listen("127.0.0.1:0", awssim.New(estate, awssim.Options{Shuffle: shuffle}))
	if err != nil {
		return 0, err
	}
	defer srv.Close()
	a := estate.Accounts[0]
	var key [32]byte // the demo's secrets are made up
	col, err := aws.Connect(ctx, aws.Options{Endpoint: srv.URL, Region: a.Regions[0].Name,
		Login: func() (string, string) { return a.AccessKey, a.SecretKey }, Redactor: wire.NewRedactor(key), Now: time.Now})
	if err != nil {
		return 0, err
	}
	keep := postgres.NewKeep(store, version, facts.For("aws"))
	at := time.Now().UTC().Truncate(time.Microsecond)
	err = scan.Run(ctx, scan.NewLive(col, at), scan.Engine{Rules: set, Facts: facts.Maker("aws")}, keep)
	if err != nil {
		return 0, errors.Join(err, keep.Abort(context.WithoutCancel(ctx), err.Error()))
	}
	return keep.Record().Number, nil
}

// pages is everything that the pages need.
func pages(store *postgres.Store, set *rule.Set, entry *ui.Entry, log io.Writer) ui.Config {
	return ui.Config{Store: shelf{store}, Rules: set, Fix: mender{store, set}.Fix, Now: time.Now, Version: version, Auth: entry,
		Log: slog.New(slog.NewTextHandler(log, nil))}
}
