package ibmfact_test

import (
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/house"
	"plumbline/internal/snapshot"
)

// imported puts what audit events told into the world, as of its scan.
func (w *world) imported(all ...house.Import) {
	w.t.Helper()
	rs, _, err := house.TellRequests(snapshot.Scope{Provider: ibmfact.Provider, Account: account}, house.Merge(at, all...), at)
	if err != nil {
		w.t.Fatal(err)
	}
	w.rs = append(w.rs, rs...)
}

// listened makes the servers old, and imports events of which one server sent some
// and the others none.
func (w *world) listened() {
	w.t.Helper()
	for i := range w.rs {
		if w.rs[i].Kind == ibmfact.KindInstance {
			w.change(w.rs[i].UID, func(d doc) { d["created_at"] = at.AddDate(-1, 0, 0).Format(time.RFC3339) })
		}
	}
	w.imported(house.Import{Covers: []house.Cover{{Region: here, Period: house.Period{From: at.AddDate(0, 0, -40), Until: at}}},
		Asked: []house.Asked{{Region: here, Workload: webID, Day: at.AddDate(0, 0, -2), Count: 4, Last: at.AddDate(0, 0, -2)}}})
}

// TestRequestsToTheMetadataService holds what may be concluded of imported audit
// events: that something asked is believed of any, that nothing did only of 30
// whole days of a server that stood there and runs.
func TestRequestsToTheMetadataService(t *testing.T) {
	t.Parallel()
	ago := func(days int) time.Time { return at.AddDate(0, 0, -days) }
	covers := func(region string, from, until int) house.Import {
		return house.Import{Covers: []house.Cover{{Region: region, Period: house.Period{From: ago(from), Until: ago(until)}}}}
	}
	asked := func(region, id string, days int) house.Import {
		return house.Import{Asked: []house.Asked{{Region: region, Workload: id, Day: ago(days), Count: 4, Last: ago(days)}}}
	}
	month := covers(here, 31, 1)
	const wanted = "; needed are 30 days without a gap that end at most 7 days before the scan"
	for about, c := range map[string]struct {
		imports []house.Import
		server  func(doc)
		want    any
	}{
		"nothing was imported":               {nil, nil, "no imported audit events cover its region; import them on the account's page, or give them to the scan"},
		"of another region":                  {[]house.Import{covers("eu-de", 40, 0)}, nil, "no imported audit events cover its region; import them on the account's page, or give them to the scan"},
		"a month without a request":          {[]house.Import{month}, nil, int64(0)},
		"of another server":                  {[]house.Import{month, asked(here, "0717-other", 3)}, nil, int64(0)},
		"requests":                           {[]house.Import{month, asked(here, webID, 3)}, nil, int64(4)},
		"requests and few days":              {[]house.Import{asked(here, webID, 3)}, nil, int64(4)},
		"requests long ago":                  {[]house.Import{month, asked(here, webID, 40)}, nil, int64(0)},
		"too few days":                       {[]house.Import{covers(here, 20, 1)}, nil, "the imported audit events cover 2026-11-02 to 2026-11-20" + wanted},
		"too old":                            {[]house.Import{covers(here, 60, 8)}, nil, "the imported audit events cover 2026-09-23 to 2026-11-13" + wanted},
		"too old and forgotten":              {[]house.Import{covers(here, 90, 40), asked(here, webID, 60)}, nil, "the imported audit events cover no day of late" + wanted},
		"a server that is younger":           {[]house.Import{month}, func(d doc) { d["created_at"] = ago(30).Format(time.RFC3339) }, "the server is younger than 30 days of imported audit events"},
		"a younger server that asked":        {[]house.Import{month, asked(here, webID, 3)}, func(d doc) { d["created_at"] = ago(5).Format(time.RFC3339) }, int64(4)},
		"a server of unknown age":            {[]house.Import{month}, func(d doc) { delete(d, "created_at") }, "when the server was made is not told"},
		"a server that does not run":         {[]house.Import{month}, func(d doc) { d["status"] = "stopped" }, "a server that does not run asks nothing"},
		"a server of unknown state":          {[]house.Import{month}, func(d doc) { d["status"] = "failed" }, "a server that does not run asks nothing"},
		"the id without what stands before":  {[]house.Import{month, asked(here, "1E09281B-f177", 3)}, func(d doc) { d["id"] = "0717_1e09281b-f177" }, int64(4)},
		"the id with what stands before":     {[]house.Import{month, asked(here, "0717_1e09281b-f177", 3)}, func(d doc) { d["id"] = "0717_1e09281b-f177" }, int64(4)},
		"two spellings of one id in events":  {[]house.Import{month, asked(here, "0717_1e09281b-f177", 3), asked(here, "1e09281b-f177", 2)}, func(d doc) { d["id"] = "0717_1e09281b-f177" }, int64(8)},
		"a month that ended a week ago":      {[]house.Import{covers(here, 37, 7)}, nil, int64(0)},
		"a month and a little since":         {[]house.Import{covers(here, 40, 3), covers(here, 1, 0)}, nil, int64(0)},
		"a month in files with days between": {[]house.Import{covers(here, 31, 12), covers(here, 11, 1)}, nil, "the imported audit events cover 2026-11-11 to 2026-11-20" + wanted},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.change("instance:"+webID, func(d doc) {
				d["created_at"] = ago(300).Format(time.RFC3339)
				if c.server != nil {
					c.server(d)
				}
			})
			w.imported(c.imports...)
			want := c.want
			if s, unknown := want.(string); unknown {
				want = "? not_collected " + s
			}
			if got := told(w.server(webID).Usage.Requests); got != want {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

func TestImportedEventsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.imported(house.Import{Covers: []house.Cover{{Region: here, Period: house.Period{From: at.AddDate(0, 0, -40), Until: at}}}})
	w.change("/metadata_events", func(d doc) { delete(d, "covered") })
	if got, _ := told(w.server(webID).Usage.Requests).(string); !strings.HasPrefix(got, "? unreadable ") {
		t.Errorf("%v", got)
	}
}

// What shows that nothing asked is the period that was looked through, and not the
// last one.
func TestSilenceIsShownByThePeriodThatCoversIt(t *testing.T) {
	t.Parallel()
	w := site(t)
	cover := func(from, until int) house.Cover {
		return house.Cover{Region: here, Period: house.Period{From: at.AddDate(0, 0, -from), Until: at.AddDate(0, 0, -until)}}
	}
	w.change("instance:"+webID, func(d doc) { d["created_at"] = at.AddDate(-1, 0, 0).Format(time.RFC3339) })
	w.imported(house.Import{Covers: []house.Cover{cover(40, 3), cover(1, 0)}})
	got := w.server(webID).Usage.Requests
	if n, known := got.Get(); !known || n != 0 || got.Path() != "/covered/0" {
		t.Errorf("%v by %s", n, got.Path())
	}
}
