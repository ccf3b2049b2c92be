package postgres

import (
	"context"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
)

// members stores what was said of workloads that a group launched: a row for
// each rule that fails or cannot be told. They open no findings of their own,
// see rollUp. A workload that passes, or is no member any more, has no row.
func (w *Writer) members(ctx context.Context, q Querier, v *view) error {
	var c memberColumns
	var workloads []string
	for _, uid := range v.uids {
		if i := v.subjects[uid]; i >= 0 && v.j.Subjects[i].Kind == estate.KindWorkload {
			workloads = append(workloads, uid)
		}
	}
	for _, p := range v.order {
		s := v.memberOf(p.uid)
		if s == nil {
			continue
		}
		b, err := bodyOf(v.verdicts[p])
		if err != nil {
			return err
		}
		c.add(s, v.verdicts[p], &b)
	}
	if len(workloads) == 0 {
		return nil
	}
	if _, err := q.Exec(ctx, `
		delete from member m
		using (
			select h.region, h.group_uid, h.rule, h.uid
			from unnest($2::text[]) as o (uid)
			cross join lateral (select region, group_uid, rule, uid from member where account_id = $1 and uid = o.uid and ($7::text[] is null or rule = any($7)) offset 0) h
			where not exists (
				select
				from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as n (region, group_uid, rule, uid)
				where n.region = h.region and n.group_uid = h.group_uid and n.rule = h.rule and n.uid = h.uid)) old
		where m.account_id = $1 and m.region = old.region and m.group_uid = old.group_uid and m.rule = old.rule and m.uid = old.uid`,
		lookUp, w.account, workloads, c.region, c.group, c.rule, c.uid, w.only); err != nil || len(c.uid) == 0 {
		return err
	}
	_, err := q.Exec(ctx, `
		insert into member as m (account_id, region, group_uid, rule, uid, id, name, outcome, severity, risk, version, potential, fault, say,
			factors, reasons, evidence, digest, scan, since)
		select $1::bigint, o.region, o.group_uid, o.rule, o.uid, o.id, o.name, o.outcome, o.severity, o.risk, o.version, o.potential, o.fault, o.say,
			o.factors::jsonb, o.reasons::jsonb, o.evidence::jsonb, o.digest, $2::bigint, $3::timestamptz
		from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::int[], $12::int[], $13::text[], $14::bool[],
				$15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::bytea[])
			as o (region, group_uid, rule, uid, id, name, outcome, severity, risk, version, potential, fault, say, factors, reasons, evidence, digest)
		where not exists (
			select
			from member s
			where s.account_id = $1 and s.region = o.region and s.group_uid = o.group_uid and s.rule = o.rule and s.uid = o.uid
				and s.digest = o.digest and s.name = o.name
			offset 0)
		on conflict (account_id, region, group_uid, rule, uid) do update
		set id = excluded.id, name = excluded.name, outcome = excluded.outcome, severity = excluded.severity, risk = excluded.risk,
			version = excluded.version, potential = excluded.potential, fault = excluded.fault, say = excluded.say, factors = excluded.factors,
			reasons = excluded.reasons, evidence = excluded.evidence, digest = excluded.digest, scan = excluded.scan,
			since = case when m.outcome = excluded.outcome then m.since else excluded.since end`,
		lookUp, w.account, w.Number(), w.start.StartedAt, c.region, c.group, c.rule, c.uid, c.id, c.name, c.outcome, c.severity, c.risk, c.version, c.potential,
		c.fault, c.say, c.factors, c.reasons, c.evidence, c.digest)
	return err
}

// memberOf is the subject of a uid that a group launched; nil if none did.
func (v *view) memberOf(uid string) *estate.Subject {
	if i, ok := v.subjects[uid]; ok && i >= 0 && v.j.Subjects[i].Group != "" {
		return &v.j.Subjects[i]
	}
	return nil
}

type memberColumns struct {
	region, group, rule, uid, id, name, outcome, version, fault, say, factors, reasons, evidence []string
	severity, risk                                                                               []int32
	potential                                                                                    []bool
	digest                                                                                       [][]byte
}

func (c *memberColumns) add(s *estate.Subject, v *finding.Verdict, b *body) {
	c.region, c.group, c.rule, c.uid = append(c.region, s.Region), append(c.group, s.Group), append(c.rule, v.Rule), append(c.uid, s.UID)
	c.id, c.name, c.outcome = append(c.id, clean(s.ID)), append(c.name, clean(s.Name)), append(c.outcome, v.Outcome.String())
	c.severity, c.risk = append(c.severity, int32(v.Severity)), append(c.risk, int32(v.Risk)) //nolint:gosec // 0 to 100
	c.version, c.potential, c.fault, c.say = append(c.version, v.Version), append(c.potential, v.Potential), append(c.fault, clean(v.Fault)), append(c.say, clean(v.Say))
	c.factors, c.reasons, c.evidence = append(c.factors, string(b.factors)), append(c.reasons, string(b.reasons)), append(c.evidence, string(b.evidence))
	c.digest = append(c.digest, b.digest[:])
}

// dropMembers forgets members that are retired.
func (w *Writer) dropMembers(ctx context.Context, q Querier, resources []int64) error {
	if len(resources) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `
		delete from member
		using resource r
		where r.id = any($1) and member.account_id = r.account_id and member.region = r.region and member.uid = r.uid`, resources)
	return err
}
