-- +goose Up

create table person (
    id            bigint generated always as identity primary key,
    email         text not null unique check (email = lower(email) and email <> ''),
    name          text not null,
    password_hash text not null,
    temporary     boolean not null default false,
    created_at    timestamptz not null,
    disabled_at   timestamptz,
    signed_in_at  timestamptz
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

create table role_grant (
    id            bigint generated always as identity primary key,
    person        bigint not null references person on delete cascade,
    role          text not null check (role in ('viewer', 'auditor', 'engineer', 'officer', 'administrator')),
    account_group bigint references account_group,
    unique nulls not distinct (person, role, account_group)
);
create index role_grant_group on role_grant (account_group);
comment on table role_grant is 'Which role a person has, over which accounts.';
comment on column role_grant.id is 'Our own number.';
comment on column role_grant.person is 'Who.';
comment on column role_grant.role is 'The role.';
comment on column role_grant.account_group is 'Over the accounts of this group; null for all accounts, those to come included.';

create table session (
    hash       bytea primary key,
    id         bigint generated always as identity unique,
    person     bigint not null references person on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    seen_at    timestamptz not null,
    remote     text not null,
    agent      text not null
);
create index session_person on session (person);
comment on table session is 'A browser in which somebody is signed in.';
comment on column session.hash is 'sha256 of what the browser''s cookie holds; the cookie itself is kept nowhere.';
comment on column session.id is 'Our own number, to name it by without telling the hash.';
comment on column session.person is 'Who signed in.';
comment on column session.created_at is 'When.';
comment on column session.expires_at is 'When it ends at the latest.';
comment on column session.seen_at is 'When it was last used, to the minute.';
comment on column session.remote is 'Address that the sign-in came from.';
comment on column session.agent is 'What the browser said it is.';

create table token (
    hash       bytea primary key,
    id         bigint generated always as identity unique,
    prefix     text not null,
    person     bigint not null references person on delete cascade,
    name       text not null check (name <> ''),
    scopes     text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz,
    revoked_at timestamptz
);
create index token_person on token (person);
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

create table audit (
    seq        bigint primary key,
    at         timestamptz not null,
    who        text not null,
    token      text not null,
    action     text not null check (action <> ''),
    object     text not null,
    account_id bigint,
    detail     jsonb not null,
    remote     text not null,
    prev_hash  bytea not null unique,
    hash       bytea not null unique
);
create index audit_who on audit (who, seq);
create index audit_action on audit (action, seq);
create index audit_account on audit (account_id, seq) where account_id is not null;
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
