package ui_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/rule/ruletest"
	"plumbline/internal/ui"
)

// A book is a rulebook in memory. It composes, proves and judges as the real one
// does: by the same package of rules. What it judges are the examples of the
// rules as they came.
type book struct {
	shipped fstest.MapFS

	mu      sync.Mutex
	changes []listing.RuleChange // as they were proposed
	again   []listing.Rejudgement
	broken  error // what everything comes to
	unread  bool  // something that was approved can no longer be read
	asked   []string
}

// someRules are files of the catalogue: of several severities and kinds, one
// with parameters if there is one.
var someRules = sync.OnceValue(func() fstest.MapFS {
	want := []string{"metadata-requires-token.yaml", "role-is-bound-to-its-network.yaml", "default-requires-token.yaml", "metadata-hop-limit-is-small.yaml"}
	out := fstest.MapFS{}
	err := fs.WalkDir(catalog.Embedded(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(catalog.Embedded(), name)
		if slices.Contains(want, d.Name()) || len(out) < 8 && strings.Contains(string(b), "\nparams:") {
			out[name] = &fstest.MapFile{Data: b}
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return out
})

// settable is a rule of somebody's own that has a parameter of each type.
const settable = `id: ORG-AWS-IMDS-007
name: hop-limit-is-ours
title: Hop limit of the metadata service is as small as we want it
fault: Hop limit of the metadata service is larger than we want it
severity: low
for: workload
params:
  most_hops: {is: 2, doc: "The largest hop limit that is well.", least: 1, most: 64}
  strict: {is: false, doc: "Whether endpoints that are switched off are looked at too."}
  mode: {is: lenient, doc: "How the rule is meant.", one_of: [lenient, severe]}
applies: params.strict || w.metadata.endpoint == "enabled"
pass: w.metadata.hop_limit <= params.most_hops || (params.mode == "severe" && w.metadata.hop_limit <= 1)
say: >
  the hop limit is {{ w.metadata.hop_limit }}
why: >
  A token that travels further than it has to can be taken on the way.
fix:
  cli: aws ec2 modify-instance-metadata-options --instance-id {{ w.id }} --http-put-response-hop-limit 1
  console: >
    EC2 > Instances > Actions > Modify instance metadata options
  source: >
    The launch template of the instance.
  sets: {metadata.hop_limit: 1}
references:
  - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
examples:
  - {name: one hop, want: pass, w: {metadata: {endpoint: enabled, hop_limit: 1}}}
  - {name: too many hops, want: fail, w: {metadata: {endpoint: enabled, hop_limit: 3}}}
  - {name: nobody could tell, want: unknown, w: {metadata: {endpoint: enabled}}}
  - {name: switched off, want: not_applicable, w: {metadata: {endpoint: disabled, hop_limit: 3}}}
`

func newBook() *book { return &book{shipped: someRules()} }

// approved notes a change that was approved before anybody looked.
func (b *book) approved(d listing.RuleDraft, by string) {
	before := ""
	if set, err := b.compose(); err == nil {
		if r, ok := set.Rule(d.Rule); ok {
			before = b.yaml(r)
		}
	}
	b.changes = append(b.changes, listing.RuleChange{ID: int64(len(b.changes) + 1), RuleDraft: d, State: listing.Approved, By: by, Before: before, At: clock().Add(-72 * time.Hour),
		DecidedBy: "officer@halden.example", DecidedAt: clock().Add(-71 * time.Hour), Note: "agreed"})
}

var named = regexp.MustCompile(`(?m)^name: *([a-z0-9-]+)`)

// fileOf is the file that a draft is read from: its name has to be the rule's.
func fileOf(text string) string {
	if m := named.FindStringSubmatch(text); m != nil {
		return "own/" + m[1] + ".yaml"
	}
	return "own/draft.yaml"
}

// own is the layer of what people wrote, and what they chose.
func (b *book) own(more ...listing.RuleDraft) (fstest.MapFS, rule.Choice) {
	layer, c := fstest.MapFS{}, rule.Choice{Off: map[string]bool{}, Params: map[string]map[string]string{}}
	files := map[string]string{}
	var all []listing.RuleDraft
	for _, x := range b.changes {
		if x.State == listing.Approved {
			all = append(all, x.RuleDraft)
		}
	}
	for _, d := range append(all, more...) {
		switch d.Kind {
		case listing.DraftFile:
			delete(layer, files[d.Rule])
			files[d.Rule] = fileOf(d.YAML)
			layer[files[d.Rule]] = &fstest.MapFile{Data: []byte(d.YAML)}
		case listing.DraftRemove:
			delete(layer, files[d.Rule])
		case listing.DraftOff, listing.DraftOn:
			c.Off[d.Rule] = d.Kind == listing.DraftOff
		case listing.DraftParams:
			c.Params[d.Rule] = d.Params
		case listing.DraftFramework:
		}
	}
	return layer, c
}

func (b *book) compose(more ...listing.RuleDraft) (*rule.Set, error) {
	layer, c := b.own(more...)
	return rule.Compose(c, b.shipped, layer)
}

func (b *book) yaml(r *rule.Rule) string {
	layer, _ := b.own()
	if f := layer[r.File]; f != nil {
		return string(f.Data)
	}
	if f := b.shipped[r.File]; f != nil {
		return string(f.Data)
	}
	return ""
}

func (b *book) note(what string) error {
	b.asked = append(b.asked, what)
	return b.broken
}

func (b *book) entries() ([]listing.RuleEntry, error) {
	set, err := b.compose()
	if err != nil {
		return nil, err
	}
	first, err := rule.Load(b.shipped)
	if err != nil {
		return nil, err
	}
	_, c := b.own()
	var out []listing.RuleEntry
	for _, r := range slices.Concat(set.Rules(), set.Switched()) {
		e := listing.RuleEntry{Rule: r, Origin: listing.Shipped, Off: r.Off, YAML: b.yaml(r), Params: c.Params[r.ID]}
		if _, came := first.Rule(r.ID); !came {
			e.Origin = listing.Own
		} else {
			e.Edited = r.Layer > 0
		}
		for _, x := range b.changes {
			if x.State == listing.Proposed && x.Rule == r.ID {
				e.Pending++
			}
		}
		out = append(out, e)
	}
	if b.unread {
		out = append(out, listing.RuleEntry{Rule: &rule.Rule{ID: "ORG-AWS-OLD-001", Title: "It cannot be read by this version of the program."}, Origin: listing.Own, YAML: "id: ORG-AWS-OLD-001\n",
			Flaws: rule.Flaws{{File: "old.yaml", Line: 3, Col: 7, Text: "a workload has no field 'metadata.token'; did you mean 'metadata.tokens'?"}}})
	}
	slices.SortFunc(out, func(a, b listing.RuleEntry) int { return strings.Compare(a.Rule.ID, b.Rule.ID) })
	return out, nil
}

func (b *book) Entries(context.Context) ([]listing.RuleEntry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken != nil {
		return nil, b.broken
	}
	return b.entries()
}

func (b *book) Entry(ctx context.Context, id string) (listing.RuleEntry, []listing.RuleChange, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	all, err := b.entries()
	if err != nil {
		return listing.RuleEntry{}, nil, err
	}
	var changes []listing.RuleChange
	for _, c := range slices.Backward(b.changes) {
		if c.Rule == id {
			changes = append(changes, seen(ctx, c))
		}
	}
	for _, e := range all {
		if e.Rule.ID == id {
			return e, changes, nil
		}
	}
	return listing.RuleEntry{}, nil, problem.New(problem.NotFound, "There is no rule %q.", id)
}

// seen adds what the viewer may do with a change.
func seen(ctx context.Context, c listing.RuleChange) listing.RuleChange {
	v := access.From(ctx)
	mine := v != nil && v.Email == c.By
	c.MayDecide = c.State == listing.Proposed && !mine && v.May(access.ApproveChanges)
	c.MyProposal = c.State == listing.Proposed && mine
	return c
}

func (b *book) Changes(ctx context.Context, state listing.ChangeState, at listing.Place) ([]listing.RuleChange, listing.Cursors, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []listing.RuleChange
	for _, c := range slices.Backward(b.changes) {
		if state == "" || c.State == state {
			all = append(all, seen(ctx, c))
		}
	}
	page, c := cut(all, at)
	return page, c, b.broken
}

func (b *book) Change(ctx context.Context, id int64) (listing.RuleChange, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if id > int64(len(b.changes)) {
		return listing.RuleChange{}, problem.New(problem.NotFound, "There is no such change.")
	}
	return seen(ctx, b.changes[id-1]), nil
}

func (b *book) check(d listing.RuleDraft) listing.RuleCheck {
	if d.Rule == "" {
		d.Rule = "draft"
	}
	set, err := b.compose(d)
	var flaws rule.Flaws
	if errors.As(err, &flaws) {
		return listing.RuleCheck{Flaws: flaws}
	}
	for _, r := range set.Rules() {
		if r.File == fileOf(d.YAML) {
			c := listing.RuleCheck{Rule: r, Counts: map[string]int{}}
			for _, p := range ruletest.ProveRule(r) {
				c.Problems = append(c.Problems, p.String())
			}
			for o, n := range ruletest.Tally(r) {
				c.Counts[o.String()] = n
			}
			return c
		}
	}
	return listing.RuleCheck{}
}

func (b *book) Check(_ context.Context, d listing.RuleDraft) (listing.RuleCheck, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.check(d), b.note("check")
}

func (b *book) Preview(_ context.Context, d listing.RuleDraft, _ func(listing.Progress)) (listing.Preview, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.note("preview"); err != nil {
		return listing.Preview{}, err
	}
	id := d.Rule
	if d.Kind == listing.DraftFile {
		id = b.check(d).Rule.ID
		d.Rule = id
	}
	was, err := b.compose()
	if err != nil {
		return listing.Preview{}, err
	}
	is, err := b.compose(d)
	if err != nil {
		return listing.Preview{}, err
	}
	p := listing.Preview{Accounts: 2, Took: 40 * time.Millisecond}
	of, ok := was.Rule(id)
	if !ok {
		of, _ = is.Rule(id)
	}
	for _, e := range of.Examples {
		o, err := of.AsWritten().Subject(e)
		if err != nil {
			return p, err
		}
		say := func(set *rule.Set, to *listing.Outcomes) finding.Outcome {
			r, ok := set.Rule(id)
			if !ok || r.Off {
				return 0
			}
			out := rule.NewJudge(set).Judge(r, o)
			switch out {
			case finding.Pass:
				to.Pass++
			case finding.Fail:
				to.Fail++
			case finding.Unknown:
				to.Unknown++
			case finding.NotApplicable:
				to.NotApplicable++
			}
			return out
		}
		p.Subjects++
		if before, after := say(was, &p.Before), say(is, &p.After); before != after {
			h := o.Head()
			p.Moves = append(p.Moves, listing.Move{Provider: h.Provider, Account: h.Account, Region: h.Region, UID: h.UID, ID: h.ID, Name: e.Name, Before: before, After: after, Say: "judged by the draft"})
		}
	}
	return p, nil
}

func (b *book) Propose(ctx context.Context, d listing.RuleDraft) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := access.From(ctx)
	if !v.May(access.ProposeRules) {
		return 0, problem.New(problem.Forbidden, "You may not propose rules.")
	}
	if err := b.note("propose"); err != nil {
		return 0, err
	}
	c := listing.RuleChange{ID: int64(len(b.changes) + 1), State: listing.Proposed, By: v.Email, At: clock()}
	if d.Kind == listing.DraftFile {
		d.Rule = b.check(d).Rule.ID
	}
	if set, err := b.compose(); err == nil {
		if r, ok := set.Rule(d.Rule); ok {
			c.Before = b.yaml(r)
		}
	}
	c.RuleDraft = d
	b.changes = append(b.changes, c)
	return c.ID, nil
}

func (b *book) decide(id int64, v *access.Viewer, to listing.ChangeState, note string) error {
	c := &b.changes[id-1]
	if c.State != listing.Proposed {
		return problem.New(problem.Conflict, "Change %d is %s already.", id, c.State)
	}
	c.State, c.DecidedBy, c.DecidedAt, c.Note = to, v.Email, clock(), note
	return nil
}

func (b *book) Decide(ctx context.Context, id int64, approve bool, note string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := access.From(ctx)
	if !v.May(access.ApproveChanges) || v.Email == b.changes[id-1].By {
		return problem.New(problem.Forbidden, "Whoever proposed a change does not decide it.")
	}
	if err := b.note("decide"); err != nil {
		return err
	}
	if !approve {
		return b.decide(id, v, listing.Refused, note)
	}
	b.again = []listing.Rejudgement{{Account: 3, External: account, Name: "payments", Why: "rule " + b.changes[id-1].Rule + " was changed", State: "running",
		Progress: listing.Progress{Done: 400, All: 1200}, Began: clock()}}
	return b.decide(id, v, listing.Approved, note)
}

func (b *book) Withdraw(ctx context.Context, id int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := access.From(ctx)
	if id > int64(len(b.changes)) || v.Email != b.changes[id-1].By {
		return problem.New(problem.Forbidden, "Only who proposed a change withdraws it.")
	}
	return b.decide(id, v, listing.Withdrawn, "")
}

func (b *book) Rejudgements(context.Context) ([]listing.Rejudgement, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.again), b.broken
}

func (b *book) judges(change func([]listing.Rejudgement)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b.again)
}

// serve shows the book to a viewer, beside an estate that was scanned.
func (b *book) serve(v *access.Viewer) http.Handler {
	return ui.New(ui.Config{
		Reader: full(), Rules: catalogue(), Fix: fixFor, Now: clock, Version: "0.1.0", Auth: as{v}, Rulebook: b,
		Silences: func(string) (map[string][]string, error) {
			return map[string][]string{"ec2:DescribeInstances": {"AWS-IMDS-001", "AWS-IMDS-002"}, "iam:ListRoles": {"AWS-IAM-012"}}, nil
		},
		Controls: func(id string) []ui.Spoken {
			if id != "AWS-IMDS-001" {
				return nil
			}
			return []ui.Spoken{{Framework: "AWS FSBP", Control: "EC2.8", Title: "Instances require session tokens", Path: "/compliance/aws-fsbp", Says: "the publisher's own test"}}
		},
		Pace: ui.Pace{Look: 5 * time.Millisecond, Beat: time.Minute},
	})
}

// person is somebody with a role over everything, and an e-mail of their own.
func person(role access.Role) *access.Viewer {
	v := viewer(role)
	v.Email = string(role) + "@halden.example"
	return v
}

func TestTheBookOfTheseTestsIsARulebook(t *testing.T) {
	t.Parallel()
	var _ listing.Rulebook = newBook()
	b := newBook()
	b.approved(listing.RuleDraft{Kind: listing.DraftFile, Rule: "ORG-AWS-IMDS-007", YAML: settable, Why: "ours"}, "engineer@halden.example")
	if c := b.check(listing.RuleDraft{Kind: listing.DraftFile, Rule: "ORG-AWS-IMDS-007", YAML: settable}); !c.Whole() {
		t.Fatalf("%v %v", c.Flaws, c.Problems)
	}
	all, err := b.Entries(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, e := range all {
		ids[e.Rule.ID] = true
	}
	if !ids["AWS-IMDS-001"] || !ids["ORG-AWS-IMDS-007"] {
		t.Fatal(fmt.Sprint(slices.Sorted(maps.Keys(ids))))
	}
}
