package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// Answers notes how questions ended. An answer to a question that was answered
// before takes its place. ErrLost if the shard is no longer this attempt's: what
// a lost attempt was told may be more than the one that counts has seen, and a
// listing that looks complete retires things.
func (w *Writer) Answers(ctx context.Context, as []snapshot.Answer) error {
	err := w.within(ctx, func(tx pgx.Tx) error {
		if err := w.hold(ctx, tx, newSum()); err != nil {
			return err
		}
		var b pgx.Batch
		for i := range as {
			w.queueAnswer(&b, &as[i])
		}
		return tx.SendBatch(ctx, &b).Close()
	})
	if err != nil {
		return fmt.Errorf("scan %d: store answers: %w", w.Number(), explain(err))
	}
	for _, a := range as {
		w.ledger[a.Key] = a
	}
	return nil
}

func (w *Writer) queueAnswer(b *pgx.Batch, a *snapshot.Answer) {
	b.Queue(`
		insert into answer (account_id, shard, call, region, subject, lists, status, cause, code, message, http, pages, items, attempts, request_id, asked_at, ended_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		on conflict (shard, region, call, subject) do update
		set lists = excluded.lists, status = excluded.status, cause = excluded.cause, code = excluded.code,
			message = excluded.message, http = excluded.http, pages = excluded.pages, items = excluded.items,
			attempts = excluded.attempts, request_id = excluded.request_id, asked_at = excluded.asked_at, ended_at = excluded.ended_at`,
		w.account, w.shard, clean(a.Call), clean(a.Region), clean(a.Subject), a.Lists, string(a.Status), string(a.Cause), clean(a.Code), clean(a.Message),
		a.HTTP, a.Pages, a.Items, a.Attempts, clean(a.RequestID), a.AskedAt, a.EndedAt)
}

// clean makes a cloud's words storable: the database takes neither a zero byte
// nor text that is not UTF-8.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// A ledger is the answers of the running scan.
type ledger map[snapshot.Key]snapshot.Answer

// lists says that resources of a kind in a region were listed, and every such
// listing came to its end.
func (l ledger) lists(kind, region string) bool {
	asked := false
	for k, a := range l {
		if a.Lists != kind || k.Region != region {
			continue
		}
		if !a.Whole() {
			return false
		}
		asked = true
	}
	return asked
}

// refusals tells, a sentence each, which listings of a region did not come
// whole.
func (l ledger) refusals(region string) []string {
	var all []string
	for k, a := range l {
		if a.Lists != "" && !a.Whole() && (k.Region == region || k.Region == snapshot.Global) {
			all = append(all, sentenceOf(fact.Reason{Cause: a.Cause, Call: k.Call, Region: k.Region, Detail: a.Code}))
		}
	}
	return sorted(all)
}

func answers(ctx context.Context, q Querier, number int64) ([]snapshot.Answer, error) {
	return answersOf(ctx, q, number, true)
}

// answersOf reads the answers of a scan: all, or those to questions about the
// context only.
func answersOf(ctx context.Context, q Querier, number int64, all bool) ([]snapshot.Answer, error) {
	rows, err := q.Query(ctx, `
		select account.provider, account.external_id, answer.region, answer.call, answer.subject, answer.lists, answer.status, answer.cause,
			answer.code, answer.message, answer.http, answer.pages, answer.items, answer.attempts, answer.request_id, answer.asked_at, answer.ended_at
		from answer
		join shard on shard.id = answer.shard
		join scan on scan.number = shard.scan
		join account on account.id = scan.account_id
		where scan.number = $1 and ($2 or shard.part in ('account', 'network'))
		order by answer.region, answer.call, answer.subject`, number, all)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a snapshot.Answer, err error) {
		err = row.Scan(&a.Provider, &a.Account, &a.Region, &a.Call, &a.Subject, &a.Lists, &a.Status, &a.Cause,
			&a.Code, &a.Message, &a.HTTP, &a.Pages, &a.Items, &a.Attempts, &a.RequestID, &a.AskedAt, &a.EndedAt)
		a.AskedAt, a.EndedAt = a.AskedAt.UTC(), a.EndedAt.UTC()
		return a, err
	})
}
