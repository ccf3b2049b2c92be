-- +goose Up

-- Accounts: connected on purpose, or found by a scan of the command line.

alter table account
    add column name       text not null default '',
    add column state      text not null default 'found' check (state in ('found', 'connected', 'disconnected')),
    add column login      jsonb not null default '{}',
    add column every      interval check (every >= interval '5 minutes'),
    add column next_at    timestamptz,
    add column tested_at  timestamptz,
    add column test       jsonb not null default '[]';
comment on column account.name is 'What people here call it; empty where nobody named it.';
comment on column account.state is 'found: scanned without having been connected; connected: scanned by the service; disconnected: no longer scanned, its evidence is kept.';
comment on column account.login is 'How to sign in: a reference such as a role to assume, never a secret.';
comment on column account.every is 'How often it is scanned; null for only on demand.';
comment on column account.next_at is 'When the next scan is due; null where none is.';
comment on column account.tested_at is 'When its permissions were last tested.';
comment on column account.test is 'What that test said, a line for each call.';

create table account_group (
    id   bigint generated always as identity primary key,
    name text not null unique check (name <> '')
);
comment on table account_group is 'Accounts that are granted together.';
comment on column account_group.id is 'Our own number.';
comment on column account_group.name is 'What people call it.';

create table account_group_member (
    account_group bigint not null references account_group on delete cascade,
    account_id    bigint not null references account on delete cascade,
    primary key (account_group, account_id)
);
create index account_group_member_account on account_group_member (account_id);
comment on table account_group_member is 'Which accounts stand in which group.';
comment on column account_group_member.account_group is 'The group.';
comment on column account_group_member.account_id is 'The account.';

-- Scans in shards.

alter table scan drop constraint scan_state_check;
alter table scan
    add constraint scan_state_check check (state in ('running', 'finished', 'interrupted', 'failed', 'cancelled')),
    add column open  int not null default 0,
    add column asker text not null default '';
comment on column scan.state is 'running; finished: every question ended with an answer or a refusal; interrupted: the program stopped in the middle; cancelled: a person stopped it; failed: void.';
comment on column scan.open is 'Shards that are neither finished nor given up; whoever takes it to 0 closes the scan.';
comment on column scan.asker is 'Who started it: a person, the schedule, or empty for the command line.';

alter table shard drop constraint shard_state_check;
alter table shard drop constraint shard_scan_part_region_key;
alter table shard
    add column account_id bigint references account,
    add column worker     text not null default '',
    add column reason     text not null default '',
    add column failures   int not null default 0,
    add column pages      int not null default 0,
    add column items      int not null default 0,
    add column started_at timestamptz,
    add column ended_at   timestamptz,
    add constraint shard_state_check check (state in ('waiting', 'running', 'finished', 'interrupted', 'failed', 'cancelled')),
    alter column attempt set default 0;
update shard set account_id = scan.account_id from scan where scan.number = shard.scan;
alter table shard
    alter column account_id set not null,
    add constraint shard_scan_part_region_key unique (scan, part, region);
create index shard_live on shard (heartbeat_at) where state in ('waiting', 'running');
comment on table shard is 'A unit of a scan''s work: one listing, or the few questions about an account. A scan that one process makes alone has one shard, whole.';
comment on column shard.account_id is 'The account that is asked.';
comment on column shard.state is 'waiting for a worker; running; finished; failed: given up; interrupted and cancelled with its scan.';
comment on column shard.worker is 'Who works on it, or did last.';
comment on column shard.reason is 'Why it failed, or was begun again, in a sentence.';
comment on column shard.failures is 'Attempts that ended with an error or without a word; one that was stopped in order is none.';
comment on column shard.pages is 'Pages stored by its present attempt.';
comment on column shard.items is 'Documents in them.';
comment on column shard.started_at is 'When its present attempt began.';
comment on column shard.ended_at is 'When it ended.';
comment on column shard.heartbeat_at is 'Last sign of life of whoever works on it; while it waits, when it was put there.';

create table shard_page (
    shard     bigint not null references shard on delete cascade,
    attempt   int not null,
    page      int not null,
    seen      bigint[] not null,
    told      bigint[] not null,
    tally     jsonb not null,
    changes   jsonb not null,
    workloads int not null,
    written   int not null,
    primary key (shard, attempt, page)
);
comment on table shard_page is 'What each page of a running scan held, so that it can be closed by whoever ends its last shard. Emptied when the scan ends.';
comment on column shard_page.shard is 'The shard.';
comment on column shard_page.attempt is 'The attempt that stored it; only one attempt''s pages count.';
comment on column shard_page.page is 'Counted from 1.';
comment on column shard_page.seen is 'Row numbers of the resources it held.';
comment on column shard_page.told is 'Numbers of the findings that its verdicts and passes told.';
comment on column shard_page.tally is 'Outcomes by rule and region.';
comment on column shard_page.changes is 'What it did to findings.';
comment on column shard_page.workloads is 'Workloads judged.';
comment on column shard_page.written is 'Resource rows written.';

create table scan_event (
    id         bigint generated always as identity primary key,
    scan       bigint not null references scan,
    account_id bigint not null references account,
    at         timestamptz not null default now(),
    kind       text not null check (kind in ('log', 'shard', 'done')),
    part       text not null default '',
    region     text not null default '',
    state      text not null default '',
    pages      int not null default 0,
    items      int not null default 0,
    failing    int not null default 0,
    say        text not null default ''
);
create index scan_event_scan on scan_event (scan, id);
comment on table scan_event is 'What happened during a scan, for those who watch it; the id resumes a watch.';
comment on column scan_event.id is 'Grows with time.';
comment on column scan_event.scan is 'The scan.';
comment on column scan_event.account_id is 'The account that is asked.';
comment on column scan_event.at is 'When.';
comment on column scan_event.kind is 'log: a sentence; shard: a shard moved on; done: the scan ended.';
comment on column scan_event.part is 'Of the shard; empty where it is about the scan.';
comment on column scan_event.region is 'Of the shard.';
comment on column scan_event.state is 'State of the shard, or of the scan that is done.';
comment on column scan_event.pages is 'Pages that the shard stored so far.';
comment on column scan_event.items is 'Documents in them.';
comment on column scan_event.failing is 'Failures it newly saw so far.';
comment on column scan_event.say is 'In a sentence.';

-- Two attempts of one scan may say two things at one time: an interval may be empty.

alter table resource_version drop constraint resource_version_check;
alter table resource_version drop constraint resource_version_account_id_kind_region_uid_valid_from_key;
alter table resource_version add constraint resource_version_check check (valid_from <= valid_to);
create index resource_version_thing on resource_version (account_id, kind, region, uid, valid_from);
alter table verdict drop constraint verdict_check;
alter table verdict add constraint verdict_check check (valid_from <= valid_to);

-- The account leads every large table, and row-level security asks for it.

alter table answer add column account_id bigint references account;
update answer set account_id = shard.account_id from shard where shard.id = answer.shard;
alter table answer alter column account_id set not null;
comment on column answer.account_id is 'The account that was asked.';

alter table unseen add column account_id bigint references account;
update unseen set account_id = scan.account_id from scan where scan.number = unseen.scan;
alter table unseen alter column account_id set not null;
comment on column unseen.account_id is 'The account.';

alter table verdict add column account_id bigint references account;
update verdict set account_id = finding.account_id from finding where finding.number = verdict.finding;
alter table verdict alter column account_id set not null;
comment on column verdict.account_id is 'Account of the subject.';

alter table finding_event add column account_id bigint references account;
update finding_event set account_id = finding.account_id from finding where finding.number = finding_event.finding;
alter table finding_event alter column account_id set not null;
comment on column finding_event.account_id is 'Account of the subject.';

-- Workloads as lists show them: derived, and made again from the documents.

create table workload (
    account_id bigint not null references account,
    region     text collate "C" not null,
    uid        text collate "C" not null,
    id         text collate "C" not null,
    name       text not null,
    type       text not null,
    state      text not null,
    endpoint   text not null,
    tokens     text not null,
    hop_limit  int not null,
    internet   text not null,
    power      text not null,
    identity   text not null,
    primary key (account_id, region, uid)
);
create index workload_uid on workload (uid);
comment on table workload is 'The present workloads with the facts that lists filter by. Derived from the documents.';
comment on column workload.account_id is 'Account it stands in.';
comment on column workload.region is 'Region it stands in.';
comment on column workload.uid is 'Identity for ever.';
comment on column workload.id is 'The provider''s short id.';
comment on column workload.name is 'What its owner calls it.';
comment on column workload.type is 'instance, or what else it is.';
comment on column workload.state is 'running, stopped and so on; empty where it is not known, as in every column that follows.';
comment on column workload.endpoint is 'Metadata service: enabled or disabled.';
comment on column workload.tokens is 'Metadata tokens: required or optional.';
comment on column workload.hop_limit is 'Hops that a token''s reply may travel; 0 where it is not known.';
comment on column workload.internet is 'How it can be reached from the internet.';
comment on column workload.power is 'What its identity may do.';
comment on column workload.identity is 'Name of what is bound to it.';
