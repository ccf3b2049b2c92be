package aws

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A side is one question about the instances of a region that is asked page by
// page, and ends with one answer.
type side struct {
	*round
	q      *question       // nil after the end
	failed error           // the last request that failed
	row    int             // how many failed one after the other
	told   snapshot.Status // so far
}

// sides are the questions beside the instances of a region.
type sides struct {
	*round
	userData, interfaces, metrics, managed, patches *side
}

// beside begins them. That user data is not read is said, not passed over.
func (r *round) beside(ctx context.Context) (*sides, error) {
	b := &sides{round: r}
	for call, s := range map[string]**side{
		awsfact.CallUserData: &b.userData, awsfact.CallInterfaces: &b.interfaces, awsfact.CallMetrics: &b.metrics,
		awsfact.CallManaged: &b.managed, awsfact.CallPatches: &b.patches,
	} {
		*s = &side{round: r}
		if call == awsfact.CallUserData && !r.options.UserData {
			if err := r.sink.Answer(ctx, r.notAsked(call, "", r.region)); err != nil {
				return nil, err
			}
			continue
		}
		q := r.ask(call, r.region)
		q.tap.whole = false
		(*s).q = q
	}
	return b, nil
}

// deliver asks what stands beside a page of instances, and lends both to the
// sink at once.
func (b *sides) deliver(ctx context.Context, q *question) error {
	page := q.tap.resources
	if len(page) == 0 {
		return nil
	}
	var rd wire.Reader
	ms, err := machinesIn(page, &rd)
	if err != nil {
		return err
	}
	if b.trial() {
		ms = ms[:min(len(ms), 1)]
	}
	all := slices.Clone(page)
	found, err := b.of(ctx, ms)
	if err != nil {
		return err
	}
	for _, s := range b.each() {
		if err := s.soFar(ctx); err != nil {
			return err
		}
	}
	return b.sink.Resources(ctx, append(all, found...))
}

func (b *sides) each() []*side {
	return []*side{b.userData, b.interfaces, b.metrics, b.managed, b.patches}
}

// of asks the questions at the same time; each asks one request after the
// other.
func (b *sides) of(ctx context.Context, ms []machine) ([]snapshot.Resource, error) {
	var found [4][]snapshot.Resource
	keep := func(i int, of func(context.Context, []machine) ([]snapshot.Resource, error)) ask.Task {
		return func(ctx context.Context) (err error) {
			found[i], err = of(ctx, ms)
			return err
		}
	}
	err := ask.All(ctx, len(found), []ask.Task{
		keep(0, b.askUserData), keep(1, b.askInterfaces), keep(2, b.askMetrics), keep(3, b.askManaged),
	})
	return slices.Concat(found[:]...), err
}

// after ends the questions that are still open. Where the scan ends with them,
// what was told of them so far does not stand.
func (b *sides) after(ctx context.Context, err error) error {
	for _, s := range b.each() {
		switch {
		case err == nil:
			err = s.end(ctx)
		case s.open() && ctx.Err() != nil:
			_ = s.close(ctx, err) // err is the one to tell
		}
	}
	return err
}

// open says that the question may still be asked.
func (s *side) open() bool { return s.q != nil }

// mostInARow requests may fail before a question is given up: what does not
// answer so often does not answer.
const mostInARow = 3

// ask sends one request with the pages that follow from it, and returns the
// documents that are of use, all without keep. A refusal is no error. One that
// will not change ends the question; another is noted, and what was asked about
// has no document. The answer counts what is returned, and nothing else.
func (s *side) ask(ctx context.Context, send func(ctx context.Context, token *string) (next *string, err error), keep func([]snapshot.Resource) []snapshot.Resource) ([]snapshot.Resource, error) {
	var got []snapshot.Resource
	before := s.q.answer.Items
	var at pages
	var token *string
	for {
		var next *string
		err := s.q.page(ctx, func(ctx context.Context) (err error) {
			next, err = send(ctx, token)
			return err
		})
		if err == nil && next != nil && *next != "" {
			err = at.follow(*next, len(s.q.tap.resources))
		}
		if err != nil {
			s.q.answer.Items = before
			return nil, s.fail(ctx, err)
		}
		got = append(got, lasting(s.q.tap.resources)...)
		if next == nil || *next == "" {
			if keep != nil {
				got = keep(got)
			}
			s.q.answer.Items, s.row = before+len(got), 0
			return got, nil
		}
		token = next
	}
}

// lasting copies resources whose bytes are lent.
func lasting(rs []snapshot.Resource) []snapshot.Resource {
	kept := slices.Clone(rs)
	for i := range kept {
		kept[i].Doc = bytes.Clone(kept[i].Doc)
	}
	return kept
}

// lastingCauses are those that the next request meets as well.
var lastingCauses = map[snapshot.Cause]bool{snapshot.Denied: true, snapshot.BadLogin: true, snapshot.NotOptedIn: true}

// fail notes that a request was refused. Who judges the page that is asked
// about has to know by then that more will not come.
func (s *side) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return s.close(ctx, err)
	}
	s.failed = err
	s.row++
	if r := refused(err, s.q.answer.Attempts, s.q.answer.HTTP); lastingCauses[r.cause] || s.row == mostInARow {
		return s.close(ctx, err)
	}
	return nil
}

// close ends the question with a refusal.
func (s *side) close(ctx context.Context, err error) error {
	q := s.q
	s.q = nil
	return q.refuse(ctx, s.sink, err)
}

// soFar tells how the question stands, before the page is judged that it was
// last asked about: that nothing is said of an instance is an answer only to
// who knows that it was asked. Each answer to a question replaces the one
// before; one that says no more is left out.
func (s *side) soFar(ctx context.Context) error {
	if s.q == nil || s.trial() {
		return nil
	}
	a := s.q.answer
	a.Status, a.EndedAt = snapshot.Complete, s.q.now()
	if s.failed != nil {
		a = noted(a, refused(s.failed, a.Attempts, a.HTTP))
	}
	if a.Status == s.told {
		return nil
	}
	s.told = a.Status
	return s.sink.Answer(ctx, a)
}

// end writes down how the question ended: complete only if no request failed.
func (s *side) end(ctx context.Context) error {
	if s.q == nil {
		return nil
	}
	if s.failed != nil {
		return s.close(ctx, s.failed)
	}
	q := s.q
	s.q = nil
	return q.complete(ctx, s.sink)
}

// inParts asks about some ids at a time.
func (s *side) inParts(ctx context.Context, ids []string, most int, ask func(context.Context, []string) ([]snapshot.Resource, error)) (found []snapshot.Resource, err error) {
	for some := range slices.Chunk(ids, most) {
		if !s.open() {
			break
		}
		part, err := ask(ctx, some)
		if err != nil {
			return nil, err
		}
		found = append(found, part...)
	}
	return found, nil
}

// instancesOnly leaves out machines outside of AWS that Systems Manager manages
// too ("mi-…").
func instancesOnly(rs []snapshot.Resource) []snapshot.Resource {
	return slices.DeleteFunc(rs, func(r snapshot.Resource) bool { return !strings.Contains(r.UID, ":instance/i-") })
}

// day is how long a metric's values are added up.
const day = 24 * time.Hour
