package ibm

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/snapshot"
)

// A trial is made while a person waits.
const (
	trialAttempts = 2
	trialBackoff  = 2 * time.Second
	trialPage     = 5
)

// Who says whose account it is, and the IAM id of who asks there.
func (c *Collector) Who() (account, principal string) { return c.account, c.principal }

// Try makes each call of Calls once, where there is a subject to make it with:
// the token was got by Connect. Regional calls go to the region where regions
// are listed, if it is one of those to be asked, else to the first of them.
func (c *Collector) Try(ctx context.Context) ([]snapshot.Answer, error) {
	t := c.hasty()
	tried := &ledger{answers: []snapshot.Answer{c.identity.answer}}
	regions, err := t.findRegions(ctx, tried)
	if err != nil {
		return nil, err
	}
	if len(regions) == 0 {
		return nil, say(nil, "No region of account %s can be asked, so there is nothing to try.", c.account)
	}
	if err := t.theAccount(ctx, tried); err != nil {
		return nil, err
	}
	region := regions[0]
	if slices.Contains(regions, c.places.home) {
		region = c.places.home
	}
	for _, part := range []cloud.Part{cloud.PartNetwork, cloud.PartWorkloads} {
		if err := t.Ask(ctx, tried, part, region); err != nil {
			return nil, err
		}
	}
	return tried.sorted(), nil
}

// trial says that little is asked, and each call once.
func (c *Collector) trial() bool { return c.tried != nil }

// enough says that a call was tried before.
func (c *Collector) enough(call string) bool {
	if c.tried == nil {
		return false
	}
	_, before := c.tried.LoadOrStore(call, true)
	return before
}

// hasty is the collector with less patience.
func (c *Collector) hasty() *Collector {
	t := *c
	t.options.MaxAttempts = min(t.options.MaxAttempts, trialAttempts)
	t.options.MaxBackoff = min(t.options.MaxBackoff, trialBackoff)
	t.options.page = min(t.options.page, trialPage)
	t.wires = c.wires.with(t.options)
	t.tried = new(sync.Map)
	return &t
}

// ledger keeps the answers to what was asked.
type ledger struct {
	mu      sync.Mutex
	answers []snapshot.Answer
}

var _ cloud.Sink = (*ledger)(nil)

// Answer keeps the last answer to a question, unless nobody asked: what a call
// would be asked about may not be there.
func (l *ledger) Answer(_ context.Context, a snapshot.Answer) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.Status == snapshot.Unasked || a.Attempts == 0 {
		return nil
	}
	if i := slices.IndexFunc(l.answers, func(b snapshot.Answer) bool { return a.Key == b.Key }); i >= 0 {
		l.answers[i] = a
		return nil
	}
	l.answers = append(l.answers, a)
	return nil
}

// sorted gives the answers in the order of Calls.
func (l *ledger) sorted() []snapshot.Answer {
	place := map[string]int{}
	for i, c := range ibmrole.Calls {
		place[c.Call] = i
	}
	slices.SortStableFunc(l.answers, func(a, b snapshot.Answer) int {
		return cmp.Or(cmp.Compare(place[a.Call], place[b.Call]), a.Key.Compare(b.Key))
	})
	return l.answers
}

// Resources forgets.
func (*ledger) Resources(context.Context, []snapshot.Resource) error { return nil }
