package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"plumbline/internal/postgres/embedded"
)

type migrateCmd struct {
	databaseFlags
}

// Help shows how the command is used.
func (migrateCmd) Help() string {
	return `Brings the tables, the tables of the jobs and the database's roles to the shape of
this program, and says what it did. It may be run as often as one likes. "serve"
does the same at its start where its login has the right; run this first where it
has not, with a login that owns the database. A database that a newer program has
shaped is left as it is.

Examples:
  plumbline migrate
  DATABASE_URL=postgres://owner@db/plumbline plumbline migrate`
}

// Run migrates.
func (c migrateCmd) Run(ctx context.Context, s streams) error {
	var wrong faults
	cfg := &config{wait: patience}
	c.databaseFlags.read(cfg, &wrong)
	if err := wrong.err(); err != nil {
		return err
	}
	db, err := cfg.reach(ctx, s.err)
	if err != nil {
		return err
	}
	done, err := migrate(ctx, cfg.url(db), db.Store, true)
	if err == nil {
		err = done.print(s.out)
	}
	return db.close(ctx, err)
}

// reach opens the database in whatever shape it is: of a private server that
// runs already, or is started for the while.
func (c *config) reach(ctx context.Context, log io.Writer) (d *database, err error) {
	d = &database{}
	if c.database == "" {
		d.server, err = embedded.Start(ctx, c.embedded("plumbline migrate", "", log))
		if errors.As(err, new(*embedded.InUse)) {
			d.server, err = embedded.Attach(ctx, c.embedded("plumbline migrate", "", log))
		}
		if err != nil {
			return nil, err
		}
	}
	if err := c.connect(ctx, d, log); err != nil {
		return nil, d.close(ctx, err)
	}
	return d, nil
}

func (d shape) print(w io.Writer) error {
	tables := fmt.Sprintf("The tables were at step %d and are at step %d now.", d.from, d.to)
	if d.from == d.to {
		tables = fmt.Sprintf("The tables were up to date already, at step %d.", d.to)
	}
	queue := fmt.Sprintf("The tables of the jobs were brought up to date, in %d steps.", d.jobs)
	if d.jobs == 0 {
		queue = "The tables of the jobs were up to date already."
	}
	_, err := fmt.Fprintf(w, "%s\n%s\n", tables, queue)
	return err
}
