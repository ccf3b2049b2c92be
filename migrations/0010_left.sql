-- +goose Up

-- When an account was disconnected: what was told of it before counts, and what
-- its subjects were in the weeks before that does not change afterwards.

alter table account add column left_at timestamptz;
comment on column account.left_at is 'When it was disconnected; null where it is not, or where nobody noted it.';

update account a
set left_at = (select max(at) from audit where account_id = a.id and action = 'account disconnected')
where state = 'disconnected';

-- How long what cannot be told was not told is counted by rule and time.

create index finding_blank on finding (account_id, rule, changed_at) where state in ('nodata', 'lost');

-- Most findings never move after they were first told: which ones did, without
-- reading what happened to the others.

create index finding_event_later on finding_event (account_id, finding) where from_state <> '' and from_state <> to_state;
