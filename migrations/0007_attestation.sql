-- +goose Up

-- Attestations: what somebody states where no machine can check. Nothing here is
-- ever changed: what becomes of one follows from its events.

create table attestation (
    id          bigint generated always as identity primary key,
    statement   text not null check (statement <> ''),
    framework   text collate "C" not null,
    control     text collate "C" not null,
    topic       text collate "C" not null,
    whole       boolean not null,
    owner       text not null check (owner <> ''),
    link        text not null,
    valid_from  date not null,
    valid_until date not null,
    renews      bigint references attestation,
    constraint attestation_about check ((framework <> '') = (control <> '') and (topic = '') = (framework <> '')),
    constraint attestation_validity check (valid_until >= valid_from and valid_until - valid_from < 400)
);
create index attestation_control on attestation (framework, control);
create index attestation_renews on attestation (renews) where renews is not null;
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
    attestation bigint not null references attestation,
    account_id  bigint not null references account,
    primary key (attestation, account_id)
);
create index attestation_account_account on attestation_account (account_id);
comment on table attestation_account is 'Which accounts an attestation is about, where it is not about all.';
comment on column attestation_account.attestation is 'The attestation.';
comment on column attestation_account.account_id is 'The account.';

create table attestation_file (
    attestation bigint primary key references attestation,
    name        text not null check (name <> '' and name !~ '[/\\]'),
    size        int not null check (size between 1 and 1000000),
    sha256      bytea not null check (octet_length(sha256) = 32),
    content     bytea not null,
    constraint attestation_file_whole check (octet_length(content) = size)
);
comment on table attestation_file is 'Evidence that was uploaded with an attestation. It is handed out as a download only.';
comment on column attestation_file.attestation is 'The attestation.';
comment on column attestation_file.name is 'Name of the file, without a path.';
comment on column attestation_file.size is 'Its length in bytes.';
comment on column attestation_file.sha256 is 'Of its content, worked out here when it arrived.';
comment on column attestation_file.content is 'The file, byte by byte.';

create table attestation_event (
    attestation bigint not null references attestation,
    seq         int not null check (seq > 0),
    at          timestamptz not null,
    kind        text not null check (kind in ('proposed', 'approved', 'refused', 'withdrawn')),
    who         text not null,
    person      bigint references person,
    note        text not null,
    primary key (attestation, seq),
    constraint attestation_event_first check ((seq = 1) = (kind = 'proposed'))
);
create unique index attestation_event_decided on attestation_event (attestation) where kind in ('approved', 'refused');
create unique index attestation_event_withdrawn on attestation_event (attestation) where kind = 'withdrawn';
comment on table attestation_event is 'What happened to an attestation. Rows are only ever added.';
comment on column attestation_event.attestation is 'The attestation.';
comment on column attestation_event.seq is 'Counted from 1 without gaps: two who act at the same time cannot both be next.';
comment on column attestation_event.at is 'When.';
comment on column attestation_event.kind is 'proposed, approved, refused or withdrawn. That it expired follows from its last day.';
comment on column attestation_event.who is 'E-mail of who did it, with the token''s name where it was a token.';
comment on column attestation_event.person is 'The same as a person; null for somebody who has no sign-in here.';
comment on column attestation_event.note is 'Why, in their words.';

-- One about some accounts is seen by who may see one of them; of its accounts
-- each sees those that they may see.

-- +goose StatementBegin
do $$
declare
    t text;
begin
    alter table attestation_account enable row level security;
    create policy reach on attestation_account using (
        (select current_setting('plumbline.accounts', true) = '*')
        or account_id = any ((select string_to_array(nullif(current_setting('plumbline.accounts', true), '*'), ',')::bigint[])::bigint[]));
    alter table attestation enable row level security;
    create policy reach on attestation using (
        (select current_setting('plumbline.accounts', true) = '*')
        or whole and (select coalesce(current_setting('plumbline.accounts', true), '') <> '')
        or exists (select from attestation_account a where a.attestation = attestation.id));
    foreach t in array array['attestation_file', 'attestation_event'] loop
        execute format('alter table %I enable row level security', t);
        execute format($p$create policy reach on %I using (
            (select current_setting('plumbline.accounts', true) = '*')
            or exists (select from attestation a where a.id = %I.attestation))$p$, t, t);
    end loop;
end
$$;
-- +goose StatementEnd
