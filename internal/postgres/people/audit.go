package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/access"
)

// An Entry is a line of the audit log, as whoever changes something writes it.
type Entry struct {
	Who     string // "" for the viewer in the context, see Origin
	Action  string // what was done: "person added"
	Object  string // to what: an e-mail, a name, a number
	Account int64  // row number of the account it is about; 0 for none
	Detail  map[string]string
}

// A Row is a line of the audit log as it is kept.
type Row struct {
	Seq            int64
	At             time.Time
	Who, Token     string
	Action, Object string
	Account        int64 // 0 for none
	Detail         map[string]string
	Remote         string
	prev, hash     []byte
}

// An Origin is where a change comes from.
type Origin struct {
	Who    string // where no viewer is in the context
	Remote string // address of the request
}

type originKey struct{}

// WithOrigin puts into a context where its changes come from.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

func origin(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// lockNumber is any number that nobody else locks by.
const lockNumber = 0x6175646974 // "audit"

// lock makes writers of the log wait for one another until their transactions
// end. What is read after it is what the former writer left.
func (p *People) lock(ctx context.Context) error {
	_, err := p.store.On(ctx).Exec(ctx, `select pg_advisory_xact_lock($1)`, int64(lockNumber))
	return err
}

// Append adds a line to the audit log, in the transaction that ctx carries: if
// that is undone, so is the line. Whoever does much in one transaction appends
// last, because other writers wait from here on.
func (p *People) Append(ctx context.Context, e Entry) error {
	err := p.store.Within(ctx, func(ctx context.Context) error {
		if err := p.lock(ctx); err != nil {
			return err
		}
		r := p.row(ctx, e)
		err := p.store.On(ctx).QueryRow(ctx, `select seq + 1, hash from audit order by seq desc limit 1`).Scan(&r.Seq, &r.prev)
		if errors.Is(err, pgx.ErrNoRows) {
			r.Seq, r.prev, err = 1, make([]byte, 32), nil
		}
		if err != nil {
			return err
		}
		detail, err := json.Marshal(r.Detail)
		if err != nil {
			return err
		}
		_, err = p.store.On(ctx).Exec(ctx, `
			insert into audit (seq, at, who, token, action, object, account_id, detail, remote, prev_hash, hash)
			values ($1, $2, $3, $4, $5, $6, nullif($7, 0), $8, $9, $10, $11)`,
			r.Seq, r.At, r.Who, r.Token, r.Action, r.Object, r.Account, string(detail), r.Remote, r.prev, r.sum())
		return err
	})
	if err != nil {
		return fmt.Errorf("audit log: %w", err)
	}
	return nil
}

// row is the entry with who wrote it from where.
func (p *People) row(ctx context.Context, e Entry) Row {
	o := origin(ctx)
	r := Row{At: p.at(), Who: e.Who, Action: clean(e.Action, 100), Object: clean(e.Object, 500), Account: e.Account,
		Detail: map[string]string{}, Remote: clean(o.Remote, 100)}
	if v := access.From(ctx); v != nil {
		r.Token = clean(v.Token, 100)
		if r.Who == "" {
			r.Who = v.Email
		}
	}
	if r.Who == "" {
		r.Who = o.Who
	}
	r.Who = clean(r.Who, 300)
	for k, text := range e.Detail {
		r.Detail[clean(k, 100)] = clean(text, 2000)
	}
	return r
}

// A Filter says which lines of the log are meant.
type Filter struct {
	Who, Action string // "" for any
	Before      int64  // older than this line; 0 from the newest
	Limit       int
}

// Log lists lines of the log that the viewer in the context may read, the
// newest first. more says that there are older ones. Lines about no account are
// for those who may read the log of all accounts.
func (p *People) Log(ctx context.Context, f Filter) (list []Row, more bool, err error) {
	reach := access.From(ctx).ReachOf(access.ReadAudit)
	rows, err := p.store.On(ctx).Query(ctx, selectRows+`
		where ($1 = '' or who = $1) and ($2 = '' or action = $2) and ($3 = 0::bigint or seq < $3) and ($4 or account_id = any($5))
		order by seq desc
		limit $6`, clean(f.Who, 300), clean(f.Action, 100), f.Before, reach.All, reach.Accounts, f.Limit+1)
	if err != nil {
		return nil, false, fmt.Errorf("log: %w", err)
	}
	err = eachRow(rows, func(r Row, _ bool) error {
		list = append(list, r)
		return nil
	})
	if len(list) > f.Limit {
		return list[:f.Limit], true, err
	}
	return list, false, err
}

// LogWords lists the persons and actions that stand in the lines that the
// viewer in the context may read, to choose from.
func (p *People) LogWords(ctx context.Context) (who, actions []string, err error) {
	if who, err = p.words(ctx, "who"); err != nil {
		return nil, nil, err
	}
	actions, err = p.words(ctx, "action")
	return who, actions, err
}

// words are the different values of a column. Where all lines may be read, each
// is found by one step in the index, however long the log is.
func (p *People) words(ctx context.Context, column string) ([]string, error) {
	reach := access.From(ctx).ReachOf(access.ReadAudit)
	sql := `select distinct ` + column + ` from audit where account_id = any($1) order by 1`
	args := []any{reach.Accounts}
	if reach.All {
		sql, args = `
			with recursive step as (
				(select `+column+` as word from audit order by 1 limit 1)
				union all
				select (select `+column+` from audit where `+column+` > step.word order by 1 limit 1)
				from step
				where step.word is not null)
			select word from step where word is not null`, nil
	}
	rows, err := p.store.On(ctx).Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Length is how many lines the log has.
func (p *People) Length(ctx context.Context) (n int64, err error) {
	err = p.store.On(ctx).QueryRow(ctx, `select coalesce(max(seq), 0) from audit`).Scan(&n)
	return n, err
}
