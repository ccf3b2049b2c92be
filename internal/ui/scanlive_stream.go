package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
	"plumbline/web/pages"
)

// Pace is how often an event stream looks, and how often it gives a sign of
// life where nothing happens. Zero is a second, and fifteen.
type Pace struct{ Look, Beat time.Duration }

// streamsPerPerson is how many scans a person can watch at once. A browser has
// six connections to one host; more pages than this ask every few seconds
// instead.
const streamsPerPerson = 4

// overlap is how far back a look reads again. Numbers are given out before
// events are committed, so that one may appear after its successor.
const overlap = 200

// streams counts the open event streams by person.
type streams struct {
	mu   sync.Mutex
	open map[int64]int
}

// enter makes room for one more stream; leave gives it back.
func (s *streams) enter(person int64) (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[person] >= streamsPerPerson {
		return nil, false
	}
	if s.open == nil {
		s.open = map[int64]int{}
	}
	s.open[person]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.open[person]--; s.open[person] == 0 {
			delete(s.open, person)
		}
	}, true
}

// scanEvents tells those who watch a scan what happens, until it has ended or
// they may no longer see it. It looks anew each time and holds nothing between.
func (u *ui) scanEvents(w http.ResponseWriter, r *http.Request) error {
	n, err := numberIn(r, "n")
	if err != nil {
		return err
	}
	after, err := resumeFrom(r)
	if err != nil {
		return err
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/event-stream") { // whoever stands before us holds other replies back
		http.Error(w, "This address tells events as they happen: ask it for text/event-stream.", http.StatusNotAcceptable)
		return nil
	}
	person := int64(0)
	if v := access.From(r.Context()); v != nil {
		person = v.Person
	}
	leave, ok := u.streams.enter(person)
	if !ok {
		w.Header().Set("Retry-After", "5")
		http.Error(w, fmt.Sprintf("You watch %d scans already. Close one of those pages.", streamsPerPerson), http.StatusTooManyRequests)
		return nil
	}
	defer leave()
	t := &stream{ui: u, n: n, last: after, sent: map[int64]bool{}, first: true}
	if err := u.see(r.Context(), t.look); err != nil {
		return fmt.Errorf("watch scan %d: %w", n, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // a proxy in front would keep events back
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		t.run(r.Context(), w, t.look)
	}
	return nil
}

// see looks with what the viewer may see now.
func (u *ui) see(ctx context.Context, do func(context.Context) error) error {
	if u.See == nil {
		return do(ctx)
	}
	return u.See(ctx, do)
}

// resumeFrom reads the event after which a watch goes on: a browser sends the
// last that it has when it comes back, the page gives the last that it shows.
func resumeFrom(r *http.Request) (int64, error) {
	v, err := only(r, "after")
	if err != nil {
		return 0, err
	}
	at := cmpOr(r.Header.Get("Last-Event-ID"), v.Get("after"))
	if at == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil || n < 0 {
		return 0, problem.New(problem.Invalid, "The events of a scan are numbered: %q is no number to go on from.", at)
	}
	return n, nil
}

// A stream is one watch of one scan.
type stream struct {
	*ui
	n     int64
	last  int64          // the highest event sent
	sent  map[int64]bool // events sent, as far back as looks overlap
	first bool
	out   bytes.Buffer // what the last look found, to be sent
	rows  string       // the table as it was sent
	far   string       // the progress as it was sent
	life  time.Time
	done  bool
}

// run looks again and again until the scan ends, the reader leaves or may no longer see it, or
// the program stops.
func (t *stream) run(ctx context.Context, w http.ResponseWriter, again func(context.Context) error) {
	look := time.NewTicker(orElse(t.Pace.Look, time.Second))
	defer look.Stop()
	beat := time.NewTicker(orElse(t.Pace.Beat, 15*time.Second))
	defer beat.Stop()
	t.out.WriteString("retry: 3000\n\n")
	for {
		if !t.send(w) || t.done {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-t.Stopping:
			return
		case <-beat.C:
			t.out.WriteString(": still here\n\n")
		case <-look.C:
			if err := t.see(ctx, again); err != nil {
				t.lost(ctx, err)
				return
			}
		}
	}
}

// lost ends a watch. The browser comes back by itself and is then told, by the
// status of the reply, whether it may go on.
func (t *stream) lost(ctx context.Context, err error) {
	_, ours := problem.KindOf(err)
	if ours || errors.Is(err, context.Canceled) {
		return
	}
	t.Log.ErrorContext(ctx, "events of a scan", "scan", t.n, "err", err)
}

func orElse(d, other time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return other
}

// send gives what was found to the reader, who has ten seconds to take it.
func (t *stream) send(w http.ResponseWriter) bool {
	if t.out.Len() == 0 {
		return true
	}
	c := http.NewResponseController(w)
	_ = c.SetWriteDeadline(time.Now().Add(10 * time.Second)) // not every writer has deadlines
	if _, err := t.out.WriteTo(w); err != nil {
		return false
	}
	t.out.Reset()
	err := c.Flush()
	_ = c.SetWriteDeadline(time.Time{}) // between writes nothing is late
	return err == nil
}

// look finds what is new.
func (t *stream) look(ctx context.Context) error {
	s, err := t.Reader.Scan(ctx, t.n)
	if err != nil {
		return err
	}
	shards, err := t.Reader.ScanShards(ctx, t.n)
	if err != nil {
		return err
	}
	if err := t.news(ctx); err != nil {
		return err
	}
	rows, err := rendered(ctx, pages.ScanShards(shardTable(shards)))
	if err != nil {
		return err
	}
	t.say("rows", rows, &t.rows)
	t.life = lastLife(s, shards, []listing.ScanEvent{{At: t.life}})
	far, err := rendered(ctx, pages.ScanProgress(t.progress(s, shards, t.life)))
	if err != nil {
		return err
	}
	t.say("progress", far, &t.far)
	if s.State == scan.Running {
		return nil
	}
	head, err := rendered(ctx, pages.ScanState(pages.Scan{State: stateLabel(s)}))
	if err != nil {
		return err
	}
	t.event("done", head)
	t.done = true
	return nil
}

// news reads the events since the last look, and those just before them that
// may have come late.
func (t *stream) news(ctx context.Context) error {
	from := max(t.last-overlap, 0)
	resumed := t.last
	for {
		es, err := t.Reader.ScanEvents(ctx, t.n, from, eventsAtOnce)
		if err != nil {
			return err
		}
		if len(es) == 0 {
			break
		}
		for _, e := range es {
			from = max(from, e.ID)
			if t.sent[e.ID] {
				continue
			}
			t.sent[e.ID] = true
			if t.first && e.ID <= resumed {
				continue // the reader has it
			}
			if err := t.tell(ctx, e); err != nil {
				return err
			}
		}
	}
	t.first = false
	for id := range t.sent {
		if id < t.last-overlap {
			delete(t.sent, id)
		}
	}
	return nil
}

func (t *stream) tell(ctx context.Context, e listing.ScanEvent) error {
	t.last = max(t.last, e.ID)
	if e.At.After(t.life) {
		t.life = e.At
	}
	if !worthALine(e) {
		return nil
	}
	line, err := rendered(ctx, pages.ScanLine(logLine(e)))
	if err != nil {
		return err
	}
	t.event("log", line)
	return nil
}

// say sends a piece of the page if it is not the one that was sent before.
func (t *stream) say(name, piece string, before *string) {
	if piece != *before {
		*before = piece
		t.event(name, piece)
	}
}

// event writes one event. Each carries the number of the last thing that
// happened, so that a reader who comes back goes on from there.
func (t *stream) event(name, data string) {
	fmt.Fprintf(&t.out, "id: %d\nevent: %s\n", t.last, name)
	for line := range strings.Lines(strings.ReplaceAll(data, "\r", "")) {
		t.out.WriteString("data: " + strings.TrimSuffix(line, "\n") + "\n")
	}
	t.out.WriteString("\n")
}

func rendered(ctx context.Context, c templ.Component) (string, error) {
	var b strings.Builder
	err := c.Render(ctx, &b)
	return b.String(), err
}

// Live says whether a request is answered as things happen, for as long as they
// do.
func Live(r *http.Request) bool {
	watched := strings.HasPrefix(r.URL.Path, "/scans/") && strings.HasSuffix(r.URL.Path, "/events") || r.URL.Path == judgingEvents
	return watched &&
		strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}
