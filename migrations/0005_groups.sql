-- +goose Up

-- Workloads that a group launched: their findings are the group's.

alter table workload add column group_uid text collate "C" not null default '';
comment on column workload.group_uid is 'The group that launched it; empty if none did.';
create index workload_group on workload (account_id, group_uid) where group_uid <> '';

create table member (
    account_id bigint not null references account,
    region     text collate "C" not null,
    group_uid  text collate "C" not null,
    rule       text collate "C" not null,
    uid        text collate "C" not null,
    id         text not null,
    name       text not null,
    outcome    text not null check (outcome in ('fail', 'unknown')),
    severity   smallint not null,
    risk       smallint not null,
    version    text not null,
    potential  bool not null,
    fault      text not null,
    say        text not null,
    factors    jsonb not null,
    reasons    jsonb not null,
    evidence   jsonb not null,
    digest     bytea not null,
    scan       bigint not null references scan,
    since      timestamptz not null,
    primary key (account_id, region, group_uid, rule, uid)
);
create index member_uid on member (account_id, uid);
comment on table member is 'What a rule says of a workload whose findings are its group''s: a row where it fails or cannot be told, none where it passes.';
comment on column member.account_id is 'Account of the workload.';
comment on column member.region is 'Region of the workload.';
comment on column member.group_uid is 'The group that launched it.';
comment on column member.rule is 'Id of the rule.';
comment on column member.uid is 'The workload.';
comment on column member.id is 'The provider''s short id of the workload.';
comment on column member.name is 'What its owner calls the workload.';
comment on column member.outcome is 'fail or unknown.';
comment on column member.severity is 'Of the rule, when it judged.';
comment on column member.risk is '0 to 100.';
comment on column member.version is 'Of the rule.';
comment on column member.potential is 'The risk stands in no sum.';
comment on column member.fault is 'A fault of the rule itself; empty if there is none.';
comment on column member.say is 'The decisive values in words.';
comment on column member.factors is 'How the risk was worked out.';
comment on column member.reasons is 'Why it could not be told.';
comment on column member.evidence is 'What it rests on, as in verdict.';
comment on column member.digest is 'Over all that a reader is told.';
comment on column member.scan is 'The scan that wrote it.';
comment on column member.since is 'Since when this is said of it.';

-- +goose StatementBegin
do $$
begin
    alter table member enable row level security;
    create policy reach on member using (
        (select current_setting('plumbline.accounts', true) = '*')
        or account_id = any ((select string_to_array(nullif(current_setting('plumbline.accounts', true), '*'), ',')::bigint[])::bigint[]));
end
$$;
-- +goose StatementEnd
