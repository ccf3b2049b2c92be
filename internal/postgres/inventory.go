package postgres

import (
	"context"

	"plumbline/internal/estate"
)

// lookAnew says whether the inventory must be written whole: another version
// of the program may read other facts from the same documents.
func (w *Writer) lookAnew(ctx context.Context, q Querier) error {
	if w.engine != w.start.Engine {
		w.anew = true
		return nil
	}
	return q.QueryRow(ctx, `select not exists (select from workload where account_id = $1 and $2 in ('global', region))`, w.account, w.region).Scan(&w.anew)
}

// inventory writes the rows of workloads whose document is new or has changed.
func (w *Writer) inventory(ctx context.Context, q Querier, rows []estate.Row, fresh map[string]bool) error {
	type place struct{ region, uid string }
	var c inventoryColumns
	here := map[place]bool{}
	for i := range rows {
		r := &rows[i]
		if p := (place{r.Region, r.UID}); (w.anew || fresh[r.UID]) && !here[p] {
			here[p] = true
			c.add(r)
		}
	}
	if len(c.uid) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `
		insert into workload as w (account_id, region, uid, id, name, type, state, endpoint, tokens, hop_limit, internet, power, identity)
		select $1, *
		from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::int[], $11::text[], $12::text[], $13::text[])
		on conflict (account_id, region, uid) do update
		set id = excluded.id, name = excluded.name, type = excluded.type, state = excluded.state, endpoint = excluded.endpoint,
			tokens = excluded.tokens, hop_limit = excluded.hop_limit, internet = excluded.internet, power = excluded.power, identity = excluded.identity
		where (w.id, w.name, w.type, w.state, w.endpoint, w.tokens, w.hop_limit, w.internet, w.power, w.identity)
			is distinct from (excluded.id, excluded.name, excluded.type, excluded.state, excluded.endpoint, excluded.tokens, excluded.hop_limit,
				excluded.internet, excluded.power, excluded.identity)`,
		w.account, c.region, c.uid, c.id, c.name, c.kind, c.state, c.endpoint, c.tokens, c.hops, c.internet, c.power, c.identity)
	return err
}

type inventoryColumns struct {
	region, uid, id, name, kind, state, endpoint, tokens, internet, power, identity []string
	hops                                                                            []int32
}

func (c *inventoryColumns) add(r *estate.Row) {
	c.region, c.uid, c.id, c.name = append(c.region, r.Region), append(c.uid, r.UID), append(c.id, clean(r.ID)), append(c.name, clean(r.Name))
	c.kind, c.state = append(c.kind, r.Type), append(c.state, clean(r.State))
	c.endpoint, c.tokens, c.hops = append(c.endpoint, clean(r.Endpoint)), append(c.tokens, clean(r.Tokens)), append(c.hops, int32(min(max(r.HopLimit, 0), 1<<16)))
	c.internet, c.power, c.identity = append(c.internet, clean(r.Internet)), append(c.power, clean(r.Power)), append(c.identity, clean(r.IdentityName))
}

// dropRows takes things that are retired out of the inventory.
func (w *Writer) dropRows(ctx context.Context, q Querier, resources []int64) error {
	if len(resources) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `
		delete from workload
		using resource r
		where r.id = any($1) and workload.account_id = r.account_id and workload.region = r.region and workload.uid = r.uid`, resources)
	return err
}
