package main

import (
	"context"
	"fmt"
	"io"

	"plumbline/internal/postgres"
	"plumbline/internal/postgres/embedded"
)

// databaseFlags say which database to use. Without a URL the program runs a
// private PostgreSQL of its own.
type databaseFlags struct {
	Database string `name:"database-url" env:"DATABASE_URL" help:"PostgreSQL to use; without it the private one in the data directory." placeholder:"URL"`
	DataDir  string `name:"data-dir" env:"PLUMBLINE_DATA_DIR" type:"path" help:"Where the private PostgreSQL keeps its data." placeholder:"DIR"`
	PgBin    string `name:"pg-bin" env:"PLUMBLINE_PG_BIN" type:"path" help:"Directory of the PostgreSQL programs." placeholder:"DIR"`
}

// A database is an open store, and the server under it where it is our own.
type database struct {
	*postgres.Store
	server *embedded.Server
}

// open starts what must be started, brings the tables up to date and connects.
// sub is the directory below the default one.
func (f databaseFlags) open(ctx context.Context, sub string, log io.Writer) (*database, error) {
	d := &database{}
	url := f.Database
	if url == "" {
		var err error
		if d.server, err = f.start(ctx, sub, log); err != nil {
			return nil, err
		}
		url = d.server.URL()
	}
	var err error
	if d.Store, err = postgres.Open(ctx, url); err == nil {
		_, err = migrate(ctx, url, d.Store, false)
	}
	if err != nil {
		return nil, d.close(ctx, err)
	}
	return d, nil
}

func (f databaseFlags) start(ctx context.Context, sub string, log io.Writer) (*embedded.Server, error) {
	dir := f.DataDir
	if dir == "" {
		base, err := embedded.DefaultDir()
		if err != nil {
			return nil, err
		}
		dir = base + "/" + sub
	}
	return embedded.Start(ctx, embedded.Options{Dir: dir, BinDir: f.PgBin,
		Log: func(line string) { _, _ = fmt.Fprintln(log, line) }})
}

// died tells when our own server stops unasked; it never does where the
// database is somebody else's.
func (d *database) died() <-chan error {
	if d.server == nil {
		return nil
	}
	return d.server.Done()
}

// close ends connections and our own server, and adds what went wrong to err.
func (d *database) close(ctx context.Context, err error) error {
	if d.Store != nil {
		d.Store.Close()
	}
	if d.server != nil {
		if stopErr := d.server.Stop(context.WithoutCancel(ctx)); err == nil {
			err = stopErr
		}
	}
	return err
}
