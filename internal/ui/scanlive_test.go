package ui_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
	"plumbline/internal/ui"
)

// A heard is one event of a stream; a comment has the kind ":".
type heard struct{ id, kind, data string }

// A watch reads a stream over a real connection.
type watcher struct {
	reply *http.Response
	lines *bufio.Scanner
	leave context.CancelFunc
}

func watchScan(t *testing.T, base, path, last string) *watcher {
	t.Helper()
	ctx, leave := context.WithCancel(context.Background())
	t.Cleanup(leave)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reply.Body.Close() })
	return &watcher{reply: reply, lines: bufio.NewScanner(reply.Body), leave: leave}
}

// next reads one event; ok is false at the end of the stream.
func (w *watcher) next() (h heard, ok bool) {
	for w.lines.Scan() {
		key, value, _ := strings.Cut(w.lines.Text(), ": ")
		switch key {
		case "":
			if strings.HasPrefix(w.lines.Text(), ":") {
				h.kind = ":"
			}
			if h.kind != "" {
				return h, true
			}
		case "id":
			h.id = value
		case "event":
			h.kind = value
		case "data":
			h.data += value
		}
	}
	return h, false
}

// until reads to the first event that is wanted.
func (w *watcher) until(t *testing.T, kind, text string) (before []heard, found heard) {
	t.Helper()
	for {
		h, ok := w.next()
		if !ok {
			t.Fatalf("the stream ended without %s %q", kind, text)
		}
		if h.kind == kind && strings.Contains(h.data, text) {
			return before, h
		}
		before = append(before, h)
	}
}

func streaming(t *testing.T, d *desk) string { return server(t, d.serve(viewer(access.Reader))) }

func (d *desk) happens(id int64, e listing.ScanEvent) {
	d.with(func() {
		e.ID, e.At = id, clock()
		d.events[5] = append(d.events[5], e)
	})
}

func (d *desk) ends(st scan.State) {
	d.with(func() { d.scans[0].State, d.scans[0].EndedAt = st, clock() })
}

func TestAWatchTellsWhatHappensUntilTheScanEnds(t *testing.T) {
	t.Parallel()
	d := office()
	w := watchScan(t, streaming(t, d), "/scans/5/events?after=104", "")
	if got := w.reply.Header.Get("Content-Type"); w.reply.StatusCode != 200 || !strings.HasPrefix(got, "text/event-stream") {
		t.Fatalf("%d, %s", w.reply.StatusCode, got)
	}
	_, first := w.until(t, "log", "")
	if !strings.Contains(first.data, `data-id="105"`) || first.id != "105" {
		t.Errorf("begins with %+v", first)
	}
	_, far := w.until(t, "progress", "")
	if !strings.Contains(far.data, `data-percent="77"`) || !strings.Contains(far.data, "7 of 9 parts done") {
		t.Errorf("progress is %s", far.data)
	}
	d.happens(108, listing.ScanEvent{Kind: "shard", Part: "workloads", Region: "us-east-1", State: "running", Pages: 1, Items: 50, Failing: 2})
	w.until(t, "log", "Workloads, us-east-1: 50 items in 1 page, 2 newly failing")
	d.with(func() { d.shards[5][8].State = "finished" })
	w.until(t, "rows", "Done")
	w.until(t, ":", "")
	d.happens(109, listing.ScanEvent{Kind: "done", State: "finished"})
	d.ends(scan.Finished)
	_, last := w.until(t, "done", "Finished")
	if last.id != "109" {
		t.Errorf("ends with %+v", last)
	}
	if h, ok := w.next(); ok {
		t.Errorf("and then %+v", h)
	}
}

func TestAWatchGoesOnWhereItWasLeft(t *testing.T) {
	t.Parallel()
	d := office()
	base := streaming(t, d)
	w := watchScan(t, base, "/scans/5/events", "")
	before, h := w.until(t, "log", `data-id="107"`)
	w.leave()
	for i, want := range []string{"102", "103", "104", "105", "106"} { // 101 says only that a part waits
		if i >= len(before) || before[i].kind != "log" || before[i].id != want {
			t.Fatalf("before were %+v", before)
		}
	}
	d.happens(108, listing.ScanEvent{Kind: "log", Say: "slowed down"})
	d.ends(scan.Cancelled)
	again := watchScan(t, base, "/scans/5/events?after=101", h.id) // what the browser remembers wins
	logs, _ := again.until(t, "done", "Cancelled")
	var got []string
	for _, l := range logs {
		if l.kind == "log" {
			got = append(got, l.id)
		}
	}
	if strings.Join(got, " ") != "108" {
		t.Errorf("told again %v", got)
	}
}

// Numbers are given out before events are committed: one that appears late is
// told all the same, and only once.
func TestAnEventThatAppearsLateIsTold(t *testing.T) {
	t.Parallel()
	d := office()
	w := watchScan(t, streaming(t, d), "/scans/5/events?after=107", "")
	d.happens(111, listing.ScanEvent{Kind: "log", Say: "second"})
	w.until(t, "log", "second")
	d.with(func() {
		n := len(d.events[5]) - 1
		late := listing.ScanEvent{ID: 109, At: clock(), Kind: "log", Say: "first"}
		d.events[5] = append(d.events[5][:n:n], late, d.events[5][n])
	})
	_, h := w.until(t, "log", "first")
	if h.id != "111" {
		t.Errorf("the number went back to %s", h.id)
	}
	d.ends(scan.Finished)
	rest, _ := w.until(t, "done", "")
	for _, h := range rest {
		if h.kind == "log" {
			t.Errorf("told twice: %+v", h)
		}
	}
}

func TestAWatchEndsWithWhatTheViewerMaySee(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*desk, chan error){
		"the reach":   func(d *desk, _ chan error) { d.with(func() { d.hidden = true }) },
		"the session": func(_ *desk, gone chan error) { gone <- problem.New(problem.Forbidden, "Sign in again.") },
		"the store":   func(_ *desk, gone chan error) { gone <- errors.New("connection lost") },
	} {
		d, gone := office(), make(chan error, 1)
		c := d.config(viewer(access.Reader))
		c.See = func(ctx context.Context, do func(context.Context) error) error {
			select {
			case err := <-gone:
				return err
			default:
				return do(ctx)
			}
		}
		w := watchScan(t, server(t, ui.New(c)), "/scans/5/events", "")
		w.until(t, "progress", "")
		end(d, gone)
		for {
			h, ok := w.next()
			if !ok {
				break
			}
			if h.kind == "done" {
				t.Errorf("%s: the scan is said to have ended", name)
			}
		}
	}
}

func TestAWatchEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	c := office().config(viewer(access.Reader))
	c.Stopping = stop
	w := watchScan(t, server(t, ui.New(c)), "/scans/5/events", "")
	w.until(t, "progress", "")
	close(stop)
	for ok := true; ok; {
		_, ok = w.next()
	}
}

func TestAPersonWatchesAFewScansAtOnce(t *testing.T) {
	t.Parallel()
	d := office()
	base := streaming(t, d)
	var open []*watcher
	for range 4 {
		w := watchScan(t, base, "/scans/5/events", "")
		w.until(t, "progress", "")
		open = append(open, w)
	}
	if w := watchScan(t, base, "/scans/5/events", ""); w.reply.StatusCode != http.StatusTooManyRequests || w.reply.Header.Get("Retry-After") == "" {
		t.Errorf("the fifth is answered with %d", w.reply.StatusCode)
	}
	open[0].leave()
	for { // room is made once the server has seen that the reader left
		w := watchScan(t, base, "/scans/5/events", "")
		if w.reply.StatusCode == http.StatusOK {
			return
		}
	}
}

func TestAWatchOfNothingIsRefused(t *testing.T) {
	t.Parallel()
	h := office().serve(viewer(access.Reader))
	ask := func(method, address, accept string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest(method, address, nil)
		r.Header.Set("Accept", accept)
		h.ServeHTTP(w, r)
		return w
	}
	for address, code := range map[string]int{"/scans/9/events": 404, "/scans/x/events": 404, "/scans/5/events?after=x": 422, "/scans/5/events?since=1": 422} {
		if w := ask(http.MethodGet, address, "text/event-stream"); w.Code != code {
			t.Errorf("%s answers %d", address, w.Code)
		}
	}
	if w := ask(http.MethodGet, "/scans/5/events", "text/html"); w.Code != http.StatusNotAcceptable {
		t.Errorf("who does not ask for events is answered with %d", w.Code)
	}
	w := ask(http.MethodHead, "/scans/5/events", "text/event-stream")
	if w.Code != 200 || w.Body.Len() > 0 {
		t.Errorf("HEAD: %d, %d bytes", w.Code, w.Body.Len())
	}
	if p := get(t, office().serve(nil), "/scans/5/events"); p.Code == 200 {
		t.Error("somebody without a role watches")
	}
}

func TestAScanThatRunsShowsHowFarItIs(t *testing.T) {
	t.Parallel()
	d := office()
	p := get(t, d.serve(viewerOfAll()), "/scans/5")
	p.has(t, "77% 7 of 9 parts done", "Elapsed 4 min 32 s", "Last event 12 s ago", "by Maren Oduya", "Cancel scan",
		"Running, attempt 2 93 items in 2 pages", "The worker was lost three times.", "Workloads, ap-south-1: 50 items in 1 page, 3 newly failing", "Whole account")
	p.hasNot(t, "No sign of life", "Posture 9")
	if n := len(p.all("meta", "")); !strings.Contains(p.Body.String(), `<noscript><meta http-equiv="refresh" content="10">`) {
		t.Errorf("%d meta, and none loads the page again", n)
	}
	if still := get(t, d.serve(viewerOfAll()), "/scans/5?reload=off"); strings.Contains(still.Body.String(), `http-equiv="refresh"`) {
		t.Error("the page loads itself again though it was told not to")
	}
	get(t, d.serve(viewer(access.Reader)), "/scans/5").hasNot(t, "Cancel scan")
}

func TestAScanWithoutASignOfLifeIsSaidToBeStalled(t *testing.T) {
	t.Parallel()
	d := office()
	for i := range d.shards[5] {
		d.shards[5][i].BeatAt = time.Time{}
	}
	d.events[5] = nil
	d.scans[0].StartedAt = clock().Add(-7 * time.Minute)
	for i := range d.shards[5] {
		d.shards[5][i].StartedAt, d.shards[5][i].EndedAt = time.Time{}, time.Time{}
	}
	get(t, d.serve(viewerOfAll()), "/scans/5").has(t, "No sign of life. Nothing was heard of this scan for 7 min 0 s.", "You can cancel it")
}

// Workloads are put up once the network of all regions is read: that must not
// push progress back.
func TestProgressNeverGoesBack(t *testing.T) {
	t.Parallel()
	d := office()
	percent := func(shards []listing.ScanShard) int {
		d.shards[5] = shards
		n := -1
		_, _ = fmt.Sscan(attr(get(t, d.serve(viewerOfAll()), "/scans/5").byID("scan-progress"), "data-percent"), &n)
		return n
	}
	shards := []listing.ScanShard{{Part: "account", State: "running"}}
	last := percent(shards)
	grows := func(state string, part string) {
		for i := range shards {
			if shards[i].Part != part {
				continue
			}
			shards[i].State = state
			if now := percent(shards); now < last {
				t.Errorf("from %d to %d %%", last, now)
			} else {
				last = now
			}
		}
	}
	shards[0].State = "finished"
	for _, part := range []string{"network", "workloads"} {
		for _, r := range places {
			shards = append(shards, listing.ScanShard{Part: part, Region: r, State: "waiting"})
		}
		grows("finished", part)
	}
	if last != 100 {
		t.Errorf("ends at %d %%", last)
	}
}

func TestAScanThatDidNotFinishSaysWhatThatMeans(t *testing.T) {
	t.Parallel()
	d := office()
	d.scans = d.scans[1:]
	for n, want := range map[string]string{
		"3": "This scan was cancelled. Maren Oduya cancelled it. What it had read by then is kept.",
		"2": "This scan was interrupted. The program was stopped. What it did not reach says nothing",
		"1": "This scan failed. The login was not accepted. It changed no finding.",
	} {
		p := get(t, d.serve(viewerOfAll()), "/scans/"+n)
		p.has(t, want, "Scan this account again")
		get(t, d.serve(viewer(access.Reader)), "/scans/"+n).hasNot(t, "Scan this account again")
	}
}

func TestScansArePaged(t *testing.T) {
	t.Parallel()
	d := office()
	for n := range 70 {
		s := scanOf(4, scan.Finished)
		s.Number = int64(100 + n)
		d.scans = append(d.scans, s)
	}
	p := get(t, d.serve(viewerOfAll()), "/scans")
	if n := len(p.all("tr", "")); n != 51 {
		t.Errorf("%d rows", n)
	}
	p.has(t, "Next", "3 6 2", "– – –")
	get(t, d.serve(viewerOfAll()), "/scans?after=50").has(t, "Previous")
}
