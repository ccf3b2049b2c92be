package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"plumbline/internal/jobs"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/embedded"
)

// patience is how long a program waits for a database that does not answer yet.
const patience = 30 * time.Second

// own opens the database as the one that brings it up to date: a private server
// that it starts, or the one that it is told of.
func (c *config) own(ctx context.Context, name, address string, log io.Writer) (*database, error) {
	d := &database{}
	if c.database == "" {
		var err error
		if d.server, err = embedded.Start(ctx, c.embedded(name, address, log)); err != nil {
			return nil, err
		}
	}
	err := c.connect(ctx, d, log)
	if err == nil {
		_, err = migrate(ctx, c.url(d), d.Store, false)
	}
	if err != nil {
		return nil, d.close(ctx, err)
	}
	return d, nil
}

// join opens the database as a guest of whoever owns it, and waits until the
// owner has brought it up to date.
func (c *config) join(ctx context.Context, log io.Writer) (*database, error) {
	d := &database{}
	if c.database == "" {
		if embedded.Owner(c.dir) == nil {
			_, _ = fmt.Fprintf(log, "Nobody runs the database in %s yet; it is waited for, %s at most.\n", c.dir, c.wait)
		}
		var err error
		if d.server, err = embedded.Attach(ctx, c.embedded("plumbline work", "", log)); err != nil {
			if ctx.Err() == nil {
				err = c.noService()
			}
			return nil, err
		}
	}
	err := c.connect(ctx, d, log)
	if err == nil {
		err = c.awaitShape(ctx, d.Store)
	}
	if err != nil {
		return nil, d.close(ctx, err)
	}
	return d, nil
}

func (c *config) noService() error {
	return fmt.Errorf("A worker needs a service to work for, and within %s none ran on %s. Start \"plumbline serve\" on that directory first, or set DATABASE_URL to the database of one that runs elsewhere.", c.wait, c.dir)
}

func (c *config) embedded(name, address string, log io.Writer) embedded.Options {
	return embedded.Options{Dir: c.dir, BinDir: c.pgBin, Wait: c.wait, Name: name, Address: address,
		Log: func(line string) { _, _ = fmt.Fprintln(log, line) }}
}

func (c *config) url(d *database) string {
	if d.server != nil {
		return d.server.URL()
	}
	return c.database
}

func (c *config) connect(ctx context.Context, d *database, log io.Writer) (err error) {
	d.Store, err = postgres.OpenWithin(ctx, c.url(d), c.connections(), c.wait, func() {
		_, _ = fmt.Fprintf(log, "The database does not answer yet; it is waited for, %s at most.\n", c.wait)
	})
	return err
}

// awaitShape waits for whoever brings the database up to date.
func (c *config) awaitShape(ctx context.Context, s *postgres.Store) error {
	ctx, cancel := context.WithTimeout(ctx, c.wait)
	defer cancel()
	for tick := time.NewTicker(200 * time.Millisecond); ; {
		ok, err := upToDate(ctx, s)
		if ok || err != nil && ctx.Err() == nil {
			tick.Stop()
			return err
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return errors.New("The database is not in the shape of this program. Start \"plumbline serve\" of this version on it, or run \"plumbline migrate\", then start again.")
		case <-tick.C:
		}
	}
}

// endAtOnce ends the program at a second signal: whoever asks twice does not
// want to wait. It is told so that nobody fears for what was stored.
func endAtOnce(ctx context.Context, log io.Writer) (forget func() bool) {
	return context.AfterFunc(ctx, func() {
		again := make(chan os.Signal, 1)
		signal.Notify(again, os.Interrupt, syscall.SIGTERM)
		<-again
		_, _ = fmt.Fprintln(log, "plumbline: ended at once. What was stored is kept; the next start takes up what was being done.")
		os.Exit(exitError)
	})
}

// shape is what a migration did.
type shape struct{ from, to, jobs int64 }

// migrate brings our tables and those of the jobs up to date. Where force is
// false and they are, nothing is done, so that a login without the right to
// change them will do.
func migrate(ctx context.Context, url string, s *postgres.Store, force bool) (done shape, err error) {
	if done.from, _, err = s.Steps(ctx); err != nil {
		return done, err
	}
	if ok, err := upToDate(ctx, s); err != nil || ok && !force {
		done.to = done.from
		return done, err
	}
	if err := postgres.Migrate(ctx, url); err != nil {
		return done, err
	}
	n, err := jobs.Migrate(ctx, s.Pool(), postgres.DefaultRoles.Web, postgres.DefaultRoles.Work)
	if err != nil {
		return done, err
	}
	done.jobs = int64(n)
	done.to, _, err = s.Steps(ctx)
	return done, err
}
