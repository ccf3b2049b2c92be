package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
)

// A standing is a finding as it stands in the database, with the digest of its
// present verdict.
type standing struct {
	Number      int64
	Rule        string
	UID         string
	Region      string
	ID          string
	Name        string
	Parent      string
	State       finding.State
	Cause       []string
	Shown       int64
	Risk        int
	Severity    finding.Severity
	FirstScan   int64
	FirstSeen   time.Time
	Change      finding.Change
	ChangedScan int64
	ChangedAt   time.Time
	SeenScan    *int64
	SeenAt      *time.Time
	DueAt       *time.Time
	ClockAt     *time.Time
	MendedAt    *time.Time
	VerdictID   *int64
	Digest      []byte
	Gap         bool // its present verdict is that nobody could look
}

// standingColumns are the columns of a standing, of a finding f and its present
// verdict v.
const standingColumns = `f.number, f.rule, f.uid, f.region, f.id, f.name, f.parent, f.state, f.cause, f.shown, f.risk, f.severity,
		f.first_scan, f.first_seen, f.change, f.changed_scan, f.changed_at, f.seen_scan, f.seen_at,
		nullif(f.due_at, 'infinity') as due_at, f.clock_at, f.mended_at, v.id as verdict_id, v.digest,
		coalesce(v.gap, false) as gap`

type pair struct{ rule, uid string }

// judged steps the findings of all subjects that were judged. Subjects in
// again were seen before by this scan and are left out.
func (w *Writer) judged(ctx context.Context, tx pgx.Tx, j Judged, again map[string]bool, d *sum) error {
	if len(j.Outcomes) != len(j.Subjects)*len(j.Rules) {
		return fmt.Errorf("%d outcomes for %d subjects and %d rules", len(j.Outcomes), len(j.Subjects), len(j.Rules))
	}
	v, err := viewOf(j, again)
	if err != nil {
		return err
	}
	v.count(d)
	if err := w.members(ctx, tx, v); err != nil {
		return err
	}
	return w.step(ctx, tx, v, d)
}

// step moves findings by what is seen in a view.
func (w *Writer) step(ctx context.Context, tx pgx.Tx, v *view, d *sum) error {
	before, err := w.standing(ctx, tx, v.uids)
	if err != nil {
		return err
	}
	m := moves{w: w, d: d}
	for _, s := range before {
		p := pair{s.Rule, s.UID}
		saw := v.sight(p)
		if v.rolled(p) {
			saw = finding.NotListed // it is its group's from now on
			delete(v.verdicts, p)
		}
		if saw == 0 || w.sum.told.has(s.Number) {
			delete(v.verdicts, p)
			continue
		}
		if err := m.step(s, saw, v.verdicts[p]); err != nil {
			return err
		}
		delete(v.verdicts, p)
	}
	for _, p := range v.order {
		if verdict, left := v.verdicts[p]; left && !v.rolled(p) {
			if err := m.open(verdict); err != nil {
				return err
			}
		}
	}
	return m.write(ctx, tx)
}

func (w *Writer) standing(ctx context.Context, q Querier, uids []string) ([]standing, error) {
	if len(uids) == 0 {
		return nil, nil
	}
	rows, err := q.Query(ctx, `
		select `+standingColumns+`
		from unnest($2::text[]) as o (uid)
		cross join lateral (
			select *
			from finding
			where account_id = $1 and uid = o.uid and ($3::text[] is null or rule = any($3))
			offset 0) f
		left join lateral (
			select id, digest, gap
			from verdict
			where finding = f.number and valid_to is null
			offset 0) v on true`, // see lookUp
		lookUp, w.account, uids, w.only)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[standing])
}

// movable are the states that losing sight, or a complete listing, can move.
func movable() (l []string) {
	for _, s := range []finding.State{finding.Open, finding.NoData, finding.Lost, finding.Resolved, finding.Gone} {
		for _, saw := range []finding.Sight{finding.NotListed, finding.OutOfSight, finding.NotAsked} {
			if is, _ := finding.Step(s, saw); is != s {
				l = append(l, string(s))
				break
			}
		}
	}
	return l
}

// chunk is how many findings are stepped at a time at the end of a scan.
const chunk = 5000

// untold steps the findings that no verdict of this scan was about.
func (w *Writer) untold(ctx context.Context, tx pgx.Tx, s Sight, d *sum) error {
	rows, err := tx.Query(ctx, `
		select number
		from finding
		where account_id = $1 and state = any($2) and ($3::text[] is null or rule = any($3))
		order by number`, w.account, movable(), w.only)
	if err != nil {
		return err
	}
	var left []int64
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&n}, func() error {
		if !w.sum.told.has(n) && !d.told.has(n) {
			left = append(left, n)
		}
		return nil
	}); err != nil {
		return err
	}
	for part := range slices.Chunk(left, chunk) {
		if err := w.stepUntold(ctx, tx, part, s, d); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) stepUntold(ctx context.Context, tx pgx.Tx, numbers []int64, s Sight, d *sum) error {
	rows, err := tx.Query(ctx, `
		select `+standingColumns+`
		from unnest($1::bigint[]) as o (number)
		cross join lateral (
			select *
			from finding
			where number = o.number
			offset 0) f
		left join lateral (
			select id, digest, gap
			from verdict
			where finding = f.number and valid_to is null
			offset 0) v on true`, lookUp, numbers) // see lookUp
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[standing])
	if err != nil {
		return err
	}
	m := moves{w: w, d: d, off: s.Off, unread: s.Unread}
	for _, f := range all {
		if err := m.step(f, s.of(&f), nil); err != nil {
			return err
		}
	}
	return m.write(ctx, tx)
}

// of says what a finished scan saw of a finding that it did not tell.
func (s Sight) of(f *standing) finding.Sight {
	switch {
	case s.Unread != nil && s.Unread(f.Rule):
		return finding.OutOfSight
	case s.Asked != nil && !s.Asked(f.Rule):
		return finding.NotAsked
	case f.Gap && s.LeftOut != nil && s.LeftOut(f.Region):
		return finding.OutOfSight
	case f.Gap && f.State == finding.NoData:
		return finding.NotListed // a gap that was not raised again is over, whatever else is unseen
	case s.Whole != nil && s.Whole(f.Rule, f.Region):
		return finding.NotListed
	}
	return finding.OutOfSight
}

// A view is what was judged, by rule and subject.
type view struct {
	j        Judged
	again    map[string]bool
	subjects map[string]int // row of a uid, -1 for a place that was not judged
	twice    map[string]bool
	rules    map[string]int // column of a rule
	uids     []string
	verdicts map[pair]*finding.Verdict // fail and unknown
	order    []pair
}

func viewOf(j Judged, again map[string]bool) (*view, error) {
	v := &view{j: j, again: again, subjects: make(map[string]int, len(j.Subjects)), rules: make(map[string]int, len(j.Rules)), twice: map[string]bool{},
		verdicts: make(map[pair]*finding.Verdict, len(j.Verdicts))}
	for i, r := range j.Rules {
		v.rules[r.ID] = i
	}
	for i := range j.Subjects {
		uid := j.Subjects[i].UID
		if again[uid] {
			continue
		}
		if _, twice := v.subjects[uid]; twice {
			v.twice[uid] = true
			continue
		}
		v.subjects[uid] = i
		v.uids = append(v.uids, uid)
	}
	for i := range j.Verdicts {
		if err := v.take(&j.Verdicts[i]); err != nil {
			return nil, err
		}
	}
	return v, v.complete()
}

// take notes a verdict. Of two on the same question the first counts, and of a
// subject that is there twice the first row.
func (v *view) take(d *finding.Verdict) error {
	p := pair{d.Rule, d.Subject.UID}
	if v.again[p.uid] || v.verdicts[p] != nil || d.Outcome != finding.Fail && d.Outcome != finding.Unknown {
		return nil
	}
	if o := v.outcome(p); o != 0 && o != d.Outcome {
		if v.twice[p.uid] {
			return nil
		}
		return fmt.Errorf("rule %s says %s of %s, and its verdict says %s", p.rule, o, p.uid, d.Outcome)
	}
	if _, ok := v.subjects[p.uid]; !ok {
		v.subjects[p.uid] = -1
		v.uids = append(v.uids, p.uid)
	}
	v.verdicts[p] = d
	v.order = append(v.order, p)
	return nil
}

// outcome is the cell of a rule and a subject; 0 if there is none.
func (v *view) outcome(p pair) finding.Outcome {
	i, ok := v.subjects[p.uid]
	k, asked := v.rules[p.rule]
	if !ok || !asked || i < 0 {
		return 0
	}
	return v.j.Outcomes[i*len(v.j.Rules)+k]
}

// complete holds outcomes and verdicts against each other: a fail without a
// verdict would be lost in silence.
func (v *view) complete() error {
	for i := range v.j.Subjects {
		uid := v.j.Subjects[i].UID
		if v.again[uid] || v.subjects[uid] != i {
			continue
		}
		for k, r := range v.j.Rules {
			o := v.j.Outcomes[i*len(v.j.Rules)+k]
			if o != finding.Fail && o != finding.Unknown {
				continue
			}
			if d := v.verdicts[pair{r.ID, uid}]; d == nil || d.Outcome != o {
				return fmt.Errorf("rule %s says %s of %s, and no verdict tells why", r.ID, o, uid)
			}
		}
	}
	return nil
}

// rolled says that what is seen belongs to the finding of the subject's group.
func (v *view) rolled(p pair) bool {
	s := v.memberOf(p.uid)
	return s != nil && s.Group != s.UID
}

// sight is what was seen of a finding; 0 if nothing.
func (v *view) sight(p pair) finding.Sight {
	if d := v.verdicts[p]; d != nil {
		return finding.Sight(d.Outcome)
	}
	o := v.outcome(p)
	if o == finding.Pass && v.j.Narrowed[p.rule] {
		return finding.OutOfSight
	}
	return finding.Sight(o)
}

// count adds the outcomes to the tally: of each subject once, and a gap as one
// unknown.
func (v *view) count(d *sum) {
	for _, k := range v.j.Dark {
		d.at(tallyKey{k.Rule, k.Region}, k.Severity).gaps++
	}
	for i := range v.j.Subjects {
		s := &v.j.Subjects[i]
		if v.again[s.UID] || v.subjects[s.UID] != i {
			continue
		}
		if s.Kind == estate.KindWorkload {
			d.workloads++
		}
		for k, r := range v.j.Rules {
			if o := v.j.Outcomes[i*len(v.j.Rules)+k]; o != 0 {
				d.at(tallyKey{r.ID, s.Region}, r.Severity).one(o)
			}
		}
	}
	for _, p := range v.order {
		if v.outcome(p) == 0 {
			g := v.verdicts[p]
			c := d.at(tallyKey{p.rule, g.Subject.Region}, g.Severity)
			c.one(finding.Unknown)
			c.gaps++
		}
	}
}
