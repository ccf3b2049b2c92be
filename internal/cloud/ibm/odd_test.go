package ibm

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

const vpcsPath = "/us-south/v1/vpcs"

// network asks the network of us-south, and returns how the listing of VPCs
// ended.
func network(t *testing.T, f *fake, change ...func(*Options)) (*notes, snapshot.Answer) {
	t.Helper()
	o := options(f)
	for _, c := range change {
		c(&o)
	}
	n := newNotes()
	if err := connected(t, o).Ask(context.Background(), n, cloud.PartNetwork, south); err != nil {
		t.Fatal(err)
	}
	return n, n.answer(ibmfact.CallVPCs, south, "")
}

// plainly answers with any status, type and body.
func plainly(status int, kind, body string) reacts {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cutShort ends the connection in the middle of a body.
func cutShort(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"vpcs":[{"id":"v1","na`)
}

const oneVPC = `{"vpcs":[{"id":"v","name":"prod"}]}`

func TestRepliesThatAreNone(t *testing.T) {
	t.Parallel()
	const json = "application/json"
	for name, c := range map[string]struct {
		bad   reacts
		cause snapshot.Cause
		code  string
		once  bool // it is of no use to ask again
	}{
		"a body cut short":                   {bad: cutShort, cause: snapshot.CutOff, code: snapshot.CodeCutOff},
		"a body that ends within a record":   {bad: plainly(200, json, `{"vpcs":[{"id":"v"`), cause: snapshot.CutOff, code: snapshot.CodeCutOff},
		"an empty 200":                       {bad: plainly(200, json, ""), cause: snapshot.Unreadable, code: snapshot.CodeUnreadable},
		"a page of a proxy":                  {bad: plainly(200, "text/html", "<html>Sign in</html>"), cause: snapshot.Unreadable, code: snapshot.CodeUnreadable},
		"JSON of another":                    {bad: plainly(200, json, `{"status":"ok"}`), cause: snapshot.Unreadable, code: snapshot.CodeUnreadable},
		"a list that is null":                {bad: plainly(200, json, `{"vpcs":null}`), cause: snapshot.Unreadable, code: snapshot.CodeUnreadable},
		"a list that is an object":           {bad: plainly(200, json, `{"vpcs":{}}`), cause: snapshot.Unreadable, code: snapshot.CodeUnreadable},
		"a record that nothing names":        {bad: plainly(200, json, `{"vpcs":[{"name":"x"}]}`), cause: snapshot.Unreadable, code: snapshot.CodeUnreadable},
		"a next page that is a number":       {bad: plainly(200, json, `{"vpcs":[],"next":7}`), cause: snapshot.Unreadable, code: snapshot.CodeUnreadable},
		"an error of a gateway":              {bad: plainly(502, "text/html", "<html>Bad gateway</html>"), cause: snapshot.Unreadable, code: snapshot.CodeUnreadable},
		"a refusal of a proxy":               {bad: plainly(403, "text/html", "<html>Blocked</html>"), cause: snapshot.Unreadable, code: snapshot.CodeUnreadable, once: true},
		"a reply that nobody can be sent to": {bad: func(http.ResponseWriter, *http.Request, int) { panic(http.ErrAbortHandler) }, cause: snapshot.Unreachable, code: snapshot.CodeUnreachable},
		"too many requests": {bad: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Retry-After", "3600") // nobody waits an hour
			refuse(w, 429, "too_many_requests")
		}, cause: snapshot.Throttled, code: "too_many_requests"},
		"out of order":        {bad: func(w http.ResponseWriter, _ *http.Request, _ int) { refuse(w, 500, "internal_error") }, cause: snapshot.ServerError, code: "internal_error"},
		"away for a while":    {bad: func(w http.ResponseWriter, _ *http.Request, _ int) { refuse(w, 503, "service_unavailable") }, cause: snapshot.ServerError, code: "service_unavailable"},
		"denied":              {bad: func(w http.ResponseWriter, _ *http.Request, _ int) { refuse(w, 403, "not_authorized") }, cause: snapshot.Denied, code: "not_authorized", once: true},
		"a token not taken":   {bad: func(w http.ResponseWriter, _ *http.Request, _ int) { refuse(w, 401, "not_authorized") }, cause: snapshot.BadLogin, code: "not_authorized", once: true},
		"a code of tomorrow":  {bad: func(w http.ResponseWriter, _ *http.Request, _ int) { refuse(w, 418, "teapot") }, cause: snapshot.OtherRefusal, code: "teapot", once: true},
		"words of IAM":        {bad: plainly(403, json, `{"context":{"transaction_id":"x"},"status_code":403,"errors":[{"code":"insufficient_permissions","message":"No."}]}`), cause: snapshot.Denied, code: "insufficient_permissions", once: true},
		"a word without list": {bad: plainly(403, json, `{"code":"forbidden","message":"No."}`), cause: snapshot.Denied, code: "forbidden", once: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on(vpcsPath, c.bad)
			_, a := network(t, f)
			attempts := 3
			if c.once {
				attempts = 1
			}
			if a.Status != snapshot.Refused || a.Cause != c.cause || a.Code != c.code || a.Attempts != attempts || a.Message == "" || a.Pages != 0 {
				t.Errorf("%+v", a)
			}
			g := newFake(t)
			g.says(vpcsPath+"/v/routing_tables", `{"routing_tables":[]}`)
			g.on(vpcsPath, func(w http.ResponseWriter, r *http.Request, n int) {
				if n == 0 {
					c.bad(w, r, n)
					return
				}
				tell(w, 200, oneVPC)
			})
			n, a := network(t, g)
			// net/http sends a request again by itself on a connection that was idle.
			twice := a.Attempts == 2 || c.cause == snapshot.Unreachable
			if well := a.Status == snapshot.Complete && twice && a.Items == 1 && n.docs["ibm:"+account+":us-south/vpc/v"] != ""; well == c.once {
				t.Errorf("after one such reply: %+v", a)
			}
		})
	}
}

func TestARefusalInTheMiddleOfAListingLeavesItPartial(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says(vpcsPath+"/v/routing_tables", `{"routing_tables":[]}`)
	f.on(vpcsPath, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Query().Get("start") == "" {
			tell(w, 200, `{"vpcs":[{"id":"v","name":"prod"}],"next":{"href":"https://x/v1/vpcs?start=two"}}`)
			return
		}
		refuse(w, 403, "not_authorized")
	})
	n, a := network(t, f)
	if a.Status != snapshot.Partial || a.Cause != snapshot.Denied || a.Pages != 1 || a.Items != 1 || a.Attempts != 2 || len(n.docs) != 1 {
		t.Errorf("%+v", a)
	}
}

func TestPagesAreFollowedByWhatNamesThem(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	pages := func(path, list, param string, next func(token string) string) {
		f.on(path, func(w http.ResponseWriter, r *http.Request, _ int) {
			i := 0
			if at := r.URL.Query().Get(param); at != "" && at != "0" {
				i, _ = strconv.Atoi(strings.TrimPrefix(at, "t"))
			}
			more := ""
			if i < 2 {
				more = "," + next(strconv.Itoa(i+1))
			}
			tell(w, 200, fmt.Sprintf(`{%q:[{"id":"%s-%d","name":"n"}]%s,"limit":1,"offset":%d,"total_count":3}`, list, list, i, more, i))
		})
	}
	href := func(param string) func(string) string {
		return func(token string) string {
			return `"next":{"href":"https://elsewhere.example/v1/x?limit=1&` + param + `=t` + token + `"}`
		}
	}
	pages("/us-south/v1/subnets", "subnets", "start", href("start"))
	pages("/v1/serviceids/", "serviceids", "pagetoken", func(token string) string {
		return `"next":"https://elsewhere.example/v1/serviceids?pagetoken=t` + token + `"`
	})
	pages("/v2/policies", "policies", "start", func(token string) string {
		return `"next":{"href":"https://elsewhere.example/x","start":"t` + token + `"}`
	})
	pages("/v2/groups", "groups", "offset", func(token string) string {
		return `"next":{"href":"https://elsewhere.example/v2/groups?offset=` + token + `"}`
	})
	pages("/v1/enterprises", "resources", "next_docid", func(token string) string { return `"next_url":"/v1/enterprises?next_docid=t` + token + `"` })
	for i := range 3 {
		f.says(fmt.Sprintf("/v2/groups/groups-%d/members", i), `{"members":[]}`)
	}
	f.says("/v1/account-groups", `{"resources":[],"next_url":null}`)
	f.says("/v1/accounts", `{"resources":[]}`)
	n := scan(t, connected(t, options(f)))
	for call, region := range map[string]string{
		ibmfact.CallSubnets: south, ibmfact.CallServiceIDs: "", ibmfact.CallPolicies: "", ibmfact.CallAccessGroups: "", ibmfact.CallEnterprises: "",
	} {
		if a := n.answer(call, region, ""); a.Status != snapshot.Complete || a.Pages != 3 || a.Items != 3 {
			t.Errorf("%s: %+v", call, a)
		}
	}
}

func TestAListingThatDoesNotEndIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		next  func(n int) string
		items string
		code  string
	}{
		"the page before":                {func(n int) string { return `{"href":"https://x/?start=` + strconv.Itoa(n%2) + `"}` }, `{"id":"v"}`, snapshot.CodeTokenLoop},
		"nothing and ever another":       {func(n int) string { return `{"href":"https://x/?start=` + strconv.Itoa(n) + `"}` }, ``, snapshot.CodeTokenLoop},
		"a next page without its name":   {func(int) string { return `{"href":"https://x/?limit=1"}` }, `{"id":"v"}`, snapshot.CodeUnreadable},
		"a next page without an address": {func(int) string { return `{}` }, `{"id":"v"}`, snapshot.CodeUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on("/us-south/v1/subnets", func(w http.ResponseWriter, _ *http.Request, n int) {
				tell(w, 200, `{"subnets":[`+c.items+`],"next":`+c.next(n)+`}`)
			})
			n, _ := network(t, f)
			if a := n.answer(ibmfact.CallSubnets, south, ""); a.Status != snapshot.Partial || a.Cause != snapshot.Unreadable || a.Code != c.code {
				t.Errorf("%+v", a)
			}
		})
	}
}

// A redirect would carry the token to wherever it points.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var visits atomic.Int64
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		visits.Add(1)
		tell(w, 200, oneVPC)
	}))
	defer thief.Close()
	f := newFake(t)
	f.on(vpcsPath, func(w http.ResponseWriter, r *http.Request, _ int) {
		http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
	})
	_, a := network(t, f)
	if a.Status != snapshot.Refused || a.HTTP != http.StatusTemporaryRedirect || a.Cause != snapshot.Unreadable || visits.Load() != 0 {
		t.Errorf("%d visits, %+v", visits.Load(), a)
	}
	f.on("/identity/token", func(w http.ResponseWriter, r *http.Request, _ int) {
		http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
	})
	if _, err := Connect(context.Background(), options(f)); err == nil || visits.Load() != 0 {
		t.Errorf("%d visits, %v", visits.Load(), err)
	}
}

// The old names of protocols, and those of tomorrow, reach the documents.
func TestUnknownValuesSurvive(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says("/us-south/v1/security_groups", fixture(t, "list_security_groups"))
	n, _ := network(t, f)
	doc := n.docs["crn:v1:bluemix:public:is:us-south:a/123456::security-group:r006-sg"]
	for _, protocol := range []string{"all", "any", "icmp_tcp_udp", "number_254", "tcp"} {
		if !strings.Contains(doc, `"protocol":"`+protocol+`"`) {
			t.Errorf("%s is not in %s", protocol, doc)
		}
	}
}
