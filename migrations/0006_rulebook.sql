-- +goose Up

-- The rulebook: what people changed of the rules. Rows are only ever added;
-- what holds follows from the approved ones, in the order of their revisions.

create table rule_change (
    id       bigint generated always as identity primary key,
    kind     text not null check (kind in ('file', 'remove', 'off', 'on', 'params', 'framework')),
    rule     text collate "C" not null check (rule <> ''),
    yaml     text not null,
    params   jsonb not null,
    why      text not null check (why <> ''),
    before   text not null,
    who      text not null check (who <> ''),
    at       timestamptz not null,
    unique (id, who)
);
create index rule_change_rule on rule_change (rule, id);
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
    change   bigint primary key,
    proposer text not null,
    state    text not null check (state in ('approved', 'refused', 'withdrawn')),
    who      text not null,
    at       timestamptz not null,
    note     text not null,
    revision bigint unique check (revision > 0),
    foreign key (change, proposer) references rule_change (id, who),
    check ((state = 'approved') = (revision is not null)),
    check ((state = 'withdrawn') = (who = proposer))
);
comment on table rule_decision is 'What became of a proposed change. Written once, never edited.';
comment on column rule_decision.change is 'The change; it is decided once.';
comment on column rule_decision.proposer is 'Who proposed it: nobody decides their own, and nobody withdraws another''s.';
comment on column rule_decision.state is 'approved: it holds; refused; withdrawn by whoever proposed it.';
comment on column rule_decision.who is 'E-mail of who decided.';
comment on column rule_decision.at is 'When.';
comment on column rule_decision.note is 'What they said.';
comment on column rule_decision.revision is 'Of the rulebook: counted from 1 without gaps, in the order in which changes were approved; null where it was not.';

-- A scan is judged by one revision of the rules, and one that judges again
-- says whose documents.

alter table scan
    add column rulebook bigint not null default 0,
    add column look     bigint references scan;
comment on column scan.rulebook is 'Revision of the rulebook by which it judges; 0 is the rules as they come.';
comment on column scan.look is 'The scan whose documents it judged again, without asking the cloud; null where it asked.';
create index scan_account_looked on scan (account_id, started_at desc) include (number) where state = 'finished' and look is null;
create index scan_again on scan (ended_at) where look is not null;

alter table shard drop constraint shard_part_check;
alter table shard add constraint shard_part_check check (part in ('whole', 'account', 'network', 'workloads', 'again'));
comment on column shard.part is 'Which questions: whole, account, network or workloads; again: none, what is stored is judged again.';
