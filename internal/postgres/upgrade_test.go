package postgres_test

import (
	"database/sql"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // goose takes a database/sql
	"github.com/pressly/goose/v3"

	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/migrations"
)

// Findings that stood before there were counts, words and due dates have them
// after.
func TestFindingsOfAnOlderShapeAreCountedAndDue(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		`insert into account (provider, external_id, joined_at) values ('aws', '1', '2026-10-01Z')`,
		`insert into scan (account_id, state, started_at, ended_at, engine) values (1, 'finished', '2026-10-01Z', '2026-10-01Z', 'old')`,
		`insert into finding (key, account_id, rule, kind, region, uid, id, name, parent, state, cause, severity, risk, shown, first_scan, first_seen, change, changed_scan, changed_at)
		select sha256(s::bytea), 1, 'T-001', 'workload', 'eu', 'arn:' || s, 'i-1', 'web-tier', '', s, '{}', 4, 50, n, 1, '2026-10-01 09:00Z', 'new', 1, '2026-10-01Z'
		from unnest(array['open', 'nodata', 'resolved']) with ordinality as s (s, n)`,
		`insert into verdict (finding, rule, rule_version, engine_version, severity, outcome, gap, fault, say, risk, potential, factors, reasons, evidence, digest, scan, valid_from)
		select number, rule, 'v', 'old', 4, 'fail', false, '', 'x', 50, false, '[]', '[]', '[]', key, 1, first_seen from finding`,
	} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := postgres.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s := postgres.New(open(t, url))
	fs, _, err := s.Reader().Findings(t.Context(), ask(t, "tier"), listing.Due, page(0))
	if err != nil || len(fs) != 3 || !fs[0].Due.Equal(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)) || !fs[1].Due.IsZero() {
		t.Errorf("%+v %v", fs, err)
	}
	if n, err := s.CountFindings(t.Context(), ask(t, "is:overdue")); err != nil || n.N != 1 {
		t.Errorf("%+v %v", n, err)
	}
}
