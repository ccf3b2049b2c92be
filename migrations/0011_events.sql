-- +goose Up

-- Audit events that people gave us, without any event: who imported what, which
-- regions and days it covers, and which server asked its metadata service on
-- which day and how often.

create table event_import (
    id           bigint generated always as identity primary key,
    account_id   bigint not null references account,
    at           timestamptz not null,
    who          text not null,
    name         text not null,
    events       bigint not null check (events >= 0),
    requests     bigint not null check (requests between 0 and events),
    servers      bigint not null check (servers >= 0),
    unread       bigint not null check (unread >= 0),
    sha256       bytea not null check (octet_length(sha256) = 32),
    first_at     timestamptz,
    last_at      timestamptz,
    doubts       text[] not null,
    withdrawn_at timestamptz,
    withdrawn_by text not null default '',
    check ((withdrawn_at is null) = (withdrawn_by = ''))
);
create index event_import_account on event_import (account_id, id);
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

create table event_cover (
    import     bigint not null references event_import,
    account_id bigint not null references account,
    region     text collate "C" not null check (region <> ''),
    from_at    timestamptz not null,
    until_at   timestamptz not null check (until_at > from_at),
    primary key (import, region, from_at)
);
create index event_cover_account on event_cover (account_id, until_at);
comment on table event_cover is 'Regions and periods of which an import holds every event.';
comment on column event_cover.import is 'The import.';
comment on column event_cover.account_id is 'Its account.';
comment on column event_cover.region is 'The region.';
comment on column event_cover.from_at is 'From when on.';
comment on column event_cover.until_at is 'Until before when.';

create table event_asked (
    import     bigint not null references event_import,
    account_id bigint not null references account,
    region     text collate "C" not null check (region <> ''),
    workload   text collate "C" not null check (workload <> ''),
    day        date not null,
    count      bigint not null check (count > 0),
    last_at    timestamptz not null,
    primary key (import, region, workload, day)
);
create index event_asked_account on event_asked (account_id, last_at);
comment on table event_asked is 'How often a server asked its metadata service on a day, by an import. Deleted when that is withdrawn, or too long ago to count.';
comment on column event_asked.import is 'The import.';
comment on column event_asked.account_id is 'Its account.';
comment on column event_asked.region is 'Region of the server.';
comment on column event_asked.workload is 'The provider''s short id of the server.';
comment on column event_asked.day is 'The day of UTC.';
comment on column event_asked.count is 'How many requests.';
comment on column event_asked.last_at is 'Time of the latest of them.';

-- +goose StatementBegin
do $$
declare
    t text;
begin
    foreach t in array array['event_import', 'event_cover', 'event_asked'] loop
        execute format('alter table %I enable row level security', t);
        execute format($p$create policy reach on %I using (
            (select current_setting('plumbline.accounts', true) = '*')
            or account_id = any ((select string_to_array(nullif(current_setting('plumbline.accounts', true), '*'), ',')::bigint[])::bigint[]))$p$, t);
    end loop;
end
$$;
-- +goose StatementEnd
