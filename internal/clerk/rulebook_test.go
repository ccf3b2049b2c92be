package clerk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"plumbline/internal/access"
	"plumbline/internal/clerk"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
	"plumbline/internal/recording"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/rulebook"
	"plumbline/internal/scan"
)

const tokens = "AWS-IMDS-001"

func person(name string, r access.Role) *access.Viewer {
	return &access.Viewer{Email: name + "@example.org", Grants: []access.Grant{{Role: r, All: true}}}
}

var (
	ada = person("ada", access.Engineer)
	bob = person("bob", access.Officer)
	cyd = person("cyd", access.Officer)
	dan = person("dan", access.Reader)
)

// An office is a rulebook on a store, with what was written into the audit log.
type office struct {
	t       testing.TB
	store   *postgres.Store
	book    *rulebook.Book
	mu      sync.Mutex
	audit   []string
	catches int
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{t: t, store: pgtest.Store(t)}
	var err error
	if o.book, err = rulebook.New(o.store, slog.New(slog.DiscardHandler), rulebook.Layer{Origin: listing.Shipped, Files: catalog.Embedded()}); err != nil {
		t.Fatal(err)
	}
	return o
}

// as does something as a page does it for a person: in one transaction, as the
// role of the web.
func (o *office) as(v *access.Viewer, do func(context.Context, *clerk.Rulebook) error) error {
	o.t.Helper()
	ctx := context.Background()
	if err := o.book.Refresh(ctx); err != nil {
		o.t.Fatal(err)
	}
	web := o.store.Web()
	b := &clerk.Rulebook{Store: web, Book: o.book, Facts: facts.For,
		Audit: func(ctx context.Context, l clerk.Line) error {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.audit = append(o.audit, access.From(ctx).Email+": "+l.Action+": "+l.Object)
			return nil
		},
		CatchUp: func(_ context.Context, tx pgx.Tx) error {
			if tx == nil {
				o.t.Error("catching up is asked for outside of the transaction")
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			o.catches++
			return nil
		}}
	return web.See(access.With(ctx, v), v, true, func(ctx context.Context) error { return do(ctx, b) })
}

func (o *office) propose(v *access.Viewer, d listing.RuleDraft) (id int64, err error) {
	o.t.Helper()
	err = o.as(v, func(ctx context.Context, b *clerk.Rulebook) (err error) {
		id, err = b.Propose(ctx, d)
		return err
	})
	return id, err
}

func (o *office) decide(v *access.Viewer, id int64, approve bool, note string) error {
	o.t.Helper()
	return o.as(v, func(ctx context.Context, b *clerk.Rulebook) error { return b.Decide(ctx, id, approve, note) })
}

func (o *office) withdraw(v *access.Viewer, id int64) error {
	o.t.Helper()
	return o.as(v, func(ctx context.Context, b *clerk.Rulebook) error { return b.Withdraw(ctx, id) })
}

func (o *office) must(id int64, err error) int64 {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

func off(id string) listing.RuleDraft {
	return listing.RuleDraft{Kind: listing.DraftOff, Rule: id, Why: "It is not ours to ask."}
}

func own(t testing.TB, pairs ...string) listing.RuleDraft {
	t.Helper()
	_, text, err := rule.Skeleton("ORG-AWS-NET-001", estate.KindWorkload)
	if err != nil {
		t.Fatal(err)
	}
	return listing.RuleDraft{Kind: listing.DraftFile, YAML: strings.NewReplacer(pairs...).Replace(text), Why: "Our guideline 7 asks for it."}
}

func isKind(t *testing.T, err error, want problem.Kind, words string) {
	t.Helper()
	if !problem.Is(err, want) || !strings.Contains(err.Error(), words) {
		t.Errorf("%v, want %s that tells %q", err, want, words)
	}
}

// A change holds when a second person approved it, and not before.
func TestAChangeHoldsWhenASecondPersonApproved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.must(o.propose(ada, off(tokens)))
	if r, ok := o.book.Rule(tokens); !ok || r.Off {
		t.Fatal("it holds before anybody approved")
	}
	if err := o.decide(bob, id, true, "agreed in the round of 4 May"); err != nil {
		t.Fatal(err)
	}
	if err := o.as(dan, func(ctx context.Context, b *clerk.Rulebook) error {
		if r, ok := o.book.Rule(tokens); !ok || !r.Off {
			t.Error("it does not hold, though it was approved")
		}
		e, changes, err := b.Entry(ctx, tokens)
		if err != nil {
			return err
		}
		if !e.Off || len(changes) != 1 {
			t.Errorf("switched off %v, %d changes", e.Off, len(changes))
		}
		c := changes[0]
		if c.At.IsZero() || c.DecidedAt.Before(c.At) || !strings.Contains(c.Before, "id: "+tokens) {
			t.Errorf("proposed %s, decided %s, when the file was %q", c.At, c.DecidedAt, c.Before)
		}
		c.Before = ""
		want := listing.RuleChange{ID: id, RuleDraft: off(tokens), State: listing.Approved, By: ada.Email, DecidedBy: bob.Email, Note: "agreed in the round of 4 May", At: c.At, DecidedAt: c.DecidedAt}
		want.Params = map[string]string{}
		if d := cmp.Diff(want, c); d != "" {
			t.Error(d)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"ada@example.org: rule change proposed: rule AWS-IMDS-001", "bob@example.org: rule change approved: rule AWS-IMDS-001"}
	if d := cmp.Diff(want, o.audit); d != "" {
		t.Error(d)
	}
	if o.catches != 1 {
		t.Errorf("judging again was asked for %d times", o.catches)
	}
}

// Nobody decides what they proposed, by whatever way, and nobody without the
// right decides anything.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.must(o.propose(bob, off(tokens)))
	some := &access.Viewer{Email: "eve@example.org", Grants: []access.Grant{{Role: access.Officer, Accounts: []int64{1}}}}
	token := person("cyd", access.Officer)
	token.Token, token.Scopes = "ci", []access.Scope{access.ScopeRead, access.ScopeScan, access.ScopeManage}
	loud := person("BOB", access.Officer)
	loud.Email = "BOB@example.org"

	isKind(t, o.decide(bob, id, true, ""), problem.Forbidden, "somebody else decides")
	isKind(t, o.decide(bob, id, false, "no"), problem.Forbidden, "somebody else decides")
	isKind(t, o.decide(loud, id, true, ""), problem.Forbidden, "somebody else decides")
	isKind(t, o.decide(ada, id, true, ""), problem.Forbidden, "role")
	isKind(t, o.decide(person("ann", access.Administrator), id, true, ""), problem.Forbidden, "role")
	isKind(t, o.decide(token, id, true, ""), problem.Forbidden, "role")
	isKind(t, o.decide(some, id, true, ""), problem.Forbidden, "role")
	isKind(t, o.decide(nil, id, true, ""), problem.Forbidden, "role")
	isKind(t, o.withdraw(cyd, id), problem.Forbidden, "Only who proposed")
	_, err := o.propose(dan, off(tokens))
	isKind(t, err, problem.Forbidden, "role")
	_, err = o.propose(some, off(tokens))
	isKind(t, err, problem.Forbidden, "role")
	isKind(t, o.decide(cyd, 99, true, ""), problem.NotFound, "change 99")

	if err := o.as(bob, func(ctx context.Context, b *clerk.Rulebook) error {
		c, err := b.Change(ctx, id)
		if c.MayDecide || !c.MyProposal {
			t.Errorf("who proposed may decide %v, withdraw %v", c.MayDecide, c.MyProposal)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := o.as(cyd, func(ctx context.Context, b *clerk.Rulebook) error {
		all, _, err := b.Changes(ctx, listing.Proposed, listing.Place{})
		if len(all) != 1 || !all[0].MayDecide || all[0].MyProposal {
			t.Errorf("another officer may %+v", all)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.store.DecideRule(t.Context(), &listing.RuleChange{ID: id, By: bob.Email, DecidedBy: bob.Email, State: listing.Approved}); err == nil {
		t.Error("the database lets somebody approve their own")
	}
	if o.catches != 0 || len(o.audit) != 1 {
		t.Errorf("%d times judged again, audit log %q", o.catches, o.audit)
	}
}

// What is decided stays decided.
func TestAChangeIsDecidedOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	refused, withdrawn, approved := o.must(o.propose(ada, off(tokens))), o.must(o.propose(ada, off("AWS-IMDS-002"))), o.must(o.propose(ada, own(t)))
	isKind(t, o.decide(bob, refused, false, "  "), problem.Invalid, "why you refuse")
	for _, err := range []error{o.decide(bob, refused, false, "we do ask it"), o.withdraw(ada, withdrawn), o.decide(bob, approved, true, "")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []int64{refused, withdrawn, approved} {
		isKind(t, o.decide(cyd, id, true, ""), problem.Conflict, "already")
		isKind(t, o.withdraw(ada, id), problem.Conflict, "already")
	}
	if r, err := o.store.RuleRevision(t.Context()); err != nil || r != 1 {
		t.Errorf("revision %d: %v", r, err)
	}
	want := []string{"ada@example.org: rule change proposed: rule AWS-IMDS-001", "ada@example.org: rule change proposed: rule AWS-IMDS-002", "ada@example.org: rule change proposed: rule ORG-AWS-NET-001",
		"bob@example.org: rule change refused: rule AWS-IMDS-001", "ada@example.org: rule change withdrawn: rule AWS-IMDS-002", "bob@example.org: rule change approved: rule ORG-AWS-NET-001"}
	if d := cmp.Diff(want, o.audit); d != "" {
		t.Error(d)
	}
}

// Two who approve in one moment follow one another; of two who decide the same
// change one is told that it was decided.
func TestTwoWhoDecideAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a, b := o.must(o.propose(ada, off(tokens))), o.must(o.propose(ada, own(t)))
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i, d := range []struct {
		v  *access.Viewer
		id int64
	}{{bob, a}, {cyd, a}, {bob, b}, {cyd, b}} {
		all.Go(func() { errs[i] = o.decide(d.v, d.id, true, "") })
	}
	all.Wait()
	for _, pair := range [][]error{errs[:2], errs[2:]} {
		if (pair[0] == nil) == (pair[1] == nil) || !problem.Is(fmt.Errorf("%w", first(pair)), problem.Conflict) {
			t.Errorf("%v and %v", pair[0], pair[1])
		}
	}
	if r, err := o.store.RuleRevision(t.Context()); err != nil || r != 2 {
		t.Errorf("revision %d: %v", r, err)
	}
}

func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// What does not hold together is not proposed; what no longer fits the rules as
// they became is not approved.
func TestWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for words, d := range map[string]listing.RuleDraft{
		"metadata.aplied":          own(t, "metadata.applied", "metadata.aplied"),
		"want: fail, w":            own(t, "want: fail", "want: pass"),
		"there is no rule AWS-":    off("AWS-IMDS-999"),
		"did you mean AWS-IMDS-00": off("AWS-IMDS-00"),
		"no text in UTF-8":         {Kind: listing.DraftFile, YAML: "id: \x00", Why: "x"},
		"has 300000 bytes":         {Kind: listing.DraftFile, YAML: strings.Repeat("x", 300000), Why: "x"},
		"what the change is for":   {Kind: listing.DraftOff, Rule: tokens},
		"from here":                {Kind: listing.DraftFramework, YAML: "id: ours", Why: "x"},
		"is no text":               {Kind: listing.DraftOff, Rule: tokens, Why: "turn \u202e round"},
		"no kind of change":        {Kind: "burn", Rule: tokens, Why: "x"},
	} {
		_, err := o.propose(ada, d)
		if words == "want: fail, w" {
			words = "ORG-AWS-NET-001"
		}
		isKind(t, err, problem.Invalid, words)
	}
	one, two := o.must(o.propose(ada, off(tokens))), o.must(o.propose(ada, off(tokens)))
	if err := o.decide(bob, one, true, ""); err != nil {
		t.Fatal(err)
	}
	isKind(t, o.decide(bob, two, true, ""), problem.Conflict, "no longer fits")
	if o.catches != 1 {
		t.Errorf("judged again %d times", o.catches)
	}
}

// A check tells flaws with their place, promises that are not kept, and the
// examples by what they want; it keeps nothing.
func TestACheckTellsAndKeepsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	err := o.as(dan, func(ctx context.Context, b *clerk.Rulebook) error {
		c, err := b.Check(ctx, own(t))
		if err != nil || !c.Whole() || c.Rule.ID != "ORG-AWS-NET-001" {
			t.Errorf("%+v: %v", c, err)
		}
		if d := cmp.Diff(map[string]int{"pass": 1, "fail": 1, "unknown": 1}, c.Counts); d != "" {
			t.Error(d)
		}
		c, err = b.Check(ctx, own(t, "metadata.applied", "metadata.aplied"))
		if err != nil || c.Whole() || len(c.Flaws) == 0 || c.Flaws[0].Line < 2 || !strings.Contains(c.Flaws.Error(), "applied") {
			t.Errorf("%v: %v", c.Flaws, err)
		}
		c, err = b.Check(ctx, own(t, "want: fail", "want: unknown"))
		if err != nil || c.Whole() || len(c.Problems) == 0 {
			t.Errorf("%v: %v", c.Problems, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := o.book.Rule("ORG-AWS-NET-001"); ok || len(o.audit) > 0 {
		t.Error("a check changed something")
	}
}

// scanned stores what the demo's recording holds.
func (o *office) scanned() {
	o.t.Helper()
	f := facts.For("aws")
	keep := postgres.NewKeep(o.store, "1", f)
	src := recording.NewReader(bytes.NewReader(facts.Examples("aws")[1]), f.IsWorkload, 100)
	if err := scan.Run(context.Background(), src, scan.Engine{Rules: o.book.Set(), Facts: facts.Maker("aws")}, keep); err != nil {
		o.t.Fatal(err)
	}
}

// A preview says of every subject within reach what would change, and what it
// says comes true.
func TestAPreviewComesTrue(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.scanned()
	preview := func(v *access.Viewer, d listing.RuleDraft) (p listing.Preview) {
		t.Helper()
		last := listing.Progress{}
		err := o.as(v, func(ctx context.Context, b *clerk.Rulebook) (err error) {
			p, err = b.Preview(ctx, d, func(now listing.Progress) {
				if now.Done < last.Done || now.Done > now.All {
					t.Errorf("from %+v to %+v", last, now)
				}
				last = now
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	counts := func(rule string) (c listing.Outcomes) {
		t.Helper()
		if err := o.store.Pool().QueryRow(t.Context(), `
			select coalesce(sum(pass), 0), coalesce(sum(fail), 0), coalesce(sum(unknown), 0), coalesce(sum(na), 0)
			from tally where rule = $1 and valid_to is null`, rule).Scan(&c.Pass, &c.Fail, &c.Unknown, &c.NotApplicable); err != nil {
			t.Fatal(err)
		}
		return c
	}
	p := preview(dan, off(tokens))
	if p.Before != counts(tokens) || p.After != (listing.Outcomes{}) || p.Accounts != 1 || p.Subjects == 0 || len(p.Moves) == 0 || p.Moves[0].Before != finding.Fail {
		t.Errorf("switching off: %+v, and %+v is told", p, counts(tokens))
	}
	p = preview(dan, own(t))
	fails := 0
	for i, m := range p.Moves {
		if m.After == finding.Fail {
			fails++
			if m.Say == "" || m.UID == "" || i > 0 && p.Moves[i-1].After != finding.Fail {
				t.Errorf("move %d: %+v", i, m)
			}
		}
	}
	if p.Before != (listing.Outcomes{}) || p.After.Fail == 0 || fails != p.After.Fail || len(p.Moves) > 100 {
		t.Errorf("a new rule: %+v", p)
	}
	edit := own(t)
	edit.YAML = strings.Replace(catalogFile(t, "aws/metadata-requires-token.yaml"), "severity: high", "severity: low", 1)
	if p = preview(dan, edit); p.Before != counts(tokens) || p.After != p.Before || len(p.Moves) > 0 {
		t.Errorf("another severity moves nothing, and is told as %+v", p)
	}
	if p = preview(&access.Viewer{Email: "eve@example.org", Grants: []access.Grant{{Role: access.Reader, Accounts: []int64{99}}}}, off(tokens)); p.Subjects+p.Accounts > 0 {
		t.Errorf("somebody who sees no account is told %+v", p)
	}
	if n, err := o.store.FinishedScans(t.Context(), ""); err != nil || n != 1 {
		t.Errorf("previews left %d scans: %v", n, err)
	}
}

// A preview that takes too long is given up with what to do, and the
// transaction that it was asked in still answers.
func TestAPreviewIsGivenUpInTime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.scanned()
	err := o.as(dan, func(ctx context.Context, b *clerk.Rulebook) error {
		b.PreviewTime = time.Nanosecond
		p, err := b.Preview(ctx, off(tokens), nil)
		if !problem.Is(err, problem.Conflict) || !strings.Contains(err.Error(), "after 1ns and was given up; nothing was changed. Propose the change without a preview") || p.Subjects > 0 {
			t.Errorf("%+v: %v", p, err)
		}
		_, _, err = b.Entry(ctx, tokens)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	err = o.as(dan, func(ctx context.Context, b *clerk.Rulebook) error {
		pages := 0
		_, err := b.Preview(both{ctx, stopped}, off(tokens), func(listing.Progress) {
			pages++
			stop()
		})
		if !errors.Is(err, context.Canceled) || pages != 1 {
			t.Errorf("%d pages were judged for nobody: %v", pages, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// both is a context that has ended when another has, and breaks nothing off.
type both struct {
	context.Context //nolint:containedctx // it is one
	other           context.Context
}

func (b both) Err() error { return errors.Join(b.Context.Err(), b.other.Err()) }

func TestProposalsOfRulesOfOnePersonDoNotPileUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	propose := func(v *access.Viewer) (id int64, err error) {
		err = o.as(v, func(ctx context.Context, b *clerk.Rulebook) error {
			id, err = b.Propose(ctx, off(tokens))
			return err
		})
		return id, err
	}
	var last int64
	for range 50 {
		id, err := propose(ada)
		if err != nil {
			t.Fatal(err)
		}
		last = id
	}
	if _, err := propose(ada); !problem.Is(err, problem.Conflict) || !strings.Contains(err.Error(), "50 of your proposals wait") {
		t.Errorf("the 51st: %v", err)
	}
	if err := o.as(ada, func(ctx context.Context, b *clerk.Rulebook) error {
		e, history, err := b.Entry(ctx, tokens)
		if e.Pending != 50 || len(history) != listing.RecentChanges || history[0].ID != last {
			t.Errorf("%d are pending, and %d are told", e.Pending, len(history))
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if err := o.as(ada, func(ctx context.Context, b *clerk.Rulebook) error { return b.Withdraw(ctx, last) }); err != nil {
		t.Fatal(err)
	}
	if _, err := propose(ada); err != nil {
		t.Errorf("one was withdrawn, and no other can be proposed: %v", err)
	}
}

func catalogFile(t *testing.T, name string) string {
	t.Helper()
	f, err := catalog.Embedded().Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
