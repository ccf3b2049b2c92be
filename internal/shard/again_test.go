package shard_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/estate"
	"plumbline/internal/judge"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/recording"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/rulebook"
	"plumbline/internal/scan"
	"plumbline/internal/shard"
)

const tokens = "AWS-IMDS-001"

// An office is a store with a rulebook, a worker, and a queue that lies open.
type office struct {
	t      testing.TB
	store  *postgres.Store
	book   *rulebook.Book
	queue  *queue
	runner *shard.Runner
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{t: t, store: pgtest.Store(t), queue: &queue{}}
	var err error
	if o.book, err = rulebook.New(o.store, slog.New(slog.DiscardHandler), rulebook.Layer{Origin: listing.Shipped, Files: catalog.Embedded()}); err != nil {
		t.Fatal(err)
	}
	hands, err := o.store.Worker(context.Background()) // with a worker's rights and no more
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hands.Close)
	o.runner = &shard.Runner{Store: hands, Queue: o.queue, Rules: o.book.At, Facts: facts.For, Engine: "1", Log: slog.New(slog.DiscardHandler),
		Connect: func(context.Context, listing.Account) (cloud.Collector, error) {
			return nil, errors.New("nobody asks a cloud here")
		}}
	return o
}

// look stores what a recording holds, judged by the rules that hold now.
func (o *office) look(recorded []byte) scan.Record {
	o.t.Helper()
	ctx := context.Background()
	if err := o.book.Refresh(ctx); err != nil {
		o.t.Fatal(err)
	}
	e, f := o.book.Edition(), facts.For("aws")
	keep := postgres.NewKeep(o.store, "1", f).By(postgres.Rulebook{Revision: e.Judging, Off: e.Off, Unread: e.Unread})
	src := recording.NewReader(bytes.NewReader(recorded), f.IsWorkload, 100)
	if err := scan.Run(ctx, src, scan.Engine{Rules: e.Set, Facts: facts.Maker("aws")}, keep); err != nil {
		o.t.Fatal(err)
	}
	return keep.Record()
}

// approve lets changes hold.
func (o *office) approve(drafts ...listing.RuleDraft) {
	o.t.Helper()
	for _, d := range drafts {
		if d.Kind == listing.DraftFile {
			d.Rule = idOf(d.YAML)
		}
		d.Why = "a test"
		c := &listing.RuleChange{RuleDraft: d, By: "ada@example.org", DecidedBy: "bob@example.org", State: listing.Approved}
		err := o.store.Within(context.Background(), func(ctx context.Context) (err error) {
			if c.ID, err = o.store.ProposeRule(ctx, c); err != nil {
				return err
			}
			_, err = o.store.DecideRule(ctx, c)
			return err
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
}

// catchUp judges everything again that is behind, and tells how often it began.
func (o *office) catchUp() (begun int) {
	o.t.Helper()
	ctx := context.Background()
	if err := o.runner.CatchUp(ctx); err != nil {
		o.t.Fatal(err)
	}
	for len(o.queue.shards) > 0 {
		begun++
		if err := o.runner.Shard(ctx, o.queue.take(o.t), "one"); err != nil {
			o.t.Fatal(err)
		}
	}
	return begun
}

// lines are rows of the database as text.
func (o *office) lines(query string, args ...any) []string {
	o.t.Helper()
	rows, err := o.store.Pool().Query(context.Background(), query, args...)
	if err != nil {
		o.t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		o.t.Fatal(err)
	}
	return all
}

// said is all that rules say now: findings that are told, members of groups, and
// the counts.
func (o *office) said() []string {
	return slices.Concat(
		o.lines(`select concat_ws(' | ', f.state, f.rule, f.uid, f.severity, f.risk, v.outcome, v.rule_version, v.say, v.reasons, v.evidence)
			from finding f join verdict v on v.finding = f.number and v.valid_to is null
			where f.state in ('open', 'nodata', 'lost') order by 1`),
		o.lines(`select concat_ws(' | ', 'member', rule, uid, group_uid, outcome, version, say) from member order by 1`),
		o.lines(`select concat_ws(' | ', 'tally', rule, region, severity, pass, fail, unknown, gaps, na) from tally where valid_to is null order by 1`),
		o.lines(`select concat_ws(' | ', 'term', uid, term) from term where uid in (select uid from finding where state in ('open', 'nodata', 'lost')) order by 1`),
	)
}

func file(t testing.TB, name string, pairs ...string) listing.RuleDraft {
	t.Helper()
	b, err := fs.ReadFile(catalog.Embedded(), name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%s does not hold %q", name, pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return listing.RuleDraft{Kind: listing.DraftFile, YAML: text}
}

// own is a rule that nobody else has; some subjects fail it.
func own(t testing.TB, kind estate.Kind, pairs ...string) listing.RuleDraft {
	t.Helper()
	_, text, err := rule.Skeleton("ORG-AWS-NET-001", kind)
	if err != nil {
		t.Fatal(err)
	}
	return listing.RuleDraft{Kind: listing.DraftFile, YAML: strings.NewReplacer(pairs...).Replace(text)}
}

func idOf(file string) string {
	return regexp.MustCompile(`(?m)^id: (\S+)`).FindStringSubmatch(file)[1]
}

func off(id string) listing.RuleDraft { return listing.RuleDraft{Kind: listing.DraftOff, Rule: id} }
func on(id string) listing.RuleDraft  { return listing.RuleDraft{Kind: listing.DraftOn, Rule: id} }

// What is judged again from what is stored is what a scan would say that judged
// so from the beginning: of the rule that was changed, and of every other.
func TestJudgingAgainSaysWhatAFreshScanSays(t *testing.T) {
	t.Parallel()
	cases := map[string][]listing.RuleDraft{
		"switched off and on again":        {off(tokens), on(tokens)},
		"rules of all kinds, switched off": {off(tokens), off("AWS-IAM-001"), off("XC-001"), off("AWS-LOG-001")},
		"other predicates": {
			file(t, "aws/metadata-requires-token.yaml", `w.metadata.endpoint == "disabled" || w.metadata.tokens == "required"`, `w.metadata.hop_limit == 1 || w.metadata.tokens == "required"`),
			file(t, "aws/metadata-hop-limit-is-small.yaml", `applies: w.type == "instance"`, `applies: w.type == "none"`),
		},
		"another severity":                 {file(t, "aws/metadata-requires-token.yaml", "severity: high", "severity: critical")},
		"a rule of one's own, of accounts": {own(t, estate.KindAccount)},
		"written, and taken back":          {own(t, estate.KindWorkload), {Kind: listing.DraftRemove, Rule: "ORG-AWS-NET-001"}},
		"a parameter":                      {{Kind: listing.DraftParams, Rule: "AWS-IMDS-002", Params: map[string]string{"max_hops_with_containers": "5"}}},
		"several, one after the other":     {off("AWS-IMDS-002"), own(t, estate.KindWorkload), off(tokens), on(tokens)},
	}
	for about, drafts := range cases {
		for i, recorded := range facts.Examples("aws") {
			if i != 1 && (i != 0 || about != "several, one after the other") {
				continue
			}
			t.Run(fmt.Sprint(about, " ", i), func(t *testing.T) {
				t.Parallel()
				again, fresh := newOffice(t), newOffice(t)
				first := again.look(recorded)
				before := again.said()
				again.approve(drafts...)
				if n := again.catchUp(); n != 1 {
					t.Fatalf("judged again %d times, want once", n)
				}
				fresh.approve(drafts...)
				fresh.look(recorded)
				if d := cmp.Diff(fresh.said(), again.said()); d != "" {
					t.Errorf("a fresh scan (-) and judging again (+) say different things:\n%s", d)
				}
				if about == "switched off and on again" {
					if d := cmp.Diff(before, again.said()); d != "" {
						t.Errorf("nothing was changed in the end, and yet:\n%s", d)
					}
				}
				untouched(t, again, first, drafts)
				if n := again.catchUp(); n != 0 {
					t.Errorf("judged again %d times more, though nothing is behind", n)
				}
			})
		}
	}
}

// untouched holds that judging again wrote nothing but what the changed rules
// say, and that nothing passes for a look at the cloud.
func untouched(t *testing.T, o *office, look scan.Record, drafts []listing.RuleDraft) {
	t.Helper()
	var rules []string
	for _, d := range drafts {
		id := d.Rule
		if d.Kind == listing.DraftFile {
			id = idOf(d.YAML)
		}
		rules = append(rules, id)
	}
	for what, query := range map[string]string{
		"documents":         `select uid from resource where scan <> $1 and $2::text[] is not null union all select uid from resource_version where $1 > 0`,
		"answers":           `select call from answer join shard on shard.id = answer.shard where scan <> $1 and $2::text[] is not null`,
		"verdicts":          `select rule from verdict where scan <> $1 and rule <> all($2)`,
		"findings":          `select rule from finding where changed_scan <> $1 and rule <> all($2)`,
		"events":            `select f.rule from finding_event e join finding f on f.number = e.finding where e.scan <> $1 and f.rule <> all($2)`,
		"counts":            `select rule from tally t where valid_from <> (select started_at from scan where number = $1) and rule <> all($2)`,
		"a later last look": `select 'scan' from account a where $2::text[] is not null and (select max(number) from scan where account_id = a.id and look is null) <> $1`,
	} {
		if got := o.lines(query, look.Number, rules); len(got) > 0 {
			t.Errorf("%s were touched: %v", what, got[:min(3, len(got))])
		}
	}
	ctx := context.Background()
	all, _, err := o.store.Reader().Scans(ctx, 0, listing.Place{})
	if err != nil || len(all) != 2 {
		t.Fatalf("%d scans, want the look and one that judged again: %v", len(all), err)
	}
	if r := all[0]; r.Look != look.Number || r.State != scan.Finished || !r.Asked().Equal(look.EndedAt) || !strings.HasPrefix(r.Asker, "a change of rule") && !strings.HasPrefix(r.Asker, "changes of") {
		t.Errorf("scan %d judged scan %d again, is %s for %q, and the cloud was asked at %s", r.Number, r.Look, r.State, r.Asker, r.Asked())
	}
	accounts, _, err := o.store.Accounts(ctx, listing.Place{})
	if err != nil || !accounts[0].LastScanAt.Equal(look.StartedAt) || accounts[0].Workloads != look.Workloads {
		t.Errorf("last scanned at %s with %d workloads, want %s with %d: %v", accounts[0].LastScanAt, accounts[0].Workloads, look.StartedAt, look.Workloads, err)
	}
}

func aRecording() []byte { return facts.Examples("aws")[1] } // the demo's, which has groups

// What a rule said that is switched off is gone with that reason: nobody mended
// it. Switched on again, it is as it was, with its clock and its due date: what
// was overdue still is.
func TestSwitchingARuleOffMendsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.look(aRecording())
	const clocks = `select concat_ws(' ', uid, clock_at, due_at) from finding where rule = $1 and state = 'open' order by uid`
	was := o.lines(clocks, tokens)
	if len(was) == 0 {
		t.Fatal("nothing fails the rule")
	}
	if _, err := o.store.Pool().Exec(t.Context(), `update finding set clock_at = clock_at - interval '365 days', due_at = due_at - interval '365 days' where state = 'open'`); err != nil {
		t.Fatal(err)
	}
	was = o.lines(clocks, tokens)
	o.approve(off(tokens))
	o.catchUp()
	for _, row := range o.lines(`select concat_ws(' ', state, change, cause[1]) from finding where rule = $1`, tokens) {
		if row != "gone retired The rule AWS-IMDS-001 was switched off here, so nobody asks its question." && row != "gone  The rule AWS-IMDS-001 was switched off here, so nobody asks its question." {
			t.Errorf("a finding is %q", row)
		}
	}
	if left := o.lines(`select uid from member where rule = $1`, tokens); len(left) > 0 {
		t.Errorf("%d members of groups are still said to fail", len(left))
	}
	if n := o.lines(`select coalesce(changes->>'fixed', 'none') from scan where look is not null`); n[0] != "none" {
		t.Errorf("%s failures are called fixed", n[0])
	}
	o.approve(on(tokens))
	o.catchUp()
	if d := cmp.Diff(was, o.lines(clocks, tokens)); d != "" {
		t.Errorf("clocks began anew:\n%s", d)
	}
}

// What fails because a rule was made stricter is not overdue within a week, but
// for what was overdue already when the rule was made looser.
func TestLooseningAndTighteningIsNoWayToANewDueDate(t *testing.T) {
	t.Parallel()
	const name, strict = "aws/metadata-requires-token.yaml", `w.metadata.endpoint == "disabled" || w.metadata.tokens == "required"`
	for about, c := range map[string]struct {
		began, stopped int // days ago
		spared         bool
	}{
		"overdue before":                          {60, 10, false},
		"not overdue before, and overdue by now":  {35, 10, true},
		"overdue before, and a new clock by then": {80, 40, false},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.look(aRecording())
			o.approve(file(t, name, strict, `w.metadata.hop_limit >= 1 || w.metadata.hop_limit < 1`))
			o.catchUp()
			const resolved = `select uid from finding where rule = $1 and state = 'resolved' order by uid`
			loosened := o.lines(resolved, tokens)
			if len(loosened) == 0 {
				t.Fatal("the looser rule lets nothing pass")
			}
			day := time.Now().UTC().Truncate(24 * time.Hour)
			if _, err := o.store.Pool().Exec(t.Context(), `update finding set clock_at = $2, mended_at = $3 where rule = $1 and state = 'resolved'`,
				tokens, day.AddDate(0, 0, -c.began), day.AddDate(0, 0, -c.stopped)); err != nil {
				t.Fatal(err)
			}
			o.approve(file(t, name))
			o.catchUp()
			want := day.AddDate(0, 0, -c.began+31) // high: 30 days, to the end of the day
			switch {
			case c.stopped > 30:
				want = day.AddDate(0, 0, 31)
			case c.spared:
				want = day.AddDate(0, 0, 8)
			}
			for _, due := range o.lines(`select (due_at at time zone 'utc')::date::text from finding where rule = $1 and state = 'open' and uid = any($2)`, tokens, loosened) {
				if due != want.Format(time.DateOnly) {
					t.Errorf("due on %s, want %s", due, want.Format(time.DateOnly))
				}
			}
		})
	}
}

// A rule that can no longer be read is not asked, and what it told is lost sight
// of: an upgrade of the program mends nothing.
func TestARuleThatCannotBeReadLosesSight(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.approve(own(t, estate.KindWorkload))
	o.look(aRecording())
	if len(o.lines(`select uid from finding where rule = 'ORG-AWS-NET-001' and state = 'open'`)) == 0 {
		t.Fatal("nothing fails the rule")
	}
	o.approve(own(t, estate.KindWorkload, "pass: 'w.", "pass: 'w.not_a_field && w."))
	o.catchUp()
	states := o.lines(`select distinct concat_ws(' ', state, cause[1]) from finding where rule = 'ORG-AWS-NET-001' and state <> 'nodata'`)
	if len(states) != 1 || !strings.HasPrefix(states[0], "lost The rule ORG-AWS-NET-001, which was written here, cannot be read") {
		t.Errorf("%v", states)
	}
}

// A scan that begins while an account is judged again takes its place, and so
// its findings are those of a scan.
func TestAScanTakesThePlaceOfJudgingAgain(t *testing.T) {
	t.Parallel()
	o, fresh := newOffice(t), newOffice(t)
	o.look(aRecording())
	change := off(tokens)
	o.approve(change)
	fresh.approve(change)
	fresh.look(aRecording())
	if err := o.runner.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := o.queue.take(t)
	w, err := o.store.TakeShard(t.Context(), id, "slow")
	if err != nil || w == nil {
		t.Fatal(err)
	}
	last := o.lookAt(aRecording(), time.Now().Add(time.Second))
	if err := w.Again(t.Context(), postgres.Judged{}); !errors.Is(err, postgres.ErrLost) {
		t.Errorf("it goes on to store: %v", err)
	}
	if err := o.runner.Shard(t.Context(), id, "late"); err != nil {
		t.Fatal(err)
	}
	if got := o.lines(`select state || ': ' || reason from scan where look is not null`); len(got) != 1 || !strings.HasPrefix(got[0], "interrupted: A scan of the account began") {
		t.Errorf("%v", got)
	}
	if last.Rulebook != 1 || o.catchUp() != 0 {
		t.Errorf("the scan judged by revision %d, and the account is behind", last.Rulebook)
	}
	if d := cmp.Diff(dateless(fresh.said()), dateless(o.said())); d != "" {
		t.Error(d)
	}
}

// dateless leaves out what says how old something is at the time of a scan.
func dateless(lines []string) (all []string) {
	for _, l := range lines {
		if !strings.Contains(l, "AWS-IAM-0") && !strings.Contains(l, "days") {
			all = append(all, l)
		}
	}
	return all
}

// lookAt is look at another time than the recording's.
func (o *office) lookAt(recorded []byte, at time.Time) scan.Record {
	o.t.Helper()
	ctx := context.Background()
	if err := o.book.Refresh(ctx); err != nil {
		o.t.Fatal(err)
	}
	e, f := o.book.Edition(), facts.For("aws")
	keep := postgres.NewKeep(o.store, "1", f).By(postgres.Rulebook{Revision: e.Judging, Off: e.Off, Unread: e.Unread})
	src := &later{recording.NewReader(bytes.NewReader(recorded), f.IsWorkload, 100), at}
	if err := scan.Run(ctx, src, scan.Engine{Rules: e.Set, Facts: facts.Maker("aws")}, keep); err != nil {
		o.t.Fatal(err)
	}
	return keep.Record()
}

// An account that is being scanned is not judged again; it is when the scan has
// ended, for the scan judged by the rules with which it began.
func TestAScanJudgesByTheRulesItBeganWith(t *testing.T) {
	t.Parallel()
	r, q, number := runner(t, sky{})
	o := &office{t: t, store: r.Store, queue: q, runner: r}
	var err error
	if o.book, err = rulebook.New(o.store, slog.New(slog.DiscardHandler), rulebook.Layer{Origin: listing.Shipped, Files: catalog.Embedded()}); err != nil {
		t.Fatal(err)
	}
	r.Rules = o.book.At
	work(t, r, q, 2)
	o.approve(off(tokens))
	if err := r.CatchUp(t.Context()); err != nil || len(q.shards) != 1 {
		t.Fatalf("%d shards are offered, want the scan's last: %v", len(q.shards), err)
	}
	work(t, r, q, 1)
	const open = `select rule from finding where rule = $1 and state = 'open'`
	if err := r.Close(t.Context(), number); err != nil {
		t.Fatal(err)
	}
	if got := state(t, r.Store, number); got.State != scan.Finished || got.Rulebook != 0 || len(o.lines(open, tokens)) != 1 {
		t.Errorf("%s by revision %d, %d findings", got.State, got.Rulebook, len(o.lines(open, tokens)))
	}
	if len(q.shards) != 1 {
		t.Fatalf("%d shards are offered, want the one that judges again", len(q.shards))
	}
	work(t, r, q, 1)
	if n := len(o.lines(open, tokens)); n != 0 {
		t.Errorf("%d findings of the rule are open, which is switched off", n)
	}
	next, err := r.Store.OpenScan(t.Context(), 1, r.Engine, "anna", q)
	if err != nil {
		t.Fatal(err)
	}
	work(t, r, q, 3)
	if err := r.Close(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if got := state(t, r.Store, next); got.Rulebook != 1 || len(o.lines(open, tokens)) != 0 || len(q.shards) != 0 {
		t.Errorf("the next scan judged by revision %d, %d findings, %d shards more", got.Rulebook, len(o.lines(open, tokens)), len(q.shards))
	}
}

// A worker that vanishes in the middle costs time: another one begins again, and
// what comes of it is the same, told once.
func TestAKilledWorkerIsReplaced(t *testing.T) {
	t.Parallel()
	o, undisturbed := newOffice(t), newOffice(t)
	change := file(t, "aws/metadata-requires-token.yaml", `w.metadata.endpoint == "disabled" || w.metadata.tokens == "required"`, `w.metadata.hop_limit == 7`)
	for _, of := range []*office{o, undisturbed} {
		of.look(aRecording())
		of.approve(change)
	}
	undisturbed.catchUp()
	if err := o.runner.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := o.queue.take(t)
	died := errors.New("killed")
	o.runner.Facts = func(provider string) judge.Facts { return &mortal{Facts: facts.For(provider), left: 40, of: died} }
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the worker lived")
			}
		}()
		_ = o.runner.Shard(t.Context(), id, "doomed")
	}()
	o.runner.Facts = facts.For
	if _, err := o.store.Sweep(t.Context(), 0, 5, o.queue); err != nil {
		t.Fatal(err)
	}
	o.catchUp()
	if d := cmp.Diff(undisturbed.said(), o.said()); d != "" {
		t.Error(d)
	}
	const changes = `select changes::text from scan where look is not null and state = 'finished'`
	if d := cmp.Diff(undisturbed.lines(changes), o.lines(changes)); d != "" {
		t.Errorf("what was told:\n%s", d)
	}
}

// A framework judges nothing: approving one judges nothing again, and leaves
// scans comparable.
func TestAFrameworkJudgesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.look(aRecording())
	o.approve(listing.RuleDraft{Kind: listing.DraftFramework, Rule: "ours", YAML: "id: ours"})
	if n := o.catchUp(); n != 0 {
		t.Errorf("judged again %d times", n)
	}
	if all, err := o.store.Rejudgements(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("%+v are told to wait: %v", all, err)
	}
	if r := o.lookAt(aRecording(), time.Now().Add(time.Second)); r.Rulebook != 0 {
		t.Errorf("a scan judges by revision %d", r.Rulebook)
	}
}

// However many workers look at once, each account is judged again once.
func TestTwoWorkersJudgeOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.look(aRecording())
	o.approve(off(tokens))
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if _, err := o.store.OpenRejudgements(t.Context(), "1", &queue{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	ids := o.lines(`select id::text from shard where part = 'again'`)
	if len(ids) != 1 {
		t.Fatalf("begun %d times", len(ids))
	}
	var id int64
	if _, err := fmt.Sscan(ids[0], &id); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		all.Go(func() {
			if err := o.runner.Shard(t.Context(), id, "one of two"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := o.lines(`select concat_ws(' ', s.state, sh.state, sh.attempt) from scan s join shard sh on sh.scan = s.number where look is not null`); len(got) != 1 || got[0] != "finished finished 1" {
		t.Errorf("%v", got)
	}
}

// Whoever waits sees how far it is: before it began, while it goes on, and when
// it is done.
func TestItIsToldHowFarJudgingAgainIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	look := o.look(aRecording())
	o.approve(off("AWS-IMDS-002"), file(t, "aws/metadata-requires-token.yaml", "severity: high", "severity: critical"))
	tell := func() listing.Rejudgement {
		all, err := o.store.Rejudgements(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatalf("%d are told of, want 1: %v", len(all), err)
		}
		return all[0]
	}
	if got := tell(); got.State != "waiting" || got.Scan != 0 || got.Why != "changes of 2 rules" {
		t.Errorf("before: %+v", got)
	}
	if err := o.runner.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := tell(); got.State != "waiting" || got.Scan == 0 || got.Progress.All != look.Workloads {
		t.Errorf("offered: %+v", got)
	}
	o.runner.Facts = func(provider string) judge.Facts {
		return &mortal{Facts: facts.For(provider), left: -1, each: func() {
			if got := tell(); got.State != "running" || got.Progress.Done > got.Progress.All {
				t.Errorf("meanwhile: %+v", got)
			}
		}}
	}
	if err := o.runner.Shard(t.Context(), o.queue.take(t), "one"); err != nil {
		t.Fatal(err)
	}
	if got := tell(); got.State != "done" || got.Progress.Done != look.Workloads || got.Ended.IsZero() {
		t.Errorf("after: %+v", got)
	}
}
