package ibm

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

// manyServers lists n servers, two a page.
func manyServers(f *fake, n int) {
	f.on("/us-south/v1/instances", func(w http.ResponseWriter, r *http.Request, _ int) {
		from := 0
		_, _ = fmt.Sscanf(r.URL.Query().Get("start"), "t%d", &from) // the first page has none
		var list []string
		for i := from; i < min(from+2, n); i++ {
			list = append(list, fmt.Sprintf(`{"id":"i%d","name":"s","created_at":"2026-01-02T03:04:05Z"}`, i))
		}
		next := ""
		if from+2 < n {
			next = fmt.Sprintf(`,"next":{"href":"https://x/?start=t%d"}`, from+2)
		}
		tell(w, 200, `{"instances":[`+strings.Join(list, ",")+`]`+next+`}`)
	})
}

func made(f *fake, i int) string { return fmt.Sprintf("/us-south/v1/instances/i%d/initialization", i) }

func uidOf(i int) string { return fmt.Sprintf("ibm:%s:us-south/instance/i%d", account, i) }

func servers(t *testing.T, f *fake, change ...func(*Options)) (*notes, snapshot.Answer) {
	t.Helper()
	o := options(f)
	for _, c := range change {
		c(&o)
	}
	n := newNotes()
	if err := connected(t, o).Ask(context.Background(), n, cloud.PartWorkloads, south); err != nil {
		t.Fatal(err)
	}
	return n, n.answer(ibmfact.CallInitialization, south, "")
}

func TestARefusalThatLastsEndsTheQuestion(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	manyServers(f, 6)
	for i := range 6 {
		f.refuses(made(f, i), http.StatusForbidden, "not_authorized")
	}
	n, a := servers(t, f)
	if a.Status != snapshot.Refused || a.Cause != snapshot.Denied || a.Attempts != 1 || f.times(made(f, 0)) != 1 || f.times(made(f, 1)) != 0 {
		t.Errorf("%+v", a)
	}
	if got := n.answer(ibmfact.CallInstances, south, ""); got.Status != snapshot.Complete || got.Items != 6 {
		t.Errorf("%+v", got)
	}
}

func TestOneServerThatIsRefusedLeavesTheQuestionPartial(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	manyServers(f, 4)
	for i := range 4 {
		f.says(made(f, i), `{"keys":[]}`)
	}
	f.refuses(made(f, 1), http.StatusConflict, "instance_busy")
	n, a := servers(t, f)
	if a.Status != snapshot.Partial || a.Code != "instance_busy" || a.Items != 3 || a.Pages != 3 {
		t.Errorf("%+v", a)
	}
	if n.docs[ibmfact.InitializationUID(uidOf(3))] == "" || n.docs[ibmfact.InitializationUID(uidOf(1))] != "" {
		t.Error(n.uids())
	}
}

func TestWhatDoesNotAnswerThreeTimesIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	manyServers(f, 6)
	for i := range 6 {
		f.refuses(made(f, i), http.StatusServiceUnavailable, "service_unavailable")
	}
	if _, a := servers(t, f); a.Status != snapshot.Refused || a.Cause != snapshot.ServerError || a.Attempts != 9 || f.times(made(f, 3)) != 0 {
		t.Errorf("%+v", a)
	}
}

func TestAServerThatIsGoneIsNoGap(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	manyServers(f, 2)
	f.says(made(f, 0), `{"keys":[]}`)
	f.refuses(made(f, 1), http.StatusNotFound, "not_found")
	if _, a := servers(t, f); a.Status != snapshot.Complete || a.Items != 1 {
		t.Errorf("%+v", a)
	}
}

// What stands in between does not know which servers there are.
func TestAServerIsGoneIfIBMCloudSaysSo(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	manyServers(f, 2)
	f.says(made(f, 0), `{"keys":[]}`)
	f.on(made(f, 1), plainly(http.StatusNotFound, "text/html", "<html>Not found</html>"))
	if _, a := servers(t, f); a.Status != snapshot.Partial || a.Cause != snapshot.Unreadable || a.Items != 1 {
		t.Errorf("%+v", a)
	}
}

// Before a page is judged it is known how the question about it stands.
func TestHowItStandsIsToldBeforeThePage(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	manyServers(f, 4)
	for i := range 4 {
		f.says(made(f, i), `{"keys":[]}`)
	}
	f.refuses(made(f, 2), http.StatusConflict, "instance_busy")
	o := options(f)
	n := newNotes()
	var stood []snapshot.Status
	n.each = func(rs []snapshot.Resource) error {
		if slices.ContainsFunc(rs, func(r snapshot.Resource) bool { return r.Kind == ibmfact.KindInstance }) {
			stood = append(stood, n.answer(ibmfact.CallInitialization, south, "").Status)
		}
		return nil
	}
	if err := connected(t, o).Ask(context.Background(), n, cloud.PartWorkloads, south); err != nil {
		t.Fatal(err)
	}
	if want := []snapshot.Status{snapshot.Complete, snapshot.Partial}; !slices.Equal(stood, want) {
		t.Errorf("%q, want %q", stood, want)
	}
}

func TestWhatAnEarlierScanReadIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*snapshot.Resource)
		asked  int
	}{
		"the same":           {func(*snapshot.Resource) {}, 0},
		"of another server":  {func(r *snapshot.Resource) { r.UID = "other/initialization" }, 1},
		"of another account": {func(r *snapshot.Resource) { r.Account = "other" }, 1},
		"changed since":      {func(r *snapshot.Resource) { r.Doc = []byte(`{"keys":[1]}`) }, 1},
		"of another format":  {func(r *snapshot.Resource) { r.Format++ }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			manyServers(f, 1)
			f.says(made(f, 0), `{"keys":[]}`)
			n, a := servers(t, f, func(o *Options) {
				o.Recall = func(region, uid string, created time.Time) (snapshot.Resource, bool) {
					if uid != uidOf(0) || region != south || created.Format(time.DateOnly) != "2026-01-02" {
						t.Errorf("%s of %s, made %v", uid, region, created)
					}
					r := snapshot.Resource{Kind: ibmfact.KindInitialization, Scope: snapshot.Scope{Provider: Provider, Account: account, Region: south},
						UID: ibmfact.InitializationUID(uid), Call: ibmfact.CallInitialization, Doc: []byte(`{"^":{"workload":"x"},"keys":[]}`)}
					r.Seal()
					c.change(&r)
					return r, true
				}
			})
			if got := f.times(made(f, 0)); got != c.asked || a.Items != 1 || a.Status != snapshot.Complete || len(n.docs) != 2 {
				t.Errorf("asked %d times, %+v", got, a)
			}
		})
	}
}

// Where interfaces may not be listed, servers are, and it is known before them.
func TestInterfacesThatAreRefusedAreNoServersFault(t *testing.T) {
	t.Parallel()
	f := furnished(t)
	f.refuses("/us-south/v1/virtual_network_interfaces", http.StatusForbidden, "not_authorized")
	n := scan(t, connected(t, options(f)))
	if a := n.answer(ibmfact.CallVNIs, south, ""); a.Status != snapshot.Refused || a.Cause != snapshot.Denied {
		t.Errorf("%+v", a)
	}
	if a := n.answer(ibmfact.CallInstances, south, ""); a.Status != snapshot.Complete || n.docs[instanceCRN] == "" || n.docs[faceCRN] != "" {
		t.Errorf("%+v", a)
	}
}
