package postgres

import (
	"context"
	"fmt"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/judge"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// A Keep stores a scan as it comes. It is a scan.Out.
type Keep struct {
	store  *Store
	engine string
	facts  judge.Facts
	rules  Rulebook
	writer *Writer
	record scan.Record
}

// NewKeep stores into s. engine is the version of the program; facts say what
// was listed in full.
func NewKeep(s *Store, engine string, facts judge.Facts) *Keep {
	return &Keep{store: s, engine: engine, facts: facts}
}

// A Rulebook says of the rules that judge which revision they are of, and of
// those that do not why.
type Rulebook struct {
	Revision    int64
	Off, Unread func(rule string) bool // see Sight; may be nil
}

// By says by which rules the scan is judged. Without it they are the rules as
// they come.
func (k *Keep) By(r Rulebook) *Keep {
	k.rules = r
	return k
}

// Record is the scan as it was stored, once it has ended.
func (k *Keep) Record() scan.Record { return k.record }

// Start begins the scan and stores the context.
func (k *Keep) Start(ctx context.Context, c *snapshot.Context) (err error) {
	k.writer, err = k.store.Begin(ctx, scan.Record{Provider: c.Provider, Account: c.Account, StartedAt: c.TakenAt, Engine: k.engine, Rulebook: k.rules.Revision})
	if err != nil {
		return err
	}
	for _, kind := range c.Kinds() {
		if err := k.writer.Page(ctx, c.Resources(kind), Judged{}); err != nil {
			return err
		}
	}
	return nil
}

// Page stores one page.
func (k *Keep) Page(ctx context.Context, rs []snapshot.Resource, res judge.Result) error {
	return k.writer.Page(ctx, rs, JudgedOf(&res))
}

// End stores the ledger and the last verdicts, and closes the scan.
func (k *Keep) End(ctx context.Context, c *snapshot.Context, res judge.Result) error {
	if err := k.writer.Answers(ctx, c.Answers()); err != nil {
		return err
	}
	j, sight := Whole(c, &res, k.facts)
	sight.Off, sight.Unread = k.rules.Off, k.rules.Unread
	var err error
	k.record, err = k.writer.Close(ctx, j, sight)
	return err
}

// Whole is what the end of a scan has to store: what the rules said of all that
// is no workload, and what was seen in full. c holds the whole ledger.
func Whole(c *snapshot.Context, res *judge.Result, facts judge.Facts) (Judged, Sight) {
	kinds := map[string]estate.Kind{}
	for _, r := range res.Rules {
		kinds[r.ID] = r.For
	}
	out := snapshot.LeftOut(c.Answers())
	j := JudgedOf(res)
	if len(out) > 0 {
		j.Narrowed = coverage(res.Rules)
	}
	return j, Sight{
		Listed: func(kind, region string) bool {
			if f, ok := facts.(judge.Finder); ok && !f.Found(c, kind, region) {
				return false
			}
			// What stands beside workloads is asked of those that were listed.
			return !facts.IsWorkload(kind) && !facts.Beside(kind) || facts.Whole(c, estate.KindWorkload, region)
		},
		Asked: func(rule string) bool { _, known := kinds[rule]; return known },
		Whole: func(rule, region string) bool {
			kind, known := kinds[rule]
			return known && !j.Narrowed[rule] && facts.Whole(c, kind, region)
		},
		LeftOut: func(region string) bool { return slices.Contains(out, region) },
	}
}

// coverage names the rules about what could be seen.
func coverage(rules []*rule.Rule) map[string]bool {
	ids := map[string]bool{}
	for _, r := range rules {
		if r.Coverage {
			ids[r.ID] = true
		}
	}
	return ids
}

// Abort ends a scan that cannot be finished; it does nothing if none began.
func (k *Keep) Abort(ctx context.Context, reason string) error {
	if k.writer == nil || k.record.Number != 0 {
		return nil
	}
	if err := k.writer.Abort(ctx, reason); err != nil {
		return fmt.Errorf("abort scan: %w", err)
	}
	return nil
}

// JudgedOf is a result as a Writer stores it.
func JudgedOf(res *judge.Result) Judged {
	j := Judged{Subjects: res.Subjects, Outcomes: res.Outcomes, Verdicts: res.Verdicts, Rows: res.Rows, Rules: make([]RuleRef, len(res.Rules))}
	for i, r := range res.Rules {
		j.Rules[i] = RuleRef{ID: r.ID, Version: r.Version, Severity: r.Severity}
	}
	for _, d := range res.Dark {
		j.Dark = append(j.Dark, Dark{d.Rule.ID, d.Rule.Severity, d.Region})
	}
	return j
}
