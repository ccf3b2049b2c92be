package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"

	"plumbline/internal/postgres/embedded"
)

type serveCmd struct {
	databaseFlags
	webFlags
	workerFlags
	rulesFlags
	NoWork bool `name:"no-work" help:"Answer people and programs only; \"plumbline work\" does the scans."`
}

// Help shows how the command is used.
func (serveCmd) Help() string {
	return `Runs the service: pages, API, schedule, and a worker that scans. Without
DATABASE_URL it runs a private PostgreSQL in --data-dir. The first start makes an
administrator and prints the password, once. Stop it with Ctrl-C or SIGTERM: what
is being scanned is let go for the next worker. A second Ctrl-C ends it at once.

Every flag has a variable of the environment; docs/configuration.md lists them.
To be reached from elsewhere it speaks HTTPS itself (--tls-cert, --tls-key), or
stands behind a proxy that does (--base-url, --trusted-proxies).

/healthz says whether the process runs, /readyz whether the database answers and
has the shape of this program.

Examples:
  plumbline serve
  plumbline serve --listen 127.0.0.1:9000 --data-dir /srv/plumbline
  plumbline serve --listen 0.0.0.0:443 --base-url https://plumbline.example.com \
    --tls-cert plumbline.pem --tls-key plumbline.key
  DATABASE_URL=postgres://plumbline@db/plumbline plumbline serve --no-work`
}

func (c serveCmd) config() (*config, error) {
	var wrong faults
	cfg := &config{wait: patience}
	c.databaseFlags.read(cfg, &wrong)
	c.webFlags.read(cfg, &wrong)
	c.workerFlags.read(cfg, &wrong)
	c.rulesFlags.read(cfg, &wrong)
	return cfg, wrong.err()
}

// serviceDir is below the default directory for data; the demo has its own.
const serviceDir = "service"

// Run serves until it is stopped.
func (c serveCmd) Run(ctx context.Context, s streams) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	if cfg.database == "" {
		if in := embedded.Owner(cfg.dir); in != nil {
			return in
		}
	}
	l, err := listen(cfg.listen)
	if err != nil {
		return err
	}
	defer l.Close() // the server has closed it where it came so far
	forget := endAtOnce(ctx, s.err)
	defer forget()
	db, err := cfg.own(ctx, "plumbline serve", cfg.baseOf(l).String(), s.err)
	if err != nil {
		return err
	}
	return db.close(ctx, c.serve(ctx, s, cfg, l, db))
}

func (c serveCmd) serve(ctx context.Context, s streams, cfg *config, l net.Listener, db *database) error {
	p, err := newProcess(ctx, s.err, cfg, db, cfg.baseOf(l), true)
	if err != nil {
		return err
	}
	if err := p.check(ctx); err != nil {
		return err
	}
	if err := printFirst(ctx, s.out, p.service); err != nil {
		return err
	}
	if !c.NoWork {
		if err := p.worker.Start(ctx); err != nil {
			return err
		}
	}
	srv := newServer(cfg, withHealth(db.Store, p.log, ownName(p.base, p.handler)), p.log)
	served := answer(srv, l)
	go p.warm(ctx)
	printAddress(s.out, cfg, p.base.String(), c.NoWork)
	select {
	case <-ctx.Done():
		fmt.Fprintln(s.err, "Stopping: requests are answered, scans are let go.")
	case err = <-db.died():
		err = fmt.Errorf("The database is gone, so the service ends. Start it again: what was stored is kept, and scans go on. (%w)", err)
	case err = <-served:
	}
	p.stop()
	return errors.Join(err, drain(ctx, srv), p.end(ctx))
}

func printFirst(ctx context.Context, out io.Writer, svc service) error {
	email, password, created, err := svc.first(ctx)
	if err != nil || !created {
		return err
	}
	_, err = fmt.Fprintf(out, "\nThe first administrator. The password is shown this once and is not kept:\n\n  e-mail    %s\n  password  %s\n\n", email, password)
	return err
}

func printAddress(out io.Writer, cfg *config, base string, noWork bool) {
	fmt.Fprintf(out, "Plumbline answers at %s\n", base)
	if noWork {
		fmt.Fprintln(out, "It does not scan itself: start \"plumbline work\" beside it.")
	}
	if cfg.cert == nil && cfg.base != nil && cfg.base.Scheme == "https" && len(cfg.proxies) == 0 {
		fmt.Fprintln(out, "Requests are said to come through a proxy, and --trusted-proxies (PLUMBLINE_TRUSTED_PROXIES) names none: "+
			"all people count as one address, so that one who guesses passwords keeps everybody out for a while.")
	}
}

// nameOfWorker is what shards are signed with.
func nameOfWorker() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unnamed"
	}
	return fmt.Sprintf("%s, process %d", host, os.Getpid())
}

func newLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
