-- +goose Up

-- Who owns what is found. Tags of workloads stand beside the facts that lists
-- filter by: rules of ownership ask for them.

alter table workload add column tags jsonb;
comment on column workload.tags is 'Its tags, key to value; null for a value that is a secret, which is kept nowhere. Null where not all tags are known, or no scan has read them since this column came.';

create table owner_rules (
    version bigint primary key check (version > 0),
    at      timestamptz not null,
    who     text not null,
    rules   jsonb not null check (jsonb_typeof(rules) = 'array')
);
comment on table owner_rules is 'The ordered rules that say who owns what, whole for each version. The last one holds. Rows are only ever added.';
comment on column owner_rules.version is 'Counted from 1.';
comment on column owner_rules.at is 'When it was kept.';
comment on column owner_rules.who is 'By whom.';
comment on column owner_rules.rules is 'The rules in their order: of each the condition and the owner.';

create table ownership (
    finding    bigint primary key,
    account_id bigint not null references account,
    owner      text not null,
    word       text collate "C" not null,
    kind       text not null check (kind in ('', 'person', 'team', 'queue')),
    email      text not null,
    rule       smallint not null check (rule >= 0),
    passed     smallint not null check (passed >= 0),
    who        text not null,
    at         timestamptz,
    check ((owner = '') = (word = '') and (owner = '') = (kind = '')),
    check ((who = '') = (at is null) and (who = '' or rule = 0 and passed = 0 and owner <> ''))
);
create index ownership_word on ownership (word, finding);
create index ownership_account on ownership (account_id);
create index ownership_email on ownership (email, finding) where email <> '';
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

-- +goose StatementBegin
do $$
begin
    alter table ownership enable row level security;
    create policy reach on ownership using (
        (select current_setting('plumbline.accounts', true) = '*')
        or account_id = any ((select string_to_array(nullif(current_setting('plumbline.accounts', true), '*'), ',')::bigint[])::bigint[]));
    -- The rules name owners and accounts of everybody.
    alter table owner_rules enable row level security;
    create policy reach on owner_rules using ((select current_setting('plumbline.accounts', true) = '*'));
end
$$;
-- +goose StatementEnd
