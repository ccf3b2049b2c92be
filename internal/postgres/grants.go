package postgres

import (
	"context"
	"database/sql"
	"fmt"
)

// A right is what a role may do with a table, as grant spells it.
type right struct{ table, web, work string }

const (
	everything = "select, insert, update, delete"
	added      = "select, insert" // and never changed
)

// rights are all that pages and workers may do. What is not here is not
// allowed. Evidence and the audit log are only ever added to; what is old is
// taken away by the owner.
var rights = []right{
	{"account", everything, "select, insert, update"},
	{"account_group", everything, "select"},
	{"account_group_member", everything, "select"},
	{"person", everything, ""},
	{"role_grant", everything, ""},
	{"session", everything, ""},
	{"token", everything, ""},
	{"audit", added, added},
	{"counted_mapping", "select, insert, delete", ""},

	{"rule_change", added, "select"},
	{"rule_decision", added, "select"},

	{"attestation", added, "select"},
	{"attestation_account", added, "select"},
	{"attestation_file", added, ""},
	{"attestation_event", added, "select"},

	{"event_import", "select, insert, update", "select"},
	{"event_cover", added, "select"},
	{"event_asked", "select, insert, delete", "select"},

	{"scan", everything, everything},
	{"shard", everything, everything},
	{"shard_page", "select, delete", everything}, // emptied when a person cancels a scan
	{"scan_event", everything, everything},
	{"answer", "select", everything},

	{"resource", "select", everything},
	{"resource_version", "select", added},
	{"unseen", "select", added},
	{"finding", "select", "select, insert, update"},
	{"finding_event", added, added}, // people assign findings
	{"verdict", "select", "select, insert, update"},
	{"tally", "select", "select, insert, update"},

	{"workload", "select", everything},
	{"member", "select", everything},
	{"cube", "select", everything},
	{"cube_region", "select", everything},
	{"cube_due", "select", everything},
	{"cube_version", "select, insert, update", everything}, // the same
	{"term", "select", everything},

	{"owner_rules", added, "select"},
	{"ownership", everything, everything},
}

// grant gives the owner all tables and the others their rights, and takes away
// whatever else they had.
func (r Roles) grant(ctx context.Context, c *sql.Conn) error {
	tx, err := c.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := r.own(ctx, tx); err != nil {
		return fmt.Errorf("give the tables to their owner: %w", explain(err))
	}
	both := quote(r.Web) + ", " + quote(r.Work)
	statements := []string{
		"grant usage on schema public to " + both,
		"revoke all on all tables in schema public from " + both,
		"grant usage on all sequences in schema public to " + quote(r.Work),
	}
	for _, t := range rights {
		for role, what := range map[string]string{r.Web: t.web, r.Work: t.work} {
			if what != "" {
				statements = append(statements, "grant "+what+" on "+quote(t.table)+" to "+quote(role))
			}
		}
	}
	for _, q := range statements {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, explain(err))
		}
	}
	return explain(tx.Commit())
}

// own makes the owner's whatever a migration has made.
func (r Roles) own(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, "grant usage, create on schema public to "+quote(r.Owner)); err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `
		select relname
		from pg_class
		where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and pg_get_userbyid(relowner) <> $1
		order by relname`, r.Owner)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var tables []string
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			return err
		}
		tables = append(tables, t)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, t := range tables {
		if _, err := tx.ExecContext(ctx, "alter table "+quote(t)+" owner to "+quote(r.Owner)); err != nil {
			return err
		}
	}
	return nil
}
