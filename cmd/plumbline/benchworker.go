package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/ibm"
	"plumbline/internal/judge"
	"plumbline/internal/postgres"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// benchWorkerCmd runs one part of a bench, measured from outside.
type benchWorkerCmd struct {
	Cloud   string `arg:"" enum:"aws,ibm"`
	Part    string `arg:""`
	Profile string `help:"Write a profile of the CPU time to this file." type:"path" placeholder:"FILE"`
}

// Run does the part and prints what it saw.
func (c benchWorkerCmd) Run(ctx context.Context, s streams) error {
	if c.Cloud == ibm.Provider && os.Getenv("PLUMBLINE_IBM_ENDPOINT") == "" {
		return errors.New("PLUMBLINE_IBM_ENDPOINT is not set: a bench asks simulated clouds only")
	}
	stop, err := c.profile()
	if err != nil {
		return err
	}
	var f figure
	switch c.Part {
	case "paginator":
		f.Instances, err = c.paginate(ctx)
	case "judge":
		f, err = c.scan(ctx, "")
	case "first", "again":
		f, err = c.scan(ctx, os.Getenv("PLUMBLINE_BENCH_DATABASE"))
	default:
		err = fmt.Errorf("there is no part %q", c.Part)
	}
	if err := errors.Join(err, stop()); err != nil {
		return err
	}
	f.Part = c.Part
	return json.NewEncoder(s.out).Encode(f)
}

// profile begins a CPU profile where one is wanted; stop ends it.
func (c benchWorkerCmd) profile() (stop func() error, err error) {
	if c.Profile == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(c.Profile)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error { pprof.StopCPUProfile(); return f.Close() }, nil
}

func (c benchWorkerCmd) scan(ctx context.Context, database string) (figure, error) {
	set, err := catalog.Load()
	if err != nil {
		return figure{}, err
	}
	col, err := c.connect(ctx)
	if err != nil {
		return figure{}, err
	}
	n := &counter{}
	outs := []scan.Out{n}
	var keep *postgres.Keep
	if database != "" {
		if err := postgres.Migrate(ctx, database); err != nil {
			return figure{}, err
		}
		store, err := postgres.Open(ctx, database)
		if err != nil {
			return figure{}, err
		}
		defer store.Close()
		keep = postgres.NewKeep(store, version, facts.For(c.Cloud))
		outs = append(outs, keep)
	}
	at := time.Now().UTC().Truncate(time.Microsecond)
	if err := scan.Run(ctx, scan.NewLive(col, at), scan.Engine{Rules: set, Facts: facts.Maker(c.Cloud)}, outs...); err != nil {
		return figure{}, err
	}
	f := figure{Instances: n.workloads, Findings: n.findings}
	if keep != nil {
		f.RowsWritten = keep.Record().Written
	}
	return f, nil
}

// benchParallel is how many regions are asked at a time.
const benchParallel = 4

// paginate is the floor: the SDK's own pager over the same regions.
func (c benchWorkerCmd) paginate(ctx context.Context) (int, error) {
	if c.Cloud == ibm.Provider {
		return ibm.Paginate(ctx, benchIBM())
	}
	return aws.Paginate(ctx, aws.Options{Parallel: benchParallel})
}

func (c benchWorkerCmd) connect(ctx context.Context) (cloud.Collector, error) {
	var key [32]byte // nothing real is hashed with it
	redactor := wire.NewRedactor(key)
	if c.Cloud == ibm.Provider {
		o := benchIBM()
		o.Redactor = redactor
		return ibm.Connect(ctx, o)
	}
	return aws.Connect(ctx, aws.Options{Parallel: benchParallel, Redactor: redactor, Now: time.Now})
}

// benchIBM signs in to the simulated IBM Cloud, whatever else the environment
// names: a bench asks no real account. The pace at which servers are asked one by
// one would be what is measured.
func benchIBM() ibm.Options {
	return ibm.Options{Endpoint: os.Getenv("PLUMBLINE_IBM_ENDPOINT"), APIKey: func() string { return os.Getenv("IBMCLOUD_API_KEY") },
		Parallel: benchParallel, PerSecond: 1e9, Now: time.Now}
}

// A counter is the cheapest scan.Out.
type counter struct{ workloads, findings int }

// Start has nothing to count.
func (c *counter) Start(context.Context, *snapshot.Context) error { return nil }

// Page counts.
func (c *counter) Page(_ context.Context, _ []snapshot.Resource, res judge.Result) error {
	c.workloads += scan.WorkloadsIn(&res)
	c.findings += len(res.Verdicts)
	return nil
}

// End counts.
func (c *counter) End(_ context.Context, _ *snapshot.Context, res judge.Result) error {
	c.findings += len(res.Verdicts)
	return nil
}
