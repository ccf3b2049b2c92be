package postgres

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
)

// membersOf counts the workloads that share a group's finding.
func (s *Store) membersOf(ctx context.Context, number int64) (n listing.Members, err error) {
	err = s.on(ctx).QueryRow(ctx, `
		select (select count(*) from workload where account_id = f.account_id and group_uid = f.uid),
			count(m.uid) filter (where m.outcome = 'fail'), count(m.uid) filter (where m.outcome = 'unknown')
		from finding f
		left join member m on m.account_id = f.account_id and m.region = f.region and m.group_uid = f.uid and m.rule = f.rule
		where f.number = $1
		group by f.number`, number).Scan(&n.All, &n.Fail, &n.NoData)
	return n, explain(err)
}

var memberOrder = order{mark: "m", columns: []string{"f.place", "f.uid"}, types: []string{"int", "text"}}

type shared struct {
	listing.Member
	place int
}

// Members lists a page of the workloads that share a group's finding: those
// that fail first, then by risk, the highest first.
func (s *Store) Members(ctx context.Context, number int64, at listing.Place) ([]listing.Member, listing.Cursors, error) {
	w, err := memberOrder.window(at)
	if err != nil {
		return nil, listing.Cursors{}, err
	}
	f := &filter{ctx: ctx, s: s, args: []any{number}}
	where := ""
	if c := w.cond(f); c != "" {
		where = "\n\twhere " + c
	}
	rows, err := s.on(ctx).Query(ctx, `
	select f.uid, f.id, f.name, f.region, f.outcome, f.risk, f.say, f.since, f.place
	from (
		select m.*, case m.outcome when 'fail' then 0 else 1000 end - m.risk as place
		from finding o
		join member m on m.account_id = o.account_id and m.region = o.region and m.group_uid = o.uid and m.rule = o.rule
		where o.number = $1) f`+where+`
	order by `+w.orderBy()+`
	limit `+strconv.Itoa(w.limit+1), f.args...)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	all, err := pgx.CollectRows(rows, scanMember)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	all, c := cut(&w, all, func(m *shared) []any { return []any{m.place, m.UID} })
	out := make([]listing.Member, len(all))
	for i := range all {
		out[i] = all[i].Member
	}
	return out, c, nil
}

func scanMember(row pgx.CollectableRow) (m shared, err error) {
	var outcome string
	err = row.Scan(&m.UID, &m.ID, &m.Name, &m.Region, &outcome, &m.Risk, &m.Say, &m.Since, &m.place)
	m.Outcome = finding.Unknown
	if outcome == finding.Fail.String() {
		m.Outcome = finding.Fail
	}
	m.Since = m.Since.UTC()
	return m, err
}
