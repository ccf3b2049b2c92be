-- +goose Up

-- Due dates, and an order of lists that an index keeps under row-level
-- security: only comparisons of plain columns may use one there.

alter table finding
    add column due_at     timestamptz not null default 'infinity',
    add column clock_at   timestamptz,
    add column mended_at  timestamptz,
    add column worst      int not null generated always as ((5 - severity) * 101 + (100 - risk)) stored;
comment on column finding.due_at is 'When it is to be mended by, at the latest; infinity where it is not due: it does not fail, or is only information.';
comment on column finding.clock_at is 'When the clock began by which it is due; null where none ever ran.';
comment on column finding.mended_at is 'When it last ceased to fail; null while it fails, or if it never did. One that fails again soon after keeps its clock.';
comment on column finding.worst is 'Severity and risk as one number, the smaller the worse: the order of lists.';

update finding
set clock_at = first_seen,
    mended_at = case when state in ('open', 'lost') then null else changed_at end
where state in ('open', 'lost', 'resolved', 'gone');
update finding
set due_at = (date_trunc('day', clock_at at time zone 'UTC')
        + case severity when 5 then interval '8 days' when 4 then interval '31 days' when 3 then interval '91 days' else interval '181 days' end) at time zone 'UTC'
where state in ('open', 'lost') and severity > 1;

drop index finding_worst;
drop index finding_rule;
drop index finding_account_state;
create index finding_worst on finding (worst, number);
create index finding_state on finding (state, worst, number);
create index finding_account_state on finding (account_id, state, worst, number);
create index finding_rule on finding (rule, state, worst, number);
create index finding_region on finding (region, account_id, rule) include (severity, state, risk, due_at, change, changed_scan);
create index finding_due on finding (state, due_at, number);
create index finding_overdue on finding (due_at, number) where due_at < 'infinity';
create index finding_changed on finding (changed_scan, rule) include (account_id, severity, state, change);
create index scan_account_finished on scan (account_id, started_at desc) include (number) where state = 'finished';
create index scan_account_number on scan (account_id, number);

-- Counts of findings, kept by whoever moves one, in the same transaction.

create table cube (
    account_id bigint not null references account,
    rule       text collate "C" not null,
    severity   smallint not null,
    state      text collate "C" not null,
    risk       smallint not null,
    count      int not null,
    primary key (account_id, rule, severity, state, risk)
);
comment on table cube is 'How many findings there are. Derived from finding, in the same transaction.';
comment on column cube.account_id is 'Account of the subjects.';
comment on column cube.rule is 'Id of the rule.';
comment on column cube.severity is 'Of the finding.';
comment on column cube.state is 'Of the finding.';
comment on column cube.risk is 'Of the finding.';
comment on column cube.count is 'How many; a row may stay with 0.';

create table cube_region (
    account_id bigint not null references account,
    rule       text collate "C" not null,
    severity   smallint not null,
    state      text collate "C" not null,
    region     text collate "C" not null,
    count      int not null,
    primary key (account_id, rule, severity, state, region)
);
comment on table cube_region is 'As cube, by region.';
comment on column cube_region.account_id is 'Account of the subjects.';
comment on column cube_region.rule is 'Id of the rule.';
comment on column cube_region.severity is 'Of the finding.';
comment on column cube_region.state is 'Of the finding.';
comment on column cube_region.region is 'Of the subject.';
comment on column cube_region.count is 'How many; a row may stay with 0.';

create table cube_due (
    account_id bigint not null references account,
    rule       text collate "C" not null,
    severity   smallint not null,
    state      text collate "C" not null,
    due_at     timestamptz not null,
    seen_on    date not null,
    count      int not null,
    primary key (account_id, rule, severity, state, due_at, seen_on)
);
comment on table cube_due is 'As cube, of what fails or did when last told, by when it is due.';
comment on column cube_due.account_id is 'Account of the subjects.';
comment on column cube_due.rule is 'Id of the rule.';
comment on column cube_due.severity is 'Of the finding.';
comment on column cube_due.state is 'open or lost.';
comment on column cube_due.due_at is 'Of the finding; infinity where it is not due.';
comment on column cube_due.seen_on is 'Day, in UTC, on which it was first seen to fail.';
comment on column cube_due.count is 'How many; a row may stay with 0.';

create table cube_version (
    account_id bigint primary key references account,
    version    bigint not null
);
comment on table cube_version is 'Grows by one with each transaction that changes the counts of an account: whoever remembers counts sees whether they still hold.';
comment on column cube_version.account_id is 'The account.';
comment on column cube_version.version is 'How often its counts were changed.';

insert into cube_version
select id, 0 from account;
insert into cube
select account_id, rule, severity, state, risk, count(*) from finding group by 1, 2, 3, 4, 5;
insert into cube_region
select account_id, rule, severity, state, region, count(*) from finding group by 1, 2, 3, 4, 5;
insert into cube_due
select account_id, rule, severity, state, due_at, (first_seen at time zone 'UTC')::date, count(*) from finding where state in ('open', 'lost') group by 1, 2, 3, 4, 5, 6;

-- Words by which subjects are found: equality and prefix by a plain index,
-- which row-level security leaves usable.

create table term (
    account_id bigint not null references account,
    uid        text collate "C" not null,
    term       text collate "C" not null,
    primary key (account_id, uid, term)
);
create index term_found on term (account_id, term, uid);
comment on table term is 'Searchable words of subjects: name, id and uid, whole and from each word on, in small letters.';
comment on column term.account_id is 'Account of the subject.';
comment on column term.uid is 'The subject.';
comment on column term.term is 'The word.';

-- Row-level security: a transaction sees the accounts that plumbline.accounts
-- names, as numbers with commas between; * names all. Where it is not set,
-- nothing is seen.

-- +goose StatementBegin
do $$
declare
    t text;
begin
    foreach t in array array['account', 'scan', 'shard', 'scan_event', 'answer', 'resource', 'resource_version', 'unseen', 'finding',
            'finding_event', 'verdict', 'tally', 'workload', 'cube', 'cube_region', 'cube_due', 'cube_version', 'term'] loop
        execute format('alter table %I enable row level security', t);
        execute format($policy$
            create policy reach on %I using (
                (select current_setting('plumbline.accounts', true) = '*')
                or %I = any ((select string_to_array(nullif(current_setting('plumbline.accounts', true), '*'), ',')::bigint[])::bigint[]))
            $policy$, t, case t when 'account' then 'id' else 'account_id' end);
    end loop;
end
$$;
-- +goose StatementEnd

-- Pages of a shard are seen by whoever sees the shard.
alter table shard_page enable row level security;
create policy reach on shard_page using (exists (select from shard s where s.id = shard_page.shard));
