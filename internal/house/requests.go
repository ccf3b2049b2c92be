package house

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"plumbline/internal/snapshot"
)

// EventsKind and EventsCall name the documents about requests to metadata
// services, one for each region, and the question whose reply they are. What
// they tell comes from audit events that people gave us.
const (
	EventsKind = "plumbline.metadata_events"
	EventsCall = "plumbline:MetadataEvents"
)

// Lookback is for how long a workload must have asked nothing before it counts
// as one that does not need the service; Stale is how long before a scan those
// days may have ended at most. What is older says nothing of today.
const (
	Lookback = 30 * 24 * time.Hour
	Stale    = 7 * 24 * time.Hour
)

// A Period is from a time on and until before another.
type Period struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Last is the last day of UTC within a period that ends with a day, which whole
// says; of another, the time at which it ends.
func (p Period) Last() (t time.Time, whole bool) {
	const day = 24 * time.Hour
	t = p.Until.UTC()
	if whole = t.Equal(t.Truncate(day)); whole {
		t = t.Add(-day)
	}
	return t, whole
}

// Days says a period in words, its last day included: 2026-10-21 to 2026-11-21.
// Where it does not begin or end with a day of UTC the time is added.
func (p Period) Days() string {
	const withTime = "2006-01-02 15:04"
	from := strings.TrimSuffix(p.From.UTC().Format(withTime), " 00:00")
	until, whole := p.Last()
	if whole {
		return from + " to " + until.Format(time.DateOnly)
	}
	return from + " to " + until.Format(withTime)
}

// A Cover is a region and a period in which no request went unnoticed.
type Cover struct {
	Region string
	Period
}

// Asked is how often a workload asked its metadata service on a day of UTC.
type Asked struct {
	Region, Workload string // Workload is the provider's short id
	Day              time.Time
	Count            int64
	Last             time.Time
}

// An Import is what audit events told, without any event.
type Import struct {
	Covers []Cover
	Asked  []Asked
}

// Requests is what is known of a region when a scan begins.
type Requests struct {
	Region  string           `json:"region"`
	Covered []Period         `json:"covered"` // apart from each other, the earliest first
	Since   time.Time        `json:"since"`   // from when on requests are counted
	Asked   map[string]Count `json:"asked"`   // by workload; one that is not here asked nothing that was noticed
}

// A Count is how often a workload asked.
type Count struct {
	Count int64     `json:"count"`
	Last  time.Time `json:"last"`
}

// Whole gives the latest days without a gap that Lookback wants, and in which
// period of Covered they are, if there are such.
func (r *Requests) Whole(at time.Time) (p Period, index int, ok bool) {
	for i, p := range slices.Backward(r.Covered) {
		if p.Until.Sub(p.From) >= Lookback && !p.Until.Before(at.Add(-Stale)) {
			p.From = p.Until.Add(-Lookback)
			return p, i, true
		}
	}
	return Period{}, 0, false
}

// Merge adds imports up, by region, as of a scan at a time. Where several tell
// of one workload and day, the one that counted most is believed: files overlap.
func Merge(at time.Time, imports ...Import) []Requests {
	at = at.UTC().Truncate(time.Second)
	of := map[string]*Requests{}
	region := func(name string) *Requests {
		if of[name] == nil {
			of[name] = &Requests{Region: name, Covered: []Period{}, Asked: map[string]Count{}}
		}
		return of[name]
	}
	for _, i := range imports {
		for _, c := range i.Covers {
			r := region(c.Region)
			r.Covered = append(r.Covered, Period{c.From.UTC(), c.Until.UTC()})
		}
	}
	for _, r := range of {
		r.Covered = union(r.Covered, at)
	}
	for _, a := range days(imports) {
		r := region(a.Region)
		if r.Since.IsZero() {
			r.Since = r.since(at)
		}
		if a.Last.Before(r.Since) {
			continue
		}
		n := r.Asked[a.Workload]
		n.Count += a.Count
		if a.Last.After(n.Last) {
			n.Last = a.Last.UTC()
		}
		r.Asked[a.Workload] = n
	}
	var all []Requests
	for _, name := range slices.Sorted(maps.Keys(of)) {
		r := of[name]
		r.Since = r.since(at)
		all = append(all, *r)
	}
	return all
}

func (r *Requests) since(at time.Time) time.Time {
	if p, _, ok := r.Whole(at); ok {
		return p.From
	}
	return at.Add(-Lookback).Truncate(24 * time.Hour) // the document is then the same all day
}

// union joins periods that touch, and leaves out what no scan at that time could
// rest on.
func union(all []Period, at time.Time) []Period {
	slices.SortFunc(all, func(a, b Period) int { return a.From.Compare(b.From) })
	out := []Period{}
	for _, p := range all {
		if p.Until.After(at) {
			p.Until = at
		}
		switch last := len(out) - 1; {
		case !p.From.Before(p.Until):
		case last >= 0 && !p.From.After(out[last].Until):
			if p.Until.After(out[last].Until) {
				out[last].Until = p.Until
			}
		default:
			out = append(out, p)
		}
	}
	return slices.DeleteFunc(out, func(p Period) bool { return p.Until.Before(at.Add(-Lookback - Stale)) })
}

// days are those on which a workload asked, each once.
func days(imports []Import) []Asked {
	type key struct {
		region, workload string
		day              int64
	}
	most := map[key]Asked{}
	for _, i := range imports {
		for _, a := range i.Asked {
			k := key{a.Region, a.Workload, a.Day.Unix()}
			was := most[k]
			if was.Count > a.Count {
				a.Count = was.Count
			}
			if was.Last.After(a.Last) {
				a.Last = was.Last
			}
			most[k] = a
		}
	}
	return slices.Collect(maps.Values(most))
}

// TellRequests makes the documents and the answer that go into a scan of an
// account.
func TellRequests(s snapshot.Scope, all []Requests, at time.Time) ([]snapshot.Resource, snapshot.Answer, error) {
	s.Region = snapshot.Global
	var rs []snapshot.Resource
	for _, r := range all {
		doc, err := json.Marshal(r)
		if err != nil {
			return nil, snapshot.Answer{}, fmt.Errorf("what was asked in %s: %w", r.Region, err)
		}
		res := snapshot.Resource{Kind: EventsKind, Scope: s, UID: eventsUID(s, r.Region), Name: r.Region, Call: EventsCall, Doc: doc}
		res.Seal()
		rs = append(rs, res)
	}
	return rs, snapshot.Answer{Key: snapshot.Key{Call: EventsCall, Scope: s}, Lists: EventsKind, Status: snapshot.Complete,
		Pages: 1, Items: len(rs), Attempts: 1, AskedAt: at, EndedAt: at}, nil
}

func eventsUID(s snapshot.Scope, region string) string {
	return uid(s) + ":" + region + "/metadata_events"
}

// RequestsOf reads what is known of a region of a context's account. res is nil
// where nothing is; an error means that the document is not one of ours.
func RequestsOf(c *snapshot.Context, region string) (r Requests, res *snapshot.Resource, err error) {
	of, ok := c.Resource(EventsKind, snapshot.Global, eventsUID(snapshot.Scope{Provider: c.Provider, Account: c.Account}, region))
	if !ok {
		return Requests{}, nil, nil
	}
	r, err = readRequests(of)
	if err == nil && r.Region != region {
		err = errors.New("the document of " + of.UID + " is about " + r.Region)
	}
	if err != nil {
		return Requests{}, of, err
	}
	return r, of, nil
}

func readRequests(of *snapshot.Resource) (r Requests, err error) {
	var all struct {
		Region  *string           `json:"region"`
		Covered *[]Period         `json:"covered"`
		Since   *time.Time        `json:"since"`
		Asked   *map[string]Count `json:"asked"`
	}
	switch err := json.Unmarshal(of.Doc, &all); {
	case err != nil:
		return Requests{}, fmt.Errorf("the document of %s: %w", of.UID, err)
	case all.Region == nil || all.Covered == nil || all.Since == nil || all.Asked == nil:
		return Requests{}, errors.New("the document of " + of.UID + " lacks a member")
	}
	r = Requests{Region: *all.Region, Covered: *all.Covered, Since: *all.Since, Asked: *all.Asked}
	for i, p := range r.Covered {
		if p.From.IsZero() || !p.From.Before(p.Until) || i > 0 && !p.From.After(r.Covered[i-1].Until) {
			return Requests{}, errors.New("the document of " + of.UID + " has periods out of their order")
		}
	}
	for _, n := range r.Asked {
		if n.Count < 1 || n.Last.IsZero() {
			return Requests{}, errors.New("the document of " + of.UID + " counts a server that asked nothing")
		}
	}
	return r, nil
}

// Belongs finds fault with a document of ours that was read from a file; ours is
// false for what is none.
func Belongs(r *snapshot.Resource) (ours bool, err error) {
	if r.Kind != EventsKind && r.Call != EventsCall {
		return false, nil
	}
	told, err := readRequests(r)
	switch {
	case err != nil:
		return true, err
	case r.Kind != EventsKind || r.Call != EventsCall:
		return true, fmt.Errorf("%s does not list %s", r.Call, r.Kind)
	case r.Region != snapshot.Global || r.UID != eventsUID(r.Scope, told.Region) || r.Name != told.Region:
		return true, fmt.Errorf("the document of %s is about %s", r.UID, told.Region)
	}
	return true, nil
}
