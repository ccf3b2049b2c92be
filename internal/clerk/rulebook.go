package clerk

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/access"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/rule/ruletest"
	"plumbline/internal/rulebook"
)

// A Rulebook is a listing.Rulebook: what people may see and do of the rules.
type Rulebook struct {
	Store *postgres.Store
	Book  *rulebook.Book
	Facts func(provider string) judge.Facts // makes a reader for one goroutine
	// Audit appends a line, in the transaction that ctx carries.
	Audit func(context.Context, Line) error
	// CatchUp lets accounts be judged again once the transaction holds.
	CatchUp func(context.Context, pgx.Tx) error
	// Framework reads the file of a framework, whose rules are among those given.
	// Where it is nil, frameworks cannot be changed here.
	Framework func(file string, rules rule.Lookup) (id string, flaws rule.Flaws)
	// PreviewTime is how long a preview may take; 0 is a minute.
	PreviewTime time.Duration
}

var _ listing.Rulebook = (*Rulebook)(nil)

// Entries lists every rule by id.
func (b *Rulebook) Entries(ctx context.Context) ([]listing.RuleEntry, error) {
	pending, err := b.Store.PendingRules(ctx)
	if err != nil {
		return nil, err
	}
	all := b.Book.Edition().Entries()
	for i := range all {
		all[i].Pending = pending[all[i].Rule.ID]
	}
	return all, nil
}

// Entry gives one rule and the changes to it.
func (b *Rulebook) Entry(ctx context.Context, id string) (listing.RuleEntry, []listing.RuleChange, error) {
	e, err := b.Book.Edition().Entry(id)
	if err != nil {
		return e, nil, err
	}
	changes, err := b.Store.RuleChangesOf(ctx, id, listing.RecentChanges)
	if err != nil {
		return e, nil, err
	}
	for i := range changes {
		b.mark(ctx, &changes[i])
	}
	pending, err := b.Store.PendingRules(ctx)
	e.Pending = pending[id]
	return e, changes, err
}

// Changes lists those in a state.
func (b *Rulebook) Changes(ctx context.Context, state listing.ChangeState, at listing.Place) ([]listing.RuleChange, listing.Cursors, error) {
	all, c, err := b.Store.RuleChanges(ctx, state, at)
	for i := range all {
		b.mark(ctx, &all[i])
	}
	return all, c, err
}

// Change gives one.
func (b *Rulebook) Change(ctx context.Context, id int64) (listing.RuleChange, error) {
	c, err := b.Store.RuleChange(ctx, id)
	b.mark(ctx, &c)
	return c, err
}

// mark says what the viewer may do with a change.
func (*Rulebook) mark(ctx context.Context, c *listing.RuleChange) {
	v := access.From(ctx)
	if v == nil || c.State != listing.Proposed {
		return
	}
	mine := strings.EqualFold(c.By, v.Email)
	c.MayDecide = !mine && v.ReachOf(access.ApproveChanges).All
	c.MyProposal = mine && v.ReachOf(access.ProposeRules).All
}

// Check reads a draft and proves it.
func (b *Rulebook) Check(ctx context.Context, d listing.RuleDraft) (listing.RuleCheck, error) {
	if err := whole(ctx, access.ReadEstate); err != nil {
		return listing.RuleCheck{}, err
	}
	c, _, err := b.check(b.Book.Edition(), d)
	return c, err
}

// check reads a draft against an edition, and fills in the id of its rule.
func (b *Rulebook) check(e *rulebook.Edition, d listing.RuleDraft) (c listing.RuleCheck, t rulebook.Drafted, err error) {
	if flaw := unreadable(d.YAML); flaw != "" {
		return listing.RuleCheck{Flaws: rule.Flaws{{File: "draft", Line: 1, Col: 1, Text: flaw}}}, rulebook.Drafted{Draft: d}, nil
	}
	if d.Kind == listing.DraftFramework || d.Kind == listing.DraftRemove && e.Framework(d.Rule) != "" {
		return b.checkFramework(e, d)
	}
	t, c.Flaws, err = e.Try(d)
	if err != nil || len(c.Flaws) > 0 {
		return c, t, err
	}
	c.Rule = t.Rule
	if c.Rule == nil { // a rule of one's own is taken back
		c.Rule = t.Before
	}
	if c.Rule == nil {
		c.Rule = &rule.Rule{ID: t.Draft.Rule}
	}
	if d.Kind == listing.DraftFile || d.Kind == listing.DraftParams {
		c.Counts = map[string]int{}
		for outcome, n := range ruletest.Tally(c.Rule) {
			c.Counts[outcome.String()] = n
		}
		for _, p := range ruletest.ProveRule(c.Rule) {
			c.Problems = append(c.Problems, p.String())
		}
	}
	return c, t, nil
}

// checkFramework reads the file of a framework.
func (b *Rulebook) checkFramework(e *rulebook.Edition, d listing.RuleDraft) (c listing.RuleCheck, t rulebook.Drafted, err error) {
	t.Draft = d
	if b.Framework == nil {
		return c, t, problem.New(problem.Invalid, "Frameworks cannot be changed from here. Put the file into the folder frameworks of the rules directory, and start the service again.")
	}
	if d.Kind == listing.DraftFramework {
		var id string
		id, c.Flaws = b.Framework(d.YAML, e.Set)
		if d.Rule != "" && id != d.Rule && len(c.Flaws) == 0 {
			c.Flaws = rule.Flaws{{File: "draft", Line: 1, Col: 1, Text: fmt.Sprintf("the file's id is %s, and the change is of %s; an id never changes", id, d.Rule)}}
		}
		t.Draft.Rule = id
	}
	t.Text = e.Framework(t.Draft.Rule)
	if len(c.Flaws) == 0 {
		c.Rule = &rule.Rule{ID: t.Draft.Rule}
	}
	return c, t, nil
}

// The lengths of what people write, in bytes.
const (
	longestWhy  = 2000
	longestFile = 256 << 10
)

// unreadable says what is wrong with a text before anybody reads it as YAML.
func unreadable(text string) string {
	switch {
	case len(text) > longestFile:
		return fmt.Sprintf("the file has %d bytes and may have %d", len(text), longestFile)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "the file is no text in UTF-8"
	}
	return ""
}

// Propose keeps a draft until somebody else decides.
func (b *Rulebook) Propose(ctx context.Context, d listing.RuleDraft) (id int64, err error) {
	if err := whole(ctx, access.ProposeRules); err != nil {
		return 0, err
	}
	if d.Why, err = soundWords(d.Why, "Say in a sentence what the change is for: whoever decides reads it, and so does an auditor."); err != nil {
		return 0, err
	}
	checked, t, err := b.check(b.Book.Edition(), d)
	if err != nil {
		return 0, err
	}
	if !checked.Whole() {
		return 0, problem.New(problem.Invalid, "%s", told(&checked))
	}
	c := listing.RuleChange{RuleDraft: t.Draft, By: access.From(ctx).Email, Before: t.Text}
	n, err := b.Store.WaitingRules(ctx, c.By)
	if err != nil {
		return 0, err
	}
	if n >= mostWaiting {
		return 0, problem.New(problem.Conflict, "%d of your proposals wait for somebody to decide. Withdraw some, or have them decided, before you propose more.", n)
	}
	if id, err = b.Store.ProposeRule(ctx, &c); err != nil {
		return 0, err
	}
	c.ID = id
	return id, b.Audit(ctx, line("rule change proposed", &c, map[string]string{"what for": c.Why}))
}

// told lists all that is wrong with a draft.
func told(c *listing.RuleCheck) string {
	lines := append([]string{}, c.Problems...)
	if len(c.Flaws) > 0 {
		lines = append([]string{c.Flaws.Error()}, lines...)
	}
	return "The change cannot be proposed as it stands.\n" + strings.Join(lines, "\n")
}

// Decide approves or refuses a change that somebody else proposed.
func (b *Rulebook) Decide(ctx context.Context, id int64, approve bool, note string) error {
	c, err := b.Store.RuleChange(ctx, id)
	if err != nil {
		return err
	}
	v := access.From(ctx)
	if err := whole(ctx, access.ApproveChanges); err != nil {
		return err
	}
	switch {
	case v.Token != "": // the table lets no token through; what judges all accounts is held twice
		return problem.New(problem.Forbidden, "A change is decided by a person in a browser, never by a token.")
	case strings.EqualFold(c.By, v.Email):
		return problem.New(problem.Forbidden, "You proposed change %d, so somebody else decides it. Ask another officer.", id)
	case c.State != listing.Proposed:
		return problem.New(problem.Conflict, "Change %d is %s already; there is nothing left to decide.", id, c.State)
	}
	if note != "" || !approve {
		if note, err = soundWords(note, "Say why you refuse: whoever proposed it reads it."); err != nil {
			return err
		}
	}
	c.DecidedBy, c.Note, c.State = v.Email, note, listing.Refused
	detail := map[string]string{"note": note, "proposed by": c.By}
	if !approve {
		if _, err := b.Store.DecideRule(ctx, &c); err != nil {
			return err
		}
		return b.Audit(ctx, line("rule change refused", &c, detail))
	}
	if err := b.fits(ctx, &c); err != nil {
		return err
	}
	c.State = listing.Approved
	revision, err := b.Store.DecideRule(ctx, &c)
	if err != nil {
		return err
	}
	detail["revision"] = fmt.Sprint(revision)
	if err := b.CatchUp(ctx, postgres.Tx(ctx)); err != nil {
		return err
	}
	return b.Audit(ctx, line("rule change approved", &c, detail))
}

// fits holds a change against the rules as they are when it is approved; no
// other is approved meanwhile.
func (b *Rulebook) fits(ctx context.Context, c *listing.RuleChange) error {
	revision, err := b.Store.HoldRules(ctx)
	if err != nil {
		return err
	}
	e, err := b.Book.At(ctx, revision)
	if err != nil {
		return err
	}
	checked, _, err := b.check(e, c.RuleDraft)
	if err == nil && !checked.Whole() {
		err = problem.New(problem.Conflict, "The rules were changed since this was proposed, and change %d no longer fits. Refuse it, and let it be proposed anew.\n%s", c.ID, told(&checked))
	}
	return err
}

// Withdraw takes one's own proposal back.
func (b *Rulebook) Withdraw(ctx context.Context, id int64) error {
	c, err := b.Store.RuleChange(ctx, id)
	if err != nil {
		return err
	}
	if err := whole(ctx, access.ProposeRules); err != nil {
		return err
	}
	v := access.From(ctx)
	switch {
	case !strings.EqualFold(c.By, v.Email):
		return problem.New(problem.Forbidden, "Change %d is %s's. Only who proposed a change withdraws it; an officer may refuse it.", id, c.By)
	case c.State != listing.Proposed:
		return problem.New(problem.Conflict, "Change %d is %s already, so it cannot be withdrawn.", id, c.State)
	}
	c.State, c.DecidedBy = listing.Withdrawn, c.By
	if _, err := b.Store.DecideRule(ctx, &c); err != nil {
		return err
	}
	return b.Audit(ctx, line("rule change withdrawn", &c, nil))
}

// Rejudgements tells how far judging again is.
func (b *Rulebook) Rejudgements(ctx context.Context) ([]listing.Rejudgement, error) {
	return b.Store.Rejudgements(ctx)
}

func line(action string, c *listing.RuleChange, detail map[string]string) Line {
	all := map[string]string{"change": fmt.Sprint(c.ID), "kind": string(c.Kind)}
	for k, v := range detail {
		all[k] = v
	}
	for k, v := range c.Params {
		all["parameter "+k] = v
	}
	what := "rule "
	if c.Kind == listing.DraftFramework {
		what = "framework "
	}
	return Line{Action: action, Object: what + c.Rule, Detail: all}
}

// whole asks for an action over all accounts: rules hold for every one.
func whole(ctx context.Context, a access.Action) error {
	v := access.From(ctx)
	switch {
	case v == nil || !v.May(a):
		return problem.New(problem.Forbidden, "Your role does not allow you to %s. Ask an administrator for a role that does.", a)
	case a != access.ReadEstate && !v.ReachOf(a).All:
		return problem.New(problem.Forbidden, "Rules hold for every account, so to %s takes a role over all of them.", a)
	}
	return nil
}

func soundWords(text, missing string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", problem.New(problem.Invalid, "%s", missing)
	case len(text) > longestWhy:
		return "", problem.New(problem.Invalid, "The text is %d bytes long; at most %d are kept. Shorten it.", len(text), longestWhy)
	case !utf8.ValidString(text) || strings.ContainsFunc(strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(text), unseen):
		return "", problem.New(problem.Invalid, "The text holds what is no text. Type it anew.")
	}
	return text, nil
}

// add counts an outcome.
func add(o *listing.Outcomes, is finding.Outcome) {
	switch is {
	case finding.Pass:
		o.Pass++
	case finding.Fail:
		o.Fail++
	case finding.Unknown:
		o.Unknown++
	case finding.NotApplicable:
		o.NotApplicable++
	}
}
