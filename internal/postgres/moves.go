package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
)

// moves gathers what a transaction does to findings, to be written in bulk.
type moves struct {
	w       *Writer
	d       *sum
	opened  []opened
	updated []standing
	events  []event
	said    []said
	ended   []int64 // verdicts
	cube    deltas
	words   map[string]named       // by uid of a subject that is new or has a new name
	off     func(rule string) bool // see Sight
	unread  func(rule string) bool // see Sight
}

type opened struct {
	verdict *finding.Verdict
	state   finding.State
	change  finding.Change
	clock   finding.Clock
}

type event struct {
	finding int64
	change  finding.Change
	was, is finding.State
}

// said is a verdict to be written. finding is 0 while its finding is new.
type said struct {
	finding int64
	verdict *finding.Verdict
	body    body
}

// open begins a finding that nobody knew.
func (m *moves) open(v *finding.Verdict) error {
	is, change := finding.Step(finding.None, finding.Sight(v.Outcome))
	if change != finding.NoChange {
		m.d.changes[change]++
	}
	b, err := bodyOf(v)
	if err != nil {
		return err
	}
	at := m.w.start.StartedAt
	clock := finding.Clock{}.Step(finding.None, is, 0, v.Severity, at)
	m.opened = append(m.opened, opened{v, is, change, clock})
	m.cube.count(1, place{v.Rule, v.Severity, is, v.Risk, v.Subject.Region, clock.Due, at})
	m.name(v.Subject.UID, clean(v.Subject.Name), v.Subject.ID)
	m.said = append(m.said, said{0, v, b})
	return nil
}

// step moves a finding by what was seen of it. v is its verdict, nil if it has
// none.
func (m *moves) step(s standing, saw finding.Sight, v *finding.Verdict) error {
	told := saw != finding.NotListed && saw != finding.OutOfSight && saw != finding.NotAsked
	if told {
		m.d.told.add(s.Number)
	}
	is, change := finding.Step(s.State, saw)
	if change != finding.NoChange {
		m.d.changes[change]++
	}
	next := s
	next.State = is
	if is != s.State {
		m.events = append(m.events, event{s.Number, change, s.State, is})
		next.Change, next.ChangedScan, next.ChangedAt = change, m.w.start.Number, m.w.start.StartedAt
	}
	if s.State == finding.NoData && is == finding.Open { // it fails for the first time
		next.FirstScan, next.FirstSeen = m.w.start.Number, m.w.start.StartedAt
	}
	if err := m.say(&next, s.State, saw, v); err != nil {
		return err
	}
	m.see(&next, s, saw)
	next.run(&s, m.w.start.StartedAt, slices.Contains(m.w.tightened, s.Rule))
	if !same(s, next) {
		m.updated = append(m.updated, next)
		m.cube.count(-1, s.place())
		m.cube.count(1, next.place())
	}
	if s.Name != next.Name || s.ID != next.ID {
		m.name(s.UID, next.Name, next.ID)
	}
	return nil
}

func (s *standing) place() place {
	return place{s.Rule, s.Severity, s.State, s.Risk, s.Region, orZero(s.DueAt), s.FirstSeen}
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// say ends the present verdict where it no longer holds, and begins the next.
func (m *moves) say(s *standing, was finding.State, saw finding.Sight, v *finding.Verdict) error {
	var b body
	if v != nil {
		var err error
		if b, err = bodyOf(v); err != nil {
			return err
		}
		s.Name, s.ID, s.Parent = clean(v.Subject.Name), v.Subject.ID, v.Subject.Parent
		if s.VerdictID != nil && [32]byte(s.Digest) == b.digest {
			return nil
		}
	}
	stays := saw == finding.OutOfSight && s.State == was
	if s.VerdictID != nil && !stays {
		m.ended = append(m.ended, *s.VerdictID)
	}
	if v != nil {
		m.said = append(m.said, said{s.Number, v, b})
		if s.State != finding.Lost { // a lost finding is shown as it last failed
			s.Shown, s.Risk, s.Severity = -1, v.Risk, v.Severity
		}
	}
	return nil
}

// see notes why a finding is out of sight, and which scan told it last.
func (m *moves) see(next *standing, was standing, saw finding.Sight) {
	switch {
	case saw == finding.OutOfSight && next.State == finding.Lost && m.unread != nil && m.unread(was.Rule):
		next.Cause = []string{unread(was.Rule)}
	case saw == finding.OutOfSight && next.State == finding.Lost:
		next.Cause = orNotListed(m.w.ledger.refusals(was.Region))
	case saw == finding.NotAsked && was.State != next.State:
		next.Cause = []string{notAsked(was.Rule, m.off != nil && m.off(was.Rule))}
	case saw != finding.OutOfSight && saw != finding.NotAsked:
		next.Cause = []string{}
	}
	switch {
	case next.State == finding.Resolved || next.State == finding.Gone:
		if was.State != next.State {
			next.seen(m.w.looked())
		}
	case next.State == finding.Lost || saw == finding.OutOfSight:
		if was.SeenScan == nil {
			next.seen(m.w.lastLooked(&was))
		}
	default:
		next.SeenScan, next.SeenAt = nil, nil
	}
}

func (s *standing) seen(t told) { s.SeenScan, s.SeenAt = &t.scan, &t.at }

// looked is the scan that asked the cloud for what this one judges.
func (w *Writer) looked() told {
	if w.start.Look != 0 {
		return w.seen
	}
	return told{scan: w.start.Number, at: w.start.StartedAt}
}

// lastLooked is the scan that told a finding last, before this one. One that
// judged again saw nothing by itself.
func (w *Writer) lastLooked(f *standing) told {
	if f.ChangedScan == w.before.scan {
		return w.seen
	}
	return later(w.seen, told{scan: f.ChangedScan, at: f.ChangedAt})
}

func later(a, b told) told {
	if b.at.After(a.at) {
		return b
	}
	return a
}

// same says that a finding's row need not be written.
func same(a, b standing) bool {
	return a.State == b.State && a.Shown == b.Shown && a.Risk == b.Risk && a.Severity == b.Severity &&
		a.Name == b.Name && a.ID == b.ID && a.Parent == b.Parent && slices.Equal(a.Cause, b.Cause) &&
		(a.SeenScan == nil) == (b.SeenScan == nil)
}

func (m *moves) write(ctx context.Context, tx pgx.Tx) error {
	if err := m.endVerdicts(ctx, tx); err != nil {
		return err
	}
	ids, err := numbers(ctx, tx, "verdict", "id", len(m.said))
	if err != nil {
		return err
	}
	if err := m.writeOpened(ctx, tx, ids); err != nil {
		return err
	}
	if err := m.writeSaid(ctx, tx, ids); err != nil {
		return err
	}
	if err := m.writeUpdated(ctx, tx, ids); err != nil {
		return err
	}
	if err := m.writeEvents(ctx, tx); err != nil {
		return err
	}
	if err := writeWords(ctx, tx, m.w.account, m.words); err != nil {
		return err
	}
	return m.cube.write(ctx, tx, m.w.account, len(m.events) > 0) // last: others wait for these rows
}

func (m *moves) endVerdicts(ctx context.Context, q Querier) error {
	if len(m.ended) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `
		update verdict
		set valid_to = $2
		where id = any($1)`, m.ended, m.w.start.StartedAt)
	return err
}

// writeOpened writes new findings. The verdict of each is the next of said
// that has no finding yet.
func (m *moves) writeOpened(ctx context.Context, tx pgx.Tx, verdicts []int64) error {
	ns, err := numbers(ctx, tx, "finding", "number", len(m.opened))
	if err != nil {
		return err
	}
	shown := make([]int64, 0, len(ns))
	for i := range m.said {
		if m.said[i].finding == 0 {
			m.said[i].finding = ns[len(shown)]
			shown = append(shown, verdicts[i])
		}
	}
	for i, o := range m.opened {
		m.d.told.add(ns[i])
		m.events = append(m.events, event{ns[i], o.change, finding.None, o.state})
	}
	n, at := m.w.start.Number, m.w.start.StartedAt
	return copyRows(ctx, tx, "finding",
		[]string{"number", "key", "account_id", "rule", "kind", "region", "uid", "id", "name", "parent", "state", "cause", "severity", "risk", "shown",
			"first_scan", "first_seen", "change", "changed_scan", "changed_at", "due_at", "clock_at"},
		len(m.opened), func(i int) []any {
			v, s, k := m.opened[i].verdict, &m.opened[i].verdict.Subject, m.opened[i].verdict.Key()
			return []any{ns[i], k[:], m.w.account, v.Rule, string(s.Kind), s.Region, s.UID, s.ID, clean(s.Name), s.Parent, string(m.opened[i].state), []string{},
				int16(v.Severity), v.Risk, shown[i], n, at, string(m.opened[i].change), n, at, orNever(m.opened[i].clock.Due), orNull(m.opened[i].clock.Began)}
		})
}

func (m *moves) writeSaid(ctx context.Context, tx pgx.Tx, ids []int64) error {
	return copyRows(ctx, tx, "verdict",
		[]string{"account_id", "id", "finding", "rule", "rule_version", "engine_version", "severity", "outcome", "gap", "fault", "say", "risk", "potential",
			"factors", "reasons", "evidence", "digest", "scan", "valid_from"},
		len(m.said), func(i int) []any {
			v, b := m.said[i].verdict, &m.said[i].body
			return []any{m.w.account, ids[i], m.said[i].finding, v.Rule, v.Version, m.w.start.Engine, int16(v.Severity), v.Outcome.String(), v.Gap, clean(v.Fault), clean(v.Say), v.Risk, v.Potential,
				b.factors, b.reasons, b.evidence, b.digest[:], m.w.start.Number, m.w.start.StartedAt}
		})
}

// writeUpdated writes what moved. A Shown of -1 stands for the verdict that
// was just written.
func (m *moves) writeUpdated(ctx context.Context, q Querier, verdicts []int64) error {
	if len(m.updated) == 0 {
		return nil
	}
	latest := make(map[int64]int64, len(m.said))
	for i := range m.said {
		latest[m.said[i].finding] = verdicts[i]
	}
	var u updates
	for i := range m.updated {
		s := &m.updated[i]
		if s.Shown == -1 {
			s.Shown = latest[s.Number]
		}
		u.add(s)
	}
	_, err := q.Exec(ctx, `
		update finding f
		set state = u.state, cause = string_to_array(u.cause, E'\x1e'), shown = u.shown, risk = u.risk, severity = u.severity,
			id = u.id, name = u.name, parent = u.parent, first_scan = u.first_scan, first_seen = u.first_seen,
			change = u.change, changed_scan = u.changed_scan, changed_at = u.changed_at, seen_scan = u.seen_scan, seen_at = u.seen_at,
			due_at = coalesce(u.due_at, 'infinity'), clock_at = u.clock_at, mended_at = u.mended_at
		from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[],
				$10::bigint[], $11::timestamptz[], $12::text[], $13::bigint[], $14::timestamptz[], $15::bigint[], $16::timestamptz[],
				$17::timestamptz[], $18::timestamptz[], $19::timestamptz[])
			as u (number, state, cause, shown, risk, severity, id, name, parent, first_scan, first_seen, change, changed_scan, changed_at, seen_scan, seen_at,
				due_at, clock_at, mended_at)
		where f.number = u.number`,
		u.number, u.state, u.cause, u.shown, u.risk, u.severity, u.id, u.name, u.parent,
		u.firstScan, u.firstSeen, u.change, u.changedScan, u.changedAt, u.seenScan, u.seenAt, u.dueAt, u.clockAt, u.mendedAt)
	return err
}

// updates are the columns of rows to be updated.
type updates struct {
	number, shown, firstScan, changedScan  []int64
	state, cause, id, name, parent, change []string
	risk                                   []int
	severity                               []int32
	firstSeen, changedAt                   []time.Time
	seenScan                               []*int64
	seenAt, dueAt, clockAt, mendedAt       []*time.Time
}

func (u *updates) add(s *standing) {
	u.number, u.shown = append(u.number, s.Number), append(u.shown, s.Shown)
	u.state, u.cause = append(u.state, string(s.State)), append(u.cause, joined(s.Cause))
	u.risk, u.severity = append(u.risk, s.Risk), append(u.severity, int32(s.Severity))
	u.id, u.name, u.parent = append(u.id, s.ID), append(u.name, s.Name), append(u.parent, s.Parent)
	u.firstScan, u.firstSeen = append(u.firstScan, s.FirstScan), append(u.firstSeen, s.FirstSeen)
	u.change = append(u.change, string(s.Change))
	u.changedScan, u.changedAt = append(u.changedScan, s.ChangedScan), append(u.changedAt, s.ChangedAt)
	u.seenScan, u.seenAt = append(u.seenScan, s.SeenScan), append(u.seenAt, s.SeenAt)
	u.dueAt, u.clockAt, u.mendedAt = append(u.dueAt, s.DueAt), append(u.clockAt, s.ClockAt), append(u.mendedAt, s.MendedAt)
}

func (m *moves) writeEvents(ctx context.Context, tx pgx.Tx) error {
	return copyRows(ctx, tx, "finding_event", []string{"account_id", "finding", "at", "scan", "change", "from_state", "to_state"},
		len(m.events), func(i int) []any {
			e := m.events[i]
			return []any{m.w.account, e.finding, m.w.start.StartedAt, m.w.start.Number, string(e.change), string(e.was), string(e.is)}
		})
}
