package jobs

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// Shards queues shards, each once however often it is asked for, in the
// caller's transaction: they run when it commits and never if it does not.
//
// A shard that River believes to be running is queued all the same: its worker
// may have been killed, and only the shard table knows.
func (c *Client) Shards(ctx context.Context, tx pgx.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if err := free(ctx, tx, shardArgs{}.Kind(), "shard", ids); err != nil {
		return fmt.Errorf("queueing shards: %w", err)
	}
	ids = slices.Clone(ids)
	slices.Sort(ids) // so that two who queue the same shards wait for, and not on, each other
	var jobs []river.InsertManyParams
	for _, id := range slices.Compact(ids) {
		jobs = append(jobs, river.InsertManyParams{Args: shardArgs{id}})
	}
	if _, err := c.river.InsertManyTx(ctx, tx, jobs); err != nil {
		return fmt.Errorf("queueing shards: %w", err)
	}
	return nil
}

// free gives up the claim of running jobs to be the only ones of their shards,
// or of the scans that they close.
// River counts a killed worker's job as running until it is rescued, and would
// drop a new one as its double. A row that is just being written to belongs to
// a job that ends, and needs nothing.
func free(ctx context.Context, tx pgx.Tx, kind, arg string, ids []int64) error {
	table := pgx.Identifier{Schema, "river_job"}.Sanitize()
	_, err := tx.Exec(ctx, `
		update `+table+`
		set unique_key = null
		where id in (
			select id
			from `+table+`
			where state = 'running' and kind = $1 and unique_key is not null and (args->>$2::text)::bigint = any($3)
			order by id
			for update skip locked)`, kind, arg, ids)
	return err
}

// Close queues the closing of a scan, once, in the caller's transaction.
func (c *Client) Close(ctx context.Context, tx pgx.Tx, scan int64) error {
	if err := free(ctx, tx, closeArgs{}.Kind(), "scan", []int64{scan}); err != nil {
		return fmt.Errorf("queueing the closing of scan %d: %w", scan, err)
	}
	if _, err := c.river.InsertTx(ctx, tx, closeArgs{scan}, nil); err != nil {
		return fmt.Errorf("queueing the closing of scan %d: %w", scan, err)
	}
	return nil
}

// CatchUp queues that accounts are judged again by changed rules, in the caller's
// transaction.
func (c *Client) CatchUp(ctx context.Context, tx pgx.Tx) error {
	if _, err := c.river.InsertTx(ctx, tx, catchUpArgs{}, nil); err != nil {
		return fmt.Errorf("queueing that what is stored is judged again: %w", err)
	}
	return nil
}
