package ibm

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

// grouped has a service ID with an API key in the default group, and one in the
// group tenants.
func grouped(f *fake) {
	f.says("/v1/serviceid_groups", `{"serviceid_groups":[{"id":"tenants","name":"tenants"}]}`)
	number := func(r *http.Request) string {
		switch group := r.URL.Query().Get("group_id"); {
		case group == "tenants" && (r.URL.Path != "/v1/apikeys" || r.URL.Query().Get("type") == "serviceid"):
			return "2"
		case group != "" || r.URL.Query().Has("type"):
			f.t.Errorf("nobody expects %s", r.URL)
		}
		return "1"
	}
	f.on("/v1/serviceids/", func(w http.ResponseWriter, r *http.Request, _ int) {
		tell(w, 200, `{"serviceids":[{"id":"ServiceId-`+number(r)+`","name":"ci"}]}`)
	})
	f.on("/v1/apikeys", func(w http.ResponseWriter, r *http.Request, _ int) {
		tell(w, 200, `{"apikeys":[{"id":"ApiKey-`+number(r)+`","name":"ci","apikey":"","locked":false}]}`)
	})
	for _, id := range []string{"ApiKey-1", "ApiKey-2"} {
		f.on("/v1/apikeys/"+id, func(w http.ResponseWriter, r *http.Request, _ int) {
			if r.URL.Query().Get("include_activity") != "true" {
				f.t.Errorf("nobody expects %s", r.URL)
			}
			tell(w, 200, `{"id":"`+id+`","name":"ci","apikey":"the-very-key-itself","activity":{"authn_count":2,"last_authn":"2026-10-01T00:00+0000"}}`)
		})
	}
}

func keyOf(id string) string { return "ibm:" + account + ":global/apikey/" + id }

const tenants = "ibm:" + account + ":global/serviceid-group/tenants"

func TestEachAPIKeyIsAskedWhenItWasUsed(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	grouped(f)
	n := scan(t, connected(t, options(f)))
	for _, id := range []string{"ApiKey-1", "ApiKey-2"} {
		want := `{"^":{"apikey":"` + keyOf(id) + `"},"activity":{"authn_count":2,"last_authn":"2026-10-01T00:00+0000"},"id":"` + id + `"}`
		if got := n.docs[ibmfact.KeyActivityUID(keyOf(id))]; got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
		if a := n.answer(ibmfact.CallAPIKey, "", keyOf(id)); a.Status != snapshot.Complete || a.Items != 1 {
			t.Errorf("%s: %+v", id, a)
		}
	}
	if !strings.Contains(n.docs[keyOf("ApiKey-2")], `"^":{"serviceid_group":"`+tenants+`"}`) || strings.Contains(n.docs[keyOf("ApiKey-1")], "^") {
		t.Errorf("%s, %s", n.docs[keyOf("ApiKey-1")], n.docs[keyOf("ApiKey-2")])
	}
}

// Whoever may not read one key may read another: each is asked for itself.
func TestAKeyThatIsRefusedLeavesTheOthers(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	grouped(f)
	f.refuses("/v1/apikeys/ApiKey-1", http.StatusForbidden, "BXNIM0513E")
	n := scan(t, connected(t, options(f)))
	if a := n.answer(ibmfact.CallAPIKey, "", keyOf("ApiKey-1")); a.Status != snapshot.Refused || a.Cause != snapshot.Denied || a.Code != "BXNIM0513E" {
		t.Errorf("%+v", a)
	}
	if n.docs[ibmfact.KeyActivityUID(keyOf("ApiKey-1"))] != "" || n.docs[ibmfact.KeyActivityUID(keyOf("ApiKey-2"))] == "" {
		t.Error(n.uids())
	}
}

// A list of groups that names the default one has its keys listed twice, and
// told once.
func TestWhatTwoGroupsTellIsToldOnce(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	grouped(f)
	f.says("/v1/serviceid_groups", `{"serviceid_groups":[{"id":"default","name":"default"},{"id":"tenants","name":"tenants"}]}`)
	list := func(path, name, kind string) {
		f.on(path, func(w http.ResponseWriter, r *http.Request, _ int) {
			id := map[string]string{"": "1", "default": "1", "tenants": "2"}[r.URL.Query().Get("group_id")]
			tell(w, 200, fmt.Sprintf(`{%q:[{"id":"%s-%s","name":"ci"}]}`, name, kind, id))
		})
	}
	list("/v1/serviceids/", "serviceids", "ServiceId")
	list("/v1/apikeys", "apikeys", "ApiKey")
	n := scan(t, connected(t, options(f)))
	for _, call := range []string{ibmfact.CallServiceIDs, ibmfact.CallAPIKeys} {
		for subject, items := range map[string]int{"": 1, "ibm:" + account + ":global/serviceid-group/default": 0, tenants: 1} {
			if a := n.answer(call, "", subject); a.Status != snapshot.Complete || a.Items != items {
				t.Errorf("%s of %q: %+v", call, subject, a)
			}
		}
	}
	times := 0
	for _, page := range n.pages {
		if slices.Contains(page, keyOf("ApiKey-1")) {
			times++
		}
	}
	if times != 1 || f.times("/v1/apikeys/ApiKey-1") != 1 {
		t.Errorf("it was told %d times, and asked %d times", times, f.times("/v1/apikeys/ApiKey-1"))
	}
}

// Where the groups are refused, those of the default one are listed all the
// same.
func TestGroupsThatAreRefusedTakeNothingWithThem(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	grouped(f)
	f.refuses("/v1/serviceid_groups", http.StatusForbidden, "BXNIM0513E")
	n := scan(t, connected(t, options(f)))
	if a := n.answer(ibmfact.CallServiceGroups, "", ""); a.Status != snapshot.Refused || a.Cause != snapshot.Denied {
		t.Errorf("%+v", a)
	}
	if n.docs[keyOf("ApiKey-1")] == "" || n.docs[ibmfact.KeyActivityUID(keyOf("ApiKey-1"))] == "" || n.docs[keyOf("ApiKey-2")] != "" {
		t.Error(n.uids())
	}
}
