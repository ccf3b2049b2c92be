package ui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/listing"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

const (
	stalledAfter = 5 * time.Minute
	logLines     = 100 // on the page
	eventsAtOnce = 500 // in one question to the store
)

// watchable adds what a scan did: its parts and its events, and while it runs
// how far it is.
func (u *ui) watchable(ctx context.Context, p *pages.Scan, s scan.Record, reload bool) error {
	shards, err := u.Reader.ScanShards(ctx, s.Number)
	if err != nil {
		return fmt.Errorf("parts of scan %d: %w", s.Number, err)
	}
	events, err := u.lastEvents(ctx, s.Number)
	if err != nil {
		return err
	}
	p.LogNote = fmt.Sprintf("Newest first, the last %d", logLines)
	if len(events) < logLines {
		p.LogNote = "Newest first"
	}
	for _, e := range slices.Backward(events) {
		p.Log = append(p.Log, logLine(e))
	}
	if len(shards) > 0 {
		sh := shardTable(shards)
		p.Shards = &sh
	}
	if s.State != scan.Running {
		return nil
	}
	last := int64(0)
	if len(events) > 0 {
		last = events[len(events)-1].ID
	}
	if p.Shards == nil {
		p.Shards = &pages.Shards{}
	}
	p.Live = &pages.Live{
		Events: scanPath(s.Number) + "/events", Last: strconv.FormatInt(last, 10),
		Still: scanPath(s.Number) + "?reload=off", Reload: reload,
		Progress: u.progress(s, shards, lastLife(s, shards, events)),
	}
	return nil
}

// lastEvents are the newest events of a scan, the oldest of them first. The
// store tells events from the first on, so that all are read.
func (u *ui) lastEvents(ctx context.Context, n int64) ([]listing.ScanEvent, error) {
	var out []listing.ScanEvent
	after := int64(0)
	for {
		es, err := u.Reader.ScanEvents(ctx, n, after, eventsAtOnce)
		if err != nil {
			return nil, fmt.Errorf("events of scan %d: %w", n, err)
		}
		if len(es) == 0 {
			return out, nil
		}
		after = es[len(es)-1].ID
		for _, e := range es {
			if worthALine(e) {
				out = append(out, e)
			}
		}
		out = out[max(0, len(out)-logLines):]
	}
}

// lastLife is when a scan last gave a sign of life.
func lastLife(s scan.Record, shards []listing.ScanShard, events []listing.ScanEvent) time.Time {
	at := s.StartedAt
	later := func(t time.Time) {
		if t.After(at) {
			at = t
		}
	}
	for _, h := range shards {
		later(h.StartedAt)
		later(h.EndedAt)
		later(h.BeatAt)
	}
	for _, e := range events {
		later(e.At)
	}
	return at
}

// progress says how far a scan is. Parts that nobody needs to touch any more
// count as done, whatever came of them.
func (u *ui) progress(s scan.Record, shards []listing.ScanShard, life time.Time) pages.Progress {
	done, items := 0, 0
	for _, h := range shards {
		items += h.Items
		if h.State != "waiting" && h.State != "running" {
			done++
		}
	}
	all := expected(shards)
	percent := 0
	if all > 0 {
		percent = done * 100 / all
	}
	p := pages.Progress{
		Percent: strconv.Itoa(percent), Parts: fmt.Sprintf("%s of %s done", number(done), some(all, "part", "parts")),
		Hint: "You can leave this page. Findings move as pages are read; the posture changes once, when the scan has finished.",
	}
	if s.State != scan.Running {
		p.Facts = []parts.Fact{{Name: "Took", Parts: text(took(s.EndedAt.Sub(s.StartedAt)))}, {Name: "Documents", Parts: text(number(items))}}
		p.Hint = "The scan is " + string(s.State) + "."
		p.Finished = &pages.Link{Text: "Show the result", Href: scanPath(s.Number)}
		return p
	}
	now := u.Now()
	p.Facts = []parts.Fact{
		{Name: "Elapsed", Parts: text(lasting(now.Sub(s.StartedAt)))},
		{Name: "Documents", Parts: text(number(items))},
		{Name: "Last event", Parts: text(lasting(now.Sub(life)) + " ago")},
	}
	if now.Sub(life) > stalledAfter {
		p.Stalled = fmt.Sprintf("Nothing was heard of this scan for %s. Plumbline begins its parts again when a worker is free, or ends it as interrupted. You can cancel it and start another.", lasting(now.Sub(life)))
	}
	return p
}

// expected is how many parts a scan comes to. The workloads of a region are put
// up once its network is read; counted early, they do not push progress back.
func expected(shards []listing.ScanShard) int {
	by := map[string]int{}
	for _, h := range shards {
		by[h.Part]++
	}
	return len(shards) + max(by["network"]-by["workloads"], 0)
}

// lasting is a length of time without fractions.
func lasting(d time.Duration) string {
	d = max(d, 0)
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return took(d)
}

var partNames = map[string]string{"account": "Account", "network": "Region settings", "workloads": "Workloads", "whole": "Everything"}

var partOrder = []string{"account", "network", "workloads"}

// shardTable lays shards out: a row for each region, a column for each part.
// The order never changes while a scan runs.
func shardTable(shards []listing.ScanShard) pages.Shards {
	by := map[[2]string]listing.ScanShard{}
	regions, names := map[string]bool{}, map[string]bool{}
	for _, h := range shards {
		r := cmpOr(h.Region, snapshot.Global)
		by[[2]string{r, h.Part}] = h
		regions[r], names[h.Part] = true, true
	}
	order := sorted(names)
	slices.SortStableFunc(order, func(a, b string) int {
		return cmp.Compare(uint(slices.Index(partOrder, a)), uint(slices.Index(partOrder, b)))
	})
	var t pages.Shards
	for _, n := range order {
		t.Parts = append(t.Parts, cmpOr(partNames[n], sentenceName(n)))
	}
	for _, r := range regionsInOrder(regions) {
		row := pages.Region{Name: r}
		if r == snapshot.Global {
			row.Name = "Whole account"
		}
		for _, n := range order {
			row.Cells = append(row.Cells, shardState(by[[2]string{r, n}]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func shardState(h listing.ScanShard) pages.State {
	var st pages.State
	switch h.State {
	case "":
		return pages.State{Quiet: true, Word: "Not asked here"}
	case "waiting":
		st = pages.State{Tone: "q", Icon: "clock", Word: "Waiting"}
	case "running":
		st = pages.State{Tone: "run", Icon: "spin", Word: "Running"}
	case "finished":
		st = pages.State{Tone: "ok", Icon: "check", Word: "Done"}
		if h.Pages == 0 { // an empty list is one page: nothing at all was answered
			st = pages.State{Tone: "q", Icon: "eye", Word: "Ended", Sub: "nothing was answered"}
		}
	case "cancelled":
		st = pages.State{Tone: "q", Icon: "dash", Word: "Cancelled"}
	case "interrupted":
		st = pages.State{Tone: "err", Icon: "alert", Word: "Interrupted"}
	default:
		st = pages.State{Tone: "err", Icon: "alert", Word: "Failed"}
	}
	if h.Pages > 0 {
		st.Sub = some(h.Items, "item", "items") + " in " + some(h.Pages, "page", "pages")
	}
	if h.Attempt > 1 && h.State == "running" {
		st.Word += fmt.Sprintf(", attempt %d", h.Attempt)
	}
	if h.Reason != "" && h.State != "finished" {
		st.Sub = sentence(h.Reason)
	}
	return st
}

// worthALine says whether an event is told. That a part waits is seen in the
// table.
func worthALine(e listing.ScanEvent) bool { return e.Say != "" || e.State != "waiting" }

func logLine(e listing.ScanEvent) pages.LogLine {
	l := pages.LogLine{ID: strconv.FormatInt(e.ID, 10), At: e.At.UTC().Format("15:04:05"), When: e.At.UTC().Format(time.RFC3339), Text: eventText(e)}
	switch {
	case e.State == "failed" || e.State == "interrupted":
		l.Tone = "w"
	case e.Failing > 0 && e.State == "running":
		l.Tone = "f"
	}
	return l
}

var eventWords = map[string]string{"running": "started", "finished": "ended, nothing was answered"}

// eventText writes an event as a line.
func eventText(e listing.ScanEvent) string {
	who := ""
	if e.Part != "" {
		who = cmpOr(partNames[e.Part], sentenceName(e.Part))
		if r := cmpOr(e.Region, snapshot.Global); r != snapshot.Global {
			who += ", " + r
		}
		who += ": "
	}
	switch {
	case e.Kind == "done":
		return strings.TrimSpace("The scan is " + e.State + ". " + sentence(e.Say))
	case e.Say != "":
		return who + e.Say
	case e.Pages == 0 || e.State == "failed":
		return who + cmpOr(eventWords[e.State], e.State)
	}
	t := some(e.Items, "item", "items") + " in " + some(e.Pages, "page", "pages")
	if e.State == "finished" {
		t = "done, " + t
	}
	if e.Failing > 0 {
		t += ", " + number(e.Failing) + " newly failing"
	}
	return who + t
}
