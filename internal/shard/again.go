package shard

import (
	"context"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/judge"
	"plumbline/internal/postgres"
	"plumbline/internal/rule"
)

// CatchUp begins to judge again each account whose last finished scan judged by
// rules that were changed since. One that is being scanned waits until that has
// ended.
func (r *Runner) CatchUp(ctx context.Context) error {
	n, err := r.Store.OpenRejudgements(ctx, r.Engine, r.Queue)
	if n > 0 {
		r.Log.InfoContext(ctx, "accounts are judged again by changed rules", "accounts", n)
	}
	return err
}

// again judges what is stored of an account by the rules that were changed. It
// asks no cloud.
func (r *Runner) again(ctx context.Context, w *postgres.Writer) error {
	rules, err := r.Rules(ctx, w.Record().Rulebook)
	if err != nil {
		return err
	}
	changed := w.Changed()
	asked := rules.Set.Only(func(r *rule.Rule) bool { return slices.Contains(changed, r.ID) })
	facts := r.Facts(w.Record().Provider)
	src, err := w.Look(ctx, facts.IsWorkload)
	if err != nil {
		return err
	}
	c, err := src.Lean(ctx, facts.Beside)
	if err != nil {
		return err
	}
	enough := judge.Enough(facts, asked)
	bench := judge.NewBench(asked, enough)
	if slices.ContainsFunc(asked.Rules(), func(r *rule.Rule) bool { return r.For == estate.KindWorkload }) {
		p := &pages{w: w, src: src, c: c, late: src.Ledger(), enough: enough, bench: bench, sieve: judge.NewSieve(asked, facts)}
		if err := p.all(ctx); err != nil {
			return err
		}
	}
	full := c.With(src.Ledger())
	res := bench.Close(full)
	j, sight := postgres.Whole(full, &res, facts)
	sight.Off, sight.Unread = rules.Off, rules.Unread
	_, err = w.Close(ctx, j, sight)
	return err
}
