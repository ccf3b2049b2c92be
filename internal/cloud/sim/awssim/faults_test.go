package awssim_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

// seen says what a raw client makes of a reply: status, whether the body came
// whole, and what kind of body it is.
func seen(t *testing.T, c raw) string {
	t.Helper()
	resp, err := c.http.Do(c.request(t, "DescribeInstances"))
	if err != nil {
		return "no reply"
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	body := string(b)
	switch {
	case err != nil && len(b) > 0:
		body = "lost midway"
	case body == "":
		body = "empty"
	case strings.Contains(body, "<Code>"):
		body = one(t, body, "Code")
	case strings.Contains(body, "</DescribeInstancesResponse>"):
		body = fmt.Sprintf("reply, list %t", strings.Contains(body, "<reservationSet>"))
	case strings.Contains(body, "<DescribeInstancesResponse"):
		body = "half a reply"
	default:
		body = strings.Fields(resp.Header.Get("Content-Type"))[0] + ", not EC2's"
	}
	return fmt.Sprint(resp.StatusCode, " ", body)
}

func TestEveryFaultAsAClientSeesIt(t *testing.T) {
	t.Parallel()
	want := map[awssim.Kind]string{
		awssim.Throttled: "503 RequestLimitExceeded", awssim.InternalXML: "500 InternalError", awssim.InternalHTML: "500 text/html, not EC2's",
		awssim.Forbidden: "403 UnauthorizedOperation", awssim.Unauthorised: "401 AuthFailure", awssim.CutShort: "200 lost midway",
		awssim.CutClean: "200 half a reply", awssim.Empty: "200 empty", awssim.ForeignXML: "200 text/xml;charset=UTF-8, not EC2's",
		awssim.HTML: "200 text/html, not EC2's", awssim.Reset: "no reply", awssim.NoList: "200 reply, list false",
	}
	for _, k := range awssim.Kinds() {
		if k == awssim.Hang {
			continue // TestHangLastsUntilTheClientGivesUp
		}
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			e := small()
			l := serve(t, e, awssim.Options{})
			l.Fail(awssim.Fault{Action: "DescribeInstances", Region: "eu-west-1", From: 2, Count: 1, Kind: k})
			c, elsewhere := client(l, e.Accounts[0], "eu-west-1"), client(l, e.Accounts[0], "us-east-1")
			if got := seen(t, elsewhere) + "; " + seen(t, elsewhere); got != "200 reply, list true; 200 reply, list true" {
				t.Error("another region: ", got)
			}
			c.must(t, "DescribeRegions")
			const whole = "200 reply, list true"
			for i, want := range []string{whole, want[k], whole} {
				if got := seen(t, c); got != want {
					t.Errorf("call %d: %s, want %s", i+1, got, want)
				}
			}
			if calls := l.Calls(); calls[len(calls)-2].Fault != k || calls[len(calls)-1].Fault != "" {
				t.Error("the log does not name the fault: ", calls)
			}
			l.Fail(awssim.Fault{Kind: k})
			l.Reset()
			if got := seen(t, c); got != whole {
				t.Error("after Reset: ", got)
			}
		})
	}
}

func TestHangLastsUntilTheClientGivesUp(t *testing.T) {
	t.Parallel()
	e := small()
	l := serve(t, e, awssim.Options{})
	l.Fail(awssim.Fault{Action: "DescribeInstances", Kind: awssim.Hang})
	c := client(l, e.Accounts[0], "eu-west-1")
	ctx, giveUp := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		resp, err := c.http.Do(c.request(t, "DescribeInstances").WithContext(ctx))
		if err == nil {
			resp.Body.Close()
		}
		done <- err
	}()
	for len(l.Calls()) == 0 { // until the call hangs
		c.must(t, "DescribeRegions")
	}
	giveUp()
	if err := <-done; err == nil {
		t.Error("a hanging call was answered")
	}
}

func TestFaultedChangeChangesNothing(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 2, Regions: 1, Plain: true})
	l := serve(t, e, awssim.Options{})
	r := e.Accounts[0].Regions[0]
	before := r.Instance(0)
	l.Fail(awssim.Fault{Action: "ModifyInstanceMetadataOptions", Kind: awssim.InternalXML})
	c := client(l, e.Accounts[0], r.Name)
	if got := c.refusal(t, "ModifyInstanceMetadataOptions", "InstanceId="+before.ID, "HttpPutResponseHopLimit=9"); got != "500 InternalError" {
		t.Error(got)
	}
	if now := r.Instance(0); *now.Options != *before.Options {
		t.Error("changed to ", now.Options)
	}
}
