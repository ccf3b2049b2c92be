package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"plumbline/internal/export"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// A progress keeps one line on a terminal up to date. It is a scan.Out; on
// anything but a terminal it is silent.
type progress struct {
	w         io.Writer
	workloads int
	failing   int
	shown     bool
}

func newProgress(w io.Writer) *progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &progress{w: f}
	}
	return &progress{}
}

// Start says that the regions are known.
func (p *progress) Start(_ context.Context, c *snapshot.Context) error {
	p.say(fmt.Sprintf("account %s: asking for workloads", c.Account))
	return nil
}

// Page counts.
func (p *progress) Page(_ context.Context, _ []snapshot.Resource, res judge.Result) error {
	p.workloads += scan.WorkloadsIn(&res)
	for i := range res.Verdicts {
		if res.Verdicts[i].Outcome == finding.Fail {
			p.failing++
		}
	}
	p.say(fmt.Sprintf("%d workloads, %d failures so far", p.workloads, p.failing))
	return nil
}

// End has nothing to add.
func (p *progress) End(context.Context, *snapshot.Context, judge.Result) error { return nil }

func (p *progress) say(text string) {
	if p.w == nil {
		return
	}
	p.shown = true
	_, _ = fmt.Fprintf(p.w, "\r\x1b[K%s", export.Printable(text)) // a line that cannot be shown loses nothing
}

// Clear takes the line away.
func (p *progress) Clear() {
	if p.shown {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
	}
}
