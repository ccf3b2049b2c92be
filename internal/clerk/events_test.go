package clerk_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/clerk"
	"plumbline/internal/house"
	"plumbline/internal/listing"
	"plumbline/internal/postgres/people"
	"plumbline/internal/problem"
)

const ibmAccount = "0123456789abcdef0123456789abcdef"

// importing is a bureau with an account of IBM Cloud whose events are imported.
type importing struct {
	*bureau
	clerk *clerk.Events
	cloud int64 // the account
}

func openImporting(t *testing.T) *importing {
	t.Helper()
	b := openBureau(t)
	id, err := b.store.ConnectAccount(context.Background(), ibmAccount, listing.Connection{Provider: "ibm", Name: "cloud"}, nil)
	b.ok(err)
	return &importing{b, &clerk.Events{Clerk: b.attester.Clerk, Now: b.attester.Now}, id}
}

func (b *importing) imports(v *access.Viewer, account int64, u listing.EventUpload, events ...string) (i listing.EventImport, err error) {
	u.Body = strings.NewReader(strings.Join(events, "\n"))
	err = b.as(v, func(ctx context.Context) error {
		i, err = b.clerk.ImportEvents(ctx, account, u)
		return err
	})
	return i, err
}

func (b *importing) listed(v *access.Viewer, account int64) (all []listing.EventImport, err error) {
	err = b.as(v, func(ctx context.Context) error {
		all, err = b.clerk.Imports(ctx, account)
		return err
	})
	return all, err
}

func (b *importing) takeBack(v *access.Viewer, id int64) error {
	return b.as(v, func(ctx context.Context) error { return b.clerk.WithdrawEvents(ctx, b.cloud, id) })
}

// told is what a scan that begins now is told.
func (b *importing) told() (house.Import, bool) {
	b.Helper()
	told, ever, err := b.store.Requests(context.Background(), b.cloud, b.now)
	b.ok(err)
	return told, ever
}

// lines are those of the audit log about events, the oldest first.
func (b *importing) lines() []people.Row {
	b.Helper()
	auditor := access.With(context.Background(), &access.Viewer{Grants: []access.Grant{{Role: access.Auditor, All: true}}})
	all, _, err := b.folk.Log(auditor, people.Filter{Limit: 100})
	b.ok(err)
	slices.Reverse(all)
	return slices.DeleteFunc(all, func(r people.Row) bool { return !strings.HasPrefix(r.Action, "audit events") })
}

func auditEvent(action, account, kind, id string, at time.Time) string {
	crn := "crn:v1:bluemix:public:is:us-south-1:a/" + account + "::" + kind + ":" + id
	return fmt.Sprintf(`{"action":%q,"eventTime":%q,"target":{"id":%q},"logSourceCRN":"crn:v1:bluemix:public:is:us-south:a/%s:::"}`, action, at.Format(time.RFC3339), crn, account)
}

func TestEventsAreImportedListedAndWithdrawn(t *testing.T) {
	t.Parallel()
	b := openImporting(t)
	if told, ever := b.told(); ever || told.Covers != nil {
		t.Errorf("before anything was imported: %v, %v", ever, told)
	}
	asked := day(b.now).AddDate(0, 0, -9).Add(time.Hour)
	first, last := time.Date(2026, 10, 20, 8, 0, 0, 0, time.UTC), time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	vpc := func(at time.Time) string { return auditEvent("is.vpc.vpc.read", ibmAccount, "vpc", "r006-1", at) }
	two := auditEvent("is.metadata.instance.read", ibmAccount, "instance", "0717_a", asked)
	got, err := b.imports(b.ada, b.cloud, listing.EventUpload{Name: `C:\export\events.json`, From: "2026-10-20", Until: "2026-11-20"}, vpc(first), two, two, vpc(last), strings.ReplaceAll(vpc(first), "us-south", "eu-de"))
	b.ok(err)
	period := house.Period{From: time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
	sent := sha256.Sum256([]byte(strings.Join([]string{vpc(first), two, two, vpc(last), strings.ReplaceAll(vpc(first), "us-south", "eu-de")}, "\n")))
	want := listing.EventImport{ID: got.ID, At: b.now.Truncate(time.Second), Who: "ada@example.org", Name: "events.json", Events: 5, Requests: 2, Servers: 1, SHA256: sent, First: first, Last: last,
		Covers: []house.Cover{{Region: "us-south", Period: period}}, Doubts: []string{"eu-de is not covered: its events end on 2026-10-20, more than two days before these are said to end."}}
	all, err := b.listed(b.ben, b.cloud)
	b.ok(err)
	if d := cmp.Diff([]listing.EventImport{want}, all); d != "" {
		t.Error(d)
	}
	told, ever := b.told()
	if d := cmp.Diff(house.Import{Covers: want.Covers, Asked: []house.Asked{{Region: "us-south", Workload: "0717_a", Day: day(asked), Count: 2, Last: asked}}}, utcOf(told)); d != "" || !ever {
		t.Error(ever, d)
	}

	again, err := b.imports(b.ada, b.cloud, listing.EventUpload{}, two)
	b.ok(err)
	if told, _ := b.told(); len(told.Asked) != 1 || told.Asked[0].Count != 2 {
		t.Errorf("a day that two imports tell of: %+v", told.Asked)
	}
	b.now = b.now.Add(time.Minute)
	b.ok(b.takeBack(b.ada, got.ID))
	if told, ever := b.told(); !ever || len(told.Covers) != 0 || len(told.Asked) != 1 || told.Asked[0].Count != 1 {
		t.Errorf("after it was withdrawn: %v, %+v", ever, told)
	}
	all, err = b.listed(b.ben, b.cloud)
	b.ok(err)
	if len(all) != 2 || all[0].ID != again.ID || !all[1].Withdrawn.Equal(b.now.Truncate(time.Second)) || all[1].WithdrawnBy != "ada@example.org" || all[1].Servers != 1 || len(all[1].Covers) != 0 {
		t.Errorf("%+v", all)
	}
	b.is(b.takeBack(b.ada, got.ID), problem.Conflict, "withdrawn already")
	b.is(b.takeBack(b.ada, 999), problem.NotFound, "no import 999")
	var said, sums []string
	for _, l := range b.lines() {
		if l.Account == b.cloud {
			said = append(said, l.Action+" "+l.Detail["import"]+" "+l.Detail["covers"])
			sums = append(sums, l.Detail["sha256"])
		}
	}
	if len(sums) != 3 || sums[0] != hex.EncodeToString(sent[:]) || sums[1] == sums[0] {
		t.Errorf("the log names the files %q", sums)
	}
	covers := fmt.Sprintf("audit events imported %d us-south 2026-10-20T00:00:00Z to 2026-11-21T00:00:00Z", got.ID)
	if d := cmp.Diff([]string{covers, fmt.Sprintf("audit events imported %d ", again.ID), fmt.Sprintf("audit events withdrawn %d ", got.ID)}, said); d != "" {
		t.Error(d)
	}
}

func utcOf(i house.Import) house.Import {
	for k := range i.Covers {
		i.Covers[k].From, i.Covers[k].Until = i.Covers[k].From.UTC(), i.Covers[k].Until.UTC()
	}
	for k := range i.Asked {
		i.Asked[k].Day, i.Asked[k].Last = i.Asked[k].Day.UTC(), i.Asked[k].Last.UTC()
	}
	return i
}

func TestWhatWasNotUnderstoodIsKeptWithTheImport(t *testing.T) {
	t.Parallel()
	b := openImporting(t)
	_, err := b.imports(b.ada, b.cloud, listing.EventUpload{From: "2026-10-20", Until: "2026-11-20"},
		auditEvent("is.vpc.vpc.read", ibmAccount, "vpc", "r006-1", b.now.AddDate(0, 0, -2)), `{"action":"is.metadata`)
	b.ok(err)
	all, err := b.listed(b.ben, b.cloud)
	b.ok(err)
	want := []string{"1 thing was not understood and may have been a request to a metadata service.", "Not understood: line 2: it is not JSON."}
	if len(all) != 1 || all[0].Unread != 1 || len(all[0].Covers) != 0 || !cmp.Equal(want, all[0].Doubts) {
		t.Errorf("%+v", all)
	}
}

// What is refused leaves nothing: no import, and no line in the log.
func TestEventsThatAreNotImported(t *testing.T) {
	t.Parallel()
	b := openImporting(t)
	fine := auditEvent("is.vpc.vpc.read", ibmAccount, "vpc", "r006-1", b.now.AddDate(0, 0, -2))
	theirs := &access.Viewer{Person: b.ada.Person, Email: b.ada.Email, Grants: []access.Grant{{Role: access.Engineer, Accounts: []int64{b.lab}}}}
	reads := &access.Viewer{Person: b.ada.Person, Email: b.ada.Email, Token: "nightly", Scopes: []access.Scope{access.ScopeRead, access.ScopeManage}, Grants: b.ada.Grants}
	for about, c := range map[string]struct {
		who     *access.Viewer
		account int64
		upload  listing.EventUpload
		event   string
		kind    problem.Kind
		says    string
	}{
		"an officer":                          {b.ben, b.cloud, listing.EventUpload{}, fine, problem.Forbidden, "import events"},
		"an engineer of another account":      {theirs, b.cloud, listing.EventUpload{}, fine, problem.NotFound, "no account"},
		"a token that may not scan":           {reads, b.cloud, listing.EventUpload{}, fine, problem.Forbidden, "import events"},
		"an account of another cloud":         {b.ada, b.lab, listing.EventUpload{}, fine, problem.Invalid, "IBM Cloud alone"},
		"events of another account":           {b.ada, b.cloud, listing.EventUpload{}, strings.ReplaceAll(fine, ibmAccount, "ffff"+ibmAccount[4:]), problem.Invalid, "Nothing was imported"},
		"a server of another account":         {b.ada, b.cloud, listing.EventUpload{}, auditEvent("is.metadata.instance.read", "ffff"+ibmAccount[4:], "instance", "0717_a", b.now), problem.Invalid, "Nothing was imported"},
		"something else":                      {b.ada, b.cloud, listing.EventUpload{}, "action,eventTime", problem.Invalid, "is an event of Activity Tracker"},
		"half a period":                       {b.ada, b.cloud, listing.EventUpload{From: "2026-10-20"}, fine, problem.Invalid, "or neither"},
		"a period that is none":               {b.ada, b.cloud, listing.EventUpload{From: "2026-10-20", Until: "soon"}, fine, problem.Invalid, "neither a day"},
		"an account that nobody has heard of": {b.ada, 999, listing.EventUpload{}, fine, problem.NotFound, ""},
	} {
		if _, err := b.imports(c.who, c.account, c.upload, c.event); !problem.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s: %s", about, err, c.kind, c.says)
		}
	}
	all, err := b.listed(b.ben, b.cloud)
	b.ok(err)
	if len(all) != 0 || len(b.lines()) != 0 {
		t.Errorf("%+v, and the log says %+v", all, b.lines())
	}
	if _, err := b.listed(theirs, b.cloud); !problem.Is(err, problem.NotFound) {
		t.Errorf("an engineer of another account lists: %v", err)
	}
}

func TestImportsDoNotPileUp(t *testing.T) {
	t.Parallel()
	b := openImporting(t)
	fine := auditEvent("is.vpc.vpc.read", ibmAccount, "vpc", "r006-1", b.now.AddDate(0, 0, -2))
	for range 100 {
		_, err := b.imports(b.ada, b.cloud, listing.EventUpload{}, fine)
		b.ok(err)
	}
	_, err := b.imports(b.ada, b.cloud, listing.EventUpload{}, fine)
	b.is(err, problem.Conflict, "100 files were imported within 24 hours")
	b.now = b.now.Add(25 * time.Hour)
	_, err = b.imports(b.ada, b.cloud, listing.EventUpload{}, fine)
	b.ok(err)
}

// A file is known by all of what was sent, also where not all of it could be read.
func TestAFileIsKnownByItsSum(t *testing.T) {
	t.Parallel()
	b := openImporting(t)
	file := "[" + auditEvent("is.vpc.vpc.read", ibmAccount, "vpc", "r006-1", b.now.AddDate(0, 0, -2)) + ",}" + strings.Repeat(" ", 100_000)
	i, err := b.imports(b.ada, b.cloud, listing.EventUpload{}, file)
	b.ok(err)
	if i.Unread != 1 || i.SHA256 != sha256.Sum256([]byte(file)) {
		t.Errorf("%+v", i)
	}
}
