package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Schema writes down the shape of a database from its own catalogue: tables
// with columns, constraints, indexes, policies and comments. It is for people to read
// and for a test to compare; migrations are what is run.
func Schema(ctx context.Context, q Querier) (string, error) {
	tables, err := lines(ctx, q, `
		select c.relname::text
		from pg_class c
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'goose_db_version'
		order by c.relname`)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("-- The shape of the database, written from its own catalogue; do not edit.\n-- It is made by: go test ./internal/postgres -run Schema -update\n")
	for _, t := range tables {
		if err := schemaOf(ctx, q, &b, t); err != nil {
			return "", fmt.Errorf("schema of %s: %w", t, err)
		}
	}
	return b.String(), nil
}

func schemaOf(ctx context.Context, q Querier, b *strings.Builder, table string) error {
	parts := make([][]string, 4)
	for i, query := range []string{schemaBody, schemaIndexes, schemaPolicies, schemaComments} {
		var err error
		if parts[i], err = lines(ctx, q, query, table); err != nil {
			return err
		}
	}
	fmt.Fprintf(b, "\ncreate table %s (\n    %s\n);\n", table, strings.Join(parts[0], ",\n    "))
	for _, l := range slices.Concat(parts[1], parts[2], parts[3]) {
		b.WriteString(l + ";\n")
	}
	return nil
}

// schemaBody lists columns, then constraints. How documents are compressed
// depends on how the server was built and is left out.
const schemaBody = `
	select line
	from (
		select 0 as part, a.attnum::int as n, a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
			|| case when co.collname = 'C' then ' collate "C"' else '' end
			|| case when a.attnotnull then ' not null' else '' end
			|| case a.attidentity when 'a' then ' generated always as identity' else '' end
			|| coalesce(case a.attgenerated when 's' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
				else ' default ' || pg_get_expr(d.adbin, d.adrelid) end, '') as line
		from pg_attribute a
		left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
		left join pg_collation co on co.oid = a.attcollation
		where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped
		union all
		select 1, row_number() over (order by contype, conname)::int, 'constraint ' || conname || ' ' || pg_get_constraintdef(oid)
		from pg_constraint
		where conrelid = $1::text::regclass and contype <> 'n') l
	order by part, n`

const schemaIndexes = `
	select replace(pg_get_indexdef(i.indexrelid), ' ON public.', ' ON ')
	from pg_index i
	where i.indrelid = $1::text::regclass and not exists (select from pg_constraint where conindid = i.indexrelid and contype <> 'f')
	order by i.indexrelid::regclass::text`

const schemaPolicies = `
	select 'alter table ' || $1::text || ' enable row level security'
	from pg_class
	where oid = $1::text::regclass and relrowsecurity
	union all
	select 'create policy ' || polname || ' on ' || $1::text || ' using (' || pg_get_expr(polqual, polrelid) || ')'
	from pg_policy
	where polrelid = $1::text::regclass`

const schemaComments = `
	select 'comment on ' || case when d.objsubid = 0 then 'table ' || $1::text else 'column ' || $1::text || '.' || a.attname end || ' is ' || quote_literal(d.description)
	from pg_description d
	left join pg_attribute a on a.attrelid = d.objoid and a.attnum = d.objsubid
	where d.objoid = $1::text::regclass and d.classoid = 'pg_class'::regclass
	order by d.objsubid`

func lines(ctx context.Context, q Querier, sql string, args ...any) ([]string, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
