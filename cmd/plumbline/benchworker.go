package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/judge"
	"plumbline/internal/postgres"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// benchWorkerCmd runs one part of a bench, measured from outside.
type benchWorkerCmd struct {
	Part    string `arg:""`
	Profile string `help:"Write a profile of the CPU time to this file." type:"path" placeholder:"FILE"`
}

// Run does the part and prints what it saw.
func (c benchWorkerCmd) Run(ctx context.Context, s streams) error {
	stop, err := c.profile()
	if err != nil {
		return err
	}
	var f figure
	switch c.Part {
	case "paginator":
		f.Instances, err = aws.Paginate(ctx, aws.Options{Parallel: 4})
	case "judge":
		f, err = benchScan(ctx, "")
	case "first", "again":
		f, err = benchScan(ctx, os.Getenv("PLUMBLINE_BENCH_DATABASE"))
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

func benchScan(ctx context.Context, database string) (figure, error) {
	set, err := catalog.Load()
	if err != nil {
		return figure{}, err
	}
	var key [32]byte // nothing real is hashed with it
	col, err := aws.Connect(ctx, aws.Options{Parallel: 4, Redactor: wire.NewRedactor(key), Now: time.Now})
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
		keep = postgres.NewKeep(store, version, facts.For("aws"))
		outs = append(outs, keep)
	}
	at := time.Now().UTC().Truncate(time.Microsecond)
	if err := scan.Run(ctx, scan.NewLive(col, at), scan.Engine{Rules: set, Facts: facts.Maker("aws")}, outs...); err != nil {
		return figure{}, err
	}
	f := figure{Instances: n.workloads, Findings: n.findings}
	if keep != nil {
		f.RowsWritten = keep.Record().Written
	}
	return f, nil
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
