package api

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"plumbline/internal/access"
)

// sha256 of reply1.
const hashOfReply = "3bfcc4ab32722e2b59acb448e3d4c1dddc3dce9315e82bcc4a8a4189a7e5ff36"

func got[T any](t *testing.T, w *world, target string) T {
	t.Helper()
	rec := w.ask(t, viewer(access.Reader), "GET", target, "")
	var v T
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil || rec.Code != http.StatusOK {
		t.Fatalf("%s: %d %v: %s", target, rec.Code, err, rec.Body)
	}
	return v
}

func TestPages(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rec := w.ask(t, viewer(access.Reader), "GET", "/api/v1/findings?q=is:open+account:%22a%26b%22&limit=2&after=2&sort=newest", "")
	var l list[FindingRow]
	if err := json.Unmarshal(rec.Body.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	if l.Items[0].ID != "FND-3" || len(l.Items) != 2 || l.Next != "4" || l.Previous != "2" || l.Query != "is:open account:a&b" {
		t.Errorf("the page is %+v", l)
	}
	want := []string{`</api/v1/findings?after=4&limit=2&q=is%3Aopen+account%3A%22a%26b%22&sort=newest>; rel="next"`, `</api/v1/findings?before=2&limit=2&q=is%3Aopen+account%3A%22a%26b%22&sort=newest>; rel="prev"`}
	if got := rec.Header().Values("Link"); !reflect.DeepEqual(got, want) {
		t.Errorf("links %q, want %q", got, want)
	}
	if w.reader.sort != "newest" || w.reader.place.After != "2" || w.reader.place.Limit != 2 || !w.reader.asked.Has("account") {
		t.Errorf("the reader was asked %+v %v %v", w.reader.place, w.reader.sort, w.reader.asked)
	}
	if l := got[list[FindingRow]](t, w, "/api/v1/findings?after=4"); l.Next != "" || len(l.Items) != 1 {
		t.Errorf("the last page is %+v", l)
	}
	if w.reader.sort != "" || w.reader.place.Limit != 50 {
		t.Errorf("left to itself, the reader was asked %+v %q", w.reader.place, w.reader.sort)
	}
}

// TestWhatCannotBeToldIsUnknown whatever the finding keeps of older days.
func TestWhatCannotBeToldIsUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for id, want := range map[string]string{"FND-1": "open fail", "FND-2": "nodata unknown", "FND-3": "lost unknown", "FND-4": "resolved pass", "FND-5": "gone not_applicable"} {
		f := got[whole](t, w, "/api/v1/findings/"+id)
		if f.State+" "+f.Outcome != want {
			t.Errorf("%s is %s %s, want %s", id, f.State, f.Outcome, want)
		}
		if e := f.Evidence[1]; e.Known || e.Reason == nil || string(e.Value) != "null" {
			t.Errorf("a value that is not known is told as %+v", e)
		}
		if done := f.State == "resolved" || f.State == "gone"; (f.Fix == nil) != done {
			t.Errorf("%s: what to do is %v", id, f.Fix)
		}
	}
	u := got[Workload](t, w, "/api/v1/workloads/arn:aws:ec2:eu-west-1:1:instance%2Fi-1")
	if u.State != "running" || u.Tokens != "unknown" || u.Endpoint != "unknown" || *u.HopLimit != 2 || u.Severity != "none" ||
		!reflect.DeepEqual(u.Unknown, []string{"type", "endpoint", "tokens", "internet", "power", "identity"}) {
		t.Errorf("a workload of which little is known is %+v", u)
	}
	l := got[list[Workload]](t, w, "/api/v1/workloads?q=tokens:optional")
	if u := l.Items[0]; u.HopLimit != nil || u.Unknown[len(u.Unknown)-1] != "hop_limit" || u.Tokens != "optional" {
		t.Errorf("a workload of which little is known is %+v", u)
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s := got[wholeScan](t, w, "/api/v1/scans/7")
	if s.Posture == nil || s.Posture.Low > s.Posture.Score || s.Refused != 1 || len(s.Rules) != 1 || s.Rules[0] != (outcome{"AWS-IMDS-001", "high", 2, 1, 1, 0}) || s.Changes["new"] != 2 {
		t.Errorf("the scan is %+v %+v", s, s.Posture)
	}
	a := got[list[answer]](t, w, "/api/v1/scans/7/answers?status=refused")
	if len(a.Items) != 1 || a.Items[0].Cause != "denied" {
		t.Errorf("refused is %+v", a)
	}
	if a := got[list[answer]](t, w, "/api/v1/scans/7/answers"); len(a.Items) != 3 || a.Items[2].Status != "unasked" {
		t.Errorf("answers are %+v", a)
	}
}

func TestDocumentOfAFinding(t *testing.T) {
	t.Parallel()
	w := newWorld()
	f := got[whole](t, w, "/api/v1/findings/FND-1")
	at := f.Evidence[0].Document
	if at != "/api/v1/findings/FND-1/documents/"+hashOfReply {
		t.Fatalf("the document is at %s", at)
	}
	rec := w.ask(t, viewer(access.Reader), "GET", at, "")
	if rec.Body.String() != reply1 || rec.Header().Get("Content-Type") != "application/json" || !strings.HasPrefix(rec.Header().Get("Repr-Digest"), "sha-256=:") ||
		rec.Header().Get("Plumbline-Redacted") != "1" || rec.Header().Get("Last-Modified") != "Sun, 22 Nov 2026 12:00:00 GMT" {
		t.Errorf("%s %s", rec.Header(), rec.Body)
	}
	w.reader.tampered = true
	rec = w.ask(t, viewer(access.Reader), "GET", at, "")
	if rec.Code != http.StatusConflict || !strings.Contains(rec.Body.String(), "does not match its hash") || strings.Contains(rec.Body.String(), "HttpTokens") {
		t.Errorf("a document that was changed: %d %s", rec.Code, rec.Body)
	}
}

func TestAccountsThatAreKnownAndNotConnectedAreListed(t *testing.T) {
	t.Parallel()
	l := got[list[unconnected]](t, newWorld(), "/api/v1/unconnected-accounts")
	if want := []unconnected{{"ibm", "07070707070707070707070707070707", "subsidiary", "ACTIVE", 3}}; !reflect.DeepEqual(l.Items, want) {
		t.Errorf("listed are %+v", l)
	}
}

func TestWhatIsDone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, target, body, did, location string }{
		{"POST", "/api/v1/scans", `{"account":3}`, "start 3", "/api/v1/scans/7"},
		{"POST", "/api/v1/scans/7/cancel", "", "cancel 7", ""},
		{"POST", "/api/v1/scans/7/cancel", "{}", "cancel 7", ""},
		{"POST", "/api/v1/accounts", bodies["POST /api/v1/accounts"], "connect aws payments 1h0m0s", "/api/v1/accounts/3"},
		{"POST", "/api/v1/accounts", `{"provider":"ibm","account":" of 0707","name":"blue","login":{"profile":"Profile-1"},"scan_every_minutes":60}`, "connect ibm blue 1h0m0s of 0707", "/api/v1/accounts/3"},
		{"POST", "/api/v1/account-trial", `{"provider":"aws","login":{"role_arn":"arn:x"}}`, "try aws arn:x", ""},
		{"POST", "/api/v1/account-trial", `{"provider":"ibm","login":{"profile":"Profile-1"}}`, "try ibm Profile-1", ""},
		{"PATCH", "/api/v1/accounts/3", `{"name":"lab"}`, "change 3 lab 1h0m0s", ""},
		{"PATCH", "/api/v1/accounts/3", `{"scan_every_minutes":0}`, "change 3 payments 0s", ""},
		{"PATCH", "/api/v1/accounts/3", `{"no_user_data":true}`, "user data 3 false", ""},
		{"POST", "/api/v1/accounts/3/test", "", "test 3", ""},
		{"POST", "/api/v1/accounts/3/disconnect", "", "disconnect 3", ""},
	} {
		w := newWorld()
		rec := w.ask(t, viewer(access.Administrator), c.method, c.target, c.body)
		if rec.Code >= 300 || len(w.clerk.did) != 1 || w.clerk.did[0] != c.did || rec.Header().Get("Location") != c.location {
			t.Errorf("%s %s: %d, did %q, want %q: %s", c.method, c.target, rec.Code, w.clerk.did, c.did, rec.Body)
		}
	}
}

// TestAGrantOverOneAccount starts no scan of another that is only seen.
func TestAGrantOverOneAccount(t *testing.T) {
	t.Parallel()
	v := &access.Viewer{Person: 1, Grants: []access.Grant{{Role: access.Reader, All: true}, {Role: access.Engineer, Accounts: []int64{3}}}}
	for body, want := range map[string]int{`{"account":3}`: http.StatusAccepted, `{"account":4}`: http.StatusForbidden, `{"account":5}`: http.StatusNotFound} {
		w := newWorld()
		rec := w.ask(t, v, "POST", "/api/v1/scans", body)
		if rec.Code != want || (len(w.clerk.did) > 0) != (want < 400) {
			t.Errorf("%s: %d, want %d; did %q", body, rec.Code, want, w.clerk.did)
		}
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for i, name := range []string{"=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx"} {
		w.reader.findings[i].Subject.Name = name
	}
	w.reader.findings[0].Say = "a, \"b\"\nc"
	rec := w.ask(t, viewer(access.Reader), "GET", "/api/v1/findings.csv?q=account:%22gr%C3%B6%C3%9Fe%22&bom=true", "")
	text, ok := strings.CutPrefix(rec.Body.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !ok || len(rows) != 6 || rec.Code != http.StatusOK {
		t.Fatalf("%d rows, %v: %s", len(rows), err, rec.Body)
	}
	for i, want := range []string{"'=cmd|'/C calc'!A0", "'+1", "'-1", "'@SUM(A1)", "'\tx"} {
		if rows[i+1][11] != want {
			t.Errorf("%q, want %q", rows[i+1][11], want)
		}
	}
	if rows[1][13] != "a, \"b\"\nc" || rows[2][2] != "unknown" || rows[1][16] != "2026-11-22T12:00:00Z" {
		t.Errorf("%q", rows)
	}
	for header, want := range map[string]string{"Content-Type": "text/csv; charset=utf-8; header=present", "Plumbline-Count": "5", "Plumbline-Query": "account%3Agr%C3%B6%C3%9Fe",
		"Plumbline-Exported-By": "ada%40example.org", "Content-Disposition": `attachment; filename="findings-2026-11-22-120000.csv"`} {
		if got := rec.Header().Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if w.reader.pages != 3 {
		t.Errorf("read in %d pages", w.reader.pages)
	}
}

func TestNDJSONIsTheListLineByLine(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rec := w.ask(t, viewer(access.Reader), "GET", "/api/v1/findings.ndjson", "")
	lines := strings.Split(strings.TrimSuffix(rec.Body.String(), "\n"), "\n")
	if len(lines) != 5 {
		t.Fatalf("%d lines", len(lines))
	}
	first := got[list[json.RawMessage]](t, w, "/api/v1/findings").Items[0]
	if string(first) != lines[0] {
		t.Errorf("%s\nis not\n%s", lines[0], first)
	}
}

// TestAnExportThatBreaksOff does not pass for a whole one.
func TestAnExportThatBreaksOff(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.reader.broken = 2
	defer func() {
		if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // a panic is no error to be unwrapped
			t.Errorf("panicked with %v, not so that the connection breaks off", p)
		}
	}()
	w.ask(t, viewer(access.Reader), "GET", "/api/v1/findings.csv", "")
	t.Error("the export ended as if it were whole")
}

func TestMe(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rec := w.ask(t, viewer(access.Engineer, access.ScopeRead), "GET", "/api/v1/me", "")
	var m me
	if err := json.Unmarshal(rec.Body.Bytes(), &m); err != nil || m.Email != "ada@example.org" || m.Token != "ci" || !reflect.DeepEqual(m.Actions, []string{"read estate"}) || m.Grants[0].Role != "engineer" {
		t.Errorf("%v: %s", err, rec.Body)
	}
}

func TestRule(t *testing.T) {
	t.Parallel()
	r := got[wholeRule](t, newWorld(), "/api/v1/rules/AWS-IMDS-001")
	if r.YAML != ruleFile || r.Examples[0].Want != "unknown" || r.Kind != "workload" {
		t.Errorf("%+v", r)
	}
	if l := got[list[RuleRow]](t, newWorld(), "/api/v1/rules?provider=gcp"); len(l.Items) != 0 || l.Items == nil {
		t.Errorf("rules of another cloud are %+v", l.Items)
	}
}
