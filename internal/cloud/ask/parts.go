package ask

import (
	"context"
	"errors"
	"fmt"

	"plumbline/internal/cloud"
	"plumbline/internal/snapshot"
)

// A Regional asks a part of a scan of one region.
type Regional func(ctx context.Context, sink cloud.Sink, region string) error

// Part asks one part of one region: network or workloads.
func Part(ctx context.Context, sink cloud.Sink, part cloud.Part, region string, network, workloads Regional) error {
	if region == "" || region == snapshot.Global {
		return fmt.Errorf("%s is asked of a region, and none was named", part)
	}
	switch part {
	case cloud.PartNetwork:
		return network(ctx, sink, region)
	case cloud.PartWorkloads:
		return workloads(ctx, sink, region)
	case cloud.PartAccount:
		return errors.New("the account is asked as a whole, not by region")
	}
	return fmt.Errorf("there is no part %q of a scan", part)
}

// A Whole is a scan of all regions by one collector: what Context found, for
// Workloads. The zero value has found nothing yet.
type Whole struct {
	regions []string
	known   bool
}

// A Parter asks in parts: a collector is one.
type Parter interface {
	Account(context.Context, cloud.Sink) (regions []string, err error)
	Ask(ctx context.Context, sink cloud.Sink, part cloud.Part, region string) error
}

// Context asks for everything that is not a workload, so many regions at a
// time.
func (w *Whole) Context(ctx context.Context, sink cloud.Sink, c Parter, most int) error {
	regions, err := c.Account(ctx, sink)
	if err != nil {
		return err
	}
	w.regions, w.known = regions, true
	return w.everywhere(ctx, sink, c, most, cloud.PartNetwork)
}

// Workloads asks for the workloads of each region. Context comes first.
func (w *Whole) Workloads(ctx context.Context, sink cloud.Sink, c Parter, most int) error {
	if !w.known {
		return errors.New("workloads were asked for before the regions were known")
	}
	return w.everywhere(ctx, sink, c, most, cloud.PartWorkloads)
}

func (w *Whole) everywhere(ctx context.Context, sink cloud.Sink, c Parter, most int, part cloud.Part) error {
	tasks := make([]Task, 0, len(w.regions))
	for _, region := range w.regions {
		tasks = append(tasks, func(ctx context.Context) error { return c.Ask(ctx, sink, part, region) })
	}
	return All(ctx, most, tasks)
}
