-- +goose Up

create table account (
    id          bigint generated always as identity primary key,
    provider    text collate "C" not null,
    external_id text collate "C" not null,
    joined_at   timestamptz not null,
    unique (provider, external_id)
);
comment on table account is 'An account of a cloud that was scanned at least once.';
comment on column account.id is 'Our own number; the leading column of every large table, so that rows can be distributed by it.';
comment on column account.provider is 'aws, ibm or gcp.';
comment on column account.external_id is 'The provider''s own id of the account.';
comment on column account.joined_at is 'Time of its first scan.';

create table scan (
    number     bigint generated always as identity primary key,
    account_id bigint not null references account,
    state      text not null check (state in ('running', 'finished', 'interrupted', 'failed')),
    reason     text not null default '',
    started_at timestamptz not null,
    ended_at   timestamptz,
    engine     text not null,
    workloads  int not null default 0,
    written    int not null default 0,
    changes    jsonb not null default '{}',
    check ((state = 'running') = (ended_at is null))
);
create index scan_account_started on scan (account_id, started_at desc);
create unique index scan_one_running on scan (account_id) where state = 'running';
comment on table scan is 'One run of questions to an account.';
comment on column scan.number is 'Number that people see.';
comment on column scan.account_id is 'The account that was asked.';
comment on column scan.state is 'running; finished: every question ended with an answer or a refusal; interrupted: the program stopped in the middle; failed: void.';
comment on column scan.reason is 'Why it failed or was interrupted, in a sentence.';
comment on column scan.started_at is 'The time of the scan, fixed once; all that it writes is valid from then.';
comment on column scan.ended_at is 'When it ended; null while it runs.';
comment on column scan.engine is 'Version of the program.';
comment on column scan.workloads is 'Subjects of kind workload that it judged.';
comment on column scan.written is 'Resource rows that it wrote; 0 for an unchanged estate.';
comment on column scan.changes is 'Number of findings by what the scan did to them; a finished scan tells too what void ones did since the last that was finished.';

create table shard (
    id           bigint generated always as identity primary key,
    scan         bigint not null references scan,
    part         text not null check (part in ('whole', 'account', 'network', 'workloads')),
    region       text collate "C" not null,
    state        text not null check (state in ('running', 'finished', 'interrupted', 'failed')),
    attempt      int not null default 1,
    heartbeat_at timestamptz not null,
    unique (scan, part, region)
);
comment on table shard is 'A unit of a scan''s work. A scan of this version is one shard, whole.';
comment on column shard.id is 'Our own number.';
comment on column shard.scan is 'The scan it belongs to.';
comment on column shard.part is 'Which questions: whole, account, network or workloads.';
comment on column shard.region is 'Where; global for a shard of no one region.';
comment on column shard.state is 'As in scan.';
comment on column shard.attempt is 'How often it was begun; what an earlier attempt saw retires nothing.';
comment on column shard.heartbeat_at is 'Last sign of life of whoever works on it.';

create table answer (
    shard      bigint not null references shard,
    call       text collate "C" not null,
    region     text collate "C" not null,
    subject    text collate "C" not null,
    lists      text not null,
    status     text not null check (status in ('', 'complete', 'partial', 'refused')),
    cause      text not null,
    code       text not null,
    message    text not null,
    http       int not null,
    pages      int not null,
    items      int not null,
    attempts   int not null,
    request_id text not null,
    asked_at   timestamptz not null,
    ended_at   timestamptz not null,
    primary key (shard, region, call, subject)
);
comment on table answer is 'The coverage ledger: how each question of a scan ended, refusals included.';
comment on column answer.shard is 'The unit of work that asked.';
comment on column answer.call is 'The call as its permission is spelled, ec2:DescribeInstances.';
comment on column answer.region is 'Where it was asked; global where there is no region.';
comment on column answer.subject is 'What it was asked about; empty for a listing.';
comment on column answer.lists is 'Kind of the resources it lists; empty if it lists none.';
comment on column answer.status is 'Empty: not asked, on purpose, as of a region that was left out of the scan; complete: to the last page; partial: some pages, then a refusal; refused: nothing usable.';
comment on column answer.cause is 'Our word for why it is not complete.';
comment on column answer.code is 'The cloud''s own code, or one of ours that begins with plumbline:.';
comment on column answer.message is 'The cloud''s own words, shortened, free of secrets.';
comment on column answer.http is 'Status of the last reply; 0 if none came.';
comment on column answer.pages is 'Pages that arrived whole.';
comment on column answer.items is 'Documents in those pages.';
comment on column answer.attempts is 'Requests sent, retries included.';
comment on column answer.request_id is 'The cloud''s id of the last reply.';
comment on column answer.asked_at is 'When the question was first sent.';
comment on column answer.ended_at is 'When it was settled.';

create table resource (
    id         bigint generated always as identity primary key,
    account_id bigint not null references account,
    kind       text collate "C" not null,
    region     text collate "C" not null,
    uid        text collate "C" not null,
    name       text not null,
    call       text not null,
    doc        text not null,
    hash       bytea not null check (length(hash) = 32),
    doc_format int not null,
    redacted   text[] not null,
    valid_from timestamptz not null,
    scan       bigint not null references scan,
    unique (account_id, kind, region, uid) include (id, hash, doc_format)
);
comment on table resource is 'The present document of each thing; one row per thing, untouched while the document stays the same.';
comment on column resource.id is 'Our own number; the thing keeps it while it is listed.';
comment on column resource.account_id is 'The account it stands in.';
comment on column resource.kind is 'Kind of document, aws.instance.';
comment on column resource.region is 'Where it stands; global where there is no region.';
comment on column resource.uid is 'Its identity for ever.';
comment on column resource.name is 'What its owner calls it; empty if nothing.';
comment on column resource.call is 'The call whose reply the document is an element of.';
comment on column resource.doc is 'The cloud''s reply, canonical and redacted, as the very text that was hashed (jsonb would not keep it).';
comment on column resource.hash is 'sha256 of doc.';
comment on column resource.doc_format is 'Number of the rules by which the document was made canonical.';
comment on column resource.redacted is 'JSON pointers of replaced secrets.';
comment on column resource.valid_from is 'Time of the scan that first saw this document.';
comment on column resource.scan is 'That scan.';

create table resource_version (
    id         bigint generated always as identity primary key,
    account_id bigint not null references account,
    kind       text collate "C" not null,
    region     text collate "C" not null,
    uid        text collate "C" not null,
    name       text not null,
    call       text not null,
    doc        text not null,
    hash       bytea not null check (length(hash) = 32),
    doc_format int not null,
    redacted   text[] not null,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    scan       bigint not null references scan,
    check (valid_from < valid_to),
    unique (account_id, kind, region, uid, valid_from)
);
comment on table resource_version is 'Every former document; written once, never edited.';
comment on column resource_version.id is 'Our own number.';
comment on column resource_version.account_id is 'The account it stood in.';
comment on column resource_version.kind is 'Kind of document.';
comment on column resource_version.region is 'Where it stood.';
comment on column resource_version.uid is 'Identity of the thing.';
comment on column resource_version.name is 'What its owner called it then.';
comment on column resource_version.call is 'The call whose reply the document is an element of.';
comment on column resource_version.doc is 'As in resource.';
comment on column resource_version.hash is 'sha256 of doc.';
comment on column resource_version.doc_format is 'As in resource.';
comment on column resource_version.redacted is 'JSON pointers of replaced secrets.';
comment on column resource_version.valid_from is 'Time of the scan that first saw this document.';
comment on column resource_version.valid_to is 'Time of the scan that saw another one, or none in a complete listing.';
comment on column resource_version.scan is 'The scan that first saw it.';

create table unseen (
    scan   bigint not null references scan,
    kind   text collate "C" not null,
    region text collate "C" not null,
    uid    text collate "C" not null,
    primary key (scan, kind, region, uid)
);
comment on table unseen is 'What a finished scan did not see although it stands in resource, for the listing did not come whole. Without it the scan''s judgement could not be repeated.';
comment on column unseen.scan is 'The scan.';
comment on column unseen.kind is 'Kind of document.';
comment on column unseen.region is 'The region.';
comment on column unseen.uid is 'The thing; empty for all of that kind and region.';

create table finding (
    number       bigint generated always as identity primary key,
    key          bytea not null unique check (length(key) = 32),
    account_id   bigint not null references account,
    rule         text collate "C" not null,
    kind         text not null,
    region       text collate "C" not null,
    uid          text collate "C" not null,
    id           text not null,
    name         text not null,
    parent       text not null,
    state        text not null check (state in ('open', 'nodata', 'lost', 'resolved', 'gone')),
    cause        text[] not null,
    severity     smallint not null check (severity between 1 and 5),
    risk         smallint not null check (risk between 0 and 100),
    shown        bigint not null,
    first_scan   bigint not null references scan,
    first_seen   timestamptz not null,
    change       text not null,
    changed_scan bigint not null references scan,
    changed_at   timestamptz not null,
    seen_scan    bigint references scan,
    seen_at      timestamptz
);
create index finding_subject on finding (account_id, uid);
create index finding_account_state on finding (account_id, state) include (number);
create index finding_worst on finding ((-severity), (-risk), number);
create index finding_rule on finding (rule, state);
comment on table finding is 'The identity of what a rule once said of a subject, and where it stands. No rebuild drops it.';
comment on column finding.number is 'The n of FND-n, for ever.';
comment on column finding.key is 'sha256 over the length-prefixed pair of rule id and subject uid.';
comment on column finding.account_id is 'Account of the subject.';
comment on column finding.rule is 'Permanent id of the rule.';
comment on column finding.kind is 'Kind of the subject.';
comment on column finding.region is 'Region of the subject.';
comment on column finding.uid is 'Identity of the subject for ever.';
comment on column finding.id is 'The provider''s short id of the subject.';
comment on column finding.name is 'What its owner calls the subject.';
comment on column finding.parent is 'uid of the subject''s parent; empty at the top.';
comment on column finding.state is 'open: fails; nodata: cannot be told; lost: failed and can no longer be told; resolved: was told to pass; gone: the subject is no more, or the question no longer arises or is no longer asked.';
comment on column finding.cause is 'Why it is out of sight, or gone though nobody looked, though no verdict says so; a sentence each.';
comment on column finding.severity is 'The rule''s own: 1 info to 5 critical.';
comment on column finding.risk is '0 to 100, of the verdict that is shown.';
comment on column finding.shown is 'The verdict that a page shows: the present one, or the last that failed.';
comment on column finding.first_scan is 'The scan that first told it.';
comment on column finding.first_seen is 'Time of that scan.';
comment on column finding.change is 'What the scan that last moved it did to it, or, after void scans, the finished one that tells of it; empty where a reader need not be told.';
comment on column finding.changed_scan is 'That scan.';
comment on column finding.changed_at is 'Time of that scan.';
comment on column finding.seen_scan is 'The last scan that told it, once no scan tells it any more; null while each finished scan does.';
comment on column finding.seen_at is 'Time of that scan.';

create table verdict (
    id             bigint generated always as identity primary key,
    finding        bigint not null references finding,
    rule           text collate "C" not null,
    rule_version   text not null,
    engine_version text not null,
    severity       smallint not null,
    outcome        text not null check (outcome in ('fail', 'unknown')),
    gap            boolean not null,
    fault          text not null,
    say            text not null,
    risk           smallint not null check (risk between 0 and 100),
    potential      boolean not null,
    factors        jsonb not null,
    reasons        jsonb not null,
    evidence       jsonb not null,
    digest         bytea not null check (length(digest) = 32),
    scan           bigint not null references scan,
    valid_from     timestamptz not null,
    valid_to       timestamptz check (valid_from < valid_to)
);
create unique index verdict_present on verdict (finding) where valid_to is null;
create index verdict_finding on verdict (finding, valid_from);
comment on table verdict is 'What a rule said of a subject, as intervals; only fail and unknown. A pass follows from the documents and the rule.';
comment on column verdict.id is 'Our own number.';
comment on column verdict.finding is 'The finding it is about.';
comment on column verdict.rule is 'Id of the rule.';
comment on column verdict.rule_version is 'Which text of the rule judged.';
comment on column verdict.engine_version is 'Version of the program that first said it.';
comment on column verdict.severity is 'The rule''s own at that time.';
comment on column verdict.outcome is 'fail or unknown.';
comment on column verdict.gap is 'The subject is a place where we could not look.';
comment on column verdict.fault is 'A fault of the rule itself; empty if none.';
comment on column verdict.say is 'The decisive values, in words.';
comment on column verdict.risk is '0 to 100; the potential risk where potential.';
comment on column verdict.potential is 'The risk stands in no sum.';
comment on column verdict.factors is 'How the risk was worked out, step by step.';
comment on column verdict.reasons is 'Why it is not known.';
comment on column verdict.evidence is 'Field, value, path, why, and the document or refusal they come from with its hash.';
comment on column verdict.digest is 'sha256 of all that a reader is told; a verdict of the same digest is not written again.';
comment on column verdict.scan is 'The scan that first said it.';
comment on column verdict.valid_from is 'Time of that scan.';
comment on column verdict.valid_to is 'Time of the scan that said otherwise; null while it stands.';

-- +goose StatementBegin
do $$
begin
    alter table resource alter column doc set compression lz4;
    alter table resource_version alter column doc set compression lz4;
    alter table verdict alter column evidence set compression lz4;
exception when feature_not_supported or invalid_parameter_value then
    raise notice 'this server was built without lz4; documents are compressed with pglz';
end
$$;
-- +goose StatementEnd

create table finding_event (
    id         bigint generated always as identity primary key,
    finding    bigint not null references finding,
    at         timestamptz not null,
    scan       bigint references scan,
    change     text not null,
    from_state text not null,
    to_state   text not null,
    who        text not null default '',
    note       text not null default ''
);
create index finding_event_finding on finding_event (finding, id);
comment on table finding_event is 'What happened to a finding; written once, never edited.';
comment on column finding_event.id is 'Our own number.';
comment on column finding_event.finding is 'The finding.';
comment on column finding_event.at is 'When; for a scan its time.';
comment on column finding_event.scan is 'The scan that did it, if one did.';
comment on column finding_event.change is 'new, reopened, fixed, gone, retired, lost, untold, told, still (seen again after it was lost), or empty.';
comment on column finding_event.from_state is 'State before; empty if there was none.';
comment on column finding_event.to_state is 'State after.';
comment on column finding_event.who is 'The person who did it; empty for a scan.';
comment on column finding_event.note is 'What they said.';

create table tally (
    id         bigint generated always as identity primary key,
    account_id bigint not null references account,
    rule       text collate "C" not null,
    region     text collate "C" not null,
    severity   smallint not null,
    pass       int not null,
    fail       int not null,
    unknown    int not null,
    gaps       int not null,
    na         int not null,
    valid_from timestamptz not null,
    valid_to   timestamptz check (valid_from < valid_to)
);
create unique index tally_present on tally (account_id, rule, region) where valid_to is null;
create index tally_account on tally (account_id, valid_from);
comment on table tally is 'Outcomes counted by rule and region, as intervals: a row per change, not per scan.';
comment on column tally.id is 'Our own number.';
comment on column tally.account_id is 'The account.';
comment on column tally.rule is 'Id of the rule.';
comment on column tally.region is 'The region.';
comment on column tally.severity is 'The rule''s own.';
comment on column tally.pass is 'Subjects that pass.';
comment on column tally.fail is 'Subjects that fail.';
comment on column tally.unknown is 'Subjects that cannot be told, and places where we could not look.';
comment on column tally.gaps is 'Of unknown: places where we could not look.';
comment on column tally.na is 'Subjects that the question does not arise for.';
comment on column tally.valid_from is 'Time of the scan that first counted so.';
comment on column tally.valid_to is 'Time of the scan that counted otherwise; null while it stands.';
