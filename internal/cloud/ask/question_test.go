package ask

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

var (
	errNo   = errors.New("no")   // of the cloud
	errDisk = errors.New("disk") // of the sink
	errStop = errors.New("stop") // of whoever ends the scan
)

// about is a question of a cloud that refuses with the code "No", for the
// cause given.
func about(cause snapshot.Cause) (q *Question, freed *int) {
	freed = new(int)
	why := func(err error) Refusal {
		var bad *BadReply
		if errors.As(err, &bad) {
			return Refusal{bad.Code, bad.Error(), snapshot.Unreadable}
		}
		return Refusal{"No", err.Error(), cause}
	}
	noon := func() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }
	t := &Tap{Shape: &wire.Shape{Kind: "thing"}}
	return Begin(snapshot.Key{Call: "List"}, t, noon, why, func() { *freed++ }), freed
}

// paged sends one request through the tap, which brings so many things.
func (q *Question) paged(things int, err error) error {
	return q.Page(func() error {
		q.tap.Attempts, q.tap.HTTP = 1, 200
		if err != nil {
			q.tap.HTTP = 403
			return err
		}
		q.tap.Resources = append(q.tap.Resources, make([]snapshot.Resource, things)...)
		return nil
	})
}

// told is a sink that remembers, and fails if it is told to.
type told struct {
	answers   []snapshot.Answer
	resources int
	fails     func(context.Context) error
}

func (s *told) Answer(ctx context.Context, a snapshot.Answer) error {
	s.answers = append(s.answers, a)
	return ctx.Err()
}

func (s *told) Resources(ctx context.Context, rs []snapshot.Resource) error {
	s.resources += len(rs)
	if s.fails != nil {
		return s.fails(ctx)
	}
	return nil
}

func TestHowAQuestionEnds(t *testing.T) {
	t.Parallel()
	type page struct {
		things int
		next   string
		err    error
		stop   bool // the scan is stopped meanwhile
	}
	type end struct {
		Status       snapshot.Status
		Cause        snapshot.Cause
		Code         string
		Pages, Items int
		Err          error
	}
	for name, c := range map[string]struct {
		pages []page
		one   bool
		fails func(stop func()) error
		want  end
	}{
		"two pages":                      {pages: []page{{2, "b", nil, false}, {1, "", nil, false}}, want: end{snapshot.Complete, "", "", 2, 3, nil}},
		"nothing":                        {pages: []page{{}}, want: end{snapshot.Complete, "", "", 1, 0, nil}},
		"the first page of a trial":      {pages: []page{{2, "b", nil, false}}, one: true, want: end{snapshot.Complete, "", "", 1, 2, nil}},
		"a refusal":                      {pages: []page{{err: errNo}}, want: end{snapshot.Refused, snapshot.Denied, "No", 0, 0, nil}},
		"a refusal after a page":         {pages: []page{{2, "b", nil, false}, {err: errNo}}, want: end{snapshot.Partial, snapshot.Denied, "No", 1, 2, nil}},
		"a page that names itself":       {pages: []page{{2, "b", nil, false}, {1, "b", nil, false}}, want: end{snapshot.Partial, snapshot.Unreadable, snapshot.CodeTokenLoop, 2, 3, nil}},
		"stopped, whatever the reply is": {pages: []page{{err: errNo, stop: true}}, want: end{snapshot.Refused, snapshot.Interrupted, snapshot.CodeInterrupted, 0, 0, errStop}},
		"stopped after a page":           {pages: []page{{2, "b", nil, false}, {err: errNo, stop: true}}, want: end{snapshot.Partial, snapshot.Interrupted, snapshot.CodeInterrupted, 1, 2, errStop}},
		"the sink failed": {pages: []page{{2, "", nil, false}}, fails: func(func()) error { return errDisk },
			want: end{Err: errDisk}},
		"the sink failed because of the end": {pages: []page{{2, "", nil, false}}, fails: func(stop func()) error { stop(); return errDisk },
			want: end{snapshot.Partial, snapshot.Interrupted, snapshot.CodeInterrupted, 1, 2, errStop}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			stop := func() { cancel(errStop) }
			s := &told{}
			if c.fails != nil {
				s.fails = func(context.Context) error { return c.fails(stop) }
			}
			q, freed := about(snapshot.Denied)
			left := c.pages
			err := q.List(ctx, s, Listing{One: c.one, Page: func(context.Context, *string) (*string, error) {
				p := left[0]
				left = left[1:]
				if p.stop {
					stop()
				}
				return &p.next, q.paged(p.things, p.err)
			}})
			got := end{Err: err}
			if len(s.answers) > 0 {
				a := s.answers[0]
				got = end{a.Status, a.Cause, a.Code, a.Pages, a.Items, err}
				if a.Lists != "thing" || a.AskedAt.IsZero() || a.EndedAt.IsZero() || a.Message == "" != (a.Code == "") {
					t.Errorf("%+v", a)
				}
			}
			if d := cmp.Diff(c.want, got, cmpopts.EquateErrors()); d != "" {
				t.Error(d)
			}
			if len(s.answers) > 1 || *freed != 1 || len(left) > 0 {
				t.Errorf("answered %d times, the tap given back %d times, %d pages not asked for", len(s.answers), *freed, len(left))
			}
		})
	}
}

// What stands beside workloads is asked a request at a time.
func TestHowAQuestionBesideWorkloadsEnds(t *testing.T) {
	t.Parallel()
	const yes, no, so = 'y', 'n', '.' // answered; refused; a page is judged
	for name, c := range map[string]struct {
		requests string
		cause    snapshot.Cause
		told     []snapshot.Status
		code     string
		open     bool // until the end
	}{
		"all answered":                              {"y.y.y.", "", []snapshot.Status{snapshot.Complete, snapshot.Complete}, "", true},
		"nobody to ask about":                       {"", "", []snapshot.Status{snapshot.Complete}, "", true},
		"one refused":                               {"yny.", snapshot.ServerError, []snapshot.Status{snapshot.Partial, snapshot.Partial}, "No", true},
		"a page is judged before":                   {"y.n.y.", snapshot.ServerError, []snapshot.Status{snapshot.Complete, snapshot.Partial, snapshot.Partial}, "No", true},
		"the first is refused, the second answered": {"n.y.", snapshot.ServerError, []snapshot.Status{snapshot.Refused, snapshot.Partial, snapshot.Partial}, "No", true},
		"two refused and then one answered, twice":  {"nnynny", snapshot.ServerError, []snapshot.Status{snapshot.Partial}, "No", true},
		"three refused in a row":                    {"ynnn.", snapshot.ServerError, []snapshot.Status{snapshot.Partial}, "No", false},
		"denied":                                    {"yn.", snapshot.Denied, []snapshot.Status{snapshot.Partial}, "No", false},
		"the login is no longer accepted":           {"n", snapshot.BadLogin, []snapshot.Status{snapshot.Refused}, "No", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, freed := about(c.cause)
			s := &told{}
			side := Beside(q, s, false)
			for _, r := range c.requests {
				var err error
				switch {
				case r == so:
					err = side.SoFar(t.Context())
				case !side.Open():
					t.Fatal("it ended before all was asked")
				case r == yes:
					err = q.paged(1, nil)
					side.Answered()
				case r == no:
					err = side.Fail(t.Context(), q.paged(0, errNo))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if side.Open() != c.open {
				t.Errorf("open: %t", side.Open())
			}
			if err := side.After(t.Context(), nil); err != nil || side.Open() || *freed != 1 {
				t.Errorf("%v, the tap given back %d times", err, *freed)
			}
			var got []snapshot.Status
			for _, a := range s.answers {
				got = append(got, a.Status)
			}
			if last := s.answers[len(s.answers)-1]; !slices.Equal(got, c.told) || last.Code != c.code || last.Cause != c.cause {
				t.Errorf("told %q, at last %+v; want %q", got, last, c.told)
			}
		})
	}
}

// The code and the cause of an answer, its status of HTTP and its request are
// of one reply.
func TestAnAnswerBesideWorkloadsNamesTheReplyItRestsOn(t *testing.T) {
	t.Parallel()
	type sent struct {
		http    int
		request string
	}
	for name, c := range map[string]struct {
		replies []sent // 404: it was deleted meanwhile
		status  snapshot.Status
		want    sent
	}{
		"refused, then answered":         {[]sent{{500, "R1"}, {200, "R2"}}, snapshot.Partial, sent{500, "R1"}},
		"refused twice":                  {[]sent{{500, "R1"}, {200, "R2"}, {503, "R3"}, {200, "R4"}}, snapshot.Partial, sent{503, "R3"}},
		"answered":                       {[]sent{{200, "R1"}, {200, "R2"}}, snapshot.Complete, sent{200, "R2"}},
		"answered, and the next is gone": {[]sent{{200, "R1"}, {404, "R2"}}, snapshot.Complete, sent{200, "R1"}},
		"refused, and the next is gone":  {[]sent{{500, "R1"}, {404, "R2"}}, snapshot.Refused, sent{500, "R1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, _ := about(snapshot.ServerError)
			s := &told{}
			side := Beside(q, s, false)
			for _, r := range c.replies {
				var refused error
				if r.http != 200 {
					refused = errNo
				}
				err := q.Page(func() error {
					q.tap.HTTP, q.tap.RequestID = r.http, r.request
					return refused
				})
				switch {
				case err == nil:
					side.Answered()
				case r.http != 404:
					if err := side.Fail(t.Context(), err); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := side.SoFar(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := side.After(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			for _, a := range s.answers {
				if got := (sent{a.HTTP, a.RequestID}); got != c.want || a.Status != c.status || a.Code == "No" != (c.status != snapshot.Complete) {
					t.Errorf("%+v", a)
				}
			}
			if len(s.answers) != 2 {
				t.Errorf("told %d times", len(s.answers))
			}
		})
	}
}

func TestAQuestionBesideWorkloadsOfAScanThatEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err, want error
		stop      bool
		cause     snapshot.Cause // "": nothing is told
	}{
		"because the sink failed": {err: errDisk, want: errDisk},
		"because it was stopped":  {err: errStop, want: errStop, stop: true, cause: snapshot.Interrupted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			q, freed := about("")
			s := &told{}
			side := Beside(q, s, false)
			if c.stop {
				cancel(errStop)
			}
			if err := side.After(ctx, c.err); !errors.Is(err, c.want) || *freed != 1 {
				t.Errorf("%v, the tap given back %d times", err, *freed)
			}
			if c.cause == "" && len(s.answers) > 0 || c.cause != "" && (len(s.answers) != 1 || s.answers[0].Cause != c.cause) {
				t.Errorf("%+v", s.answers)
			}
			cancel(nil)
		})
	}
	var never Side
	if err := never.After(t.Context(), errDisk); never.Open() || !errors.Is(err, errDisk) {
		t.Error(err)
	}
}
