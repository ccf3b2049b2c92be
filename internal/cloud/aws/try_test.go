package aws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/snapshot"
)

// try gives the answers of a trial by call.
func try(t *testing.T, o Options) map[string]snapshot.Answer {
	t.Helper()
	as, err := connect(t, o).Try(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]snapshot.Answer{}
	for _, a := range as {
		if _, twice := by[a.Call]; twice {
			t.Errorf("%s is answered twice", a.Call)
		}
		if a.Account == "" || a.Provider != Provider || a.Region == "" || a.AskedAt.IsZero() || a.EndedAt.IsZero() {
			t.Errorf("an answer without its particulars: %+v", a)
		}
		by[a.Call] = a
	}
	return by
}

func TestATrialMakesEachCallOnce(t *testing.T) {
	t.Parallel()
	l, o, a := everything(t)
	o.RoleARN, o.ExternalID = a.Role, a.ExternalID
	tried := try(t, o)
	made := map[string]int{}
	for _, c := range l.Calls() {
		made[c.Name()]++
	}
	for _, c := range Calls {
		if a, asked := tried[c.Action]; asked && (!a.Whole() || a.Cause != "" || a.Code != "") {
			t.Errorf("%s: %+v", c.Action, a)
		}
		if _, asked := tried[c.Action]; !asked && c.Action != awsfact.CallContainer { // the first cluster is empty
			t.Errorf("%s was not tried", c.Action)
		} else if made[c.Action] > 1 || asked && made[c.Action] != 1 {
			t.Errorf("%s was asked %d times", c.Action, made[c.Action])
		}
	}
	if len(made) != len(tried) {
		t.Errorf("tried %d, made %d of %d calls", len(tried), len(made), len(Calls))
	}
	if a := tried[awsfact.CallInstances]; a.Pages != 1 || a.Items != trialPage {
		t.Errorf("not one small page: %+v", a)
	}
}

func TestATrialWithoutARoleSaysNothingOfOne(t *testing.T) {
	t.Parallel()
	_, o := simulated(t, twoPages())
	if _, there := try(t, o)[awsrole.CallAssumeRole]; there {
		t.Error("a role was tried that nobody named")
	}
}

func TestATrialNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	allowed := actionsOf(t, Policy())
	for _, without := range allowed {
		t.Run("without "+without, func(t *testing.T) {
			t.Parallel()
			l, o, _ := everything(t)
			l.Allow(slices.DeleteFunc(slices.Clone(allowed), func(a string) bool { return a == without }))
			for call, a := range try(t, o) {
				got := fmt.Sprint(a.Status, a.Cause, a.Message != "")
				want := fmt.Sprint(snapshot.Complete, "", false)
				if call == without {
					want = fmt.Sprint(snapshot.Refused, snapshot.Denied, true)
				}
				if got != want {
					t.Errorf("%s: got %s, want %s", call, got, want)
				}
			}
		})
	}
}

// A trial ends as a scan would, only sooner.
func TestATrialNamesEveryFault(t *testing.T) {
	t.Parallel()
	for kind, want := range ends {
		if kind == awssim.Hang {
			continue // takes its time in TestEveryFaultHasItsPlaceInTheLedger
		}
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			l, o := simulated(t, twoPages())
			l.Fail(awssim.Fault{Action: "DescribeInstances", Kind: kind})
			a := try(t, o)[awsfact.CallInstances]
			if a.Status != snapshot.Refused || a.Cause != want.cause || a.Code != want.code || a.Attempts > trialAttempts {
				t.Errorf("%+v", a)
			}
		})
	}
}

func TestATrialAsksOneRegion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		named      []string
		configured string
		want       string
	}{
		"the configured one":                    {nil, there, there},
		"the first, if that is not to be asked": {[]string{here}, there, here},
		"the configured one among those named":  {[]string{here, there}, there, there},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(newFake(t, nil).url)
			o.Regions, o.Region = c.named, c.configured
			tried := try(t, o)
			if len(tried) < 40 {
				t.Errorf("%d answers", len(tried))
			}
			for _, call := range []string{awsfact.CallDefaults, awsfact.CallInstances} {
				if got := tried[call].Region; got != c.want {
					t.Errorf("%s was tried in %q, want %q", call, got, c.want)
				}
			}
		})
	}
}

func TestATrialOfARegionThatIsNotThereIsASentence(t *testing.T) {
	t.Parallel()
	o := options(newFake(t, nil).url)
	o.Regions = []string{"eu-wset-1"}
	_, err := connect(t, o).Try(context.Background())
	if err == nil || !strings.HasPrefix(err.Error(), `There is no region "eu-wset-1".`) {
		t.Errorf("got %v", err)
	}
}

func TestATrialCanBeStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
		if a.action == "GetInstanceMetadataDefaults" {
			cancel()
			<-r.Context().Done()
			return
		}
		normal(w, r, a)
	})
	if _, err := connect(t, options(f.url)).Try(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := f.count("DescribeInstances"); n != 0 {
		t.Errorf("%d calls after it was stopped", n)
	}
}

func TestWhoAsks(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 1, Accounts: 2, Instances: 10, Plain: true})
	_, o := simulated(t, e)
	other := e.Accounts[1]
	o.RoleARN, o.ExternalID = other.Role, other.ExternalID
	id, arn := connect(t, o).Who()
	if id != other.ID || !strings.HasPrefix(arn, "arn:aws:sts::"+other.ID+":assumed-role/") {
		t.Errorf("%s, %s", id, arn)
	}
}

// A server signs in as itself, from its environment, and becomes a role of the
// account that it is to look at.
func TestTheServersOwnIdentityBecomesTheRole(t *testing.T) {
	e := sim.Generate(sim.Intent{Seed: 3, Accounts: 2, Regions: 3, Instances: 30, Plain: true})
	l, o := simulated(t, e)
	self, other := e.Accounts[0], e.Accounts[1]
	region := other.Regions[len(other.Regions)-1].Name
	environment(t, "AWS_ENDPOINT_URL", l.URL, "AWS_ACCESS_KEY_ID", self.AccessKey, "AWS_SECRET_ACCESS_KEY", self.SecretKey)
	for name, c := range map[string]struct {
		external string
		says     string
	}{
		"with the external id":    {other.ExternalID, ""},
		"without the external id": {"", "could not be assumed (AccessDenied"},
		"with another's":          {self.ExternalID + "x", "could not be assumed (AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			col, err := Connect(context.Background(), Options{Redactor: o.Redactor, RoleARN: other.Role, ExternalID: c.external, Regions: []string{region}})
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			s := &taken{}
			regions, err := col.Account(context.Background(), s)
			if err != nil || col.Scope().Account != other.ID {
				t.Fatal(col.Scope(), err)
			}
			if d := cmp.Diff([]string{region}, regions); d != "" {
				t.Error(d)
			}
		})
	}
}
