-- The shape of the database, written from its own catalogue; do not edit.
-- It is made by: go test ./internal/postgres -run Schema -update

create table account (
    id bigint not null generated always as identity,
    provider text collate "C" not null,
    external_id text collate "C" not null,
    joined_at timestamp with time zone not null,
    name text not null default ''::text,
    state text not null default 'found'::text,
    login jsonb not null default '{}'::jsonb,
    every interval,
    next_at timestamp with time zone,
    tested_at timestamp with time zone,
    test jsonb not null default '[]'::jsonb,
    left_at timestamp with time zone,
    constraint account_every_check CHECK ((every >= '00:05:00'::interval)),
    constraint account_state_check CHECK ((state = ANY (ARRAY['found'::text, 'connected'::text, 'disconnected'::text]))),
    constraint account_pkey PRIMARY KEY (id),
    constraint account_provider_external_id_key UNIQUE (provider, external_id)
);
alter table account enable row level security;
create policy reach on account using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table account is 'An account of a cloud that was scanned at least once.';
comment on column account.id is 'Our own number; the leading column of every large table, so that rows can be distributed by it.';
comment on column account.provider is 'aws, ibm or gcp.';
comment on column account.external_id is 'The provider''s own id of the account.';
comment on column account.joined_at is 'Time of its first scan.';
comment on column account.name is 'What people here call it; empty where nobody named it.';
comment on column account.state is 'found: scanned without having been connected; connected: scanned by the service; disconnected: no longer scanned, its evidence is kept.';
comment on column account.login is 'How to sign in: a reference such as a role to assume, never a secret.';
comment on column account.every is 'How often it is scanned; null for only on demand.';
comment on column account.next_at is 'When the next scan is due; null where none is.';
comment on column account.tested_at is 'When its permissions were last tested.';
comment on column account.test is 'What that test said, a line for each call.';
comment on column account.left_at is 'When it was disconnected; null where it is not, or where nobody noted it.';

create table account_group (
    id bigint not null generated always as identity,
    name text not null,
    constraint account_group_name_check CHECK ((name <> ''::text)),
    constraint account_group_pkey PRIMARY KEY (id),
    constraint account_group_name_key UNIQUE (name)
);
comment on table account_group is 'Accounts that are granted together.';
comment on column account_group.id is 'Our own number.';
comment on column account_group.name is 'What people call it.';

create table account_group_member (
    account_group bigint not null,
    account_id bigint not null,
    constraint account_group_member_account_group_fkey FOREIGN KEY (account_group) REFERENCES account_group(id) ON DELETE CASCADE,
    constraint account_group_member_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE,
    constraint account_group_member_pkey PRIMARY KEY (account_group, account_id)
);
CREATE INDEX account_group_member_account ON account_group_member USING btree (account_id);
comment on table account_group_member is 'Which accounts stand in which group.';
comment on column account_group_member.account_group is 'The group.';
comment on column account_group_member.account_id is 'The account.';

create table answer (
    shard bigint not null,
    call text collate "C" not null,
    region text collate "C" not null,
    subject text collate "C" not null,
    lists text not null,
    status text not null,
    cause text not null,
    code text not null,
    message text not null,
    http integer not null,
    pages integer not null,
    items integer not null,
    attempts integer not null,
    request_id text not null,
    asked_at timestamp with time zone not null,
    ended_at timestamp with time zone not null,
    account_id bigint not null,
    constraint answer_status_check CHECK ((status = ANY (ARRAY[''::text, 'complete'::text, 'partial'::text, 'refused'::text]))),
    constraint answer_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint answer_shard_fkey FOREIGN KEY (shard) REFERENCES shard(id),
    constraint answer_pkey PRIMARY KEY (shard, region, call, subject)
);
alter table answer enable row level security;
create policy reach on answer using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
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
comment on column answer.account_id is 'The account that was asked.';

create table attestation (
    id bigint not null generated always as identity,
    statement text not null,
    framework text collate "C" not null,
    control text collate "C" not null,
    topic text collate "C" not null,
    whole boolean not null,
    owner text not null,
    link text not null,
    valid_from date not null,
    valid_until date not null,
    renews bigint,
    constraint attestation_about CHECK ((((framework <> ''::text) = (control <> ''::text)) AND ((topic = ''::text) = (framework <> ''::text)))),
    constraint attestation_owner_check CHECK ((owner <> ''::text)),
    constraint attestation_statement_check CHECK ((statement <> ''::text)),
    constraint attestation_validity CHECK (((valid_until >= valid_from) AND ((valid_until - valid_from) < 400))),
    constraint attestation_renews_fkey FOREIGN KEY (renews) REFERENCES attestation(id),
    constraint attestation_pkey PRIMARY KEY (id)
);
CREATE INDEX attestation_control ON attestation USING btree (framework, control);
CREATE INDEX attestation_renews ON attestation USING btree (renews) WHERE (renews IS NOT NULL);
alter table attestation enable row level security;
create policy reach on attestation using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (whole AND ( SELECT (COALESCE(current_setting('plumbline.accounts'::text, true), ''::text) <> ''::text))) OR (EXISTS ( SELECT
   FROM attestation_account a
  WHERE (a.attestation = attestation.id)))));
comment on table attestation is 'What somebody states where no machine can check: shown as attested, never as measured, and in no score.';
comment on column attestation.id is 'Our own number.';
comment on column attestation.statement is 'What is stated, in the words of whoever proposed it.';
comment on column attestation.framework is 'Id of the framework whose control it speaks about; empty where it is about a topic.';
comment on column attestation.control is 'Id of the control, as the framework numbers it; empty where it is about a topic.';
comment on column attestation.topic is 'One of the closed list of topics; empty where it is about a control.';
comment on column attestation.whole is 'Whether it is about all accounts, those to come included; otherwise about those of attestation_account.';
comment on column attestation.owner is 'E-mail of the person who answers for it.';
comment on column attestation.link is 'Address of evidence that is kept elsewhere; empty where there is none.';
comment on column attestation.valid_from is 'The first day of UTC on which it holds, once approved.';
comment on column attestation.valid_until is 'The last day of UTC on which it holds.';
comment on column attestation.renews is 'The attestation that it takes the place of; null where it is the first.';

create table attestation_account (
    attestation bigint not null,
    account_id bigint not null,
    constraint attestation_account_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint attestation_account_attestation_fkey FOREIGN KEY (attestation) REFERENCES attestation(id),
    constraint attestation_account_pkey PRIMARY KEY (attestation, account_id)
);
CREATE INDEX attestation_account_account ON attestation_account USING btree (account_id);
alter table attestation_account enable row level security;
create policy reach on attestation_account using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table attestation_account is 'Which accounts an attestation is about, where it is not about all.';
comment on column attestation_account.attestation is 'The attestation.';
comment on column attestation_account.account_id is 'The account.';

create table attestation_event (
    attestation bigint not null,
    seq integer not null,
    at timestamp with time zone not null,
    kind text not null,
    who text not null,
    person bigint,
    note text not null,
    constraint attestation_event_first CHECK (((seq = 1) = (kind = 'proposed'::text))),
    constraint attestation_event_kind_check CHECK ((kind = ANY (ARRAY['proposed'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text]))),
    constraint attestation_event_seq_check CHECK ((seq > 0)),
    constraint attestation_event_attestation_fkey FOREIGN KEY (attestation) REFERENCES attestation(id),
    constraint attestation_event_person_fkey FOREIGN KEY (person) REFERENCES person(id),
    constraint attestation_event_pkey PRIMARY KEY (attestation, seq)
);
CREATE UNIQUE INDEX attestation_event_decided ON attestation_event USING btree (attestation) WHERE (kind = ANY (ARRAY['approved'::text, 'refused'::text]));
CREATE UNIQUE INDEX attestation_event_withdrawn ON attestation_event USING btree (attestation) WHERE (kind = 'withdrawn'::text);
alter table attestation_event enable row level security;
create policy reach on attestation_event using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (EXISTS ( SELECT
   FROM attestation a
  WHERE (a.id = attestation_event.attestation)))));
comment on table attestation_event is 'What happened to an attestation. Rows are only ever added.';
comment on column attestation_event.attestation is 'The attestation.';
comment on column attestation_event.seq is 'Counted from 1 without gaps: two who act at the same time cannot both be next.';
comment on column attestation_event.at is 'When.';
comment on column attestation_event.kind is 'proposed, approved, refused or withdrawn. That it expired follows from its last day.';
comment on column attestation_event.who is 'E-mail of who did it, with the token''s name where it was a token.';
comment on column attestation_event.person is 'The same as a person; null for somebody who has no sign-in here.';
comment on column attestation_event.note is 'Why, in their words.';

create table attestation_file (
    attestation bigint not null,
    name text not null,
    size integer not null,
    sha256 bytea not null,
    content bytea not null,
    constraint attestation_file_name_check CHECK (((name <> ''::text) AND (name !~ '[/\\]'::text))),
    constraint attestation_file_sha256_check CHECK ((octet_length(sha256) = 32)),
    constraint attestation_file_size_check CHECK (((size >= 1) AND (size <= 1000000))),
    constraint attestation_file_whole CHECK ((octet_length(content) = size)),
    constraint attestation_file_attestation_fkey FOREIGN KEY (attestation) REFERENCES attestation(id),
    constraint attestation_file_pkey PRIMARY KEY (attestation)
);
alter table attestation_file enable row level security;
create policy reach on attestation_file using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (EXISTS ( SELECT
   FROM attestation a
  WHERE (a.id = attestation_file.attestation)))));
comment on table attestation_file is 'Evidence that was uploaded with an attestation. It is handed out as a download only.';
comment on column attestation_file.attestation is 'The attestation.';
comment on column attestation_file.name is 'Name of the file, without a path.';
comment on column attestation_file.size is 'Its length in bytes.';
comment on column attestation_file.sha256 is 'Of its content, worked out here when it arrived.';
comment on column attestation_file.content is 'The file, byte by byte.';

create table audit (
    seq bigint not null,
    at timestamp with time zone not null,
    who text not null,
    token text not null,
    action text not null,
    object text not null,
    account_id bigint,
    detail jsonb not null,
    remote text not null,
    prev_hash bytea not null,
    hash bytea not null,
    constraint audit_action_check CHECK ((action <> ''::text)),
    constraint audit_pkey PRIMARY KEY (seq),
    constraint audit_hash_key UNIQUE (hash),
    constraint audit_prev_hash_key UNIQUE (prev_hash)
);
CREATE INDEX audit_account ON audit USING btree (account_id, seq) WHERE (account_id IS NOT NULL);
CREATE INDEX audit_action ON audit USING btree (action, seq);
CREATE INDEX audit_who ON audit USING btree (who, seq);
comment on table audit is 'What people and programs changed. Rows are only ever added, and each carries the hash of the one before.';
comment on column audit.seq is 'Counted from 1 without gaps.';
comment on column audit.at is 'When.';
comment on column audit.who is 'E-mail of the person, or what else acted.';
comment on column audit.token is 'Name of the token they acted by; empty in a browser.';
comment on column audit.action is 'What was done.';
comment on column audit.object is 'To what.';
comment on column audit.account_id is 'The account it is about; null where it is about none. No reference: the log outlives what it speaks of.';
comment on column audit.detail is 'More of it, names and texts.';
comment on column audit.remote is 'Address that the request came from; empty for the program itself.';
comment on column audit.prev_hash is 'hash of the row before; 32 zero bytes in the first. Unique, so the chain cannot fork.';
comment on column audit.hash is 'sha256 over prev_hash and all other columns, each with its length before it.';

create table counted_mapping (
    status text collate "C" not null,
    who text not null,
    at timestamp with time zone not null,
    constraint counted_mapping_status_check CHECK ((status = ANY (ARRAY['third_party'::text, 'judgement'::text]))),
    constraint counted_mapping_pkey PRIMARY KEY (status)
);
comment on table counted_mapping is 'A row for each status of mappings that somebody lets count towards controls; publishers'' own always count. Who switched what and when stands in the audit log too.';
comment on column counted_mapping.status is 'third_party: as a tool maps them; judgement: as we or the users of this service do.';
comment on column counted_mapping.who is 'E-mail of the person who switched it on.';
comment on column counted_mapping.at is 'When.';

create table cube (
    account_id bigint not null,
    rule text collate "C" not null,
    severity smallint not null,
    state text collate "C" not null,
    risk smallint not null,
    count integer not null,
    constraint cube_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint cube_pkey PRIMARY KEY (account_id, rule, severity, state, risk)
);
alter table cube enable row level security;
create policy reach on cube using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table cube is 'How many findings there are. Derived from finding, in the same transaction.';
comment on column cube.account_id is 'Account of the subjects.';
comment on column cube.rule is 'Id of the rule.';
comment on column cube.severity is 'Of the finding.';
comment on column cube.state is 'Of the finding.';
comment on column cube.risk is 'Of the finding.';
comment on column cube.count is 'How many; a row may stay with 0.';

create table cube_due (
    account_id bigint not null,
    rule text collate "C" not null,
    severity smallint not null,
    state text collate "C" not null,
    due_at timestamp with time zone not null,
    seen_on date not null,
    count integer not null,
    constraint cube_due_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint cube_due_pkey PRIMARY KEY (account_id, rule, severity, state, due_at, seen_on)
);
alter table cube_due enable row level security;
create policy reach on cube_due using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table cube_due is 'As cube, of what fails or did when last told, by when it is due.';
comment on column cube_due.account_id is 'Account of the subjects.';
comment on column cube_due.rule is 'Id of the rule.';
comment on column cube_due.severity is 'Of the finding.';
comment on column cube_due.state is 'open or lost.';
comment on column cube_due.due_at is 'Of the finding; infinity where it is not due.';
comment on column cube_due.seen_on is 'Day, in UTC, on which it was first seen to fail.';
comment on column cube_due.count is 'How many; a row may stay with 0.';

create table cube_region (
    account_id bigint not null,
    rule text collate "C" not null,
    severity smallint not null,
    state text collate "C" not null,
    region text collate "C" not null,
    count integer not null,
    constraint cube_region_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint cube_region_pkey PRIMARY KEY (account_id, rule, severity, state, region)
);
alter table cube_region enable row level security;
create policy reach on cube_region using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table cube_region is 'As cube, by region.';
comment on column cube_region.account_id is 'Account of the subjects.';
comment on column cube_region.rule is 'Id of the rule.';
comment on column cube_region.severity is 'Of the finding.';
comment on column cube_region.state is 'Of the finding.';
comment on column cube_region.region is 'Of the subject.';
comment on column cube_region.count is 'How many; a row may stay with 0.';

create table cube_version (
    account_id bigint not null,
    version bigint not null,
    constraint cube_version_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint cube_version_pkey PRIMARY KEY (account_id)
);
alter table cube_version enable row level security;
create policy reach on cube_version using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table cube_version is 'Grows by one with each transaction that changes the counts of an account: whoever remembers counts sees whether they still hold.';
comment on column cube_version.account_id is 'The account.';
comment on column cube_version.version is 'How often its counts were changed.';

create table event_asked (
    import bigint not null,
    account_id bigint not null,
    region text collate "C" not null,
    workload text collate "C" not null,
    day date not null,
    count bigint not null,
    last_at timestamp with time zone not null,
    constraint event_asked_count_check CHECK ((count > 0)),
    constraint event_asked_region_check CHECK ((region <> ''::text)),
    constraint event_asked_workload_check CHECK ((workload <> ''::text)),
    constraint event_asked_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint event_asked_import_fkey FOREIGN KEY (import) REFERENCES event_import(id),
    constraint event_asked_pkey PRIMARY KEY (import, region, workload, day)
);
CREATE INDEX event_asked_account ON event_asked USING btree (account_id, last_at);
alter table event_asked enable row level security;
create policy reach on event_asked using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table event_asked is 'How often a server asked its metadata service on a day, by an import. Deleted when that is withdrawn, or too long ago to count.';
comment on column event_asked.import is 'The import.';
comment on column event_asked.account_id is 'Its account.';
comment on column event_asked.region is 'Region of the server.';
comment on column event_asked.workload is 'The provider''s short id of the server.';
comment on column event_asked.day is 'The day of UTC.';
comment on column event_asked.count is 'How many requests.';
comment on column event_asked.last_at is 'Time of the latest of them.';

create table event_cover (
    import bigint not null,
    account_id bigint not null,
    region text collate "C" not null,
    from_at timestamp with time zone not null,
    until_at timestamp with time zone not null,
    constraint event_cover_check CHECK ((until_at > from_at)),
    constraint event_cover_region_check CHECK ((region <> ''::text)),
    constraint event_cover_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint event_cover_import_fkey FOREIGN KEY (import) REFERENCES event_import(id),
    constraint event_cover_pkey PRIMARY KEY (import, region, from_at)
);
CREATE INDEX event_cover_account ON event_cover USING btree (account_id, until_at);
alter table event_cover enable row level security;
create policy reach on event_cover using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table event_cover is 'Regions and periods of which an import holds every event.';
comment on column event_cover.import is 'The import.';
comment on column event_cover.account_id is 'Its account.';
comment on column event_cover.region is 'The region.';
comment on column event_cover.from_at is 'From when on.';
comment on column event_cover.until_at is 'Until before when.';

create table event_import (
    id bigint not null generated always as identity,
    account_id bigint not null,
    at timestamp with time zone not null,
    who text not null,
    name text not null,
    events bigint not null,
    requests bigint not null,
    servers bigint not null,
    unread bigint not null,
    sha256 bytea not null,
    first_at timestamp with time zone,
    last_at timestamp with time zone,
    doubts text[] not null,
    withdrawn_at timestamp with time zone,
    withdrawn_by text not null default ''::text,
    constraint event_import_check CHECK (((requests >= 0) AND (requests <= events))),
    constraint event_import_check1 CHECK (((withdrawn_at IS NULL) = (withdrawn_by = ''::text))),
    constraint event_import_events_check CHECK ((events >= 0)),
    constraint event_import_servers_check CHECK ((servers >= 0)),
    constraint event_import_sha256_check CHECK ((octet_length(sha256) = 32)),
    constraint event_import_unread_check CHECK ((unread >= 0)),
    constraint event_import_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint event_import_pkey PRIMARY KEY (id)
);
CREATE INDEX event_import_account ON event_import USING btree (account_id, id);
alter table event_import enable row level security;
create policy reach on event_import using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table event_import is 'Audit events that somebody imported. No event is kept.';
comment on column event_import.id is 'Our own number.';
comment on column event_import.account_id is 'The account whose events they are.';
comment on column event_import.at is 'When it was imported.';
comment on column event_import.who is 'E-mail of who did it, with the token''s name where it was a token.';
comment on column event_import.name is 'Name of the file as it was sent; empty where it has none.';
comment on column event_import.events is 'Events that were understood.';
comment on column event_import.requests is 'Of those, requests to a metadata service.';
comment on column event_import.servers is 'How many servers sent those.';
comment on column event_import.unread is 'What was not understood and may have been such a request.';
comment on column event_import.sha256 is 'Of the file as it was sent, worked out here when it arrived.';
comment on column event_import.first_at is 'Time of the earliest event; null where there is none.';
comment on column event_import.last_at is 'Time of the latest event; null where there is none.';
comment on column event_import.doubts is 'Why it covers nothing, in sentences.';
comment on column event_import.withdrawn_at is 'When somebody withdrew it: it then counts for no scan that begins later. Null where nobody did.';
comment on column event_import.withdrawn_by is 'Who withdrew it; empty where nobody did.';

create table finding (
    number bigint not null generated always as identity,
    key bytea not null,
    account_id bigint not null,
    rule text collate "C" not null,
    kind text not null,
    region text collate "C" not null,
    uid text collate "C" not null,
    id text not null,
    name text not null,
    parent text not null,
    state text not null,
    cause text[] not null,
    severity smallint not null,
    risk smallint not null,
    shown bigint not null,
    first_scan bigint not null,
    first_seen timestamp with time zone not null,
    change text not null,
    changed_scan bigint not null,
    changed_at timestamp with time zone not null,
    seen_scan bigint,
    seen_at timestamp with time zone,
    due_at timestamp with time zone not null default 'infinity'::timestamp with time zone,
    clock_at timestamp with time zone,
    mended_at timestamp with time zone,
    worst integer not null generated always as ((((5 - severity) * 101) + (100 - risk))) stored,
    constraint finding_key_check CHECK ((length(key) = 32)),
    constraint finding_risk_check CHECK (((risk >= 0) AND (risk <= 100))),
    constraint finding_severity_check CHECK (((severity >= 1) AND (severity <= 5))),
    constraint finding_state_check CHECK ((state = ANY (ARRAY['open'::text, 'nodata'::text, 'lost'::text, 'resolved'::text, 'gone'::text]))),
    constraint finding_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint finding_changed_scan_fkey FOREIGN KEY (changed_scan) REFERENCES scan(number),
    constraint finding_first_scan_fkey FOREIGN KEY (first_scan) REFERENCES scan(number),
    constraint finding_seen_scan_fkey FOREIGN KEY (seen_scan) REFERENCES scan(number),
    constraint finding_pkey PRIMARY KEY (number),
    constraint finding_key_key UNIQUE (key)
);
CREATE INDEX finding_account_state ON finding USING btree (account_id, state, worst, number);
CREATE INDEX finding_blank ON finding USING btree (account_id, rule, changed_at) WHERE (state = ANY (ARRAY['nodata'::text, 'lost'::text]));
CREATE INDEX finding_changed ON finding USING btree (changed_scan, rule) INCLUDE (account_id, severity, state, change);
CREATE INDEX finding_due ON finding USING btree (state, due_at, number);
CREATE INDEX finding_overdue ON finding USING btree (due_at, number) WHERE (due_at < 'infinity'::timestamp with time zone);
CREATE INDEX finding_region ON finding USING btree (region, account_id, rule) INCLUDE (severity, state, risk, due_at, change, changed_scan);
CREATE INDEX finding_rule ON finding USING btree (rule, state, worst, number);
CREATE INDEX finding_state ON finding USING btree (state, worst, number);
CREATE INDEX finding_subject ON finding USING btree (account_id, uid);
CREATE INDEX finding_worst ON finding USING btree (worst, number);
alter table finding enable row level security;
create policy reach on finding using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
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
comment on column finding.due_at is 'When it is to be mended by, at the latest; infinity where it is not due: it does not fail, or is only information.';
comment on column finding.clock_at is 'When the clock began by which it is due; null where none ever ran.';
comment on column finding.mended_at is 'When it last ceased to fail; null while it fails, or if it never did. One that fails again soon after keeps its clock.';
comment on column finding.worst is 'Severity and risk as one number, the smaller the worse: the order of lists.';

create table finding_event (
    id bigint not null generated always as identity,
    finding bigint not null,
    at timestamp with time zone not null,
    scan bigint,
    change text not null,
    from_state text not null,
    to_state text not null,
    who text not null default ''::text,
    note text not null default ''::text,
    account_id bigint not null,
    constraint finding_event_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint finding_event_finding_fkey FOREIGN KEY (finding) REFERENCES finding(number),
    constraint finding_event_scan_fkey FOREIGN KEY (scan) REFERENCES scan(number),
    constraint finding_event_pkey PRIMARY KEY (id)
);
CREATE INDEX finding_event_finding ON finding_event USING btree (finding, id);
CREATE INDEX finding_event_later ON finding_event USING btree (account_id, finding) WHERE ((from_state <> ''::text) AND (from_state <> to_state));
alter table finding_event enable row level security;
create policy reach on finding_event using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
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
comment on column finding_event.account_id is 'Account of the subject.';

create table member (
    account_id bigint not null,
    region text collate "C" not null,
    group_uid text collate "C" not null,
    rule text collate "C" not null,
    uid text collate "C" not null,
    id text not null,
    name text not null,
    outcome text not null,
    severity smallint not null,
    risk smallint not null,
    version text not null,
    potential boolean not null,
    fault text not null,
    say text not null,
    factors jsonb not null,
    reasons jsonb not null,
    evidence jsonb not null,
    digest bytea not null,
    scan bigint not null,
    since timestamp with time zone not null,
    constraint member_outcome_check CHECK ((outcome = ANY (ARRAY['fail'::text, 'unknown'::text]))),
    constraint member_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint member_scan_fkey FOREIGN KEY (scan) REFERENCES scan(number),
    constraint member_pkey PRIMARY KEY (account_id, region, group_uid, rule, uid)
);
CREATE INDEX member_uid ON member USING btree (account_id, uid);
alter table member enable row level security;
create policy reach on member using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
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

create table owner_rules (
    version bigint not null,
    at timestamp with time zone not null,
    who text not null,
    rules jsonb not null,
    constraint owner_rules_rules_check CHECK ((jsonb_typeof(rules) = 'array'::text)),
    constraint owner_rules_version_check CHECK ((version > 0)),
    constraint owner_rules_pkey PRIMARY KEY (version)
);
alter table owner_rules enable row level security;
create policy reach on owner_rules using (( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)));
comment on table owner_rules is 'The ordered rules that say who owns what, whole for each version. The last one holds. Rows are only ever added.';
comment on column owner_rules.version is 'Counted from 1.';
comment on column owner_rules.at is 'When it was kept.';
comment on column owner_rules.who is 'By whom.';
comment on column owner_rules.rules is 'The rules in their order: of each the condition and the owner.';

create table ownership (
    finding bigint not null,
    account_id bigint not null,
    owner text not null,
    word text collate "C" not null,
    kind text not null,
    email text not null,
    rule smallint not null,
    passed smallint not null,
    who text not null,
    at timestamp with time zone,
    constraint ownership_check CHECK ((((owner = ''::text) = (word = ''::text)) AND ((owner = ''::text) = (kind = ''::text)))),
    constraint ownership_check1 CHECK ((((who = ''::text) = (at IS NULL)) AND ((who = ''::text) OR ((rule = 0) AND (passed = 0) AND (owner <> ''::text))))),
    constraint ownership_kind_check CHECK ((kind = ANY (ARRAY[''::text, 'person'::text, 'team'::text, 'queue'::text]))),
    constraint ownership_passed_check CHECK ((passed >= 0)),
    constraint ownership_rule_check CHECK ((rule >= 0)),
    constraint ownership_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint ownership_pkey PRIMARY KEY (finding)
);
CREATE INDEX ownership_account ON ownership USING btree (account_id);
CREATE INDEX ownership_email ON ownership USING btree (email, finding) WHERE (email <> ''::text);
CREATE INDEX ownership_word ON ownership USING btree (word, finding);
alter table ownership enable row level security;
create policy reach on ownership using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table ownership is 'Who owns a finding. Derived from owner_rules when a scan is closed or the rules change, but for what a person assigned. Without a row nobody does.';
comment on column ownership.finding is 'The finding. One that is closed keeps the owner it had. No reference: findings are never deleted, and a reference would lock each of them whenever the rules change.';
comment on column ownership.account_id is 'Account of the subject.';
comment on column ownership.owner is 'Name of the owner; empty where no rule matched and one could not be asked.';
comment on column ownership.word is 'The name as filters compare it, in small letters.';
comment on column ownership.kind is 'person, team or queue; empty for nobody.';
comment on column ownership.email is 'Address of the owner in small letters; empty if none was given.';
comment on column ownership.rule is 'Which rule gave it, counted from 1; 0 if none did.';
comment on column ownership.passed is 'The first rule before it that could not be asked, for a tag is not known; 0 if all could.';
comment on column ownership.who is 'The person who assigned it by hand; empty where the rules did.';
comment on column ownership.at is 'When they did.';

create table person (
    id bigint not null generated always as identity,
    email text not null,
    name text not null,
    password_hash text not null,
    temporary boolean not null default false,
    created_at timestamp with time zone not null,
    disabled_at timestamp with time zone,
    signed_in_at timestamp with time zone,
    constraint person_email_check CHECK (((email = lower(email)) AND (email <> ''::text))),
    constraint person_pkey PRIMARY KEY (id),
    constraint person_email_key UNIQUE (email)
);
comment on table person is 'Somebody who may sign in. Never deleted: the audit log speaks of them.';
comment on column person.id is 'Our own number.';
comment on column person.email is 'What they sign in with, in small letters.';
comment on column person.name is 'What others call them.';
comment on column person.password_hash is 'argon2id with its parameters and salt, in PHC form; never the password.';
comment on column person.temporary is 'Whether the password was made by the program or by somebody else.';
comment on column person.created_at is 'When they were added.';
comment on column person.disabled_at is 'Since when they may no longer do anything; null for whoever may.';
comment on column person.signed_in_at is 'When they last signed in; null for never.';

create table resource (
    id bigint not null generated always as identity,
    account_id bigint not null,
    kind text collate "C" not null,
    region text collate "C" not null,
    uid text collate "C" not null,
    name text not null,
    call text not null,
    doc text not null,
    hash bytea not null,
    doc_format integer not null,
    redacted text[] not null,
    valid_from timestamp with time zone not null,
    scan bigint not null,
    constraint resource_hash_check CHECK ((length(hash) = 32)),
    constraint resource_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint resource_scan_fkey FOREIGN KEY (scan) REFERENCES scan(number),
    constraint resource_pkey PRIMARY KEY (id),
    constraint resource_account_id_kind_region_uid_id_hash_doc_format_key UNIQUE (account_id, kind, region, uid) INCLUDE (id, hash, doc_format)
);
alter table resource enable row level security;
create policy reach on resource using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
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
    id bigint not null generated always as identity,
    account_id bigint not null,
    kind text collate "C" not null,
    region text collate "C" not null,
    uid text collate "C" not null,
    name text not null,
    call text not null,
    doc text not null,
    hash bytea not null,
    doc_format integer not null,
    redacted text[] not null,
    valid_from timestamp with time zone not null,
    valid_to timestamp with time zone not null,
    scan bigint not null,
    constraint resource_version_check CHECK ((valid_from <= valid_to)),
    constraint resource_version_hash_check CHECK ((length(hash) = 32)),
    constraint resource_version_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint resource_version_scan_fkey FOREIGN KEY (scan) REFERENCES scan(number),
    constraint resource_version_pkey PRIMARY KEY (id)
);
CREATE INDEX resource_version_thing ON resource_version USING btree (account_id, kind, region, uid, valid_from);
alter table resource_version enable row level security;
create policy reach on resource_version using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
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

create table role_grant (
    id bigint not null generated always as identity,
    person bigint not null,
    role text not null,
    account_group bigint,
    constraint role_grant_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'auditor'::text, 'engineer'::text, 'officer'::text, 'administrator'::text]))),
    constraint role_grant_account_group_fkey FOREIGN KEY (account_group) REFERENCES account_group(id),
    constraint role_grant_person_fkey FOREIGN KEY (person) REFERENCES person(id) ON DELETE CASCADE,
    constraint role_grant_pkey PRIMARY KEY (id),
    constraint role_grant_person_role_account_group_key UNIQUE NULLS NOT DISTINCT (person, role, account_group)
);
CREATE INDEX role_grant_group ON role_grant USING btree (account_group);
comment on table role_grant is 'Which role a person has, over which accounts.';
comment on column role_grant.id is 'Our own number.';
comment on column role_grant.person is 'Who.';
comment on column role_grant.role is 'The role.';
comment on column role_grant.account_group is 'Over the accounts of this group; null for all accounts, those to come included.';

create table rule_change (
    id bigint not null generated always as identity,
    kind text not null,
    rule text collate "C" not null,
    yaml text not null,
    params jsonb not null,
    why text not null,
    before text not null,
    who text not null,
    at timestamp with time zone not null,
    constraint rule_change_kind_check CHECK ((kind = ANY (ARRAY['file'::text, 'remove'::text, 'off'::text, 'on'::text, 'params'::text, 'framework'::text]))),
    constraint rule_change_rule_check CHECK ((rule <> ''::text)),
    constraint rule_change_who_check CHECK ((who <> ''::text)),
    constraint rule_change_why_check CHECK ((why <> ''::text)),
    constraint rule_change_pkey PRIMARY KEY (id),
    constraint rule_change_id_who_key UNIQUE (id, who)
);
CREATE INDEX rule_change_rule ON rule_change USING btree (rule, id);
comment on table rule_change is 'A change of the rules that somebody proposed. Written once, never edited.';
comment on column rule_change.id is 'Number that people see.';
comment on column rule_change.kind is 'file: a rule is written, or written anew; remove: what was written here is taken back; off and on: it is no longer asked, or again; params: parameters are set; framework: a framework is written, or written anew.';
comment on column rule_change.rule is 'Id of the rule or framework.';
comment on column rule_change.yaml is 'The file, of kinds file and framework.';
comment on column rule_change.params is 'Parameters as they were written, of kind params; those that are not named are as the file says.';
comment on column rule_change.why is 'What for, in the words of whoever proposed it.';
comment on column rule_change.before is 'The file as it held when it was proposed; empty if there was none.';
comment on column rule_change.who is 'E-mail of who proposed it.';
comment on column rule_change.at is 'When.';

create table rule_decision (
    change bigint not null,
    proposer text not null,
    state text not null,
    who text not null,
    at timestamp with time zone not null,
    note text not null,
    revision bigint,
    constraint rule_decision_check CHECK (((state = 'approved'::text) = (revision IS NOT NULL))),
    constraint rule_decision_check1 CHECK (((state = 'withdrawn'::text) = (who = proposer))),
    constraint rule_decision_revision_check CHECK ((revision > 0)),
    constraint rule_decision_state_check CHECK ((state = ANY (ARRAY['approved'::text, 'refused'::text, 'withdrawn'::text]))),
    constraint rule_decision_change_proposer_fkey FOREIGN KEY (change, proposer) REFERENCES rule_change(id, who),
    constraint rule_decision_pkey PRIMARY KEY (change),
    constraint rule_decision_revision_key UNIQUE (revision)
);
comment on table rule_decision is 'What became of a proposed change. Written once, never edited.';
comment on column rule_decision.change is 'The change; it is decided once.';
comment on column rule_decision.proposer is 'Who proposed it: nobody decides their own, and nobody withdraws another''s.';
comment on column rule_decision.state is 'approved: it holds; refused; withdrawn by whoever proposed it.';
comment on column rule_decision.who is 'E-mail of who decided.';
comment on column rule_decision.at is 'When.';
comment on column rule_decision.note is 'What they said.';
comment on column rule_decision.revision is 'Of the rulebook: counted from 1 without gaps, in the order in which changes were approved; null where it was not.';

create table scan (
    number bigint not null generated always as identity,
    account_id bigint not null,
    state text not null,
    reason text not null default ''::text,
    started_at timestamp with time zone not null,
    ended_at timestamp with time zone,
    engine text not null,
    workloads integer not null default 0,
    written integer not null default 0,
    changes jsonb not null default '{}'::jsonb,
    open integer not null default 0,
    asker text not null default ''::text,
    rulebook bigint not null default 0,
    look bigint,
    constraint scan_check CHECK (((state = 'running'::text) = (ended_at IS NULL))),
    constraint scan_state_check CHECK ((state = ANY (ARRAY['running'::text, 'finished'::text, 'interrupted'::text, 'failed'::text, 'cancelled'::text]))),
    constraint scan_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint scan_look_fkey FOREIGN KEY (look) REFERENCES scan(number),
    constraint scan_pkey PRIMARY KEY (number)
);
CREATE INDEX scan_account_finished ON scan USING btree (account_id, started_at DESC) INCLUDE (number) WHERE (state = 'finished'::text);
CREATE INDEX scan_account_looked ON scan USING btree (account_id, started_at DESC) INCLUDE (number) WHERE ((state = 'finished'::text) AND (look IS NULL));
CREATE INDEX scan_account_number ON scan USING btree (account_id, number);
CREATE INDEX scan_account_started ON scan USING btree (account_id, started_at DESC);
CREATE INDEX scan_again ON scan USING btree (ended_at) WHERE (look IS NOT NULL);
CREATE UNIQUE INDEX scan_one_running ON scan USING btree (account_id) WHERE (state = 'running'::text);
alter table scan enable row level security;
create policy reach on scan using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table scan is 'One run of questions to an account.';
comment on column scan.number is 'Number that people see.';
comment on column scan.account_id is 'The account that was asked.';
comment on column scan.state is 'running; finished: every question ended with an answer or a refusal; interrupted: the program stopped in the middle; cancelled: a person stopped it; failed: void.';
comment on column scan.reason is 'Why it failed or was interrupted, in a sentence.';
comment on column scan.started_at is 'The time of the scan, fixed once; all that it writes is valid from then.';
comment on column scan.ended_at is 'When it ended; null while it runs.';
comment on column scan.engine is 'Version of the program.';
comment on column scan.workloads is 'Subjects of kind workload that it judged.';
comment on column scan.written is 'Resource rows that it wrote; 0 for an unchanged estate.';
comment on column scan.changes is 'Number of findings by what the scan did to them; a finished scan tells too what void ones did since the last that was finished.';
comment on column scan.open is 'Shards that are neither finished nor given up; whoever takes it to 0 closes the scan.';
comment on column scan.asker is 'Who started it: a person, the schedule, or empty for the command line.';
comment on column scan.rulebook is 'Revision of the rulebook by which it judges; 0 is the rules as they come.';
comment on column scan.look is 'The scan whose documents it judged again, without asking the cloud; null where it asked.';

create table scan_event (
    id bigint not null generated always as identity,
    scan bigint not null,
    account_id bigint not null,
    at timestamp with time zone not null default now(),
    kind text not null,
    part text not null default ''::text,
    region text not null default ''::text,
    state text not null default ''::text,
    pages integer not null default 0,
    items integer not null default 0,
    failing integer not null default 0,
    say text not null default ''::text,
    constraint scan_event_kind_check CHECK ((kind = ANY (ARRAY['log'::text, 'shard'::text, 'done'::text]))),
    constraint scan_event_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint scan_event_scan_fkey FOREIGN KEY (scan) REFERENCES scan(number),
    constraint scan_event_pkey PRIMARY KEY (id)
);
CREATE INDEX scan_event_scan ON scan_event USING btree (scan, id);
alter table scan_event enable row level security;
create policy reach on scan_event using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
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

create table session (
    hash bytea not null,
    id bigint not null generated always as identity,
    person bigint not null,
    created_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    seen_at timestamp with time zone not null,
    remote text not null,
    agent text not null,
    constraint session_person_fkey FOREIGN KEY (person) REFERENCES person(id) ON DELETE CASCADE,
    constraint session_pkey PRIMARY KEY (hash),
    constraint session_id_key UNIQUE (id)
);
CREATE INDEX session_person ON session USING btree (person);
comment on table session is 'A browser in which somebody is signed in.';
comment on column session.hash is 'sha256 of what the browser''s cookie holds; the cookie itself is kept nowhere.';
comment on column session.id is 'Our own number, to name it by without telling the hash.';
comment on column session.person is 'Who signed in.';
comment on column session.created_at is 'When.';
comment on column session.expires_at is 'When it ends at the latest.';
comment on column session.seen_at is 'When it was last used, to the minute.';
comment on column session.remote is 'Address that the sign-in came from.';
comment on column session.agent is 'What the browser said it is.';

create table shard (
    id bigint not null generated always as identity,
    scan bigint not null,
    part text not null,
    region text collate "C" not null,
    state text not null,
    attempt integer not null default 0,
    heartbeat_at timestamp with time zone not null,
    account_id bigint not null,
    worker text not null default ''::text,
    reason text not null default ''::text,
    failures integer not null default 0,
    pages integer not null default 0,
    items integer not null default 0,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    constraint shard_part_check CHECK ((part = ANY (ARRAY['whole'::text, 'account'::text, 'network'::text, 'workloads'::text, 'again'::text]))),
    constraint shard_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'finished'::text, 'interrupted'::text, 'failed'::text, 'cancelled'::text]))),
    constraint shard_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint shard_scan_fkey FOREIGN KEY (scan) REFERENCES scan(number),
    constraint shard_pkey PRIMARY KEY (id),
    constraint shard_scan_part_region_key UNIQUE (scan, part, region)
);
CREATE INDEX shard_live ON shard USING btree (heartbeat_at) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));
alter table shard enable row level security;
create policy reach on shard using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table shard is 'A unit of a scan''s work: one listing, or the few questions about an account. A scan that one process makes alone has one shard, whole.';
comment on column shard.id is 'Our own number.';
comment on column shard.scan is 'The scan it belongs to.';
comment on column shard.part is 'Which questions: whole, account, network or workloads; again: none, what is stored is judged again.';
comment on column shard.region is 'Where; global for a shard of no one region.';
comment on column shard.state is 'waiting for a worker; running; finished; failed: given up; interrupted and cancelled with its scan.';
comment on column shard.attempt is 'How often it was begun; what an earlier attempt saw retires nothing.';
comment on column shard.heartbeat_at is 'Last sign of life of whoever works on it; while it waits, when it was put there.';
comment on column shard.account_id is 'The account that is asked.';
comment on column shard.worker is 'Who works on it, or did last.';
comment on column shard.reason is 'Why it failed, or was begun again, in a sentence.';
comment on column shard.failures is 'Attempts that ended with an error or without a word; one that was stopped in order is none.';
comment on column shard.pages is 'Pages stored by its present attempt.';
comment on column shard.items is 'Documents in them.';
comment on column shard.started_at is 'When its present attempt began.';
comment on column shard.ended_at is 'When it ended.';

create table shard_page (
    shard bigint not null,
    attempt integer not null,
    page integer not null,
    seen bigint[] not null,
    told bigint[] not null,
    tally jsonb not null,
    changes jsonb not null,
    workloads integer not null,
    written integer not null,
    constraint shard_page_shard_fkey FOREIGN KEY (shard) REFERENCES shard(id) ON DELETE CASCADE,
    constraint shard_page_pkey PRIMARY KEY (shard, attempt, page)
);
alter table shard_page enable row level security;
create policy reach on shard_page using ((EXISTS ( SELECT
   FROM shard s
  WHERE (s.id = shard_page.shard))));
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

create table tally (
    id bigint not null generated always as identity,
    account_id bigint not null,
    rule text collate "C" not null,
    region text collate "C" not null,
    severity smallint not null,
    pass integer not null,
    fail integer not null,
    unknown integer not null,
    gaps integer not null,
    na integer not null,
    valid_from timestamp with time zone not null,
    valid_to timestamp with time zone,
    constraint tally_check CHECK ((valid_from < valid_to)),
    constraint tally_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint tally_pkey PRIMARY KEY (id)
);
CREATE INDEX tally_account ON tally USING btree (account_id, valid_from);
CREATE UNIQUE INDEX tally_present ON tally USING btree (account_id, rule, region) WHERE (valid_to IS NULL);
alter table tally enable row level security;
create policy reach on tally using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
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

create table term (
    account_id bigint not null,
    uid text collate "C" not null,
    term text collate "C" not null,
    constraint term_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint term_pkey PRIMARY KEY (account_id, uid, term)
);
CREATE INDEX term_found ON term USING btree (account_id, term, uid);
alter table term enable row level security;
create policy reach on term using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table term is 'Searchable words of subjects: name, id and uid, whole and from each word on, in small letters.';
comment on column term.account_id is 'Account of the subject.';
comment on column term.uid is 'The subject.';
comment on column term.term is 'The word.';

create table token (
    hash bytea not null,
    id bigint not null generated always as identity,
    prefix text not null,
    person bigint not null,
    name text not null,
    scopes text[] not null,
    created_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    constraint token_name_check CHECK ((name <> ''::text)),
    constraint token_person_fkey FOREIGN KEY (person) REFERENCES person(id) ON DELETE CASCADE,
    constraint token_pkey PRIMARY KEY (hash),
    constraint token_id_key UNIQUE (id)
);
CREATE INDEX token_person ON token USING btree (person);
comment on table token is 'What a program shows to act for a person.';
comment on column token.hash is 'sha256 of the token, which was shown once and is kept nowhere.';
comment on column token.id is 'Our own number.';
comment on column token.prefix is 'Its first letters, to tell tokens apart.';
comment on column token.person is 'For whom it acts; it may never do more than they may.';
comment on column token.name is 'What its owner calls it.';
comment on column token.scopes is 'What it may do: read, scan, manage.';
comment on column token.created_at is 'When it was made.';
comment on column token.expires_at is 'When it ends.';
comment on column token.used_at is 'When it was last used, to the minute; null for never.';
comment on column token.revoked_at is 'When it was revoked; null where it was not.';

create table unseen (
    scan bigint not null,
    kind text collate "C" not null,
    region text collate "C" not null,
    uid text collate "C" not null,
    account_id bigint not null,
    constraint unseen_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint unseen_scan_fkey FOREIGN KEY (scan) REFERENCES scan(number),
    constraint unseen_pkey PRIMARY KEY (scan, kind, region, uid)
);
alter table unseen enable row level security;
create policy reach on unseen using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
comment on table unseen is 'What a finished scan did not see although it stands in resource, for the listing did not come whole. Without it the scan''s judgement could not be repeated.';
comment on column unseen.scan is 'The scan.';
comment on column unseen.kind is 'Kind of document.';
comment on column unseen.region is 'The region.';
comment on column unseen.uid is 'The thing; empty for all of that kind and region.';
comment on column unseen.account_id is 'The account.';

create table verdict (
    id bigint not null generated always as identity,
    finding bigint not null,
    rule text collate "C" not null,
    rule_version text not null,
    engine_version text not null,
    severity smallint not null,
    outcome text not null,
    gap boolean not null,
    fault text not null,
    say text not null,
    risk smallint not null,
    potential boolean not null,
    factors jsonb not null,
    reasons jsonb not null,
    evidence jsonb not null,
    digest bytea not null,
    scan bigint not null,
    valid_from timestamp with time zone not null,
    valid_to timestamp with time zone,
    account_id bigint not null,
    constraint verdict_check CHECK ((valid_from <= valid_to)),
    constraint verdict_digest_check CHECK ((length(digest) = 32)),
    constraint verdict_outcome_check CHECK ((outcome = ANY (ARRAY['fail'::text, 'unknown'::text]))),
    constraint verdict_risk_check CHECK (((risk >= 0) AND (risk <= 100))),
    constraint verdict_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint verdict_finding_fkey FOREIGN KEY (finding) REFERENCES finding(number),
    constraint verdict_scan_fkey FOREIGN KEY (scan) REFERENCES scan(number),
    constraint verdict_pkey PRIMARY KEY (id)
);
CREATE INDEX verdict_finding ON verdict USING btree (finding, valid_from);
CREATE UNIQUE INDEX verdict_present ON verdict USING btree (finding) WHERE (valid_to IS NULL);
alter table verdict enable row level security;
create policy reach on verdict using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
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
comment on column verdict.account_id is 'Account of the subject.';

create table workload (
    account_id bigint not null,
    region text collate "C" not null,
    uid text collate "C" not null,
    id text collate "C" not null,
    name text not null,
    type text not null,
    state text not null,
    endpoint text not null,
    tokens text not null,
    hop_limit integer not null,
    internet text not null,
    power text not null,
    identity text not null,
    group_uid text collate "C" not null default ''::text,
    tags jsonb,
    constraint workload_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    constraint workload_pkey PRIMARY KEY (account_id, region, uid)
);
CREATE INDEX workload_group ON workload USING btree (account_id, group_uid) WHERE (group_uid <> ''::text);
CREATE INDEX workload_uid ON workload USING btree (uid);
alter table workload enable row level security;
create policy reach on workload using ((( SELECT (current_setting('plumbline.accounts'::text, true) = '*'::text)) OR (account_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('plumbline.accounts'::text, true), '*'::text), ','::text))::bigint[] AS string_to_array)::bigint[]))));
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
comment on column workload.group_uid is 'The group that launched it; empty if none did.';
comment on column workload.tags is 'Its tags, key to value; null for a value that is a secret, which is kept nowhere. Null where not all tags are known, or no scan has read them since this column came.';
