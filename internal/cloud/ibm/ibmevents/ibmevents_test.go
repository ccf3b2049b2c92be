package ibmevents_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/cloud/ibm/ibmevents"
	"plumbline/internal/house"
)

const account = "a1b2c3d4e5f6478899aabbccddeeff00"

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func day(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

func at(n, hour int) time.Time { return day(n).Add(time.Duration(hour) * time.Hour) }

func server(zone, id string) string {
	return "crn:v1:bluemix:public:is:" + zone + ":a/" + account + "::instance:" + id
}

const web, db = "0717_1e09281b-f177-46fb-baf1-bc152b2e391a", "0727_2f19392c-0288-57fc-cbf2-cd263c3f402b"

// asked is an event of a server that reads its metadata.
func asked(t time.Time, action, crn string) string {
	return fmt.Sprintf(`{"action":%q,"eventTime":%q,"outcome":"success","target":{"id":%q,"typeURI":"is.metadata/instance"},"initiator":{"id":"crn-%s"},"logSourceCRN":"crn:v1:bluemix:public:is:us-south:a/%s:::","saveServiceCopy":true}`,
		action, t.Format("2006-01-02T15:04:05.00-0700"), crn, crn, account)
}

// other is an event of another action.
func other(t time.Time, action, region string) string {
	return fmt.Sprintf(`{"action":%q,"eventTime":%q,"target":{"id":"crn:v1:bluemix:public:is:%s:a/%s::vpc:r006-1"},"logSourceCRN":"crn:v1:bluemix:public:is:%s:a/%s::vpc:r006-1"}`,
		action, t.Format(time.RFC3339), region, account, region, account)
}

const read, token = "is.metadata.instance.read", "is.metadata.jwt-token.create"

func sum(t *testing.T, claim ibmevents.Claim, files ...string) ibmevents.Summary {
	t.Helper()
	r := ibmevents.New(account, claim, now)
	for i, f := range files {
		if err := r.Read(fmt.Sprintf("file %d", i+1), strings.NewReader(f)); err != nil {
			t.Fatal(err)
		}
	}
	return r.Summary()
}

// days claims whole days of November, of which the last counts whole.
func days(first, last int) ibmevents.Claim {
	return ibmevents.Claim{From: day(first), Until: day(last + 1)}
}

func cover(region string, from, until time.Time) house.Cover {
	return house.Cover{Region: region, Period: house.Period{From: from, Until: until}}
}

func once(region, id string, n int64, last time.Time) house.Asked {
	return house.Asked{Region: region, Workload: id, Day: last.Truncate(24 * time.Hour), Count: n, Last: last}
}

// Every way in which events are handed out says the same of them.
func TestEveryFormatIsRead(t *testing.T) {
	t.Parallel()
	one, two := asked(at(3, 1), token, server("us-south-1", web)), asked(at(5, 2), read, server("us-south-1", web))
	row := func(event string) string {
		return fmt.Sprintf(`{"metadata":[{"key":"timestamp","value":"x"}],"labels":[{"key":"applicationname","value":"ibm-audit-event"}],"user_data":%q}`, event)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(one + "\n" + two + "\n")); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	for about, file := range map[string]string{
		"lines of a bucket of Activity Tracker Event Routing": one + "\n" + two + "\n",
		"without an end of the last line":                     one + "\r\n\n" + two,
		"files put together without an end of a line":         one + two,
		"and after a line":                                    "\n" + one + two,
		"packed":                                              packed.String(),
		"an array":                                            "\ufeff [" + one + ",\n" + two + "]",
		"an export with the columns of IBM Cloud Logs":        "[" + row(one) + "," + row(two) + "]",
		"the same with the event as an object":                `[{"user_data":` + one + `},{"user_data":{"message":` + two + `}}]`,
		"the archive of IBM Cloud Logs":                       fmt.Sprintf("{\"src_obj__user_data\":%q}\n{\"src_obj__user_data\":%q}\n", one, two),
		"the answer to a query": ": success\n" + `data: {"query_id":{"query_id":"764e"}}` + "\n\n" +
			`data: {"result":{"results":[` + row(one) + `]}}` + "\n\n" + `data: {"result":{"results":[` + row(two) + `]}}` + "\n",
		"the answer printed for people": "{\n  \"result\": {\n \"results\": [\n" + row(one) + ",\n" + row(two) + "\n]\n}\n}\n",
		"events within a payload":       `{"payload":` + one + "}\n" + `{"payload":` + two + "}\n",
		"chosen columns": fmt.Sprintf(`[{"action":%q,"eventTime":"2026-11-03T01:00:00Z","target.id":%q},{"action":%q,"eventTime":"2026-11-05T02:00:00Z","target.id":%q}]`,
			token, server("us-south-1", web), read, server("us-south-1", web)),
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			want := ibmevents.Summary{Account: account, Events: 2, Metadata: 2, First: at(3, 1), Last: at(5, 2),
				Import: house.Import{Covers: []house.Cover{cover("us-south", day(3), day(6))},
					Asked: []house.Asked{once("us-south", web, 1, at(3, 1)), once("us-south", web, 1, at(5, 2))}}}
			if d := cmp.Diff(want, sum(t, days(3, 5), file)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestWhatIsARequest(t *testing.T) {
	t.Parallel()
	bare := "crn:v1:bluemix:public:is:eu-de-2:a/" + account + "::bare-metal-server:02c7_ab"
	for about, c := range map[string]struct {
		event    string
		requests int64
		unread   int64
		asked    []string
	}{
		"a token":                      {asked(at(3, 1), token, server("eu-de-1", db)), 1, 0, []string{"eu-de/" + db}},
		"of a bare metal server":       {asked(at(3, 1), "is.metadata.identity-token.create", bare), 1, 0, []string{"eu-de/02c7_ab"}},
		"an action that is new":        {asked(at(3, 1), "is.metadata.instance-disk.list", server("eu-de-1", db)), 1, 0, []string{"eu-de/" + db}},
		"an action that was renamed":   {asked(at(3, 1), "is.instance-metadata.instance.read", server("eu-de-1", db)), 1, 0, []string{"eu-de/" + db}},
		"one that failed asks as well": {strings.Replace(asked(at(3, 1), read, server("eu-de-1", db)), "success", "failure", 1), 1, 0, []string{"eu-de/" + db}},
		"the server only acts": {fmt.Sprintf(`{"action":%q,"eventTime":"2026-11-03T01:00:00.00+0000","target":{"id":"crn:v1:bluemix:public:is:eu-de:a/%s::metadata:"},"initiator":{"id":"crn-%s"}}`,
			read, account, server("eu-de-1", db)), 1, 0, []string{"eu-de/" + db}},
		"a server acts elsewhere": {fmt.Sprintf(`{"action":"iam-identity.computeresource-token.login","eventTime":"2026-11-03T01:00:00.00+0000","target":{"id":"crn:v1:bluemix:public:iam-identity::a/%s:::"},"initiator":{"id":"crn-%s"}}`,
			account, server("eu-de-1", db)), 1, 0, []string{"eu-de/" + db}},
		"a server acts on another": {fmt.Sprintf(`{"action":"is.instance.instance.update","eventTime":"2026-11-03T01:00:00.00+0000","target":{"id":%q},"initiator":{"id":"crn-%s"},"logSourceCRN":"crn:v1:bluemix:public:is:eu-de:a/%s:::"}`,
			server("eu-de-1", web), server("eu-de-1", db), account), 1, 0, []string{"eu-de/" + db}},
		"one that is not told acts on another": {fmt.Sprintf(`{"action":"is.instance.instance.update","eventTime":"2026-11-03T01:00:00.00+0000","target":{"id":%q},"initiator":{"id":"crn-%s"},"logSourceCRN":"crn:v1:bluemix:public:is:eu-de:a/%s:::"}`,
			server("eu-de-1", web), server("global", db), account), 0, 1, nil},
		"somebody acts on a server":        {fmt.Sprintf(`{"action":"is.instance.instance.update","eventTime":"2026-11-03T01:00:00.00+0000","target":{"id":%q},"initiator":{"id":"IBMid-1"}}`, server("eu-de-1", db)), 0, 0, nil},
		"another action of VPC":            {other(at(3, 1), "is.instance.instance.read", "eu-de"), 0, 0, nil},
		"another service's metadata":       {other(at(3, 1), "cloud-object-storage.bucket-metadata.read", "eu-de"), 0, 0, nil},
		"a request of no server":           {other(at(3, 1), read, "eu-de"), 0, 1, nil},
		"a request without a time":         {strings.Replace(asked(at(3, 1), read, server("eu-de-1", db)), "eventTime", "time", 1), 0, 1, nil},
		"a request at no time":             {strings.Replace(asked(at(3, 1), read, server("eu-de-1", db)), "2026", "O026", 1), 0, 1, nil},
		"a request that is to come":        {asked(now.Add(61*time.Minute), read, server("eu-de-1", db)), 0, 1, nil},
		"another action that is to come":   {other(now.Add(61*time.Minute), "is.vpc.vpc.read", "eu-de"), 0, 1, nil},
		"by a clock that is ahead":         {asked(now.Add(59*time.Minute), read, server("eu-de-1", db)), 1, 0, []string{"eu-de/" + db}},
		"a request in no region":           {asked(at(3, 1), read, server("global", db)), 0, 1, nil},
		"no event":                         {`{"level":"info"}`, 0, 1, nil},
		"no JSON":                          {`{"action":"is.metadata`, 0, 1, nil},
		"a row of an aggregation":          {`{"result":{"results":[{"user_data":"{\"count\":3}"}]}}`, 0, 1, nil},
		"another action that has no time":  {`{"action":"iam-identity.login","eventTime":"x"}`, 0, 0, nil},
		"another action that has no place": {`{"action":"iam-identity.login","eventTime":"2026-11-03T01:00:00Z"}`, 0, 0, nil},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			s := sum(t, days(1, 2), asked(at(1, 0), read, server("us-south-1", "0717_first")), other(at(1, 0), "is.vpc.vpc.read", "us-south")+"\n"+c.event)
			var got []string
			for _, a := range s.Asked {
				if a.Workload != "0717_first" {
					got = append(got, a.Region+"/"+a.Workload)
				}
			}
			if s.Metadata != c.requests+1 || s.Unread != c.unread || !slices.Equal(got, c.asked) {
				t.Errorf("%d requests, %d not understood, %v", s.Metadata, s.Unread, got)
			}
			if (s.Unread > 0) == slices.Contains(s.Covers, cover("us-south", day(1), day(3))) {
				t.Errorf("not understood: %d, covers %v", s.Unread, s.Covers)
			}
		})
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	mine := asked(at(3, 1), read, server("us-south-1", web))
	theirs := strings.ReplaceAll(mine, account, "ffff"+account[4:])
	for about, c := range map[string]struct{ account, file, says string }{
		"a server of another account":     {account, strings.Replace(mine, account, "ffff"+account[4:], 1), "event of account ffff" + account[4:] + " at line 1. Events of account " + account + " are wanted, and of no other."},
		"a file of another account":       {account, theirs, "account ffff"},
		"of two accounts":                 {"", mine + "\n" + theirs, "at line 2, and those before are of account " + account},
		"an event of another service":     {account, mine + "\n" + strings.ReplaceAll(other(at(1, 0), "kms.secrets.read", "us-south"), account, "ffff"+account[4:]), "account ffff" + account[4:] + " at line 2"},
		"a table":                         {account, "action,eventTime\nis.metadata.instance.read,2026-11-03\n", "Nothing in events.json is an event of Activity Tracker as JSON. The first thing that was not understood: events.json, line 1: it is no JSON object."},
		"something else that is packed":   {account, "\x1f\x8b\x00\x00", "begins as a gzip file does and is none"},
		"JSON of something else entirely": {account, `{"instances":[]}`, "events.json, line 1: there is no event of Activity Tracker in it"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			err := ibmevents.New(c.account, ibmevents.Claim{}, now).Read("events.json", strings.NewReader(c.file))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A file without a name is spoken of in a sentence of its own.
func TestAFileWithoutANameIsRefused(t *testing.T) {
	t.Parallel()
	mine := asked(at(3, 1), read, server("us-south-1", web))
	for file, says := range map[string]string{
		"\x1f\x8b\x00\x00": "The file begins as a gzip file does",
		strings.ReplaceAll(mine, account, "ffff"+account[4:]): "The file holds an event of account ffff",
	} {
		if err := ibmevents.New(account, ibmevents.Claim{}, now).Read("", strings.NewReader(file)); err == nil || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
}

func TestTheFirstPlacesAreNamed(t *testing.T) {
	t.Parallel()
	s := sum(t, ibmevents.Claim{}, other(at(1, 0), "is.vpc.vpc.read", "us-south")+strings.Repeat("\n{}", 9), "["+other(at(1, 0), "is.vpc.vpc.read", "us-south")+`,7,{"a":1}]`)
	var got []string
	for _, p := range s.Places {
		got = append(got, p.String())
	}
	const none = ": there is no event of Activity Tracker in it"
	want := []string{"file 1, line 2" + none, "file 1, line 3" + none, "file 1, line 4" + none, "file 1, line 5" + none, "file 1, line 6" + none}
	if s.Unread != 11 || !slices.Equal(got, want) {
		t.Errorf("%d: %q", s.Unread, got)
	}
}

// What half of a packed file says is no more than what all of it says.
func TestAPackedFileThatEndsEarly(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for i := range 300 {
		if _, err := z.Write([]byte(asked(at(3, 1).Add(time.Duration(i)*time.Minute), read, server("us-south-1", web)) + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{packed.Len() - 1, packed.Len() - 9, packed.Len() / 2} {
		err := ibmevents.New(account, ibmevents.Claim{}, now).Read("", bytes.NewReader(packed.Bytes()[:n]))
		if err == nil || !strings.Contains(err.Error(), "Was it copied whole?") {
			t.Errorf("%d of %d bytes: %v", n, packed.Len(), err)
		}
	}
}

// The order of events, and how they are shared out among files, changes nothing
// of who asked and which days are covered.
func TestTheOrderOfEventsDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) string {
			when := at(1, 0).Add(time.Duration(rapid.IntRange(0, 120).Draw(rt, "hours")) * time.Hour)
			if rapid.Bool().Draw(rt, "request") {
				return asked(when, rapid.SampledFrom([]string{read, token}).Draw(rt, "action"), server(rapid.SampledFrom([]string{"us-south-1", "eu-de-3"}).Draw(rt, "zone"), rapid.SampledFrom([]string{web, db}).Draw(rt, "server")))
			}
			return other(when, "is.vpc.vpc.read", "us-south")
		}), 2, 30).Draw(rt, "lines")
		mixed := rapid.Permutation(lines).Draw(rt, "mixed")
		cut := rapid.IntRange(1, len(mixed)-1).Draw(rt, "cut")
		one, two := sum(t, days(1, 4), strings.Join(lines, "\n")), sum(t, days(1, 4), strings.Join(mixed[:cut], "\n"), "["+strings.Join(mixed[cut:], ",")+"]")
		if d := cmp.Diff(one.Import, two.Import); d != "" {
			rt.Error(d)
		}
		if one.Events != two.Events || !one.First.Equal(two.First) || !one.Last.Equal(two.Last) {
			rt.Errorf("%d events from %v to %v, and %d from %v to %v", one.Events, one.First, one.Last, two.Events, two.First, two.Last)
		}
	})
}

// Whatever a file holds: what was not understood, and what tells of no request,
// cover nothing, and it is said why.
func FuzzRead(f *testing.F) {
	one := asked(at(3, 1), read, server("us-south-1", web))
	for _, seed := range []string{"", "[", "[[", "{", `{"result":`, one, "[" + one + "]", "data: " + one, `{"result":{"results":[{"user_data":` + one + `}]}}`,
		"{\n\"results\":[" + one + "]}", `{"warning":{}}`, "\x1f\x8b\x08", `{"user_data":"{\"user_data\":\"{}\"}"}`, `null`, `[null,{"action":3}]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r := ibmevents.New("", days(1, 4), now)
		if err := r.Read("", bytes.NewReader(file)); err != nil {
			return
		}
		s := r.Summary()
		if (s.Unread > 0 || s.Metadata == 0) && len(s.Covers) > 0 || len(s.Covers)+len(s.Doubts) == 0 {
			t.Errorf("%q covers %v", file, s.Covers)
		}
		if s.Unread > 0 && len(s.Places) == 0 || s.Metadata > s.Events || len(s.Asked) > 0 && s.Metadata == 0 {
			t.Errorf("%q: %+v", file, s)
		}
	})
}
