package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"time"

	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/ibm"
	"plumbline/internal/jobs"
	"plumbline/internal/postgres"
)

// A process is one serve or one work: a service on its database, and a worker
// that is not started yet.
type process struct {
	service
	worker *jobs.Client
	hands  *postgres.Store // the store as the worker has it
	base   *url.URL        // nil in a worker
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
	if p.hands, err = db.Worker(ctx); err != nil {
		return nil, err
	}
	var stopping context.Context
	stopping, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	p.service, err = newService(ctx, site{store: db.Store, hands: p.hands, queue: queue, key: key, base: base, log: p.log, stale: cfg.stale, rules: cfg.rules, stopping: stopping.Done(), aws: aws.Options{Now: time.Now},
		ibm: ibm.Options{Endpoint: os.Getenv("PLUMBLINE_IBM_ENDPOINT"), Now: time.Now}})
	if err != nil {
		return nil, err
	}
	p.worker, err = jobs.New(p.hands.Pool(), jobs.Options{Work: p.work, Workers: cfg.workers, Name: nameOfWorker(), Log: p.log, Every: cfg.every})
	return p, err
}

// end stops the worker and ends its connections.
func (p *process) end(ctx context.Context) error {
	err := p.worker.Stop(context.WithoutCancel(ctx))
	p.hands.Close()
	return err
}
