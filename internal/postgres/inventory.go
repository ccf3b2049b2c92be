package postgres

import (
	"context"

	"plumbline/internal/estate"
)

// inventory writes the rows of workloads that are new or read otherwise than
// before. What a row says rests on other documents too, such as a security
// group's or a role's, and on the program that reads them: a workload whose own
// document stands as it stood may have another row. So all are compared, and
// only those that differ are touched.
func (w *Writer) inventory(ctx context.Context, q Querier, rows []estate.Row) error {
	type place struct{ region, uid string }
	var c inventoryColumns
	here := map[place]bool{}
	for i := range rows {
		r := &rows[i]
		if p := (place{r.Region, r.UID}); !here[p] {
			here[p] = true
			c.add(r)
		}
	}
	if len(c.uid) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `
		insert into workload as w (account_id, region, uid, id, name, type, state, endpoint, tokens, hop_limit, internet, power, identity, group_uid, tags)
		select $1::bigint, o.*
		from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::int[], $11::text[], $12::text[], $13::text[], $14::text[], $15::jsonb[])
			as o (region, uid, id, name, type, state, endpoint, tokens, hop_limit, internet, power, identity, group_uid, tags)
		where not exists (
			select
			from workload s
			where s.account_id = $1 and s.region = o.region and s.uid = o.uid
				and (s.id, s.name, s.type, s.state, s.endpoint, s.tokens, s.hop_limit, s.internet, s.power, s.identity, s.group_uid, s.tags)
					is not distinct from (o.id, o.name, o.type, o.state, o.endpoint, o.tokens, o.hop_limit, o.internet, o.power, o.identity, o.group_uid, o.tags)
			offset 0)
		on conflict (account_id, region, uid) do update
		set id = excluded.id, name = excluded.name, type = excluded.type, state = excluded.state, endpoint = excluded.endpoint,
			tokens = excluded.tokens, hop_limit = excluded.hop_limit, internet = excluded.internet, power = excluded.power, identity = excluded.identity, group_uid = excluded.group_uid, tags = excluded.tags`,
		lookUp, w.account, c.region, c.uid, c.id, c.name, c.kind, c.state, c.endpoint, c.tokens, c.hops, c.internet, c.power, c.identity, c.group, c.tags)
	return err
}

type inventoryColumns struct {
	region, uid, id, name, kind, state, endpoint, tokens, internet, power, identity, group []string
	hops                                                                                   []int32
	tags                                                                                   []*string
}

func (c *inventoryColumns) add(r *estate.Row) {
	c.region, c.uid, c.id, c.name = append(c.region, r.Region), append(c.uid, r.UID), append(c.id, clean(r.ID)), append(c.name, clean(r.Name))
	c.kind, c.state = append(c.kind, r.Type), append(c.state, clean(r.State))
	c.endpoint, c.tokens, c.hops = append(c.endpoint, clean(r.Endpoint)), append(c.tokens, clean(r.Tokens)), append(c.hops, int32(min(max(r.HopLimit, 0), 1<<16)))
	c.internet, c.power, c.identity = append(c.internet, clean(r.Internet)), append(c.power, clean(r.Power)), append(c.identity, clean(r.IdentityName))
	c.group, c.tags = append(c.group, r.Group), append(c.tags, tagsDoc(r))
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
