package awsfact_test

import (
	"encoding/base64"
	"maps"
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
	// what was asked, and what should have been asked of each region that is on
	asked := []estate.Question{
		{Call: "ec2:DescribeInstances", Region: here, Status: "refused", Cause: "denied", Code: "denied"},
		{Call: "ec2:DescribeRegions", Region: "global", Status: "complete"},
	}
	for _, region := range []string{here, there, "xx-new-1"} {
		for _, q := range awsfact.RegionalCalls {
			if q.Call != awsfact.CallInstances || region != here {
				asked = append(asked, estate.Question{Call: q.Call, Region: region, Cause: "not_collected"})
			}
		}
	}
	if diff := cmp.Diff(asked, a.Questions.Items(), cmpopts.IgnoreFields(estate.Question{}, "From")); diff != "" || !a.Questions.Whole() {
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

// A book is a ledger, question by question.
type book map[snapshot.Key]snapshot.Answer

// everything is the ledger of a scan that asked all of these regions, and was
// answered in full.
func everything(regions ...string) book {
	b := book{}
	b.put(complete(awsfact.CallRegions, snapshot.Global))
	for _, l := range awsfact.Listings() {
		if l.Global {
			b.put(answerTo(l, snapshot.Global, snapshot.Complete, snapshot.NoCause))
		}
	}
	for _, region := range regions {
		for _, q := range awsfact.RegionalCalls {
			b.put(wholeAnswer(q.Call, region, q.Subject))
		}
	}
	return b
}

// put replaces answers.
func (b book) put(as ...snapshot.Answer) book {
	for _, a := range as {
		b[a.Key] = a
	}
	return b
}

// without what was asked of a question.
func (b book) without(call, region string) book {
	maps.DeleteFunc(b, func(k snapshot.Key, _ snapshot.Answer) bool { return k.Call == call && k.Region == region })
	return b
}

func (b book) context(rs []snapshot.Resource) *snapshot.Context {
	return contextOf(rs, slices.Collect(maps.Values(b))...)
}

func answerTo(l awsfact.Listing, region string, s snapshot.Status, cause snapshot.Cause) snapshot.Answer {
	a := answer(l.Call, region, s, cause)
	a.Subject = l.Subject
	return a
}

// gaps tells what is claimed to be unseen, and what silently.
func gaps(c *snapshot.Context) (claimed, silent []string) {
	for _, u := range awsfact.New().Unseen(c) {
		g := string(u.Kind)
		if u.Like != nil {
			g += " " + typeOf(u.Like)
		}
		g += " in " + u.Subject.Region + ": " + string(u.Why.Cause)
		if u.Silent {
			silent = append(silent, g)
			continue
		}
		claimed = append(claimed, g)
	}
	return claimed, silent
}

func typeOf(o estate.Object) string {
	switch o := o.(type) {
	case *estate.Template:
		return o.Type
	case *estate.Network:
		return o.Type
	case *estate.Gate:
		return o.Type
	case *estate.Principal:
		return o.Type
	case *estate.Credential:
		return o.Type
	}
	return string(o.Head().Kind)
}

// readableReport is a credential report without rows.
func readableReport(t testing.TB) snapshot.Resource {
	return jsonDocument(t, awsfact.CallCredentialReport, awsfact.KindCredentialReport, snapshot.Global, "aws:"+account+":global",
		`{"Content":"`+base64.StdEncoding.EncodeToString([]byte(reportHead))+`"}`)
}

func TestUnseenAndWhole(t *testing.T) {
	t.Parallel()
	two := append(regionInfo(t, here, "opt-in-not-required", there, "opted-in", "me-south-1", "not-opted-in"), readableReport(t))
	broken := slices.Clone(two)
	broken[0].Doc = []byte(`{}`)
	both := func() book { return everything(here, there) }
	anywhere := func(cause string) (all []string) {
		for _, kind := range []string{"workload", "account_region", "template", "image", "network", "gate"} {
			all = append(all, kind+" in global: "+cause)
		}
		return all
	}
	for about, c := range map[string]struct {
		rs     []snapshot.Resource
		ledger book
		want   []string
		// whether workloads here, workloads everywhere, and regions are whole
		here, everywhere, regions bool
	}{
		"everything was seen": {two, both(), nil, true, true, true},
		"one region refused": {two, both().put(denied(awsfact.CallInstances, here)),
			[]string{"workload in eu-west-1: denied"}, false, false, true},
		"one region broke off": {two, both().put(answer(awsfact.CallInstances, there, snapshot.Partial, snapshot.CutOff)),
			[]string{"workload in us-east-1: cut_off"}, true, false, true},
		"one region was never asked": {two, both().without(awsfact.CallInstances, there),
			[]string{"workload in us-east-1: not_collected"}, true, false, true},
		"a region that is not opted in and was asked for by name is a gap": {two, both().put(answer(awsfact.CallInstances, "me-south-1", snapshot.Refused, snapshot.NotOptedIn)),
			[]string{"workload in me-south-1: not_opted_in"}, true, false, true},
		"the regions were refused": {two[3:], everything(here).put(denied(awsfact.CallRegions, snapshot.Global)),
			anywhere("denied"), true, false, false},
		"the regions were refused, and the one that was tried": {two[3:], everything(here).put(denied(awsfact.CallRegions, snapshot.Global), denied(awsfact.CallInstances, here)),
			append(anywhere("denied"), "workload in eu-west-1: denied"), false, false, false},
		"the regions broke off": {two, both().put(answer(awsfact.CallRegions, snapshot.Global, snapshot.Partial, snapshot.Throttled)),
			anywhere("throttled"), true, false, false},
		"the regions were not asked for": {two[3:], everything().without(awsfact.CallRegions, snapshot.Global),
			anywhere("not_collected"), false, false, false},
		"an empty list of regions":       {two[3:], everything(), anywhere("unreadable"), false, false, false},
		"a region's document is no such": {broken, both(), anywhere("unreadable"), true, false, false},
		"a status of tomorrow counts as on": {append(regionInfo(t, here, "half-in"), readableReport(t)), everything(here).without(awsfact.CallInstances, here),
			[]string{"workload in eu-west-1: not_collected"}, false, false, true},
		"a credential report that cannot be read": {append(slices.Clone(two[:3]), jsonDocument(t, awsfact.CallCredentialReport, awsfact.KindCredentialReport, snapshot.Global, "aws:"+account+":global", `{"Content":"?"}`)), both(),
			[]string{"credential access_key in global: unreadable"}, true, true, true},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			ctx := c.ledger.context(c.rs)
			got, _ := gaps(ctx)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			for _, u := range awsfact.New().Unseen(ctx) {
				if asked := u.Why.Cause != snapshot.NotCollected && u.Why.Detail != "an empty list of regions"; asked != (u.Origin != nil) {
					t.Errorf("%s in %s: %s, origin %+v", u.Kind, u.Subject.Region, u.Why, u.Origin)
				}
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
			if facts.Whole(ctx, estate.Kind("comet"), "") || !facts.Whole(ctx, estate.KindAccount, "") {
				t.Error("a kind that nothing lists is whole, or the account is not")
			}
		})
	}
}

// Of every listing that did not come whole is said where, why, and what may be
// missing: once, whatever else is missing there.
func TestEveryListingThatIsNotWholeIsAGap(t *testing.T) {
	t.Parallel()
	rs := append(regionInfo(t, here, "opt-in-not-required", there, "opted-in"), readableReport(t))
	facts := awsfact.New()
	ways := map[string]func(b book, l awsfact.Listing, region string) book{
		"denied": func(b book, l awsfact.Listing, region string) book {
			return b.put(answerTo(l, region, snapshot.Refused, snapshot.Denied))
		},
		"cut_off": func(b book, l awsfact.Listing, region string) book {
			return b.put(answerTo(l, region, snapshot.Partial, snapshot.CutOff))
		},
		"not_collected": func(b book, l awsfact.Listing, region string) book {
			delete(b, answerTo(l, region, "", "").Key)
			return b
		},
	}
	all := everything(here, there)
	for _, l := range awsfact.Listings() {
		region := there
		if l.Global {
			region = snapshot.Global
		}
		all.put(answerTo(l, region, snapshot.Refused, snapshot.Denied))
		for cause, change := range ways {
			want := []string{string(l.Kind) + " " + typeOf(l.Like) + " in " + region + ": " + cause}
			ctx := change(everything(here, there), l, region).context(rs)
			if got, silent := gaps(ctx); !slices.Equal(got, want) || silent != nil {
				t.Errorf("%s %s, %s: gaps %v, silent %v, want %v", l.Call, l.Subject, cause, got, silent, want)
			}
			if facts.Whole(ctx, l.Kind, region) || facts.Whole(ctx, l.Kind, "") {
				t.Errorf("%s %s, %s: every %s was seen", l.Call, l.Subject, cause, l.Kind)
			}
			if !l.Global && !facts.Whole(ctx, l.Kind, here) {
				t.Errorf("%s %s in %s, %s: not every %s of %s was seen", l.Call, l.Subject, region, cause, l.Kind, here)
			}
		}
	}
	got, _ := gaps(all.context(rs))
	if len(got) != len(awsfact.Listings()) {
		t.Errorf("all refused: %v", got)
	}
	slices.Sort(got)
	if once := slices.Compact(slices.Clone(got)); len(once) != len(got) {
		t.Errorf("a gap is told twice: %v", got)
	}
}

// Of a region that is switched off, or was left out of the scan, nothing is
// claimed; it is named all the same, so that no rise of the posture rests on it.
func TestRegionsOfWhichNothingIsClaimed(t *testing.T) {
	t.Parallel()
	rs := append(regionInfo(t, here, "opted-in", "me-south-1", "not-opted-in"), readableReport(t))
	ledger := everything()
	for _, q := range awsfact.RegionalCalls {
		a := answer(q.Call, here, snapshot.Unasked, snapshot.OutOfScope)
		a.Subject = q.Subject
		ledger.put(a)
	}
	ctx := ledger.context(rs)
	claimed, silent := gaps(ctx)
	if claimed != nil {
		t.Errorf("claimed to be gaps: %v", claimed)
	}
	want := []string{"workload in eu-west-1: out_of_scope", "account_region in eu-west-1: out_of_scope", "workload in me-south-1: not_collected"}
	for _, l := range awsfact.Listings() {
		if !l.Global {
			like := string(l.Kind) + " " + typeOf(l.Like)
			want = append(want, like+" in eu-west-1: out_of_scope", like+" in me-south-1: not_collected")
		}
	}
	if diff := cmp.Diff(want, silent); diff != "" {
		t.Error(diff)
	}
	facts := awsfact.New()
	for _, o := range facts.Objects(ctx) {
		if o.Head().Region == here {
			t.Errorf("%s was left out and is judged", o.Head().UID)
		}
	}
	for _, kind := range []estate.Kind{estate.KindAccountRegion, estate.KindWorkload, estate.KindTemplate, estate.KindGate} {
		if facts.Whole(ctx, kind, here) || kind != estate.KindAccountRegion && facts.Whole(ctx, kind, "") {
			t.Errorf("a region that was left out counts as looked at in full: %s", kind)
		}
	}
}
