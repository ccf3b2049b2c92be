package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/scan"
)

type tallyKey struct{ rule, region string }

type counts struct {
	severity                finding.Severity
	pass, fail, unknown, na int
	gaps                    int // of unknown: places where nobody could look
}

func (s *sum) at(k tallyKey, severity finding.Severity) *counts {
	c := s.tally[k]
	if c == nil {
		c = &counts{severity: severity}
		s.tally[k] = c
	}
	return c
}

func (c *counts) one(o finding.Outcome) {
	switch o {
	case finding.Pass:
		c.pass++
	case finding.Fail:
		c.fail++
	case finding.Unknown:
		c.unknown++
	case finding.NotApplicable:
		c.na++
	}
}

func (c *counts) add(o *counts) {
	c.pass += o.pass
	c.fail += o.fail
	c.unknown += o.unknown
	c.na += o.na
	c.gaps += o.gaps
}

// count writes the outcomes of the whole scan as intervals: where the numbers
// are as before, nothing is written.
func (w *Writer) count(ctx context.Context, tx pgx.Tx, d *sum) error {
	all := newSum()
	all.add(&w.sum)
	all.add(d)
	ended, err := w.uncounted(ctx, tx, all.tally)
	if err != nil {
		return err
	}
	if len(ended) > 0 {
		if _, err := tx.Exec(ctx, `
			update tally
			set valid_to = $2
			where id = any($1)`, ended, w.start.StartedAt); err != nil {
			return err
		}
	}
	keys := make([]tallyKey, 0, len(all.tally))
	for k := range all.tally {
		keys = append(keys, k)
	}
	return copyRows(ctx, tx, "tally", []string{"account_id", "rule", "region", "severity", "pass", "fail", "unknown", "gaps", "na", "valid_from"},
		len(keys), func(i int) []any {
			c := all.tally[keys[i]]
			return []any{w.account, keys[i].rule, keys[i].region, int16(c.severity), c.pass, c.fail, c.unknown, c.gaps, c.na, w.start.StartedAt}
		})
}

// uncounted returns the present rows that no longer hold, and takes out of now
// those that do.
func (w *Writer) uncounted(ctx context.Context, q Querier, now map[tallyKey]*counts) (ended []int64, err error) {
	rows, err := q.Query(ctx, `
		select id, rule, region, severity, pass, fail, unknown, gaps, na
		from tally
		where account_id = $1 and valid_to is null and ($2::text[] is null or rule = any($2))`, w.account, w.only)
	if err != nil {
		return nil, err
	}
	var id int64
	var k tallyKey
	var c counts
	_, err = pgx.ForEachRow(rows, []any{&id, &k.rule, &k.region, &c.severity, &c.pass, &c.fail, &c.unknown, &c.gaps, &c.na}, func() error {
		if is := now[k]; is != nil && *is == c {
			delete(now, k)
			return nil
		}
		ended = append(ended, id)
		return nil
	})
	return ended, err
}

// tally returns the counts that held at a time.
func tally(ctx context.Context, q Querier, provider, account string, at time.Time) ([]scan.Tally, error) {
	rows, err := q.Query(ctx, `
		select t.rule, t.severity, t.region, t.pass, t.fail, t.unknown, t.gaps, t.na
		from tally t
		join account a on a.id = t.account_id
		where a.provider = $1 and a.external_id = $2
			and t.valid_from <= $3 and (t.valid_to is null or t.valid_to > $3)
		order by t.rule, t.region`, provider, account, at)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[scan.Tally])
}
