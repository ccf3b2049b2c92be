-- +goose Up

-- Which mappings of rules to controls count beside those of publishers.

create table counted_mapping (
    status text collate "C" primary key check (status in ('third_party', 'judgement')),
    who    text not null,
    at     timestamptz not null
);
comment on table counted_mapping is 'A row for each status of mappings that somebody lets count towards controls; publishers'' own always count. Who switched what and when stands in the audit log too.';
comment on column counted_mapping.status is 'third_party: as a tool maps them; judgement: as we or the users of this service do.';
comment on column counted_mapping.who is 'E-mail of the person who switched it on.';
comment on column counted_mapping.at is 'When.';
