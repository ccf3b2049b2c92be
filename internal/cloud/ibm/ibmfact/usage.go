package ibmfact

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/house"
	"plumbline/internal/snapshot"
)

// requests reads how often the server asked its metadata service, by the audit
// events that somebody imported (package ibmevents). That it did is believed of
// any event. That it did not needs more: events that cover 30 days to the end,
// of a server that stood there all the while and runs.
//
// When the service was switched on, and when the server was started last, is told
// by no call: a server that was started yesterday has had no time to ask, and
// counts as one that did not.
func (in *reading) requests() {
	t := toldOf(in.c, in.res.Region)
	why := func(detail string) {
		in.w.Usage.Requests = fact.Unknown[int64](&fact.Reason{Cause: snapshot.NotCollected, Call: house.EventsCall, Region: in.res.Region, Detail: detail}, t.from, "")
	}
	if t.why != nil {
		in.w.Usage.Requests = fact.Unknown[int64](t.why, t.from, "")
		return
	}
	if a, ok := t.byTail[tail(in.w.ID)]; ok {
		in.w.Usage.Requests = fact.Known(a.count, t.from, "/asked/"+a.name+"/count")
		return
	}
	whole, index, ok := t.Whole(in.c.TakenAt)
	made, dated := timeOf(in.v.Get("created_at"))
	state, _ := in.w.State.Get()
	switch {
	case t.from == nil:
		why("no imported audit events cover its region; import them on the account's page, or give them to the scan")
	case !ok:
		why(spoken(t.Covered) + "; needed are 30 days without a gap that end at most 7 days before the scan")
	case !dated:
		why("when the server was made is not told")
	case made.After(whole.From):
		why("the server is younger than 30 days of imported audit events")
	case state != "running":
		why("a server that does not run asks nothing")
	default:
		in.w.Usage.Requests = fact.Known(int64(0), t.from, fmt.Sprintf("/covered/%d", index))
	}
}

// spoken says what is covered last.
func spoken(covered []house.Period) string {
	if len(covered) == 0 {
		return "the imported audit events cover no day of late"
	}
	return "the imported audit events cover " + covered[len(covered)-1].Days()
}

// told is what was told of the requests in a region.
type told struct {
	house.Requests
	byTail map[string]askings
	from   *fact.Origin
	why    *fact.Reason
}

// askings are how often a server asked, and how it is called there.
type askings struct {
	name  string
	count int64
}

// tail is the end of a server's id, a UUID, by which it is found: what stands
// before it, such as the 0717 of 0717_1e09281b-…, is not in every event, nor was
// it in every id.
func tail(id string) string { return strings.ToLower(id[strings.LastIndexByte(id, '_')+1:]) }

type toldKey struct{ region string }

func toldOf(c *snapshot.Context, region string) *told {
	return c.Derive(toldKey{region}, func(c *snapshot.Context) any {
		r, res, err := house.RequestsOf(c, region)
		t := &told{Requests: r, byTail: map[string]askings{}}
		if res != nil {
			t.from = originOf(res)
		}
		if err != nil {
			t.why = &fact.Reason{Cause: snapshot.Unreadable, Call: house.EventsCall, Region: region, Detail: shorten(err.Error())}
		}
		if a := c.Answer(house.EventsCall, snapshot.Global, ""); a.Status != snapshot.Unasked && !a.Whole() {
			t.why, t.from = reasonOf(a), refusal(a)
		}
		for _, name := range slices.Sorted(maps.Keys(r.Asked)) {
			t.byTail[tail(name)] = askings{name, t.byTail[tail(name)].count + r.Asked[name].Count}
		}
		return t
	}).(*told)
}
