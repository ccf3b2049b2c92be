package aws

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/snapshot"
)

// TestCutAndTeeMakeTheSameDocuments lists the instances of a region both ways:
// with the list cut out of the reply before the SDK sees it, and with the
// reply left whole.
func TestCutAndTeeMakeTheSameDocuments(t *testing.T) {
	t.Parallel()
	_, o := simulated(t, sim.Generate(sim.Intent{Seed: 3, Regions: 1, Instances: 60, Plain: true}))
	o.page = 1000
	c := connect(t, o)
	list := func(whole bool) (docs []string, decoded int) {
		q := c.ask(awsfact.CallInstances, here)
		defer q.Close()
		q.tap.Whole = whole
		out, err := c.round(&taken{}, here).instancePage(context.Background(), q, &ec2.DescribeInstancesInput{MaxResults: &o.page})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range q.tap.Resources {
			docs = append(docs, r.UID+" "+r.Name+" "+string(r.Doc)+" "+strings.Join(r.Redacted, " "))
		}
		for _, r := range out.Reservations {
			decoded += len(r.Instances)
		}
		slices.Sort(docs) // the simulator shuffles
		return docs, decoded
	}
	cut, n := list(false)
	if n != 0 {
		t.Errorf("the SDK decoded %d instances of a reply that was cut", n)
	}
	tee, n := list(true)
	if n != 60 || len(tee) != 60 {
		t.Errorf("the SDK decoded %d instances of a whole reply, and %d documents were made; want 60", n, len(tee))
	}
	if d := cmp.Diff(tee, cut); d != "" {
		t.Error("documents (-tee +cut)\n", d)
	}
}

func TestAFailedAttemptLeavesNothing(t *testing.T) {
	t.Parallel()
	s := &taken{}
	f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
		if a.action == "DescribeInstances" && a.n == 1 { // whole instances, and then nothing
			_, _ = io.WriteString(w, `<DescribeInstancesResponse><reservationSet><item><ownerId>1</ownerId><instancesSet><item><instanceId>i-ghost</instanceId></item></instancesSet></item>`)
			return
		}
		normal(w, r, a)
	})
	if err := scan(context.Background(), connect(t, options(f.url)), s); err != nil {
		t.Fatal(err)
	}
	for _, r := range s.resources {
		if strings.Contains(r.UID, "ghost") {
			t.Error("a document of an attempt that failed was delivered")
		}
	}
	if a := s.answer(awsfact.CallInstances, here); !a.Whole() || a.Items != 3 || a.Attempts != 4 || a.Pages != 2 {
		t.Errorf("%+v", a)
	}
}

func TestOddRepliesAreRefusals(t *testing.T) {
	t.Parallel()
	type want struct {
		status snapshot.Status
		cause  snapshot.Cause
		code   string
		http   int
		items  int
	}
	for name, c := range map[string]struct {
		reply answer
		want  want
	}{
		"an instance without an id voids its page": {
			func(w http.ResponseWriter, _ *http.Request, _ asked) {
				ec2Reply(w, "DescribeInstances", `<reservationSet><item><ownerId>1</ownerId><instancesSet><item><instanceId>i-1</instanceId></item><item><imageId>ami-1</imageId></item></instancesSet></item></reservationSet>`)
			}, want{snapshot.Refused, snapshot.Unreadable, snapshot.CodeUnreadable, 200, 0}},
		"a page that names itself as the next": {
			func(w http.ResponseWriter, _ *http.Request, a asked) { instances(w, "again", a.region+a.token) },
			want{snapshot.Partial, snapshot.Unreadable, snapshot.CodeTokenLoop, 200, 2}},
		"204 and no body": {
			func(w http.ResponseWriter, _ *http.Request, _ asked) { w.WriteHeader(204) },
			want{snapshot.Refused, snapshot.Unreadable, snapshot.CodeUnreadable, 204, 0}},
		"the right list, and yet called HTML": {
			func(w http.ResponseWriter, _ *http.Request, _ asked) {
				w.Header().Set("Content-Type", "text/html")
				instances(w, "", "1")
			}, want{snapshot.Refused, snapshot.Unreadable, snapshot.CodeUnreadable, 200, 0}},
		"a proxy that wants a login": {
			func(w http.ResponseWriter, _ *http.Request, _ asked) {
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(407)
				_, _ = io.WriteString(w, "<html>log in</html>")
			}, want{snapshot.Refused, snapshot.Unreadable, snapshot.CodeUnreadable, 407, 0}},
		"a page of somebody else with status 404": {
			func(w http.ResponseWriter, _ *http.Request, _ asked) { w.WriteHeader(404) },
			want{snapshot.Refused, snapshot.Unreadable, snapshot.CodeUnreadable, 404, 0}},
		"a way to another place": {
			func(w http.ResponseWriter, _ *http.Request, _ asked) {
				w.Header().Set("Location", "http://portal.example/")
				w.WriteHeader(302)
			}, want{snapshot.Refused, snapshot.Unreadable, snapshot.CodeUnreadable, 302, 0}},
		"a code that nobody knows": {
			func(w http.ResponseWriter, _ *http.Request, _ asked) { refuse(w, 400, "NewInTown") },
			want{snapshot.Refused, snapshot.OtherRefusal, "NewInTown", 400, 0}},
		"an expired login in the middle": {
			func(w http.ResponseWriter, _ *http.Request, _ asked) { refuse(w, 400, "RequestExpired") },
			want{snapshot.Refused, snapshot.BadLogin, "RequestExpired", 400, 0}},
		"an error without a code": {
			func(w http.ResponseWriter, _ *http.Request, _ asked) { refuse(w, 400, "") },
			want{snapshot.Refused, snapshot.Unreadable, snapshot.CodeUnreadable, 400, 0}},
		"a list of none": {
			func(w http.ResponseWriter, _ *http.Request, _ asked) {
				ec2Reply(w, "DescribeInstances", "<reservationSet/>")
			},
			want{snapshot.Complete, "", "", 200, 0}},
		"pages of none without an end": {
			func(w http.ResponseWriter, r *http.Request, a asked) {
				ec2Reply(w, "DescribeInstances", fmt.Sprintf("<reservationSet/><nextToken>%d</nextToken>", min(a.n, 500)))
			}, want{snapshot.Partial, snapshot.Unreadable, snapshot.CodeTokenLoop, 200, 0}},
		"a page of none before one of some": {
			func(w http.ResponseWriter, r *http.Request, a asked) {
				if a.token == "" {
					ec2Reply(w, "DescribeInstances", "<reservationSet/><nextToken>more</nextToken>")
					return
				}
				normal(w, r, a)
			}, want{snapshot.Complete, "", "", 200, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &taken{}
			f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
				if a.action == "DescribeInstances" && a.region == here {
					c.reply(w, r, a)
					return
				}
				normal(w, r, a)
			})
			if err := scan(context.Background(), connect(t, options(f.url)), s); err != nil {
				t.Fatal(err)
			}
			a := s.answer(awsfact.CallInstances, here)
			if got := (want{a.Status, a.Cause, a.Code, a.HTTP, a.Items}); got != c.want {
				t.Errorf("got  %+v (%s)\nwant %+v", got, a.Message, c.want)
			}
			if a := s.answer(awsfact.CallInstances, there); !a.Whole() || a.Items != 3 {
				t.Errorf("the other region: %+v", a)
			}
			if strings.Contains(a.Message, "c2VjcmV0") {
				t.Errorf("the message tells the encoded blob: %s", a.Message)
			}
		})
	}
}

func TestTheRequestIDIsFoundWhereverItStands(t *testing.T) {
	t.Parallel()
	s := &taken{}
	f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
		w.Header().Del("X-Amzn-Requestid")
		if a.action == "DescribeInstances" && a.region == there {
			refuse(w, 403, "UnauthorizedOperation")
			return
		}
		normal(w, r, a)
	})
	if err := scan(context.Background(), connect(t, options(f.url)), s); err != nil {
		t.Fatal(err)
	}
	for region, want := range map[string]string{here: "in-body", there: "x"} {
		if got := s.answer(awsfact.CallInstances, region).RequestID; got != want {
			t.Errorf("%s: request id %q, want %q", region, got, want)
		}
	}
}

// TestABodyThatStopsIsCutOff: a reply that begins, and then goes silent.
func TestABodyThatStopsIsCutOff(t *testing.T) {
	t.Parallel()
	s := &taken{}
	f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
		if a.action == "DescribeInstances" && a.region == here {
			_, _ = io.WriteString(w, "<DescribeInstancesResponse>")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return
		}
		normal(w, r, a)
	})
	o := options(f.url)
	o.Silence, o.MaxAttempts = 300*time.Millisecond, 2
	if err := scan(context.Background(), connect(t, o), s); err != nil {
		t.Fatal(err)
	}
	a := s.answer(awsfact.CallInstances, here)
	if a.Cause != snapshot.CutOff || a.Attempts != 2 || !strings.Contains(a.Message, "silent for 300ms") {
		t.Errorf("%+v", a)
	}
}

func TestTheTimeOfAnAnswerIsTheClocks(t *testing.T) {
	t.Parallel()
	s, at := &taken{}, time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	o := options(newFake(t, nil).url)
	o.Now = func() time.Time { return at }
	if err := scan(context.Background(), connect(t, o), s); err != nil {
		t.Fatal(err)
	}
	for _, a := range s.answers {
		if a.AskedAt != at || a.EndedAt != at {
			t.Errorf("%+v", a)
		}
	}
}

// A reply that says "there is none" has to be one of AWS.
func TestNothingIsBelievedOfNobodyButAWS(t *testing.T) {
	t.Parallel()
	const ofIAM = "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
	for name, c := range map[string]struct {
		question, reply, id string // id: the header that bears the request's
		whole               bool
	}{
		"a list that may be left out":                             {awsfact.CallClusters, `{}`, "X-Amzn-Requestid", true},
		"the same, from somebody else":                            {awsfact.CallClusters, `{}`, "", false},
		"an empty list, from somebody else":                       {awsfact.CallClusters, `{"clusterArns":[]}`, "", false},
		"the request's id under its other name":                   {awsfact.CallVaults, `{}`, "X-Amz-Request-Id", true},
		"a list that the service always sends":                    {awsfact.CallDetectors, `{}`, "X-Amzn-Requestid", false},
		"the same of Access Analyzer":                             {awsfact.CallAnalyzers, `{}`, "X-Amzn-Requestid", false},
		"metrics":                                                 {awsfact.CallMetrics, `{}`, "X-Amzn-Requestid", false},
		"units above an account":                                  {awsfact.CallParents, `{}`, "X-Amzn-Requestid", false},
		"users that IAM left out":                                 {awsfact.CallAuthorization + " User", ofIAM, "X-Amzn-Requestid", true},
		"users that somebody else left out":                       {awsfact.CallAuthorization + " User", ofIAM, "", false},
		"another call's reply":                                    {awsfact.CallAuthorization + " User", "<ListUsersResponse/>", "X-Amzn-Requestid", false},
		"the request's id in the body":                            {awsfact.CallAuthorization + " User", strings.Replace(ofIAM, "</Get", "<RequestId>x</RequestId></Get", 1), "", true},
		"roles that IAM left out, of which there are always some": {awsfact.CallAuthorization + " Role", ofIAM, "X-Amzn-Requestid", false},
		"listed roles that IAM left out":                          {awsfact.CallRoles, "<ListRolesResponse><ListRolesResult/></ListRolesResponse>", "X-Amzn-Requestid", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call, subject, _ := strings.Cut(c.question, " ")
			_, operation, _ := strings.Cut(call, ":")
			shape := awsfact.ShapeOf(call, subject)
			f := newFake(t, func(w http.ResponseWriter, r *http.Request, a asked) {
				if a.action != operation || subject != "" && r.PostForm.Get("Filter.member.1") != subject {
					normal(w, r, a)
					return
				}
				w.Header().Del("X-Amzn-Requestid")
				if c.id != "" {
					w.Header().Set(c.id, "an-id")
				}
				if shape.JSON {
					w.Header().Set("Content-Type", "application/x-amz-json-1.1")
				}
				_, _ = io.WriteString(w, c.reply)
			})
			o := options(f.url)
			o.MaxAttempts = 1
			s := &taken{}
			if err := scan(context.Background(), connect(t, o), s); err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, a := range s.asked() {
				if a.Call != call || subject != "" && a.Subject != subject {
					continue
				}
				found++
				if a.Whole() != c.whole || !c.whole && a.Cause != snapshot.Unreadable {
					t.Errorf("%s in %s: %s, %s %s", a.Call, a.Region, a.Status, a.Code, a.Message)
				}
			}
			if found == 0 {
				t.Errorf("%s was not asked", c.question)
			}
		})
	}
}
