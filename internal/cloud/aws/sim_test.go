package aws

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/snapshot"
)

// simulated serves an estate; options log in to its first account.
func simulated(t testing.TB, e *sim.Estate) (*awssim.Listener, Options) {
	t.Helper()
	return simulatedWith(t, e, awssim.Options{Signature: true, Shuffle: 1})
}

func simulatedWith(t testing.TB, e *sim.Estate, so awssim.Options) (*awssim.Listener, Options) {
	t.Helper()
	l, err := awssim.Listen("127.0.0.1:0", awssim.New(e, so))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // of a test that is over
	o := as(options(l.URL), e.Accounts[0])
	o.page = 20
	return l, o
}

func as(o Options, a *sim.Account) Options {
	o.Login = keys(a.AccessKey, a.SecretKey)
	return o
}

// twoPages is an estate of two regions with two pages of instances each.
func twoPages() *sim.Estate {
	return sim.Generate(sim.Intent{Seed: 1, Regions: 2, Instances: 42, Plain: true})
}

// everything is an estate in which every call has something to ask about: with
// load balancers, and in an organisation. Options log in to
// the account of it that has trails too.
func everything(t testing.TB) (*awssim.Listener, Options, *sim.Account) {
	t.Helper()
	e := sim.Generate(sim.Intent{Seed: 1, Accounts: 4, Regions: 1, Instances: 200, Plain: true, Scenes: sim.Scenes()})
	l, o := simulated(t, e)
	o = as(o, e.Accounts[3])
	o.UserData, o.Region = true, here
	return l, o, e.Accounts[3]
}

const perRegion, firstPage = 21, 20

// ends is how a question ends whose every attempt meets a fault.
var ends = map[awssim.Kind]struct {
	cause snapshot.Cause
	code  string
	http  int
	again bool // it is worth asking again
}{
	awssim.Throttled:    {snapshot.Throttled, "RequestLimitExceeded", 503, true},
	awssim.InternalXML:  {snapshot.ServerError, "InternalError", 500, true},
	awssim.InternalHTML: {snapshot.Unreadable, snapshot.CodeUnreadable, 500, true},
	awssim.Forbidden:    {snapshot.Denied, "UnauthorizedOperation", 403, false},
	awssim.Unauthorised: {snapshot.BadLogin, "AuthFailure", 401, false},
	awssim.CutShort:     {snapshot.CutOff, snapshot.CodeCutOff, 200, true},
	awssim.CutClean:     {snapshot.CutOff, snapshot.CodeCutOff, 200, true},
	awssim.Empty:        {snapshot.Unreadable, snapshot.CodeUnreadable, 200, true},
	awssim.ForeignXML:   {snapshot.Unreadable, snapshot.CodeUnreadable, 200, true},
	awssim.HTML:         {snapshot.Unreadable, snapshot.CodeUnreadable, 200, true},
	awssim.NoList:       {snapshot.Unreadable, snapshot.CodeUnreadable, 200, true},
	awssim.Hang:         {snapshot.Unreachable, snapshot.CodeUnreachable, 0, true},
	awssim.Reset:        {snapshot.Unreachable, snapshot.CodeUnreachable, 0, true},
}

// faulted scans with a fault and returns what was taken.
func faulted(t *testing.T, f awssim.Fault) *taken {
	t.Helper()
	l, o := simulated(t, twoPages())
	if f.Kind == awssim.Hang {
		o.Silence = 300 * time.Millisecond
	}
	o.MaxAttempts = 2
	l.Fail(f)
	s := &taken{}
	if err := scan(context.Background(), connect(t, o), s); err != nil {
		t.Fatal("a refusal ended the scan: ", err)
	}
	return s
}

// only checks that nothing but the call in the region was lost.
func only(t *testing.T, s *taken, call, region string) {
	t.Helper()
	regions := map[string]bool{}
	for _, a := range s.asked() {
		if (a.Call != call || a.Region != region) && !a.Whole() {
			t.Errorf("lost too: %+v", a)
		}
		regions[a.Region] = true
	}
	if n := len(regions); n != 3 && call != awsfact.CallRegions {
		t.Errorf("answers of %d places, want the account and two regions", n)
	}
}

func TestEveryFaultHasItsPlaceInTheLedger(t *testing.T) {
	t.Parallel()
	for _, kind := range awssim.Kinds() {
		want, known := ends[kind]
		if !known {
			t.Fatalf("no expectation for the fault %q", kind)
		}
		for _, c := range []struct{ call, action, region string }{
			{awsfact.CallRegions, "DescribeRegions", snapshot.Global},
			{awsfact.CallDefaults, "GetInstanceMetadataDefaults", here},
			{awsfact.CallInstances, "DescribeInstances", here},
		} {
			t.Run(fmt.Sprintf("%s, each time: %s", kind, c.call), func(t *testing.T) {
				t.Parallel()
				f := awssim.Fault{Action: c.action, Kind: kind}
				if c.region == here {
					f.Region = here
				}
				s := faulted(t, f)
				a := s.answer(c.call, c.region)
				attempts := 1
				if want.again {
					attempts = 2
				}
				got := fmt.Sprint(a.Status, a.Cause, a.Code, a.HTTP, a.Attempts, a.Pages, a.Items)
				if w := fmt.Sprint(snapshot.Refused, want.cause, want.code, want.http, attempts, 0, 0); got != w {
					t.Errorf("got  %s (%s)\nwant %s", got, a.Message, w)
				}
				if a.Message == "" || len(a.Message) > 500 {
					t.Errorf("message %q", a.Message)
				}
				only(t, s, c.call, c.region)
			})
			t.Run(fmt.Sprintf("%s, once: %s", kind, c.call), func(t *testing.T) {
				t.Parallel()
				s := faulted(t, awssim.Fault{Action: c.action, Kind: kind, Count: 1})
				whole := 0
				for _, a := range s.asked() {
					if a.Whole() {
						whole++
					}
				}
				lost := len(s.asked()) - whole
				if want.again && (lost != 0 || len(s.docs(awsfact.CallInstances)) != 2*perRegion) {
					t.Errorf("asked again, and yet %d answers are lost, and %d instances seen", lost, len(s.docs(awsfact.CallInstances)))
				}
				if !want.again && lost != 1 {
					t.Errorf("%d answers lost, want the one refused", lost)
				}
			})
		}
	}
}

func TestAFaultAfterTheFirstPageLeavesAPartialAnswer(t *testing.T) {
	t.Parallel()
	for _, kind := range awssim.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := faulted(t, awssim.Fault{Action: "DescribeInstances", Region: here, From: 2, Kind: kind})
			a, want := s.answer(awsfact.CallInstances, here), ends[kind]
			got := fmt.Sprint(a.Status, a.Cause, a.Code, a.HTTP, a.Pages, a.Items)
			if w := fmt.Sprint(snapshot.Partial, want.cause, want.code, want.http, 1, firstPage); got != w {
				t.Errorf("got  %s (%s)\nwant %s", got, a.Message, w)
			}
			if n := len(s.docs(awsfact.CallInstances)); n != firstPage+perRegion {
				t.Errorf("%d instances seen", n)
			}
			only(t, s, awsfact.CallInstances, here)
		})
	}
}

func TestEveryInstanceOfTheEstateIsSeenOnce(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 7, Regions: 6, Instances: 500})
	_, o := simulated(t, e)
	s := &taken{}
	if err := scan(context.Background(), connect(t, o), s); err != nil {
		t.Fatal(err)
	}
	want, got := map[string]int{}, map[string]int{}
	for _, r := range e.Accounts[0].Regions {
		for i := range r.Len() {
			if r.Enabled() && !r.Refused("DescribeInstances") {
				want[e.InstanceUID(r.Account, r.Name, r.Instance(i).ID)]++
			}
		}
	}
	for _, r := range s.resources {
		if r.Kind == awsfact.KindInstance {
			got[r.UID]++
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error("instances (-want +got)\n", d)
	}
}

func TestARoleIsAssumed(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 1, Accounts: 2, Instances: 10, Plain: true})
	l, o := simulated(t, e)
	other := e.Accounts[1]
	o.RoleARN, o.ExternalID = other.Role, other.ExternalID
	s := &taken{}
	c := connect(t, o)
	if err := scan(context.Background(), c, s); err != nil {
		t.Fatal(err)
	}
	if c.Scope().Account != other.ID {
		t.Errorf("speaks for %s, want %s", c.Scope().Account, other.ID)
	}
	for _, call := range l.Calls() {
		if want := other.ID; call.Action != "AssumeRole" && call.Account != want {
			t.Errorf("%s was asked of %s", call.Name(), call.Account)
		}
	}
}

func TestItMakesTheCallsOfThePolicyAndNoOther(t *testing.T) {
	t.Parallel()
	l, o, a := everything(t)
	o.RoleARN, o.ExternalID = a.Role, a.ExternalID
	if err := scan(context.Background(), connect(t, o), &taken{}); err != nil {
		t.Fatal(err)
	}
	made, declared := map[string]bool{}, map[string]bool{}
	for _, c := range l.Calls() {
		made[c.Name()] = true
	}
	for _, c := range Calls {
		declared[c.Action] = true
	}
	if d := cmp.Diff(declared, made); d != "" {
		t.Error("calls (-declared +made)\n", d)
	}
}

func TestThePolicyIsEnoughAndNothingInItIsIdle(t *testing.T) {
	t.Parallel()
	allowed := actionsOf(t, Policy())
	for _, without := range append([]string{""}, allowed...) {
		t.Run("without "+without, func(t *testing.T) {
			t.Parallel()
			l, o, _ := everything(t)
			l.Allow(slices.DeleteFunc(slices.Clone(allowed), func(a string) bool { return a == without }))
			s := &taken{}
			if err := scan(context.Background(), connect(t, o), s); err != nil {
				t.Fatal(err)
			}
			denied := map[string]bool{}
			for _, a := range s.answers {
				if a.Cause == snapshot.Denied {
					denied[a.Call] = true
				} else if !a.Whole() && (a.Code != "ReportNotPresent" || without != awsfact.CallMakeReport) {
					t.Errorf("%+v", a)
				}
			}
			want := map[string]bool{}
			if without != "" {
				want[without] = true
			}
			if d := cmp.Diff(want, denied); d != "" {
				t.Error("denied (-want +got)\n", d)
			}
		})
	}
}
