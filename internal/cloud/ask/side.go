package ask

import (
	"bytes"
	"context"
	"slices"

	"plumbline/internal/cloud"
	"plumbline/internal/snapshot"
)

// mostInARow requests may fail before a question is given up: what does not
// answer so often does not answer.
const mostInARow = 3

// lastingCauses are those that the next request meets as well.
var lastingCauses = []snapshot.Cause{snapshot.Denied, snapshot.BadLogin, snapshot.NotOptedIn}

// A Side is one question about the workloads of a region that is asked page by
// page, beside them, and ends with one answer. The zero value was never begun,
// and is not open.
type Side struct {
	q     *Question // nil after the end
	sink  cloud.Sink
	quiet bool

	failed Refusal // of the last request that failed
	reply  reply   // to that request; if none failed, to the last that was answered
	row    int     // how many failed one after the other
	told   snapshot.Status
}

// A reply is how a request was answered, and the name it had.
type reply struct {
	http int
	id   string
}

// Beside begins a side. A quiet one, that of a trial, does not tell how it
// stands so far.
func Beside(q *Question, sink cloud.Sink, quiet bool) Side {
	return Side{q: q, sink: sink, quiet: quiet}
}

// Open says that the question may still be asked.
func (s *Side) Open() bool { return s.q != nil }

// Answered notes that a request was answered.
func (s *Side) Answered() {
	if s.row = 0; s.failed.Cause == "" {
		s.reply = s.last()
	}
}

// last is the reply to the last request.
func (s *Side) last() reply { return reply{s.q.Answer.HTTP, s.q.Answer.RequestID} }

// Fail notes that the last request failed: who judges the page that is asked
// about has to know by then that more will not come. A refusal that the next
// request meets as well ends the question. A refusal is no error.
func (s *Side) Fail(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return s.taken().interrupt(ctx, s.sink)
	}
	s.failed, s.reply = s.q.why(err), s.last()
	s.row++
	if slices.Contains(lastingCauses, s.failed.Cause) || s.row == mostInARow {
		return s.taken().RefuseFor(ctx, s.sink, s.failed)
	}
	return nil
}

// taken is the question, which is to be ended and not to be asked any more.
func (s *Side) taken() *Question {
	q := s.q
	s.q = nil
	return q
}

// SoFar tells how the question stands, before the page is judged that it was
// last asked about: that nothing is said of a workload is an answer only to who
// knows that it was asked. Each answer to a question replaces the one before;
// one that says no more is left out.
func (s *Side) SoFar(ctx context.Context) error {
	if s.q == nil || s.quiet {
		return nil
	}
	a := s.state()
	if a.Status == s.told {
		return nil
	}
	s.told, a.EndedAt = a.Status, s.q.now()
	return s.sink.Answer(ctx, a)
}

// state is complete only if no request failed. It names the reply that it rests
// on, which another may have followed.
func (s *Side) state() snapshot.Answer {
	a := s.q.Answer
	a.Status, a.HTTP, a.RequestID = snapshot.Complete, s.reply.http, s.reply.id
	if s.failed.Cause != "" {
		a = s.failed.ends(a)
	}
	return a
}

// After ends the question, if it is still open, and returns err, or what the
// end brought. Where the scan ends with err, what was told so far does not
// stand.
func (s *Side) After(ctx context.Context, err error) error {
	switch {
	case s.q == nil:
	case err == nil:
		s.q.Answer = s.state()
		return s.taken().end(ctx, s.sink)
	case ctx.Err() != nil:
		_ = s.taken().interrupt(ctx, s.sink) // err is the one to tell
	default:
		s.taken().Close()
	}
	return err
}

// Lasting copies resources whose bytes are lent.
func Lasting(rs []snapshot.Resource) []snapshot.Resource {
	own := slices.Clone(rs)
	for i := range own {
		own[i].Doc = bytes.Clone(own[i].Doc)
	}
	return own
}
