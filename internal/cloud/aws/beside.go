package aws

import (
	"context"
	"slices"
	"strings"
	"time"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A side is one question about the instances of a region.
type side struct {
	*round
	ask.Side
	q *question
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
		q.tap.Whole = false
		**s = side{r, ask.Beside(q.Question, r.sink, r.trial()), q}
	}
	return b, nil
}

// deliver asks what stands beside a page of instances, and lends both to the
// sink at once.
func (b *sides) deliver(ctx context.Context, q *question) error {
	page := q.tap.Resources
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
		if err := s.SoFar(ctx); err != nil {
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

// after ends the questions that are still open.
func (b *sides) after(ctx context.Context, err error) error {
	for _, s := range b.each() {
		err = s.After(ctx, err)
	}
	return err
}

// ask sends one request with the pages that follow from it, and returns the
// documents that are of use, all without keep. A refusal is no error. One that
// will not change ends the question; another is noted, and what was asked about
// has no document. The answer counts what is returned, and nothing else.
func (s *side) ask(ctx context.Context, send func(ctx context.Context, token *string) (next *string, err error), keep func([]snapshot.Resource) []snapshot.Resource) ([]snapshot.Resource, error) {
	var got []snapshot.Resource
	before := s.q.Answer.Items
	var at ask.Pages
	var token *string
	for {
		var next *string
		err := s.q.page(ctx, func(ctx context.Context) (err error) {
			next, err = send(ctx, token)
			return err
		})
		if err == nil && next != nil && *next != "" {
			err = at.Follow(*next, len(s.q.tap.Resources))
		}
		if err != nil {
			s.q.Answer.Items = before
			return nil, s.Fail(ctx, err)
		}
		got = append(got, ask.Lasting(s.q.tap.Resources)...)
		if next == nil || *next == "" {
			if keep != nil {
				got = keep(got)
			}
			s.q.Answer.Items = before + len(got)
			s.Answered()
			return got, nil
		}
		token = next
	}
}

// inParts asks about some ids at a time.
func (s *side) inParts(ctx context.Context, ids []string, most int, ask func(context.Context, []string) ([]snapshot.Resource, error)) (found []snapshot.Resource, err error) {
	for some := range slices.Chunk(ids, most) {
		if !s.Open() {
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
