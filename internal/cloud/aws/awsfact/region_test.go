package awsfact_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
)

func contextOf(rs []snapshot.Resource, as ...snapshot.Answer) *snapshot.Context {
	return snapshot.NewContext(awsfact.Provider, account, at, rs, as)
}

func complete(call, region string) snapshot.Answer {
	return answer(call, region, snapshot.Complete, snapshot.NoCause)
}

func denied(call, region string) snapshot.Answer {
	return answer(call, region, snapshot.Refused, snapshot.Denied)
}

// defaultsIn tells the defaults of the only region, given its reply.
func defaultsIn(t *testing.T, body string) []any {
	t.Helper()
	rs := append(regionInfo(t, here, "opt-in-not-required"), resources(t, awsfact.CallDefaults, here, body)...)
	return told5(onlyRegion(t, contextOf(rs, complete(awsfact.CallRegions, snapshot.Global))))
}

func onlyRegion(t *testing.T, c *snapshot.Context) *estate.AccountRegion {
	t.Helper()
	objects := awsfact.Objects(c)
	if len(objects) != 2 {
		t.Fatalf("%d objects", len(objects))
	}
	return objects[1].(*estate.AccountRegion)
}

func told5(r *estate.AccountRegion) []any {
	d := r.Defaults
	return []any{told(d.Tokens), told(d.Enforced), told(d.Endpoint), told(d.Tags), told(d.HopLimit), told(d.ManagedBy)}
}

func TestMetadataDefaults(t *testing.T) {
	t.Parallel()
	level := func(s string) string { return "<r><accountLevel>" + s + "</accountLevel></r>" }
	for about, c := range map[string]struct {
		body string
		want []any // tokens, enforced, endpoint, tags, hop limit, managed by
	}{
		"all set":           {reply(t, "GetInstanceMetadataDefaults.xml"), []any{"required", "enabled", "enabled", "disabled", int64(2), "declarative-policy"}},
		"nothing set":       {reply(t, "GetInstanceMetadataDefaults_unset.xml"), []any{"no-preference", "no-preference", "no-preference", "no-preference", int64(-1), "account"}},
		"an empty element":  {"<r><accountLevel/></r>", []any{"no-preference", "no-preference", "no-preference", "no-preference", int64(-1), "? absent /managedBy"}},
		"said outright":     {level("<httpTokens>no-preference</httpTokens><httpPutResponseHopLimit>-1</httpPutResponseHopLimit>"), []any{"no-preference", "no-preference", "no-preference", "no-preference", int64(-1), "? absent /managedBy"}},
		"words of tomorrow": {level("<httpTokens>maybe</httpTokens><httpTokensEnforced>soon</httpTokensEnforced><httpEndpoint/><instanceMetadataTags>1</instanceMetadataTags><httpPutResponseHopLimit>0</httpPutResponseHopLimit><managedBy>chance</managedBy>"), []any{"? unknown_value maybe", "? unknown_value soon", "? unknown_value null", "? unknown_value 1", "? unknown_value 0", "? unknown_value chance"}},
	} {
		if diff := cmp.Diff(c.want, defaultsIn(t, c.body)); diff != "" {
			t.Errorf("%s\n%s", about, diff)
		}
	}
}

func TestDefaultsThatNobodyTold(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		optIn   string
		answers []snapshot.Answer
		want    string
		refused bool
	}{
		"refused":               {"opted-in", []snapshot.Answer{denied(awsfact.CallDefaults, here)}, "? denied denied", true},
		"nobody asked":          {"opted-in", nil, "? not_collected", false},
		"not opted in":          {"not-opted-in", nil, "? not_opted_in", false},
		"answered with nothing": {"opted-in", []snapshot.Answer{complete(awsfact.CallDefaults, here)}, "? absent accountLevel", false},
	} {
		as := append(c.answers, complete(awsfact.CallRegions, snapshot.Global))
		r := onlyRegion(t, contextOf(regionInfo(t, here, c.optIn), as...))
		if diff := cmp.Diff([]any{c.want, c.want, c.want, c.want, c.want, c.want}, told5(r)); diff != "" {
			t.Errorf("%s\n%s", about, diff)
		}
		if from := r.Defaults.Tokens.From(); c.refused != (from != nil && from.Refusal != nil) {
			t.Errorf("%s: origin %+v", about, from)
		}
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()
	rs := regionInfo(t, there, "opt-in-not-required", here, "opted-in", "me-south-1", "not-opted-in", "xx-new-1", "half-in")
	rs = append(rs, resources(t, awsfact.CallIdentity, snapshot.Global, "<r><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/a</Arn><Account>111122223333</Account></GetCallerIdentityResult></r>")...)
	c := contextOf(rs, complete(awsfact.CallRegions, snapshot.Global), denied(awsfact.CallInstances, here))
	var got []any
	for _, o := range awsfact.Objects(c) {
		head := o.Head()
		got = append(got, string(head.Kind)+" "+head.UID+" in "+head.Region+" of "+head.Parent)
		if r, ok := o.(*estate.AccountRegion); ok {
			got = append(got, told(r.OptIn))
		}
	}
	want := []any{
		"account aws:111122223333:global in global of ",
		"account_region aws:111122223333:eu-west-1 in eu-west-1 of aws:111122223333:global", "opted-in",
		"account_region aws:111122223333:me-south-1 in me-south-1 of aws:111122223333:global", "not-opted-in",
		"account_region aws:111122223333:us-east-1 in us-east-1 of aws:111122223333:global", "opt-in-not-required",
		"account_region aws:111122223333:xx-new-1 in xx-new-1 of aws:111122223333:global", "? unknown_value half-in",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	a := awsfact.Objects(c)[0].(*estate.Account)
	if diff := cmp.Diff([]estate.Question{
		{Call: "ec2:DescribeInstances", Region: here, Status: "refused", Cause: "denied", Code: "denied"},
		{Call: "ec2:DescribeRegions", Region: "global", Status: "complete"},
		// what should have been asked of the regions that are on, and was not
		{Call: "ec2:GetInstanceMetadataDefaults", Region: here, Cause: "not_collected"},
		{Call: "ec2:GetInstanceMetadataDefaults", Region: there, Cause: "not_collected"},
		{Call: "ec2:DescribeInstances", Region: there, Cause: "not_collected"},
		{Call: "ec2:GetInstanceMetadataDefaults", Region: "xx-new-1", Cause: "not_collected"},
		{Call: "ec2:DescribeInstances", Region: "xx-new-1", Cause: "not_collected"},
	}, a.Questions.Items(), cmpopts.IgnoreFields(estate.Question{}, "From")); diff != "" || !a.Questions.Whole() {
		t.Error(diff)
	}
	if from := a.Questions.From(); from != nil {
		t.Errorf("the ledger is shown as the document %+v, and is none of the cloud's", from)
	}
	denial, whole := a.Questions.Items()[0].From, a.Questions.Items()[1].From
	if denial == nil || denial.HasDoc || denial.Refusal == nil || denial.Refusal.Key != denial.Answer || denial.Answer.Call != awsfact.CallInstances {
		t.Errorf("the refused question rests on %+v", denial)
	}
	if whole == nil || whole.HasDoc || whole.Refusal != nil || whole.Answer.Call != awsfact.CallRegions {
		t.Errorf("the answered question rests on %+v", whole)
	}
	a = awsfact.Objects(contextOf(rs, denied(awsfact.CallRegions, snapshot.Global)))[0].(*estate.Account)
	if a.Questions.Whole() {
		t.Error("the ledger is taken as whole though the regions are not known")
	}
}

func TestARegionThatOnlyItsDefaultsSpeakOf(t *testing.T) {
	t.Parallel()
	c := contextOf(resources(t, awsfact.CallDefaults, here, reply(t, "GetInstanceMetadataDefaults.xml")), denied(awsfact.CallRegions, snapshot.Global), complete(awsfact.CallDefaults, here))
	r := onlyRegion(t, c)
	if told(r.OptIn) != "? denied denied" || told(r.Defaults.Tokens) != "required" || r.OptIn.From().Refusal == nil {
		t.Errorf("%v %v", told(r.OptIn), told(r.Defaults.Tokens))
	}
}

func TestUnseenAndWhole(t *testing.T) {
	t.Parallel()
	two := regionInfo(t, here, "opt-in-not-required", there, "opted-in", "me-south-1", "not-opted-in")
	broken := slices.Clone(two)
	broken[0].Doc = []byte(`{}`)
	listed := complete(awsfact.CallRegions, snapshot.Global)
	inHere, inThere := complete(awsfact.CallInstances, here), complete(awsfact.CallInstances, there)
	for about, c := range map[string]struct {
		rs   []snapshot.Resource
		as   []snapshot.Answer
		want []string // kind place cause
		// whether workloads here, workloads everywhere, and regions are whole
		here, everywhere, regions bool
	}{
		"everything was seen": {two, []snapshot.Answer{listed, inHere, inThere}, nil, true, true, true},
		"one region refused": {two, []snapshot.Answer{listed, inThere, denied(awsfact.CallInstances, here)},
			[]string{"workload aws:111122223333:eu-west-1 denied"}, false, false, true},
		"one region broke off": {two, []snapshot.Answer{listed, inHere, answer(awsfact.CallInstances, there, snapshot.Partial, snapshot.CutOff)},
			[]string{"workload aws:111122223333:us-east-1 cut_off"}, true, false, true},
		"one region was never asked": {two, []snapshot.Answer{listed, inHere},
			[]string{"workload aws:111122223333:us-east-1 not_collected"}, true, false, true},
		"a region that is not opted in and was asked for by name is a gap": {two, []snapshot.Answer{listed, inHere, inThere, answer(awsfact.CallInstances, "me-south-1", snapshot.Refused, snapshot.NotOptedIn)},
			[]string{"workload aws:111122223333:me-south-1 not_opted_in"}, true, false, true},
		"the regions were refused": {nil, []snapshot.Answer{denied(awsfact.CallRegions, snapshot.Global), inHere},
			[]string{"workload aws:111122223333:global denied", "account_region aws:111122223333:global denied"}, true, false, false},
		"the regions were refused, and the one that was tried": {nil, []snapshot.Answer{denied(awsfact.CallRegions, snapshot.Global), denied(awsfact.CallInstances, here)},
			[]string{"workload aws:111122223333:global denied", "account_region aws:111122223333:global denied", "workload aws:111122223333:eu-west-1 denied"}, false, false, false},
		"the regions broke off": {two, []snapshot.Answer{answer(awsfact.CallRegions, snapshot.Global, snapshot.Partial, snapshot.Throttled), inHere, inThere},
			[]string{"workload aws:111122223333:global throttled", "account_region aws:111122223333:global throttled"}, true, false, false},
		"nothing at all": {nil, nil,
			[]string{"workload aws:111122223333:global not_collected", "account_region aws:111122223333:global not_collected"}, false, false, false},
		"an empty list of regions": {nil, []snapshot.Answer{listed},
			[]string{"workload aws:111122223333:global unreadable", "account_region aws:111122223333:global unreadable"}, false, false, false},
		"a region's document is no such": {broken, []snapshot.Answer{listed, inHere, inThere},
			[]string{"workload aws:111122223333:global unreadable", "account_region aws:111122223333:global unreadable"}, true, false, false},
		"a status of tomorrow counts as on": {regionInfo(t, here, "half-in"), []snapshot.Answer{listed},
			[]string{"workload aws:111122223333:eu-west-1 not_collected"}, false, false, true},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			ctx := contextOf(c.rs, c.as...)
			var got []string
			for _, u := range awsfact.New().Unseen(ctx) {
				if u.Silent {
					continue
				}
				got = append(got, string(u.Kind)+" "+u.Subject.UID+" "+string(u.Why.Cause))
				if asked := u.Why.Cause != snapshot.NotCollected && u.Why.Detail != "an empty list of regions"; asked != (u.Origin != nil) {
					t.Errorf("%s: origin %+v", got[len(got)-1], u.Origin)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			facts := awsfact.New()
			whole := []bool{facts.Whole(ctx, estate.KindWorkload, here), facts.Whole(ctx, estate.KindWorkload, ""), facts.Whole(ctx, estate.KindAccountRegion, here)}
			if diff := cmp.Diff([]bool{c.here, c.everywhere, c.regions}, whole); diff != "" {
				t.Error(diff)
			}
			if facts.Whole(ctx, estate.KindWorkload, snapshot.Global) != c.everywhere {
				t.Error("global and everywhere differ")
			}
			if facts.Whole(ctx, estate.KindWorkload, "me-south-1") {
				t.Error("a region that is not opted in is whole")
			}
			if facts.Whole(ctx, estate.KindGate, "") || !facts.Whole(ctx, estate.KindAccount, "") {
				t.Error("a kind that nothing lists is whole, or the account is not")
			}
		})
	}
}

// Of a region that is switched off, or was left out of the scan, nothing is
// claimed; it is named all the same, so that no rise of the posture rests on it.
func TestRegionsOfWhichNothingIsClaimed(t *testing.T) {
	t.Parallel()
	ctx := contextOf(regionInfo(t, here, "opted-in", "me-south-1", "not-opted-in"), complete(awsfact.CallRegions, snapshot.Global),
		answer(awsfact.CallInstances, here, snapshot.Unasked, snapshot.OutOfScope), answer(awsfact.CallDefaults, here, snapshot.Unasked, snapshot.OutOfScope))
	facts := awsfact.New()
	var got []string
	for _, u := range facts.Unseen(ctx) {
		if !u.Silent {
			t.Errorf("%s at %s is claimed to be a gap", u.Kind, u.Subject.UID)
		}
		got = append(got, string(u.Kind)+" "+u.Subject.Region)
	}
	if diff := cmp.Diff([]string{"workload " + here, "account_region " + here, "workload me-south-1"}, got); diff != "" {
		t.Error(diff)
	}
	for _, o := range facts.Objects(ctx) {
		if o.Head().Region == here {
			t.Errorf("%s was left out and is judged", o.Head().UID)
		}
	}
	if facts.Whole(ctx, estate.KindAccountRegion, here) || facts.Whole(ctx, estate.KindWorkload, here) || facts.Whole(ctx, estate.KindWorkload, "") {
		t.Error("a region that was left out counts as looked at in full")
	}
}
