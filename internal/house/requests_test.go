package house_test

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/house"
	"plumbline/internal/snapshot"
)

const aDay = 24 * time.Hour

// ago is a time so many days before the scan.
func ago(days int) time.Time { return at.AddDate(0, 0, -days) }

func covers(region string, from, until int) house.Cover {
	return house.Cover{Region: region, Period: house.Period{From: ago(from), Until: ago(until)}}
}

func asked(region, server string, days int, count int64) house.Asked {
	return house.Asked{Region: region, Workload: server, Day: ago(days).Truncate(aDay), Count: count, Last: ago(days)}
}

func TestWhichDaysAreCoveredWhole(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		covers      []house.Cover
		from, until int // days before the scan; -1: not whole
	}{
		"up to the scan":                       {[]house.Cover{covers("eu-de", 30, 0)}, 30, 0},
		"a week old":                           {[]house.Cover{covers("eu-de", 37, 7)}, 37, 7},
		"longer than is looked back":           {[]house.Cover{covers("eu-de", 90, 3)}, 33, 3},
		"files that touch":                     {[]house.Cover{covers("eu-de", 15, 0), covers("eu-de", 30, 15)}, 30, 0},
		"files that overlap":                   {[]house.Cover{covers("eu-de", 20, 1), covers("eu-de", 40, 10), covers("eu-de", 12, 11)}, 31, 1},
		"further than the scan":                {[]house.Cover{covers("eu-de", 30, -1)}, 30, 0},
		"a day too few":                        {[]house.Cover{covers("eu-de", 29, 0)}, -1, 0},
		"eight days old":                       {[]house.Cover{covers("eu-de", 60, 8)}, -1, 0},
		"a day is missing between":             {[]house.Cover{covers("eu-de", 40, 10), covers("eu-de", 9, 0)}, -1, 0},
		"of another region":                    {[]house.Cover{covers("eu-gb", 40, 0)}, -1, 0},
		"the rest is of another region":        {[]house.Cover{covers("eu-de", 30, 15), covers("eu-gb", 15, 0)}, -1, 0},
		"whole of late, and a little since":    {[]house.Cover{covers("eu-de", 40, 3), covers("eu-de", 1, 0)}, 33, 3},
		"whole twice":                          {[]house.Cover{covers("eu-de", 80, 37), covers("eu-de", 35, 2)}, 32, 2},
		"whole long ago, and a little of late": {[]house.Cover{covers("eu-de", 90, 35), covers("eu-de", 4, 0)}, -1, 0},
		"nothing":                              {nil, -1, 0},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			r := house.Requests{}
			for _, one := range house.Merge(at, house.Import{Covers: c.covers}) {
				if one.Region == "eu-de" {
					r = one
				}
			}
			p, index, whole := r.Whole(at)
			if whole && (p.From.Before(r.Covered[index].From) || !p.Until.Equal(r.Covered[index].Until)) {
				t.Errorf("%v is not within %d of %v", p, index, r.Covered)
			}
			if whole != (c.from >= 0) || whole && (!p.From.Equal(ago(c.from)) || !p.Until.Equal(ago(c.until))) {
				t.Errorf("whole: %v, from %v until %v", whole, p.From, p.Until)
			}
		})
	}
}

func TestWhatIsCounted(t *testing.T) {
	t.Parallel()
	month := covers("eu-de", 35, 5)
	count := func(n int64, last int) house.Count { return house.Count{Count: n, Last: ago(last)} }
	for about, c := range map[string]struct {
		imports []house.Import
		want    map[string]house.Count
	}{
		"days of a file add up": {[]house.Import{{Covers: []house.Cover{month}, Asked: []house.Asked{asked("eu-de", "s", 9, 2), asked("eu-de", "s", 8, 3)}}},
			map[string]house.Count{"s": count(5, 8)}},
		"a day that two files tell of counts once": {[]house.Import{{Covers: []house.Cover{month}, Asked: []house.Asked{asked("eu-de", "s", 9, 2)}}, {Asked: []house.Asked{asked("eu-de", "s", 9, 7)}}},
			map[string]house.Count{"s": count(7, 9)}},
		"of another region":               {[]house.Import{{Covers: []house.Cover{month}, Asked: []house.Asked{asked("eu-gb", "s", 9, 2)}}}, map[string]house.Count{}},
		"before the days that are looked": {[]house.Import{{Covers: []house.Cover{month}, Asked: []house.Asked{asked("eu-de", "s", 36, 2)}}}, map[string]house.Count{}},
		"after the days that are covered": {[]house.Import{{Covers: []house.Cover{month}, Asked: []house.Asked{asked("eu-de", "s", 1, 2)}}}, map[string]house.Count{"s": count(2, 1)}},
		"by a clock that is ahead":        {[]house.Import{{Covers: []house.Cover{month}, Asked: []house.Asked{asked("eu-de", "s", -1, 2)}}}, map[string]house.Count{"s": count(2, -1)}},
		"where nothing is covered":        {[]house.Import{{Asked: []house.Asked{asked("eu-de", "s", 9, 2), asked("eu-de", "old", 32, 2)}}}, map[string]house.Count{"s": count(2, 9)}},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			got := map[string]house.Count{}
			for _, r := range house.Merge(at, c.imports...) {
				if r.Region == "eu-de" {
					got = r.Asked
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// More imports, in any order, once or twice, make nobody silent who was heard,
// and give nothing that an import does not cover.
func TestMergingImports(t *testing.T) {
	t.Parallel()
	one := rapid.Custom(func(rt *rapid.T) house.Import {
		var i house.Import
		for range rapid.IntRange(0, 3).Draw(rt, "covers") {
			from := rapid.IntRange(1, 70).Draw(rt, "from")
			i.Covers = append(i.Covers, covers(rapid.SampledFrom([]string{"eu-de", "us-south"}).Draw(rt, "region"), from, rapid.IntRange(-2, from-1).Draw(rt, "until")))
		}
		for range rapid.IntRange(0, 4).Draw(rt, "asked") {
			i.Asked = append(i.Asked, asked(rapid.SampledFrom([]string{"eu-de", "us-south"}).Draw(rt, "where"), rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "server"),
				rapid.IntRange(0, 60).Draw(rt, "day"), rapid.Int64Range(1, 9).Draw(rt, "count")))
		}
		return i
	})
	rapid.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(one, 1, 4).Draw(rt, "imports")
		merged := house.Merge(at, all...)
		if d := cmp.Diff(merged, house.Merge(at, append(rapid.Permutation(all).Draw(rt, "again"), all...)...)); d != "" {
			rt.Error(d)
		}
		heard := map[string]bool{}
		for _, r := range merged {
			for name := range r.Asked {
				heard[r.Region+name] = true
			}
			if p, _, whole := r.Whole(at); whole {
				for d := p.From; d.Before(p.Until); d = d.Add(aDay) {
					if !coveredBy(all, r.Region, d) {
						rt.Errorf("%s is said to be covered on %v", r.Region, d)
					}
				}
			}
		}
		for _, i := range all {
			for _, a := range i.Asked {
				if a.Last.After(ago(30)) && !heard[a.Region+a.Workload] {
					rt.Errorf("%s of %s asked on %v, and is said to be silent: %v", a.Workload, a.Region, a.Last, maps.Keys(heard))
				}
			}
		}
	})
}

func coveredBy(all []house.Import, region string, t time.Time) bool {
	for _, i := range all {
		for _, c := range i.Covers {
			if c.Region == region && !t.Before(c.From) && t.Before(c.Until) {
				return true
			}
		}
	}
	return false
}

func TestRequestsThatWereToldAreRead(t *testing.T) {
	t.Parallel()
	all := house.Merge(at, house.Import{Covers: []house.Cover{covers("eu-de", 30, 0), covers("us-south", 3, 1)}, Asked: []house.Asked{asked("eu-de", "s", 9, 2)}})
	rs, answer, err := house.TellRequests(scope, all, at)
	if err != nil || len(rs) != 2 || !answer.Whole() || answer.Items != 2 || answer.Lists != house.EventsKind {
		t.Fatal(rs, answer, err)
	}
	if want := `{"region":"eu-de","covered":[{"from":"2026-10-23T10:00:00Z","until":"2026-11-22T10:00:00Z"}],"since":"2026-10-23T10:00:00Z","asked":{"s":{"count":2,"last":"2026-11-13T10:00:00Z"}}}`; string(rs[0].Doc) != want {
		t.Errorf("%s", rs[0].Doc)
	}
	c := snapshot.NewContext("aws", "111122223333", at, rs, []snapshot.Answer{answer})
	for _, want := range all {
		got, res, err := house.RequestsOf(c, want.Region)
		if err != nil || res == nil {
			t.Fatal(res, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	for i := range rs {
		if ours, err := house.Belongs(&rs[i]); !ours || err != nil {
			t.Errorf("%v, %v", ours, err)
		}
	}
	if _, res, err := house.RequestsOf(c, "eu-gb"); res != nil || err != nil {
		t.Errorf("a region that nobody told of: %v, %v", res, err)
	}
}

// counting is a document of a region in which one server asked.
func counting(count string) []byte {
	return []byte(`{"region":"eu-de","covered":[],"since":"2026-11-01T00:00:00Z","asked":{"s":` + count + `}}`)
}

func TestADocumentOfRequestsThatIsNotOurs(t *testing.T) {
	t.Parallel()
	rs, _, err := house.TellRequests(scope, house.Merge(at, house.Import{Covers: []house.Cover{covers("eu-de", 30, 0)}}), at)
	if err != nil {
		t.Fatal(err)
	}
	for about, change := range map[string]func(*snapshot.Resource){
		"of another region":   func(r *snapshot.Resource) { r.Name = "us-south" },
		"under another uid":   func(r *snapshot.Resource) { r.UID += "x" },
		"in a region":         func(r *snapshot.Resource) { r.Region = "eu-de" },
		"of another kind":     func(r *snapshot.Resource) { r.Kind = "ibm.instance" },
		"of another call":     func(r *snapshot.Resource) { r.Call = "is:ListInstances" },
		"no document":         func(r *snapshot.Resource) { r.Doc = []byte(`[]`) },
		"a member is missing": func(r *snapshot.Resource) { r.Doc = []byte(`{"region":"eu-de","covered":[],"asked":{}}`) },
		"a count is missing":  func(r *snapshot.Resource) { r.Doc = counting(`{"last":"2026-11-20T00:00:00Z"}`) },
		"a count of nothing":  func(r *snapshot.Resource) { r.Doc = counting(`{"count":0,"last":"2026-11-20T00:00:00Z"}`) },
		"no time of the last": func(r *snapshot.Resource) { r.Doc = counting(`{"count":3}`) },
		"a period of any age": func(r *snapshot.Resource) {
			r.Doc = []byte(`{"region":"eu-de","covered":[{"until":"2026-11-20T00:00:00Z"}],"since":"2026-11-01T00:00:00Z","asked":{}}`)
		},
		"periods that turn back": func(r *snapshot.Resource) {
			r.Doc = []byte(`{"region":"eu-de","covered":[{"from":"2026-11-02T00:00:00Z","until":"2026-11-01T00:00:00Z"}],"since":"2026-11-01T00:00:00Z","asked":{}}`)
		},
	} {
		r := rs[0]
		change(&r)
		if ours, err := house.Belongs(&r); !ours || err == nil {
			t.Errorf("%s: ours %v, %v", about, ours, err)
		}
	}
	if ours, err := house.Belongs(&snapshot.Resource{Kind: "ibm.instance", Call: "is:ListInstances"}); ours || err != nil {
		t.Errorf("a server: ours %v, %v", ours, err)
	}
}

// A period is said with the last day that is in it.
func TestDaysOfAPeriod(t *testing.T) {
	t.Parallel()
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	for want, p := range map[string]house.Period{
		"2026-11-01 to 2026-11-20":             {From: at(1, 0), Until: at(21, 0)},
		"2026-11-01 to 2026-11-01":             {From: at(1, 0), Until: at(2, 0)},
		"2026-11-01 to 2026-11-21 09:00":       {From: at(1, 0), Until: at(21, 9)},
		"2026-11-01 08:00 to 2026-11-20":       {From: at(1, 8), Until: at(21, 0)},
		"2026-11-02 to 2026-11-19":             {From: at(2, 0).In(time.FixedZone("", -3600)), Until: at(20, 0).In(time.FixedZone("", 3600))},
		"2026-11-01 08:00 to 2026-11-01 09:00": {From: at(1, 8), Until: at(1, 9)},
	} {
		if got := p.Days(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
