package shard_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/recording"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// A crowd is a source whose workloads, with what stands beside them, are there
// many times under other ids.
type crowd struct {
	scan.Source
	workload, beside func(kind string) bool
	want             int
	near             []snapshot.Resource // of all workloads
}

var ids = regexp.MustCompile(`\b(i|eni)-[0-9a-f]{17}\b`)

// Context leaves out what stands beside workloads, and keeps it.
func (c *crowd) Context(ctx context.Context) (*snapshot.Context, error) {
	whole, err := c.Source.Context(ctx)
	if err != nil {
		return nil, err
	}
	var rest []snapshot.Resource
	for _, kind := range whole.Kinds() {
		if c.beside(kind) {
			c.near = append(c.near, whole.Resources(kind)...)
		} else {
			rest = append(rest, whole.Resources(kind)...)
		}
	}
	return snapshot.NewContext(whole.Provider, whole.Account, whole.TakenAt, rest, whole.Answers()), nil
}

// Pages gives each workload as often as it takes.
func (c *crowd) Pages(ctx context.Context, each func([]snapshot.Resource) error) error {
	var all []snapshot.Resource
	err := c.Source.Pages(ctx, func(page []snapshot.Resource) error {
		for _, r := range page {
			r.Doc = bytes.Clone(r.Doc)
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	workloads := 0
	for _, r := range all {
		if c.workload(r.Kind) {
			workloads++
		}
	}
	all = append(all, c.near...)
	for n := range (c.want + workloads - 1) / workloads {
		page := make([]snapshot.Resource, len(all))
		for i, r := range all {
			other := func(b []byte) []byte {
				return ids.ReplaceAllFunc(b, func(id []byte) []byte { return append(id[:len(id)-5:len(id)-5], fmt.Sprintf("%05x", n)...) })
			}
			r.UID, r.Doc = string(other([]byte(r.UID))), other(bytes.Clone(r.Doc))
			r.Seal()
			page[i] = r
		}
		if err := each(slices.Clip(page)); err != nil {
			return err
		}
	}
	return nil
}

// How long it takes to judge 100,000 stored workloads again, or as many as
// PLUMBLINE_AGAIN says, by one rule that was changed, and by one that was
// switched off.
func BenchmarkJudgingAgain(b *testing.B) {
	many := 100_000
	if n, err := strconv.Atoi(os.Getenv("PLUMBLINE_AGAIN")); err == nil {
		many = n
	}
	o := newOffice(b)
	ctx, f, e := context.Background(), facts.For("aws"), o.book.Edition()
	few := e.Set.Only(func(r *rule.Rule) bool { return strings.HasPrefix(r.ID, "AWS-IMDS-") }) // the others take time to store, and none afterwards
	keep := postgres.NewKeep(o.store, "1", f).By(postgres.Rulebook{Revision: e.Revision})
	src := &crowd{Source: recording.NewReader(bytes.NewReader(aRecording()), f.IsWorkload, 0), workload: f.IsWorkload, beside: f.Beside, want: many}
	began := time.Now()
	if err := scan.Run(ctx, src, scan.Engine{Rules: few, Facts: facts.Maker("aws")}, keep); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d workloads were judged by %d rules and stored in %s", keep.Record().Workloads, len(few.Rules()), time.Since(began).Round(time.Second))
	if _, err := o.store.Pool().Exec(ctx, `vacuum analyze`); err != nil {
		b.Fatal(err)
	}
	o.runner.Log = slog.New(slog.DiscardHandler)
	again := func(b *testing.B, drafts ...listing.RuleDraft) {
		cpu, moved := -cpuTime(b), -o.moved(b)
		for b.Loop() {
			for _, d := range drafts {
				o.approve(d)
				if n := o.catchUp(); n != 1 {
					b.Fatalf("judged again %d times", n)
				}
			}
		}
		b.ReportMetric((cpu+cpuTime(b)).Seconds()/float64(b.N*len(drafts)), "cpu-s/change")
		b.ReportMetric(float64(moved+o.moved(b))/float64(b.N*len(drafts)), "moved/change")
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N*len(drafts)), "s/change")
	}
	predicate := func(to string) listing.RuleDraft {
		return file(b, "aws/metadata-requires-token.yaml", `w.metadata.endpoint == "disabled" || w.metadata.tokens == "required"`, to)
	}
	b.Run("a predicate that moves nothing", func(b *testing.B) {
		again(b, predicate(`(w.metadata.endpoint == "disabled" || w.metadata.tokens == "required") && true`))
	})
	b.Run("a predicate that moves many, and back", func(b *testing.B) {
		again(b, predicate(`w.metadata.hop_limit == 64`), predicate(`w.metadata.endpoint == "disabled" || w.metadata.tokens == "required"`))
	})
	b.Run("switched off and on", func(b *testing.B) { again(b, off(tokens), on(tokens)) })
	b.Run("a rule of accounts", func(b *testing.B) { again(b, off("AWS-IMDS-011"), on("AWS-IMDS-011")) })
}

// cpuTime is what the program took so far; the database is another one.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// moved is how many steps findings have taken.
func (o *office) moved(b *testing.B) (n int) {
	b.Helper()
	if err := o.store.Pool().QueryRow(context.Background(), `select count(*) from finding_event`).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}
