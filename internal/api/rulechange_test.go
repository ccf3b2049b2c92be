package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
)

// A rulebook has one rule and one change, and notes what it is asked to do.
type rulebook struct {
	rules ruleSet
	did   []string
}

func (b *rulebook) entry(r *rule.Rule) listing.RuleEntry {
	return listing.RuleEntry{Rule: r, Origin: listing.Shipped, Edited: true, Pending: 1, YAML: ruleFile}
}

func (b *rulebook) Entries(context.Context) ([]listing.RuleEntry, error) {
	return each(b.rules, b.entry), nil
}

func (b *rulebook) Entry(_ context.Context, id string) (listing.RuleEntry, []listing.RuleChange, error) {
	r, ok := b.rules.Rule(id)
	if !ok {
		return listing.RuleEntry{}, nil, problem.New(problem.NotFound, "There is no rule %q.", id)
	}
	return b.entry(r), nil, nil
}

func (b *rulebook) change(ctx context.Context) listing.RuleChange {
	v := access.From(ctx)
	return listing.RuleChange{ID: 7, RuleDraft: listing.RuleDraft{Kind: listing.DraftOff, Rule: "AWS-IMDS-001", Why: "Too loud."}, State: listing.Proposed,
		By: "ada@example.org", At: noon, MyProposal: v.Email == "ada@example.org", MayDecide: v.Email != "ada@example.org" && v.May(access.ApproveChanges)}
}

func (b *rulebook) Changes(ctx context.Context, state listing.ChangeState, at listing.Place) ([]listing.RuleChange, listing.Cursors, error) {
	if state == listing.Refused {
		return nil, listing.Cursors{}, nil
	}
	return []listing.RuleChange{b.change(ctx)}, listing.Cursors{Next: "7"}, nil
}

func (b *rulebook) Change(ctx context.Context, id int64) (listing.RuleChange, error) {
	if id != 7 {
		return listing.RuleChange{}, problem.New(problem.NotFound, "There is no change %d.", id)
	}
	return b.change(ctx), nil
}

// Check reads the file as a real rulebook does.
func (b *rulebook) Check(_ context.Context, d listing.RuleDraft) (listing.RuleCheck, error) {
	set, err := rule.Load(fstest.MapFS{"metadata-requires-token.yaml": {Data: []byte(d.YAML)}})
	var flaws rule.Flaws
	if errors.As(err, &flaws) {
		return listing.RuleCheck{Flaws: flaws}, nil
	}
	if len(set.Rules()) == 0 {
		return listing.RuleCheck{}, nil
	}
	return listing.RuleCheck{Rule: set.Rules()[0], Counts: map[string]int{"pass": 1}}, nil
}

func (b *rulebook) Preview(context.Context, listing.RuleDraft, func(listing.Progress)) (listing.Preview, error) {
	return listing.Preview{Subjects: 3, Accounts: 1, Before: listing.Outcomes{Pass: 3}, After: listing.Outcomes{Pass: 2, Fail: 1}, Took: 1500 * time.Millisecond,
		Moves: []listing.Move{{Provider: "aws", UID: "arn:i-1", Before: finding.Pass, After: finding.Fail}, {Provider: "aws", UID: "arn:i-2", After: finding.Fail}}}, nil
}

func (b *rulebook) note(format string, a ...any) { b.did = append(b.did, fmt.Sprintf(format, a...)) }

func (b *rulebook) Propose(_ context.Context, d listing.RuleDraft) (int64, error) {
	b.note("propose %s %s %v", d.Kind, d.Rule, d.Params)
	return 7, nil
}

func (b *rulebook) Decide(_ context.Context, id int64, approve bool, note string) error {
	b.note("decide %d %t %s", id, approve, note)
	return nil
}

func (b *rulebook) Withdraw(_ context.Context, id int64) error {
	b.note("withdraw %d", id)
	return nil
}

func (b *rulebook) Rejudgements(context.Context) ([]listing.Rejudgement, error) {
	return []listing.Rejudgement{{Account: 3, External: "111122223333", Why: "rule AWS-IMDS-001 was changed", State: "running", Progress: listing.Progress{Done: 4, All: 9}, Began: noon}}, nil
}

func TestARuleSaysHowItStandsHere(t *testing.T) {
	t.Parallel()
	w := newWorld()
	var rules struct{ Items []map[string]any }
	w.read(t, "/api/v1/rules?origin=shipped", &rules)
	if len(rules.Items) != 1 || rules.Items[0]["origin"] != "shipped" || rules.Items[0]["edited"] != true || rules.Items[0]["waiting"] != 1.0 || rules.Items[0]["off"] != false {
		t.Errorf("%v", rules.Items)
	}
	w.read(t, "/api/v1/rules?origin=own", &rules)
	if len(rules.Items) != 0 {
		t.Errorf("own are %v", rules.Items)
	}
	var one map[string]any
	w.read(t, "/api/v1/rules/AWS-IMDS-001", &one)
	if one["yaml"] != ruleFile || one["params"] == nil || one["assumes"] == nil {
		t.Errorf("%v", one)
	}
}

// read asks as an engineer for what has to be there.
func (w *world) read(t *testing.T, target string, into any) {
	t.Helper()
	got := w.ask(t, viewer(access.Engineer), "GET", target, "")
	if got.Code != http.StatusOK {
		t.Fatalf("%s: %d: %s", target, got.Code, got.Body)
	}
	if err := json.Unmarshal(got.Body.Bytes(), into); err != nil {
		t.Fatal(err)
	}
}

func TestTheSchemaOfARuleIsForAnybody(t *testing.T) {
	t.Parallel()
	got := newWorld().ask(t, nil, "GET", "/api/v1/rules/schema", "")
	var s map[string]any
	if err := json.Unmarshal(got.Body.Bytes(), &s); err != nil || got.Code != http.StatusOK || s["$schema"] != "https://json-schema.org/draft/2020-12/schema" || got.Header().Get("Content-Type") != "application/schema+json" {
		t.Errorf("%d %s, %v: %.100s", got.Code, got.Header().Get("Content-Type"), err, got.Body)
	}
}

func TestADraftIsCheckedAndPreviewed(t *testing.T) {
	t.Parallel()
	w := newWorld()
	flawed := `{"kind":"file","yaml":"id: AWS-IMDS-001\nname: x\n"}`
	got := w.ask(t, viewer(access.Engineer), "POST", "/api/v1/rule-check", flawed)
	var c struct {
		Whole bool
		Rule  any
		Flaws []struct {
			Line, Column int
			Text         string
		}
	}
	if err := json.Unmarshal(got.Body.Bytes(), &c); err != nil || got.Code != http.StatusOK || c.Whole || c.Rule != nil || len(c.Flaws) == 0 || c.Flaws[0].Line < 1 || c.Flaws[0].Text == "" {
		t.Errorf("%d: %s", got.Code, got.Body)
	}
	for _, path := range []string{"/api/v1/rule-changes", "/api/v1/rule-preview"} {
		got := w.ask(t, viewer(access.Engineer), "POST", path, strings.TrimSuffix(flawed, "}")+`,"why":"because"}`)
		p := isProblem(t, path, http.StatusUnprocessableEntity, got.Header().Get("Content-Type"), got.Body.Bytes())
		if len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Location, "body.yaml:") || len(w.book.did) > 0 {
			t.Errorf("%s: %s, did %v", path, got.Body, w.book.did)
		}
	}
	got = w.ask(t, viewer(access.Engineer), "POST", "/api/v1/rule-preview", `{"kind":"off","rule":"AWS-IMDS-001"}`)
	var p struct {
		Moves []struct{ Before, After string }
		After struct{ Fail int }
		Took  int `json:"took_ms"`
	}
	if err := json.Unmarshal(got.Body.Bytes(), &p); err != nil || p.After.Fail != 1 || p.Took != 1500 || len(p.Moves) != 2 || p.Moves[0].Before != "pass" || p.Moves[1].Before != "" {
		t.Errorf("%d: %s", got.Code, got.Body)
	}
	long := w.ask(t, viewer(access.Engineer), "POST", "/api/v1/rule-check", `{"kind":"file","yaml":"`+strings.Repeat("x", 1<<20)+`"}`)
	if long.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a file of 1 MB: %d", long.Code)
	}
}

func TestAChangeIsProposedWithdrawnAndDecided(t *testing.T) {
	t.Parallel()
	w := newWorld()
	engineer, officer := viewer(access.Engineer), viewer(access.Officer)
	officer.Email = "grace@example.org"
	if got := w.ask(t, engineer, "POST", "/api/v1/rule-changes", `{"kind":"off","rule":"AWS-IMDS-001"}`); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", got.Code)
	}
	got := w.ask(t, engineer, "POST", "/api/v1/rule-changes", `{"kind":"params","rule":"AWS-IAM-004","params":{"max_age_days":"60"},"why":"Our own rule."}`)
	if got.Code != http.StatusCreated || got.Header().Get("Location") != "/api/v1/rule-changes/7" {
		t.Errorf("%d %s: %s", got.Code, got.Header().Get("Location"), got.Body)
	}
	if got := w.ask(t, officer, "POST", "/api/v1/rule-changes/7/decision", `{"approve":false}`); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("refused without a reason: %d", got.Code)
	}
	w.ask(t, officer, "POST", "/api/v1/rule-changes/7/decision", `{"approve":true,"note":"agreed"}`)
	w.ask(t, engineer, "POST", "/api/v1/rule-changes/7/withdraw", "")
	if want := []string{"propose params AWS-IAM-004 map[max_age_days:60]", "decide 7 true agreed", "withdraw 7"}; !slices.Equal(w.book.did, want) {
		t.Errorf("did %q", w.book.did)
	}
	var all struct {
		Items []struct {
			State       string
			ProposedBy  string `json:"proposed_by"`
			MayDecide   bool   `json:"may_decide"`
			MayWithdraw bool   `json:"may_withdraw"`
		}
		Next string
	}
	w.read(t, "/api/v1/rule-changes?state=proposed", &all)
	if len(all.Items) != 1 || all.Next != "7" || all.Items[0].ProposedBy != "ada@example.org" || all.Items[0].MayDecide || !all.Items[0].MayWithdraw {
		t.Errorf("%+v", all)
	}
}

// No token approves, whatever its scopes and whoever made it; nobody without
// the role does either.
func TestNoTokenApproves(t *testing.T) {
	t.Parallel()
	for who, v := range map[string]*access.Viewer{
		"an officer's token for everything": viewer(access.Officer, access.Scopes()...), "an administrator": viewer(access.Administrator), "an engineer": viewer(access.Engineer),
		"a viewer": viewer(access.Reader), "an auditor": viewer(access.Auditor),
		"an officer over one account": {Person: 1, Email: "x@example.org", Grants: []access.Grant{{Role: access.Officer, Accounts: []int64{3}}}},
	} {
		w := newWorld()
		got := w.ask(t, v, "POST", "/api/v1/rule-changes/7/decision", `{"approve":true,"note":"x"}`)
		if got.Code != http.StatusForbidden || len(w.book.did) > 0 {
			t.Errorf("%s: %d, did %v", who, got.Code, w.book.did)
		}
	}
	w := newWorld()
	if got := w.ask(t, viewer(access.Reader), "POST", "/api/v1/rule-changes", `{"kind":"off","rule":"AWS-IMDS-001","why":"x"}`); got.Code != http.StatusForbidden || len(w.book.did) > 0 {
		t.Errorf("a viewer proposes: %d, did %v", got.Code, w.book.did)
	}
}

func TestWithoutARulebookNothingIsProposed(t *testing.T) {
	t.Parallel()
	w := newWorld()
	h := New(Config{Reader: w.reader, Clerk: w.clerk, Rules: ruleSet{}, Now: func() time.Time { return noon }})
	w.Handler = h
	for _, target := range []string{"/api/v1/rule-changes", "/api/v1/rule-changes/7", "/api/v1/rule-judging"} {
		if got := w.ask(t, viewer(access.Engineer), "GET", target, ""); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", target, got.Code)
		}
	}
}
