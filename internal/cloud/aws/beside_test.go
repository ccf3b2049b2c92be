package aws

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// of gives the resources of a kind, by uid.
func (s *taken) of(kind string) map[string]snapshot.Resource {
	found := map[string]snapshot.Resource{}
	for _, r := range s.resources {
		if r.Kind == kind {
			found[r.UID] = r
		}
	}
	return found
}

func TestWithoutLeaveUserDataIsNotAskedForAndThatIsSaid(t *testing.T) {
	t.Parallel()
	l, o := simulated(t, twoPages())
	o.UserData = false
	s := &taken{}
	if err := scan(context.Background(), connect(t, o), s); err != nil {
		t.Fatal(err)
	}
	for _, c := range l.Calls() {
		if c.Name() == awsfact.CallUserData {
			t.Fatal("user data was asked for")
		}
	}
	for _, region := range []string{here, there} {
		if a := s.answer(awsfact.CallUserData, region); a.Status != snapshot.Unasked || a.Cause != snapshot.OutOfScope {
			t.Errorf("%s: %+v", region, a)
		}
	}
	for _, kind := range []string{awsfact.KindTemplateVersion, awsfact.KindLaunchConfig} {
		for uid, r := range s.of(kind) {
			if strings.Contains(string(r.Doc), `serData":{`) {
				t.Errorf("the user data of %s were read", uid)
			}
		}
	}
	if out := snapshot.LeftOut(s.asked()); len(out) != 0 {
		t.Errorf("regions are said to be left out: %v", out)
	}
}

func TestUserDataIsRememberedWhileAnInstanceRuns(t *testing.T) {
	t.Parallel()
	l, o := simulated(t, twoPages())
	o.UserData = true
	first := &taken{}
	if err := scan(context.Background(), connect(t, o), first); err != nil {
		t.Fatal(err)
	}
	known := first.of(awsfact.KindUserData)
	if len(known) < perRegion { // nothing is left of those that ended
		t.Fatalf("%d of %d instances were read", len(known), 2*perRegion)
	}
	asked := len(l.Calls())
	recalled := 0
	o.Recall = func(region, id string, launched time.Time) (snapshot.Resource, bool) {
		if launched.IsZero() {
			t.Errorf("%s was launched at no time", id)
		}
		r, ok := known[awsfact.UserDataUID(awsfact.InstanceUID("aws", region, account, id))]
		recalled++
		return r, ok
	}
	o.Parallel = 1
	again := &taken{}
	if err := scan(context.Background(), connect(t, o), again); err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, c := range l.Calls()[asked:] {
		if c.Name() == awsfact.CallUserData {
			made++
		}
	}
	if recalled == 0 || made+recalled != len(known) || len(again.of(awsfact.KindUserData)) != len(known) {
		t.Errorf("%d recalled, %d asked for, %d delivered of %d", recalled, made, len(again.of(awsfact.KindUserData)), len(known))
	}
}

// What stands beside an instance is in the same delivery, and a refusal of it
// is in the ledger before.
func TestARefusalBesideIsToldBeforeThePage(t *testing.T) {
	t.Parallel()
	for _, call := range []string{awsfact.CallUserData, awsfact.CallInterfaces, awsfact.CallMetrics, awsfact.CallManaged} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			l, o := simulated(t, twoPages())
			o.UserData, o.Regions = true, []string{here}
			_, action, _ := strings.Cut(call, ":")
			l.Fail(awssim.Fault{Action: action, Kind: awssim.Forbidden})
			s := &taken{}
			if err := scan(context.Background(), connect(t, o), s); err != nil {
				t.Fatal(err)
			}
			if a := s.answer(call, here); a.Status != snapshot.Refused || a.Cause != snapshot.Denied || a.Attempts != 1 {
				t.Errorf("%+v", a)
			}
			refusal, page := -1, -1
			for i, what := range s.order {
				if strings.HasPrefix(what, "answer "+call+" ") {
					refusal = i
				}
				if page < 0 && strings.HasPrefix(what, "resources "+awsfact.CallInstances+" ") {
					page = i
				}
			}
			if refusal < 0 || page < refusal {
				t.Errorf("the page came at %d, the refusal at %d", page, refusal)
			}
		})
	}
}

// Why it failed is told of it, however those ended that came after.
func TestARequestThatFailsOnceLosesOnlyWhatItAskedAbout(t *testing.T) {
	t.Parallel()
	for kind, cause := range map[awssim.Kind]snapshot.Cause{awssim.InternalXML: snapshot.ServerError, awssim.Reset: snapshot.Unreachable} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			l, o := simulated(t, twoPages())
			o.UserData, o.Regions, o.MaxAttempts = true, []string{here}, 1
			l.Fail(awssim.Fault{Action: "DescribeInstanceAttribute", Kind: kind, Count: 1})
			s := &taken{}
			if err := scan(context.Background(), connect(t, o), s); err != nil {
				t.Fatal(err)
			}
			if a := s.answer(awsfact.CallUserData, here); a.Status != snapshot.Partial || a.Cause != cause || len(s.of(awsfact.KindUserData)) != perRegion-1 {
				t.Errorf("%d documents, %+v", len(s.of(awsfact.KindUserData)), a)
			}
		})
	}
}

func TestAMetricOnSeveralPagesIsPutTogether(t *testing.T) {
	t.Parallel()
	part := func(uid, doc string) snapshot.Resource {
		r := snapshot.Resource{Kind: awsfact.KindMetric, UID: uid, Doc: []byte(doc)}
		r.Seal()
		return r
	}
	got := whole([]snapshot.Resource{
		part("a", `{"Id":"n_i_1","StatusCode":"PartialData","Values":[6,1]}`),
		part("b", `{"Id":"n_i_2","StatusCode":"Complete","Values":[0]}`),
		part("c", `{"Id":"n_i_3","StatusCode":"PartialData","Values":[2]}`),
		part("a", `{"Id":"n_i_1","StatusCode":"Complete","Values":[5]}`),
		part("c", `{"Id":"n_i_3","StatusCode":"Complete","Values":[]}`),
	})
	want := []string{
		`{"Id":"n_i_1","StatusCode":"Complete","Values":[6,1,5]}`,
		`{"Id":"n_i_2","StatusCode":"Complete","Values":[0]}`,
		`{"Id":"n_i_3","StatusCode":"Complete","Values":[2]}`,
	}
	for i, r := range got {
		if string(r.Doc) != want[i] || !r.Intact() {
			t.Errorf("%s, want %s", r.Doc, want[i])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d metrics", len(got))
	}
}

func TestWhichInstancesMayBeAddressed(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]bool{
		`{"instanceId":"i-1"}`:          false,
		`{"ipAddress":"203.0.113.7"}`:   true,
		`{"ipv6Address":"2001:db8::1"}`: true,
		`{"networkInterfaceSet":[{"association":{"publicIp":"203.0.113.7"}}]}`:                                                             true,
		`{"networkInterfaceSet":[{"ipv6AddressesSet":null},{"ipv6AddressesSet":[{"ipv6Address":"2001:db8::1"}]}]}`:                         true,
		`{"networkInterfaceSet":[{"ipv6PrefixSet":[{"ipv6Prefix":"2001:db8::/80"}]}]}`:                                                     true,
		`{"networkInterfaceSet":[{"privateIpAddressesSet":[{"privateIpAddress":"10.0.0.1"},{"association":{"publicIp":"203.0.113.7"}}]}]}`: true,
		`{"networkInterfaceSet":[{"privateIpAddressesSet":[{"privateIpAddress":"10.0.0.1"}]}]}`:                                            false,
	} {
		var rd wire.Reader
		v, err := rd.Read([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		if got := isAddressed(v); got != want {
			t.Errorf("%s: %v", doc, got)
		}
	}
}

// An image that was deleted makes EC2 refuse the others with it.
func TestAnImageThatIsGoneDoesNotHideTheOthers(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
		switch {
		case a.action == "DescribeLaunchConfigurations":
			fmt.Fprint(w, `<DescribeLaunchConfigurationsResponse><DescribeLaunchConfigurationsResult><LaunchConfigurations>`)
			for _, id := range []string{"ami-1", "ami-2"} {
				fmt.Fprintf(w, `<member><LaunchConfigurationARN>arn:aws:autoscaling:x:1:launchConfiguration:%[1]s</LaunchConfigurationARN><ImageId>%[1]s</ImageId></member>`, id)
			}
			fmt.Fprint(w, `</LaunchConfigurations></DescribeLaunchConfigurationsResult></DescribeLaunchConfigurationsResponse>`)
		case a.action == "DescribeImages" && r.PostForm.Get("ImageId.2") != "":
			w.WriteHeader(400)
			fmt.Fprint(w, `<Response><Errors><Error><Code>InvalidAMIID.NotFound</Code><Message>The image id '[ami-2]' does not exist</Message></Error></Errors><RequestID>x</RequestID></Response>`)
		case a.action == "DescribeImages" && r.PostForm.Get("ImageId.1") != "":
			ec2Reply(w, a.action, `<imagesSet><item><imageId>`+r.PostForm.Get("ImageId.1")+`</imageId></item></imagesSet>`)
		default:
			normal(w, r, a)
		}
	})
	s := &taken{}
	o := options(f.url)
	o.Regions = []string{here}
	if err := scan(context.Background(), connect(t, o), s); err != nil {
		t.Fatal(err)
	}
	a := s.answers[snapshot.Key{Call: awsfact.CallImages, Scope: snapshot.Scope{Provider: Provider, Account: account, Region: here}, Subject: awsfact.SubjectUsed}]
	if _, there := s.of(awsfact.KindImage)[awsfact.ImageUID("aws", here, "ami-1")]; !there || !a.Whole() || !strings.Contains(a.Message, "ami-2") {
		t.Errorf("%v, %+v", s.of(awsfact.KindImage), a)
	}
}

// That nothing is said of an instance is an answer only to who knows that it was
// asked: how a question stands is told before the page, and counts what came.
func TestHowAQuestionStandsIsToldBeforeThePage(t *testing.T) {
	t.Parallel()
	_, o := simulated(t, twoPages())
	o.UserData, o.Regions = true, []string{here}
	s := &taken{}
	if err := scan(context.Background(), connect(t, o), s); err != nil {
		t.Fatal(err)
	}
	page := slices.IndexFunc(s.order, func(what string) bool { return strings.HasPrefix(what, "resources "+awsfact.CallInstances+" ") })
	for _, call := range awsfact.BesideCalls {
		told := slices.IndexFunc(s.order, func(what string) bool { return strings.HasPrefix(what, "answer "+call+" ") })
		if told < 0 || told > page {
			t.Errorf("%s: told at %d, the page came at %d", call, told, page)
		}
		came := 0
		for i := range s.resources {
			if s.resources[i].Call == call {
				came++
			}
		}
		if a := s.answer(call, here); !a.Whole() || a.Items != came {
			t.Errorf("%d documents came, and the answer is %+v", came, a)
		}
	}
}

func TestPartsOfAMetricThatDoNotFitAreNoSum(t *testing.T) {
	t.Parallel()
	for _, docs := range [][2]string{
		{`{"StatusCode":"InternalError","Values":[1]}`, `{"StatusCode":"Complete","Values":[5]}`},
		{`{"StatusCode":"PartialData"}`, `{"StatusCode":"Complete","Values":[5]}`},
		{`{"StatusCode":"PartialData","Values":[1]}`, `{"StatusCode":"Complete"}`},
	} {
		var parts []snapshot.Resource
		for _, doc := range docs {
			parts = append(parts, snapshot.Resource{Kind: awsfact.KindMetric, UID: "a", Doc: []byte(doc)})
		}
		got := whole(parts)
		if len(got) != 1 || strings.Contains(string(got[0].Doc), `"Complete","Values":[`) {
			t.Errorf("%v became %s", docs, got[0].Doc)
		}
	}
}
