package ibmsim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
)

// tries sends one request and tells what became of it: the status, whether the
// body came whole, and whether it is JSON.
func tries(ctx context.Context, c *client, path string) (status int, whole, isJSON bool, header http.Header) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+c.token)
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, false, false, nil
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	return r.StatusCode, err == nil, json.Valid(b) && len(bytes.TrimSpace(b)) > 0, r.Header
}

func TestEveryFaultLooksAsItSays(t *testing.T) {
	t.Parallel()
	type look struct {
		status        int
		whole, isJSON bool
	}
	want := map[ibmsim.Kind]look{
		ibmsim.Throttled: {429, true, true}, ibmsim.Internal: {500, true, true}, ibmsim.InternalHTML: {500, true, false}, ibmsim.Forbidden: {403, true, true}, ibmsim.Unauthorised: {401, true, true},
		ibmsim.NotFound: {404, true, true}, ibmsim.CutShort: {200, false, false}, ibmsim.CutClean: {200, true, false}, ibmsim.Empty: {200, true, false}, ibmsim.Foreign: {200, true, true},
		ibmsim.HTML: {200, true, false}, ibmsim.Reset: {0, false, false}, ibmsim.NoList: {200, true, true},
	}
	for _, k := range ibmsim.Kinds() {
		if k == ibmsim.Hang {
			continue // below
		}
		for _, path := range []string{"/us-south/v1/vpcs?" + vpc, "/v2/resource_groups"} {
			c := serve(t, ibmestate.Demo())
			c.Fail(ibmsim.Fault{Kind: k})
			status, whole, isJSON, header := tries(t.Context(), c, path)
			if got := (look{status, whole, isJSON}); got != want[k] {
				t.Errorf("%s of %s: %+v", k, path, got)
			}
			if k == ibmsim.Throttled && header.Get("Retry-After") == "" {
				t.Error("throttled without Retry-After")
			}
			calls := c.Calls()
			if last := calls[len(calls)-1]; last.Fault != k || last.Status != want[k].status {
				t.Errorf("%s was noted as %+v", k, last)
			}
		}
	}
}

func TestAHungCallEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	c := serve(t, ibmestate.Demo())
	c.Fail(ibmsim.Fault{Kind: ibmsim.Hang})
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan int)
	go func() {
		status, _, _, _ := tries(ctx, c, "/us-south/v1/vpcs?"+vpc)
		done <- status
	}()
	cancel(errors.New("enough"))
	if status := <-done; status != 0 {
		t.Error(status)
	}
}

func TestAFaultHitsTheCallsItNames(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	c := serve(t, e)
	one, two := e.Accounts[0].Profiles[0].ID, e.Accounts[0].Profiles[1].ID
	c.Fail(ibmsim.Fault{Call: "is:ListVpcs", Region: "eu-de", From: 2, Count: 1, Kind: ibmsim.Forbidden})
	c.Fail(ibmsim.Fault{Call: "iam-identity:ListLinks", Subject: two, Kind: ibmsim.Internal})
	var got []string
	for _, path := range []string{
		"/us-south/v1/vpcs?" + vpc, "/eu-de/v1/vpcs?" + vpc, "/eu-de/v1/vpcs?" + vpc, "/eu-de/v1/vpcs?" + vpc, "/eu-de/v1/subnets?" + vpc, "/v1/profiles/" + one + "/links", "/v1/profiles/" + two + "/links",
	} {
		status, _, _, _ := tries(t.Context(), c, path)
		got = append(got, http.StatusText(status))
	}
	if s := strings.Join(got, ","); s != "OK,OK,Forbidden,OK,OK,OK,Internal Server Error" {
		t.Error(s)
	}
	c.Reset()
	if status, _, _, _ := tries(t.Context(), c, "/v1/profiles/"+two+"/links"); status != 200 || len(c.Calls()) != 1 {
		t.Error(status, c.Calls())
	}
}
