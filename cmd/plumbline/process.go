package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"time"

	"plumbline/internal/cloud/aws"
	"plumbline/internal/jobs"
)

// A process is one serve or one work: a service on its database, and a worker
// that is not started yet.
type process struct {
	service
	worker *jobs.Client
	base   *url.URL // nil in a worker
	log    *slog.Logger
	stop   context.CancelFunc // ends event streams
}

// newProcess puts a process together. Only the owner of the data may make the
// redaction key, since all processes must have the same.
func newProcess(ctx context.Context, w io.Writer, cfg *config, db *database, base *url.URL, owner bool) (*process, error) {
	p := &process{base: base, log: newLog(w)}
	key, err := cfg.redactionKey(owner, func(line string) { _, _ = fmt.Fprintln(w, line) })
	if err != nil {
		return nil, err
	}
	queue, err := jobs.New(db.Pool(), jobs.Options{Log: p.log})
	if err != nil {
		return nil, err
	}
	var stopping context.Context
	stopping, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	p.service, err = newService(ctx, site{store: db.Store, queue: queue, key: key, base: base, log: p.log, stale: cfg.stale, stopping: stopping.Done(), aws: aws.Options{Now: time.Now}})
	if err != nil {
		return nil, err
	}
	p.worker, err = workerOf(db, cfg, p.service, p.log)
	return p, err
}
