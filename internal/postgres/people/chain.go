package people

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/problem"
)

const selectRows = `
	select seq, at, who, token, action, object, coalesce(account_id, 0), detail::text, remote, prev_hash, hash
	from audit`

// eachRow reads rows of selectRows one by one. odd says that the detail is not
// what this program writes.
func eachRow(rows pgx.Rows, do func(r Row, odd bool) error) error {
	var r Row
	var detail string
	_, err := pgx.ForEachRow(rows, []any{&r.Seq, &r.At, &r.Who, &r.Token, &r.Action, &r.Object, &r.Account, &detail, &r.Remote, &r.prev, &r.hash}, func() error {
		r.Detail = map[string]string{}
		odd := json.Unmarshal([]byte(detail), &r.Detail) != nil || r.Detail == nil
		return do(r, odd)
	})
	return err
}

// sum is the hash of a row: sha256 over the hash before and every column, each
// with its length before it, so that no two rows are written alike.
func (r Row) sum() []byte {
	h := sha256.New()
	field := func(s string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		_, _ = h.Write(n[:]) // a hash takes everything
		_, _ = h.Write([]byte(s))
	}
	for _, s := range []string{string(r.prev), strconv.FormatInt(r.Seq, 10), r.At.UTC().Format(time.RFC3339Nano), r.Who, r.Token,
		r.Action, r.Object, strconv.FormatInt(r.Account, 10), r.Remote, strconv.Itoa(len(r.Detail))} {
		field(s)
	}
	for _, k := range slices.Sorted(maps.Keys(r.Detail)) {
		field(k)
		field(r.Detail[k])
	}
	return h.Sum(nil)
}

// Verify works out every hash of the audit log anew and gives the number of
// rows that hold, and the last hash: who notes both elsewhere can tell later
// that no row was cut off the end. The first row that does not hold is named by
// a problem of kind Tampered.
func (p *People) Verify(ctx context.Context) (rows int64, last []byte, err error) {
	q, err := p.store.On(ctx).Query(ctx, selectRows+` order by seq`)
	if err != nil {
		return 0, nil, fmt.Errorf("verify the audit log: %w", err)
	}
	last = make([]byte, 32)
	err = eachRow(q, func(r Row, odd bool) error {
		switch {
		case r.Seq != rows+1:
			return problem.New(problem.Tampered, "Row %d of the audit log is missing: row %d follows row %d.", rows+1, r.Seq, rows)
		case !bytes.Equal(r.prev, last):
			return problem.New(problem.Tampered, "Row %d of the audit log does not continue row %d: a row was exchanged or put in.", r.Seq, rows)
		case odd || !bytes.Equal(r.hash, r.sum()):
			return problem.New(problem.Tampered, "Row %d of the audit log is not what was written: it was changed afterwards.", r.Seq)
		}
		rows, last = r.Seq, r.hash
		return nil
	})
	return rows, last, err
}
