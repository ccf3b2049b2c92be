package ibm

import (
	"context"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// simulated serves an estate, and gives the options to ask it.
func simulated(t *testing.T, e *ibmestate.Estate, opts ...ibmsim.Option) (*ibmsim.Server, Options) {
	t.Helper()
	s := ibmsim.New(e, opts...)
	l := httptest.NewServer(s)
	t.Cleanup(l.Close)
	return s, Options{Endpoint: l.URL, APIKey: func() string { return s.APIKey("") }, Redactor: wire.NewRedactor([32]byte{1}), UserData: true,
		MaxAttempts: 3, MaxBackoff: time.Millisecond, Silence: 20 * time.Second, rush: true,
		Now: func() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }}
}

func TestASimulatedAccountIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]*ibmestate.Estate{
		"demo": ibmestate.Demo(), "corners": ibmestate.Corners(), "identities": ibmestate.Identities(),
		"generated": ibmestate.Generate(ibmestate.Intent{Seed: 7, Instances: 300, Regions: 2}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, o := simulated(t, e)
			n := scan(t, connected(t, o))
			sent := map[string]int{}
			for k, a := range n.answers {
				if a.Status != snapshot.Complete {
					t.Errorf("%s of %s in %s: %+v", k.Call, k.Subject, k.Region, a)
				}
				sent[k.Call] += a.Attempts
			}
			came := map[string]int{}
			for _, c := range s.Calls() {
				came[c.Call]++
			}
			maps.DeleteFunc(sent, func(_ string, n int) bool { return n == 0 })
			if diff := cmp.Diff(came, sent); diff != "" {
				t.Error("what came, and what the ledger tells:", diff)
			}
			account := e.Accounts[0]
			for _, region := range account.Regions {
				for i := range region.Len() {
					w := region.Server(i)
					if n.docs[w.CRN] == "" || n.docs[ibmfact.InitializationUID(w.CRN)] == "" {
						t.Errorf("%s was not seen, or not what it was made with", w.CRN)
					}
				}
			}
		})
	}
}

func TestThePageSizeDoesNotMatter(t *testing.T) {
	t.Parallel()
	_, o := simulated(t, ibmestate.Demo())
	whole := scan(t, connected(t, o))
	_, p := simulated(t, ibmestate.Demo(), ibmsim.MaxPage(2))
	p.page = 2
	small := scan(t, connected(t, p))
	for uid, doc := range whole.docs {
		if strings.ReplaceAll(doc, o.Endpoint, "E") != strings.ReplaceAll(small.docs[uid], p.Endpoint, "E") {
			t.Errorf("%s\n%s\n%s", uid, doc, small.docs[uid])
		}
	}
	if len(whole.docs) != len(small.docs) {
		t.Errorf("%d documents, and %d of small pages", len(whole.docs), len(small.docs))
	}
}

// Whatever goes wrong once is asked again, if that can help; whatever goes
// wrong for good is in the ledger, and takes nothing else with it.
func TestNothingIsLostInSilence(t *testing.T) {
	t.Parallel()
	final := map[ibmsim.Kind]bool{ibmsim.Forbidden: true, ibmsim.Unauthorised: true, ibmsim.NotFound: true}
	_, o := simulated(t, ibmestate.Demo())
	clean := scan(t, connected(t, o))
	kinds := slices.DeleteFunc(ibmsim.Kinds(), func(k ibmsim.Kind) bool { return k == ibmsim.Hang }) // it takes its time, see package ask
	for i, c := range ibmrole.Calls {
		if c.Call == ibmfact.CallToken || c.Call == ibmfact.CallRegions {
			continue // nothing is asked without them
		}
		t.Run(c.Call, func(t *testing.T) {
			t.Parallel()
			s, o := simulated(t, ibmestate.Demo())
			col := connected(t, o)
			once, forGood := kinds[i%len(kinds)], kinds[(i+5)%len(kinds)] // every kind comes several times
			s.Fail(ibmsim.Fault{Call: c.Call, Kind: once, Count: 1})
			if n := scan(t, col); !final[once] && len(n.docs) != len(clean.docs) {
				t.Errorf("%s once: %d documents of %d", once, len(n.docs), len(clean.docs))
			}
			s.Reset()
			s.Fail(ibmsim.Fault{Call: c.Call, Kind: forGood})
			scan(t, col).toldOf(t, c.Call, forGood)
		})
	}
}

// toldOf demands that no question of a call that goes wrong is complete.
func (n *notes) toldOf(t *testing.T, call string, kind ibmsim.Kind) {
	t.Helper()
	for k, a := range n.answers {
		gone := kind == ibmsim.NotFound && slices.Contains(oneByOne, call) // a server that was deleted meanwhile
		if k.Call == call && a.Attempts > 0 && a.Status == snapshot.Complete && !gone {
			t.Errorf("%s of %s goes wrong (%s) and is complete: %+v", call, k.Subject, kind, a)
		}
		if k.Call != call && a.Status != snapshot.Complete {
			t.Errorf("%s goes wrong, and %s of %s with it: %+v", call, k.Call, k.Subject, a)
		}
	}
}

func TestAFleetIsThrottledAndStillRead(t *testing.T) {
	t.Parallel()
	_, o := simulated(t, ibmestate.Generate(ibmestate.Intent{Seed: 3, Instances: 40, Regions: 1}), ibmsim.Throttle(200, 5))
	o.MaxAttempts, o.MaxBackoff = 50, 20*time.Millisecond
	n := newNotes()
	c := connected(t, o)
	if err := c.Context(context.Background(), n); err != nil {
		t.Fatal(err)
	}
	if err := c.Workloads(context.Background(), n); err != nil {
		t.Fatal(err)
	}
	for k, a := range n.answers {
		if a.Status != snapshot.Complete {
			t.Errorf("%s of %s: %+v", k.Call, k.Subject, a)
		}
	}
}
