package pgtest

import (
	"context"
	"os"
	"testing"

	"plumbline/internal/postgres"
)

// An Estate is how large the store of a load test is: workloads over all
// accounts, and how many rules each of them fails or cannot be told.
type Estate struct{ Accounts, Workloads, PerWorkload int }

// The first scans of all accounts happened a month ago, the second ones an hour
// ago; a hundredth of the findings came with the second.
var fillSteps = []string{
	`insert into account (provider, external_id, joined_at, name, state)
	select 'aws', (100000000000 + n)::text, now() - interval '30 days', 'account-' || n, 'connected'
	from generate_series(1, $1::int) n where $2::int + $3::int > 0`,

	`insert into scan (account_id, state, started_at, ended_at, engine, workloads)
	select id, 'finished', now() - age, now() - age + interval '1 minute', 'load', $2::int / $1::int
	from account cross join unnest(array[interval '30 days', interval '1 hour']) age
	where $3::int > 0
	order by age desc, id`,

	`insert into shard (scan, account_id, part, region, state, attempt, heartbeat_at)
	select number, account_id, 'workloads', 'region-' || r, 'finished', 1, now()
	from scan cross join generate_series(1, 17) r where $1::int + $2::int + $3::int > 0`,

	`insert into answer (account_id, shard, call, region, subject, lists, status, cause, code, message, http, pages, items, attempts, request_id, asked_at, ended_at)
	select account_id, id, 'ec2:Call' || c, region, '', '', case when (id + c) % 90 = 0 then 'refused' else 'complete' end, '', '', '', 200, 1, 1, 1, '', now(), now()
	from shard cross join generate_series(1, 10) c where $1::int + $2::int + $3::int > 0`,

	`insert into workload (account_id, region, uid, id, name, type, state, endpoint, tokens, hop_limit, internet, power, identity)
	select a.id, 'region-' || 1 + n % 17, 'arn:aws:ec2:region-' || 1 + n % 17 || ':' || a.external_id || ':instance/i-' || to_hex(n * 7919), 'i-' || to_hex(n * 7919),
		(array['web', 'batch', 'db', 'queue'])[1 + n % 4] || '-tier-' || n, 'instance', (array['running', 'stopped'])[1 + n % 2], 'enabled',
		(array['optional', 'required'])[1 + n % 2], 1 + n % 3, (array['reachable', 'internal'])[1 + n % 2], (array['none', 'admin', 'read'])[1 + n % 3], ''
	from generate_series(1, $2::int) n
	join account a on a.id = (select min(id) from account) + n % $1::int
	where $3::int > 0`,

	// 25 rules; each workload fails some.
	`insert into finding (key, account_id, rule, kind, region, uid, id, name, parent, state, cause, severity, risk, shown, first_scan, first_seen,
		change, changed_scan, changed_at, due_at, clock_at)
	select sha256((r.id || w.uid)::bytea), w.account_id, r.id, 'workload', w.region, w.uid, w.id, w.name, '',
		case when w.h % 23 = 0 then 'nodata' when w.h % 29 = 0 then 'lost' when w.h % 31 = 0 then 'resolved' else 'open' end, '{}',
		r.severity, 10 + (w.h % 8) * 10, 0,
		s.number, s.started_at - (w.h % 20) * interval '1 day', case when w.h % 31 = 0 then 'fixed' else 'new' end, s.number, s.started_at,
		case when r.severity = 1 or w.h % 23 = 0 or w.h % 31 = 0 then 'infinity'
			else date_trunc('day', s.started_at) + (array[0, 180, 90, 30, 7])[r.severity] * interval '1 day' - (w.h % 20) * interval '1 day' end, s.started_at
	from (select w.*, abs(hashint8(hashtext(uid))) as h from workload w) w
	cross join generate_series(1, $3::int) k
	cross join lateral (
		select 'AWS-' || (array['IMDS', 'NET', 'IAM', 'LOG', 'HOST'])[1 + x % 5] || '-' || lpad(x::text, 3, '0') as id, 1 + (x % 5) as severity
		from (select 1 + ((w.h + k * 5) % 25)::int as x) x) r
	join lateral (
		select number, started_at from scan where account_id = w.account_id order by (case when (w.h + k) % 100 = 0 then started_at end) desc nulls last, started_at limit 1) s on true
	where $1::int + $2::int > 0
	on conflict do nothing`,

	`with v as (
		insert into verdict (account_id, finding, rule, rule_version, engine_version, severity, outcome, gap, fault, say, risk, potential, factors, reasons, evidence, digest, scan, valid_from)
		select account_id, number, rule, 'v1', 'load', severity, case when state = 'nodata' then 'unknown' else 'fail' end, false, '', 'metadata.tokens is "optional"', risk, state = 'nodata',
			'[{"name":"severity","value":"high","basis":8000}]', '[]',
			'[{"field":"metadata.tokens","value":"\"optional\"","path":"/MetadataOptions/HttpTokens","origin":{"call":"ec2:DescribeInstances","region":"region-1","kind":"aws.instance"}}]',
			sha256(uid::bytea), changed_scan, changed_at
		from finding
		where $1::int + $2::int + $3::int > 0
		returning id, finding)
	update finding set shown = v.id from v where v.finding = number`,

	`insert into finding_event (account_id, finding, at, scan, change, from_state, to_state)
	select account_id, number, changed_at, changed_scan, change, '', state from finding where $1::int + $2::int + $3::int > 0`,

	// Tallies: what failed then and fails now, by region.
	`insert into tally (account_id, rule, region, severity, pass, fail, unknown, gaps, na, valid_from, valid_to)
	select f.account_id, f.rule, f.region, max(f.severity), 200 + o.more, count(*) filter (where f.state in ('open', 'lost')), count(*) filter (where f.state = 'nodata'), 0, 5, o.t, o.u
	from finding f
	join lateral (
		select now() - interval '30 days' as t, now() - interval '1 hour' as u, 7 as more where f.number % 3 = 0 or true
		union all
		select now() - interval '1 hour', null, 0) o on $1::int + $2::int + $3::int > 0
	group by f.account_id, f.rule, f.region, o.more, o.t, o.u`,
}

// Open takes the database that PLUMBLINE_LOAD_URL names, where an earlier run
// has filled it, or fills one of its own.
func (e Estate) Open(t testing.TB) *postgres.Store {
	t.Helper()
	address := os.Getenv("PLUMBLINE_LOAD_URL")
	if address == "" {
		return e.fill(t, Store(t))
	}
	ctx := context.Background()
	if err := postgres.Migrate(ctx, address); err != nil {
		t.Fatal(err)
	}
	s, err := postgres.Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if n, err := s.FinishedScans(ctx, ""); err != nil || n > 0 {
		return s
	}
	return e.fill(t, s)
}

// fill fills a database of its own.
func (e Estate) fill(t testing.TB, s *postgres.Store) *postgres.Store {
	t.Helper()
	ctx := context.Background()
	for _, q := range fillSteps {
		if _, err := s.Pool().Exec(ctx, q, e.Accounts, e.Workloads, e.PerWorkload); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	if err := s.Recount(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pool().Exec(ctx, `vacuum analyze`); err != nil {
		t.Fatal(err)
	}
	return s
}
