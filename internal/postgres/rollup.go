package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
)

// rollUp steps the findings of groups by what was said of their members: a
// group's finding fails as long as a member seen now does, whichever that is.
// What this scan did not see says nothing: then the finding is left to untold,
// which knows whether it is gone or lost from sight.
//
// Members count in the tally, for the posture is of workloads; their group does
// not count once more.
func (w *Writer) rollUp(ctx context.Context, tx pgx.Tx, s Sight, d *sum) error {
	if err := w.forget(ctx, tx, s); err != nil {
		return err
	}
	groups, err := w.groups(ctx, tx, d)
	if err != nil {
		return err
	}
	if err := w.failing(ctx, tx, groups, s, d); err != nil {
		return err
	}
	if err := w.nameAll(ctx, tx, groups); err != nil {
		return err
	}
	if err := w.mended(ctx, tx, groups, s); err != nil {
		return err
	}
	j := Judged{}
	words := map[string]named{}
	for _, uid := range sortedKeys(groups) {
		g := groups[uid]
		j.Subjects = append(j.Subjects, g.subject)
		for _, l := range g.lines {
			words[uid] = g.named()
			if v := l.verdict(g); v != nil {
				j.Verdicts = append(j.Verdicts, *v)
			}
		}
	}
	j.Rules, j.Outcomes = columnsOf(groups, j.Subjects)
	v, err := viewOf(j, nil)
	if err != nil {
		return err
	}
	if err := w.step(ctx, tx, v, d); err != nil {
		return err
	}
	return writeWords(ctx, tx, w.account, words)
}

// A group is what launched some workloads.
type group struct {
	subject estate.Subject
	members int              // in the inventory
	seen    bool             // this scan saw one of them
	lines   map[string]*line // by rule
	names   map[string]named // of members with a line, by uid
}

// A line is what a rule says of a group's members.
type line struct {
	fails, unknown int  // seen by this scan
	lost           bool // a member that failed, or could not be told, is out of sight
	pass           bool
	severity       finding.Severity
	version        string
	worst          *finding.Verdict
}

// groups are those of the inventory, by uid. A group that was listed itself is
// called as its owner does, another one as its uid ends.
func (w *Writer) groups(ctx context.Context, q Querier, d *sum) (map[string]*group, error) {
	rows, err := q.Query(ctx, `
		select w.region, w.group_uid, coalesce(g.name, ''), r.id
		from workload w
		join resource r on r.account_id = w.account_id and r.region = w.region and r.uid = w.uid
		left join resource g on g.account_id = w.account_id and g.region = w.region and g.uid = w.group_uid
		where w.account_id = $1 and w.group_uid <> ''`, w.account)
	if err != nil {
		return nil, err
	}
	all := map[string]*group{}
	var region, uid, name string
	var resource int64
	_, err = pgx.ForEachRow(rows, []any{&region, &uid, &name, &resource}, func() error {
		if g := all[uid]; g != nil {
			g.members++
			g.seen = g.seen || w.sum.seen.has(resource) || d.seen.has(resource)
			return nil
		}
		id := uid[strings.LastIndexAny(uid, "/:")+1:] // of an ARN the group's name, of a CRN its id
		all[uid] = &group{members: 1, seen: w.sum.seen.has(resource) || d.seen.has(resource), lines: map[string]*line{}, names: map[string]named{}, subject: estate.Subject{
			Kind: estate.KindWorkload, Provider: w.start.Provider, Account: w.start.Account, Region: region, UID: uid, ID: id, Name: cmp.Or(name, id),
			Parent: w.start.Provider + ":" + w.start.Account + ":" + region, Group: uid}}
		return nil
	})
	return all, err
}

// failing adds up the members that this scan saw.
func (w *Writer) failing(ctx context.Context, q Querier, groups map[string]*group, s Sight, d *sum) error {
	rows, err := q.Query(ctx, `
		select m.group_uid, m.rule, m.uid, m.id, m.name, m.outcome, m.severity, m.risk, m.version, m.potential, m.fault, m.say,
			m.factors, m.reasons, m.evidence, r.id
		from member m
		join resource r on r.account_id = m.account_id and r.region = m.region and r.uid = m.uid
		where m.account_id = $1 and ($2::text[] is null or m.rule = any($2))
		order by m.group_uid, m.rule, m.uid`, w.account, w.only)
	if err != nil {
		return err
	}
	var uid, rule, member, id, name, outcome, version, fault, say string
	var severity, risk int
	var potential bool
	var b body
	var resource int64
	_, err = pgx.ForEachRow(rows, []any{&uid, &rule, &member, &id, &name, &outcome, &severity, &risk, &version, &potential, &fault, &say,
		&b.factors, &b.reasons, &b.evidence, &resource}, func() error {
		g := groups[uid]
		if g == nil {
			return nil
		}
		if !w.sum.seen.has(resource) && !d.seen.has(resource) {
			// Out of sight, unless all was listed: then it is gone.
			g.line(rule).lost = g.line(rule).lost || s.Whole == nil || !s.Whole(rule, g.subject.Region)
			return nil
		}
		g.names[member] = named{name: name, id: id}
		l := g.line(rule)
		v := finding.Verdict{Rule: rule, Version: version, Severity: finding.Severity(severity), Subject: g.subject, Outcome: finding.Unknown, //nolint:gosec // 1 to 5, which the table checks
			Fault: fault, Say: say, Risk: risk, Potential: potential}
		if outcome == finding.Fail.String() {
			v.Outcome = finding.Fail
			l.fails++
		} else {
			l.unknown++
		}
		l.severity, l.version = v.Severity, version
		if l.worst != nil && !worse(&v, l.worst) {
			return nil
		}
		own := body{factors: slices.Clone(b.factors), reasons: slices.Clone(b.reasons), evidence: slices.Clone(b.evidence)}
		l.worst = &v
		return own.read(&v)
	})
	return err
}

// worse says that a verdict is to stand for its group instead of another. Of
// equals the first by uid stays, so that two scans of the same tell the same.
func worse(v, than *finding.Verdict) bool {
	return cmp.Or(cmp.Compare(than.Outcome, v.Outcome), cmp.Compare(v.Risk, than.Risk)) > 0
}

func (g *group) line(rule string) *line {
	l := g.lines[rule]
	if l == nil {
		l = &line{}
		g.lines[rule] = l
	}
	return l
}

// mended finds the groups whose finding no member shares any more: of those
// that have workloads, all of which were judged, it passes. A rule that is no
// longer asked passes nothing.
func (w *Writer) mended(ctx context.Context, q Querier, groups map[string]*group, s Sight) error {
	rows, err := q.Query(ctx, `
		select f.uid, f.rule, f.severity
		from finding f
		where f.account_id = $1 and f.kind = 'workload' and f.uid = any($2) and ($3::text[] is null or f.rule = any($3))`, w.account, sortedKeys(groups), w.only)
	if err != nil {
		return err
	}
	var uid, rule string
	var severity int
	_, err = pgx.ForEachRow(rows, []any{&uid, &rule, &severity}, func() error {
		if s.Asked != nil && !s.Asked(rule) {
			return nil
		}
		if g, l := groups[uid], groups[uid].line(rule); g.seen && !l.lost && l.worst == nil {
			l.pass, l.severity = true, finding.Severity(severity) //nolint:gosec // 1 to 5
		}
		return nil
	})
	return err
}

// verdict is what the line says of the group; nil where it passes or nothing
// was seen.
func (l *line) verdict(g *group) *finding.Verdict {
	if l.worst == nil {
		return nil
	}
	v := *l.worst
	n, what := l.fails, ""
	if v.Outcome == finding.Unknown {
		n, what = l.unknown, "not known of "
	}
	v.Say = fmt.Sprintf("%s%d of %d workloads: %s", what, n, max(g.members, n), v.Say)
	return &v
}

// columnsOf are the rules that say something of groups, and what.
func columnsOf(groups map[string]*group, subjects []estate.Subject) ([]RuleRef, []finding.Outcome) {
	by := map[string]RuleRef{}
	for _, g := range groups {
		for rule, l := range g.lines {
			by[rule] = RuleRef{ID: rule, Version: l.version, Severity: l.severity}
		}
	}
	rules := make([]RuleRef, 0, len(by))
	for _, rule := range sortedKeys(by) {
		rules = append(rules, by[rule])
	}
	outcomes := make([]finding.Outcome, 0, len(subjects)*len(rules))
	for i := range subjects {
		for _, r := range rules {
			outcomes = append(outcomes, groups[subjects[i].UID].lines[r.ID].outcome())
		}
	}
	return rules, outcomes
}

func (l *line) outcome() finding.Outcome {
	switch {
	case l == nil:
		return 0
	case l.worst != nil:
		return l.worst.Outcome
	case l.pass:
		return finding.Pass
	}
	return 0
}

// mostNamed is of how many members a group is found by their names.
const mostNamed = 500

// named is what a group is found by: its own name, and those of members.
func (g *group) named() named {
	n := named{name: g.subject.Name, id: g.subject.ID}
	for _, uid := range sortedKeys(g.names) {
		if len(n.also) >= 3*mostNamed {
			break
		}
		m := g.names[uid]
		n.also = append(n.also, uid, m.id, m.name)
	}
	return n
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
