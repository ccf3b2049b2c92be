package main

import (
	"context"
	"errors"
	"fmt"
)

type workCmd struct {
	databaseFlags
	workerFlags
	rulesFlags
}

// Help shows how the command is used.
func (workCmd) Help() string {
	return `Scans for a service that runs elsewhere on this machine (--data-dir) or on
another one (DATABASE_URL), beside its own worker. It waits half a minute for the
service, and ends when the private database that it joined is stopped. Any number
may run; each needs the redaction key of the service, and its --rules-dir, see docs/configuration.md.

Examples:
  plumbline work --data-dir /srv/plumbline
  DATABASE_URL=postgres://plumbline@db/plumbline plumbline work --workers 16`
}

func (c workCmd) config() (*config, error) {
	var wrong faults
	cfg := &config{wait: patience}
	c.databaseFlags.read(cfg, &wrong)
	c.workerFlags.read(cfg, &wrong)
	c.rulesFlags.read(cfg, &wrong)
	return cfg, wrong.err()
}

// Run works until it is stopped.
func (c workCmd) Run(ctx context.Context, s streams) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	forget := endAtOnce(ctx, s.err)
	defer forget()
	db, err := cfg.join(ctx, s.err)
	if err != nil {
		return err
	}
	return db.close(ctx, c.work(ctx, s, cfg, db))
}

func (c workCmd) work(ctx context.Context, s streams, cfg *config, db *database) error {
	p, err := newProcess(ctx, s.err, cfg, db, nil, false)
	if err != nil {
		return err
	}
	if err := p.worker.Start(ctx); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Working as %s, on %d parts of scans at once.\n", nameOfWorker(), cfg.workers)
	select {
	case <-ctx.Done():
		fmt.Fprintln(s.err, "Stopping: scans are let go.")
	case err = <-db.died():
		err = fmt.Errorf("The service that this worker joined has stopped its database, so the worker ends too. Start both again: scans go on where they stood. (%w)", err)
	}
	p.stop()
	return errors.Join(err, p.end(ctx))
}
