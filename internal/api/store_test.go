package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/api"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var began = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// fill stores a scan of an account with as many failing instances.
func fill(t *testing.T, s *postgres.Store, account string, instances int) {
	t.Helper()
	ctx := context.Background()
	w, err := s.Begin(ctx, scan.Record{Provider: "aws", Account: account, StartedAt: began, Engine: "test"})
	if err != nil {
		t.Fatal(err)
	}
	rules := []postgres.RuleRef{{ID: "T-001", Version: "v1", Severity: finding.High}}
	j := postgres.Judged{Rules: rules}
	var docs []snapshot.Resource
	for n := range instances {
		uid := fmt.Sprintf("arn:aws:ec2:eu-west-1:%s:instance/i-%03d", account, n)
		r := snapshot.Resource{Kind: "aws.instance", Scope: snapshot.Scope{Provider: "aws", Account: account, Region: "eu-west-1"}, UID: uid, Call: "ec2:DescribeInstances", Doc: fmt.Appendf(nil, `{"n":%d}`, n)}
		r.Seal()
		sub := estate.Subject{Kind: estate.KindWorkload, Provider: "aws", Account: account, Region: "eu-west-1", UID: uid, ID: fmt.Sprintf("i-%03d", n), Name: "=web"}
		docs, j.Subjects, j.Outcomes = append(docs, r), append(j.Subjects, sub), append(j.Outcomes, finding.Fail)
		j.Verdicts = append(j.Verdicts, finding.Verdict{Rule: "T-001", Version: "v1", Severity: finding.High, Subject: sub, Outcome: finding.Fail, Say: "it fails", Risk: 50 + n%2,
			Evidence: []finding.Evidence{{Field: "n", Value: fmt.Sprint(n), Path: "/n", Origin: &fact.Origin{Call: r.Call, Region: r.Region, Kind: r.Kind, UID: uid, Hash: r.Hash, HasDoc: true}}}})
	}
	if err := w.Page(ctx, docs, j); err != nil {
		t.Fatal(err)
	}
	yes := func(string, string) bool { return true }
	if _, err := w.Close(ctx, postgres.Judged{Rules: rules}, postgres.Sight{Asked: func(string) bool { return true }, Listed: yes, Whole: yes}); err != nil {
		t.Fatal(err)
	}
}

// seen serves the API as the program does: one transaction for each request,
// within the reach of whoever asks.
func seen(t *testing.T, s *postgres.Store, v *access.Viewer) func(target string) *httptest.ResponseRecorder {
	t.Helper()
	set, err := rule.Load(fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	h := api.New(api.Config{Reader: s.Web().Reader(), Scores: s.Web().Reader(), Rules: set, Now: func() time.Time { return began.AddDate(0, 0, 2) }})
	return func(target string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		if err := s.See(access.With(t.Context(), v), v, false, func(ctx context.Context) error {
			h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, target, nil).WithContext(ctx))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return rec
	}
}

type row struct {
	ID       string
	Evidence []struct{ Document string }
	Subject  struct{ Account, UID string }
}

type rows struct {
	Items []row
	Next  string
}

func decode[T any](t *testing.T, rec *httptest.ResponseRecorder) (v T) {
	t.Helper()
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil || rec.Code != http.StatusOK {
		t.Fatalf("%d %v: %s", rec.Code, err, rec.Body)
	}
	return v
}

// TestOnARealStore pages through a list, exports it and fetches a document; and
// who may see one account is told of no other.
func TestOnARealStore(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, "111122223333", 450)
	fill(t, s, "444455556666", 3)
	all := &access.Viewer{Email: "ada@example.org", Grants: []access.Grant{{Role: access.Reader, All: true}}}
	ask := seen(t, s, all)

	ids := map[string]bool{}
	pages := 0
	for next := "/api/v1/findings?q=is:open+account:111122223333&limit=200"; next != ""; pages++ {
		rec := ask(next)
		for _, r := range decode[rows](t, rec).Items {
			ids[r.ID] = true
		}
		next = ""
		for _, l := range rec.Header().Values("Link") {
			if to, ok := strings.CutSuffix(l, `>; rel="next"`); ok {
				next = to[1:]
			}
		}
	}
	if len(ids) != 450 || pages != 3 {
		t.Errorf("%d findings on %d pages", len(ids), pages)
	}

	csv := ask("/api/v1/findings.csv?q=is:open")
	if n := strings.Count(csv.Body.String(), "\r\n"); n != 454 || csv.Header().Get("Plumbline-Count") != "453" || strings.Count(csv.Body.String(), ",'=web,") != 453 {
		t.Errorf("%d lines, said to be %s:\n%.500s", n, csv.Header().Get("Plumbline-Count"), csv.Body)
	}

	one := decode[rows](t, ask("/api/v1/findings?q=resource:i-007+account:111122223333")).Items[0]
	whole := decode[row](t, ask("/api/v1/findings/"+one.ID))
	if doc := ask(whole.Evidence[0].Document); doc.Body.String() != `{"n":7}` {
		t.Errorf("the document is %d %s", doc.Code, doc.Body)
	}

	accounts := decode[struct {
		Items []struct {
			ID      int64
			Account string
		}
	}](t, ask("/api/v1/accounts"))
	var other int64
	for _, a := range accounts.Items {
		if a.Account == "444455556666" {
			other = a.ID
		}
	}
	ask = seen(t, s, &access.Viewer{Email: "bob@example.org", Grants: []access.Grant{{Role: access.Reader, Accounts: []int64{other}}}})
	if rec := ask("/api/v1/findings/" + one.ID); rec.Code != http.StatusNotFound {
		t.Errorf("a finding out of reach: %d %s", rec.Code, rec.Body)
	}
	for _, target := range []string{"/api/v1/findings", "/api/v1/findings.csv", "/api/v1/findings.ndjson", "/api/v1/finding-groups", "/api/v1/finding-count", "/api/v1/finding-facets?keys=account,severity,region", "/api/v1/workloads", "/api/v1/accounts", "/api/v1/scans"} {
		rec := ask(target)
		if rec.Code != http.StatusOK || strings.Contains(rec.Body.String(), "111122223333") {
			t.Errorf("%s tells of an account out of reach: %d %s", target, rec.Code, rec.Body)
		}
	}
	if n := decode[struct{ Count int }](t, ask("/api/v1/finding-count")).Count; n != 3 {
		t.Errorf("%d findings are counted, want those of the one account", n)
	}
}
