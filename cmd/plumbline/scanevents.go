package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ibm/ibmevents"
	"plumbline/internal/export"
	own "plumbline/internal/house"
	"plumbline/internal/snapshot"
)

// eventsFlags name files of audit events, and what they hold.
type eventsFlags struct {
	MetadataEvents []string `name:"metadata-events" type:"path" help:"Audit events as IBM Cloud Logs exports them or Activity Tracker Event Routing writes them into a bucket: a file, or a directory of them; repeat it or separate with commas." placeholder:"FILE"`
	EventsFrom     string   `name:"events-from" help:"First day, in UTC, of which these are all events; without it they cover no day." placeholder:"DAY"`
	EventsUntil    string   `name:"events-until" help:"Last day, in UTC, of which these are all events." placeholder:"DAY"`
}

func (f *eventsFlags) given() bool {
	return len(f.MetadataEvents) > 0 || f.EventsFrom != "" || f.EventsUntil != ""
}

// check refuses what would have no effect, before anything is asked.
func (f *eventsFlags) check() error {
	if f.given() && len(f.MetadataEvents) == 0 {
		return errors.New("--events-from and --events-until say what the files of --metadata-events hold, which is missing")
	}
	_, err := ibmevents.ParseClaim(f.EventsFrom, f.EventsUntil, time.Now())
	if c := (*ibmevents.ClaimError)(nil); errors.As(err, &c) {
		return fmt.Errorf("%s: %s", flagOf(c), strings.TrimSuffix(err.Error(), "."))
	}
	return err
}

// flagOf names the flag that is wrong, or is missing.
func flagOf(c *ibmevents.ClaimError) string {
	switch {
	case c.From && !c.Until:
		return "--events-from"
	case c.Until && !c.From:
		return "--events-until"
	}
	return "--events-from and --events-until"
}

// beside reads the files, tells in a few lines what they hold, and puts it
// beside what a collector asks. They must be of the collector's account.
func (f *eventsFlags) beside(ctx context.Context, col cloud.Collector, say io.Writer, now time.Time) (cloud.Collector, error) {
	c, err := ibmevents.ParseClaim(f.EventsFrom, f.EventsUntil, now)
	if err != nil {
		return nil, err
	}
	r := ibmevents.New(col.Scope().Account, c, now)
	for _, path := range f.MetadataEvents {
		if err := readEvents(ctx, r, path); err != nil {
			return nil, err
		}
	}
	sum := r.Summary()
	sayEvents(say, &sum)
	rs, a, err := own.TellRequests(col.Scope(), own.Merge(now, sum.Import), now)
	return &besides{col, rs, a}, err
}

// readEvents reads a file, or all that are in a directory and below it but for
// those whose names begin with a dot: programs leave them there.
func readEvents(ctx context.Context, r *ibmevents.Reader, top string) error {
	files, root := 0, top
	if info, err := os.Stat(top); err == nil && info.IsDir() {
		root += string(filepath.Separator) // a link to a directory is the directory; one to a pipe stays what it is
	}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("the events cannot be read: %w", err)
		}
		hidden := path != root && strings.HasPrefix(e.Name(), ".")
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case hidden && e.IsDir():
			return fs.SkipDir
		case hidden, e.IsDir():
			return nil
		}
		files++
		file, err := os.Open(path) //nolint:gosec // whoever scans names the directory, and reads it with rights of their own
		if err != nil {
			return fmt.Errorf("the events cannot be read: %w", err)
		}
		if info, err := file.Stat(); err == nil && info.IsDir() {
			return errors.Join(fmt.Errorf("--metadata-events: %s is a link to a directory, which is not followed; take it away, and name that directory as well", export.Printable(path)), file.Close())
		}
		return errors.Join(r.Read(export.Printable(path), file), file.Close())
	})
	if err == nil && files == 0 {
		err = fmt.Errorf("--metadata-events: there is no file in %s", export.Printable(top))
	}
	return err
}

// sayEvents tells what the files hold: first of all, why they do not cover it.
func sayEvents(w io.Writer, s *ibmevents.Summary) {
	fmt.Fprintf(w, "Audit events: %d, of these requests to a metadata service: %d.\n", s.Events, s.Metadata)
	for _, d := range s.Doubts {
		if len(s.Covers) == 0 {
			d = "They cover no days: " + d
		}
		fmt.Fprintln(w, export.Printable(d))
	}
	for _, p := range s.Places {
		fmt.Fprintln(w, "  "+export.Printable(p.String()))
	}
	for _, c := range s.Covers {
		fmt.Fprintf(w, "They cover %s, %s (UTC).\n", c.Region, c.Days())
	}
	fmt.Fprintln(w, "What ended more than 7 days before a scan counts no longer. How to get the events: docs/ibm.md, \"Tell who uses the metadata service\".")
}

// A besides is a collector that brings documents along which no cloud was asked
// for.
type besides struct {
	cloud.Collector
	documents []snapshot.Resource
	answer    snapshot.Answer
}

// Context asks the cloud, and adds the documents.
func (b *besides) Context(ctx context.Context, sink cloud.Sink) error {
	if err := b.Collector.Context(ctx, sink); err != nil {
		return err
	}
	if len(b.documents) > 0 {
		if err := sink.Resources(ctx, b.documents); err != nil {
			return err
		}
	}
	return sink.Answer(ctx, b.answer)
}
